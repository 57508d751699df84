import { createHmac } from 'node:crypto'
import type { Context } from 'aws-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Complaint } from '../../functions/domain/complaint.ts'
import { type Action, type Command, expectedSeq } from '../../functions/domain/decide.ts'
import type { HttpEvent, HttpResult } from '../../functions/shared/http.ts'
import { bea, COMPLAINT_ID, given, type Story, sam } from '../support/complaints.ts'
import { policy } from './complaints.ts'
import { FakeSlack } from './fake-slack.ts'

const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
const NOW = '2026-11-23T09:30:00Z'

/** The ledger, reduced to one story. */
const stage = vi.hoisted(() => {
  // Read when the logger is made: refusals are what these tests are made of.
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
  return { story: undefined as Story | undefined, secret: '' }
})

vi.mock('#clock', () => ({ clock: { now: async () => NOW } }))
vi.mock('../../functions/shared/policies.ts', async (original) => ({
  ...(await original<object>()),
  policyOf: () => policy,
}))
vi.mock('../../functions/shared/secrets.ts', () => ({
  readSecret: async () => ({ signingSecret: stage.secret, botToken: 'xoxb-test' }),
  rereadSecret: async () => undefined,
}))
vi.mock('../../functions/ledger/ledger.ts', async (original) => {
  const actual = await original<typeof import('../../functions/ledger/ledger.ts')>()
  class OneStory {
    async load(id: string): Promise<Complaint> {
      if (stage.story === undefined || id !== COMPLAINT_ID) throw new actual.NotFound(id)
      return stage.story.state
    }
    async execute(id: string, command: Command, now: string) {
      await this.load(id)
      return { complaint: stage.story?.state, events: stage.story?.send(now, command) }
    }
  }
  return { ...actual, Ledger: OneStory }
})

let slack: FakeSlack
let handler: (event: HttpEvent, context: Context) => Promise<HttpResult>
let story: Story

beforeAll(async () => {
  slack = await FakeSlack.start()
  Object.assign(process.env, {
    TABLE_NAME: 'table',
    SLACK_SECRET: 'secret',
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
})

interface Sent {
  readonly path?: string
  readonly body: string
  readonly type?: string
  readonly timestamp?: number
  readonly signature?: string
  readonly base64?: boolean
}

const post = async ({
  path = '/slack/interactions',
  body,
  type,
  timestamp,
  signature,
  base64 = true,
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
    },
    body: base64 ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: base64,
  } as unknown as HttpEvent
  return handler(event, { awsRequestId: 'request' } as Context)
}

const bodyOf = (result: HttpResult) => JSON.parse(result.body ?? '') as Record<string, unknown>
const form = (payload: unknown) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString()

interface PressChanges {
  readonly user?: string
  readonly value?: string
  readonly responseUrl?: string
}

/** Somebody presses a button of a card that shows the complaint as it was `seen`. */
const press = (type: Action['type'], seen: Complaint = story.state, changes: PressChanges = {}) =>
  post({
    body: form({
      type: 'block_actions',
      user: { id: changes.user ?? 'U0SAM' },
      channel: { id: slack.channels.get('support') },
      trigger_id: 'trigger',
      response_url: changes.responseUrl ?? `${slack.origin}/response`,
      actions: [
        {
          action_id: type,
          value:
            changes.value ?? JSON.stringify({ complaintId: COMPLAINT_ID, expects: expectedSeq(seen, type) }),
        },
      ],
    }),
  })

/** Somebody submits a modal that was opened on the complaint as it was `seen`. */
const submit = (
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

const happened = () => story.types().slice(1)

describe('A button', () => {
  it('does what it says, in the name of who pressed it, and answers with nothing', async () => {
    const result = await press('acknowledge')
    expect(result).toMatchObject({ statusCode: 200, body: '' })
    expect(story.events.at(-1)).toMatchObject({ type: 'acknowledged', actor: 'sam', via: 'slack', at: NOW })
    expect(slack.calls).toEqual([])
  })

  it('works for a Slack user whom the policy does not know, by their Slack id', async () => {
    await press('take', story.state, { user: 'U0STRANGER' })
    expect(story.state.owner).toBe('slack:U0STRANGER')
  })

  it('pressed twice acts once, and says so to who pressed it, alone', async () => {
    const seen = story.state
    await press('acknowledge', seen)
    const result = await press('acknowledge', seen)
    expect(result.statusCode).toBe(200)
    expect(happened()).toEqual(['acknowledged'])
    expect(slack.responses).toEqual([
      expect.objectContaining({
        response_type: 'ephemeral',
        replace_original: false,
        text: expect.stringContaining('Nothing was changed'),
      }),
    ])
  })

  it('pressed late, on a card of an earlier time, does not act on the complaint as it is now', async () => {
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    const seen = story.state
    story.does('2026-11-23T09:10:00Z', { type: 'resolve', summary: 'Answered' })
    story.does('2026-11-23T09:15:00Z', { type: 'reopen', reason: 'It was not' })
    await press('take', seen, { user: 'U0BEA' })
    expect(story.state.owner).toBe('sam')
    expect(slack.responses).toHaveLength(1)
  })

  it('answers the handoff that it was shown for, and no later one', async () => {
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:06:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'Theirs' })
    const seen = story.state
    story.does('2026-11-23T09:07:00Z', { type: 'decline-handoff', reason: 'No' }, bea)
    story.does('2026-11-23T09:08:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'Yes' }, sam)
    await press('accept-handoff', seen, { user: 'U0BEA' })
    expect(story.state.handoff).toBeDefined()
    await press('accept-handoff', story.state, { user: 'U0BEA' })
    expect(story.state).toMatchObject({ team: 'billing', owner: 'bea', stage: 'handed off' })
  })

  it('speaks for one’s own team only; the duty manager for any', async () => {
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:06:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'Theirs' })
    await press('accept-handoff')
    expect(story.state.team).toBe('support')
    expect(slack.responses).toEqual([
      expect.objectContaining({ text: expect.stringContaining('somebody of billing has to answer it') }),
    ])
    await press('accept-handoff', story.state, { user: 'U0MORGAN' })
    expect(story.state.team).toBe('billing')
  })

  it('opens a modal where more is needed, and changes nothing yet', async () => {
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    const before = story.events.length
    await press('hand-off')
    const [opened] = slack.called('views.open')
    expect(opened?.trigger_id).toBe('trigger')
    expect(JSON.parse(opened?.view ?? '')).toMatchObject({
      callback_id: 'hand-off',
      private_metadata: JSON.stringify({ complaintId: COMPLAINT_ID, expects: 2 }),
    })
    expect(story.events).toHaveLength(before)
  })

  it('opens no modal that could only be refused', async () => {
    await press('resolve')
    expect(slack.called('views.open')).toEqual([])
    expect(slack.responses).toHaveLength(1)
  })

  it('says so when Slack does not open the modal', async () => {
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    slack.faults = () => ({ kind: 'error', code: 'expired_trigger_id' })
    expect((await press('hand-off')).statusCode).toBe(200)
    expect(slack.responses).toEqual([
      expect.objectContaining({ text: expect.stringContaining('expired_trigger_id') }),
    ])
  })

  it('is answered although Slack does not answer us', async () => {
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    slack.faults = () => ({ kind: 'silent' })
    expect(await press('hand-off')).toMatchObject({ statusCode: 200, body: '' })
    expect(slack.responses).toEqual([
      expect.objectContaining({ text: expect.stringContaining('Please press again') }),
    ])
  })

  it('of a complaint that does not exist says so', async () => {
    const value = JSON.stringify({ complaintId: '01JD7Z3K8M0000000000000009', expects: 1 })
    expect((await press('take', story.state, { value })).statusCode).toBe(200)
    expect(slack.responses).toEqual([
      expect.objectContaining({ text: expect.stringContaining('There is no complaint') }),
    ])
  })

  it('never makes us call an address that is not Slack’s', async () => {
    const stranger = await FakeSlack.start()
    await press('resolve', story.state, { responseUrl: `${stranger.origin}/response` })
    await stranger.stop()
    expect(stranger.responses).toEqual([])
    expect(slack.called('chat.postEphemeral')).toEqual([
      expect.objectContaining({ channel: slack.channels.get('support'), user: 'U0SAM' }),
    ])
  })

  it('is refused quietly even where Slack takes no message', async () => {
    slack.faults = () => ({ kind: 'down' })
    const result = await press('resolve', story.state, { responseUrl: 'http://169.254.169.254/latest' })
    expect(result.statusCode).toBe(200)
    expect(happened()).toEqual([])
  })
})

describe('A submitted modal', () => {
  it('does what it asks and closes', async () => {
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    const result = await submit('hand-off', {
      toTeam: { type: 'static_select', selected_option: { value: 'billing', text: { type: 'plain_text' } } },
      reason: { type: 'plain_text_input', value: 'A billing error' },
    })
    expect(result).toMatchObject({ statusCode: 200, body: '' })
    expect(story.events.at(-1)).toMatchObject({
      type: 'handoff-requested',
      toTeam: 'billing',
      reason: 'A billing error',
      actor: 'sam',
      via: 'slack',
    })
  })

  it('names the field that has to change', async () => {
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    const empty = await submit('resolve', { summary: { value: null }, amount: { value: '12' } })
    expect(bodyOf(empty)).toEqual({
      response_action: 'errors',
      errors: { summary: expect.any(String), kind: expect.any(String) },
    })
    const own = await submit('hand-off', {
      toTeam: { selected_option: { value: 'support' } },
      reason: { value: 'Ours' },
    })
    expect(bodyOf(own)).toMatchObject({ response_action: 'errors', errors: { toTeam: expect.any(String) } })
    expect(happened()).toEqual(['acknowledged'])
  })

  it('that comes too late says so in place of the form, and changes nothing', async () => {
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    const seen = story.state
    story.does('2026-11-23T09:06:00Z', { type: 'resolve', summary: 'Answered' })
    const result = await submit('resolve', { summary: { value: 'Answered as well' } }, seen)
    expect(bodyOf(result)).toMatchObject({ response_action: 'update', view: { type: 'modal' } })
    expect(happened()).toEqual(['acknowledged', 'resolved'])
  })

  it('sent twice acts once', async () => {
    const seen = story.state
    await submit('pause', { reason: { value: 'Courier' } }, seen)
    await submit('pause', { reason: { value: 'Courier' } }, seen)
    expect(happened()).toEqual(['paused'])
  })
})

describe('The slash command', () => {
  const say = async (text: string, command = '/complaint') =>
    bodyOf(
      await post({
        path: '/slack/commands',
        body: new URLSearchParams({ command, text, user_id: 'U0SAM' }).toString(),
      }),
    )

  it('shows a complaint to who asks, as it stands', async () => {
    const shown = await say(` \`${COMPLAINT_ID.toLowerCase()}\` `)
    expect(shown.response_type).toBe('ephemeral')
    expect(JSON.stringify(shown.blocks)).toContain('*Stage*\\nreceived')
  })

  it.each([['help'], [''], ['<!channel>']])('helps with %j', async (text) => {
    expect(await say(text)).toEqual({
      response_type: 'ephemeral',
      text: expect.stringContaining('/complaint <id>'),
    })
  })

  it('says so when there is no such complaint, or no such command', async () => {
    expect(await say('01JD7Z3K8M0000000000000009')).toMatchObject({
      text: expect.stringContaining('no complaint'),
    })
    expect(await say(COMPLAINT_ID, '/other')).not.toHaveProperty('blocks')
  })
})

describe('Events', () => {
  const tell = (body: unknown) =>
    post({ path: '/slack/events', body: JSON.stringify(body), type: 'application/json', base64: false })

  it('begin with a challenge that is repeated', async () => {
    expect(bodyOf(await tell({ type: 'url_verification', challenge: 'abc' }))).toEqual({ challenge: 'abc' })
  })

  it('of any other kind are taken and left alone', async () => {
    expect(await tell({ type: 'event_callback', event: { type: 'message' } })).toMatchObject({
      statusCode: 200,
      body: '',
    })
  })
})

describe('A request that is not Slack’s', () => {
  const body = () => form({ type: 'block_actions' })
  it.each<[string, Partial<Sent>, number, string]>([
    ['with a wrong signature', { signature: `v0=${'0'.repeat(64)}` }, 401, '/problems/wrong-signature'],
    ['six minutes old', { timestamp: Math.floor(Date.now() / 1000) - 360 }, 401, '/problems/stale-signature'],
    [
      'six minutes ahead',
      { timestamp: Math.floor(Date.now() / 1000) + 360 },
      401,
      '/problems/stale-signature',
    ],
    ['without a payload', { body: 'a=b' }, 400, '/problems/malformed-body'],
    ['with a payload that is no JSON', { body: 'payload=%7B' }, 400, '/problems/malformed-body'],
    ['with a press that lacks its parts', {}, 400, '/problems/malformed-body'],
    ['as JSON', { type: 'application/json' }, 415, '/problems/unsupported-media-type'],
  ])('%s is refused with its reason, and changes nothing', async (_, changes, status, problem) => {
    const result = await post({ body: body(), ...changes })
    expect(result.statusCode).toBe(status)
    expect(result.headers?.['content-type']).toBe('application/problem+json')
    expect(bodyOf(result)).toMatchObject({ type: problem, status })
    expect(happened()).toEqual([])
  })

  it('without a signature is refused on every path', async () => {
    for (const path of ['/slack/interactions', '/slack/commands', '/slack/events']) {
      expect((await post({ path, body: body(), signature: '' })).statusCode).toBe(401)
    }
  })

  it('but a kind of interaction that is none of ours is taken and left alone', async () => {
    expect(await post({ body: form({ type: 'view_closed' }) })).toMatchObject({ statusCode: 200, body: '' })
    expect(await press('open-the-post' as 'take')).toMatchObject({ statusCode: 200, body: '' })
  })

  it('but whose button carries no complaint is malformed', async () => {
    expect((await press('take', story.state, { value: 'token' })).statusCode).toBe(400)
  })
})
