import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { decodeTime } from 'ulid'
import { type Complaint, isOver, repliesIn } from '../domain/complaint.ts'
import { addSeconds, epochSeconds, type Instant } from '../domain/instant.ts'
import { drive, startNext, type Workflow } from '../driver/drive.ts'
import type { Mailbox } from '../driver/mailbox.ts'
import { dueUntil } from '../ledger/due.ts'
import { claimKey, complaintIdOf, complaintKey, INDEX, SLACK, STATE, shardsOf } from '../ledger/keys.ts'
import { openComplaints } from '../ledger/open.ts'
import type { HEALED } from '../shared/metrics.ts'
import type { DueMessage, OutboxMessage, ReplyMessage } from '../shared/queues.ts'

/** What the auditor can find undone; the dimension of its metric. */
export type Healed = (typeof HEALED)[number]

export interface Auditing {
  readonly db: DynamoDBDocumentClient
  readonly table: string
  readonly workflow: Workflow
  /** See `GRACE_SECONDS`. */
  readonly graceSeconds: number
  readonly sendDue: (due: readonly DueMessage[], now: Instant) => Promise<void>
  readonly sendToOutbox: (message: OutboxMessage) => Promise<void>
  readonly sendToReplies: (message: ReplyMessage) => Promise<void>
  /** Called for each thing healed. */
  readonly onHealed: (kind: Healed, complaintId: string) => void
  /** Called for a complaint that could not be looked at or healed; the others go on. */
  readonly onFailed: (complaintId: string, error: unknown) => void
}

/**
 * How long an effect may take before it counts as lost. Well above a queue's delay and a function's retry, well below
 * the shortest target.
 */
export const GRACE_SECONDS = 120

/** When to look again at what has just been healed: later than the retries that it may still be going through. */
const LOOK_AGAIN_SECONDS = 600

/** Complaints looked at side by side: quick enough for thousands a round, gentle on the tables and quotas behind. */
const AT_ONCE = 10

/** Finds timers whose time passed without a word, and puts them on the due queue. `now` is the stage's time. */
export async function auditTimers(auditing: Auditing, now: Instant): Promise<void> {
  const { db, table, sendDue, onHealed, graceSeconds } = auditing
  for await (const overdue of dueUntil(db, table, addSeconds(now, -graceSeconds))) {
    await sendDue(overdue, now)
    for (const { complaintId } of overdue) onHealed('timer', complaintId)
  }
}

/**
 * Looks at every complaint that changed since it was last looked at: has the workflow taken in its last signal, has
 * Slack been told of its last event, has somebody begun to send each reply that may go out? What has not happened is done again; where all has, the complaint leaves the
 * audit index until it changes again. `realNow` is real time: how long an effect takes has nothing to do with the
 * stage's clock.
 */
export async function auditChanges(auditing: Auditing, realNow: Instant): Promise<void> {
  const { db, table, onFailed, graceSeconds } = auditing
  for (const shard of shardsOf('audit')) {
    const pages = paginateQuery(
      { client: db },
      {
        TableName: table,
        IndexName: INDEX.audit,
        KeyConditionExpression: 'auditShard = :shard AND auditAt <= :until',
        ExpressionAttributeValues: { ':shard': shard, ':until': addSeconds(realNow, -graceSeconds) },
      },
    )
    for await (const { Items } of pages) {
      const ids = (Items ?? []).map((item) => complaintIdOf(String(item.pk)))
      for (let start = 0; start < ids.length; start += AT_ONCE) {
        await Promise.all(
          ids
            .slice(start, start + AT_ONCE)
            .map((complaintId) =>
              auditChange(auditing, complaintId, realNow).catch((error: unknown) =>
                onFailed(complaintId, error),
              ),
            ),
        )
      }
    }
  }
}

async function auditChange(auditing: Auditing, complaintId: string, realNow: Instant): Promise<void> {
  const { workflow, sendToOutbox, onHealed } = auditing
  const [complaint, mailbox, deliveredSeq] = await Promise.all([
    workflow.ledger.load(complaintId),
    workflow.mailboxes.read(complaintId),
    readDeliveredSeq(auditing, complaintId),
  ])
  let sound = true
  if (!hasTakenIn(complaint, mailbox)) {
    sound = false
    onHealed('signal', complaintId)
    if ((await drive(workflow, complaintId)) === 'between waits')
      await replace(auditing, complaintId, mailbox)
  }
  if (deliveredSeq < complaint.version) {
    sound = false
    onHealed('delivery', complaintId)
    await sendToOutbox({ complaintId, seq: complaint.version })
  }
  // A reply that waits for its platform has a claim; one that nobody has begun to send was lost on its way.
  for (const { id: replyId } of repliesIn(complaint, 'sending')) {
    if (await isClaimed(auditing, complaintId, replyId)) continue
    sound = false
    onHealed('delivery', complaintId)
    await auditing.sendToReplies({ complaintId, replyId })
  }
  await reschedule(auditing, complaint, sound ? undefined : addSeconds(realNow, LOOK_AGAIN_SECONDS))
}

async function isClaimed({ db, table }: Auditing, complaintId: string, replyId: string): Promise<boolean> {
  const { Item } = await db.send(
    new GetCommand({ TableName: table, Key: claimKey(complaintId, replyId), ConsistentRead: true }),
  )
  return Item !== undefined
}

const hasTakenIn = (complaint: Complaint, mailbox: Mailbox | undefined): boolean =>
  mailbox !== undefined &&
  mailbox.cursor >= complaint.signalSeq &&
  (mailbox.ended === true) === isOver(complaint)

async function readDeliveredSeq({ db, table }: Auditing, complaintId: string): Promise<number> {
  const { Item } = await db.send(
    new GetCommand({
      TableName: table,
      Key: { pk: complaintKey(complaintId), sk: SLACK },
      ProjectionExpression: 'deliveredSeq',
      ConsistentRead: true,
    }),
  )
  return Number(Item?.deliveredSeq ?? 0)
}

/** Moves a complaint to another time in the audit index, or out of it; not if it has changed since it was looked at. */
async function reschedule(
  { db, table }: Auditing,
  complaint: Complaint,
  at: Instant | undefined,
): Promise<void> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: table,
        Key: { pk: complaintKey(complaint.id), sk: STATE },
        UpdateExpression: at === undefined ? 'REMOVE auditShard, auditAt' : 'SET auditAt = :at',
        ConditionExpression: 'version = :version',
        ExpressionAttributeValues: {
          ':version': complaint.version,
          ...(at === undefined ? {} : { ':at': at }),
        },
      }),
    )
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}

export interface OpenComplaints {
  /** Complaints that still have an execution to run, by the team that owns them. */
  readonly byTeam: ReadonlyMap<string, number>
  /** Those whose customers wait for a word of ours past its deadline. */
  readonly unanswered: number
}

/**
 * Compares the open complaints with the running executions, and replaces the executions that are gone: failed,
 * expired, stopped by hand, or lost with the machine they ran on.
 */
export async function auditExecutions(auditing: Auditing, realNow: Instant): Promise<OpenComplaints> {
  const { db, table, workflow, onFailed, graceSeconds } = auditing
  const running = await workflow.executions.running()
  const byTeam = new Map<string, number>()
  let unanswered = 0
  for await (const open of openComplaints(db, table)) {
    const { complaintId, team } = open
    byTeam.set(team, (byTeam.get(team) ?? 0) + 1)
    if (open.unanswered) unanswered++
    if (running.has(complaintId) || isYoung(complaintId, addSeconds(realNow, -graceSeconds))) continue
    await auditExecution(auditing, complaintId).catch((error: unknown) => onFailed(complaintId, error))
  }
  return { byTeam, unanswered }
}

/** Its execution may be starting this moment. */
const isYoung = (complaintId: string, since: Instant): boolean =>
  decodeTime(complaintId) / 1000 > epochSeconds(since)

async function auditExecution(auditing: Auditing, complaintId: string): Promise<void> {
  const { ledger, mailboxes, executions } = auditing.workflow
  const [complaint, mailbox] = await Promise.all([ledger.load(complaintId), mailboxes.read(complaintId)])
  // It may have been closed, or its execution started, since the lists were read.
  if (isOver(complaint)) return
  if (mailbox !== undefined && (await executions.isRunning(complaintId, mailbox.generation))) return
  await startNext(auditing.workflow, complaintId, mailbox?.generation ?? 0)
  auditing.onHealed('execution', complaintId)
}

/** Starts a new generation where the old one is gone, or runs but can't be woken: it left no token to wake it by. */
async function replace(auditing: Auditing, complaintId: string, mailbox: Mailbox | undefined): Promise<void> {
  const { executions, mailboxes } = auditing.workflow
  const generation = mailbox?.generation ?? 0
  const current = await mailboxes.read(complaintId)
  if (current !== undefined && (current.generation > generation || current.token !== undefined)) return
  await startNext(auditing.workflow, complaintId, generation)
  await executions.stop(complaintId, generation, 'It ran without waiting for anything that could wake it')
}
