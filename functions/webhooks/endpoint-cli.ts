import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type { EventType } from '../domain/complaint.ts'
import { toInstant } from '../domain/instant.ts'
import { EVENT_TYPES } from '../events/schema.ts'
import { actOf, recordAct } from '../shared/acts.ts'
import { toldToEvents } from '../shared/deployed.ts'
import { fingerprintOf, keysOf, type StoredSecret, withKey, withoutKey } from '../shared/rotation.ts'
import { openStage, runCommand, STAGE_USAGE, type Stage } from '../shared/stage.ts'
import { endpointUrl } from './address.ts'
import { type Endpoint, Endpoints, type NewEndpoint } from './endpoints.ts'
import { newSecret } from './sign.ts'

const USAGE = `Endpoints: where other systems are told of events, by signed webhooks.

  npm run --silent endpoint -- list
  npm run --silent endpoint -- add <name> --url <https address> [--types received,resolved,…]
  npm run --silent endpoint -- disable|enable|remove <name>
  npm run --silent endpoint -- rotate <name>                 # makes a second signing secret
  npm run --silent endpoint -- retire <name> <fingerprint>   # ends the first one

"add" and "rotate" print the secret, this once. Without --url the address is read from standard input, as some hold a
secret themselves. Without --types all events are sent. While two secrets are active, every event is signed with both.

${STAGE_USAGE}`

const out = (line: string): void => void process.stdout.write(`${line}\n`)
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const options = {
  url: { type: 'string' },
  types: { type: 'string' },
  table: { type: 'string' },
} as const

/** A scheme's id must hold no full stop, and a queue's key has its limits. */
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/
/** All secrets are in one, which AWS limits to 64 KB, and each event is compared with every endpoint. */
const MOST_ENDPOINTS = 100

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [verb = '', name = '', fingerprint = '', ...more] = positionals
  const wanted = { list: 1, add: 2, disable: 2, enable: 2, remove: 2, rotate: 2, retire: 3 }[verb]
  if (wanted === undefined || more.length > 0 || positionals.length !== wanted) throw new Error(USAGE)
  if (verb !== 'add' && (values.url ?? values.types) !== undefined) throw new Error(USAGE)
  if (verb !== 'list' && !NAME.test(name))
    throw new Error('A name has 1 to 40 small letters, digits and "-", and does not begin with a "-"')
  const stage = await openStage(values.table)
  const endpoints = new Endpoints(stage.db, stage.table)
  switch (verb) {
    case 'list':
      return list(stage, endpoints)
    case 'add':
      return add(stage, endpoints, name, values)
    case 'disable': {
      const disabled = { at: toInstant(new Date()), why: 'command' } as const
      const endpoint = await known(endpoints, name)
      if (!(await endpoints.disable(endpoint, disabled, actOf('endpoint-disabled', name))))
        throw new Error(`${name} is disabled already`)
      out(`${name} is disabled: nothing more is sent to it, and what waits for it is dropped.`)
      return
    }
    case 'enable': {
      const { disabled } = await known(endpoints, name)
      if (!(await endpoints.enable(name, actOf('endpoint-enabled', name)))) throw noEndpoint(name)
      out(`${name} is enabled.`)
      if (disabled !== undefined)
        say(`To send what it missed: npm run events -- replay --endpoint ${name} --since ${disabled.at}`)
      return
    }
    case 'remove': {
      const { id } = await known(endpoints, name)
      if (!(await endpoints.remove(name, actOf('endpoint-removed', name)))) throw noEndpoint(name)
      await changeSecret(stage, ({ [id]: _, ...rest }) => rest)
      out(`${name} is removed, and its secrets with it.`)
      return
    }
    case 'rotate': {
      const { id } = await known(endpoints, name)
      const key = newSecret()
      const shown = fingerprintOf(key)
      await changeSecret(
        stage,
        (secret) => withKey(secret, id, key),
        () => recordAct(stage.db, stage.table, actOf('secret-added', `endpoint ${name} ${shown}`)),
      )
      out(key)
      say(
        `${shown} is active; it is not shown again. Within a minute every event is signed with both secrets.`,
      )
      return
    }
    case 'retire': {
      const { id } = await known(endpoints, name)
      await changeSecret(
        stage,
        (secret) => withoutKey(secret, id, fingerprint),
        () => recordAct(stage.db, stage.table, actOf('secret-retired', `endpoint ${name} ${fingerprint}`)),
      )
      out(`${fingerprint} is retired: within a minute nothing is signed with it any more.`)
    }
  }
}

async function list(stage: Stage, endpoints: Endpoints): Promise<void> {
  const { secret } = await storedSecret(stage)
  for (const { name, url, types, disabled, circuit, id } of await endpoints.list()) {
    const state =
      disabled === undefined
        ? circuit.state === 'closed'
          ? 'enabled'
          : `circuit ${circuit.state}`
        : 'disabled'
    const since = disabled === undefined ? '' : `${disabled.why} at ${disabled.at}`
    const retry =
      disabled === undefined && circuit.retryAtMs !== undefined
        ? `next try at ${toInstant(circuit.retryAtMs / 1000)}`
        : ''
    const fingerprints = keysOf(secret, id).map(fingerprintOf).join(',')
    const wanted = types === 'all' ? 'all' : types.join(',')
    out([name, state, url, wanted, fingerprints, since || retry].filter((text) => text !== '').join('\t'))
  }
}

async function add(
  stage: Stage,
  endpoints: Endpoints,
  name: string,
  { url: given, types }: { readonly url?: string | undefined; readonly types?: string | undefined },
): Promise<void> {
  const told = toldToEvents(stage)
  const loopback = (await told('webhooks', 'WEBHOOK_LOOPBACK')) === 'true'
  const { href } = endpointUrl(given ?? (await typedIn()), loopback)
  const wanted: NewEndpoint['types'] = types === undefined ? 'all' : typesFrom(types)
  const there = await endpoints.list()
  if (there.some((one) => one.name === name)) throw new Error(`There is an endpoint ${name} already`)
  if (there.length >= MOST_ENDPOINTS)
    throw new Error(`There are ${MOST_ENDPOINTS} endpoints: remove one first`)
  const key = newSecret()
  const id = `${name}-${randomBytes(4).toString('hex')}`
  // The secret first: an endpoint without one could not be told anything.
  await changeSecret(stage, (secret) => ({ ...secret, [id]: [key] }))
  const endpoint = { name, id, url: href, types: wanted, createdAt: toInstant(new Date()) }
  // Not the whole address: its path may be what keeps strangers out.
  if (!(await endpoints.add(endpoint, actOf('endpoint-added', `${name} (${new URL(href).host})`))))
    throw new Error(`There is an endpoint ${name} already`)
  out(key)
  say('Keep it now: it is not shown again. Events from now on are sent to the endpoint, signed with it.')
}

function typesFrom(text: string): EventType[] {
  const named = text.split(',').map((type) => type.trim())
  const unknown = named.filter((type) => !EVENT_TYPES.some((known) => known === type))
  if (unknown.length > 0)
    throw new Error(`There is no event ${unknown.join(', ')}. Events: ${EVENT_TYPES.join(', ')}`)
  return EVENT_TYPES.filter((known) => named.includes(known))
}

async function known(endpoints: Endpoints, name: string): Promise<Endpoint> {
  const endpoint = await endpoints.find(name)
  if (endpoint === undefined) throw noEndpoint(name)
  return endpoint
}

const noEndpoint = (name: string) => new Error(`There is no endpoint ${name}`)

async function typedIn(): Promise<string> {
  if (process.stdin.isTTY) say('The address, then Enter and Ctrl-D:')
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
  return text.trim()
}

async function storedSecret(
  stage: Stage,
): Promise<{ manager: SecretsManagerClient; SecretId: string; secret: StoredSecret }> {
  const SecretId = await toldToEvents(stage)('webhooks', 'ENDPOINT_SECRETS')
  const manager = new SecretsManagerClient({})
  const { SecretString } = await manager.send(new GetSecretValueCommand({ SecretId }))
  try {
    return { manager, SecretId, secret: JSON.parse(SecretString ?? '') as StoredSecret }
  } catch {
    throw new Error('The secret of the endpoints is not JSON')
  }
}

/** @param before is done when the change is known to be possible, and before it is made. */
async function changeSecret(
  stage: Stage,
  change: (secret: StoredSecret) => StoredSecret,
  before: () => Promise<void> = async () => {},
): Promise<void> {
  const { manager, SecretId, secret } = await storedSecret(stage)
  const SecretString = JSON.stringify(change(secret))
  await before()
  await manager.send(new PutSecretValueCommand({ SecretId, SecretString }))
}

await runCommand(run)
