import { describe, expect, it } from 'vitest'
import type { Refusal } from '../../functions/domain/decide.ts'
import type { Policy } from '../../functions/domain/policy.ts'
import { plan } from '../../functions/repolicy/plan.ts'
import { given, type Story } from '../support/complaints.ts'
import { everything, laxer, sameAgain, stricter, trial } from '../support/policies.ts'

const ops = { id: 'ops' }
const open = (policy: Policy = everything) => given('2026-11-23T09:00:00Z', {}, policy)
const move = (story: Story, at: string, to: Policy) => story.send(at, { type: 'repolicy', to, by: ops })

describe('a complaint that is moved to another policy', () => {
  it('names what it was under, what it is under now, and by which rule', () => {
    const story = open()
    expect(move(story, '2026-11-23T09:10:00Z', laxer)).toMatchObject([
      {
        type: 'repolicied',
        from: { name: 'trial', version: 1 },
        to: { name: 'trial', version: 4 },
        rule: 'everything, v4',
        actor: 'ops',
      },
    ])
    expect(story.state).toMatchObject({ policy: { version: 4 }, rule: 'everything, v4', stage: 'received' })
  })

  it('has its deadlines counted from their own start, not from the move', () => {
    const story = open()
    move(story, '2026-11-23T09:20:00Z', laxer)
    expect(story.timer('acknowledge')).toMatchObject({
      startedAt: '2026-11-23T09:00:00Z',
      dueAt: '2026-11-23T12:00:00Z',
      warnings: [{ percent: 80, at: '2026-11-23T11:24:00Z' }],
    })
  })

  it('keeps the pauses that it had', () => {
    const story = open()
    story.does('2026-11-23T09:10:00Z', { type: 'pause', reason: 'waiting' })
    story.does('2026-11-23T10:10:00Z', { type: 'resume' })
    move(story, '2026-11-23T10:20:00Z', laxer)
    expect(story.timer('acknowledge').dueAt).toBe('2026-11-23T13:00:00Z')
  })

  it('stays paused with the time that the new rules leave it', () => {
    const story = open()
    story.does('2026-11-23T09:20:00Z', { type: 'pause', reason: 'waiting' })
    move(story, '2026-11-23T15:00:00Z', laxer)
    expect(story.timer('acknowledge')).toMatchObject({ state: 'paused', remainingSeconds: 160 * 60 })
    story.does('2026-11-24T09:00:00Z', { type: 'resume' })
    expect(story.timer('acknowledge').dueAt).toBe('2026-11-24T11:40:00Z')
  })

  it('overdue by the new rules while it is paused, misses its deadline when it goes on, and not before', () => {
    const story = open()
    story.does('2026-11-23T09:50:00Z', { type: 'acknowledge' })
    story.does('2026-11-25T16:00:00Z', { type: 'pause', reason: 'waiting' })
    move(story, '2026-11-25T16:10:00Z', stricter)
    expect(story.timer('resolve')).toMatchObject({ state: 'paused', remainingSeconds: 0 })
    const held = (events: ReturnType<Story['passes']>) =>
      events.filter((event) => 'timer' in event && event.timer === 'resolve')
    expect(held(story.passes('2026-11-26T09:00:00Z'))).toEqual([])
    story.does('2026-11-26T10:00:00Z', { type: 'resume' })
    expect(held(story.passes('2026-11-26T10:00:00Z'))).toMatchObject([
      { type: 'timer-breached', at: '2026-11-26T10:00:00Z' },
    ])
  })

  it('gives no warning that it has given, and of those now past only the last', () => {
    const story = open(laxer)
    story.passes('2026-11-23T11:30:00Z')
    expect(story.timer('acknowledge').warnedPercent).toBe(80)
    move(
      story,
      '2026-11-23T11:40:00Z',
      trial(5, (spec) => ({ ...spec, targetMinutes: 165, warnPercent: [50, 80, 95] })),
    )
    expect(story.timer('acknowledge').warnings.map(({ percent }) => percent)).toEqual([95])
    const quiet = open(laxer)
    move(quiet, '2026-11-23T09:55:00Z', everything)
    expect(quiet.passes('2026-11-23T09:55:00Z')).toMatchObject([{ type: 'timer-warned', percent: 75 }])
  })

  it('that is late by the new rules is late once, at the deadline they set, and climbs its ladder from the move', () => {
    const story = open(laxer)
    move(story, '2026-11-23T11:00:00Z', everything)
    const made = story.passes('2026-11-23T11:00:00Z')
    expect(made).toMatchObject([{ type: 'timer-breached', timer: 'acknowledge', at: '2026-11-23T10:00:00Z' }])
    expect(story.timer('acknowledge').owed).toEqual([{ level: 1, at: '2026-11-23T11:00:00Z' }])
    expect(story.passes('2026-11-23T11:30:00Z')).toMatchObject([{ type: 'escalation-due', level: 2 }])
    move(story, '2026-11-23T11:40:00Z', laxer)
    move(story, '2026-11-23T11:41:00Z', everything)
    expect(story.passes('2026-11-23T11:50:00Z')).toEqual([])
  })

  it('keeps a breach and the levels it has climbed, and goes on by the new ladder', () => {
    const story = open()
    story.passes('2026-11-23T10:00:00Z')
    story.send('2026-11-23T10:00:00Z', { type: 'escalate' })
    move(story, '2026-11-23T10:10:00Z', stricter)
    expect(story.timer('acknowledge')).toMatchObject({
      state: 'breached',
      level: 1,
      dueAt: '2026-11-23T10:00:00Z',
    })
    story.passes('2026-11-23T10:30:00Z')
    expect(story.send('2026-11-23T10:30:00Z', { type: 'escalate' })).toMatchObject([
      { level: 2, role: 'duty-manager' },
    ])
  })

  it('loses the timers that the new rules do not have, and gets theirs from when what they wait for began', () => {
    const story = open()
    move(story, '2026-11-25T09:00:00Z', stricter)
    expect(story.timer('statutory').state).toBe('cancelled')
    const other = open(stricter)
    move(other, '2026-11-25T09:00:00Z', sameAgain)
    expect(other.timer('statutory')).toMatchObject({
      state: 'running',
      startedAt: '2026-11-23T09:00:00Z',
      dueAt: '2027-01-18T09:00:00Z',
    })
  })

  it('waits for the next reply since the customer wrote, where the old rules did not count it', () => {
    const story = open(stricter)
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T10:00:00Z', { type: 'record-customer-reply', text: 'well?' })
    move(story, '2026-11-23T11:00:00Z', everything)
    expect(story.timer('next-reply')).toMatchObject({ state: 'running', dueAt: '2026-11-23T12:00:00Z' })
  })

  it('is refused where it is under that version already, or its team is not in the policy', () => {
    const story = open()
    const { support: _, ...teams } = laxer.teams
    expect(() => move(story, '2026-11-23T09:10:00Z', everything)).toThrow(/under trial v1 already/)
    expect(() => move(story, '2026-11-23T09:10:00Z', { ...laxer, teams })).toThrow(
      expect.objectContaining({ code: 'invalid', field: 'to' }) as Refusal,
    )
  })

  it('is refused where a team that was asked about an issue is not in the policy: nobody would be called', () => {
    const story = open()
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:06:00Z', { type: 'add-issue', text: 'the bill' })
    story.does('2026-11-23T09:07:00Z', {
      type: 'hand-off-issue',
      id: 'i1',
      toTeam: 'billing',
      reason: 'theirs',
    })
    const { billing: _, ...teams } = laxer.teams
    expect(() => move(story, '2026-11-23T09:10:00Z', { ...laxer, teams })).toThrow(/has no team "billing"/)
  })
})

describe('the reply window of a channel', () => {
  it('is counted from what the customer wrote there, not from an address that they gave by a form', () => {
    const story = open()
    story.does('2026-11-23T23:00:00Z', { type: 'ask-contact', private: true })
    story.passes('2026-11-24T09:30:00Z')
    const breached = story.timer('reply-window')
    expect(breached.state).toBe('breached')
    const give = { type: 'give-contact', email: 'kim@customer.example', code: 'K7PQRT' } as const
    const id = story.state.contact?.ask ?? ''
    const by = { id: 'customer:form' }
    story.send('2026-11-24T10:00:00Z', { ...give, id, consent: 'You may write to me.', by })
    expect(story.state).toMatchObject({
      wroteAt: '2026-11-23T09:00:00Z',
      unansweredAt: '2026-11-24T10:00:00Z',
    })
    move(story, '2026-11-24T11:00:00Z', sameAgain)
    expect(story.timer('reply-window')).toEqual(breached)
  })
})

describe('the plan of a move', () => {
  it('says what becomes of each timer and what happens at once, and changes nothing', () => {
    const story = open(laxer)
    story.does('2026-11-23T09:30:00Z', { type: 'note', text: 'called' })
    const before = story.state
    const planned = plan(story.state, laxer, stricter, ops, '2026-11-23T11:00:00Z')
    expect(story.state).toEqual(before)
    expect(planned.rule).toBe('everything, v3')
    expect(planned.moves).toContainEqual({
      timer: 'acknowledge',
      before: 'running',
      after: 'running',
      dueBefore: '2026-11-23T12:00:00Z',
      dueAfter: '2026-11-23T09:30:00Z',
    })
    expect(planned.moves).toContainEqual(
      expect.objectContaining({ timer: 'statutory', before: 'running', after: 'cancelled' }),
    )
    expect(planned.moves).toContainEqual({
      timer: 'reply-window',
      before: 'new',
      after: 'running',
      dueAfter: '2026-11-24T09:00:00Z',
    })
    expect(planned.atOnce).toEqual(['timer-breached acknowledge'])
  })
})
