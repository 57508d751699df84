import { userInfo } from 'node:os'
import { type DynamoDBDocumentClient, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb'
import { ulid } from 'ulid'
import { type Instant, toInstant } from '../domain/instant.ts'
import { ACTS, actKey } from '../ledger/keys.ts'

/**
 * What somebody with access to the account did to the stage, and no complaint's timeline tells: kept in the table for
 * good, as logs end after some months.
 */
export interface Act {
  readonly type:
    | 'token-created'
    | 'token-revoked'
    | 'secret-added'
    | 'secret-retired'
    | 'customer-erased'
    | 'file-made'
    | 'endpoint-added'
    | 'endpoint-removed'
    | 'endpoint-enabled'
    | 'endpoint-disabled'
    | 'endpoint-replayed'
  /**
   * What it was done to, without saying any of its content: a token's name, a source and a fingerprint, a complaint and
   * the head of its chain.
   */
  readonly about: string
  /** Who ran the command, as their machine calls them; CloudTrail knows with which role. Or the function that did it. */
  readonly by: string
  /** Real time, whatever the stage's clock says. */
  readonly at: Instant
}

/** An act of whoever runs this command, now. */
export const actOf = (type: Act['type'], about: string): Act => ({
  type,
  about,
  by: userInfo().username,
  at: toInstant(new Date()),
})

/** An act as a part of a transaction, for what must not be done without being recorded. */
export const actPut = (table: string, act: Act) => ({
  Put: { TableName: table, Item: { ...actKey(act.at, ulid()), act } },
})

/** Records an act by itself, where what it is about lies outside the table. */
export async function recordAct(db: DynamoDBDocumentClient, table: string, act: Act): Promise<void> {
  await db.send(new PutCommand(actPut(table, act).Put))
}

/** All acts since an instant, oldest first. */
export async function listActs(db: DynamoDBDocumentClient, table: string, since: Instant): Promise<Act[]> {
  const acts: Act[] = []
  const pages = paginateQuery(
    { client: db },
    {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk >= :since',
      ExpressionAttributeValues: { ':pk': ACTS, ':since': since },
      ConsistentRead: true,
    },
  )
  for await (const { Items = [] } of pages) acts.push(...Items.map(({ act }) => act as Act))
  return acts
}
