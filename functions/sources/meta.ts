import * as z from 'zod'
import type { Amendment, Message } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import { type Inbound, jsonOf } from '../shared/http.ts'
import { checked, invalid, Problem } from '../shared/problem.ts'
import {
  attachmentsOf,
  checkedAt,
  customersText,
  evidenceOf,
  idText,
  isHttps,
  perhaps,
  present,
  unixTime,
} from './platform.ts'
import {
  type Answer,
  hmacSha256,
  isDigest,
  isOneOf,
  type Source,
  type SourceSecrets,
  unset,
} from './source.ts'

/** What any of Meta's deliveries has; what is in it depends on the fields that the app has subscribed to. */
export const metaBody = z.object({
  object: z.string().max(100),
  entry: z
    .array(
      z.object({
        id: idText,
        time: unixTime,
        changes: z
          .array(z.object({ field: z.string(), value: z.unknown() }))
          .max(1000)
          .optional(),
        // With Instagram's own login a change stands in the entry itself.
        field: z.string().optional(),
        value: z.unknown().optional(),
        messaging: z.array(z.unknown()).max(1000).optional(),
        standby: z.array(z.unknown()).max(1000).optional(),
      }),
    )
    .max(1000),
})

type Entry = z.output<typeof metaBody>['entry'][number]

const address = z.string().refine(isHttps).optional().catch(undefined)

/** A post on a Page's timeline, or a comment on one. */
const feed = z.object({
  item: z.string(),
  verb: z.string(),
  from: z.object({ id: idText, name: perhaps }).optional(),
  post_id: idText,
  comment_id: idText.optional(),
  parent_id: idText.optional(),
  created_time: unixTime.optional(),
  message: customersText.default(''),
  permalink_url: address,
  post: z.object({ permalink_url: address }).optional().catch(undefined),
  photo: address,
  photos: z.array(z.string()).optional().catch(undefined),
  video: address,
  link: address,
})

/** Somebody else's post or comment that names a Page. */
const mention = z.object({
  item: z.string(),
  verb: z.string(),
  sender_id: idText,
  sender_name: perhaps,
  post_id: idText,
  comment_id: idText.optional(),
  created_time: unixTime.optional(),
  message: customersText.default(''),
})

const instagramComment = z.object({
  id: idText,
  from: z.object({ id: idText, username: perhaps }),
  text: customersText.default(''),
  parent_id: idText.optional(),
  media: z.object({ id: idText }).optional(),
})

const instagramMention = z.object({ media_id: idText, comment_id: idText.optional() })

/** A message in Messenger or Instagram. Whatever else may happen in a conversation has another key. */
const messaging = z.object({
  sender: z.object({ id: idText }),
  recipient: z.object({ id: idText }).optional(),
  timestamp: unixTime,
  message: z
    .object({
      mid: idText,
      text: customersText.default(''),
      is_echo: z.boolean().optional(),
      is_deleted: z.boolean().optional(),
      is_unsupported: z.boolean().optional(),
      sticker_id: z.unknown().optional(),
      reply_to: z.object({ mid: idText.optional() }).optional().catch(undefined),
      attachments: z
        .array(
          z.object({
            type: perhaps,
            payload: z.object({ url: address, title: perhaps }).nullish().catch(undefined),
          }),
        )
        .optional()
        .catch(undefined),
    })
    .optional(),
  message_edit: z.object({ mid: idText, text: customersText.default('') }).optional(),
})

/** Items of a timeline that are somebody's words; the others are likes, reactions, albums, events and such. */
const POSTS = new Set(['post', 'status', 'photo', 'video', 'share', 'link', 'note'])

/**
 * Meta signs the body alone, as it is sent: characters that its JSON escapes are signed as escapes. There is no time in
 * it, so a delivery can be sent again by whoever has seen it, which changes nothing: its messages are known by then.
 */
function verify({ headers, body }: Inbound, secrets: SourceSecrets): void {
  const signature = headers['x-hub-signature-256']
  if (!signature) throw new Problem('unsigned', 'Send the header x-hub-signature-256')
  const given = /^sha256=([0-9a-f]{64})$/.exec(signature)?.[1]
  if (given === undefined || !secrets.active.some((key) => isDigest(hmacSha256(key, body), given, 'hex'))) {
    throw new Problem('wrong-signature', 'x-hub-signature-256 fits no active app secret')
  }
}

/** Meta's challenge: whoever knows the verify token that was entered there gets it back. */
function handshake({ query }: Inbound, secrets: SourceSecrets): Answer {
  if (query.get('hub.mode') !== 'subscribe') throw invalid('hub.mode', 'must be "subscribe"')
  const challenge = query.get('hub.challenge') ?? ''
  if (!/^[\w.-]{1,200}$/.test(challenge))
    throw invalid('hub.challenge', 'must be given, as 1 to 200 letters, digits and ".", "_", "-"')
  const tokens = secrets.verify ?? []
  if (tokens.length === 0) throw unset()
  if (!isOneOf(tokens, query.get('hub.verify_token') ?? ''))
    throw new Problem('wrong-signature', 'hub.verify_token is not the one in this source’s secret ("verify")')
  return { contentType: 'text/plain', body: challenge }
}

function parse(request: Inbound): (Message | Amendment)[] {
  const { object, entry } = checked(metaBody, jsonOf(request))
  const read = object === 'page' ? facebook : object === 'instagram' ? instagram : undefined
  if (read === undefined) return []
  return entry.flatMap((one, index) => {
    const path = `entry.${index}`
    const changes = [
      ...(one.changes ?? []).map((change, at) => ({ ...change, path: `${path}.changes.${at}.value` })),
      ...(one.field === undefined ? [] : [{ field: one.field, value: one.value, path: `${path}.value` }]),
    ]
    const said = [
      ...(one.messaging ?? []).map((event, at) => ({ event, path: `${path}.messaging.${at}` })),
      // Another app answers in this conversation; what the customer wrote is the same.
      ...(one.standby ?? []).map((event, at) => ({ event, path: `${path}.standby.${at}` })),
    ]
    return [
      ...changes.flatMap(({ field, value, path: where }) => read(one, field, value, where)),
      ...said.flatMap(({ event, path: where }) => direct(one, object, event, where)),
    ]
  })
}

/** What a change of a Page is: one thing at most. */
function facebook(entry: Entry, field: string, value: unknown, path: string): (Message | Amendment)[] {
  if (field === 'feed') return onTimeline(entry, value, path)
  if (field !== 'mention') return []
  const it = checkedAt(mention, value, path)
  const { sender_id: id, sender_name: name, created_time: at } = it
  return post(entry, { ...it, from: { id, name }, created_time: at })
}

function onTimeline(entry: Entry, value: unknown, path: string): (Message | Amendment)[] {
  const { item } = checkedAt(z.object({ item: z.string() }), value, path)
  if (item !== 'comment' && !POSTS.has(item)) return []
  return post(entry, checkedAt(feed, value, path))
}

/** A post or a comment; of a mention, too: one that is told of twice has the same id both times. */
function post(
  entry: Entry,
  it: Partial<z.output<typeof feed>> & { verb: string; post_id: string; item: string },
) {
  const comment = it.item === 'comment' ? it.comment_id : undefined
  if (it.item === 'comment' && comment === undefined) return []
  const messageId = comment === undefined ? `post:${it.post_id}` : `comment:${comment}`
  if (it.from?.id === entry.id) return []
  if (it.verb === 'remove')
    return [{ source: 'meta', messageId, change: 'deleted', at: entry.time } satisfies Amendment]
  const text = it.message ?? ''
  if (it.verb === 'edited' || it.verb === 'edit')
    return [{ source: 'meta', messageId, change: 'edited', at: entry.time, text } satisfies Amendment]
  if (it.verb !== 'add' || it.from === undefined) return []
  const address = it.permalink_url ?? it.post?.permalink_url
  const whole = `https://www.facebook.com/${encodeURIComponent(it.post_id)}`
  const isFile = it.item === 'photo' || it.item === 'video'
  const commentId = comment?.split('_').at(-1)
  const answered = it.parent_id === undefined || it.parent_id === it.post_id ? it.post_id : undefined
  return [
    {
      source: 'meta',
      messageId,
      postedAt: it.created_time ?? entry.time,
      author: present({ id: it.from.id, name: it.from.name }),
      text,
      public: true,
      channel: 'facebook',
      permalink:
        comment === undefined
          ? (address ?? whole)
          : `${whole}?comment_id=${encodeURIComponent(commentId ?? '')}`,
      conversation: `post:${it.post_id}`,
      ...present({
        inReplyTo:
          comment === undefined
            ? undefined
            : [answered === undefined ? `comment:${it.parent_id}` : `post:${answered}`],
        attachments: attachmentsOf(
          [it.photo, it.video, ...(it.photos ?? []), isFile ? it.link : undefined].flatMap((reference) =>
            reference === undefined ? [] : [{ reference }],
          ),
        ),
      }),
      evidence: evidenceOf({ ...it, created_time: it.created_time ?? entry.time }),
    } satisfies Message,
  ]
}

function instagram(entry: Entry, field: string, value: unknown, path: string): Message[] {
  if (field === 'mentions') return [mentioned(entry, checkedAt(instagramMention, value, path))]
  if (field !== 'comments' && field !== 'live_comments') return []
  const it = checkedAt(instagramComment, value, path)
  if (it.from.id === entry.id) return []
  const media = it.media === undefined ? undefined : `ig-media:${it.media.id}`
  return [
    {
      source: 'meta',
      messageId: `ig-comment:${it.id}`,
      // Instagram does not say when it was written; it tells of it within seconds.
      postedAt: entry.time,
      author: present({ id: it.from.id, name: handle(it.from.username) }),
      text: it.text,
      public: true,
      channel: 'instagram',
      ...present({
        conversation: media,
        inReplyTo: it.parent_id === undefined ? undefined : [`ig-comment:${it.parent_id}`],
      }),
      evidence: evidenceOf(it),
    },
  ]
}

const handle = (username: string | undefined) => (username === undefined ? undefined : `@${username}`)

/** Instagram says where we were mentioned, and neither by whom nor with which words: somebody has to look. */
function mentioned(entry: Entry, it: z.output<typeof instagramMention>): Message {
  const messageId = it.comment_id === undefined ? `ig-media:${it.media_id}` : `ig-comment:${it.comment_id}`
  const where = it.comment_id === undefined ? 'the caption of a post' : 'a comment'
  return {
    source: 'meta',
    messageId,
    postedAt: entry.time,
    author: { id: `unknown:${messageId}` },
    text: `Somebody mentions us in ${where} on Instagram, which does not say who, or with which words. It is in the app, under the activity of the account.`,
    public: true,
    channel: 'instagram',
    conversation: `ig-media:${it.media_id}`,
    evidence: evidenceOf(it),
  }
}

/** Something in a private conversation: a message, a change of one, or nothing that anybody says. */
function direct(entry: Entry, object: string, event: unknown, path: string): (Message | Amendment)[] {
  const about = z.object({ message: z.unknown().optional(), message_edit: z.unknown().optional() })
  const { message: any, message_edit: edit } = checkedAt(about, event, path)
  if (any === undefined && edit === undefined) return []
  const { sender, timestamp, message, message_edit: edited } = checkedAt(messaging, event, path)
  if (sender.id === entry.id) return []
  const amended = (mid: string, rest: Pick<Amendment, 'change' | 'text'>): Amendment[] => [
    { source: 'meta', messageId: `message:${mid}`, at: timestamp, ...rest },
  ]
  if (edited !== undefined) return amended(edited.mid, { change: 'edited', text: edited.text })
  if (message === undefined || message.is_echo) return []
  if (message.is_deleted) return amended(message.mid, { change: 'deleted' })
  // A thumb up, or another sticker.
  if (message.sticker_id !== undefined && message.text === '') return []
  return [messageOf(object, entry.id, sender.id, timestamp, message)]
}

function messageOf(
  object: string,
  account: string,
  sender: string,
  at: Instant,
  message: NonNullable<z.output<typeof messaging>['message']>,
): Message {
  const files = (message.attachments ?? []).flatMap(({ payload }) =>
    payload?.url === undefined ? [] : [{ reference: payload.url, name: payload.title }],
  )
  const shown = message.text !== '' || files.length > 0
  return {
    source: 'meta',
    messageId: `message:${message.mid}`,
    postedAt: at,
    author: { id: sender },
    text: shown ? message.text : 'Something that Meta does not show here: it is in the app.',
    public: false,
    channel: object === 'page' ? 'messenger' : 'instagram',
    conversation: `messages:${account}:${sender}`,
    ...present({
      inReplyTo: message.reply_to?.mid === undefined ? undefined : [`message:${message.reply_to.mid}`],
      attachments: attachmentsOf(files),
    }),
  }
}

/** Source `meta`: a Facebook Page's timeline, comments and mentions; Messenger; Instagram's comments, mentions and messages. */
export const meta: Source = {
  name: 'meta',
  accepts: {
    body: metaBody,
    scheme: 'Webhooks of Meta',
    headers: ['x-hub-signature-256'],
    handshake: ['hub.mode', 'hub.verify_token', 'hub.challenge'],
  },
  verify,
  handshake,
  parse,
}
