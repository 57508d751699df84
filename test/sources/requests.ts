import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import type { Message } from '../../functions/domain/complaint.ts'
import type { Inbound } from '../../functions/shared/http.ts'
import { Problem } from '../../functions/shared/problem.ts'
import type { Content, Source } from '../../functions/sources/source.ts'

/** The published vector's secret; good for every test of source web. */
export const WEB_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
export const X_SECRET = 'consumer-secret-of-a-test'

export const inbound = (
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  query = '',
  url = 'https://api.example/webhooks/test',
): Inbound => ({ headers, query: new URLSearchParams(query), body: Buffer.from(body), url })

/** The stage's time, in tests that do not care. */
export const NOW = '2026-11-21T10:05:30Z'

/** What a source reads in a request that holds messages and nothing else. */
export const messagesIn = (source: Source, request: Inbound): Message[] =>
  source.parse(request, NOW).map(onlyMessage)

export function onlyMessage(found: Content): Message {
  if ('ignored' in found) throw new Error(`Nothing but ${found.ignored} where a message should be`)
  if ('reference' in found) throw new Error(`A report where a message should be: ${found.reference}`)
  if ('change' in found) throw new Error(`An amendment where a message should be: ${found.messageId}`)
  return found
}

/** Headers of source web for a body, signed by the reference library. */
export function webHeaders(
  body: string | Uint8Array,
  more: { secret?: string; at?: Date; id?: string } = {},
) {
  const { secret = WEB_SECRET, at = new Date(), id = 'msg_1' } = more
  const seconds = Math.floor(at.getTime() / 1000)
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature':
      typeof body === 'string'
        ? new Webhook(secret).sign(id, at, body)
        : `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
            .update(`${id}.${seconds}.`)
            .update(body)
            .digest('base64')}`,
  }
}

export const xSignature = (body: string | Uint8Array, secret = X_SECRET): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`

export const xHeaders = (body: string | Uint8Array, secret = X_SECRET) => ({
  'content-type': 'application/json',
  'x-twitter-webhooks-signature': xSignature(body, secret),
})

export const webMessage = (changes: Record<string, unknown> = {}) => ({
  messageId: 'form-1',
  postedAt: '2026-11-21T10:05:00Z',
  author: { id: 'customer-1', name: 'Jo' },
  text: 'I cannot see my bill',
  public: false,
  ...changes,
})

export const xPost = (changes: Record<string, unknown> = {}) => ({
  created_at: 'Sat Nov 21 10:05:00 +0000 2026',
  id_str: '1990000000000000001',
  text: '@example I can only open my bill over 3G',
  truncated: false,
  user: { id_str: '42', name: 'Jo', screen_name: 'jo_writes' },
  lang: 'en',
  ...changes,
})

export const xDirectMessage = (changes: Record<string, unknown> = {}) => ({
  type: 'message_create',
  id: '1990000000000000002',
  created_timestamp: '1795255500000',
  message_create: {
    target: { recipient_id: '7' },
    sender_id: '42',
    message_data: { text: 'Nobody answers', entities: {} },
  },
  ...changes,
})

export const xActivity = (events: Record<string, unknown>) => ({ for_user_id: '7', ...events })

/** The key of whatever signs with a plain one. */
export const SECRET = 'a-secret-of-platforms'
export const JSON_TYPE = { 'content-type': 'application/json' }

export const metaHeaders = (body: string | Uint8Array, secret = SECRET) => ({
  ...JSON_TYPE,
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
})

export const PAGE_ID = '900'

/** A comment of Kim on a post of our Page. */
export const metaComment = (changes: Record<string, unknown> = {}) => ({
  field: 'feed',
  value: {
    from: { id: '4242', name: 'Kim Example' },
    post: { status_type: 'added_photos', permalink_url: 'https://www.facebook.com/example/posts/pfbid1' },
    message: 'Nobody answers my mails',
    post_id: '900_1',
    comment_id: '1_77',
    created_time: 1_795_255_500,
    item: 'comment',
    parent_id: '900_1',
    verb: 'add',
    ...changes,
  },
})

export const metaPage = (changes: unknown[], more: Record<string, unknown> = {}) => ({
  object: 'page',
  entry: [{ id: PAGE_ID, time: 1_795_255_510, changes }],
  ...more,
})

export const metaMessage = (changes: Record<string, unknown> = {}, event: Record<string, unknown> = {}) => ({
  sender: { id: '5151' },
  recipient: { id: PAGE_ID },
  timestamp: 1_795_255_500_123,
  message: { mid: 'm_1', text: 'My refund never came', ...changes },
  ...event,
})

export const metaMessages = (messaging: unknown[], object = 'page') => ({
  object,
  entry: [{ id: PAGE_ID, time: 1_795_255_510_000, messaging }],
})

export const instagramComments = (changes: Record<string, unknown> = {}) => ({
  object: 'instagram',
  entry: [
    {
      id: PAGE_ID,
      time: 1_795_255_510,
      changes: [
        {
          field: 'comments',
          value: {
            id: '1789',
            from: { id: '6161', username: 'kim.example' },
            text: 'Three weeks and no parcel',
            media: { id: '333', media_product_type: 'FEED' },
            ...changes,
          },
        },
      ],
    },
  ],
})

export const zendeskHeaders = (
  body: string | Uint8Array,
  { secret = SECRET, at = new Date() }: { secret?: string; at?: Date } = {},
) => {
  const timestamp = `${at.toISOString().slice(0, 19)}Z`
  return {
    ...JSON_TYPE,
    'x-zendesk-webhook-signature-timestamp': timestamp,
    'x-zendesk-webhook-signature': createHmac('sha256', secret)
      .update(timestamp)
      .update(body)
      .digest('base64'),
  }
}

/** What an event says of its ticket. */
const zendeskDetail = {
  actor_id: '8447388090494',
  assignee_id: null,
  created_at: '2026-11-21T10:05:00Z',
  description: 'I cannot log in',
  id: '5158',
  is_public: true,
  priority: 'HIGH',
  requester_id: '8447388090494',
  status: 'OPEN',
  subject: 'Login',
  updated_at: '2026-11-21T10:05:00Z',
  via: { channel: 'web_service' },
}

const zendeskEvent = (type: string, event: object, changes: Record<string, unknown>) => ({
  account_id: 22129848,
  detail: zendeskDetail,
  event,
  id: 'd4f5c389-8f4a-4c2e-a1b9-8e4f39c71d52',
  subject: 'zen:ticket:5158',
  time: '2026-11-21T10:05:00.123456789Z',
  type: `zen:event-type:${type}`,
  zendesk_event_version: '2022-11-06',
  ...changes,
})

export const zendeskTicket = (changes: Record<string, unknown> = {}) =>
  zendeskEvent('ticket.created', {}, changes)

export const zendeskComment = (comment: object = {}, changes: Record<string, unknown> = {}) =>
  zendeskEvent(
    'ticket.comment_added',
    {
      comment: {
        id: '9876543210',
        body: 'Still not',
        is_public: true,
        author: { id: '8447388090494', is_staff: false, name: 'Kim Example' },
        ...comment,
      },
    },
    { time: '2026-11-21T12:05:00.123456789Z', ...changes },
  )

export const zendeskChat = (actor: object = {}) =>
  zendeskEvent(
    'messaging_ticket.message_added',
    {
      actor: { id: '8447', name: 'Kim Example', type: 'end_user', ...actor },
      conversation_id: '67ab5f53a96f98663935c3f2',
      message: { body: 'Hello?', id: '67ab5f55155becd183e284cb' },
    },
    { detail: { id: '141' } },
  )

export const zendeskTrigger = (changes: Record<string, unknown> = {}) => ({
  redress: 'ticket',
  ticket: {
    id: '5158',
    title: 'Login',
    url: 'https://example.zendesk.com/agent/tickets/5158',
    createdAt: '2026-11-21T10:05:00Z',
    priority: 'Urgent',
  },
  comment: { text: 'Still not', writtenAt: '2026-11-21T12:05:00Z' },
  requester: {
    id: '8447388090494',
    name: 'Kim Example',
    email: 'kim@example.org',
    phone: '',
    language: 'en-GB',
  },
  ...changes,
})

export const intercomHeaders = (body: string | Uint8Array, secret = SECRET) => ({
  ...JSON_TYPE,
  'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
})

const intercomAuthor = { type: 'user', id: '6762f0dd', name: 'Kim Example', email: 'kim@example.org' }

const intercomEvent = (topic: string, item: object) => ({
  type: 'notification_event',
  app_id: 'abc',
  id: 'notif_1',
  topic,
  created_at: 1_795_255_510,
  delivery_attempts: 1,
  data: { type: 'notification_event_data', item: { type: 'conversation', id: '1234567890', ...item } },
})

export const intercomStarted = (source: object = {}) =>
  intercomEvent('conversation.user.created', {
    created_at: 1_795_255_500,
    links: { conversation_web: 'https://app.intercom.com/a/inbox/abc/inbox/conversation/1234567890' },
    source: {
      type: 'conversation',
      id: '403918320',
      delivered_as: 'customer_initiated',
      subject: '',
      body: '<p>Your app <b>lost</b> my order &amp; my money.</p><p>Twice!</p>',
      author: intercomAuthor,
      attachments: [],
      ...source,
    },
  })

export const intercomReplied = (...parts: object[]) =>
  intercomEvent('conversation.user.replied', {
    conversation_parts: {
      type: 'conversation_part.list',
      conversation_parts: (parts.length === 0 ? [{}] : parts).map((part) => ({
        type: 'conversation_part',
        id: '269650473',
        part_type: 'comment',
        body: '<p>Hello?</p>',
        created_at: 1_795_255_600,
        author: intercomAuthor,
        attachments: [],
        ...part,
      })),
      total_count: 1,
    },
  })

/** What Twilio sends of a text message. */
export const twilioForm = (changes: Record<string, string> = {}): Record<string, string> => ({
  ToCountry: 'GB',
  SmsMessageSid: 'SM0123456789abcdef0123456789abcdef',
  NumMedia: '0',
  SmsSid: 'SM0123456789abcdef0123456789abcdef',
  SmsStatus: 'received',
  Body: 'My bill is wrong, again',
  FromCountry: 'GB',
  To: '+447700900999',
  NumSegments: '1',
  MessageSid: 'SM0123456789abcdef0123456789abcdef',
  AccountSid: 'AC0123456789abcdef0123456789abcdef',
  From: '+447700900123',
  ApiVersion: '2010-04-01',
  ...changes,
})

/** Headers of a form, signed by Twilio's own library. */
export const twilioHeaders = (body: string | Uint8Array, url: string, token = SECRET) => ({
  'content-type': 'application/x-www-form-urlencoded',
  'x-twilio-signature': getExpectedTwilioSignature(
    token,
    url,
    Object.fromEntries(
      [...Map.groupBy(new URLSearchParams(Buffer.from(body).toString()), ([name]) => name)].map(
        ([name, pairs]) => [name, pairs.length === 1 ? pairs[0]?.[1] : pairs.map(([, value]) => value)],
      ),
    ),
  ),
})

/** What a contact centre sends of a call. */
export const phoneCall = (changes: Record<string, unknown> = {}) => ({
  callId: 'call-1',
  startedAt: '2026-11-21T10:00:00Z',
  endedAt: '2026-11-21T10:12:20Z',
  number: '+44 20 7946 0000',
  agent: { id: 'agent-7', name: 'Sam Example' },
  summary: 'The refund of May has not come.',
  ...changes,
})

/** As Trustpilot's help centre shows it ("How to set up Trustpilot Webhooks"), with another star. */
export const trustpilotReview = (
  changes: Record<string, unknown> = {},
  eventName = 'service-review-created',
) => ({
  events: [
    {
      eventName,
      version: '1',
      eventData: {
        id: '53bffd360000640002975387',
        language: 'en',
        title: 'Great service',
        text: 'Nothing other than excellent customer service.',
        referenceId: 'ABC-123-xyz',
        stars: 1,
        createdAt: '2017-05-20T09:34:44.000Z',
        isVerified: true,
        locationId: '43f51215-a1fc-4c60-b6dd-e4afb6d7b831',
        link: 'https://api.trustpilot.com/v1/reviews/53bffd360000640002975387',
        consumer: {
          id: '53bffc3900006400017e5db8',
          name: 'Customer',
          link: 'https://api.trustpilot.com/v1/consumers/53bffd360000640002975387',
        },
        tags: [{ group: 'Generic', value: 'Tag value' }],
        ...changes,
      },
    },
  ],
})

/** What a relay of one's own sends of a review anywhere else. */
export const relayedReview = (changes: Record<string, unknown> = {}, event = 'created') => ({
  site: 'google',
  event,
  at: '2026-11-21T11:00:00Z',
  review: {
    id: 'accounts/1/locations/2/reviews/3',
    stars: 2,
    text: 'Nobody answers the phone',
    createdAt: '2026-11-21T10:00:00Z',
    author: { id: 'r-1', name: 'Kim' },
    permalink: 'https://maps.example.com/review/3',
    ...changes,
  },
})

export const TRUSTPILOT_PAIR = 'trustpilot:a-password-of-a-test'

/** Headers of a body that nobody signs, but sends with user and password. */
export const basicHeaders = (pair: string) => ({
  ...JSON_TYPE,
  authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
})

/** The kind of problem that an act ends in, or `accepted`. */
export const kindOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof Problem) return error.kind
    throw error
  }
  return 'accepted'
}

/** The fields that a refusal names. */
export const fieldsOf = (act: () => unknown): string[] => {
  try {
    act()
  } catch (error) {
    if (error instanceof Problem) return error.errors.map(({ field }) => field)
    throw error
  }
  return []
}

/** A body as JSON, as a source reads it. */
export const asJson = (body: unknown) => inbound(JSON.stringify(body), JSON_TYPE)
