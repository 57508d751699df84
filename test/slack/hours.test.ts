import { describe, expect, it } from 'vitest'
import { evolve } from '../../functions/domain/complaint.ts'
import type { Instant } from '../../functions/domain/instant.ts'
import type { Policy } from '../../functions/domain/policy.ts'
import { replyTo } from '../../functions/slack/replies.ts'
import { given } from '../support/complaints.ts'
import { policy, stepsOf } from './complaints.ts'

/** A statutory timer of 48 hours that goes on at night, with whatever ladder. */
function statutory(ladder: Policy['ladders'][string] | undefined): Policy {
  const timer = {
    targetMinutes: 48 * 60,
    calendar: 'always',
    warnPercent: [50, 75],
    pausable: false,
    ...(ladder === undefined ? {} : { ladder: 'careful' }),
  }
  return {
    ...policy,
    ladders: { ...policy.ladders, ...(ladder === undefined ? {} : { careful: ladder }) },
    rules: [{ name: 'law', match: {}, timers: { statutory: timer } }],
    calendars: {
      ...policy.calendars,
      always: {
        timeZone: 'UTC',
        hours: Object.fromEntries(
          ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['00:00', '24:00']]]),
        ),
      },
    },
  } as Policy
}

/** What the thread says of a warning at 75%, for a complaint of this instant. */
function warning(openedAt: Instant, rules: Policy) {
  const story = given(openedAt, {}, rules)
  story.passes('2026-11-26T12:00:00Z')
  for (const { event, after } of stepsOf(story, evolve)) {
    if (event.type === 'timer-warned' && event.percent === 75) return replyTo(event, after, rules)
  }
  throw new Error('It was not warned of')
}

const rungs = [{ tell: 'owner', afterMinutes: 0 }] as const
/** 75% of its time have passed on Tuesday at 22:00. */
const LATE = '2026-11-23T10:00:00Z'
/** … and on Tuesday at 12:00. */
const EARLY = '2026-11-23T00:00:00Z'

describe('A warning', () => {
  it('at night names whom it concerns, and calls nobody, where the ladder keeps office hours', () => {
    const careful = statutory({ rungs, repeatMinutes: 60, calendar: 'uk-office' })
    const reply = warning(LATE, careful)
    expect(reply?.text).toMatch(/75% .* Sam$/)
    expect(reply?.people).toEqual([])
    expect(warning(EARLY, careful)).toMatchObject({
      text: expect.stringMatching(/75% .* <@U0SAM>$/),
      people: ['sam'],
    })
  })

  it('at night calls people where the policy says so', () => {
    const anyTime = statutory({ rungs, repeatMinutes: 60, calendar: 'uk-office', outOfHours: true })
    expect(warning(LATE, anyTime)).toMatchObject({
      text: expect.stringMatching(/<@U0SAM>$/),
      people: ['sam'],
    })
  })
})
