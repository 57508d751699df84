import type { ChangeMessageVisibilityBatchCommandInput } from '@aws-sdk/client-sqs'
import type { Context, SQSRecord } from 'aws-lambda'
import type { Event } from '../../functions/domain/complaint.ts'
import { deliverBatch, type Surroundings } from '../../functions/notifier/batch.ts'
import { logger } from '../../functions/shared/logger.ts'
import { slackClient } from '../../functions/slack/client.ts'
import { Interference, type Thread } from '../../functions/slack/thread.ts'
import type { FakeSlack } from '../slack/fake-slack.ts'

// Failures are what these tests are made of; each would print its stack.
logger.setLogLevel('SILENT')

/** The process dies: nothing after it happens. */
export class Crash extends Error {}

/** Threads in memory, with the one rule that the table enforces, and a way to die at a save. */
export class FakeThreads {
  readonly items = new Map<string, Thread>()
  /** Asked at each save: die before it takes effect, after it, or not at all. */
  crash: (thread: Thread) => 'before' | 'after' | undefined = () => undefined

  async load(complaintId: string): Promise<Thread> {
    return this.items.get(complaintId) ?? { deliveredSeq: 0, cards: [], sent: [], revision: 0 }
  }

  async save(complaintId: string, thread: Thread): Promise<Thread> {
    const crash = this.crash(thread)
    if (crash === 'before') throw new Crash()
    if ((this.items.get(complaintId)?.revision ?? 0) !== thread.revision) throw new Interference(complaintId)
    const stored = structuredClone({ ...thread, revision: thread.revision + 1 })
    this.items.set(complaintId, stored)
    if (crash === 'after') throw new Crash()
    return stored
  }
}

/** The queue's side of a notifier: histories to tell of, messages, and what became of them. */
export class Outbox {
  readonly threads = new FakeThreads()
  readonly histories = new Map<string, readonly Event[]>()
  /** By message id: in how many seconds a failed message comes back. */
  readonly delays = new Map<string, number>()
  remainingMs = 60_000
  readonly #slack: FakeSlack

  constructor(slack: FakeSlack) {
    this.#slack = slack
  }

  /** Delivers messages, each `[complaintId, seq]`, as one batch; returns the ids (`complaintId#seq`) of those that failed. */
  async deliver(messages: readonly (readonly [string, number])[], attempts = 1): Promise<string[]> {
    const records = messages.map(([complaintId, seq]): SQSRecord => {
      const id = `${complaintId}#${seq}`
      return {
        messageId: id,
        receiptHandle: id,
        body: JSON.stringify({ complaintId, seq }),
        attributes: {
          ApproximateReceiveCount: String(attempts),
          SentTimestamp: '0',
          SenderId: 'relay',
          ApproximateFirstReceiveTimestamp: '0',
          MessageGroupId: complaintId,
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:outbox.fifo',
        awsRegion: 'eu-west-1',
      }
    })
    const context = { getRemainingTimeInMillis: () => this.remainingMs } as Context
    const { batchItemFailures } = await deliverBatch({ Records: records }, context, this.#surroundings())
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
  }

  #surroundings(): Surroundings {
    const send = async ({ input }: { input: ChangeMessageVisibilityBatchCommandInput }) => {
      for (const { ReceiptHandle = '', VisibilityTimeout = 0 } of input.Entries ?? []) {
        this.delays.set(ReceiptHandle, VisibilityTimeout)
      }
      return {}
    }
    return {
      ledger: { timeline: async (complaintId) => [...(this.histories.get(complaintId) ?? [])] },
      threads: this.threads,
      slack: slackClient('xoxb-test', 2000, this.#slack.apiUrl),
      nowMs: Date.now,
      sqs: { send: send as unknown as Surroundings['sqs']['send'] },
      queueUrl: 'http://queue',
    }
  }
}
