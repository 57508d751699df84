import type { KnownBlock, ModalView } from '@slack/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evolve } from '../../functions/domain/complaint.ts'
import { type Action, expectedSeq } from '../../functions/domain/decide.ts'
import { CHANGE } from '../../functions/slack/buttons.ts'
import { type Content, card } from '../../functions/slack/card.ts'
import { complaintView, modal, replyView } from '../../functions/slack/modals.ts'
import { escaped, LIMITS } from '../../functions/slack/mrkdwn.ts'
import { offered } from '../../functions/slack/offers.ts'
import { replyTo } from '../../functions/slack/replies.ts'
import { bea, COMPLAINT_ID, given, type Story } from '../support/complaints.ts'
import { hostile, policy, stepsOf, stories } from './complaints.ts'

interface Loose {
  readonly type: string
  readonly block_id?: string
  readonly text?: { readonly type: string; readonly text: string; readonly verbatim?: boolean }
  readonly fields?: { readonly type: string; readonly text: string; readonly verbatim?: boolean }[]
  readonly elements?: {
    readonly type: string
    readonly text?: unknown
    readonly action_id?: string
    readonly value?: string
    readonly options?: { readonly text: { readonly text: string }; readonly value: string }[]
  }[]
}

const home = { channel: 'C0SUPPORT00', permalink: 'https://example.slack.com/p1?a=b&c=d' }

const blocksOf = (content: Content) => content.blocks as unknown as Loose[]

const textsOf = (content: Content) =>
  blocksOf(content).flatMap(({ type, text, fields = [], elements = [] }) => [
    ...(text === undefined ? [] : [text]),
    ...fields,
    ...(type === 'context' ? (elements as { type: string; text: string; verbatim?: boolean }[]) : []),
  ])

const buttonsOf = (content: Content) =>
  blocksOf(content)
    .filter(({ type }) => type === 'actions')
    .flatMap(({ elements = [] }) => elements)
    .filter(({ type }) => type === 'button')

/** What the menu offers: the action, and what a button of its own would carry. */
const menuOf = (content: Content) =>
  blocksOf(content)
    .flatMap(({ elements = [] }) => elements)
    .filter(({ type }) => type === 'overflow')
    .flatMap(({ options = [] }) => options)
    .map(({ text, value }) => {
      const [, action = '', carried = ''] = /^([a-z-]+) (.*)$/.exec(value) ?? []
      return { text: text.text, value, action, carried }
    })

/** Our own markup, and nothing else between angle brackets: dates, people, channels, links to the web. */
const OURS =
  /<!date\^\d+\^\{date_short_pretty\} \{time\}\|[\d-]+ [\d:]+ UTC>|<@[UW][A-Z0-9]+>|<#C[A-Z0-9]+>|<https?:\/\/[^<>|]+\|[a-z ]+>/g

function expectWithinLimits(content: Content): void {
  expect(content.blocks.length).toBeLessThanOrEqual(LIMITS.blocks)
  expect(JSON.stringify(content.blocks).length).toBeLessThanOrEqual(LIMITS.messageJson)
  expect(content.text.length).toBeLessThanOrEqual(3000)
  for (const block of blocksOf(content)) {
    if (block.type === 'header') expect(block.text?.text.length).toBeLessThanOrEqual(LIMITS.headerText)
    if (block.type === 'section' && block.text) {
      expect(block.text.text.length).toBeLessThanOrEqual(LIMITS.sectionText)
      expect(block.text.text.length).toBeGreaterThan(0)
    }
    if (block.type === 'actions') {
      const ids = (block.elements ?? []).map(({ action_id }) => action_id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.length).toBeLessThanOrEqual(25)
    }
    expect(block.fields?.length ?? 0).toBeLessThanOrEqual(10)
    for (const { text } of block.fields ?? []) expect(text.length).toBeLessThanOrEqual(LIMITS.fieldText)
  }
}

function expectHarmless(content: Content): void {
  expect(content.text.replace(OURS, '')).not.toMatch(/[<>]/)
  for (const { type, text, verbatim } of textsOf(content)) {
    expect(text.isWellFormed()).toBe(true)
    if (type === 'plain_text') continue
    // Verbatim: Slack makes no mention of a bare "@channel", and no link of a bare address.
    expect(verbatim).toBe(true)
    const foreign = text.replace(OURS, '').replace(/^>/gm, '')
    expect(foreign).not.toMatch(/[<>]/)
    expect(foreign.replace(/&(amp|lt|gt);/g, '')).not.toContain('&')
  }
}

/** A button names what it is about, no two of a row are the same, and nobody is refused what it offers to them. */
function expectPossible(
  { action_id = '', value = '', text }: NonNullable<Loose['elements']>[number],
  story: Story,
  allowed: ReadonlySet<string>,
): void {
  expect(allowed).toContain(action_id === CHANGE ? 'draft-reply' : action_id)
  expect(value.length).toBeLessThanOrEqual(LIMITS.buttonValue)
  expect((text as { text: string }).text.length).toBeLessThanOrEqual(LIMITS.buttonText)
  const { complaintId, id, expects } = JSON.parse(value)
  expect(complaintId).toBe(COMPLAINT_ID)
  expect(expects).toBe(action_id === CHANGE ? undefined : expectedSeq(story.state, action_id as 'take', id))
  const { issues, replies } = story.state
  if (id !== undefined) expect([...issues, ...replies].map((one) => one.id)).toContain(id)
}

/** Every form that a press can open: of each action, and of each reply and issue. */
function* formsOf({ state }: Story): Generator<ModalView> {
  const now = '2026-12-01T09:00:00Z'
  for (const action of offered(state, policy)) {
    const form = modal(action, state, policy, { now })
    if (form !== undefined) yield form
  }
  for (const { id } of state.replies) yield replyView(state, policy, id, now)
  for (const { id } of state.issues) yield modal('answer-issue', state, policy, { id }) as ModalView
}

describe('A card', () => {
  it('shows stage, owner, team, level and the next deadline in the reader’s own time', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    const { text, blocks } = card(story.state, policy)
    const shown = JSON.stringify(blocks)
    expect(shown).toContain('*Stage*\\nreceived')
    expect(shown).toContain('*Owner*\\nSam')
    expect(shown).toContain('*Team*\\nSupport')
    expect(shown).toContain('*Level*\\n0')
    expect(shown).toContain(
      `*Next deadline*\\nacknowledge by <!date^${Date.parse('2026-11-23T10:00:00Z') / 1000}^{date_short_pretty} {time}|2026-11-23 10:00 UTC>`,
    )
    expect(text).toBe(
      `Received · Support: complaint ${COMPLAINT_ID}, owner Sam, level 0, acknowledge by 2026-11-23 10:00 UTC`,
    )
  })

  it('calls nobody in its notification text, and repeats nothing of what the customer wrote there', () => {
    const { text } = card(given(undefined, { text: 'SECRET' }, policy).state, policy)
    expect(text).not.toContain('SECRET')
    expect(text).not.toContain('<@')
  })

  it('names what is overdue, until it is met', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    story.passes('2026-11-23T10:30:00Z')
    expect(JSON.stringify(card(story.state, policy))).toContain('*Overdue*\\nacknowledge since')
    story.does('2026-11-23T10:40:00Z', { type: 'acknowledge' })
    expect(JSON.stringify(card(story.state, policy))).not.toContain('Overdue')
  })

  it('says that it is paused, and why', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    story.does('2026-11-23T09:05:00Z', { type: 'pause', reason: 'Waiting for the courier' })
    const shown = JSON.stringify(card(story.state, policy))
    expect(shown).toContain('received, paused')
    expect(shown).toContain('Waiting for the courier')
    expect(shown).toContain('*Next deadline*\\npaused')
  })

  it('says what the answer was and what the customer got', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    const redress = { kind: 'refund', amount: 1250, currency: 'GBP' } as const
    story.does('2026-11-23T09:10:00Z', { type: 'resolve', summary: 'The charge was ours', redress })
    expect(JSON.stringify(card(story.state, policy))).toContain(
      '*Redress*\\n:white_large_square: Approved, not paid: refund £12.50, by Sam',
    )
  })

  it('shows redress on its way: what waits for approval first, then what is to be paid', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    const gives = (minute: string, amount: number) =>
      story.does(`2026-11-23T09:${minute}:00Z`, {
        type: 'propose-redress',
        redress: { kind: 'refund', amount, currency: 'GBP' },
      })
    const buttons = () => buttonsOf(card(story.state, policy)).map(({ action_id }) => action_id)
    gives('10', 1250)
    expect(buttons()).not.toContain('approve-redress')
    expect(menuOf(card(story.state, policy))[0]).toMatchObject({ action: 'pay-redress' })
    gives('11', 8000)
    expect(JSON.stringify(card(story.state, policy))).toContain(
      '*Redress*\\n:hourglass: Waits for approval: refund £80.00, by Sam\\n:white_large_square: Approved, not paid: refund £12.50, by Sam',
    )
    expect(buttons()).toEqual(expect.arrayContaining(['approve-redress', 'refuse-redress']))
    const refuse = { type: 'refuse-redress', reason: 'Too much' } as const
    const [refused] = story.does('2026-11-23T09:12:00Z', refuse, { id: 'priya', team: 'support' })
    expect(JSON.stringify(card(story.state, policy))).toContain(
      ':no_entry_sign: Refused: refund £80.00, by Priya',
    )
    expect(buttons()).not.toContain('approve-redress')
    if (refused === undefined) throw new Error('Nothing happened')
    const told = replyTo(refused, story.state, policy)
    expect(told?.text).toContain('refused the redress: refund £80.00\nWhy: Too much\n<@U0SAM>, please look')
    expect(told?.people).toEqual(['sam'])
  })

  it('shows the issues as they stand, how bad it is and by which words, and how often the customer wrote', () => {
    const story = given(
      '2026-11-23T09:00:00Z',
      { text: 'My bill is wrong. I will take you to court.', severity: 'low' },
      policy,
    )
    story.does('2026-11-23T09:05:00Z', { type: 'add-issue', text: 'The bill' })
    story.does('2026-11-23T09:06:00Z', { type: 'add-issue', text: 'The tone' })
    story.does('2026-11-23T09:07:00Z', { type: 'answer-issue', id: 'i1', answer: 'Corrected' })
    story.does('2026-11-23T09:08:00Z', { type: 'change-severity', severity: 'high', reason: 'A court' })
    story.does('2026-11-23T09:09:00Z', { type: 'group', incident: 'bills' })
    const shown = JSON.stringify(card(story.state, policy))
    for (const part of [
      ':white_check_mark: The bill',
      ':white_large_square: The tone',
      '*Severity*\\nhigh',
      'bills',
    ]) {
      expect(shown).toContain(part)
    }
  })

  it('keeps what is rare in a menu of at most five', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    const [first, , , , last] = menuOf(card(story.state, policy))
    expect(first).toMatchObject({ action: 'promise', text: 'Promise something' })
    expect(last).toMatchObject({ action: 'show', carried: JSON.stringify({ complaintId: COMPLAINT_ID }) })
  })

  it('quotes every line of the customer', () => {
    const shown = card(given(undefined, { text: 'One\r\nTwo' }, policy).state, policy)
    expect(textsOf(shown).map(({ text }) => text)).toContain('>One\n>Two')
  })

  it('offers Accept and Decline while a handoff waits, with the handoff as what they answer', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:10:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'Theirs' })
    const labels = () => buttonsOf(card(story.state, policy)).map(({ action_id }) => action_id)
    expect(labels()).toEqual(['accept-handoff', 'decline-handoff', 'draft-reply', 'take', 'resolve', 'pause'])
    const [accept] = buttonsOf(card(story.state, policy))
    expect(JSON.parse(accept?.value ?? '')).toEqual({ complaintId: COMPLAINT_ID, expects: 3 })
    story.does('2026-11-23T09:20:00Z', { type: 'accept-handoff' }, bea)
    expect(labels()).toEqual(['draft-reply', 'take', 'hand-off', 'resolve', 'pause'])
  })

  it('stays within every limit where everything that it can hold is there at once, in words that JSON doubles', () => {
    const words = '"\\\n<&'.repeat(600)
    const story = given(
      '2026-11-23T09:00:00Z',
      {
        text: words,
        permalink: `https://example.org/${'a'.repeat(900)}`,
        author: { id: words, name: words },
      },
      policy,
    )
    const does = (action: Action) => story.does('2026-11-23T09:10:00Z', action)
    does({ type: 'acknowledge' })
    for (let issue = 1; issue <= 12; issue++) {
      does({ type: 'add-issue', text: words })
      const toTeam = issue % 2 === 0 ? 'billing' : 'social'
      does({ type: 'hand-off-issue', id: `i${issue}`, toTeam, reason: words })
    }
    for (let more = 0; more < 6; more++) {
      does({ type: 'promise', text: words, due: '2026-11-30T09:00:00Z', to: words })
      does({ type: 'propose-redress', redress: { kind: 'in-kind', description: words } })
      const bounce = 'Please ring our helpline. We will refund you by Friday. '
      does({ type: 'draft-reply', text: `${bounce}${more} ${words}` })
    }
    for (const { id } of story.state.replies.slice(0, 3)) does({ type: 'send-reply', id, reason: words })
    does({ type: 'ask-contact' })
    does({ type: 'hand-off', toTeam: 'billing', reason: words })
    does({ type: 'pause', reason: words })
    expect(story.state.replies.map(({ state }) => state).sort()).toEqual([
      ...['held', 'held', 'held', 'sending', 'waiting', 'waiting', 'waiting'],
    ])
    for (const team of [undefined, 'support', 'billing', 'social']) {
      for (const offering of ['usual', 'everything'] as const) {
        const content = card(story.state, policy, { home, team, offering })
        expectWithinLimits(content)
        expectHarmless(content)
      }
    }
  })

  it('stays within every limit, calls nobody it should not, and offers what the state allows, whatever it holds', () => {
    fc.assert(
      fc.property(stories, (story) => {
        for (const team of [undefined, 'support', 'billing', 'social']) {
          const content = card(story.state, policy, { home, team })
          expectWithinLimits(content)
          expectHarmless(content)
          const allowed = new Set<string>(offered(story.state, policy, team))
          const buttons = buttonsOf(content)
          for (const button of buttons) expectPossible(button, story, allowed)
          // A menu has two to five options; they are possible, too, and no button's.
          const menu = menuOf(content)
          expect(menu.length).toBeLessThanOrEqual(5)
          for (const { text, value, action, carried } of menu) {
            expect([...allowed, 'show']).toContain(action)
            // A button about one issue or reply leaves the menu's, about any.
            const general = buttons.filter(({ value }) => !('id' in JSON.parse(value ?? '{}')))
            expect(general.map(({ action_id }) => action_id)).not.toContain(action)
            expect(value.length).toBeLessThanOrEqual(150)
            expect(text.length).toBeLessThanOrEqual(LIMITS.buttonText)
            expect(JSON.parse(carried)).toEqual({
              complaintId: COMPLAINT_ID,
              ...(action === 'show' ? {} : { expects: expectedSeq(story.state, action as 'take') }),
            })
          }
          // Everything that is possible, and nothing else, is at most one menu away.
          const everything = {
            text: '',
            blocks: complaintView(story.state, policy, team).blocks as KnownBlock[],
          }
          expectWithinLimits(everything)
          const all = new Set(buttonsOf(everything).map(({ action_id }) => String(action_id)))
          for (const button of buttonsOf(everything)) expectPossible(button, story, allowed)
          // Of what waits in great numbers only the first can be decided, and then the next.
          for (const action of allowed) if (!action.endsWith('-reply')) expect(all).toContain(action)
          if (all.size > buttons.length + menu.length && allowed.size > 5)
            expect(menu.map(({ action }) => action)).toContain('show')
        }
        // Whatever has a form has one that Slack takes.
        for (const form of formsOf(story)) {
          expect(form.blocks.length).toBeLessThanOrEqual(100)
          expect(form.title.text.length).toBeLessThanOrEqual(24)
          expect(JSON.stringify(form).isWellFormed()).toBe(true)
          expect(form.private_metadata?.length ?? 0).toBeLessThanOrEqual(3000)
          for (const block of form.blocks as unknown as Loose[]) {
            if (block.type !== 'section') continue
            expect(block.text?.text.length).toBeLessThanOrEqual(LIMITS.sectionText)
            expect(block.text?.text.length).toBeGreaterThan(0)
          }
          const ids = form.blocks.flatMap(({ block_id }) => block_id ?? [])
          expect(new Set(ids).size).toBe(ids.length)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('A line in the thread', () => {
  it('stays within every limit and calls nobody but whom it says it calls, whatever people write', () => {
    fc.assert(
      fc.property(stories, (story) => {
        for (const { event, after } of stepsOf(story, evolve)) {
          const reply = replyTo(event, after, policy)
          if (reply === undefined) continue
          expectWithinLimits(reply)
          expectHarmless(reply)
          const called = reply.people.flatMap((person) => policy.people[person]?.slackUserId ?? [])
          const mentioned = [...reply.text.matchAll(/<@([A-Z0-9]+)>/g)].map(([, user]) => user)
          // A user whom the policy does not know has no other name than a mention of them.
          expect(mentioned.filter((user) => user !== 'U0STRANGER').sort()).toEqual([...called].sort())
        }
      }),
      { numRuns: 300 },
    )
  })

  it('goes from the warning to the top of the ladder, and calls for each step whom it concerns, once', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    for (const at of [
      '2026-11-23T09:30:00Z',
      '2026-11-23T10:00:00Z',
      '2026-11-23T10:30:00Z',
      '2026-11-23T11:00:00Z',
    ]) {
      story.passes(at)
      story.send(at, { type: 'escalate' })
    }
    const said = [...stepsOf(story, evolve)].flatMap(({ event, after }) => {
      const reply = replyTo(event, after, policy)
      return reply === undefined ? [] : [[event.type, reply.people]]
    })
    expect(said).toEqual([
      ['timer-warned', ['sam']],
      ['timer-warned', ['sam']],
      ['timer-breached', []],
      ['escalated', ['sam']],
      ['escalated', ['priya']],
      ['escalated', ['morgan']],
    ])
  })

  it('warns the team that was asked, where a handoff waits for an answer', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    story.does('2026-11-23T09:00:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:00:00Z', { type: 'hand-off', toTeam: 'billing', reason: 'Theirs' })
    const [warned] = story.passes('2026-11-23T10:00:00Z')
    if (warned === undefined) throw new Error('No warning')
    expect(replyTo(warned, story.state, policy)?.text).toContain(
      '*accept handoff* has passed; it is due <!date^',
    )
    expect(replyTo(warned, story.state, policy)?.people).toEqual(['bea'])
  })
})

describe('Text that somebody else wrote', () => {
  it('reads in Slack as it was written, up to where it is cut', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 3000 }), (text, limit) => {
        const shown = escaped(text, limit)
        expect(shown.length).toBeLessThanOrEqual(limit)
        const read = shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what is left out
        const plain = text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
        const kept = read.endsWith('…') ? read.slice(0, -1) : read
        expect(plain.toWellFormed().startsWith(kept.replace(/\ufffd$/, ''))).toBe(true)
      }),
    )
  })
})
