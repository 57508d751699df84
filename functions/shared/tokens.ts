import { createHash, randomBytes } from 'node:crypto'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb'
import type { Instant } from '../domain/instant.ts'
import { tokenKey, tokenNameKey } from '../ledger/keys.ts'
import { type Act, actPut } from './acts.ts'
import { Problem } from './problem.ts'

/** What a token may do, each including the ones before: see its team's complaints; act on them; anything of any team. */
export const ROLES = ['read', 'act', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Whom a bearer token stands for. Its `name` becomes the actor `token:<name>` in the ledger. */
export interface Token {
  readonly name: string
  readonly team: string
  readonly role: Role
}

export interface TokenEntry extends Token {
  readonly createdAt: Instant
}

/** Finds a token by the SHA-256 of its text; the text itself is stored nowhere. */
export type FindToken = (sha256Hex: string) => Promise<Token | undefined>

const SHAPE = /^rdt_[A-Za-z0-9_-]{20,100}$/

/*
 * A token's item keeps all of it in one attribute, `token`: a `team` of its own would put it into the index of the teams'
 * complaints.
 */

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Looks in the table every time, consistently: a token revoked is a token refused, at once. */
export const tokensIn =
  (db: DynamoDBDocumentClient, table: string): FindToken =>
  async (sha256Hex) => {
    const { Item } = await db.send(
      new GetCommand({ TableName: table, Key: tokenKey(sha256Hex), ConsistentRead: true }),
    )
    if (Item === undefined) return undefined
    const { name, team, role } = Item.token as TokenEntry
    return { name, team, role }
  }

const unauthenticated = (detail: string, challenge: string): Problem =>
  new Problem('unauthenticated', detail, {
    headers: { 'www-authenticate': `Bearer realm="redress"${challenge}` },
  })

/**
 * Whom a request's bearer token stands for.
 *
 * @throws Problem `unauthenticated` with a challenge: no token, not one of ours, or revoked.
 */
export async function authenticate(
  headers: Readonly<Record<string, string | undefined>>,
  find: FindToken,
): Promise<Token> {
  const header = headers.authorization
  if (header === undefined) throw unauthenticated('Send a header "authorization: Bearer <token>"', '')
  const text = /^bearer +(\S+)$/i.exec(header.trim())?.[1]
  // Only what looks like a token costs a read.
  const token = text !== undefined && SHAPE.test(text) ? await find(hashOf(text)) : undefined
  if (token === undefined) {
    throw unauthenticated('This bearer token is unknown or has been revoked', ', error="invalid_token"')
  }
  return token
}

/**
 * Insists on a role, or one above it.
 *
 * @throws Problem `not-allowed`.
 */
export function requireRole(token: Token, role: Role): void {
  if (ROLES.indexOf(token.role) >= ROLES.indexOf(role)) return
  throw new Problem('not-allowed', `This takes a token with the role "${role}"`)
}

/**
 * Makes a token and stores its hash.
 *
 * @param act what to record about it, in the same transaction.
 * @returns the token's text: it is shown this once and cannot be found again.
 * @throws TransactionCanceledException when the name is taken.
 */
export async function createToken(
  db: DynamoDBDocumentClient,
  table: string,
  entry: TokenEntry,
  act?: Act,
): Promise<string> {
  const text = `rdt_${randomBytes(32).toString('base64url')}`
  const sha256 = hashOf(text)
  const ConditionExpression = 'attribute_not_exists(pk)'
  await db.send(
    new TransactWriteCommand({
      TransactItems: [
        { Put: { TableName: table, Item: { ...tokenKey(sha256), token: entry }, ConditionExpression } },
        {
          Put: {
            TableName: table,
            Item: { ...tokenNameKey(entry.name), token: entry, sha256 },
            ConditionExpression,
          },
        },
        ...(act === undefined ? [] : [actPut(table, act)]),
      ],
    }),
  )
  return text
}

/** Revokes a token by its name, for the very next request, and records `act`. Returns whether there was one. */
export async function revokeToken(
  db: DynamoDBDocumentClient,
  table: string,
  name: string,
  act?: Act,
): Promise<boolean> {
  const { Item } = await db.send(
    new GetCommand({ TableName: table, Key: tokenNameKey(name), ConsistentRead: true }),
  )
  if (Item === undefined) return false
  await db.send(
    new TransactWriteCommand({
      TransactItems: [
        { Delete: { TableName: table, Key: tokenKey(String(Item.sha256)) } },
        { Delete: { TableName: table, Key: tokenNameKey(name) } },
        ...(act === undefined ? [] : [actPut(table, act)]),
      ],
    }),
  )
  return true
}

/** All tokens by name; never their text, which nobody has. */
export async function listTokens(db: DynamoDBDocumentClient, table: string): Promise<TokenEntry[]> {
  const entries: TokenEntry[] = []
  let start: Record<string, unknown> | undefined
  do {
    const page = await db.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'TOKENS' },
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    )
    for (const item of page.Items ?? []) entries.push(item.token as TokenEntry)
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return entries
}
