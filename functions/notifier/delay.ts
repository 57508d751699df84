import { SlackFailure } from '../slack/client.ts'

/** What is to be told has to wait for others, and for at least so many seconds. Nothing failed. */
export class Later extends Error {
  readonly seconds: number

  constructor(seconds: number) {
    super(`To be told in ${seconds} s`)
    this.name = 'Later'
    this.seconds = seconds
  }
}

/** Beyond this a person waits longer for the end of an outage than they need to. */
const LONGEST_SECONDS = 900
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
  const patience = Math.min(LONGEST_SECONDS, (passing ? 1 : FIRST_SECONDS) * 2 ** (attempts - 1))
  return Math.ceil(Math.max(asked, patience) * (1 + random / 5))
}
