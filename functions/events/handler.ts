import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import middy from '@middy/core'
import type { SQSEvent } from 'aws-lambda'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { sqs } from '../shared/aws/sqs.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { Endpoints } from '../webhooks/endpoints.ts'
import { type Publishing, publishBatch } from './publish.ts'

const publishing: Publishing = {
  bus: new EventBridgeClient({}),
  busName: env('EVENT_BUS_NAME'),
  source: env('EVENT_SOURCE'),
  endpoints: new Endpoints(dynamodb, env('TABLE_NAME')),
  sqs,
  deliveriesUrl: env('DELIVERIES_QUEUE_URL'),
}

/** Queue of public events → the bus, and the lanes of webhooks. */
export const handler = middy<SQSEvent>()
  .use(injectLambdaContext(logger))
  .handler((event) => publishBatch(event, publishing))
