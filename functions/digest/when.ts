import { type Calendar, isOpen, localDate, localMidnight, nextOpening } from '../domain/calendar.ts'
import { addSeconds, epochSeconds, type Instant } from '../domain/instant.ts'
import { weekBefore, weekOf } from '../domain/week.ts'

/** What a team is told by schedule. */
export type Digest =
  /** Each morning, to the team: what is open, overdue and due today. */
  | 'morning'
  /** On the first morning of a week, to the lead: what the week before came to. */
  | 'weekly'
  /** On the last morning of a week, to the team: the promises that are due in the next. */
  | 'promises'

/** How late a digest may be: after that the morning is over. */
const WINDOW_SECONDS = 2 * 3600
const DAY_SECONDS = 86_400

export interface Due {
  readonly digests: readonly Digest[]
  /** The team's local date, which names the digests. */
  readonly date: string
  /** When the team opened. */
  readonly openedAt: Instant
  /** Local midnights: the Monday of this week, of the one before and of the one after, and tomorrow. */
  readonly lastMonday: Instant
  readonly monday: Instant
  readonly nextMonday: Instant
  readonly mondayAfterNext: Instant
  readonly tomorrow: Instant
}

/** A list for nobody's team in particular: what was ignored in a week. */
export interface ListDue {
  /** `2026-W47`: the list is of that week, and there is one. */
  readonly week: string
  /** The week that has just ended; an older one is told of only where its list is missing. */
  readonly isLast: boolean
}

/** How many weeks back a list is looked for: all mornings of three may have been holidays, or Slack away. */
const WEEKS_BACK = 4

/**
 * The lists that there should be by now, oldest first; those that have been posted among them. Asked for on any morning,
 * so that a Monday on which nothing could be posted is made good on the Tuesday.
 */
export function listsDue(hours: Calendar, now: Instant): ListDue[] {
  const due = dueAt(hours, now)
  if (due === undefined) return []
  const current = weekOf(hours, due.monday)
  return Array.from({ length: WEEKS_BACK }, (_, back) => WEEKS_BACK - back).map((weeks) => ({
    week: weekBefore(current, weeks),
    isLast: weeks === 1,
  }))
}

const dayBefore = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_SECONDS * 1000).toISOString().slice(0, 10)

/** What is due in a team that works by a calendar: within two hours of its opening; undefined at any other time. */
export function dueAt(hours: Calendar, now: Instant): Due | undefined {
  const before = addSeconds(now, -WINDOW_SECONDS)
  if (isOpen(hours, before)) return undefined
  const openedAt = nextOpening(hours, before)
  if (openedAt > now) return undefined
  const date = localDate(hours, openedAt)
  const sinceMonday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7
  const midnight = (days: number): Instant => localMidnight(hours, dayBefore(date, days))
  const [monday, nextMonday, tomorrow] = [midnight(sinceMonday), midnight(sinceMonday - 7), midnight(-1)]
  const digests: Digest[] = ['morning']
  if (localDate(hours, nextOpening(hours, monday)) === date) digests.push('weekly')
  if (epochSeconds(nextOpening(hours, tomorrow)) >= epochSeconds(nextMonday)) digests.push('promises')
  return {
    digests,
    date,
    openedAt,
    lastMonday: midnight(sinceMonday + 7),
    monday,
    nextMonday,
    mondayAfterNext: midnight(sinceMonday - 14),
    tomorrow,
  }
}
