import type { SQSRecord } from 'aws-lambda'
import * as z from 'zod'
import { houseHours, weekOf } from '../domain/week.ts'
import type { IgnoredList } from '../ledger/ignored.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Clock } from '../shared/clock.ts'
import { countIgnored, type Ignored } from '../shared/ignored.ts'
import { logger } from '../shared/logger.ts'
import { currentPolicy } from '../shared/policies.ts'
import { ignoredMail, instantIn, type Mail, messageOf, whyIgnored } from '../sources/email/mail.ts'
import { headOf, mailOf } from '../sources/email/mime.ts'

export interface MailboxDependencies {
  readonly ledger: Pick<Ledger, 'receive'>
  readonly ignored: Pick<IgnoredList, 'remember'>
  readonly mails: {
    /** The bucket's name: no other is read, whatever a queue's message says. */
    readonly bucket: string
    /** The first so many bytes of an object, or all of it where it has fewer. */
    read(key: string, most: number): Promise<Uint8Array>
  }
  readonly clock: Clock
}

/**
 * A mail of more bytes is read in part. SES takes up to 40 MB, and unpacking a mail takes a function four times its size in
 * memory.
 */
export const MOST_WHOLE = 25 * 1024 * 1024
/** The part: mail programs put the words before the files. */
export const PART = 4 * 1024 * 1024

/** What SES writes into the bucket when its rule is made, to see whether it may. */
const SETUP = 'AMAZON_SES_SETUP_NOTIFICATION'

const notification = z.object({
  Records: z
    .array(
      z.object({
        eventTime: z.string(),
        s3: z.object({
          bucket: z.object({ name: z.string() }),
          object: z.object({ key: z.string(), size: z.int().min(0) }),
        }),
      }),
    )
    .optional(),
})

/**
 * Takes the mails that a message of the queue tells of (S3's notifications: one, so far). A mail is known by its
 * Message-ID, however often it is told of.
 *
 * @throws Error where a mail cannot be read or taken: the queue brings it again, and at last to its dead-letter queue.
 */
export async function takeMails(
  { body }: Pick<SQSRecord, 'body'>,
  { ledger, ignored, mails, clock }: MailboxDependencies,
): Promise<void> {
  // Without records it is S3's own test of the queue, when the bucket is made.
  for (const { eventTime, s3 } of notification.parse(JSON.parse(body)).Records ?? []) {
    if (s3.bucket.name !== mails.bucket) throw new Error('This is no notification of the bucket of mails')
    // S3 writes keys as a form would: a space is a plus.
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    if (key.endsWith(SETUP)) logger.info('SES may write to the bucket')
    else await take(key, s3.object.size, eventTime)
  }

  async function take(key: string, size: number, eventTime: string): Promise<void> {
    const whole = size <= MOST_WHOLE
    const bytes = await mails.read(key, whole ? MOST_WHOLE : PART)
    const where = { takenAt: instantIn(eventTime), where: `s3://${mails.bucket}/${key}` }
    // The head alone: what carries a virus is not looked into any further.
    const head = await mailOf(headOf(bytes), where)
    const reason = whyIgnored(head)
    if (reason !== undefined) return leaveOut(ignoredMail(head, reason), key)
    const mail = await mailOf(bytes, where)
    const message = messageOf(whole ? mail : inPart(mail, where.where, size))
    if ('ignored' in message) return leaveOut(message, key)
    const receipt = await ledger.receive(message, { id: 'source:email' }, await clock.now())
    logger.info('Taken', { ...receipt, mail: key, bytes: size, whole })
  }

  /** It stays in the bucket for a while, where somebody can look at it. */
  async function leaveOut(found: Ignored, key: string): Promise<void> {
    const now = await clock.now()
    const where = { ...found, permalink: `s3://${mails.bucket}/${key}` }
    await ignored.remember('email', [where], key, weekOf(houseHours(currentPolicy), now), now)
    countIgnored('email', found.ignored, 1, { mail: key })
  }
}

/** Its files beyond the part are not known, and the last one that is may be cut: in their place stands the whole mail. */
const inPart = (mail: Mail, reference: string, bytes: number): Mail => ({
  ...mail,
  files: [{ name: 'the whole mail.eml', contentType: 'message/rfc822', bytes, reference }],
})
