import * as z from 'zod'
import { parseInstant } from '../../domain/instant.ts'
import { present, replyIn } from '../platform.ts'
import type { Report } from '../source.ts'

/** What a mail is tagged with, so that SES names the reply in whatever it reports of it. */
export const REPLY_TAG = 'redress-reply'

/**
 * The Message-ID that SES gave a mail, without its brackets.
 *
 * @param messageId as its API and its events say it: the part before the `@`.
 */
export const sesMessageId = (messageId: string, region: string): string =>
  messageId.includes('@')
    ? messageId
    : `${messageId}@${region === 'us-east-1' ? 'email' : region}.amazonses.com`

/** What SES tells the event bus of a mail that it sent. Whom it was sent to is in it, and is not looked at. */
export const sesEvent = z.object({
  source: z.literal('aws.ses'),
  region: z.string().regex(/^[a-z0-9-]{4,30}$/),
  time: z.string(),
  detail: z.object({
    eventType: z.string().max(40),
    mail: z.object({
      messageId: z.string().regex(/^[\w.@-]{5,150}$/),
      tags: z.record(z.string(), z.array(z.string())).optional(),
    }),
    bounce: z
      .object({ bounceType: z.string().max(40), bounceSubType: z.string().max(40) })
      .partial()
      .optional(),
    reject: z.unknown().optional(),
  }),
})

const STATUS: Readonly<Record<string, Report['status']>> = {
  Delivery: 'delivered',
  // Of a soft bounce SES tells only once it has given up.
  Bounce: 'failed',
  Reject: 'failed',
  // Who calls it spam has it.
  Complaint: 'delivered',
}

/** What an event says of a reply; undefined where it says nothing new, as that a mail was sent, or is late. */
export function reportOf({ region, time, detail }: z.output<typeof sesEvent>): Report | undefined {
  const { eventType, mail, bounce } = detail
  const status = Object.hasOwn(STATUS, eventType) ? STATUS[eventType] : undefined
  if (status === undefined) return undefined
  const kind = [bounce?.bounceType, bounce?.bounceSubType]
    .filter((word) => /^\w+$/.test(word ?? ''))
    .join(', ')
  return {
    source: 'email',
    reference: sesMessageId(mail.messageId, region),
    status,
    at: parseInstant(time),
    ...present({
      detail:
        status !== 'failed'
          ? undefined
          : eventType === 'Bounce'
            ? `the customer’s mail server does not take it${kind === '' ? '' : ` (${kind})`}`
            : 'SES has found a virus in it',
      // A mail server may take a mail and send it back later: SES then tells of both, in two events. What comes back for
      // another reason than for good may be nothing but an answer that somebody is away.
      cameBack: bounce?.bounceType === 'Permanent' || undefined,
      reply: replyIn(mail.tags?.[REPLY_TAG]?.[0]),
    }),
  }
}
