import { WebClient } from '@slack/web-api'
import { describe, expect, inject, it } from 'vitest'
import { nextOpening } from '../../functions/domain/calendar.ts'
import { addSeconds, epochSeconds, type Instant } from '../../functions/domain/instant.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { clientOf, type SlackMessage } from './support/client.ts'

const run = inject('redress')
const client = clientOf(run)
const slack = new WebClient('xoxb-tests', { slackApiUrl: `${run.slackUrl}/api/` })

const COUNT = 60
const SAM = '<@U0SAM000000>'

/** A morning at opening time that the stage has not reached yet. */
async function nextMorning(): Promise<Instant> {
  const office = currentPolicy.calendars['uk-office']
  if (office === undefined) throw new Error('The sample policy has lost its calendar')
  const now = await client.stage.now()
  return nextOpening(office, addSeconds(now, 86_400 - (epochSeconds(now) % 86_400)))
}

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

describe('Sixty complaints that nobody looks at for an hour', () => {
  it('call their owner at each step in three lines and one message for the rest, and every thread tells all of it', async () => {
    const morning = await nextMorning()
    await client.travelTo(morning)
    const ids = await Promise.all(
      Array.from({ length: COUNT }, async () => {
        const { status, body } = await client.signedWeb(client.webBody({ postedAt: morning }))
        expect(status).toBe(202)
        return String(body.complaintId)
      }),
    )
    // An hour in one leap: every step is recorded at its own time all the same. The last of them may have been opened,
    // and breach, some seconds after the first.
    await client.stage.setNow(addSeconds(morning, 3_600))
    await client.travelTo(addSeconds(morning, 3_600 + 59))

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
        return payload?.calls?.endsWith(`#${addSeconds(morning, minutes * 60)}`)
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
