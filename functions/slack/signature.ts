import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far a request's time may be from ours, into the past or the future. */
const TOLERANCE_SECONDS = 300

/**
 * Whether a request is Slack's, and from now: `v0` is the hex HMAC-SHA256 of `v0:<timestamp>:<body>`.
 *
 * @param body the very bytes that came; a parsed and written body is another one.
 * @param nowMs real time, never the stage's: Slack does not travel with us.
 */
export function checkSignature(
  signingSecret: string,
  timestamp: string,
  signature: string,
  body: Uint8Array,
  nowMs: number,
): 'valid' | 'stale' | 'wrong' {
  if (!/^\d{1,12}$/.test(timestamp)) return 'wrong'
  const expected = createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(body).digest()
  const given = Buffer.from(/^v0=([0-9a-f]{64})$/.exec(signature)?.[1] ?? '', 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'wrong'
  return Math.abs(nowMs / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS ? 'valid' : 'stale'
}
