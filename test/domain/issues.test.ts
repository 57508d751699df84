import { describe, expect, it } from 'vitest'
import type { IssueOutcome, Severity } from '../../functions/domain/complaint.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { given, refusalOf, type Story } from '../support/complaints.ts'

const THREE = {
  severity: undefined,
  signals: [],
  issues: ['bill only over 3G', 'a shop for a password', 'on hold'],
}

const acknowledged = (policy = currentPolicy): Story => {
  const story = given(undefined, {}, policy, THREE)
  story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
  return story
}

const resolves = (story: Story, issues?: readonly IssueOutcome[]) =>
  story.does('2026-11-23T10:00:00Z', { type: 'resolve', summary: 'all done', issues })

describe('the issues of a complaint', () => {
  it('are suggested by the words, each with an id', () => {
    expect(given(undefined, {}, undefined, THREE).state.issues).toEqual([
      { id: 'i1', text: 'bill only over 3G', state: 'suggested' },
      { id: 'i2', text: 'a shop for a password', state: 'suggested' },
      { id: 'i3', text: 'on hold', state: 'suggested' },
    ])
  })

  it('that somebody has confirmed or added need an answer or a reason of their own before it is resolved', () => {
    const story = acknowledged()
    story.does('2026-11-23T09:20:00Z', { type: 'confirm-issues' })
    story.does('2026-11-23T09:21:00Z', { type: 'add-issue', text: 'nobody called back' })
    story.does('2026-11-23T09:22:00Z', { type: 'answer-issue', id: 'i1', answer: 'shown on wifi now' })
    story.does('2026-11-23T09:23:00Z', { type: 'decline-issue', id: 'i3', reason: 'calls are free' })
    expect(refusalOf(() => resolves(story))).toMatch(/^forbidden-by-state: Each issue.*: i2, i4$/)
    expect(refusalOf(() => resolves(story, [{ id: 'i2', answer: 'a code by text' }]))).toMatch(/: i4$/)
    expect(story.state.stage).toBe('acknowledged')
    resolves(story, [
      { id: 'i2', answer: 'a code by text' },
      { id: 'i4', declined: 'we did, twice' },
    ])
    expect(story.state.issues).toMatchObject([
      { state: 'answered', answer: 'shown on wifi now' },
      { state: 'answered', answer: 'a code by text' },
      { state: 'declined', reason: 'calls are free' },
      { state: 'declined', reason: 'we did, twice' },
    ])
  })

  it('that were only suggested are answered by the summary, unless the policy wants each answered', () => {
    const story = acknowledged()
    resolves(story, [{ id: 'i3', declined: 'calls are free' }])
    expect(story.state.issues.map(({ state, answer }) => [state, answer])).toEqual([
      ['answered', 'all done'],
      ['answered', 'all done'],
      ['declined', undefined],
    ])
    const strict = acknowledged({ ...currentPolicy, mustAnswer: 'all' })
    expect(refusalOf(() => resolves(strict))).toMatch(/: i1, i2, i3$/)
  })

  it('are answered once, and under an id that there is', () => {
    const story = acknowledged()
    const answer = (id: string) =>
      story.does('2026-11-23T09:20:00Z', { type: 'answer-issue', id, answer: 'so' })
    answer('i1')
    expect(refusalOf(() => answer('i1'))).toMatch(/^invalid: No issue "i1" waits.*: i2, i3$/)
    expect(refusalOf(() => resolves(story, [{ id: 'i9', answer: 'so' }]))).toMatch(/^invalid/)
  })
})

describe('the severity', () => {
  const severityOf = (own: Severity | undefined, judged: Severity | undefined) =>
    given(undefined, { severity: own }, undefined, { ...THREE, severity: judged }).state.severity

  it('is the worse of what the source says and what the words say', () => {
    expect(severityOf('low', 'high')).toBe('high')
    expect(severityOf('critical', 'high')).toBe('critical')
    expect(severityOf(undefined, 'high')).toBe('high')
    expect(severityOf('low', undefined)).toBe('low')
    expect(severityOf(undefined, undefined)).toBeUndefined()
  })

  it('can be changed by a person, who gives a reason', () => {
    const story = acknowledged()
    const change = (severity: Severity) =>
      story.does('2026-11-23T09:20:00Z', { type: 'change-severity', severity, reason: 'a child lives there' })
    change('critical')
    expect(story.events.at(-1)).toMatchObject({ type: 'severity-changed', to: 'critical', actor: 'sam' })
    expect(refusalOf(() => change('critical'))).toBe('forbidden-by-state: Its severity is critical already')
    change('low')
    expect(story.state.severity).toBe('low')
  })
})
