import type { Event, EventType, Message, Redress, Timer } from '../../functions/domain/complaint.ts'
import type { PublicContext } from '../../functions/events/public-event.ts'

/** In whatever people wrote, and whatever the customer is: it must never leave. */
export const PRIVATE = 'PRIVATE'
const words = (about: string) => `${PRIVATE} ${about}`

const AT = '2026-11-23T09:00:00Z'
const recorded = { seq: 7, at: AT, recordedAt: AT, actor: 'sam', via: 'slack' }

const timer: Timer = {
  name: 'promise:p7',
  generation: 7,
  state: 'breached',
  startedAt: AT,
  dueAt: AT,
  warnings: [{ percent: 75, at: AT }],
  warnedAt: [AT],
  breachedAt: AT,
  level: 1,
  owed: [{ level: 1, at: AT }],
  reminders: 0,
}

const message: Message = {
  source: 'web',
  messageId: words('id of a post, which leads to who posted it'),
  postedAt: AT,
  author: {
    id: words('author'),
    name: words('name'),
    email: words('email'),
    phone: words('phone'),
  },
  text: words('text'),
  public: true,
  channel: 'web',
  permalink: words('permalink'),
  product: words('product'),
  language: words('language'),
  customerTier: words('tier'),
  subject: words('subject'),
  conversation: words('conversation'),
  inReplyTo: [words('other message')],
  attachments: [{ reference: words('attachment'), name: words('file') }],
  quoted: words('quoted'),
  checks: { spf: words('spf') },
  evidence: words('evidence'),
}
const { text, ...wordless } = message

const signals = [
  { signal: 'safety', severity: 'critical', words: words('signal'), at: 0 } as const,
  { signal: 'safety', severity: 'high', words: words('another'), at: 9, in: 'subject' } as const,
]
const refund: Redress = { kind: 'refund', amount: 2000, currency: 'GBP', description: words('redress') }

type Body<T extends EventType> = Omit<Extract<Event, { type: T }>, keyof typeof recorded | 'timers' | 'type'>

/** An event of each type, with everything that it may hold. A type that is missing here does not compile. */
const BODIES: { readonly [T in EventType]: Body<T> } = {
  received: {
    id: '01JD7Z3K8M0000000000000001',
    message,
    team: 'support',
    owner: 'sam',
    policy: { name: 'sample', version: 1 },
    rule: 'public posts',
    severity: 'high',
    signals,
    issues: [words('issue'), words('another issue')],
  },
  linked: {
    contact: 'c7',
    message,
    rule: 'by hand',
    needsAnswer: true,
    raises: true,
    from: '01JD7Z3K8M0000000000000002',
  },
  unlinked: { contact: 'c7', to: '01JD7Z3K8M0000000000000002', reason: words('reason') },
  merged: { into: '01JD7Z3K8M0000000000000002', reason: words('reason') },
  grouped: { incident: 'outage-7' },
  ungrouped: {},
  'severity-changed': { from: 'low', to: 'high', reason: words('reason'), signals, rule: 'public posts' },
  'message-amended': { source: 'x', messageId: words('id'), change: 'edited', text: words('text') },
  'issue-added': { id: 'i7', text: words('issue') },
  'issues-confirmed': {},
  'issue-answered': { id: 'i7', answer: words('answer') },
  'issue-declined': { id: 'i7', reason: words('reason') },
  'issue-handoff-requested': { id: 'i1', toTeam: 'billing', reason: words('reason') },
  'issue-handoff-accepted': { id: 'i1', team: 'billing', person: 'bea' },
  'issue-returned': { id: 'i1', team: 'billing', reason: words('reason') },
  acknowledged: {},
  taken: { owner: 'sam' },
  assigned: { owner: 'priya' },
  'handoff-requested': { toTeam: 'billing', reason: words('reason') },
  'handoff-accepted': { team: 'billing', owner: 'bea' },
  'handoff-declined': { team: 'billing', reason: words('reason') },
  paused: { reason: words('reason') },
  resumed: {},
  'timer-warned': { timer: 'resolve', percent: 75 },
  'timer-breached': { timer: 'promise:p3' },
  'escalation-due': { timer: 'resolve', level: 1 },
  escalated: { timer: 'resolve', level: 1, role: 'team-lead', people: ['priya', 'sam'] },
  reminded: { timer: 'resolve', times: 2 },
  'follow-up-due': {},
  resolved: {
    summary: words('summary'),
    redress: refund,
    rootCause: words('cause'),
    outcome: 'upheld',
    issues: [
      { id: 'i1', answer: words('answer') },
      { id: 'i2', declined: words('reason') },
    ],
  },
  closed: {},
  reopened: { reason: words('reason'), owner: 'sam' },
  withdrawn: { reason: words('reason') },
  noted: { text: words('note') },
  'customer-replied': {
    text: words('text'),
    needsAnswer: true,
    contact: 'c7',
    message: wordless,
    rule: 'reply',
  },
  replied: { text: words('reply') },
  promised: {
    id: 'p7',
    text: words('promise'),
    dueAt: AT,
    to: words('who is to get it'),
    worth: { amount: 500, currency: 'GBP' },
  },
  'promise-broken': { id: 'p7', reason: words('reason') },
  'reply-drafted': {
    id: 'o7',
    text: words('reply'),
    public: false,
    channel: 'email',
    to: 'contact',
    purpose: 'survey',
    about: 's7',
    outcome: 'warn',
    findings: [
      { rule: 'stock-answer', words: words('a phrase'), at: 0, reason: words('advice'), effect: 'warn' },
    ],
  },
  'guard-overridden': { id: 'o7', rules: ['stock-answer'], reason: words('reason') },
  'reply-approval-asked': { id: 'o7', approver: 'colleague' },
  'reply-approved': { id: 'o7' },
  'reply-refused': { id: 'o7', reason: words('reason') },
  'reply-discarded': { id: 'o7', reason: words('reason') },
  'reply-released': { id: 'o7' },
  'reply-sent': { id: 'o7', platform: 'zendesk', reference: words('message'), reports: true },
  'reply-delivered': { id: 'o7' },
  'reply-failed': { id: 'o7', reason: words('mailbox that does not exist') },
  'contact-asked': { id: 'k7', private: true, expiresAt: AT },
  'contact-given': {
    id: 'k7',
    email: words('email'),
    phone: words('phone'),
    consent: words('consent'),
    code: words('code'),
  },
  'identity-matched': { id: 'k7', given: 'g8', by: 'person', reason: words('reason') },
  'survey-asked': { id: 's7' },
  'survey-answered': { id: 's7', score: 2, text: words('opinion') },
  'promise-kept': { id: 'p7', evidence: words('evidence') },
  'redress-proposed': { id: 'r7', redress: refund },
  'redress-approved': { id: 'r7', redress: refund, alone: true },
  'redress-refused': { id: 'r7', reason: words('reason') },
  'redress-paid': { id: 'r7', redress: refund, reference: words('payment') },
  repolicied: {
    from: { name: 'sample', version: 1 },
    to: { name: 'sample', version: 2 },
    rule: 'public posts',
  },
  erased: { reason: 'request' },
}

export const SAMPLES: readonly Event[] = Object.entries(BODIES).map(
  ([type, body]) => ({ ...recorded, timers: [timer], type, ...body }) as Event,
)

export const CONTEXT: PublicContext = {
  team: 'support',
  owner: 'sam',
  stage: 'acknowledged',
  channel: 'web',
  receivedAt: '2026-11-23T08:00:00Z',
}
