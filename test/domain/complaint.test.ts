import { describe, expect, it } from 'vitest'
import { Refusal } from '../../functions/domain/decide.ts'
import type { Rule, TimerSpec } from '../../functions/domain/policy.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { bea, given, sam } from '../support/complaints.ts'

const MONDAY = '2026-11-23T09:00:00Z'

describe('a complaint that is received', () => {
  it('has one owner from the first second: the on-call person of the team that the policy names', () => {
    expect(given().state).toMatchObject({
      stage: 'received',
      team: 'support',
      owner: 'sam',
      level: 0,
      version: 1,
    })
  })

  it('goes to the team that the sender asks for', () => {
    expect(given(MONDAY, { team: 'billing' }).state).toMatchObject({ team: 'billing', owner: 'bea' })
  })

  it('is refused for a team that does not exist, with the teams that do', () => {
    expect(() => given(MONDAY, { team: 'constructor' })).toThrow(
      /no team "constructor"; teams: support, billing, social/,
    )
  })

  it('gets its deadlines in business time: posted on a Saturday, it is due an hour into Monday', () => {
    const story = given('2026-11-21T10:05:00Z')
    expect(story.timer('acknowledge')).toMatchObject({ state: 'running', dueAt: '2026-11-23T10:00:00Z' })
    expect(story.timer('acknowledge').warnings).toEqual([
      { percent: 50, at: '2026-11-23T09:30:00Z' },
      { percent: 75, at: '2026-11-23T09:45:00Z' },
    ])
    expect(story.timer('resolve').dueAt).toBe('2026-11-25T17:30:00Z')
  })
})

describe('an ignored complaint', () => {
  it('warns, breaches and climbs its ladder to the top, each step once, at the time it was due', () => {
    const story = given()
    for (const at of [
      '2026-11-23T09:40:00Z',
      '2026-11-23T10:00:00Z',
      '2026-11-23T10:30:00Z',
      '2026-11-23T17:00:00Z',
    ]) {
      story.passes(at)
      while (story.send(at, { type: 'escalate' }).length > 0);
    }
    const steps = story.events.slice(1).map(({ type, at, ...rest }) => {
      const { level, percent } = rest as { level?: number; percent?: number }
      return [type, at.slice(11, 16), level ?? percent]
    })
    expect(steps).toEqual([
      ['timer-warned', '09:30', 50],
      ['timer-warned', '09:45', 75],
      ['timer-breached', '10:00', undefined],
      ['escalated', '10:00', 1],
      ['escalation-due', '10:30', 2],
      ['escalated', '10:30', 2],
      ['escalation-due', '11:00', 3],
      ['escalated', '11:00', 3],
    ])
    expect(story.state.level).toBe(3)
  })

  it('involves the owner, then the team lead, then the duty manager', () => {
    const story = given()
    story.passes('2026-11-23T12:00:00Z')
    const involved = [1, 2, 3].map(() => story.send('2026-11-23T12:00:00Z', { type: 'escalate' })[0])
    expect(involved).toMatchObject([
      { role: 'owner', people: ['sam'] },
      { role: 'team-lead', people: ['priya'] },
      { role: 'duty-manager', people: ['morgan'] },
    ])
    expect(story.send('2026-11-23T12:00:00Z', { type: 'escalate' })).toEqual([])
  })

  it('is reminded of at the top once a business day, and an outage leaves one reminder, not a storm of them', () => {
    const story = given()
    story.passes('2026-11-23T11:00:00Z')
    expect(story.passes('2026-11-24T11:00:00Z')).toMatchObject([{ type: 'reminded', times: 1 }])
    const late = story.passes('2026-12-04T12:00:00Z').filter((event) => event.type === 'reminded')
    expect(late).toMatchObject([
      { timer: 'acknowledge', times: 2, at: '2026-12-04T11:00:00Z' },
      { timer: 'resolve', times: 1 },
    ])
  })

  it('stops climbing once it is acknowledged, and what was climbed stays', () => {
    const story = given()
    story.passes('2026-11-23T10:00:00Z')
    story.send('2026-11-23T10:00:00Z', { type: 'escalate' })
    story.does('2026-11-23T10:10:00Z', { type: 'acknowledge' })
    expect(story.passes('2026-11-23T17:00:00Z')).toEqual([])
    expect(story.send('2026-11-23T17:00:00Z', { type: 'escalate' })).toEqual([])
    expect(story.state.level).toBe(1)
    expect(story.timer('acknowledge')).toMatchObject({ state: 'met', breachedAt: '2026-11-23T10:00:00Z' })
  })

  it('wakes up again when it was acknowledged and then forgotten', () => {
    const story = given()
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    const forgotten = story.passes('2026-11-25T09:10:00Z')
    expect(forgotten.at(-1)).toMatchObject({
      type: 'timer-breached',
      timer: 'idle',
      at: '2026-11-25T09:10:00Z',
    })
    story.does('2026-11-25T09:20:00Z', { type: 'note', text: 'called the customer' })
    expect(story.timer('idle')).toMatchObject({ state: 'running', dueAt: '2026-11-27T09:20:00Z' })
  })
})

describe('a deadline', () => {
  it('counts as missed at its own instant, however late the wake-up, and before what came later', () => {
    const story = given()
    story.does('2026-11-23T10:00:05Z', { type: 'acknowledge' })
    expect(story.events.slice(-2)).toMatchObject([
      {
        type: 'timer-breached',
        at: '2026-11-23T10:00:00Z',
        recordedAt: '2026-11-23T10:00:05Z',
        actor: 'clock',
      },
      { type: 'acknowledged', at: '2026-11-23T10:00:05Z', actor: 'sam' },
    ])
  })

  it('is kept by who acts in its very second', () => {
    const story = given()
    story.does('2026-11-23T10:00:00Z', { type: 'acknowledge' })
    expect(story.timer('acknowledge')).toMatchObject({ state: 'met' })
    expect(story.timer('acknowledge').breachedAt).toBeUndefined()
  })
})

describe('a handoff', () => {
  const asked = () => {
    const story = given()
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T10:00:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'a billing matter' })
    return story
  }

  it('leaves the owner in place until the other team accepts', () => {
    const story = asked()
    expect(story.state).toMatchObject({ stage: 'acknowledged', owner: 'sam', team: 'support' })
    expect(story.timer('accept-handoff')).toMatchObject({ dueAt: '2026-11-23T12:00:00Z' })
    story.does('2026-11-23T12:20:00Z', { type: 'accept-handoff' }, bea)
    expect(story.state).toMatchObject({ stage: 'handed off', owner: 'bea', team: 'billing' })
    expect(story.state.handoff).toBeUndefined()
    expect(story.timer('accept-handoff')).toMatchObject({ state: 'met', breachedAt: '2026-11-23T12:00:00Z' })
  })

  it('that nobody answers climbs the receiving team’s ladder, not the asker’s', () => {
    const story = asked()
    story.passes('2026-11-23T12:30:00Z')
    const involved = [1, 2].map(() => story.send('2026-11-23T12:30:00Z', { type: 'escalate' })[0])
    expect(involved).toMatchObject([{ people: ['bea'] }, { people: ['kofi'] }])
  })

  it('can be declined only with the asker keeping the complaint', () => {
    const story = asked()
    story.does('2026-11-23T10:30:00Z', { type: 'decline-handoff', reason: 'not ours' }, bea)
    expect(story.state).toMatchObject({ stage: 'acknowledged', owner: 'sam' })
    expect(story.timer('accept-handoff').state).toBe('met')
  })

  it('can be answered by the team that is asked alone', () => {
    expect(() => asked().does('2026-11-23T10:30:00Z', { type: 'accept-handoff' }, sam)).toThrow(
      expect.objectContaining({ code: 'not-allowed' }) as Refusal,
    )
  })

  it('needs a team that exists and is another one', () => {
    const story = given()
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    for (const toTeam of ['support', 'nobody', '__proto__']) {
      expect(() => story.does(MONDAY, { type: 'hand-off', toTeam, reason: 'x' })).toThrow(
        expect.objectContaining({ code: 'invalid', field: 'toTeam' }) as Refusal,
      )
    }
  })
})

describe('a pause', () => {
  it('stops every timer, and resuming restores exactly the business time that was left', () => {
    const story = given()
    story.does('2026-11-23T09:20:00Z', { type: 'pause', reason: 'waiting for the customer' })
    expect(story.timer('acknowledge')).toMatchObject({ state: 'paused', remainingSeconds: 40 * 60 })
    expect(story.passes('2026-11-24T09:00:00Z')).toEqual([])
    story.does('2026-11-24T09:00:00Z', { type: 'resume' })
    expect(story.timer('acknowledge')).toMatchObject({
      state: 'running',
      dueAt: '2026-11-24T09:40:00Z',
      warnings: [
        { percent: 50, at: '2026-11-24T09:10:00Z' },
        { percent: 75, at: '2026-11-24T09:25:00Z' },
      ],
    })
  })

  it('holds a ladder where it stands, and resuming lets it climb on', () => {
    const story = given()
    story.passes('2026-11-23T10:00:00Z')
    story.send('2026-11-23T10:00:00Z', { type: 'escalate' })
    story.does('2026-11-23T10:10:00Z', { type: 'pause', reason: 'waiting for a third party' })
    expect(story.passes('2026-11-23T17:00:00Z')).toEqual([])
    story.does('2026-11-24T09:00:00Z', { type: 'resume' })
    expect(story.passes('2026-11-24T09:20:00Z')).toMatchObject([{ type: 'escalation-due', level: 2 }])
  })

  it('keeps the rung that was owed when it began, and owes it once it ends', () => {
    const story = given()
    story.passes('2026-11-23T10:00:00Z')
    story.does('2026-11-23T10:10:00Z', { type: 'pause', reason: 'waiting' })
    expect(story.send('2026-11-23T10:20:00Z', { type: 'escalate' })).toEqual([])
    story.does('2026-11-24T09:00:00Z', { type: 'resume' })
    expect(story.send('2026-11-24T09:00:00Z', { type: 'escalate' })).toMatchObject([
      { level: 1, people: ['sam'] },
    ])
    expect(story.passes('2026-11-24T09:20:00Z')).toMatchObject([{ type: 'escalation-due', level: 2 }])
  })

  it('lets nobody’s act be forgotten: a ladder that somebody stopped meanwhile stays stopped', () => {
    const story = given()
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T17:00:00Z', { type: 'note', text: 'called' })
    story.does('2026-11-24T17:00:00Z', { type: 'note', text: 'called' })
    story.passes('2026-11-25T17:30:00Z')
    story.does('2026-11-25T17:30:00Z', { type: 'pause', reason: 'waiting' })
    story.does('2026-11-26T10:00:00Z', { type: 'note', text: 'called again' })
    story.does('2026-11-26T11:00:00Z', { type: 'resume' })
    expect(story.timer('resolve')).toMatchObject({ state: 'breached', owed: [] })
    expect(story.timer('resolve').nextRungAt).toBeUndefined()
    expect(story.timer('idle')).toMatchObject({ state: 'running', dueAt: '2026-11-30T11:00:00Z' })
  })

  it('stops what is started while it lasts, with all of its time left', () => {
    const story = given()
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:20:00Z', { type: 'pause', reason: 'waiting' })
    story.does('2026-11-23T09:30:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'theirs' })
    expect(story.timer('accept-handoff')).toMatchObject({ state: 'paused', remainingSeconds: 120 * 60 })
    story.does('2026-11-23T10:00:00Z', { type: 'resume' })
    expect(story.timer('accept-handoff')).toMatchObject({ state: 'running', dueAt: '2026-11-23T12:00:00Z' })
  })

  it('ends with the answer: the follow-up runs, and a reopened complaint is not paused', () => {
    const story = given()
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:20:00Z', { type: 'pause', reason: 'waiting' })
    story.does('2026-11-23T09:30:00Z', { type: 'resolve', summary: 'done' })
    expect(story.state.paused).toBeUndefined()
    expect(story.state.pauses).toEqual([{ from: '2026-11-23T09:20:00Z', until: '2026-11-23T09:30:00Z' }])
    expect(story.timer('follow-up').state).toBe('running')
    story.does('2026-11-23T10:00:00Z', { type: 'reopen', reason: 'not so' })
    expect(story.timer('resolve').state).toBe('running')
  })

  it('ends with the answer for what waits for somebody to agree, too', () => {
    const { timers, ...rule } = currentPolicy.rules[0] as Rule
    const approval: TimerSpec = { ...(timers['approve-redress'] as TimerSpec), pausable: true }
    const rules = [{ ...rule, match: {}, timers: { ...timers, 'approve-redress': approval } }]
    const story = given(MONDAY, {}, { ...currentPolicy, rules })
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    const redress = { kind: 'refund', amount: 6000, currency: 'GBP' } as const
    story.does('2026-11-23T09:15:00Z', { type: 'propose-redress', redress })
    story.does('2026-11-23T09:20:00Z', { type: 'pause', reason: 'waiting' })
    expect(story.timer('approve-redress').state).toBe('paused')
    story.does('2026-11-23T09:30:00Z', { type: 'resolve', summary: 'done' })
    expect(story.timer('approve-redress')).toMatchObject({ state: 'running', dueAt: '2026-11-24T09:25:00Z' })
  })

  it('cannot be doubled, nor ended where there is none', () => {
    const story = given()
    expect(() => story.does(MONDAY, { type: 'resume' })).toThrow(/"resume" is not possible/)
    story.does(MONDAY, { type: 'pause', reason: 'waiting' })
    expect(() => story.does(MONDAY, { type: 'pause', reason: 'waiting' })).toThrow(/"pause" is not possible/)
  })
})

describe('an answered complaint', () => {
  const resolved = () => {
    const story = given()
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T11:00:00Z', {
      type: 'resolve',
      summary: 'refunded',
      redress: { kind: 'refund', amount: 2000, currency: 'GBP' },
    })
    return story
  }

  it('meets its timers and waits for the customer’s word', () => {
    const story = resolved()
    expect(story.state).toMatchObject({ stage: 'resolved', level: 0, resolution: { summary: 'refunded' } })
    expect(story.timer('resolve').state).toBe('met')
    expect(story.timer('follow-up').state).toBe('running')
  })

  it('is closed by silence, through the workflow, once the follow-up time is over', () => {
    const story = resolved()
    expect(story.send('2026-11-24T09:00:00Z', { type: 'close-after-silence' })).toEqual([])
    story.passes(story.timer('follow-up').dueAt)
    expect(story.send('2026-12-01T09:00:00Z', { type: 'close-after-silence' })).toMatchObject([
      { type: 'closed', actor: 'clock' },
    ])
  })

  it('can be reopened, however late, and then runs again', () => {
    const story = resolved()
    story.does('2026-11-23T12:00:00Z', { type: 'close' })
    story.does('2031-11-24T09:00:00Z', { type: 'reopen', reason: 'it happened again' })
    expect(story.state.stage).toBe('reopened')
    expect(story.timer('acknowledge')).toMatchObject({ state: 'running', dueAt: '2031-11-24T10:00:00Z' })
    expect(story.timer('resolve')).toMatchObject({ state: 'running' })
  })
})

describe('a button pressed on an old card', () => {
  it('is refused, because the complaint has moved on', () => {
    const story = given()
    const seen = story.state.stageSeq
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:20:00Z', { type: 'resolve', summary: 'done' })
    story.does('2026-11-23T09:30:00Z', { type: 'reopen', reason: 'not done' })
    expect(() => story.send('2026-11-23T09:40:00Z', { type: 'acknowledge', by: sam, expects: seen })).toThrow(
      expect.objectContaining({ code: 'stale' }) as Refusal,
    )
  })
})

describe('what the state forbids', () => {
  it('is refused with what is possible instead', () => {
    const story = given()
    expect(() => story.does(MONDAY, { type: 'resolve', summary: 'x' })).toThrow(
      /"resolve" is not possible: the complaint is received.*possible now: acknowledge, take, assign/,
    )
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    expect(() => story.does('2026-11-23T09:11:00Z', { type: 'acknowledge' })).toThrow(Refusal)
    expect(() => story.does('2026-11-23T09:11:00Z', { type: 'accept-handoff' }, bea)).toThrow(
      /no handoff to answer/,
    )
    expect(() => story.does('2026-11-23T09:11:00Z', { type: 'close' })).toThrow(Refusal)
  })

  it('includes assigning to nobody known, to another team, or to who has it', () => {
    const story = given()
    expect(() => story.does(MONDAY, { type: 'assign', owner: 'nobody' })).toThrow(
      /knows nobody called "nobody"/,
    )
    expect(() => story.does(MONDAY, { type: 'assign', owner: 'bea' })).toThrow(/hand the complaint off/)
    expect(() => story.does(MONDAY, { type: 'assign', owner: 'sam' })).toThrow(/owns this complaint already/)
    expect(() => story.does(MONDAY, { type: 'take' })).toThrow(/owns this complaint already/)
  })
})
