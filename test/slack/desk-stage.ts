import { createHmac } from 'node:crypto'
import type { Context } from 'aws-lambda'
import { afterAll, beforeAll, beforeEach, vi } from 'vitest'
import type { Complaint, Message } from '../../functions/domain/complaint.ts'
import { type Action, type Command, expectedSeq } from '../../functions/domain/decide.ts'
import type { HttpEvent, HttpResult } from '../../functions/shared/http.ts'
import { slackClient } from '../../functions/slack/client.ts'
import type { Desk } from '../../functions/slack-desk/desk.ts'
import { perform } from '../../functions/slack-desk/perform.ts'
import type { Task } from '../../functions/slack-desk/tasks.ts'
import { COMPLAINT_ID, given, type Story } from '../support/complaints.ts'
import { policy } from './complaints.ts'
import { FakeSlack } from './fake-slack.ts'

/*
 * The Slack desk on a story in place of the ledger, with a Slack of our own: what Slack sends, what comes of it. It
 * stands in for what the handler would otherwise be loaded with.
 */

export const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
export const NOW = '2026-11-23T09:30:00Z'

/** The ledger, reduced to one story. */
const stage = vi.hoisted(() => {
  // Read when the logger is made: refusals are what these tests are made of.
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
  return {
    story: undefined as Story | undefined,
    secret: '',
    asked: new Set<string | undefined>(),
    received: new Map<string, Message>(),
    /** What waits for the worker, by what its queue knows it by. */
    tasks: new Map<string, { group: string; task: unknown }>(),
    /** Milliseconds before the ledger answers; what it says instead. */
    slow: 0,
    broken: undefined as Error | undefined,
    /** It does so many more commands, and then says this. */
    breaksAfter: undefined as { commands: number; error: Error } | undefined,
  }
})

export { stage }

vi.mock('#clock', () => ({ clock: { now: async () => NOW } }))
vi.mock('../../functions/shared/policies.ts', async (original) => {
  const actual = await original<typeof import('../../functions/shared/policies.ts')>()
  const people = Object.fromEntries(
    Object.entries(actual.currentPolicy.people).map(([id, person]) => [
      id,
      { ...person, slackUserId: `U0${id.toUpperCase()}` },
    ]),
  )
  return { ...actual, currentPolicy: { ...actual.currentPolicy, people }, policyOf: () => policy }
})
vi.mock('../../functions/shared/secrets.ts', () => ({
  readSecret: async () => ({ signingSecret: stage.secret, botToken: 'xoxb-test' }),
  rereadSecret: async () => undefined,
}))
vi.mock('../../functions/shared/queues.ts', () => ({
  sendTask: async (_: string, group: string, id: string, task: object) => {
    if (!stage.tasks.has(id)) stage.tasks.set(id, { group, task: structuredClone(task) })
  },
}))
vi.mock('../../functions/ledger/open.ts', () => ({
  openComplaints: async function* () {
    if (stage.story === undefined) return
    const { id: complaintId, team, owner, stage: where, promises } = stage.story.state
    yield { complaintId, team, owner, stage: where, unanswered: false, promiseDueAt: promises[0]?.dueAt }
  },
}))
vi.mock('../../functions/slack/thread.ts', () => ({
  Threads: class {
    load = async () => ({ cards: [{ team: 'support', channel: 'C0SUPPORT00', ts: '1.000001', hash: '' }] })
  },
}))
vi.mock('../../functions/ledger/ledger.ts', async (original) => {
  const actual = await original<typeof import('../../functions/ledger/ledger.ts')>()
  class OneStory {
    async load(id: string): Promise<Complaint> {
      await new Promise((resolve) => setTimeout(resolve, stage.slow))
      if (stage.broken !== undefined) throw stage.broken
      if (stage.story === undefined || id !== COMPLAINT_ID) throw new actual.NotFound(id)
      return stage.story.state
    }
    async execute(id: string, command: Command, now: string, guard = (_: Complaint) => {}, asked?: string) {
      const before = await this.load(id)
      if (asked !== undefined && stage.asked.has(asked)) return { complaint: before, events: [] }
      if (stage.breaksAfter !== undefined && stage.breaksAfter.commands-- <= 0) throw stage.breaksAfter.error
      guard(before)
      const events = stage.story?.send(now, command)
      stage.asked.add(asked)
      return { complaint: stage.story?.state, events }
    }
    async receive(message: Message) {
      const outcome = stage.received.has(message.messageId) ? 'duplicate' : 'opened'
      stage.received.set(message.messageId, message)
      return { complaintId: COMPLAINT_ID, outcome }
    }
    ofTeam = async (team: string) => ({
      complaints: stage.story?.state.team === team ? [stage.story.state] : [],
    })
    loadMany = async (ids: string[]) => (ids.length === 0 ? [] : [stage.story?.state])
    timeline = async (id: string, after = 0) => {
      await this.load(id)
      return stage.story?.events.filter(({ seq }) => seq > after)
    }
  }
  return { ...actual, Ledger: OneStory }
})

export let slack: FakeSlack
let handler: (event: HttpEvent, context: Context) => Promise<HttpResult>
export let story: Story

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
afterAll(() => slack.stop())
beforeEach(() => {
  slack.reset()
  stage.secret = SIGNING_SECRET
  story = given('2026-11-23T09:00:00Z', {}, policy)
  stage.story = story
  stage.slow = 0
  stage.broken = undefined
  stage.breaksAfter = undefined
  for (const kept of [stage.asked, stage.received, stage.tasks]) kept.clear()
})

/** The worker does what waits for it. @returns how many tasks that were */
export async function workerWorks(): Promise<number> {
  const { Ledger } = await import('../../functions/ledger/ledger.ts')
  const { openComplaints } = await import('../../functions/ledger/open.ts')
  const { Threads } = await import('../../functions/slack/thread.ts')
  const desk = {
    ledger: new Ledger({} as never, ''),
    open: () => openComplaints({} as never, ''),
    threads: new Threads({} as never, ''),
    slack: slackClient('xoxb-test', 1000, slack.apiUrl),
    now: async () => NOW,
    slackApiUrl: slack.apiUrl,
  } satisfies Desk
  const tasks = [...stage.tasks.values()].map(({ task }) => task as Task)
  stage.tasks.clear()
  for (const task of tasks) await perform(task, desk)
  return tasks.length
}

export interface Sent {
  readonly path?: string
  readonly body: string
  readonly type?: string
  readonly timestamp?: number
  readonly signature?: string
  readonly base64?: boolean
  /** When it came to the API, if not now: a cold start takes its time. */
  readonly arrivedAt?: number
  readonly headers?: Readonly<Record<string, string>>
}

export const post = async ({
  path = '/slack/interactions',
  body,
  type,
  timestamp,
  signature,
  base64 = true,
  arrivedAt,
  headers,
}: Sent) => {
  const ts = String(timestamp ?? Math.floor(Date.now() / 1000))
  const hmac = createHmac('sha256', SIGNING_SECRET).update(`v0:${ts}:${body}`).digest('hex')
  const event = {
    version: '2.0',
    routeKey: `POST ${path}`,
    rawPath: path,
    rawQueryString: '',
    headers: {
      host: 'api.example',
      'content-type': type ?? 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': ts,
      'x-slack-signature': signature ?? `v0=${hmac}`,
      ...headers,
    },
    requestContext: { timeEpoch: arrivedAt ?? Date.now() },
    body: base64 ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: base64,
  } as unknown as HttpEvent
  return handler(event, { awsRequestId: 'request' } as Context)
}

export const bodyOf = (result: HttpResult) => JSON.parse(result.body ?? '') as Record<string, unknown>
export const form = (payload: unknown) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString()

export interface PressChanges {
  readonly user?: string
  readonly value?: string
  readonly responseUrl?: string
  readonly trigger?: string
  readonly view?: object
}

/** Each press has a trigger of its own. */
let triggers = 0

/** What Slack sends when somebody presses a button of a card that shows the complaint as it was `seen`. */
export const pressBody = (type: Action['type'] | 'show', seen: Complaint, changes: PressChanges) =>
  form({
    type: 'block_actions',
    user: { id: changes.user ?? 'U0SAM' },
    ...(changes.view === undefined
      ? {
          channel: { id: slack.channels.get('support') },
          response_url: changes.responseUrl ?? `${slack.origin}/response`,
        }
      : { view: changes.view }),
    trigger_id: changes.trigger ?? `trigger-${++triggers}`,
    actions: [
      {
        action_id: type,
        value:
          changes.value ??
          JSON.stringify({
            complaintId: COMPLAINT_ID,
            ...(type === 'show' ? {} : { expects: expectedSeq(seen, type) }),
          }),
      },
    ],
  })

/** Somebody presses a button of a card that shows the complaint as it was `seen`. */
export const press = (
  type: Action['type'] | 'show',
  seen: Complaint = story.state,
  changes: PressChanges & Partial<Sent> = {},
) => post({ ...changes, body: pressBody(type, seen, changes) })

/** Somebody submits a modal that was opened on the complaint as it was `seen`. */
export const submit = (
  type: Action['type'],
  fields: Record<string, object>,
  seen: Complaint = story.state,
  user = 'U0SAM',
) =>
  post({
    body: form({
      type: 'view_submission',
      user: { id: user },
      view: {
        callback_id: type,
        private_metadata: JSON.stringify({ complaintId: COMPLAINT_ID, expects: expectedSeq(seen, type) }),
        state: {
          values: Object.fromEntries(
            Object.entries(fields).map(([name, value]) => [name, { [name]: value }]),
          ),
        },
      },
    }),
  })
