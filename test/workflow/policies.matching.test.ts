import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Complaint,
  type Event,
  evolve,
  type Message,
  SEVERITIES,
} from '../../functions/domain/complaint.ts'
import { decide, nextFor } from '../../functions/domain/decide.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import { type Match, type Policy, ruleFor } from '../../functions/domain/policy.ts'
import { explain } from '../../functions/policy/explain.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { card } from '../../functions/slack/card.ts'
import { replyTo } from '../../functions/slack/replies.ts'
import { policyFiles, readPolicy } from '../../infra/policies.ts'
import { COMPLAINT_ID, message } from '../support/complaints.ts'

/** The sample policy with rules that ask for one thing each, in this order, and the one that asks for nothing. */
const asking = (...matches: Match[]): Policy => {
  const rules = [...matches, {}].map((match, index) => ({
    name: `rule ${index + 1}`,
    match,
    timers: currentPolicy.rules[index % 2]?.timers ?? {},
  }))
  return { ...currentPolicy, rules }
}

describe('a rule', () => {
  const asked: [Match, Partial<Message>, Partial<Message>][] = [
    [{ source: 'x' }, { source: 'x' }, { source: 'web' }],
    [{ channel: 'shop' }, { channel: 'shop' }, { channel: 'Shop' }],
    [{ public: false }, { public: false }, { public: true }],
    [{ product: 'Broadband' }, { product: 'Broadband' }, {}],
    [{ team: 'billing' }, { team: 'billing' }, { team: 'support' }],
    [{ severity: 'normal' }, { severity: 'normal' }, {}],
    [{ customerTier: 'business' }, { customerTier: 'business' }, { customerTier: 'home' }],
    [
      { postedBefore: '2026-04-07T23:00:00Z' },
      { postedAt: '2026-04-07T22:59:59Z' },
      { postedAt: '2026-04-07T23:00:00Z' },
    ],
    [
      { product: 'Broadband', severity: 'critical' },
      { product: 'Broadband', severity: 'critical' },
      { product: 'Broadband', severity: 'high' },
    ],
  ]

  it.each(asked)('that asks for %j fits %j and not %j', (match, fitting, other) => {
    const policy = asking(match)
    expect(ruleFor(policy, message(fitting)).name).toBe('rule 1')
    expect(ruleFor(policy, message(other)).name).toBe('rule 2')
  })

  it('wins over those below it', () => {
    const policy = asking({ severity: 'high' }, { product: 'Broadband' }, { severity: 'critical' })
    expect(ruleFor(policy, message({ severity: 'high', product: 'Broadband' })).name).toBe('rule 1')
    expect(ruleFor(policy, message({ severity: 'critical', product: 'Broadband' })).name).toBe('rule 2')
    expect(ruleFor(policy, message({ severity: 'critical' })).name).toBe('rule 3')
  })
})

const text = fc.constantFrom('Broadband', 'payments', 'business')
const anyMessage = fc.record(
  {
    source: fc.constantFrom('web', 'x'),
    channel: fc.constantFrom('web', 'x', 'shop'),
    public: fc.boolean(),
    product: text,
    team: fc.constantFrom(...Object.keys(currentPolicy.teams)),
    severity: fc.constantFrom(...SEVERITIES),
    customerTier: text,
    reach: fc.nat(),
  },
  { requiredKeys: ['source', 'channel', 'public'] },
)
const anyReach = fc.option(fc.oneof(fc.nat(10), fc.nat()), { nil: undefined })

/** Everything that comes of a message that nobody answers for a month, and what Slack shows of it all the way. */
function course(policy: Policy, received: Message, now: string) {
  const events: Event[] = []
  const shown: unknown[] = []
  let state: Complaint | undefined
  const take = (more: readonly Event[]): void => {
    for (const event of more) {
      state = evolve(state, event)
      events.push(event)
      shown.push(card(state, policy), replyTo(event, state, policy))
    }
  }
  take(
    decide(
      undefined,
      { type: 'receive', id: COMPLAINT_ID, message: received, by: { id: 'source:web' } },
      { now, policy },
    ),
  )
  const end = addSeconds(now, 30 * 86_400)
  take(decide(state, { type: 'fire' }, { now: end, policy }))
  while (nextFor(state as Complaint) === 'escalation') {
    take(decide(state, { type: 'escalate' }, { now: end, policy }))
  }
  const withoutReach = events.map((event) => {
    if (event.type !== 'received') return event
    const { reach: _, ...rest } = event.message
    return { ...event, message: rest }
  })
  return { events: withoutReach, shown, owner: state?.owner, timers: state?.timers }
}

describe('how many people follow a customer', () => {
  const policies = [
    currentPolicy,
    asking({ severity: 'high' }, { customerTier: 'business' }, { product: 'payments', public: true }),
    ...policyFiles()
      .filter((path) => path.includes('/presets/'))
      .map(readPolicy),
  ]

  it('changes no rule, timer, owner or event, and nothing that Slack shows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...policies),
        anyMessage,
        anyReach,
        fc.integer({ min: 0, max: 400 * 86_400 }),
        (policy, fields, reach, offset) => {
          const now = addSeconds('2026-01-01T00:00:00Z', offset)
          const one = message({ ...fields, postedAt: now, team: undefined })
          const { reach: _, ...same } = one
          const other: Message = reach === undefined ? same : { ...same, reach }
          expect(ruleFor(policy, other)).toBe(ruleFor(policy, one))
          expect(explain(policy, other, now)).toEqual(explain(policy, one, now))
          expect(course(policy, other, now)).toEqual(course(policy, one, now))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is recorded with the message', () => {
    const [event] = decide(
      undefined,
      { type: 'receive', id: COMPLAINT_ID, message: message({ reach: 12_000 }), by: { id: 'source:web' } },
      { now: '2026-11-23T10:00:00Z', policy: currentPolicy },
    )
    expect(event).toMatchObject({ type: 'received', message: { reach: 12_000 } })
  })
})
