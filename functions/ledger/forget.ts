import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import type { Complaint, Event, Message } from '../domain/complaint.ts'
import { ERASED, erasedEvent } from '../domain/erasure.ts'
import { contactKeys, type LinkKey, linkKeys } from '../domain/linking.ts'
import * as keys from './keys.ts'
import type { EventContext } from './ledger.ts'

/**
 * Makes what is kept of an erased complaint what its `erased` event says: everything older loses its person, and nothing
 * finds it by them any more. What is done already is left alone, so an interrupted run is finished by the next; events
 * that come meanwhile are newer than the erasure and stay.
 *
 * It is the one place that changes an event after it was written. The state is not touched: the commit of `erased` has
 * replaced it.
 *
 * @returns how many events it changed; 0 for a complaint that nobody has erased.
 */
export async function forget(
  db: DynamoDBDocumentClient,
  table: string,
  complaintId: string,
): Promise<number> {
  const pk = keys.complaintKey(complaintId)
  const { Item } = await db.send(
    new GetCommand({ TableName: table, Key: { pk, sk: keys.STATE }, ConsistentRead: true }),
  )
  const until = (Item?.data as Complaint | undefined)?.erased?.seq
  if (until === undefined) return 0
  let changed = 0
  const pages = paginateQuery(
    { client: db },
    {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': pk, ':from': keys.eventKey(1), ':to': keys.eventKey(until) },
      ConsistentRead: true,
    },
  )
  for await (const { Items } of pages) {
    for (const { sk, event, context, chain } of Items ?? []) {
      const { type, at, seq } = event as Event
      if (type === 'reply-released' || type === 'replied') {
        const { team } = context as EventContext
        await db.send(
          new DeleteCommand({ TableName: table, Key: keys.recentKey(team, at, complaintId, seq) }),
        )
      }
      if (type === 'reply-sent')
        await forgetSent(db, table, complaintId, event as Event & { type: typeof type })
      const erased = erasedEvent(event as Event)
      if (isDeepStrictEqual(erased, event)) continue
      // First what leads here: once the event is erased, nobody knows any more what that was.
      const message = messageIn(event as Event)
      if (message !== undefined) await forgetMessage(db, table, complaintId, message)
      if ((event as Event).type === 'contact-given')
        await untieAll(db, table, contactKeys(event as Event & { type: 'contact-given' }), complaintId)
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk, sk },
          // With the salt anybody could try which short words the hash is of. The rest of the chain stands.
          UpdateExpression: `SET #event = :event${chain === undefined ? '' : ' REMOVE #chain.#salt'}`,
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: {
            '#event': 'event',
            ...(chain === undefined ? {} : { '#chain': 'chain', '#salt': 'salt' }),
          },
          ExpressionAttributeValues: { ':event': erased },
        }),
      )
      changed++
    }
  }
  return changed
}

/** What leads from a platform's name for our message to the complaint, and what its sender keeps of where it went. */
async function forgetSent(
  db: DynamoDBDocumentClient,
  table: string,
  complaintId: string,
  { id, platform, reference }: Event & { type: 'reply-sent' },
): Promise<void> {
  if (reference === ERASED) return
  await db.send(new DeleteCommand({ TableName: table, Key: keys.claimKey(complaintId, id) }))
  const Key = keys.messageKey(platform, reference)
  const { Item } = await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))
  if (Item?.complaintId === complaintId) await db.send(new DeleteCommand({ TableName: table, Key }))
}

function messageIn(event: Event): Message | undefined {
  const message =
    event.type === 'received' || event.type === 'linked'
      ? event.message
      : event.type === 'customer-replied' && event.message !== undefined
        ? { ...event.message, text: event.text }
        : undefined
  return message?.messageId === ERASED ? undefined : message
}

/** How often others may be faster at the same customer's list before that is left to the next run. */
const ATTEMPTS = 5

async function forgetMessage(
  db: DynamoDBDocumentClient,
  table: string,
  complaintId: string,
  message: Message,
): Promise<void> {
  const { pk } = keys.messageKey(message.source, message.messageId)
  const pages = paginateQuery(
    { client: db },
    {
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
    },
  )
  for await (const { Items } of pages) {
    // A message that was unlinked leads to another complaint by now.
    if (Items?.some((item) => item.complaintId !== undefined && item.complaintId !== complaintId)) break
    for (const { sk } of Items ?? []) {
      await db.send(new DeleteCommand({ TableName: table, Key: { pk, sk } }))
    }
  }
  await untieAll(db, table, linkKeys(message), complaintId)
}

async function untieAll(
  db: DynamoDBDocumentClient,
  table: string,
  linkedBy: readonly LinkKey[],
  complaintId: string,
): Promise<void> {
  for (const { tie, key } of linkedBy) await untie(db, table, keys.tieKey(tie, hashOf(key)), complaintId)
}

/** As the ledger hashes what identifies a customer. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

async function untie(
  db: DynamoDBDocumentClient,
  table: string,
  key: { readonly pk: string; readonly sk: string },
  complaintId: string,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))
    const complaints = (Item?.complaints ?? []) as string[]
    if (!complaints.includes(complaintId)) return
    const left = complaints.filter((id) => id !== complaintId)
    const unchanged = {
      TableName: table,
      ConditionExpression: 'revision = :revision',
      ExpressionAttributeValues: { ':revision': Item?.revision },
    }
    try {
      await (left.length === 0
        ? db.send(new DeleteCommand({ ...unchanged, Key: key }))
        : db.send(
            new PutCommand({
              ...unchanged,
              Item: { ...key, complaints: left, revision: Number(Item?.revision) + 1 },
            }),
          ))
      return
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || attempt === ATTEMPTS) throw error
    }
  }
}
