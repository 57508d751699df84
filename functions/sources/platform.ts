/*
 * What platforms send, as opposed to the organisation's own tools: nobody there reads our refusals and mends the
 * message, so what can be mended or left out is not refused, and no complaint is lost for it.
 */
import * as z from 'zod'
import type { Attachment } from '../domain/complaint.ts'
import { type Instant, toInstant } from '../domain/instant.ts'
import { link } from '../shared/fields.ts'
import { checked } from '../shared/problem.ts'

/** Characters of a message that are kept; platforms of posts and chats allow far fewer. */
const TEXT = 20_000
const LABEL = 200
const MOST_ATTACHMENTS = 50
/** Bytes of a snapshot: what a customer wrote, and some of what stands around it. */
const EVIDENCE = 16 * 1024

/** Cut at a whole character. */
const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`

/** What a customer wrote: halves of characters are replaced, and what is too long is cut. */
export const customersText = z.string().transform((raw) => cut(raw.toWellFormed(), TEXT))

/** A name or a title, likewise. Absent where it is empty. */
export const label = z.string().transform(
  (raw) =>
    cut(
      raw
        .toWellFormed()
        .replace(/\p{Cc}+/gu, ' ')
        .trim(),
      LABEL,
    ) || undefined,
)

/** As `label`, of whatever may stand in its place: not worth refusing a complaint for. */
export const perhaps = label.optional().catch(undefined)

/** An id that may be written as a number. */
export const idText = z
  .union([z.string(), z.int().min(0)], { error: 'must be an id: text or a whole number' })
  .transform(String)
  .pipe(
    z
      .string()
      .min(1)
      .max(150)
      .regex(/^\P{Cc}*$/u, 'must not hold control characters'),
  )
  .refine((text) => text.isWellFormed(), 'holds half of a surrogate pair')

/** Seconds or milliseconds since 1970: platforms use both, sometimes in one body. */
export const unixTime = z
  .int('must be a time: seconds or milliseconds since 1970')
  .min(0)
  .max(253_402_300_799_999)
  .transform((given): Instant => toInstant(given > 253_402_300_799 ? Math.floor(given / 1000) : given))

/** As `checked`, of a part of the body: fields are named by their whole path. */
export function checkedAt<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  return checked(z.object({ [path]: schema }), value === undefined ? {} : { [path]: value })[path] as T
}

/** The attachments that have an address to be found at; undefined where none has. */
export function attachmentsOf(found: readonly Attachment[]): Attachment[] | undefined {
  const kept = found
    .filter(({ reference }) => isHttps(reference))
    .slice(0, MOST_ATTACHMENTS)
    .map(({ reference, name, contentType, bytes }) => ({
      reference,
      ...(name === undefined ? {} : { name }),
      ...(contentType !== undefined && isMediaType(contentType) ? { contentType } : {}),
      ...(bytes === undefined ? {} : { bytes }),
    }))
  return kept.length === 0 ? undefined : kept
}

export const isHttps = (address: string): boolean =>
  /^https:/i.test(address) && link.safeParse(address).success && address.isWellFormed()

const isMediaType = (text: string): boolean => /^[\w.+-]{1,60}\/[\w.+-]{1,80}$/.test(text)

/** A public post as its platform showed it, as JSON; cut where it is longer than 16 KiB. */
export function evidenceOf(post: object): string {
  const bytes = Buffer.from(JSON.stringify(post))
  if (bytes.length <= EVIDENCE) return bytes.toString()
  // A cut character decodes to a replacement; the mark says that there was more.
  return `${bytes
    .subarray(0, EVIDENCE - 6)
    .toString()
    .replace(/\ufffd$/, '')}…`
}

/** An id of something that is ignored: whatever is wrong with it, it is no reason to refuse what came along with it. */
export const anyId = idText.optional().catch(undefined)

/** Fields without those that are absent. */
export const present = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

/** A reply of ours, by its complaint. */
export interface ReplyName {
  readonly complaintId: string
  readonly replyId: string
}

/** What a platform is told to name a reply by when it reports of it: letters, digits and `_`. */
export const tagOf = ({ complaintId, replyId }: ReplyName): string => `${complaintId}_${replyId}`

/** The reply that it names; undefined where that is none of ours. */
export function replyIn(tag: string | null | undefined): ReplyName | undefined {
  const [, complaintId, replyId] = /^([0-9A-HJKMNP-TV-Z]{26})_(o\d{1,8})$/.exec(tag ?? '') ?? []
  return complaintId === undefined || replyId === undefined ? undefined : { complaintId, replyId }
}
