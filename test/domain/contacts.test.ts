import { describe, expect, it } from 'vitest'
import type { Severity } from '../../functions/domain/complaint.ts'
import type { Command } from '../../functions/domain/decide.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { given, message, refusalOf, type Story, sam } from '../support/complaints.ts'

const OTHER = '01JD7Z3K8M0000000000000009'

const joins = (story: Story, at: string, text: string, more: Partial<Command & { type: 'join' }> = {}) =>
  story.send(at, {
    type: 'join',
    message: message({ messageId: `at ${at}`, postedAt: at, text }),
    tie: 'customer',
    rule: 'same customer, while it is open',
    by: { id: 'source:web' },
    ...more,
  })

describe('a customer who comes back about it', () => {
  it('joins the complaint and raises its severity by one step, up to the policy’s limit', () => {
    const story = given()
    const [linked, raised] = joins(story, '2026-11-24T09:00:00Z', 'Trying you instead').filter(
      ({ type }) => !type.startsWith('timer') && type !== 'escalation-due',
    )
    expect(linked).toMatchObject({ type: 'linked', raises: true, needsAnswer: true, actor: 'source:web' })
    expect(raised).toMatchObject({
      type: 'severity-changed',
      to: 'high',
      reason: 'contacted 2 times about it',
    })
    joins(story, '2026-11-24T10:00:00Z', 'Hello?')
    expect(story.state).toMatchObject({ severity: 'high', contactCount: 2 })
    expect(story.state.contacts.map(({ raises }) => raises)).toEqual([true, true])
  })

  it('is one contact with what they have just written, in a second breath', () => {
    const story = given()
    joins(story, '2026-11-23T09:14:59Z', '2/2 and the line is dead')
    expect(story.state.contacts[0]).toMatchObject({ raises: false })
    expect(story.state.severity).toBeUndefined()
    joins(story, '2026-11-23T09:30:00Z', 'Anybody there?')
    expect(story.state).toMatchObject({ severity: 'high' })
  })

  it('raises nothing by a thanks', () => {
    const story = given()
    joins(story, '2026-11-24T09:00:00Z', 'thanks!')
    expect(story.state).toMatchObject({ contactCount: 1 })
    expect(story.state.severity).toBeUndefined()
  })

  it('starts the clock of the next reply once acknowledged, and ends a pause', () => {
    const policy = {
      ...currentPolicy,
      rules: currentPolicy.rules.map((rule) => ({
        ...rule,
        timers: { ...rule.timers, 'next-reply': rule.timers.acknowledge as never },
      })),
    }
    const story = given(undefined, {}, policy)
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:20:00Z', { type: 'pause', reason: 'waiting for the supplier' })
    joins(story, '2026-11-23T10:00:00Z', 'Any news?')
    expect(story.timer('next-reply')).toMatchObject({ state: 'running', dueAt: '2026-11-23T11:00:00Z' })
    expect(story.state.paused).toBeUndefined()
  })

  it('is heard as answering where they answer what we said, or write after we had called it resolved', () => {
    const story = given()
    story.does('2026-11-23T09:10:00Z', { type: 'reply', text: 'Which bill?' })
    joins(story, '2026-11-23T10:00:00Z', 'The one of October', {
      tie: 'reply',
      rule: 'answers a message of it',
    })
    expect(story.events.at(-1)).toMatchObject({ type: 'customer-replied', text: 'The one of October' })
    expect(story.state.severity).toBeUndefined()
    story.does('2026-11-23T10:30:00Z', { type: 'resolve', summary: 'refunded' })
    joins(story, '2026-11-23T11:00:00Z', 'It is not there')
    expect(story.types().slice(-2)).toEqual(['customer-replied', 'reopened'])
    expect(story.state.contacts).toHaveLength(2)
  })

  it('is weighed by what they say now, and falls under the rule of the new severity', () => {
    const urgent = currentPolicy.rules.map((rule) => ({
      ...rule,
      name: `urgent ${rule.name}`,
      match: { ...rule.match, severity: 'critical' as Severity },
      timers: {
        ...rule.timers,
        acknowledge: { ...(rule.timers.acknowledge as never as object), targetMinutes: 30 } as never,
      },
    }))
    const story = given(undefined, {}, { ...currentPolicy, rules: [...urgent, ...currentPolicy.rules] })
    const signals = [{ signal: 'safety', severity: 'critical', words: 'caught fire', at: 3 }] as const
    joins(story, '2026-11-23T09:05:00Z', 'It caught fire', {
      triage: { severity: 'critical', signals, issues: [] },
    })
    expect(story.events.at(-1)).toMatchObject({
      type: 'severity-changed',
      to: 'critical',
      reason: 'what the customer wrote now',
      signals,
    })
    expect(story.state.rule).toMatch(/^urgent/)
    expect(story.timer('acknowledge')).toMatchObject({
      dueAt: '2026-11-23T09:30:00Z',
      startedAt: '2026-11-23T09:00:00Z',
    })
    expect(story.state.signals).toEqual(signals)
  })
})

describe('unlinking', () => {
  it('takes a contact away, says why and where it is now, and wants one that there is', () => {
    const story = given()
    const unlink = (contact: string) =>
      story.does('2026-11-24T10:00:00Z', { type: 'unlink', contact, reason: 'another flat', to: OTHER })
    expect(refusalOf(() => unlink('c2'))).toBe('forbidden-by-state: No message has joined this complaint')
    joins(story, '2026-11-23T09:05:00Z', 'And the lift is broken')
    expect(refusalOf(() => unlink('c9'))).toBe('invalid: No message joined as "c9"; those that did: c2')
    expect(unlink('c2').at(-1)).toMatchObject({ type: 'unlinked', contact: 'c2', to: OTHER, actor: 'sam' })
    expect(story.state).toMatchObject({ contacts: [], contactCount: 0 })
  })
})

describe('linking one complaint to another', () => {
  it('ends the one, with every timer, and adds its message and its open issues to the other', () => {
    const one = given(undefined, {}, undefined, { severity: undefined, signals: [], issues: ['no bill'] })
    one.does('2026-11-23T09:10:00Z', { type: 'link', to: OTHER, reason: 'the same meter' })
    expect(one.state).toMatchObject({ stage: 'withdrawn', mergedInto: OTHER })
    expect(one.state.timers.every(({ state }) => state === 'cancelled')).toBe(true)
    const other = given()
    joins(other, '2026-11-23T09:10:00Z', 'My bill is wrong', {
      tie: 'person',
      rule: 'by hand',
      from: one.state.id,
      issues: ['no bill'],
      by: sam,
    })
    expect(other.state.contacts).toMatchObject([{ from: one.state.id, rule: 'by hand' }])
    expect(other.state.issues).toMatchObject([{ id: 'i1', text: 'no bill', state: 'open' }])
    one.does('2026-11-23T09:20:00Z', { type: 'reopen', reason: 'not the same after all' })
    expect(one.state.mergedInto).toBeUndefined()
  })

  it('is refused to itself, and while a promise to that customer is not kept', () => {
    const story = given()
    expect(refusalOf(() => story.does('2026-11-23T09:10:00Z', { type: 'link', to: story.state.id }))).toBe(
      'invalid: A complaint cannot be linked to itself',
    )
    story.does('2026-11-23T09:10:00Z', { type: 'promise', text: 'a call', due: '2026-11-24T09:00:00Z' })
    expect(refusalOf(() => story.does('2026-11-23T09:11:00Z', { type: 'link', to: OTHER }))).toMatch(
      /^forbidden-by-state: A promise/,
    )
  })
})

describe('incidents', () => {
  it('group complaints that keep their own timers', () => {
    const story = given()
    const before = story.state.timers
    story.does('2026-11-23T09:10:00Z', { type: 'group', incident: 'outage-7' })
    expect(story.state).toMatchObject({ incident: 'outage-7', timers: before })
    expect(
      refusalOf(() => story.does('2026-11-23T09:11:00Z', { type: 'group', incident: 'outage-7' })),
    ).toMatch(/already/)
    story.does('2026-11-23T09:12:00Z', { type: 'ungroup' })
    expect(story.state.incident).toBeUndefined()
    expect(refusalOf(() => story.does('2026-11-23T09:13:00Z', { type: 'ungroup' }))).toMatch(/^forbidden/)
  })
})

describe('what the author changes afterwards', () => {
  it('is recorded, and never applied over what was said', () => {
    const story = given()
    const amend = (change: 'edited' | 'deleted', text?: string) =>
      story.send('2026-11-23T09:05:00Z', {
        type: 'amend',
        amendment: { source: 'web', messageId: 'message-1', change, at: '2026-11-23T09:04:00Z', text },
        by: { id: 'source:web' },
      })
    amend('edited', 'All is well')
    amend('deleted')
    expect(story.events.slice(1)).toMatchObject([
      { type: 'message-amended', change: 'edited', text: 'All is well' },
      { type: 'message-amended', change: 'deleted' },
    ])
    expect(story.state.message.text).toBe('My bill is wrong')
  })
})
