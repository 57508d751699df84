import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ComplaintFile, fileOf, unfounded } from '../../functions/audit/file.ts'
import { fileHtml } from '../../functions/audit/html.ts'
import { verify } from '../../functions/audit/verify.ts'
import type { Event } from '../../functions/domain/complaint.ts'
import { ERASED } from '../../functions/domain/erasure.ts'
import { forget } from '../../functions/ledger/forget.ts'
import type { History } from '../../functions/ledger/history.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { tableWith, withEvent } from '../support/chains.ts'
import { bea, COMPLAINT_ID, given, message, type Story, sam } from '../support/complaints.ts'
import { history, play } from '../support/histories.ts'
import { trialOf } from '../support/policies.ts'

const on = (day: number, time: string): string => `2026-11-${day}T${time}:00Z`

/** A complaint in which everything happens, and everybody writes `words` wherever they can. */
function story(words = 'my bill'): Story {
  const told = given(
    on(23, '09:00'),
    { text: words, subject: words, evidence: words, author: { id: words, name: words }, product: words },
    undefined,
    { severity: 'high', signals: [{ signal: 'safety', severity: 'high', words, at: 0 }], issues: [words] },
  )
  told.passes(on(23, '11:00'))
  while (told.state.timers.some(({ owed }) => owed.length > 0))
    told.send(on(23, '11:00'), { type: 'escalate' })
  told.does(on(23, '11:05'), { type: 'acknowledge' }, { ...sam, via: 'slack' })
  told.does(on(23, '11:10'), { type: 'reply', text: words }, { ...sam, via: 'token:crm' })
  told.does(on(23, '11:12'), { type: 'promise', text: words, to: words, due: on(23, '17:00') })
  told.does(on(23, '11:30'), { type: 'hand-off', toTeam: 'social', reason: words })
  told.does(on(23, '11:40'), { type: 'decline-handoff', reason: words }, { id: 'omar', team: 'social' })
  told.does(on(23, '12:00'), { type: 'hand-off', toTeam: 'billing', reason: words })
  told.does(on(23, '12:30'), { type: 'accept-handoff' }, bea)
  const by = { id: 'source:x' }
  const again = message({ messageId: 'm2', source: 'x', text: words, author: { id: words } })
  told.send(on(23, '14:00'), { type: 'join', message: again, tie: 'customer', rule: 'same customer', by })
  const amendment = {
    source: 'x',
    messageId: 'm2',
    change: 'edited',
    at: on(23, '14:10'),
    text: words,
  } as const
  told.send(on(23, '14:10'), { type: 'amend', amendment, by })
  // As judged: what the guard makes of these words is no matter here.
  const finding = { rule: 'bounce', effect: 'block', words, at: 0, reason: words } as const
  const judged = { outcome: 'block', findings: [finding] } as const
  told.send(on(23, '14:20'), { type: 'draft-reply', text: words, judged, by: bea })
  const { id = '' } = told.state.replies.at(-1) ?? {}
  told.send(on(23, '14:21'), { type: 'send-reply', id, reason: words, rules: ['bounce'], by: bea })
  told.does(on(23, '14:22'), { type: 'approve-reply', id }, { id: 'kofi', team: 'billing' })
  const sender = { id: 'sender:web' }
  told.send(on(23, '14:23'), {
    type: 'record-sent',
    id,
    platform: 'mail',
    reference: words,
    reports: true,
    by: sender,
  })
  told.send(on(23, '14:24'), { type: 'record-delivered', id, by: sender })
  told.does(on(23, '14:30'), { type: 'hand-off-issue', id: 'i1', toTeam: 'support', reason: words }, bea)
  told.does(on(23, '14:31'), { type: 'accept-issue' }, sam)
  told.does(on(23, '15:00'), { type: 'keep-promise', evidence: words }, bea)
  told.does(on(23, '15:11'), { type: 'answer-issue', id: 'i1', answer: words }, bea)
  const redress = { kind: 'goodwill', amount: 7500, currency: 'GBP', description: words } as const
  told.does(on(23, '15:15'), { type: 'propose-redress', redress }, bea)
  told.does(on(24, '09:30'), { type: 'approve-redress' }, { id: 'kofi', team: 'billing' })
  told.does(on(24, '10:00'), { type: 'note', text: words }, { id: 'token:gone' })
  told.does(on(24, '10:01'), { type: 'pay-redress', reference: words }, { id: 'dana' })
  told.does(on(24, '10:02'), { type: 'note', text: words }, { id: 'slack:U0STRANGER' })
  told.does(on(24, '11:00'), { type: 'resolve', summary: words, outcome: 'upheld', rootCause: words }, bea)
  const { id: survey = '' } = told.state.survey ?? {}
  const form = { id: 'customer:form' }
  told.send(on(24, '12:00'), { type: 'answer-survey', id: survey, score: 4, text: words, by: form })
  return told
}

const filed = (kept: History, policyOf = () => currentPolicy): ComplaintFile =>
  fileOf(kept, {
    verification: verify(kept),
    policyOf,
    tokens: [{ name: 'crm', team: 'support', role: 'act' }],
    at: on(27, '09:00'),
    by: 'dana',
  })

describe('A complaint’s file', () => {
  it('says who did what, when, and on whose authority', async () => {
    const { events } = story()
    const file = filed(await tableWith(events).history())
    expect(
      file.events.map(({ event: { seq, type, at, recordedAt } }) => [seq, type, at, recordedAt]),
    ).toEqual(events.map(({ seq, type, at, recordedAt }) => [seq, type, at, recordedAt]))
    const authorityOf = (type: string, nth = 0) =>
      file.events.filter(({ event }) => event.type === type)[nth]?.authority
    expect(authorityOf('received')).toBe('the customer, by the source “web”')
    expect(authorityOf('timer-breached')).toBe('the clock, by policy sample')
    expect(authorityOf('acknowledged')).toBe('Sam, Support, in Slack')
    expect(authorityOf('replied')).toBe(
      'Sam, Support, through the tool with the token “crm” (role act, team support)',
    )
    expect(authorityOf('redress-approved')).toBe('Kofi, lead of Billing')
    expect(authorityOf('noted')).toBe('the tool with the token “gone” (revoked since), in its own name')
    expect(authorityOf('redress-paid')).toBe('dana, whom the policy does not name')
    expect(authorityOf('noted', 1)).toBe(
      'user U0STRANGER of the Slack workspace, whom the policy does not name',
    )
    expect(file.events.find(({ event }) => event.type === 'escalated')?.says).toBe(
      'Level 1 (owner) was called about “acknowledge”: Sam, Support',
    )
    expect(file.people).toMatchObject({ sam: 'Sam, Support', morgan: 'Morgan, duty manager' })
    expect(file).toMatchObject({
      made: { at: on(27, '09:00'), by: 'dana' },
      policy: { name: 'sample', version: currentPolicy.version, rule: 'public posts' },
      team: 'Billing',
      complaint: { stage: 'closed', redress: [{ state: 'paid' }], promises: [{ state: 'kept' }] },
      verification: { problems: [], events: events.length },
    })
    expect(file.stored).toBeUndefined()
  })

  it('holds every message as it came and went, and what became of handoffs and deadlines', async () => {
    const file = filed(await tableWith(story('Where is my refund?').events).history())
    expect(file.messages.map(({ state, text }) => [state, text])).toEqual([
      ['received', 'Where is my refund?'],
      ['sent', 'Where is my refund?'],
      ['received', 'Where is my refund?'],
      ['edited', 'Where is my refund?'],
      ['delivered', 'Where is my refund?'],
      ['released', expect.stringContaining('{link}')],
      ['survey', 'Where is my refund?'],
    ])
    expect(
      file.messages[4]?.steps?.map(({ says, authority }) => [says.replace(/o\d+/, 'o'), authority]),
    ).toEqual([
      ['Reply o went on in spite of what the guard found: bounce', 'Bea, Billing'],
      ['Reply o waited for a team lead to agree', 'Bea, Billing'],
      ['Reply o was agreed to', 'Kofi, lead of Billing'],
      ['Reply o was let go out', 'Kofi, lead of Billing'],
      ['Reply o was sent by mail, which says whether it arrives', 'the platform “web”, as it told us'],
      ['Reply o arrived', 'the platform “web”, as it told us'],
    ])
    expect(file.handoffs).toMatchObject([
      { from: 'Support', to: 'Social media', outcome: 'declined: Where is my refund?' },
      { about: 'complaint', from: 'Support', to: 'Billing', outcome: 'accepted', endedAt: on(23, '12:30') },
      {
        about: 'i1',
        to: 'Support',
        takenAt: on(23, '14:31'),
        takenBy: 'Sam, Support',
        outcome: 'answered',
        endedAt: on(23, '15:11'),
      },
    ])
    expect(file.timers).toContainEqual(
      expect.objectContaining({
        name: 'acknowledge',
        target: '60 business minutes (uk-office)',
        dueAt: on(23, '10:00'),
        breachedAt: on(23, '10:00'),
        metAt: on(23, '11:05'),
        level: 3,
      }),
    )
    expect(file.timers.find(({ name }) => name === 'idle')?.state).toBe('started anew')
    expect(file.timers.filter(({ state }) => state === 'running')).toEqual([])
  })

  it('verifies by itself, as JSON that somebody was sent', async () => {
    const file = JSON.parse(JSON.stringify(filed(await tableWith(story().events).history())))
    const { state, events } = file as ComplaintFile
    const sent = { complaintId: file.complaint.id, state, events }
    expect(verify(sent).problems).toEqual([])
    const forged = withEvent(sent as unknown as History, 11, (kept) => ({
      ...kept,
      event: { ...kept.event, text: 'something nicer' } as Event,
    }))
    expect(verify(forged).problems).toMatchObject([{ kind: 'words changed', seq: 11 }])
    expect(unfounded(file)).toEqual([])
    const [first, ...others] = (file as ComplaintFile).messages
    const forgeries: [string, Partial<ComplaintFile>][] = [
      ['messages', { messages: [{ ...first, text: 'I am fine' } as never, ...others] }],
      ['messages', { messages: others }],
      ['timers', { timers: (file as ComplaintFile).timers.slice(1) }],
      ['handoffs', { handoffs: [] }],
      ['the complaint as it stands', { complaint: { ...file.complaint, owner: 'mallory' } }],
      ['what the state knows', { state: { ...file.state, version: 3 } }],
    ]
    for (const [part, change] of forgeries)
      expect(unfounded({ ...file, ...change })).toEqual([`${part}: not what follows from the events`])
  })

  it('follows from its events, whatever those are', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (generated) => {
        const { events } = play(generated).story
        const file = filed(await tableWith(events).history(), trialOf as never)
        expect(unfounded(JSON.parse(JSON.stringify(file)))).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  it('shows a type of event that it does not know, with all that it holds', async () => {
    const kept = await tableWith(given().events).history()
    const at = on(23, '10:00')
    const event = {
      seq: 2,
      type: 'satellite-launched',
      at,
      recordedAt: at,
      actor: 'sam',
      orbit: { heightKm: 400 },
      crew: ['Laika', '<b>'],
      price: { amount: 1250, currency: 'GBP' },
    }
    const page = fileHtml(filed({ ...kept, events: [...kept.events, { place: 2, event: event as never }] }))
    for (const text of ['Satellite launched', 'height km', '400', 'Laika', '&lt;b&gt;', '£12.50'])
      expect(page).toContain(text)
  })

  it('is made of damaged records, too, and says what is wrong with them', async () => {
    const kept = await tableWith(story().events).history()
    const damaged = withEvent(
      withEvent(kept, 5, () => undefined),
      7,
      (one) => ({
        ...one,
        event: { ...one.event, actor: 'mallory' } as Event,
      }),
    )
    const page = fileHtml(filed(damaged))
    expect(page).toContain('This record is not as it was written')
    expect(page).toContain('event 5 is missing')
    expect(page).toContain('event 7 was changed')
    const headless = withEvent(kept, 1, () => undefined)
    expect(fileHtml(filed(headless))).toContain('event 1 is missing')
    expect(() => filed({ complaintId: COMPLAINT_ID, events: [] })).toThrow('nothing of complaint')
    const another = {
      ...kept,
      state: kept.state && { ...kept.state, complaint: { ...kept.state.complaint, owner: 'mallory' } },
    }
    expect(filed(another).stored).toMatchObject({ field: 'owner' })
    expect(fileHtml(filed(another))).toContain('not what its events amount to')
  })

  it('is made of every history, also of one under a policy that is not there any more', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (generated) => {
        const { events } = play(generated).story
        const kept = await tableWith(events).history()
        expect(filed(kept, trialOf as never).stored).toBeUndefined()
        const page = fileHtml(
          filed(kept, () => {
            throw new Error('not deployed')
          }),
        )
        expect(page.match(/<th scope="row">\d+<\/th>/g)?.length).toBeGreaterThanOrEqual(events.length)
      }),
      { numRuns: 30 },
    )
  })

  it('holds nothing of an erased customer, and says that they were', async () => {
    const told = story('M4RK3R')
    told.send(on(25, '09:00'), { type: 'erase', by: { id: 'dana' } })
    const table = tableWith(told.events)
    await forget(table.db, 'ledger', COMPLAINT_ID)
    const file = filed(await table.history())
    // The root cause and the product are facts: categories that the organisation counts by.
    const text = JSON.stringify(file).replaceAll(/"(rootCause|product|reference)":"M4RK3R"/g, '')
    expect(text).not.toContain('M4RK3R')
    expect(file.messages.map((one) => one.text)).toEqual(Array(7).fill(ERASED))
    const page = fileHtml(file)
    expect(page).toContain('The customer was erased at')
    expect(page).toContain('Every fact is as it was written')
  })
})

describe('The page', () => {
  const tagsOf = (page: string): string[] => page.match(/<[^>]*>/g) ?? []

  it('shows whatever anybody wrote as text, wherever they wrote it', async () => {
    const benign = tagsOf(fileHtml(filed(await tableWith(story('words').events).history())))
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.trim() !== ''),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        '</style><script>alert(1)</script>',
        '&lt;b&gt;&#60;',
        '</blockquote></article>]]>-->',
        '\u202egnp.exe\u0000\ud800',
      ),
    )
    await fc.assert(
      fc.asyncProperty(hostile, async (words) => {
        const page = fileHtml(filed(await tableWith(story(words).events).history()))
        expect(tagsOf(page)).toEqual(benign)
      }),
      { numRuns: 25 },
    )
  })

  it('needs nothing else, runs nothing, and is a document with a title, a language and headings', async () => {
    const page = fileHtml(filed(await tableWith(story('https://x.example/a.png').events).history()))
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<(script|img|link|iframe|object|embed|form|svg)\b/)
    expect(page).not.toMatch(/\b(src|href)="(?!#)/)
    expect(page).not.toMatch(/url\(|@import/)
    for (const id of [
      'glance',
      'proof',
      'messages',
      'deadlines',
      'promises',
      'issues',
      'redress',
      'handoffs',
      'events',
    ])
      expect(page).toContain(`<h2 id="${id}">`)
  })
})
