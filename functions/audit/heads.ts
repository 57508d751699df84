import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Instant } from '../domain/instant.ts'
import { HEAD_COLUMNS } from '../export/rows.ts'
import type { PublishedHead } from './verify.ts'

/** What was published of the heads of all complaints. */
export interface Published {
  /** By complaint. */
  readonly heads: ReadonlyMap<string, readonly PublishedHead[]>
  readonly files: number
  /** What is wrong with the files themselves. */
  readonly faults: readonly string[]
}

/** Where the export puts them: what a day had when it was published, and what it was found to have later. */
const FOLDERS = ['heads/', 'corrections/heads/']
const HEADER = Object.keys(HEAD_COLUMNS).join(',')
const LINE = /^([0-9A-Z]{26}),([1-9]\d{0,8}),([0-9a-f]{64})$/

interface File {
  readonly name: string
  readonly text: string
}

function collected(files: Iterable<File>, faults: readonly string[]): Published {
  const heads = new Map<string, PublishedHead[]>()
  const found = [...faults]
  let count = 0
  for (const { name, text } of files) {
    const [header, ...lines] = text.split('\r\n')
    if (header !== HEADER) {
      found.push(`${name} holds no heads`)
      continue
    }
    count++
    for (const [index, line] of lines.entries()) {
      const [, complaintId, seq, hash] = LINE.exec(line) ?? []
      if (complaintId !== undefined && hash !== undefined) {
        const head = { complaintId, seq: Number(seq), hash, file: name }
        heads.set(complaintId, [...(heads.get(complaintId) ?? []), head])
      } else if (line !== '' || index < lines.length - 1) {
        found.push(`${name} cannot be read in line ${index + 2}`)
      }
    }
  }
  return { heads, files: count, faults: found }
}

/** The heads in a folder, at whatever depth: a copy of the bucket, or of its heads alone. */
export function headsInFolder(folder: string): Published {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.csv') && statSync(path).isFile())
    .sort()
  const files = names.map((path) => ({ name: relative(folder, path), text: readFileSync(path, 'utf8') }))
  // A copy of the bucket has other tables, too.
  return collected(
    files.filter(({ text }) => text.startsWith(`${HEADER}\r\n`)),
    [],
  )
}

/**
 * The heads in an export bucket, in every version of their files: what is published is never written again, so one that
 * was written twice, or deleted, was written by somebody else than the export.
 */
export async function headsInBucket(s3: S3Client, bucket: string): Promise<Published> {
  const files: File[] = []
  const faults: string[] = []
  for (const Prefix of FOLDERS) {
    const seen = new Set<string>()
    let at: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {}
    while (at !== undefined) {
      const page: Awaited<ReturnType<typeof listed>> = await listed(s3, bucket, Prefix, at)
      for (const { Key = '' } of page.DeleteMarkers ?? []) faults.push(`${Key} was deleted`)
      for (const { Key = '', VersionId } of page.Versions ?? []) {
        if (seen.has(Key)) faults.push(`${Key} was written more than once`)
        seen.add(Key)
        const { Body } = await s3.send(
          new GetObjectCommand({ Bucket: bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) }),
        )
        files.push({ name: Key, text: (await Body?.transformToString('utf8')) ?? '' })
      }
      const { IsTruncated, NextKeyMarker, NextVersionIdMarker } = page
      at = IsTruncated ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker } : undefined
    }
  }
  return collected(files, faults)
}

/**
 * The heads that a complaint's file has to agree with. One of the day on which it was made, or later, may be of an event
 * that came after it; where it has that event, it has to agree with that, too.
 *
 * @param newest the number of its last event.
 */
export const headsOfFile = (
  heads: readonly PublishedHead[],
  newest: number,
  madeAt: Instant,
): PublishedHead[] =>
  heads.filter(({ seq, file }) => {
    const day = /(?:^|\/)date=(\d{4}-\d\d-\d\d)\//.exec(file)?.[1]
    return seq <= newest || day === undefined || day < madeAt.slice(0, 10)
  })

const listed = (s3: S3Client, Bucket: string, Prefix: string, from: object) =>
  s3.send(new ListObjectVersionsCommand({ Bucket, Prefix, ...from }))
