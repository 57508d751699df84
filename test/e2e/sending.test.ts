import { createHmac, randomUUID } from 'node:crypto'
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs'
import { expect, inject, it } from 'vitest'
import type { Event, EventType } from '../../functions/domain/complaint.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import type { Fault, Reported, Shown } from '../../infra/local/platforms/index.ts'
import { signedRequest } from '../../infra/local/senders/index.ts'
import type { SourceName } from '../../infra/sources.ts'
import { clientOf } from './support/client.ts'
import { waitFor } from './support/stack.ts'

/*
 * Replies through the deployed functions to the platforms' stand-ins, and what the platforms report back.
 */

const run = inject('redress')
const client = clientOf(run)
const logs = new CloudWatchLogsClient(clientConfig(run))

/** In every name, address and word here: none of it may be in a log. */
const MARK = `mark${randomUUID().slice(0, 8)}`

const platforms = async (path: string, body?: object): Promise<Response> =>
  fetch(
    `${run.platformsUrl}/${path}`,
    body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
  )
const fail = (fault: Fault) => platforms('_fail', fault)
const report = (status: Reported) => platforms('_report', { status })
const shown = async (text: string): Promise<Shown[]> =>
  ((await (await platforms('_sent')).json()) as Shown[]).filter((one) => one.text === text)

async function opened(source: SourceName, isPublic: boolean): Promise<string> {
  const id = randomUUID()
  const request = signedRequest(run, source, {
    messageId: id,
    text: `Nobody answers ${MARK}`,
    author: `${MARK} ${id}`,
    public: isPublic,
    postedAt: await client.stage.now(),
  })
  const { status, body } = await client.postTo(request)
  expect(status).toBeLessThan(300)
  if (body.complaintId !== undefined) return body.complaintId
  // A mail is answered without it: the newest complaint is this one.
  const complaint = (await client.stage.complaints()).find(({ message }) => message.messageId.startsWith(id))
  if (complaint === undefined) throw new Error('The mail opened no complaint')
  return complaint.id
}

/** Writes a reply and sees it through the guard, whatever that says. @returns its words */
async function reply(complaintId: string, more: object = {}): Promise<string> {
  const text = `We have found what went wrong and put it right this morning, ${MARK} ${randomUUID()}.`
  const act = async (as: string, command: object) => {
    const { status, body } = await client.ops(`/complaints/${complaintId}/commands`, { as, ...command })
    expect({ status, body }).toMatchObject({ status: 200 })
    return body.replies.at(-1) as { id: string; state: string }
  }
  let { id, state } = await act('sam', { type: 'draft-reply', text, ...more })
  if (state === 'held') ({ state } = await act('sam', { type: 'send-reply', id, reason: 'It is a test' }))
  if (state === 'waiting') ({ state } = await act('priya', { type: 'approve-reply', id }))
  expect(['sending', 'sent', 'delivered']).toContain(state)
  return text
}

const until = <T extends EventType>(
  complaintId: string,
  type: T,
  seconds = 60,
): Promise<Event & { type: T }> =>
  waitFor(
    `complaint ${complaintId} to have ${type}`,
    async () =>
      (await client.events(complaintId)).findLast(
        (event): event is Event & { type: T } => event.type === type,
      ),
    seconds,
  )

const acknowledge = async (complaintId: string) =>
  (await client.standing(complaintId)).complaint.timers.find(({ name }) => name === 'acknowledge')?.state

/** Begins first, as it takes its time: whoever sends has to leave the platform alone for a while before asking. */
const lost = (async () => {
  const complaintId = await opened('x', true)
  await fail({ platform: 'x', times: 1, kind: 'lost' })
  return { complaintId, text: await reply(complaintId) }
})()

it.each([
  ['twilio', false, 'whatsapp'],
  ['meta', false, 'message'],
  ['email', false, 'mail'],
] as const)(
  'A reply by %s is there once, and answers the customer when the platform says that it arrived',
  async (source, isPublic, kind) => {
    await lost
    const complaintId = await opened(source, isPublic)
    await report('silence')
    const text = await reply(complaintId)
    const sent = await until(complaintId, 'reply-sent')
    const [one, ...others] = await shown(text)
    expect(others).toEqual([])
    expect(one).toMatchObject({ kind, text })
    expect(sent).toMatchObject({ platform: source, reports: true, actor: `sender:${source}` })
    expect(sent.reference).toContain(one?.reference)
    // Sent is not delivered: nobody has been answered yet.
    expect(await acknowledge(complaintId)).toBe('running')

    await report('delivered')
    const second = await reply(complaintId)
    const delivered = await until(complaintId, 'reply-delivered')
    expect(delivered.actor).toBe(`source:${source}`)
    expect(await acknowledge(complaintId)).toBe('met')
    expect(await shown(second)).toHaveLength(1)
  },
)

it.each([
  ['x', true, 'x', 'post'],
  ['x', false, 'x', 'message'],
  ['meta', true, 'meta', 'comment'],
  ['zendesk', false, 'zendesk', 'comment'],
  ['web', true, 'endpoint', 'reply'],
  ['intercom', false, 'endpoint', 'reply'],
] as const)(
  'A reply to %s (public: %s) is there once, and answers the customer when it is sent',
  async (source, isPublic, platform, kind) => {
    await lost
    const complaintId = await opened(source, isPublic)
    const text = await reply(complaintId)
    const sent = await until(complaintId, 'reply-sent')
    expect(await shown(text)).toMatchObject([{ platform, kind, text }])
    expect(sent).toMatchObject({ platform: platform === 'endpoint' ? 'webhook' : platform, reports: false })
    expect(await acknowledge(complaintId)).toBe('met')
  },
)

it('A reply that the platform refuses, or that does not arrive, is told of with its reason', async () => {
  await lost
  const refusedOne = await opened('x', true)
  await fail({
    platform: 'x',
    times: 1,
    kind: 'answer',
    answer: { status: 403, body: { detail: 'Forbidden' } },
  })
  await reply(refusedOne)
  expect((await until(refusedOne, 'reply-failed')).reason).toMatch(/^X refuses it/)

  const undelivered = await opened('twilio', false)
  await report('failed')
  await reply(undelivered)
  expect(await until(undelivered, 'reply-failed')).toMatchObject({
    actor: 'source:twilio',
    reason: expect.stringMatching(/^It was not delivered/),
  })
  const bounced = await opened('email', false)
  await reply(bounced)
  expect((await until(bounced, 'reply-failed')).reason).toContain('mail server does not take it')
  await report('delivered')
})

it('An answer that a mail server took and sends back later has not answered: the customer waits again', async () => {
  await lost
  const complaintId = await opened('email', false)
  const text = await reply(complaintId)
  await until(complaintId, 'reply-delivered')
  const [mail] = await shown(text)
  await platforms('_report', { status: 'failed', reference: mail?.reference })
  expect((await until(complaintId, 'reply-failed')).reason).toContain('mail server does not take it')
  const { complaint } = await client.standing(complaintId)
  expect(complaint.waitingSince).toBeDefined()
  expect(complaint.timers).toContainEqual(expect.objectContaining({ name: 'next-reply', state: 'running' }))
})

it('Whoever answers a mail of ours joins its complaint, from whatever address', async () => {
  await lost
  const complaintId = await opened('email', false)
  const text = await reply(complaintId)
  const { reference } = await until(complaintId, 'reply-sent')
  const [mail] = await shown(text)
  expect(reference).toBe(mail?.more?.messageId)
  const timestamp = String(Math.floor(Date.now() / 1000))
  const token = randomUUID()
  const answer = new URLSearchParams({
    sender: 'other@elsewhere.example',
    'message-headers': JSON.stringify([
      ['From', `Other <other-${randomUUID()}@elsewhere.example>`],
      ['Date', new Date(`${await client.stage.now()}`).toUTCString()],
      ['Message-Id', `<${randomUUID()}@elsewhere.example>`],
      ['Subject', 'Re: something'],
      ['In-Reply-To', `<${reference}>`],
    ]),
    'body-plain': 'It still does not work, and I am not happy about it',
    timestamp,
    token,
    signature: createHmac('sha256', run.webhookSecrets.email).update(`${timestamp}${token}`).digest('hex'),
  })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await client.post('/webhooks/email', String(answer), headers)).status).toBe(200)
  const joined = await waitFor('the answer to join', async () =>
    (await client.events(complaintId)).find(({ type }) => type === 'customer-replied' || type === 'linked'),
  )
  expect(joined).toMatchObject({ message: { source: 'email' } })
})

it('A reply whose platform did its work and never said so is not sent twice', async () => {
  const { complaintId, text } = await lost
  const sent = await until(complaintId, 'reply-sent', 240)
  expect(await shown(text)).toMatchObject([{ platform: 'x', reference: sent.reference.replace('post:', '') }])
  expect((await client.events(complaintId)).filter(({ type }) => type === 'reply-failed')).toEqual([])
}, 300_000)

it('No platform has had to refuse what was meant, and no log knows a customer or a word', async () => {
  const refusals = (await (await platforms('_refusals')).json()) as string[]
  expect(refusals).toEqual([])
  const lines: string[] = []
  for await (const { logGroups } of paginateDescribeLogGroups({ client: logs }, {})) {
    for (const { logGroupName } of logGroups ?? [])
      for await (const { events } of paginateFilterLogEvents({ client: logs }, { logGroupName }))
        lines.push(...(events ?? []).map(({ message = '' }) => message))
  }
  expect(lines.some((line) => line.includes('"Sent"'))).toBe(true)
  expect(lines.filter((line) => line.includes(MARK))).toEqual([])
})
