import type { Event, EventType, Redress, Timer } from '../domain/complaint.ts'
import type { Signal } from '../domain/triage.ts'
import type { EventContext } from '../ledger/ledger.ts'
import type { PublicEvent, PublicEventOf } from './schema.ts'

/** What the envelope needs of an event's context; a record that was written before other systems were told has less. */
export type PublicContext = EventContext & Required<Pick<EventContext, 'owner' | 'stage'>>

export const isPublic = (context: EventContext): context is PublicContext =>
  context.owner !== undefined && context.stage !== undefined

/** The fields that only an event of this type has. */
type Facts<T extends EventType> = Omit<PublicEventOf<T>, keyof Envelope>
type Envelope = PublicEventOf<'closed'>

/**
 * What other systems are told of an event, beside what they are told of every event. Whoever adds a type of event decides
 * here what of it is public: without that it does not compile. Nothing that people wrote is, and nothing that the customer is.
 */
const FACTS: { readonly [T in EventType]: (event: Extract<Event, { type: T }>) => Facts<T> } = {
  received: ({ message, policy, rule, severity, signals, issues = [] }) => ({
    source: message.source,
    public: message.public,
    policy: { name: policy.name, version: policy.version },
    rule,
    severity,
    signals: kinds(signals),
    issues: issues.map((_, index) => `i${index + 1}`),
  }),
  linked: ({ contact, message, rule, needsAnswer, raises, from }) => ({
    contact,
    source: message.source,
    public: message.public,
    rule,
    needsAnswer,
    raises,
    from,
  }),
  unlinked: ({ contact, to }) => ({ contact, to }),
  merged: ({ into }) => ({ into }),
  grouped: ({ incident }) => ({ incident }),
  ungrouped: () => ({}),
  'severity-changed': ({ from, to, rule, signals }) => ({ from, to, rule, signals: kinds(signals) }),
  'message-amended': ({ source, change }) => ({ source, change }),
  'issue-added': ({ id }) => ({ id }),
  'issues-confirmed': () => ({}),
  'issue-answered': ({ id }) => ({ id }),
  'issue-declined': ({ id }) => ({ id }),
  'issue-handoff-requested': ({ id, toTeam }) => ({ id, toTeam }),
  'issue-handoff-accepted': ({ id, team, person }) => ({ id, toTeam: team, person }),
  'issue-returned': ({ id, team }) => ({ id, toTeam: team }),
  acknowledged: () => ({}),
  taken: () => ({}),
  assigned: () => ({}),
  'handoff-requested': ({ toTeam }) => ({ toTeam }),
  'handoff-accepted': () => ({}),
  'handoff-declined': ({ team }) => ({ toTeam: team }),
  paused: () => ({}),
  resumed: () => ({}),
  'timer-warned': ({ timer, percent }) => ({ timer, percent }),
  'timer-breached': ({ timer }) => ({ timer }),
  'escalation-due': ({ timer, level }) => ({ timer, level }),
  escalated: ({ timer, level, role, people }) => ({ timer, level, role, people: [...people] }),
  reminded: ({ timer, times }) => ({ timer, times }),
  'follow-up-due': () => ({}),
  resolved: ({ outcome, redress, issues = [] }) => ({
    outcome,
    redress: redress === undefined ? undefined : given(redress),
    issues: issues.map(({ id, declined }) => ({
      id,
      state: declined === undefined ? ('answered' as const) : ('declined' as const),
    })),
  }),
  closed: () => ({}),
  reopened: () => ({}),
  withdrawn: () => ({}),
  noted: () => ({}),
  'customer-replied': ({ needsAnswer, contact, message }) => ({
    needsAnswer,
    contact,
    source: message?.source,
    public: message?.public,
  }),
  replied: () => ({}),
  promised: ({ id, dueAt, worth }) => ({
    id,
    dueAt,
    worth: worth === undefined ? undefined : { amount: worth.amount, currency: worth.currency },
  }),
  'promise-kept': ({ id }) => ({ id }),
  'promise-broken': ({ id }) => ({ id }),
  'reply-drafted': ({ id, public: open, channel, to, purpose, outcome, findings }) => ({
    id,
    public: open,
    replyChannel: channel,
    to,
    purpose,
    outcome,
    rules: findings.map(({ rule }) => rule),
  }),
  'guard-overridden': ({ id, rules }) => ({ id, rules: [...rules] }),
  'reply-approval-asked': ({ id, approver }) => ({ id, approver }),
  'reply-approved': ({ id }) => ({ id }),
  'reply-refused': ({ id }) => ({ id }),
  'reply-discarded': ({ id }) => ({ id }),
  'reply-released': ({ id }) => ({ id }),
  // Not what the platform calls it: that leads to whom it went.
  'reply-sent': ({ id, platform, reports }) => ({ id, platform, reports }),
  'reply-delivered': ({ id }) => ({ id }),
  'reply-failed': ({ id }) => ({ id }),
  'contact-asked': ({ id, private: hidden, expiresAt }) => ({ id, private: hidden, expiresAt }),
  'contact-given': ({ id }) => ({ id }),
  'identity-matched': ({ id, given: which, by }) => ({ id, given: which, by }),
  'survey-asked': ({ id }) => ({ id }),
  'survey-answered': ({ id, score }) => ({ id, score }),
  'redress-proposed': ({ id, redress }) => ({ id, redress: given(redress) }),
  'redress-approved': ({ id, redress, alone = false }) => ({ id, redress: given(redress), alone }),
  'redress-refused': ({ id }) => ({ id }),
  'redress-paid': ({ id, redress }) => ({ id, redress: given(redress) }),
  repolicied: ({ from, to, rule }) => ({
    from: { name: from.name, version: from.version },
    to: { name: to.name, version: to.version },
    rule,
  }),
  erased: ({ reason }) => ({ reason }),
}

/** Not its description, nor where finance finds the payment. */
const given = ({ kind, amount, currency }: Redress) => ({ kind, amount, currency })

const kinds = (signals: readonly Signal[] = []): string[] => signals.map(({ signal }) => signal)

const shown = ({ name, state, dueAt, breachedAt }: Timer) => ({ name, state, dueAt, breachedAt })

/** An event as other systems are told of it. Fields that are `undefined` are not there once it is JSON. */
export function publicEventOf(complaintId: string, event: Event, context: PublicContext): PublicEvent {
  const { type, seq, at, recordedAt, actor, via, timers } = event
  const { team, owner, stage, channel, receivedAt } = context
  const facts = FACTS[type] as (event: Event) => Facts<EventType>
  return {
    schema: `redress.${type}.v1`,
    type,
    complaintId,
    seq,
    at,
    recordedAt,
    actor,
    via,
    team,
    owner,
    stage,
    channel,
    receivedAt,
    timers: timers === undefined || timers.length === 0 ? undefined : timers.map(shown),
    ...facts(event),
  } as PublicEvent
}
