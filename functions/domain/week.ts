import { type Calendar, localDate } from './calendar.ts'
import type { Instant } from './instant.ts'
import { type Policy, teamOf } from './policy.ts'

/** For an organisation none of whose teams has hours. */
const OFFICE: Calendar = {
  timeZone: 'UTC',
  hours: Object.fromEntries(
    (['mon', 'tue', 'wed', 'thu', 'fri'] as const).map((day) => [day, [['09:00', '17:00']]]),
  ),
}

/**
 * The hours that what is no team's goes by, and with them where a week begins: those of the team that gets what no rule
 * gives to another, or else of the first team that has any.
 */
export function houseHours(policy: Policy): Calendar {
  const first = teamOf(policy, policy.defaultTeam)
  const named = [first, ...Object.values(policy.teams)].map((team) => team?.hours)
  const hours = named.find((name) => name !== undefined)
  return (hours === undefined ? undefined : policy.calendars[hours]) ?? OFFICE
}

const DAY_MS = 86_400_000
const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)
/** Since the Monday of its week; 1970-01-01 was a Thursday. */
const sinceMonday = (day: number): number => (day + 3) % 7

/** The week that an instant is in, in the calendar's zone, as ISO 8601 counts them: `2026-W47`. */
export const weekOf = (calendar: Calendar, at: Instant): string => weekOfDate(localDate(calendar, at))

function weekOfDate(date: string): string {
  const day = dayOf(date)
  // A week is of the year that its Thursday is in.
  const thursday = dateOf(day - sinceMonday(day) + 3)
  const number = Math.floor((dayOf(thursday) - dayOf(`${thursday.slice(0, 4)}-01-01`)) / 7) + 1
  return `${thursday.slice(0, 4)}-W${String(number).padStart(2, '0')}`
}

/** The week so many weeks before. */
export const weekBefore = (week: string, weeks: number): string =>
  weekOfDate(dateOf(dayOf(daysOf(week).monday) - 7 * weeks))

/** A week's first and last local date. */
export function daysOf(week: string): { readonly monday: string; readonly sunday: string } {
  const [year = '', number = ''] = week.split('-W')
  // The fourth of January is in the first week, whatever day it is.
  const fourth = dayOf(`${year}-01-04`)
  const monday = fourth - sinceMonday(fourth) + 7 * (Number(number) - 1)
  return { monday: dateOf(monday), sunday: dateOf(monday + 6) }
}
