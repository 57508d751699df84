import type { Patience } from './circuit.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * How long to wait after each failed try, in milliseconds: the schedule that the Standard Webhooks specification gives as an
 * example, as far as 31 hours. After the last the event is given up for this endpoint.
 */
const WAITS_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR] as const
export const MOST_ATTEMPTS = WAITS_MS.length + 1

/**
 * When to try again what has failed so often: in how many milliseconds, a little more at random, so that what failed
 * together does not come back together; undefined when that was the last time.
 *
 * @param pace share of the usual times; the local stage hurries.
 */
export function retryAfterMs(failures: number, pace: number, random = Math.random()): number | undefined {
  const wait = WAITS_MS[failures - 1]
  return wait === undefined ? undefined : Math.ceil(wait * pace * (1 + random / 5))
}

/** The patience of every circuit. SQS holds a message back for 15 minutes at the most, so that is the longest. */
export const patienceOf = (pace: number): Patience => ({
  failures: 5,
  firstMs: 30 * SECOND * pace,
  longestMs: 15 * MINUTE * pace,
  probeMs: 30 * SECOND,
  mostAskedMs: DAY,
  giveUpMs: 3 * DAY * pace,
})

/** What waited for a circuit comes back over so long, in milliseconds, and not all at once. */
export const spreadMs = (pace: number, random = Math.random()): number => Math.ceil(MINUTE * pace * random)
