import {
  addBusinessTime,
  addCalendarDays,
  businessTimeBetween,
  type Calendar,
  closeOfWorkingDay,
  isOpen,
  nextOpening,
} from './calendar.ts'
import {
  askedIssues,
  type Complaint,
  isOpen as owesAnswer,
  repliesIn,
  type Timer,
  type TimerName,
  type WarnPoint,
} from './complaint.ts'
import { addSeconds, epochSeconds, type Instant } from './instant.ts'
import { type Governed, type Ladder, type Policy, type TimerSpec, timerSpec } from './policy.ts'

/*
 * Every function here takes a timer and gives the timer that it becomes. None of them knows what time it is; those that
 * need an instant are told it.
 */

/**
 * The calendar that a timer runs by.
 *
 * @throws Error when the policy lacks it: policies are validated, so the wrong policy was passed.
 */
export const calendarOf = (policy: Policy, spec: Pick<TimerSpec, 'calendar'>): Calendar =>
  calendarCalled(policy, spec.calendar)

function calendarCalled(policy: Policy, name: string): Calendar {
  const calendar = policy.calendars[name]
  if (calendar === undefined) throw new Error(`Policy ${policy.name} has no calendar "${name}"`)
  return calendar
}

/** The ladder that a timer climbs after its breach, or undefined where it has none. */
export const ladderOf = (policy: Policy, spec: TimerSpec): Ladder | undefined =>
  spec.ladder === undefined ? undefined : policy.ladders[spec.ladder]

const ALL_DAY = [['00:00', '24:00']] as const
/** Every second of every day. */
const ALWAYS: Calendar = {
  timeZone: 'UTC',
  hours: { mon: ALL_DAY, tue: ALL_DAY, wed: ALL_DAY, thu: ALL_DAY, fri: ALL_DAY, sat: ALL_DAY, sun: ALL_DAY },
}

/**
 * The hours in which a timer may call people, and in which its ladder is climbed: always where the ladder says so, or
 * else the ladder's own, or else the timer's.
 *
 * @throws Error when the policy lacks the calendar: policies are validated, so the wrong policy was passed.
 */
export function callingHours(policy: Policy, spec: TimerSpec): Calendar {
  const ladder = ladderOf(policy, spec)
  return ladder?.outOfHours === true ? ALWAYS : calendarCalled(policy, ladder?.calendar ?? spec.calendar)
}

/** A closing instant is still within the hours, as it is for deadlines. */
const isWithin = (hours: Calendar, at: Instant): boolean =>
  isOpen(hours, at) || isOpen(hours, addSeconds(at, -1))

/**
 * Whether people may be called about a timer at an instant. What happens is recorded at its time all the same: this is
 * for whoever tells people of it.
 */
export function mayCall(policy: Policy, complaint: Governed, name: TimerName, at: Instant): boolean {
  const spec = timerSpec(policy, complaint, name)
  return spec !== undefined && isWithin(callingHours(policy, spec), at)
}

/**
 * When the time that a timer starting at `now` has is over.
 *
 * @throws Error for a spec without a target, RangeError where the calendar never gets there; validated ones do.
 */
export function deadline(spec: TimerSpec, calendar: Calendar, now: Instant): Instant {
  const target = targetAt(spec, calendar, now)
  if (spec.shuts === undefined) return target
  const { afterMinutes, marginMinutes } = spec.shuts
  const latest = addSeconds(now, (afterMinutes - marginMinutes) * 60)
  if (target <= latest) return target
  // The last moment before it at which somebody works; where nobody does in all that time, what is left of it.
  const worked = businessTimeBetween(calendar, now, latest)
  return worked === 0 ? latest : addBusinessTime(calendar, now, worked)
}

/** When the channel takes no more answers, for a reply window that started at `startedAt` and is due at `dueAt`. */
export const shutsAt = (
  spec: TimerSpec,
  { startedAt, dueAt }: Pick<Timer, 'startedAt' | 'dueAt'>,
): Instant => (spec.shuts === undefined ? dueAt : addSeconds(startedAt, spec.shuts.afterMinutes * 60))

function targetAt(spec: TimerSpec, calendar: Calendar, now: Instant): Instant {
  if (spec.targetMinutes !== undefined) return addBusinessTime(calendar, now, spec.targetMinutes * 60)
  if (spec.targetDays !== undefined) return addCalendarDays(calendar, now, spec.targetDays)
  if (spec.targetWorkingDays !== undefined) return closeOfWorkingDay(calendar, now, spec.targetWorkingDays)
  throw new Error('A timer has a target: targetMinutes, targetDays or targetWorkingDays')
}

/** The instant at which a share of the target has passed: of its business time, or of the real time. */
function warnPoint(
  calendar: Calendar,
  now: Instant,
  dueAt: Instant,
  inRealTime: boolean,
  percent: number,
): WarnPoint {
  const share = (seconds: number) => Math.floor((seconds * percent) / 100)
  const at = inRealTime
    ? addSeconds(now, share(epochSeconds(dueAt) - epochSeconds(now)))
    : addBusinessTime(calendar, now, share(businessTimeBetween(calendar, now, dueAt)))
  return { percent, at }
}

/** Whether it has a target in days, of whatever kind. Such a timer cannot be paused. */
export const countsDays = (spec: TimerSpec): boolean =>
  spec.targetDays !== undefined || spec.targetWorkingDays !== undefined

/** Timers that nothing agreed among ourselves can stop, whatever a policy says: the law's, the platform's, a promise's. */
const NEVER_PAUSED = ['statutory', 'reply-window', 'promise:']

/** Whether a pause of the complaint stops a timer. */
export const isPausable = (name: TimerName, spec: TimerSpec): boolean =>
  spec.pausable && !NEVER_PAUSED.some((never) => name.startsWith(never))

/**
 * A timer that starts at `now`. `generation` is the `seq` of the event that starts it; `promisedFor` the deadline of one
 * that has no target of its own, as a promise says itself when it is due.
 */
export function start(
  policy: Policy,
  spec: TimerSpec,
  name: TimerName,
  generation: number,
  now: Instant,
  promisedFor?: Instant,
): Timer {
  const calendar = calendarOf(policy, spec)
  const dueAt = promisedFor ?? deadline(spec, calendar, now)
  // A promise may be due while the desk is closed, and is to be warned of before that.
  const inRealTime = promisedFor !== undefined || countsDays(spec)
  return {
    name,
    generation,
    state: 'running',
    startedAt: now,
    dueAt,
    warnings: spec.warnPercent.map((percent) => warnPoint(calendar, now, dueAt, inRealTime, percent)),
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
  if (point === undefined) return timer
  return { ...timer, warnings, warnedAt: [...timer.warnedAt, point.at], warnedPercent: point.percent }
}

/**
 * Past its deadline. Where it has a ladder, the first rung is owed at once and the second is scheduled; out of hours the
 * first is scheduled for their next opening.
 */
export function breached(timer: Timer, hours: Calendar, ladder: Ladder | undefined): Timer {
  const past: Timer = { ...timer, state: 'breached', breachedAt: timer.dueAt, warnings: [] }
  if (ladder === undefined) return past
  // Moved after its deadline: people are called from the move on, not for all the time before at once.
  const from = timer.movedAt ?? timer.dueAt
  return isWithin(hours, from)
    ? climbed(past, hours, ladder, from)
    : { ...past, nextRungAt: nextOpening(hours, from) }
}

/** How many rungs' time has come, whether or not somebody has been involved for each. */
export const rungsDue = (timer: Timer): number => timer.level + timer.owed.length

/** One rung further: it is owed, and the one after it (or the first reminder at the top) is scheduled. */
export function climbed(timer: Timer, hours: Calendar, ladder: Ladder, at: Instant): Timer {
  const level = rungsDue(timer) + 1
  const here = ladder.rungs[level - 1]
  const above = ladder.rungs[level]
  const waitMinutes =
    here !== undefined && above !== undefined ? above.afterMinutes - here.afterMinutes : ladder.repeatMinutes
  return {
    ...timer,
    owed: [...timer.owed, { level, at }],
    nextRungAt: addBusinessTime(hours, at, waitMinutes * 60),
  }
}

/** Reminded at the top of its ladder. Reminders missed up to `until` become one: a storm of them helps nobody. */
export function reminded(
  timer: Timer,
  hours: Calendar,
  ladder: Ladder,
  until: Instant,
): { timer: Timer; at: Instant } {
  let at = timer.nextRungAt ?? until
  for (;;) {
    const next = addBusinessTime(hours, at, ladder.repeatMinutes * 60)
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
export function paused(timer: Timer, policy: Policy, spec: TimerSpec, now: Instant): Timer {
  if (timer.state === 'running') {
    const remainingSeconds = businessTimeBetween(calendarOf(policy, spec), now, timer.dueAt)
    return { ...timer, state: 'paused', remainingSeconds }
  }
  if (timer.state === 'breached' && timer.nextRungAt !== undefined) {
    return {
      ...without(timer, 'nextRungAt'),
      remainingSeconds: businessTimeBetween(callingHours(policy, spec), now, timer.nextRungAt),
    }
  }
  return timer
}

/** Goes on with exactly the business time that was left when it was paused. */
export function resumed(timer: Timer, policy: Policy, spec: TimerSpec, now: Instant): Timer {
  const remaining = timer.remainingSeconds
  if (remaining === undefined) return timer
  if (timer.state === 'breached') {
    const nextRungAt = addBusinessTime(callingHours(policy, spec), now, remaining)
    return { ...without(timer, 'remainingSeconds'), nextRungAt }
  }
  const calendar = calendarOf(policy, spec)
  return {
    ...without(timer, 'remainingSeconds'),
    state: 'running',
    dueAt: addBusinessTime(calendar, now, remaining),
    warnings: timer.warnings.map(({ percent, at }) => {
      const aheadOfDeadline = businessTimeBetween(calendar, at, timer.dueAt)
      return { percent, at: addBusinessTime(calendar, now, Math.max(0, remaining - aheadOfDeadline)) }
    }),
  }
}

/**
 * Which deadline comes next, and which have passed with the answer still owed, earliest first.
 */
export function deadlines(complaint: Complaint): { next?: Timer | undefined; overdue: readonly Timer[] } {
  const byDeadline = (a: Timer, b: Timer) => (a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : 0)
  const [next] = complaint.timers.filter((timer) => timer.state === 'running').sort(byDeadline)
  // A breach stays on record; it is owed no longer once the complaint is answered or nobody waits for it.
  const overdue = complaint.timers.filter(
    (timer) =>
      timer.state === 'breached' &&
      owesAnswer(complaint) &&
      (timer.name !== 'accept-handoff' || complaint.handoff !== undefined) &&
      (!timer.name.startsWith('accept-handoff:') ||
        askedIssues(complaint).some(({ id }) => timer.name === `accept-handoff:${id}`)) &&
      (timer.name !== 'next-reply' || complaint.waitingSince !== undefined) &&
      (timer.name !== 'approve-reply' || repliesIn(complaint, 'waiting').length > 0),
  )
  return { next, overdue: overdue.sort(byDeadline) }
}
