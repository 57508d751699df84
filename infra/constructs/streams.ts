import { Duration } from 'aws-cdk-lib'
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import type { EventQueues } from './events.ts'
import { allow, type FunctionSetup, RedressFunction } from './function.ts'
import type { Queues } from './queues.ts'
import type { Workflow } from './workflow.ts'

export interface StreamsProps extends FunctionSetup {
  readonly queues: Queues
  readonly workflow: Workflow
  /** Of a stage that tells other systems of events. */
  readonly eventQueues?: EventQueues | undefined
}

/** The two readers of the ledger's stream: everything that follows from an event starts here. */
export class Streams extends Construct {
  readonly driver: RedressFunction
  readonly relay: RedressFunction

  constructor(scope: Construct, id: string, props: StreamsProps) {
    super(scope, id)
    const { ledger, queues, workflow, eventQueues } = props
    const readStream = (): PolicyStatement[] => [
      allow(
        ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        [ledger.streamArn],
      ),
      allow(['dynamodb:ListStreams'], ['*']),
      allow(['sqs:SendMessage'], [queues.deadLetter.stream.queueArn]),
    ]

    this.driver = new RedressFunction(this, 'Driver', {
      ...props,
      name: 'driver',
      description: 'Starts or wakes the workflow of a complaint that has news',
      timeout: Duration.seconds(60),
      environment: { STATE_MACHINE_ARN: workflow.arn },
      statements: [
        ledger.allow('GetItem', 'UpdateItem'),
        allow(['states:StartExecution', 'states:SendTaskSuccess'], [workflow.arn]),
        ...readStream(),
      ],
    })
    this.relay = new RedressFunction(this, 'Relay', {
      ...props,
      name: 'relay',
      description: 'Puts what follows from an event on the queues, and counts it',
      timeout: Duration.seconds(60),
      environment: {
        OUTBOX_QUEUE_URL: queues.outbox.queueUrl,
        REPLIES_QUEUE_URL: queues.replies.queueUrl,
        DUE_QUEUE_URL: queues.due.queueUrl,
        ...(eventQueues === undefined ? {} : { EVENTS_QUEUE_URL: eventQueues.events.queueUrl }),
      },
      statements: [
        allow(
          ['sqs:SendMessage'],
          [
            queues.outbox.queueArn,
            queues.replies.queueArn,
            queues.due.queueArn,
            ...(eventQueues === undefined ? [] : [eventQueues.events.queueArn]),
          ],
        ),
        ...readStream(),
      ],
    })

    workflow.allowExecutions(this.driver, 'DescribeExecution')

    for (const reader of [this.driver, this.relay]) {
      acknowledge(
        reader.role,
        'AwsSolutions-IAM5[Resource::*]',
        'xray:Put… (if traced) and dynamodb:ListStreams (which names streams, and reads none) cannot be limited to a resource.',
      )
      new EventSourceMapping(reader, 'Stream', {
        target: reader.function,
        eventSourceArn: ledger.streamArn,
        startingPosition: StartingPosition.TRIM_HORIZON,
        filters: [
          FilterCriteria.filter({
            eventName: FilterRule.isEqual('INSERT'),
            dynamodb: { NewImage: { sk: { S: FilterRule.beginsWith('EVENT#') } } },
          }),
        ],
        batchSize: 25,
        // Order is kept within a complaint (its partition key), and that is all that is needed.
        parallelizationFactor: 4,
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        // Without limits one bad record blocks its shard for a day. The auditor brings back what is given up here.
        retryAttempts: 5,
        maxRecordAge: Duration.hours(1),
        // A plain destination: the library's own would grant three actions where one is needed.
        onFailure: { bind: () => ({ destination: queues.deadLetter.stream.queueArn }) },
      })
    }
  }
}
