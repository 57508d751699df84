import { addSeconds, epochSeconds, type Instant, parseInstant } from '../domain/instant.ts'
import { compareText } from '../export/dataset.ts'
import type { ComplaintRow, RedressRow } from '../export/rows.ts'
import { figuresOf, type Money, UNKNOWN } from '../export/summary.ts'

/*
 * What a month comes to, from the lines of the export and nothing else: whoever has the files can count again. Money is
 * in minor units, by currency; currencies are never added up.
 */

/** Complaints open at an instant, by how many days they had been open. */
export interface AgeBand {
  readonly band: string
  readonly complaints: number
}

/** How a kind of timer went, among the complaints that were opened in the month. */
export interface Attainment {
  readonly timer: string
  readonly met: number
  readonly missed: number
}

/** What is counted of any group of complaints. */
export interface Group {
  readonly name: string
  readonly opened: number
  /** Of those opened: the customer had to come back about it. */
  readonly repeated: number
  /** Of those opened: at least one deadline was missed. */
  readonly breached: number
  readonly resolved: number
  readonly upheld: number
  /** Of what was resolved in the month. */
  readonly handlingSeconds: number
  readonly handlingCost: Money
  readonly breachCost: Money
  readonly redress: Money
  /** Handling, breaches and redress together. */
  readonly cost: Money
}

export interface RedressTotal {
  readonly kind: string
  readonly currency: string
  /** How many were approved in the month, and what they come to. */
  readonly approved: number
  readonly amount: number
  readonly paid: number
  readonly paidAmount: number
}

/** Redress that was approved and, by the end of the month, not paid. */
export interface Unpaid {
  readonly complaint: string
  readonly redress: string
  readonly kind: string
  readonly amount?: number | undefined
  readonly currency?: string | undefined
  readonly approvedBy?: string | undefined
  readonly days: number
}

export interface Summary {
  /** `YYYY-MM`, in UTC. */
  readonly month: string
  readonly openedBefore: number
  readonly opened: number
  readonly resolved: number
  readonly withdrawn: number
  readonly reopened: number
  readonly openAfter: number
  /** Of each day of the month: how many were opened, and how many resolved. */
  readonly days: readonly { readonly day: string; readonly opened: number; readonly resolved: number }[]
  readonly ages: readonly AgeBand[]
  readonly attainment: readonly Attainment[]
  readonly total: Group
  readonly by: Readonly<Record<Dimension, readonly Group[]>>
  /** By what they cost in all, dearest first; in the currency that most is spent in, then by number. */
  readonly rootCauses: readonly Group[]
  readonly redress: readonly RedressTotal[]
  readonly unpaid: readonly Unpaid[]
  readonly promises: { readonly made: number; readonly kept: number; readonly broken: number }
}

export const DIMENSIONS = ['channel', 'team', 'product', 'policy'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Bands of elapsed days: up to and including the last day named. 3, 28 and 56 are limits that regulators use. */
const BANDS: readonly (readonly [band: string, upTo: number])[] = [
  ['up to 3 days', 3],
  ['4 to 7 days', 7],
  ['8 to 28 days', 28],
  ['29 to 56 days', 56],
  ['more than 56 days', Number.POSITIVE_INFINITY],
]

const DAY_SECONDS = 86_400

/**
 * When a month begins, and when it is over.
 * @throws RangeError for what is no month, `YYYY-MM`.
 */
export function monthBounds(month: string): { readonly start: Instant; readonly end: Instant } {
  const start = parseInstant(`${month}-01T00:00:00Z`)
  const next = addSeconds(start, 31 * DAY_SECONDS).slice(0, 7)
  return { start, end: parseInstant(`${next}-01T00:00:00Z`) }
}

/** The days of a month, `YYYY-MM-DD`. */
export function daysOf(month: string): string[] {
  const { start, end } = monthBounds(month)
  const days: string[] = []
  for (let at = start; at < end; at = addSeconds(at, DAY_SECONDS)) days.push(at.slice(0, 10))
  return days
}

/** Whether a line is of a complaint for which nothing has been resolved yet. */
export const isOutstanding = ({ stage }: ComplaintRow): boolean =>
  stage !== 'resolved' && stage !== 'closed' && stage !== 'withdrawn'

/**
 * @param complaints each complaint's last line of the month or, where it has none in it, of the time before.
 * @param redress each item's last line, likewise.
 */
export function summarise(
  month: string,
  complaints: readonly ComplaintRow[],
  redress: readonly RedressRow[],
): Summary {
  const { start, end } = monthBounds(month)
  const within = (at: string | undefined): boolean => at !== undefined && at >= start && at < end
  const opened = complaints.filter((row) => within(row.opened_at))
  const resolved = complaints.filter((row) => within(row.resolved_at) && !isOutstanding(row))
  const open = complaints.filter(isOutstanding)
  const approved = redress.filter(
    (item) => within(item.decided_at) && (item.state === 'approved' || item.state === 'paid'),
  )
  const openBefore = (row: ComplaintRow): boolean =>
    (row.opened_at ?? '') < start && (isOutstanding(row) || (row.resolved_at ?? row.ended_at ?? '') >= start)
  const groupOf = (name: string, belongs: (row: ComplaintRow) => boolean): Group =>
    group(name, opened.filter(belongs), resolved.filter(belongs))
  const groupsBy = (column: Dimension | 'root_cause'): Group[] => {
    const names = [...opened, ...resolved].map((row) => row[column] ?? UNKNOWN)
    return [...new Set(names)]
      .sort(compareText)
      .map((name) => groupOf(name, (row) => (row[column] ?? UNKNOWN) === name))
  }
  return {
    month,
    openedBefore: complaints.filter(openBefore).length,
    opened: opened.length,
    resolved: resolved.length,
    withdrawn: complaints.filter((row) => row.stage === 'withdrawn' && within(row.ended_at)).length,
    reopened: complaints.filter((row) => row.stage === 'reopened').length,
    openAfter: open.length,
    days: daysOf(month).map((day) => ({
      day,
      opened: opened.filter((row) => row.opened_at?.startsWith(day)).length,
      resolved: resolved.filter((row) => row.resolved_at?.startsWith(day)).length,
    })),
    ages: agesOf(open, end),
    attainment: attainmentOf(opened),
    total: groupOf('all', () => true),
    by: {
      channel: groupsBy('channel'),
      team: groupsBy('team'),
      product: groupsBy('product'),
      policy: groupsBy('policy'),
    },
    rootCauses: groupsBy('root_cause')
      .filter((cause) => cause.resolved > 0)
      .sort(dearestFirst(mainCurrency(resolved))),
    redress: redressTotals(
      approved,
      redress.filter((item) => within(item.paid_at)),
    ),
    unpaid: unpaidOf(redress, end),
    promises: {
      made: sum(opened, (row) => row.promises_made),
      kept: sum(opened, (row) => row.promises_kept),
      broken: sum(opened, (row) => row.promises_broken),
    },
  }
}

const sum = <T>(rows: readonly T[], of: (row: T) => number | undefined): number =>
  rows.reduce((total, row) => total + (of(row) ?? 0), 0)

function group(name: string, opened: readonly ComplaintRow[], resolved: readonly ComplaintRow[]): Group {
  const { handlingSeconds, handlingCost, breachCost, redress, cost } = figuresOf(resolved)
  return {
    name,
    opened: opened.length,
    repeated: opened.filter(({ contacts = 1 }) => contacts > 1).length,
    breached: opened.filter(({ breaches = 0 }) => breaches > 0).length,
    resolved: resolved.length,
    upheld: resolved.filter(({ outcome }) => outcome === 'upheld' || outcome === 'partly-upheld').length,
    handlingSeconds,
    handlingCost,
    breachCost,
    redress,
    cost,
  }
}

/** The currency that most costs are in: what is ranked is ranked by it. */
function mainCurrency(resolved: readonly ComplaintRow[]): string {
  const used = resolved.flatMap((row) => Object.keys(figuresOf([row]).cost))
  const [most] = [...Map.groupBy(used, (currency) => currency)].sort(
    ([a, these], [b, those]) => those.length - these.length || compareText(a, b),
  )
  return most?.[0] ?? ''
}

const dearestFirst =
  (currency: string) =>
  (a: Group, b: Group): number =>
    (b.cost[currency] ?? 0) - (a.cost[currency] ?? 0) ||
    b.resolved - a.resolved ||
    compareText(a.name, b.name)

const daysOpen = (from: string | undefined, to: Instant): number =>
  from === undefined ? 0 : Math.floor((epochSeconds(to) - epochSeconds(from)) / DAY_SECONDS)

function agesOf(open: readonly ComplaintRow[], end: Instant): AgeBand[] {
  const days = open.map((row) => daysOpen(row.opened_at, end))
  return BANDS.map(([band, upTo], index) => {
    const above = BANDS[index - 1]?.[1] ?? -1
    return { band, complaints: days.filter((age) => age > above && age <= upTo).length }
  })
}

function attainmentOf(opened: readonly ComplaintRow[]): Attainment[] {
  const names = (list: string | undefined): string[] =>
    list === undefined || list === '' ? [] : list.split(';')
  const met = opened.flatMap((row) => names(row.timers_met))
  const missed = opened.flatMap((row) => names(row.timers_breached))
  return [...new Set([...met, ...missed])].sort(compareText).map((timer) => ({
    timer,
    met: met.filter((name) => name === timer).length,
    missed: missed.filter((name) => name === timer).length,
  }))
}

function redressTotals(approved: readonly RedressRow[], paid: readonly RedressRow[]): RedressTotal[] {
  const key = ({ kind = '', currency = '' }: RedressRow): string => `${kind}\0${currency}`
  return [...new Set([...approved, ...paid].map(key))].sort(compareText).map((pair) => {
    const [kind = '', currency = ''] = pair.split('\0')
    const these = approved.filter((item) => key(item) === pair)
    const those = paid.filter((item) => key(item) === pair)
    return {
      kind,
      currency,
      approved: these.length,
      amount: sum(these, (item) => item.amount),
      paid: those.length,
      paidAmount: sum(those, (item) => item.amount),
    }
  })
}

/** The longest wait first. */
const unpaidOf = (redress: readonly RedressRow[], end: Instant): Unpaid[] =>
  redress
    .filter(({ state }) => state === 'approved')
    .map(({ complaint = '', redress: id = '', kind = '', amount, currency, decided_by, decided_at }) => ({
      complaint,
      redress: id,
      kind,
      amount,
      currency,
      approvedBy: decided_by,
      days: daysOpen(decided_at, end),
    }))
    .sort((a, b) => b.days - a.days || compareText(a.complaint + a.redress, b.complaint + b.redress))
