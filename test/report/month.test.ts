import { describe, expect, it } from 'vitest'
import { parquetOf } from '../../functions/export/dataset.ts'
import {
  COMPLAINT_COLUMNS,
  type ComplaintRow,
  REDRESS_COLUMNS,
  type RedressRow,
} from '../../functions/export/rows.ts'
import { carry, type Files, linesOf, monthBefore } from '../../functions/report/month.ts'
import { item, line, resolvedLine } from './lines.ts'

/** A bucket with the days of an export in it. */
function bucket(
  days: Record<string, { complaints?: ComplaintRow[]; redress?: RedressRow[]; corrected?: ComplaintRow[] }>,
) {
  const store = new Map<string, Uint8Array>()
  const reads: string[] = []
  for (const [day, { complaints = [], redress = [], corrected }] of Object.entries(days)) {
    store.set(`complaints/date=${day}/complaints.csv`, new Uint8Array())
    store.set(`parquet/complaints/date=${day}/complaints.parquet`, parquetOf(COMPLAINT_COLUMNS, complaints))
    store.set(`parquet/redress/date=${day}/redress.parquet`, parquetOf(REDRESS_COLUMNS, redress))
    if (corrected !== undefined)
      store.set(
        `parquet/corrections/complaints/date=${day}/abc.parquet`,
        parquetOf(COMPLAINT_COLUMNS, corrected),
      )
  }
  const files: Files = {
    read: async (key) => {
      reads.push(key)
      return store.get(key)
    },
    list: async (prefix) => [...store.keys()].filter((key) => key.startsWith(prefix)).sort(),
    replace: async (key, body) => void store.set(key, typeof body === 'string' ? Buffer.from(body) : body),
  }
  return { files, reads }
}

const stages = (rows: readonly ComplaintRow[]) =>
  Object.fromEntries(rows.map(({ complaint, stage }) => [complaint, stage]))

describe('the lines of a month', () => {
  it('are each complaint’s last, with what corrections say of it', async () => {
    const before = line({ complaint: 'a' })
    const after = { ...before, stage: 'acknowledged', recorded_at: '2026-11-11T09:00:00Z' }
    const corrected = { ...after, severity: 'high' }
    const { files } = bucket({
      '2026-11-10': { complaints: [before, line({ complaint: 'b' })] },
      '2026-11-11': { complaints: [after], corrected: [corrected] },
    })
    const { complaints } = await linesOf(files, '2026-11')
    expect(stages(complaints)).toEqual({ a: 'acknowledged', b: 'received' })
    expect(complaints.find(({ complaint }) => complaint === 'a')).toEqual(
      Object.fromEntries(Object.entries(corrected).filter(([, value]) => value !== undefined)),
    )
  })

  it('hold what the months before left open, though nobody has touched it since, and nothing that was over', async () => {
    const { files } = bucket({
      '2026-08-10': { complaints: [line({ complaint: 'forgotten' }), resolvedLine({ complaint: 'done' })] },
      '2026-10-10': { redress: [item({ complaint: 'owed' }), item({ complaint: 'paid', state: 'paid' })] },
      '2026-11-10': { complaints: [line({ complaint: 'new' })] },
    })
    const lines = await linesOf(files, '2026-11')
    expect(stages(lines.complaints)).toEqual({ forgotten: 'received', new: 'received' })
    expect(lines.redress.map(({ complaint }) => complaint)).toEqual(['owed'])
  })

  it('are read from their own month and the one before, once that has been carried over', async () => {
    const { files, reads } = bucket({
      '2026-08-10': { complaints: [line({ complaint: 'forgotten' })] },
      '2026-10-10': { complaints: [line({ complaint: 'new' })] },
    })
    await carry(files, '2026-10', await linesOf(files, '2026-10'))
    reads.length = 0
    expect(stages((await linesOf(files, '2026-11')).complaints)).toEqual({
      forgotten: 'received',
      new: 'received',
    })
    expect(reads.filter((key) => /2026-0[89]|2026-10-/.test(key))).toEqual([])
  })

  it('are none where nothing was ever exported', async () => {
    const { files } = bucket({})
    expect(await linesOf(files, '2026-11')).toEqual({ complaints: [], redress: [] })
    expect(monthBefore('2026-01')).toBe('2025-12')
  })
})
