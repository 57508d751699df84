import { describe, expect, it } from 'vitest'
import type { Event, Message, TimerName } from '../../functions/domain/complaint.ts'
import { undelivered } from '../../functions/domain/complaint.ts'
import { type Actor, allowedActions, nextFor } from '../../functions/domain/decide.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import type { Policy } from '../../functions/domain/policy.ts'
import { redecide } from '../../functions/domain/replay.ts'
import { deadlines } from '../../functions/domain/timers.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { given, refusalOf, type Story, sam } from '../support/complaints.ts'

const priya: Actor = { id: 'priya', team: 'support' }
const platform: Actor = { id: 'sender:x' }
const customer: Actor = { id: 'customer:form' }

const FINE = 'The meter had been read wrongly. Your bill is 12 pounds, and the rest is back in your bank.'
const BOUNCE = 'Please call our helpline about the meter.'
const RUDE = 'The meter has been changed, you idiot, and the bill is right.'

const at = (minute: number): string => addSeconds('2026-11-23T09:00:00Z', minute * 60)

const begun = (policy?: Policy, more: Parameters<typeof given>[1] = {}): Story => {
  const story = given(at(0), { author: { id: 'kim' }, ...more }, policy)
  story.does(at(1), { type: 'acknowledge' })
  return story
}
const last = (story: Story) => story.state.replies.at(-1)
const sent = (story: Story, minute: number, reports = true, id = last(story)?.id ?? '') =>
  story.send(at(minute), {
    type: 'record-sent',
    id,
    platform: 'x',
    reference: `post:${id}`,
    reports,
    by: platform,
  })
const delivered = (story: Story, minute: number, id = last(story)?.id ?? '') =>
  story.send(at(minute), { type: 'record-delivered', id, by: platform })
const failed = (story: Story, minute: number, id = last(story)?.id ?? '') =>
  story.send(at(minute), { type: 'record-failed', id, reason: 'the account is gone', by: platform })
const types = (events: readonly Event[]) => events.map(({ type }) => type)
const stateOf = (story: Story, name: TimerName) =>
  story.state.timers.find((timer) => timer.name === name)?.state

describe('A reply', () => {
  it('in which the guard finds nothing goes out at once', () => {
    const story = begun()
    expect(types(story.does(at(2), { type: 'draft-reply', text: FINE }))).toEqual([
      'reply-drafted',
      'reply-released',
    ])
    expect(last(story)).toMatchObject({ state: 'sending', text: FINE, public: true, channel: 'web' })
  })

  it('is held back where it finds something, with the words that caused it, and sent on by whoever wrote it', () => {
    const story = begun()
    expect(types(story.does(at(2), { type: 'draft-reply', text: BOUNCE }))).toEqual(['reply-drafted'])
    expect(last(story)).toMatchObject({
      state: 'held',
      findings: [{ rule: 'bounce', effect: 'warn', words: 'call our helpline', at: 7 }],
    })
    expect(types(story.does(at(3), { type: 'send-reply' }))).toEqual([
      'guard-overridden',
      'reply-approval-asked',
    ])
  })

  it('that the policy blocks needs a reason, which is on record with who gave it and what still held', () => {
    const story = begun()
    story.does(at(2), { type: 'draft-reply', text: RUDE })
    expect(last(story)?.findings).toMatchObject([{ rule: 'abuse', effect: 'block' }])
    expect(refusalOf(() => story.does(at(3), { type: 'send-reply' }))).toContain(
      'invalid: The policy blocks it',
    )
    story.does(at(3), { type: 'send-reply', reason: 'quoted at the customer’s wish' })
    expect(story.events.at(-2)).toMatchObject({
      type: 'guard-overridden',
      actor: 'sam',
      rules: ['abuse'],
      reason: 'quoted at the customer’s wish',
    })
  })

  it('that was overridden waits for the lead, as the sample policy wants: not whoever wrote it, nor anybody', () => {
    const story = begun()
    story.does(at(2), { type: 'draft-reply', text: BOUNCE })
    story.does(at(3), { type: 'send-reply' })
    expect(last(story)).toMatchObject({ state: 'waiting', approver: 'team-lead' })
    expect(story.timer('approve-reply').state).toBe('running')
    expect(refusalOf(() => story.does(at(4), { type: 'approve-reply' }, sam))).toContain(
      'somebody else has to',
    )
    expect(refusalOf(() => story.does(at(4), { type: 'approve-reply' }, { id: 'bea' }))).toContain(
      'ask priya',
    )
    expect(types(story.does(at(5), { type: 'approve-reply' }, priya))).toEqual([
      'reply-approved',
      'reply-released',
    ])
    expect(story.timer('approve-reply').state).toBe('met')
  })

  it('that waits gets a clock of its own, though one before it was thrown away too late to be agreed to in time', () => {
    const story = begun()
    story.does(at(2), { type: 'draft-reply', text: BOUNCE })
    story.does(at(3), { type: 'send-reply' })
    story.passes(at(200))
    expect(deadlines(story.state).overdue.map(({ name }) => name)).toContain('approve-reply')
    story.does(at(201), { type: 'discard-reply' })
    expect(deadlines(story.state).overdue.map(({ name }) => name)).not.toContain('approve-reply')
    story.does(at(202), { type: 'draft-reply', text: BOUNCE })
    story.does(at(203), { type: 'send-reply' })
    expect(story.timer('approve-reply')).toMatchObject({ state: 'running', startedAt: at(203) })
  })

  it('that waits when the complaint is reopened is asked about again', () => {
    const story = begun()
    story.does(at(2), { type: 'draft-reply', text: BOUNCE })
    story.does(at(3), { type: 'send-reply' })
    story.does(at(4), { type: 'withdraw', reason: 'they said so' })
    story.does(at(5), { type: 'reopen', reason: 'they did not' })
    expect(story.timer('approve-reply')).toMatchObject({ state: 'running', startedAt: at(5) })
  })

  it('that is refused or discarded goes nowhere, and its words are out of the state', () => {
    const story = begun()
    story.does(at(2), { type: 'draft-reply', text: BOUNCE })
    story.does(at(3), { type: 'send-reply' })
    story.does(at(4), { type: 'refuse-reply', reason: 'answer it yourself' }, priya)
    expect(last(story)).toMatchObject({ state: 'refused', reason: 'answer it yourself' })
    story.does(at(5), { type: 'draft-reply', text: BOUNCE })
    story.does(at(6), { type: 'discard-reply' })
    expect(story.state.replies.map(({ state, text }) => [state, text])).toEqual([
      ['refused', undefined],
      ['discarded', undefined],
    ])
    expect(sent(story, 7)).toEqual([])
  })

  it('is held against what other customers were sent', () => {
    const story = begun()
    const recent = [
      'Hi Ann, the meter had been read wrongly. Your bill is 40 pounds, and the rest is back in your bank.',
    ]
    story.send(at(2), { type: 'draft-reply', text: FINE, recent, by: sam })
    expect(last(story)?.findings).toMatchObject([{ rule: 'stock-answer', effect: 'warn' }])
  })

  it('is judged again before it is sent: a promise that was recorded meanwhile is none to record', () => {
    const story = begun()
    story.does(at(2), { type: 'draft-reply', text: 'Our engineer was late. We will call you on Wednesday.' })
    const [finding] = last(story)?.findings ?? []
    expect(finding).toMatchObject({
      rule: 'promise-not-recorded',
      promise: { dueAt: '2026-11-25T23:59:59Z' },
    })
    const { text = '', dueAt = '' } = finding?.promise ?? {}
    story.does(at(3), { type: 'promise', text, due: dueAt })
    expect(types(story.does(at(4), { type: 'send-reply' }))).toEqual(['reply-released'])
  })

  it('that names an issue only is held for the others, until they are answered', () => {
    const story = begun()
    story.does(at(2), { type: 'add-issue', text: 'the meter was read wrongly' })
    story.does(at(2), { type: 'add-issue', text: 'your engineer shouted at my daughter' })
    story.does(at(3), { type: 'draft-reply', text: FINE })
    expect(last(story)?.findings).toMatchObject([{ rule: 'unanswered-issue', issue: 'i2' }])
    story.does(at(4), { type: 'decline-issue', id: 'i2', reason: 'settled by phone' })
    expect(types(story.does(at(5), { type: 'send-reply' }))).toEqual(['reply-released'])
  })

  it('is not judged under a policy that has no guard', () => {
    const { guard: _, ...without } = currentPolicy
    const story = begun(without)
    story.does(at(2), { type: 'draft-reply', text: RUDE })
    expect(last(story)).toMatchObject({ state: 'sending', findings: [] })
  })

  it('that several could be meant by names those there are', () => {
    const story = begun()
    story.does(at(2), { type: 'draft-reply', text: BOUNCE })
    story.does(at(2), { type: 'draft-reply', text: RUDE })
    expect(refusalOf(() => story.does(at(3), { type: 'send-reply' }))).toBe(
      'invalid: Say which reply is meant; held back: o3, o4',
    )
    story.does(at(3), { type: 'send-reply', id: 'o3' })
    expect(story.state.replies.map(({ state }) => state)).toEqual(['waiting', 'held'])
  })
})

describe('An answer meets what waits for one', () => {
  const waiting = (): Story => {
    const story = begun()
    story.does(at(2), { type: 'record-customer-reply', text: 'where is it?' })
    story.does(at(3), { type: 'draft-reply', text: FINE })
    return story
  }

  it('once it is delivered where the platform reports that, not once it is sent', () => {
    const story = waiting()
    expect(stateOf(story, 'next-reply')).toBe('running')
    sent(story, 4)
    expect([last(story)?.state, stateOf(story, 'next-reply')]).toEqual(['sent', 'running'])
    delivered(story, 9)
    expect(story.timer('next-reply')).toMatchObject({ state: 'met', metAt: at(9) })
    expect(story.state).toMatchObject({ repliedAt: at(9) })
    expect(story.state.unansweredAt).toBeUndefined()
  })

  it('once it is sent where the platform never says more', () => {
    const story = waiting()
    sent(story, 4, false)
    expect(story.timer('next-reply')).toMatchObject({ state: 'met', metAt: at(4) })
  })

  it('not where it failed, before or after the platform took it; a report that it arrived after all counts', () => {
    const story = waiting()
    sent(story, 4)
    failed(story, 5)
    expect([last(story)?.state, stateOf(story, 'next-reply')]).toEqual(['failed', 'running'])
    expect(undelivered(story.state)?.id).toBe(last(story)?.id)
    delivered(story, 6)
    expect([last(story)?.state, stateOf(story, 'next-reply')]).toEqual(['delivered', 'met'])
    expect(undelivered(story.state)).toBeUndefined()
  })

  it('each report once, however often it comes, and none about a reply that nobody knows', () => {
    const story = waiting()
    expect(types(sent(story, 4))).toEqual(['reply-sent'])
    expect(sent(story, 5)).toEqual([])
    expect(types(delivered(story, 6))).toEqual(['reply-delivered'])
    expect(delivered(story, 7)).toEqual([])
    expect(failed(story, 8)).toEqual([])
    expect(delivered(story, 9, 'o999')).toEqual([])
  })

  it('and acknowledges a complaint that nobody has acknowledged, under the name of who wrote it', () => {
    const story = given(at(0))
    story.does(at(2), { type: 'draft-reply', text: FINE }, priya)
    expect(story.state.stage).toBe('received')
    expect(types(sent(story, 3, false))).toEqual(['acknowledged', 'reply-sent'])
    expect(story.events.at(-2)).toMatchObject({ type: 'acknowledged', actor: 'priya' })
  })

  it('but not for what the customer wrote after it had gone out: that waits from when it came', () => {
    const story = waiting()
    story.does(at(5), { type: 'record-customer-reply', text: 'and another thing' })
    sent(story, 6, false)
    expect(story.state).toMatchObject({ unansweredAt: at(5), waitingSince: at(5), repliedAt: at(6) })
    expect(story.timer('next-reply')).toMatchObject({ state: 'running', startedAt: at(5), dueAt: at(125) })
  })
})

describe('What the customer wrote while an answer was on its way has its own time, without the pauses', () => {
  const overtaken = (): Story => {
    const story = begun()
    story.does(at(2), { type: 'record-customer-reply', text: 'where is it?' })
    story.does(at(3), { type: 'draft-reply', text: FINE })
    story.does(at(5), { type: 'record-customer-reply', text: 'and another thing' })
    return story
  }

  it('that were over when the answer arrived', () => {
    const story = overtaken()
    story.does(at(6), { type: 'pause', reason: 'the meter is looked at' })
    story.does(at(96), { type: 'resume' })
    sent(story, 100, false)
    expect(story.timer('next-reply')).toMatchObject({
      state: 'running',
      startedAt: at(5),
      dueAt: at(5 + 120 + 90),
    })
  })

  it('that was on when it arrived', () => {
    const story = overtaken()
    story.does(at(35), { type: 'pause', reason: 'the meter is looked at' })
    sent(story, 60, false)
    expect(story.timer('next-reply')).toMatchObject({ state: 'paused', remainingSeconds: 90 * 60 })
  })
})

it('What the customer writes while our first answer is on its way waits for the next, once that has acknowledged', () => {
  const story = given(at(0), { author: { id: 'kim' } })
  story.does(at(2), { type: 'draft-reply', text: FINE })
  story.does(at(5), { type: 'record-customer-reply', text: 'and another thing' })
  expect(stateOf(story, 'next-reply')).toBeUndefined()
  sent(story, 6, false)
  expect(story.state).toMatchObject({ stage: 'acknowledged', waitingSince: at(5), unansweredAt: at(5) })
  expect(story.timer('next-reply')).toMatchObject({ state: 'running', startedAt: at(5) })
})

it('An answer that did not arrive is made up for by what was said elsewhere: silence may close then', () => {
  const story = begun()
  story.does(at(2), { type: 'draft-reply', text: FINE })
  failed(story, 3)
  expect(undelivered(story.state)).toBeDefined()
  story.does(at(4), { type: 'reply', text: 'Told on the phone.' })
  expect(undelivered(story.state)).toBeUndefined()
  story.does(at(5), { type: 'resolve', summary: 'mended' })
  story.passes(addSeconds(at(5), 30 * 86_400))
  expect(nextFor(story.state)).toBe('closing')
})

it('What was said elsewhere after the resolution makes up for it, too: silence counts from then', () => {
  const story = begun()
  story.does(at(2), { type: 'draft-reply', text: FINE })
  story.does(at(3), { type: 'resolve', summary: 'mended' })
  failed(story, 4, story.state.replies[0]?.id)
  expect(stateOf(story, 'follow-up')).toBe('cancelled')
  story.does(at(10), { type: 'reply', text: 'Told on the phone.' })
  expect(story.timer('follow-up')).toMatchObject({ state: 'running', startedAt: at(10) })
})

describe('An answer that comes back after it was delivered', () => {
  const cameBack = (story: Story, minute: number, id = last(story)?.id ?? '') =>
    story.send(at(minute), {
      type: 'record-failed',
      id,
      reason: 'no such user',
      cameBack: true,
      by: platform,
    })
  const answered = (minute: number): Story => {
    const story = begun()
    story.does(at(minute - 2), { type: 'record-customer-reply', text: 'and now?' })
    story.does(at(minute - 1), { type: 'draft-reply', text: FINE })
    sent(story, minute)
    delivered(story, minute)
    return story
  }

  it('has not answered: the customer waits again, from now on, and silence says nothing', () => {
    const story = answered(6)
    expect(stateOf(story, 'next-reply')).toBe('met')
    expect(types(cameBack(story, 30))).toEqual(['reply-failed'])
    expect(last(story)).toMatchObject({ state: 'failed', reason: 'no such user' })
    expect(story.state).toMatchObject({ waitingSince: at(30), unansweredAt: at(30) })
    expect(story.timer('next-reply')).toMatchObject({ state: 'running', startedAt: at(30) })
    expect(undelivered(story.state)).toMatchObject({ state: 'failed' })
    expect(redecide(story.events, () => story.policy)).toEqual({ state: story.state })
  })

  it('changes no clock where another has arrived since, and none for what was no answer', () => {
    const story = answered(6)
    const first = last(story)?.id
    story.does(at(8), { type: 'draft-reply', text: `${FINE} And thank you for waiting.` })
    sent(story, 9)
    delivered(story, 10)
    cameBack(story, 30, first)
    expect(story.state.waitingSince).toBeUndefined()
    expect(stateOf(story, 'next-reply')).toBe('met')
  })

  it('keeps a complaint that is resolved from being closed by silence', () => {
    const story = answered(6)
    story.does(at(8), { type: 'resolve', summary: 'mended' })
    cameBack(story, 30, story.state.replies[0]?.id)
    expect(stateOf(story, 'follow-up')).toBe('cancelled')
  })

  it('starts no second clock where the complaint is open again and not acknowledged yet: they wait already', () => {
    const story = answered(6)
    story.does(at(8), { type: 'resolve', summary: 'mended' })
    story.does(at(9), { type: 'reopen', reason: 'not so' })
    cameBack(story, 30, story.state.replies[0]?.id)
    expect(story.state.replies[0]?.state).toBe('failed')
    expect(story.state.waitingSince).toBeUndefined()
    expect(stateOf(story, 'next-reply')).not.toBe('running')
    expect(stateOf(story, 'acknowledge')).toBe('running')
  })

  it('and is said to have failed by others is old news', () => {
    const story = answered(6)
    expect(failed(story, 30)).toEqual([])
    expect(last(story)?.state).toBe('delivered')
  })
})

describe('A reply window', () => {
  const chat = { source: 'meta', channel: 'messenger', public: false }

  it('calls people before it shuts, while somebody is there to answer', () => {
    // Friday afternoon: 24 hours later nobody works, so people are called at the close of the day.
    const story = given('2026-11-27T16:00:00Z', chat)
    story.does('2026-11-27T16:05:00Z', { type: 'acknowledge' })
    expect(story.timer('reply-window').dueAt).toBe('2026-11-27T17:30:00Z')
    story.passes('2026-11-27T17:30:00Z')
    story.send('2026-11-27T17:30:00Z', { type: 'escalate' })
    expect(story.events.at(-1)).toMatchObject({ type: 'escalated', timer: 'reply-window', people: ['sam'] })
  })

  it.each([
    ['on a weekday, two hours before it shuts', '2026-11-23T14:00:00Z', '2026-11-24T12:00:00Z'],
    ['on a weekday morning, by the close of the day before', '2026-11-23T09:00:00Z', '2026-11-23T17:30:00Z'],
    ['where nobody works in all that time, two hours before', '2026-11-28T08:00:00Z', '2026-11-29T06:00:00Z'],
  ])('is due %s', (_, from, due) => {
    expect(given(from, chat).timer('reply-window').dueAt).toBe(due)
  })

  it('is not renewed by what comes another way, whose answer the channel takes no longer for that', () => {
    const story = given('2026-11-23T09:00:00Z', chat)
    const { dueAt } = story.timer('reply-window')
    const joins = (at: string, message: Partial<Message>) =>
      story.send(at, {
        type: 'join',
        message: { ...story.state.message, text: 'Where is my refund?', messageId: at, ...message },
        tie: 'customer',
        rule: 'same customer, while it is open',
        by: { id: 'source:any' },
      })
    joins('2026-11-23T16:00:00Z', { source: 'email', channel: 'email' })
    expect(story.timer('reply-window').dueAt).toBe(dueAt)
    expect(story.state).toMatchObject({
      unansweredAt: '2026-11-23T16:00:00Z',
      wroteAt: '2026-11-23T09:00:00Z',
    })
    joins('2026-11-23T17:00:00Z', {})
    expect(story.timer('reply-window').startedAt).toBe('2026-11-23T17:00:00Z')
  })

  it('that has shut blocks a reply on the channel, and one that was held till then', () => {
    const story = given('2026-11-23T09:00:00Z', chat)
    story.does('2026-11-24T08:59:00Z', { type: 'draft-reply', text: BOUNCE })
    expect(last(story)?.findings?.map(({ rule }) => rule)).toEqual(['bounce'])
    expect(refusalOf(() => story.does('2026-11-24T09:00:00Z', { type: 'send-reply' }))).toContain(
      'outside-reply-window',
    )
    story.does('2026-11-24T09:00:00Z', { type: 'draft-reply', text: FINE })
    expect(last(story)?.findings).toMatchObject([{ rule: 'outside-reply-window', effect: 'block' }])
  })
})

describe('From public to private', () => {
  const askedInPublic = (): Story => {
    const story = begun(undefined, { source: 'x', channel: 'x' })
    story.does(at(2), { type: 'ask-contact' })
    sent(story, 3, false)
    return story
  }
  const give = (story: Story, minute: number, id = story.state.contact?.ask ?? '') =>
    story.send(at(minute), {
      ...{ type: 'give-contact', id, email: 'kim@customer.example', consent: 'You may write to me.' },
      ...{ code: 'K7PQRT', by: customer },
    })
  const writes = (story: Story, minute: number, text: string, author = 'kim', source = 'x') =>
    story.send(at(minute), {
      type: 'join',
      message: { ...story.state.message, source, messageId: `m${minute}`, text, author: { id: author } },
      tie: 'reply',
      rule: 'answers a message of it',
      by: { id: `source:${source}` },
    })

  it('asks by a form, whose address the ledger does not hold', () => {
    const story = askedInPublic()
    const drafted = story.events.find(({ type }) => type === 'reply-drafted')
    expect(drafted).toMatchObject({ purpose: 'contact', about: 'k3', public: true, outcome: 'pass' })
    expect(drafted?.type === 'reply-drafted' && drafted.text).toContain('{link}')
    expect(story.state.contact).toMatchObject({
      ask: 'k3',
      private: false,
      expiresAt: addSeconds(at(2), 14 * 86_400),
    })
  })

  it('writes to nobody’s address before it is known whose it is: anybody can have filled in a public form', () => {
    const story = askedInPublic()
    give(story, 10)
    expect(story.state.contact?.given).toMatchObject([
      { id: 'g7', email: 'kim@customer.example', consent: 'You may write to me.' },
    ])
    expect(story.state.contact?.email).toBeUndefined()
    expect(story.state.contact?.matched).toBeUndefined()
    story.does(at(11), { type: 'draft-reply', text: FINE, private: true })
    expect(last(story)).toMatchObject({ public: false, channel: 'x' })
    expect(last(story)?.to).toBeUndefined()
  })

  it('knows the complainant by the code, from the account that complained and from no other', () => {
    const story = askedInPublic()
    give(story, 10)
    writes(story, 11, 'K7PQRT', 'somebody else')
    writes(story, 12, 'K7PQRT', 'kim', 'meta')
    expect(story.state.contact?.matched).toBeUndefined()
    expect(types(writes(story, 13, 'here you are: k7pqrt'))).toContain('identity-matched')
    expect(story.state.contact).toMatchObject({ matched: 'code', email: 'kim@customer.example', given: [] })
  })

  it('needs no code where only the complainant was asked, and none where somebody made sure', () => {
    const inPrivate = begun(undefined, { source: 'x', channel: 'x' })
    inPrivate.does(at(2), { type: 'ask-contact', private: true })
    give(inPrivate, 3)
    expect(inPrivate.state.contact).toMatchObject({ matched: 'private' })
    const byHand = askedInPublic()
    give(byHand, 10)
    byHand.does(at(11), { type: 'confirm-identity', reason: 'knew the last three bills' })
    expect(byHand.state.contact).toMatchObject({ matched: 'person' })
  })

  it('is waited for from the address on, though an answer was missed before the complaint was withdrawn', () => {
    const story = begun(undefined, { source: 'x', channel: 'x' })
    story.does(at(2), { type: 'record-customer-reply', text: 'where is it?' })
    story.passes(at(200))
    expect(stateOf(story, 'next-reply')).toBe('breached')
    story.does(at(201), { type: 'withdraw', reason: 'the customer said so' })
    story.does(at(202), { type: 'reopen', reason: 'they did not' })
    story.does(at(203), { type: 'acknowledge' })
    story.does(at(204), { type: 'ask-contact', private: true })
    give(story, 205)
    expect(story.state.waitingSince).toBe(at(205))
    expect(story.timer('next-reply')).toMatchObject({ state: 'running', startedAt: at(205) })
  })

  it('goes on by the address, and tells the public thread so, once', () => {
    const story = askedInPublic()
    give(story, 10)
    writes(story, 11, 'K7PQRT')
    story.does(at(12), { type: 'draft-reply', text: FINE, private: true })
    expect(last(story)).toMatchObject({ to: 'contact', channel: 'email', public: false })
    const events = sent(story, 13, false)
    expect(types(events)).toEqual(['reply-sent', 'reply-drafted', 'reply-released'])
    expect(events[1]).toMatchObject({ purpose: 'notice', public: true, channel: 'x', actor: 'clock' })
    sent(story, 14, false)
    story.does(at(15), {
      type: 'draft-reply',
      text: 'The meter is exchanged, and you owe us nothing.',
      private: true,
    })
    expect(types(sent(story, 16, false))).toEqual(['reply-sent'])
    const resolved = story.does(at(17), { type: 'resolve', summary: 'bill put right' })
    expect(resolved.filter(({ type }) => type === 'reply-drafted')).toMatchObject([
      { purpose: 'notice', public: true },
      { purpose: 'survey', public: false, to: 'contact', channel: 'email' },
    ])
  })

  it('tells the public thread no second time once another address was asked for', () => {
    const story = askedInPublic()
    give(story, 10)
    writes(story, 11, 'K7PQRT')
    story.does(at(12), { type: 'draft-reply', text: FINE, private: true })
    const told = () =>
      story.events.filter((event) => event.type === 'reply-drafted' && event.purpose === 'notice')
    sent(story, 13, false)
    sent(story, 14, false)
    expect(told()).toHaveLength(1)
    story.does(at(15), {
      type: 'draft-reply',
      text: 'The meter is exchanged, and you owe us nothing.',
      private: true,
    })
    failed(story, 16)
    story.does(at(17), { type: 'ask-contact', private: true })
    sent(story, 18, false)
    give(story, 19)
    story.does(at(20), {
      type: 'draft-reply',
      text: 'The meter is exchanged, and nothing is owed.',
      private: true,
    })
    expect(last(story)).toMatchObject({ to: 'contact' })
    sent(story, 21, false)
    expect(told()).toHaveLength(1)
  })

  it.each([
    ['of an earlier asking', 'k9', 10, 'no longer in use'],
    ['that has expired', 'k3', 15 * 24 * 60, 'has expired'],
  ])('refuses a form %s', (_, id, minute, why) => {
    expect(refusalOf(() => give(askedInPublic(), minute, id))).toContain(why)
  })
})

describe('After the resolution', () => {
  const resolved = (): Story => {
    const story = begun()
    story.does(at(10), { type: 'resolve', summary: 'put right' })
    return story
  }
  const answers = (story: Story, minute: number, score: number, id = story.state.survey?.id ?? '') =>
    story.send(at(minute), { type: 'answer-survey', id, score, by: customer })

  it('the customer is asked one question', () => {
    const story = resolved()
    expect(types(story.events).slice(-4)).toEqual([
      'resolved',
      'survey-asked',
      'reply-drafted',
      'reply-released',
    ])
    expect(last(story)).toMatchObject({ purpose: 'survey', state: 'sending', public: false })
  })

  it('a happy one closes it, an unhappy one opens it again with the same owner', () => {
    const happy = resolved()
    expect(types(answers(happy, 20, 5))).toEqual(['survey-answered', 'closed'])
    const unhappy = resolved()
    expect(types(answers(unhappy, 20, 2))).toEqual(['survey-answered', 'reopened'])
    expect(unhappy.state).toMatchObject({ stage: 'reopened', owner: 'sam', survey: { score: 2 } })
    const neither = resolved()
    expect(types(answers(neither, 20, 3))).toEqual(['survey-answered'])
    expect(neither.state.stage).toBe('resolved')
  })

  it('an unhappy one opens it again years later', () => {
    const story = resolved()
    answers(story, 20, 5)
    expect(types(answers(story, 3 * 365 * 24 * 60, 1))).toEqual(['survey-answered', 'reopened'])
  })

  it('another handler has it where the policy wants one for a second stage', () => {
    const rules = currentPolicy.rules.map((rule) => ({
      ...rule,
      reopened: { timers: {}, differentOwner: true },
    }))
    const story = begun({ ...currentPolicy, rules })
    story.does(at(10), { type: 'resolve', summary: 'put right' })
    answers(story, 20, 1)
    expect(story.state).toMatchObject({ stage: 'reopened', owner: 'priya' })
  })

  it('a happy one does not close over an open promise', () => {
    const story = begun()
    story.does(at(2), { type: 'promise', text: 'a call', due: at(5000) })
    story.does(at(10), { type: 'resolve', summary: 'put right' })
    expect(types(answers(story, 20, 5))).toEqual(['survey-answered'])
    expect(story.state.stage).toBe('resolved')
  })

  /** At 09:02, by a platform that reports nothing. */
  const answersInDecember = (story: Story) => {
    story.does('2026-12-23T09:01:00Z', { type: 'draft-reply', text: FINE })
    const id = last(story)?.id ?? ''
    const body = { id, platform: 'x', reference: 'post:1', reports: false, by: platform }
    story.send('2026-12-23T09:02:00Z', { type: 'record-sent', ...body })
  }

  it('silence closes; not while our answer has not arrived', () => {
    const silent = resolved()
    silent.passes('2026-12-23T09:00:00Z')
    expect(nextFor(silent.state)).toBe('closing')
    const story = resolved()
    story.does(at(11), { type: 'draft-reply', text: FINE })
    failed(story, 12)
    expect(stateOf(story, 'follow-up')).toBe('cancelled')
    story.passes('2026-12-23T09:00:00Z')
    expect(nextFor(story.state)).toBe('confirmation')
    answersInDecember(story)
    expect(story.timer('follow-up')).toMatchObject({ state: 'running', startedAt: '2026-12-23T09:02:00Z' })
  })

  it('silence counts from when our answer has arrived, where it had failed before the resolution', () => {
    const story = begun()
    story.does(at(2), { type: 'draft-reply', text: FINE })
    failed(story, 3)
    story.does(at(10), { type: 'resolve', summary: 'put right' })
    story.passes('2026-12-23T09:00:00Z')
    expect(nextFor(story.state)).toBe('confirmation')
    answersInDecember(story)
    // The workflow is told by the end of that time, and of nothing before.
    expect(nextFor(story.state)).toBe('confirmation')
    const { dueAt, startedAt } = story.timer('follow-up')
    expect(startedAt).toBe('2026-12-23T09:02:00Z')
    story.passes(dueAt)
    expect(story.state.signalSeq).toBe(story.state.version)
    expect(nextFor(story.state)).toBe('closing')
  })

  it('silence closes what did not arrive once somebody leaves it at that', () => {
    const story = resolved()
    story.does(at(11), { type: 'draft-reply', text: FINE })
    failed(story, 12)
    expect(stateOf(story, 'follow-up')).toBe('cancelled')
    story.does(at(13), { type: 'discard-reply', reason: 'told them on the phone' })
    expect(story.timer('follow-up')).toMatchObject({ state: 'running', startedAt: at(13) })
    story.passes(story.timer('follow-up').dueAt)
    expect(nextFor(story.state)).toBe('closing')
  })

  it('silence does not close over an answer that nobody has agreed to, and counts anew from when somebody has', () => {
    const story = resolved()
    story.does(at(11), { type: 'draft-reply', text: BOUNCE })
    story.does(at(12), { type: 'send-reply' })
    expect(last(story)?.state).toBe('waiting')
    story.passes('2026-12-23T09:00:00Z')
    expect(nextFor(story.state)).not.toBe('closing')
    expect(story.send('2026-12-23T09:00:00Z', { type: 'close-after-silence' })).toEqual([])
    story.does('2026-12-23T09:01:00Z', { type: 'approve-reply' }, priya)
    expect(story.timer('follow-up')).toMatchObject({ state: 'running', startedAt: '2026-12-23T09:01:00Z' })
    story.passes(story.timer('follow-up').dueAt)
    expect(nextFor(story.state)).toBe('closing')
  })

  it('silence goes on where an older answer turns out not to have arrived, and a newer one has', () => {
    const story = resolved()
    story.does(at(11), { type: 'draft-reply', text: FINE })
    const older = last(story)?.id
    sent(story, 12)
    story.does(at(13), { type: 'draft-reply', text: 'Your bill is 12 pounds now, and nothing is owed.' })
    sent(story, 14, false)
    failed(story, 15, older)
    expect(stateOf(story, 'follow-up')).toBe('running')
  })

  it('an answer to a question that was asked before the last one is told so', () => {
    const story = resolved()
    const first = story.state.survey?.id ?? ''
    answers(story, 20, 1)
    story.does(at(30), { type: 'acknowledge' })
    expect(refusalOf(() => answers(story, 31, 5))).toContain('open again already')
    story.does(at(40), { type: 'resolve', summary: 'now it is' })
    expect(refusalOf(() => answers(story, 41, 5, first))).toContain('asked anew')
    expect(types(answers(story, 42, 5))).toContain('closed')
  })
})

it('A history of all this is decided anew the same', () => {
  const story = begun(undefined, { source: 'x', channel: 'x' })
  story.does(at(2), { type: 'draft-reply', text: BOUNCE })
  story.does(at(3), { type: 'send-reply', reason: 'no other way' })
  story.does(at(4), { type: 'approve-reply' }, priya)
  sent(story, 5)
  delivered(story, 6)
  story.does(at(7), { type: 'ask-contact' })
  sent(story, 8, false)
  story.send(at(9), {
    ...{ type: 'give-contact', id: story.state.contact?.ask ?? '', phone: '+447700900123' },
    ...{ consent: 'yes', code: 'K7PQRT', by: customer },
  })
  story.does(at(10), { type: 'confirm-identity', reason: 'called back' })
  story.does(at(11), { type: 'draft-reply', text: FINE, private: true })
  sent(story, 12, false)
  story.does(at(13), { type: 'draft-reply', text: RUDE })
  story.does(at(14), { type: 'discard-reply' })
  story.does(at(15), { type: 'resolve', summary: 'put right' })
  story.send(at(16), { type: 'answer-survey', id: story.state.survey?.id ?? '', score: 1, by: customer })
  const { difference, state } = redecide(story.events, () => currentPolicy)
  expect(difference).toBeUndefined()
  expect(state).toEqual(story.state)
  expect(allowedActions(story.state)).toContain('acknowledge')
})
