import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { headsInBucket, headsInFolder, headsOfFile } from '../../functions/audit/heads.ts'
import { csvOf } from '../../functions/export/dataset.ts'
import { HEAD_COLUMNS } from '../../functions/export/rows.ts'
import { COMPLAINT_ID } from '../support/complaints.ts'

const HASH = 'ab'.repeat(32)
const file = (...seqs: number[]) =>
  csvOf(
    HEAD_COLUMNS,
    seqs.map((seq) => ({ complaint: COMPLAINT_ID, seq, hash: HASH })),
  )
const DAY = 'heads/date=2026-11-20/heads.csv'

describe('Published heads in a folder', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'heads-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const put = (name: string, text: string): void => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }

  it('are found at whatever depth, corrections too, and among the export’s other tables', () => {
    put(DAY, file(3))
    put('corrections/heads/date=2026-11-20/abc.csv', file(5))
    put('complaints/date=2026-11-20/complaints.csv', 'complaint,posted_at\r\nx,y\r\n')
    put('heads/date=2026-11-21/heads.csv', file())
    const { heads, files, faults } = headsInFolder(folder)
    expect(faults).toEqual([])
    expect(files).toBe(3)
    expect(heads.get(COMPLAINT_ID)).toEqual([
      { complaintId: COMPLAINT_ID, seq: 5, hash: HASH, file: 'corrections/heads/date=2026-11-20/abc.csv' },
      { complaintId: COMPLAINT_ID, seq: 3, hash: HASH, file: DAY },
    ])
  })

  it('are said to be unreadable, line by line, where they are', () => {
    put(DAY, `${file(3)}${COMPLAINT_ID},4,xyz\r\n${file(5).split('\r\n')[1]}\r\n`)
    put('heads/date=2026-11-21/heads.csv', file(6).slice(0, -10))
    const { heads, faults } = headsInFolder(folder)
    expect(heads.get(COMPLAINT_ID)?.map(({ seq }) => seq)).toEqual([3, 5])
    expect(faults).toEqual([
      `${DAY} cannot be read in line 3`,
      'heads/date=2026-11-21/heads.csv cannot be read in line 2',
    ])
  })
})

describe('Published heads in a bucket', () => {
  it('are read in every version, and what was written twice or deleted is a fault', async () => {
    const stored: Record<string, string> = { 'v1 of it': file(3), 'v2 of it': file(4) }
    const s3 = new S3Client({ region: 'eu-west-2' })
    vi.spyOn(s3, 'send').mockImplementation(async (command: { input: unknown }) => {
      const { Prefix, KeyMarker, VersionId } = command.input as Record<string, string | undefined>
      if (VersionId !== undefined) return { Body: { transformToString: async () => stored[VersionId] } }
      if (Prefix !== 'heads/') return {}
      return KeyMarker === undefined
        ? { Versions: [{ Key: DAY, VersionId: 'v2 of it' }], IsTruncated: true, NextKeyMarker: DAY }
        : {
            Versions: [{ Key: DAY, VersionId: 'v1 of it' }],
            DeleteMarkers: [{ Key: 'heads/date=2026-11-19/heads.csv' }],
          }
    })
    const { heads, faults } = await headsInBucket(s3, 'bucket')
    expect(heads.get(COMPLAINT_ID)?.map(({ seq }) => seq)).toEqual([4, 3])
    expect(faults).toEqual([
      'heads/date=2026-11-19/heads.csv was deleted',
      `${DAY} was written more than once`,
    ])
  })
})

describe('A file that somebody was sent', () => {
  const head = (seq: number, day: string) => ({
    complaintId: COMPLAINT_ID,
    seq,
    hash: HASH,
    file: `heads/date=${day}/heads.csv`,
  })

  it('has to have what was published before it was made, and need not have what came after', () => {
    const heads = [
      head(3, '2026-11-20'),
      head(9, '2026-11-22'),
      head(12, '2026-11-23'),
      head(15, '2026-11-24'),
    ]
    const madeAt = '2026-11-23T10:00:00Z'
    expect(headsOfFile(heads, 9, madeAt).map(({ seq }) => seq)).toEqual([3, 9])
    // Its end was cut off: what was published the day before is to be missed.
    expect(headsOfFile(heads, 3, madeAt).map(({ seq }) => seq)).toEqual([3, 9])
    expect(headsOfFile(heads, 12, madeAt).map(({ seq }) => seq)).toEqual([3, 9, 12])
  })
})
