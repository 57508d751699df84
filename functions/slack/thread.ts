import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { complaintKey, SLACK } from '../ledger/keys.ts'

/** A message that shows a complaint as it stands. */
export interface Card {
  readonly team: string
  /** Slack's id of the channel, and of the message in it. */
  readonly channel: string
  readonly ts: string
  /** Of the content it shows. */
  readonly hash: string
  readonly permalink?: string | undefined
  /** Of the parent: the emoji that says its stage. */
  readonly reaction?:
    | {
        /** The one that is known to be there. */
        readonly shown?: string | undefined
        /** Those that may be there and should not: their adding was interrupted, or their taking away. */
        readonly stray: readonly string[]
      }
    | undefined
}

/** What Slack has been told of a complaint. */
export interface Thread {
  /** The last event that Slack has been told of; 0 before any. */
  readonly deliveredSeq: number
  /** The first is the parent of the thread. */
  readonly cards: readonly Card[]
  /** The posts for events after `deliveredSeq` that are known to be there. */
  readonly sent: readonly string[]
  /**
   * The post that was about to be sent at `at` (seconds since 1970, real time). Still here when the thread is loaded,
   * it was interrupted: the post may be there or not.
   */
  readonly sending?:
    | {
        readonly post: string
        /** Whose channel it is meant for. */
        readonly team: string
        /** Slack's id of the channel; for a card also its name. */
        readonly channel: string
        /** The message that it replies to; a card replies to none. */
        readonly threadTs?: string | undefined
        readonly at: number
      }
    | undefined
  /** Counts the changes of this item. */
  readonly revision: number
}

/** Somebody else changed the thread meanwhile: the same message is being delivered twice at once. */
export class Interference extends Error {
  constructor(complaintId: string) {
    super(`Somebody else is telling Slack about complaint ${complaintId}`)
    this.name = 'Interference'
  }
}

const NONE: Thread = { deliveredSeq: 0, cards: [], sent: [], revision: 0 }

/** Keeps what Slack has been told, beside the complaint in the table. */
export class Threads {
  readonly #db: DynamoDBDocumentClient
  readonly #table: string

  constructor(db: DynamoDBDocumentClient, table: string) {
    this.#db = db
    this.#table = table
  }

  async load(complaintId: string): Promise<Thread> {
    const { Item } = await this.#db.send(
      new GetCommand({ TableName: this.#table, Key: keyOf(complaintId), ConsistentRead: true }),
    )
    return { ...NONE, ...(Item as Partial<Thread> | undefined) }
  }

  /**
   * Replaces the thread that it was loaded as.
   *
   * @returns the thread as it is stored now.
   * @throws Interference when it is not the one that was loaded any more; nothing has been changed.
   */
  async save(complaintId: string, thread: Thread): Promise<Thread> {
    const { deliveredSeq, cards, sent, sending, revision } = thread
    try {
      await this.#db.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: keyOf(complaintId),
          UpdateExpression: `SET deliveredSeq = :deliveredSeq, cards = :cards, sent = :sent, revision = :next${
            sending === undefined ? ' REMOVE sending' : ', sending = :sending'
          }`,
          ConditionExpression:
            'revision = :revision OR (attribute_not_exists(revision) AND :revision = :none)',
          ExpressionAttributeValues: {
            ':deliveredSeq': deliveredSeq,
            ':cards': cards,
            ':sent': sent,
            ':revision': revision,
            ':next': revision + 1,
            ':none': 0,
            ...(sending === undefined ? {} : { ':sending': sending }),
          },
        }),
      )
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw new Interference(complaintId)
      throw error
    }
    return { ...thread, revision: revision + 1 }
  }
}

const keyOf = (complaintId: string) => ({ pk: complaintKey(complaintId), sk: SLACK })
