import * as z from 'zod'
import type { Message } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import { instant } from '../shared/fields.ts'
import { type Inbound, jsonOf } from '../shared/http.ts'
import type { Cause, Ignored } from '../shared/ignored.ts'
import { checked, invalid, Problem } from '../shared/problem.ts'
import {
  anyId,
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
  type Change,
  type Content,
  hmacSha256,
  isDigest,
  isOneOf,
  type Report,
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

/** What Meta says of our own messages. Its times are in milliseconds, and those of Instagram's are elsewhere. */
const marks = z.object({
  mids: z.array(idText).max(1000).optional(),
  mid: idText.optional(),
  watermark: unixTime.optional(),
})
const receipt = z.object({
  sender: z.object({ id: idText }),
  timestamp: unixTime.optional(),
  delivery: marks.optional(),
  read: marks.optional(),
})

/** Items of a timeline that are somebody's words; the others are likes, reactions, albums, events and such. */
const POSTS = new Set(['post', 'status', 'photo', 'video', 'share', 'link', 'note'])
const REACTIONS = new Set(['like', 'reaction'])
/** What whoever looks after a Page does to what stands there. */
const OURS = new Set(['hide', 'unhide', 'block', 'unblock', 'mute', 'unmute', 'follow', 'unfollow'])

/** What happens in a conversation without anybody saying anything: which app answers. */
const SILENT = new Set(['app_roles', 'pass_thread_control', 'take_thread_control', 'request_thread_control'])

/** Where something is that is ignored, by whichever of these ids it has; of whatever shape it is. */
const place = z
  .object({
    mid: anyId,
    comment_id: anyId,
    post_id: anyId,
    open_graph_story_id: anyId,
    media_id: anyId,
    id: anyId,
    // As Meta sends it, or as it was read already.
    created_time: z.union([unixTime, instant]).optional().catch(undefined),
    from: z.object({ id: anyId }).optional().catch(undefined),
  })
  .catch({})

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

function parse(request: Inbound): Content[] {
  const { object, entry } = checked(metaBody, jsonOf(request))
  const read = object === 'page' ? facebook : object === 'instagram' ? instagram : undefined
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
    if (read === undefined) {
      const unknown = [...changes.map(({ value }) => value), ...said.map(({ event }) => event)]
      return unknown.map((value) => ignored('unknown-kind', undefined, value))
    }
    return [
      ...changes.flatMap(({ field, value, path: where }): Content[] => read(one, field, value, where)),
      ...said.flatMap(({ event, path: where }) => direct(one, object, event, where)),
    ]
  })
}

/** What opens nothing, by what tells where it is. */
function ignored(
  why: Cause,
  channel: string | undefined,
  value: unknown,
  more: Partial<Ignored> = {},
): Ignored {
  const { mid, comment_id, post_id, open_graph_story_id, media_id, id, created_time } = place.parse(value)
  const post = post_id ?? open_graph_story_id
  const found = [
    mid && `message:${mid}`,
    comment_id && `comment:${comment_id}`,
    post && `post:${post}`,
    media_id && `ig-media:${media_id}`,
    id,
  ].find((one) => one !== undefined)
  return present({
    ignored: why,
    messageId: found,
    permalink: channel === 'facebook' && post !== undefined ? addressOf(post, comment_id) : undefined,
    postedAt: created_time,
    channel,
    ...more,
  })
}

const isOurs = (entry: Entry, value: unknown): boolean => place.parse(value).from?.id === entry.id

/** What a change of a Page is: one thing at most. */
function facebook(entry: Entry, field: string, value: unknown, path: string): Content[] {
  if (field === 'feed') return onTimeline(entry, value, path)
  if (field !== 'mention') return [ignored('unknown-kind', 'facebook', value)]
  const it = checkedAt(mention, value, path)
  const { sender_id: id, sender_name: name, created_time: at } = it
  return post(entry, { ...it, from: { id, name }, created_time: at })
}

function onTimeline(entry: Entry, value: unknown, path: string): Content[] {
  const { item } = checkedAt(z.object({ item: z.string() }), value, path)
  if (item === 'comment' || POSTS.has(item)) return post(entry, checkedAt(feed, value, path))
  if (isOurs(entry, value)) return []
  // A reaction has no id of its own, but that of what it is to: many have the same.
  return REACTIONS.has(item)
    ? [ignored('reaction', 'facebook', value, { messageId: undefined })]
    : [ignored('unknown-kind', 'facebook', value)]
}

/** A post or a comment; of a mention, too: one that is told of twice has the same id both times. */
function post(
  entry: Entry,
  it: Partial<z.output<typeof feed>> & { verb: string; post_id: string; item: string },
): Content[] {
  if (it.from?.id === entry.id || OURS.has(it.verb)) return []
  const comment = it.item === 'comment' ? it.comment_id : undefined
  if (it.item === 'comment' && comment === undefined)
    return [ignored('unknown-kind', 'facebook', it, { messageId: undefined })]
  const messageId = comment === undefined ? `post:${it.post_id}` : `comment:${comment}`
  const changed = { source: 'meta', messageId, at: entry.time }
  switch (it.verb) {
    case 'add':
      return [postOf(entry, it, messageId, comment)]
    case 'edit':
    case 'edited':
      return [
        {
          ...changed,
          change: 'edited',
          text: it.message ?? '',
          otherwise: postOf(entry, it, messageId, comment),
        } satisfies Change,
      ]
    case 'remove':
      return [
        {
          ...changed,
          change: 'deleted',
          otherwise: ignored('unknown-message', 'facebook', it, { messageId }),
        } satisfies Change,
      ]
    default:
      return [ignored('unknown-kind', 'facebook', it, { messageId })]
  }
}

const addressOf = (postId: string, commentId?: string): string => {
  const whole = `https://www.facebook.com/${encodeURIComponent(postId)}`
  return commentId === undefined
    ? whole
    : `${whole}?comment_id=${encodeURIComponent(commentId.split('_').at(-1) ?? '')}`
}

function postOf(
  entry: Entry,
  it: Partial<z.output<typeof feed>> & { post_id: string; item: string },
  messageId: string,
  comment: string | undefined,
): Message {
  const address = it.permalink_url ?? it.post?.permalink_url
  const isFile = it.item === 'photo' || it.item === 'video'
  const answered = it.parent_id === undefined || it.parent_id === it.post_id ? it.post_id : undefined
  return {
    source: 'meta',
    messageId,
    postedAt: it.created_time ?? entry.time,
    // Meta says who wrote it only to an app that may know: what they wrote is heard all the same.
    author:
      it.from === undefined
        ? { id: `unknown:${messageId}` }
        : present({ id: it.from.id, name: it.from.name }),
    text: it.message ?? '',
    public: true,
    channel: 'facebook',
    permalink: comment === undefined ? (address ?? addressOf(it.post_id)) : addressOf(it.post_id, comment),
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
  }
}

function instagram(entry: Entry, field: string, value: unknown, path: string): Content[] {
  if (field === 'mentions') return [mentioned(entry, checkedAt(instagramMention, value, path))]
  if (field !== 'comments' && field !== 'live_comments') return [ignored('unknown-kind', 'instagram', value)]
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
function direct(entry: Entry, object: string, event: unknown, path: string): Content[] {
  const about = z.record(z.string(), z.unknown())
  const { message: any, message_edit: edit, ...rest } = checkedAt(about, event, path)
  if (rest.delivery !== undefined || rest.read !== undefined)
    return reports(entry, checkedAt(receipt, event, path))
  const channel = object === 'page' ? 'messenger' : 'instagram'
  if (any === undefined && edit === undefined) {
    if (Object.keys(rest).some((kind) => SILENT.has(kind))) return []
    const { reaction, postback } = rest
    if (z.object({ sender: z.object({ id: z.literal(entry.id) }) }).safeParse(event).success) return []
    return reaction === undefined
      ? [ignored('unknown-kind', channel, postback ?? {})]
      : [ignored('reaction', channel, {})]
  }
  const { sender, timestamp, message, message_edit: edited } = checkedAt(messaging, event, path)
  if (sender.id === entry.id || message?.is_echo) return []
  const changed = (mid: string) => ({ source: 'meta', messageId: `message:${mid}`, at: timestamp })
  if (edited !== undefined)
    return [
      {
        ...changed(edited.mid),
        change: 'edited',
        text: edited.text,
        otherwise: messageOf(channel, entry.id, sender.id, timestamp, edited),
      } satisfies Change,
    ]
  if (message === undefined) return []
  const where = { messageId: `message:${message.mid}`, postedAt: timestamp }
  if (message.is_deleted) {
    const otherwise = ignored('unknown-message', channel, {}, where)
    return [{ ...changed(message.mid), change: 'deleted', otherwise } satisfies Change]
  }
  // A thumb up, or another sticker.
  if (message.sticker_id !== undefined && message.text === '')
    return [ignored('reaction', channel, {}, where)]
  return [messageOf(channel, entry.id, sender.id, timestamp, message)]
}

/**
 * That messages of ours were delivered or read: by their ids where Meta names them, else all that were sent in the
 * conversation until then.
 */
function reports(
  { id: account, time }: Entry,
  { sender, delivery, read, timestamp }: z.output<typeof receipt>,
): Report[] {
  if (sender.id === account) return []
  const { mids = [], mid, watermark } = { ...delivery, ...read }
  const status = read === undefined ? ('delivered' as const) : ('read' as const)
  const at = watermark ?? timestamp ?? time
  const named = [...mids, ...(mid === undefined ? [] : [mid])].map((one) => `message:${one}`)
  const conversation = `messages:${account}:${sender.id}`
  return (named.length === 0 ? [conversation] : named).map((reference) => ({
    source: 'meta',
    reference,
    status,
    at,
  }))
}

function messageOf(
  channel: string,
  account: string,
  sender: string,
  at: Instant,
  message: Pick<
    NonNullable<z.output<typeof messaging>['message']>,
    'mid' | 'text' | 'attachments' | 'reply_to'
  >,
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
    channel,
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
