import { createHash } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import type { Instant } from '../domain/instant.ts'
import type { Cause, Ignored } from '../shared/ignored.ts'
import { IGNORED_COUNT, ignoredCountKey, ignoredKey } from './keys.ts'

/** How many a week keeps of one source and one cause; of the rest it keeps the number. */
export const KEPT_A_WEEK = 50
/** The list of a week is made on one of the next mornings; after some closed weeks, later. Real time. */
const KEPT_SECONDS = 35 * 86_400
/** Of one delivery, side by side. */
const AT_ONCE = 10

/** Something that opened no complaint, by where it is: no words, and nobody's name. */
export interface IgnoredItem extends Omit<Ignored, 'ignored'> {
  readonly source: string
  readonly cause: Cause
  /** When it came, by the stage's time. */
  readonly at: Instant
}

/** What opened no complaint in a week. */
export interface IgnoredWeek {
  readonly kept: readonly IgnoredItem[]
  /** How many there were, those that are kept among them. */
  readonly counts: readonly {
    readonly source: string
    readonly cause: Cause
    readonly count: number
  }[]
}

/**
 * Remembers what was ignored, so that somebody can be shown it. What comes here was verified, so no outsider fills the
 * table; and a flood costs one small write a delivery once its list is full.
 */
export class IgnoredList {
  readonly #db: DynamoDBDocumentClient
  readonly #table: string

  constructor(db: DynamoDBDocumentClient, table: string) {
    this.#db = db
    this.#table = table
  }

  /**
   * Remembers what one delivery held that was ignored. The same again, in the same week, is the same item, and counted
   * once; but where the list is full there is nothing to know it by.
   *
   * @param delivery what tells this delivery from others, and is the same when it comes again: for what has no id.
   * @param week as `weekOf` counts them.
   */
  async remember(
    source: string,
    ignored: readonly Ignored[],
    delivery: string,
    week: string,
    now: Instant,
  ): Promise<void> {
    const named = ignored.map((one, index) => ({ one, id: one.messageId ?? `${delivery}#${index}` }))
    for (const [cause, some] of Map.groupBy(named, ({ one }) => one.ignored)) {
      // Others may fill the list meanwhile: it keeps a few too many then, and loses none.
      const items = some.slice(0, await this.#room(week, source, cause))
      let more = some.length - items.length
      for (let start = 0; start < items.length; start += AT_ONCE) {
        const puts = items.slice(start, start + AT_ONCE).map(({ one, id }) => {
          const { ignored: _, ...where } = one
          return this.#put(week, { source, cause, at: now, ...where }, id)
        })
        more += (await Promise.all(puts)).filter((isNew) => isNew).length
      }
      if (more > 0) await this.#count(week, source, cause, more)
    }
  }

  /** How many more a list keeps. */
  async #room(week: string, source: string, cause: Cause): Promise<number> {
    const { Item } = await this.#db.send(
      new GetCommand({ TableName: this.#table, Key: ignoredCountKey(week, source, cause) }),
    )
    return Math.max(0, KEPT_A_WEEK - Number(Item?.count ?? 0))
  }

  /** @returns whether it was not there yet */
  async #put(week: string, item: IgnoredItem, id: string): Promise<boolean> {
    const key = ignoredKey(week, item.source, item.cause, createHash('sha256').update(id).digest('base64url'))
    try {
      await this.#db.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...key, ...item, expiresAt: expiry() },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  /** After the items: what is interrupted in between is remembered, and counted one less. */
  async #count(week: string, source: string, cause: Cause, more: number): Promise<void> {
    await this.#db.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: ignoredCountKey(week, source, cause),
        UpdateExpression: 'SET #source = :source, #cause = :cause, expiresAt = :expires ADD #count :more',
        ExpressionAttributeNames: { '#source': 'source', '#cause': 'cause', '#count': 'count' },
        ExpressionAttributeValues: {
          ':source': source,
          ':cause': cause,
          ':expires': expiry(),
          ':more': more,
        },
      }),
    )
  }

  /** What was ignored in a week, in no order. */
  async ofWeek(week: string): Promise<IgnoredWeek> {
    const { pk } = ignoredCountKey(week, '', '')
    const pages = paginateQuery(
      { client: this.#db },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
      },
    )
    const kept: IgnoredItem[] = []
    const counts: { source: string; cause: Cause; count: number }[] = []
    for await (const { Items } of pages) {
      for (const { pk: _, sk, expiresAt: __, ...item } of Items ?? []) {
        if (!String(sk).startsWith(IGNORED_COUNT)) kept.push(item as IgnoredItem)
        else
          counts.push({
            source: String(item.source),
            cause: item.cause as Cause,
            count: Number(item.count),
          })
      }
    }
    return { kept, counts }
  }
}

const expiry = (): number => Math.floor(Date.now() / 1000) + KEPT_SECONDS
