import { SlackFailure } from '../slack/client.ts'

/** Beyond this a person waits longer for the end of an outage than they need to. */
const LONGEST_SECONDS = 900
const FIRST_SECONDS = 5

/**
 * When to try a delivery again, in whole seconds: at least as long as Slack asks for, twice as long after each further
 * attempt, and a little more at random, so that what failed together does not come back together. The twelve receipts
 * that the queue allows outlast an hour's outage.
 *
 * @param attempts how often the message has been received, this time included.
 * @param random from 0 up to 1.
 */
export function delaySeconds(error: unknown, attempts: number, random = Math.random()): number {
  const retryAfter = error instanceof SlackFailure ? (error.retryAfterSeconds ?? 0) : 0
  // "Too many" passes sooner than an outage, but a whole Monday's backlog at a message a second takes its time.
  const first = error instanceof SlackFailure && error.kind === 'rate-limited' ? 1 : FIRST_SECONDS
  const patience = Math.min(LONGEST_SECONDS, first * 2 ** (attempts - 1))
  return Math.ceil(Math.max(retryAfter, patience) * (1 + random / 5))
}
