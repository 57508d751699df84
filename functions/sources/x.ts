import * as z from 'zod'
import type { Attachment, Message } from '../domain/complaint.ts'
import { type Instant, parseInstant, toInstant } from '../domain/instant.ts'
import { foreignId, languageTag } from '../shared/fields.ts'
import { type Inbound, jsonOf } from '../shared/http.ts'
import type { Ignored } from '../shared/ignored.ts'
import { checked, invalid, Problem } from '../shared/problem.ts'
import { anyId, attachmentsOf, evidenceOf, present } from './platform.ts'
import {
  type Answer,
  type Change,
  type Content,
  hmacSha256,
  isDigest,
  newestOf,
  type Source,
  type SourceSecrets,
} from './source.ts'

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

/** A like, of whatever shape: nothing is refused for it. */
const like = z.object({
  id: anyId,
  user: z.object({ id_str: anyId }).optional().catch(undefined),
  favorited_status: z.object({ id_str: anyId }).optional().catch(undefined),
})
/** Something of a kind that is not known here, by whichever id it has. */
const unknown = z.object({ id: anyId, id_str: anyId }).catch({})

/** What nobody says anything in: X tells of it all the same. The rest of these are read. */
const SILENT = new Set([
  'for_user_id',
  'user_has_blocked',
  'users',
  'apps',
  'tweet_create_events',
  'tweet_delete_events',
  'direct_message_events',
  'favorite_events',
  'follow_events',
  'unfollow_events',
  'block_events',
  'unblock_events',
  'mute_events',
  'unmute_events',
  'user_event',
  'direct_message_indicate_typing_events',
  'direct_message_mark_read_events',
])

/**
 * The parts of X's account activity that a complaint can be in. X adds fields and kinds of events as it likes, so what
 * is not known is not refused.
 */
export const xBody = z.object({
  for_user_id: foreignId,
  tweet_create_events: z.array(post).max(100).optional(),
  direct_message_events: z
    .array(z.union([directMessage, z.object({ type: z.string().regex(/^(?!message_create$)/), id: anyId })]))
    .max(100)
    .optional(),
  tweet_delete_events: z.array(deletion).max(100).optional(),
  favorite_events: z.unknown().optional(),
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

function parse(request: Inbound): Content[] {
  const raw = jsonOf(request)
  const body = checked(xBody, raw)
  const us = body.for_user_id
  const posts = (body.tweet_create_events ?? [])
    .filter((event) => event.user.id_str !== us)
    .map((event) =>
      event.retweeted_status !== undefined
        ? passedOn(event)
        : isEdit(event)
          ? editOf(event, us)
          : messageOfPost(event, us),
    )
  const direct = (body.direct_message_events ?? []).flatMap((event): Content[] => {
    if (!('message_create' in event))
      return [ignored('unknown-kind', { messageId: event.id && `dm:${event.id}` })]
    return event.message_create.sender_id === us ? [] : [messageOfDirectMessage(event, body)]
  })
  const deletions = (body.tweet_delete_events ?? [])
    .filter(({ status }) => status.user_id !== us)
    .map(({ status, timestamp_ms }): Change => {
      const at = toInstant(Number(timestamp_ms) / 1000)
      return { source: 'x', messageId: `post:${status.id}`, change: 'deleted', at }
    })
  return [...posts, ...direct, ...deletions, ...likesIn(body), ...unknownIn(raw as object)]
}

/** By its id alone: whoever posted it is not named in the address. */
const placeOf = (id: string): string => `https://x.com/i/status/${encodeURIComponent(id)}`

const ignored = (why: Ignored['ignored'], more: Omit<Ignored, 'ignored' | 'channel'>): Ignored =>
  present({ ignored: why, ...more, channel: 'x' })

const passedOn = ({ id_str: id, created_at }: Post): Ignored =>
  ignored('passed-on', { messageId: `post:${id}`, permalink: placeOf(id), postedAt: instantOf(created_at) })

/** X tells of what others like of ours, and of what we like ourselves. */
const likesIn = ({ favorite_events: events, for_user_id: us }: Body): Ignored[] =>
  listOf(events).flatMap((event) => {
    const { data } = like.safeParse(event)
    if (data?.user?.id_str === us) return []
    const { id, favorited_status: liked } = data ?? {}
    const permalink = liked?.id_str && placeOf(liked.id_str)
    return [ignored('reaction', { messageId: id && `like:${id}`, permalink })]
  })

/** X may come to tell of things that are not known here. */
const unknownIn = (raw: object): Ignored[] =>
  Object.entries(raw)
    .filter(([name]) => !SILENT.has(name))
    .flatMap(([, events]) => listOf(events))
    .map((event) => {
      const { id_str, id } = unknown.parse(event)
      return ignored('unknown-kind', { messageId: id_str ?? id })
    })

const listOf = (events: unknown): readonly unknown[] =>
  Array.isArray(events) ? events : events === undefined || events === null ? [] : [events]

const textOf = (event: Pick<Post, 'text' | 'full_text' | 'extended_tweet'>): string =>
  event.extended_tweet?.full_text ?? event.full_text ?? event.text ?? ''

/** X gives an edited post an id of its own, and says which it was at first. */
const isEdit = ({ id_str, edit_history: edits }: Post): boolean =>
  edits !== undefined && edits.initial_tweet_id !== id_str

/** What it was at first may not have mentioned us, and never come: then it complains only now. */
const editOf = (event: Post, us: string): Change => ({
  source: 'x',
  messageId: `post:${firstId(event)}`,
  change: 'edited',
  at: postedAt(event.created_at),
  text: textOf(event),
  otherwise: messageOfPost(event, us),
})

const firstId = ({ id_str, edit_history: edits }: Post): string => edits?.initial_tweet_id ?? id_str

function messageOfPost(event: Post, us: string): Message {
  const { id_str: id, user, quoted_status: quoted } = event
  const first = firstId(event)
  const parent = event.in_reply_to_status_id_str ?? undefined
  // A stranger's post that is quoted is what the customer writes about, not what they answer.
  const answers =
    quoted !== undefined && [us, user.id_str].includes(quoted.user.id_str) ? [quoted.id_str] : []
  const inReplyTo = [...(parent === undefined ? [] : [parent]), ...answers].map(
    (answered) => `post:${answered}`,
  )
  // What X does not say cannot be told from a reply alone: its parent may itself be one.
  const root = event.conversation_id_str ?? (parent === undefined ? first : undefined)
  return {
    source: 'x',
    messageId: `post:${first}`,
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

/** X's old form, `Sat Nov 21 10:05:00 +0000 2026`, or ISO 8601. @throws Problem `invalid`. */
function postedAt(given: string): Instant {
  const at = instantOf(given)
  if (at !== undefined) return at
  throw invalid(
    'tweet_create_events.created_at',
    'must be like "Sat Nov 21 10:05:00 +0000 2026", or ISO 8601',
  )
}

function instantOf(given: string): Instant | undefined {
  const [, month = '', day, time, offset, year] =
    /^\w{3} (\w{3}) (\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})$/.exec(given) ?? []
  const iso =
    year === undefined
      ? given
      : `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${day}T${time}${offset}`
  try {
    return parseInstant(iso)
  } catch {
    return undefined
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
