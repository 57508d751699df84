import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { clock } from '#clock'
import { Ledger } from '../ledger/ledger.ts'
import { openComplaints } from '../ledger/open.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { readSecret } from '../shared/secrets.ts'
import { slackClient } from '../slack/client.ts'
import { SlackSecret } from '../slack/secret.ts'
import { Threads } from '../slack/thread.ts'
import type { Desk } from '../slack-desk/desk.ts'
import { perform } from '../slack-desk/perform.ts'
import type { Task } from '../slack-desk/tasks.ts'

const table = env('TABLE_NAME')
const secretArn = env('SLACK_SECRET')
const ledger = new Ledger(dynamodb, table)
const threads = new Threads(dynamodb, table)

/** Nobody waits for an HTTP answer here. */
const CALL_TIMEOUT_MS = 10_000

/**
 * Does what people asked for in Slack, where that took longer than Slack waits. A complaint's tasks are done in order:
 * once one fails, those behind it wait with it.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { botToken } = await readSecret(secretArn, SlackSecret)
  const desk: Desk = {
    ledger,
    threads,
    open: () => openComplaints(dynamodb, table),
    slack: slackClient(botToken, CALL_TIMEOUT_MS),
    now: () => clock.now(),
    slackApiUrl: process.env.SLACK_API_URL,
  }
  const attempt = (record: SQSRecord): Promise<void> => work(record, desk)
  return processPartialResponse(event, attempt, new SqsFifoPartialProcessorAsync(), {
    context,
    skipGroupOnError: true,
    throwOnFullBatchFailure: false,
  })
}

async function work({ body, messageId, attributes }: SQSRecord, desk: Desk): Promise<void> {
  const task = JSON.parse(body) as Task
  try {
    await perform(task, desk)
  } catch (error) {
    const attempts = Number(attributes.ApproximateReceiveCount)
    // Name and stack only: an SDK's error carries requests and items in further properties.
    const cause = error instanceof Error ? error.stack : typeof error
    logger.warn('A task failed', { task: task.kind, messageId, attempts, cause })
    throw error
  }
}
