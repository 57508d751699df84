import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch'
import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { Ledger } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { sqs } from '../shared/aws/sqs.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import type { OutboxMessage } from '../shared/queues.ts'
import { readSecret } from '../shared/secrets.ts'
import { SlackFailure, slackClient } from '../slack/client.ts'
import { SlackSecret } from '../slack/secret.ts'
import { Threads } from '../slack/thread.ts'
import { delaySeconds } from './delay.ts'
import { deliver } from './deliver.ts'

const table = env('TABLE_NAME')
const queueUrl = env('OUTBOX_QUEUE_URL')
const secretArn = env('SLACK_SECRET')
const ledger = new Ledger(dynamodb, table)
const threads = new Threads(dynamodb, table)

/** One call to Slack. Long, as a call given up on has to be looked for afterwards. */
const CALL_TIMEOUT_MS = 10_000
/** With less than this left, a message waits for the next invocation: being killed halfway costs a search. */
const NEEDED_MS = 25_000

/** Slack asked to wait, or there is no time left: nothing was tried. */
class NotNow extends Error {
  readonly delay: number

  constructor(delay: number) {
    super('Not now')
    this.name = 'NotNow'
    this.delay = delay
  }
}

const processor = new SqsFifoPartialProcessorAsync()

/**
 * Delivers the outbox to Slack. Once a message of a complaint fails, the later ones of that complaint fail with it,
 * and the queue delivers them again in order; after the last attempt they wait in the dead-letter queue.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { botToken } = await readSecret(secretArn, SlackSecret)
  const slack = slackClient(botToken, CALL_TIMEOUT_MS)
  const delays = new Map<string, number>()
  let slackIsBusyFor: number | undefined

  const attempt = async (record: SQSRecord): Promise<void> => {
    const group = record.attributes.MessageGroupId ?? ''
    try {
      if (slackIsBusyFor !== undefined) throw new NotNow(slackIsBusyFor)
      if (context.getRemainingTimeInMillis() < NEEDED_MS) throw new NotNow(0)
      await deliver(parse(record), { ledger, threads, slack, nowMs: Date.now })
    } catch (error) {
      const attempts = Number(record.attributes.ApproximateReceiveCount)
      const delay = error instanceof NotNow ? error.delay : delaySeconds(error, attempts)
      if (error instanceof SlackFailure && error.kind === 'rate-limited') slackIsBusyFor = delay
      delays.set(group, delay)
      report(error, { complaintId: group, messageId: record.messageId, attempts, delaySeconds: delay })
      throw error
    }
  }
  const response = await processPartialResponse(event, attempt, processor, {
    context,
    skipGroupOnError: true,
    throwOnFullBatchFailure: false,
  })
  const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  await postpone(
    event.Records.filter(({ messageId }) => failed.has(messageId)),
    delays,
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
  if (error instanceof NotNow) return
  if (!(error instanceof SlackFailure)) {
    logger.error('A delivery failed', { ...facts, error: error as Error })
  } else if (error.kind === 'permanent') {
    // Waiting will not help: docs/slack.md says what each code wants changed.
    logger.error('Slack refuses a delivery', { ...facts, code: error.code, reason: error.message })
  } else {
    logger.warn('Slack could not take a delivery', { ...facts, code: error.code })
  }
}

/**
 * Sets when failed messages come back. All of a complaint come back together: a FIFO queue holds back the whole group
 * as long as one of them is hidden.
 */
async function postpone(records: readonly SQSRecord[], delays: ReadonlyMap<string, number>): Promise<void> {
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
    logger.warn('Messages come back at the queue’s own time', { error: error as Error })
  }
}
