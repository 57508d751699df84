import { createHash, createHmac } from 'node:crypto'
import * as z from 'zod'
import type { Instant } from '../domain/instant.ts'
import { type Inbound, requireMediaType } from '../shared/http.ts'
import { checked, Problem } from '../shared/problem.ts'
import { anyId, attachmentsOf, customersText, idText, perhaps, present, replyIn } from './platform.ts'
import {
  type Answer,
  type Content,
  isDigest,
  type Report,
  type Source,
  type SourceSecrets,
} from './source.ts'

const FORM = 'application/x-www-form-urlencoded'

/** The fields of an inbound message; Twilio sends many more. */
export const twilioBody = z.object({
  MessageSid: idText,
  From: idText,
  To: idText,
  Body: customersText.default(''),
  NumMedia: z
    .string()
    .regex(/^\d{1,2}$/, 'must be a whole number')
    .default('0'),
  ProfileName: perhaps,
  OriginalRepliedMessageSid: idText.optional().catch(undefined),
})

/**
 * Twilio signs the address that it was told, with the names and values of the form, sorted, behind it. A body that is no
 * form is signed by its digest, which is then in the address. There is no time in it: a delivery can be sent again by
 * whoever has seen it, which changes nothing.
 */
function verify(request: Inbound, secrets: SourceSecrets): void {
  const given = request.headers['x-twilio-signature']
  if (!given) throw new Problem('unsigned', 'Send the header x-twilio-signature')
  const digest = request.query.get('bodySHA256')
  const isForm = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === FORM
  const signed = digest === null || isForm ? pairs(request) : ''
  const fits = secrets.active.some((token) =>
    addresses(request.url).some((address) =>
      isDigest(createHmac('sha1', token).update(`${address}${signed}`).digest(), given, 'base64'),
    ),
  )
  if (!fits) throw new Problem('wrong-signature', 'x-twilio-signature fits no active auth token')
  if (digest !== null && !isForm) {
    if (!isDigest(createHash('sha256').update(request.body).digest(), digest, 'hex'))
      throw new Problem('wrong-signature', 'bodySHA256 is not that of the body')
  }
}

/** The form's fields as they are signed: sorted by name; of a name that comes twice, each value once, sorted. */
function pairs(request: Inbound): string {
  const fields = new Map<string, Set<string>>()
  for (const [name, value] of formOf(request)) {
    const values = fields.get(name) ?? new Set()
    fields.set(name, values.add(value))
  }
  return [...fields]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => [...values].sort().map((value) => `${name}${value}`))
    .join('')
}

const formOf = ({ body }: Inbound): URLSearchParams => new URLSearchParams(Buffer.from(body).toString('utf8'))

/** Twilio signs with the port for some of its products and without it for others. */
function addresses(url: string): string[] {
  const [, scheme = '', host = '', port, rest = ''] = /^(https?):\/\/([^/:?]+)(:\d+)?(.*)$/s.exec(url) ?? []
  if (host === '') return [url]
  return [url, `${scheme}://${host}${port === undefined ? (scheme === 'https' ? ':443' : ':80') : ''}${rest}`]
}

/** `whatsapp:+447700900123` is a channel and a number; a number alone is texted. */
function addressed(from: string): { channel: string; number: string } {
  const [, channel = 'sms', number = ''] = /^(?:([a-z]{1,20}):)?(.*)$/s.exec(from) ?? []
  return { channel, number }
}

/** How far a message of ours has come. */
const OUTBOUND = new Set([
  'accepted',
  'scheduled',
  'queued',
  'sending',
  'sent',
  'delivered',
  'partially_delivered',
  'undelivered',
  'failed',
  'canceled',
  'read',
])

function parse(request: Inbound, now: Instant): Content[] {
  // Twilio's other products send JSON. Nothing of theirs is a message to us.
  if (/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    return [{ ignored: 'unknown-kind', postedAt: now }]
  requireMediaType(request, FORM)
  const form = Object.fromEntries(formOf(request))
  const status = form.MessageStatus ?? form.SmsStatus ?? 'received'
  if (form.MessageSid !== undefined && Object.hasOwn(REPORTED, status))
    return [reportOf(checked(reported, form), REPORTED[status] as Report['status'], request, now)]
  if (OUTBOUND.has(status)) return []
  const { MessageSid: id, From: from = '' } = form
  // A call, or what Twilio may come to tell of.
  if (id === undefined || !/^receiv(ed|ing)$/.test(status))
    return [
      present({
        ignored: 'unknown-kind',
        messageId: anyId.parse(id ?? form.CallSid),
        postedAt: now,
      } as const),
    ]
  // The word STOP, which Twilio acts on itself.
  if (form.OptOutType !== undefined)
    return [
      present({
        ignored: 'opt-out',
        messageId: anyId.parse(id),
        postedAt: now,
        channel: addressed(from).channel,
      } as const),
    ]
  const it = checked(twilioBody, form)
  const media = Array.from({ length: Number(it.NumMedia) }, (_, index) => ({
    reference: form[`MediaUrl${index}`] ?? '',
    contentType: form[`MediaContentType${index}`],
  }))
  const { channel, number } = addressed(it.From)
  return [
    {
      source: 'twilio',
      messageId: it.MessageSid,
      postedAt: now, // Twilio does not say when; it sends at once
      author: present({
        id: number || it.From,
        name: it.ProfileName,
        phone: /^\+\d{5,15}$/.test(number) ? number : undefined,
      }),
      text: it.Body,
      public: false,
      channel,
      conversation: `${it.From}>${it.To}`,
      ...present({
        inReplyTo: it.OriginalRepliedMessageSid === undefined ? undefined : [it.OriginalRepliedMessageSid],
        attachments: attachmentsOf(media),
      }),
    },
  ]
}

/** What ends a message's way. A carrier that says nothing of its delivery leaves it at `sent`. */
const REPORTED: Readonly<Record<string, Report['status']>> = {
  delivered: 'delivered',
  read: 'read',
  undelivered: 'failed',
  failed: 'failed',
}

const reported = z.object({
  MessageSid: idText,
  ErrorCode: z
    .string()
    .regex(/^\d{1,6}$/)
    .optional()
    .catch(undefined),
})

/** Which reply it is stands in the address that Twilio was told to report to, which it signs. */
function reportOf(
  { MessageSid: reference, ErrorCode: code }: z.output<typeof reported>,
  status: Report['status'],
  { query }: Inbound,
  at: Instant,
): Report {
  return {
    source: 'twilio',
    reference,
    status,
    at,
    ...present({
      detail: status === 'failed' ? `Twilio’s error ${code ?? 'without a code'}` : undefined,
      reply: replyIn(query.get('reply')),
    }),
  }
}

/**
 * Twilio texts a plain answer to the customer, and reports one of JSON as an error (12300): it wants TwiML, and does
 * nothing for an empty one. Whoever else sends gets the usual answer.
 */
function answer({ headers }: Inbound): Answer | undefined {
  const isTwilio =
    headers['i-twilio-idempotency-token'] !== undefined || /^TwilioProxy\//.test(headers['user-agent'] ?? '')
  return isTwilio
    ? { contentType: 'text/xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>' }
    : undefined
}

/** Source `twilio`: text messages and WhatsApp. */
export const twilio: Source = {
  name: 'twilio',
  accepts: {
    body: twilioBody,
    contentType: FORM,
    scheme: 'Inbound messages of Twilio',
    headers: ['x-twilio-signature'],
  },
  verify,
  parse,
  answer,
}
