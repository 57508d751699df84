import { randomUUID } from 'node:crypto'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { IgnoredList, KEPT_A_WEEK } from '../../functions/ledger/ignored.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import { shortcut } from '../../infra/local/interactions.ts'
import { clientOf, type SlackMessage } from './support/client.ts'
import { waitFor } from './support/stack.ts'

/* What opens no complaint: remembered, listed on Monday, and made a complaint of by whoever sees that it is one. */

const client = clientOf(inject('redress'))
const { run } = client
const list = new IgnoredList(client.stage.db, run.tableName)
const lambda = new LambdaClient(clientConfig(run))

async function digest(): Promise<void> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: `${run.stackName}-digest`, Payload: '{}' }),
  )
  if (FunctionError !== undefined) throw new Error(`The digest failed: ${Buffer.from(Payload ?? [])}`)
}

// biome-ignore lint/suspicious/noExplicitAny: Slack's answers are of every shape
const slack = async (method: string, body: object): Promise<any> => {
  const response = await fetch(`${run.slackUrl}/api/${method}`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-tests', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.json()
}

const CHANNEL = 'C0SUPPORT00'
/** The list of a week, once it is there. */
async function listOf(week: string): Promise<SlackMessage | undefined> {
  // Other files' storms fill the channel: all of its pages are looked at.
  const messages: SlackMessage[] = []
  let cursor: string | undefined
  do {
    const page = await slack('conversations.history', {
      channel: CHANNEL,
      limit: 200,
      include_all_metadata: true,
      ...(cursor === undefined ? {} : { cursor }),
    })
    messages.push(...(page.messages as SlackMessage[]))
    cursor = page.response_metadata?.next_cursor || undefined
  } while (cursor !== undefined)
  const found = messages.filter(({ metadata }) => {
    const payload = metadata?.event_payload as { digest?: string } | undefined
    return payload?.digest === `ignored#${week}`
  })
  expect(found.length).toBeLessThan(2)
  return found[0]
}

const passedOn = (id: string) => ({
  for_user_id: '7',
  tweet_create_events: [
    {
      id_str: id,
      created_at: 'Thu Nov 13 09:59:00 +0000 2025',
      text: 'RT @kim: they lost my parcel',
      user: { id_str: '42', name: 'Jo', screen_name: 'jo_passes_on' },
      retweeted_status: { id_str: '1' },
    },
  ],
})

describe('What somebody passes on without a word', () => {
  const id = String(1_980_000_000_000_000_000n + BigInt(Date.now()))
  let before = ''
  beforeEach(async () => {
    before = await client.stage.now()
    // Long before any deadline of the other tests.
    await client.stage.setNow('2025-11-13T10:00:00Z', true)
  })
  afterEach(() => client.stage.setNow(before, true))

  it('opens nothing, is on Monday’s list once, and becomes a complaint from there', async () => {
    const ignored = { outcome: 'ignored', cause: 'passed-on' }
    for (let times = 0; times < 2; times++)
      expect(await client.signedX(passedOn(id))).toEqual({ status: 202, body: ignored })
    expect(await list.ofWeek('2025-W46')).toEqual({
      kept: [
        {
          source: 'x',
          cause: 'passed-on',
          at: expect.stringMatching(/^2025-11-13T10:0/),
          messageId: `post:${id}`,
          permalink: `https://x.com/i/status/${id}`,
          postedAt: '2025-11-13T09:59:00Z',
          channel: 'x',
        },
      ],
      counts: [{ source: 'x', cause: 'passed-on', count: 1 }],
    })

    await client.stage.setNow('2025-11-17T09:05:00Z', true)
    await Promise.all([digest(), digest()])
    // Whoever posts it: the stage's own schedule may come to it first.
    const posted = await waitFor('the list', () => listOf('2025-W46'))
    const shown = JSON.stringify(posted.blocks)
    expect(posted.text).toContain('2025-11-10 to 2025-11-16')
    expect(shown).toContain(`*x, passed on without a word:* 1\\n<https://x.com/i/status/${id}|x 2025-11-13>`)
    expect(shown).not.toMatch(/parcel|jo_passes_on/)
    await client.stage.setNow(before, true)

    // As the list says: what the customer wrote, below it, and the menu of that message.
    const user = 'U0SAM000000'
    const text = 'They lost my parcel'
    const { ts } = await slack('chat.postMessage', { channel: CHANNEL, thread_ts: posted.ts, text })
    // A form opens within Slack's three seconds or not at all; then one presses again.
    await waitFor('the form', async () => {
      const triggerId = await client.trigger(user)
      await shortcut(run, { user, channel: CHANNEL, message: { ts, text }, triggerId }, 'raise')
      return (await client.seenBy(user)).view?.title.text === 'Raise a complaint'
    })
    await client.submitForm(user, {
      text,
      contact: `@kim-${id}`,
      origin: { choose: 'x' },
      public: { choose: 'yes' },
    })
    const { text: answer } = await waitFor('the way to the thread', async () =>
      (await client.seenBy(user)).ephemeral.find((message) => message.text.includes('is open')),
    )
    const { complaint } = await client.standing(/`(\w{26})`/.exec(answer)?.[1] ?? '')
    expect(complaint.message).toMatchObject({ source: 'slack', text, author: { id: `@kim-${id}` } })
  })
})

describe('The items of a week', () => {
  const now = '2025-11-13T10:00:00Z'
  const of = (count: number, from = 0) =>
    Array.from({ length: count }, (_, n) => ({ ignored: 'reaction', messageId: `like:${from + n}` }) as const)

  it('are one for each, however often and by how many at once it is told', async () => {
    const week = `test-${randomUUID()}`
    await Promise.all(Array.from({ length: 20 }, () => list.remember('x', of(3), 'delivery', week, now)))
    // What has no id goes by its delivery, and its place in that.
    const nameless = [{ ignored: 'reaction' }, { ignored: 'reaction' }] as const
    for (const delivery of ['a', 'b', 'a']) await list.remember('x', nameless, delivery, week, now)
    const { kept, counts } = await list.ofWeek(week)
    expect(kept.map(({ messageId }) => messageId).sort()).toEqual([
      'like:0',
      'like:1',
      'like:2',
      ...Array(4).fill(undefined),
    ])
    expect(counts).toEqual([{ source: 'x', cause: 'reaction', count: 7 }])
  })

  it('are so many of each source and cause and no more; of the rest there is the number', async () => {
    const week = `test-${randomUUID()}`
    for (let n = 0; n < 20; n++) await list.remember('x', of(3, 3 * n), `${n}`, week, now)
    await list.remember('x', of(100, 1000), 'large', week, now)
    // Once it is full, it stays so, however many come at once.
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => list.remember('x', of(1, 2000 + n), 'x', week, now)),
    )
    await list.remember('meta', of(60), 'other', week, now)
    const { kept, counts } = await list.ofWeek(week)
    expect(kept.filter(({ source }) => source === 'x')).toHaveLength(KEPT_A_WEEK)
    expect(kept.filter(({ source }) => source === 'meta')).toHaveLength(KEPT_A_WEEK)
    expect(counts.toSorted((a, b) => a.count - b.count)).toEqual([
      { source: 'meta', cause: 'reaction', count: 60 },
      { source: 'x', cause: 'reaction', count: 180 },
    ])
  })
})
