import { createHash, randomBytes } from 'node:crypto'
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { reportKey } from '../ledger/keys.ts'

/** How long a link to a report opens it: until well after the next one has come. */
export const LINK_SECONDS = 45 * 86_400

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex')

/**
 * A new key to one month's report, to be put into a link. Whoever has the link can read the report, and no other, until
 * it expires; only the key's hash is stored.
 *
 * @param nowSeconds real time, in seconds since 1970.
 */
export async function newKey(
  db: DynamoDBDocumentClient,
  table: string,
  month: string,
  nowSeconds: number,
): Promise<string> {
  const key = randomBytes(24).toString('base64url')
  const expiresAt = nowSeconds + LINK_SECONDS
  await db.send(new PutCommand({ TableName: table, Item: { ...reportKey(hashOf(key)), month, expiresAt } }))
  return key
}

/** Whether a key opens a month's report now. What has expired may stay in the table for some days. */
export async function opens(
  db: DynamoDBDocumentClient,
  table: string,
  key: string,
  month: string,
  nowSeconds: number,
): Promise<boolean> {
  const { Item } = await db.send(
    new GetCommand({ TableName: table, Key: reportKey(hashOf(key)), ConsistentRead: true }),
  )
  return Item?.month === month && Number(Item.expiresAt) > nowSeconds
}
