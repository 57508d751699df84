import { Duration } from 'aws-cdk-lib'
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
  type QueueProps,
} from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'

/** How long one delivery may take. A queue hides a message for six times as long, as AWS advises. */
export const NOTIFIER_TIMEOUT = Duration.seconds(60)
export const FIRE_TIMEOUT = Duration.seconds(30)
/** Somebody's two hundred complaints are moved on in less. */
export const SLACK_WORKER_TIMEOUT = Duration.seconds(60)
/** Of replies: to each of a batch its platform may take fifteen seconds, and as long again where it is asked first. */
export const SENDER_TIMEOUT = Duration.seconds(60)
export const hiddenFor = (timeout: Duration) => Duration.seconds(6 * timeout.toSeconds())

/**
 * How often a message for Slack may be received. Every 429 and every try during an outage costs one receipt, the last of
 * them a quarter of an hour apart: thirty outlast five hours, of an outage or of a storm of 15,000 cards at the fifty
 * updates a minute that Slack allows. What Slack refuses for good is noticed sooner, by the age of the oldest message.
 */
export const OUTBOX_RECEIPTS = 30

/**
 * How often a reply may be received: each wait for its platform costs one. From LAST_RECEIPT on (functions/sender/batch.ts)
 * staff are told that it could not be sent, so what ends in the dead-letter queue is a fault of ours.
 */
export const REPLY_RECEIPTS = 30

/** Two weeks, SQS's longest: a failure on the Friday before a holiday can still be redriven after it. */
const LONGEST = Duration.days(14)

/** What every queue has. */
export const SECURE = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: LONGEST,
} as const

/** The queues between the functions, each with the dead-letter queue that catches what could not be done. */
export class Queues extends Construct {
  /** What the notifier must tell Slack: FIFO, grouped by complaint. */
  readonly outbox: Queue
  /** Replies that may go out: FIFO, grouped by complaint. */
  readonly replies: Queue
  /** Timers to fire, each delayed until its time. */
  readonly due: Queue
  /** What people asked for in Slack and could not be done while Slack waited: FIFO, grouped by complaint. */
  readonly slackTasks: Queue
  /** By the name of their alarm: what waits for a person. */
  readonly deadLetter: {
    readonly outbox: Queue
    readonly replies: Queue
    readonly due: Queue
    readonly slackTasks: Queue
    /** Pointers to stream records that the driver or the relay gave up on. */
    readonly stream: Queue
    /** Scheduled runs that never started, or failed. */
    readonly schedule: Queue
  }

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const fifo: QueueProps = {
      fifo: true,
      // Order matters within a complaint only; between complaints it would cap the whole desk at 300 a second.
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    }
    this.deadLetter = {
      outbox: new Queue(this, 'OutboxDeadLetter', { ...SECURE, ...fifo }),
      replies: new Queue(this, 'RepliesDeadLetter', { ...SECURE, ...fifo }),
      due: new Queue(this, 'DueDeadLetter', SECURE),
      slackTasks: new Queue(this, 'SlackTasksDeadLetter', { ...SECURE, ...fifo }),
      stream: new Queue(this, 'StreamDeadLetter', SECURE),
      schedule: new Queue(this, 'ScheduleDeadLetter', SECURE),
    }
    // Nothing consumes these two but a person, and cdk-nag sees only queues that other queues point at.
    for (const queue of [this.deadLetter.stream, this.deadLetter.schedule])
      acknowledge(
        queue,
        'AwsSolutions-SQS3',
        'It is a dead-letter queue itself: of event source mappings, rules and asynchronous invocations.',
      )
    this.outbox = new Queue(this, 'Outbox', {
      ...SECURE,
      ...fifo,
      visibilityTimeout: hiddenFor(NOTIFIER_TIMEOUT),
      deadLetterQueue: { queue: this.deadLetter.outbox, maxReceiveCount: OUTBOX_RECEIPTS },
    })
    this.replies = new Queue(this, 'Replies', {
      ...SECURE,
      ...fifo,
      visibilityTimeout: hiddenFor(SENDER_TIMEOUT),
      deadLetterQueue: { queue: this.deadLetter.replies, maxReceiveCount: REPLY_RECEIPTS },
    })
    this.due = new Queue(this, 'Due', {
      ...SECURE,
      visibilityTimeout: hiddenFor(FIRE_TIMEOUT),
      deadLetterQueue: { queue: this.deadLetter.due, maxReceiveCount: 5 },
    })
    this.slackTasks = new Queue(this, 'SlackTasks', {
      ...SECURE,
      ...fifo,
      visibilityTimeout: hiddenFor(SLACK_WORKER_TIMEOUT),
      deadLetterQueue: { queue: this.deadLetter.slackTasks, maxReceiveCount: 5 },
    })
  }
}
