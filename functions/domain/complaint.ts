import { erasedState } from './erasure.ts'
import type { Finding } from './guard.ts'
import type { GuardRule } from './guard-rules.ts'
import type { Instant } from './instant.ts'
import type { Signal } from './triage.ts'

/** Where a complaint stands. `reopened` never expires: a customer may come back whenever they like. */
export type Stage =
  | 'received'
  | 'acknowledged'
  | 'handed off'
  | 'resolved'
  | 'closed'
  | 'reopened'
  | 'withdrawn'

/** The timers by what they measure; each promise has one of its own. */
export const TIMER_KINDS = [
  'acknowledge',
  'accept-handoff',
  'next-reply',
  'resolve',
  'idle',
  'follow-up',
  'reply-window',
  'statutory',
  'approve-redress',
  'approve-reply',
  'promise',
] as const
export type TimerKind = (typeof TIMER_KINDS)[number]
/** Each issue that is handed to a team has a timer of its own too, of the kind that a handoff of the complaint has. */
export type TimerName = Exclude<TimerKind, 'promise'> | `promise:${string}` | `accept-handoff:${string}`

/** What a timer measures, whichever promise or issue it is about. */
export const kindOf = (name: TimerName): TimerKind => name.replace(/:.*/s, '') as TimerKind

/**
 * One SLA timer of one complaint. All the instants at which it will act are computed when it starts (or resumes), so
 * nothing downstream has to know calendars to tell what is due.
 */
export interface Timer {
  readonly name: TimerName
  /** The `seq` of the event that (re)started it. A wake-up for another generation is stale and does nothing. */
  readonly generation: number
  readonly state: 'running' | 'paused' | 'met' | 'breached' | 'cancelled'
  readonly startedAt: Instant
  /** The deadline. While paused: the deadline that stood when it was paused. */
  readonly dueAt: Instant
  /** Warn points still ahead, earliest first. */
  readonly warnings: readonly WarnPoint[]
  readonly warnedAt: readonly Instant[]
  /** The last warning given, in per cent: whatever moves the timer, none up to it is given again. */
  readonly warnedPercent?: number
  readonly breachedAt?: Instant
  readonly metAt?: Instant
  /** Business seconds that were left to `dueAt` (or, after a breach, to the next rung) when it was paused. */
  readonly remainingSeconds?: number
  /** The highest level of the ladder that somebody has been involved at; 0 before any. */
  readonly level: number
  /** When a new policy put its deadline into the past: its ladder is climbed from here, not all at once. */
  readonly movedAt?: Instant
  /** Rungs whose time has come and that nobody has been involved for yet: the workflow owes these escalations. */
  readonly owed: readonly Rung[]
  /** When the next rung, or at the top the next reminder, is due. Absent: the ladder stands still. */
  readonly nextRungAt?: Instant
  readonly reminders: number
}

export interface WarnPoint {
  /** Share of the target that has passed, in per cent. */
  readonly percent: number
  readonly at: Instant
}

export interface Rung {
  readonly level: number
  /** When it was due: counted from the breach along the calendar, so that lateness never adds up. */
  readonly at: Instant
}

/** The customer, as far as the source told us. Personal data: never in logs, metrics or execution history. */
export interface Author {
  readonly id: string
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly phone?: string | undefined
}

/** What a source makes of one inbound message, before anything is decided about it. */
export interface Message {
  readonly source: string
  /** Unique within the source: source + messageId is the dedupe key. */
  readonly messageId: string
  readonly postedAt: Instant
  readonly author: Author
  readonly text: string
  readonly public: boolean
  readonly channel: string
  readonly permalink?: string | undefined
  readonly product?: string | undefined
  /** A team that the sender asks for; the policy's rule decides otherwise. */
  readonly team?: string | undefined
  readonly language?: string | undefined
  /** How bad it is for the customer, as far as the source can tell; absent where it cannot. */
  readonly severity?: Severity | undefined
  /** Whatever the organisation calls its kinds of customers. */
  readonly customerTier?: string | undefined
  /** How many people follow the customer. Recorded as evidence; no rule can match it and nothing depends on it. */
  readonly reach?: number | undefined
  /** What heads an email, a ticket or a review; `text` does not repeat it. */
  readonly subject?: string | undefined
  /** The source's id of the conversation that it is part of: a ticket, a chat, the thread below a post. */
  readonly conversation?: string | undefined
  /** The `messageId`s, in the same source, of what it answers: the customer's own messages or ours; nearest first. */
  readonly inReplyTo?: readonly string[] | undefined
  readonly attachments?: readonly Attachment[] | undefined
  /** What was left out of an email's `text`: the mail that it repeats, its signature. There is no sure way to tell. */
  readonly quoted?: string | undefined
  /**
   * What the server that took an email found out about it: `spf`, `dkim`, `dmarc`, `spam`, each `pass`, `fail` or another
   * word of the server's. Recorded, and never a reason not to take it.
   */
  readonly checks?: Readonly<Record<string, string>> | undefined
  /**
   * The post as its platform showed it, for when it is edited or gone: the platform's own JSON, or what of it matters.
   * Of public messages only.
   */
  readonly evidence?: string | undefined
}

/** A file that came with a message; it stays where it is. */
export interface Attachment {
  /** Where to find it; an id of the source's where it has no address. */
  readonly reference: string
  readonly name?: string | undefined
  /** A media type, `image/png`. */
  readonly contentType?: string | undefined
  readonly bytes?: number | undefined
}

/** A message that its author has changed or taken back. What it was before stays on record. */
export interface Amendment {
  readonly source: string
  /** The message's own id, as it came with the message. */
  readonly messageId: string
  readonly change: 'edited' | 'deleted'
  readonly at: Instant
  /** What it says now; of an edited one. */
  readonly text?: string | undefined
}

export const SEVERITIES = ['low', 'normal', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What the customer was given. `amount` is in minor units of `currency` (ISO 4217); a gift in kind has none. */
export interface Redress {
  readonly kind: 'refund' | 'goodwill' | 'in-kind'
  readonly amount?: number | undefined
  readonly currency?: string | undefined
  readonly description?: string | undefined
}

/**
 * Redress on its way to the customer. Nothing is owed before it is approved, nothing is over before it is paid; what is
 * in kind is paid when it is handed over.
 */
export interface RedressItem extends Redress {
  /** `r` and the `seq` of its event. */
  readonly id: string
  readonly state: 'proposed' | 'approved' | 'refused' | 'paid'
  readonly proposedBy: string
  readonly proposedAt: Instant
  /** Who approved or refused it; who proposed it, where that was within their own limit. */
  readonly decidedBy?: string
  readonly decidedAt?: Instant
  /** Why it was refused. */
  readonly reason?: string
  readonly paidBy?: string
  readonly paidAt?: Instant
  /** Where finance finds the payment. */
  readonly reference?: string
}

/** Whether the organisation was at fault, as it told the customer. */
export const OUTCOMES = ['upheld', 'partly-upheld', 'rejected'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** An internal request to take a complaint over; until it is accepted the asker still owns the complaint. */
export interface Handoff {
  readonly seq: number
  readonly fromTeam: string
  readonly toTeam: string
  readonly reason: string
  readonly by: string
  readonly at: Instant
}

/** What somebody promised the customer. It keeps the complaint open until it is kept, or broken and answered for. */
export interface Promised {
  readonly id: string
  readonly text: string
  readonly dueAt: Instant
  /** Who is to get it, where that is not plain. */
  readonly to?: string | undefined
  readonly worth?: Worth | undefined
  readonly state: 'open' | 'kept' | 'broken'
  readonly madeAt: Instant
  readonly madeBy: string
  /** When it was missed; stays when it is kept after all. */
  readonly brokenAt?: Instant
  readonly keptAt?: Instant
  readonly keptBy?: string
  /** What shows that it was kept. */
  readonly evidence?: string | undefined
  /** Why somebody said that it would not be kept; absent where its time ran out. */
  readonly reason?: string | undefined
}

/** One of the things that a customer complains of. Each is answered, or declined with a reason. */
export interface Issue {
  readonly id: string
  readonly text: string
  /** `suggested` is our reading of the customer's words; `open` is what somebody has confirmed or added. */
  readonly state: 'suggested' | 'open' | 'answered' | 'declined'
  readonly answer?: string
  /** Why it is declined. */
  readonly reason?: string
  /** With whom it is, until it is answered, declined or given back. The complaint stays with its owner. */
  readonly handoff?: IssueHandoff
}

/** One issue on its way to, or with, another team. */
export interface IssueHandoff {
  /** Of the event that asked for it. */
  readonly seq: number
  readonly toTeam: string
  readonly reason: string
  readonly by: string
  readonly at: Instant
  /** Who took it on; nobody has, while it is absent. */
  readonly person?: string
}

/** How an issue ends with a resolution. Without `answer` and `declined`, the summary answers it. */
export interface IssueOutcome {
  readonly id: string
  readonly answer?: string | undefined
  readonly declined?: string | undefined
}

/** A further message that joined the complaint. What it says is in its event. */
export interface Contact {
  /** `c` and the `seq` of its event. */
  readonly id: string
  readonly source: string
  readonly messageId: string
  readonly channel: string
  readonly at: Instant
  /** Name of the policy's linking rule that joined it; `by hand` where a person did. */
  readonly rule: string
  /** Whether the customer had to come back about it, as against adding to what they had just written. */
  readonly raises: boolean
  /** The complaint that was opened for it and then linked to this one. */
  readonly from?: string | undefined
}

/** How many contacts a state names; all of them are in the events. */
const CONTACTS_SHOWN = 100

/** Who has to agree before a reply goes out; never whoever wrote it. */
export const REPLY_APPROVERS = ['colleague', 'team-lead', 'duty-manager'] as const
export type ReplyApprover = (typeof REPLY_APPROVERS)[number]

/** What we write of our own accord, beside answering: to ask for an address, to ask how it went, to say that we wrote elsewhere. */
export type ReplyPurpose = 'contact' | 'survey' | 'notice'

/** What the guard found in a reply, and what the policy makes of it. */
export type ReplyFinding = Finding & { readonly effect: 'warn' | 'block' }

/**
 * Something that we write to the customer, from its draft to its delivery. `held`: the guard has found something, and
 * whoever wrote it decides. `waiting`: somebody else has to agree. `sending`: it may go out. `sent`: the platform has
 * it. `delivered`: the customer has it, as far as the platform can tell.
 */
export interface Reply {
  /** `o` and the `seq` of its draft. */
  readonly id: string
  readonly state: 'held' | 'waiting' | 'sending' | 'sent' | 'delivered' | 'failed' | 'refused' | 'discarded'
  /** Until it is sent; what was sent is in its draft's event. */
  readonly text?: string
  readonly public: boolean
  /** The channel of the complaint; that of the customer's own address where `to` says so. */
  readonly channel: string
  /** It goes to the address that the customer gave us, not back where the complaint came from. */
  readonly to?: 'contact' | undefined
  readonly purpose?: ReplyPurpose | undefined
  readonly draftedBy: string
  readonly draftedAt: Instant
  /** What the guard made of it; until it is sent. */
  readonly findings?: readonly ReplyFinding[]
  /** Who sent it on in spite of that, and why. */
  readonly overriddenBy?: string
  readonly overrideReason?: string | undefined
  /** Who has to agree; absent where nobody has to. */
  readonly approver?: ReplyApprover
  readonly approvedBy?: string
  readonly refusedBy?: string
  /** Why it was refused, or thrown away, or did not arrive. */
  readonly reason?: string | undefined
  readonly releasedAt?: Instant
  /** Which platform took it, and what it calls it. */
  readonly platform?: string
  readonly reference?: string
  /** The platform will say whether it arrived. */
  readonly reports?: boolean
  readonly endedAt?: Instant
}

/** How many replies a state names, those that are done with first to go; all of them are in the events. */
const REPLIES_SHOWN = 20

/** Where the customer wants to be written to in private, and how we know that it is they. */
export interface ContactDetails {
  /** The asking that it came of: `k` and the `seq` of its event. */
  readonly ask: string
  /** Only the complainant got to see the form. */
  readonly private: boolean
  readonly askedAt: Instant
  /** Until when the form takes an answer. */
  readonly expiresAt: Instant
  /** What was given and is nobody's yet, oldest first: whoever saw a public form may have filled it in. */
  readonly given: readonly GivenContact[]
  /**
   * How it is known that the complainant gave it: only they had the form (`private`), they wrote the code from their
   * account (`code`), or somebody made sure (`person`). Until then there is no address, and nothing is sent to any.
   */
  readonly matched?: 'private' | 'code' | 'person'
  /** The address that is known to be theirs. */
  readonly email?: string | undefined
  readonly phone?: string | undefined
  readonly givenAt?: Instant
  /** What they agreed to, in the words that they were shown. */
  readonly consent?: string
  /** The public thread is told that we have written in private, or is about to be. */
  readonly told?: boolean
}

/** What somebody gave by a public form. Each has a code of its own, so that nobody's filling it in shuts out another. */
export interface GivenContact {
  /** `g` and the `seq` of its event. */
  readonly id: string
  readonly email?: string | undefined
  readonly phone?: string | undefined
  readonly consent: string
  /** What whoever gave it is to write from the account that complained. */
  readonly code: string
  readonly at: Instant
}

/** How many times a public form can be filled in: each is a fact and a call in Slack, and anybody may be the cause. */
export const MOST_GIVEN = 5

/** How the customer found it, in their own word. */
export interface SurveyAnswer {
  /** `s` and the `seq` of the asking. */
  readonly id: string
  readonly askedAt: Instant
  /** 1 (not at all) to 5 (entirely); absent until they say. */
  readonly score?: number
  readonly text?: string | undefined
  readonly answeredAt?: Instant
}

/** Money, in minor units of `currency` (ISO 4217). */
export interface Worth {
  readonly amount: number
  readonly currency: string
}

/** A time in which the clocks stood; without `until` they still do. */
export interface Pause {
  readonly from: Instant
  readonly until?: Instant
}

export interface Complaint {
  readonly id: string
  /** The `seq` of its last event. */
  readonly version: number
  readonly stage: Stage
  /** The `seq` of the event that brought it to this stage. */
  readonly stageSeq: number
  /** The `seq` of the last event that the workflow has to know of. */
  readonly signalSeq: number
  readonly team: string
  readonly owner: string
  /** The highest level of any ladder climbed since it was opened or last reopened; 0 again once resolved. */
  readonly level: number
  readonly message: Message
  /** How bad it is for the customer, as far as anybody knows; it decides the rule together with the message. */
  readonly severity?: Severity
  /** What in the customer's words speaks for that severity. */
  readonly signals: readonly Signal[]
  readonly issues: readonly Issue[]
  /** The last messages that joined it, oldest first. */
  readonly contacts: readonly Contact[]
  /** How many messages have joined it, those that were unlinked again left out. */
  readonly contactCount: number
  /** What it has in common with other complaints; each keeps its own owner and timers. */
  readonly incident?: string
  /** The complaint that this one was linked to, which goes on for both. */
  readonly mergedInto?: string
  readonly receivedAt: Instant
  readonly acknowledgedAt?: Instant
  readonly resolvedAt?: Instant
  readonly reopenedAt?: Instant
  /** When the customer last wrote, or gave us, something that needs an answer; absent once we have answered. */
  readonly unansweredAt?: Instant
  /** When they last did so on the complaint's own channel, whose reply window counts from there; absent once answered. */
  readonly wroteAt?: Instant
  /** Since when the customer, who had been answered before, waits for the next answer. */
  readonly waitingSince?: Instant
  /** When we last answered. */
  readonly repliedAt?: Instant
  readonly policy: PolicyRef
  /** Name of the policy's rule that it was opened under, or moved to. */
  readonly rule: string
  readonly timers: readonly Timer[]
  readonly handoff?: Handoff
  readonly paused?: { readonly at: Instant; readonly reason: string }
  /** Every pause there was: what a timer that is moved to other rules has to leave out. */
  readonly pauses: readonly Pause[]
  readonly promises: readonly Promised[]
  readonly redress: readonly RedressItem[]
  /** What we have written, and are about to; the last ones, oldest first. */
  readonly replies: readonly Reply[]
  readonly contact?: ContactDetails
  readonly survey?: SurveyAnswer
  readonly resolution?: {
    readonly summary: string
    readonly redress?: Redress | undefined
    /** What went wrong, in the organisation's own words for it: counted by finance. */
    readonly rootCause?: string | undefined
    readonly outcome?: Outcome | undefined
  }
  /** It is in its second stage, or a later one; `formerOwner` owned it when it was last resolved, closed or withdrawn. */
  readonly reopened?: { readonly formerOwner: string }
  /** The follow-up time is over and nobody objected: the workflow owes the closing. */
  readonly followUpDue?: boolean
  /** When it was closed, withdrawn or merged; absent while it is anything else. */
  readonly overAt?: Instant
  /** The `seq` and time of the event since when nothing is kept of its customer. */
  readonly erased?: { readonly seq: number; readonly at: Instant }
}

export interface PolicyRef {
  readonly name: string
  readonly version: number
}

/** The actor of what a page of ours was filled in with: the customer, or whoever else has the link. */
export const CUSTOMER = 'customer:form'

/** What is in every event. `actor` is a person's id, `slack:<user>`, `token:<name>`, `source:<name>`, `CUSTOMER` or `clock`. */
interface Recorded {
  readonly seq: number
  /** When it was true: a breach carries its deadline. */
  readonly at: Instant
  /** When the ledger came to know of it; `at` or later. */
  readonly recordedAt: Instant
  readonly actor: string
  /** What the actor acted through, where that is not plain: `slack`, or the token of a tool that spoke for a person. */
  readonly via?: string
  /** The timers that it started, changed or ended, as they stand after it. */
  readonly timers?: readonly Timer[]
}

export type EventBody =
  | {
      readonly type: 'received'
      readonly id: string
      readonly message: Message
      readonly team: string
      readonly owner: string
      readonly policy: PolicyRef
      readonly rule: string
      readonly severity?: Severity | undefined
      readonly signals?: readonly Signal[] | undefined
      /** The issues that the customer's words suggest. */
      readonly issues?: readonly string[] | undefined
    }
  /** A message joined it. `from` is the complaint that had been opened for it, where there was one. */
  | {
      readonly type: 'linked'
      readonly contact: string
      readonly message: Message
      readonly rule: string
      readonly needsAnswer: boolean
      readonly raises: boolean
      readonly from?: string | undefined
    }
  /** A message that had joined it did not belong here: it is in complaint `to` now. */
  | {
      readonly type: 'unlinked'
      readonly contact: string
      readonly to: string
      readonly reason: string
    }
  | { readonly type: 'merged'; readonly into: string; readonly reason?: string | undefined }
  | { readonly type: 'grouped'; readonly incident: string }
  | { readonly type: 'ungrouped' }
  | {
      readonly type: 'severity-changed'
      readonly from?: Severity | undefined
      readonly to: Severity
      readonly reason: string
      readonly signals?: readonly Signal[] | undefined
      /** Name of the rule that it falls under now. */
      readonly rule: string
    }
  | {
      readonly type: 'message-amended'
      readonly source: string
      readonly messageId: string
      readonly change: Amendment['change']
      readonly text?: string | undefined
    }
  | { readonly type: 'issue-added'; readonly id: string; readonly text: string }
  | { readonly type: 'issues-confirmed' }
  | { readonly type: 'issue-answered'; readonly id: string; readonly answer: string }
  | { readonly type: 'issue-declined'; readonly id: string; readonly reason: string }
  /** An issue is asked of another team; the complaint and its owner stay where they are. */
  | {
      readonly type: 'issue-handoff-requested'
      readonly id: string
      readonly toTeam: string
      readonly reason: string
    }
  | {
      readonly type: 'issue-handoff-accepted'
      readonly id: string
      readonly team: string
      readonly person: string
    }
  /** The team does not take it on, gives it back, or its owner takes it back: it is the owner's again. */
  | {
      readonly type: 'issue-returned'
      readonly id: string
      readonly team: string
      readonly reason: string
    }
  | { readonly type: 'acknowledged' }
  | { readonly type: 'taken'; readonly owner: string }
  | { readonly type: 'assigned'; readonly owner: string }
  | { readonly type: 'handoff-requested'; readonly toTeam: string; readonly reason: string }
  | { readonly type: 'handoff-accepted'; readonly team: string; readonly owner: string }
  | { readonly type: 'handoff-declined'; readonly team: string; readonly reason: string }
  | { readonly type: 'paused'; readonly reason: string }
  | { readonly type: 'resumed' }
  | { readonly type: 'timer-warned'; readonly timer: TimerName; readonly percent: number }
  | { readonly type: 'timer-breached'; readonly timer: TimerName }
  | { readonly type: 'escalation-due'; readonly timer: TimerName; readonly level: number }
  | {
      readonly type: 'escalated'
      readonly timer: TimerName
      readonly level: number
      readonly role: string
      readonly people: readonly string[]
    }
  | { readonly type: 'reminded'; readonly timer: TimerName; readonly times: number }
  | { readonly type: 'follow-up-due' }
  | {
      readonly type: 'resolved'
      readonly summary: string
      readonly redress?: Redress | undefined
      readonly rootCause?: string | undefined
      readonly outcome?: Outcome | undefined
      /** How the issues that were not answered before ended. */
      readonly issues?: readonly IssueOutcome[] | undefined
    }
  | { readonly type: 'closed' }
  /** `owner` where the policy wants another one than before. */
  | { readonly type: 'reopened'; readonly reason: string; readonly owner?: string }
  | { readonly type: 'withdrawn'; readonly reason: string }
  | { readonly type: 'noted'; readonly text: string }
  /** `contact`, `message` and `rule` are there where a source brought it, not a person. */
  | {
      readonly type: 'customer-replied'
      readonly text: string
      readonly needsAnswer: boolean
      readonly contact?: string | undefined
      readonly message?: Omit<Message, 'text'> | undefined
      readonly rule?: string | undefined
    }
  | { readonly type: 'replied'; readonly text: string }
  | {
      readonly type: 'promised'
      readonly id: string
      readonly text: string
      readonly dueAt: Instant
      readonly to?: string | undefined
      readonly worth?: Worth | undefined
    }
  | { readonly type: 'redress-proposed'; readonly id: string; readonly redress: Redress }
  /** `alone`: the proposer approved it in the same breath, within their own limit. */
  | {
      readonly type: 'redress-approved'
      readonly id: string
      readonly redress: Redress
      readonly alone?: true
    }
  | { readonly type: 'redress-refused'; readonly id: string; readonly reason: string }
  | {
      readonly type: 'redress-paid'
      readonly id: string
      readonly redress: Redress
      readonly reference: string
    }
  | { readonly type: 'promise-kept'; readonly id: string; readonly evidence?: string | undefined }
  /** Somebody says that it will not be kept, before its time runs out. */
  | { readonly type: 'promise-broken'; readonly id: string; readonly reason: string }
  /** `approver` where somebody else has to agree before it goes out. */
  | {
      readonly type: 'reply-drafted'
      readonly id: string
      readonly text: string
      readonly public: boolean
      readonly channel: string
      readonly to?: 'contact' | undefined
      readonly purpose?: ReplyPurpose | undefined
      /** Of the asking that it carries the form or the question of. */
      readonly about?: string | undefined
      readonly outcome: 'pass' | 'warn' | 'block'
      readonly findings: readonly ReplyFinding[]
    }
  /** It goes on in spite of what the guard found, of which `rules` still held then. */
  | {
      readonly type: 'guard-overridden'
      readonly id: string
      readonly rules: readonly GuardRule[]
      readonly reason?: string | undefined
    }
  | { readonly type: 'reply-approval-asked'; readonly id: string; readonly approver: ReplyApprover }
  | { readonly type: 'reply-approved'; readonly id: string }
  | { readonly type: 'reply-refused'; readonly id: string; readonly reason: string }
  | { readonly type: 'reply-discarded'; readonly id: string; readonly reason?: string | undefined }
  /** It may go out: sending it follows from this. */
  | { readonly type: 'reply-released'; readonly id: string }
  /** `reports`: the platform will say whether it arrived, and until then nobody has been answered. */
  | {
      readonly type: 'reply-sent'
      readonly id: string
      readonly platform: string
      readonly reference: string
      readonly reports: boolean
    }
  | { readonly type: 'reply-delivered'; readonly id: string }
  | { readonly type: 'reply-failed'; readonly id: string; readonly reason: string }
  /** The customer is asked, by a form of ours, where to write to in private. */
  | {
      readonly type: 'contact-asked'
      readonly id: string
      /** Only the complainant gets to see the form. */
      readonly private: boolean
      readonly expiresAt: Instant
    }
  | {
      readonly type: 'contact-given'
      readonly id: string
      readonly email?: string | undefined
      readonly phone?: string | undefined
      readonly consent: string
      /** Absent where only the complainant can have filled in the form. */
      readonly code?: string | undefined
    }
  | {
      readonly type: 'identity-matched'
      readonly id: string
      /** Which of the addresses that were given: `g…`. */
      readonly given: string
      readonly by: 'code' | 'person'
      readonly reason?: string | undefined
    }
  | { readonly type: 'survey-asked'; readonly id: string }
  | {
      readonly type: 'survey-answered'
      readonly id: string
      /** 1 to 5. */
      readonly score: number
      readonly text?: string | undefined
    }
  | {
      readonly type: 'repolicied'
      readonly from: PolicyRef
      readonly to: PolicyRef
      /** Name of the rule of `to` that it falls under. */
      readonly rule: string
    }
  /** Whatever it held of its customer, in words of theirs or ours, is dropped. The facts stay. */
  | { readonly type: 'erased'; readonly reason: 'request' | 'retention' }

export type Event = Recorded & EventBody
export type EventType = Event['type']

/** What only time makes happen, whichever command noticed. */
export const OF_TIME: ReadonlySet<EventType> = new Set([
  'timer-warned',
  'timer-breached',
  'escalation-due',
  'reminded',
  'follow-up-due',
])

/**
 * The events that change what the workflow waits for. The others (a warning, a note, a new owner in the same team)
 * would only wake an execution, at a price, to go back to sleep.
 */
const SIGNALS: ReadonlySet<EventType> = new Set([
  'received',
  'acknowledged',
  'handoff-requested',
  'handoff-accepted',
  'handoff-declined',
  'timer-breached',
  'escalation-due',
  'follow-up-due',
  'resolved',
  'closed',
  'reopened',
  'withdrawn',
  'merged',
  // Rungs that were owed when the clocks were stopped are owed again.
  'resumed',
  // What is resolved may be closed once no promise is open, and no redress undecided.
  'promise-kept',
  'redress-approved',
  'redress-refused',
])

/** Whether the workflow has to know of an event. */
export const isSignal = (event: Event): boolean =>
  SIGNALS.has(event.type) && !(event.type === 'redress-approved' && event.alone === true)

const STAGE_AFTER: Partial<Record<EventType, Stage>> = {
  received: 'received',
  acknowledged: 'acknowledged',
  'handoff-accepted': 'handed off',
  resolved: 'resolved',
  closed: 'closed',
  reopened: 'reopened',
  withdrawn: 'withdrawn',
  merged: 'withdrawn',
}

/** Stages in which somebody still owes the customer an answer. */
export const OPEN_STAGES = ['received', 'acknowledged', 'handed off', 'reopened'] as const
export type OpenStage = (typeof OPEN_STAGES)[number]
export const isOpen = (complaint: Complaint): boolean =>
  OPEN_STAGES.some((stage) => stage === complaint.stage)

/** Stages in which nothing more is expected of anybody, so that no execution need run. */
export const isOver = (complaint: Complaint): boolean =>
  complaint.stage === 'closed' || complaint.stage === 'withdrawn'

/** The customer has not been told yet that the complaint has arrived, or has come back. */
export const owesAcknowledgement = (complaint: Complaint): boolean =>
  complaint.stage === 'received' || complaint.stage === 'reopened'

/** Promises of which the customer has not got what was promised, whether or not that is late. */
export const unkeptPromises = (complaint: Complaint): readonly Promised[] =>
  complaint.promises.filter(({ state }) => state !== 'kept')

/** Issues that wait for an answer, those that are only suggested among them. */
export const unansweredIssues = (complaint: Complaint): readonly Issue[] =>
  complaint.issues.filter(({ state }) => state === 'suggested' || state === 'open')

/** When the customer last wrote, to us or about us. */
export const lastContactAt = (complaint: Complaint): Instant =>
  complaint.contacts.at(-1)?.at ?? complaint.receivedAt

/**
 * Whether a further message came where the complaint did, whose reply window it renews: a mail opens none on WhatsApp.
 * What a person wrote down says nothing of where it came, and counts.
 */
export const isOnChannel = (
  { message: first }: Complaint,
  message: Pick<Message, 'source' | 'channel'> | undefined,
): boolean => message === undefined || (message.source === first.source && message.channel === first.channel)

/** Issues that are asked of a team which has not taken them on yet. */
export const askedIssues = (complaint: Complaint): readonly Issue[] =>
  complaint.issues.filter(({ handoff }) => handoff !== undefined && handoff.person === undefined)

/** The teams that an issue is with, or asked of, each once. */
export const issueTeams = (complaint: Complaint): readonly string[] => [
  ...new Set(complaint.issues.flatMap(({ handoff }) => (handoff === undefined ? [] : [handoff.toTeam]))),
]

/** Whether a team has anything to do with a complaint: it owns it, or is asked to take it or an issue of it. */
export const concernsTeam = (complaint: Complaint, team: string): boolean =>
  team === complaint.team || team === complaint.handoff?.toTeam || issueTeams(complaint).includes(team)

/** What we write beside answering, a survey or a notice, answers nobody. */
export const isAnswer = ({ purpose }: Reply): boolean => purpose === undefined || purpose === 'contact'

/** The customer wrote again after it had gone out: that waits for another answer. */
export const isOvertaken = ({ unansweredAt }: Complaint, { releasedAt }: Reply): boolean =>
  unansweredAt !== undefined && releasedAt !== undefined && unansweredAt > releasedAt

/**
 * The answer that an open complaint's customer has had last: should it come back, they wait for one again; until the
 * complaint is acknowledged they wait already.
 */
export const wasOurAnswer = (complaint: Complaint, reply: Reply): boolean =>
  isOpen(complaint) &&
  !owesAcknowledgement(complaint) &&
  reply.state === 'delivered' &&
  isAnswer(reply) &&
  complaint.repliedAt === reply.endedAt

/** Replies in these states. */
export const repliesIn = (complaint: Complaint, ...states: readonly Reply['state'][]): readonly Reply[] =>
  complaint.replies.filter(({ state }) => states.includes(state))

/**
 * The answer that did not arrive, where none has arrived since: the customer has not heard what we think they have.
 * What we write beside answering does not count.
 */
export function undelivered(complaint: Complaint): Reply | undefined {
  const last = complaint.replies
    .filter(isAnswer)
    .findLast(
      ({ state, reports }) =>
        state === 'failed' || state === 'delivered' || (state === 'sent' && reports === false),
    )
  if (last?.state !== 'failed') return undefined
  // Answered since, whatever way.
  const { repliedAt } = complaint
  return repliedAt !== undefined && last.endedAt !== undefined && repliedAt > last.endedAt ? undefined : last
}

/** Redress that waits for somebody to approve or refuse it. */
export const undecidedRedress = (complaint: Complaint): readonly RedressItem[] =>
  complaint.redress.filter(({ state }) => state === 'proposed')

/** Redress that the customer is owed: approved, and not paid. */
export const unpaidRedress = (complaint: Complaint): readonly RedressItem[] =>
  complaint.redress.filter(({ state }) => state === 'approved')

/**
 * The customer waits for a word of ours past its deadline: for the acknowledgement, or, having written again, for the
 * next reply. Whoever was answered waits no longer, whatever stays on record as missed.
 */
export const isUnanswered = (complaint: Complaint): boolean =>
  isOpen(complaint) &&
  complaint.timers.some(
    ({ name, state }) =>
      state === 'breached' &&
      (name === 'acknowledge' || (name === 'next-reply' && complaint.waitingSince !== undefined)),
  )

/** Since when the customer waits for a word of ours: the acknowledgement, or the next reply; undefined where they don't. */
export function waitsSince(complaint: Complaint): Instant | undefined {
  if (!isOpen(complaint)) return undefined
  const { timers, reopenedAt, receivedAt, waitingSince } = complaint
  // What was reopened can be handed off before anybody has told the customer.
  const owed = timers.some(({ name, state }) => name === 'acknowledge' && !ENDED.has(state))
  return owed || owesAcknowledgement(complaint) ? (reopenedAt ?? receivedAt) : waitingSince
}

const ENDED: ReadonlySet<Timer['state']> = new Set(['met', 'cancelled'])

const without = <T extends object, K extends keyof T>(value: T, ...keys: K[]): Omit<T, K> => {
  const copy = { ...value }
  for (const key of keys) delete copy[key]
  return copy
}

/**
 * The state after an event: total, pure, and all there is to a complaint's state. It trusts the event, as facts are
 * not up for discussion; `decide` is where they are.
 *
 * @throws Error when the first event of a complaint is not `received`: the ledger is damaged.
 */
export function evolve(state: Complaint | undefined, event: Event): Complaint {
  if (event.type === 'received') {
    return {
      id: event.id,
      version: event.seq,
      stage: 'received',
      stageSeq: event.seq,
      signalSeq: event.seq,
      team: event.team,
      owner: event.owner,
      level: 0,
      message: event.message,
      ...(event.severity === undefined ? {} : { severity: event.severity }),
      signals: event.signals ?? [],
      issues: (event.issues ?? []).map((text, index) => ({ id: `i${index + 1}`, text, state: 'suggested' })),
      contacts: [],
      contactCount: 0,
      receivedAt: event.at,
      unansweredAt: event.at,
      wroteAt: event.at,
      policy: event.policy,
      rule: event.rule,
      timers: event.timers ?? [],
      pauses: [],
      promises: [],
      redress: [],
      replies: [],
    }
  }
  if (state === undefined)
    throw new Error(`A complaint's first event must be "received", not "${event.type}"`)
  const stage = STAGE_AFTER[event.type]
  // Silence that is waited for anew is not over yet.
  const silentAgain = event.timers?.some(({ name, state: now }) => name === 'follow-up' && now === 'running')
  const common: Complaint = {
    ...(silentAgain === true ? without(state, 'followUpDue') : state),
    version: event.seq,
    ...(stage === undefined ? {} : { stage, stageSeq: event.seq }),
    ...(isSignal(event) ? { signalSeq: event.seq } : {}),
    timers: merge(state.timers, event.timers ?? []),
  }
  switch (event.type) {
    case 'acknowledged':
      return { ...common, acknowledgedAt: state.acknowledgedAt ?? event.at }
    case 'taken':
    case 'assigned':
      return { ...common, owner: event.owner }
    case 'handoff-requested':
      return {
        ...common,
        handoff: {
          seq: event.seq,
          fromTeam: state.team,
          toTeam: event.toTeam,
          reason: event.reason,
          by: event.actor,
          at: event.at,
        },
      }
    case 'handoff-accepted':
      return {
        ...without(common, 'handoff'),
        team: event.team,
        owner: event.owner,
        // What was asked of a team by the way is its own now.
        issues: state.issues.map((issue) =>
          issue.handoff?.toTeam === event.team ? without(issue, 'handoff') : issue,
        ),
      }
    case 'handoff-declined':
      return without(common, 'handoff')
    case 'paused':
      return {
        ...common,
        paused: { at: event.at, reason: event.reason },
        pauses: [...state.pauses, { from: event.at }],
      }
    case 'resumed':
      return unpaused(common, event.at)
    case 'escalated':
      return { ...common, level: Math.max(state.level, event.level) }
    case 'follow-up-due':
      return { ...common, followUpDue: true }
    case 'resolved':
      return {
        ...without(unpaused(common, event.at), 'handoff', 'waitingSince', 'unansweredAt', 'wroteAt'),
        level: 0,
        resolvedAt: event.at,
        resolution: {
          summary: event.summary,
          redress: event.redress,
          rootCause: event.rootCause,
          outcome: event.outcome,
        },
        issues: (event.issues ?? []).reduce(
          (issues, { id, answer, declined }) =>
            declined === undefined
              ? changedIssue(issues, id, { state: 'answered', answer: answer ?? event.summary })
              : changedIssue(issues, id, { state: 'declined', reason: declined }),
          state.issues,
        ),
      }
    case 'merged':
    case 'closed':
    case 'withdrawn':
      return {
        ...without(
          unpaused(common, event.at),
          'handoff',
          'followUpDue',
          'waitingSince',
          'unansweredAt',
          'wroteAt',
        ),
        level: 0,
        // As with a handoff of the complaint: what nobody has taken on ends with it, what somebody has stays with them.
        issues: state.issues.map((issue) =>
          issue.handoff !== undefined && issue.handoff.person === undefined
            ? without(issue, 'handoff')
            : issue,
        ),
        ...(event.type === 'merged' ? { mergedInto: event.into } : {}),
        overAt: event.at,
      }
    case 'reopened':
      return {
        ...without(common, 'followUpDue', 'resolvedAt', 'resolution', 'mergedInto', 'overAt'),
        level: 0,
        owner: event.owner ?? state.owner,
        reopened: { formerOwner: state.owner },
        reopenedAt: event.at,
      }
    case 'linked':
    case 'customer-replied': {
      const joined = withContact(common, event)
      if (!event.needsAnswer) return joined
      // Until the complaint is acknowledged that is the next answer, and it is waited for already.
      const waits = isOpen(state) && !owesAcknowledgement(state)
      return {
        ...joined,
        unansweredAt: event.at,
        ...(isOnChannel(state, event.message) ? { wroteAt: event.at } : {}),
        ...(waits ? { waitingSince: state.waitingSince ?? event.at } : {}),
      }
    }
    case 'unlinked':
      return {
        ...common,
        contacts: state.contacts.filter(({ id }) => id !== event.contact),
        contactCount: state.contactCount - 1,
      }
    case 'grouped':
      return { ...common, incident: event.incident }
    case 'ungrouped':
      return without(common, 'incident')
    case 'severity-changed':
      return {
        ...common,
        severity: event.to,
        rule: event.rule,
        signals: [...state.signals, ...(event.signals ?? [])],
      }
    case 'issue-added':
      return { ...common, issues: [...state.issues, { id: event.id, text: event.text, state: 'open' }] }
    case 'issues-confirmed':
      return {
        ...common,
        issues: state.issues.map((issue) =>
          issue.state === 'suggested' ? { ...issue, state: 'open' } : issue,
        ),
      }
    case 'issue-answered':
      return {
        ...common,
        issues: changedIssue(state.issues, event.id, { state: 'answered', answer: event.answer }),
      }
    case 'issue-declined':
      return {
        ...common,
        issues: changedIssue(state.issues, event.id, { state: 'declined', reason: event.reason }),
      }
    case 'issue-handoff-requested': {
      const { seq, toTeam, reason, actor: by, at } = event
      const handoff: IssueHandoff = { seq, toTeam, reason, by, at }
      // What is worth asking another team is no mere suggestion any more.
      return { ...common, issues: changedIssue(state.issues, event.id, { state: 'open', handoff }) }
    }
    case 'issue-handoff-accepted': {
      const asked = state.issues.find(({ id }) => id === event.id)?.handoff
      if (asked === undefined) return common
      const handoff = { ...asked, person: event.person }
      return { ...common, issues: changedIssue(state.issues, event.id, { handoff }) }
    }
    case 'issue-returned':
      return {
        ...common,
        issues: state.issues.map((issue) => (issue.id === event.id ? without(issue, 'handoff') : issue)),
      }
    case 'replied':
      return { ...without(common, 'waitingSince', 'unansweredAt', 'wroteAt'), repliedAt: event.at }
    case 'reply-drafted': {
      const {
        id,
        text,
        public: open,
        channel,
        to,
        purpose,
        findings,
        actor: draftedBy,
        at: draftedAt,
      } = event
      const drafted: Reply = {
        id,
        state: 'held',
        text,
        public: open,
        channel,
        to,
        purpose,
        draftedBy,
        draftedAt,
        findings,
      }
      const replies = shownReplies([...state.replies, drafted])
      return purpose === 'notice' && state.contact !== undefined
        ? { ...common, replies, contact: { ...state.contact, told: true } }
        : { ...common, replies }
    }
    case 'guard-overridden': {
      const { actor: overriddenBy, reason: overrideReason } = event
      return withReply(common, event.id, { overriddenBy, overrideReason })
    }
    case 'reply-approval-asked':
      return withReply(common, event.id, { state: 'waiting', approver: event.approver })
    case 'reply-approved':
      return withReply(common, event.id, { approvedBy: event.actor })
    case 'reply-refused': {
      const { actor: refusedBy, reason, at: endedAt } = event
      return withReply(common, event.id, { state: 'refused', refusedBy, reason, endedAt })
    }
    case 'reply-discarded':
      return withReply(common, event.id, { state: 'discarded', reason: event.reason, endedAt: event.at })
    case 'reply-released':
      return withReply(common, event.id, { state: 'sending', releasedAt: event.at })
    case 'reply-sent': {
      const { id, platform, reference, reports, at } = event
      const sent = withReply(common, id, { state: 'sent', platform, reference, reports, endedAt: at })
      return reports ? sent : answeredBy(sent, id, at)
    }
    case 'reply-delivered':
      return answeredBy(
        withReply(common, event.id, { state: 'delivered', endedAt: event.at }),
        event.id,
        event.at,
      )
    case 'reply-failed': {
      const failed = withReply(common, event.id, {
        state: 'failed',
        reason: event.reason,
        endedAt: event.at,
      })
      const reply = state.replies.find(({ id }) => id === event.id)
      if (reply === undefined || !wasOurAnswer(state, reply)) return failed
      return {
        ...failed,
        unansweredAt: state.unansweredAt ?? event.at,
        waitingSince: state.waitingSince ?? event.at,
      }
    }
    case 'contact-asked':
      return {
        ...common,
        contact: {
          ask: event.id,
          private: event.private,
          askedAt: event.at,
          expiresAt: event.expiresAt,
          given: [],
          ...(state.contact?.told === true ? { told: true } : {}),
        },
      }
    case 'contact-given': {
      const { contact } = state
      if (contact === undefined) return common
      const { email, phone, consent, code, at } = event
      if (code !== undefined) {
        const given: GivenContact = { id: `g${event.seq}`, email, phone, consent, code, at }
        return { ...common, contact: { ...contact, given: [...contact.given, given] } }
      }
      // As with a message of theirs, they wait for us from now on.
      const waits = isOpen(state) && !owesAcknowledgement(state)
      return {
        ...common,
        ...(isOpen(state) ? { unansweredAt: at } : {}),
        ...(waits ? { waitingSince: state.waitingSince ?? at } : {}),
        contact: { ...contact, email, phone, consent, givenAt: at, matched: 'private' },
      }
    }
    case 'identity-matched': {
      const { contact } = state
      const found = contact?.given.find(({ id }) => id === event.given)
      if (contact === undefined || found === undefined) return common
      const { email, phone, consent, at: givenAt } = found
      return {
        ...common,
        contact: { ...contact, given: [], email, phone, consent, givenAt, matched: event.by },
      }
    }
    case 'survey-asked':
      return { ...common, survey: { id: event.id, askedAt: event.at } }
    case 'survey-answered': {
      const { survey } = state
      // An answer to an earlier question is a fact, and none about this one.
      if (survey === undefined || survey.id !== event.id) return common
      const { score, text, at: answeredAt } = event
      return { ...common, survey: { ...survey, score, text, answeredAt } }
    }
    case 'promised': {
      const { id, text, dueAt, to, worth } = event
      const made: Promised = {
        id,
        text,
        dueAt,
        to,
        worth,
        state: 'open',
        madeAt: event.at,
        madeBy: event.actor,
      }
      return { ...common, promises: [...state.promises, made] }
    }
    case 'redress-proposed': {
      const proposed: RedressItem = {
        ...event.redress,
        id: event.id,
        state: 'proposed',
        proposedBy: event.actor,
        proposedAt: event.at,
      }
      return { ...common, redress: [...state.redress, proposed] }
    }
    case 'redress-approved':
      return withRedress(common, event.id, { state: 'approved', decidedBy: event.actor, decidedAt: event.at })
    case 'redress-refused': {
      const { actor: decidedBy, at: decidedAt, reason } = event
      return withRedress(common, event.id, { state: 'refused', decidedBy, decidedAt, reason })
    }
    case 'redress-paid': {
      const { actor: paidBy, at: paidAt, reference } = event
      return withRedress(common, event.id, { state: 'paid', paidBy, paidAt, reference })
    }
    case 'promise-kept':
      return withPromise(common, event.id, {
        state: 'kept',
        keptAt: event.at,
        keptBy: event.actor,
        evidence: event.evidence,
      })
    case 'promise-broken':
      return withPromise(common, event.id, { state: 'broken', brokenAt: event.at, reason: event.reason })
    case 'timer-breached':
      return event.timer.startsWith('promise:')
        ? withPromise(common, event.timer.slice('promise:'.length), { state: 'broken', brokenAt: event.at })
        : common
    case 'repolicied':
      return { ...common, policy: event.to, rule: event.rule }
    case 'erased':
      return { ...erasedState(common), erased: { seq: event.seq, at: event.at } }
    case 'timer-warned':
    case 'escalation-due':
    case 'reminded':
    case 'message-amended':
    case 'noted':
      return common
  }
}

/** Whoever has answered or declined an issue is done with it: it is with nobody any more. */
const changedIssue = (issues: readonly Issue[], id: string, change: Partial<Issue>): readonly Issue[] =>
  issues.map((issue) => {
    if (issue.id !== id) return issue
    const over = change.state === 'answered' || change.state === 'declined'
    return { ...(over ? without(issue, 'handoff') : issue), ...change }
  })

/** What has not come to its end stays; of the others the oldest go. */
function shownReplies(replies: readonly Reply[]): readonly Reply[] {
  const over = replies.length - REPLIES_SHOWN
  if (over <= 0) return replies
  const ended = replies.filter(({ endedAt }) => endedAt !== undefined).slice(0, over)
  return replies.filter((reply) => !ended.includes(reply))
}

/** What was sent is in its event: the state keeps no second copy of it. */
function withReply(complaint: Complaint, id: string, change: Partial<Reply>): Complaint {
  const gone = change.state !== undefined && change.state !== 'waiting' && change.state !== 'sending'
  return {
    ...complaint,
    replies: complaint.replies.map((reply) =>
      reply.id === id ? { ...(gone ? without(reply, 'text', 'findings') : reply), ...change } : reply,
    ),
  }
}

/**
 * The customer has what we wrote. What they wrote after it had gone out waits for the next answer; what we write beside
 * answering answers nothing.
 */
function answeredBy(complaint: Complaint, id: string, at: Instant): Complaint {
  const reply = complaint.replies.find((candidate) => candidate.id === id)
  if (reply === undefined) return complaint
  if (!isAnswer(reply)) return complaint
  const { unansweredAt } = complaint
  if (!isOvertaken(complaint, reply)) {
    return { ...without(complaint, 'waitingSince', 'unansweredAt', 'wroteAt'), repliedAt: at }
  }
  return {
    ...complaint,
    repliedAt: at,
    ...(unansweredAt === undefined || !isOpen(complaint) ? {} : { waitingSince: unansweredAt }),
  }
}

function withContact(
  complaint: Complaint,
  event: Event & { type: 'linked' | 'customer-replied' },
): Complaint {
  const { contact: id, message } = event
  if (id === undefined || message === undefined) return complaint
  const contact: Contact = {
    id,
    source: message.source,
    messageId: message.messageId,
    channel: message.channel,
    at: event.at,
    rule: event.rule ?? '',
    raises: event.type === 'linked' && event.raises,
    ...(event.type === 'linked' && event.from !== undefined ? { from: event.from } : {}),
  }
  return {
    ...complaint,
    contacts: [...complaint.contacts, contact].slice(-CONTACTS_SHOWN),
    contactCount: complaint.contactCount + 1,
  }
}

/** The clocks go on: the pause that was open, if one was, has ended. */
const unpaused = (complaint: Complaint, at: Instant): Complaint => {
  const last = complaint.pauses.at(-1)
  if (complaint.paused === undefined || last === undefined) return complaint
  return {
    ...without(complaint, 'paused'),
    pauses: [...complaint.pauses.slice(0, -1), { ...last, until: at }],
  }
}

const withPromise = (complaint: Complaint, id: string, change: Partial<Promised>): Complaint => ({
  ...complaint,
  promises: complaint.promises.map((promise) => (promise.id === id ? { ...promise, ...change } : promise)),
})

const withRedress = (complaint: Complaint, id: string, change: Partial<RedressItem>): Complaint => ({
  ...complaint,
  redress: complaint.redress.map((item) => (item.id === id ? { ...item, ...change } : item)),
})

const merge = (timers: readonly Timer[], changed: readonly Timer[]): readonly Timer[] => {
  if (changed.length === 0) return timers
  const byName = new Map(timers.map((timer) => [timer.name, timer]))
  for (const timer of changed) byName.set(timer.name, timer)
  return [...byName.values()]
}

/**
 * The state that a complaint's whole history amounts to.
 *
 * @throws Error for an empty history, or one that does not begin with `received`.
 */
export function replay(events: readonly Event[]): Complaint {
  let state: Complaint | undefined
  for (const event of events) state = evolve(state, event)
  if (state === undefined) throw new Error('A complaint has at least one event')
  return state
}
