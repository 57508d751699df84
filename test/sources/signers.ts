import type { SourceSecrets } from '../../functions/sources/source.ts'
import {
  WEB_SECRET,
  webHeaders,
  webMessage,
  X_SECRET,
  xActivity,
  xDirectMessage,
  xHeaders,
  xPost,
} from './requests.ts'

/** How tests speak for a platform, so that whatever they make up is signed well and reaches the parser. */
export interface Signer {
  readonly secrets: SourceSecrets
  /** The headers of a body, the signature among them. @param url the whole address, for those that sign it */
  headers(body: Uint8Array, url: string): Record<string, string>
  /** Good bodies, at least two that differ in what is optional. */
  readonly bodies: readonly unknown[]
  /** How a body is written. Default: as JSON. */
  readonly write?: (body: unknown) => string | Uint8Array
  /** Of the address, where the signature or the secret is in it. */
  readonly query?: string
}

/** One for each registered source: test/intake/fuzz.test.ts fails for a source that has none. */
export const SIGNERS: Readonly<Record<string, Signer>> = {
  web: {
    secrets: { active: [WEB_SECRET] },
    headers: (body) => webHeaders(body),
    bodies: [webMessage(), webMessage({ permalink: 'https://example.org', team: 'billing', language: 'en' })],
  },
  x: {
    secrets: { active: [X_SECRET] },
    headers: (body) => xHeaders(body),
    bodies: [
      xActivity({
        tweet_create_events: [xPost(), xPost({ id_str: '2', extended_tweet: { full_text: 'all of it' } })],
      }),
      xActivity({
        direct_message_events: [xDirectMessage()],
        users: { 42: { name: 'Jo', screen_name: 'jo' } },
      }),
    ],
  },
}
