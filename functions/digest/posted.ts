import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { digestKey } from '../ledger/keys.ts'

/** Longer than one digest takes; whoever broke off leaves it to the next run after this. */
const BUSY_SECONDS = 300
const KEPT_SECONDS = 90 * 86_400

/** What is known of a digest that is about to be posted. */
export interface Claim {
  /** When somebody was about to post it first, in seconds since 1970: it may be there already. */
  readonly firstAt: number
  readonly ts?: string | undefined
  readonly channel?: string | undefined
}

/** Keeps which digests were posted. Time is real: it is compared with Slack's. */
export class Digests {
  readonly #db: DynamoDBDocumentClient
  readonly #table: string

  constructor(db: DynamoDBDocumentClient, table: string) {
    this.#db = db
    this.#table = table
  }

  /** Has a digest to oneself; undefined where it is done, or somebody else is at work on it. */
  async claim(name: string, now: number): Promise<Claim | undefined> {
    try {
      const { Attributes } = await this.#db.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: digestKey(name),
          UpdateExpression:
            'SET busyUntil = :busy, expiresAt = :expires, firstAt = if_not_exists(firstAt, :now)',
          ConditionExpression:
            'attribute_not_exists(done) AND (attribute_not_exists(busyUntil) OR busyUntil < :now)',
          ExpressionAttributeValues: {
            ':busy': now + BUSY_SECONDS,
            ':expires': now + KEPT_SECONDS,
            ':now': now,
          },
          ReturnValues: 'ALL_NEW',
        }),
      )
      return { firstAt: Number(Attributes?.firstAt), ts: Attributes?.ts, channel: Attributes?.channel }
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw error
    }
  }

  /** The message is there; what goes below it may not be yet. */
  async posted(name: string, channel: string, ts: string): Promise<void> {
    await this.#set(name, 'SET channel = :channel, ts = :ts', { ':channel': channel, ':ts': ts })
  }

  async done(name: string): Promise<void> {
    await this.#set(name, 'SET done = :done', { ':done': true })
  }

  /** It was not posted, for a reason that passes: the next run tries again. */
  async release(name: string): Promise<void> {
    await this.#set(name, 'SET busyUntil = :none', { ':none': 0 })
  }

  async #set(name: string, UpdateExpression: string, values: Record<string, unknown>): Promise<void> {
    await this.#db.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: digestKey(name),
        UpdateExpression,
        ExpressionAttributeValues: values,
      }),
    )
  }
}
