import { createHmac, randomUUID } from 'node:crypto'
import { GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb'
import { describe, expect, inject, it } from 'vitest'
import { messageKey } from '../../functions/ledger/keys.ts'
import { SENDERS, secretOf, signedRequest } from '../../infra/local/senders/index.ts'
import { signWeb } from '../../infra/local/sign.ts'
import { clientOf } from './support/client.ts'

const client = clientOf(inject('redress'))
const { run } = client

/**
 * How many items the table holds of those that a message leaves: what a refused delivery must not change. What follows
 * from the messages of other tests is still being written.
 */
async function itemCount(): Promise<number> {
  let count = 0
  const pages = paginateScan(
    { client: client.stage.db },
    {
      TableName: run.tableName,
      Select: 'COUNT',
      FilterExpression:
        'sk = :state OR begins_with(pk, :message) OR begins_with(pk, :tie) OR begins_with(pk, :delivery)',
      ExpressionAttributeValues: {
        ':state': 'STATE',
        ':message': 'MESSAGE#',
        ':tie': 'TIE#',
        ':delivery': 'DELIVERY#',
      },
    },
  )
  for await (const { Count = 0 } of pages) count += Count
  return count
}

describe('A message', () => {
  it('delivered 100 times at once opens one complaint', async () => {
    const body = client.webBody({ postedAt: await client.stage.now() })
    const answers = await Promise.all(Array.from({ length: 100 }, () => client.signedWeb(body)))
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(202))
    expect(new Set(answers.map((answer) => answer.body.complaintId)).size).toBe(1)
    const outcomes = answers.map((answer) => answer.body.outcome).sort()
    expect(outcomes).toEqual([...Array(99).fill('duplicate'), 'opened'])
    const { complaint } = await client.atRest(answers[0]?.body.complaintId)
    expect(await client.events(complaint.id)).toHaveLength(complaint.version)
  })
})

describe('A message of each source', () => {
  it.each(SENDERS.filter((source) => source !== 'email'))(
    '%s opens a complaint, and delivered again none',
    async (source) => {
      const messageId = randomUUID()
      const send = async () => {
        const draft = { text: 'Nobody answers', author: `E2E ${messageId}`, public: false, messageId }
        const request = signedRequest(run, source, { ...draft, postedAt: '2026-11-21T10:00:00Z' })
        return client.postTo(request)
      }
      const first = await send()
      expect(first).toMatchObject({ status: 202, body: { outcome: 'opened' } })
      const complaintId = first.body.complaintId
      expect(await send()).toEqual({ status: 202, body: { complaintId, outcome: 'duplicate' } })
      const [received] = await client.events(complaintId)
      expect(received).toMatchObject({ type: 'received', message: { source, text: 'Nobody answers' } })
    },
  )

  it('email opens a complaint, and is answered by what alone makes Mailgun stop sending', async () => {
    const messageId = randomUUID()
    const draft = { messageId, text: 'Nobody answers', author: `E2E ${messageId}`, public: false }
    const send = () =>
      client.postTo(signedRequest(run, 'email', { ...draft, postedAt: '2026-11-21T10:00:00Z' }))
    const taken = { status: 200, body: { taken: true } }
    expect([await send(), await send()]).toEqual([taken, taken])
    const Key = messageKey('email', `${messageId}@customers.example`)
    const { Item } = await client.stage.db.send(new GetCommand({ TableName: run.tableName, Key }))
    const events = await client.events(Item?.complaintId)
    expect(events).toMatchObject([{ type: 'received', message: { source: 'email', text: 'Nobody answers' } }])
  })

  it('from Twilio itself is answered with TwiML that says nothing', async () => {
    const draft = { messageId: randomUUID(), text: 'Hello?', author: 'E2E', public: false }
    const request = signedRequest(run, 'twilio', { ...draft, postedAt: '2026-11-21T10:00:00Z' })
    const headers = { ...request.headers, 'i-twilio-idempotency-token': randomUUID() }
    const response = await fetch(request.url, { method: 'POST', headers, body: request.body })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/xml'])
    expect(await response.text()).toMatch(/<Response><\/Response>$/)
  })
})

describe('A delivery that is refused', () => {
  const good = () => JSON.stringify(client.webBody())
  const signed = (body: string, secret = run.webhookSecrets.web, at = new Date()) =>
    signWeb(body, secret, `msg_${randomUUID()}`, at)
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
  const text = (length: number) => JSON.stringify(client.webBody({ text: 'x'.repeat(length) }))

  const cases: [
    string,
    number,
    string,
    () => [path: string, body: string, headers: Record<string, string>],
  ][] = [
    ['is unsigned', 401, 'webhook-id', () => ['web', good(), { 'content-type': 'application/json' }]],
    [
      'is signed with another secret',
      401,
      'signature',
      () => ['web', good(), signed(good(), `whsec_${Buffer.from(randomUUID()).toString('base64')}`)],
    ],
    ['was changed after signing', 401, 'signature', () => ['web', good(), signed('{}')]],
    [
      'is stale',
      401,
      'at most 300',
      () => {
        const body = good()
        return ['web', body, signed(body, run.webhookSecrets.web, minutesAgo(6))]
      },
    ],
    [
      'comes from the future',
      401,
      'at most 300',
      () => {
        const body = good()
        return ['web', body, signed(body, run.webhookSecrets.web, minutesAgo(-6))]
      },
    ],
    ['is not JSON', 400, 'JSON', () => ['web', '{"messageId":', signed('{"messageId":')]],
    [
      'is too large',
      413,
      '262144',
      () => {
        const body = text(300_000)
        return ['web', body, signed(body)]
      },
    ],
    ['names a source that is not there', 404, 'sources: web, x', () => ['fax', good(), signed(good())]],
    [
      'has the wrong shape',
      422,
      'author',
      () => {
        const body = JSON.stringify({ ...client.webBody(), author: 'Kim' })
        return ['web', body, signed(body)]
      },
    ],
    [
      'asks for a team that is not there',
      422,
      'team',
      () => {
        const body = JSON.stringify(client.webBody({ team: 'constructor' }))
        return ['web', body, signed(body)]
      },
    ],
    [
      'is a post to X that X did not sign',
      401,
      'signature',
      () => [
        'x',
        '{}',
        { 'content-type': 'application/json', 'x-twitter-webhooks-signature': 'sha256=AAAA' },
      ],
    ],
  ]

  it.each(cases)(
    'because it %s is answered %i, says why, and writes nothing',
    async (_, status, why, make) => {
      const before = await itemCount()
      const [source, body, headers] = make()
      const answer = await client.post(`/webhooks/${source}`, body, headers)
      expect(answer.status).toBe(status)
      expect(answer.body).toMatchObject({ status, title: expect.any(String), type: expect.any(String) })
      expect(JSON.stringify(answer.body)).toContain(why)
      expect(await itemCount()).toBe(before)
    },
  )
})

describe('The handshake of source meta', () => {
  it('gives the challenge back to who knows the verify token, and to nobody else', async () => {
    const { verify: [token = ''] = [] } = secretOf('meta', run.webhookSecrets.meta)
    const shake = (given: string) =>
      fetch(
        `${run.apiUrl}/webhooks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${given}`,
      )
    const response = await shake(token)
    expect([response.status, await response.text()]).toEqual([200, '1158201444'])
    expect((await shake('another')).status).toBe(401)
  })
})

describe('The handshake of source x', () => {
  it('proves that we hold the consumer secret', async () => {
    const response = await fetch(`${run.apiUrl}/webhooks/x?crc_token=challenge-1`)
    const token = createHmac('sha256', run.webhookSecrets.x).update('challenge-1').digest('base64')
    expect([response.status, await response.json()]).toEqual([200, { response_token: `sha256=${token}` }])
  })
})
