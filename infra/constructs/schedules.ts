import { Duration } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import { slackEnvironment } from './edge.ts'
import { allow, type FunctionSetup, RedressFunction } from './function.ts'
import type { Queues } from './queues.ts'
import type { Secrets } from './secrets.ts'
import type { Workflow } from './workflow.ts'

export interface SchedulesProps extends FunctionSetup {
  readonly queues: Queues
  readonly secrets: Secrets
  readonly workflow: Workflow
}

/** The minute clock, which finds what is due, and the auditor, which finds what should have happened. */
export class Schedules extends Construct {
  readonly clock: RedressFunction
  readonly auditor: RedressFunction
  readonly digest: RedressFunction

  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id)
    const { config, ledger, queues, secrets, workflow } = props

    this.clock = new RedressFunction(this, 'Clock', {
      ...props,
      name: 'clock',
      description: 'Puts every timer that is due within the minute on the due queue',
      timeout: Duration.seconds(50), // the next one starts after 60
      reservedConcurrency: 1,
      environment: { DUE_QUEUE_URL: queues.due.queueUrl },
      statements: [ledger.allowQuery('due'), allow(['sqs:SendMessage'], [queues.due.queueArn])],
    })
    this.auditor = new RedressFunction(this, 'Auditor', {
      ...props,
      name: 'auditor',
      description: 'Finds what should have happened and did not, and sees to it',
      timeout: Duration.minutes(4), // the next one starts after five
      memorySize: 512,
      environment: {
        OUTBOX_QUEUE_URL: queues.outbox.queueUrl,
        REPLIES_QUEUE_URL: queues.replies.queueUrl,
        DUE_QUEUE_URL: queues.due.queueUrl,
        STATE_MACHINE_ARN: workflow.arn,
      },
      statements: [
        ledger.allow('GetItem', 'UpdateItem'),
        ledger.allowQuery('due', 'audit', 'open'),
        allow(['sqs:SendMessage'], [queues.outbox.queueArn, queues.replies.queueArn, queues.due.queueArn]),
        allow(['states:ListExecutions', 'states:StartExecution', 'states:SendTaskSuccess'], [workflow.arn]),
      ],
    })

    this.digest = new RedressFunction(this, 'Digest', {
      ...props,
      name: 'digest',
      description: 'Tells teams and leads by schedule what is open, due and promised; notices who has left',
      timeout: Duration.minutes(2),
      memorySize: 512,
      environment: slackEnvironment(config, secrets),
      statements: [
        ledger.allow('GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'Query'),
        ledger.allowQuery('team', 'open'),
        allow(['secretsmanager:GetSecretValue'], [secrets.slack.secretArn]),
      ],
    })

    workflow.allowExecutions(this.auditor, 'DescribeExecution', 'StopExecution')

    runBySchedule(this.digest, queues, {
      // Each team's own opening says when; a quarter of an hour is what offices open by.
      Schedule: { when: Schedule.cron({ minute: '0/15' }) },
      People: { when: Schedule.cron({ minute: '50' }), event: { people: true } },
    })
    runBySchedule(this.clock, queues, { Schedule: { when: Schedule.rate(Duration.minutes(1)) } })
    const rounds = Duration.minutes(config.auditRateMinutes)
    const sweep = { sweep: true }
    runBySchedule(
      this.auditor,
      queues,
      config.sweep === 'every round'
        ? { Schedule: { when: Schedule.rate(rounds), event: sweep } }
        : {
            Schedule: { when: Schedule.cron({ minute: `0/${rounds.toMinutes()}` }) },
            // The one look whose cost grows with the open complaints; between two rounds, so that each heals alone.
            Sweep: { when: Schedule.cron({ minute: '2' }), event: sweep },
          },
    )
  }
}

/** When a function runs, and what it is told then: nothing in particular, unless `event` says so. */
export interface Run {
  readonly when: Schedule
  readonly event?: object
}

/**
 * Runs a function by schedules, each under its id. A run that cannot be started, or fails twice, ends on the
 * schedules' dead-letter queue: EventBridge and Lambda would otherwise drop it without a word.
 */
export function runBySchedule(target: RedressFunction, queues: Queues, runs: Record<string, Run>): void {
  const failures = queues.deadLetter.schedule
  for (const [id, { when, event }] of Object.entries(runs))
    new Rule(target, id, {
      schedule: when,
      targets: [
        new LambdaFunction(target.function, {
          deadLetterQueue: failures,
          retryAttempts: 3,
          maxEventAge: Duration.hours(1),
          ...(event === undefined ? {} : { event: RuleTargetInput.fromObject(event) }),
        }),
      ],
    })
  target.role.addToPolicy(allow(['sqs:SendMessage'], [failures.queueArn]))
  target.function.configureAsyncInvoke({
    retryAttempts: 1,
    maxEventAge: Duration.hours(1),
    onFailure: { bind: () => ({ destination: failures.queueArn }) },
  })
}
