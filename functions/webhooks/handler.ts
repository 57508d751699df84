import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { sqs } from '../shared/aws/sqs.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { deliver, type Outside, release } from './deliver.ts'
import { parseDelivery, waysOn } from './delivery.ts'
import { Endpoints } from './endpoints.ts'
import { secretsIn } from './secrets.ts'
import { post } from './send.ts'

const loopback = process.env.WEBHOOK_LOOPBACK === 'true'
const waitingArn = env('WAITING_QUEUE_ARN')
const queues = {
  deliveriesUrl: env('DELIVERIES_QUEUE_URL'),
  waitingUrl: env('WAITING_QUEUE_URL'),
  deadLetterUrl: env('DELIVERIES_DEAD_LETTER_QUEUE_URL'),
}
const outside: Outside = {
  endpoints: new Endpoints(dynamodb, env('TABLE_NAME')),
  secretsOf: secretsIn(env('ENDPOINT_SECRETS')),
  post: (url, headers, body) => post(url, headers, body, { loopback }),
  // Queues and receivers know real time only: the stage's clock has no say here.
  ways: waysOn(sqs, queues, Date.now),
  nowMs: Date.now,
  pace: Number(env('WEBHOOK_PACE')),
}
const processor = new BatchProcessor(EventType.SQS)

async function work(record: SQSRecord): Promise<void> {
  try {
    const delivery = parseDelivery(record.body)
    if (record.eventSourceARN === waitingArn) await release(delivery, record.messageId, outside)
    else await deliver(delivery, outside)
  } catch (error) {
    // Name and stack only: an SDK's error carries requests in further properties.
    const cause = error instanceof Error ? error.stack : typeof error
    logger.error('A webhook could not be seen to', { messageId: record.messageId, cause })
    throw error
  }
}

/** Delivery queues → other systems. */
export const handler = middy<SQSEvent>()
  .use(injectLambdaContext(logger))
  .handler((event, context) =>
    processPartialResponse(event, work, processor, { context, throwOnFullBatchFailure: false }),
  )
