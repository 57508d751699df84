import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { clock } from '#clock'
import { addSeconds } from '../domain/instant.ts'
import { sqs } from '../shared/aws/sqs.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { sendDue, sendToOutbox, sendToReplies } from '../shared/queues.ts'
import { inStreamOrder, type StreamedEvent } from '../shared/stream.ts'
import { measureEvent } from './measure-event.ts'
import { sendEvents } from './send-events.ts'

const outboxQueueUrl = env('OUTBOX_QUEUE_URL')
const dueQueueUrl = env('DUE_QUEUE_URL')
const repliesQueueUrl = env('REPLIES_QUEUE_URL')
/** Of a stage that tells other systems. */
const eventsQueueUrl = process.env.EVENTS_QUEUE_URL

/** What falls due before the clock's next tick has seen it, with some room for a late tick. */
const BEFORE_NEXT_TICK_SECONDS = 75

/**
 * Table stream → outbox, replies that may go out, the due queue for a timer too short to wait for the clock, the events for
 * other systems, metrics. The outbox comes first, so that nothing of the rest holds up what staff are told; metrics last,
 * as they count each time.
 */
export const handler = middy<DynamoDBStreamEvent>()
  .use(injectLambdaContext(logger))
  .handler((batch) => inStreamOrder(batch, pass, finish))

async function pass({ complaintId, event, context }: StreamedEvent, followed: boolean): Promise<void> {
  // Slack is told of everything up to the event of a message: one is enough for all that a command has brought about.
  if (!followed) await sendToOutbox(outboxQueueUrl, { complaintId, seq: event.seq })
  if (event.type === 'reply-released')
    await sendToReplies(repliesQueueUrl, { complaintId, replyId: event.id })
  const { nextDueAt } = context
  if (nextDueAt === undefined) return
  const now = await clock.now()
  if (nextDueAt <= addSeconds(now, BEFORE_NEXT_TICK_SECONDS))
    await sendDue(dueQueueUrl, [{ complaintId, dueAt: nextDueAt }], now)
}

async function finish(passed: readonly StreamedEvent[]): Promise<number> {
  const sent = eventsQueueUrl === undefined ? passed.length : await sendEvents(sqs, eventsQueueUrl, passed)
  for (const { event, context } of passed.slice(0, sent)) measureEvent(event, context)
  return sent
}
