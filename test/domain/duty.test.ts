import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { onDuty, standIn } from '../../functions/domain/duty.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import type { Policy, Team } from '../../functions/domain/policy.ts'
import { currentPolicy, withDutyOf } from '../../functions/shared/policies.ts'
import { replyTo } from '../../functions/slack/replies.ts'
import { given } from '../support/complaints.ts'

/** The sample policy with a support team of three, in London's office hours. */
const withTeam = (team: Partial<Team>): Policy => ({
  ...currentPolicy,
  teams: {
    ...currentPolicy.teams,
    support: { ...(currentPolicy.teams.support as Team), hours: 'uk-office', ...team },
  },
  people: {
    ...currentPolicy.people,
    ana: { name: 'Ana', team: 'support' },
    ben: { name: 'Ben', team: 'support' },
  },
})
const weekly = { people: ['sam', 'ana', 'ben'], every: 'week', from: '2026-11-23' } as const
const MONDAY = '2026-11-23T10:00:00Z'

describe('On duty', () => {
  it('is the one person on call, where the policy says no more', () => {
    expect(onDuty(currentPolicy, 'support', MONDAY)).toBe('sam')
    expect(onDuty(currentPolicy, 'nobody', MONDAY)).toBeUndefined()
  })

  it.each([
    ['before the first turn', '2026-11-20T10:00:00Z', 'sam'],
    ['in the first week', MONDAY, 'sam'],
    ['on its Friday at the last second', '2026-11-27T17:29:59Z', 'sam'],
    ['once it has closed: the next week’s', '2026-11-27T17:30:00Z', 'ana'],
    ['in the third', '2026-12-07T10:00:00Z', 'ben'],
    ['in the fourth, from the front', '2026-12-14T10:00:00Z', 'sam'],
  ])('by weekly turns is %s', (_, at, person) => {
    expect(onDuty(withTeam({ rotation: weekly }), 'support', at)).toBe(person)
  })

  it('changes at local midnight, also when the clocks do', () => {
    const policy = withTeam({
      rotation: { people: ['sam', 'ana'], every: 'day', from: '2027-03-27' },
      hours: 'always',
    })
    const always: Policy = {
      ...policy,
      calendars: {
        ...policy.calendars,
        always: {
          timeZone: 'Europe/London',
          hours: Object.fromEntries(
            ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['00:00', '24:00']]]),
          ),
        },
      },
    }
    expect(onDuty(always, 'support', '2027-03-28T22:59:59Z')).toBe('ana')
    expect(onDuty(always, 'support', '2027-03-28T23:00:00Z')).toBe('sam')
  })

  it('is who covers, on the first and the last day and no other', () => {
    const policy = withTeam({
      cover: [{ person: 'sam', from: '2026-11-24', to: '2026-11-25', by: 'ana' }],
    })
    const day = (date: string) => onDuty(policy, 'support', `${date}T10:00:00Z`)
    expect(['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26'].map(day)).toEqual([
      'sam',
      'ana',
      'ana',
      'sam',
    ])
  })

  it('is who covers for who covers; in a circle it stays with the first', () => {
    const away = (person: string, by: string) => ({ person, by, from: '2026-11-23', to: '2026-11-23' })
    expect(standIn(withTeam({ cover: [away('sam', 'ana'), away('ana', 'ben')] }), 'sam', MONDAY)).toBe('ben')
    expect(standIn(withTeam({ cover: [away('sam', 'ana'), away('ana', 'sam')] }), 'sam', MONDAY)).toBe('sam')
  })

  it('out of hours is whom the policy names for them', () => {
    const policy = withTeam({ rotation: weekly, outOfHours: { tell: 'morgan' } })
    expect(onDuty(policy, 'support', '2026-11-23T08:59:59Z')).toBe('morgan')
    expect(onDuty(policy, 'support', '2026-11-23T09:00:00Z')).toBe('sam')
    expect(given('2026-11-28T12:00:00Z', {}, policy).state.owner).toBe('morgan')
  })

  it('is always one of the people that the policy names', () => {
    const policy = withTeam({
      rotation: weekly,
      cover: [{ person: 'ben', from: '2026-12-07', to: '2026-12-31', by: 'sam' }],
    })
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 20_000 }), (hours) => {
        expect(Object.keys(policy.people)).toContain(
          onDuty(policy, 'support', addSeconds(MONDAY, hours * 3600)),
        )
      }),
    )
  })
})

describe('A ladder', () => {
  const overdue = (policy: Policy) => {
    const story = given('2026-11-27T16:00:00Z', {}, policy)
    story.does('2026-11-27T16:01:00Z', { type: 'note', text: 'Seen' })
    story.passes('2026-11-30T10:00:00Z')
    story.send('2026-11-30T10:00:00Z', { type: 'escalate' })
    return story
  }

  it('calls the owner and who is on duty by now, each once', () => {
    const story = overdue(withTeam({ rotation: weekly }))
    expect(story.state.owner).toBe('sam')
    expect(story.events.at(-1)).toMatchObject({ type: 'escalated', people: ['sam', 'ana'] })
    const reply = replyTo(story.events.at(-1) as never, story.state, story.policy)
    expect(reply?.text.match(/<@U0SAM000000>/g)).toHaveLength(1)
  })

  it('calls who covers for an owner who is away, and not the owner', () => {
    const cover = [{ person: 'sam', from: '2026-11-30', to: '2026-12-04', by: 'ben' }]
    expect(overdue(withTeam({ cover })).events.at(-1)).toMatchObject({ people: ['ben'] })
  })

  it('calls one person once who is owner and on duty', () => {
    const story = overdue(withTeam({ rotation: { people: ['sam'], every: 'week', from: '2026-11-23' } }))
    expect(story.events.at(-1)).toMatchObject({ people: ['sam'] })
  })
})

describe('A complaint that is pinned to an earlier version', () => {
  it('keeps its rules, and has today’s people on duty', () => {
    const newest = { ...withTeam({ rotation: weekly, onCall: 'ana' }), version: 9, rules: [] }
    const held = withDutyOf(currentPolicy, newest)
    expect([held.version, held.rules]).toEqual([currentPolicy.version, currentPolicy.rules])
    expect(onDuty(held, 'support', '2026-11-30T10:00:00Z')).toBe('ana')
  })
})
