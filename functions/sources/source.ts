import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import type { Amendment, Message } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import type { Inbound } from '../shared/http.ts'
import type { Ignored } from '../shared/ignored.ts'
import { Problem } from '../shared/problem.ts'
import type { ReplyName } from './platform.ts'

/**
 * A place that complaints come from: how its webhooks are verified, and what becomes of their bodies. One file each;
 * docs/sources.md shows how to add one. A source does no I/O and knows no clock.
 */
export interface Source {
  /**
   * The last part of its address, `/webhooks/<name>`, and with a message's id the dedupe key: small letters and digits.
   * Never changes.
   */
  readonly name: string
  /** What it takes, for the API's description. */
  readonly accepts: Accepts
  readonly keys?: Keys
  /** The largest body that it reads. Default: MAX_BODY_BYTES, far above what people write. */
  readonly maxBodyBytes?: number
  /**
   * Whether the platform sent this, by the bytes as they came. Runs before anything of the body is looked at.
   *
   * @param nowMs real time, in milliseconds since 1970: signatures age by it, whatever the stage's clock says.
   * @throws Problem `unsigned`, `stale-signature`; `wrong-signature` where another secret might make it fit.
   */
  verify(request: Inbound, secrets: SourceSecrets, nowMs: number): void
  /**
   * What a verified request holds: one thing for each that somebody sent, what is ignored among them, so that none is
   * dropped in silence, and what the platform says of replies of ours. What we wrote ourselves is left out, and what
   * nobody sends: who is typing. All of it is
   * checked here: a request is taken whole or refused whole.
   *
   * @param now on the stage, for a platform that does not say when a message was written.
   * @throws Problem `malformed-body`, `unsupported-media-type`, `invalid`.
   */
  parse(request: Inbound, now: Instant): Content[]
  /**
   * What its platform signs in place of the body, where it does: good for one delivery, and refused with any other. The
   * request is verified.
   */
  once?(request: Inbound): string | undefined
  /**
   * The answer to the platform's GET, for one that wants proof of who listens.
   *
   * @throws Problem.
   */
  handshake?(request: Inbound, secrets: SourceSecrets): Answer
  /**
   * The answer to a delivery that was taken, for a platform that does something with it. Absent, or undefined for this
   * request: 202 with what became of the messages.
   */
  answer?(request: Inbound): Answer | undefined
}

/** Something that somebody sent, of which exactly one thing becomes; or what a platform says of a reply of ours. */
export type Content = Message | Change | Ignored | Report

/** A message that was changed or taken back. */
export interface Change extends Amendment {
  /**
   * What it is where the message never came here, or was ignored: of an edit that may complain only now, the message as it
   * reads after it. Absent: it is ignored as `unknown-message`.
   */
  readonly otherwise?: Message | Ignored | undefined
}

/** What a platform says of a reply of ours that it has taken. */
export interface Report {
  readonly source: string
  /** What it calls the reply, as `messageId` and `inReplyTo` of the source do; or the conversation, for all that was sent in it. */
  readonly reference: string
  /** `read` is delivered, and more. */
  readonly status: 'delivered' | 'failed' | 'read'
  /** Real time. Of a conversation: all that was sent until then. */
  readonly at: Instant
  /** It failed after it had been delivered, as far as the platform knew. */
  readonly cameBack?: boolean | undefined
  /** Why it failed, by the platform's code: nothing of the customer's. */
  readonly detail?: string | undefined
  /** Which reply it is, where the platform was told so and tells us. */
  readonly reply?: ReplyName | undefined
}

/** What `npm run secret` knows about a source's keys. */
export interface Keys {
  /** Makes a key, for a source whose keys are ours to choose. */
  make?(): string
  /** What is wrong with a key that is to become an active one; undefined for nothing. */
  wrong?(key: string): string | undefined
  /** Its lists of keys beside `active`. */
  readonly others?: readonly string[]
}

export interface Accepts {
  /** The body as it is sent. */
  readonly body: z.ZodType
  /** Default: application/json. */
  readonly contentType?: string
  /** How it is signed, in a few words. */
  readonly scheme: string
  /** Headers that the signature is in, or made of. */
  readonly headers: readonly string[]
  /** Parameters of the query of its handshake. */
  readonly handshake?: readonly string[]
}

/** A source that loads what it parses with only when something comes, so that no other source's start waits for it. */
export interface LazySource extends Omit<Source, 'parse'> {
  parse(request: Inbound, now?: Instant): Promise<Content[]>
}

export type AnySource = Source | LazySource

/** Sent with status 200. */
export interface Answer {
  readonly contentType: string
  readonly body: string
}

/**
 * A source's secret in Secrets Manager: lists of keys by their use, newest first. `active` are those that sign its
 * webhooks; while one replaces another both are in it. A source may define further uses.
 */
export interface SourceSecrets {
  readonly active: readonly string[]
  readonly [use: string]: readonly string[]
}

/** Shorter than this is no secret but a mistake; every platform's are longer. */
const secretKey = z.string().min(16)

/**
 * The shape of a source's secret. Before it is set it holds no list at all, and so no signature fits. What is no list
 * is skipped: whoever creates a secret leaves remarks in it.
 */
export const sourceSecrets: z.ZodType<SourceSecrets> = z
  .record(z.string(), z.unknown())
  .transform((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => Array.isArray(value))))
  .pipe(z.record(z.string(), z.array(secretKey)))
  .transform((lists) => ({ active: [], ...lists }))

/**
 * The secret that signs what we answer: the newest.
 *
 * @throws Problem `busy` before there is one.
 */
export function newestOf(keys: readonly string[] | undefined): string {
  const [newest] = keys ?? []
  if (newest === undefined) throw unset()
  return newest
}

/** Nobody has set this source's secret yet, so nothing can be checked. Those who send do so again. */
export const unset = (): Problem =>
  new Problem('busy', 'This source has no secret yet: set it (docs/deploy.md), then send this again')

/** The HMAC-SHA256 of some bytes. */
export const hmacSha256 = (key: string | Uint8Array, ...parts: (string | Uint8Array)[]): Buffer => {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

/** Whether `given`, encoded text from a request, is this digest; takes the same time wherever they differ. */
export function isDigest(digest: Buffer, given: string, encoding: 'base64' | 'hex'): boolean {
  const bytes = Buffer.from(given, encoding)
  return bytes.length === digest.length && timingSafeEqual(bytes, digest)
}

/** Whether `given` is one of the texts that we know; takes the same time for whatever is given. */
export const isOneOf = (known: readonly string[], given: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const wanted = digest(given)
  return known.filter((text) => timingSafeEqual(digest(text), wanted)).length > 0
}
