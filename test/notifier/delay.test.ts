import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { delaySeconds } from '../../functions/notifier/delay.ts'
import { SlackFailure } from '../../functions/slack/client.ts'

const down = new SlackFailure('retryable', 'no_answer')
const RECEIPTS = 12

describe('A failed delivery comes back', () => {
  it('never before Slack said it may, and within what SQS can hide a message for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3600 }),
        fc.integer({ min: 1, max: RECEIPTS }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (retryAfterSeconds, attempts, random) => {
          const delay = delaySeconds(
            new SlackFailure('rate-limited', 'ratelimited', { retryAfterSeconds }),
            attempts,
            random,
          )
          expect(delay).toBeGreaterThanOrEqual(retryAfterSeconds)
          expect(delay).toBeLessThanOrEqual(43_200)
          expect(Number.isInteger(delay)).toBe(true)
        },
      ),
    )
  })

  it('often enough for an hour’s outage to end before its last attempt', () => {
    let seconds = 0
    for (let attempts = 1; attempts < RECEIPTS; attempts++) seconds += delaySeconds(down, attempts, 0)
    expect(seconds).toBeGreaterThan(3600)
  })

  it('not at the same moment as all that failed with it', () => {
    expect(delaySeconds(down, 8, 0.99)).toBeGreaterThan(delaySeconds(down, 8, 0))
  })
})
