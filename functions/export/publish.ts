import { createHash } from 'node:crypto'
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { type Columns, csvLine, csvOf, parquetOf, type Row, sorted } from './dataset.ts'

/** Where files are published. What is published is never changed. */
export interface Shelf {
  /** What is published under a key; undefined where nothing is. */
  read(key: string): Promise<Uint8Array | undefined>
  /** @throws Error when something is published there already. */
  write(key: string, body: Uint8Array, contentType: string): Promise<void>
}

export interface Correction {
  readonly key: string
  /** Lines that are new. */
  readonly rows: number
  readonly sha256: string
  /** How many published lines hold no more; most are among the new ones, as they are now. */
  readonly replaces: number
}

/** A file of the export, as the manifest lists it. */
export interface PublishedFile {
  readonly key: string
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
  /** Amounts by what they are, in minor units; as they are now, with the correction if there is one. */
  readonly sums?: Readonly<Record<string, number>>
  /** Lines that replace or add to those of the published file, where the day has changed since it was published. */
  readonly correction?: Correction
}

const CSV = 'text/csv; charset=utf-8; header=present'
const PARQUET = 'application/vnd.apache.parquet'
const JSON_TYPE = 'application/json'

export const sha256 = (body: Uint8Array | string): string => createHash('sha256').update(body).digest('hex')
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const linesOf = (csv: string): string[] => csv.split('\r\n').slice(1, -1)

/** A bucket as a shelf. */
export const shelfIn = (s3: S3Client, bucket: string): Shelf => ({
  async read(key) {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      return await Body?.transformToByteArray()
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined
      throw error
    }
  },
  async write(key, body, contentType) {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
        IfNoneMatch: '*',
      }),
    )
  },
})

/**
 * Publishes a table of a day as CSV and as Parquet. Where it is published already and is the same, nothing happens. Where
 * it is not the same any more, the published file stays as it is, and the lines that are new go to a correction file
 * that is called after its content.
 *
 * @param dataset the name of the table, and of its folder.
 */
export async function publishTable<C extends Columns>(
  shelf: Shelf,
  dataset: string,
  day: string,
  columns: C,
  unsorted: readonly Row<C>[],
  sums?: Readonly<Record<string, number>>,
): Promise<PublishedFile> {
  const rows = sorted(columns, unsorted)
  const csv = csvOf(columns, rows)
  const key = `${dataset}/date=${day}/${dataset}.csv`
  const more = sums === undefined ? {} : { sums }
  const known = await publishPair(shelf, key, csv, columns, rows)
  const text = Buffer.from(known).toString('utf8')
  const file = { key, rows: linesOf(text).length, bytes: known.length, sha256: sha256(known), ...more }
  if (text === csv) return file

  const before = new Set(linesOf(text))
  const after = new Set(linesOf(csv))
  const changed = rows.filter((row) => !before.has(csvLine(columns, row).slice(0, -2)))
  const replaces = [...before].filter((line) => !after.has(line)).length
  const corrections = `corrections/${dataset}/date=${day}/${sha256(csv).slice(0, 12)}.csv`
  const correction = await publishPair(shelf, corrections, csvOf(columns, changed), columns, changed)
  return {
    ...file,
    correction: { key: corrections, rows: changed.length, sha256: sha256(correction), replaces },
  }
}

/**
 * Publishes what a day says of an earlier one: lines that the earlier day's file would have had, had it been known then.
 *
 * @param about the earlier day.
 */
export async function publishLate<C extends Columns>(
  shelf: Shelf,
  dataset: string,
  about: string,
  day: string,
  columns: C,
  unsorted: readonly Row<C>[],
): Promise<PublishedFile> {
  const rows = sorted(columns, unsorted)
  const key = `corrections/${dataset}/date=${about}/recorded=${day}.csv`
  const known = await publishPair(shelf, key, csvOf(columns, rows), columns, rows)
  return { key, rows: rows.length, bytes: known.length, sha256: sha256(known) }
}

/**
 * Publishes JSON under a key, or, where something else is published there, beside the corrections.
 * @returns where it is.
 */
export async function publishJson(shelf: Shelf, key: string, value: unknown): Promise<string> {
  const body = bytesOf(`${JSON.stringify(value, null, 2)}\n`)
  const known = await publishOnce(shelf, key, body, JSON_TYPE)
  if (Buffer.from(known).equals(body)) return key
  const beside = `corrections/${key.replace(/\.json$/, '')}/${sha256(body).slice(0, 12)}.json`
  await publishOnce(shelf, beside, body, JSON_TYPE)
  return beside
}

/** @returns the CSV that is published: this one, or the one that was there. */
async function publishPair<C extends Columns>(
  shelf: Shelf,
  key: string,
  csv: string,
  columns: C,
  rows: readonly Row<C>[],
): Promise<Uint8Array> {
  const body = bytesOf(csv)
  const known = await publishOnce(shelf, key, body, CSV)
  // Of one content only: a day that has changed keeps both of its files as they were.
  if (Buffer.from(known).equals(body))
    await publishOnce(
      shelf,
      `parquet/${key.replace(/\.csv$/, '.parquet')}`,
      parquetOf(columns, rows),
      PARQUET,
    )
  return known
}

async function publishOnce(shelf: Shelf, key: string, body: Uint8Array, contentType: string) {
  const known = await shelf.read(key)
  if (known !== undefined) return known
  await shelf.write(key, body, contentType)
  return body
}
