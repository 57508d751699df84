import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Instant } from '../../functions/domain/instant.ts'
import { CALLED_SINGLY } from '../../functions/slack/calls.ts'
import { gatheredContent, LISTED, MOST_MENTIONED } from '../../functions/slack/gathered.ts'
import { LIMITS } from '../../functions/slack/mrkdwn.ts'
import { OUTBOX_RECEIPTS } from '../../infra/constructs/queues.ts'
import { type FakeMessage, FakeSlack, type Fault } from '../slack/fake-slack.ts'
import { bea, given, type Story } from '../support/complaints.ts'
import { Outbox } from './outbox.ts'

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

const idOf = (number: number): string => `01JD7Z3K8M${String(number).padStart(16, '0')}`
const ids = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => idOf(from + index))

const MORNING = '2026-11-23T09:00:00Z'
const AN_HOUR_LATER = '2026-11-23T10:00:00Z'

/** Opened in the morning, acknowledged by nobody, and an hour later its owner is called. */
function ignored(openedAt: Instant = MORNING, calledAt: Instant = AN_HOUR_LATER, team?: string): Story {
  const story = given(openedAt, { team })
  story.passes(calledAt)
  story.send(calledAt, { type: 'escalate' })
  return story
}

/** Complaints whose cards Slack shows, and which it has been told everything of but their last event. */
async function known(complaintIds: readonly string[], story: Story): Promise<(readonly [string, number])[]> {
  const { events } = story
  for (const id of complaintIds) {
    const own = events.map((event) => (event.type === 'received' ? { ...event, id } : event))
    outbox.histories.set(id, own.slice(0, 1))
  }
  await outbox.drain(complaintIds.map((id) => [id, 1] as const))
  return complaintIds.map((id) => {
    const thread = outbox.threads.items.get(id)
    if (thread === undefined) throw new Error('Its card is not there')
    outbox.threads.items.set(id, { ...thread, deliveredSeq: events.length - 1 })
    const own = events.map((event) => (event.type === 'received' ? { ...event, id } : event))
    outbox.histories.set(id, own)
    return [id, events.length] as const
  })
}

const isGathered = ({ metadata }: FakeMessage) => metadata?.event_payload.post === 'message'
const gathered = (channel = 'support') => slack.cards(channel).filter(isGathered)
const lines = (id: string): string[] => {
  const cards = slack.messages.filter(
    ({ metadata, threadTs }) => threadTs === undefined && metadata?.event_payload.complaintId === id,
  )
  expect(cards).toHaveLength(1)
  return slack.messages.filter(({ threadTs }) => threadTs === cards[0]?.ts).map(({ text }) => text)
}
/** Numbers of how many messages mention somebody: single lines, and messages for many. */
const mentions = (channel = 'support') => {
  const calling = slack.calling(channel)
  return {
    single: calling.filter(
      ({ threadTs, metadata }) => threadTs !== undefined && metadata?.event_payload.complaintId,
    ).length,
    gathered: calling.filter(isGathered).length,
    all: calling.length,
  }
}

describe('Two hundred complaints that reach level 1 in the same minute', () => {
  it('call their owner in three lines and one message that counts the rest; every thread has its line', async () => {
    const messages = await known(ids(200), ignored())
    const began = slack.nowMs()
    const attempts = await outbox.drain(messages)
    expect(mentions()).toEqual({ single: CALLED_SINGLY, gathered: 1, all: CALLED_SINGLY + 1 })
    const [message] = gathered()
    expect(message?.text).toBe(
      ':rotating_light: 197 more complaints have reached level 1 (owner): <@U0SAM000000>',
    )
    for (const id of ids(200)) expect(lines(id)).toEqual([expect.stringContaining('Level 1, owner: ')])
    // Nobody is told more often than Slack allows, and nobody waits for more than one change.
    expect(message?.edits).toBeLessThanOrEqual((slack.nowMs() - began) / 10_000)
    expect(attempts).toBeLessThanOrEqual(3)
    for (const [, { deliveredSeq }] of outbox.threads.items) expect(deliveredSeq).toBe(messages[0]?.[1])
  })

  it('are linked in the message as far as there is room, and the others counted', async () => {
    await outbox.drain(await known(ids(200), ignored()))
    const shown = JSON.stringify(gathered()[0]?.blocks)
    const links = [...shown.matchAll(/\|(01JD[0-9A-Z]+)>/g)]
    expect(links).toHaveLength(LISTED)
    expect(shown).toContain(`…and ${197 - LISTED} more`)
  })

  it('are all called for at once, however long Slack takes for their threads', async () => {
    const messages = await known(ids(200), ignored())
    // What Slack allows: ten messages in ten seconds, fifty updates a minute.
    const allowed = { 'chat.postMessage': [10, 10_000], 'chat.update': [50, 60_000] } as const
    const granted = new Map<string, number[]>()
    let counted = 0
    slack.faults = (method, form) => {
      const [most, period] = allowed[method as keyof typeof allowed] ?? [Number.POSITIVE_INFINITY, 0]
      const recent = (granted.get(method) ?? []).filter((at) => at > slack.nowMs() - period)
      if (recent.length >= most) return { kind: 'rate-limited', retryAfter: Math.ceil(period / most / 1000) }
      granted.set(method, [...recent, slack.nowMs()])
      if (form.text?.includes(' more complaints')) counted++
      return undefined
    }
    expect(await outbox.drain(messages)).toBeLessThan(OUTBOX_RECEIPTS)
    expect(mentions()).toEqual({ single: 3, gathered: 1, all: 4 })
    expect(gathered()[0]?.text).toContain(' 197 more ')
    expect(counted).toBeLessThanOrEqual(2)
  })

  it('are told as ever where there are no more than three', async () => {
    await outbox.drain(await known(ids(CALLED_SINGLY), ignored()))
    expect(mentions()).toEqual({ single: 3, gathered: 0, all: 3 })
    // What an ordinary day pays: one small write a line.
    expect(outbox.calls.asked).toEqual({ isSingle: 3, gather: 0, gathered: 0, load: 0, save: 0 })
  })

  it('are not taken for told before the message tells of them', async () => {
    const messages = await known(ids(4), ignored())
    const failed = await outbox.deliver(messages)
    expect(failed).toHaveLength(1)
    const waiting = failed[0]?.split('#')[0] ?? ''
    expect(outbox.threads.items.get(waiting)?.deliveredSeq).toBe((messages[0]?.[1] ?? 0) - 1)
    expect(outbox.delays.get(failed[0] ?? '')).toBeGreaterThanOrEqual(10)
    expect(gathered()).toEqual([])
  })
})

describe('Calls that do not belong together', () => {
  it('of two channels are not mixed', async () => {
    const support = await known(ids(20), ignored())
    const billing = await known(ids(30, 100), ignored(MORNING, AN_HOUR_LATER, 'billing'))
    await outbox.drain([...support, ...billing])
    expect(mentions('support')).toEqual({ single: 3, gathered: 1, all: 4 })
    expect(mentions('billing')).toEqual({ single: 3, gathered: 1, all: 4 })
    expect(gathered('support')[0]?.text).toMatch(/ 17 more .*<@U0SAM000000>$/)
    expect(gathered('billing')[0]?.text).toMatch(/ 27 more .*<@U0BEA000000>$/)
  })

  it('of a later time are gathered anew, however late the earlier ones are told', async () => {
    const early = await known(ids(10), ignored())
    const late = await known(ids(10, 100), ignored('2026-11-23T09:05:00Z', '2026-11-23T10:05:00Z'))
    await outbox.drain([...late, ...early])
    expect(mentions()).toEqual({ single: 6, gathered: 2, all: 8 })
    expect(gathered().map(({ text }) => text)).toEqual([
      expect.stringContaining(' 7 more complaints'),
      expect.stringContaining(' 7 more complaints'),
    ])
  })

  it('of another level are gathered apart, and call whom that level calls', async () => {
    const story = ignored()
    story.passes('2026-11-23T10:30:00Z')
    story.send('2026-11-23T10:30:00Z', { type: 'escalate' })
    await outbox.drain(await known(ids(10), story))
    expect(gathered().map(({ text }) => text)).toEqual([
      ':rotating_light: 7 more complaints have reached level 2 (team lead): <@U0PRIYA0000>',
    ])
  })
})

describe('The message for many', () => {
  it('calls who joins later in a line below it, once', async () => {
    await outbox.drain(await known(ids(10), ignored()))
    const assigned = given(MORNING)
    assigned.does(MORNING, { type: 'assign', owner: 'priya' })
    assigned.passes(AN_HOUR_LATER)
    assigned.send(AN_HOUR_LATER, { type: 'escalate' })
    await outbox.drain(await known(ids(5, 100), assigned))
    const [message] = gathered()
    expect(message?.text).toBe(
      ':rotating_light: 12 more complaints have reached level 1 (owner): <@U0SAM000000>',
    )
    const below = slack.messages.filter(({ threadTs }) => threadTs === message?.ts)
    expect(below.map(({ text }) => text)).toEqual([':rotating_light: Also for you: <@U0PRIYA0000>'])
    expect(mentions().all).toBe(3 + 1 + 1)
  })

  it('comes back where somebody deleted it, and calls nobody again', async () => {
    await outbox.drain(await known(ids(10), ignored()))
    slack.messages.splice(slack.messages.findIndex(isGathered), 1)
    await outbox.drain(await known(ids(5, 100), ignored()))
    expect(gathered().map(({ text }) => text)).toEqual([
      ':rotating_light: 12 more complaints have reached level 1 (owner)',
    ])
  })

  it('waits where Slack may have it already, and is then found instead of posted again', async () => {
    const messages = await known(ids(10), ignored())
    let lost = 0
    slack.faults = (method, form) =>
      method === 'chat.postMessage' && form.text?.includes('more complaint') && lost++ === 0
        ? { kind: 'answer-lost' }
        : undefined
    await outbox.drain(messages)
    expect(lost).toBe(1)
    expect(gathered()).toHaveLength(1)
    expect(gathered()[0]?.text).toContain(' 7 more ')
  })

  it('is posted once, although somebody else comes while Slack takes its time', async () => {
    const messages = await known(ids(10), ignored())
    await outbox.deliver(messages)
    slack.passed += 10_000
    const others = messages.slice(-2)
    let meanwhile: string[] | undefined
    slack.faults = async (method, form) => {
      if (method !== 'chat.postMessage' || !form.text?.includes('more complaint')) return undefined
      // Once only: were it posted twice, the second would go through.
      if (meanwhile !== undefined) return undefined
      meanwhile = []
      meanwhile = await outbox.deliver(others, 2)
      return undefined
    }
    expect(await outbox.deliver(messages.slice(3, 8), 2)).toEqual([])
    expect(meanwhile).toHaveLength(2)
    slack.passed += 60_000
    expect(await outbox.deliver(others, 3)).toEqual([])
    expect(gathered()).toHaveLength(1)
  })

  it('fits, whatever is in it', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(MOST_MENTIONED), fc.webUrl(), (count, people, url) => {
        const step = { name: 'level-1-owner', one: 'has', many: 'have' }
        const links = Object.fromEntries(ids(count + 1).map((id) => [id, url]))
        const content = gatheredContent(step, ids(count + 1), Array(people).fill('x'.repeat(100)), links)
        for (const block of content.blocks) {
          expect((block as { text: { text: string } }).text.text.length).toBeLessThanOrEqual(
            LIMITS.sectionText,
          )
        }
        expect(JSON.stringify(content).length).toBeLessThanOrEqual(LIMITS.messageJson)
        const listed = JSON.stringify(content).match(/01JD7Z/g)?.length ?? 0
        const more = Number(/…and (\d+) more/.exec(JSON.stringify(content))?.[1] ?? 0)
        expect(listed + more).toBe(count + 1)
      }),
      { numRuns: 200 },
    )
  })
})

describe('A call about a handoff', () => {
  it('mentions whom it calls in their own team’s channel, and only there', async () => {
    const story = given(MORNING)
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:10:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'A billing error' })
    outbox.histories.set(
      idOf(1),
      story.events.map((event) => (event.type === 'received' ? { ...event, id: idOf(1) } : event)),
    )
    expect(await outbox.deliver([[idOf(1), story.state.version]])).toEqual([])
    expect(slack.calling('billing')).toHaveLength(1)
    expect(slack.calling('support')).toEqual([])
    expect(slack.thread('support').at(-1)?.text).toContain('Bea, please accept or decline')
    story.does('2026-11-23T09:20:00Z', { type: 'accept-handoff' }, bea)
    expect(story.state.owner).toBe('bea')
  })
})

describe('Whatever goes wrong in a storm', () => {
  const fault: fc.Arbitrary<Fault | undefined> = fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    fc.constant({ kind: 'rate-limited', retryAfter: 1 } as const),
    fc.constant({ kind: 'error', code: 'internal_error' } as const),
    fc.constant({ kind: 'down' } as const),
    fc.constant({ kind: 'answer-lost' } as const),
  )
  const crash = fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    fc.constantFrom('before' as const, 'after' as const),
  )

  it('nobody is called twice, every complaint is counted, and every thread has its line once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { minLength: 40, maxLength: 400 }),
        fc.array(crash, { maxLength: 200 }),
        fc.array(crash, { maxLength: 200 }),
        fc.array(fc.boolean(), { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (faults, threadCrashes, callCrashes, duplicates, atOnce) => {
          slack.reset()
          outbox = new Outbox(slack)
          const messages = await known(ids(40), ignored())
          slack.faults = () => faults.shift()
          outbox.threads.crash = () => threadCrashes.shift()
          outbox.calls.crash = () => callCrashes.shift()
          await outbox.drain(messages, () => duplicates.shift() ?? false, atOnce)
          expect(mentions()).toEqual({ single: 3, gathered: 1, all: 4 })
          expect(gathered()[0]?.text).toBe(
            ':rotating_light: 37 more complaints have reached level 1 (owner): <@U0SAM000000>',
          )
          for (const id of ids(40)) expect(lines(id)).toEqual([expect.stringContaining('Level 1, owner: ')])
        },
      ),
      { numRuns: 40 },
    )
  })
})
