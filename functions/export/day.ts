import { createHash } from 'node:crypto'
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type PolicyRef, replay } from '../domain/complaint.ts'
import { addSeconds, type Instant, parseInstant } from '../domain/instant.ts'
import type { Policy } from '../domain/policy.ts'
import { changedOn } from '../ledger/day.ts'
import type { EventRecord, Ledger } from '../ledger/ledger.ts'
import { csvLine } from './dataset.ts'
import { type PublishedFile, publishJson, publishLate, publishTable, type Shelf } from './publish.ts'
import { expectedOf, type Reconciliation, reconcile } from './reconcile.ts'
import {
  COMPLAINT_COLUMNS,
  type ComplaintRow,
  complaintRow,
  HEAD_COLUMNS,
  type HeadRow,
  METRIC_COLUMNS,
  REDRESS_COLUMNS,
  type RedressRow,
  redressRows,
} from './rows.ts'
import { metricRows, readDay } from './series.ts'

export interface Exporting {
  readonly db: DynamoDBDocumentClient
  readonly table: string
  readonly ledger: Pick<Ledger, 'records'>
  readonly cloudwatch: CloudWatchClient
  /** The dimension that tells the stages apart in CloudWatch. */
  readonly service: string
  readonly shelf: Shelf
  readonly policyOf: (ref: PolicyRef) => Policy
}

/** What a day's export consists of, and what it was made from. It holds nothing that differs from run to run. */
export interface Manifest {
  readonly date: string
  readonly madeFrom: {
    /** Complaints that were written to on the day, and the events that were recorded. */
    readonly complaints: number
    readonly events: number
    /** When the last of them was recorded. */
    readonly lastRecordedAt?: Instant | undefined
    /** SHA-256 over a line `<complaint>#<seq>` for each complaint, with its last event of the day. */
    readonly ledgerSha256: string
  }
  readonly files: readonly PublishedFile[]
  /** Lines about earlier days that only became known on this one. */
  readonly late: readonly PublishedFile[]
  readonly reconciliation: Reconciliation
}

/** Timelines read side by side. */
const AT_ONCE = 20

/** The instants at which a UTC day begins and is over. Throws RangeError for what is no day, `YYYY-MM-DD`. */
export function boundsOf(day: string): { start: Instant; end: Instant } {
  const start = parseInstant(`${day}T00:00:00Z`)
  return { start, end: addSeconds(start, 86_400) }
}

/** What is found out about a complaint on a day. */
interface Found {
  readonly row: ComplaintRow
  readonly redress: readonly RedressRow[]
  /** None where its events are older than the chain. */
  readonly heads: readonly HeadRow[]
  readonly records: readonly EventRecord[]
  readonly late: readonly { readonly about: string; readonly row: ComplaintRow }[]
}

/**
 * Exports a UTC day: its metrics, a line for each complaint that was written to and the head of its chain of events, and
 * what became known of earlier days; then compares the metrics with the ledger. Everything is taken from events by when they were recorded, so a day that
 * is over stays what it was. Run again it writes nothing new, or corrections.
 *
 * @throws RangeError for what is no day.
 */
export async function exportDay(
  exporting: Exporting,
  day: string,
): Promise<{ manifest: Manifest; manifestKey: string }> {
  const { db, table, cloudwatch, service, shelf } = exporting
  boundsOf(day)
  const found: Found[] = []
  const ids = await changedOn(db, table, day)
  for (let first = 0; first < ids.length; first += AT_ONCE)
    found.push(
      ...(await Promise.all(ids.slice(first, first + AT_ONCE).map((id) => lookAt(exporting, id, day)))),
    )
  const records = found.flatMap((one) => one.records)
  const expected = expectedOf(records)
  const points = await readDay(cloudwatch, service, day, expected)
  const rows = found.map(({ row }) => row)

  const redress = found.flatMap((one) => one.redress)
  const files = [
    await publishTable(shelf, 'metrics', day, METRIC_COLUMNS, metricRows(points)),
    await publishTable(shelf, 'complaints', day, COMPLAINT_COLUMNS, rows, costsIn(rows)),
    await publishTable(shelf, 'redress', day, REDRESS_COLUMNS, redress, redressIn(redress)),
    await publishTable(
      shelf,
      'heads',
      day,
      HEAD_COLUMNS,
      found.flatMap((one) => one.heads),
    ),
  ]
  const late: PublishedFile[] = []
  const lateRows = Map.groupBy(
    found.flatMap((one) => one.late),
    ({ about }) => about,
  )
  for (const [about, lines] of [...lateRows].sort(([a], [b]) => (a < b ? -1 : 1)))
    late.push(
      await publishLate(
        shelf,
        'complaints',
        about,
        day,
        COMPLAINT_COLUMNS,
        lines.map(({ row }) => row),
      ),
    )
  const manifest: Manifest = {
    date: day,
    madeFrom: madeFrom(found),
    files,
    late,
    reconciliation: reconcile(expected, points),
  }
  return { manifest, manifestKey: await publishJson(shelf, `manifests/date=${day}.json`, manifest) }
}

async function lookAt({ ledger, policyOf }: Exporting, id: string, day: string): Promise<Found> {
  const { start, end } = boundsOf(day)
  const all = (await ledger.records(id)).filter(({ event }) => event.recordedAt < end)
  const events = all.map(({ event }) => event)
  const records = all.filter(({ event }) => event.recordedAt >= start)
  const row = complaintRow(events, end, policyOf)
  const earlier = new Set(
    records.map(({ event }) => event.at.slice(0, 10)).filter((happened) => happened < day),
  )
  const late = [...earlier].sort().flatMap((about) => {
    const { end: over } = boundsOf(about)
    const then = events.filter(({ at }) => at < over)
    const known = then.filter(({ recordedAt }) => recordedAt < start)
    const now = complaintRow(then, over, policyOf)
    const same =
      known.length > 0 &&
      csvLine(COMPLAINT_COLUMNS, complaintRow(known, over, policyOf)) === csvLine(COMPLAINT_COLUMNS, now)
    return same ? [] : [{ about, row: now }]
  })
  const touched = new Set(
    records.flatMap(({ event }) => (event.type.startsWith('redress-') && 'id' in event ? [event.id] : [])),
  )
  const redress = touched.size === 0 ? [] : redressRows(replay(events), (one) => touched.has(one))
  const last = all.at(-1)
  const heads = last?.hash === undefined ? [] : [{ complaint: id, seq: last.event.seq, hash: last.hash }]
  return { row, redress, heads, records, late }
}

function madeFrom(found: readonly Found[]): Manifest['madeFrom'] {
  const hash = createHash('sha256')
  let events = 0
  let lastRecordedAt: Instant | undefined
  for (const { row, records } of found) {
    events += records.length
    const last = records.at(-1)?.event
    if (last === undefined) continue
    hash.update(`${row.complaint}#${last.seq}\n`)
    if (lastRecordedAt === undefined || last.recordedAt > lastRecordedAt) lastRecordedAt = last.recordedAt
  }
  return { complaints: found.length, events, lastRecordedAt, ledgerSha256: hash.digest('hex') }
}

/** What the day's redress adds up to, by how far it has come and by currency. */
function redressIn(rows: readonly RedressRow[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { state, currency, amount } of rows) {
    if (currency === undefined || amount === undefined) continue
    sums[`${state} ${currency}`] = (sums[`${state} ${currency}`] ?? 0) + amount
  }
  return sums
}

/** What the day's lines add up to, in minor units: of complaints as they stood, not of what the day added. */
function costsIn(rows: readonly ComplaintRow[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { cost_currency: currency, handling_cost = 0, breach_cost = 0 } of rows) {
    if (currency === undefined) continue
    sums[`handling_cost ${currency}`] = (sums[`handling_cost ${currency}`] ?? 0) + handling_cost
    sums[`breach_cost ${currency}`] = (sums[`breach_cost ${currency}`] ?? 0) + breach_cost
  }
  return sums
}
