import { describe, expect, it } from 'vitest'
import { verify } from '../../functions/audit/verify.ts'
import { redecide } from '../../functions/domain/replay.ts'
import { earliestDueAt } from '../../functions/domain/timers.ts'
import { historyOf } from '../../functions/ledger/history.ts'
import { Ledger } from '../../functions/ledger/ledger.ts'
import { policyOf } from '../../functions/shared/policies.ts'
import { message, sam } from '../support/complaints.ts'
import { memoryTable } from '../support/table.ts'

const TABLE = 'ledger'
const web = { id: 'source:web' }
const LATE = '2026-12-23T10:00:00Z'

/** A complaint with more timers than one transaction has room for what comes of them, all overdue by far. */
async function forgotten(messageId = 'm1') {
  const { db } = memoryTable()
  const ledger = new Ledger(db, TABLE)
  const { complaintId } = await ledger.receive(message({ messageId }), web, '2026-11-23T09:00:00Z')
  const does = (action: Parameters<Ledger['execute']>[1]) =>
    ledger.execute(complaintId, action, '2026-11-23T09:10:00Z')
  await does({ type: 'acknowledge', by: sam })
  for (let at = 0; at < 40; at++) {
    const promise = { text: `call number ${at}`, due: '2026-11-24T12:00:00Z' }
    await does({ type: 'promise', ...promise, by: sam })
  }
  return { db, ledger, complaintId }
}

describe('A complaint of which more came due than one transaction takes', () => {
  it('has all of it recorded by what is asked of it next', async () => {
    const { db, ledger, complaintId } = await forgotten()
    await ledger.execute(complaintId, { type: 'note', text: 'sorry', by: sam }, LATE)
    const events = await ledger.timeline(complaintId)
    expect(events.at(-1)).toMatchObject({ type: 'noted', recordedAt: LATE })
    expect(events.filter(({ type }) => type === 'timer-breached').length).toBeGreaterThan(40)
    expect(events.filter(({ type }) => type === 'noted').length).toBe(1)
    expect(verify(await historyOf(db, TABLE, complaintId)).problems).toEqual([])
    expect(redecide(JSON.parse(JSON.stringify(events)), policyOf).difference).toBeUndefined()
  })

  it('has it recorded by the clock, and is due no more', async () => {
    const { ledger, complaintId } = await forgotten()
    const { complaint } = await ledger.execute(complaintId, { type: 'fire' }, LATE)
    const due = earliestDueAt(complaint.timers)
    expect(due === undefined || due > LATE).toBe(true)
  })

  it('is joined by what the customer writes', async () => {
    const { ledger, complaintId } = await forgotten()
    const again = message({ messageId: 'm2', text: 'Hello? Where is my call?', postedAt: LATE })
    expect(await ledger.receive(again, web, LATE)).toEqual({ complaintId, outcome: 'linked' })
    expect((await ledger.load(complaintId)).contactCount).toBe(1)
  })
})
