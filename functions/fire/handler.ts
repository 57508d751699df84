import { setTimeout as sleep } from 'node:timers/promises'
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { clock } from '#clock'
import { epochSeconds, toInstant } from '../domain/instant.ts'
import { forget } from '../ledger/forget.ts'
import { Ledger } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { measure } from '../shared/metrics.ts'
import type { DueMessage } from '../shared/queues.ts'

/**
 * A wake-up comes up to a second early, as queues delay by whole seconds, or a little more where two machines' clocks
 * differ: that is waited out. One that came early and did nothing would leave its timer to the next tick, a minute late.
 */
const WAITED_OUT_MS = 2_000

const table = env('TABLE_NAME')
const ledger = new Ledger(dynamodb, table)
const processor = new BatchProcessor(EventType.SQS)

async function fire(record: SQSRecord): Promise<void> {
  const { complaintId, dueAt }: DueMessage = JSON.parse(record.body)
  const dueMs = epochSeconds(dueAt) * 1000
  let nowMs = await clock.nowMs()
  if (nowMs < dueMs && dueMs - nowMs <= WAITED_OUT_MS) {
    await sleep(dueMs - nowMs)
    nowMs = Math.max(dueMs, await clock.nowMs())
  }
  const started = performance.now()
  const { complaint, events } = await ledger.execute(complaintId, { type: 'fire' }, toInstant(nowMs / 1000))
  const writtenMs = Math.round(nowMs + performance.now() - started)
  // Also where a wake-up before this one got no further than the fact.
  if (complaint.erased !== undefined) await forget(dynamodb, table, complaintId)
  for (const { at } of events) measure('FireLateness', writtenMs - epochSeconds(at) * 1000)
  logger.info('Fired', { complaintId, events: events.map(({ type }) => type) })
}

/** Due queue → ledger: lets time pass for a complaint. A wake-up that came twice, or for a timer since met, is nothing. */
export const handler = middy<SQSEvent>()
  .use(injectLambdaContext(logger))
  .handler((event, context) => processPartialResponse(event, fire, processor, { context }))
