import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Event, isOver, replay, type Timer } from '../../functions/domain/complaint.ts'
import {
  type Action,
  type Actor,
  allowedActions,
  expectedSeq,
  nextFor,
  Refusal,
} from '../../functions/domain/decide.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import { earliestDueAt, nextDueAt } from '../../functions/domain/timers.ts'
import { given, type Story } from '../support/complaints.ts'

/*
 * Whatever people do, in whatever order and however late the clock comes, these hold. Each property runs over thousands
 * of generated histories of one complaint.
 */

const RUNS = 2_000

const actor: fc.Arbitrary<Actor> = fc.constantFrom<Actor>(
  { id: 'sam', team: 'support' },
  { id: 'priya', team: 'support' },
  { id: 'bea', team: 'billing' },
  { id: 'slack:U1' },
  { id: 'token:ops' },
)

const action: fc.Arbitrary<Action> = fc.oneof(
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
  ),
  fc.constantFrom('sam', 'priya', 'bea', 'nobody').map((owner): Action => ({ type: 'assign', owner })),
  fc
    .constantFrom('billing', 'support', 'nowhere')
    .map((toTeam): Action => ({ type: 'hand-off', toTeam, reason: 'theirs' })),
)

type Step =
  | { readonly kind: 'act'; readonly action: Action; readonly by: Actor }
  | { readonly kind: 'fire' }
  | { readonly kind: 'workflow' }

const step = fc.record({
  afterSeconds: fc.oneof(fc.integer({ min: 0, max: 3_600 }), fc.integer({ min: 0, max: 400_000 })),
  step: fc.oneof(
    { arbitrary: fc.record({ kind: fc.constant('act' as const), action, by: actor }), weight: 6 },
    { arbitrary: fc.constant({ kind: 'fire' as const }), weight: 2 },
    { arbitrary: fc.constant({ kind: 'workflow' as const }), weight: 2 },
  ),
})

const history = fc.record({
  openedAfter: fc.integer({ min: 0, max: 400 * 86_400 }),
  steps: fc.array(step, { maxLength: 25 }),
})

/** Does what the workflow does when it is woken: acts until there is nothing left to do but wait. */
function work(story: Story, at: string): void {
  for (let turn = 0; turn < 20; turn++) {
    const next = nextFor(story.state)
    if (next === 'escalation') story.send(at, { type: 'escalate' })
    else if (next === 'closing') story.send(at, { type: 'close-after-silence' })
    else return
  }
  throw new Error('The workflow does not come to rest')
}

/** Plays a generated history; `check` sees the story before and after every step. */
function play(
  { openedAfter, steps }: { openedAfter: number; steps: readonly { afterSeconds: number; step: Step }[] },
  check: (story: Story, events: readonly Event[], now: string, step: Step) => void = () => {},
): { story: Story; now: string } {
  let now = addSeconds('2026-01-01T00:00:00Z', openedAfter)
  const story = given(now)
  for (const { afterSeconds, step: todo } of steps) {
    now = addSeconds(now, afterSeconds)
    const from = story.events.length
    if (todo.kind === 'fire') story.passes(now)
    else if (todo.kind === 'workflow') work(story, now)
    else tolerate(() => story.does(now, todo.action, todo.by))
    check(story, story.events.slice(from), now, todo)
  }
  return { story, now }
}

/** A refusal is a fine outcome for a generated command; any other error is a bug. */
function tolerate(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

const property = (check: (arbitrary: Parameters<typeof play>[0]) => void) =>
  fc.assert(fc.property(history, check), { numRuns: RUNS })

describe('in every history', () => {
  it('the state is what the events amount to, and the events are numbered without a hole', () => {
    property((generated) => {
      const { story } = play(generated)
      expect(replay(story.events)).toEqual(story.state)
      expect(story.events.map(({ seq }) => seq)).toEqual(story.events.map((_, index) => index + 1))
    })
  })

  it('nothing is recorded before it was true, and records come in the order of time', () => {
    property((generated) => {
      const { story } = play(generated)
      let last = ''
      for (const { at, recordedAt } of story.events) {
        expect(at <= recordedAt).toBe(true)
        expect(recordedAt >= last).toBe(true)
        last = recordedAt
      }
    })
  })

  it('after the clock has fired nothing is due, and firing again changes nothing', () => {
    property((generated) => {
      const { story, now } = play(generated)
      story.passes(now)
      const due = earliestDueAt(story.state.timers)
      expect(due === undefined || due > now).toBe(true)
      expect(story.passes(now)).toEqual([])
    })
  })

  it('each warning and each rung comes once, in order, and no warning after its breach', () => {
    property((generated) => {
      const { story, now } = play(generated)
      story.passes(addSeconds(now, 30 * 86_400))
      work(story, addSeconds(now, 30 * 86_400))
      const seen = new Map<
        string,
        { percents: number[]; levels: number[]; due: number[]; breached: boolean }
      >()
      for (const event of story.events) {
        if (!('timer' in event)) continue
        const timer = event.timers?.find(({ name }) => name === event.timer)
        const key = `${event.timer}#${timer?.generation}`
        const record = seen.get(key) ?? { percents: [], levels: [], due: [], breached: false }
        seen.set(key, record)
        if (event.type === 'timer-warned') {
          expect(record.breached).toBe(false)
          record.percents.push(event.percent)
        }
        if (event.type === 'timer-breached') {
          expect(record.breached).toBe(false)
          record.breached = true
        }
        if (event.type === 'escalated') record.levels.push(event.level)
      }
      for (const { percents, levels } of seen.values()) {
        expect(percents).toEqual([...new Set(percents)].sort((a, b) => a - b))
        expect(levels).toEqual(levels.map((_, index) => index + 1))
      }
    })
  })

  it('a paused timer never warns, breaches or climbs', () => {
    property((generated) => {
      let before: readonly Timer[] = []
      play(generated, (story, events, _now, todo) => {
        const held = new Set(before.filter(({ state }) => state === 'paused').map(({ name }) => name))
        if (todo.kind !== 'act') {
          for (const event of events) if ('timer' in event) expect(held.has(event.timer)).toBe(false)
        }
        before = story.state.timers
      })
    })
  })

  it('a complaint that is over has no timer that would ever do anything, and owes nobody an escalation', () => {
    property((generated) => {
      play(generated, (story) => {
        if (!isOver(story.state)) return
        expect(story.state.timers.map(nextDueAt).filter((at) => at !== undefined)).toEqual([])
        expect(nextFor(story.state)).toBe('done')
      })
    })
  })

  it('there is always exactly one owner, and an open complaint always has a timer that will act or is paused', () => {
    property((generated) => {
      play(generated, (story) => {
        const { state } = story
        expect(state.owner).not.toBe('')
        if (isOver(state) || state.paused !== undefined) return
        // A ladder that somebody's action has stopped starts again by the idle timer, so nothing is ever forgotten.
        const due = earliestDueAt(state.timers)
        expect(due === undefined && nextFor(state) !== 'escalation' && nextFor(state) !== 'closing').toBe(
          false,
        )
      })
    })
  })

  it('whatever a card offers is possible, and whatever it does not offer is refused', () => {
    fc.assert(
      fc.property(history, action, (generated, attempt) => {
        const { story, now } = play(generated)
        const anybody: Actor = { id: 'slack:U2' }
        const offered = allowedActions(story.state).includes(attempt.type)
        const expects = expectedSeq(story.state, attempt.type)
        let refusal: Refusal | undefined
        try {
          story.send(now, { ...attempt, by: anybody, expects })
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          refusal = error
        }
        if (!offered) expect(refusal?.code).toBe('forbidden-by-state')
        // What is offered may still need another field, or be done already by the very person who asks.
        else if (refusal !== undefined) expect(['invalid', 'forbidden-by-state']).toContain(refusal.code)
      }),
      { numRuns: RUNS },
    )
  })

  it('one late look at the clock records what many looks in time would have, but for reminders', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 20 }), (generated, days) => {
        const until = (from: string) => addSeconds(from, days * 86_400)
        const late = play(generated)
        late.story.passes(until(late.now))
        const steady = play(generated)
        for (;;) {
          const due = earliestDueAt(steady.story.state.timers)
          if (due === undefined || due > until(steady.now)) break
          steady.story.passes([due, steady.now].sort()[1] as string)
        }
        const facts = (story: Story) =>
          story.events
            .filter(({ type }) => type !== 'reminded')
            .map(({ seq: _, recordedAt: __, timers: ___, ...event }) => event)
        expect(facts(late.story)).toEqual(facts(steady.story))
      }),
      { numRuns: RUNS / 4 },
    )
  })

  it('resuming at once leaves every deadline where it was, to the closing or opening of the office', () => {
    property((generated) => {
      const { story, now } = play(generated)
      if (!allowedActions(story.state).includes('pause')) return
      story.passes(now)
      const before = story.state.timers
      story.does(now, { type: 'pause', reason: 'waiting' })
      story.does(now, { type: 'resume' })
      expect(story.state.timers.map(({ name, state, dueAt }) => ({ name, state, dueAt }))).toEqual(
        before.map(({ name, state, dueAt }) => ({ name, state, dueAt })),
      )
    })
  })
})
