import {
  type CloudWatchClient,
  type Metric,
  type MetricDataQuery,
  paginateGetMetricData,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch'
import { addSeconds, type Instant, parseInstant, toInstant } from '../domain/instant.ts'
import { METRICS, type MetricName } from '../shared/metrics.ts'
import type { Cell } from './csv.ts'

/** One value of one series in one hour. */
export interface Point {
  /** The beginning of the hour. */
  readonly periodStart: Instant
  readonly metric: MetricName
  /** `team=support`; empty for a metric that has none of its own. */
  readonly dimensions: string
  readonly statistic: Statistic
  readonly value: number
}

export type Statistic = 'Sum' | 'Average' | 'Maximum' | 'SampleCount'

/** Counted anew each time, so an hour's sum of them means nothing. */
const GAUGES: readonly MetricName[] = ['Open', 'Unanswered']

/** What to ask of a metric: how many, how much; or how long, of how many. */
export function statisticsOf(name: MetricName): readonly Statistic[] {
  const { unit } = METRICS[name]
  if (GAUGES.includes(name)) return ['Average', 'Maximum']
  if (unit === 'Seconds' || unit === 'Milliseconds') return ['Average', 'Maximum', 'SampleCount']
  return ['Sum']
}

export const HEADER = ['period_start', 'metric', 'dimensions', 'statistic', 'unit', 'value']

/** The points as rows of the file, in an order that depends on nothing but them, under the header. */
export const toRows = (points: readonly Point[]): Cell[][] => [
  HEADER,
  ...points
    .map(({ periodStart, metric, dimensions, statistic, value }): Cell[] => [
      periodStart,
      metric,
      dimensions,
      statistic,
      statistic === 'SampleCount' ? 'Count' : METRICS[metric].unit,
      value,
    ])
    .sort((a, b) => compareText(a.join('\0'), b.join('\0'))),
]

/** By code unit: a sort by language would differ from machine to machine. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The UTC day before an instant, `YYYY-MM-DD`. */
export const dayBefore = (now: Instant): string => addSeconds(now, -86_400).slice(0, 10)

/** CloudWatch answers at most 500 queries at once. */
const QUERIES_AT_ONCE = 500

/**
 * All hourly values of one stage's metrics on a UTC day. Reads metrics of the catalogue only, so that one that
 * somebody tried out by hand does not end up with finance.
 *
 * @param service the dimension that tells the stages apart.
 * @param day `YYYY-MM-DD`.
 * @throws RangeError when that is no day.
 */
export async function readDay(client: CloudWatchClient, service: string, day: string): Promise<Point[]> {
  const start = parseInstant(`${day}T00:00:00Z`)
  const wanted = (await listSeries(client, service)).flatMap((series) =>
    statisticsOf(series.name).map((statistic) => ({ ...series, statistic })),
  )
  const points: Point[] = []
  for (let first = 0; first < wanted.length; first += QUERIES_AT_ONCE) {
    const part = wanted.slice(first, first + QUERIES_AT_ONCE)
    const queries = part.map(
      ({ metric, statistic }, index): MetricDataQuery => ({
        Id: `q${index}`,
        MetricStat: { Metric: metric, Period: 3600, Stat: statistic },
      }),
    )
    const pages = paginateGetMetricData(
      { client },
      {
        MetricDataQueries: queries,
        StartTime: new Date(start),
        EndTime: new Date(addSeconds(start, 86_400)),
        ScanBy: 'TimestampAscending',
      },
    )
    for await (const { MetricDataResults } of pages) {
      for (const { Id, Timestamps = [], Values = [] } of MetricDataResults ?? []) {
        const series = part[Number(Id?.slice(1))]
        if (series === undefined) continue
        Timestamps.forEach((timestamp, index) => {
          points.push({
            periodStart: toInstant(timestamp),
            metric: series.name,
            dimensions: series.dimensions,
            statistic: series.statistic,
            value: Values[index] ?? Number.NaN,
          })
        })
      }
    }
  }
  return points
}

/** The series that CloudWatch has: which teams and channels there are, only it knows. */
async function listSeries(
  client: CloudWatchClient,
  service: string,
): Promise<{ name: MetricName; dimensions: string; metric: Metric }[]> {
  const found = []
  const pages = paginateListMetrics(
    { client },
    { Namespace: 'Redress', Dimensions: [{ Name: 'service', Value: service }] },
  )
  for await (const { Metrics } of pages) {
    for (const metric of Metrics ?? []) {
      const name = metric.MetricName
      if (name === undefined || !isKnown(name)) continue
      const dimensions = (metric.Dimensions ?? [])
        .filter(({ Name }) => Name !== 'service')
        .map(({ Name, Value }) => `${Name}=${Value}`)
        .sort(compareText)
        .join(';')
      found.push({ name, dimensions, metric })
    }
  }
  return found
}

const isKnown = (name: string): name is MetricName => Object.hasOwn(METRICS, name)
