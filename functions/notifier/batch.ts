import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { Later } from '../shared/later.ts'
import { logger } from '../shared/logger.ts'
import { causeOf, postpone } from '../shared/postpone.ts'
import type { OutboxMessage } from '../shared/queues.ts'
import { SlackFailure } from '../slack/client.ts'
import { delaySeconds } from './delay.ts'
import { deliver, type Outside, prepare } from './deliver.ts'

/** What a batch needs from outside, beside what its deliveries need. */
export interface Surroundings extends Outside {
  readonly sqs: Pick<SQSClient, 'send'>
  readonly queueUrl: string
}

/** With less than this left, a message waits for the next invocation: being killed halfway costs a search. */
const NEEDED_MS = 25_000

/** There is no time left to try. */
class NotNow extends Error {}

/**
 * Delivers the outbox to Slack. Once a message of a complaint fails, the later ones of that complaint fail with it,
 * and the queue delivers them again in order; after the last attempt they wait in the dead-letter queue.
 */
export async function deliverBatch(
  event: SQSEvent,
  context: Context,
  outside: Surroundings,
): Promise<SQSBatchResponse> {
  const delays = new Map<string, number>()
  let busy: SlackFailure | undefined

  const attempt = async (record: SQSRecord): Promise<void> => {
    const group = record.attributes.MessageGroupId ?? ''
    try {
      if (context.getRemainingTimeInMillis() < NEEDED_MS) throw new NotNow()
      if (busy !== undefined) {
        // Asked to wait, we wait: whoever goes on asking is made to wait longer.
        await prepare(parse(record), outside)
        throw busy
      }
      await deliver(parse(record), outside)
    } catch (error) {
      const attempts = Number(record.attributes.ApproximateReceiveCount)
      const delay = error instanceof NotNow ? 0 : delaySeconds(error, attempts)
      if (error instanceof SlackFailure && error.kind === 'rate-limited') busy = error
      delays.set(group, delay)
      report(error, { complaintId: group, messageId: record.messageId, attempts, delaySeconds: delay })
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
    outside,
  )
  return response
}

/** @throws Error for what is no message of the outbox: it ends in the dead-letter queue, where somebody can look at it. */
function parse({ body, messageId }: SQSRecord): OutboxMessage {
  const { complaintId, seq } = JSON.parse(body) as Partial<OutboxMessage>
  if (typeof complaintId !== 'string' || typeof seq !== 'number') {
    throw new Error(`Message ${messageId} names no complaint and event`)
  }
  return { complaintId, seq }
}

function report(error: unknown, facts: Record<string, unknown>): void {
  if (error instanceof NotNow || error instanceof Later) return
  if (!(error instanceof SlackFailure)) {
    logger.error('A delivery failed', { ...facts, cause: causeOf(error) })
  } else if (error.kind === 'permanent') {
    // Waiting will not help: docs/slack.md says what each code wants changed.
    logger.error('Slack refuses a delivery', { ...facts, code: error.code, reason: error.message })
  } else {
    logger.warn('Slack could not take a delivery', { ...facts, code: error.code })
  }
}
