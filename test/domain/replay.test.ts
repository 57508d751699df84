import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../functions/domain/complaint.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import { redecide, stateDifference } from '../../functions/domain/replay.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { given } from '../support/complaints.ts'
import { history, play } from '../support/histories.ts'
import { trialOf } from '../support/policies.ts'

/** As the ledger gives it back. */
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value))

describe('deciding a history anew', () => {
  it('comes to the same events and the same state, whatever happened', () => {
    fc.assert(
      fc.property(history, (generated) => {
        const { story } = play(generated)
        const { state, difference } = redecide(stored(story.events), trialOf)
        expect(difference).toBeUndefined()
        expect(stateDifference(stored(story.state), state)).toBeUndefined()
      }),
      { numRuns: 1_500 },
    )
  })

  it('finds any instant that was changed afterwards, in whichever event', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.integer({ min: 1, max: 90_000 }), (generated, where, seconds) => {
        const { story } = play(generated)
        const events = stored(story.events) as Event[]
        const timers = events.flatMap((event) => event.timers ?? [])
        const timer = timers[where % timers.length] as { dueAt: string }
        timer.dueAt = addSeconds(timer.dueAt, seconds)
        expect(redecide(events, trialOf).difference).toMatchObject({
          field: expect.stringMatching(/^timers\.\d+\.dueAt$/),
          stored: timer.dueAt,
        })
      }),
      { numRuns: 500 },
    )
  })
})

describe('a history that is decided anew later', () => {
  it('comes to the same where turns have changed since, whoever was on duty for a tool then', () => {
    const crm = { id: 'token:crm', team: 'billing' }
    const story = given('2026-11-23T09:00:00Z', { team: 'billing' })
    story.does('2026-11-23T09:01:00Z', { type: 'acknowledge' }, crm)
    story.does('2026-11-23T09:02:00Z', { type: 'assign', owner: 'kofi' }, crm)
    story.does('2026-11-23T09:03:00Z', { type: 'take' }, crm)
    story.does('2026-11-23T09:04:00Z', { type: 'add-issue', text: 'no one calls' }, crm)
    story.does(
      '2026-11-23T09:05:00Z',
      { type: 'hand-off-issue', id: 'i1', toTeam: 'support', reason: 'theirs' },
      crm,
    )
    story.does('2026-11-23T09:06:00Z', { type: 'accept-issue' }, { id: 'token:desk', team: 'support' })
    const teams = Object.fromEntries(
      Object.entries(currentPolicy.teams).map(([id, team]) => [id, { ...team, onCall: 'morgan' }]),
    )
    const { difference } = redecide(stored(story.events), () => ({ ...currentPolicy, teams }))
    expect(difference).toBeUndefined()
  })

  it('comes to the same where its message had joined another complaint and was taken out later', () => {
    const story = given('2026-11-23T09:00:00Z')
    const [received] = story.events as [Event]
    expect(
      redecide([{ ...received, recordedAt: '2026-11-25T12:00:00Z' }], trialOf).difference,
    ).toBeUndefined()
  })
})

describe('a record that was tampered with', () => {
  const events = () => {
    const story = given()
    story.passes('2026-11-23T10:00:00Z')
    story.send('2026-11-23T10:00:00Z', { type: 'escalate' })
    story.does('2026-11-23T10:10:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T10:20:00Z', { type: 'note', text: 'called Jo Bloggs' })
    return { story, events: stored(story.events) as (Event & Record<string, unknown>)[] }
  }

  it('is found where a deadline was put off', () => {
    const { events: changed } = events()
    const timer = changed[0]?.timers?.[0] as { dueAt: string }
    timer.dueAt = '2026-11-23T12:00:00Z'
    expect(redecide(changed, trialOf).difference).toEqual({
      seq: 1,
      field: 'timers.0.dueAt',
      stored: '2026-11-23T12:00:00Z',
      recomputed: '2026-11-23T10:00:00Z',
    })
  })

  it('is found where a breach was taken out', () => {
    const { events: changed } = events()
    const without = changed.filter(({ type }) => type !== 'timer-breached' && type !== 'escalated')
    expect(redecide(without, trialOf).difference).toMatchObject({
      field: 'type',
      stored: 'acknowledged',
      recomputed: 'timer-breached',
    })
  })

  it('is found where an event was made up that the state forbids', () => {
    const { events: changed } = events()
    const forged = {
      ...(changed.at(-1) as Event),
      seq: changed.length + 1,
      type: 'handoff-accepted' as const,
      team: 'billing',
      owner: 'bea',
    }
    expect(redecide([...changed, forged], trialOf).difference).toMatchObject({
      seq: changed.length + 1,
      stored: 'handoff-accepted',
      recomputed: '(nothing)',
    })
  })

  it('is found in the state that is kept beside the events', () => {
    const { story } = events()
    const kept = stored(story.state)
    Object.assign(kept.timers[1] as object, { dueAt: '2027-01-01T00:00:00Z' })
    expect(stateDifference(kept, story.state)).toMatchObject({
      field: 'timers.1.dueAt',
      stored: '2027-01-01T00:00:00Z',
    })
  })

  it('is reported without what people wrote', () => {
    const { story, events: changed } = events()
    const kept = stored(story.state)
    Object.assign(kept.message, { text: 'Jo Bloggs, 1 High Street' })
    expect(JSON.stringify(stateDifference(kept, story.state))).not.toMatch(/Jo|bill/)
    expect(redecide(changed, trialOf).difference).toBeUndefined()
  })
})
