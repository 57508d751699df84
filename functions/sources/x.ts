import * as z from 'zod'
import type { Amendment, Attachment, Message } from '../domain/complaint.ts'
import { type Instant, parseInstant, toInstant } from '../domain/instant.ts'
import { foreignId, languageTag } from '../shared/fields.ts'
import { type Inbound, jsonOf } from '../shared/http.ts'
import { checked, invalid, Problem } from '../shared/problem.ts'
import { attachmentsOf, evidenceOf, present } from './platform.ts'
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
const media = z
  .object({
    media: z
      .array(
        z.object({
          media_url_https: z.string(),
          video_info: z
            .object({
              variants: z.array(
                z.object({
                  url: z.string(),
                  content_type: z.string().optional(),
                  bitrate: z.number().optional(),
                }),
              ),
            })
            .optional()
            .catch(undefined),
        }),
      )
      .optional(),
  })
  .optional()
  .catch(undefined)
const post = z.object({
  id_str: foreignId,
  created_at: z.string().max(40),
  user: person,
  text: text.optional(),
  full_text: text.optional(),
  extended_tweet: z.object({ full_text: text, extended_entities: media }).optional(),
  extended_entities: media,
  retweeted_status: z.unknown().optional(),
  lang: label.optional(),
  conversation_id_str: foreignId.optional().catch(undefined),
  in_reply_to_status_id_str: foreignId.nullish().catch(undefined),
  quoted_status: z
    .object({ id_str: foreignId, user: person.pick({ id_str: true, name: true, screen_name: true }) })
    .extend({ text: text.optional(), full_text: text.optional(), created_at: label.optional() })
    .optional()
    .catch(undefined),
  edit_history: z.object({ initial_tweet_id: foreignId }).optional().catch(undefined),
})
const deletion = z.object({
  status: z.object({ id: foreignId, user_id: foreignId }),
  timestamp_ms: z.string().regex(/^\d{13}$/, 'must be milliseconds since 1970, as a string'),
})
const directMessage = z.object({
  type: z.literal('message_create'),
  id: foreignId,
  created_timestamp: z.string().regex(/^\d{13}$/, 'must be milliseconds since 1970, as a string'),
  message_create: z.object({
    sender_id: foreignId,
    message_data: z.object({
      text: text.default(''),
      attachment: z
        .object({ media: z.object({ media_url_https: z.string() }).optional() })
        .optional()
        .catch(undefined),
    }),
  }),
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
  tweet_delete_events: z.array(deletion).max(100).optional(),
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

function parse(request: Inbound): (Message | Amendment)[] {
  const body = checked(xBody, jsonOf(request))
  const posts = (body.tweet_create_events ?? [])
    // What we wrote ourselves, and what somebody passed on without a word of their own.
    .filter((event) => event.user.id_str !== body.for_user_id && event.retweeted_status === undefined)
    .map((event) => (isEdit(event) ? editOf(event) : messageOfPost(event, body.for_user_id)))
  const direct = (body.direct_message_events ?? [])
    .filter((event) => 'message_create' in event)
    .filter((event) => event.message_create.sender_id !== body.for_user_id)
    .map((event) => messageOfDirectMessage(event, body))
  const deletions = (body.tweet_delete_events ?? [])
    .filter(({ status }) => status.user_id !== body.for_user_id)
    .map(({ status, timestamp_ms }): Amendment => {
      const at = toInstant(Number(timestamp_ms) / 1000)
      return { source: 'x', messageId: `post:${status.id}`, change: 'deleted', at }
    })
  return [...posts, ...direct, ...deletions]
}

const textOf = (event: Pick<Post, 'text' | 'full_text' | 'extended_tweet'>): string =>
  event.extended_tweet?.full_text ?? event.full_text ?? event.text ?? ''

/** X gives an edited post an id of its own, and says which it was at first. */
const isEdit = ({ id_str, edit_history: edits }: Post): boolean =>
  edits !== undefined && edits.initial_tweet_id !== id_str

const editOf = (event: Post): Amendment => ({
  source: 'x',
  messageId: `post:${event.edit_history?.initial_tweet_id}`,
  change: 'edited',
  at: postedAt(event.created_at),
  text: textOf(event),
})

function messageOfPost(event: Post, us: string): Message {
  const { id_str: id, user, quoted_status: quoted } = event
  const parent = event.in_reply_to_status_id_str ?? undefined
  // A stranger's post that is quoted is what the customer writes about, not what they answer.
  const answers =
    quoted !== undefined && [us, user.id_str].includes(quoted.user.id_str) ? [quoted.id_str] : []
  const inReplyTo = [...(parent === undefined ? [] : [parent]), ...answers].map(
    (answered) => `post:${answered}`,
  )
  // What X does not say cannot be told from a reply alone: its parent may itself be one.
  const root = event.conversation_id_str ?? (parent === undefined ? id : undefined)
  return {
    source: 'x',
    messageId: `post:${id}`,
    postedAt: postedAt(event.created_at),
    author: authorOf(user),
    text: textOf(event),
    public: true,
    channel: 'x',
    permalink: permalinkOf(id, user),
    ...(isLanguage(event.lang) ? { language: event.lang } : {}),
    ...reachOf(user),
    ...present({
      conversation: root === undefined ? undefined : `post:${root}`,
      inReplyTo: inReplyTo.length === 0 ? undefined : inReplyTo,
      attachments: attachmentsOf(filesOf(event)),
    }),
    evidence: evidenceOf(shownOf(event)),
  }
}

const permalinkOf = (id: string, { screen_name }: Pick<Person, 'screen_name'>): string =>
  `https://x.com/${encodeURIComponent(screen_name ?? 'i')}/status/${encodeURIComponent(id)}`

/** Pictures, and the best of a film's versions. */
const filesOf = (event: Post): Attachment[] =>
  (event.extended_tweet?.extended_entities?.media ?? event.extended_entities?.media ?? []).map(
    ({ media_url_https, video_info }) => {
      const [best] = [...(video_info?.variants ?? [])].sort((a, b) => (b.bitrate ?? -1) - (a.bitrate ?? -1))
      return best === undefined
        ? { reference: media_url_https }
        : { reference: best.url, contentType: best.content_type }
    },
  )

/** What anybody could see of a post: nothing of what its author's profile says. */
const shownOf = (event: Post): object => {
  const by = ({ id_str, name, screen_name }: Pick<Person, 'id_str' | 'name' | 'screen_name'>) => ({
    id_str,
    name,
    screen_name,
  })
  const { id_str, created_at, lang, in_reply_to_status_id_str, quoted_status: quoted } = event
  return {
    id_str,
    created_at,
    user: by(event.user),
    text: textOf(event),
    lang,
    in_reply_to_status_id_str,
    media: filesOf(event).map(({ reference }) => reference),
    ...(quoted === undefined
      ? {}
      : {
          quoted_status: {
            id_str: quoted.id_str,
            created_at: quoted.created_at,
            user: by(quoted.user),
            text: textOf(quoted),
          },
        }),
  }
}

function messageOfDirectMessage(event: DirectMessage, { users }: Body): Message {
  const id_str = event.message_create.sender_id
  const known = users !== undefined && Object.hasOwn(users, id_str) ? users[id_str] : undefined
  const { data } = person.omit({ id_str: true }).safeParse(known)
  const { attachment } = event.message_create.message_data
  const file = attachment?.media === undefined ? [] : [{ reference: attachment.media.media_url_https }]
  return {
    source: 'x',
    messageId: `dm:${event.id}`,
    postedAt: toInstant(Number(event.created_timestamp) / 1000),
    author: authorOf({ ...data, id_str }),
    text: event.message_create.message_data.text,
    public: false,
    channel: 'x',
    conversation: `dm:${id_str}`,
    ...reachOf(data),
    ...present({ attachments: attachmentsOf(file) }),
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
