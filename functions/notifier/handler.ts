import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { Ledger } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { sqs } from '../shared/aws/sqs.ts'
import { env } from '../shared/env.ts'
import { readSecret } from '../shared/secrets.ts'
import { Calls } from '../slack/calls.ts'
import { slackClient } from '../slack/client.ts'
import { SlackSecret } from '../slack/secret.ts'
import { Threads } from '../slack/thread.ts'
import { deliverBatch } from './batch.ts'

const table = env('TABLE_NAME')
const queueUrl = env('OUTBOX_QUEUE_URL')
const secretArn = env('SLACK_SECRET')
const ledger = new Ledger(dynamodb, table)
const threads = new Threads(dynamodb, table)
const calls = new Calls(dynamodb, table)
const gatherSeconds = Number(env('GATHER_SECONDS'))

/** One call to Slack. Long, as a call given up on has to be looked for afterwards. */
const CALL_TIMEOUT_MS = 10_000

/** Tells Slack what complaints have come to. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { botToken } = await readSecret(secretArn, SlackSecret)
  const slack = slackClient(botToken, CALL_TIMEOUT_MS)
  return deliverBatch(event, context, {
    ledger,
    threads,
    calls,
    slack,
    sqs,
    queueUrl,
    nowMs: Date.now,
    gatherSeconds,
  })
}
