import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'

/**
 * Every metric there is, with its unit and the one dimension it may have beside `service` (the stage). A dimension's
 * values are few and known (teams, timers, levels): each combination is a series that CloudWatch charges for.
 */
export const METRICS = {
  Received: { unit: MetricUnit.Count, dimension: 'channel' },
  Acknowledged: { unit: MetricUnit.Count, dimension: 'team' },
  HandedOff: { unit: MetricUnit.Count, dimension: 'team' },
  Resolved: { unit: MetricUnit.Count, dimension: 'team' },
  Reopened: { unit: MetricUnit.Count, dimension: 'team' },
  TimeToAcknowledge: { unit: MetricUnit.Seconds, dimension: 'team' },
  TimeToAcceptHandoff: { unit: MetricUnit.Seconds, dimension: 'team' },
  TimeToResolve: { unit: MetricUnit.Seconds, dimension: 'team' },
  TimerWarned: { unit: MetricUnit.Count, dimension: 'timer' },
  TimerBreached: { unit: MetricUnit.Count, dimension: 'timer' },
  Escalated: { unit: MetricUnit.Count, dimension: 'level' },
  RedressAmount: { unit: MetricUnit.NoUnit, dimension: 'currency' },
  Open: { unit: MetricUnit.Count, dimension: 'team' },
  Unanswered: { unit: MetricUnit.Count, dimension: undefined },
  // These two are counted from the log by metric filters (infra/constructs/edge.ts), never by `measure`.
  Refused: { unit: MetricUnit.Count, dimension: 'reason' },
  Throttled: { unit: MetricUnit.Count, dimension: undefined },
  HealedByAuditor: { unit: MetricUnit.Count, dimension: 'kind' },
  AuditorRan: { unit: MetricUnit.Count, dimension: undefined },
  ClockRan: { unit: MetricUnit.Count, dimension: undefined },
  FireLateness: { unit: MetricUnit.Milliseconds, dimension: undefined },
} as const

/** The channels counted by name. A form may name any channel it likes; each more would be a series more to pay for. */
export const CHANNELS: ReadonlySet<string> = new Set([
  'web',
  'x',
  'email',
  'phone',
  'chat',
  'sms',
  'review',
  'shop',
])

export type MetricName = keyof typeof METRICS

const emf = new Metrics()

/**
 * Writes one value of a metric to the log, in the embedded format that CloudWatch turns into metrics.
 *
 * @param dimension the value of the metric's own dimension; ignored where it has none.
 */
export function measure(name: MetricName, value: number, dimension?: string): void {
  const { unit, dimension: key } = METRICS[name]
  const single = emf.singleMetric()
  if (key !== undefined) single.addDimension(key, dimension ?? 'none')
  single.addMetric(name, unit, value)
}
