import type * as z from 'zod'
import type { Message } from '../domain/complaint.ts'

/** The platforms that replies go out by. `webhook` is the organisation's own endpoint. */
export const PLATFORMS = ['x', 'meta', 'twilio', 'zendesk', 'email', 'webhook'] as const
export type Platform = (typeof PLATFORMS)[number]

/** A reply that may go out. */
export interface Outgoing {
  readonly complaintId: string
  readonly replyId: string
  readonly text: string
  /** Whether everybody may read it where it is written. */
  readonly public: boolean
  /** The customer's message that it answers. */
  readonly message: Message
  readonly channel: string
  /** Where the customer asked to be answered instead. */
  readonly to?: { readonly email?: string | undefined; readonly phone?: string | undefined } | undefined
  /** What our last reply to this customer is called on its platform, so that a mail program shows both as one thread. */
  readonly sentBefore?: string | undefined
}

/** The same at every try, and of no other reply. */
export const idempotencyKey = ({ complaintId, replyId }: Pick<Outgoing, 'complaintId' | 'replyId'>): string =>
  `${complaintId}/${replyId}`

/** What became of a try. Reasons are for staff: no secret is in them, and nothing of the customer's. */
export type Outcome =
  | Sent
  /** Nothing was sent. It may be tried again after so many seconds. */
  | { readonly kind: 'later'; readonly afterSeconds: number }
  /** Nothing was sent, and trying again would not help. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may have gone out or not. */
  | { readonly kind: 'unknown'; readonly reason: string }

export interface Sent {
  readonly kind: 'sent'
  /** What the platform calls it, as the source of the same name writes it in `messageId` and `inReplyTo`. */
  readonly reference: string
  /** The conversation that it is in, where the platform may report of all that is in it at once. */
  readonly conversation?: string | undefined
}

/** What a platform says when it is asked whether a reply is there. */
export type Found =
  | { readonly kind: 'there'; readonly sent: Sent }
  | { readonly kind: 'absent' }
  /** It answered, and what it answered proves neither. */
  | { readonly kind: 'unsure' }
  /** It did not answer, or wants to be asked later. */
  | { readonly kind: 'later'; readonly afterSeconds: number }

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface HttpAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** As much of it as is read. */
  readonly body: string
}

/** What a request is made of beside the reply and the credentials. */
export interface Setting {
  /** The platform's API, without a slash at the end; undefined: its own. */
  readonly api?: string | undefined
  /** The stage's public address, where platforms report to; without a slash at the end. */
  readonly publicUrl: string
  /** Real time, in milliseconds since 1970: signatures age by it. */
  readonly nowMs: number
  /** Never the same twice. */
  readonly nonce: string
}

/** A platform whose API is HTTP: one file each, pure. */
export interface HttpSender<Credentials> {
  readonly platform: Platform
  /** Its entry in the secret. */
  readonly credentials: z.ZodType<Credentials>
  /** Whether the platform says later what became of it. */
  reports(outgoing: Outgoing): boolean
  /** True: the same request may be sent twice, as the platform knows it again. */
  readonly repeatable?: true
  /** The request that sends a reply, or why there is none. */
  request(outgoing: Outgoing, credentials: Credentials, setting: Setting): HttpRequest | Refused
  outcome(answer: HttpAnswer, outgoing: Outgoing): Outcome
  /** How to ask whether a reply is there. Absent: it cannot be asked. */
  readonly find?: {
    /** @param sinceMs when the first try began: it is not there any longer than that. */
    request(
      outgoing: Outgoing,
      credentials: Credentials,
      setting: Setting,
      sinceMs: number,
    ): HttpRequest | undefined
    /** @param answer of status 200 */
    found(answer: HttpAnswer, outgoing: Outgoing, credentials: Credentials, sinceMs: number): Found
  }
}

export type Refused = Extract<Outcome, { kind: 'refused' }>
export const refused = (reason: string): Refused => ({ kind: 'refused', reason })
export const unknown = (reason: string): Outcome => ({ kind: 'unknown', reason })

/** How long to wait where a platform says "too many" but not for how long, and at most. */
const DEFAULT_AFTER_SECONDS = 60
const LONGEST_AFTER_SECONDS = 900

export const later = (afterSeconds = DEFAULT_AFTER_SECONDS): Outcome & { kind: 'later' } => ({
  kind: 'later',
  afterSeconds: Math.min(LONGEST_AFTER_SECONDS, Math.max(1, Math.ceil(afterSeconds))),
})

/** The seconds of a Retry-After; undefined where it says a date or nothing that can be used. */
export function retryAfterOf({ headers }: HttpAnswer): number | undefined {
  const given = headers['retry-after']?.trim() ?? ''
  return /^\d{1,9}$/.test(given) ? Number(given) : undefined
}

/**
 * What an answer without success amounts to by its status alone.
 *
 * @param name of the platform, as staff know it.
 * @param why what a 4xx means, where the platform's own code says more than the status.
 */
export function failureOf(answer: HttpAnswer, name: string, why?: string): Outcome {
  const { status } = answer
  const retryAfter = retryAfterOf(answer)
  if (status === 429 || (status === 503 && retryAfter !== undefined)) return later(retryAfter)
  if (status >= 500 || status === 408) return unknown(`${name} answered ${status}`)
  if (status >= 300 && status < 400) return refused(`${name} points to another address (${status})`)
  if (why !== undefined) return refused(`${name} refuses it: ${why}`)
  const meaning = MEANING.get(status)
  return refused(`${name} refuses it (${status}${meaning === undefined ? '' : `: ${meaning}`})`)
}

const MEANING: ReadonlyMap<number, string> = new Map([
  [401, 'it does not take our credentials'],
  [403, 'it does not allow us this'],
  [404, 'what it answers is not there any more'],
  [413, 'it is too long'],
])

/** The body as JSON; undefined where it is none. */
export function jsonIn({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** The body by a schema; undefined where it is something else. */
export const bodyBy = <T>(schema: z.ZodType<T>, answer: HttpAnswer): T | undefined =>
  schema.safeParse(jsonIn(answer)).data

/** A success whose body does not say what the message is called: it is there, and nobody can tell which it is. */
export const unreadable = (name: string): Outcome => unknown(`${name} took it, and its answer cannot be read`)

/** Two texts that say the same, however a platform keeps line ends and spaces. */
export const sameText = (a: string, b: string): boolean => squeezed(a) === squeezed(b)
const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim()
