import type { ComplaintRow, RedressRow } from './rows.ts'

/*
 * What a finance lead asks in the first meeting, answered from the lines of the export alone, so that no figure differs
 * from the files. Amounts are integer minor units, and never added up across currencies.
 */

/** Minor units by ISO 4217 currency. */
export type Money = Readonly<Record<string, number>>

/** What complaints can be told apart by. */
export type Grouping = 'channel' | 'team' | 'product' | 'policy' | 'root_cause' | 'source' | 'severity'

/** The figures of some complaints. A rate is a share from 0 to 1; undefined where there is nothing to share. */
export interface Figures {
  readonly complaints: number
  readonly handlingSeconds: number
  readonly handlingCost: Money
  readonly breachCost: Money
  /** Approved, paid or not. */
  readonly redress: Money
  /** Handling, breaches and redress together. */
  readonly cost: Money
  /** That, for each complaint, rounded to whole minor units. */
  readonly costPerComplaint: Money
  readonly breaches: number
  /** Share of complaints with a breach. */
  readonly breachedRate: number | undefined
  /** Share of complaints whose customer had to bring it up again. */
  readonly repeatContactRate: number | undefined
  readonly reopenedRate: number | undefined
}

/** What is in a group whose lines say nothing of it. */
export const UNKNOWN = '(none)'

/** Each complaint's newest line: of the lines of several days, how it stands now. */
export function newest(rows: readonly ComplaintRow[]): ComplaintRow[] {
  const found = new Map<string, ComplaintRow>()
  for (const row of rows) {
    const known = found.get(row.complaint ?? '')
    if (known === undefined || (row.events ?? 0) >= (known.events ?? 0)) found.set(row.complaint ?? '', row)
  }
  return [...found.values()]
}

/** The figures of complaints, each of which has one line. */
export function figuresOf(rows: readonly ComplaintRow[]): Figures {
  const handlingCost = addUp(rows.map((row) => amountIn(row.cost_currency, row.handling_cost)))
  const breachCost = addUp(rows.map((row) => amountIn(row.cost_currency, row.breach_cost)))
  const redress = addUp(rows.map(redressOf))
  const cost = addUp([handlingCost, breachCost, redress])
  const share = (holds: (row: ComplaintRow) => boolean) =>
    rows.length === 0 ? undefined : rows.filter(holds).length / rows.length
  return {
    complaints: rows.length,
    handlingSeconds: rows.reduce((sum, { handling_seconds = 0 }) => sum + handling_seconds, 0),
    handlingCost,
    breachCost,
    redress,
    cost,
    costPerComplaint: Object.fromEntries(
      Object.entries(cost).map(([currency, amount]) => [currency, Math.round(amount / rows.length)]),
    ),
    breaches: rows.reduce((sum, { breaches = 0 }) => sum + breaches, 0),
    breachedRate: share(({ breaches = 0 }) => breaches > 0),
    repeatContactRate: share(({ contacts = 1 }) => contacts > 1),
    reopenedRate: share(({ reopened = 0 }) => reopened > 0),
  }
}

/** The figures by channel, team, product, policy, root cause, source or severity; in the order of the groups' names. */
export const figuresBy = (rows: readonly ComplaintRow[], grouping: Grouping): [string, Figures][] =>
  [...Map.groupBy(rows, (row) => String(row[grouping] ?? UNKNOWN))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, members]) => [group, figuresOf(members)])

/** Root causes by what they cost in a currency, the dearest first; as many complaints, then the name, decide a tie. */
export const rootCausesByMoney = (rows: readonly ComplaintRow[], currency: string): [string, Figures][] =>
  figuresBy(rows, 'root_cause').sort(
    ([, a], [, b]) => (b.cost[currency] ?? 0) - (a.cost[currency] ?? 0) || b.complaints - a.complaints,
  )

/** What was approved and not paid, and what still waits for approval, the oldest first. */
export interface Outstanding {
  readonly unpaid: readonly RedressRow[]
  readonly undecided: readonly RedressRow[]
  readonly owed: Money
}

/** @param rows of the redress files, of any days: each redress counts by its line that has come furthest. */
export function outstandingOf(rows: readonly RedressRow[]): Outstanding {
  const steps = ['proposed', 'refused', 'approved', 'paid']
  const furthest = new Map<string, RedressRow>()
  for (const row of rows) {
    const key = `${row.complaint}#${row.redress}`
    const known = furthest.get(key)
    if (known === undefined || steps.indexOf(row.state ?? '') >= steps.indexOf(known.state ?? ''))
      furthest.set(key, row)
  }
  const inState = (state: string) =>
    [...furthest.values()]
      .filter((row) => row.state === state)
      .sort((a, b) => (`${a.proposed_at} ${a.complaint}` < `${b.proposed_at} ${b.complaint}` ? -1 : 1))
  const unpaid = inState('approved')
  return {
    unpaid,
    undecided: inState('proposed'),
    owed: addUp(unpaid.map(({ currency, amount }) => amountIn(currency, amount))),
  }
}

const amountIn = (currency: string | undefined, amount: number | undefined): Money =>
  currency === undefined || amount === undefined ? {} : { [currency]: amount }

/** The amounts in the column `redress` of a complaint's line. */
export const redressOf = ({ redress = '' }: ComplaintRow): Money =>
  addUp(
    redress.split(';').map((item) => {
      const [, currency, amount] = item.split(':')
      return amountIn(currency, amount === undefined ? undefined : Number(amount))
    }),
  )

export function addUp(amounts: readonly Money[]): Money {
  const sums: Record<string, number> = {}
  for (const money of amounts)
    for (const [currency, amount] of Object.entries(money)) sums[currency] = (sums[currency] ?? 0) + amount
  return sums
}
