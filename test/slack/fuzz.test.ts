import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Complaint, Message } from '../../functions/domain/complaint.ts'
import type { Command } from '../../functions/domain/decide.ts'
import type { HttpEvent } from '../../functions/shared/http.ts'
import { type ask, httpEvent } from '../intake/http.ts'
import { COMPLAINT_ID, given, type Story } from '../support/complaints.ts'
import { Cases, damaged, hostileHeader, hostileText, textsIn } from '../support/hostile.ts'
import { policy } from './complaints.ts'
import { FakeSlack } from './fake-slack.ts'

const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
const NOW = '2026-11-23T09:30:00Z'

const stage = vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
  return { story: undefined as Story | undefined, writes: 0, written: [] as unknown[] }
})

vi.mock('#clock', () => ({ clock: { now: async () => NOW } }))
vi.mock('../../functions/shared/policies.ts', async (original) => ({
  ...(await original<object>()),
  policyOf: () => policy,
}))
vi.mock('../../functions/shared/secrets.ts', () => ({
  readSecret: async () => ({ signingSecret: SIGNING_SECRET, botToken: 'xoxb-test' }),
  rereadSecret: async () => undefined,
}))
vi.mock('../../functions/shared/queues.ts', () => ({
  sendTask: async (_: string, __: string, ___: string, task: object) => {
    stage.writes++
    stage.written.push(task)
  },
}))
vi.mock('../../functions/ledger/open.ts', () => ({ openComplaints: async function* () {} }))
vi.mock('../../functions/slack/thread.ts', () => ({
  Threads: class {
    load = async () => ({ cards: [{ team: 'support', channel: 'C0SUPPORT00', ts: '1.000001', hash: '' }] })
  },
}))
vi.mock('../../functions/ledger/ledger.ts', async (original) => {
  const actual = await original<typeof import('../../functions/ledger/ledger.ts')>()
  class OneStory {
    async load(id: string) {
      if (stage.story === undefined || id !== COMPLAINT_ID) throw new actual.NotFound(id)
      return stage.story.state
    }
    async execute(id: string, command: Command, now: string, guard = (_: Complaint) => {}) {
      guard(await this.load(id))
      const events = stage.story?.send(now, command)
      stage.writes++
      stage.written.push(events)
      return { complaint: stage.story?.state, events }
    }
    async receive(message: Message) {
      stage.writes++
      stage.written.push(message)
      return { complaintId: COMPLAINT_ID, outcome: 'opened' }
    }
    ofTeam = async () => ({ complaints: stage.story === undefined ? [] : [stage.story.state] })
    loadMany = async () => (stage.story === undefined ? [] : [stage.story.state])
    timeline = async (_: string, after = 0) => stage.story?.events.filter(({ seq }) => seq > after)
  }
  return { ...actual, Ledger: OneStory }
})

const cases = new Cases()
const runs = Cases.runs
let slack: FakeSlack
let handler: Parameters<typeof ask>[0]

beforeAll(async () => {
  slack = await FakeSlack.start()
  Object.assign(process.env, {
    TABLE_NAME: 'table',
    SLACK_SECRET: 'secret',
    SLACK_TASKS_QUEUE_URL: 'http://queue',
    SLACK_API_URL: slack.apiUrl,
    AWS_REGION: 'eu-west-1',
  })
  handler = (await import('../../functions/slack-desk/handler.ts')).handler as unknown as typeof handler
})
beforeEach(() => {
  stage.written = []
})
afterAll(async () => {
  cases.report()
  await slack.stop()
})

interface Sent {
  readonly path: string
  readonly body: Uint8Array
  readonly type?: string
  readonly change?: Record<string, string>
}

/** With something for every form to be about: a reply that is held, one that waits, an issue at another team, a promise. */
function wholeStory(): Story {
  const story = given('2026-11-23T09:00:00Z', {}, policy)
  story.does('2026-11-23T09:01:00Z', { type: 'acknowledge' })
  story.does('2026-11-23T09:02:00Z', { type: 'add-issue', text: 'The bill' })
  story.does('2026-11-23T09:03:00Z', {
    type: 'hand-off-issue',
    id: 'i1',
    toTeam: 'billing',
    reason: 'Please',
  })
  story.does('2026-11-23T09:04:00Z', { type: 'draft-reply', text: 'Please ring our helpline.' })
  story.does('2026-11-23T09:05:00Z', { type: 'send-reply', id: HELD.waiting })
  story.does('2026-11-23T09:06:00Z', {
    type: 'draft-reply',
    text: 'We will refund you by Friday. Ring our helpline.',
  })
  story.does('2026-11-23T09:07:00Z', { type: 'promise', text: 'A call', due: '2026-11-30T12:00:00Z' })
  return story
}

/** The ids of its replies. */
const HELD = { waiting: 'o5', held: 'o8' }

/** Signed, unless `change` says otherwise. */
async function holds({ path, body, type = 'application/x-www-form-urlencoded', change = {} }: Sent) {
  stage.story = wholeStory()
  stage.writes = 0
  const timestamp = String(Math.floor(Date.now() / 1000))
  const hmac = createHmac('sha256', SIGNING_SECRET).update(`v0:${timestamp}:`).update(body).digest('hex')
  const headers = {
    'content-type': type,
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${hmac}`,
    ...change,
  }
  const event: HttpEvent = httpEvent(`POST ${path}`, { headers, body })
  event.requestContext.timeEpoch = Date.now() // what came long ago is left to the worker
  const answer = await cases.run(path, async () => {
    const { statusCode, body: text } = (await handler(event, {} as never)) as {
      statusCode: number
      body: string
    }
    return { status: statusCode, text }
  })
  // Half a character would be refused by the table, or come back as another.
  expect(textsIn(stage.written).filter((text) => !text.isWellFormed())).toEqual([])
  expect([200, 400, 401, 404, 413, 415]).toContain(answer.status)
  if (answer.status >= 400) expect(stage.writes).toBe(0)
}

const form = (payload: unknown): Uint8Array =>
  Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString())

/** What some forms are about. */
const ABOUT: Readonly<Record<string, object>> = {
  'draft-reply': { id: HELD.held, seen: 8 },
  'send-reply': { id: HELD.held },
  'refuse-reply': { id: HELD.waiting },
  'answer-issue': { id: 'i1' },
  'return-issue': { id: 'i1' },
  promise: { reply: HELD.held },
}

/** What Slack sends, in every kind that we answer. Nothing in them leads anywhere but to the fake Slack. */
const PAYLOADS = [
  {
    type: 'block_actions',
    user: { id: 'U0SAM000000' },
    channel: { id: 'C0SUPPORT' },
    trigger_id: 'trigger',
    actions: [{ action_id: 'take', value: JSON.stringify({ complaintId: COMPLAINT_ID, expects: 2 }) }],
  },
  {
    type: 'block_actions',
    user: { id: 'U0SAM000000' },
    trigger_id: 'trigger',
    actions: [
      { action_id: 'resolve', value: JSON.stringify({ complaintId: COMPLAINT_ID, expects: 2 }) },
      { action_id: 'hand-off', value: JSON.stringify({ complaintId: COMPLAINT_ID }) },
    ],
  },
  ...[
    ['change-reply', { id: HELD.held }],
    ['record-promise', { id: HELD.held, at: 0 }],
    ['discard-reply', { id: HELD.held }],
    ['approve-reply', { id: HELD.waiting }],
    ['accept-issue', { id: 'i1', expects: 4 }],
    ['answer-issue', { id: 'i1', expects: 4 }],
  ].map(([action_id, about]) => ({
    type: 'block_actions',
    user: { id: 'U0PRIYA0000' },
    view: { id: 'V1', callback_id: 'send-reply', previous_view_id: null },
    trigger_id: 'trigger',
    actions: [{ action_id, value: JSON.stringify({ complaintId: COMPLAINT_ID, ...(about as object) }) }],
  })),
  ...[
    'resolve',
    'hand-off',
    'pause',
    'promise',
    'reply',
    'note',
    'draft-reply',
    'send-reply',
    'refuse-reply',
    'answer-issue',
    'return-issue',
    'break-promise',
    'ask-contact',
  ].map((callback_id) => ({
    type: 'view_submission',
    user: { id: 'U0SAM000000' },
    view: {
      id: 'V1',
      callback_id,
      previous_view_id: 'V0',
      private_metadata: JSON.stringify({ complaintId: COMPLAINT_ID, ...ABOUT[callback_id] }),
      state: {
        values: {
          answer: { answer: { type: 'plain_text_input', value: 'a form' } },
          where: { where: { type: 'radio_buttons', selected_option: { value: 'private' } } },
          due: { due: { type: 'datetimepicker', selected_date_time: 1795780800 } },
          summary: { summary: { type: 'plain_text_input', value: 'Refunded' } },
          reason: { reason: { type: 'plain_text_input', value: 'a form' } },
          text: { text: { type: 'plain_text_input', value: 'a form' } },
          toTeam: { toTeam: { type: 'static_select', selected_option: { value: 'billing' } } },
          amount: { amount: { type: 'plain_text_input', value: '12.50' } },
          kind: { kind: { type: 'static_select', selected_option: { value: 'refund' } } },
          currency: { currency: { type: 'static_select', selected_option: { value: 'GBP' } } },
        },
      },
    },
  })),
]

describe('whatever comes to the Slack endpoints, the answer is 2xx or 4xx', () => {
  const interactions = '/slack/interactions'

  it('for presses and forms with something wrong in them', async () => {
    await fc.assert(
      fc.asyncProperty(damaged(PAYLOADS), (payload) => holds({ path: interactions, body: form(payload) })),
      runs(500),
    )
  })

  it('for good ones, some of which change something', async () => {
    let written = 0
    for (const payload of PAYLOADS) {
      await holds({ path: interactions, body: form(payload) })
      written += stage.writes
    }
    expect(written).toBeGreaterThan(12)
  })

  it('for forms with half a character in them, which are mended', async () => {
    for (const payload of PAYLOADS)
      await holds({
        path: interactions,
        body: form(JSON.parse(JSON.stringify(payload).replaceAll('"a form"', '"a \\ud800 form"'))),
      })
    expect(JSON.stringify(stage.written)).toContain('a \ufffd form')
  })

  it.each([
    [interactions, 'application/x-www-form-urlencoded'],
    ['/slack/commands', 'application/x-www-form-urlencoded'],
    ['/slack/events', 'application/json'],
    ['/slack/nothing', 'text/plain'],
  ])('for bodies of any kind to %s', async (path, type) => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          hostileText.map((text) => Buffer.from(text)),
          hostileText.map((text) => Buffer.from(new URLSearchParams({ payload: text }).toString())),
          fc.uint8Array({ maxLength: 300 }),
        ),
        (body) => holds({ path, body, type }),
      ),
      runs(120),
    )
  })

  it('for slash commands with anything in them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ command: fc.constantFrom('/complaint', '/x', ''), text: fc.string({ unit: 'binary' }) }),
        (fields) =>
          holds({ path: '/slack/commands', body: Buffer.from(new URLSearchParams(fields).toString()) }),
      ),
      runs(120),
    )
  })

  it('for any headers', async () => {
    const names = fc.constantFrom('content-type', 'x-slack-request-timestamp', 'x-slack-signature')
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, hostileHeader), (change) =>
        holds({ path: interactions, body: form(PAYLOADS[0]), change }),
      ),
      runs(150),
    )
  })

  it('within two seconds each, whatever it is', () => {
    expect(cases.slowestMs()).toBeLessThan(2000)
  })
})
