import { TransactionCanceledException, TransactionConflictException } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb'
import { ulid } from 'ulid'
import {
  type Complaint,
  type Event,
  evolve,
  isOver,
  isSignal,
  isUnanswered,
  type Message,
} from '../domain/complaint.ts'
import { type Actor, type Command, decide } from '../domain/decide.ts'
import { type Instant, toInstant } from '../domain/instant.ts'
import type { Policy } from '../domain/policy.ts'
import { deadlines, earliestDueAt } from '../domain/timers.ts'
import { currentPolicy, policyOf } from '../shared/policies.ts'
import * as keys from './keys.ts'

/** What an inbound message came to. */
export interface Receipt {
  readonly complaintId: string
  readonly outcome: 'opened' | 'linked' | 'duplicate'
}

export interface Committed {
  readonly complaint: Complaint
  /** The events that this call appended; none where the command changed nothing. */
  readonly events: readonly Event[]
}

/** Where to go on in a list, as given by the page before. */
export type Cursor = string

/** There is no complaint by that id. */
export class NotFound extends Error {
  constructor(complaintId: string) {
    super(`There is no complaint ${complaintId}`)
    this.name = 'NotFound'
  }
}

/** Others wrote to the same complaint at every try; nothing was written. Trying again later is safe. */
export class Contention extends Error {
  constructor(what: string) {
    super(`Too many writers at once for ${what}; nothing was written`)
    this.name = 'Contention'
  }
}

/**
 * The state item's attributes beside `data`, on which the sparse indexes are built. `nextDueAt` puts a complaint into
 * the clock's index only while a timer has something to do. `realNow` is the system's time, not the stage's: how long
 * effects take has nothing to do with the clock that deadlines go by.
 */
export function stateItem(complaint: Complaint, realNow: Instant): Record<string, unknown> {
  const { id } = complaint
  const nextDueAt = earliestDueAt(complaint.timers)
  return {
    pk: keys.complaintKey(id),
    sk: keys.STATE,
    version: complaint.version,
    signalSeq: complaint.signalSeq,
    team: complaint.team,
    data: complaint,
    // Every change puts it before the auditor, who takes it out once all of its effects have been seen.
    auditShard: keys.shardOf('audit', id),
    auditAt: realNow,
    ...(nextDueAt === undefined ? {} : { dueShard: keys.shardOf('due', id), nextDueAt }),
    ...(isOver(complaint)
      ? {}
      : {
          openShard: keys.shardOf('open', id),
          unanswered: isUnanswered(complaint),
          owner: complaint.owner,
          stage: complaint.stage,
          deadlineAt: deadlineAt(complaint),
          promiseDueAt: promiseDueAt(complaint),
        }),
  }
}

/** The deadline that a person looks at first: one that was missed and is still owed, or else the next. */
function deadlineAt(complaint: Complaint): Instant | undefined {
  const { next, overdue } = deadlines(complaint)
  return overdue[0]?.dueAt ?? next?.dueAt
}

const promiseDueAt = ({ promises }: Complaint): Instant | undefined =>
  promises
    .filter(({ state }) => state === 'open')
    .map(({ dueAt }) => dueAt)
    .sort()[0]

/** What an event's stream record tells its consumers beside the event: enough for metrics without another read. */
export interface EventContext {
  readonly team: string
  readonly channel: string
  readonly receivedAt: Instant
  /** When the complaint's clock is due next, where this is the last event of its commit. */
  readonly nextDueAt?: Instant
}

/** Longer than what was asked for can wait on a queue, and then on its dead-letter queue: two weeks each. */
const REMEMBERED_SECONDS = 30 * 86_400

/** How often a commit is tried again when others write to the same complaint; each try decides anew. */
const ATTEMPTS = 8

/** The only place that writes facts. One transaction appends events and replaces the state; nothing else happens there. */
export class Ledger {
  readonly #db: DynamoDBDocumentClient
  readonly #table: string

  constructor(db: DynamoDBDocumentClient, table: string) {
    this.#db = db
    this.#table = table
  }

  /**
   * Opens a complaint for a message, unless that message (source and messageId) has opened one already.
   *
   * @throws Refusal when the policy refuses the message (an unknown team); Contention.
   */
  async receive(message: Message, by: Actor, now: Instant, policy: Policy = currentPolicy): Promise<Receipt> {
    const key = keys.messageKey(message.source, message.messageId)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const id = ulid()
      const events = decide(undefined, { type: 'receive', id, message, by }, { now, policy })
      const first = {
        Put: {
          TableName: this.#table,
          Item: { ...key, complaintId: id, receivedAt: now },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      }
      if (await this.#commit(undefined, events, [first])) return { complaintId: id, outcome: 'opened' }
      const { Item } = await this.#db.send(
        new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true }),
      )
      if (Item !== undefined) return { complaintId: String(Item.complaintId), outcome: 'duplicate' }
      await pause(attempt)
    }
    throw new Contention(`message of source ${message.source}`)
  }

  /**
   * Decides a command upon the current state and appends what comes of it.
   *
   * @param guard looks at the very state that is decided upon, before each try; what it throws ends the attempt.
   * @param asked names what somebody asked for: whatever was done under that name once is not done again, nor refused.
   * @throws NotFound, Refusal (nothing written), Contention, whatever `guard` throws.
   */
  async execute(
    complaintId: string,
    command: Command,
    now: Instant,
    guard: (before: Complaint) => void = () => {},
    asked?: string,
  ): Promise<Committed> {
    const once = asked === undefined ? [] : [this.#once(asked)]
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await this.load(complaintId)
      if (asked !== undefined && (await this.#isDone(asked))) return { complaint: before, events: [] }
      guard(before)
      const events = decide(before, command, { now, policy: policyOf(before.policy) })
      if (events.length === 0) return { complaint: before, events }
      if (await this.#commit(before, events, once)) {
        return { complaint: events.reduce<Complaint>((state, event) => evolve(state, event), before), events }
      }
      await pause(attempt)
    }
    throw new Contention(`complaint ${complaintId}`)
  }

  #once(asked: string) {
    const expiresAt = Math.floor(Date.now() / 1000) + REMEMBERED_SECONDS
    return {
      Put: {
        TableName: this.#table,
        Item: { ...keys.onceKey(asked), expiresAt },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    }
  }

  async #isDone(asked: string): Promise<boolean> {
    const { Item } = await this.#db.send(
      new GetCommand({ TableName: this.#table, Key: keys.onceKey(asked), ConsistentRead: true }),
    )
    return Item !== undefined
  }

  /**
   * The current state, as of the last commit.
   *
   * @throws NotFound.
   */
  async load(complaintId: string): Promise<Complaint> {
    const { Item } = await this.#db.send(
      new GetCommand({
        TableName: this.#table,
        Key: { pk: keys.complaintKey(complaintId), sk: keys.STATE },
        ConsistentRead: true,
      }),
    )
    if (Item === undefined) throw new NotFound(complaintId)
    return Item.data as Complaint
  }

  /**
   * All events of a complaint after `afterSeq`, oldest first.
   *
   * @throws NotFound when it has none at all.
   */
  async timeline(complaintId: string, afterSeq = 0): Promise<Event[]> {
    const events: Event[] = []
    let start: Record<string, unknown> | undefined
    do {
      const page = await this.#db.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':pk': keys.complaintKey(complaintId),
            ':from': keys.eventKey(afterSeq + 1),
            ':to': `${keys.EVENT_PREFIX}~`,
          },
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      )
      for (const item of page.Items ?? []) events.push(item.event as Event)
      start = page.LastEvaluatedKey
    } while (start !== undefined)
    if (events.length === 0 && afterSeq === 0) throw new NotFound(complaintId)
    return events
  }

  /** A page of a team's complaints, newest first; eventually consistent. */
  async ofTeam(
    team: string,
    limit: number,
    after?: Cursor,
  ): Promise<{ complaints: Complaint[]; next?: Cursor | undefined }> {
    const page = await this.#db.send(
      new QueryCommand({
        TableName: this.#table,
        IndexName: keys.INDEX.team,
        // Ids are ULIDs: the text order of keys is the order of opening.
        KeyConditionExpression: 'team = :team AND begins_with(pk, :complaints)',
        ExpressionAttributeValues: { ':team': team, ':complaints': keys.complaintKey('') },
        ...(after === undefined
          ? {}
          : { ExclusiveStartKey: { team, pk: keys.complaintKey(after), sk: keys.STATE } }),
        ScanIndexForward: false,
        Limit: limit,
      }),
    )
    const ids = (page.Items ?? []).map((item) => keys.complaintIdOf(String(item.pk)))
    const last = page.LastEvaluatedKey === undefined ? undefined : ids.at(-1)
    return { complaints: await this.loadMany(ids), next: last }
  }

  /** The states of up to 100 complaints, in the order asked for; one that does not exist is left out. Eventually consistent. */
  async loadMany(ids: readonly string[]): Promise<Complaint[]> {
    const found = new Map<string, Complaint>()
    let wanted: Record<string, unknown>[] = ids.map((id) => ({ pk: keys.complaintKey(id), sk: keys.STATE }))
    while (wanted.length > 0) {
      const { Responses, UnprocessedKeys } = await this.#db.send(
        new BatchGetCommand({ RequestItems: { [this.#table]: { Keys: wanted } } }),
      )
      for (const item of Responses?.[this.#table] ?? []) {
        const complaint = item.data as Complaint
        found.set(complaint.id, complaint)
      }
      wanted = (UnprocessedKeys?.[this.#table]?.Keys ?? []) as Record<string, unknown>[]
    }
    return ids.flatMap((id) => found.get(id) ?? [])
  }

  /**
   * Appends events and replaces the state, in one transaction that holds only if nobody else has written since
   * `before`. Returns whether it held.
   */
  async #commit(
    before: Complaint | undefined,
    events: readonly Event[],
    conditions: NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']> = [],
  ): Promise<boolean> {
    const after = events.reduce<Complaint | undefined>((state, event) => evolve(state, event), before)
    if (after === undefined) return true
    const nextDueAt = earliestDueAt(after.timers)
    const TableName = this.#table
    try {
      await this.#db.send(
        new TransactWriteCommand({
          TransactItems: [
            ...conditions,
            {
              Put: {
                TableName,
                Item: stateItem(after, toInstant(Math.floor(Date.now() / 1000))),
                ...(before === undefined
                  ? { ConditionExpression: 'attribute_not_exists(pk)' }
                  : {
                      ConditionExpression: 'version = :version',
                      ExpressionAttributeValues: { ':version': before.version },
                    }),
              },
            },
            ...events.map((event) => {
              const context: EventContext = {
                team: after.team,
                channel: after.message.channel,
                receivedAt: after.receivedAt,
                ...(event === events.at(-1) && nextDueAt !== undefined ? { nextDueAt } : {}),
              }
              return {
                Put: {
                  TableName,
                  Item: {
                    pk: keys.complaintKey(after.id),
                    sk: keys.eventKey(event.seq),
                    signal: isSignal(event),
                    context,
                    event,
                  },
                  ConditionExpression: 'attribute_not_exists(pk)',
                },
              }
            }),
          ],
        }),
      )
      return true
    } catch (error) {
      if (isLostRace(error)) return false
      throw error
    }
  }
}

/** Whether a transaction failed because somebody else wrote first, as against one that can never succeed. */
export function isLostRace(error: unknown): boolean {
  if (error instanceof TransactionConflictException) return true
  return (
    error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(
      ({ Code }) => Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict',
    )
  )
}

/** Waits a little longer and a little more at random after each lost race, so that the racers part. */
const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt))
