import * as z from 'zod'
import type { Message, Severity } from '../domain/complaint.ts'
import { epochSeconds, type Instant } from '../domain/instant.ts'
import { instant, languageTag } from '../shared/fields.ts'
import { type Inbound, jsonOf } from '../shared/http.ts'
import type { Ignored } from '../shared/ignored.ts'
import { checked, Problem } from '../shared/problem.ts'
import { anyId, customersText, idText, isHttps, perhaps, present } from './platform.ts'
import { type Content, hmacSha256, isDigest, type Source, type SourceSecrets } from './source.ts'

/** Real seconds that a signature is good for, before and after its timestamp. Zendesk names none; five minutes are usual. */
const TOLERANCE_SECONDS = 300
/** The first comment of a ticket is told of within seconds of it. */
const FIRST_COMMENT_SECONDS = 60

const email = z
  .string()
  .max(254)
  .regex(/^[^\s@<>]+@[^\s@<>]+$/)
  .optional()
  .catch(undefined)
const ticket = z.object({
  id: idText,
  subject: perhaps,
  description: customersText.default(''),
  created_at: instant,
  requester_id: idText,
  priority: z.string().nullish().catch(undefined),
})
const comment = z.object({
  id: idText,
  body: customersText.default(''),
  is_public: z.boolean().default(true),
  author: z.object({ id: idText, name: perhaps, is_staff: z.boolean().default(false) }),
})

const created = z.object({ type: z.literal('zen:event-type:ticket.created'), time: instant, detail: ticket })
const commented = z.object({
  type: z.literal('zen:event-type:ticket.comment_added'),
  time: instant,
  detail: ticket,
  event: z.object({ comment }),
})
const chatted = z.object({
  type: z.literal('zen:event-type:messaging_ticket.message_added'),
  time: instant,
  detail: z.object({ id: idText }),
  event: z.object({
    actor: z.object({ id: idText, name: perhaps, type: z.string() }),
    message: z.object({ id: idText, body: customersText.default('') }),
  }),
})

/** What is not known here, by which ticket or event it is. */
const unknown = z.object({ id: anyId, detail: z.object({ id: anyId }).optional().catch(undefined) }).catch({})

/** Who writes in a conversation beside the customer: us, our bots, and Zendesk itself. */
const OURS = new Set(['agent', 'admin', 'business', 'bot', 'app', 'system', 'trigger'])

const blank = (text: unknown) => (text === '' ? undefined : text)

/** The body that a trigger sends, as docs/sources.md has it for copying. Placeholders that are empty come as "". */
const triggered = z.strictObject({
  redress: z.literal('ticket').meta({ description: 'Says that it is this template' }),
  ticket: z.strictObject({
    id: idText,
    title: perhaps,
    url: z.string().refine(isHttps).optional().catch(undefined),
    createdAt: instant,
    priority: z.string().optional(),
  }),
  comment: z.strictObject({
    text: customersText,
    writtenAt: instant,
  }),
  requester: z.strictObject({
    id: idText,
    name: perhaps,
    email,
    phone: z
      .string()
      .max(40)
      .regex(/^[+\d][\d\s()./-]*$/)
      .optional()
      .catch(undefined),
    language: z.preprocess(blank, languageTag.optional().catch(undefined)),
  }),
})

/** What Zendesk sends: an event that was subscribed to, or what a trigger was told to send. */
export const zendeskBody = z.union([created, commented, chatted, triggered])

/** The signature is over the timestamp and the body, one behind the other, keyed by the secret as it is written. */
function verify({ headers, body }: Inbound, secrets: SourceSecrets, nowMs: number): void {
  const given = headers['x-zendesk-webhook-signature']
  const timestamp = headers['x-zendesk-webhook-signature-timestamp']
  if (!given || !timestamp) {
    throw new Problem(
      'unsigned',
      'Send the headers x-zendesk-webhook-signature and x-zendesk-webhook-signature-timestamp',
    )
  }
  const age = Math.floor(nowMs / 1000) - secondsOf(timestamp)
  if (Math.abs(age) > TOLERANCE_SECONDS) {
    const off = `${Math.abs(age)} seconds ${age > 0 ? 'in the past' : 'in the future'}`
    throw new Problem(
      'stale-signature',
      `x-zendesk-webhook-signature-timestamp is ${off}; at most ${TOLERANCE_SECONDS} are accepted`,
    )
  }
  if (!secrets.active.some((key) => isDigest(hmacSha256(key, timestamp, body), given, 'base64')))
    throw new Problem('wrong-signature', 'x-zendesk-webhook-signature fits no active signing secret')
}

function secondsOf(timestamp: string): number {
  try {
    return epochSeconds(timestamp.slice(0, 40))
  } catch {
    throw new Problem('unsigned', 'x-zendesk-webhook-signature-timestamp must be like 2026-11-23T10:00:00Z')
  }
}

/**
 * What identifies a message is the comment, whoever tells of it and however often: an invocation that is tried again,
 * two triggers that both fire, an event beside a trigger. A ticket's first comment is its description, and has no id in
 * what tells of the ticket, so it goes by the ticket's.
 */
function parse(request: Inbound): Content[] {
  const given = jsonOf(request)
  const { type, redress } = checked(
    z.object({ type: z.string().optional(), redress: z.string().optional() }),
    given,
  )
  if (redress !== undefined) return ofTrigger(checked(triggered, given))
  if (type === created.shape.type.value) return ofTicket(checked(created, given).detail)
  if (type === commented.shape.type.value) return ofComment(checked(commented, given))
  if (type === chatted.shape.type.value) return ofChat(checked(chatted, given))
  const { id, detail } = unknown.parse(given)
  return [ignored('unknown-kind', { messageId: detail?.id === undefined ? id : `ticket:${detail.id}` })]
}

const ignored = (why: Ignored['ignored'], more: Partial<Ignored>): Ignored =>
  present({ ignored: why, ...more, channel: 'zendesk' })

const ofTicket = (it: z.output<typeof ticket>): Content[] => [
  message({
    messageId: `ticket:${it.id}`,
    postedAt: it.created_at,
    author: { id: it.requester_id },
    text: it.description,
    conversation: it.id,
    ...ofWhole(it),
  }),
]

function ofComment({ time, detail, event }: z.output<typeof commented>): Content[] {
  const { id, body, author, is_public } = event.comment
  const isFirst = body === detail.description && isWithin(detail.created_at, time, FIRST_COMMENT_SECONDS)
  // A ticket that an agent opened for a customer is the customer's, and its event tells of it.
  if (author.is_staff) return []
  // Zendesk hides what comes from an address that the ticket does not know.
  if (!is_public) return [ignored('note', { messageId: `comment:${id}`, postedAt: time })]
  return [
    message({
      messageId: isFirst ? `ticket:${detail.id}` : `comment:${id}`,
      postedAt: isFirst ? detail.created_at : time,
      author: present({ id: author.id, name: author.name }),
      text: body,
      conversation: detail.id,
      ...ofWhole(detail),
    }),
  ]
}

function ofChat({ time, detail, event }: z.output<typeof chatted>): Content[] {
  const { actor } = event
  if (OURS.has(actor.type)) return []
  if (actor.type !== 'end_user')
    return [ignored('unknown-kind', { messageId: `message:${event.message.id}`, postedAt: time })]
  return [
    message({
      messageId: `message:${event.message.id}`,
      postedAt: time,
      author: present({ id: actor.id, name: actor.name }),
      text: event.message.body,
      conversation: detail.id,
    }),
  ]
}

function ofTrigger({ ticket: about, comment: said, requester }: z.output<typeof triggered>): Content[] {
  const { id, name, email: at, phone, language } = requester
  const isFirst = isWithin(about.createdAt, said.writtenAt, FIRST_COMMENT_SECONDS)
  return [
    message({
      // A placeholder for a comment's id is not documented; nobody writes two comments in a second.
      messageId: isFirst ? `ticket:${about.id}` : `comment:${about.id}:${said.writtenAt}`,
      postedAt: said.writtenAt,
      author: present({ id, name, email: at, phone }),
      text: said.text,
      conversation: about.id,
      ...present({
        subject: about.title,
        permalink: about.url,
        language,
        severity: severityOf(about.priority),
      }),
    }),
  ]
}

const message = (
  of: Pick<Message, 'messageId' | 'postedAt' | 'author' | 'text' | 'conversation'> & Partial<Message>,
): Message => ({ source: 'zendesk', public: false, channel: 'zendesk', ...of })

const ofWhole = ({ subject, priority }: z.output<typeof ticket>) =>
  present({ subject, severity: severityOf(priority) })

const SEVERITY: ReadonlyMap<string, Severity> = new Map([
  ['low', 'low'],
  ['normal', 'normal'],
  ['high', 'high'],
  ['urgent', 'critical'],
])
const severityOf = (priority: string | null | undefined) => SEVERITY.get(priority?.toLowerCase() ?? '')

const isWithin = (from: Instant, until: Instant, seconds: number): boolean =>
  Math.abs(epochSeconds(until) - epochSeconds(from)) <= seconds

/** Source `zendesk`: tickets, as complaints; what customers write in them. */
export const zendesk: Source = {
  name: 'zendesk',
  accepts: {
    body: zendeskBody,
    scheme: 'Webhooks of Zendesk',
    headers: ['x-zendesk-webhook-signature', 'x-zendesk-webhook-signature-timestamp'],
  },
  verify,
  parse,
}
