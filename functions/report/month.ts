import { parquetReadObjects } from 'hyparquet'
import { toInstant } from '../domain/instant.ts'
import { type Columns, csvOf, parquetOf, type Row, sorted } from '../export/dataset.ts'
import type { Shelf } from '../export/publish.ts'
import { COMPLAINT_COLUMNS, type ComplaintRow, REDRESS_COLUMNS, type RedressRow } from '../export/rows.ts'
import { daysOf, isOutstanding, monthBounds } from './figures.ts'

/** Where the export's files are. `list` gives the keys that begin with a prefix, in the order of text. */
export interface Files extends Pick<Shelf, 'read'> {
  list(prefix: string): Promise<string[]>
  /** Writes over what is there: a report of a month is made again when its days were corrected. */
  replace(key: string, body: Uint8Array | string, contentType: string): Promise<void>
}

export interface Lines {
  readonly complaints: readonly ComplaintRow[]
  readonly redress: readonly RedressRow[]
}

/** How far back a chain of months may be made up for: further than any regulator looks. */
const MOST_MONTHS = 84

const carriedKey = (month: string, table: string): string => `reports/month=${month}/carried/${table}.parquet`

/** The month before, `YYYY-MM`. */
export const monthBefore = (month: string): string =>
  toInstant(Date.parse(monthBounds(month).start) / 1000 - 86_400).slice(0, 7)

/**
 * Every complaint and every item of redress that a month's report has to know, each by its last line: those written to
 * in the month, and what the months before had left open. That is carried from month to month beside the reports, so
 * that a report reads its own month and not the whole history; where it is missing it is made up for, from the first
 * month that there is.
 */
export async function linesOf(files: Files, month: string): Promise<Lines> {
  const before = await carriedInto(files, month)
  const own = await ownLines(files, month)
  return {
    complaints: lastOf([...before.complaints, ...own.complaints], (row) => row.complaint, recorded),
    // What is left open comes first, so a line of the month stands in for it.
    redress: lastOf([...before.redress, ...own.redress], (row) => `${row.complaint} ${row.redress}`, changed),
  }
}

/** Keeps what a month leaves open, for the next one. */
export async function carry(files: Files, month: string, { complaints, redress }: Lines): Promise<void> {
  const open = sorted(COMPLAINT_COLUMNS, complaints.filter(isOutstanding))
  const owed = sorted(
    REDRESS_COLUMNS,
    redress.filter(({ state }) => state === 'proposed' || state === 'approved'),
  )
  const type = 'application/vnd.apache.parquet'
  await files.replace(carriedKey(month, 'complaints'), parquetOf(COMPLAINT_COLUMNS, open), type)
  await files.replace(carriedKey(month, 'redress'), parquetOf(REDRESS_COLUMNS, owed), type)
}

async function carriedInto(files: Files, month: string, depth = 0): Promise<Lines> {
  const previous = monthBefore(month)
  const complaints = await files.read(carriedKey(previous, 'complaints'))
  const redress = await files.read(carriedKey(previous, 'redress'))
  if (complaints !== undefined && redress !== undefined) {
    return {
      complaints: await rowsIn(COMPLAINT_COLUMNS, complaints),
      redress: await rowsIn(REDRESS_COLUMNS, redress),
    }
  }
  const [first] = await files.list('complaints/date=')
  const begun = first?.slice('complaints/date='.length, 'complaints/date=YYYY-MM'.length)
  if (begun === undefined || previous < begun || depth >= MOST_MONTHS) return { complaints: [], redress: [] }
  const before = await carriedInto(files, previous, depth + 1)
  const own = await ownLines(files, previous)
  const lines = {
    complaints: lastOf([...before.complaints, ...own.complaints], (row) => row.complaint, recorded),
    redress: lastOf([...before.redress, ...own.redress], (row) => `${row.complaint} ${row.redress}`, changed),
  }
  await carry(files, previous, lines)
  return {
    complaints: lines.complaints.filter(isOutstanding),
    redress: lines.redress.filter(({ state }) => state === 'proposed' || state === 'approved'),
  }
}

/** The lines of a month's days, with their corrections, a day after the other. */
async function ownLines(files: Files, month: string): Promise<Lines> {
  const complaints: ComplaintRow[] = []
  const redress: RedressRow[] = []
  for (const day of daysOf(month)) {
    complaints.push(...(await dayLines(files, 'complaints', day, COMPLAINT_COLUMNS)))
    redress.push(...(await dayLines(files, 'redress', day, REDRESS_COLUMNS)))
  }
  return { complaints, redress }
}

async function dayLines<C extends Columns>(
  files: Files,
  table: string,
  day: string,
  columns: C,
): Promise<Row<C>[]> {
  const own = `parquet/${table}/date=${day}/${table}.parquet`
  const corrections = await files.list(`parquet/corrections/${table}/date=${day}/`)
  const rows: Row<C>[] = []
  for (const key of [own, ...corrections]) {
    const body = await files.read(key)
    if (body !== undefined) rows.push(...(await rowsIn(columns, body)))
  }
  return rows
}

/** Of each complaint, or item, the line that knows most; of equals the one that was read last. */
function lastOf<R>(rows: readonly R[], idOf: (row: R) => string | undefined, knows: (row: R) => string): R[] {
  const last = new Map<string | undefined, R>()
  for (const row of rows) {
    const known = last.get(idOf(row))
    if (known === undefined || knows(row) >= knows(known)) last.set(idOf(row), row)
  }
  return [...last.values()]
}

const recorded = ({ recorded_at = '' }: ComplaintRow): string => recorded_at
const changed = ({ proposed_at = '', decided_at = '', paid_at = '' }: RedressRow): string =>
  [proposed_at, decided_at, paid_at].sort().at(-1) ?? ''

async function rowsIn<C extends Columns>(columns: C, body: Uint8Array): Promise<Row<C>[]> {
  const file = body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) as ArrayBuffer
  const found = await parquetReadObjects({ file })
  return found.map(
    (row) =>
      Object.fromEntries(
        Object.keys(columns).flatMap((name) => {
          const value = cellOf(row[name])
          return value === undefined ? [] : [[name, value]]
        }),
      ) as Row<C>,
  )
}

/** As it was before it was written: whole numbers are numbers again, instants text. */
function cellOf(value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return toInstant(value)
  return value
}

/** The figures' own lines as CSV, for whoever counts again. */
export const linesCsv = ({ complaints }: Lines): string =>
  csvOf(COMPLAINT_COLUMNS, sorted(COMPLAINT_COLUMNS, complaints))
