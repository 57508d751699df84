import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { Later, patience } from '../shared/later.ts'
import { logger } from '../shared/logger.ts'
import { causeOf, postpone } from '../shared/postpone.ts'
import type { ReplyMessage } from '../shared/queues.ts'

/** With less than this left, a reply waits for the next invocation: asking and sending take fifteen seconds each at most. */
const NEEDED_MS = 40_000
const FIRST_SECONDS = 5
/**
 * From this receipt on nothing is left to later any more, and staff are told that the reply has not gone out: after four
 * hours, and well before the queue gives up on it (REPLY_RECEIPTS in infra/constructs/queues.ts).
 */
export const LAST_RECEIPT = 25

/** There is no time left to try. */
class NotNow extends Error {}

/**
 * Sends the replies of a batch. While one of a complaint has to wait, so do the later ones of that complaint, and the
 * queue brings them again in order.
 *
 * @param send throws Later where a reply is to be brought again after some time.
 */
export async function sendBatch(
  event: SQSEvent,
  context: Context,
  {
    send,
    ...queue
  }: {
    readonly send: (message: ReplyMessage, last: boolean) => Promise<void>
    readonly sqs: Pick<SQSClient, 'send'>
    readonly queueUrl: string
  },
): Promise<SQSBatchResponse> {
  const delays = new Map<string, number>()
  const attempt = async (record: SQSRecord): Promise<void> => {
    const attempts = Number(record.attributes.ApproximateReceiveCount)
    try {
      if (context.getRemainingTimeInMillis() < NEEDED_MS) throw new NotNow()
      await send(parse(record), attempts >= LAST_RECEIPT)
    } catch (error) {
      const asked = error instanceof Later ? error.seconds : 0
      const delay = error instanceof NotNow ? 0 : patience(asked, FIRST_SECONDS, attempts)
      delays.set(record.attributes.MessageGroupId ?? '', delay)
      const facts = { messageId: record.messageId, attempts, delaySeconds: delay }
      if (error instanceof Later) logger.info('A reply has to wait', facts)
      else if (!(error instanceof NotNow))
        logger.error('A reply could not be sent', { ...facts, cause: causeOf(error) })
      throw error
    }
  }
  const response = await processPartialResponse(event, attempt, new SqsFifoPartialProcessorAsync(), {
    context,
    skipGroupOnError: true,
    throwOnFullBatchFailure: false,
  })
  const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  await postpone(
    event.Records.filter(({ messageId }) => failed.has(messageId)),
    delays,
    queue,
  )
  return response
}

/** @throws Error for what is no message of the queue: it ends in the dead-letter queue, where somebody can look at it. */
function parse({ body, messageId }: SQSRecord): ReplyMessage {
  const { complaintId, replyId } = JSON.parse(body) as Partial<ReplyMessage>
  if (typeof complaintId !== 'string' || typeof replyId !== 'string')
    throw new Error(`Message ${messageId} names no complaint and reply`)
  return { complaintId, replyId }
}
