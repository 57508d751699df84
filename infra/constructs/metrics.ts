import { MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { TIMER_KINDS } from '../../functions/domain/complaint.ts'
import type { Policy } from '../../functions/domain/policy.ts'
import {
  CHANNELS,
  CURRENCIES,
  type Dimension,
  HEALED,
  IGNORED_FOR,
  METRICS,
  type MetricName,
  REFUSED_FOR,
  timerDimension,
} from '../../functions/shared/metrics.ts'
import type { StageConfig } from '../config.ts'

/** Reads the stage's own metrics, as functions/shared/metrics.ts names them. */
export class RedressMetrics {
  private readonly service: string

  constructor(config: StageConfig) {
    this.service = `redress-${config.stage}`
  }

  /**
   * One series of a metric.
   *
   * @param value of the metric's own dimension, where it has one.
   */
  one(metricName: MetricName, statistic: string, period: Duration, value?: string): IMetric {
    const { dimension } = METRICS[metricName]
    if ((dimension === undefined) !== (value === undefined))
      throw new Error(
        `${metricName} is kept by ${dimension ?? 'nothing but its stage'}: say which series of it`,
      )
    return new Metric({
      namespace: 'Redress',
      metricName,
      dimensionsMap: {
        service: this.service,
        ...(dimension === undefined || value === undefined ? {} : { [dimension]: value }),
      },
      statistic,
      period,
    })
  }

  /** A metric over all values of its dimension: the sum, or of one that measures how long, how many there were. */
  total(metricName: MetricName, period: Duration): IMetric {
    const { dimension, unit } = METRICS[metricName]
    const counts = unit !== MetricUnit.Seconds
    if (dimension === undefined) return this.one(metricName, counts ? Stats.SUM : Stats.SAMPLE_COUNT, period)
    return new MathExpression({
      expression: `SELECT ${counts ? 'SUM' : 'COUNT'}(${metricName}) FROM SCHEMA("Redress", ${dimension}, service) WHERE service = '${this.service}'`,
      label: metricName,
      period,
    })
  }

  /** A metric's series, one for each value of its dimension: new teams and channels show up by themselves. */
  each(metricName: MetricName, statistic: string, period: Duration): IMetric {
    const { dimension } = METRICS[metricName]
    if (dimension === undefined) return this.one(metricName, statistic, period)
    return new MathExpression({
      expression: `SEARCH('{Redress,${dimension},service} MetricName="${metricName}" service="${this.service}"', '${statistic}', ${period.toSeconds()})`,
      label: `\${PROP('Dim.${dimension}')}`,
      period,
    })
  }
}

/**
 * What a stage with the sample policy may cost in series; CloudWatch charges for each, by the hour, whatever it counts.
 * An organisation with more teams raises it knowingly.
 */
export const SERIES_BUDGET = 60

/**
 * How many series a stage can come to have, by metric, under these policies: one for each value that the metric's
 * dimension can take.
 */
export function seriesOf(policies: readonly Policy[]): Readonly<Record<MetricName, number>> {
  const values: Record<Dimension, number> = {
    channel: CHANNELS.size + 1, // and "other"
    team: new Set(policies.flatMap(({ teams }) => Object.keys(teams))).size,
    timer: new Set(TIMER_KINDS.filter((timer) => timer !== 'follow-up').map(timerDimension)).size, // its end is no breach
    level: Math.max(
      ...policies.flatMap(({ ladders }) => Object.values(ladders).map(({ rungs }) => rungs.length)),
    ),
    currency: CURRENCIES.size,
    kind: HEALED.length,
    reason: REFUSED_FOR.length,
    cause: IGNORED_FOR.length,
  }
  const entries = (Object.keys(METRICS) as MetricName[]).map((name) => {
    const { dimension } = METRICS[name]
    return [name, dimension === undefined ? 1 : values[dimension]]
  })
  return Object.fromEntries(entries)
}
