import fc from 'fast-check'
import type { Event } from '../../functions/domain/complaint.ts'
import { type Action, type Actor, nextFor, Refusal } from '../../functions/domain/decide.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import type { Tie } from '../../functions/domain/linking.ts'
import type { Triage } from '../../functions/domain/triage.ts'
import { given, message, type Story } from './complaints.ts'
import { everything, laxer, sameAgain, stricter } from './policies.ts'

/*
 * Generated histories of one complaint: whatever people do, in whatever order, however late or often the clock comes,
 * and under whichever policy it is moved to.
 */

export const actor: fc.Arbitrary<Actor> = fc.constantFrom<Actor>(
  { id: 'sam', team: 'support' },
  { id: 'priya', team: 'support' },
  { id: 'bea', team: 'billing' },
  { id: 'slack:U1' },
  { id: 'token:ops' },
)

const customerText = fc.constantFrom(
  'thanks!',
  'OK 👍',
  'thanks for nothing',
  'where is my refund?',
  'my code is K7PQ',
  '@us K8PQ, and where is my refund?',
)

/** Actions but promises, whose deadline depends on when they are made. */
export const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom<Action>(
    { type: 'acknowledge' },
    { type: 'take' },
    { type: 'accept-handoff' },
    { type: 'resume' },
    { type: 'close' },
    { type: 'decline-handoff', reason: 'not ours' },
    { type: 'pause', reason: 'waiting for the customer' },
    { type: 'resolve', summary: 'answered' },
    { type: 'reopen', reason: 'not so' },
    { type: 'withdraw', reason: 'sent in error' },
    { type: 'note', text: 'called' },
    { type: 'reply', text: 'we are on it' },
    { type: 'keep-promise' },
    { type: 'resolve', summary: 'answered', redress: { kind: 'refund', amount: 2000, currency: 'GBP' } },
    { type: 'propose-redress', redress: { kind: 'goodwill', amount: 4000, currency: 'GBP' } },
    { type: 'propose-redress', redress: { kind: 'refund', amount: 20_000, currency: 'GBP' } },
    { type: 'propose-redress', redress: { kind: 'in-kind', description: 'a new meter' } },
    { type: 'approve-redress' },
    { type: 'refuse-redress', reason: 'not ours to pay' },
    { type: 'pay-redress', reference: 'run 12' },
    { type: 'keep-promise', id: 'p3', evidence: 'a receipt' },
    { type: 'link', to: '01JD7Z3K8M0000000000000009' },
    { type: 'unlink', contact: 'c2', reason: 'about something else', to: '01JD7Z3K8M0000000000000009' },
    { type: 'group', incident: 'outage-7' },
    { type: 'ungroup' },
    { type: 'add-issue', text: 'nobody calls back' },
    { type: 'confirm-issues' },
    { type: 'answer-issue', id: 'i1', answer: 'it was a wrong meter reading' },
    { type: 'decline-issue', id: 'i2', reason: 'not ours to decide' },
    { type: 'hand-off-issue', id: 'i1', toTeam: 'billing', reason: 'theirs to know' },
    { type: 'hand-off-issue', id: 'i2', toTeam: 'social', reason: 'theirs to know' },
    { type: 'accept-issue' },
    { type: 'accept-issue', id: 'i1' },
    { type: 'return-issue', reason: 'not ours' },
    { type: 'return-issue', id: 'i2', reason: 'not ours' },
    { type: 'break-promise', reason: 'nobody is free' },
    { type: 'draft-reply', text: 'The meter was read wrongly. Your bill is right now.' },
    { type: 'draft-reply', text: 'The meter was read wrongly, and nobody called you back.', private: true },
    { type: 'draft-reply', text: 'We will call you tomorrow. Please ring the shop, you idiot.' },
    { type: 'send-reply' },
    { type: 'send-reply', reason: 'as agreed with the lead' },
    { type: 'approve-reply' },
    { type: 'refuse-reply', reason: 'too harsh' },
    { type: 'discard-reply', reason: 'written anew' },
    { type: 'ask-contact' },
    { type: 'ask-contact', private: true },
    { type: 'confirm-identity', reason: 'knew the date of birth' },
    {
      type: 'resolve',
      summary: 'answered',
      issues: [
        { id: 'i1', answer: 'so' },
        { id: 'i2', declined: 'no' },
      ],
    },
  ),
  fc
    .constantFrom('low', 'normal', 'high', 'critical')
    .map((severity): Action => ({ type: 'change-severity', severity, reason: 'looked at it' })),
  customerText.map((text): Action => ({ type: 'record-customer-reply', text })),
  fc.constantFrom('sam', 'priya', 'bea', 'nobody').map((owner): Action => ({ type: 'assign', owner })),
  fc
    .constantFrom('billing', 'support', 'nowhere')
    .map((toTeam): Action => ({ type: 'hand-off', toTeam, reason: 'theirs' })),
)

/** What somebody, or some rule, makes of a customer's words. */
export const judged: fc.Arbitrary<Triage> = fc.constantFrom<Triage>(
  { severity: undefined, signals: [], issues: [] },
  { severity: undefined, signals: [], issues: ['the bill is wrong', 'nobody calls back'] },
  {
    severity: 'critical',
    signals: [{ signal: 'safety', severity: 'critical', words: 'it caught fire', at: 0 }],
    issues: ['it caught fire'],
  },
)

export type Step =
  | { readonly kind: 'act'; readonly action: Action; readonly by: Actor }
  | { readonly kind: 'promise'; readonly inSeconds: number; readonly by: Actor }
  /** A message joins, by a rule or (`from`) by the hand of a person. */
  | {
      readonly kind: 'join'
      readonly tie: Tie
      readonly text: string
      readonly triage: Triage
      readonly from: boolean
    }
  /** A platform says what became of the last reply that it was given, or of none that there is. */
  | {
      readonly kind: 'report'
      readonly outcome: 'sent' | 'sent for good' | 'delivered' | 'failed' | 'came back'
    }
  /** The customer fills in the form, or answers the question, that was sent last. */
  | { readonly kind: 'customer'; readonly gives: 'address' | 1 | 2 | 3 | 4 | 5 }
  | { readonly kind: 'move'; readonly to: keyof typeof POLICIES }
  /** The clock's wake-ups come at least once. */
  | { readonly kind: 'fire'; readonly times: number }
  | { readonly kind: 'workflow' }

const POLICIES = { everything, sameAgain, stricter, laxer }
const policy = fc.constantFrom(...(Object.keys(POLICIES) as (keyof typeof POLICIES)[]))

export const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('act' as const), action, by: actor }), weight: 12 },
  {
    arbitrary: fc.record({
      kind: fc.constant('promise' as const),
      inSeconds: fc.integer({ min: 0, max: 500_000 }),
      by: actor,
    }),
    weight: 1,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      tie: fc.constantFrom<Tie>('reply', 'conversation', 'customer'),
      text: customerText,
      triage: judged,
      from: fc.boolean(),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      outcome: fc.constantFrom('sent', 'sent for good', 'delivered', 'failed', 'came back'),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('customer' as const),
      gives: fc.constantFrom<'address' | 1 | 2 | 3 | 4 | 5>('address', 1, 2, 3, 4, 5),
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ kind: fc.constant('move' as const), to: policy }), weight: 2 },
  {
    arbitrary: fc.record({ kind: fc.constant('fire' as const), times: fc.integer({ min: 1, max: 2 }) }),
    weight: 4,
  },
  { arbitrary: fc.constant({ kind: 'workflow' as const }), weight: 4 },
)

export const history = fc.record({
  openedAfter: fc.integer({ min: 0, max: 400 * 86_400 }),
  under: policy,
  judged,
  steps: fc.array(
    fc.record({
      afterSeconds: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 3_600 }),
        fc.integer({ min: 0, max: 400_000 }),
      ),
      step,
    }),
    { maxLength: 25 },
  ),
})
export type History = typeof history extends fc.Arbitrary<infer T> ? T : never

/** Does what the workflow does when it is woken: acts until there is nothing left to do but wait. */
export function work(story: Story, at: string): void {
  for (let turn = 0; turn < 40; turn++) {
    const next = nextFor(story.state)
    if (next === 'escalation') story.send(at, { type: 'escalate' })
    else if (next === 'closing') story.send(at, { type: 'close-after-silence' })
    else return
  }
  throw new Error('The workflow does not come to rest')
}

/** Plays a generated history; `check` sees the story after every step, and `before` as it was before that. */
export function play(
  { openedAfter, under, judged: triage, steps }: History,
  check: (story: Story, events: readonly Event[], now: string, step: Step) => void = () => {},
): { story: Story; now: string } {
  let now = addSeconds('2026-01-01T00:00:00Z', openedAfter)
  const story = given(now, {}, POLICIES[under], triage)
  for (const { afterSeconds, step: next } of steps) {
    now = addSeconds(now, afterSeconds)
    const from = story.events.length
    take(story, next, now)
    check(story, story.events.slice(from), now, next)
  }
  return { story, now }
}

function take(story: Story, step: Step, now: string): void {
  switch (step.kind) {
    case 'fire':
      for (let time = 0; time < step.times; time++) story.passes(now)
      return
    case 'workflow':
      work(story, now)
      return
    case 'act':
      tolerate(() => story.does(now, step.action, step.by))
      return
    case 'promise': {
      const due = addSeconds(now, step.inSeconds)
      tolerate(() => story.does(now, { type: 'promise', text: 'a call', due }, step.by))
      return
    }
    case 'join': {
      const joining = message({
        messageId: `message-${story.events.length + 1}`,
        postedAt: now,
        text: step.text,
      })
      const from = step.from ? { from: '01JD7Z3K8M0000000000000008', issues: ['the other one'] } : {}
      const { tie, triage } = step
      story.send(now, {
        type: 'join',
        message: joining,
        tie,
        rule: tie,
        triage,
        ...from,
        by: { id: 'source:web' },
      })
      return
    }
    case 'report': {
      const by = { id: 'sender:x' }
      const cameBack = step.outcome === 'came back'
      const reply = story.state.replies.findLast(({ state }) =>
        cameBack ? state === 'delivered' : state === 'sending' || state === 'sent',
      )
      const id = reply?.id ?? 'o999'
      if (step.outcome === 'failed' || cameBack)
        story.send(now, { type: 'record-failed', id, reason: 'refused', cameBack, by })
      else if (step.outcome === 'delivered') story.send(now, { type: 'record-delivered', id, by })
      else {
        const reports = step.outcome === 'sent'
        story.send(now, { type: 'record-sent', id, platform: 'x', reference: `post:${id}`, reports, by })
      }
      return
    }
    case 'customer': {
      const by = { id: 'customer:form' }
      const { contact, survey } = story.state
      const { gives } = step
      if (gives !== 'address') {
        tolerate(() => story.send(now, { type: 'answer-survey', id: survey?.id ?? 's0', score: gives, by }))
        return
      }
      // Whoever fills a form in again, or fills in somebody else's, gives another address and gets another code.
      const times = contact?.given.length ?? 0
      const email = `kim${times % 3}@customer.example`
      const given = { id: contact?.ask ?? 'k0', email, consent: 'yes', code: `K${7 + (times % 2)}PQ` }
      tolerate(() => story.send(now, { type: 'give-contact', ...given, by }))
      return
    }
    case 'move':
      tolerate(() => story.send(now, { type: 'repolicy', to: POLICIES[step.to], by: { id: 'ops' } }))
  }
}

/** A refusal is a fine outcome for a generated command; any other error is a bug. */
export function tolerate(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}
