import { describe, expect, it } from 'vitest'
import { bea, COMPLAINT_ID, sam } from '../support/complaints.ts'
import {
  bodyOf,
  form,
  NOW,
  post,
  press,
  pressBody,
  type Sent,
  slack,
  stage,
  story,
  submit,
  workerWorks,
} from './desk-stage.ts'
import { FakeSlack } from './fake-slack.ts'

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
    expect(opened?.trigger_id).toMatch(/^trigger-/)
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

describe('Within the three seconds that Slack waits', () => {
  it('a press that Slack tells twice acts once, and nobody is told that it failed', async () => {
    const body = pressBody('acknowledge', story.state, {})
    await post({ body })
    const again = await post({
      body,
      headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' },
    })
    expect(again).toMatchObject({ statusCode: 200, body: '' })
    expect(happened()).toEqual(['acknowledged'])
    expect([...slack.responses, ...stage.tasks.values()]).toEqual([])
  })

  it('a press after a long cold start is answered at once, and done by the worker, once, however often it is told', async () => {
    const body = pressBody('acknowledge', story.state, {})
    const late = { body, arrivedAt: Date.now() - 2500 }
    expect(await post(late)).toMatchObject({ statusCode: 200, body: '' })
    await post(late)
    expect(happened()).toEqual([])
    expect([...stage.tasks.values()]).toMatchObject([
      { group: COMPLAINT_ID, task: { kind: 'act', by: { user: 'U0SAM' } } },
    ])
    await workerWorks()
    expect(story.events.at(-1)).toMatchObject({ type: 'acknowledged', actor: 'sam', via: 'slack' })
    await post({ body })
    expect(happened()).toEqual(['acknowledged'])
    expect(slack.responses).toEqual([])
  })

  it('a press that the ledger is slow about is answered in time; done here after all and by the worker, it is done once', async () => {
    stage.slow = 600
    const before = Date.now()
    const result = await press('acknowledge', story.state, { arrivedAt: Date.now() - 1700 })
    expect(Date.now() - before).toBeLessThan(900)
    expect(result).toMatchObject({ statusCode: 200, body: '' })
    stage.slow = 0
    expect(await workerWorks()).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(happened()).toEqual(['acknowledged'])
    expect(slack.responses).toEqual([])
  })

  it('a press or a form that the table turns away is kept, and done once the table is back', async () => {
    stage.broken = Object.assign(new Error('Throttled'), { name: 'ThrottlingException' })
    expect(await press('acknowledge')).toMatchObject({ statusCode: 200, body: '' })
    expect(await submit('pause', { reason: { value: 'Courier' } })).toMatchObject({
      statusCode: 200,
      body: '',
    })
    await expect(workerWorks()).rejects.toThrow('Throttled')
    stage.broken = undefined
    await press('acknowledge')
    expect(happened()).toEqual(['acknowledged'])
  })

  it('a late press that the state forbids is told by the worker, to who pressed it alone', async () => {
    await press('resume', story.state, { arrivedAt: Date.now() - 2500 })
    await workerWorks()
    expect(slack.responses).toEqual([
      expect.objectContaining({
        response_type: 'ephemeral',
        text: expect.stringContaining('Nothing was changed'),
      }),
    ])
  })
})

describe('A complaint shown as a view of its own', () => {
  it('opens from a list, with the card and its buttons', async () => {
    await press('show')
    const view = JSON.parse(slack.called('views.open')[0]?.view ?? '')
    expect(view).toMatchObject({ type: 'modal', callback_id: 'shown' })
    expect(JSON.stringify(view.blocks)).toContain('"action_id":"acknowledge"')
  })

  it('is not shown to who may not see it', async () => {
    await press('show', story.state, { user: 'U0BEA' })
    expect(slack.called('views.open')).toEqual([])
    expect(slack.responses).toHaveLength(1)
  })

  it('shows what came of a press in it; a refusal comes as a direct message', async () => {
    const view = { id: 'V1', callback_id: 'shown' }
    const seen = story.state
    await press('acknowledge', seen, { view })
    const [updated] = slack.called('views.update')
    expect(updated?.view_id).toBe('V1')
    expect(updated?.view).toContain('*Stage*\\nacknowledged')
    await press('acknowledge', seen, { view })
    expect(slack.called('chat.postMessage')).toMatchObject([{ channel: 'U0SAM' }])
  })

  it('has forms lie upon it', async () => {
    await press('pause', story.state, { view: { id: 'V1', callback_id: 'shown' } })
    expect(slack.called('views.push')).toHaveLength(1)
    expect(slack.called('views.open')).toEqual([])
  })
})

describe('The message shortcut', () => {
  const shortcut = (ts = '1764000000.000100') =>
    post({
      body: form({
        type: 'message_action',
        callback_id: 'raise',
        user: { id: 'U0SAM' },
        channel: { id: slack.channels.get('social'), name: 'social' },
        message: { ts, text: 'Kim says the bill is wrong', user: 'U0LENA' },
        trigger_id: 'trigger-raise',
        response_url: `${slack.origin}/response`,
      }),
    })
  const filledIn = (fields: Record<string, string>) => {
    const view = JSON.parse(slack.called('views.open').at(-1)?.view ?? '')
    const choices = ['origin', 'public']
    return post({
      body: form({
        type: 'view_submission',
        user: { id: 'U0SAM' },
        view: {
          id: 'V2',
          callback_id: view.callback_id,
          private_metadata: view.private_metadata,
          state: {
            values: Object.fromEntries(
              Object.entries(fields).map(([name, value]) => [
                name,
                { [name]: choices.includes(name) ? { selected_option: { value } } : { value } },
              ]),
            ),
          },
        },
      }),
    })
  }
  const fields = {
    text: 'The bill is wrong',
    name: 'Kim',
    contact: 'kim@example.com',
    origin: 'phone',
    public: 'no',
  }

  it('opens a form that begins with the message', async () => {
    expect(await shortcut()).toMatchObject({ statusCode: 200, body: '' })
    expect(slack.called('views.open')[0]?.view).toContain('"initial_value":"Kim says the bill is wrong"')
  })

  it('makes a complaint of it, links to its thread, and says so when the same message is raised again', async () => {
    await shortcut()
    const first = bodyOf(await filledIn(fields))
    expect(first).toMatchObject({ response_action: 'update', view: { title: { text: 'Raised' } } })
    expect([...stage.received.values()]).toEqual([
      expect.objectContaining({
        source: 'slack',
        messageId: 'C0SOCIAL000-1764000000.000100',
        author: { id: 'slack-C0SOCIAL000-1764000000.000100', name: 'Kim', email: 'kim@example.com' },
        text: 'The bill is wrong',
        channel: 'phone',
        public: false,
        permalink: expect.stringContaining('C0SOCIAL000'),
      }),
    ])
    await workerWorks()
    expect(slack.responses).toEqual([
      expect.objectContaining({
        text: expect.stringMatching(/is open: <https:.*C0SUPPORT00.*\|go to its thread>/),
      }),
    ])
    const again = bodyOf(await filledIn({ ...fields, text: 'Differently told' }))
    expect(JSON.stringify(again)).toContain('raised before')
  })

  it('names the fields that are missing', async () => {
    await shortcut()
    expect(bodyOf(await filledIn({ text: ' ' }))).toEqual({
      response_action: 'errors',
      errors: { text: expect.any(String), origin: expect.any(String), public: expect.any(String) },
    })
    expect(stage.received.size).toBe(0)
  })
})

describe('The App Home', () => {
  it('is published when somebody opens it: theirs, their team’s board, the promises due', async () => {
    story.does(NOW, { type: 'promise', text: 'A refund of £20', due: '2026-11-27T17:00:00Z' })
    const body = JSON.stringify({
      type: 'event_callback',
      event_id: 'Ev1',
      event: { type: 'app_home_opened', user: 'U0SAM', tab: 'home' },
    })
    const told = { path: '/slack/events', body, type: 'application/json', base64: false }
    await post(told)
    await post({ ...told, headers: { 'x-slack-retry-num': '1' } })
    expect(await workerWorks()).toBe(1)
    const [published] = slack.called('views.publish')
    expect(published?.user_id).toBe('U0SAM')
    const shown = published?.view ?? ''
    for (const part of ['Your complaints', 'Support: what is open', '*received* 1', 'A refund of £20'])
      expect(shown).toContain(part)
    expect((JSON.parse(shown).blocks as unknown[]).length).toBeLessThanOrEqual(100)
  })
})

describe('A Slack user who is deactivated', () => {
  const leaves = (deleted: boolean) =>
    post({
      path: '/slack/events',
      body: JSON.stringify({
        type: 'event_callback',
        event_id: 'Ev2',
        event: { type: 'user_change', user: { id: 'U0SAM', deleted } },
      }),
      type: 'application/json',
      base64: false,
    })

  it('has their complaints move to the team lead, with a note, once', async () => {
    await leaves(true)
    expect(await workerWorks()).toBe(1)
    await leaves(true)
    await workerWorks()
    expect(happened()).toEqual(['noted', 'assigned'])
    expect(story.state.owner).toBe('priya')
    expect(story.events.at(-1)).toMatchObject({ actor: 'source:slack' })
  })

  it('and one who is merely renamed keeps them', async () => {
    await leaves(false)
    expect(await workerWorks()).toBe(0)
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
    expect(happened().filter((type) => type === 'resolved')).toHaveLength(1)
  })

  it('sent twice acts once', async () => {
    const seen = story.state
    await submit('pause', { reason: { value: 'Courier' } }, seen)
    await submit('pause', { reason: { value: 'Courier' } }, seen)
    expect(happened()).toEqual(['paused'])
  })
})

describe('The slash command', () => {
  const say = async (text: string, command = '/complaint', user = 'U0SAM') =>
    bodyOf(
      await post({
        path: '/slack/commands',
        body: new URLSearchParams({ command, text, user_id: user }).toString(),
      }),
    )

  it('shows a complaint to who asks, as it stands', async () => {
    const shown = await say(` \`${COMPLAINT_ID.toLowerCase()}\` `)
    expect(shown.response_type).toBe('ephemeral')
    expect(JSON.stringify(shown.blocks)).toContain('*Stage*\\nreceived')
  })

  it('shows no complaint of another team', async () => {
    expect(await say(COMPLAINT_ID, '/complaint', 'U0BEA')).not.toHaveProperty('blocks')
    expect(await say(`find ${COMPLAINT_ID}`, '/complaint', 'U0MORGAN')).toHaveProperty('blocks')
  })

  const listed = async (text: string, user = 'U0SAM') => {
    const body = new URLSearchParams({
      command: '/complaint',
      text,
      user_id: user,
      channel_id: slack.channels.get('support') ?? '',
      response_url: `${slack.origin}/response`,
    }).toString()
    expect(await post({ path: '/slack/commands', body })).toMatchObject({ statusCode: 200, body: '' })
    expect(await workerWorks()).toBe(1)
    return JSON.stringify(slack.responses.at(-1))
  }

  it.each([['mine'], ['open'], ['find BILL wrong']])(
    'lists by %j, with a button that shows each',
    async (text) => {
      const shown = await listed(text)
      expect(shown).toContain('My bill is wrong')
      expect(shown).toContain('"action_id":"show"')
      expect(shown).toContain('"response_type":"ephemeral"')
    },
  )

  it('finds nothing of another team, and not what lacks a word', async () => {
    expect(await listed('find bill', 'U0BEA')).toContain('Nothing found')
    expect(await listed('find bill broadband')).toContain('Nothing found')
  })

  it('shows what should be looked at next: one’s own first, else the team’s', async () => {
    expect(await listed('next')).toContain('"action_id":"acknowledge"')
    expect(await listed('next', 'U0BEA')).toContain('Nothing is waiting')
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
