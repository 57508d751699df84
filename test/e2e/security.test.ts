import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import {
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { ulid } from 'ulid'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { fingerprintOf } from '../../functions/shared/rotation.ts'
import { createToken, type Role, revokeToken } from '../../functions/shared/tokens.ts'
import { readConfig } from '../../infra/config.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import { secretOf, signedRequest } from '../../infra/local/senders/index.ts'
import { clientOf } from './support/client.ts'
import { waitFor } from './support/stack.ts'

const client = clientOf(inject('redress'))
const { run } = client
const { secretCacheSeconds: CACHE_SECONDS = 60 } = readConfig({
  context: (key) => (key === 'stage' ? 'local' : undefined),
  env: { REDRESS_SLACK_API_URL: run.slackUrl, REDRESS_PLATFORMS_URL: run.deskUrl },
})

/** Runs a command line of this project on the shared stack. */
async function command(file: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, REDRESS_HOME: inject('home') }
  return (await promisify(execFile)(process.execPath, [file, ...args], { env })).stdout.trim()
}

describe('A signing key', () => {
  // Nobody forges requests of this source in other files, so each function has its early look at the secret left.
  const source = 'phone'
  const old = run.webhookSecrets[source]
  const messageId = randomUUID()
  const statusOf = async (key: string): Promise<number> => {
    const draft = { messageId, text: 'Nobody calls back', author: `E2E ${messageId}`, public: false }
    const sender = { ...run, webhookSecrets: { ...run.webhookSecrets, [source]: key } }
    const request = signedRequest(sender, source, { ...draft, postedAt: '2026-11-21T10:00:00Z' })
    return (await client.postTo(request)).status
  }
  const secret = (...args: string[]) => command('functions/intake/secret-cli.ts', ...args)

  afterAll(async () => {
    const manager = new SecretsManagerClient(clientConfig(run))
    const { SecretList: [{ ARN: SecretId } = {}] = [] } = await manager.send(
      new ListSecretsCommand({ Filters: [{ Key: 'name', Values: [source] }] }),
    )
    const SecretString = JSON.stringify(secretOf(source, old))
    await manager.send(new PutSecretValueCommand({ SecretId, SecretString }))
    await waitFor('the key of the other files to be good again', async () => (await statusOf(old)) === 202)
  })

  it('is rotated while its sender posts, without a refusal; retired, it is refused when nobody can remember it', async () => {
    let rotating = true
    const posting = (async () => {
      const statuses = new Set<number>()
      while (rotating) statuses.add(await statusOf(old))
      return [...statuses]
    })()
    const added = await secret('add', source, '--generate').finally(() => {
      rotating = false
    })
    expect(await posting).toEqual([202])
    for (const key of [added, old, added, old]) expect(await statusOf(key)).toBe(202)

    await secret('retire', source, fingerprintOf(old))
    const retiredAt = Date.now()
    let acceptedAt = retiredAt
    await waitFor('the retired key to be refused', async () => {
      const askedAt = Date.now()
      const statuses = await Promise.all([1, 2, 3].map(() => statusOf(old)))
      if (statuses.includes(202)) acceptedAt = askedAt
      return statuses.every((status) => status === 401)
    })
    // A copy of the function that had just looked remembers the key for so long; a second for the look itself.
    expect(acceptedAt - retiredAt).toBeLessThanOrEqual((CACHE_SECONDS + 1) * 1000)
    expect(await statusOf(added)).toBe(202)
  })
})

describe('A token', () => {
  const tokens: Record<string, string> = {}
  const names = { reader: ['support', 'read'], other: ['billing', 'act'] } as const
  const nameOf = (who: string) => `e2e-${who}`
  let id = ''

  beforeAll(async () => {
    for (const [who, [team, role]] of Object.entries(names)) tokens[who] = await made(nameOf(who), team, role)
    const { body } = await client.signedWeb(client.webBody({ postedAt: await client.stage.now() }))
    id = body.complaintId
  })
  const made = (name: string, team: string, role: Role) =>
    createToken(client.stage.db, run.tableName, { name, team, role, createdAt: '2026-11-21T10:00:00Z' })
  const act = (complaintId: string, token?: string) =>
    client.ops(`/complaints/${complaintId}/commands`, { type: 'acknowledge' }, token)

  it('to read cannot act', async () => {
    expect(await client.ops(`/complaints/${id}`, undefined, tokens.reader)).toMatchObject({ status: 200 })
    expect(await act(id, tokens.reader)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('"act"') },
    })
    expect((await client.events(id)).map(({ type }) => type)).toEqual(['received'])
  })

  it('of another team is told the same of a complaint as of one that is not there', async () => {
    const told = async (complaintId: string) => [
      await client.ops(`/complaints/${complaintId}`, undefined, tokens.other),
      await client.ops(`/complaints/${complaintId}/timeline`, undefined, tokens.other),
      await act(complaintId, tokens.other),
    ]
    const answers = await told(id)
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(answers).toEqual(await told(ulid()))
    const { body } = await client.ops('/complaints?limit=100', undefined, tokens.other)
    expect(JSON.stringify(body)).not.toContain(id)
    expect((await client.events(id)).map(({ type }) => type)).toEqual(['received'])
  })

  it('that is revoked is refused from the very next call on', async () => {
    expect((await client.ops('/complaints', undefined, tokens.reader)).status).toBe(200)
    await revokeToken(client.stage.db, run.tableName, nameOf('reader'))
    expect((await client.ops('/complaints', undefined, tokens.reader)).status).toBe(401)
  })

  afterAll(async () => {
    for (const who of Object.keys(names)) await revokeToken(client.stage.db, run.tableName, nameOf(who))
  })
})
