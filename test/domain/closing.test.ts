import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Complaint, isOver, replay, unansweredIssues } from '../../functions/domain/complaint.ts'
import type { Action } from '../../functions/domain/decide.ts'
import { actor, type history, judged, play, type Step, step } from '../support/histories.ts'

/*
 * The one promise of the whole: whatever people, customers, platforms, clocks and the workflow do, in whatever order,
 * nothing closes a complaint over an issue that nobody has answered or a promise that is open. The histories are made so
 * that many come to a closing, and many are near one with something still owed.
 */

const RUNS = 10_000

const does = (weight: number, ...actions: Action[]) => ({
  weight,
  arbitrary: fc.record({ kind: fc.constant('act' as const), action: fc.constantFrom(...actions), by: actor }),
})

/** The steps that lead to a closing, or owe something on the way; now and then any other. */
const near: fc.Arbitrary<Step> = fc.oneof(
  does(5, { type: 'acknowledge' }, { type: 'resolve', summary: 'answered' }),
  does(5, { type: 'close' }),
  does(
    1,
    { type: 'add-issue', text: 'nobody calls back' },
    { type: 'confirm-issues' },
    { type: 'hand-off-issue', id: 'i1', toTeam: 'billing', reason: 'theirs' },
  ),
  does(
    3,
    { type: 'answer-issue', id: 'i1', answer: 'so' },
    { type: 'answer-issue', id: 'i2', answer: 'so' },
    { type: 'decline-issue', id: 'i1', reason: 'not ours' },
    { type: 'decline-issue', id: 'i3', reason: 'not ours' },
    { type: 'resolve', summary: 'answered', issues: [{ id: 'i1', answer: 'so' }] },
  ),
  does(1, { type: 'reopen', reason: 'not so' }, { type: 'withdraw', reason: 'sent in error' }),
  does(2, { type: 'keep-promise' }, { type: 'break-promise', reason: 'nobody is free' }),
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('promise' as const),
      inSeconds: fc.integer({ min: 1, max: 3_000_000 }),
      by: actor,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      tie: fc.constantFrom<'reply' | 'conversation' | 'customer'>('reply', 'conversation', 'customer'),
      text: fc.constantFrom('thanks!', 'where is my refund?'),
      triage: judged,
      from: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('customer' as const),
      gives: fc.constantFrom<1 | 3 | 5>(1, 3, 5),
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'fire', times: 1 }, { kind: 'workflow' }) },
  { weight: 1, arbitrary: step },
)

/** Before it, hardly anything is possible. */
const ACKNOWLEDGED: Step = {
  kind: 'act',
  action: { type: 'acknowledge' },
  by: { id: 'sam', team: 'support' },
}

const histories = fc.record({
  openedAfter: fc.integer({ min: 0, max: 400 * 86_400 }),
  under: fc.constantFrom<'everything' | 'stricter' | 'laxer'>('everything', 'stricter', 'laxer'),
  judged: fc.oneof(
    { weight: 3, arbitrary: fc.constant({ severity: undefined, signals: [], issues: [] }) },
    { weight: 1, arbitrary: judged },
  ),
  steps: fc.array(
    fc.record({
      // Long enough now and then for silence to close.
      afterSeconds: fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: 0, max: 3_600 }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 2_500_000 }) },
      ),
      step: near,
    }),
    { minLength: 6, maxLength: 16 },
  ),
}) as unknown as typeof history

const owes = ({ promises, ...complaint }: Complaint): string[] => [
  ...unansweredIssues({ promises, ...complaint }).map(({ id }) => id),
  ...promises.filter(({ state }) => state === 'open').map(({ id }) => id),
]

it('no path closes a complaint with an unanswered issue or an open promise', () => {
  const seen = { closed: 0, bySilence: 0, byCustomer: 0, withOwed: 0, refusedWhileOwed: 0 }
  fc.assert(
    fc.property(histories, (generated) => {
      const acknowledged = [{ afterSeconds: 60, step: ACKNOWLEDGED }, ...generated.steps]
      const { story } = play({ ...generated, steps: acknowledged }, ({ state, events }, added, _, taken) => {
        const asked = taken.kind === 'act' && taken.action.type === 'close'
        if (asked && added.every(({ type }) => type !== 'closed') && owes(state).length > 0)
          seen.refusedWhileOwed++
        for (const event of added) {
          if (event.type !== 'closed') continue
          // At its very event, and not only after whatever followed it.
          expect(owes(replay(events.slice(0, event.seq)))).toEqual([])
          seen.closed++
          if (event.actor === 'clock') seen.bySilence++
          if (event.actor === 'customer:form') seen.byCustomer++
        }
        if (state.stage === 'closed') expect(owes(state)).toEqual([])
      })
      if (!isOver(story.state) && owes(story.state).length > 0) seen.withOwed++
    }),
    { numRuns: RUNS },
  )
  // The property is worth what its histories are: thousands closed, by each of those who can, and thousands that may not.
  expect(seen.closed, JSON.stringify(seen)).toBeGreaterThan(1_000)
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(10)
}, 300_000)
