import { describe, expect, it } from 'vitest'
import { isUnanswered, waitsSince } from '../../functions/domain/complaint.ts'
import { allowedActions, nextFor, Refusal } from '../../functions/domain/decide.ts'
import { needsAnswer } from '../../functions/domain/thanks.ts'
import { deadlines } from '../../functions/domain/timers.ts'
import { bea, given, type Story } from '../support/complaints.ts'
import { everything } from '../support/policies.ts'

describe('a bare thanks', () => {
  it.each([
    'thanks',
    'Thank you!',
    'THANKS A LOT!!!',
    'ok',
    'Ok, thanks 👍',
    'great, thank you so much :)',
    '🙏',
    '👍🏽',
    '❤️',
    'Danke schön!',
    'vielen Dank',
    'Merci beaucoup',
    'd’accord, merci',
    'muchas gracias.',
    'Obrigada!',
    'grazie mille',
    'Dank je wel',
    'tack så mycket',
    'dziękuję',
    'спасибо',
    '谢谢！',
    'ありがとうございます。',
    'شكرا',
    'Diolch yn fawr',
  ])('needs no answer: %s', (text) => {
    expect(needsAnswer(text)).toBe(false)
  })

  it.each([
    'thanks for nothing',
    'no thanks',
    'thanks?',
    'ok?',
    'Thanks, but where is my refund',
    'thanks a bunch, you lost my parcel',
    'great.',
    'Brilliant',
    'Perfect 👍 but I still cannot log in',
    '👎',
    '🙏?',
    '😡',
    'thanks https://example.org/photo',
    'danke für nichts',
    'merci de me rappeler',
    'ok 3',
    '...',
    '   ',
    'no',
    'thanksgiving',
  ])('is not: %s', (text) => {
    expect(needsAnswer(text)).toBe(true)
  })
})

const acknowledged = (): Story => {
  const story = given('2026-11-23T09:00:00Z', {}, everything)
  story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
  return story
}
const wrote = (story: Story, at: string, text = 'where is my refund?') =>
  story.does(at, { type: 'record-customer-reply', text }, { id: 'source:web' })

describe('a customer who writes again', () => {
  it('is waited for by the next reply, which our answer meets', () => {
    const story = acknowledged()
    wrote(story, '2026-11-23T10:00:00Z')
    expect(story.timer('next-reply')).toMatchObject({ state: 'running', dueAt: '2026-11-23T12:00:00Z' })
    story.does('2026-11-23T11:00:00Z', { type: 'reply', text: 'it is on its way' })
    expect(story.timer('next-reply')).toMatchObject({ state: 'met', metAt: '2026-11-23T11:00:00Z' })
    expect(story.state.waitingSince).toBeUndefined()
  })

  it('does not put our answer off by asking twice', () => {
    const story = acknowledged()
    wrote(story, '2026-11-23T10:00:00Z')
    wrote(story, '2026-11-23T11:30:00Z', 'hello?')
    expect(story.timer('next-reply').dueAt).toBe('2026-11-23T12:00:00Z')
    expect(story.state.waitingSince).toBe('2026-11-23T10:00:00Z')
  })

  it('starts no second clock while the acknowledgement, which is the next answer, is owed', () => {
    const story = given('2026-11-23T09:00:00Z', {}, everything)
    wrote(story, '2026-11-23T09:05:00Z')
    expect(story.state.timers.map(({ name }) => name)).not.toContain('next-reply')
  })

  it('renews the reply window with each message, until we answer', () => {
    const story = acknowledged()
    wrote(story, '2026-11-23T20:00:00Z')
    expect(story.timer('reply-window')).toMatchObject({ state: 'running', dueAt: '2026-11-24T20:00:00Z' })
    story.does('2026-11-24T09:00:00Z', { type: 'reply', text: 'soon' })
    expect(story.timer('reply-window').state).toBe('met')
    wrote(story, '2026-11-24T10:00:00Z')
    expect(story.timer('reply-window')).toMatchObject({ state: 'running', dueAt: '2026-11-25T10:00:00Z' })
  })

  it('changes no clock and no stage with a bare thanks', () => {
    for (const prepare of [
      acknowledged,
      () => {
        const story = acknowledged()
        story.does('2026-11-23T09:30:00Z', { type: 'pause', reason: 'waiting for the customer' })
        return story
      },
      () => {
        const story = acknowledged()
        story.does('2026-11-23T09:30:00Z', { type: 'resolve', summary: 'refunded' })
        return story
      },
    ]) {
      const story = prepare()
      const before = story.state
      wrote(story, '2026-11-23T09:40:00Z', 'Thanks! 👍')
      expect(story.events.at(-1)).toMatchObject({ type: 'customer-replied', needsAnswer: false })
      expect(story.state).toEqual({ ...before, version: before.version + 1 })
    }
  })

  it('ends a pause', () => {
    const story = acknowledged()
    story.does('2026-11-23T09:30:00Z', { type: 'pause', reason: 'waiting for the customer' })
    expect(wrote(story, '2026-11-23T11:30:00Z', 'here is the receipt').map(({ type }) => type)).toEqual([
      'customer-replied',
      'resumed',
    ])
    expect(story.timer('next-reply')).toMatchObject({ state: 'running', dueAt: '2026-11-23T13:30:00Z' })
    expect(story.timer('resolve').state).toBe('running')
  })

  it.each(['resolve', 'close', 'withdraw'] as const)('reopens after %s', (last) => {
    const story = acknowledged()
    if (last !== 'withdraw') story.does('2026-11-23T10:00:00Z', { type: 'resolve', summary: 'done' })
    if (last === 'close') story.does('2026-11-23T10:05:00Z', { type: 'close' })
    if (last === 'withdraw') story.does('2026-11-23T10:05:00Z', { type: 'withdraw', reason: 'changed mind' })
    expect(wrote(story, '2026-11-23T11:00:00Z', 'it broke again').map(({ type }) => type)).toEqual([
      'customer-replied',
      'reopened',
    ])
    expect(story.state.stage).toBe('reopened')
    expect(story.timer('acknowledge')).toMatchObject({ state: 'running', dueAt: '2026-11-23T12:00:00Z' })
    expect(story.timer('reply-window')).toMatchObject({ state: 'running', dueAt: '2026-11-24T11:00:00Z' })
  })
})

describe('an answer', () => {
  it('to a complaint that nobody has acknowledged acknowledges it', () => {
    const story = given('2026-11-23T09:00:00Z', {}, everything)
    const made = story.does('2026-11-23T09:20:00Z', { type: 'reply', text: 'we have your money' })
    expect(made.map(({ type }) => type)).toEqual(['acknowledged', 'replied'])
    expect(story.state.stage).toBe('acknowledged')
    expect(story.timer('acknowledge').state).toBe('met')
  })
})

describe('a customer who waits past a deadline for a word of ours', () => {
  const unanswered = ({ state }: Story) => isUnanswered(state)

  it('is unanswered from the acknowledgement’s deadline on, until somebody tells them', () => {
    const story = given('2026-11-23T09:00:00Z', {}, everything)
    story.passes('2026-11-23T09:59:59Z')
    expect(unanswered(story)).toBe(false)
    story.passes('2026-11-23T10:00:00Z')
    expect(unanswered(story)).toBe(true)
    expect(waitsSince(story.state)).toBe('2026-11-23T09:00:00Z')
    story.does('2026-11-23T10:10:00Z', { type: 'acknowledge' })
    expect(unanswered(story)).toBe(false)
    expect(waitsSince(story.state)).toBeUndefined()
  })

  it('is so again when they have written again, past the next reply’s deadline', () => {
    const story = acknowledged()
    wrote(story, '2026-11-23T10:00:00Z')
    wrote(story, '2026-11-23T11:00:00Z', 'hello?')
    story.passes('2026-11-23T11:59:59Z')
    expect(unanswered(story)).toBe(false)
    story.passes('2026-11-23T12:00:00Z')
    expect(unanswered(story)).toBe(true)
    expect(waitsSince(story.state)).toBe('2026-11-23T10:00:00Z')
    // Whatever is done among ourselves is no answer.
    story.does('2026-11-23T12:10:00Z', { type: 'note', text: 'asked billing' })
    story.does('2026-11-23T12:20:00Z', { type: 'assign', owner: 'priya' })
    expect(unanswered(story)).toBe(true)
    story.does('2026-11-23T12:30:00Z', { type: 'reply', text: 'on its way' })
    expect(unanswered(story)).toBe(false)
  })

  it('is answered by the resolution, and waits for nothing once the complaint is withdrawn', () => {
    for (const last of [
      { type: 'resolve', summary: 'refunded' },
      { type: 'withdraw', reason: 'settled elsewhere' },
    ] as const) {
      const story = acknowledged()
      wrote(story, '2026-11-23T10:00:00Z')
      story.passes('2026-11-23T12:00:00Z')
      story.does('2026-11-23T12:30:00Z', last)
      expect([unanswered(story), waitsSince(story.state)]).toEqual([false, undefined])
    }
  })

  it('starts a new clock in a later life of the complaint, whatever was missed in the one before', () => {
    const story = acknowledged()
    wrote(story, '2026-11-23T10:00:00Z')
    story.passes('2026-11-23T12:00:00Z')
    story.does('2026-11-23T12:30:00Z', { type: 'withdraw', reason: 'settled elsewhere' })
    story.does('2026-11-23T13:00:00Z', { type: 'reopen', reason: 'it is not' })
    story.does('2026-11-23T13:10:00Z', { type: 'acknowledge' })
    expect(story.timer('next-reply').state).toBe('breached')
    expect([unanswered(story), deadlines(story.state).overdue]).toEqual([false, []])
    wrote(story, '2026-11-23T13:20:00Z', 'and now?')
    expect(story.timer('next-reply')).toMatchObject({ state: 'running', dueAt: '2026-11-23T15:20:00Z' })
    expect(unanswered(story)).toBe(false)
    story.passes('2026-11-23T15:20:00Z')
    expect(unanswered(story)).toBe(true)
  })

  it('is so, too, where what was reopened was handed off before anybody told them; our reply ends it', () => {
    const story = acknowledged()
    story.does('2026-11-23T09:30:00Z', { type: 'resolve', summary: 'done' })
    wrote(story, '2026-11-23T10:00:00Z', 'it broke again')
    story.does('2026-11-23T10:10:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'a refund' })
    story.does('2026-11-23T10:20:00Z', { type: 'accept-handoff' }, bea)
    expect(story.state.stage).toBe('handed off')
    story.passes('2026-11-23T11:00:00Z')
    expect([unanswered(story), waitsSince(story.state)]).toEqual([true, '2026-11-23T10:00:00Z'])
    story.does('2026-11-23T11:10:00Z', { type: 'reply', text: 'we look into it' }, bea)
    expect([unanswered(story), waitsSince(story.state)]).toEqual([false, undefined])
  })
})

describe('a statutory deadline', () => {
  const resolvedAt = (at: string) => {
    const story = acknowledged()
    story.passes(at)
    story.does(at, { type: 'resolve', summary: 'answered' })
    return story
  }

  it('goes on through a pause', () => {
    const story = acknowledged()
    const { dueAt } = story.timer('statutory')
    story.does('2026-11-23T09:30:00Z', { type: 'pause', reason: 'waiting for a third party' })
    const events = story.passes(dueAt)
    expect(events).toMatchObject([
      { type: 'timer-warned', timer: 'reply-window' },
      { type: 'timer-breached', timer: 'reply-window' },
      { type: 'timer-warned', timer: 'statutory', percent: 50 },
      { type: 'timer-warned', timer: 'statutory', percent: 90 },
      { type: 'timer-breached', timer: 'statutory', at: '2027-01-18T09:00:00Z' },
    ])
  })

  it('stands after a reopening within its time, and warns of nothing twice', () => {
    const story = resolvedAt('2027-01-04T09:00:00Z')
    expect(story.timer('statutory')).toMatchObject({ state: 'met', warnedPercent: 50 })
    story.does('2027-01-05T09:00:00Z', { type: 'reopen', reason: 'not so' })
    expect(story.timer('statutory')).toMatchObject({
      state: 'running',
      startedAt: '2026-11-23T09:00:00Z',
      dueAt: '2027-01-18T09:00:00Z',
      warnings: [{ percent: 90 }],
    })
  })

  it('starts anew with a reopening after its time', () => {
    const story = resolvedAt('2027-01-04T09:00:00Z')
    story.does('2027-03-01T09:00:00Z', { type: 'reopen', reason: 'it came back' })
    expect(story.timer('statutory')).toMatchObject({
      state: 'running',
      startedAt: '2027-03-01T09:00:00Z',
      // Nine o'clock still: summer time has begun.
      dueAt: '2027-04-26T08:00:00Z',
    })
    expect(story.timer('statutory').warnings).toHaveLength(2)
  })
})

describe('a promise', () => {
  const promised = (due = '2026-11-24T12:00:00Z') => {
    const story = given()
    story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T12:00:00Z', { type: 'promise', text: 'a refund', due })
    return story
  }

  it('is due when it says, whatever the office hours, and is warned of by real time', () => {
    const story = promised('2026-11-28T12:00:00Z')
    expect(story.timer('promise:p3')).toMatchObject({
      state: 'running',
      dueAt: '2026-11-28T12:00:00Z',
      warnings: [{ percent: 75, at: '2026-11-27T06:00:00Z' }],
    })
    expect(story.state.promises).toMatchObject([{ id: 'p3', text: 'a refund', state: 'open', madeBy: 'sam' }])
  })

  it('that is broken involves the lead of the owner’s team', () => {
    const story = promised()
    story.passes('2026-11-24T12:00:00Z')
    expect(story.state.promises).toMatchObject([{ state: 'broken', brokenAt: '2026-11-24T12:00:00Z' }])
    const [escalated] = story.send('2026-11-24T12:00:00Z', { type: 'escalate' })
    expect(escalated).toMatchObject({ timer: 'promise:p3', role: 'team-lead', people: ['priya'] })
  })

  it('can be kept late, which is recorded, and ends its ladder', () => {
    const story = promised()
    story.passes('2026-11-24T12:00:00Z')
    story.does('2026-11-24T15:00:00Z', { type: 'keep-promise', evidence: 'bank reference 1' })
    expect(story.state.promises).toMatchObject([
      { state: 'kept', brokenAt: '2026-11-24T12:00:00Z', keptAt: '2026-11-24T15:00:00Z', keptBy: 'sam' },
    ])
    expect(story.timer('promise:p3')).toMatchObject({ state: 'met', breachedAt: '2026-11-24T12:00:00Z' })
    expect(story.passes('2026-11-24T17:00:00Z')).toEqual([])
  })

  it('involves people when it is broken after the resolution, too', () => {
    const story = promised()
    story.does('2026-11-23T14:00:00Z', { type: 'resolve', summary: 'refund agreed' })
    story.passes('2026-11-24T12:00:00Z')
    expect(nextFor(story.state)).toBe('escalation')
    story.send('2026-11-24T12:00:00Z', { type: 'escalate' })
    expect(nextFor(story.state)).toBe('confirmation')
  })

  it('goes on through a pause and through the resolution', () => {
    const story = promised()
    story.does('2026-11-23T13:00:00Z', { type: 'pause', reason: 'waiting' })
    story.does('2026-11-23T14:00:00Z', { type: 'resolve', summary: 'refund agreed' })
    expect(story.passes('2026-11-24T12:00:00Z')).toMatchObject([
      { type: 'timer-warned', timer: 'promise:p3' },
      { type: 'timer-breached', timer: 'promise:p3' },
    ])
  })

  it('keeps the complaint from being closed while it is open', () => {
    const story = promised()
    story.does('2026-11-23T14:00:00Z', { type: 'resolve', summary: 'refund agreed' })
    expect(() => story.does('2026-11-23T15:00:00Z', { type: 'close' })).toThrow(
      /A promise to the customer is open/,
    )
    story.does('2026-11-23T15:00:00Z', { type: 'keep-promise' })
    story.does('2026-11-23T16:00:00Z', { type: 'close' })
    expect(story.state.stage).toBe('closed')
  })

  it('that is broken is never closed over by silence; a person may, and keeping it lets silence close', () => {
    const resolved = () => {
      const story = promised()
      story.does('2026-11-23T14:00:00Z', { type: 'resolve', summary: 'refund agreed' })
      story.passes('2026-12-02T09:00:00Z')
      return story
    }
    const silent = resolved()
    expect(silent.state.followUpDue).toBe(true)
    expect(silent.send('2026-12-02T09:00:00Z', { type: 'close-after-silence' })).toEqual([])
    silent.does('2026-12-02T10:00:00Z', { type: 'keep-promise' })
    expect(silent.send('2026-12-02T10:00:00Z', { type: 'close-after-silence' })).toMatchObject([
      { type: 'closed', actor: 'clock' },
    ])
    const person = resolved()
    person.does('2026-12-02T09:00:00Z', { type: 'close' })
    expect(person.state.stage).toBe('closed')
  })

  it('is due after now, and has to be named where there are several', () => {
    const story = promised()
    const refused = (field: string) => expect.objectContaining({ code: 'invalid', field }) as Refusal
    expect(() =>
      story.does('2026-11-23T13:00:00Z', { type: 'promise', text: 'x', due: '2026-11-23T13:00:00Z' }),
    ).toThrow(refused('due'))
    story.does('2026-11-23T13:00:00Z', { type: 'promise', text: 'a call', due: '2026-11-25T09:00:00Z' })
    expect(() => story.does('2026-11-23T13:30:00Z', { type: 'keep-promise' })).toThrow(refused('id'))
    expect(() => story.does('2026-11-23T13:30:00Z', { type: 'keep-promise', id: 'p9' })).toThrow(
      refused('id'),
    )
    story.does('2026-11-23T13:30:00Z', { type: 'keep-promise', id: 'p4' })
    story.does('2026-11-23T13:30:00Z', { type: 'keep-promise' })
    expect(story.state.promises.map(({ state }) => state)).toEqual(['kept', 'kept'])
    expect(() => story.does('2026-11-23T14:00:00Z', { type: 'keep-promise' })).toThrow(Refusal)
  })

  it('that is open keeps the complaint from being withdrawn, until somebody says why it will not be kept', () => {
    const story = promised()
    const withdraw = { type: 'withdraw', reason: 'never mind' } as const
    expect(() => story.does('2026-11-23T13:00:00Z', withdraw)).toThrow('say why it will not be kept')
    expect(allowedActions(story.state)).not.toContain('withdraw')
    story.does('2026-11-23T13:01:00Z', { type: 'break-promise', reason: 'the customer does not want it' })
    expect(story.state.promises).toMatchObject([
      { state: 'broken', brokenAt: '2026-11-23T13:01:00Z', reason: 'the customer does not want it' },
    ])
    expect(story.timer('promise:p3').state).toBe('cancelled')
    story.does('2026-11-23T13:02:00Z', withdraw)
    expect(story.state.stage).toBe('withdrawn')
  })

  it('that somebody said would not be kept is closed over by a person only, and may be kept after all', () => {
    const story = promised()
    story.does('2026-11-23T13:01:00Z', { type: 'break-promise', id: 'p3', reason: 'nobody is free to call' })
    expect(() => story.does('2026-11-23T13:02:00Z', { type: 'break-promise', reason: 'twice' })).toThrow(
      Refusal,
    )
    story.does('2026-11-23T13:03:00Z', { type: 'resolve', summary: 'answered' })
    story.passes('2026-12-23T13:03:00Z')
    expect(nextFor(story.state)).toBe('confirmation')
    story.does('2026-12-23T13:04:00Z', { type: 'keep-promise', evidence: 'called after all' })
    expect(story.state.promises).toMatchObject([{ state: 'kept', evidence: 'called after all' }])
    expect(nextFor(story.state)).toBe('closing')
  })
})
