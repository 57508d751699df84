import type { Context, SQSEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { LAST_RECEIPT, sendBatch } from '../../functions/sender/batch.ts'
import { TIMEOUT_MS } from '../../functions/senders/http.ts'
import { SETTLING_MS } from '../../functions/senders/send.ts'
import { Later } from '../../functions/shared/later.ts'
import { REPLY_RECEIPTS, SENDER_TIMEOUT } from '../../infra/constructs/queues.ts'

const A = '01JD7Z3K8M000000000000000A'
const B = '01JD7Z3K8M000000000000000B'

const record = (complaintId: string, replyId: string, receipt = 1, body?: string) => ({
  messageId: `${complaintId}-${replyId}`,
  receiptHandle: `handle-${complaintId}-${replyId}`,
  body: body ?? JSON.stringify({ complaintId, replyId }),
  attributes: { MessageGroupId: complaintId, ApproximateReceiveCount: String(receipt) },
})

async function run(
  records: ReturnType<typeof record>[],
  become: (replyId: string) => void | Promise<void>,
  remainingMs = 60_000,
) {
  const tried: [string, boolean][] = []
  const hidden: Record<string, number> = {}
  const { batchItemFailures } = await sendBatch(
    { Records: records } as unknown as SQSEvent,
    { getRemainingTimeInMillis: () => remainingMs } as Context,
    {
      queueUrl: 'https://queue',
      sqs: {
        send: async (command: {
          input: { Entries: { ReceiptHandle: string; VisibilityTimeout: number }[] }
        }) => {
          for (const { ReceiptHandle, VisibilityTimeout } of command.input.Entries)
            hidden[ReceiptHandle] = VisibilityTimeout
          return {}
        },
      } as never,
      send: async ({ replyId }, last) => {
        tried.push([replyId, last])
        await become(replyId)
      },
    },
  )
  return { tried, hidden, failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) }
}

describe('A batch of replies', () => {
  it('is sent in order; while one waits, so do the later ones of its complaint, and no other', async () => {
    const records = [record(A, 'o1'), record(A, 'o2'), record(B, 'o3'), record(A, 'o4')]
    const { tried, hidden, failed } = await run(records, (replyId) => {
      if (replyId === 'o2') throw new Later(120)
    })
    expect(tried.map(([replyId]) => replyId)).toEqual(['o1', 'o2', 'o3'])
    expect(failed).toEqual([`${A}-o2`, `${A}-o4`])
    expect(Object.keys(hidden)).toEqual([`handle-${A}-o2`, `handle-${A}-o4`])
    for (const seconds of Object.values(hidden)) {
      expect(seconds).toBeGreaterThanOrEqual(120)
      expect(seconds).toBeLessThanOrEqual(144)
    }
  })

  it('that cannot be sent for a fault of ours comes back, later each time', async () => {
    const become = () => {
      throw new Error('The table is away')
    }
    const first = await run([record(A, 'o1', 1)], become)
    const tenth = await run([record(A, 'o1', 10)], become)
    expect(first.failed).toEqual([`${A}-o1`])
    expect(first.hidden[`handle-${A}-o1`]).toBeLessThanOrEqual(6)
    expect(tenth.hidden[`handle-${A}-o1`]).toBeGreaterThanOrEqual(900)
  })

  it('begins nothing that it may not have the time for', async () => {
    const { tried, failed, hidden } = await run([record(A, 'o1')], () => {}, 30_000)
    expect(tried).toEqual([])
    expect(failed).toEqual([`${A}-o1`])
    expect(hidden).toEqual({ [`handle-${A}-o1`]: 0 })
  })

  it('leaves what names no reply for the dead-letter queue', async () => {
    const { tried, failed } = await run([record(A, 'o1', 1, '{"complaintId":1}')], () => {})
    expect(tried).toEqual([])
    expect(failed).toEqual([`${A}-o1`])
  })

  it('has staff told before the queue gives up, and asks nobody before a try has ended', async () => {
    expect((await run([record(A, 'o1', LAST_RECEIPT - 1)], () => {})).tried).toEqual([['o1', false]])
    expect((await run([record(A, 'o1', LAST_RECEIPT)], () => {})).tried).toEqual([['o1', true]])
    expect(LAST_RECEIPT).toBeLessThan(REPLY_RECEIPTS)
    expect(SETTLING_MS).toBeGreaterThan(SENDER_TIMEOUT.toMilliseconds())
    // To ask and to send, with room for the table's own slowest minute.
    expect(40_000).toBeGreaterThanOrEqual(2 * TIMEOUT_MS + 10_000)
  })
})
