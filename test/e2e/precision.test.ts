import { afterAll, beforeAll, expect, it } from 'vitest'
import { addSeconds } from '../../functions/domain/instant.ts'
import { onlyTimersRun, openDue, runFrom, tick, untilFired, warnings } from '../bench/minute.ts'
import { startTestStack, type TestStack } from './support/stack.ts'

const FIRST_DUE_AT = '2026-11-23T10:30:00Z'
const SPREAD_SECONDS = 15
let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
  await onlyTimersRun(stack.run)
})
afterAll(() => stack.stop())

it('1,000 timers due in the same minute each fire exactly once, though every wake-up is queued twice and more', async () => {
  const ids = await openDue(stack.run, 1_000, FIRST_DUE_AT, SPREAD_SECONDS)
  await runFrom(stack.run, addSeconds(FIRST_DUE_AT, -5))
  await Promise.all([tick(stack.run), tick(stack.run)])
  await untilFired(stack.run, addSeconds(FIRST_DUE_AT, SPREAD_SECONDS))
  expect(new Set(ids).size).toBe(1_000)
  expect(await warnings(stack.run, ids)).toEqual(ids.map(() => 1))
})
