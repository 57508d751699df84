import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Event } from '../../functions/domain/complaint.ts'
import { logger } from '../../functions/shared/logger.ts'
import { type FakeMessage, FakeSlack, type Fault } from '../slack/fake-slack.ts'
import { bea, COMPLAINT_ID, given, type Story } from '../support/complaints.ts'
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

/** Opened, acknowledged, asked of billing, accepted there, resolved: nine lines could be said, five are. */
const wholeLife = (): Story => {
  const story = given('2026-11-23T09:00:00Z')
  story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
  story.does('2026-11-23T09:10:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'A billing error' })
  story.does('2026-11-23T09:20:00Z', { type: 'accept-handoff' }, bea)
  story.does('2026-11-23T09:30:00Z', { type: 'note', text: 'Refund is on its way' }, bea)
  story.does('2026-11-23T09:40:00Z', { type: 'resolve', summary: 'Refunded' }, bea)
  return story
}

const tell = (events: readonly Event[], id = COMPLAINT_ID) => outbox.histories.set(id, events)
const everySeq = (events: readonly Event[]) => events.map(({ seq }) => [COMPLAINT_ID, seq] as const)
const lines = (messages: readonly FakeMessage[]) => messages.map(({ text }) => text)
const told = (message: FakeMessage | undefined): string => JSON.stringify(message?.blocks)

describe('A complaint in Slack', () => {
  it('is one parent message in the owning team’s channel that always shows the current state', async () => {
    const story = given()
    tell(story.events)
    expect(await outbox.deliver([[COMPLAINT_ID, 1]])).toEqual([])
    const [parent, ...others] = slack.messages
    expect(others).toEqual([])
    expect(parent?.channel).toBe(slack.channels.get('support'))
    expect(told(parent)).toContain('*Stage*\\nreceived')
    expect(told(parent)).toContain('*Owner*\\nSam')

    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    tell(story.events)
    await outbox.deliver([[COMPLAINT_ID, 2]])
    expect(slack.cards('support')).toHaveLength(1)
    expect(told(parent)).toContain('*Stage*\\nacknowledged')
    expect(lines(slack.thread('support'))).toEqual([':eyes: Sam acknowledged it'])
  })

  it('shows a card in the channel of the team that is asked to take over, which says where the thread is', async () => {
    const story = wholeLife()
    tell(story.events.slice(0, 3))
    await outbox.deliver([[COMPLAINT_ID, 3]])
    const [asked] = slack.cards('billing')
    expect(told(asked)).toContain('"action_id":"accept-handoff"')
    expect(told(asked)).toContain(`<#${slack.channels.get('support')}>`)
    expect(lines(slack.thread('billing'))).toEqual([
      expect.stringContaining('<@U0BEA000000>, please accept or decline'),
    ])

    tell(story.events)
    await outbox.deliver([[COMPLAINT_ID, story.state.version]])
    for (const channel of ['support', 'billing']) {
      expect(slack.cards(channel)).toHaveLength(1)
      expect(told(slack.cards(channel)[0])).toContain('*Stage*\\nresolved')
    }
    expect(slack.thread('support')).toHaveLength(5)
  })

  it('shows a card in the channel of each team that has an issue of it, with that issue and nothing else to do', async () => {
    const story = given('2026-11-23T09:00:00Z')
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:06:00Z', { type: 'add-issue', text: 'The bill is too high' })
    story.does('2026-11-23T09:07:00Z', { type: 'add-issue', text: 'The post was rude' })
    const asks = { type: 'hand-off-issue', reason: 'Please check' } as const
    story.does('2026-11-23T09:10:00Z', { ...asks, id: 'i1', toTeam: 'billing' })
    story.does('2026-11-23T09:11:00Z', { ...asks, id: 'i2', toTeam: 'social' })
    const upToNow = async () => {
      tell(story.events)
      expect(await outbox.deliver([[COMPLAINT_ID, story.state.version]])).toEqual([])
    }
    await upToNow()
    const [billing] = slack.cards('billing')
    expect(told(billing)).toContain('*Billing is asked:* The bill is too high')
    expect(told(billing)).toContain(`<#${slack.channels.get('support')}>`)
    for (const action of ['accept-issue', 'answer-issue', 'return-issue'])
      expect(told(billing)).toContain(`"action_id":"${action}"`)
    for (const action of ['resolve', 'draft-reply', 'take']) {
      expect(told(billing)).not.toContain(`"action_id":"${action}"`)
      expect(told(slack.cards('support')[0])).toContain(`"action_id":"${action}"`)
    }
    expect(told(slack.cards('social')[0])).toContain('*Social media is asked:* The post was rude')
    expect(lines(slack.thread('billing'))).toEqual([
      expect.stringContaining('<@U0BEA000000>, please accept or return it'),
    ])

    story.does('2026-11-23T09:20:00Z', { type: 'accept-issue', id: 'i1' }, bea)
    story.does('2026-11-23T09:30:00Z', { type: 'answer-issue', id: 'i1', answer: 'Misread' }, bea)
    await upToNow()
    // The owner, and nobody but them, is called: they write to the customer.
    expect(lines(slack.thread('support')).at(-1)).toContain('<@U0SAM000000>, please go on from there')
    expect(lines(slack.thread('billing'))).toHaveLength(1)
    expect(told(billing)).toContain('nothing is asked of Billing any more')
    expect(told(billing)).not.toContain('action_id')
    expect(slack.cards('billing')).toHaveLength(1)
  })

  it('goes on to show the owner’s card where the thread began, once another team has it', async () => {
    const story = wholeLife()
    tell(story.events.slice(0, 4))
    await outbox.deliver([[COMPLAINT_ID, 4]])
    for (const channel of ['support', 'billing'])
      expect(told(slack.cards(channel)[0])).toContain('"action_id":"resolve"')
  })

  it('is updated once per message, and not at all where nothing on it would change', async () => {
    const story = given()
    tell(story.events)
    await outbox.deliver([[COMPLAINT_ID, 1]])
    story.does('2026-11-23T09:05:00Z', { type: 'note', text: 'Looked into it' })
    tell(story.events)
    await outbox.deliver([[COMPLAINT_ID, 2]])
    expect(slack.called('chat.update')).toHaveLength(0)
    expect(slack.thread('support')).toHaveLength(1)
  })

  it('gets a new card where somebody deleted the old one', async () => {
    const story = wholeLife()
    tell(story.events.slice(0, 1))
    await outbox.deliver([[COMPLAINT_ID, 1]])
    slack.messages.length = 0
    tell(story.events.slice(0, 2))
    expect(await outbox.deliver([[COMPLAINT_ID, 2]])).toEqual([])
    expect(slack.cards('support')).toHaveLength(1)
    expect(slack.thread('support')).toHaveLength(1)
  })

  it('gets a new card where the thread went with the old one and the card had nothing new to show', async () => {
    const story = given()
    tell(story.events)
    await outbox.deliver([[COMPLAINT_ID, 1]])
    slack.messages.length = 0
    story.does('2026-11-23T09:05:00Z', { type: 'note', text: 'Looked into it' })
    tell(story.events)
    expect(await outbox.deliver([[COMPLAINT_ID, 2]])).toHaveLength(1)
    expect(await outbox.deliver([[COMPLAINT_ID, 2]], 2)).toEqual([])
    expect(slack.thread('support')).toHaveLength(1)
  })
})

describe('The emoji of a complaint’s stage', () => {
  const reactions = () => slack.cards('support')[0]?.reactions
  const reactionCalls = () => slack.called('reactions.add').length + slack.called('reactions.remove').length
  const story = () => {
    const begun = given('2026-11-23T09:00:00Z')
    begun.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    begun.does('2026-11-23T09:06:00Z', { type: 'note', text: 'Looked into it' })
    begun.does('2026-11-23T09:10:00Z', { type: 'resolve', summary: 'Refunded' })
    begun.does('2026-11-23T09:20:00Z', { type: 'reopen', reason: 'It never came' })
    return begun.events
  }
  /** With the policy's question how they found it: what comes of a resolution by itself. */
  const REOPENED = story().findLast(({ type }) => type === 'reopened')?.seq ?? 0
  const upTo = async (seq: number, attempt?: number) => {
    tell(story().slice(0, seq))
    return outbox.deliver([[COMPLAINT_ID, seq]], attempt)
  }

  it('is the only one on its parent, and asked for only where the stage has changed', async () => {
    const seen: unknown[] = []
    for (const seq of [1, 2, 3, 4, REOPENED]) {
      expect(await upTo(seq)).toEqual([])
      seen.push([reactions(), reactionCalls()])
    }
    expect(seen).toEqual([
      [[], 0],
      [['eyes'], 1],
      [['eyes'], 1],
      [['white_check_mark'], 3],
      [['unlock'], 5],
    ])
  })

  it.each<Fault>([
    { kind: 'rate-limited', retryAfter: 30 },
    { kind: 'error', code: 'missing_scope' },
    { kind: 'down' },
    { kind: 'answer-lost' },
  ])('holds up nothing where it meets %j, and is put right with the next event', async (fault) => {
    await upTo(2)
    slack.faults = (method) => (method.startsWith('reactions.') ? fault : undefined)
    expect(await upTo(4)).toEqual([])
    expect(lines(slack.thread('support'))).toHaveLength(3)
    expect(outbox.threads.items.get(COMPLAINT_ID)?.deliveredSeq).toBe(4)
    slack.faults = () => undefined
    expect(await upTo(REOPENED)).toEqual([])
    expect(reactions()).toEqual(['unlock'])
  })

  it('goes with its stage where the process died after it was put there, and where it stood before', async () => {
    await upTo(1)
    // Everything was told and shown, and the process dies before it can say so.
    outbox.threads.crash = ({ deliveredSeq }) => (deliveredSeq === 2 ? 'before' : undefined)
    await upTo(2).catch(() => undefined)
    expect(reactions()).toEqual(['eyes'])
    outbox.threads.crash = () => undefined
    await upTo(4, 2)
    expect(reactions()).toEqual(['white_check_mark'])
    expect(lines(slack.thread('support'))).toHaveLength(3)
  })

  it('is put below the new card where somebody deleted the old one', async () => {
    await upTo(2)
    slack.messages.length = 0
    expect(await upTo(4)).toEqual([])
    expect(reactions()).toEqual(['white_check_mark'])
  })
})

describe('The order of a complaint’s messages', () => {
  it('is kept when a whole history arrives in one batch', async () => {
    const { events } = wholeLife()
    tell(events)
    expect(await outbox.deliver(everySeq(events))).toEqual([])
    expect(lines(slack.thread('support')).map((line) => line.split(' ')[0])).toEqual([
      ':eyes:',
      ':arrow_right:',
      ':handshake:',
      ':memo:',
      ':white_check_mark:',
    ])
  })

  it('is kept when one fails: the later ones of that complaint fail with it, those of others do not', async () => {
    const { events } = wholeLife()
    const other = '01JD7Z3K8M0000000000000002'
    tell(events)
    tell(
      given().events.map((event) => ({ ...event, id: other })),
      other,
    )
    slack.faults = (_, form) =>
      form.text?.startsWith(':arrow_right:') ? { kind: 'error', code: 'internal_error' } : undefined
    const failed = await outbox.deliver([...everySeq(events), [other, 1]])
    expect(failed).toEqual(events.slice(2).map(({ seq }) => `${COMPLAINT_ID}#${seq}`))
    expect(lines(slack.thread('support'))).toEqual([':eyes: Sam acknowledged it'])
    // All of the group come back at the same time, or the queue would hold them back.
    expect(new Set(outbox.delays.values()).size).toBe(1)
    expect([...outbox.delays.keys()]).toEqual(failed)
  })

  it('has no hole when a message ended in the dead-letter queue: the next one catches up, and a redrive finds nothing to do', async () => {
    const { events } = wholeLife()
    tell(events)
    await outbox.deliver([[COMPLAINT_ID, 1]])
    await outbox.deliver([[COMPLAINT_ID, 4]])
    expect(slack.thread('support')).toHaveLength(3)
    const before = slack.calls.length
    expect(
      await outbox.deliver([
        [COMPLAINT_ID, 2],
        [COMPLAINT_ID, 3],
      ]),
    ).toEqual([])
    expect(slack.calls).toHaveLength(before)
  })
})

describe('A message that comes again', () => {
  it('has no second effect', async () => {
    const { events } = wholeLife()
    tell(events)
    await outbox.deliver(everySeq(events))
    const before = slack.calls.length
    expect(await outbox.deliver(everySeq(events))).toEqual([])
    expect(slack.calls).toHaveLength(before)
  })

  it('is not posted again when the notifier died between the post and its mark', async () => {
    const { events } = wholeLife()
    tell(events)
    await outbox.deliver([[COMPLAINT_ID, 1]])
    outbox.threads.crash = ({ deliveredSeq }) => (deliveredSeq === 2 ? 'before' : undefined)
    expect(await outbox.deliver([[COMPLAINT_ID, 2]])).toHaveLength(1)
    expect(slack.thread('support')).toHaveLength(1)
    outbox.threads.crash = () => undefined
    expect(await outbox.deliver([[COMPLAINT_ID, 2]], 2)).toEqual([])
    expect(slack.thread('support')).toHaveLength(1)
    expect(slack.called('conversations.replies')).toHaveLength(1)
  })

  it('finds a parent whose posting was never answered, by name of the channel, and uses it', async () => {
    const { events } = wholeLife()
    tell(events)
    slack.faults = (method) => (method === 'chat.postMessage' ? { kind: 'answer-lost' } : undefined)
    expect(await outbox.deliver([[COMPLAINT_ID, 1]])).toHaveLength(1)
    slack.faults = () => undefined
    expect(await outbox.deliver([[COMPLAINT_ID, 1]], 2)).toEqual([])
    expect(slack.cards('support')).toHaveLength(1)
    await outbox.deliver([[COMPLAINT_ID, 2]])
    expect(slack.thread('support')).toHaveLength(1)
  })

  it('is not looked for when Slack said that it did not post it', async () => {
    tell(given().events)
    slack.faults = () => ({ kind: 'rate-limited', retryAfter: 3 })
    await outbox.deliver([[COMPLAINT_ID, 1]])
    slack.faults = () => undefined
    await outbox.deliver([[COMPLAINT_ID, 1]], 2)
    expect(slack.called('conversations.history')).toHaveLength(0)
    expect(slack.cards('support')).toHaveLength(1)
  })
})

describe('When Slack says 429', () => {
  it('the message waits at least as long as Slack asks, and so does the rest of the batch, without another call', async () => {
    const other = '01JD7Z3K8M0000000000000002'
    tell(given().events)
    tell(
      given().events.map((event) => ({ ...event, id: other })),
      other,
    )
    slack.faults = () => ({ kind: 'rate-limited', retryAfter: 30 })
    expect(
      await outbox.deliver([
        [COMPLAINT_ID, 1],
        [other, 1],
      ]),
    ).toHaveLength(2)
    expect(slack.calls).toHaveLength(1)
    for (const delay of outbox.delays.values()) {
      expect(delay).toBeGreaterThanOrEqual(30)
      expect(delay).toBeLessThanOrEqual(36)
    }
  })
})

describe('A delivery that cannot succeed', () => {
  it('fails at every attempt, so that it ends in the dead-letter queue and not in silence', async () => {
    tell(given().events)
    slack.faults = () => ({ kind: 'error', code: 'channel_not_found' })
    expect(await outbox.deliver([[COMPLAINT_ID, 1]])).toHaveLength(1)
    expect(await outbox.deliver([[COMPLAINT_ID, 1]], 11)).toHaveLength(1)
    slack.faults = () => undefined
    expect(await outbox.deliver([[COMPLAINT_ID, 1]], 12)).toEqual([])
  })

  it('is logged by ids and codes, and by nothing that anybody wrote', async () => {
    const logged = [vi.spyOn(logger, 'warn'), vi.spyOn(logger, 'error')]
    const story = given(undefined, { text: 'SECRET', author: { id: 'SECRET', name: 'SECRET' } })
    tell(story.events)
    for (const code of ['channel_not_found', 'internal_error']) {
      slack.faults = () => ({ kind: 'error', code })
      await outbox.deliver([[COMPLAINT_ID, 1]])
    }
    outbox.threads.crash = () => 'before'
    await outbox.deliver([[COMPLAINT_ID, 1]])
    const lines = JSON.stringify(logged.flatMap(({ mock }) => mock.calls))
    vi.restoreAllMocks()
    expect(lines).toContain('channel_not_found')
    expect(lines).toContain(COMPLAINT_ID)
    expect(lines).not.toContain('SECRET')
  })

  it('waits for its event where the ledger does not show it yet', async () => {
    tell(given().events)
    expect(await outbox.deliver([[COMPLAINT_ID, 2]])).toHaveLength(1)
    expect(slack.calls).toEqual([])
  })

  it('is put off, untried, when the time left is too short to see it through', async () => {
    tell(given().events)
    outbox.remainingMs = 5000
    expect(await outbox.deliver([[COMPLAINT_ID, 1]])).toHaveLength(1)
    expect(slack.calls).toEqual([])
    expect([...outbox.delays.values()]).toEqual([0])
  })
})

describe('Whatever goes wrong on the way', () => {
  const fault: fc.Arbitrary<Fault | undefined> = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    fc.constant({ kind: 'rate-limited', retryAfter: 1 } as const),
    fc.constant({ kind: 'error', code: 'internal_error' } as const),
    fc.constant({ kind: 'down' } as const),
    fc.constant({ kind: 'answer-lost' } as const),
  )
  const crash = fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    fc.constantFrom('before' as const, 'after' as const),
  )

  it('every line is there in the end, once, in order, and the cards show the last state', async () => {
    const story = wholeLife()
    const { events } = story
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 40 }),
        fc.array(crash, { maxLength: 20 }),
        fc.integer({ min: 1, max: events.length }),
        async (faults, crashes, batchSize) => {
          slack.reset()
          outbox = new Outbox(slack)
          tell(events)
          const faultsToCome = [...faults]
          const crashesToCome = [...crashes]
          slack.faults = () => faultsToCome.shift()
          outbox.threads.crash = () => crashesToCome.shift()

          let waiting = everySeq(events)
          // Each attempt uses up at least one fault or crash, or delivers a message.
          for (let attempt = 1; waiting.length > 0 && attempt < 100; attempt++) {
            const batch = waiting.slice(0, batchSize)
            const failed = await outbox.deliver(batch, attempt)
            waiting = waiting.filter(
              ([id, seq]) => !batch.some((sent) => sent[1] === seq) || failed.includes(`${id}#${seq}`),
            )
          }
          expect(waiting).toEqual([])
          expect(lines(slack.thread('support')).map((line) => line.split(' ')[0])).toEqual([
            ':eyes:',
            ':arrow_right:',
            ':handshake:',
            ':memo:',
            ':white_check_mark:',
          ])
          expect(slack.cards('support')).toHaveLength(1)
          expect(slack.cards('billing')).toHaveLength(1)
          for (const shown of [...slack.cards('support'), ...slack.cards('billing')]) {
            expect(told(shown)).toContain('*Stage*\\nresolved')
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})
