import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { TimerKind } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'

/** A metric as CloudWatch keeps it. */
export interface Metric {
  readonly unit: (typeof MetricUnit)[keyof typeof MetricUnit]
  /** The one dimension that it may have beside `service` (the stage). */
  readonly dimension: Dimension | undefined
  /** Counted anew each time: how many there are, not how many more. A sum of such counts means nothing. */
  readonly gauge?: true
}

/** What a metric may be kept by. A dimension's values are few and known: each is a series that CloudWatch charges for. */
export type Dimension = 'channel' | 'team' | 'timer' | 'level' | 'currency' | 'kind' | 'reason' | 'cause'

/**
 * Every metric there is. How many of something happened is not kept beside how long it took: the one is the other's
 * sample count.
 */
export const METRICS = {
  Received: { unit: MetricUnit.Count, dimension: 'channel' },
  IngestionLag: { unit: MetricUnit.Seconds, dimension: undefined },
  Linked: { unit: MetricUnit.Count, dimension: undefined },
  CustomerReplied: { unit: MetricUnit.Count, dimension: undefined },
  Ignored: { unit: MetricUnit.Count, dimension: 'cause' },
  Reopened: { unit: MetricUnit.Count, dimension: 'team' },
  TimeToAcknowledge: { unit: MetricUnit.Seconds, dimension: 'team' },
  TimeToAcceptHandoff: { unit: MetricUnit.Seconds, dimension: 'team' },
  TimeToResolve: { unit: MetricUnit.Seconds, dimension: 'team' },
  TimerWarned: { unit: MetricUnit.Count, dimension: undefined },
  TimerBreached: { unit: MetricUnit.Count, dimension: 'timer' },
  Escalated: { unit: MetricUnit.Count, dimension: 'level' },
  // These two are counted from the log by metric filters (infra/constructs/edge.ts), never by `measure`.
  Refused: { unit: MetricUnit.Count, dimension: 'reason' },
  Throttled: { unit: MetricUnit.Count, dimension: undefined },
  Promised: { unit: MetricUnit.Count, dimension: undefined },
  PromiseKept: { unit: MetricUnit.Count, dimension: undefined },
  RedressApproved: { unit: MetricUnit.NoUnit, dimension: 'currency' },
  RedressPaid: { unit: MetricUnit.NoUnit, dimension: 'currency' },
  Open: { unit: MetricUnit.Count, dimension: 'team', gauge: true },
  Unanswered: { unit: MetricUnit.Count, dimension: undefined, gauge: true },
  HealedByAuditor: { unit: MetricUnit.Count, dimension: 'kind' },
  AuditorRan: { unit: MetricUnit.Count, dimension: undefined },
  ClockRan: { unit: MetricUnit.Count, dimension: undefined },
  ExportRan: { unit: MetricUnit.Count, dimension: undefined },
  ReconciliationDifference: { unit: MetricUnit.Count, dimension: undefined, gauge: true },
  FireLateness: { unit: MetricUnit.Milliseconds, dimension: undefined },
} as const satisfies Record<string, Metric>

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

/** A timer's kind as a dimension: each promise has a timer of its own, and whatever waits for somebody's approval is one. */
export const timerDimension = (kind: TimerKind): string =>
  kind === 'approve-redress' || kind === 'approve-reply' ? 'approval' : kind

/** The currencies whose sums are metrics. Redress in any other is in the finance export only. */
export const CURRENCIES: ReadonlySet<string> = new Set(['GBP'])

/** What a request is refused for that is counted. */
export const REFUSED_FOR = ['signature', 'token'] as const

/**
 * What something is ignored for, in as few words as are worth a series: machines wrote it or send it in circles, it
 * carries a virus, or nobody complains in it. shared/ignored.ts has the causes, and what each is counted as.
 */
export const IGNORED_FOR = ['automatic', 'virus', 'no-complaint'] as const

/** What the auditor can find undone. */
export const HEALED = ['timer', 'signal', 'delivery', 'execution'] as const

export type MetricName = keyof typeof METRICS

const emf = new Metrics()

/**
 * Writes one value of a metric to the log, in the embedded format that CloudWatch turns into metrics.
 *
 * @param dimension the value of the metric's own dimension; ignored where it has none.
 * @param at when it was so, at most two weeks ago. Default: now.
 */
export function measure(name: MetricName, value: number, dimension?: string, at?: Instant): void {
  const { unit, dimension: key } = METRICS[name]
  const single = emf.singleMetric()
  if (key !== undefined) single.addDimension(key, dimension ?? 'none')
  if (at !== undefined) single.setTimestamp(new Date(at))
  single.addMetric(name, unit, value)
}
