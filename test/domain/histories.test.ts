import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { businessTimeBetween } from '../../functions/domain/calendar.ts'
import {
  type Complaint,
  isOpen,
  isOver,
  isUnanswered,
  lastContactAt,
  replay,
  SEVERITIES,
  type Timer,
  unansweredIssues,
  unkeptPromises,
  waitsSince,
} from '../../functions/domain/complaint.ts'
import { type Actor, allowedActions, expectedSeq, nextFor, Refusal } from '../../functions/domain/decide.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import { type Policy, timerSpec } from '../../functions/domain/policy.ts'
import {
  calendarOf,
  callingHours,
  earliestDueAt,
  isPausable,
  nextDueAt,
} from '../../functions/domain/timers.ts'
import type { Story } from '../support/complaints.ts'
import { action, history, play, work } from '../support/histories.ts'
import { laxer, sameAgain, stricter } from '../support/policies.ts'

/*
 * Whatever people do, in whatever order and however late the clock comes, these hold. Each property runs over many
 * generated histories of one complaint.
 */

const RUNS = 1_000

/** Stopped by a pause: itself, or its ladder. */
const isHeld = (timer: Timer): boolean => timer.remainingSeconds !== undefined

const property = (check: (generated: Parameters<typeof play>[0]) => void) =>
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

  it('each warning and each rung comes once, in order, whatever moves or stops a timer in between, and no warning after its breach', () => {
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
        if (event.type === 'escalation-due') record.due.push(event.level)
      }
      for (const { percents, levels, due } of seen.values()) {
        expect(percents).toEqual([...new Set(percents)].sort((a, b) => a - b))
        expect(due).toEqual([...new Set(due)].sort((a, b) => a - b))
        expect(levels).toEqual(levels.map((_, index) => index + 1))
      }
    })
  })

  it('a paused timer never warns, breaches or climbs, and a pause stops all that can be stopped', () => {
    property((generated) => {
      let before: readonly Timer[] = []
      play(generated, ({ state, policy }, events) => {
        const held = new Set(before.filter(isHeld).map(({ name }) => name))
        for (const event of events) if ('timer' in event) expect(held.has(event.timer)).toBe(false)
        for (const timer of state.timers) {
          const spec = timerSpec(policy, state, timer.name)
          const stopped = state.paused !== undefined && spec !== undefined && isPausable(timer.name, spec)
          if (stopped) expect(nextDueAt(timer)).toBeUndefined()
          else expect(isHeld(timer)).toBe(false)
        }
        before = state.timers
      })
    })
  })

  it('once the workflow has done its work, nobody is owed a call but by a ladder that a pause holds', () => {
    property((generated) => {
      const { story, now } = play(generated)
      story.passes(now)
      work(story, now)
      const owing = story.state.timers.filter(({ owed }) => owed.length > 0)
      expect(owing.filter((timer) => !isHeld(timer))).toEqual([])
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
      fc.property(history, action, fc.boolean(), (generated, attempt, isLate) => {
        const { story, now } = play(generated)
        // Where the clock is late, a command records what was due first: a promise that it breaks may be all that forbade it.
        if (!isLate) story.passes(now)
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
        if (!offered && !isLate) expect(refusal?.code).toBe('forbidden-by-state')
        // What is offered may still need another field, be done already by the very person who asks, or be for others to decide.
        const decides = attempt.type === 'approve-reply' || attempt.type === 'refuse-reply'
        if (offered && refusal !== undefined)
          expect(['invalid', 'forbidden-by-state', ...(decides ? ['not-allowed'] : [])]).toContain(
            refusal.code,
          )
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

  it('a pause, however long, leaves every timer exactly the business time that it had, to its warnings and its next rung as well', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 2_000_000 }), (generated, seconds) => {
        const { story, now } = play(generated)
        if (!allowedActions(story.state).includes('pause')) return
        story.passes(now)
        const { policy } = story
        const before = story.state
        story.does(now, { type: 'pause', reason: 'waiting' })
        const until = addSeconds(now, seconds)
        story.does(until, { type: 'resume' })
        for (const timer of before.timers) {
          const spec = timerSpec(policy, before, timer.name)
          const after = story.timer(timer.name)
          if (spec === undefined || nextDueAt(timer) === undefined) continue
          if (!isPausable(timer.name, spec)) {
            // It may have warned or breached meanwhile, but its time went on.
            expect(after.dueAt).toBe(timer.dueAt)
            continue
          }
          const left = ({ dueAt, warnings, nextRungAt, state }: Timer, at: string) => ({
            state,
            dueAt: state === 'running' ? businessTimeBetween(calendarOf(policy, spec), at, dueAt) : dueAt,
            warnings: warnings.map((point) => [
              point.percent,
              businessTimeBetween(calendarOf(policy, spec), at, point.at),
            ]),
            nextRung: nextRungAt && businessTimeBetween(callingHours(policy, spec), at, nextRungAt),
          })
          expect(left(after, until)).toEqual(left(timer, now))
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('a move to rules that say the same changes no timer, whatever was paused, warned or breached', () => {
    property((generated) => {
      const { story, now } = play({
        ...generated,
        under: 'everything',
        steps: generated.steps.filter(({ step }) => step.kind !== 'move'),
      })
      story.passes(now)
      const before = story.state.timers
      const [moved] = story.send(now, { type: 'repolicy', to: sameAgain, by: { id: 'ops' } })
      expect(moved).toMatchObject({ type: 'repolicied' })
      expect(story.state.timers.filter(({ name }) => name !== 'idle')).toEqual(
        before.filter(({ name }) => name !== 'idle'),
      )
    })
  })

  it('a move keeps what was met and breached, holds what a pause holds, and the way back leads to the same deadlines', () => {
    fc.assert(
      fc.property(history, fc.constantFrom('stricter', 'laxer'), (generated, which) => {
        const other = which === 'stricter' ? stricter : laxer
        const { story, now } = play(generated)
        if (story.policy === other) return
        story.passes(now)
        const { policy, state: before } = story
        const move = (to: Policy) => story.send(now, { type: 'repolicy', to, by: { id: 'ops' } })
        move(other)
        for (const timer of before.timers) {
          const after = story.timer(timer.name)
          if (after.startedAt > timer.startedAt) {
            // What these rules count had begun anew while others, which did not count it, held.
            expect(['reply-window', 'next-reply', 'statutory', 'idle']).toContain(timer.name)
            continue
          }
          // Open again under rules that know no such deadline, it comes before the law again by those that do.
          const isBeforeTheLaw = timer.name === 'statutory' && isOpen(before)
          if (timer.state === 'met' && !isBeforeTheLaw) expect(after).toEqual(timer)
          if (timer.state === 'breached') {
            expect(after).toMatchObject({
              state: 'breached',
              breachedAt: timer.breachedAt,
              level: timer.level,
            })
          }
          if (timer.state === 'running' || timer.state === 'paused') {
            expect(after.startedAt).toBe(timer.startedAt)
            expect(after.warnedAt).toEqual(timer.warnedAt)
          }
        }
        move(policy)
        for (const { name, state, dueAt, startedAt, remainingSeconds } of before.timers) {
          if (name === 'idle' || (state !== 'running' && state !== 'paused')) continue
          const after = story.timer(name)
          // What the other rules had made late on the way has happened, and stays so.
          if (after.state === 'breached') expect(after.movedAt).toBe(now)
          else if (after.state === 'met') expect(name).toBe('follow-up')
          else {
            expect(after).toMatchObject({ state, startedAt })
            expect(after.remainingSeconds).toBe(remainingSeconds)
            // The close of the office and its next opening are the same deadline.
            const spec = timerSpec(policy, before, name)
            if (spec === undefined) throw new Error(`the rules have lost ${name}`)
            const counted = (until: string) => businessTimeBetween(calendarOf(policy, spec), startedAt, until)
            expect(counted(after.dueAt)).toBe(counted(dueAt))
          }
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('whoever waits for a word of ours counts as unanswered in the end, and nobody else ever does', () => {
    let waited = 0
    property((generated) => {
      const { story, now } = play(generated, ({ state }) => {
        if (isUnanswered(state)) expect(waitsSince(state)).toBeDefined()
      })
      if (story.state.paused !== undefined) story.does(now, { type: 'resume' })
      const { waitingSince } = story.state
      const waits = waitsSince(story.state) !== undefined
      const clocks = waits ? [waitingSince === undefined ? 'acknowledge' : 'next-reply'] : []
      // Rules without a deadline for it miss none.
      if (clocks.some((name) => timerSpec(story.policy, story.state, name as 'acknowledge') === undefined))
        return
      if (waits) waited++
      story.passes(addSeconds(now, 366 * 86_400))
      expect(isUnanswered(story.state)).toBe(waits)
    })
    expect(waited).toBeGreaterThan(RUNS / 10)
  })

  it('an open promise keeps the complaint from being closed, and silence never closes over a broken one', () => {
    property((generated) => {
      play(generated, ({ state }, events) => {
        for (const event of events) {
          if (event.type !== 'closed') continue
          expect(state.promises.filter((promise) => promise.state === 'open')).toEqual([])
          if (event.actor === 'clock') expect(unkeptPromises(state)).toEqual([])
        }
      })
    })
  })

  it('no complaint is resolved or closed with an issue that nobody has answered', () => {
    const resolvable = history.map((generated) => ({
      ...generated,
      steps: [
        {
          afterSeconds: 60,
          step: { kind: 'act' as const, action: { type: 'acknowledge' as const }, by: { id: 'sam' } },
        },
        ...generated.steps,
      ],
    }))
    fc.assert(
      fc.property(resolvable, (generated) => {
        play(generated, ({ state }, events) => {
          const ended = events.some(({ type }) => type === 'resolved' || type === 'closed')
          if (ended && !isOpen(state)) expect(unansweredIssues(state)).toEqual([])
        })
      }),
      { numRuns: 2 * RUNS },
    )
  })

  it('a repeat contact raises by one step at most, never lowers, and what a thanks or a second breath brings raises nothing', () => {
    property((generated) => {
      let before: Complaint | undefined
      play(generated, ({ state }, events, now, step) => {
        const was = before
        before = state
        if (was === undefined || step.kind !== 'join' || step.triage.severity !== undefined) return
        const rank = (severity: string | undefined) => SEVERITIES.indexOf((severity ?? 'normal') as 'normal')
        const raised = rank(state.severity) - rank(was.severity)
        const [joined] = events.filter(({ type }) => type === 'linked')
        expect([0, 1]).toContain(raised)
        if (raised === 1) expect(joined).toMatchObject({ raises: true, needsAnswer: true })
        const soon = addSeconds(lastContactAt(was), 15 * 60) > now
        if (joined?.type === 'linked' && soon) expect(joined.raises).toBe(false)
      })
    })
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
