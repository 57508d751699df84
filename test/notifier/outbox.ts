import type { ChangeMessageVisibilityBatchCommandInput } from '@aws-sdk/client-sqs'
import type { Context, SQSRecord } from 'aws-lambda'
import type { Event } from '../../functions/domain/complaint.ts'
import { deliverBatch, type Surroundings } from '../../functions/notifier/batch.ts'
import { logger } from '../../functions/shared/logger.ts'
import { CALLED_SINGLY, type Call, type Calls, type Gathering } from '../../functions/slack/calls.ts'
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

type CallsPort = Pick<Calls, 'isSingle' | 'gather' | 'gathered' | 'load' | 'save'>

/** Calls in memory, with the rules that the table enforces, and a way to die at a write. */
export class FakeCalls implements CallsPort {
  readonly singles = new Map<string, Set<string>>()
  readonly calls = new Map<string, Map<string, Call>>()
  readonly gatherings = new Map<string, Gathering>()
  /** How often each operation was asked for. */
  readonly asked: Record<keyof CallsPort, number> = { isSingle: 0, gather: 0, gathered: 0, load: 0, save: 0 }
  crash: () => 'before' | 'after' | undefined = () => undefined

  isSingle(key: string, { complaintId, seq }: Pick<Call, 'complaintId' | 'seq'>): Promise<boolean> {
    return this.#writes('isSingle', () => {
      const singles = this.singles.get(key) ?? new Set()
      if (singles.size >= CALLED_SINGLY && !singles.has(`${complaintId}#${seq}`)) return false
      this.singles.set(key, singles.add(`${complaintId}#${seq}`))
      return true
    })
  }

  gather(key: string, call: Call): Promise<void> {
    return this.#writes('gather', () => {
      const calls = this.calls.get(key) ?? new Map<string, Call>()
      const id = `${call.complaintId}#${call.seq}`
      const people = [...new Set([...(calls.get(id)?.people ?? []), ...call.people])]
      this.calls.set(key, calls.set(id, structuredClone({ ...call, people })))
    })
  }

  async gathered(key: string): Promise<Call[]> {
    this.asked.gathered++
    const calls = [...(this.calls.get(key) ?? [])]
    return calls.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, call]) => call)
  }

  async load(key: string): Promise<Gathering> {
    this.asked.load++
    return this.gatherings.get(key) ?? { mentioned: [], called: [], links: {}, shown: 0, revision: 0 }
  }

  save(key: string, gathering: Gathering): Promise<Gathering | undefined> {
    return this.#writes('save', () => {
      if ((this.gatherings.get(key)?.revision ?? 0) !== gathering.revision) return undefined
      const stored = structuredClone({ ...gathering, revision: gathering.revision + 1 })
      this.gatherings.set(key, stored)
      return stored
    })
  }

  async #writes<T>(operation: keyof CallsPort, write: () => T): Promise<T> {
    this.asked[operation]++
    const crash = this.crash()
    if (crash === 'before') throw new Crash()
    const result = write()
    if (crash === 'after') throw new Crash()
    return result
  }
}

/** The queue's side of a notifier: histories to tell of, messages, and what became of them. */
export class Outbox {
  readonly threads = new FakeThreads()
  readonly calls = new FakeCalls()
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
      calls: this.calls,
      // Never to be waited for: a Slack that takes longer than this is one that a test has made silent.
      slack: slackClient('xoxb-test', 20_000, this.#slack.apiUrl),
      nowMs: () => this.#slack.nowMs(),
      gatherSeconds: 10,
      sqs: { send: send as unknown as Surroundings['sqs']['send'] },
      queueUrl: 'http://queue',
    }
  }

  /**
   * Delivers messages as a queue does until none is left: in batches of ten, several at once, each complaint's in order,
   * what failed when its delay is over; time passes with nobody waiting for it.
   *
   * @param twice whether a message that was delivered comes once more.
   * @returns the highest number of attempts that a message needed.
   */
  async drain(
    messages: readonly (readonly [string, number])[],
    twice: () => boolean = () => false,
    atOnce = 5,
  ): Promise<number> {
    let waiting = messages.map((message) => ({ message, attempts: 0, at: 0 }))
    let most = 0
    while (waiting.length > 0) {
      const now = this.#slack.nowMs()
      const heads = new Map(waiting.toReversed().map((entry) => [entry.message[0], entry]))
      const ready = [...heads.values()].filter(({ at }) => at <= now).reverse()
      if (ready.length === 0) {
        this.#slack.passed += Math.min(...[...heads.values()].map(({ at }) => at)) - now
        continue
      }
      const done = new Set<(typeof waiting)[number]>()
      const batches = Array.from({ length: atOnce }, (_, index) => ready.slice(index * 10, index * 10 + 10))
      await Promise.all(
        batches.map(async (batch) => {
          if (batch.length === 0) return
          const attempts = Math.max(...batch.map((entry) => ++entry.attempts))
          most = Math.max(most, attempts)
          const failed = await this.deliver(
            batch.map(({ message }) => message),
            attempts,
          )
          for (const entry of batch) {
            const id = entry.message.join('#')
            if (failed.includes(id)) entry.at = this.#slack.nowMs() + (this.delays.get(id) ?? 0) * 1000
            else if (!twice()) done.add(entry)
          }
        }),
      )
      waiting = waiting.filter((entry) => !done.has(entry))
    }
    return most
  }
}
