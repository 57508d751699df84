import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Event } from '../../functions/domain/complaint.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import { type Exporting, exportDay } from '../../functions/export/day.ts'
import type { Shelf } from '../../functions/export/publish.ts'
import { complaintKey } from '../../functions/ledger/keys.ts'
import { COMPLAINT_ID, given, sam } from '../support/complaints.ts'
import { history, play } from '../support/histories.ts'
import { trialOf } from '../support/policies.ts'

/** Something in place of an event's hash. */
const hashAt = (seq: number): string => String(seq).padStart(64, '0')

/** A stage with one complaint of these events, a CloudWatch that has nothing, and an empty bucket. */
function stageWith(events: readonly Event[]) {
  const files = new Map<string, Uint8Array>()
  const shelf: Shelf = {
    read: async (key) => files.get(key),
    write: async (key, body) => {
      if (files.has(key)) throw new Error(`${key} is published already`)
      files.set(key, body)
    },
  }
  const db = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-west-1' }))
  vi.spyOn(db, 'send').mockImplementation(async (command: unknown) => {
    const shard = String(
      (command as { input: { ExpressionAttributeValues: object } }).input.ExpressionAttributeValues[
        ':shard' as never
      ],
    )
    const wrote = events.some(({ recordedAt }) => shard === `day#${recordedAt.slice(0, 10)}#0`)
    return { Items: wrote ? [{ pk: complaintKey(COMPLAINT_ID) }] : [] }
  })
  const cloudwatch = new CloudWatchClient({ region: 'eu-west-1' })
  vi.spyOn(cloudwatch, 'send').mockImplementation(async () => ({}))
  const exporting: Exporting = {
    db,
    table: 'ledger',
    ledger: {
      records: async () =>
        events.map((event) => ({
          event,
          context: { team: 'support', channel: 'web', receivedAt: events[0]?.at ?? '' },
          hash: hashAt(event.seq),
        })),
    },
    cloudwatch,
    service: 'redress-dev',
    shelf,
    policyOf: trialOf,
  }
  const text = (key: string) => Buffer.from(files.get(key) ?? []).toString('utf8')
  /** The one line of a file, by its columns. */
  const line = (key: string) => {
    const [header = '', row = ''] = text(key).split('\r\n')
    return Object.fromEntries(header.split(',').map((name, index) => [name, row.split(',')[index]]))
  }
  return { exporting, files, line }
}

describe('The export of a day', () => {
  it('has what became known too late in a correction of the day that it is about, and leaves that day alone', async () => {
    const story = given('2026-11-23T09:00:00Z')
    // An outage: the acknowledgement was missed on Monday, and nobody recorded it before Tuesday.
    story.passes('2026-11-24T08:00:00Z')
    const { exporting, files, line } = stageWith(story.events)
    const monday = await exportDay(exporting, '2026-11-23')
    const published = files.get('complaints/date=2026-11-23/complaints.csv')
    expect(line('complaints/date=2026-11-23/complaints.csv')).toMatchObject({ breaches: '0', events: '1' })
    expect(monday.manifest).toMatchObject({ madeFrom: { complaints: 1, events: 1 }, late: [] })

    const tuesday = await exportDay(exporting, '2026-11-24')
    const correction = 'corrections/complaints/date=2026-11-23/recorded=2026-11-24.csv'
    expect(tuesday.manifest.late).toMatchObject([{ key: correction, rows: 1 }])
    expect(line(correction)).toMatchObject({ breaches: '1', stage: 'received' })
    expect(files.get('complaints/date=2026-11-23/complaints.csv')).toBe(published)
    expect(await exportDay(exporting, '2026-11-23')).toEqual(monday)
  })

  it('is the same whenever it is made, whatever happens to its complaints on later days', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (generated) => {
        const { events } = play(generated).story
        const day = (events[0] as Event).recordedAt.slice(0, 10)
        const known = events.filter(({ recordedAt }) => recordedAt.slice(0, 10) === day)
        const then = stageWith(known)
        const now = stageWith(events)
        const { manifest } = await exportDay(then.exporting, day)
        expect((await exportDay(now.exporting, day)).manifest).toEqual(manifest)
        expect(now.files).toEqual(then.files)
      }),
      { numRuns: 30 },
    )
  })

  it('gives a complaint a line on each day on which it was written to, and on no other', async () => {
    const story = given('2026-11-23T09:00:00Z')
    story.does('2026-11-23T09:30:00Z', { type: 'acknowledge' }, sam)
    story.does('2026-11-25T09:30:00Z', { type: 'note', text: 'called' }, sam)
    const { exporting } = stageWith(story.events)
    const lines = []
    for (let at = '2026-11-22T00:00:00Z'; at < '2026-11-27T00:00:00Z'; at = addSeconds(at, 86_400)) {
      const { manifest } = await exportDay(exporting, at.slice(0, 10))
      lines.push(manifest.files.find(({ key }) => key.startsWith('complaints/'))?.rows)
    }
    expect(lines).toEqual([0, 1, 0, 1, 0])
  })

  it('has the head of each complaint’s chain as it was when the day was over', async () => {
    const story = given('2026-11-23T09:00:00Z')
    story.does('2026-11-23T09:20:00Z', { type: 'note', text: 'called' }, sam)
    const onMonday = story.events.length
    story.does('2026-11-24T09:30:00Z', { type: 'note', text: 'called again' }, sam)
    const { exporting, files, line } = stageWith(story.events)
    const key = 'heads/date=2026-11-23/heads.csv'
    const { manifest } = await exportDay(exporting, '2026-11-23')
    expect(line(key)).toEqual({
      complaint: COMPLAINT_ID,
      seq: String(onMonday),
      hash: hashAt(onMonday),
    })
    expect(manifest.files).toContainEqual(expect.objectContaining({ key, rows: 1 }))
    const published = new Map(files)
    await exportDay(exporting, '2026-11-24')
    expect(line('heads/date=2026-11-24/heads.csv')).toMatchObject({ seq: String(story.events.length) })
    expect(await exportDay(exporting, '2026-11-23')).toMatchObject({ manifest })
    for (const [name, content] of published) expect(files.get(name)).toEqual(content)
  })

  it('is refused for what is no day, and writes nothing', async () => {
    const { exporting, files } = stageWith([])
    for (const day of ['2026-02-30', '../2026-11-20', 'yesterday'])
      await expect(exportDay(exporting, day)).rejects.toThrow(RangeError)
    expect(files.size).toBe(0)
  })
})
