import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { claimKey } from '../ledger/keys.ts'
import { type Outgoing, PLATFORMS, type Platform } from './sender.ts'

/** What is known of the sending of a reply. */
export interface Claim {
  readonly platform: Platform
  /** When the first request began, in milliseconds since 1970, real time. */
  readonly sinceMs: number
  /** When the last one began. */
  readonly atMs: number
  /** Of the last one: no two have the same. */
  readonly attempt: string
  /** The platform has taken nothing so far, and is to be tried again: there is nothing to ask it about. */
  readonly waiting?: true | undefined
  /** What became of it; absent while nobody knows. */
  readonly outcome?: Settled | undefined
}

/** What the ledger is to be told. */
export type Settled =
  | { readonly kind: 'sent'; readonly reference: string; readonly conversation?: string | undefined }
  | { readonly kind: 'failed'; readonly reason: string }

type Reply = Pick<Outgoing, 'complaintId' | 'replyId'>

/** Who sends which reply, and what came of it. */
export interface Claims {
  load(reply: Reply): Promise<Claim | undefined>
  /**
   * Puts a claim where there is none, or in place of one that has no outcome and is just as it was read.
   *
   * @returns false where somebody else was faster.
   */
  put(reply: Reply, claim: Claim, before: Claim | undefined): Promise<boolean>
}

/** Longer than a reply can wait on its queue and then on the dead-letter queue: two weeks each. */
const KEPT_SECONDS = 30 * 86_400

/**
 * Keeps them beside the complaint, without a word of it. They expire: by then the ledger knows, and the queue has nothing
 * left that could ask.
 */
export class StoredClaims implements Claims {
  readonly #db: DynamoDBDocumentClient
  readonly #table: string

  constructor(db: DynamoDBDocumentClient, table: string) {
    this.#db = db
    this.#table = table
  }

  async load({ complaintId, replyId }: Reply): Promise<Claim | undefined> {
    const { Item } = await this.#db.send(
      new GetCommand({
        TableName: this.#table,
        Key: claimKey(complaintId, replyId),
        ConsistentRead: true,
      }),
    )
    if (Item === undefined || !PLATFORMS.some((platform) => platform === Item.platform)) return undefined
    return Item as unknown as Claim
  }

  async put({ complaintId, replyId }: Reply, claim: Claim, before: Claim | undefined): Promise<boolean> {
    try {
      await this.#db.send(
        new PutCommand({
          TableName: this.#table,
          Item: {
            ...claimKey(complaintId, replyId),
            ...claim,
            expiresAt: Math.floor(claim.atMs / 1000) + KEPT_SECONDS,
          },
          ...(before === undefined
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'attempt = :attempt AND attribute_not_exists(#outcome)',
                ExpressionAttributeNames: { '#outcome': 'outcome' },
                ExpressionAttributeValues: { ':attempt': before.attempt },
              }),
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }
}
