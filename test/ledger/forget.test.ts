import { describe, expect, it } from 'vitest'
import { forget } from '../../functions/ledger/forget.ts'
import { complaintKey } from '../../functions/ledger/keys.ts'
import { Ledger } from '../../functions/ledger/ledger.ts'
import { StoredClaims } from '../../functions/senders/claim.ts'
import { message, sam } from '../support/complaints.ts'
import { memoryTable } from '../support/table.ts'

const TABLE = 'ledger'
const meta = { id: 'source:meta' }
const chat = message({
  source: 'meta',
  channel: 'messenger',
  public: false,
  author: { id: '7654321' },
  conversation: 'messages:1:7654321',
})
const minute = (at: number) => `2026-11-23T09:${String(at).padStart(2, '0')}:00Z`

/** A complaint that was answered and withdrawn, whose customer is erased. */
async function erased() {
  const { db, all } = memoryTable()
  const ledger = new Ledger(db, TABLE)
  const { complaintId } = await ledger.receive(chat, meta, minute(0))
  await ledger.receive({ ...chat, messageId: 'message-2', text: 'and where is my refund?' }, meta, minute(1))
  const text = 'Your bill was wrong: the meter had been read wrongly, and the refund is in your bank.'
  const draft = { type: 'draft-reply', text, by: sam } as const
  const { complaint } = await ledger.execute(complaintId, draft, minute(2))
  const [reply] = complaint.replies
  if (reply === undefined) throw new Error('There is no reply')
  const outcome = { kind: 'sent', reference: 'message:m_1', conversation: 'messages:1:7654321' } as const
  const claim = { platform: 'meta', sinceMs: 1, atMs: 1, attempt: 'a', outcome } as const
  await new StoredClaims(db, TABLE).put({ complaintId, replyId: reply.id }, claim, undefined)
  await ledger.execute(
    complaintId,
    {
      type: 'record-sent',
      id: reply.id,
      platform: 'meta',
      reference: outcome.reference,
      reports: true,
      by: { id: 'sender:meta' },
    },
    minute(3),
  )
  await ledger.execute(complaintId, { type: 'withdraw', reason: 'they said so', by: sam }, minute(4))
  await ledger.execute(complaintId, { type: 'erase', by: sam }, minute(5))
  await forget(db, TABLE, complaintId)
  return { ledger, complaintId, all }
}

describe('What is kept of a complaint whose customer is erased', () => {
  it('leads nobody to them, in whatever item of the table', async () => {
    const { complaintId, all } = await erased()
    const items = all()
    expect(items.filter(({ pk }) => pk !== complaintKey(complaintId))).toEqual([])
    expect(JSON.stringify(items)).not.toMatch(/7654321|m_1|message-[12]|refund|meter|bill/)
  })

  it('makes no complaint of a message whose words are gone', async () => {
    const { ledger, complaintId } = await erased()
    const { contacts } = await ledger.load(complaintId)
    const contact = contacts[0]?.id ?? ''
    const unlink = { type: 'unlink', contact, reason: 'not theirs', by: sam } as const
    await expect(ledger.execute(complaintId, unlink, minute(9))).rejects.toThrow(/customer was erased/)
  })
})
