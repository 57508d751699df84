import {
  type Complaint,
  type Event,
  type EventType,
  evolve,
  type Message,
  OF_TIME,
  type PolicyRef,
} from './complaint.ts'
import { type Actor, type Command, type Context, decide, Refusal } from './decide.ts'
import { ERASED } from './erasure.ts'
import type { Policy } from './policy.ts'
import type { Triage } from './triage.ts'

/** Where a complaint's records are not what its commands amount to. */
export interface Difference {
  /** `seq` of the event; absent where the state is what differs. */
  readonly seq?: number
  /** The way to the field, such as `timers.0.dueAt`. */
  readonly field: string
  /** Both as text where they are instants, numbers or words of ours; what people wrote is never shown. */
  readonly stored: string
  readonly recomputed: string
}

export interface Redecided {
  /** The state that the history amounts to, up to the difference if there is one. */
  readonly state: Complaint | undefined
  readonly difference?: Difference
}

/**
 * Decides a complaint's whole history anew: each event is turned back into the command that it came from and decided
 * at the instant at which it was recorded, under the policy that then held, upon the state that was decided anew so
 * far. Nothing is taken from a stored timer, so a deadline that was tampered with is found.
 *
 * @param events all of them, oldest first.
 * @param policyOf gives a policy's version; what it throws is thrown.
 */
export function redecide(events: readonly Event[], policyOf: (ref: PolicyRef) => Policy): Redecided {
  let state: Complaint | undefined
  let rest = events
  for (let first = rest[0]; first !== undefined; first = rest[0]) {
    const ref = state?.policy ?? (first.type === 'received' ? first.policy : undefined)
    if (ref === undefined)
      throw new Error(`A complaint's first event must be "received", not "${first.type}"`)
    // A message that was unlinked is received when it came, which is long before that is recorded.
    const now = first.type === 'received' ? first.at : first.recordedAt
    const context: Context = { now, policy: policyOf(ref) }
    let found: Difference | undefined
    let made: Event[] = []
    for (const command of commandsOf(rest, policyOf)) {
      made = asOnDutyThen(attempt(state, command, context), rest)
      found = made.length === 0 ? differenceAt(first, undefined) : firstOf(rest, made)
      if (found === undefined) break
    }
    if (found !== undefined) return { state, difference: found }
    for (const event of made) state = evolve(state, event)
    rest = rest.slice(made.length)
  }
  return { state }
}

/** Who was on duty then is no longer known: policies keep who is on duty now. Whom an event named is taken as recorded. */
const asOnDutyThen = (made: readonly Event[], recorded: readonly Event[]): Event[] =>
  made.map((event, index) => {
    const then = recorded[index]
    if (event.type === 'received' && then?.type === 'received')
      return { ...event, owner: then.owner, recordedAt: then.recordedAt }
    if (event.type === 'escalated' && then?.type === 'escalated') return { ...event, people: then.people }
    if (event.type === 'taken' && then?.type === 'taken') return { ...event, owner: then.owner }
    if (event.type === 'handoff-accepted' && then?.type === 'handoff-accepted')
      return { ...event, owner: then.owner }
    if (event.type === 'issue-handoff-accepted' && then?.type === 'issue-handoff-accepted')
      return { ...event, person: then.person }
    return event
  })

/** The first difference between a stored state and the one recomputed; undefined where they are the same. */
export const stateDifference = (stored: unknown, recomputed: unknown): Difference | undefined =>
  firstDifference(plain(stored), plain(recomputed), '')

/**
 * The commands that the next events can have come from. What time made happen came from the clock, or was recorded on
 * the way by whatever came next in the same second.
 */
function commandsOf(remaining: readonly Event[], policyOf: (ref: PolicyRef) => Policy): Command[] {
  const [first] = remaining as [Event, ...Event[]]
  const next = remaining.find(({ type }) => !OF_TIME.has(type))
  const command =
    next !== undefined && next.recordedAt === first.recordedAt
      ? commandOf(next, remaining.slice(remaining.indexOf(next) + 1), policyOf)
      : undefined
  const fire: Command[] = OF_TIME.has(first.type) ? [{ type: 'fire' }] : []
  return command === undefined ? fire : [...fire, command]
}

/** What was judged of the words when they came, as the events keep it. */
const triageOf = ({
  severity,
  signals,
  issues,
}: Pick<Event & { type: 'received' }, 'severity' | 'signals' | 'issues'>): Triage | undefined =>
  signals === undefined || issues === undefined ? undefined : { severity, signals, issues }

/** What the same command may record after a message that joins. */
const AFTERMATH: ReadonlySet<EventType> = new Set([
  'reopened',
  'resumed',
  'identity-matched',
  'issue-added',
  'severity-changed',
])

/** What joined a complaint is weighed, too: what came of that are the events that follow in the same moment. */
function joined(
  event: Event & { type: 'linked' | 'customer-replied' },
  message: Message,
  following: readonly Event[],
  by: Actor,
): Command {
  const end = following.findIndex(
    ({ type, recordedAt, actor }) =>
      !AFTERMATH.has(type) || recordedAt !== event.recordedAt || actor !== event.actor,
  )
  const moment = end === -1 ? following : following.slice(0, end)
  const severity = moment.find(({ type }) => type === 'severity-changed')
  const issues = moment.flatMap((next) => (next.type === 'issue-added' ? [next.text] : []))
  const proof = moment.find(({ type }) => type === 'identity-matched')
  return {
    type: 'join',
    message,
    tie: event.type === 'linked' ? 'person' : 'reply',
    rule: event.rule ?? '',
    needsAnswer: event.needsAnswer,
    // Once erased, neither the code nor the words are there to be compared.
    ...(proof?.type === 'identity-matched' ? { proves: proof.given } : {}),
    ...(severity?.type === 'severity-changed'
      ? { triage: { severity: severity.to, signals: severity.signals ?? [], issues: [] } }
      : {}),
    ...(event.type === 'linked' && event.from !== undefined ? { from: event.from, issues } : {}),
    by,
  }
}

/** @param following the events after it: some commands make several. */
function commandOf(
  event: Event,
  following: readonly Event[],
  policyOf: (ref: PolicyRef) => Policy,
): Command | undefined {
  const by: Actor = { id: event.actor, ...(event.via === undefined ? {} : { via: event.via }) }
  switch (event.type) {
    case 'received':
      return { type: 'receive', id: event.id, message: event.message, triage: triageOf(event), by }
    case 'escalated':
      return { type: 'escalate' }
    case 'closed':
      return event.actor === 'clock' ? { type: 'close-after-silence' } : { type: 'close', by }
    case 'repolicied':
      return { type: 'repolicy', to: policyOf(event.to), by }
    case 'erased':
      return event.reason === 'retention' ? { type: 'fire' } : { type: 'erase', by }
    case 'acknowledged':
      return { type: 'acknowledge', by }
    case 'taken':
      return { type: 'take', by }
    case 'assigned':
      return { type: 'assign', owner: event.owner, by }
    case 'handoff-requested':
      return { type: 'hand-off', toTeam: event.toTeam, reason: event.reason, by }
    case 'handoff-accepted':
      return { type: 'accept-handoff', by }
    case 'handoff-declined':
      return { type: 'decline-handoff', reason: event.reason, by }
    case 'paused':
      return { type: 'pause', reason: event.reason, by }
    case 'resumed':
      return { type: 'resume', by }
    case 'resolved': {
      const { summary, redress, rootCause, outcome } = event
      // Those without an outcome of their own were answered by the summary.
      const issues = event.issues?.filter(
        ({ answer, declined }) => answer !== undefined || declined !== undefined,
      )
      return { type: 'resolve', summary, redress, rootCause, outcome, issues, by }
    }
    case 'reopened':
      return { type: 'reopen', reason: event.reason, by }
    case 'withdrawn':
      return { type: 'withdraw', reason: event.reason, by }
    case 'noted':
      return { type: 'note', text: event.text, by }
    case 'customer-replied': {
      const { text, needsAnswer, message } = event
      return message === undefined
        ? { type: 'record-customer-reply', text, needsAnswer, by }
        : joined(event, { ...message, text }, following, by)
    }
    case 'linked':
      return joined(event, event.message, following, by)
    case 'unlinked':
      return { type: 'unlink', contact: event.contact, reason: event.reason, to: event.to, by }
    case 'merged':
      return { type: 'link', to: event.into, reason: event.reason, by }
    case 'grouped':
      return { type: 'group', incident: event.incident, by }
    case 'ungrouped':
      return { type: 'ungroup', by }
    case 'severity-changed':
      return { type: 'change-severity', severity: event.to, reason: event.reason, by }
    case 'message-amended': {
      const { source, messageId, change, text, at } = event
      return { type: 'amend', amendment: { source, messageId, change, text, at }, by }
    }
    case 'issue-added':
      return { type: 'add-issue', text: event.text, by }
    case 'issues-confirmed':
      return { type: 'confirm-issues', by }
    case 'issue-answered':
      return { type: 'answer-issue', id: event.id, answer: event.answer, by }
    case 'issue-declined':
      return { type: 'decline-issue', id: event.id, reason: event.reason, by }
    case 'issue-handoff-requested':
      return { type: 'hand-off-issue', id: event.id, toTeam: event.toTeam, reason: event.reason, by }
    case 'issue-handoff-accepted':
      return { type: 'accept-issue', id: event.id, by }
    case 'issue-returned':
      return { type: 'return-issue', id: event.id, reason: event.reason, by }
    case 'replied':
      return { type: 'reply', text: event.text, by }
    case 'reply-drafted': {
      const { text, public: open, outcome, findings } = event
      return { type: 'draft-reply', text, private: !open, judged: { outcome, findings }, by }
    }
    case 'guard-overridden':
      return { type: 'send-reply', id: event.id, reason: event.reason, rules: event.rules, by }
    case 'reply-approval-asked':
    case 'reply-released':
      return { type: 'send-reply', id: event.id, rules: [], by }
    case 'reply-approved':
      return { type: 'approve-reply', id: event.id, by }
    case 'reply-refused':
      return { type: 'refuse-reply', id: event.id, reason: event.reason, by }
    case 'reply-discarded':
      return { type: 'discard-reply', id: event.id, reason: event.reason, by }
    case 'reply-sent': {
      const { id, platform, reference, reports } = event
      return { type: 'record-sent', id, platform, reference, reports, by }
    }
    case 'reply-delivered':
      return { type: 'record-delivered', id: event.id, by }
    case 'reply-failed':
      return { type: 'record-failed', id: event.id, reason: event.reason, cameBack: true, by }
    case 'contact-asked':
      return { type: 'ask-contact', private: event.private, by }
    case 'contact-given': {
      const { id, email, phone, consent, code = '' } = event
      return { type: 'give-contact', id, email, phone, consent, code, by }
    }
    case 'identity-matched':
      return { type: 'confirm-identity', id: event.given, reason: event.reason ?? '', by }
    case 'survey-answered':
      return { type: 'answer-survey', id: event.id, score: event.score, text: event.text, by }
    case 'promised':
      return { type: 'promise', text: event.text, due: event.dueAt, to: event.to, worth: event.worth, by }
    case 'redress-proposed':
      return { type: 'propose-redress', redress: event.redress, by }
    case 'redress-approved':
      return { type: 'approve-redress', id: event.id, by }
    case 'redress-refused':
      return { type: 'refuse-redress', id: event.id, reason: event.reason, by }
    case 'redress-paid':
      return { type: 'pay-redress', id: event.id, reference: event.reference, by }
    case 'promise-broken':
      return { type: 'break-promise', id: event.id, reason: event.reason, by }
    case 'promise-kept':
      return { type: 'keep-promise', id: event.id, evidence: event.evidence, by }
    case 'timer-warned':
    case 'timer-breached':
    case 'escalation-due':
    case 'reminded':
    case 'follow-up-due':
    case 'survey-asked': // with the resolution
      return undefined
  }
}

/** What the command comes to; nothing where it is refused. */
function attempt(state: Complaint | undefined, command: Command, context: Context): Event[] {
  try {
    return decide(state, command, context)
  } catch (error) {
    if (error instanceof Refusal) return []
    throw error
  }
}

function firstOf(stored: readonly Event[], made: readonly Event[]): Difference | undefined {
  for (const [index, event] of made.entries()) {
    const found = differenceAt(stored[index], event)
    if (found !== undefined) return found
  }
  return undefined
}

function differenceAt(stored: Event | undefined, made: Event | undefined): Difference | undefined {
  const seq = stored?.seq ?? made?.seq
  const found =
    stored !== undefined && made !== undefined && stored.type === made.type
      ? firstDifference(plain(stored), plain(made), '')
      : { field: 'type', stored: stored?.type ?? NOTHING, recomputed: made?.type ?? NOTHING }
  return found && { ...found, ...(seq === undefined ? {} : { seq }) }
}

const NOTHING = '(nothing)'

/** As it is after being stored: without what is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))

function firstDifference(stored: unknown, recomputed: unknown, field: string): Difference | undefined {
  if (isObject(stored) && isObject(recomputed)) {
    for (const key of new Set([...Object.keys(recomputed), ...Object.keys(stored)])) {
      const found = firstDifference(stored[key], recomputed[key], field === '' ? key : `${field}.${key}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  // What was erased cannot be compared, and need not: decisions never follow from it.
  if (stored === recomputed || (stored === ERASED && typeof recomputed === 'string')) return undefined
  return { field, stored: shown(stored, field), recomputed: shown(recomputed, field) }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Fields whose texts are words of ours. */
const OURS = /(^|\.)(type|state|stage|role|timer|policy\.name)$|^timers\.\d+\.name$/

function shown(value: unknown, field: string): string {
  if (value === undefined || value === null) return NOTHING
  if (isObject(value)) return '(something)'
  if (typeof value !== 'string') return String(value)
  return OURS.test(field) || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) ? value : '(a text)'
}
