import { parseArgs } from 'node:util'
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { type Act, actOf, recordAct } from '../shared/acts.ts'
import { toldTo } from '../shared/deployed.ts'
import { newLinkKey, wrongLinkKey } from '../shared/links.ts'
import { fingerprintOf, listKeys, type StoredSecret, withKey, withoutKey } from '../shared/rotation.ts'
import { openStage, runCommand, STAGE_USAGE, type Stage } from '../shared/stage.ts'
import { sources } from '../sources/index.ts'

const USAGE = `Signing secrets: of the sources, of Slack, and of the links to customers' pages. Keys are shown by their
fingerprints, never themselves.

  npm run --silent secret -- list [<source>|slack|links]
  npm run --silent secret -- add <source>|slack [--use <use>] < new-key
  npm run --silent secret -- add <source>|links --generate
  npm run --silent secret -- retire <source>|slack|links <fingerprint> [--use <use>]

To rotate: add the new key, give it to the sender, and retire the old one once nothing is signed with it any more. In
between both are accepted. The new one is accepted at once, the old one refused within a minute of its retirement.
Nobody is given the key of the links; once one is retired, pages of links that were sent before do not open any more.

${STAGE_USAGE}`

const out = (line: string): void => void process.stdout.write(`${line}\n`)
const options = {
  use: { type: 'string' },
  generate: { type: 'boolean' },
  table: { type: 'string' },
} as const

/** Where a secret is, and the lists of keys that are known in it, the usual one first. */
interface Place {
  readonly name: string
  readonly arn: string
  readonly uses: readonly string[]
}

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [verb, name, fingerprint, ...more] = positionals
  const wanted = { list: 1, add: 2, retire: 3 }[verb ?? '']
  const given = positionals.length
  if (wanted === undefined || more.length > 0 || (given !== wanted && !(verb === 'list' && given === 2)))
    throw new Error(USAGE)
  if (values.generate === true && verb !== 'add') throw new Error(USAGE)
  const stage = await openStage(values.table)
  const places = await placesOf(stage)
  const manager = new SecretsManagerClient({})
  if (verb === 'list') {
    for (const place of name === undefined ? places : [placeOf(places, name)]) {
      const keys = listKeys(await read(manager, place), place.uses)
      if (keys.length === 0) out(`${place.name}\t(no key: everything is refused)`)
      for (const key of keys) out([place.name, key.use, key.fingerprint].join('\t'))
    }
    return
  }
  const place = placeOf(places, name ?? '')
  const use = useOf(place, values.use)
  const before = await read(manager, place)
  if (verb === 'retire') {
    const after = withoutKey(before, use, fingerprint ?? '')
    await change(manager, stage, place, after, actOf('secret-retired', `${place.name} ${use} ${fingerprint}`))
    out(`${fingerprint} is retired: within a minute nothing signed with it is accepted.`)
    return
  }
  const key = values.generate === true ? generated(place) : await typedIn()
  checkKey(place, use, key)
  const after = withKey(before, use, key)
  const shown = fingerprintOf(key)
  await change(manager, stage, place, after, actOf('secret-added', `${place.name} ${use} ${shown}`))
  if (values.generate === true) out(key)
  process.stderr.write(`${shown} is active${values.generate === true ? '; it is not shown again' : ''}.\n`)
}

/** The stage's secrets. */
async function placesOf(stage: Stage): Promise<Place[]> {
  const told = toldTo(stage)
  const arns = JSON.parse(await told('intake', 'SOURCE_SECRETS')) as Record<string, string>
  return [
    ...Object.entries(arns).map(([name, arn]) => ({
      name,
      arn,
      uses: ['active', ...(sources.get(name)?.keys?.others ?? [])],
    })),
    { name: 'slack', arn: await told('slack-desk', 'SLACK_SECRET'), uses: ['signingSecret'] },
    { name: 'links', arn: await told('customer-page', 'LINKS_SECRET'), uses: ['key'] },
  ]
}

function placeOf(places: readonly Place[], name: string): Place {
  const place = places.find((known) => known.name === name)
  if (place === undefined)
    throw new Error(`Which secret? One of: ${places.map((known) => known.name).join(', ')}`)
  return place
}

function useOf({ name, uses }: Place, given: string | undefined): string {
  const use = given ?? uses[0]
  if (use === undefined || !uses.includes(use)) throw new Error(`--use of ${name}: one of ${uses.join(', ')}`)
  return use
}

function generated({ name }: Place): string {
  const make = name === 'links' ? newLinkKey : sources.get(name)?.keys?.make
  if (make === undefined)
    throw new Error(`The other side makes the keys of ${name}: give theirs on standard input`)
  return make()
}

/** From standard input, as a command line is remembered by shells and seen by everybody on the machine. */
async function typedIn(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('The new key, then Enter and Ctrl-D:\n')
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
  return text.trim()
}

/** @throws Error for what would be refused when it is used, or would break the source for every key. */
function checkKey({ name }: Place, use: string, key: string): void {
  if (!/^[\x21-\x7e]{16,500}$/.test(key))
    throw new Error('A key has 16 to 500 characters, without spaces: nothing was changed')
  const wrong =
    name === 'links'
      ? wrongLinkKey(key)
      : use === 'active'
        ? sources.get(name)?.keys?.wrong?.(key)
        : undefined
  if (wrong !== undefined) throw new Error(`This is no key of ${name}: ${wrong}. Nothing was changed`)
}

async function read(manager: SecretsManagerClient, { name, arn }: Place): Promise<StoredSecret> {
  const { SecretString } = await manager.send(new GetSecretValueCommand({ SecretId: arn }))
  try {
    return JSON.parse(SecretString ?? '') as StoredSecret
  } catch {
    throw new Error(`The secret of ${name} is not JSON: set it as a whole (docs/deploy.md)`)
  }
}

async function change(
  manager: SecretsManagerClient,
  stage: Stage,
  { arn }: Place,
  after: StoredSecret,
  act: Act,
): Promise<void> {
  // First the record: a change that nobody knows of is worse than a record of one that failed.
  await recordAct(stage.db, stage.table, act)
  await manager.send(new PutSecretValueCommand({ SecretId: arn, SecretString: JSON.stringify(after) }))
}

await runCommand(run)
