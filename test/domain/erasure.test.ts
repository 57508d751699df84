import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOver, replay } from '../../functions/domain/complaint.ts'
import { Refusal } from '../../functions/domain/decide.ts'
import { ERASED, erasedEvent, erasedHistory } from '../../functions/domain/erasure.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import type { Policy } from '../../functions/domain/policy.ts'
import { redecide } from '../../functions/domain/replay.ts'
import { bea, given, type Story, sam } from '../support/complaints.ts'
import { history, play } from '../support/histories.ts'
import { everything } from '../support/policies.ts'

const MARK = 'M4RK3R'
const marked: Parameters<typeof given>[1] = {
  messageId: `id-${MARK}`,
  author: { id: MARK, name: MARK, email: `${MARK}@example.org`, phone: MARK },
  text: `${MARK} is what I say`,
  subject: MARK,
  permalink: `https://x.example/${MARK}`,
  conversation: MARK,
  inReplyTo: [MARK],
  evidence: MARK,
  attachments: [{ reference: MARK }],
}

/** A story in which everybody writes what has to be forgotten wherever they can. */
function markedStory(policy?: Policy): Story {
  const story = given('2026-11-23T09:00:00Z', marked, policy)
  const does = (minute: number, action: Parameters<Story['does']>[1], by = sam): unknown =>
    story.does(addSeconds('2026-11-23T10:00:00Z', minute * 60), action, by)
  does(0, { type: 'acknowledge' })
  does(1, { type: 'note', text: MARK })
  does(2, { type: 'record-customer-reply', text: MARK })
  does(3, { type: 'reply', text: MARK })
  does(4, { type: 'hand-off', toTeam: 'billing', reason: MARK })
  does(5, { type: 'decline-handoff', reason: MARK }, bea)
  does(6, { type: 'pause', reason: MARK })
  does(7, { type: 'promise', text: MARK, to: MARK, due: '2026-11-30T09:00:00Z' })
  does(8, { type: 'keep-promise', evidence: MARK })
  does(9, { type: 'add-issue', text: MARK })
  does(10, { type: 'change-severity', severity: 'high', reason: MARK })
  story.send('2026-11-23T10:11:00Z', {
    type: 'amend',
    amendment: { source: 'web', messageId: MARK, change: 'edited', at: '2026-11-23T10:11:00Z', text: MARK },
    by: { id: 'source:web' },
  })
  const [issue] = story.state.issues.filter(({ text }) => text === MARK)
  if (issue !== undefined) {
    does(12, { type: 'hand-off-issue', id: issue.id, toTeam: 'billing', reason: MARK })
    does(12, { type: 'return-issue', reason: MARK }, bea)
    does(12, { type: 'answer-issue', id: issue.id, answer: MARK })
  }
  does(12, { type: 'promise', text: MARK, due: '2026-11-30T09:00:00Z' })
  does(12, { type: 'break-promise', reason: MARK })
  does(12, { type: 'ask-contact' })
  const ask = story.state.contact?.ask ?? ''
  const customer = { id: 'customer:form' }
  story.send('2026-11-23T10:12:10Z', {
    ...{ type: 'give-contact', id: ask, email: `${MARK}@example.org`, phone: MARK, consent: 'yes' },
    ...{ code: MARK, by: customer },
  })
  does(13, { type: 'confirm-identity', reason: MARK })
  does(13, { type: 'draft-reply', text: `${MARK}, you idiot, we will call you tomorrow` })
  does(13, { type: 'send-reply', reason: MARK })
  does(13, { type: 'approve-reply' }, { id: 'priya', team: 'support' })
  const reply = story.state.replies.at(-1)?.id ?? ''
  const by = { id: 'sender:x' }
  const sent = { id: reply, platform: 'x', reference: MARK, reports: true }
  story.send('2026-11-23T10:13:10Z', { type: 'record-sent', ...sent, by })
  story.send('2026-11-23T10:13:11Z', { type: 'record-failed', id: reply, reason: MARK, by })
  does(13.5, { type: 'draft-reply', text: `${MARK}, you idiot`, private: true })
  does(13.6, { type: 'send-reply', reason: MARK })
  does(13.7, { type: 'refuse-reply', reason: MARK }, { id: 'priya', team: 'support' })
  does(13.8, { type: 'draft-reply', text: `${MARK}, you idiot, again` })
  does(13.9, { type: 'discard-reply', id: story.state.replies.at(-1)?.id, reason: MARK })
  does(14, {
    type: 'resolve',
    summary: MARK,
    redress: { kind: 'refund', amount: 4200, currency: 'GBP', description: MARK },
  })
  story.send('2026-11-23T10:14:00Z', {
    ...{ type: 'answer-survey', id: story.state.survey?.id ?? '', score: 3, text: MARK, by: customer },
  })
  does(14, { type: 'close' })
  return story
}

describe('what is erased', () => {
  it('holds nothing of its customer any more, and all the facts', () => {
    const story = markedStory()
    const before = story.state
    story.send('2026-12-01T09:00:00Z', { type: 'erase', by: { id: 'dana' } })
    expect(story.events.at(-1)).toMatchObject({ type: 'erased', reason: 'request', actor: 'dana' })
    const kept = JSON.stringify({ events: erasedHistory(story.events), state: story.state })
    expect(kept).not.toContain(MARK)
    expect(story.state).toMatchObject({
      stage: 'closed',
      owner: before.owner,
      timers: before.timers,
      receivedAt: before.receivedAt,
      resolution: { summary: ERASED, redress: { kind: 'refund', amount: 4200, currency: 'GBP' } },
    })
    expect(story.events.map(({ seq, at, actor }) => [seq, at, actor])).toEqual(
      erasedHistory(story.events).map(({ seq, at, actor }) => [seq, at, actor]),
    )
  })

  it('is refused while somebody still has to answer, and is nothing the second time', () => {
    const story = given()
    expect(() => story.send('2026-11-23T10:00:00Z', { type: 'erase', by: { id: 'dana' } })).toThrow(Refusal)
    story.does('2026-11-23T10:00:00Z', { type: 'withdraw', reason: 'sent twice' })
    expect(story.send('2026-11-23T11:00:00Z', { type: 'erase', by: { id: 'dana' } })).toHaveLength(1)
    expect(story.send('2026-11-23T12:00:00Z', { type: 'erase', by: { id: 'dana' } })).toEqual([])
  })

  it('can be erased again where somebody has written to it since', () => {
    const story = markedStory()
    story.send('2026-12-01T09:00:00Z', { type: 'erase', by: { id: 'dana' } })
    story.does('2026-12-02T09:00:00Z', { type: 'note', text: MARK })
    story.send('2026-12-02T10:00:00Z', { type: 'erase', by: { id: 'dana' } })
    expect(JSON.stringify(erasedHistory(story.events))).not.toContain(MARK)
  })

  it('amounts to the state that is stored, whatever happened before, and is decided the same anew', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { story, now } = play(steps)
        const at = addSeconds(now, 1)
        // What runs out in this very second is not open any more.
        story.passes(at)
        for (const { id } of story.state.promises.filter(({ state }) => state === 'open'))
          story.does(at, { type: 'break-promise', id, reason: 'for the test' })
        if (!isOver(story.state)) story.does(at, { type: 'withdraw', reason: 'for the test' })
        story.send(at, { type: 'erase', by: { id: 'dana' } })
        const erased = erasedHistory(story.events)
        const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
        expect(plain(replay(erased))).toEqual(plain(story.state))
        expect(erased.map(erasedEvent)).toEqual(erased)
      }),
    )
    const story = markedStory(everything)
    story.send('2026-12-01T09:00:00Z', { type: 'erase', by: { id: 'dana' } })
    expect(redecide(erasedHistory(story.events), () => everything).difference).toBeUndefined()
  })
})

describe('retention', () => {
  const policy: Policy = { ...everything, retention: { afterClosedDays: 30 } }

  it('erases what has been closed for so long, at the next wake-up and not before', () => {
    const story = markedStory(policy)
    story.passes('2026-12-23T10:13:59Z')
    expect(story.types()).not.toContain('erased')
    expect(story.passes('2026-12-23T10:14:00Z').map(({ type }) => type)).toEqual(['erased'])
    expect(story.events.at(-1)).toMatchObject({ reason: 'retention', actor: 'clock' })
    expect(story.passes('2027-12-23T10:14:00Z')).toEqual([])
    expect(redecide(erasedHistory(story.events), () => policy).difference).toBeUndefined()
  })

  it('counts from the last closing, and leaves alone what is open', () => {
    const story = markedStory(policy)
    story.does('2026-12-20T10:00:00Z', { type: 'reopen', reason: 'not so' })
    story.passes('2027-12-23T10:14:00Z')
    expect(story.types()).not.toContain('erased')
    story.does('2027-12-24T10:00:00Z', { type: 'withdraw', reason: 'settled' })
    story.passes('2028-01-22T10:00:00Z')
    expect(story.types()).not.toContain('erased')
    story.passes('2028-01-23T10:00:00Z')
    expect(story.types()).toContain('erased')
  })
})
