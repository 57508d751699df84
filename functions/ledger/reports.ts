import { createHash } from 'node:crypto'
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { toInstant } from '../domain/instant.ts'
import type { ReplyName } from '../sources/platform.ts'
import type { Report } from '../sources/source.ts'
import { messageKey, reportedKey } from './keys.ts'

/** What was heard of a message that nobody here knew yet. */
export type Heard = Pick<Report, 'status' | 'detail' | 'cameBack'>

/** The last reply of ours in a conversation, and when it was sent: milliseconds since 1970, real time. */
export interface LastSent extends ReplyName {
  readonly sentMs: number
}

/** Where reports find their replies. */
export interface ReportStore {
  /** The reply that a platform calls so; undefined where it is none of ours, or nobody has recorded it yet. */
  replyCalled(source: string, reference: string): Promise<ReplyName | undefined>
  lastIn(source: string, conversation: string): Promise<LastSent | undefined>
  keepLast(source: string, conversation: string, last: LastSent): Promise<void>
  heard(source: string, reference: string): Promise<Heard | undefined>
  keepHeard(source: string, reference: string, heard: Heard): Promise<void>
}

/** Who is told what a report says. Telling it the same again changes nothing. */
export interface ReportLedger {
  delivered(reply: ReplyName, source: string): Promise<void>
  failed(reply: ReplyName, source: string, reason: string, cameBack?: boolean): Promise<void>
}

/**
 * Takes what a platform says of a reply. A platform may say so before whoever sent the reply has recorded what it is
 * called: then it is kept, and looked for once that is done.
 *
 * @returns the complaint that the reply is of; undefined for a message of ours that no reply is known by.
 */
export async function takeReport(
  report: Report,
  { store, ledger }: { readonly store: ReportStore; readonly ledger: ReportLedger },
): Promise<string | undefined> {
  const { source, reference, status, detail, cameBack } = report
  const heard: Heard = { status, detail, cameBack }
  let reply = report.reply ?? (await replyOf(report, store))
  if (reply === undefined && !isConversation(reference)) {
    await store.keepHeard(source, reference, heard)
    // Whoever records it looks for reports afterwards: one of the two sees what the other has written.
    reply = await store.replyCalled(source, reference)
  }
  if (reply === undefined) return undefined
  await tell(reply, source, heard, ledger)
  return reply.complaintId
}

/**
 * Tells what was heard of a reply before it was recorded what it is called, and remembers it as the last one of its
 * conversation. To be called after that was recorded.
 */
export async function catchUp(
  {
    source,
    reference,
    conversation,
  }: { source: string; reference: string; conversation?: string | undefined },
  last: LastSent,
  { store, ledger }: { readonly store: ReportStore; readonly ledger: ReportLedger },
): Promise<void> {
  if (conversation !== undefined) await store.keepLast(source, conversation, last)
  const heard = await store.heard(source, reference)
  if (heard !== undefined) await tell(last, source, heard, ledger)
}

async function tell(
  { complaintId, replyId }: ReplyName,
  source: string,
  { status, detail, cameBack }: Heard,
  ledger: ReportLedger,
): Promise<void> {
  const reply = { complaintId, replyId }
  if (status === 'failed')
    await ledger.failed(reply, source, `It was not delivered: ${detail ?? 'nobody says why'}`, cameBack)
  else await ledger.delivered(reply, source)
}

/** As source `meta` names a conversation; no message is called so. */
const isConversation = (reference: string): boolean => reference.startsWith('messages:')

async function replyOf(
  { source, reference, at }: Report,
  store: ReportStore,
): Promise<ReplyName | undefined> {
  if (!isConversation(reference)) return store.replyCalled(source, reference)
  const last = await store.lastIn(source, reference)
  // In whole seconds, as instants are.
  return last === undefined || toInstant(Math.floor(last.sentMs / 1000)) > at ? undefined : last
}

/** Longer than a reply waits between being sent and being recorded; and than anybody leaves a message unread. */
const KEPT_SECONDS = 30 * 86_400
const expiresAt = (): number => Math.floor(Date.now() / 1000) + KEPT_SECONDS

/** Keeps them in the table, by digests: ids of conversations lead to customers. */
export class StoredReports implements ReportStore {
  readonly #db: DynamoDBDocumentClient
  readonly #table: string

  constructor(db: DynamoDBDocumentClient, table: string) {
    this.#db = db
    this.#table = table
  }

  async replyCalled(source: string, reference: string): Promise<ReplyName | undefined> {
    const item = await this.#get(messageKey(source, reference))
    if (item === undefined || typeof item.reply !== 'string') return undefined
    return { complaintId: String(item.complaintId), replyId: item.reply }
  }

  async lastIn(source: string, conversation: string): Promise<LastSent | undefined> {
    const item = await this.#get(keyOf(source, conversation))
    if (item === undefined) return undefined
    return {
      complaintId: String(item.complaintId),
      replyId: String(item.replyId),
      sentMs: Number(item.sentMs),
    }
  }

  keepLast(source: string, conversation: string, { complaintId, replyId, sentMs }: LastSent): Promise<void> {
    return this.#put({ ...keyOf(source, conversation), complaintId, replyId, sentMs })
  }

  async heard(source: string, reference: string): Promise<Heard | undefined> {
    const item = await this.#get(keyOf(source, reference))
    return item === undefined ? undefined : (item as unknown as Heard)
  }

  keepHeard(source: string, reference: string, { status, detail, cameBack }: Heard): Promise<void> {
    return this.#put({ ...keyOf(source, reference), status, detail, cameBack })
  }

  async #get(Key: { pk: string; sk: string }): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.#db.send(
      new GetCommand({ TableName: this.#table, Key, ConsistentRead: true }),
    )
    return Item
  }

  async #put(item: Record<string, unknown>): Promise<void> {
    await this.#db.send(new PutCommand({ TableName: this.#table, Item: { ...item, expiresAt: expiresAt() } }))
  }
}

const keyOf = (source: string, name: string): { pk: string; sk: string } =>
  reportedKey(source, createHash('sha256').update(name).digest('base64url'))
