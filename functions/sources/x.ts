import * as z from 'zod'
import type { Message } from '../domain/complaint.ts'
import { type Instant, parseInstant, toInstant } from '../domain/instant.ts'
import { foreignId, languageTag } from '../shared/fields.ts'
import { type Inbound, jsonOf } from '../shared/http.ts'
import { checked, invalid, Problem } from '../shared/problem.ts'
import { type Answer, hmacSha256, isDigest, newestOf, type Source, type SourceSecrets } from './source.ts'

/** Unlike a form's, X's text is not ours to send back: broken characters are mended, so that no complaint is lost. */
const text = z
  .string()
  .max(20_000)
  .transform((raw) => unescaped(raw).toWellFormed())
const label = z
  .string()
  .max(200)
  .transform((raw) => raw.toWellFormed())
const person = z.object({
  id_str: foreignId,
  name: label.optional(),
  screen_name: label.optional(),
  // Recorded as evidence and nothing else: not worth refusing a complaint for.
  followers_count: z.int().min(0).optional().catch(undefined),
})
const post = z.object({
  id_str: foreignId,
  created_at: z.string().max(40),
  user: person,
  text: text.optional(),
  full_text: text.optional(),
  extended_tweet: z.object({ full_text: text }).optional(),
  retweeted_status: z.unknown().optional(),
  lang: label.optional(),
})
const directMessage = z.object({
  type: z.literal('message_create'),
  id: foreignId,
  created_timestamp: z.string().regex(/^\d{13}$/, 'must be milliseconds since 1970, as a string'),
  message_create: z.object({ sender_id: foreignId, message_data: z.object({ text: text.default('') }) }),
})

/**
 * The parts of X's account activity that a complaint can be in. X adds fields and kinds of events as it likes, so what
 * is not known is skipped here, not refused.
 */
export const xBody = z.object({
  for_user_id: foreignId,
  tweet_create_events: z.array(post).max(100).optional(),
  direct_message_events: z
    .array(z.union([directMessage, z.object({ type: z.string().regex(/^(?!message_create$)/) })]))
    .max(100)
    .optional(),
  users: z.record(z.string(), z.unknown()).optional(),
})

type Body = z.output<typeof xBody>
type Post = z.output<typeof post>
type DirectMessage = z.output<typeof directMessage>
type Person = z.output<typeof person>

/**
 * X signs the body alone, with no time in it, so a delivery can be sent again by whoever has seen it. That is harmless:
 * every message has X's own id, and a second one with the same id changes nothing.
 */
function verify(request: Inbound, secrets: SourceSecrets): void {
  const signature = request.headers['x-twitter-webhooks-signature']
  if (!signature) throw new Problem('unsigned', 'Send the header x-twitter-webhooks-signature')
  if (!fits(signature, request.body, secrets.active)) {
    throw new Problem('wrong-signature', 'x-twitter-webhooks-signature fits no active consumer secret')
  }
  // The header is optional, but once it is there it must be right: falling back on the other would make it worthless.
  const oauth2 = request.headers['x-twitter-webhooks-signature-oauth2']
  if (oauth2 !== undefined && !fits(oauth2, request.body, secrets.oauth2 ?? [])) {
    throw new Problem(
      'wrong-signature',
      'x-twitter-webhooks-signature-oauth2 fits no known client secret ("oauth2")',
    )
  }
}

const fits = (signature: string, body: Uint8Array, keys: readonly string[]): boolean => {
  const given = /^sha256=([A-Za-z0-9+/]{43}=)$/.exec(signature)?.[1]
  return given !== undefined && keys.some((key) => isDigest(hmacSha256(key, body), given, 'base64'))
}

/**
 * X's challenge: it wants its token back, signed. Since the key is the one that signs deliveries, and anybody may ask,
 * a token that could be a delivery's body would get them a signature to forge one with. No JSON object is made of
 * these characters.
 */
function handshake(request: Inbound, secrets: SourceSecrets): Answer {
  const token = request.query.get('crc_token')
  if (token === null || !/^[A-Za-z0-9._~+/=-]{1,200}$/.test(token)) {
    throw invalid(
      'crc_token',
      'must be given, as 1 to 200 letters, digits and ".", "_", "~", "+", "/", "=", "-"',
    )
  }
  const response_token = `sha256=${hmacSha256(newestOf(secrets.active), token).toString('base64')}`
  return { contentType: 'application/json', body: JSON.stringify({ response_token }) }
}

function parse(request: Inbound): Message[] {
  const body = checked(xBody, jsonOf(request))
  const posts = (body.tweet_create_events ?? [])
    // What we wrote ourselves, and what somebody passed on without a word of their own.
    .filter((event) => event.user.id_str !== body.for_user_id && event.retweeted_status === undefined)
    .map(messageOfPost)
  const direct = (body.direct_message_events ?? [])
    .filter((event) => 'message_create' in event)
    .filter((event) => event.message_create.sender_id !== body.for_user_id)
    .map((event) => messageOfDirectMessage(event, body))
  return [...posts, ...direct]
}

function messageOfPost(event: Post): Message {
  const { id_str: id, user } = event
  const handle = encodeURIComponent(user.screen_name ?? 'i')
  return {
    source: 'x',
    messageId: `post:${id}`,
    postedAt: postedAt(event.created_at),
    author: authorOf(user),
    text: event.extended_tweet?.full_text ?? event.full_text ?? event.text ?? '',
    public: true,
    channel: 'x',
    permalink: `https://x.com/${handle}/status/${encodeURIComponent(id)}`,
    ...(isLanguage(event.lang) ? { language: event.lang } : {}),
    ...reachOf(user),
  }
}

function messageOfDirectMessage(event: DirectMessage, { users }: Body): Message {
  const id_str = event.message_create.sender_id
  const known = users !== undefined && Object.hasOwn(users, id_str) ? users[id_str] : undefined
  const { data } = person.omit({ id_str: true }).safeParse(known)
  return {
    source: 'x',
    messageId: `dm:${event.id}`,
    postedAt: toInstant(Number(event.created_timestamp) / 1000),
    author: authorOf({ ...data, id_str }),
    text: event.message_create.message_data.text,
    public: false,
    channel: 'x',
    ...reachOf(data),
  }
}

/** X has codes of its own for what is in no language: `und`, `zxx`, `qme` for pictures, and others in q. */
const isLanguage = (code: string | undefined): code is string =>
  languageTag.safeParse(code).success && !/^(und|zxx|q..)$/.test(code ?? '')

const reachOf = (who: Partial<Person> | undefined): Pick<Message, 'reach'> =>
  who?.followers_count === undefined ? {} : { reach: who.followers_count }

/** The handle belongs to the name: it is what one answers to. */
const authorOf = ({ id_str: id, name, screen_name: handle }: Person): Message['author'] => {
  const shown = [name, handle === undefined ? undefined : `@${handle}`].filter(Boolean).join(' ')
  return { id, ...(shown === '' ? {} : { name: shown }) }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** X's old form, `Sat Nov 21 10:05:00 +0000 2026`, or ISO 8601. */
function postedAt(given: string): Instant {
  const [, month = '', day, time, offset, year] =
    /^\w{3} (\w{3}) (\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})$/.exec(given) ?? []
  const iso =
    year === undefined
      ? given
      : `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${day}T${time}${offset}`
  try {
    return parseInstant(iso)
  } catch {
    throw invalid(
      'tweet_create_events.created_at',
      'must be like "Sat Nov 21 10:05:00 +0000 2026", or ISO 8601',
    )
  }
}

/** X escapes these three in every text, and no others; in one pass, so that a written `&amp;lt;` stays `&lt;`. */
const unescaped = (raw: string): string =>
  raw.replace(/&(amp|lt|gt);/g, (_, entity: 'amp' | 'lt' | 'gt') => ({ amp: '&', lt: '<', gt: '>' })[entity])

/** Source `x`: the account activity of X: posts that mention us, and direct messages. */
export const x: Source = {
  name: 'x',
  accepts: {
    body: xBody,
    scheme: 'Account activity of X',
    headers: ['x-twitter-webhooks-signature', 'x-twitter-webhooks-signature-oauth2'],
    handshake: ['crc_token'],
  },
  keys: { others: ['oauth2'] },
  verify,
  handshake,
  parse,
}
