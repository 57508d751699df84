import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addSeconds } from '../../functions/domain/instant.ts'
import type { Ladder, Policy, TimerSpec } from '../../functions/domain/policy.ts'
import { earliestDueAt, mayCall } from '../../functions/domain/timers.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { policyFiles, readPolicy } from '../../infra/policies.ts'
import always from '../../workflows/calendars/always.json' with { type: 'json' }
import { given, type Story } from '../support/complaints.ts'

/** The sample policy in which every complaint has this statutory timer, and the standard ladder is changed so. */
function policyWith(statutory: Partial<TimerSpec>, ladder: Partial<Ladder> = {}): Policy {
  const timer: TimerSpec = {
    calendar: 'always',
    warnPercent: [50],
    ladder: 'standard',
    pausable: false,
    ...statutory,
  }
  const standard = currentPolicy.ladders.standard as Ladder
  return {
    ...currentPolicy,
    calendars: { ...currentPolicy.calendars, always: always as unknown as Policy['calendars'][string] },
    ladders: { ...currentPolicy.ladders, standard: { ...standard, ...ladder } },
    rules: currentPolicy.rules.map((rule) => ({ ...rule, timers: { ...rule.timers, statutory: timer } })),
  }
}

/** When each level of the statutory ladder was due, seen a week later. */
function calls(policy: Policy, start: string, until: string): Record<number, string> {
  const story = given(start, {}, policy)
  story.passes(until)
  for (let i = 0; i < 20; i++) story.send(until, { type: 'escalate' })
  return Object.fromEntries(
    story.events.flatMap((event) =>
      event.type === 'escalated' && event.timer === 'statutory' ? [[event.level, event.at]] : [],
    ),
  )
}

describe('a timer that runs out at night', () => {
  const day: Partial<TimerSpec> = { targetMinutes: 1440 }
  const start = '2026-11-20T02:00:00Z'
  const until = '2026-11-27T12:00:00Z'

  it('is breached at its time, and calls people when they may next be called', () => {
    const policy = policyWith(day, { calendar: 'uk-office' })
    const story = given(start, {}, policy)
    story.passes('2026-11-21T02:00:00Z')
    expect(story.timer('statutory')).toMatchObject({
      state: 'breached',
      breachedAt: '2026-11-21T02:00:00Z',
      owed: [],
      nextRungAt: '2026-11-23T09:00:00Z',
    })
    expect(calls(policy, start, until)).toEqual({
      1: '2026-11-23T09:00:00Z',
      2: '2026-11-23T09:30:00Z',
      3: '2026-11-23T10:00:00Z',
    })
  })

  it('calls people at once, and by the real minute, where the ladder says so', () => {
    expect(calls(policyWith(day, { outOfHours: true }), start, until)).toEqual({
      1: '2026-11-21T02:00:00Z',
      2: '2026-11-21T02:30:00Z',
      3: '2026-11-21T03:00:00Z',
    })
  })

  it('does so whatever the hours of its own calendar', () => {
    const policy = policyWith({ targetDays: 1, calendar: 'uk-office' }, { outOfHours: true })
    expect(calls(policy, start, until)).toMatchObject({
      1: '2026-11-21T02:00:00Z',
      2: '2026-11-21T02:30:00Z',
    })
  })

  it('calls nobody where somebody acts before the office opens', () => {
    const story = given(start, {}, policyWith(day, { calendar: 'uk-office' }))
    story.does('2026-11-20T10:00:00Z', { type: 'acknowledge' })
    story.passes('2026-11-21T02:00:00Z')
    story.does('2026-11-21T08:00:00Z', { type: 'resolve', summary: 'answered' })
    story.passes(until)
    expect(story.types()).not.toContain('escalation-due')
    expect(story.types()).not.toContain('escalated')
  })

  it('reminds at the top in office hours only', () => {
    const story = given(start, {}, policyWith(day, { calendar: 'uk-office', repeatMinutes: 60 }))
    story.passes('2026-11-23T16:30:00Z')
    story.passes('2026-11-23T17:00:00Z')
    expect(story.timer('statutory').nextRungAt).toBe('2026-11-24T09:30:00Z')
  })
})

describe('a timer that runs out as the office closes', () => {
  it('still calls that day: the closing instant is in the hours, as it is in time for deadlines', () => {
    const policy = policyWith({ targetWorkingDays: 1, calendar: 'uk-office' })
    const levels = calls(policy, '2026-11-23T10:00:00Z', '2026-11-27T12:00:00Z')
    expect(levels).toMatchObject({ 1: '2026-11-24T17:30:00Z', 2: '2026-11-25T09:30:00Z' })
  })
})

describe('a target in days', () => {
  it('warns at shares of the real time, and no pause moves it', () => {
    const story = given('2026-10-20T09:00:00Z', {}, policyWith({ targetDays: 10, calendar: 'uk-office' }))
    const before = story.timer('statutory')
    // Ten local days over the change to winter time have an hour more.
    expect(before).toMatchObject({
      dueAt: '2026-10-30T10:00:00Z',
      warnings: [{ percent: 50, at: '2026-10-25T09:30:00Z' }],
    })
    story.does('2026-10-21T09:00:00Z', { type: 'pause', reason: 'waiting for the customer' })
    story.passes('2026-10-26T09:00:00Z')
    expect(story.timer('statutory')).toMatchObject({ state: 'running', warnedAt: ['2026-10-25T09:30:00Z'] })
    story.does('2026-10-27T09:00:00Z', { type: 'resume' })
    expect(story.timer('statutory').dueAt).toBe(before.dueAt)
  })
})

describe('whatever its targets and hours', () => {
  const policies = [
    policyWith({ targetMinutes: 1440 }, { calendar: 'uk-office' }),
    policyWith({ targetDays: 3 }, { calendar: 'uk-office' }),
    policyWith({ targetDays: 1 }, { outOfHours: true }),
    policyWith({ targetWorkingDays: 2, calendar: 'uk-office' }),
    ...policyFiles()
      .filter((path) => path.includes('/presets/'))
      .map(readPolicy),
  ]

  it('one late look at the clock records what many looks in time would have, but for reminders', () => {
    const facts = (story: Story) =>
      story.events
        .filter(({ type }) => type !== 'reminded')
        .map(({ seq: _, recordedAt: __, timers: ___, ...event }) => event)
    fc.assert(
      fc.property(
        fc.constantFrom(...policies),
        fc.integer({ min: 0, max: 365 * 86_400 }),
        fc.integer({ min: 1, max: 70 * 86_400 }),
        (policy, offset, seconds) => {
          const start = addSeconds('2026-01-01T00:00:00Z', offset)
          const until = addSeconds(start, seconds)
          const late = given(start, {}, policy)
          late.passes(until)
          const steady = given(start, {}, policy)
          for (;;) {
            const due = earliestDueAt(steady.state.timers)
            if (due === undefined || due > until) break
            steady.passes(due)
          }
          expect(facts(late)).toEqual(facts(steady))
          const dues = late.state.timers.filter(({ state }) => state === 'running').map(({ dueAt }) => dueAt)
          expect(dues.every((due) => due > until)).toBe(true)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('people may be called', () => {
  const at = (policy: Policy, instant: string, name: 'statutory' | 'acknowledge' | 'reply-window') =>
    mayCall(policy, { rule: 'public posts' }, name, instant)

  it('in the hours of the ladder, closing instant included', () => {
    const policy = policyWith({ targetDays: 1 }, { calendar: 'uk-office' })
    const asked = ['08:59:59', '09:00:00', '17:30:00', '17:30:01'].map((time) =>
      at(policy, `2026-11-23T${time}Z`, 'statutory'),
    )
    expect(asked).toEqual([false, true, true, false])
  })

  it('in the hours of the timer where the ladder has none, or there is no ladder', () => {
    for (const ladder of ['standard', undefined]) {
      const policy = policyWith({ targetDays: 1, calendar: 'uk-office', ladder })
      expect(at(policy, '2026-11-23T03:00:00Z', 'statutory')).toBe(false)
      expect(at(policy, '2026-11-23T12:00:00Z', 'statutory')).toBe(true)
    }
  })

  it('at night where the ladder says so', () => {
    expect(at(policyWith({ targetDays: 1 }, { outOfHours: true }), '2026-11-22T03:00:00Z', 'statutory')).toBe(
      true,
    )
  })

  it('never about a timer that the policy does not have', () => {
    expect(at(currentPolicy, '2026-11-23T12:00:00Z', 'reply-window')).toBe(false)
  })
})
