import { Duration, Stack } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { Healed } from '../../functions/auditor/audit.ts'
import type { StageConfig } from '../config.ts'
import type { Delivery } from './delivery.ts'
import type { Edge } from './edge.ts'
import type { Events } from './events.ts'
import type { FinanceExport } from './finance-export.ts'
import type { FinanceReport } from './finance-report.ts'
import type { RedressFunction } from './function.ts'
import type { Mailbox } from './mailbox.ts'
import { RedressMetrics } from './metrics.ts'
import type { Queues } from './queues.ts'
import type { Schedules } from './schedules.ts'
import type { Sending } from './sending.ts'
import type { Streams } from './streams.ts'
import type { Workflow } from './workflow.ts'

export interface AlarmsProps {
  readonly config: StageConfig
  readonly edge: Edge
  readonly streams: Streams
  readonly delivery: Delivery
  readonly sending: Sending
  readonly schedules: Schedules
  readonly finance: FinanceExport
  readonly reports: FinanceReport
  readonly queues: Queues
  readonly workflow: Workflow
  /** Of a stage that SES brings mail to. */
  readonly mailbox?: Mailbox | undefined
  /** Of a stage that tells other systems of events. */
  readonly events?: Events | undefined
}

interface Rule {
  /** Of the alarm: `redress-<stage>-<name>`. */
  readonly name: string
  /** The section of the runbook. Default: the name. */
  readonly anchor?: string
  /** What it means when it rings, in a sentence for whoever is woken by it. */
  readonly meaning: string
  /** How missing data counts, and why. */
  readonly missing: readonly [TreatMissingData, because: string]
  readonly metric: IMetric
  /** It rings above this. Default: 0. */
  readonly above?: number
  /** It rings below this instead. */
  readonly below?: number
  /** For how many periods on end. Default: 1. */
  readonly periods?: number
}

const MINUTE = Duration.minutes(1)
const FIVE_MINUTES = Duration.minutes(5)

const QUIET = (when: string) => [TreatMissingData.NOT_BREACHING, `nothing is reported ${when}`] as const
const SILENCE = [TreatMissingData.BREACHING, 'silence is what it watches for'] as const

/** Every alarm of the stage, each with its section in the runbook. */
export class Alarms extends Construct {
  readonly alarms: Alarm[] = []
  private readonly config: StageConfig
  private readonly topic: ITopic

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id)
    this.config = props.config
    this.topic = this.createTopic()
    for (const rule of rules(props)) this.add(rule)
  }

  private add(rule: Rule): void {
    const [treatMissingData, because] = rule.missing
    const runbook = `${this.config.runbookUrl}#${rule.anchor ?? rule.name}`
    const alarm = new Alarm(this, rule.name, {
      alarmName: `redress-${this.config.stage}-${rule.name}`, // what the e-mail's subject says
      alarmDescription: `${rule.meaning} Missing data: ${because}. Runbook: ${runbook}`,
      metric: rule.metric,
      threshold: rule.below ?? rule.above ?? 0,
      comparisonOperator:
        rule.below === undefined
          ? ComparisonOperator.GREATER_THAN_THRESHOLD
          : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: rule.periods ?? 1,
      treatMissingData,
    })
    alarm.addAlarmAction(new SnsAction(this.topic))
    alarm.addOkAction(new SnsAction(this.topic))
    this.alarms.push(alarm)
  }

  private createTopic(): ITopic {
    if (this.config.alarmTopicArn !== undefined)
      return Topic.fromTopicArn(this, 'Topic', this.config.alarmTopicArn)
    const topic = new Topic(this, 'Topic', { displayName: `Redress ${this.config.stage}`, enforceSSL: true })
    // A topic with a policy of its own has lost the default one, which let the account's alarms publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
    if (this.config.alarmEmail !== undefined)
      topic.addSubscription(new EmailSubscription(this.config.alarmEmail))
    return topic
  }
}

/** What was lost, by the kind that the auditor counts it under: a new kind does not compile without its alarm. */
const HEALED: Record<Healed, string> = {
  timer: 'a timer was due and did not fire',
  signal: 'an event did not wake its workflow',
  delivery: 'Slack was never told of an event',
  execution: 'an open complaint had no execution',
}

function rules({
  config,
  edge,
  streams,
  delivery,
  sending,
  schedules,
  finance,
  reports,
  queues,
  workflow,
  mailbox,
  events,
}: AlarmsProps): Rule[] {
  const redress = new RedressMetrics(config)
  const { deadLetter } = queues
  const waiting = (queue: keyof typeof deadLetter) =>
    deadLetter[queue].metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: Stats.MAXIMUM })
  const executions = (metricName: string) =>
    new Metric({
      namespace: 'AWS/States',
      metricName,
      dimensionsMap: { StateMachineArn: workflow.stateMachine.stateMachineArn },
      statistic: Stats.SUM,
      period: FIVE_MINUTES,
    })
  const idleQueue = QUIET('for a queue that has been idle for hours')
  const audit = Duration.minutes(config.auditRateMinutes)

  return [
    {
      name: 'dead-letter-outbox',
      meaning: 'A Slack message could not be sent, thirty times over: staff have not been told something.',
      missing: idleQueue,
      metric: waiting('outbox'),
    },
    {
      name: 'dead-letter-replies',
      meaning:
        'A reply could not be worked on, thirty times over: a customer waits, and staff believe it on its way.',
      missing: idleQueue,
      metric: waiting('replies'),
    },
    {
      name: 'replies-waiting',
      meaning:
        'The oldest reply has waited an hour: its platform takes nothing, or nothing takes it out of its queue.',
      missing: idleQueue,
      metric: queues.replies.metricApproximateAgeOfOldestMessage({
        period: MINUTE,
        statistic: Stats.MAXIMUM,
      }),
      above: 3600,
      periods: 3,
    },
    ...(sending.deadLetter === undefined
      ? []
      : [
          {
            name: 'dead-letter-receipts',
            meaning:
              'What SES says became of a reply could not be recorded: one that did not arrive may count as sent.',
            missing: idleQueue,
            metric: sending.deadLetter.metricApproximateNumberOfMessagesVisible({
              period: MINUTE,
              statistic: Stats.MAXIMUM,
            }),
          },
        ]),
    {
      name: 'dead-letter-due',
      meaning: 'A timer could not be fired: a warning, a breach or a step of a ladder is missing.',
      missing: idleQueue,
      metric: waiting('due'),
    },
    {
      name: 'dead-letter-slack-tasks',
      meaning: 'Something that a person asked for in Slack could not be done, five times over.',
      missing: idleQueue,
      metric: waiting('slackTasks'),
    },
    {
      name: 'dead-letter-stream',
      meaning: 'The driver or the relay gave up on events: their effects now wait for the auditor.',
      missing: idleQueue,
      metric: waiting('stream'),
    },
    {
      name: 'dead-letter-schedule',
      meaning:
        'A scheduled run of the clock, the auditor or the export could not be started, or failed twice.',
      missing: idleQueue,
      metric: waiting('schedule'),
    },
    ...[streams.driver, streams.relay].map((reader) => ({
      name: `stream-behind-${reader.name}`,
      anchor: 'stream-behind',
      meaning: `The ${reader.name} reads events more than a minute after they were written.`,
      missing: QUIET('while there is no event to read'),
      metric: reader.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: MINUTE }),
      above: 60_000,
      periods: 5,
    })),
    ...Object.entries(HEALED).map(([kind, lost]) => ({
      name: `healed-by-auditor-${kind}`,
      anchor: 'healed-by-auditor',
      meaning: `The auditor had to do what should have happened by itself: ${lost}.`,
      missing: QUIET('while there is nothing to heal'),
      metric: redress.one('HealedByAuditor', Stats.SUM, FIVE_MINUTES, kind),
    })),
    {
      name: 'auditor-silent',
      meaning: 'The auditor has not finished a run three times in a row: nobody would notice what gets lost.',
      missing: SILENCE,
      metric: redress.one('AuditorRan', Stats.SUM, audit),
      below: 1,
      periods: 3,
    },
    {
      name: 'clock-silent',
      meaning: 'The clock has not finished a run for five minutes: no timer fires, no deadline is kept.',
      missing: SILENCE,
      metric: redress.one('ClockRan', Stats.SUM, MINUTE),
      below: 1,
      periods: 5,
    },
    {
      name: 'timers-late',
      meaning: 'Timers fire more than two minutes after their time.',
      missing: QUIET('while no timer fires'),
      metric: redress.one('FireLateness', Stats.p(90), FIVE_MINUTES),
      above: 120_000,
      periods: 2,
    },
    {
      name: 'timers-waiting',
      meaning: 'A due timer has waited ten minutes in its queue: nothing takes it out.',
      missing: idleQueue,
      metric: queues.due.metricApproximateAgeOfOldestMessage({ period: MINUTE, statistic: Stats.MAXIMUM }),
      above: 600,
      periods: 3,
    },
    {
      name: 'fire-errors',
      meaning: 'Firing a timer fails: it is tried five times before it ends on the dead-letter queue.',
      missing: QUIET('while the function is not called'),
      metric: delivery.fire.function.metricErrors({ period: FIVE_MINUTES }),
    },
    {
      name: 'workflow-failed',
      meaning:
        'An execution failed. The auditor replaces it, but nothing waits for its complaint until then.',
      missing: QUIET('while no execution fails'),
      metric: executions('ExecutionsFailed'),
    },
    {
      name: 'workflow-timed-out',
      meaning:
        'An execution reached its time limit. The auditor replaces it, but it should have ended before.',
      missing: QUIET('while no execution times out'),
      metric: executions('ExecutionsTimedOut'),
    },
    {
      name: 'api-errors',
      meaning:
        'The HTTP API answers 5xx: webhooks are turned away, and not every channel tries again for long.',
      missing: QUIET('while nobody calls'),
      metric: edge.api.metricServerError({ period: FIVE_MINUTES, statistic: Stats.SUM }),
      above: 2,
    },
    {
      name: 'refused-signatures',
      meaning:
        'Webhooks come with signatures that do not fit: a sender has another key than we, and its complaints are refused; or somebody forges.',
      missing: QUIET('while every signature fits'),
      metric: redress.one('Refused', Stats.SUM, FIVE_MINUTES, 'signature'),
      above: 5, // somebody trying out a sender makes one or two
    },
    {
      name: 'refused-tokens',
      meaning: 'The ops API is called with tokens that are unknown or revoked, or for what they may not do.',
      missing: QUIET('while every token is good'),
      metric: redress.one('Refused', Stats.SUM, FIVE_MINUTES, 'token'),
      above: 20,
    },
    {
      name: 'throttled',
      meaning:
        'The HTTP API turns requests away, over the limit of a route: a flood, or a limit that is too low.',
      missing: QUIET('while no request is turned away'),
      metric: redress.one('Throttled', Stats.SUM, FIVE_MINUTES),
      periods: 2, // the next try of a platform gets through
    },
    {
      name: 'slack-undelivered',
      meaning: 'The oldest message for Slack has waited ten minutes: staff are told late, or not at all.',
      missing: idleQueue,
      metric: queues.outbox.metricApproximateAgeOfOldestMessage({ period: MINUTE, statistic: Stats.MAXIMUM }),
      above: 600,
      periods: 3,
    },
    {
      name: 'unanswered',
      meaning:
        'Two counts on end found customers who wait past a deadline: for the acknowledgement, or for the next reply.',
      missing: [
        TreatMissingData.IGNORE,
        'the auditor counts them; while it is silent the last count stands, and another alarm rings',
      ],
      metric: redress.one('Unanswered', Stats.MINIMUM, config.sweep === 'hourly' ? Duration.hours(1) : audit),
      periods: 2,
    },
    {
      name: 'export-silent',
      meaning: 'No day has been exported for a day: finance lacks yesterday.',
      missing: SILENCE,
      metric: redress.one('ExportRan', Stats.SUM, Duration.days(1)),
      below: 1,
    },
    {
      name: 'reconciliation',
      meaning:
        'CloudWatch’s counts of an exported day are not what the ledger says: something was counted twice, or not at all.',
      missing: QUIET('between the exports'),
      metric: redress.one('ReconciliationDifference', Stats.MAXIMUM, FIVE_MINUTES),
    },
    ...(mailbox === undefined
      ? []
      : [
          {
            name: 'dead-letter-mail',
            meaning: 'A mail could not be taken, five times over: a customer has written, and nobody knows.',
            missing: idleQueue,
            metric: mailbox.deadLetter.metricApproximateNumberOfMessagesVisible({
              period: MINUTE,
              statistic: Stats.MAXIMUM,
            }),
          },
          {
            name: 'mail-waiting',
            meaning: 'A mail has waited ten minutes in its queue: nothing takes it out, or it fails.',
            missing: idleQueue,
            metric: mailbox.queue.metricApproximateAgeOfOldestMessage({
              period: MINUTE,
              statistic: Stats.MAXIMUM,
            }),
            above: 600,
            periods: 3,
          },
          {
            name: 'mail-with-virus',
            meaning:
              'A mail carries a virus: it opened no complaint, and waits in the bucket for somebody to judge.',
            missing: QUIET('while no mail carries one'),
            metric: redress.one('Ignored', Stats.SUM, FIVE_MINUTES, 'virus'),
          },
        ]),
    ...(events === undefined ? [] : rulesOfEvents(events)),
    ...functionsOf({
      edge,
      streams,
      delivery,
      sending,
      schedules,
      finance,
      reports,
      workflow,
      mailbox,
      events,
    }).flatMap(({ name, function: fn }) => [
      {
        name: `${name}-failing`,
        anchor: 'function-errors',
        meaning: `The function ${name} ends in errors that it did not expect.`,
        missing: QUIET('while the function is not called'),
        metric: fn.metricErrors({ period: FIVE_MINUTES }),
        above: 2, // one or two are what retries are for
      },
      {
        name: `${name}-throttled`,
        anchor: 'function-throttles',
        meaning: `The function ${name} is wanted more often at once than it may run.`,
        missing: QUIET('while the function is not called'),
        metric: fn.metricThrottles({ period: FIVE_MINUTES }),
        periods: 2, // a burst that the next retry gets through is no news
      },
    ]),
  ]
}

/** Those of a stage that tells other systems of events. */
function rulesOfEvents({ queues }: Events): Rule[] {
  const { deadLetter } = queues
  const missing = QUIET('for a queue that has been idle for hours')
  const minute = { period: MINUTE, statistic: Stats.MAXIMUM }
  return [
    {
      name: 'dead-letter-events',
      meaning: 'Events could not be put on the bus or on their way to endpoints: other systems lack them.',
      missing,
      metric: deadLetter.events.metricApproximateNumberOfMessagesVisible(minute),
    },
    {
      name: 'dead-letter-webhooks',
      meaning:
        'An endpoint has not taken a webhook for a day and more, or is disabled: another system lacks events.',
      missing,
      metric: deadLetter.webhooks.metricApproximateNumberOfMessagesVisible(minute),
    },
    {
      name: 'events-undelivered',
      meaning: 'The oldest event has waited ten minutes for the bus: other systems are told late.',
      missing,
      metric: queues.events.metricApproximateAgeOfOldestMessage(minute),
      above: 600,
      periods: 3,
    },
    {
      name: 'webhooks-waiting',
      meaning: 'Webhooks have waited for half an hour on end: an endpoint does not take them.',
      missing,
      metric: queues.waiting.metricApproximateNumberOfMessagesDelayed({
        period: FIVE_MINUTES,
        statistic: Stats.MINIMUM,
      }),
      periods: 6,
    },
    {
      name: 'webhooks-behind',
      meaning:
        'The oldest webhook that could be tried has waited ten minutes: an endpoint is slower than what comes.',
      missing,
      metric: queues.deliveries.metricApproximateAgeOfOldestMessage(minute),
      above: 600,
      periods: 3,
    },
  ]
}

/** Every function of the stage. */
export const functionsOf = (
  parts: Pick<
    AlarmsProps,
    | 'edge'
    | 'streams'
    | 'delivery'
    | 'sending'
    | 'schedules'
    | 'finance'
    | 'reports'
    | 'workflow'
    | 'mailbox'
    | 'events'
  >,
): RedressFunction[] => [
  parts.edge.intake,
  parts.edge.desk,
  parts.edge.slackDesk,
  parts.streams.driver,
  parts.streams.relay,
  parts.delivery.notifier,
  parts.delivery.slackWorker,
  parts.sending.sender,
  parts.schedules.digest,
  parts.schedules.clock,
  parts.delivery.fire,
  parts.schedules.auditor,
  parts.workflow.await,
  parts.workflow.escalate,
  parts.workflow.close,
  parts.finance.export,
  parts.reports.report,
  parts.edge.reportPage,
  parts.edge.customerPage,
  ...(parts.events === undefined ? [] : [parts.events.events, parts.events.webhooks]),
  ...(parts.mailbox === undefined ? [] : [parts.mailbox.mailbox]),
  ...(parts.sending.receipts === undefined ? [] : [parts.sending.receipts]),
]
