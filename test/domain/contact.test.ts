import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carriesCode, isCodeAlone } from '../../functions/domain/codes.ts'
import { type Event, MOST_GIVEN, type TimerName } from '../../functions/domain/complaint.ts'
import { allowedActions } from '../../functions/domain/decide.ts'
import { erasedHistory } from '../../functions/domain/erasure.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import { redecide } from '../../functions/domain/replay.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { given, refusalOf, type Story } from '../support/complaints.ts'

const by = { id: 'customer:form' }
const at = (minute: number): string => addSeconds('2026-11-23T09:00:00Z', minute * 60)
const types = (events: readonly Event[]) => events.map(({ type }) => type)
const stateOf = (story: Story, name: TimerName) =>
  story.state.timers.find((timer) => timer.name === name)?.state

/** A complaint in public whose customer is asked for an address, with the asking sent. */
function asked(isPrivate = false): Story {
  const story = given(at(0), { source: 'x', channel: 'x', author: { id: 'kim' } })
  story.does(at(1), { type: 'acknowledge' })
  story.does(at(2), { type: 'ask-contact', private: isPrivate })
  const id = story.state.replies.at(-1)?.id ?? ''
  const taken = { id, platform: 'x', reference: 'post:1', reports: false, by: { id: 'sender:x' } }
  story.send(at(3), { type: 'record-sent', ...taken })
  return story
}

const gives = (story: Story, minute: number, email: string, code = 'K7PQRT', ask?: string) =>
  story.send(at(minute), {
    ...{ type: 'give-contact', id: ask ?? story.state.contact?.ask ?? '', email, code, by },
    consent: 'You may write to me.',
  })
const writes = (
  story: Story,
  minute: number,
  text: string,
  how: { author?: string; tie?: 'reply' | 'customer' } = {},
) =>
  story.send(at(minute), {
    type: 'join',
    message: {
      ...story.state.message,
      ...{ messageId: `m${minute}`, text, author: { id: how.author ?? 'kim' } },
    },
    tie: how.tie ?? 'reply',
    rule: 'a rule',
    by: { id: 'source:x' },
  })

describe('A code in a text', () => {
  it.each([
    'K7PQRT',
    'k7pqrt',
    '  K7PQRT.',
    '(k7pqrt)',
    'my code:K7PQRT',
    '@Water_Co K7PQRT thanks',
    'K7PQRT!',
    'Ｋ７ＰＱＲＴ',
    'code\nK7PQRT\nKim',
    'é-K7PQRT',
  ])('is found as a word: %j', (text) => {
    expect(carriesCode(text, 'K7PQRT')).toBe(true)
  })

  it.each([
    '',
    'K7PQR',
    'K7PQRTX',
    'XK7PQRT',
    'K7PQRTé',
    'éK7PQRT',
    'K7 PQRT',
    'K7PQRT2',
    '@K7PQRT hello',
    'https://example.org/aK7PQRTb',
    '[erased]',
  ])('is not found in: %j', (text) => {
    expect(carriesCode(text, 'K7PQRT')).toBe(false)
    expect(carriesCode(text, '[erased]')).toBe(false)
  })

  it('is never found in a text that does not hold it, whatever else it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        fc.pre(!/k7pqrt/i.test(text.normalize('NFKC')))
        expect(carriesCode(text, 'K7PQRT')).toBe(false)
      }),
    )
  })

  it.each([
    ['@Water_Co my code is K7PQRT, thanks', true],
    ["Here's the code: K7PQRT 👍", true],
    ['K7PQRT', true],
    ['K7PQRT and where is my refund', false],
    ['K7PQRT?', false],
    ['K7PQRT this is not solved', false],
  ])('is all that is said in %j: %j', (text, alone) => {
    expect(isCodeAlone(text, 'K7PQRT')).toBe(alone)
  })
})

describe('A form that anybody may have filled in', () => {
  it('shuts the customer out from nothing: each who fills it in has a code, and the account that complained decides', () => {
    const story = asked()
    gives(story, 10, 'mallory@attacker.example', 'B2CDFG')
    gives(story, 11, 'kim@customer.example', 'K7PQRT')
    expect(story.state.contact?.given.map(({ id }) => id)).toEqual(['g7', 'g8'])
    writes(story, 12, 'B2CDFG', { author: 'mallory' })
    expect(story.state.contact?.matched).toBeUndefined()
    expect(writes(story, 13, '@us K7PQRT').at(-1)).toMatchObject({
      ...{ type: 'identity-matched', given: 'g8', by: 'code' },
    })
    expect(story.state.contact).toMatchObject({
      ...{ matched: 'code', email: 'kim@customer.example', consent: 'You may write to me.' },
      ...{ givenAt: at(11), given: [] },
    })
    expect(JSON.stringify(story.state)).not.toMatch(/mallory|B2CDFG|K7PQRT"/)
  })

  it('changes no clock, no pause, and nothing of where we write, until it is matched', () => {
    const story = asked()
    story.does(at(5), { type: 'pause', reason: 'waits for the customer' })
    const before = story.state
    expect(types(gives(story, 10, 'mallory@attacker.example'))).toEqual(['contact-given'])
    const { contact, version, ...rest } = story.state
    const { contact: _, version: __, ...same } = before
    expect(rest).toEqual(same)
    expect(contact).not.toHaveProperty('email')
  })

  it('takes the same again without another fact, and another code for another address', () => {
    const story = asked()
    expect(gives(story, 10, 'kim@customer.example', 'K7PQRT')).toHaveLength(1)
    expect(gives(story, 10, 'kim@customer.example', 'B2CDFG')).toEqual([])
    expect(gives(story, 11, 'kim@customer.test', 'B2CDFG')).toHaveLength(1)
    expect(story.state.contact?.given.map(({ code }) => code)).toEqual(['K7PQRT', 'B2CDFG'])
  })

  it('is full some time, and a new asking takes its place: with it goes all that was given', () => {
    const story = asked()
    const old = story.state.contact?.ask
    for (let n = 0; n < MOST_GIVEN; n++) gives(story, 10 + n, `m${n}@attacker.example`, `B2CDF${n}`)
    expect(refusalOf(() => gives(story, 20, 'kim@customer.example'))).toContain('filled in too often')
    expect(gives(story, 21, 'm0@attacker.example', 'XXXXXX')).toEqual([])
    story.does(at(22), { type: 'ask-contact', private: true })
    expect(refusalOf(() => gives(story, 23, 'm9@attacker.example', 'B2CDFG', old))).toContain(
      'stale: This form is no longer in use',
    )
    writes(story, 24, 'B2CDF0')
    expect(story.state.contact?.matched).toBeUndefined()
    gives(story, 25, 'kim@customer.example')
    expect(story.state.contact).toMatchObject({ matched: 'private', email: 'kim@customer.example' })
  })

  it('is closed once the complainant is known, and with the complaint', () => {
    const story = asked()
    gives(story, 10, 'kim@customer.example')
    writes(story, 11, 'K7PQRT')
    expect(refusalOf(() => gives(story, 12, 'mallory@attacker.example'))).toContain('filled in already')
    const over = asked()
    over.does(at(10), { type: 'withdraw', reason: 'sent twice' })
    expect(refusalOf(() => gives(over, 11, 'kim@customer.example'))).toContain('the complaint is closed')
    over.does(at(12), { type: 'reopen', reason: 'it was not' })
    expect(gives(over, 13, 'kim@customer.example')).toHaveLength(1)
  })

  it('that several have filled in is confirmed by a person for one of them', () => {
    const story = asked()
    expect(allowedActions(story.state)).not.toContain('confirm-identity')
    gives(story, 10, 'mallory@attacker.example', 'B2CDFG')
    gives(story, 11, 'kim@customer.example')
    const confirm = (id?: string) => () =>
      story.does(at(12), { type: 'confirm-identity', id, reason: 'called the number of the contract' })
    expect(refusalOf(confirm())).toContain('given were: g7, g8')
    expect(refusalOf(confirm('g9'))).toContain('given were: g7, g8')
    expect(refusalOf(confirm('g8'))).toBe('allowed')
    expect(story.state.contact).toMatchObject({ matched: 'person', email: 'kim@customer.example' })
    expect(refusalOf(confirm('g8'))).toContain('forbidden-by-state')
  })
})

describe('A message with the code', () => {
  it('proves the address whether it joins as an answer or as another contact, and raises nothing', () => {
    for (const tie of ['reply', 'customer'] as const) {
      const story = asked()
      gives(story, 10, 'kim@customer.example')
      const [first, ...rest] = writes(story, 60, 'my code is K7PQRT', { tie })
      expect(first).toMatchObject(
        tie === 'reply' ? { type: 'customer-replied' } : { type: 'linked', raises: false },
      )
      expect(types(rest)).toEqual(['identity-matched'])
      expect(stateOf(story, 'next-reply')).toBe('running')
    }
    const other = asked()
    expect(writes(other, 60, 'where is my refund', { tie: 'customer' })[0]).toMatchObject({ raises: true })
  })

  it('ends a pause, as what we waited for has come', () => {
    const story = asked()
    story.does(at(5), { type: 'pause', reason: 'waits for the address' })
    gives(story, 10, 'kim@customer.example')
    expect(types(writes(story, 11, 'K7PQRT'))).toEqual(['customer-replied', 'resumed', 'identity-matched'])
  })

  it('reopens what is resolved only where it says more', () => {
    for (const [text, stage] of [
      ['@us K7PQRT', 'resolved'],
      ['K7PQRT but it is not solved', 'reopened'],
    ] as const) {
      const story = asked()
      gives(story, 10, 'kim@customer.example')
      story.does(at(11), { type: 'resolve', summary: 'the refund is on its way' })
      writes(story, 12, text)
      expect(story.state).toMatchObject({ stage, contact: { matched: 'code' } })
    }
  })
})

describe('A form that only the complainant had', () => {
  it('makes them wait for us, as a message of theirs does', () => {
    const story = asked(true)
    story.does(at(5), { type: 'pause', reason: 'waits for the address' })
    expect(types(gives(story, 10, 'kim@customer.example'))).toEqual(['contact-given', 'resumed'])
    expect(story.state).toMatchObject({ unansweredAt: at(10), waitingSince: at(10) })
    expect(stateOf(story, 'next-reply')).toBe('running')
    story.does(at(12), { type: 'reply', text: 'we have it' })
    expect(stateOf(story, 'next-reply')).toBe('met')
    expect(story.state.waitingSince).toBeUndefined()
  })

  it('can be corrected while it is open, and sent twice', () => {
    const story = asked(true)
    gives(story, 10, 'kim@customer.exmaple')
    expect(gives(story, 10, 'kim@customer.exmaple')).toEqual([])
    expect(gives(story, 11, 'kim@customer.example')).toHaveLength(1)
    expect(story.state.contact).toMatchObject({ matched: 'private', email: 'kim@customer.example' })
    expect(refusalOf(() => gives(story, 15 * 24 * 60, 'kim@elsewhere.example'))).toContain('has expired')
  })

  it('can be asked anew where what we wrote to that address did not arrive', () => {
    const story = asked(true)
    gives(story, 10, 'kim@customer.exmaple')
    expect(allowedActions(story.state)).not.toContain('ask-contact')
    story.does(at(11), { type: 'draft-reply', text: 'The meter had been read wrongly.', private: true })
    const { id = '', to } = story.state.replies.at(-1) ?? {}
    expect(to).toBe('contact')
    story.send(at(12), { type: 'record-failed', id, reason: 'no such mailbox', by: { id: 'sender:ses' } })
    expect(allowedActions(story.state)).toContain('ask-contact')
    story.does(at(13), { type: 'ask-contact', private: true })
    expect(story.state.contact?.matched).toBeUndefined()
    expect(story.state.replies.at(-1)).toMatchObject({ purpose: 'contact', channel: 'x' })
    expect(story.state.replies.at(-1)?.to).toBeUndefined()
  })
})

describe('The question after the resolution', () => {
  const resolved = (): Story => {
    const story = given(at(0), { author: { id: 'kim' } })
    story.does(at(1), { type: 'acknowledge' })
    story.does(at(10), { type: 'resolve', summary: 'put right' })
    return story
  }
  const answers = (story: Story, minute: number, score: number, more: { id?: string; text?: string } = {}) =>
    story.send(at(minute), {
      ...{ type: 'answer-survey', id: more.id ?? story.state.survey?.id ?? '', score, text: more.text, by },
    })

  it('answered twice the same is answered once; answered otherwise, the last holds', () => {
    const story = resolved()
    expect(answers(story, 20, 3, { text: 'so so' })).toHaveLength(1)
    expect(answers(story, 20, 3, { text: 'so so' })).toEqual([])
    expect(answers(story, 21, 3, { text: 'so so, and slow' })).toHaveLength(1)
    expect(types(answers(story, 22, 5))).toEqual(['survey-answered', 'closed'])
    expect(answers(story, 23, 5)).toEqual([])
    expect(story.state).toMatchObject({ stage: 'closed', survey: { score: 5 } })
    expect(types(answers(story, 24, 1))).toEqual(['survey-answered', 'reopened'])
    expect(refusalOf(() => answers(story, 24, 1))).toContain('open again already')
  })

  it('of an earlier resolution opens it again still, and says nothing about the later one', () => {
    const story = resolved()
    const first = story.state.survey?.id ?? ''
    answers(story, 20, 1)
    story.does(at(21), { type: 'acknowledge' })
    story.does(at(30), { type: 'resolve', summary: 'put right now' })
    const { survey } = story.state
    expect(refusalOf(() => answers(story, 31, 4, { id: first }))).toContain('asked anew')
    expect(types(answers(story, 32, 1, { id: first }))).toEqual(['survey-answered', 'reopened'])
    expect(story.state).toMatchObject({ stage: 'reopened', owner: 'sam' })
    expect(story.state.survey).toEqual(survey)
  })

  it('opens again what was withdrawn since, and what silence has closed', () => {
    const withdrawn = resolved()
    withdrawn.does(at(20), { type: 'withdraw', reason: 'sent twice' })
    expect(types(answers(withdrawn, 21, 5))).toEqual(['survey-answered'])
    expect(types(answers(withdrawn, 22, 2))).toEqual(['survey-answered', 'reopened'])
    const silent = resolved()
    silent.passes(at(60 * 24 * 30))
    silent.send(at(60 * 24 * 30), { type: 'close-after-silence' })
    expect(silent.state.stage).toBe('closed')
    expect(types(answers(silent, 60 * 24 * 400, 1))).toEqual(['survey-answered', 'reopened'])
  })

  it('that nobody has asked is not answered', () => {
    const story = given()
    expect(refusalOf(() => answers(story, 1, 1, { id: 's5' }))).toContain('not asked')
  })
})

it('All of this is decided anew the same, also once it is erased', () => {
  const story = asked()
  story.does(at(5), { type: 'pause', reason: 'waits for the address' })
  gives(story, 10, 'mallory@attacker.example', 'B2CDFG')
  gives(story, 11, 'kim@customer.example')
  writes(story, 60, 'my code is K7PQRT', { tie: 'customer' })
  story.does(at(61), { type: 'resolve', summary: 'put right' })
  const id = story.state.survey?.id ?? ''
  story.send(at(62), { type: 'answer-survey', id, score: 3, text: 'slow', by })
  story.send(at(63), { type: 'answer-survey', id, score: 5, text: 'now it is fine', by })
  expect(redecide(story.events, () => currentPolicy)).toEqual({ state: story.state })
  story.send(at(64), { type: 'erase', by: { id: 'dana' } })
  expect(JSON.stringify(story.state)).not.toMatch(/attacker|customer\.example|slow|fine/)
  expect(redecide(erasedHistory(story.events), () => currentPolicy).difference).toBeUndefined()
})
