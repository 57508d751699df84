import { addCalendarDays, type Calendar, closeOfWorkingDay } from '../domain/calendar.ts'
import type { Instant } from '../domain/instant.ts'
import type { ComplaintRow, RedressRow } from './rows.ts'
import { addUp, type Money, newest, UNKNOWN } from './summary.ts'

/**
 * The figures that the FCA's complaints return asks for, by product category: DISP 1.10.2R and DISP 1 Annex 1R, as they
 * stand until 31 December 2026. From 1 January 2027 a consolidated return replaces it (PS25/19), with a taxonomy and
 * questions about vulnerable customers that are not here.
 */
export interface ReturnLine {
  readonly category: string
  /** Outstanding when the period began. */
  readonly outstandingBefore: number
  readonly opened: number
  /** By the close of the third business day after the day of receipt; after that, within eight weeks; later. */
  readonly closedWithin3Days: number
  readonly closedWithin8Weeks: number
  readonly closedAfter8Weeks: number
  readonly closed: number
  /** Upheld, wholly or in part (DISP 1.10.3G: in part counts as upheld). */
  readonly upheld: number
  readonly rejected: number
  /** Closed, and nobody said whether upheld: the return cannot be filed before each has an outcome. */
  readonly undecided: number
  readonly outstandingAfter: number
  /** Paid in the period, whenever the complaint was closed. */
  readonly redressPaid: Money
}

export interface Return {
  readonly from: string
  readonly to: string
  readonly lines: readonly ReturnLine[]
  readonly total: ReturnLine
}

/** What the return is made of. */
export interface ReturnInput {
  /** Lines of complaints as they stood at the end of the period or before, of any number of days. */
  readonly complaints: readonly ComplaintRow[]
  readonly redress: readonly RedressRow[]
  /** The first and the last UTC day of the period, `YYYY-MM-DD`. */
  readonly from: string
  readonly to: string
  /** What counts business days. */
  readonly calendar: Calendar
  /** The return's product category of a complaint. Default: its product. */
  readonly categoryOf?: (row: ComplaintRow | RedressRow) => string
}

/** How long a complaint was open when it was closed: the return's age bands. */
export function ageBand(
  calendar: Calendar,
  openedAt: Instant,
  closedAt: Instant,
): 'within 3 business days' | 'within 8 weeks' | 'after 8 weeks' {
  if (closedAt <= closeOfWorkingDay(calendar, openedAt, 3)) return 'within 3 business days'
  return closedAt <= addCalendarDays(calendar, openedAt, 56) ? 'within 8 weeks' : 'after 8 weeks'
}

/**
 * The return of a period. A complaint is closed with its final response, which is its resolution; one that was withdrawn,
 * or linked to another that goes on for both, leaves the return.
 */
export function fcaReturn(input: ReturnInput): Return {
  const { from, to, calendar, categoryOf = ({ product }) => product ?? UNKNOWN } = input
  const start = `${from}T00:00:00Z`
  const end = `${to}T23:59:59Z`
  const complaints = newest(input.complaints).filter(
    ({ stage, opened_at = '' }) => stage !== 'withdrawn' && opened_at <= end,
  )
  const paid = input.redress.filter(
    ({ paid_at }) => paid_at !== undefined && paid_at >= start && paid_at <= end,
  )
  const categories = [...new Set([...complaints, ...paid].map(categoryOf))].sort()
  const line = (
    category: string,
    some: readonly ComplaintRow[],
    money: readonly RedressRow[],
  ): ReturnLine => {
    const closed = some.filter(({ resolved_at }) => resolved_at !== undefined && resolved_at <= end)
    const now = closed.filter(({ resolved_at = '' }) => resolved_at >= start)
    const opened = some.filter(({ opened_at = '' }) => opened_at >= start)
    const bands = now.map(({ opened_at = '', resolved_at = '' }) => ageBand(calendar, opened_at, resolved_at))
    const count = (band: string) => bands.filter((one) => one === band).length
    const outcome = (...wanted: string[]) => now.filter((row) => wanted.includes(row.outcome ?? '')).length
    const upheld = outcome('upheld', 'partly-upheld')
    const rejected = outcome('rejected')
    return {
      category,
      outstandingBefore: some.length - opened.length - (closed.length - now.length),
      opened: opened.length,
      closedWithin3Days: count('within 3 business days'),
      closedWithin8Weeks: count('within 8 weeks'),
      closedAfter8Weeks: count('after 8 weeks'),
      closed: now.length,
      upheld,
      rejected,
      undecided: now.length - upheld - rejected,
      outstandingAfter: some.length - closed.length,
      redressPaid: addUp(
        money.map(
          ({ currency, amount }): Money =>
            currency === undefined || amount === undefined ? {} : { [currency]: amount },
        ),
      ),
    }
  }
  return {
    from,
    to,
    lines: categories.map((category) =>
      line(
        category,
        complaints.filter((row) => categoryOf(row) === category),
        paid.filter((row) => categoryOf(row) === category),
      ),
    ),
    total: line('total', complaints, paid),
  }
}
