import { WebClient } from '@slack/web-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addSeconds } from '../../functions/domain/instant.ts'
import { type Client, clientOf, type SlackMessage } from './support/client.ts'
import { startTestStack, type TestStack } from './support/stack.ts'

const COUNT = 24
const MORNING = '2026-11-23T09:00:00Z'
const SAM = '<@U0SAM000000>'

// Complaints left behind would climb their ladders through every other test's journeys.
let stack: TestStack
let client: Client
let slack: WebClient

beforeAll(async () => {
  stack = await startTestStack()
  client = clientOf(stack.run)
  slack = new WebClient('xoxb-tests', { slackApiUrl: `${stack.run.slackUrl}/api/` })
  await client.stage.setNow(MORNING, true)
})
afterAll(() => stack.stop())

async function supportChannel(): Promise<string> {
  const { channels } = await slack.conversations.list()
  return channels?.find(({ name }) => name === 'support')?.id ?? ''
}

/** All of a channel, or of a thread in it. */
async function messages(channel: string, ts?: string): Promise<SlackMessage[]> {
  const found: SlackMessage[] = []
  let cursor: string | undefined
  do {
    const range = { channel, limit: 200, include_all_metadata: true, ...(cursor ? { cursor } : {}) }
    const page = await (ts === undefined
      ? slack.conversations.history(range)
      : slack.conversations.replies({ ...range, ts }))
    found.push(...(page.messages as unknown as SlackMessage[]))
    cursor = page.response_metadata?.next_cursor
  } while (cursor)
  return found
}

const mentions = (message: SlackMessage): boolean => /<@/.test(message.text + JSON.stringify(message.blocks))

describe('Two dozen complaints that nobody looks at for an hour', () => {
  it('call their owner at each step in three lines and one message for the rest, and every thread tells all of it', async () => {
    const ids = await Promise.all(
      Array.from({ length: COUNT }, async () => {
        const { status, body } = await client.signedWeb(client.webBody({ postedAt: MORNING }))
        expect(status).toBe(202)
        return String(body.complaintId)
      }),
    )
    // An hour in one leap: every step is recorded at its own time all the same. The last of them may have been opened,
    // and breach, some seconds after the first.
    await client.stage.setNow(addSeconds(MORNING, 3_600))
    await client.travelTo(addSeconds(MORNING, 3_600 + 59))

    const channel = await supportChannel()
    const roots = await messages(channel)
    const cards = roots.filter(({ metadata }) => ids.includes(metadata?.event_payload?.complaintId ?? ''))
    expect(cards).toHaveLength(COUNT)
    expect(cards.filter(mentions)).toEqual([])
    const threads = await Promise.all(cards.map(({ ts }) => messages(channel, ts)))
    const lines = threads.flatMap(([, ...replies]) => replies)
    expect(lines).toHaveLength(4 * COUNT)

    const together = (minutes: number) =>
      roots.filter(({ metadata }) => {
        const payload = metadata?.event_payload as { calls?: string } | undefined
        return payload?.calls?.endsWith(`#${addSeconds(MORNING, minutes * 60)}`)
      })
    for (const [minutes, line, step] of [
      [30, '50% of the time', 'are running out of time'],
      [45, '75% of the time', 'are running out of time'],
      [60, 'Level 1, owner', 'have reached level 1 (owner)'],
    ] as const) {
      const said = lines.filter(({ text }) => text.includes(line))
      expect(said).toHaveLength(COUNT)
      expect(said.filter(mentions)).toHaveLength(3)
      expect(together(minutes).map(({ text }) => text)).toEqual([
        `:rotating_light: ${COUNT - 3} more complaints ${step}: ${SAM}`,
      ])
    }
  })
})
