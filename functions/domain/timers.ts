import { addBusinessTime, businessTimeBetween, type Calendar } from './calendar.ts'
import type { Timer, TimerName } from './complaint.ts'
import type { Instant } from './instant.ts'
import type { Ladder, Policy, TimerSpec } from './policy.ts'

/*
 * Every function here takes a timer and gives the timer that it becomes. None of them knows what time it is; those that
 * need an instant are told it.
 */

/**
 * The calendar that a timer runs by.
 *
 * @throws Error when the policy lacks it: policies are validated, so the wrong policy was passed.
 */
export function calendarOf(policy: Policy, spec: TimerSpec): Calendar {
  const calendar = policy.calendars[spec.calendar]
  if (calendar === undefined) throw new Error(`Policy ${policy.name} has no calendar "${spec.calendar}"`)
  return calendar
}

/** The ladder that a timer climbs after its breach, or undefined where it has none. */
export const ladderOf = (policy: Policy, spec: TimerSpec): Ladder | undefined =>
  spec.ladder === undefined ? undefined : policy.ladders[spec.ladder]

/** A timer that starts at `now`. `generation` is the `seq` of the event that starts it. */
export function start(
  policy: Policy,
  spec: TimerSpec,
  name: TimerName,
  generation: number,
  now: Instant,
): Timer {
  const calendar = calendarOf(policy, spec)
  const targetSeconds = spec.targetMinutes * 60
  return {
    name,
    generation,
    state: 'running',
    startedAt: now,
    dueAt: addBusinessTime(calendar, now, targetSeconds),
    warnings: spec.warnPercent.map((percent) => ({
      percent,
      at: addBusinessTime(calendar, now, Math.floor((targetSeconds * percent) / 100)),
    })),
    warnedAt: [],
    level: 0,
    owed: [],
    reminders: 0,
  }
}

/** The next instant at which a timer has something to do; undefined when it waits for nothing but people. */
export function nextDueAt(timer: Timer): Instant | undefined {
  if (timer.state === 'running') return timer.warnings[0]?.at ?? timer.dueAt
  if (timer.state === 'breached') return timer.nextRungAt
  return undefined
}

/** The earliest instant at which any of the timers has something to do. */
export function earliestDueAt(timers: readonly Timer[]): Instant | undefined {
  let earliest: Instant | undefined
  for (const timer of timers) {
    const at = nextDueAt(timer)
    if (at !== undefined && (earliest === undefined || at < earliest)) earliest = at
  }
  return earliest
}

/** Past its first warn point. */
export function warned(timer: Timer): Timer {
  const [point, ...warnings] = timer.warnings
  return point === undefined ? timer : { ...timer, warnings, warnedAt: [...timer.warnedAt, point.at] }
}

/** Past its deadline. Where it has a ladder, the first rung is owed at once and the second is scheduled. */
export function breached(timer: Timer, calendar: Calendar, ladder: Ladder | undefined): Timer {
  const past: Timer = { ...timer, state: 'breached', breachedAt: timer.dueAt, warnings: [] }
  return ladder === undefined ? past : climbed(past, calendar, ladder, timer.dueAt)
}

/** How many rungs' time has come, whether or not somebody has been involved for each. */
export const rungsDue = (timer: Timer): number => timer.level + timer.owed.length

/** One rung further: it is owed, and the one after it (or the first reminder at the top) is scheduled. */
export function climbed(timer: Timer, calendar: Calendar, ladder: Ladder, at: Instant): Timer {
  const level = rungsDue(timer) + 1
  const here = ladder.rungs[level - 1]
  const above = ladder.rungs[level]
  const waitMinutes =
    here !== undefined && above !== undefined ? above.afterMinutes - here.afterMinutes : ladder.repeatMinutes
  return {
    ...timer,
    owed: [...timer.owed, { level, at }],
    nextRungAt: addBusinessTime(calendar, at, waitMinutes * 60),
  }
}

/** Reminded at the top of its ladder. Reminders missed up to `until` become one: a storm of them helps nobody. */
export function reminded(
  timer: Timer,
  calendar: Calendar,
  ladder: Ladder,
  until: Instant,
): { timer: Timer; at: Instant } {
  let at = timer.nextRungAt ?? until
  for (;;) {
    const next = addBusinessTime(calendar, at, ladder.repeatMinutes * 60)
    if (next > until) return { timer: { ...timer, reminders: timer.reminders + 1, nextRungAt: next }, at }
    at = next
  }
}

/** Somebody has been involved for the lowest rung that is owed. */
export function escalated(timer: Timer): Timer {
  const [rung, ...owed] = timer.owed
  return rung === undefined ? timer : { ...timer, level: rung.level, owed }
}

const without = <K extends keyof Timer>(timer: Timer, ...keys: K[]): Timer => {
  const copy: Partial<Timer> = { ...timer }
  for (const key of keys) delete copy[key]
  return copy as Timer
}

/** Its ladder stands still: somebody acts. What was climbed stays climbed. */
export const silenced = (timer: Timer): Timer => ({
  ...without(timer, 'nextRungAt', 'remainingSeconds'),
  owed: [],
})

/** What it waited for has happened. A breach that came before stays on record. */
export const met = (timer: Timer, at: Instant): Timer => ({
  ...silenced(timer),
  state: 'met',
  metAt: at,
  warnings: [],
})

/** What it waited for is no longer wanted. A breach stays a breach: it did happen. */
export const cancelled = (timer: Timer): Timer => ({
  ...silenced(timer),
  state: timer.state === 'breached' ? 'breached' : 'cancelled',
  warnings: [],
})

/**
 * Stopped for a while. A running timer keeps the business time that is left to its deadline; a breached one stays
 * breached, and its ladder keeps what is left to the next rung. Timers that wait for nothing are returned as they are.
 */
export function paused(timer: Timer, calendar: Calendar, now: Instant): Timer {
  if (timer.state === 'running') {
    return { ...timer, state: 'paused', remainingSeconds: businessTimeBetween(calendar, now, timer.dueAt) }
  }
  if (timer.state === 'breached' && timer.nextRungAt !== undefined) {
    return {
      ...without(timer, 'nextRungAt'),
      owed: [],
      remainingSeconds: businessTimeBetween(calendar, now, timer.nextRungAt),
    }
  }
  return timer
}

/** Goes on with exactly the business time that was left when it was paused. */
export function resumed(timer: Timer, spec: TimerSpec, calendar: Calendar, now: Instant): Timer {
  const remaining = timer.remainingSeconds
  if (remaining === undefined) return timer
  if (timer.state === 'breached') {
    return { ...without(timer, 'remainingSeconds'), nextRungAt: addBusinessTime(calendar, now, remaining) }
  }
  const targetSeconds = spec.targetMinutes * 60
  return {
    ...without(timer, 'remainingSeconds'),
    state: 'running',
    dueAt: addBusinessTime(calendar, now, remaining),
    warnings: timer.warnings.map(({ percent }) => {
      const aheadOfDeadline = targetSeconds - Math.floor((targetSeconds * percent) / 100)
      return { percent, at: addBusinessTime(calendar, now, Math.max(0, remaining - aheadOfDeadline)) }
    }),
  }
}
