import type { Complaint, Event, Issue, Message, Redress, Reply, ReplyFinding } from './complaint.ts'
import { addSeconds, type Instant } from './instant.ts'
import type { Policy } from './policy.ts'
import type { Signal } from './triage.ts'

/** What stands where somebody's words, names or addresses stood. */
export const ERASED = '[erased]'

/** Absent stays absent: that something was said is a fact. */
const ifAny = (value: string | undefined): string | undefined => (value === undefined ? undefined : ERASED)

/** What is left of a message: how, when and about what it came, and how it was matched with the policy's rules. */
function withoutPerson<T extends Omit<Message, 'text'>>(message: T): T {
  const { source, postedAt, public: open, channel, product, team, language, severity, customerTier } = message
  const facts = { source, postedAt, public: open, channel, product, team, language, severity, customerTier }
  const present = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
  return {
    ...present,
    messageId: ERASED,
    author: { id: ERASED },
    ...('text' in message ? { text: ERASED } : {}),
  } as unknown as T
}

const wordless = (signals: readonly Signal[]): Signal[] =>
  signals.map((signal) => ({ ...signal, words: ERASED, at: 0 }))

/** The rule and what it did are a fact; its words are the customer's or ours. */
const wordlessFinding = ({ rule, effect, issue, promise }: ReplyFinding): ReplyFinding => ({
  rule,
  effect,
  words: ERASED,
  at: 0,
  reason: ERASED,
  ...(issue === undefined ? {} : { issue }),
  ...(promise === undefined
    ? {}
    : { promise: { text: ERASED, ...(promise.dueAt === undefined ? {} : { dueAt: promise.dueAt }) } }),
})

const withoutWords = <T extends Redress | undefined>(redress: T): T =>
  redress?.description === undefined ? redress : { ...redress, description: ERASED }

/**
 * What is left of an event once its customer is forgotten: what happened, when, by whom of us, for how much. Everything
 * that anybody wrote is dropped, as colleagues write names, too. Doing it twice is doing it once.
 */
export function erasedEvent(event: Event): Event {
  switch (event.type) {
    case 'received':
      return {
        ...event,
        message: withoutPerson(event.message),
        ...(event.signals === undefined ? {} : { signals: wordless(event.signals) }),
        ...(event.issues === undefined ? {} : { issues: event.issues.map(() => ERASED) }),
      }
    case 'linked':
      return { ...event, message: withoutPerson(event.message) }
    case 'customer-replied':
      return {
        ...event,
        text: ERASED,
        ...(event.message === undefined ? {} : { message: withoutPerson(event.message) }),
      }
    case 'severity-changed':
      return {
        ...event,
        reason: ERASED,
        ...(event.signals === undefined ? {} : { signals: wordless(event.signals) }),
      }
    case 'message-amended':
      return { ...event, messageId: ERASED, ...(event.text === undefined ? {} : { text: ERASED }) }
    case 'issue-added':
    case 'noted':
    case 'replied':
      return { ...event, text: ERASED }
    case 'issue-answered':
      return { ...event, answer: ERASED }
    case 'merged':
      return event.reason === undefined ? event : { ...event, reason: ERASED }
    case 'redress-proposed':
    case 'redress-approved':
    case 'redress-paid':
      return { ...event, redress: withoutWords(event.redress) }
    case 'redress-refused':
    case 'issue-declined':
    case 'issue-handoff-requested':
    case 'issue-returned':
    case 'promise-broken':
    case 'reply-refused':
    case 'reply-failed':
    case 'unlinked':
    case 'handoff-requested':
    case 'handoff-declined':
    case 'paused':
    case 'reopened':
    case 'withdrawn':
      return { ...event, reason: ERASED }
    case 'resolved':
      return {
        ...event,
        summary: ERASED,
        ...(event.redress === undefined ? {} : { redress: withoutWords(event.redress) }),
        ...(event.issues === undefined
          ? {}
          : {
              issues: event.issues.map(({ id, answer, declined }) => ({
                id,
                ...(answer === undefined ? {} : { answer: ERASED }),
                ...(declined === undefined ? {} : { declined: ERASED }),
              })),
            }),
      }
    case 'promised':
      return { ...event, text: ERASED, ...(event.to === undefined ? {} : { to: ERASED }) }
    case 'reply-drafted':
      return { ...event, text: ERASED, findings: event.findings.map(wordlessFinding) }
    case 'guard-overridden':
    case 'reply-discarded':
    case 'identity-matched':
      return event.reason === undefined ? event : { ...event, reason: ERASED }
    case 'reply-sent':
      // What the platform calls it leads to what was said, and to whom.
      return { ...event, reference: ERASED }
    case 'contact-given': {
      const { email, phone, code, ...rest } = event
      return {
        ...rest,
        ...(email === undefined ? {} : { email: ERASED }),
        ...(phone === undefined ? {} : { phone: ERASED }),
        ...(code === undefined ? {} : { code: ERASED }),
      }
    }
    case 'survey-answered':
      return event.text === undefined ? event : { ...event, text: ERASED }
    case 'promise-kept':
      return event.evidence === undefined ? event : { ...event, evidence: ERASED }
    case 'acknowledged':
    case 'taken':
    case 'assigned':
    case 'handoff-accepted':
    case 'resumed':
    case 'timer-warned':
    case 'timer-breached':
    case 'escalation-due':
    case 'escalated':
    case 'reminded':
    case 'follow-up-due':
    case 'closed':
    case 'repolicied':
    case 'grouped':
    case 'ungrouped':
    case 'issues-confirmed':
    case 'issue-handoff-accepted':
    case 'reply-approval-asked':
    case 'reply-approved':
    case 'reply-released':
    case 'reply-delivered':
    case 'contact-asked':
    case 'survey-asked':
    case 'erased':
      return event
  }
}

/** A history as it is once it was erased: what came after its last erasure stands. */
export function erasedHistory(events: readonly Event[]): Event[] {
  const until = events.findLast(({ type }) => type === 'erased')?.seq ?? 0
  return events.map((event) => (event.seq < until ? erasedEvent(event) : event))
}

/** What is left of a state: what its erased events amount to. */
export function erasedState(complaint: Complaint): Complaint {
  const { message, handoff, paused, resolution, contact, survey } = complaint
  return {
    ...complaint,
    message: withoutPerson(message),
    signals: wordless(complaint.signals),
    redress: complaint.redress.map((item) => ({
      ...withoutWords(item),
      ...(item.reason === undefined ? {} : { reason: ERASED }),
    })),
    issues: complaint.issues.map(
      (issue): Issue => ({
        ...issue,
        text: ERASED,
        ...(issue.answer === undefined ? {} : { answer: ERASED }),
        ...(issue.reason === undefined ? {} : { reason: ERASED }),
        ...(issue.handoff === undefined ? {} : { handoff: { ...issue.handoff, reason: ERASED } }),
      }),
    ),
    contacts: complaint.contacts.map((contact) => ({ ...contact, messageId: ERASED })),
    promises: complaint.promises.map((promise) => ({
      ...promise,
      text: ERASED,
      to: ifAny(promise.to),
      ...('evidence' in promise ? { evidence: ifAny(promise.evidence) } : {}),
      ...(promise.reason === undefined ? {} : { reason: ERASED }),
    })),
    replies: complaint.replies.map(
      (reply): Reply => ({
        ...reply,
        ...(reply.text === undefined ? {} : { text: ERASED }),
        ...(reply.findings === undefined ? {} : { findings: reply.findings.map(wordlessFinding) }),
        ...('overrideReason' in reply ? { overrideReason: ifAny(reply.overrideReason) } : {}),
        ...('reason' in reply ? { reason: ifAny(reply.reason) } : {}),
        ...(reply.reference === undefined ? {} : { reference: ERASED }),
      }),
    ),
    ...(contact === undefined
      ? {}
      : {
          contact: {
            ...contact,
            ...('email' in contact ? { email: ifAny(contact.email) } : {}),
            ...('phone' in contact ? { phone: ifAny(contact.phone) } : {}),
            given: contact.given.map((given) => ({
              ...given,
              email: ifAny(given.email),
              phone: ifAny(given.phone),
              code: ERASED,
            })),
          },
        }),
    ...(survey?.text === undefined ? {} : { survey: { ...survey, text: ERASED } }),
    ...(handoff === undefined ? {} : { handoff: { ...handoff, reason: ERASED } }),
    ...(paused === undefined ? {} : { paused: { ...paused, reason: ERASED } }),
    ...(resolution === undefined
      ? {}
      : { resolution: { ...resolution, summary: ERASED, redress: withoutWords(resolution.redress) } }),
  }
}

/**
 * When the policy wants a complaint's customer forgotten: so many days after it was closed or withdrawn. Undefined while
 * it is open, where the policy keeps what it has, and once it is done.
 */
export function eraseDueAt({ overAt, erased }: Complaint, { retention }: Policy): Instant | undefined {
  if (overAt === undefined || retention === undefined || (erased !== undefined && erased.at >= overAt)) {
    return undefined
  }
  return addSeconds(overAt, retention.afterClosedDays * 86_400)
}
