import { createHash } from 'node:crypto'
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb'
import { ulid } from 'ulid'
import {
  type Amendment,
  type Complaint,
  type Contact,
  type Event,
  evolve,
  isOver,
  isSignal,
  isUnanswered,
  type Message,
  OF_TIME,
  type PolicyRef,
  type Stage,
  unansweredIssues,
} from '../domain/complaint.ts'
import { type Actor, type Command, decide, Refusal } from '../domain/decide.ts'
import { ERASED, eraseDueAt } from '../domain/erasure.ts'
import { type Instant, toInstant } from '../domain/instant.ts'
import { type Candidate, contactKeys, type LinkKey, linkFor, linkKeys, type Tie } from '../domain/linking.ts'
import type { Policy } from '../domain/policy.ts'
import { deadlines, earliestDueAt } from '../domain/timers.ts'
import { triage } from '../domain/triage.ts'
import { currentPolicy, policyOf } from '../shared/policies.ts'
import { bytesOf, firstHash, fromStored, hexOf, type Link, linksOf, toStored } from './chain.ts'
import * as keys from './keys.ts'

/** What an inbound message came to. */
export interface Receipt {
  readonly complaintId: string
  readonly outcome: 'opened' | 'linked' | 'duplicate'
}

export interface Committed {
  readonly complaint: Complaint
  /** The events that this call appended; none where the command changed nothing. */
  readonly events: readonly Event[]
}

/** Where to go on in a list, as given by the page before. */
export type Cursor = string

/** There is no complaint by that id. */
export class NotFound extends Error {
  constructor(complaintId: string) {
    super(`There is no complaint ${complaintId}`)
    this.name = 'NotFound'
  }
}

/** Others wrote to the same complaint at every try; nothing was written. Trying again later is safe. */
export class Contention extends Error {
  constructor(what: string) {
    super(`Too many writers at once for ${what}; nothing was written`)
    this.name = 'Contention'
  }
}

/**
 * The state item's attributes beside `data`, on which the sparse indexes are built. `nextDueAt` puts a complaint into
 * the clock's index only while a timer has something to do. `realNow` is the system's time, not the stage's: how long
 * effects take has nothing to do with the clock that deadlines go by.
 */
export function stateItem(
  complaint: Complaint,
  realNow: Instant,
  policyFor: (ref: PolicyRef) => Policy = policyOf,
): Record<string, unknown> {
  const { id } = complaint
  // What is over has one thing left to wait for: that its customer is forgotten.
  const eraseAt = isOver(complaint) ? eraseDueAt(complaint, policyFor(complaint.policy)) : undefined
  const nextDueAt = [earliestDueAt(complaint.timers), eraseAt].filter((at) => at !== undefined).sort()[0]
  return {
    pk: keys.complaintKey(id),
    sk: keys.STATE,
    version: complaint.version,
    signalSeq: complaint.signalSeq,
    team: complaint.team,
    data: complaint,
    // Every change puts it before the auditor, who takes it out once all of its effects have been seen.
    auditShard: keys.shardOf('audit', id),
    auditAt: realNow,
    ...(nextDueAt === undefined ? {} : { dueShard: keys.shardOf('due', id), nextDueAt }),
    ...(isOver(complaint)
      ? {}
      : {
          openShard: keys.shardOf('open', id),
          unanswered: isUnanswered(complaint),
          owner: complaint.owner,
          stage: complaint.stage,
          deadlineAt: deadlineAt(complaint),
          promiseDueAt: promiseDueAt(complaint),
        }),
  }
}

/** The deadline that a person looks at first: one that was missed and is still owed, or else the next. */
function deadlineAt(complaint: Complaint): Instant | undefined {
  const { next, overdue } = deadlines(complaint)
  return overdue[0]?.dueAt ?? next?.dueAt
}

const promiseDueAt = ({ promises }: Complaint): Instant | undefined =>
  promises
    .filter(({ state }) => state === 'open')
    .map(({ dueAt }) => dueAt)
    .sort()[0]

/**
 * What an event's stream record tells its consumers beside the event, as it stands after the event's commit: enough for
 * metrics and for other systems without another read.
 */
export interface EventContext {
  readonly team: string
  /** Absent, as `stage`, in records that were written before other systems were told of events. */
  readonly owner?: string
  readonly stage?: Stage
  readonly channel: string
  readonly receivedAt: Instant
  /** When the handoff was asked for that was open before the event's commit. */
  readonly handoffAt?: Instant
  /** When the complaint's clock is due next, where this is the last event of its commit. */
  readonly nextDueAt?: Instant
}

/** Longer than what was asked for can wait on a queue, and then on its dead-letter queue: two weeks each. */
const REMEMBERED_SECONDS = 30 * 86_400

export interface EventRecord {
  readonly event: Event
  readonly context: EventContext
  /** Where the chain of events had come to with it; absent from events that are older than the chain. */
  readonly hash?: string | undefined
}

/** DynamoDB takes no more in one transaction. */
const MOST_ITEMS = 100

/** How often a commit is tried again when others write to the same complaint; each try decides anew. */
const ATTEMPTS = 8

/** The only place that writes facts. One transaction appends events and replaces the state; nothing else happens there. */
export class Ledger {
  readonly #db: DynamoDBDocumentClient
  readonly #table: string
  /**
   * Of each state that was read, where its chain of events ended; `undefined` where it had none. What is decided upon a
   * state goes on from there, without another read.
   */
  readonly #heads = new WeakMap<Complaint, string | undefined>()

  constructor(db: DynamoDBDocumentClient, table: string) {
    this.#db = db
    this.#table = table
  }

  /**
   * Takes in a message: it joins the complaint that it belongs to by the policy's linking rules, or opens one of its
   * own. One that has come before (source and messageId) changes nothing.
   *
   * @throws Refusal when the policy refuses the message (an unknown team); Contention.
   */
  async receive(message: Message, by: Actor, now: Instant, policy: Policy = currentPolicy): Promise<Receipt> {
    const judged = triage(message.text, message.subject)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const seen = await this.#lookUp(message)
      if (seen.complaintId !== undefined) return { complaintId: seen.complaintId, outcome: 'duplicate' }
      const link = linkFor(policy, message, seen.candidates, now)
      const before = link?.complaint
      const complaintId = before?.id ?? ulid()
      const events =
        link === undefined
          ? decide(
              undefined,
              { type: 'receive', id: complaintId, message, triage: judged, by },
              { now, policy },
            )
          : decide(
              before,
              { type: 'join', message, tie: link.rule.by, rule: link.rule.name, triage: judged, by },
              { now, policy: policyOf(link.complaint.policy) },
            )
      const given = await this.#contactTies(before, events, seen.ties)
      const more = [
        this.#remember(message, complaintId, now),
        ...this.#tie([...seen.ties, ...given], complaintId),
      ]
      if (await this.#commit([{ before, events }], more)) {
        return { complaintId, outcome: link === undefined ? 'opened' : 'linked' }
      }
      await pause(attempt)
    }
    throw new Contention(`message of source ${message.source}`)
  }

  /**
   * Takes a token that a platform signs in place of what it sends, for the message that came with it.
   *
   * @param messages what came with it, by id.
   * @returns false where it was taken before, with something else.
   */
  async claim(source: string, token: string, messages: string): Promise<boolean> {
    const of = createHash('sha256').update(messages).digest('hex')
    const key = keys.deliveryKey(source, createHash('sha256').update(token).digest('hex'))
    try {
      await this.#db.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...key, of },
          ConditionExpression: 'attribute_not_exists(pk) OR #of = :of',
          ExpressionAttributeNames: { '#of': 'of' },
          ExpressionAttributeValues: { ':of': of },
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  /**
   * Records that the author of a message has changed it or taken it back. The same again changes nothing.
   *
   * @returns the complaint that the message is in; undefined for a message that never came.
   * @throws Contention.
   */
  async amend(amendment: Amendment, by: Actor, now: Instant): Promise<string | undefined> {
    const { source, messageId, change, at } = amendment
    const once: Item = {
      Put: {
        TableName: this.#table,
        Item: { ...keys.amendmentKey(source, messageId, change, at), recordedAt: now },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    }
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [known, done] = await this.#read([
        keys.messageKey(source, messageId),
        keys.amendmentKey(source, messageId, change, at),
      ])
      if (known === undefined) return undefined
      if (done !== undefined) return String(known.complaintId)
      const [candidate] = await this.#candidates(new Map([[String(known.complaintId), new Set<Tie>()]]))
      if (candidate === undefined) throw new NotFound(String(known.complaintId))
      const { complaint: before } = candidate
      const complaintId = before.id
      const events = decide(
        before,
        { type: 'amend', amendment, by },
        { now, policy: policyOf(before.policy) },
      )
      if (await this.#commit([{ before, events }], [once])) return complaintId
      await pause(attempt)
    }
    throw new Contention(`message of source ${source}`)
  }

  /**
   * Decides a command upon the current state and appends what comes of it. Linking and unlinking change two complaints,
   * both or neither.
   *
   * @param guard looks at the very state that is decided upon, before each try; what it throws ends the attempt.
   * @param asked names what somebody asked for: whatever was done under that name once is not done again, nor refused.
   * @throws NotFound, Refusal (nothing written), Contention, whatever `guard` throws.
   */
  async execute(
    complaintId: string,
    command: Command,
    now: Instant,
    guard: (before: Complaint) => void = () => {},
    asked?: string,
  ): Promise<Committed> {
    const once = asked === undefined ? [] : [this.#once(asked)]
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await this.load(complaintId)
      if (asked !== undefined && (await this.#isDone(asked))) return { complaint: before, events: [] }
      guard(before)
      const change =
        command.type === 'link'
          ? await this.#link(before, command, now)
          : command.type === 'unlink'
            ? await this.#unlink(before, command, now)
            : await this.#plain(before, command, now)
      const { events, other = [], more = [] } = change
      if (events.length === 0) return { complaint: before, events }
      if (await this.#commit([{ before, events }, ...other], [...more, ...once])) {
        return { complaint: fold(before, events) as Complaint, events }
      }
      await pause(attempt)
    }
    throw new Contention(`complaint ${complaintId}`)
  }

  /** A command that changes one complaint, with what has to be found by its events later. */
  async #plain(before: Complaint, command: Command, now: Instant): Promise<Change> {
    const policy = policyOf(before.policy)
    // A reply is held against what other customers were told.
    const known =
      command.type === 'draft-reply' && policy.guard !== undefined && command.judged === undefined
        ? { ...command, recent: await this.#recentlySent(before) }
        : command
    const events = decide(before, known, { now, policy })
    const after = fold(before, events)
    if (after === undefined) return { events }
    const more = [
      ...events.flatMap((event) => this.#sent(after, event)),
      ...this.#tie(await this.#contactTies(before, events), after.id),
    ]
    return { events, more }
  }

  /** What the customers of a complaint's team were lately sent, newest first; its own left out. */
  async #recentlySent({ id, team }: Complaint): Promise<string[]> {
    const { Items = [] } = await this.#db.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': keys.recentKey(team, '', '', 0).pk },
        ScanIndexForward: false,
        Limit: MOST_RECENT,
      }),
    )
    return Items.filter((item) => item.complaintId !== id).map((item) => String(item.text))
  }

  /** What an event leaves to be found: by the next reply's guard, by the platform's report, by the customer's answer. */
  #sent(after: Complaint, event: Event): Item[] {
    if (event.type === 'reply-sent') {
      const { id: reply, platform, reference, at } = event
      const Item = { ...keys.messageKey(platform, reference), complaintId: after.id, reply, receivedAt: at }
      return [{ Put: { TableName: this.#table, Item } }]
    }
    const reply =
      event.type === 'reply-released' ? after.replies.find(({ id }) => id === event.id) : undefined
    const text =
      event.type === 'replied' ? event.text : reply?.purpose === undefined ? reply?.text : undefined
    if (text === undefined) return []
    const key = keys.recentKey(after.team, event.at, after.id, event.seq)
    const expiresAt = Math.floor(Date.now() / 1000) + RECENT_SECONDS
    return [{ Put: { TableName: this.#table, Item: { ...key, complaintId: after.id, text, expiresAt } } }]
  }

  #once(asked: string) {
    const expiresAt = Math.floor(Date.now() / 1000) + REMEMBERED_SECONDS
    return {
      Put: {
        TableName: this.#table,
        Item: { ...keys.onceKey(asked), expiresAt },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    }
  }

  async #isDone(asked: string): Promise<boolean> {
    const { Item } = await this.#db.send(
      new GetCommand({ TableName: this.#table, Key: keys.onceKey(asked), ConsistentRead: true }),
    )
    return Item !== undefined
  }

  /**
   * The current state, as of the last commit.
   *
   * @throws NotFound.
   */
  async load(complaintId: string): Promise<Complaint> {
    const { Item } = await this.#db.send(
      new GetCommand({
        TableName: this.#table,
        Key: { pk: keys.complaintKey(complaintId), sk: keys.STATE },
        ConsistentRead: true,
      }),
    )
    if (Item === undefined) throw new NotFound(complaintId)
    return this.#complaintIn(Item)
  }

  /** The complaint in a state item, whose head is remembered. */
  #complaintIn(item: Readonly<Record<string, unknown>>): Complaint {
    const complaint = complaintOf(item.data)
    this.#heads.set(complaint, item.head === undefined ? undefined : hexOf(item.head))
    return complaint
  }

  /** The hash that the next event follows. A chain that has not begun begins here. */
  #headOf(before: Complaint | undefined, complaintId: string): string {
    if (before === undefined) return firstHash(complaintId)
    if (!this.#heads.has(before)) throw new Error(`State of complaint ${complaintId} is not as it was read`)
    return this.#heads.get(before) ?? firstHash(complaintId)
  }

  /**
   * All events of a complaint after `afterSeq`, oldest first.
   *
   * @throws NotFound when it has none at all.
   */
  async timeline(complaintId: string, afterSeq = 0): Promise<Event[]> {
    return (await this.records(complaintId, afterSeq)).map(({ event }) => event)
  }

  /** The same, each with what its stream record told beside it. */
  async records(complaintId: string, afterSeq = 0): Promise<EventRecord[]> {
    const records: EventRecord[] = []
    let start: Record<string, unknown> | undefined
    do {
      const page = await this.#db.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':pk': keys.complaintKey(complaintId),
            ':from': keys.eventKey(afterSeq + 1),
            ':to': `${keys.EVENT_PREFIX}~`,
          },
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      )
      for (const { event, context, chain } of page.Items ?? [])
        records.push({
          event: event as Event,
          context: context as EventContext,
          hash: fromStored(chain)?.hash,
        })
      start = page.LastEvaluatedKey
    } while (start !== undefined)
    if (records.length === 0 && afterSeq === 0) throw new NotFound(complaintId)
    return records
  }

  /** A page of a team's complaints, newest first; eventually consistent. */
  async ofTeam(
    team: string,
    limit: number,
    after?: Cursor,
  ): Promise<{ complaints: Complaint[]; next?: Cursor | undefined }> {
    const page = await this.#db.send(
      new QueryCommand({
        TableName: this.#table,
        IndexName: keys.INDEX.team,
        // Ids are ULIDs: the text order of keys is the order of opening.
        KeyConditionExpression: 'team = :team AND begins_with(pk, :complaints)',
        ExpressionAttributeValues: { ':team': team, ':complaints': keys.complaintKey('') },
        ...(after === undefined
          ? {}
          : { ExclusiveStartKey: { team, pk: keys.complaintKey(after), sk: keys.STATE } }),
        ScanIndexForward: false,
        Limit: limit,
      }),
    )
    const ids = (page.Items ?? []).map((item) => keys.complaintIdOf(String(item.pk)))
    const last = page.LastEvaluatedKey === undefined ? undefined : ids.at(-1)
    return { complaints: await this.loadMany(ids), next: last }
  }

  /** The states of up to 100 complaints, in the order asked for; one that does not exist is left out. */
  async loadMany(ids: readonly string[], consistent = false): Promise<Complaint[]> {
    const found = new Map<string, Complaint>()
    const wanted = ids.map((id) => ({ pk: keys.complaintKey(id), sk: keys.STATE }))
    for (const item of await this.#batchGet(wanted, consistent)) {
      const complaint = this.#complaintIn(item)
      found.set(complaint.id, complaint)
    }
    return ids.flatMap((id) => found.get(id) ?? [])
  }

  /** What is known of a message before anything is decided about it: whether it has come before, and what it may belong to. */
  async #lookUp(
    message: Message,
  ): Promise<{ complaintId?: string; candidates: Candidate[]; ties: readonly KnownTie[] }> {
    const { source, messageId, inReplyTo = [] } = message
    const answered = [...new Set(inReplyTo)].filter((id) => id !== messageId).slice(0, MOST_ANSWERED)
    const tieKeys = linkKeys(message).map(({ tie, key }) => ({ tie, ...keys.tieKey(tie, hashOf(key)) }))
    const [same, ...found] = await this.#read([
      keys.messageKey(source, messageId),
      ...answered.map((id) => keys.messageKey(source, id)),
      ...tieKeys.map(({ pk, sk }) => ({ pk, sk })),
    ])
    if (same !== undefined) return { complaintId: String(same.complaintId), candidates: [], ties: [] }
    const ties = tieKeys.map(({ tie, pk, sk }, index): KnownTie => {
      const item = found[answered.length + index]
      return { tie, pk, sk, complaints: item?.complaints ?? [], revision: Number(item?.revision ?? 0) }
    })
    const tiesOf = new Map<string, Set<Tie>>()
    const note = (complaintId: string, tie: Tie) =>
      tiesOf.set(complaintId, (tiesOf.get(complaintId) ?? new Set()).add(tie))
    for (const item of found.slice(0, answered.length)) {
      if (item !== undefined) note(String(item.complaintId), 'reply')
    }
    for (const { tie, complaints } of ties) for (const complaintId of complaints) note(complaintId, tie)
    return { candidates: await this.#candidates(tiesOf), ties }
  }

  /** The complaints as they stand; for one that was linked to another, that one. */
  async #candidates(tiesOf: ReadonlyMap<string, ReadonlySet<Tie>>): Promise<Candidate[]> {
    const candidates = new Map<string, Candidate>()
    let wanted = tiesOf
    // Who links a complaint that others were linked to makes a chain; a chain without an end there cannot be.
    for (let hop = 0; wanted.size > 0 && hop < MOST_HOPS; hop++) {
      const next = new Map<string, Set<Tie>>()
      for (const complaint of await this.loadMany([...wanted.keys()], true)) {
        const ties = wanted.get(complaint.id) as ReadonlySet<Tie>
        const { mergedInto } = complaint
        if (mergedInto !== undefined) {
          next.set(mergedInto, new Set([...(next.get(mergedInto) ?? []), ...ties]))
        } else {
          const known = candidates.get(complaint.id)?.ties ?? []
          candidates.set(complaint.id, { complaint, ties: new Set([...known, ...ties]) })
        }
      }
      wanted = next
    }
    return [...candidates.values()]
  }

  /** One complaint is about the same as another: it ends, and its message and open issues go on there. */
  async #link(before: Complaint, command: Command & { type: 'link' }, now: Instant): Promise<Change> {
    const { to, by } = command
    const events = decide(before, command, { now, policy: policyOf(before.policy) })
    let target: Complaint
    try {
      target = await this.load(to)
    } catch (error) {
      if (error instanceof NotFound) throw noSuchComplaint()
      throw error
    }
    if (target.mergedInto !== undefined) {
      throw new Refusal('invalid', `That complaint was itself linked to ${target.mergedInto}`, 'to')
    }
    // For whom it is another team's it does not exist.
    if (by.team !== undefined && by.team !== target.team) throw noSuchComplaint()
    const issues = unansweredIssues(before).map(({ text }) => text)
    const joined = decide(
      target,
      { type: 'join', message: before.message, tie: 'person', rule: 'by hand', from: before.id, issues, by },
      { now, policy: policyOf(target.policy) },
    )
    const more = this.#tie(await this.#contactTies(target, joined), target.id)
    return { events, other: [{ before: target, events: joined }], more }
  }

  /** A message that had joined becomes a complaint of its own, whose clocks count from when it came; or again the one that it was. */
  async #unlink(before: Complaint, command: Command & { type: 'unlink' }, now: Instant): Promise<Change> {
    const { by, reason } = command
    const contact = before.contacts.find(({ id }) => id === command.contact)
    const to = contact?.from ?? ulid()
    const events = decide(before, { ...command, to }, { now, policy: policyOf(before.policy) })
    if (contact === undefined) throw new Error(`Contact ${command.contact} was not refused`)
    if (contact.from !== undefined) {
      const former = await this.load(contact.from)
      // Reopened, or linked elsewhere, since: it goes on as it is.
      if (former.mergedInto !== before.id) return { events }
      const reopened = decide(
        former,
        { type: 'reopen', reason, by },
        { now, policy: policyOf(former.policy) },
      )
      return { events, other: [{ before: former, events: reopened }] }
    }
    const message = await this.#messageOf(before.id, contact)
    if (message.messageId === ERASED) {
      throw new Refusal(
        'forbidden-by-state',
        `The customer was erased, and with them what ${contact.id} said: there is no complaint to make of it`,
      )
    }
    const opened = decide(
      undefined,
      { type: 'receive', id: to, message, triage: triage(message.text, message.subject), by },
      { now: contact.at, policy: currentPolicy },
    ).map((event) => ({ ...event, recordedAt: now }))
    const ties = await this.#tiesOf(message)
    return {
      events,
      other: [{ before: undefined, events: opened }],
      more: [this.#remember(message, to, contact.at, 'again'), ...this.#tie(ties, to)],
    }
  }

  /** The message that a contact was, from the event that tells of it. */
  async #messageOf(complaintId: string, contact: Contact): Promise<Message> {
    const [item] = await this.#read([
      { pk: keys.complaintKey(complaintId), sk: keys.eventKey(Number(contact.id.slice(1))) },
    ])
    const event = item?.event as Event | undefined
    if (event?.type === 'linked') return event.message
    if (event?.type === 'customer-replied' && event.message !== undefined)
      return { ...event.message, text: event.text }
    throw new Error(`Event ${contact.id} of complaint ${complaintId} holds no message`)
  }

  #tiesOf(message: Message): Promise<KnownTie[]> {
    return this.#knownTies(linkKeys(message))
  }

  /**
   * The ties of an address that these events show to be the customer's: what they write from there belongs here. Nobody's
   * tie is made of an address that may be anybody's.
   *
   * @param written ties that the same commit writes already: a transaction writes no item twice.
   */
  async #contactTies(
    before: Complaint | undefined,
    events: readonly Event[],
    written: readonly KnownTie[] = [],
  ): Promise<KnownTie[]> {
    if (!events.some(({ type }) => type === 'identity-matched' || type === 'contact-given')) return []
    const contact = fold(before, events)?.contact
    if (contact?.matched === undefined) return []
    const ties = await this.#knownTies(contactKeys(contact))
    return ties.filter((tie) => !written.some(({ pk }) => pk === tie.pk))
  }

  async #knownTies(linkedBy: readonly LinkKey[]): Promise<KnownTie[]> {
    const tieKeys = linkedBy.map(({ tie, key }) => ({ tie, ...keys.tieKey(tie, hashOf(key)) }))
    const items = await this.#read(tieKeys.map(({ pk, sk }) => ({ pk, sk })))
    return tieKeys.map(({ tie, pk, sk }, index) => ({
      tie,
      pk,
      sk,
      complaints: items[index]?.complaints ?? [],
      revision: Number(items[index]?.revision ?? 0),
    }))
  }

  /** The write that remembers which complaint a message is in; it fails where that is known already. */
  #remember(message: Message, complaintId: string, at: Instant, again?: 'again'): Item {
    const Put = {
      TableName: this.#table,
      Item: { ...keys.messageKey(message.source, message.messageId), complaintId, receivedAt: at },
    }
    return again === undefined
      ? { Put: { ...Put, ConditionExpression: 'attribute_not_exists(pk)' } }
      : { Put }
  }

  /** The writes by which later messages find a complaint; they fail where another message was faster. */
  #tie(ties: readonly KnownTie[], complaintId: string): Item[] {
    return ties
      .filter(({ complaints }) => !complaints.includes(complaintId))
      .map(({ pk, sk, complaints, revision }) => ({
        Put: {
          TableName: this.#table,
          Item: {
            pk,
            sk,
            complaints: [...complaints, complaintId].slice(-MOST_TIED),
            revision: revision + 1,
          },
          ...(revision === 0
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'revision = :revision',
                ExpressionAttributeValues: { ':revision': revision },
              }),
        },
      }))
  }

  /** Items by their keys (at most 100), as of the last commit, each at the place of its key. */
  async #read(
    wanted: readonly { readonly pk: string; readonly sk: string }[],
  ): Promise<((Record<string, unknown> & { complaints?: string[] }) | undefined)[]> {
    const found = new Map<string, Record<string, unknown>>()
    for (const item of await this.#batchGet(wanted, true)) found.set(`${item.pk}\0${item.sk}`, item)
    return wanted.map(({ pk, sk }) => found.get(`${pk}\0${sk}`))
  }

  async #batchGet(
    wanted: readonly { readonly pk: string; readonly sk: string }[],
    consistent: boolean,
  ): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = []
    let Keys: Record<string, unknown>[] = wanted.map(({ pk, sk }) => ({ pk, sk }))
    while (Keys.length > 0) {
      const { Responses, UnprocessedKeys } = await this.#db.send(
        new BatchGetCommand({ RequestItems: { [this.#table]: { Keys, ConsistentRead: consistent } } }),
      )
      items.push(...(Responses?.[this.#table] ?? []))
      Keys = UnprocessedKeys?.[this.#table]?.Keys ?? []
    }
    return items
  }

  /**
   * Appends events to complaints and replaces their states, in one transaction that holds only if nobody else has
   * written to any of them since. Returns whether it held.
   */
  async #commit(changes: readonly Appended[], more: readonly Item[] = []): Promise<boolean> {
    const TransactItems = [...more, ...changes.flatMap((change) => this.#appended(change))]
    if (TransactItems.length === more.length) return true
    if (TransactItems.length > MOST_ITEMS && (await this.#commitPassed(changes))) return false
    try {
      await this.#db.send(new TransactWriteCommand({ TransactItems }))
      return true
    } catch (error) {
      if (isLostRace(error)) return false
      throw error
    }
  }

  /**
   * Appends what time alone has made happen, as much as one transaction takes: it is true whatever was asked for, and
   * what was is decided anew upon it. So a complaint whose many timers were all overdue is not stuck for good.
   *
   * @returns whether there was any.
   */
  async #commitPassed(changes: readonly Appended[]): Promise<boolean> {
    let any = false
    for (const { before, events } of changes) {
      const asked = events.findIndex(({ type }) => !OF_TIME.has(type))
      const passed = events.slice(0, Math.min(asked === -1 ? events.length : asked, MOST_ITEMS - 1))
      if (passed.length === 0) continue
      any = true
      await this.#commit([{ before, events: passed }])
    }
    return any
  }

  #appended({ before, events }: Appended): Item[] {
    const after = fold(before, events)
    if (after === undefined || events.length === 0) return []
    const nextDueAt = earliestDueAt(after.timers)
    const links = linksOf(this.#headOf(before, after.id), events)
    const head = bytesOf(links.at(-1)?.hash ?? '')
    const TableName = this.#table
    return [
      {
        Put: {
          TableName,
          Item: { ...stateItem(after, toInstant(Math.floor(Date.now() / 1000))), head },
          ...(before === undefined
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'version = :version',
                ExpressionAttributeValues: { ':version': before.version },
              }),
        },
      },
      ...events.map((event, index): Item => {
        const context: EventContext = {
          team: after.team,
          owner: after.owner,
          stage: after.stage,
          channel: after.message.channel,
          receivedAt: after.receivedAt,
          ...(before?.handoff === undefined ? {} : { handoffAt: before.handoff.at }),
          ...(event === events.at(-1) && nextDueAt !== undefined ? { nextDueAt } : {}),
        }
        return {
          Put: {
            TableName,
            Item: {
              pk: keys.complaintKey(after.id),
              sk: keys.eventKey(event.seq),
              signal: isSignal(event),
              context,
              event,
              chain: toStored(links[index] as Link),
              // One entry a commit is enough to say that the complaint changed on that day.
              ...(event === events.at(-1)
                ? { dayShard: keys.dayShardOf(event.recordedAt.slice(0, 10), after.id) }
                : {}),
            },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        }
      }),
    ]
  }
}

type Item = NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']>[number]

/** What one commit appends to one complaint; `before` is the state that it was decided upon. */
interface Appended {
  readonly before: Complaint | undefined
  readonly events: readonly Event[]
}

/** What a command comes to; `other` complaints and `more` items are written with it or not at all. */
interface Change {
  readonly events: readonly Event[]
  readonly other?: readonly Appended[]
  readonly more?: readonly Item[]
}

/** A state as it was stored; one from before there were replies has none. */
export const complaintOf = (data: unknown): Complaint =>
  ({ replies: [], ...(data as Omit<Complaint, 'replies'>) }) as Complaint

/** Which complaints are known under a key, as it was read. */
interface KnownTie {
  readonly tie: LinkKey['tie']
  readonly pk: string
  readonly sk: string
  readonly complaints: readonly string[]
  readonly revision: number
}

/** How many of the messages that it answers are looked at: a long thread of e-mail names them all, the nearest first. */
const MOST_ANSWERED = 10
/** How many complaints are remembered of a customer: the last ones. */
const MOST_TIED = 20
const MOST_HOPS = 5
/** How many of a team's last replies a new one is held against, and how long each is remembered for that. */
const MOST_RECENT = 50
const RECENT_SECONDS = 30 * 86_400

const noSuchComplaint = () =>
  new Refusal(
    'invalid',
    'There is no such complaint, or it is with another team: that team can link it',
    'to',
  )

/** Keys are no place for addresses and numbers. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

const fold = (before: Complaint | undefined, events: readonly Event[]): Complaint | undefined =>
  events.reduce<Complaint | undefined>((state, event) => evolve(state, event), before)

/** Whether a transaction failed because somebody else wrote first, as against one that can never succeed. */
export function isLostRace(error: unknown): boolean {
  if (error instanceof TransactionConflictException) return true
  return (
    error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(
      ({ Code }) => Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict',
    )
  )
}

/** Waits a little longer and a little more at random after each lost race, so that the racers part. */
const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt))
