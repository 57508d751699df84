import * as z from 'zod'
import { hmacSha256 } from '../sources/source.ts'
import { keyOf, STANDARD_KEYS } from '../sources/standard-webhooks.ts'
import {
  failureOf,
  type HttpAnswer,
  type HttpRequest,
  type HttpSender,
  idempotencyKey,
  later,
  type Outcome,
  type Outgoing,
  type Setting,
} from './sender.ts'

const signingKey = z.string().refine((key) => STANDARD_KEYS.wrong?.(key) === undefined, {
  error: 'must be "whsec_" and the base64 of 16 bytes or more',
})

const webhookCredentials = z.object({
  /** https, or this machine. */
  url: z
    .string()
    .max(2000)
    .refine(
      (text) =>
        URL.canParse(text) &&
        (/^https:\/\//.test(text) || /^http:\/\/127\.0\.0\.1[:/]/.test(text)) &&
        new URL(text).username === '',
      'must be an https address without a password in it',
    ),
  /** While one replaces another it is a list of both: each reply is signed by all of them. */
  secret: z.union([signingKey, z.array(signingKey).min(1).max(3)]),
})
export type WebhookCredentials = z.output<typeof webhookCredentials>

/** What the organisation's endpoint gets: all that it takes to find the customer in a system of its own. */
export interface ReplySend {
  readonly type: 'reply.send'
  readonly complaintId: string
  readonly replyId: string
  readonly text: string
  readonly public: boolean
  readonly channel: string
  readonly to: { readonly id: string; readonly email?: string; readonly phone?: string }
  readonly inReplyTo: {
    readonly source: string
    readonly messageId: string
    readonly conversation?: string
    readonly permalink?: string
  }
}

function bodyOf({ complaintId, replyId, text, public: open, channel, message, to }: Outgoing): ReplySend {
  const { author, source, messageId, conversation, permalink } = message
  const email = to?.email ?? author.email
  const phone = to?.phone ?? author.phone
  return {
    type: 'reply.send',
    complaintId,
    replyId,
    text,
    public: open,
    channel,
    to: {
      id: author.id,
      ...(email === undefined ? {} : { email }),
      ...(phone === undefined ? {} : { phone }),
    },
    inReplyTo: {
      source,
      messageId,
      ...(conversation === undefined ? {} : { conversation }),
      ...(permalink === undefined ? {} : { permalink }),
    },
  }
}

function request(outgoing: Outgoing, { url, secret }: WebhookCredentials, { nowMs }: Setting): HttpRequest {
  const id = idempotencyKey(outgoing)
  const timestamp = String(Math.floor(nowMs / 1000))
  const body = JSON.stringify(bodyOf(outgoing))
  const signatures = [secret]
    .flat()
    .map((key) => `v1,${hmacSha256(keyOf(key), `${id}.${timestamp}.`, body).toString('base64')}`)
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
    body,
  }
}

function outcome(answer: HttpAnswer, outgoing: Outgoing): Outcome {
  if (answer.status >= 200 && answer.status < 300)
    return { kind: 'sent', reference: idempotencyKey(outgoing) }
  const failure = failureOf(answer, 'The endpoint for replies')
  // It knows what it has had before, so whatever it did not plainly refuse is sent again.
  return failure.kind === 'unknown' ? later() : failure
}

/** The organisation's own endpoint, signed by the Standard Webhooks scheme: for whatever has no sender of its own. */
export const webhook: HttpSender<WebhookCredentials> = {
  platform: 'webhook',
  credentials: webhookCredentials,
  reports: () => false,
  repeatable: true,
  request,
  outcome,
}
