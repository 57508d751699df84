import { randomBytes } from 'node:crypto'
import type { Inbound } from '../shared/http.ts'
import { Problem } from '../shared/problem.ts'
import { hmacSha256, isDigest, type Keys, type SourceSecrets } from './source.ts'

/** The scheme as the API's description names it. */
export const STANDARD = {
  scheme: 'Standard Webhooks',
  headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
} as const

/** Real seconds that a signature is good for, before and after its timestamp: the scheme's own. */
const TOLERANCE_SECONDS = 300

/**
 * The Standard Webhooks scheme (standardwebhooks.com): HMAC-SHA256 over `<id>.<timestamp>.<body>`, keyed by what follows
 * `whsec_`. For what the organisation sends itself.
 *
 * @param nowMs real time, in milliseconds since 1970.
 * @throws Problem `unsigned`, `stale-signature`, `wrong-signature`; Error where a secret is mistyped.
 */
export function verifyStandard(request: Inbound, secrets: SourceSecrets, nowMs: number): void {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers
  if (!id || !timestamp || !signature) {
    throw new Problem('unsigned', 'Send the headers webhook-id, webhook-timestamp and webhook-signature')
  }
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new Problem('unsigned', 'webhook-timestamp must be whole seconds since 1970')
  }
  const age = Math.floor(nowMs / 1000) - Number(timestamp)
  if (Math.abs(age) > TOLERANCE_SECONDS) {
    const off = `${Math.abs(age)} seconds ${age > 0 ? 'in the past' : 'in the future'}`
    throw new Problem(
      'stale-signature',
      `webhook-timestamp is ${off}; at most ${TOLERANCE_SECONDS} are accepted`,
    )
  }
  // A list, in which the sender signs with old and new secrets at once. Separated by spaces; by commas where the
  // header came twice.
  const given = [...signature.matchAll(/(?:^|[\s,])v1,([A-Za-z0-9+/]{43}=)(?=$|[\s,])/g)].map(
    ([, text]) => text ?? '',
  )
  const fits = secrets.active.some((secret) => {
    const digest = hmacSha256(keyOf(secret), `${id}.${timestamp}.`, request.body)
    return given.some((text) => isDigest(digest, text, 'base64'))
  })
  if (!fits)
    throw new Problem('wrong-signature', 'No v1 signature in webhook-signature fits any active secret')
}

const KEY = /^(?:whsec_)?([A-Za-z0-9+/]{22,}={0,2})$/

export function keyOf(secret: string): Buffer {
  const key = Buffer.from(KEY.exec(secret)?.[1] ?? '', 'base64')
  // An HMAC without a key can be forged by anybody, so a secret that is not base64 must not quietly become one.
  if (key.length < 16) throw new Error(`A signing secret ${WRONG_KEY}`)
  return key
}

const WRONG_KEY = 'must be "whsec_" and the base64 of 16 bytes or more'

/** How keys of the scheme are made and checked, for the command that rotates them. */
export const STANDARD_KEYS: Keys = {
  make: () => `whsec_${randomBytes(32).toString('base64')}`,
  wrong: (key) => (KEY.test(key) ? undefined : `it ${WRONG_KEY}`),
}
