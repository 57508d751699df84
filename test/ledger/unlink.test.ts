import { expect, it } from 'vitest'
import { Ledger } from '../../functions/ledger/ledger.ts'
import { message, sam } from '../support/complaints.ts'
import { memoryTable } from '../support/table.ts'

const minute = (at: number) => `2026-11-23T09:${String(at).padStart(2, '0')}:00Z`

it('What was linked and has been reopened since can be unlinked: it goes on as it is', async () => {
  const ledger = new Ledger(memoryTable().db, 'ledger')
  const open = async (id: string) =>
    (await ledger.receive(message({ messageId: id, author: { id } }), { id: 'source:web' }, minute(0)))
      .complaintId
  const [one, other] = [await open('kim'), await open('ann')]
  await ledger.execute(one, { type: 'link', to: other, by: sam }, minute(1))
  await ledger.execute(one, { type: 'reopen', reason: 'they are two', by: sam }, minute(2))
  const contact = (await ledger.load(other)).contacts[0]?.id ?? ''
  const before = await ledger.load(one)
  const unlink = { type: 'unlink', contact, reason: 'they are two', by: sam } as const
  const { events } = await ledger.execute(other, unlink, minute(3))
  expect(events).toMatchObject([{ type: 'unlinked', contact, to: one }])
  expect(await ledger.load(one)).toEqual(before)
  expect((await ledger.load(other)).contacts).toEqual([])
})
