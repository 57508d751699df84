import { Later, patience } from '../shared/later.ts'
import { SlackFailure } from '../slack/client.ts'

const FIRST_SECONDS = 5

/**
 * When to try a delivery again, in whole seconds: at least as long as Slack asks for, twice as long after each further
 * attempt, and a little more at random, so that what failed together does not come back together. The thirty receipts
 * that the queue allows outlast five hours.
 *
 * @param attempts how often the message has been received, this time included.
 * @param random from 0 up to 1.
 */
export function delaySeconds(error: unknown, attempts: number, random = Math.random()): number {
  const asked =
    error instanceof Later
      ? error.seconds
      : error instanceof SlackFailure
        ? (error.retryAfterSeconds ?? 0)
        : 0
  // "Too many" passes sooner than an outage, but a whole Monday's backlog at a message a second takes its time.
  const passing = error instanceof Later || (error instanceof SlackFailure && error.kind === 'rate-limited')
  return patience(asked, passing ? 1 : FIRST_SECONDS, attempts, random)
}
