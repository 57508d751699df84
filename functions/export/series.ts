import {
  type CloudWatchClient,
  type MetricDataQuery,
  paginateGetMetricData,
  paginateListMetrics,
  type Metric as Series,
} from '@aws-sdk/client-cloudwatch'
import { addSeconds, type Instant, parseInstant, toInstant } from '../domain/instant.ts'
import { METRICS, type Metric, type MetricName } from '../shared/metrics.ts'
import { compareText, type Row } from './dataset.ts'
import type { METRIC_COLUMNS } from './rows.ts'

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

/** What to ask of a metric: how many, how much; or how long, of how many. */
export function statisticsOf(name: MetricName): readonly Statistic[] {
  const { unit, gauge }: Metric = METRICS[name]
  if (gauge) return ['Average', 'Maximum']
  if (unit === 'Seconds' || unit === 'Milliseconds') return ['Average', 'Maximum', 'SampleCount']
  return ['Sum']
}

/** The points as lines of the file. */
export const metricRows = (points: readonly Point[]): Row<typeof METRIC_COLUMNS>[] =>
  points.map(({ periodStart, metric, dimensions, statistic, value }) => ({
    period_start: periodStart,
    metric,
    dimensions,
    statistic,
    unit: statistic === 'SampleCount' ? 'Count' : METRICS[metric].unit,
    value,
  }))

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
 * @param expected series that there ought to be: CloudWatch lists none that has been quiet for two weeks, and one that
 * was lost altogether would not be missed.
 * @throws RangeError when that is no day.
 */
export async function readDay(
  client: CloudWatchClient,
  service: string,
  day: string,
  expected: readonly SeriesName[] = [],
): Promise<Point[]> {
  const start = parseInstant(`${day}T00:00:00Z`)
  const wanted = (await listSeries(client, service, expected)).flatMap((series) =>
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

/** One series of a stage: a metric, and the value of its own dimension where it has one. */
export interface SeriesName {
  readonly name: MetricName
  readonly dimension?: string | undefined
}

/** `team=support`; empty for a metric that has no dimension of its own. */
export const dimensionsOf = ({ name, dimension }: SeriesName): string =>
  METRICS[name].dimension === undefined ? '' : `${METRICS[name].dimension}=${dimension ?? 'none'}`

interface Found {
  readonly name: MetricName
  readonly dimensions: string
  readonly metric: Series
}

async function listSeries(
  client: CloudWatchClient,
  service: string,
  expected: readonly SeriesName[],
): Promise<Found[]> {
  const found = new Map<string, Found>()
  const add = (name: MetricName, metric: Series): void => {
    const dimensions = (metric.Dimensions ?? [])
      .filter(({ Name }) => Name !== 'service')
      .map(({ Name, Value }) => `${Name}=${Value}`)
      .sort(compareText)
      .join(';')
    found.set(`${name} ${dimensions}`, { name, dimensions, metric })
  }
  for (const { name, dimension } of expected) {
    const key = METRICS[name].dimension
    const own = key === undefined ? [] : [{ Name: key, Value: dimension ?? 'none' }]
    add(name, {
      Namespace: 'Redress',
      MetricName: name,
      Dimensions: [{ Name: 'service', Value: service }, ...own],
    })
  }
  const pages = paginateListMetrics(
    { client },
    { Namespace: 'Redress', Dimensions: [{ Name: 'service', Value: service }] },
  )
  for await (const { Metrics } of pages)
    for (const metric of Metrics ?? [])
      if (metric.MetricName !== undefined && isKnown(metric.MetricName)) add(metric.MetricName, metric)
  return [...found.values()]
}

const isKnown = (name: string): name is MetricName => Object.hasOwn(METRICS, name)
