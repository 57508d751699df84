import type { Context } from 'aws-lambda'
import { beforeEach, expect, it, vi } from 'vitest'
import { addSeconds, epochSeconds } from '../../functions/domain/instant.ts'
import type { DueMessage } from '../../functions/shared/queues.ts'

const NOW = '2026-11-23T10:00:00Z'
const sent: { due: readonly DueMessage[]; now: string }[] = []
let dueAts: string[] = []
let nowMs = 0
let failures = 0

vi.mock('#clock', () => ({
  clock: {
    nowMs: async () => nowMs,
    now: async () => addSeconds(NOW, Math.floor(nowMs / 1000) - epochSeconds(NOW)),
  },
}))
vi.mock('../../functions/shared/metrics.ts', () => ({ measure: () => {} }))
vi.mock('../../functions/ledger/due.ts', () => ({
  async *dueUntil(_db: unknown, _table: unknown, until: string) {
    yield dueAts
      .filter((dueAt) => dueAt <= until)
      .map((dueAt, index) => ({ complaintId: String(index), dueAt }))
  },
}))
vi.mock('../../functions/shared/queues.ts', () => ({
  async sendDue(_url: string, due: readonly DueMessage[], now: string) {
    nowMs += 10
    if (failures-- > 0) throw new Error('The due queue refused')
    sent.push({ due, now })
  },
}))

const { handler } = await (async () => {
  vi.stubEnv('TABLE_NAME', 'ledger')
  vi.stubEnv('DUE_QUEUE_URL', 'due')
  return import('../../functions/clock/handler.ts')
})()
const tick = () => handler({}, {} as Context)

beforeEach(() => {
  sent.length = 0
  failures = 0
  nowMs = epochSeconds(NOW) * 1000 + 300
})

it('A tick queues what is overdue and what comes due before a tick that is late by 15 seconds, each once', async () => {
  dueAts = [-600, 0, 30, 75, 76].map((seconds) => addSeconds(NOW, seconds))
  await tick()
  expect(sent.flatMap(({ due }) => due.map(({ dueAt }) => dueAt))).toEqual(dueAts.slice(0, 4))
})

it('Thousands of timers are queued with delays that count from when each is sent', async () => {
  dueAts = Array.from({ length: 3_000 }, () => addSeconds(NOW, 60))
  await tick()
  expect(new Set(sent.flatMap(({ due }) => due.map(({ complaintId }) => complaintId))).size).toBe(3_000)
  // 300 calls of 10 ms: by the clock that they are sent by, three seconds pass.
  expect(sent[0]?.now).toBe(addSeconds(NOW, 1))
  expect(sent.at(-1)?.now).toBe(addSeconds(NOW, 4))
})

it('What the queue refuses keeps nothing else from being queued, and fails the tick', async () => {
  dueAts = Array.from({ length: 200 }, () => NOW)
  failures = 1
  await expect(tick()).rejects.toThrow('The due queue refused')
  expect(sent.flatMap(({ due }) => due)).toHaveLength(190)
})
