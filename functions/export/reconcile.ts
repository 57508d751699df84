import type { EventRecord } from '../ledger/ledger.ts'
import { type Measurement, measurementsOf } from '../relay/measure-event.ts'
import type { MetricName } from '../shared/metrics.ts'
import { compareText } from './dataset.ts'
import { dimensionsOf, type Point, type Statistic, statisticsOf } from './series.ts'

/** A series of which CloudWatch has another value for the day than follows from the ledger. */
export interface Difference {
  readonly metric: MetricName
  readonly dimensions: string
  /** What is compared: the sum of what is counted, or how often something was timed. */
  readonly statistic: Statistic
  readonly ledger: number
  readonly cloudwatch: number
}

export interface Reconciliation {
  /** How many series were compared. */
  readonly compared: number
  readonly differences: readonly Difference[]
}

/** Everything that events count for. */
export const expectedOf = (records: readonly EventRecord[]): Measurement[] =>
  records.flatMap(({ event, context }) => measurementsOf(event, context))

/** The metrics that follow from events; of the others the ledger knows nothing. */
const FROM_EVENTS: ReadonlySet<MetricName> = new Set<MetricName>([
  'Received',
  'IngestionLag',
  'Linked',
  'CustomerReplied',
  'Reopened',
  'TimeToAcknowledge',
  'TimeToAcceptHandoff',
  'TimeToResolve',
  'TimerWarned',
  'TimerBreached',
  'Escalated',
  'Promised',
  'PromiseKept',
  'RedressApproved',
  'RedressPaid',
])

/** Of what is timed, how many; of what is counted, how many or how much. */
const comparedBy = (name: MetricName): Statistic =>
  statisticsOf(name).includes('SampleCount') ? 'SampleCount' : 'Sum'

/**
 * Compares a day's metrics with what the ledger's events of that day count for. A loss shows as less in CloudWatch, a
 * double count as more. Both sides put an event on the day on which the ledger recorded it.
 */
export function reconcile(expected: readonly Measurement[], points: readonly Point[]): Reconciliation {
  const sums = new Map<string, { ledger: number; cloudwatch: number }>()
  const entry = (name: MetricName, dimensions: string) => {
    const key = `${name}\0${dimensions}`
    const found = sums.get(key) ?? { ledger: 0, cloudwatch: 0 }
    sums.set(key, found)
    return found
  }
  for (const measurement of expected)
    entry(measurement.name, dimensionsOf(measurement)).ledger +=
      comparedBy(measurement.name) === 'Sum' ? measurement.value : 1
  for (const { metric, dimensions, statistic, value } of points)
    if (FROM_EVENTS.has(metric) && statistic === comparedBy(metric))
      entry(metric, dimensions).cloudwatch += value
  const differences = [...sums]
    .filter(([, { ledger, cloudwatch }]) => ledger !== cloudwatch)
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, { ledger, cloudwatch }]) => {
      const [metric, dimensions = ''] = key.split('\0') as [MetricName, string?]
      return { metric, dimensions, statistic: comparedBy(metric), ledger, cloudwatch }
    })
  return { compared: sums.size, differences }
}
