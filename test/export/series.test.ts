import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListMetricsCommand,
  type Metric,
} from '@aws-sdk/client-cloudwatch'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { csvOf, sorted } from '../../functions/export/dataset.ts'
import { METRIC_COLUMNS } from '../../functions/export/rows.ts'
import { dayBefore, metricRows, type Point, readDay, statisticsOf } from '../../functions/export/series.ts'
import { METRICS, type MetricName } from '../../functions/shared/metrics.ts'

const toFile = (points: readonly Point[]): string =>
  csvOf(METRIC_COLUMNS, sorted(METRIC_COLUMNS, metricRows(points)))

const NAMES = Object.keys(METRICS) as MetricName[]

const series = (MetricName: string, ...dimensions: [string, string][]): Metric => ({
  Namespace: 'Redress',
  MetricName,
  Dimensions: [['service', 'redress-dev'], ...dimensions].map(([Name, Value]) => ({ Name, Value })),
})

/** A CloudWatch that has these series, each with one value at the day's first hour; it answers in pages of `pageSize`. */
function cloudwatchWith(metrics: Metric[], pageSize = 2) {
  const asked: GetMetricDataCommandInput[] = []
  const client = new CloudWatchClient({ region: 'eu-west-1' })
  const page = <T>(all: T[], token: string | undefined) => {
    const from = Number(token ?? 0)
    const next = from + pageSize
    return { items: all.slice(from, next), NextToken: next < all.length ? String(next) : undefined }
  }
  vi.spyOn(client, 'send').mockImplementation(async (command: unknown) => {
    if (command instanceof ListMetricsCommand) {
      const { items, NextToken } = page(metrics, command.input.NextToken)
      return { Metrics: items, NextToken }
    }
    if (command instanceof GetMetricDataCommand) {
      asked.push(command.input)
      const { items, NextToken } = page(command.input.MetricDataQueries ?? [], command.input.NextToken)
      const MetricDataResults = items.map(({ Id }) => ({
        Id,
        Timestamps: [command.input.StartTime],
        Values: [Number(Id?.slice(1)) + 1],
      }))
      return { MetricDataResults, NextToken }
    }
    throw new Error('asked for something else')
  })
  return { client, asked }
}

describe('What finance gets of a day', () => {
  it('has every series, however many pages CloudWatch answers in', async () => {
    const teams = Array.from({ length: 7 }, (_, n) => series('Reopened', ['team', `team${n}`]))
    const points = await readDay(cloudwatchWith(teams).client, 'redress-dev', '2026-11-20')
    expect(points.map(({ dimensions }) => dimensions)).toEqual(teams.map((_, n) => `team=team${n}`))
  })

  it('asks for no more than 500 series at once', async () => {
    const teams = Array.from({ length: 501 }, (_, n) => series('Reopened', ['team', `team${n}`]))
    const { client, asked } = cloudwatchWith(teams, 1000)
    expect(await readDay(client, 'redress-dev', '2026-11-20')).toHaveLength(501)
    expect(asked.map(({ MetricDataQueries }) => MetricDataQueries?.length)).toEqual([500, 1])
  })

  it('covers the whole UTC day by the hour', async () => {
    const { client, asked } = cloudwatchWith([series('ClockRan')])
    await readDay(client, 'redress-dev', '2026-11-20')
    expect(asked[0]).toMatchObject({
      StartTime: new Date('2026-11-20T00:00:00Z'),
      EndTime: new Date('2026-11-21T00:00:00Z'),
      MetricDataQueries: [{ MetricStat: { Period: 3600, Stat: 'Sum' } }],
    })
  })

  it('asks for a series that ought to be there, even where CloudWatch lists none', async () => {
    const { client } = cloudwatchWith([])
    const expected = [{ name: 'Reopened', dimension: 'billing' } as const]
    const points = await readDay(client, 'redress-dev', '2026-11-20', expected)
    expect(points).toMatchObject([{ metric: 'Reopened', dimensions: 'team=billing' }])
  })

  it('leaves out what is not in the catalogue', async () => {
    const { client } = cloudwatchWith([series('TriedByHand'), series('ClockRan')])
    const points = await readDay(client, 'redress-dev', '2026-11-20')
    expect(points.map(({ metric }) => metric)).toEqual(['ClockRan'])
  })

  it('is refused for what is no day', async () => {
    const { client } = cloudwatchWith([])
    for (const day of ['2026-02-30', 'yesterday', '2026-11-20T00:00:00Z', '../2026-11-20'])
      await expect(readDay(client, 'redress-dev', day)).rejects.toThrow(RangeError)
  })

  it('sums what is counted, and says of times how many, how long on average and at most', () => {
    expect(statisticsOf('Received')).toEqual(['Sum'])
    expect(statisticsOf('RedressPaid')).toEqual(['Sum'])
    expect(statisticsOf('TimeToResolve')).toEqual(['Average', 'Maximum', 'SampleCount'])
    expect(statisticsOf('FireLateness')).toEqual(['Average', 'Maximum', 'SampleCount'])
  })

  it('never adds up what is counted anew each time', () => {
    expect(statisticsOf('Open')).toEqual(['Average', 'Maximum'])
    expect(statisticsOf('Unanswered')).toEqual(['Average', 'Maximum'])
  })

  it('is the day before, in UTC', () => {
    expect(dayBefore('2026-11-21T02:15:00Z')).toBe('2026-11-20')
    expect(dayBefore('2027-01-01T00:00:00Z')).toBe('2026-12-31')
  })

  it('is the same file to the byte, in whatever order CloudWatch answers', () => {
    const point = fc.record<Point>({
      periodStart: fc.constantFrom('2026-11-20T00:00:00Z', '2026-11-20T01:00:00Z'),
      metric: fc.constantFrom(...NAMES),
      dimensions: fc.constantFrom('', 'team=billing', 'team=support'),
      statistic: fc.constantFrom('Sum', 'Average', 'Maximum', 'SampleCount'),
      value: fc.nat(),
    })
    const shuffled = fc
      .array(point)
      .chain((points) =>
        fc.tuple(fc.constant(points), fc.shuffledSubarray(points, { minLength: points.length })),
      )
    fc.assert(
      fc.property(shuffled, ([points, others]) => {
        expect(toFile(others)).toBe(toFile(points))
      }),
    )
  })

  it('gives each value its own unit: how many is a count, whatever was measured', () => {
    const at = {
      periodStart: '2026-11-20T09:00:00Z',
      metric: 'TimeToResolve',
      dimensions: 'team=support',
    } as const
    const rows = metricRows([
      { ...at, statistic: 'Average', value: 90 },
      { ...at, statistic: 'SampleCount', value: 2 },
    ])
    expect(rows).toMatchObject([
      { statistic: 'Average', unit: 'Seconds', value: 90 },
      { statistic: 'SampleCount', unit: 'Count', value: 2 },
    ])
  })

  it('has a header even on a day without a metric', () => {
    expect(toFile([])).toBe('period_start,metric,dimensions,statistic,unit,value\r\n')
  })
})
