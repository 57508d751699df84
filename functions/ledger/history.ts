import { type DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb'
import type { Complaint, Event } from '../domain/complaint.ts'
import { fromStored, hexOf, type Link } from './chain.ts'
import { complaintKey, EVENT_PREFIX, STATE } from './keys.ts'
import { complaintOf } from './ledger.ts'

/** All that the table holds of a complaint's facts, as it is there, for who doubts it. */
export interface History {
  readonly complaintId: string
  /** Undefined where there is none. */
  readonly state?: KeptState | undefined
  /** By their place, which is what their key says and not what they say themselves. */
  readonly events: readonly KeptEvent[]
}

export interface KeptState {
  readonly version: number
  /** The hash of the newest event, in hex; absent where no event has been appended since there is a chain. */
  readonly head?: string | undefined
  readonly complaint: Complaint
}

export interface KeptEvent {
  readonly place: number
  readonly event: Event
  /** Absent from an event that is older than the chain. */
  readonly link?: Link | undefined
}

/** How often a complaint that is written to meanwhile is read again. */
const ATTEMPTS = 5

/**
 * Reads a complaint's state and events as of one moment: while somebody writes to it, again.
 *
 * @throws Error when it is written to all the time.
 */
export async function historyOf(
  db: DynamoDBDocumentClient,
  table: string,
  complaintId: string,
): Promise<History> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const state = await stateOf(db, table, complaintId)
    const events = await eventsOf(db, table, complaintId)
    const after = await stateOf(db, table, complaintId)
    if (after?.version === state?.version) return { complaintId, state, events }
  }
  throw new Error(`Complaint ${complaintId} is written to all the time: try again`)
}

async function stateOf(
  db: DynamoDBDocumentClient,
  table: string,
  complaintId: string,
): Promise<KeptState | undefined> {
  const { Item } = await db.send(
    new GetCommand({
      TableName: table,
      Key: { pk: complaintKey(complaintId), sk: STATE },
      ConsistentRead: true,
    }),
  )
  if (Item === undefined) return undefined
  const head = Item.head === undefined ? undefined : hexOf(Item.head)
  return { version: Number(Item.version), head, complaint: complaintOf(Item.data) }
}

async function eventsOf(
  db: DynamoDBDocumentClient,
  table: string,
  complaintId: string,
): Promise<KeptEvent[]> {
  const events: KeptEvent[] = []
  const pages = paginateQuery(
    { client: db },
    {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :events)',
      ExpressionAttributeValues: { ':pk': complaintKey(complaintId), ':events': EVENT_PREFIX },
      ConsistentRead: true,
    },
  )
  for await (const { Items } of pages)
    for (const { sk, event, chain } of Items ?? [])
      events.push({
        place: Number(String(sk).slice(EVENT_PREFIX.length)),
        event: event as Event,
        link: fromStored(chain),
      })
  return events
}
