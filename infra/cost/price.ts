/** What a use of AWS costs: pure arithmetic over the price table (prices.json) and what has to be assumed (assumptions.json). */
import ASSUMED from './assumptions.json' with { type: 'json' }
import PRICES from './prices.json' with { type: 'json' }

export type Region = keyof typeof PRICES.regions
export type PriceName = keyof (typeof PRICES.regions)['us-east-1']
/** US$ for one. */
export type Prices = Readonly<Record<PriceName, number>>
type Entry = readonly [amount: number, source: keyof typeof PRICES.sources]

export const REGIONS = Object.keys(PRICES.regions) as Region[]
const entriesOf = (region: Region) =>
  Object.entries(PRICES.regions[region]) as unknown as [PriceName, Entry][]
export const pricesOf = (region: Region): Prices =>
  Object.fromEntries(entriesOf(region).map(([name, [amount]]) => [name, amount])) as Prices

/** Where a price is from, and whether anybody has seen it: on a page of AWS, of somebody else, or nowhere. */
export interface PriceSource {
  readonly name: PriceName
  readonly what: string
  readonly looked: string
  readonly verified: string
}
export const sourcesOf = (region: Region): PriceSource[] =>
  entriesOf(region).map(([name, [, source]]) => ({ name, ...PRICES.sources[source] }))
export const assumed = ASSUMED

/** What something uses of AWS. */
export interface Usage {
  readonly transitions: number
  /** Runs of each function, by its name in functions/. */
  readonly runs: Readonly<Record<string, number>>
  readonly readUnits: number
  /** To the table, and to its indexes. */
  readonly writeUnits: number
  readonly indexWriteUnits: number
  /** Of writes that were refused by their condition, which are charged all the same. */
  readonly refusedWriteUnits: number
  readonly sqsRequests: number
  /** Put on the bus, each of at most 64 KB. */
  readonly busEvents: number
  readonly httpRequests: number
  readonly logBytes: number
  readonly secretCalls: number
}

export interface Line {
  readonly what: string
  readonly amount: number
  readonly unit: string
  /** US$. */
  readonly cost: number
}

/** Memory of each function in MiB, as deployed. */
export type Memory = Readonly<Record<string, number>>

const billedMs = (name: string): number =>
  (ASSUMED.billedMs as Record<string, number>)[name] ?? ASSUMED.billedMs.default

/** The GB-seconds of so many runs of each function. */
export const gbSeconds = (runs: Usage['runs'], memory: Memory): number =>
  Object.entries(runs).reduce(
    (sum, [name, times]) => sum + ((times * billedMs(name)) / 1000) * ((memory[name] ?? 256) / 1024),
    0,
  )

const total = (runs: Usage['runs']): number => Object.values(runs).reduce((sum, times) => sum + times, 0)

/**
 * The line items of a use, dearest first. `tracedShare` of its runs are traced: none where the stage does not trace, 1
 * where they come one by one, less in a crowd (X-Ray samples).
 */
export function priced(usage: Usage, memory: Memory, prices: Prices, tracedShare = 0): Line[] {
  const line = (what: string, amount: number, unit: string, price: number): Line => ({
    what,
    amount,
    unit,
    cost: amount * price,
  })
  const runs = total(usage.runs)
  return [
    line('Step Functions transitions', usage.transitions, '', prices.transition),
    line('Lambda requests', runs, '', prices.lambdaRequest),
    line('Lambda duration (assumed)', gbSeconds(usage.runs, memory), 'GB-s', prices.lambdaGbSecond),
    line('DynamoDB writes', usage.writeUnits, 'units', prices.writeUnit),
    line('DynamoDB index writes', usage.indexWriteUnits, 'units', prices.writeUnit),
    line('DynamoDB writes that were refused', usage.refusedWriteUnits, 'units', prices.writeUnit),
    line('DynamoDB reads', usage.readUnits, 'units', prices.readUnit),
    line('SQS requests', usage.sqsRequests, '', prices.sqsRequest),
    line('Events on the bus', usage.busEvents, '', prices.busEvent),
    line('HTTP API requests', usage.httpRequests, '', prices.httpRequest),
    line('Logs', usage.logBytes, 'bytes', prices.logGb / 1e9),
    line('X-Ray traces', runs * tracedShare, '', prices.trace),
    line('Secrets Manager calls', usage.secretCalls, '', prices.secretCall),
  ].sort((a, b) => b.cost - a.cost)
}

export const sum = (lines: readonly Line[]): number => lines.reduce((all, { cost }) => all + cost, 0)

/** What a stage has, complaints or none. */
export interface Standing {
  readonly queuesPolled: number
  readonly secrets: number
  readonly alarms: number
  readonly dashboards: number
  /** Series of metrics, if every one is written every hour of the month. */
  readonly series: number
  /** Whether its functions are traced. */
  readonly traced: boolean
  readonly rounds: readonly Round[]
  /** Metrics asked for a month, by the export. */
  readonly metricQueries: number
}

/** What one schedule has a function do. */
export interface Round {
  /** Of the function, by its name in functions/. */
  readonly name: string
  /** The auditor's hourly look at all that is open. */
  readonly sweep: boolean
  readonly runsInMonth: number
  /** Of one run, with nothing open. */
  readonly readUnits: number
  readonly logBytes: number
}

/** What a stage costs in a month in which nothing happens. */
export function idleMonth(standing: Standing, memory: Memory, prices: Prices): Line[] {
  const { secondsInMonth, pollersPerQueue, longPollSeconds } = ASSUMED
  const polls = (standing.queuesPolled * pollersPerQueue * secondsInMonth) / longPollSeconds
  const runs: Record<string, number> = {}
  for (const { name, runsInMonth } of standing.rounds) runs[name] = (runs[name] ?? 0) + runsInMonth
  const each = (of: 'readUnits' | 'logBytes') =>
    standing.rounds.reduce((all, round) => all + round.runsInMonth * round[of], 0)
  const line = (what: string, amount: number, unit: string, price: number): Line => ({
    what,
    amount,
    unit,
    cost: amount * price,
  })
  return [
    line('Alarms', standing.alarms, '', prices.alarmMonth),
    line('Dashboards', standing.dashboards, '', prices.dashboardMonth),
    line('Metric series (at most)', standing.series, '', prices.seriesMonth),
    line('Secrets', standing.secrets, '', prices.secretMonth),
    line('SQS empty receives of the mappings', polls, '', prices.sqsRequest),
    line('Scheduled events', total(runs), '', prices.scheduledEvent),
    line('Lambda requests of the schedules', total(runs), '', prices.lambdaRequest),
    line(
      'Lambda duration of the schedules (assumed)',
      gbSeconds(runs, memory),
      'GB-s',
      prices.lambdaGbSecond,
    ),
    line('DynamoDB reads of the schedules', each('readUnits'), 'units', prices.readUnit),
    line('Logs of the schedules', each('logBytes'), 'bytes', prices.logGb / 1e9),
    line('X-Ray traces of the schedules', standing.traced ? total(runs) : 0, '', prices.trace),
    line('Metrics that the export asks for', standing.metricQueries, '', prices.metricQuery),
  ].sort((a, b) => b.cost - a.cost)
}

/**
 * The share of runs that X-Ray records where so many come in a month, spread evenly over it and over the functions: the
 * first of each second and function, and a twentieth of the others.
 */
export function tracedShare(runsInMonth: number, functions: number): number {
  if (runsInMonth <= 0) return 1
  const first = Math.min(runsInMonth, ASSUMED.secondsInMonth * ASSUMED.traceEverySecond * functions)
  return (first + (runsInMonth - first) * ASSUMED.tracedShareBeyond) / runsInMonth
}

/** What so many complaints of one kind cost in a month, the idle stage included, in US$. `traced`: the stage traces. */
export function month(
  complaints: number,
  usage: Usage,
  idle: readonly Line[],
  memory: Memory,
  prices: Prices,
  traced = false,
): number {
  const share = traced ? tracedShare(complaints * total(usage.runs), Object.keys(usage.runs).length) : 0
  return sum(idle) + complaints * sum(priced(usage, memory, prices, share))
}

/** What a round read while so many complaints were open and nothing happened. */
export interface OpenReads {
  readonly name: string
  readonly sweep: boolean
  readonly open: number
  readonly readUnits: number
}

/**
 * What one more complaint that merely stays open costs in a month, by what the rounds read with the fewest and with the
 * most of them open; a measured line, not an assumed size.
 */
export function openMonth(reads: readonly OpenReads[], rounds: readonly Round[], prices: Prices): number {
  return rounds.reduce((all, { name, sweep, runsInMonth }) => {
    const own = reads
      .filter((read) => read.name === name && read.sweep === sweep)
      .sort((a, b) => a.open - b.open)
    const [fewest, most] = [own[0], own.at(-1)]
    if (fewest === undefined || most === undefined || most.open === fewest.open) return all
    const each = (most.readUnits - fewest.readUnits) / (most.open - fewest.open)
    return all + each * runsInMonth * prices.readUnit
  }, 0)
}
