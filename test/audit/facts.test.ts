import { describe, expect, it } from 'vitest'
import type { Event, EventType, Message, Redress, Timer } from '../../functions/domain/complaint.ts'
import { factsOf } from '../../functions/ledger/chain.ts'

const AT = '2026-11-23T09:00:00Z'
const policy = { name: 'sample', version: 1 }
const words: Message = {
  source: 'email',
  messageId: '<1@example.org>',
  postedAt: AT,
  author: { id: 'kim@example.org', name: 'Kim', email: 'kim@example.org', phone: '+441632960000' },
  text: 'My bill is wrong',
  public: false,
  channel: 'email',
  permalink: 'https://example.org/1',
  product: 'broadband',
  team: 'billing',
  language: 'en',
  severity: 'high',
  customerTier: 'gold',
  reach: 7,
  subject: 'Bill',
  conversation: 'c',
  inReplyTo: ['<0@example.org>'],
  attachments: [{ reference: 'a', name: 'bill.pdf', contentType: 'application/pdf', bytes: 9 }],
  quoted: 'quoted',
  checks: { spf: 'pass' },
  evidence: '{}',
}
const { text: _, ...wordless } = words
const redress: Redress = { kind: 'refund', amount: 4200, currency: 'GBP', description: 'for Kim' }
const signals = [{ signal: 'safety', severity: 'critical', words: 'it caught fire', at: 3 }] as const
const timer: Timer = {
  name: 'acknowledge',
  generation: 1,
  state: 'running',
  startedAt: AT,
  dueAt: AT,
  warnings: [{ percent: 50, at: AT }],
  warnedAt: [],
  level: 0,
  owed: [],
  reminders: 0,
}

type Body<T extends EventType> = Omit<Extract<Event, { type: T }>, 'type' | keyof typeof COMMON>
const COMMON = {
  seq: 7,
  at: AT,
  recordedAt: AT,
  actor: 'sam',
  via: 'slack',
  timers: [timer],
} as const

/** One event of each type, with everything that it can hold. */
const EXAMPLES: { readonly [T in EventType]: Body<T> } = {
  received: {
    id: 'x',
    message: words,
    team: 'support',
    owner: 'sam',
    policy,
    rule: 'r',
    severity: 'high',
    signals,
    issues: ['the bill'],
  },
  linked: { contact: 'c7', message: words, rule: 'r', needsAnswer: true, raises: true, from: 'y' },
  unlinked: { contact: 'c7', to: 'y', reason: 'Kim is another' },
  merged: { into: 'y', reason: 'Kim again' },
  grouped: { incident: 'outage-7' },
  ungrouped: {},
  'severity-changed': { from: 'low', to: 'high', reason: 'Kim is ill', signals, rule: 'r' },
  'message-amended': { source: 'x', messageId: 'm', change: 'edited', text: 'I am Kim' },
  'issue-added': { id: 'i7', text: 'Kim’s bill' },
  'issues-confirmed': {},
  'issue-answered': { id: 'i7', answer: 'Kim was right' },
  'issue-declined': { id: 'i7', reason: 'Kim was not' },
  acknowledged: {},
  taken: { owner: 'sam' },
  assigned: { owner: 'priya' },
  'handoff-requested': { toTeam: 'billing', reason: 'Kim’s bill' },
  'handoff-accepted': { team: 'billing', owner: 'bea' },
  'handoff-declined': { team: 'billing', reason: 'not Kim' },
  paused: { reason: 'Kim is away' },
  resumed: {},
  'timer-warned': { timer: 'acknowledge', percent: 50 },
  'timer-breached': { timer: 'acknowledge' },
  'escalation-due': { timer: 'acknowledge', level: 1 },
  escalated: { timer: 'acknowledge', level: 1, role: 'owner', people: ['sam'] },
  reminded: { timer: 'acknowledge', times: 2 },
  'follow-up-due': {},
  resolved: {
    summary: 'Kim has it',
    redress,
    rootCause: 'meter',
    outcome: 'upheld',
    issues: [
      { id: 'i1', answer: 'Kim' },
      { id: 'i2', declined: 'Kim' },
    ],
  },
  closed: {},
  reopened: { reason: 'Kim says no', owner: 'priya' },
  withdrawn: { reason: 'Kim again' },
  noted: { text: 'called Kim' },
  'customer-replied': { text: 'thanks, Kim', needsAnswer: true, contact: 'c7', message: wordless, rule: 'r' },
  replied: { text: 'Dear Kim' },
  promised: { id: 'p7', text: 'call Kim', dueAt: AT, to: 'Kim', worth: { amount: 1, currency: 'GBP' } },
  'redress-proposed': { id: 'r7', redress },
  'redress-approved': { id: 'r7', redress, alone: true },
  'redress-refused': { id: 'r7', reason: 'not Kim' },
  'redress-paid': { id: 'r7', redress, reference: 'run 12' },
  'promise-kept': { id: 'p7', evidence: 'Kim’s receipt' },
  repolicied: { from: policy, to: policy, rule: 'r' },
  erased: { reason: 'request' },
}

/**
 * The beginning of each one's hash, as ledgers have it. A new type gets a line; a line that changes is a fact that can be
 * proved no more once it is erased: give what has to go another name, and let the old one stay.
 */
const FACTS: Readonly<Record<EventType, string>> = {
  acknowledged: '5fcb58b86016e005',
  assigned: 'cbf625d466af1e32',
  closed: 'd1b9cf75cd63588d',
  'customer-replied': '6200378d964a1678',
  erased: 'bc32266624676fa6',
  escalated: '0e61ce256d5beec2',
  'escalation-due': '7c625e95d0064be2',
  'follow-up-due': 'c6f0186ea4504bea',
  grouped: '3bdb07e4728346d0',
  'handoff-accepted': '40108d0ec5f9ba68',
  'handoff-declined': 'dc41bfc66fb283b8',
  'handoff-requested': '155b88b5a7ad66f1',
  'issue-added': 'c98a4c56d9e48609',
  'issue-answered': '4639af2a61c06ca0',
  'issue-declined': '771b11c0d2b88efc',
  'issues-confirmed': 'd59f31926e990086',
  linked: 'c3bf12902d8a82f6',
  merged: 'b4e2b1fe02b22b4d',
  'message-amended': '1230b2014c94efc6',
  noted: 'c6ca50301ae70ff8',
  paused: '53206b35e9f08672',
  'promise-kept': 'c3ecc5899cda3ec0',
  promised: '9e9c5ed22dc60392',
  received: 'ecc6f57ee34e9ba2',
  'redress-approved': '929da2c14d4792c6',
  'redress-paid': '61f4d7f64861c89d',
  'redress-proposed': '2647853848a36aac',
  'redress-refused': '2db7c0c4e53d9e40',
  reminded: '3e82368c705d68bf',
  reopened: '6ef7994ae507e26c',
  replied: '0b40031a1a39c6c0',
  repolicied: '0bbda665c01f47fa',
  resolved: 'f87dab66f02e172f',
  resumed: 'f9397d99486fe7b2',
  'severity-changed': '62dd0402097626ce',
  taken: '64f3fa285c182b55',
  'timer-breached': '7084b36d386188d8',
  'timer-warned': 'd5c9b1d6e3cc4803',
  ungrouped: 'e6593715415223d3',
  unlinked: '220f3184c36197f8',
  withdrawn: '31560e4e3aa7e7c4',
}

describe('What an erasure leaves of an event', () => {
  it('is what it was when the first was chained: otherwise the facts of what is erased could be proved no more', () => {
    const facts = Object.fromEntries(
      Object.entries(EXAMPLES).map(([type, body]) => [
        type,
        factsOf({ ...COMMON, type, ...body } as Event).slice(0, 16),
      ]),
    )
    expect(facts).toEqual(FACTS)
  })
})
