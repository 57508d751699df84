import { describe, expect, it } from 'vitest'
import type { Message } from '../../functions/domain/complaint.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import {
  type Candidate,
  DEFAULT_LINKING,
  linkFor,
  linkKeys,
  type Tie,
} from '../../functions/domain/linking.ts'
import type { LinkRule } from '../../functions/domain/policy.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { given, message, type Story } from '../support/complaints.ts'

const NOW = '2026-11-25T09:00:00Z'
const DAY = 86_400

const candidate = (story: Story, ties: readonly Tie[], id = story.state.id): Candidate => ({
  complaint: { ...story.state, id },
  ties: new Set(ties),
})

const ruleOf = (
  ties: readonly Tie[],
  { story = given(), of = {}, now = NOW }: { story?: Story; of?: Partial<Message>; now?: string } = {},
) => linkFor(currentPolicy, message(of), [candidate(story, ties)], now)?.rule.by

/** A complaint that was resolved, and then closed, on the Monday on which it came. */
const closed = () => {
  const story = given()
  story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
  story.does('2026-11-23T09:20:00Z', { type: 'resolve', summary: 'answered' })
  story.does('2026-11-23T09:30:00Z', { type: 'close' })
  return story
}

describe('a message joins', () => {
  it('the complaint of a message that it answers, however long that has been over', () => {
    expect(ruleOf(['reply'])).toBe('reply')
    expect(ruleOf(['reply'], { story: closed(), now: addSeconds(NOW, 400 * DAY) })).toBe('reply')
  })

  it('the complaint of the same private conversation, unless that was over for a month', () => {
    expect(ruleOf(['conversation'])).toBe('conversation')
    expect(ruleOf(['conversation'], { now: addSeconds(NOW, 400 * DAY) })).toBe('conversation')
    const story = closed()
    expect(ruleOf(['conversation'], { story, now: '2026-12-23T09:20:00Z' })).toBe('conversation')
    expect(ruleOf(['conversation'], { story, now: '2026-12-23T09:20:01Z' })).toBeUndefined()
  })

  it('the open complaint of the same customer, whatever the words, unless both name another product', () => {
    expect(ruleOf(['customer'], { of: { text: 'Trying you instead' } })).toBe('customer')
    expect(ruleOf(['customer'], { story: closed() })).toBeUndefined()
    const broadband = given(undefined, { product: 'broadband' })
    expect(ruleOf(['customer'], { story: broadband, of: { product: 'mobile' } })).toBeUndefined()
    expect(ruleOf(['customer'], { story: broadband, of: { product: 'broadband' } })).toBe('customer')
    expect(ruleOf(['customer'], { story: broadband })).toBe('customer')
  })

  it('no complaint that nothing ties it to', () => {
    expect(ruleOf([])).toBeUndefined()
    expect(linkFor(currentPolicy, message(), [], NOW)).toBeUndefined()
  })

  it('by the first rule that fits, and of several complaints the one opened last', () => {
    const older = candidate(given(), ['reply'], '01JD7Z3K8M0000000000000001')
    const newer = candidate(given(), ['customer'], '01JD7Z3K8M0000000000000003')
    const newest = candidate(given(), ['reply'], '01JD7Z3K8M0000000000000002')
    const found = linkFor(currentPolicy, message(), [older, newer, newest], NOW)
    expect([found?.complaint.id, found?.rule.by]).toEqual([newest.complaint.id, 'reply'])
  })

  it('as the policy says, where it says something', () => {
    const under = (rules: readonly LinkRule[]) =>
      linkFor(
        { ...currentPolicy, linking: { ...DEFAULT_LINKING, rules } },
        message(),
        [candidate(closed(), ['customer'])],
        NOW,
      )?.rule.name
    expect(under([])).toBeUndefined()
    expect(under([{ name: 'always', by: 'customer' }])).toBe('always')
    expect(under([{ name: 'a week', by: 'customer', withinDays: 7 }])).toBe('a week')
    expect(under([{ name: 'a day', by: 'customer', withinDays: 1 }])).toBeUndefined()
  })
})

describe('the keys of a message', () => {
  const keys = (of: Partial<Message>) => linkKeys(message(of)).map(({ tie, key }) => [tie, key])

  it('are its author by every way that the source knows them, however they are written', () => {
    const author = { id: 'customer-1', email: 'Kim@Example.org', phone: '+44 7700 900-123' }
    expect(keys({ author })).toEqual([
      ['customer', 'web\0customer-1'],
      ['customer', 'email\0kim@example.org'],
      ['customer', 'phone\x00447700900123'],
    ])
  })

  it('are each there once, although a mail’s author is known by the address alone', () => {
    const author = { id: 'kim@example.org', email: 'Kim@example.org' }
    expect(keys({ source: 'email', author })).toEqual([['customer', 'email\0kim@example.org']])
  })

  it('leave out a number too short to be one person’s', () => {
    expect(keys({ author: { id: '1', phone: '555-01' } })).toEqual([['customer', 'web\x001']])
  })

  it('hold the conversation where it is private: in public, strangers take part', () => {
    expect(keys({ conversation: 'ticket-7', public: false })).toContainEqual([
      'conversation',
      'web\0ticket-7',
    ])
    expect(keys({ conversation: 'ticket-7', public: true })).toEqual([['customer', 'web\0customer-1']])
  })
})
