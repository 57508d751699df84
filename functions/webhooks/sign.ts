import { createHmac, randomBytes } from 'node:crypto'

/** A signing secret of the scheme: `whsec_` and the base64 of 32 bytes; it wants 24 to 64. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/**
 * The headers of the Standard Webhooks scheme (standardwebhooks.com): who receives it verifies with any of the endpoint's
 * secrets, so it is signed with each that is active.
 *
 * @param id the same at every try; without a full stop, which separates what is signed.
 * @param secrets as `newSecret` makes them.
 * @param nowMs real time: the receiver refuses what was signed long ago.
 */
export function signedHeaders(
  id: string,
  body: string,
  secrets: readonly string[],
  nowMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}
