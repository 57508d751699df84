import type { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { METRICS, type MetricName } from '../../functions/shared/metrics.ts'
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

  /** A metric's sum over its dimension, whatever values that has. */
  total(metricName: MetricName, period: Duration): IMetric {
    const { dimension } = METRICS[metricName]
    if (dimension === undefined) return this.one(metricName, Stats.SUM, period)
    return new MathExpression({
      expression: `SELECT SUM(${metricName}) FROM SCHEMA("Redress", ${dimension}, service) WHERE service = '${this.service}'`,
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
