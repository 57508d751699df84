import { describe, expect, it } from 'vitest'
import { concernsTeam, issueTeams } from '../../functions/domain/complaint.ts'
import { type Actor, allowedActions } from '../../functions/domain/decide.ts'
import { deadlines } from '../../functions/domain/timers.ts'
import { bea, given, refusalOf, type Story, sam } from '../support/complaints.ts'

const lena: Actor = { id: 'lena', team: 'social' }

/** Three issues; the first with billing, the second with social media, each since its own minute. */
function asked(): Story {
  const story = given('2026-11-23T09:00:00Z')
  story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
  for (const text of ['the bill is wrong', 'your account sent me away', 'nobody calls back'])
    story.does('2026-11-23T09:06:00Z', { type: 'add-issue', text })
  story.does('2026-11-23T09:10:00Z', { type: 'hand-off-issue', id: 'i1', toTeam: 'billing', reason: 'bill' })
  story.does('2026-11-23T09:20:00Z', { type: 'hand-off-issue', id: 'i2', toTeam: 'social', reason: 'post' })
  return story
}

describe('Issues that are handed to several teams at once', () => {
  it('have an accept timer each, and leave the complaint with its owner and at its stage', () => {
    const story = asked()
    expect(story.state).toMatchObject({ owner: 'sam', team: 'support', stage: 'acknowledged' })
    expect(story.timer('accept-handoff:i1')).toMatchObject({
      state: 'running',
      dueAt: '2026-11-23T11:10:00Z',
    })
    expect(story.timer('accept-handoff:i2')).toMatchObject({
      state: 'running',
      dueAt: '2026-11-23T11:20:00Z',
    })
    expect(issueTeams(story.state)).toEqual(['billing', 'social'])
    expect(concernsTeam(story.state, 'social')).toBe(true)
  })

  it('call the team that was asked, up its own ladder, when it does not answer; the other timer goes on', () => {
    const story = asked()
    story.does('2026-11-23T10:00:00Z', { type: 'accept-issue' }, lena)
    story.passes('2026-11-23T11:45:00Z')
    story.send('2026-11-23T11:45:00Z', { type: 'escalate' })
    story.send('2026-11-23T11:45:00Z', { type: 'escalate' })
    expect(story.events.filter(({ type }) => type === 'escalated')).toMatchObject([
      { timer: 'accept-handoff:i1', level: 1, people: ['bea'] },
      { timer: 'accept-handoff:i1', level: 2, people: ['kofi'] },
    ])
    expect(story.timer('accept-handoff:i2')).toMatchObject({ state: 'met', metAt: '2026-11-23T10:00:00Z' })
    expect(deadlines(story.state).overdue.map(({ name }) => name)).toEqual(['accept-handoff:i1'])
  })

  it('come back to the one owner answered, who can resolve only once the last is', () => {
    const story = asked()
    story.does('2026-11-23T09:30:00Z', { type: 'accept-issue', id: 'i1' }, bea)
    expect(story.state.issues[0]?.handoff).toMatchObject({ toTeam: 'billing', person: 'bea' })
    story.does('2026-11-23T09:40:00Z', { type: 'answer-issue', id: 'i1', answer: 'the tariff was' }, bea)
    // Who answers has taken it on.
    story.does(
      '2026-11-23T09:41:00Z',
      { type: 'answer-issue', id: 'i2', answer: 'they will not again' },
      lena,
    )
    expect(story.timer('accept-handoff:i2').state).toBe('met')
    expect(issueTeams(story.state)).toEqual([])
    const resolve = { type: 'resolve', summary: 'all three answered' } as const
    expect(refusalOf(() => story.does('2026-11-23T09:50:00Z', resolve))).toMatch(/^forbidden-by-state.*i3/)
    story.does('2026-11-23T09:51:00Z', { type: 'decline-issue', id: 'i3', reason: 'called twice' }, sam)
    story.does('2026-11-23T09:52:00Z', resolve)
    expect(story.state).toMatchObject({ stage: 'resolved', owner: 'sam' })
  })

  it('are the owner’s again when the team returns them, before or after it took them on', () => {
    const story = asked()
    story.does('2026-11-23T09:30:00Z', { type: 'return-issue', reason: 'not our tariff' }, bea)
    expect(story.timer('accept-handoff:i1').state).toBe('met')
    story.does('2026-11-23T09:31:00Z', { type: 'accept-issue' }, lena)
    story.does('2026-11-23T09:32:00Z', { type: 'return-issue', reason: 'no access' }, lena)
    expect(story.state.issues.every(({ handoff }) => handoff === undefined)).toBe(true)
    story.does('2026-11-23T09:33:00Z', {
      type: 'hand-off-issue',
      id: 'i1',
      toTeam: 'social',
      reason: 'then you',
    })
    expect(story.timer('accept-handoff:i1')).toMatchObject({
      state: 'running',
      dueAt: '2026-11-23T11:33:00Z',
    })
    expect(
      refusalOf(() => story.does('2026-11-23T09:34:00Z', { type: 'return-issue', reason: 'mine' })),
    ).toBe('allowed')
  })

  it('are that team’s alone: it may not act on the complaint, nor another team on its issue', () => {
    const story = asked()
    const tries = [
      [{ type: 'resolve', summary: 'done' }, bea],
      [{ type: 'take' }, bea],
      [{ type: 'answer-issue', id: 'i2', answer: 'ours' }, bea],
      [{ type: 'draft-reply', text: 'We are looking at it now.' }, bea],
      [{ type: 'accept-issue', id: 'i2' }, bea],
      [{ type: 'return-issue', id: 'i2', reason: 'no' }, bea],
    ] as const
    for (const [action, by] of tries)
      expect([action, refusalOf(() => story.does('2026-11-23T09:30:00Z', action, by)).split(':')[0]]).toEqual(
        [action, 'not-allowed'],
      )
    story.does('2026-11-23T09:30:00Z', { type: 'note', text: 'Ask the bank, too' }, bea)
  })

  it('are its own once the team takes the whole complaint over', () => {
    const story = asked()
    story.does('2026-11-23T09:30:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'mostly yours' })
    story.does('2026-11-23T09:40:00Z', { type: 'accept-handoff' }, bea)
    expect(story.state.issues.map(({ handoff }) => handoff?.toTeam)).toEqual([undefined, 'social', undefined])
    expect(story.timer('accept-handoff:i1').state).toBe('met')
    expect(story.timer('accept-handoff:i2').state).toBe('running')
  })

  it.each([
    [{ type: 'hand-off-issue', id: 'i1', toTeam: 'billing', reason: 'again' }, 'is with billing'],
    [{ type: 'hand-off-issue', id: 'i3', toTeam: 'support', reason: 'us' }, 'has this complaint already'],
    [{ type: 'hand-off-issue', id: 'i3', toTeam: 'nowhere', reason: 'where' }, 'There is no team'],
    [{ type: 'hand-off-issue', id: 'i9', toTeam: 'billing', reason: 'what' }, 'No issue "i9" waits'],
    [{ type: 'accept-issue' }, 'Say which issue is meant'],
  ] as const)('refuse %j', (action, why) => {
    expect(refusalOf(() => asked().does('2026-11-23T09:30:00Z', action, { id: 'morgan' }))).toContain(why)
  })

  it('stop their timers with the resolution, which answers them in its own words', () => {
    const story = asked()
    const issues = ['i1', 'i2', 'i3'].map((id) => ({ id, answer: 'put right' }))
    story.does('2026-11-23T09:30:00Z', { type: 'resolve', summary: 'done', issues })
    expect(story.timer('accept-handoff:i1').state).toBe('cancelled')
    expect(allowedActions(story.state)).not.toContain('accept-issue')
    expect(story.state.issues.every(({ handoff }) => handoff === undefined)).toBe(true)
  })

  it('are asked of nobody any more once the complaint is withdrawn; what a team has taken on stays with it', () => {
    const story = asked()
    story.does('2026-11-23T10:00:00Z', { type: 'accept-issue' }, lena)
    story.does('2026-11-23T10:10:00Z', { type: 'withdraw', reason: 'they said so' })
    story.does('2026-11-23T10:20:00Z', { type: 'reopen', reason: 'they did not' })
    expect(issueTeams(story.state)).toEqual(['social'])
    expect(refusalOf(() => story.does('2026-11-23T10:30:00Z', { type: 'accept-issue' }, bea))).toContain(
      'No issue waits for a team',
    )
  })
})
