import type { Context, SQSEvent } from 'aws-lambda'
import { beforeEach, expect, it, vi } from 'vitest'
import { epochSeconds } from '../../functions/domain/instant.ts'

const DUE_AT = '2026-11-23T10:00:00Z'
const executed: string[] = []
const waitedMs: number[] = []
let nowMs = 0

vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number) => {
    waitedMs.push(ms)
    nowMs += ms
  },
}))
vi.mock('#clock', () => ({ clock: { nowMs: async () => nowMs } }))
vi.mock('../../functions/ledger/ledger.ts', () => ({
  Ledger: class {
    async execute(_id: string, _command: object, now: string) {
      executed.push(now)
      return { complaint: {}, events: [] }
    }
  },
}))

const { handler } = await (async () => {
  vi.stubEnv('TABLE_NAME', 'ledger')
  return import('../../functions/fire/handler.ts')
})()

beforeEach(() => {
  executed.length = 0
  waitedMs.length = 0
})

/** A wake-up for `DUE_AT`, come so many milliseconds early. */
function wakeUp(earlyMs: number) {
  nowMs = epochSeconds(DUE_AT) * 1000 - earlyMs
  const record = { messageId: '1', body: JSON.stringify({ complaintId: '1', dueAt: DUE_AT }) }
  return handler({ Records: [record] } as unknown as SQSEvent, {} as Context)
}

it('A wake-up that comes up to two seconds early fires at its time, not before and not a tick later', async () => {
  for (const earlyMs of [1, 999, 2_000]) await wakeUp(earlyMs)
  expect(waitedMs).toEqual([1, 999, 2_000])
  expect(executed).toEqual([DUE_AT, DUE_AT, DUE_AT])
})

it('A late wake-up fires at once, and one that is much too early waits for nothing', async () => {
  await wakeUp(-1_500)
  await wakeUp(30_000)
  expect(waitedMs).toEqual([])
  expect(executed).toEqual(['2026-11-23T10:00:01Z', '2026-11-23T09:59:30Z'])
})
