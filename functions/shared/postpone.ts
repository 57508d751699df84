import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { SQSRecord } from 'aws-lambda'
import { logger } from './logger.ts'

/** Name and stack only: an SDK's error carries requests and items in further properties. */
export const causeOf = (error: unknown): string | undefined =>
  error instanceof Error ? error.stack : typeof error

/**
 * Sets when failed messages of a FIFO queue come back. All of a group come back together: the queue holds back the whole
 * group as long as one of them is hidden.
 *
 * @param delays seconds, by group.
 */
export async function postpone(
  records: readonly SQSRecord[],
  delays: ReadonlyMap<string, number>,
  { sqs, queueUrl }: { readonly sqs: Pick<SQSClient, 'send'>; readonly queueUrl: string },
): Promise<void> {
  if (records.length === 0) return
  try {
    const { Failed } = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queueUrl,
        Entries: records.map(({ receiptHandle, attributes }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: delays.get(attributes.MessageGroupId ?? '') ?? 0,
        })),
      }),
    )
    if (Failed !== undefined && Failed.length > 0) {
      logger.warn('Some messages come back at the queue’s own time', { count: Failed.length })
    }
  } catch (error) {
    // Then they come back when the queue's own visibility timeout is over: later, but none is lost.
    logger.warn('Messages come back at the queue’s own time', { cause: causeOf(error) })
  }
}
