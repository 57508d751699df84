import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Event } from '../../functions/domain/complaint.ts'
import { evolve } from '../../functions/domain/complaint.ts'
import { replyTo } from '../../functions/slack/replies.ts'
import { OUTBOX_RECEIPTS } from '../../infra/constructs/queues.ts'
import { policy } from '../slack/complaints.ts'
import { FakeSlack } from '../slack/fake-slack.ts'
import { given } from '../support/complaints.ts'
import { Outbox } from './outbox.ts'

/*
 * Slack is away for an hour of a working morning, then back with its usual limits and a bad line: now and then it does
 * what it was asked and the answer is lost, and the queue delivers every third message twice.
 */

const COUNT = 60
const HOUR_MS = 3_600_000
const ids = Array.from({ length: COUNT }, (_, index) => `01JD7Z3K8M${String(index).padStart(16, '0')}`)

let slack: FakeSlack
let outbox: Outbox

beforeAll(async () => {
  slack = await FakeSlack.start()
})
afterAll(() => slack.stop())
beforeEach(() => {
  slack.reset()
  outbox = new Outbox(slack)
})

/** A busy hour of one complaint: warned twice, missed, called, acknowledged, noted, handed off, promised, answered. */
function busyHour(id: string): Event[] {
  const story = given('2026-11-23T09:00:00Z', {}, policy)
  const at = '2026-11-23T10:00:00Z'
  story.passes(at)
  story.send(at, { type: 'escalate' })
  story.does('2026-11-23T10:01:00Z', { type: 'acknowledge' })
  story.does('2026-11-23T10:02:00Z', { type: 'note', text: 'Looked into it' })
  story.does('2026-11-23T10:03:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'A billing error' })
  story.does('2026-11-23T10:04:00Z', { type: 'promise', text: 'A call', due: '2026-11-24T10:00:00Z' })
  story.does('2026-11-23T10:05:00Z', { type: 'reply', text: 'We are on it' })
  return story.events.map((event) => (event.type === 'received' ? { ...event, id } : event))
}

/** The seqs of the events that deserve a line. */
function linesOf(events: readonly Event[]): number[] {
  let after: ReturnType<typeof evolve> | undefined
  return events.flatMap((event) => {
    after = evolve(after, event)
    return replyTo(event, after, policy) === undefined ? [] : [event.seq]
  })
}

describe('An hour without Slack', () => {
  it('loses nothing, repeats nothing, keeps the order of each thread, and is followed by no flood', async () => {
    for (const id of ids) outbox.histories.set(id, busyHour(id).slice(0, 1))
    await outbox.drain(ids.map((id) => [id, 1] as const))
    const callsBefore = slack.calls.length
    for (const id of ids) outbox.histories.set(id, busyHour(id))

    const began = slack.nowMs()
    // docs.slack.dev/apis/web-api/rate-limits: one post a second and channel; tiers 3, 3 and 2 are 50, 50 and 20 a minute.
    const allowed = {
      'chat.postMessage': [60, 60_000],
      'chat.update': [50, 60_000],
      'reactions.add': [50, 60_000],
      'reactions.remove': [20, 60_000],
    } as const
    const granted = new Map<string, number[]>()
    let asked = 0
    let lostAnswers = 0
    let duringOutage = 0
    slack.faults = (method) => {
      asked++
      const now = slack.nowMs()
      if (now < began + HOUR_MS) {
        duringOutage++
        return { kind: 'down' }
      }
      const limit = allowed[method as keyof typeof allowed]
      if (limit === undefined) return undefined
      const [most, period] = limit
      const recent = (granted.get(method) ?? []).filter((at) => at > now - period)
      if (recent.length >= most) return { kind: 'rate-limited', retryAfter: 2 }
      granted.set(method, [...recent, now])
      if (asked % 17 !== 0) return undefined
      lostAnswers++
      return { kind: 'answer-lost' }
    }
    // In the order of the hour: what happened to all of them first, comes first.
    const last = busyHour(ids[0] ?? '').length
    const messages = Array.from({ length: last - 1 }, (_, index) => index + 2).flatMap((seq) =>
      ids.map((id) => [id, seq] as const),
    )
    let delivered = 0
    const attempts = await outbox.drain(messages, () => ++delivered % 3 === 0)
    const tookMinutes = (slack.nowMs() - began - HOUR_MS) / 60_000

    const posts = slack.messages.flatMap(({ metadata }) =>
      metadata?.event_payload.complaintId === undefined ? [] : [JSON.stringify(metadata.event_payload)],
    )
    let lost = 0
    let disordered = 0
    for (const id of ids) {
      const wanted = linesOf(busyHour(id))
      const [home] = outbox.threads.items.get(id)?.cards ?? []
      const told = slack.messages
        .filter(({ threadTs }) => threadTs === home?.ts)
        .map(({ metadata }) => Number(/^event:(\d+):/.exec(String(metadata?.event_payload.post))?.[1]))
      lost += wanted.filter((seq) => !told.includes(seq)).length
      disordered += told.filter((seq, index) => index > 0 && seq < (told[index - 1] ?? 0)).length
    }
    const edits = (isCard: boolean) =>
      slack.messages
        .filter(({ metadata }) => isCard === String(metadata?.event_payload.post).startsWith('card:'))
        .reduce((sum, message) => sum + message.edits, 0)
    const found = {
      events: messages.length,
      sent: posts.length,
      repeated: posts.length - new Set(posts).size,
      answersLost: lostAnswers,
      disordered,
      lost,
      attempts,
      callsDuringOutage: duringOutage,
      cardUpdates: edits(true),
      gatheredUpdates: edits(false),
      calls: slack.calls.length - callsBefore - duringOutage,
      reactionCalls: ['reactions.add', 'reactions.remove'].flatMap((method) => slack.called(method)).length,
      wrongReactions: ids.filter((id) => {
        const [home] = outbox.threads.items.get(id)?.cards ?? []
        return slack.messages.find(({ ts }) => ts === home?.ts)?.reactions.join() !== 'eyes'
      }).length,
      minutesAfter: Math.round(tookMinutes),
    }
    console.info('An hour without Slack:', JSON.stringify(found))

    expect(found).toMatchObject({ repeated: 0, disordered: 0, lost: 0 })
    // The bad line was there, and what it hid was found.
    expect(lostAnswers).toBeGreaterThan(10)
    expect(attempts).toBeLessThan(OUTBOX_RECEIPTS)
    // A card changes once for the hour; again only where the answer to that was lost.
    expect(found.cardUpdates).toBeLessThanOrEqual(COUNT + lostAnswers)
    // Emoji hold up nothing, and later events put right what Slack did not take.
    expect(found.wrongReactions).toBe(0)
    // While it is away nobody hammers it: a complaint asks about once a try.
    expect(duringOutage).toBeLessThanOrEqual(COUNT * attempts)
  })
})
