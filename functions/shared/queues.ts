import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { epochSeconds, type Instant } from '../domain/instant.ts'
import { sqs } from './aws/sqs.ts'

/** What the due queue carries: a complaint that has a timer to look at, and the instant it is due. */
export interface DueMessage {
  readonly complaintId: string
  readonly dueAt: Instant
}

/** What the outbox queue carries: a complaint has come to an event that others have to hear of. */
export interface OutboxMessage {
  readonly complaintId: string
  readonly seq: number
}

/** What the queue of replies carries: a reply that may go out. */
export interface ReplyMessage {
  readonly complaintId: string
  readonly replyId: string
}

/** SQS holds a message back for 15 minutes at the most. */
const LONGEST_DELAY_SECONDS = 900

/**
 * Puts complaints on the due queue, each to be delivered at the instant its timer is due, or at once when that is past.
 *
 * @throws Error when the queue refuses some of them; those it took are delivered all the same, which does no harm.
 */
export async function sendDue(queueUrl: string, due: readonly DueMessage[], now: Instant): Promise<void> {
  for (let start = 0; start < due.length; start += 10) {
    const { Failed } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: due.slice(start, start + 10).map((message, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(message),
          DelaySeconds: Math.min(
            LONGEST_DELAY_SECONDS,
            Math.max(0, epochSeconds(message.dueAt) - epochSeconds(now)),
          ),
        })),
      }),
    )
    if (Failed !== undefined && Failed.length > 0)
      throw new Error(`The due queue refused: ${Failed[0]?.Message}`)
  }
}

/** Puts an event on the outbox, behind the earlier ones of its complaint; sent twice within 5 minutes it is kept once. */
export async function sendToOutbox(queueUrl: string, message: OutboxMessage): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(message),
      MessageGroupId: message.complaintId,
      MessageDeduplicationId: `${message.complaintId}#${message.seq}`,
    }),
  )
}

/** Puts a reply on its queue, behind the earlier ones of its complaint; sent twice within 5 minutes it is kept once. */
export async function sendToReplies(queueUrl: string, { complaintId, replyId }: ReplyMessage): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify({ complaintId, replyId } satisfies ReplyMessage),
      MessageGroupId: complaintId,
      MessageDeduplicationId: `${complaintId}#${replyId}`,
    }),
  )
}

/** SQS remembers what it was sent for five minutes: longer than Slack goes on telling us the same thing. */
export async function sendTask(queueUrl: string, group: string, id: string, task: object): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(task),
      MessageGroupId: group,
      MessageDeduplicationId: id,
    }),
  )
}
