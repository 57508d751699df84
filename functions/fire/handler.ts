import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { clock } from '#clock'
import { epochSeconds } from '../domain/instant.ts'
import { Ledger } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { measure } from '../shared/metrics.ts'
import type { DueMessage } from '../shared/queues.ts'

const ledger = new Ledger(dynamodb, env('TABLE_NAME'))
const processor = new BatchProcessor(EventType.SQS)

async function fire(record: SQSRecord): Promise<void> {
  const { complaintId }: DueMessage = JSON.parse(record.body)
  const now = await clock.now()
  const { events } = await ledger.execute(complaintId, { type: 'fire' }, now)
  for (const { at } of events) measure('FireLateness', (epochSeconds(now) - epochSeconds(at)) * 1000)
  logger.info('Fired', { complaintId, events: events.map(({ type }) => type) })
}

/** Due queue → ledger: lets time pass for a complaint. A wake-up that came twice, or for a timer since met, is nothing. */
export const handler = middy<SQSEvent>()
  .use(injectLambdaContext(logger))
  .handler((event, context) => processPartialResponse(event, fire, processor, { context }))
