import { Duration } from 'aws-cdk-lib'
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { Alarms, AlarmsProps } from './alarms.ts'
import { functionsOf } from './alarms.ts'
import type { Ledger } from './ledger.ts'
import { RedressMetrics } from './metrics.ts'

export interface DashboardsProps extends AlarmsProps {
  readonly ledger: Ledger
  readonly alarms: Alarms
}

const HOUR = Duration.hours(1)
const DAY = Duration.days(1)
const MINUTE = Duration.minutes(1)

/** Two dashboards: how the organisation does by its customers, and how the machinery does. */
export class Dashboards extends Construct {
  constructor(scope: Construct, id: string, props: DashboardsProps) {
    super(scope, id)
    const name = `redress-${props.config.stage}`
    new Dashboard(this, 'Business', {
      dashboardName: `${name}-business`,
      defaultInterval: Duration.days(7),
      widgets: business(new RedressMetrics(props.config)),
    })
    new Dashboard(this, 'Technical', {
      dashboardName: `${name}-technical`,
      defaultInterval: Duration.hours(12),
      widgets: technical(props),
    })
  }
}

const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget =>
  new GraphWidget({ title, left, right, width: 8, height: 6, leftYAxis: { min: 0 } })
const value = (title: string, metric: IMetric): IWidget =>
  new SingleValueWidget({ title, metrics: [metric], width: 6, height: 4 })

function business(redress: RedressMetrics): IWidget[][] {
  const hourly = (name: Parameters<RedressMetrics['each']>[0], statistic: string) => [
    redress.each(name, statistic, HOUR),
  ]
  return [
    [
      value('Unanswered now', redress.one('Unanswered', Stats.MAXIMUM, Duration.minutes(5))),
      value('Received in a day', redress.total('Received', DAY)),
      value('Resolved in a day', redress.total('Resolved', DAY)),
      value('Targets breached in a day', redress.total('TimerBreached', DAY)),
    ],
    [
      graph('Received, by channel', hourly('Received', Stats.SUM)),
      graph('Open, by team', hourly('Open', Stats.MAXIMUM)),
      graph('Unanswered', hourly('Unanswered', Stats.MAXIMUM)),
    ],
    [
      graph('Acknowledged, by team', hourly('Acknowledged', Stats.SUM)),
      graph('Handed off, by team', hourly('HandedOff', Stats.SUM)),
      graph('Resolved, by team', hourly('Resolved', Stats.SUM)),
    ],
    [
      graph('Time to acknowledge (s, nine in ten), by team', hourly('TimeToAcknowledge', Stats.p(90))),
      graph('Time to accept a handoff (s, nine in ten), by team', hourly('TimeToAcceptHandoff', Stats.p(90))),
      graph('Time to resolve (s, nine in ten), by team', hourly('TimeToResolve', Stats.p(90))),
    ],
    [
      graph('Warnings, by timer', hourly('TimerWarned', Stats.SUM)),
      graph('Breaches, by timer', hourly('TimerBreached', Stats.SUM)),
      graph('Escalations, by level', hourly('Escalated', Stats.SUM)),
    ],
    [
      graph('Reopened, by team', hourly('Reopened', Stats.SUM)),
      graph('Redress (minor units), by currency', [redress.each('RedressAmount', Stats.SUM, DAY)]),
    ],
  ]
}

function technical(props: DashboardsProps): IWidget[][] {
  const { alarms, config, delivery, edge, ledger, queues, schedules, streams, workflow } = props
  const redress = new RedressMetrics(config)
  const functions = functionsOf(props)
  const executions = (metricName: string) =>
    new Metric({
      namespace: 'AWS/States',
      metricName,
      dimensionsMap: { StateMachineArn: workflow.stateMachine.stateMachineArn },
      statistic: Stats.SUM,
      label: metricName,
    })
  const depth = Object.entries({ outbox: queues.outbox, due: queues.due })
  const dead = Object.entries(queues.deadLetter)
  return [
    [new AlarmStatusWidget({ title: 'Alarms', alarms: alarms.alarms, width: 24, height: 6 })],
    [
      graph('API: requests, refused, failed', [
        edge.api.metricCount({ statistic: Stats.SUM, label: 'requests' }),
        edge.api.metricClientError({ statistic: Stats.SUM, label: '4xx' }),
        edge.api.metricServerError({ statistic: Stats.SUM, label: '5xx' }),
      ]),
      graph('API: latency (ms)', [
        edge.api.metricLatency({ statistic: Stats.p(50), label: 'half' }),
        edge.api.metricLatency({ statistic: Stats.p(99), label: '99 of 100' }),
      ]),
      graph(
        'Executions',
        [
          'ExecutionsStarted',
          'ExecutionsSucceeded',
          'ExecutionsFailed',
          'ExecutionsTimedOut',
          'ExecutionsAborted',
        ].map(executions),
      ),
    ],
    [
      graph(
        'Functions: errors',
        functions.map((f) => f.function.metricErrors({ label: f.name })),
      ),
      graph(
        'Functions: throttles',
        functions.map((f) => f.function.metricThrottles({ label: f.name })),
      ),
      graph(
        'Functions: duration (ms, 99 of 100)',
        functions.map((f) => f.function.metricDuration({ statistic: Stats.p(99), label: f.name })),
      ),
    ],
    [
      graph(
        'Queues: waiting',
        depth.map(([label, queue]) => queue.metricApproximateNumberOfMessagesVisible({ label })),
      ),
      graph(
        'Queues: oldest message (s)',
        depth.map(([label, queue]) => queue.metricApproximateAgeOfOldestMessage({ label })),
      ),
      graph(
        'Dead-letter queues',
        dead.map(([label, queue]) => queue.metricApproximateNumberOfMessagesVisible({ label })),
      ),
    ],
    [
      graph(
        'Stream: age of what is read (ms)',
        [streams.driver, streams.relay].map((reader) =>
          reader.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, label: reader.name }),
        ),
      ),
      graph('Timers: lateness (ms)', [
        redress.one('FireLateness', Stats.p(50), MINUTE),
        redress.one('FireLateness', Stats.MAXIMUM, MINUTE),
      ]),
      graph('Healed by the auditor, by kind', [redress.each('HealedByAuditor', Stats.SUM, HOUR)]),
    ],
    [
      graph('Runs of clock and auditor', [
        redress.one('ClockRan', Stats.SUM, Duration.minutes(5)),
        redress.one('AuditorRan', Stats.SUM, Duration.minutes(5)),
      ]),
      graph(
        'Timers fired',
        [delivery.fire.function.metricInvocations({ label: 'batches' })],
        [schedules.clock.function.metricDuration({ label: 'clock (ms)' })],
      ),
      graph('Ledger: capacity used', [
        ledger.table.metricConsumedReadCapacityUnits({ label: 'read' }),
        ledger.table.metricConsumedWriteCapacityUnits({ label: 'write' }),
      ]),
    ],
  ]
}
