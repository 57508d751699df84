/** What is to be done has to wait, and for at least so many seconds. Nothing failed. */
export class Later extends Error {
  readonly seconds: number

  constructor(seconds: number) {
    super(`To be done in ${seconds} s`)
    this.name = 'Later'
    this.seconds = seconds
  }
}

/** Beyond this a person waits longer for the end of an outage than they need to. */
export const LONGEST_SECONDS = 900

/**
 * When to try again, in whole seconds: at least as long as asked for, twice as long after each further attempt, and a
 * little more at random, so that what failed together does not come back together.
 *
 * @param attempts how often it has been tried, this time included.
 * @param random from 0 up to 1.
 */
export function patience(
  asked: number,
  firstSeconds: number,
  attempts: number,
  random = Math.random(),
): number {
  const patient = Math.min(LONGEST_SECONDS, firstSeconds * 2 ** (attempts - 1))
  return Math.ceil(Math.max(asked, patient) * (1 + random / 5))
}
