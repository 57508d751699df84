import { parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { neutralise } from '../../functions/export/csv.ts'
import { type Columns, csvOf, parquetOf } from '../../functions/export/dataset.ts'
import { publishJson, publishTable, type Shelf } from '../../functions/export/publish.ts'
import { complaintRow } from '../../functions/export/rows.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { given, sam } from '../support/complaints.ts'

const COLUMNS = {
  name: 'text',
  amount: 'integer',
  share: 'number',
  paid: 'boolean',
  at: 'instant',
} as const satisfies Columns
const ROWS = [
  {
    name: 'a "quoted", name',
    amount: 9_007_199_254_740_991,
    share: 0.1,
    paid: true,
    at: '2026-11-20T09:00:00Z',
  },
  { name: '=1+1', amount: -5 },
  {},
] as const

/** A shelf in memory that refuses, as S3 does, to replace what is there. */
function memoryShelf() {
  const files = new Map<string, Uint8Array>()
  const shelf: Shelf = {
    read: async (key) => files.get(key),
    write: async (key, body) => {
      if (files.has(key)) throw new Error(`${key} is published already`)
      files.set(key, body)
    },
  }
  const text = (key: string) => Buffer.from(files.get(key) ?? []).toString('utf8')
  return { shelf, files, text }
}

describe('A table of the export', () => {
  it('says the same in Parquet as in CSV, typed and without the guards for spreadsheets', async () => {
    const bytes = parquetOf(COLUMNS, ROWS)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    const read = await parquetReadObjects({ file })
    expect(read).toEqual([
      {
        name: 'a "quoted", name',
        amount: 9_007_199_254_740_991n,
        share: 0.1,
        paid: true,
        at: new Date('2026-11-20T09:00:00Z'),
      },
      { name: '=1+1', amount: -5n, share: null, paid: null, at: null },
      { name: null, amount: null, share: null, paid: null, at: null },
    ])
    expect(csvOf(COLUMNS, ROWS)).toBe(
      `name,amount,share,paid,at\r\n"a ""quoted"", name",9007199254740991,0.1,true,2026-11-20T09:00:00Z\r\n${neutralise('=1+1')},-5,,,\r\n,,,,\r\n`,
    )
  })

  it('is read back by another’s reader on a day without a line', async () => {
    const bytes = parquetOf(COLUMNS, [])
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    expect(await parquetReadObjects({ file })).toEqual([])
  })

  it('keeps a line of the table on a line of the file', () => {
    expect(csvOf({ name: 'text' }, [{ name: 'two\r\nlines' }])).toBe('name\r\ntwo lines\r\n')
  })
})

describe('What is published', () => {
  const publish = (shelf: Shelf, rows: readonly { name: string; amount: number }[]) =>
    publishTable(shelf, 'trial', '2026-11-20', { name: 'text', amount: 'integer' }, rows)

  it('is the same to the byte however often it is published, in whatever order its lines come', async () => {
    const { shelf, files } = memoryShelf()
    const rows = [
      { name: 'b', amount: 2 },
      { name: 'a', amount: 1 },
    ]
    const first = await publish(shelf, rows)
    const before = new Map(files)
    expect(await publish(shelf, rows.toReversed())).toEqual(first)
    expect(files).toEqual(before)
    expect([...files.keys()]).toEqual([
      'trial/date=2026-11-20/trial.csv',
      'parquet/trial/date=2026-11-20/trial.parquet',
    ])
  })

  it('is never changed: what is different later is a correction, of the lines that are', async () => {
    const { shelf, files, text } = memoryShelf()
    const first = await publish(shelf, [
      { name: 'a', amount: 1 },
      { name: 'b', amount: 2 },
    ])
    const published = text(first.key)
    const later = [
      { name: 'a', amount: 1 },
      { name: 'b', amount: 3 },
      { name: 'c', amount: 4 },
    ]
    const second = await publish(shelf, later)
    expect(text(first.key)).toBe(published)
    expect(second).toMatchObject({ sha256: first.sha256, rows: 2, correction: { rows: 2, replaces: 1 } })
    expect(text(second.correction?.key ?? '')).toBe('name,amount\r\nb,3\r\nc,4\r\n')
    const known = files.size
    expect(await publish(shelf, later)).toEqual(second)
    expect(files.size).toBe(known)
  })

  it('has a Parquet file even where a run was cut off before it', async () => {
    const { shelf, files } = memoryShelf()
    await publish(shelf, [{ name: 'a', amount: 1 }])
    files.delete('parquet/trial/date=2026-11-20/trial.parquet')
    await publish(shelf, [{ name: 'a', amount: 1 }])
    expect([...files.keys()]).toContain('parquet/trial/date=2026-11-20/trial.parquet')
  })

  it('includes the manifest: another one goes beside it', async () => {
    const { shelf, text } = memoryShelf()
    const key = 'manifests/date=2026-11-20.json'
    expect(await publishJson(shelf, key, { rows: 1 })).toBe(key)
    expect(await publishJson(shelf, key, { rows: 1 })).toBe(key)
    const beside = await publishJson(shelf, key, { rows: 2 })
    expect(beside).toMatch(/^corrections\/manifests\/date=2026-11-20\/[0-9a-f]{12}\.json$/)
    expect(JSON.parse(text(key))).toEqual({ rows: 1 })
  })
})

describe('A complaint’s line', () => {
  const policyOf = () => currentPolicy

  it('counts business time by stage, without pauses, and prices it by the policy’s rates', () => {
    const story = given('2026-11-23T09:00:00Z')
    story.does('2026-11-23T09:30:00Z', { type: 'acknowledge' }, sam)
    story.does('2026-11-23T10:00:00Z', { type: 'pause', reason: 'waiting for the customer' }, sam)
    story.does('2026-11-23T12:00:00Z', { type: 'resume' }, sam)
    story.does('2026-11-24T09:30:00Z', { type: 'resolve', summary: 'answered' }, sam)
    const row = complaintRow(story.events, '2026-11-25T00:00:00Z', policyOf)
    // Acknowledged half an hour, then from noon to closing at 17:30, then half an hour of the next day.
    expect(row).toMatchObject({
      stage: 'resolved',
      received_seconds: 1800,
      acknowledged_seconds: 1800 + 5.5 * 3600 + 1800,
      handling_seconds: 1800 + 6.5 * 3600,
      handling_cost: 300 / 2 + 6.5 * 900,
      breach_cost: 0,
      cost_currency: 'GBP',
      timers_met: 'acknowledge;resolve',
      seconds_to_acknowledge: 1800,
    })
  })

  it('counts an open one up to the end of the day, and what it missed', () => {
    const story = given('2026-11-23T09:00:00Z')
    story.passes('2026-11-23T11:00:00Z')
    const row = complaintRow(story.events, '2026-11-24T00:00:00Z', policyOf)
    expect(row).toMatchObject({
      stage: 'received',
      received_seconds: 8.5 * 3600,
      timers_breached: 'acknowledge',
      breaches: 1,
      breach_cost: 500,
      acknowledged_at: undefined,
    })
  })

  it('says nothing of who the customer is or what they wrote', () => {
    const story = given('2026-11-23T09:00:00Z', {
      author: { id: 'customer-9', name: 'Kim Example', email: 'kim@example.com', phone: '+441632960000' },
      text: 'my private matter',
      permalink: 'https://example.com/kim',
    })
    const written = JSON.stringify(complaintRow(story.events, '2026-11-24T00:00:00Z', policyOf))
    for (const secret of ['customer-9', 'Kim', 'kim', '441632', 'private'])
      expect(written).not.toContain(secret)
  })
})
