import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import { clock } from '#clock'
import { addSeconds } from '../domain/instant.ts'
import { dueUntil } from '../ledger/due.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { measure } from '../shared/metrics.ts'
import { sendDue } from '../shared/queues.ts'

/** The schedule's period. What is due within it is queued with the seconds that are left as its delay. */
const TICK_SECONDS = 60

const table = env('TABLE_NAME')
const dueQueueUrl = env('DUE_QUEUE_URL')

/** Schedule → due queue, once a minute: everything due within the next minute, and everything overdue. */
export const handler = middy()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    const now = await clock.now()
    let queued = 0
    for await (const due of dueUntil(dynamodb, table, addSeconds(now, TICK_SECONDS))) {
      await sendDue(dueQueueUrl, due, now)
      queued += due.length
    }
    measure('ClockRan', 1)
    logger.info('Ticked', { now, queued })
  })
