import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { slackEnvironment } from './edge.ts'
import { allow, type FunctionSetup, RedressFunction } from './function.ts'
import { FIRE_TIMEOUT, NOTIFIER_TIMEOUT, type Queues, SLACK_WORKER_TIMEOUT } from './queues.ts'
import type { Secrets } from './secrets.ts'

export interface DeliveryProps extends FunctionSetup {
  readonly queues: Queues
  readonly secrets: Secrets
}

/** The readers of the queues: what is told to Slack, what was asked for in Slack, and which timers fire. */
export class Delivery extends Construct {
  readonly notifier: RedressFunction
  readonly fire: RedressFunction
  readonly slackWorker: RedressFunction

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id)
    const { config, ledger, queues, secrets } = props
    const receive = (queue: IQueue, ...more: string[]) =>
      allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', ...more], [queue.queueArn])

    this.notifier = new RedressFunction(this, 'Notifier', {
      ...props,
      name: 'notifier',
      description: 'Tells a complaint’s Slack thread what happened, in order',
      timeout: NOTIFIER_TIMEOUT,
      environment: {
        ...slackEnvironment(config, secrets),
        OUTBOX_QUEUE_URL: queues.outbox.queueUrl,
        GATHER_SECONDS: String(config.gatherSeconds),
      },
      statements: [
        ledger.allow('GetItem', 'Query', 'UpdateItem'),
        allow(['secretsmanager:GetSecretValue'], [secrets.slack.secretArn]),
        receive(queues.outbox, 'sqs:ChangeMessageVisibility'),
      ],
    })
    this.fire = new RedressFunction(this, 'Fire', {
      ...props,
      name: 'fire',
      description: 'Tells a complaint that one of its timers is due',
      timeout: FIRE_TIMEOUT,
      statements: [
        // The last three for what is over long enough to be erased.
        ledger.allow('GetItem', 'PutItem', 'Query', 'UpdateItem', 'DeleteItem'),
        receive(queues.due),
      ],
    })
    this.slackWorker = new RedressFunction(this, 'SlackWorker', {
      ...props,
      name: 'slack-worker',
      description: 'Does what people asked for in Slack, where that took longer than Slack waits',
      timeout: SLACK_WORKER_TIMEOUT,
      environment: slackEnvironment(config, secrets),
      statements: [
        ledger.allow('GetItem', 'BatchGetItem', 'PutItem', 'Query'),
        ledger.allowQuery('team', 'open'),
        allow(['secretsmanager:GetSecretValue'], [secrets.slack.secretArn]),
        receive(queues.slackTasks),
      ],
    })

    // Slack takes about one message a second per channel: more at once would only be turned away.
    consume(this.notifier, this.notifier.function, queues.outbox, 5)
    // Everything that is due at nine on a Monday: enough at once to be in time, not so many as to drown the ledger.
    consume(this.fire, this.fire.function, queues.due, 20)
    consume(this.slackWorker, this.slackWorker.function, queues.slackTasks, 10)
  }
}

function consume(scope: Construct, target: IFunction, queue: IQueue, maxConcurrency: number): void {
  new EventSourceMapping(scope, 'Queue', {
    target,
    eventSourceArn: queue.queueArn,
    batchSize: 10,
    maxConcurrency,
    reportBatchItemFailures: true,
  })
}
