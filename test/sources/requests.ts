import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { Message } from '../../functions/domain/complaint.ts'
import type { Inbound } from '../../functions/shared/http.ts'
import type { Source } from '../../functions/sources/source.ts'

/** The published vector's secret; good for every test of source web. */
export const WEB_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
export const X_SECRET = 'consumer-secret-of-a-test'

export const inbound = (
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  query = '',
  url = 'https://api.example/webhooks/test',
): Inbound => ({ headers, query: new URLSearchParams(query), body: Buffer.from(body), url })

/** What a source reads in a request that holds messages and nothing else. */
export const messagesIn = (source: Source, request: Inbound): Message[] =>
  source.parse(request).map((found) => {
    if ('change' in found) throw new Error(`An amendment where a message should be: ${found.messageId}`)
    return found
  })

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
