import { createHash } from 'node:crypto'
import type { Instant } from '../../../functions/domain/instant.ts'
import type { Headers } from '../sign.ts'

/** What a customer writes, before a platform has made a request of it. */
export interface Draft {
  /** The platform's id of it; the same again is a redelivery. */
  readonly messageId: string
  readonly text: string
  /** The customer's name; the same name is the same customer. */
  readonly author: string
  readonly public: boolean
  /** When the customer wrote it, in the stage's time. */
  readonly postedAt: Instant
  /** Which team is asked for; of source web. */
  readonly team?: string | undefined
  /** The platform's id of the conversation that it is part of. */
  readonly conversation?: string | undefined
}

/** Stands in for a platform: makes the requests that it would make. One file a source, named like it. */
export interface Sender {
  /**
   * The platform's request about a message, signed now.
   *
   * @param key what it signs with: `webhookSecrets.<source>` of local.json.
   * @param url where it goes; some platforms sign that.
   */
  request(draft: Draft, key: string, url: string): { readonly headers: Headers; readonly body: string }
  /** A key for a new stage. Default: 25 random bytes in base64url. */
  newKey?(): string
  /** What the source's secret holds, for whoever signs with this key. Default: `{"active": [key]}`. */
  secret?(key: string): { readonly active: readonly string[]; readonly [use: string]: readonly string[] }
}

/** An id of digits, as some platforms have them, that is the same for the same text. */
export const digitsOf = (text: string, length: number): string =>
  /^[1-9]\d*$/.test(text) && text.length <= length
    ? text
    : `1${(BigInt(`0x${createHash('sha256').update(text).digest('hex')}`) % 10n ** BigInt(length - 1)).toString().padStart(length - 1, '0')}`

/** An id that is the same for the same customer. */
export const idOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
