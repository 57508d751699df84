import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import { clock } from '#clock'
import { addSeconds, toInstant } from '../domain/instant.ts'
import { dueUntil } from '../ledger/due.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { measure } from '../shared/metrics.ts'
import { sendDue } from '../shared/queues.ts'

/**
 * The schedule's period, and room for a late next tick: what comes due in between would be late by as much. What two
 * ticks both queue fires once; the second wake-up is a read.
 */
const LOOK_AHEAD_SECONDS = 75

/** What the queue takes in one call, and how many calls are made side by side. */
const BATCH = 10
const AT_ONCE = 8

const table = env('TABLE_NAME')
const dueQueueUrl = env('DUE_QUEUE_URL')

/** Schedule → due queue, once a minute: everything due before the next tick has run, and everything overdue. */
export const handler = middy()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    const now = await clock.now()
    let queued = 0
    const refused: unknown[] = []
    for await (const due of dueUntil(dynamodb, table, addSeconds(now, LOOK_AHEAD_SECONDS))) {
      for (let start = 0; start < due.length; start += BATCH * AT_ONCE) {
        // Each delay counts from when it is sent: thousands take seconds, which must not come on top. A delay is whole
        // seconds, so what is left of the last one is better waited out by `fire` than added to every timer.
        const sentAt = toInstant(Math.ceil((await clock.nowMs()) / 1000))
        const batches = Array.from({ length: AT_ONCE }, (_, batch) => start + batch * BATCH)
          .map((from) => due.slice(from, from + BATCH))
          .filter((batch) => batch.length > 0)
        const sent = await Promise.allSettled(batches.map((batch) => sendDue(dueQueueUrl, batch, sentAt)))
        for (const outcome of sent) if (outcome.status === 'rejected') refused.push(outcome.reason)
        queued += batches.flat().length
      }
    }
    // Only now, so that what one batch suffers does not keep the others from being in time.
    if (refused.length > 0) throw refused[0]
    measure('ClockRan', 1)
    logger.info('Ticked', { now, queued })
  })
