/** Stands in for functions/shared/clock.ts in the local stage's bundle: this clock can be set forward (`npm run travel`). */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { toInstant } from '../../functions/domain/instant.ts'
import type { PreciseClock } from '../../functions/shared/clock.ts'
import { type ClockSetting, STAGE_CLOCK, stageNowMs } from './stage-clock.ts'

const db = DynamoDBDocumentClient.from(new DynamoDBClient({}))

/** The stage's time. Asked of the table every time, as it may change between two calls. */
async function nowMs(): Promise<number> {
  const { Item } = await db.send(
    new GetCommand({ TableName: process.env.TABLE_NAME, Key: STAGE_CLOCK, ConsistentRead: true }),
  )
  return stageNowMs((Item ?? {}) as ClockSetting)
}

export const clock: PreciseClock = { nowMs, now: async () => toInstant(Math.floor((await nowMs()) / 1000)) }
