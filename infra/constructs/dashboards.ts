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
const FIVE_MINUTES = Duration.minutes(5)

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

/** What whoever answers for the complaints asks, in the order in which they ask it. */
function business(redress: RedressMetrics): IWidget[][] {
  const hourly = (name: Parameters<RedressMetrics['each']>[0], statistic: string) => [
    redress.each(name, statistic, HOUR),
  ]
  const daily = (...names: Parameters<RedressMetrics['one']>[0][]) =>
    names.map((name) => redress.one(name, Stats.SUM, DAY))
  return [
    [
      value(
        'Does anybody wait for a word past its deadline?',
        redress.one('Unanswered', Stats.MAXIMUM, FIVE_MINUTES),
      ),
      value('How many came in today?', redress.total('Received', DAY)),
      value('How many were resolved today?', redress.total('TimeToResolve', DAY)),
      value('How many targets were missed today?', redress.total('TimerBreached', DAY)),
    ],
    [
      graph('Where do complaints come from? (by channel)', hourly('Received', Stats.SUM)),
      graph('Who has how many open? (by team)', hourly('Open', Stats.MAXIMUM)),
      graph('How many wait for a word past its deadline?', hourly('Unanswered', Stats.MAXIMUM)),
    ],
    [
      graph('Who acknowledges? (by team)', hourly('TimeToAcknowledge', Stats.SAMPLE_COUNT)),
      graph('Who takes handoffs over? (by team)', hourly('TimeToAcceptHandoff', Stats.SAMPLE_COUNT)),
      graph('Who resolves? (by team)', hourly('TimeToResolve', Stats.SAMPLE_COUNT)),
    ],
    [
      graph('How long until the first word? (s, nine in ten)', hourly('TimeToAcknowledge', Stats.p(90))),
      graph('How long do handoffs hang? (s, nine in ten)', hourly('TimeToAcceptHandoff', Stats.p(90))),
      graph('How long until it is resolved? (s, nine in ten)', hourly('TimeToResolve', Stats.p(90))),
    ],
    [
      graph('Which targets are missed, after how many warnings?', hourly('TimerBreached', Stats.SUM), [
        redress.one('TimerWarned', Stats.SUM, HOUR),
      ]),
      graph('How far up do escalations go? (by level)', hourly('Escalated', Stats.SUM)),
      graph('Do we keep our promises?', [
        ...daily('Promised', 'PromiseKept'),
        redress.one('TimerBreached', Stats.SUM, DAY, 'promise'),
      ]),
    ],
    [
      graph('Do customers have to come back?', daily('CustomerReplied', 'Linked')),
      graph('Which resolutions do not hold? (by team)', hourly('Reopened', Stats.SUM)),
      graph('What do we promise to give back, and what do we pay? (minor units)', [
        redress.each('RedressApproved', Stats.SUM, DAY),
        redress.each('RedressPaid', Stats.SUM, DAY),
      ]),
    ],
    [
      graph('Is last night’s export what the ledger says? (differences)', [
        redress.one('ReconciliationDifference', Stats.MAXIMUM, DAY),
      ]),
    ],
  ]
}

function technical(props: DashboardsProps): IWidget[][] {
  const {
    alarms,
    config,
    delivery,
    edge,
    events,
    ledger,
    mailbox,
    queues,
    schedules,
    sending,
    streams,
    workflow,
  } = props
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
  const depth = Object.entries({
    outbox: queues.outbox,
    replies: queues.replies,
    due: queues.due,
    ...(events === undefined ? {} : { events: events.queues.events, webhooks: events.queues.deliveries }),
  })
  const dead = Object.entries({
    ...queues.deadLetter,
    ...events?.queues.deadLetter,
    ...(mailbox === undefined ? {} : { mail: mailbox.deadLetter }),
    ...(sending.deadLetter === undefined ? {} : { receipts: sending.deadLetter }),
  })
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
        events === undefined
          ? []
          : [
              events.queues.waiting.metricApproximateNumberOfMessagesDelayed({
                label: 'webhooks, held back',
              }),
            ],
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
      graph('Runs of clock, auditor and export', [
        redress.one('ClockRan', Stats.SUM, FIVE_MINUTES),
        redress.one('AuditorRan', Stats.SUM, FIVE_MINUTES),
        redress.one('ExportRan', Stats.SUM, FIVE_MINUTES),
      ]),
      graph('Messages: from posted to received (s)', [
        redress.one('IngestionLag', Stats.p(50), FIVE_MINUTES),
        redress.one('IngestionLag', Stats.MAXIMUM, FIVE_MINUTES),
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
