import { Duration } from 'aws-cdk-lib'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import { DeduplicationScope, FifoThroughputLimit, Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { allow, type FunctionSetup, RedressFunction } from './function.ts'
import { hiddenFor, SECURE } from './queues.ts'
import { unsetSecret } from './secrets.ts'

const EVENTS_TIMEOUT = Duration.seconds(30)
/** An endpoint has 15 seconds to answer (functions/webhooks/send.ts). */
const WEBHOOKS_TIMEOUT = Duration.seconds(30)

/** Hidden for three minutes after each try: five hours without the bus lose nothing. */
const EVENTS_RECEIPTS = 100

/** The queues of what other systems are told. They are there before what reads them, as the relay writes to the first. */
export class EventQueues extends Construct {
  /** Events on their way to the bus, and to the lanes of endpoints. */
  readonly events: Queue
  /** Webhooks to be tried now: FIFO, a group for each lane of each endpoint. */
  readonly deliveries: Queue
  /** Webhooks that wait: for their next try, or for their endpoint's circuit. */
  readonly waiting: Queue
  /** What waits for a person, by the name of the alarm. */
  readonly deadLetter: {
    /** Of `events` and `waiting`. */
    readonly events: Queue
    /** What was tried for a day and more, or went to an endpoint that is gone. */
    readonly webhooks: Queue
  }

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const fifo = {
      fifo: true,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    }
    this.deadLetter = {
      events: new Queue(this, 'EventsDeadLetter', SECURE),
      webhooks: new Queue(this, 'WebhooksDeadLetter', { ...SECURE, ...fifo }),
    }
    this.events = new Queue(this, 'Events', {
      ...SECURE,
      visibilityTimeout: hiddenFor(EVENTS_TIMEOUT),
      deadLetterQueue: { queue: this.deadLetter.events, maxReceiveCount: EVENTS_RECEIPTS },
    })
    // Of these two a receipt is no try: what fails is sent anew, with its count in it. Only a crash uses them up.
    this.deliveries = new Queue(this, 'Deliveries', {
      ...SECURE,
      ...fifo,
      visibilityTimeout: hiddenFor(WEBHOOKS_TIMEOUT),
      deadLetterQueue: { queue: this.deadLetter.webhooks, maxReceiveCount: 5 },
    })
    this.waiting = new Queue(this, 'Waiting', {
      ...SECURE,
      visibilityTimeout: hiddenFor(WEBHOOKS_TIMEOUT),
      deadLetterQueue: { queue: this.deadLetter.events, maxReceiveCount: 5 },
    })
  }
}

export interface EventsProps extends FunctionSetup {
  readonly eventQueues: EventQueues
}

/** What other systems are told of: a bus of the stage's own, and signed webhooks. */
export class Events extends Construct {
  readonly bus: EventBus
  readonly queues: EventQueues
  /** By the name of each endpoint its signing secrets, `{"<name>": ["whsec_…"]}`; `npm run endpoint` writes it. */
  readonly secretArn: string
  readonly events: RedressFunction
  readonly webhooks: RedressFunction

  constructor(scope: Construct, id: string, props: EventsProps) {
    super(scope, id)
    const { config, ledger, eventQueues: queues } = props
    this.queues = queues
    const name = `redress-${config.stage}`
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: name, // other systems' rules name it
      description: `What complaints come to, for other systems (${name}); no personal data`,
    })
    this.secretArn = unsetSecret(this, 'EndpointSecrets', config, {
      description: 'Redress: signing secrets of the endpoints of webhooks',
      template: {},
      because:
        'npm run endpoint rotates it, endpoint by endpoint, with the old and the new key active meanwhile.',
    }).secretArn
    const receive = (...from: Queue[]) =>
      allow(
        ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        from.map(({ queueArn }) => queueArn),
      )

    this.events = new RedressFunction(this, 'Events', {
      ...props,
      name: 'events',
      description: 'Puts events on the bus, and into the lanes of the endpoints that want them',
      timeout: EVENTS_TIMEOUT,
      environment: {
        EVENT_BUS_NAME: this.bus.eventBusName,
        EVENT_SOURCE: `redress.${config.stage}`,
        DELIVERIES_QUEUE_URL: queues.deliveries.queueUrl,
      },
      statements: [
        ledger.allow('Query'),
        allow(['events:PutEvents'], [this.bus.eventBusArn]),
        allow(['sqs:SendMessage'], [queues.deliveries.queueArn]),
        receive(queues.events),
      ],
    })
    this.webhooks = new RedressFunction(this, 'Webhooks', {
      ...props,
      name: 'webhooks',
      description:
        'Tells other systems of events by signed webhooks, again and again until they have taken them',
      timeout: WEBHOOKS_TIMEOUT,
      environment: {
        DELIVERIES_QUEUE_URL: queues.deliveries.queueUrl,
        WAITING_QUEUE_URL: queues.waiting.queueUrl,
        WAITING_QUEUE_ARN: queues.waiting.queueArn,
        DELIVERIES_DEAD_LETTER_QUEUE_URL: queues.deadLetter.webhooks.queueUrl,
        ENDPOINT_SECRETS: this.secretArn,
        WEBHOOK_PACE: String(config.webhookPace),
        WEBHOOK_LOOPBACK: String(config.stage === 'local'),
        ...(config.secretCacheSeconds === undefined
          ? {}
          : { SECRET_CACHE_SECONDS: String(config.secretCacheSeconds) }),
      },
      statements: [
        // The second for the act that is recorded when an endpoint says that it is gone.
        ledger.allow('GetItem', 'PutItem', 'UpdateItem'),
        allow(['secretsmanager:GetSecretValue'], [this.secretArn]),
        allow(
          ['sqs:SendMessage'],
          [queues.deliveries.queueArn, queues.waiting.queueArn, queues.deadLetter.webhooks.queueArn],
        ),
        receive(queues.deliveries, queues.waiting),
      ],
    })

    new EventSourceMapping(this.events, 'Queue', {
      target: this.events.function,
      eventSourceArn: queues.events.queueArn,
      batchSize: 10, // what the bus takes in one call
      maxConcurrency: 5,
      reportBatchItemFailures: true,
    })
    new EventSourceMapping(this.webhooks, 'Deliveries', {
      target: this.webhooks.function,
      eventSourceArn: queues.deliveries.queueArn,
      // One at a time: in a batch, what goes to a quick endpoint would wait for the answer of a slow one.
      batchSize: 1,
      maxConcurrency: 20,
      reportBatchItemFailures: true,
    })
    new EventSourceMapping(this.webhooks, 'Waiting', {
      target: this.webhooks.function,
      eventSourceArn: queues.waiting.queueArn,
      batchSize: 10,
      maxConcurrency: 5,
      reportBatchItemFailures: true,
    })
  }
}
