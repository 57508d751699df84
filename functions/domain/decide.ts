import { carriesCode, isCodeAlone } from './codes.ts'
import {
  type Amendment,
  askedIssues,
  type Complaint,
  type Event,
  type EventBody,
  evolve,
  type GivenContact,
  type Issue,
  type IssueHandoff,
  type IssueOutcome,
  isAnswer,
  isOnChannel,
  isOpen,
  isOver,
  isOvertaken,
  issueTeams,
  lastContactAt,
  type Message,
  type Outcome,
  owesAcknowledgement,
  type Promised,
  type Redress,
  type RedressItem,
  type Reply,
  type ReplyPurpose,
  repliesIn,
  SEVERITIES,
  type Severity,
  type Stage,
  type Timer,
  type TimerName,
  unansweredIssues,
  undecidedRedress,
  undelivered,
  unkeptPromises,
  unpaidRedress,
  type Worth,
  wasOurAnswer,
} from './complaint.ts'
import { onDuty, peopleAt } from './duty.ts'
import { ERASED, eraseDueAt } from './erasure.ts'
import type { GuardRule } from './guard-rules.ts'
import { addSeconds, type Instant } from './instant.ts'
import { linkingOf, type Tie } from './linking.ts'
import {
  approverOf,
  askToAgree,
  channelOf,
  destinationOf,
  type Form,
  formOf,
  type Judgement,
  judge,
  judgeAgain,
  mayAgree,
} from './outgoing.ts'
import {
  barredOwner,
  type Governed,
  type Policy,
  personOf,
  ruleFor,
  ruleOf,
  teamOf,
  timerSpec,
} from './policy.ts'
import { approverFor, givenIn, limitsFor, mayApprove, redressOf } from './redress.ts'
import { movedTimers, recounted, statutoryAgain } from './repolicy.ts'
import { needsAnswer } from './thanks.ts'
import * as timers from './timers.ts'
import type { Signal, Triage } from './triage.ts'

/** Who acts. Clock and sources act too: see `EventBody`. */
export interface Actor {
  readonly id: string
  readonly via?: string | undefined
  /** The one team that this actor may speak for; undefined for who may speak for any. */
  readonly team?: string | undefined
}

/** What anybody may ask of a complaint. What comes of it, `decide` says. */
export type Action =
  | { readonly type: 'acknowledge' }
  | { readonly type: 'take' }
  | { readonly type: 'assign'; readonly owner: string }
  | { readonly type: 'hand-off'; readonly toTeam: string; readonly reason: string }
  | { readonly type: 'accept-handoff' }
  | { readonly type: 'decline-handoff'; readonly reason: string }
  | { readonly type: 'pause'; readonly reason: string }
  | { readonly type: 'resume' }
  | {
      readonly type: 'resolve'
      readonly summary: string
      readonly redress?: Redress | undefined
      readonly rootCause?: string | undefined
      readonly outcome?: Outcome | undefined
      /** What becomes of each issue; the summary answers those that were only suggested and are not in it. */
      readonly issues?: readonly IssueOutcome[] | undefined
    }
  /** Redress beside, or before, a resolution. */
  | { readonly type: 'propose-redress'; readonly redress: Redress }
  /** `id` may be left out where only one redress can be meant. */
  | { readonly type: 'approve-redress'; readonly id?: string | undefined }
  | { readonly type: 'refuse-redress'; readonly id?: string | undefined; readonly reason: string }
  | { readonly type: 'pay-redress'; readonly id?: string | undefined; readonly reference: string }
  | { readonly type: 'close' }
  | { readonly type: 'reopen'; readonly reason: string }
  | { readonly type: 'withdraw'; readonly reason: string }
  | { readonly type: 'note'; readonly text: string }
  /** The customer has written again. `needsAnswer` where that has been judged already. */
  | {
      readonly type: 'record-customer-reply'
      readonly text: string
      readonly needsAnswer?: boolean | undefined
    }
  /** The complaint is about the same as another one, which goes on for both. */
  | { readonly type: 'link'; readonly to: string; readonly reason?: string | undefined }
  /** A message that has joined the complaint does not belong here. `to`: the complaint that it is in from now on. */
  | {
      readonly type: 'unlink'
      readonly contact: string
      readonly reason: string
      readonly to?: string | undefined
    }
  | { readonly type: 'group'; readonly incident: string }
  | { readonly type: 'ungroup' }
  | { readonly type: 'change-severity'; readonly severity: Severity; readonly reason: string }
  | { readonly type: 'add-issue'; readonly text: string }
  /** All issues that are only suggested are ones to answer. */
  | { readonly type: 'confirm-issues' }
  | { readonly type: 'answer-issue'; readonly id: string; readonly answer: string }
  | { readonly type: 'decline-issue'; readonly id: string; readonly reason: string }
  /** An issue is asked of another team, beside whatever else is; the complaint stays with its owner. */
  | {
      readonly type: 'hand-off-issue'
      readonly id: string
      readonly toTeam: string
      readonly reason: string
    }
  /** `id` may be left out where only one issue can be meant. */
  | { readonly type: 'accept-issue'; readonly id?: string | undefined }
  /** The team does not take it on or cannot answer it, or its owner takes it back. */
  | { readonly type: 'return-issue'; readonly id?: string | undefined; readonly reason: string }
  /** We have answered the customer, elsewhere than by this system. */
  | { readonly type: 'reply'; readonly text: string }
  /**
   * An answer to send. It goes out at once where the guard finds nothing and nobody has to agree; otherwise it waits.
   * `private`: not where everybody can read it, for a complaint that was made in public.
   */
  | { readonly type: 'draft-reply'; readonly text: string; readonly private?: boolean | undefined }
  /** A draft goes on in spite of what the guard found; with a reason where that blocks. */
  | { readonly type: 'send-reply'; readonly id?: string | undefined; readonly reason?: string | undefined }
  | { readonly type: 'approve-reply'; readonly id?: string | undefined }
  | { readonly type: 'refuse-reply'; readonly id?: string | undefined; readonly reason: string }
  /** A draft is thrown away; or a reply that did not arrive is answered for. */
  | { readonly type: 'discard-reply'; readonly id?: string | undefined; readonly reason?: string | undefined }
  /** The customer is sent a form in which to say where to write to in private. */
  | { readonly type: 'ask-contact'; readonly private?: boolean | undefined }
  /** Somebody has made sure that an address is the complainant's. `id`: which, where several were given. */
  | { readonly type: 'confirm-identity'; readonly id?: string | undefined; readonly reason: string }
  | {
      readonly type: 'promise'
      readonly text: string
      readonly due: Instant
      readonly to?: string | undefined
      readonly worth?: Worth | undefined
    }
  /** `id` may be left out where only one promise can be meant. */
  | {
      readonly type: 'keep-promise'
      readonly id?: string | undefined
      readonly evidence?: string | undefined
    }
  /** It will not be kept, and we say so before its time is over. */
  | { readonly type: 'break-promise'; readonly id?: string | undefined; readonly reason: string }

export type ActionType = Action['type']

/** What a reply was judged by, where that was outside of the core or before. */
export interface Drafting {
  /** Of `draft-reply`: what other customers were lately sent, newest first. */
  readonly recent?: readonly string[] | undefined
  /** Of `draft-reply`, where it has been judged already. */
  readonly judged?: Judgement | undefined
  /** Of `send-reply`, where it has been judged again already: the rules that still held. */
  readonly rules?: readonly GuardRule[] | undefined
}

export type Command =
  | {
      readonly type: 'receive'
      readonly id: string
      readonly message: Message
      /** What the words say, judged once: judged again by later rules, history would be another. */
      readonly triage?: Triage | undefined
      readonly by: Actor
    }
  /** A message joins the complaint. `from`: the complaint that was opened for it, which ends with this. */
  | {
      readonly type: 'join'
      readonly message: Message
      readonly tie: Tie | 'person'
      readonly rule: string
      readonly triage?: Triage | undefined
      readonly needsAnswer?: boolean | undefined
      readonly from?: string | undefined
      /** The issues of that complaint which nobody has answered. */
      readonly issues?: readonly string[] | undefined
      /** The given address whose code it carries, where that has been found already. */
      readonly proves?: string | undefined
      readonly by: Actor
    }
  /** The author of a message of the complaint has changed it, or taken it back. */
  | { readonly type: 'amend'; readonly amendment: Amendment; readonly by: Actor }
  /** A platform has taken a reply; see `reply-sent`. */
  | {
      readonly type: 'record-sent'
      readonly id: string
      readonly platform: string
      readonly reference: string
      readonly reports: boolean
      readonly by: Actor
    }
  | { readonly type: 'record-delivered'; readonly id: string; readonly by: Actor }
  | {
      readonly type: 'record-failed'
      readonly id: string
      readonly reason: string
      /** It came back after the platform had said that it was delivered. */
      readonly cameBack?: boolean | undefined
      readonly by: Actor
    }
  /** The customer fills in the form of an asking. `code`: to be written from the account that complained. */
  | {
      readonly type: 'give-contact'
      readonly id: string
      readonly email?: string | undefined
      readonly phone?: string | undefined
      readonly consent: string
      readonly code: string
      readonly by: Actor
    }
  /** The customer says how they found it, 1 to 5. */
  | {
      readonly type: 'answer-survey'
      readonly id: string
      readonly score: number
      readonly text?: string | undefined
      readonly by: Actor
    }
  /** Nothing is kept of the customer any more; of what is over. */
  | { readonly type: 'erase'; readonly by: Actor }
  /** The clock says that time has passed; which timers that concerns, the state says. */
  | { readonly type: 'fire' }
  /** The workflow involves the next person on a ladder. */
  | { readonly type: 'escalate' }
  /** The workflow closes what nobody objected to. */
  | { readonly type: 'close-after-silence' }
  /** The complaint comes under another policy, or another version of its own. */
  | { readonly type: 'repolicy'; readonly to: Policy; readonly by: Actor }
  | (Action &
      Drafting & {
        readonly by: Actor
        /** `seq` of the fact that the actor was looking at (see `expectedSeq`); a different one is refused as stale. */
        readonly expects?: number | undefined
      })

export interface Context {
  readonly now: Instant
  /** The policy version that the complaint is pinned to; for `receive`, the current one. */
  readonly policy: Policy
}

/** Why a command was refused. Nothing has been written; the message is for people and says what to do instead. */
export class Refusal extends Error {
  readonly code: 'forbidden-by-state' | 'stale' | 'not-allowed' | 'invalid'
  /** The command's field that has to change, where one has. */
  readonly field: string | undefined

  constructor(code: Refusal['code'], message: string, field?: string) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.field = field
  }
}

const OPEN: readonly Stage[] = ['received', 'acknowledged', 'handed off', 'reopened']
const ALL: readonly Stage[] = [...OPEN, 'resolved', 'closed', 'withdrawn']

/** The stages that allow an action. What depends on more than the stage, `decide` checks on top. */
export const ALLOWED_IN: Readonly<Record<ActionType, readonly Stage[]>> = {
  acknowledge: ['received', 'reopened'],
  take: OPEN,
  assign: OPEN,
  'hand-off': ['acknowledged', 'handed off', 'reopened'],
  'accept-handoff': OPEN,
  'decline-handoff': OPEN,
  pause: OPEN,
  resume: OPEN,
  resolve: ['acknowledged', 'handed off', 'reopened'],
  close: ['resolved'],
  reopen: ['resolved', 'closed', 'withdrawn'],
  withdraw: [...OPEN, 'resolved'],
  'propose-redress': ['acknowledged', 'handed off', 'reopened', 'resolved'],
  'approve-redress': ALL,
  'refuse-redress': ALL,
  'pay-redress': ALL,
  note: ALL,
  'record-customer-reply': ALL,
  link: [...OPEN, 'resolved'],
  unlink: ALL,
  group: ALL,
  ungroup: ALL,
  'change-severity': OPEN,
  'add-issue': OPEN,
  'confirm-issues': OPEN,
  'answer-issue': OPEN,
  'decline-issue': OPEN,
  'hand-off-issue': ['acknowledged', 'handed off', 'reopened'],
  'accept-issue': OPEN,
  'return-issue': OPEN,
  reply: [...OPEN, 'resolved'],
  'draft-reply': [...OPEN, 'resolved'],
  'send-reply': [...OPEN, 'resolved'],
  'approve-reply': [...OPEN, 'resolved'],
  'refuse-reply': ALL,
  'discard-reply': ALL,
  'ask-contact': [...OPEN, 'resolved'],
  'confirm-identity': [...OPEN, 'resolved'],
  promise: [...OPEN, 'resolved'],
  'keep-promise': ALL,
  'break-promise': ALL,
}

/**
 * The `seq` of the fact that an action answers: the handoff for accepting or declining it, of an issue its own, the asking
 * for what is about an address, and the stage for all else. A button carries it, so that one pressed late, on a card of an
 * earlier state, cannot act on a later one. Undefined where the id of a reply is enough, which goes its way once; where
 * an issue is yet to be chosen; and for a draft, as what somebody has written is not to be lost to a press of another.
 *
 * @param id of the issue that is meant.
 */
export function expectedSeq(complaint: Complaint, action: ActionType, id?: string): number | undefined {
  switch (action) {
    case 'accept-handoff':
    case 'decline-handoff':
      return complaint.handoff?.seq
    case 'accept-issue':
    case 'return-issue':
    case 'answer-issue':
    case 'decline-issue':
      return id === undefined
        ? undefined
        : (complaint.issues.find((issue) => issue.id === id)?.handoff?.seq ?? complaint.stageSeq)
    case 'draft-reply':
    case 'send-reply':
    case 'approve-reply':
    case 'refuse-reply':
    case 'discard-reply':
      return undefined
    case 'ask-contact':
    case 'confirm-identity':
      return complaint.contact === undefined ? complaint.stageSeq : Number(complaint.contact.ask.slice(1))
    default:
      return complaint.stageSeq
  }
}

/** The actions that the state allows now: what a card offers as buttons. */
export function allowedActions(complaint: Complaint): ActionType[] {
  return (Object.keys(ALLOWED_IN) as ActionType[]).filter((action) => {
    if (!ALLOWED_IN[action].includes(complaint.stage)) return false
    if (action === 'accept-handoff' || action === 'decline-handoff') return complaint.handoff !== undefined
    if (action === 'hand-off') return complaint.handoff === undefined
    if (action === 'pause') return complaint.paused === undefined
    if (action === 'resume') return complaint.paused !== undefined
    if (action === 'close') return againstClosing(complaint) === undefined
    if (action === 'withdraw' || action === 'break-promise')
      return hasOpenPromise(complaint) === (action === 'break-promise')
    if (action === 'send-reply') return repliesIn(complaint, 'held').length > 0
    if (action === 'approve-reply' || action === 'refuse-reply')
      return repliesIn(complaint, 'waiting').length > 0
    if (action === 'discard-reply') return repliesIn(complaint, ...DISCARDABLE).length > 0
    if (action === 'hand-off-issue') return unhandedIssues(complaint).length > 0
    if (action === 'accept-issue') return askedIssues(complaint).length > 0
    if (action === 'return-issue') return issueTeams(complaint).length > 0
    if (action === 'ask-contact') return lacksContact(complaint)
    if (action === 'confirm-identity') return unmatched(complaint).length > 0
    if (action === 'approve-redress' || action === 'refuse-redress')
      return undecidedRedress(complaint).length > 0
    if (action === 'pay-redress') return unpaidRedress(complaint).length > 0
    if (action === 'keep-promise') return unkeptPromises(complaint).length > 0
    if (action === 'link') return unkeptPromises(complaint).length === 0
    if (action === 'unlink') return complaint.contacts.length > 0
    if (action === 'ungroup') return complaint.incident !== undefined
    if (action === 'confirm-issues') return complaint.issues.some(({ state }) => state === 'suggested')
    if (action === 'answer-issue' || action === 'decline-issue') return unansweredIssues(complaint).length > 0
    return true
  })
}

const hasOpenPromise = (complaint: Complaint): boolean =>
  complaint.promises.some(({ state }) => state === 'open')

/** Why nobody may close a complaint, whatever its stage; undefined where nothing is owed. */
function againstClosing(complaint: Complaint): string | undefined {
  if (unansweredIssues(complaint).length > 0)
    return 'An issue is unanswered: reopen the complaint and answer it, or decline it with a reason'
  if (hasOpenPromise(complaint))
    return 'A promise to the customer is open: keep it first, as it keeps the complaint open'
  if (undecidedRedress(complaint).length > 0)
    return 'A redress waits for approval: approve or refuse it first, as the customer was told of it'
  return undefined
}

/**
 * Silence closes what is resolved and owes nothing: over a broken promise only a person may close, and answers for it.
 * Who has not got our answer is not silent.
 */
const maySilenceClose = (complaint: Complaint): boolean =>
  complaint.followUpDue === true &&
  againstClosing(complaint) === undefined &&
  unkeptPromises(complaint).length === 0 &&
  unheard(complaint) === undefined

/** An answer of ours that the customer has not got: it did not arrive, or nobody has agreed to it yet. */
const unheard = (complaint: Complaint): Reply | undefined =>
  undelivered(complaint) ?? repliesIn(complaint, 'waiting').find(isAnswer)

/** Nobody knows where the customer wants to be written to, or what we wrote there did not arrive. */
const lacksContact = (complaint: Complaint): boolean =>
  complaint.contact?.matched === undefined || undelivered(complaint)?.to === 'contact'

/** Addresses that were given and may be anybody's. */
const unmatched = ({ contact }: Complaint): readonly GivenContact[] =>
  contact === undefined || contact.matched !== undefined ? [] : contact.given

/** What has not gone out can be thrown away, and what did not arrive be answered for. */
const DISCARDABLE = ['held', 'waiting', 'failed'] as const

/** Issues that wait for an answer and are with the complaint's owner. */
const unhandedIssues = (complaint: Complaint): readonly Issue[] =>
  unansweredIssues(complaint).filter(({ handoff }) => handoff === undefined)

/** Appends events to a state, so that each is decided upon the state that the ones before it made. */
class Draft {
  readonly events: Event[] = []
  state: Complaint | undefined
  readonly #context: Context

  constructor(state: Complaint | undefined, context: Context) {
    this.state = state
    this.#context = context
  }

  get nextSeq(): number {
    return (this.state?.version ?? 0) + 1
  }

  add(body: EventBody, by: Actor, changed: readonly Timer[] = [], at: Instant = this.#context.now): void {
    const event: Event = {
      ...body,
      seq: this.nextSeq,
      at,
      recordedAt: this.#context.now,
      actor: by.id,
      ...(by.via === undefined ? {} : { via: by.via }),
      ...(changed.length === 0 ? {} : { timers: changed }),
    }
    this.events.push(event)
    this.state = evolve(this.state, event)
  }
}

const CLOCK: Actor = { id: 'clock' }

/**
 * What comes of a command: the facts to append, in order; none where it changes nothing (a stale wake-up).
 *
 * Time that has passed is recorded before what is asked for, so a deadline counts as missed at its own instant, however
 * late the wake-up was. Who acts in the very second of a deadline has kept it.
 *
 * @throws Refusal when the state, the policy or a field forbids it.
 */
export function decide(state: Complaint | undefined, command: Command, context: Context): Event[] {
  const draft = new Draft(state, context)
  if (command.type === 'receive') {
    if (state !== undefined) throw new Refusal('forbidden-by-state', 'This complaint has been opened already')
    receive(draft, command, context)
    return draft.events
  }
  if (state === undefined) throw new Refusal('invalid', 'There is no such complaint')
  passTime(draft, state, context, command.type === 'fire' ? 'including now' : 'before now')
  const present = draft.state as Complaint
  switch (command.type) {
    case 'fire': {
      const at = eraseDueAt(present, context.policy)
      if (at !== undefined && at <= context.now) draft.add({ type: 'erased', reason: 'retention' }, CLOCK)
      return draft.events
    }
    case 'erase':
      if (!isOver(present)) {
        throw new Refusal(
          'forbidden-by-state',
          `The complaint is ${describe(present)}: close or withdraw it first, as without its customer nobody can answer it`,
        )
      }
      if (present.erased?.seq !== present.version) {
        draft.add({ type: 'erased', reason: 'request' }, command.by)
      }
      return draft.events
    case 'escalate':
      escalate(draft, present, context)
      return draft.events
    case 'close-after-silence':
      if (present.stage === 'resolved' && maySilenceClose(present)) close(draft, present, CLOCK, context)
      return draft.events
    case 'repolicy':
      repolicy(draft, present, command, context)
      return draft.events
    case 'join':
      join(draft, present, command, context)
      return draft.events
    case 'record-sent':
    case 'record-delivered':
    case 'record-failed':
      recordReply(draft, present, command, context)
      return draft.events
    case 'give-contact':
      giveContact(draft, present, command, context)
      return draft.events
    case 'answer-survey':
      answerSurvey(draft, present, command, context)
      return draft.events
    case 'amend': {
      const { source, messageId, change, text } = command.amendment
      draft.add({ type: 'message-amended', source, messageId, change, text }, command.by)
      return draft.events
    }
  }
  const { type, by, expects } = command
  if (!ALLOWED_IN[type].includes(present.stage)) throw forbidden(present, type)
  if (
    expects !== undefined &&
    expects !== expectedSeq(present, type, 'id' in command ? command.id : undefined)
  ) {
    throw new Refusal(
      'stale',
      `The complaint has moved on: it is ${describe(present)}. Look at it again before you act`,
    )
  }
  requireOwn(present, command, by)
  act(draft, present, command, by, context)
  return draft.events
}

/** What a team may do about a complaint of which it has an issue only: see to that issue. */
function requireOwn(state: Complaint, action: Action, by: Actor): void {
  if (by.team === undefined || by.team === state.team || by.team === state.handoff?.toTeam) return
  if (!issueTeams(state).includes(by.team)) return
  if (action.type === 'note' || action.type === 'accept-issue' || action.type === 'return-issue') return
  if (action.type === 'answer-issue' || action.type === 'decline-issue') {
    const issue = state.issues.find(({ id }) => id === action.id)
    if (issue?.handoff?.toTeam === by.team) return
  }
  throw new Refusal(
    'not-allowed',
    `${by.team} has an issue of this complaint, not the complaint: accept, answer or return the issue, or tell ${state.owner} in a note`,
  )
}

const describe = (complaint: Complaint): string =>
  `${complaint.stage}, owned by ${complaint.owner} in ${complaint.team}${complaint.paused ? ', paused' : ''}`

const forbidden = (complaint: Complaint, type: ActionType): Refusal =>
  new Refusal(
    'forbidden-by-state',
    `"${type}" is not possible: the complaint is ${describe(complaint)}; possible now: ${allowedActions(complaint).join(', ')}`,
  )

function receive(draft: Draft, command: Command & { type: 'receive' }, { policy, now }: Context): void {
  const { id, message, triage, by } = command
  if (message.team !== undefined && teamOf(policy, message.team) === undefined) {
    throw new Refusal(
      'invalid',
      `There is no team "${message.team}"; teams: ${Object.keys(policy.teams).join(', ')}`,
      'team',
    )
  }
  const severity = worse(message.severity, triage?.severity)
  const rule = ruleFor(policy, { ...message, severity })
  const teamId = rule.team ?? message.team ?? policy.defaultTeam
  const team = teamOf(policy, teamId)
  if (team === undefined) throw new Error(`Policy ${policy.name} names an unknown team "${teamId}"`)
  const governed: Governed = { rule: rule.name }
  const started = ON_RECEIPT.filter(
    (name) => timerSpec(policy, governed, name)?.from !== 'acknowledgement',
  ).flatMap((name) => startIfAny(policy, governed, name, draft.nextSeq, now))
  draft.add(
    {
      type: 'received',
      id,
      message,
      team: teamId,
      owner: onDuty(policy, teamId, now) ?? team.onCall,
      policy: { name: policy.name, version: policy.version },
      rule: rule.name,
      ...(severity === undefined ? {} : { severity }),
      ...(triage === undefined ? {} : { signals: triage.signals, issues: triage.issues }),
    },
    by,
    started,
  )
}

/** The worse of two; undefined where neither is known. */
function worse(a: Severity | undefined, b: Severity | undefined): Severity | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return SEVERITIES.indexOf(a) > SEVERITIES.indexOf(b) ? a : b
}

/** One step worse, but no worse than `most`; what nobody has judged yet counts as normal. */
function oneWorse(severity: Severity | undefined, most: Severity): Severity {
  const now = SEVERITIES.indexOf(severity ?? 'normal')
  const limit = Math.max(now, SEVERITIES.indexOf(most))
  return SEVERITIES[Math.min(now + 1, limit)] ?? most
}

/** The timers that start with a complaint, unless their spec says that they start with the acknowledgement. */
const ON_RECEIPT = ['acknowledge', 'resolve', 'reply-window', 'statutory'] as const

/** What starts while the clocks are stopped starts stopped, with all of its time left. */
const startIfAny = (
  policy: Policy,
  complaint: Governed & Pick<Complaint, 'paused'>,
  name: TimerName,
  generation: number,
  now: Instant,
  promisedFor?: Instant,
): Timer[] => {
  const spec = timerSpec(policy, complaint, name)
  if (spec === undefined) return []
  const started = timers.start(policy, spec, name, generation, now, promisedFor)
  const stopped = complaint.paused !== undefined && timers.isPausable(name, spec)
  return [stopped ? timers.paused(started, policy, spec, now) : started]
}

/** Records every warning, breach and rung whose time came up to `now`, in the order of their times. */
function passTime(
  draft: Draft,
  before: Complaint,
  context: Context,
  limit: 'including now' | 'before now',
): void {
  const { now, policy } = context
  const passed = (at: Instant): boolean => (limit === 'including now' ? at <= now : at < now)
  for (let state = before; ; state = draft.state as Complaint) {
    const at = timers.earliestDueAt(state.timers)
    if (at === undefined || !passed(at)) return
    const timer = state.timers.find((candidate) => timers.nextDueAt(candidate) === at) as Timer
    fire(draft, state, timer, at, context, policy)
  }
}

function fire(
  draft: Draft,
  state: Complaint,
  timer: Timer,
  at: Instant,
  { now }: Context,
  policy: Policy,
): void {
  const { name } = timer
  const spec = timerSpec(policy, state, name)
  if (spec === undefined) throw new Error(`Timer "${name}" runs without a spec in rule "${state.rule}"`)
  const hours = timers.callingHours(policy, spec)
  const ladder = timers.ladderOf(policy, spec)
  const [warning] = timer.warnings
  if (timer.state === 'running' && warning !== undefined) {
    draft.add(
      { type: 'timer-warned', timer: name, percent: warning.percent },
      CLOCK,
      [timers.warned(timer)],
      at,
    )
  } else if (timer.state === 'running' && name === 'follow-up') {
    draft.add({ type: 'follow-up-due' }, CLOCK, [timers.met(timer, at)], at)
  } else if (timer.state === 'running') {
    draft.add({ type: 'timer-breached', timer: name }, CLOCK, [timers.breached(timer, hours, ladder)], at)
  } else if (ladder !== undefined && timers.rungsDue(timer) < ladder.rungs.length) {
    const next = timers.climbed(timer, hours, ladder, at)
    draft.add({ type: 'escalation-due', timer: name, level: timers.rungsDue(next) }, CLOCK, [next], at)
  } else if (ladder !== undefined) {
    const last = timers.reminded(timer, hours, ladder, now)
    draft.add({ type: 'reminded', timer: name, times: last.timer.reminders }, CLOCK, [last.timer], last.at)
  } else {
    throw new Error(`Timer "${name}" climbs a ladder that its spec does not have`)
  }
}

/** Involves the person at the lowest rung that is owed; where several timers owe one, the earliest first. */
function escalate(draft: Draft, state: Complaint, { policy, now }: Context): void {
  const owing = nextOwed(state)
  if (owing === undefined) return
  const { timer, rung } = owing
  const spec = timerSpec(policy, state, timer.name)
  const ladder = spec && timers.ladderOf(policy, spec)
  if (ladder === undefined) throw new Error(`Timer "${timer.name}" owes an escalation without a ladder`)
  const { role, people } = peopleAt(policy, state, timer, ladder, rung.level, now)
  draft.add(
    { type: 'escalated', timer: timer.name, level: rung.level, role, people },
    CLOCK,
    [timers.escalated(timer)],
    rung.at,
  )
}

/** A ladder that a pause holds owes what it owes only once it goes on. */
const nextOwed = (state: Complaint) =>
  state.timers
    .filter((timer) => timer.remainingSeconds === undefined)
    .flatMap((timer) => timer.owed.slice(0, 1).map((rung) => ({ timer, rung })))
    .sort((a, b) => (a.rung.at < b.rung.at ? -1 : a.rung.at > b.rung.at ? 1 : 0))[0]

/** What the workflow has to wait for, or do, next: the one thing that it needs to know of a complaint. */
export type Next =
  | 'acknowledgement'
  | 'handoff'
  | 'resolution'
  | 'confirmation'
  | 'escalation'
  | 'closing'
  | 'done'

/** What the workflow owes a complaint in this state; an execution can start, or go on, from any of them. */
export function nextFor(state: Complaint): Next {
  if (state.stage === 'closed' || state.stage === 'withdrawn') return 'done'
  // A promise can be broken after the resolution, and people have to be told then too.
  if (nextOwed(state) !== undefined) return 'escalation'
  if (state.stage === 'resolved') return maySilenceClose(state) ? 'closing' : 'confirmation'
  if (state.handoff !== undefined) return 'handoff'
  return state.stage === 'received' || state.stage === 'reopened' ? 'acknowledgement' : 'resolution'
}

/** What becomes of a complaint's timers by an event that is about to be added. */
function clocksOf(draft: Draft, state: Complaint, { now, policy }: Context) {
  const end = (names: readonly TimerName[], how: (timer: Timer) => Timer): Timer[] =>
    state.timers.filter((timer) => names.includes(timer.name) && isUnmet(timer)).map(how)
  return {
    /** Somebody acts: ladders stand still, and the time in which nothing happens begins anew. */
    progress: (changed: readonly Timer[] = [], stage: Stage = state.stage): Timer[] => {
      const pursued = stage === 'acknowledged' || stage === 'handed off'
      const idle = pursued ? startIfAny(policy, state, 'idle', draft.nextSeq, now) : []
      const done = new Set([...changed, ...idle].map((timer) => timer.name))
      const quiet = state.timers.filter(
        (timer) => STOPPED_BY_ACTION.has(timer.name) && isClimbing(timer) && !done.has(timer.name),
      )
      return [...changed, ...idle, ...quiet.map(timers.silenced)]
    },
    meet: (...names: TimerName[]) => end(names, (timer) => timers.met(timer, now)),
    drop: (...names: TimerName[]) => end(names, timers.cancelled),
  }
}

/** The timers of issues that wait for a team. */
const issueTimers = (issues: readonly Issue[]): TimerName[] =>
  issues.map(({ id }): TimerName => `accept-handoff:${id}`)

function act(
  draft: Draft,
  state: Complaint,
  action: Action & Pick<Drafting, 'recent' | 'judged' | 'rules'>,
  by: Actor,
  context: Context,
): void {
  const { now, policy } = context
  const { progress, meet, drop } = clocksOf(draft, state, context)

  switch (action.type) {
    case 'acknowledge':
      draft.add(
        { type: 'acknowledged' },
        by,
        progress(
          [
            ...meet('acknowledge'),
            ...ON_RECEIPT.filter(
              (name) => timerSpec(policy, state, name)?.from === 'acknowledgement',
            ).flatMap((name) => startIfAny(policy, state, name, draft.nextSeq, now)),
          ],
          'acknowledged',
        ),
      )
      return
    case 'take': {
      if (by.team !== undefined && by.team !== state.team) {
        throw new Refusal(
          'not-allowed',
          `${state.team} owns this complaint; ask them to hand it off to ${by.team}`,
        )
      }
      const owner = personFor(policy, state.team, by, now)
      if (owner === state.owner)
        throw new Refusal('forbidden-by-state', `${owner} owns this complaint already`)
      wantDifferentOwner(policy, state, owner)
      draft.add({ type: 'taken', owner }, by, progress())
      return
    }
    case 'assign': {
      const person = personOf(policy, action.owner)
      if (person === undefined) {
        throw new Refusal(
          'invalid',
          `The policy knows nobody called "${action.owner}"; use the id of a person`,
          'owner',
        )
      }
      if (person.team !== state.team) {
        throw new Refusal(
          'invalid',
          `${action.owner} is in ${person.team}; hand the complaint off to that team`,
          'owner',
        )
      }
      if (action.owner === state.owner) {
        throw new Refusal('forbidden-by-state', `${action.owner} owns this complaint already`)
      }
      wantDifferentOwner(policy, state, action.owner, 'owner')
      draft.add({ type: 'assigned', owner: action.owner }, by, progress())
      return
    }
    case 'hand-off': {
      if (state.handoff !== undefined) {
        throw new Refusal(
          'forbidden-by-state',
          `A handoff to ${state.handoff.toTeam} is waiting for an answer already`,
        )
      }
      if (teamOf(policy, action.toTeam) === undefined) {
        const known = Object.keys(policy.teams).join(', ')
        throw new Refusal('invalid', `There is no team "${action.toTeam}"; teams: ${known}`, 'toTeam')
      }
      if (action.toTeam === state.team) {
        throw new Refusal('invalid', `${state.team} has this complaint already; name another team`, 'toTeam')
      }
      draft.add({ type: 'handoff-requested', toTeam: action.toTeam, reason: action.reason }, by, [
        ...progress(),
        ...startIfAny(policy, state, 'accept-handoff', draft.nextSeq, now),
      ])
      return
    }
    case 'accept-handoff': {
      const { toTeam } = requireHandoff(state, by)
      const owner = personFor(policy, toTeam, by, now)
      wantDifferentOwner(policy, state, owner)
      const body = { type: 'handoff-accepted', team: toTeam, owner } as const
      const theirs = state.issues.filter(({ handoff }) => handoff?.toTeam === toTeam)
      draft.add(body, by, progress(meet('accept-handoff', ...issueTimers(theirs)), 'handed off'))
      return
    }
    case 'decline-handoff': {
      const { toTeam } = requireHandoff(state, by)
      // A refusal in time is an answer in time: what the receiving team owes is an answer, not a yes.
      const body = { type: 'handoff-declined', team: toTeam, reason: action.reason } as const
      draft.add(body, by, progress(meet('accept-handoff')))
      return
    }
    case 'pause': {
      if (state.paused !== undefined) throw forbidden(state, 'pause')
      draft.add(
        { type: 'paused', reason: action.reason },
        by,
        changePausable(policy, state, timers.paused, now),
      )
      return
    }
    case 'resume': {
      if (state.paused === undefined) throw forbidden(state, 'resume')
      draft.add({ type: 'resumed' }, by, changePausable(policy, state, timers.resumed, now))
      return
    }
    case 'resolve': {
      const { summary, redress, rootCause, outcome } = action
      const issues = issueOutcomes(state, action.issues ?? [], policy)
      const ended = [
        ...meet('acknowledge', 'resolve', 'next-reply', 'statutory', 'reply-window'),
        ...drop('accept-handoff', 'idle', ...issueTimers(state.issues)),
      ]
      draft.add({ type: 'resolved', summary, redress, rootCause, outcome, issues }, by, [
        ...ended,
        // A pause ends with the answer, for what waits for somebody to agree, too.
        ...changePausable(policy, state, timers.resumed, now).filter(
          ({ name }) => !ended.some((timer) => timer.name === name),
        ),
        ...startIfAny(policy, governedOf(state), 'follow-up', draft.nextSeq, now),
      ])
      if (redress !== undefined) proposeRedress(draft, redress, by, context)
      tellOfResolution(draft, context)
      return
    }
    case 'propose-redress':
      proposeRedress(draft, action.redress, by, context)
      return
    case 'approve-redress': {
      const item = redressMeant(undecidedRedress(state), action.id, 'approved or refused')
      const redress = redressOf(item)
      if (item.proposedBy === by.id) {
        throw new Refusal('not-allowed', `${by.id} proposed it: somebody else has to approve it`)
      }
      if (!mayApprove(policy, state.team, by.id, redress, givenIn(state, item.currency ?? ''))) {
        throw new Refusal(
          'not-allowed',
          `It is above what ${by.id} may approve; ask ${approverFor(policy, state, item) ?? policy.dutyManager}`,
        )
      }
      const decided = undecidedRedress(state).length > 1 ? [] : meet('approve-redress')
      draft.add({ type: 'redress-approved', id: item.id, redress }, by, decided)
      return
    }
    case 'refuse-redress': {
      const { id } = redressMeant(undecidedRedress(state), action.id, 'approved or refused')
      const decided = undecidedRedress(state).length > 1 ? [] : meet('approve-redress')
      draft.add({ type: 'redress-refused', id, reason: action.reason }, by, decided)
      return
    }
    case 'pay-redress': {
      const item = redressMeant(unpaidRedress(state), action.id, 'paid')
      const { reference } = action
      draft.add({ type: 'redress-paid', id: item.id, redress: redressOf(item), reference }, by)
      return
    }
    case 'close': {
      const owed = againstClosing(state)
      if (owed !== undefined) throw new Refusal('forbidden-by-state', owed)
      close(draft, state, by, context)
      return
    }
    case 'reopen': {
      const governed = { rule: state.rule, reopened: { formerOwner: state.owner } }
      const stage = ruleOf(policy, state).reopened
      const started = ON_RECEIPT.filter(
        (name) =>
          (name === 'acknowledge' || name === 'resolve' || stage?.timers[name] !== undefined) &&
          timerSpec(policy, governed, name)?.from !== 'acknowledgement',
      )
      const owner = stage?.differentOwner === true ? { owner: otherOwner(policy, state) } : {}
      const open: Complaint = { ...state, ...governed, stage: 'reopened', reopenedAt: now }
      const statutory =
        stage?.timers.statutory === undefined ? statutoryAgain(open, policy, draft.nextSeq, now) : undefined
      draft.add({ type: 'reopened', reason: action.reason, ...owner }, by, [
        ...drop('follow-up'),
        ...started.flatMap((name) => startIfAny(policy, governed, name, draft.nextSeq, now)),
        ...(statutory === undefined ? [] : [statutory]),
        // What waits for somebody to agree does so still; while the complaint was over, nobody was called for it.
        ...(isOver(state) && repliesIn(state, 'waiting').length > 0
          ? startIfAny(policy, governed, 'approve-reply', draft.nextSeq, now)
          : []),
        ...(isOver(state) && undecidedRedress(state).length > 0
          ? startIfAny(policy, governed, 'approve-redress', draft.nextSeq, now)
          : []),
        ...state.promises
          .filter(({ id, state: promised }) => promised === 'open' && !runs(state, `promise:${id}`))
          .flatMap(({ id, madeAt, dueAt }) =>
            startIfAny(policy, governed, `promise:${id}`, draft.nextSeq, madeAt, dueAt),
          ),
      ])
      return
    }
    case 'withdraw':
      if (hasOpenPromise(state)) {
        throw new Refusal(
          'forbidden-by-state',
          'A promise to the customer is open: keep it, or say why it will not be kept, first',
        )
      }
      draft.add({ type: 'withdrawn', reason: action.reason }, by, endAll(state))
      return
    case 'note':
      draft.add({ type: 'noted', text: action.text }, by, isOpen(state) ? progress() : [])
      return
    case 'record-customer-reply': {
      const { text, needsAnswer: needs = needsAnswer(text) } = action
      hear(draft, state, { type: 'customer-replied', text, needsAnswer: needs }, by, context)
      return
    }
    case 'link': {
      if (action.to === state.id) throw new Refusal('invalid', 'A complaint cannot be linked to itself', 'to')
      if (unkeptPromises(state).length > 0) {
        throw new Refusal(
          'forbidden-by-state',
          'A promise to the customer is not kept: keep it first, or make it on the other complaint',
        )
      }
      draft.add({ type: 'merged', into: action.to, reason: action.reason }, by, endAll(state))
      return
    }
    case 'unlink': {
      const { contact, reason, to } = action
      if (state.contacts.length === 0)
        throw new Refusal('forbidden-by-state', 'No message has joined this complaint')
      if (!state.contacts.some(({ id }) => id === contact)) {
        const known = state.contacts.map(({ id }) => id).join(', ') || 'none'
        throw new Refusal('invalid', `No message joined as "${contact}"; those that did: ${known}`, 'contact')
      }
      if (to === undefined) throw new Error('Whoever unlinks a message says which complaint it is in then')
      draft.add({ type: 'unlinked', contact, to, reason }, by)
      return
    }
    case 'group':
      if (state.incident === action.incident)
        throw new Refusal('forbidden-by-state', `It is in incident ${action.incident} already`)
      draft.add({ type: 'grouped', incident: action.incident }, by)
      return
    case 'ungroup':
      if (state.incident === undefined) throw forbidden(state, 'ungroup')
      draft.add({ type: 'ungrouped' }, by)
      return
    case 'change-severity': {
      const { severity, reason } = action
      if (severity === state.severity)
        throw new Refusal('forbidden-by-state', `Its severity is ${severity} already`)
      changeSeverity(draft, severity, reason, undefined, by, context)
      return
    }
    case 'add-issue':
      draft.add({ type: 'issue-added', id: `i${state.issues.length + 1}`, text: action.text }, by, progress())
      return
    case 'confirm-issues':
      if (!state.issues.some((issue) => issue.state === 'suggested')) throw forbidden(state, action.type)
      draft.add({ type: 'issues-confirmed' }, by, progress())
      return
    case 'answer-issue': {
      const { id } = issueMeant(state, action.id, 'id')
      // Who answers it has taken it on.
      const body = { type: 'issue-answered', id, answer: action.answer } as const
      draft.add(body, by, progress(meet(`accept-handoff:${id}`)))
      return
    }
    case 'decline-issue': {
      const { id } = issueMeant(state, action.id, 'id')
      const body = { type: 'issue-declined', id, reason: action.reason } as const
      draft.add(body, by, progress(meet(`accept-handoff:${id}`)))
      return
    }
    case 'hand-off-issue': {
      const { toTeam, reason } = action
      const { id, handoff } = issueMeant(state, action.id, 'id')
      if (handoff !== undefined) {
        throw new Refusal(
          'forbidden-by-state',
          `Issue ${id} is with ${handoff.toTeam}, or asked of them, already`,
        )
      }
      if (teamOf(policy, toTeam) === undefined) {
        const known = Object.keys(policy.teams).join(', ')
        throw new Refusal('invalid', `There is no team "${toTeam}"; teams: ${known}`, 'toTeam')
      }
      if (toTeam === state.team) {
        throw new Refusal('invalid', `${toTeam} has this complaint already; name another team`, 'toTeam')
      }
      const clock = startIfAny(policy, state, `accept-handoff:${id}`, draft.nextSeq, now)
      draft.add({ type: 'issue-handoff-requested', id, toTeam, reason }, by, progress(clock))
      return
    }
    case 'accept-issue': {
      const { id, handoff } = handedIssue(askedIssues(state), action.id, by, 'waits for a team')
      const person = personFor(policy, handoff.toTeam, by, now)
      const body = { type: 'issue-handoff-accepted', id, team: handoff.toTeam, person } as const
      draft.add(body, by, progress(meet(`accept-handoff:${id}`)))
      return
    }
    case 'return-issue': {
      const handed = state.issues.filter(({ handoff }) => handoff !== undefined)
      const own = by.team === undefined || by.team === state.team
      const { id, handoff } = handedIssue(handed, action.id, own ? { id: by.id } : by, 'is with another team')
      const body = { type: 'issue-returned', id, team: handoff.toTeam, reason: action.reason } as const
      // A refusal in time is an answer in time, as with a handoff.
      draft.add(body, by, progress(meet(`accept-handoff:${id}`)))
      return
    }
    case 'reply':
      if (owesAcknowledgement(state)) {
        // Who answers has told the customer that the complaint has arrived.
        act(draft, state, { type: 'acknowledge' }, by, context)
        act(draft, draft.state as Complaint, action, by, context)
        return
      }
      draft.add(
        { type: 'replied', text: action.text },
        by,
        isOpen(state)
          ? progress(meet('acknowledge', 'next-reply', 'reply-window'))
          : silentAgain(draft, state, { ...state, repliedAt: now }, context),
      )
      return
    case 'draft-reply': {
      const { text, recent = [] } = action
      const open = state.message.public && action.private !== true
      const to = destinationOf(state, open)
      const writing = { text, public: open, channel: channelOf(state, to), to }
      const judged = action.judged ?? judge(state, policy, writing, now, recent)
      const id = `o${draft.nextSeq}`
      draft.add({ type: 'reply-drafted', id, ...writing, ...judged }, by, isOpen(state) ? progress() : [])
      if (judged.outcome === 'pass') submit(draft, id, by, context)
      return
    }
    case 'send-reply': {
      const reply = replyMeant(state, ['held'], action.id, 'held back')
      const findings = judgeAgain(state, policy, reply, now)
      const rules = action.rules ?? [...new Set(findings.map(({ rule }) => rule))]
      const blocked = findings.filter(({ effect }) => effect === 'block')
      if (action.rules === undefined && blocked.length > 0 && action.reason === undefined) {
        throw new Refusal(
          'invalid',
          `The policy blocks it (${[...new Set(blocked.map(({ rule }) => rule))].join(', ')}): write another, or say why it is to go out all the same`,
          'reason',
        )
      }
      if (rules.length > 0) {
        draft.add({ type: 'guard-overridden', id: reply.id, rules, reason: action.reason }, by)
      }
      submit(draft, reply.id, by, context)
      return
    }
    case 'approve-reply': {
      const reply = replyMeant(state, ['waiting'], action.id, 'waiting')
      requireApprover(policy, state, reply, by)
      const changed = [
        ...endOfWaiting(state, meet),
        ...silentAgain(draft, state, withReply(state, { ...reply, state: 'sending' }), context),
      ]
      draft.add({ type: 'reply-approved', id: reply.id }, by, changed)
      draft.add({ type: 'reply-released', id: reply.id }, by)
      return
    }
    case 'refuse-reply': {
      const reply = replyMeant(state, ['waiting'], action.id, 'waiting')
      requireApprover(policy, state, reply, by)
      const body = { type: 'reply-refused', id: reply.id, reason: action.reason } as const
      draft.add(body, by, [
        ...endOfWaiting(state, meet),
        ...silentAgain(draft, state, withReply(state, { ...reply, state: 'refused' }), context),
      ])
      return
    }
    case 'discard-reply': {
      const reply = replyMeant(state, DISCARDABLE, action.id, 'held back, waiting or failed')
      const changed = [
        ...(reply.state === 'waiting' ? endOfWaiting(state, drop) : []),
        ...silentAgain(draft, state, withReply(state, { ...reply, state: 'discarded' }), context),
      ]
      draft.add({ type: 'reply-discarded', id: reply.id, reason: action.reason }, by, changed)
      return
    }
    case 'ask-contact': {
      const rules = policy.replies?.contact
      if (rules === undefined) {
        throw new Refusal(
          'forbidden-by-state',
          'The policy has no words to ask with: give it replies.contact',
        )
      }
      if (!lacksContact(state)) throw forbidden(state, 'ask-contact')
      const open = state.message.public && action.private !== true
      const id = `k${draft.nextSeq}`
      const expiresAt = addSeconds(now, rules.expiresAfterDays * 86_400)
      draft.add({ type: 'contact-asked', id, private: !open, expiresAt }, by, isOpen(state) ? progress() : [])
      write(draft, { text: rules.text, public: open, purpose: 'contact', about: id }, by)
      return
    }
    case 'confirm-identity': {
      const given = unmatched(state)
      if (given.length === 0) throw forbidden(state, action.type)
      const [meant, another] = given.filter(({ id }) => action.id === undefined || id === action.id)
      if (meant === undefined || another !== undefined) {
        const known = given.map(({ id }) => id).join(', ')
        throw new Refusal('invalid', `Say which address is meant; given were: ${known}`, 'id')
      }
      const { reason } = action
      const id = state.contact?.ask ?? ''
      draft.add({ type: 'identity-matched', id, given: meant.id, by: 'person', reason }, by)
      return
    }
    case 'promise': {
      const { text, due: dueAt, to, worth } = action
      if (dueAt <= now) throw new Refusal('invalid', `A promise is due after now, which is ${now}`, 'due')
      const id = `p${draft.nextSeq}`
      const made = startIfAny(policy, state, `promise:${id}`, draft.nextSeq, now, dueAt)
      const body = { type: 'promised', id, text, dueAt, to, worth } as const
      draft.add(body, by, isOpen(state) ? progress(made) : made)
      return
    }
    case 'keep-promise': {
      const { id } = promiseMeant(state, action.id)
      const kept = meet(`promise:${id}`)
      const body = { type: 'promise-kept', id, evidence: action.evidence } as const
      draft.add(body, by, isOpen(state) ? progress(kept) : kept)
      return
    }
    case 'break-promise': {
      const open = state.promises.filter((promise) => promise.state === 'open')
      if (open.length === 0) throw new Refusal('forbidden-by-state', 'No promise is open')
      const { id } = promiseMeant({ ...state, promises: open }, action.id)
      const body = { type: 'promise-broken', id, reason: action.reason } as const
      const ended = drop(`promise:${id}`)
      draft.add(body, by, isOpen(state) ? progress(ended) : ended)
      return
    }
  }
}

/** A reply goes out, unless somebody has to agree first. */
function submit(draft: Draft, id: string, by: Actor, { policy, now }: Context): void {
  const state = draft.state as Complaint
  const reply = state.replies.find((candidate) => candidate.id === id) as Reply
  const approver = approverOf(policy, { ...reply, overridden: reply.overriddenBy !== undefined })
  if (approver === undefined) {
    draft.add({ type: 'reply-released', id }, by)
    return
  }
  // One that was missed for a reply that was thrown away stays on record, and nobody is called by it any more.
  const isTimed = repliesIn(state, 'waiting').length > 0 && runs(state, 'approve-reply')
  const clock = isTimed ? [] : startIfAny(policy, state, 'approve-reply', draft.nextSeq, now)
  draft.add({ type: 'reply-approval-asked', id, approver }, by, clock)
}

/** What we write in the policy's own words: nobody has to judge it. */
function write(
  draft: Draft,
  writing: {
    readonly text: string
    readonly public: boolean
    readonly purpose: ReplyPurpose
    readonly about?: string
  },
  by: Actor,
): void {
  const state = draft.state as Complaint
  const id = `o${draft.nextSeq}`
  const to = destinationOf(state, writing.public)
  draft.add(
    {
      type: 'reply-drafted',
      id,
      ...writing,
      to,
      channel: channelOf(state, to),
      outcome: 'pass',
      findings: [],
    },
    by,
  )
  draft.add({ type: 'reply-released', id }, by)
}

/** Once resolved, the customer is asked what they think of it, and a public thread is told where we wrote in private. */
function tellOfResolution(draft: Draft, { policy }: Context): void {
  const { message, contact } = draft.state as Complaint
  const notice = policy.replies?.notices?.resolved
  if (notice !== undefined && message.public && contact?.told === true) {
    write(draft, { text: notice, public: true, purpose: 'notice' }, CLOCK)
  }
  if (policy.survey === undefined) return
  const id = `s${draft.nextSeq}`
  draft.add({ type: 'survey-asked', id }, CLOCK)
  write(draft, { text: policy.survey.text, public: false, purpose: 'survey', about: id }, CLOCK)
}

/** The reply that is meant: of those in these states the one of that id, or without an id the only one. */
function replyMeant(
  state: Complaint,
  states: readonly Reply['state'][],
  id: string | undefined,
  what: string,
): Reply {
  const found = repliesIn(state, ...states)
  const gone = state.replies.find((reply) => reply.id === id && !states.includes(reply.state))
  if (gone !== undefined) {
    throw new Refusal('stale', `That reply is ${gone.state} by now. Look at it again before you act`)
  }
  if (found.length === 0) throw new Refusal('forbidden-by-state', `No reply is ${what}`)
  const meant = found.filter((reply) => id === undefined || reply.id === id)
  const [reply] = meant
  if (reply === undefined || meant.length > 1) {
    const known = found.map((candidate) => candidate.id).join(', ')
    throw new Refusal('invalid', `Say which reply is meant; ${what}: ${known}`, 'id')
  }
  return reply
}

function requireApprover(policy: Policy, state: Complaint, reply: Reply, by: Actor): void {
  if (reply.draftedBy === by.id) {
    throw new Refusal('not-allowed', `${by.id} wrote it: somebody else has to agree`)
  }
  if (!mayAgree(policy, state.team, by.id, reply.approver ?? 'colleague')) {
    throw new Refusal(
      'not-allowed',
      `The policy wants the ${reply.approver} to agree; ask ${askToAgree(policy, state, reply) ?? policy.dutyManager}`,
    )
  }
}

/** The clock of what waits for agreement stops with the last. */
const endOfWaiting = (state: Complaint, end: (name: TimerName) => Timer[]): Timer[] =>
  repliesIn(state, 'waiting').length > 1 ? [] : end('approve-reply')

/**
 * What a platform says of a reply. An answer meets what waits for one once the customer has it: when the platform says
 * so, or where it never does, when it has taken it. Old news changes nothing.
 */
function recordReply(
  draft: Draft,
  before: Complaint,
  command: Command & { type: 'record-sent' | 'record-delivered' | 'record-failed' },
  context: Context,
): void {
  const { id, by } = command
  const reply = before.replies.find((candidate) => candidate.id === id)
  if (reply === undefined) return
  if (command.type === 'record-failed') {
    const cameBack = reply.state === 'delivered' && command.cameBack === true
    if (!cameBack && reply.state !== 'sending' && reply.state !== 'sent') return
    const { policy, now } = context
    const { drop } = clocksOf(draft, before, context)
    // Who has not heard from us is not silent.
    const deaf = undelivered(withReply(before, { ...reply, state: 'failed' })) !== undefined
    const silence = before.stage === 'resolved' && deaf ? drop('follow-up') : []
    const waits = wasOurAnswer(before, reply) && beginsToWait(before)
    const wait = waits ? startIfAny(policy, before, 'next-reply', draft.nextSeq, now) : []
    draft.add({ type: 'reply-failed', id, reason: command.reason }, by, [...silence, ...wait])
    return
  }
  const isNews =
    command.type === 'record-sent'
      ? reply.state === 'sending'
      : reply.state === 'sending' || reply.state === 'sent' || reply.state === 'failed'
  if (!isNews) return
  const body: EventBody =
    command.type === 'record-sent'
      ? {
          type: 'reply-sent',
          id,
          platform: command.platform,
          reference: command.reference,
          reports: command.reports,
        }
      : { type: 'reply-delivered', id }
  if (!isAnswer(reply) || (body.type === 'reply-sent' && body.reports)) {
    draft.add(body, by)
    return
  }
  if (owesAcknowledgement(before)) {
    // Whoever answers has told the customer that the complaint has arrived.
    act(draft, before, { type: 'acknowledge' }, { id: reply.draftedBy }, context)
  }
  const state = draft.state as Complaint
  draft.add(body, by, afterAnswer(draft, state, reply, context))
  const { message, contact } = draft.state as Complaint
  const notice = context.policy.replies?.notices?.inPrivate
  if (notice !== undefined && message.public && reply.to === 'contact' && contact?.told !== true) {
    write(draft, { text: notice, public: true, purpose: 'notice' }, CLOCK)
  }
}

function afterAnswer(draft: Draft, state: Complaint, reply: Reply, context: Context): Timer[] {
  const { policy, now } = context
  const { progress, meet } = clocksOf(draft, state, context)
  if (!isOpen(state)) {
    return silentAgain(draft, state, withReply(state, { ...reply, state: 'delivered' }), context)
  }
  const { unansweredAt } = state
  if (!isOvertaken(state, reply) || unansweredAt === undefined) {
    return progress(meet('acknowledge', 'next-reply', 'reply-window'))
  }
  const spec = timerSpec(policy, state, 'next-reply')
  if (spec === undefined) return progress(meet('acknowledge'))
  // From when they wrote; the clocks may have stood since.
  const next = timers.start(policy, spec, 'next-reply', draft.nextSeq, unansweredAt)
  return progress([...meet('acknowledge'), recounted(next, state, policy, spec, now)])
}

/** The same with one of its replies as it is about to be. */
const withReply = (state: Complaint, reply: Reply): Complaint => ({
  ...state,
  replies: state.replies.map((one) => (one.id === reply.id ? reply : one)),
})

/**
 * What is resolved waits for silence from when the customer gets our answer, or somebody has said that it is to be left
 * at that: until then they could not object.
 *
 * @param after the state as it is about to be.
 */
function silentAgain(draft: Draft, state: Complaint, after: Complaint, { policy, now }: Context): Timer[] {
  if (state.stage !== 'resolved' || runs(state, 'follow-up')) return []
  if (unheard(after) !== undefined) return []
  if (state.followUpDue === true && unheard(state) === undefined) return []
  return startIfAny(policy, state, 'follow-up', draft.nextSeq, now)
}

/** The customer says where to write to in private. Whoever could have filled in the form shows by a code who they are. */
function giveContact(
  draft: Draft,
  state: Complaint,
  { id, email, phone, consent, code, by }: Command & { type: 'give-contact' },
  context: Context,
): void {
  const { policy, now } = context
  if (email === undefined && phone === undefined) {
    throw new Refusal('invalid', 'An address or a number is missing', 'email')
  }
  const form = formOf(state, id, now)
  const isSame = (other: { email?: string | undefined; phone?: string | undefined }): boolean =>
    isAgain(other.email, email) && isAgain(other.phone, phone)
  // Sent twice, or by somebody who knows what another entered and gets their code: it proves nothing about them.
  if (form === 'open' || form === 'full') {
    const { contact } = state
    if (contact?.given.some(isSame) || (contact?.matched !== undefined && isSame(contact))) return
  }
  if (form !== 'open') throw new Refusal(form === 'replaced' ? 'stale' : 'forbidden-by-state', CLOSED[form])
  const known = { type: 'contact-given', id, email, phone, consent } as const
  if (state.contact?.private !== true) {
    // It may be anybody's: no clock and no pause heeds it.
    draft.add({ ...known, code }, by)
    return
  }
  draft.add(known, by, beginsToWait(state) ? startIfAny(policy, state, 'next-reply', draft.nextSeq, now) : [])
  if (state.paused !== undefined) act(draft, draft.state as Complaint, { type: 'resume' }, by, context)
}

/** Whether somebody says the same once more; what two said that was erased may have been anything. */
const isAgain = (before: string | undefined, now: string | undefined): boolean =>
  before === now && now !== ERASED

/** Why a form takes nothing. */
const CLOSED: Readonly<Record<Exclude<Form, 'open'>, string>> = {
  replaced: 'This form is no longer in use: please use the newest one that we sent',
  over: 'This form is no longer in use: the complaint is closed',
  used: 'This form has been filled in already',
  expired: 'This form has expired: please ask for another',
  full: 'This form has been filled in too often: please ask for another',
}

/** The given address whose code the complainant has written; codes are for them alone to write. */
function provenBy({ contact, message: first }: Complaint, message: Message): GivenContact | undefined {
  if (contact === undefined || contact.matched !== undefined) return undefined
  if (message.source !== first.source || message.author.id !== first.author.id) return undefined
  return contact.given.find(({ code }) => carriesCode(message.text, code))
}

/** Where a policy that asked nobody has come to hold meanwhile. */
const SURVEY_BOUNDS = { unhappyUpTo: 2, happyFrom: 4 }

/**
 * An unhappy customer has the complaint open again, whenever they say so and whichever question of ours they answer; a
 * happy one closes it.
 */
function answerSurvey(
  draft: Draft,
  state: Complaint,
  { id, score, text, by }: Command & { type: 'answer-survey' },
  context: Context,
): void {
  const { survey } = state
  if (survey === undefined) throw new Refusal('stale', 'We have not asked about this complaint yet')
  if (isOpen(state)) {
    throw new Refusal('forbidden-by-state', 'It is open again already, and somebody is looking at it')
  }
  const { unhappyUpTo, happyFrom } = context.policy.survey ?? SURVEY_BOUNDS
  const unhappy = score <= unhappyUpTo
  const newest = survey.id === id
  if (!newest && !unhappy) {
    throw new Refusal('stale', 'We have asked anew since: please answer the newest question that we sent')
  }
  // The same again changes nothing: forms are sent twice.
  if (newest && !unhappy && survey.score === score && isAgain(survey.text, text)) return
  draft.add({ type: 'survey-answered', id, score, text }, by)
  const after = draft.state as Complaint
  if (unhappy) {
    act(draft, after, { type: 'reopen', reason: 'the customer says that it is not solved' }, by, context)
  } else if (score >= happyFrom && after.stage === 'resolved' && againstClosing(after) === undefined) {
    close(draft, after, by, context)
  }
}

/** Whoever complained has written the code of what they gave: that address is theirs. */
function matchIdentity(draft: Draft, proven: GivenContact | undefined, by: Actor): void {
  const ask = draft.state?.contact?.ask
  if (proven === undefined || ask === undefined) return
  draft.add({ type: 'identity-matched', id: ask, given: proven.id, by: 'code' }, by)
}

/** The issue that is meant and with whom it is: the one of that id, or without an id the only one of the actor's team. */
function handedIssue(
  found: readonly Issue[],
  id: string | undefined,
  { team }: Actor,
  what: string,
): { id: string; handoff: IssueHandoff } {
  const handed = found.flatMap(({ id: its, handoff }) =>
    handoff === undefined ? [] : [{ id: its, handoff }],
  )
  if (handed.length === 0) throw new Refusal('forbidden-by-state', `No issue ${what}`)
  const named = handed.filter((issue) => id === undefined || issue.id === id)
  const theirs = named.filter(({ handoff }) => team === undefined || team === handoff.toTeam)
  const [issue] = theirs
  if (issue !== undefined && theirs.length === 1) return issue
  if (named.length > 0 && theirs.length === 0) {
    const asked = named.map((one) => one.handoff.toTeam).join(', ')
    throw new Refusal('not-allowed', `It asks ${asked}; somebody of that team has to answer`)
  }
  const known = handed.map((one) => one.id).join(', ')
  throw new Refusal('invalid', `Say which issue is meant; what ${what}: ${known}`, 'id')
}

const governedOf = ({ rule, reopened }: Complaint): Governed =>
  reopened === undefined ? { rule } : { rule, reopened }

const runs = (state: Complaint, name: TimerName): boolean =>
  state.timers.some((timer) => timer.name === name && isUnmet(timer))

/**
 * Whether a customer who writes now begins to wait for the next reply. One that was missed before the complaint was
 * withdrawn stays on record, and is waited for no longer.
 */
const beginsToWait = (state: Complaint): boolean =>
  isOpen(state) &&
  !owesAcknowledgement(state) &&
  !(state.waitingSince !== undefined && runs(state, 'next-reply'))

/**
 * The customer writes again. A bare thanks changes no clock and no stage. Anything else wants an answer: it reopens what
 * was over or resolved, ends a pause whatever that waited for, renews its channel's reply window, and starts the clock
 * of the next reply, unless the customer waits already, for an answer or for the acknowledgement.
 */
function hear(
  draft: Draft,
  state: Complaint,
  body: EventBody & { readonly type: 'customer-replied' | 'linked' },
  by: Actor,
  context: Context,
): void {
  const { policy, now } = context
  if (!body.needsAnswer) {
    draft.add(body, by)
    return
  }
  const start = (name: TimerName) => startIfAny(policy, state, name, draft.nextSeq, now)
  const window = isOnChannel(state, body.message) ? start('reply-window') : []
  draft.add(body, by, [...window, ...(beginsToWait(state) ? start('next-reply') : [])])
  const after = draft.state as Complaint
  if (!isOpen(after)) act(draft, after, { type: 'reopen', reason: 'the customer wrote again' }, by, context)
  else if (after.paused !== undefined) act(draft, after, { type: 'resume' }, by, context)
}

/**
 * A message joins the complaint: as the customer's reply where it answers what we said, or comes after we had called it
 * answered; or else as a repeat contact. Who has to come back about the same thing raises it; who adds a line to what
 * they have just written does not, nor does a bare thanks.
 */
function join(draft: Draft, state: Complaint, command: Command & { type: 'join' }, context: Context): void {
  const { message, tie, rule, triage, from, by, issues: more = [] } = command
  const { text, ...where } = message
  const proven =
    command.proves === undefined
      ? provenBy(state, message)
      : state.contact?.given.find(({ id }) => id === command.proves)
  // Whoever writes the code and no more, after the resolution, has done what we asked, and asks nothing.
  const asks = proven === undefined || isOpen(state) || !isCodeAlone(text, proven.code)
  // What nobody has answered yet wants an answer, whatever the words that come with it.
  const needs = (command.needsAnswer ?? (asks && needsAnswer(text))) || more.length > 0
  const contact = `c${draft.nextSeq}`
  const { raiseAfterMinutes, raiseUpTo } = linkingOf(context.policy)
  const answersUs = state.repliedAt !== undefined && (tie === 'reply' || tie === 'conversation')
  if (from === undefined && (answersUs || !isOpen(state))) {
    const body = {
      type: 'customer-replied',
      text,
      needsAnswer: needs,
      contact,
      message: where,
      rule,
    } as const
    hear(draft, state, body, by, context)
    matchIdentity(draft, proven, by)
    weigh(draft, triage, undefined, by, context)
    return
  }
  // Whoever writes their code does not come back about it: we asked them to.
  const raises =
    needs && proven === undefined && addSeconds(lastContactAt(state), raiseAfterMinutes * 60) <= context.now
  hear(
    draft,
    state,
    { type: 'linked', contact, message, rule, needsAnswer: needs, raises, from },
    by,
    context,
  )
  matchIdentity(draft, proven, by)
  for (const issue of more) {
    const id = `i${(draft.state as Complaint).issues.length + 1}`
    draft.add({ type: 'issue-added', id, text: issue }, by)
  }
  weigh(draft, triage, raises ? raiseUpTo : undefined, by, context)
}

/** What a further message changes about the severity: by what it says, and by its coming at all. */
function weigh(
  draft: Draft,
  triage: Triage | undefined,
  raiseUpTo: Severity | undefined,
  by: Actor,
  context: Context,
): void {
  const { severity, contactCount } = draft.state as Complaint
  const raised = raiseUpTo === undefined ? severity : oneWorse(severity, raiseUpTo)
  const to = worse(raised, triage?.severity)
  if (to === undefined || to === severity) return
  const reason =
    raised === to ? `contacted ${contactCount + 1} times about it` : 'what the customer wrote now'
  changeSeverity(draft, to, reason, triage?.signals.length === 0 ? undefined : triage?.signals, by, context)
}

/** Another severity may mean another rule; its timers are then counted as if it had held from the start. */
function changeSeverity(
  draft: Draft,
  to: Severity,
  reason: string,
  signals: readonly Signal[] | undefined,
  by: Actor,
  { policy, now }: Context,
): void {
  const state = draft.state as Complaint
  const rule = ruleFor(policy, { ...state.message, severity: to }).name
  const changed =
    rule === state.rule ? [] : movedTimers({ ...state, severity: to, rule }, policy, draft.nextSeq, now)
  const from = state.severity
  draft.add({ type: 'severity-changed', from, to, reason, signals, rule }, by, changed)
}

/** The issue of that id, if it waits for an answer. */
function issueMeant(state: Complaint, id: string, field: string): Issue {
  const waiting = unansweredIssues(state)
  const meant = waiting.find((issue) => issue.id === id)
  if (meant !== undefined) return meant
  if (waiting.length === 0) throw new Refusal('forbidden-by-state', 'No issue waits for an answer')
  const known = waiting.map((issue) => issue.id).join(', ')
  throw new Refusal('invalid', `No issue "${id}" waits for an answer; those that do: ${known}`, field)
}

/** How every issue that still waits ends with the resolution; refuses while one that needs its own answer has none. */
function issueOutcomes(
  state: Complaint,
  given: readonly IssueOutcome[],
  policy: Policy,
): readonly IssueOutcome[] | undefined {
  for (const { id } of given) issueMeant(state, id, 'issues')
  const rest = unansweredIssues(state).filter((issue) => !given.some(({ id }) => id === issue.id))
  const lacking = rest.filter((issue) => issue.state === 'open' || policy.mustAnswer === 'all')
  if (lacking.length > 0) {
    throw new Refusal(
      'forbidden-by-state',
      `Each issue needs an answer, or a reason why it is declined; without one: ${lacking.map(({ id }) => id).join(', ')}`,
    )
  }
  const outcomes = [...given, ...rest.map(({ id }) => ({ id }))]
  return outcomes.length === 0 ? undefined : outcomes
}

/**
 * Redress is approved in the same breath where the proposer may approve all that the complaint is given; it waits for
 * somebody else where not.
 */
function proposeRedress(draft: Draft, redress: Redress, by: Actor, { policy, now }: Context): void {
  const state = draft.state as Complaint
  const { amount = 0, currency = '' } = redress
  const limits = limitsFor(policy, redress)
  if (limits === 'unknown') {
    const known = Object.keys(policy.redress?.limits ?? {}).join(', ')
    throw new Refusal('invalid', `The policy has no limits for ${currency}; currencies: ${known}`, 'redress')
  }
  const total = givenIn(state, currency) + amount
  if (limits !== undefined && total > limits['duty-manager']) {
    throw new Refusal(
      'not-allowed',
      `Nobody may approve more than ${limits['duty-manager']} minor units of ${currency} for one complaint`,
      'redress',
    )
  }
  const id = `r${draft.nextSeq}`
  const alone = mayApprove(policy, state.team, by.id, redress, total)
  const waits = !alone && !runs(state, 'approve-redress')
  draft.add(
    { type: 'redress-proposed', id, redress },
    by,
    waits ? startIfAny(policy, state, 'approve-redress', draft.nextSeq, now) : [],
  )
  if (alone) draft.add({ type: 'redress-approved', id, redress, alone }, by)
}

/** The redress that is meant: the one of that id, or without an id the only one that waits. */
function redressMeant(waiting: readonly RedressItem[], id: string | undefined, what: string): RedressItem {
  if (waiting.length === 0) throw new Refusal('forbidden-by-state', `No redress waits to be ${what}`)
  const meant = waiting.filter((item) => id === undefined || item.id === id)
  const [item] = meant
  if (item === undefined || meant.length > 1) {
    const known = waiting.map((candidate) => candidate.id).join(', ')
    throw new Refusal('invalid', `Say which redress is meant; waiting to be ${what}: ${known}`, 'id')
  }
  return item
}

/** The promise that is meant: the one of that id, or without an id the only one that is open, or else broken. */
function promiseMeant(state: Complaint, id: string | undefined): Promised {
  const unkept = unkeptPromises(state)
  if (unkept.length === 0) {
    throw new Refusal('forbidden-by-state', 'There is no promise to keep: none was made, or all are kept')
  }
  const open = unkept.filter((promise) => promise.state === 'open')
  const meant =
    id === undefined ? (open.length > 0 ? open : unkept) : unkept.filter((promise) => promise.id === id)
  const [promise] = meant
  if (promise === undefined || meant.length > 1) {
    const known = unkept.map((candidate) => candidate.id).join(', ')
    throw new Refusal('invalid', `Say which promise is kept; not kept yet: ${known}`, 'id')
  }
  return promise
}

function repolicy(
  draft: Draft,
  state: Complaint,
  { to, by }: Command & { type: 'repolicy' },
  { now }: Context,
): void {
  const { policy: from } = state
  if (from.name === to.name && from.version === to.version) {
    throw new Refusal('forbidden-by-state', `The complaint is under ${to.name} v${to.version} already`)
  }
  for (const team of [state.team, state.handoff?.toTeam, ...issueTeams(state)]) {
    if (team !== undefined && teamOf(to, team) === undefined) {
      throw new Refusal(
        'invalid',
        `${to.name} v${to.version} has no team "${team}", which the complaint or an issue of it is with`,
        'to',
      )
    }
  }
  const ref = { name: to.name, version: to.version }
  const rule = ruleFor(to, { ...state.message, severity: state.severity }).name
  const changed = movedTimers({ ...state, policy: ref, rule }, to, draft.nextSeq, now)
  draft.add({ type: 'repolicied', from, to: ref, rule }, by, changed)
}

/** The timers whose ladders stand still once somebody acts. The others wait for one particular act. */
const STOPPED_BY_ACTION: ReadonlySet<TimerName> = new Set(['resolve', 'idle', 'next-reply'])

const isClimbing = (timer: Timer): boolean =>
  timer.state === 'breached' &&
  (timer.nextRungAt !== undefined || timer.remainingSeconds !== undefined || timer.owed.length > 0)

const isUnmet = (timer: Timer): boolean => timer.state !== 'met' && timer.state !== 'cancelled'

const endAll = (state: Complaint): Timer[] => state.timers.filter(isUnmet).map(timers.cancelled)

function close(draft: Draft, state: Complaint, by: Actor, { now }: Context): void {
  const ended = state.timers
    .filter(isUnmet)
    .map((timer) => (timer.name === 'follow-up' ? timers.met(timer, now) : timers.cancelled(timer)))
  draft.add({ type: 'closed' }, by, ended)
}

const changePausable = (
  policy: Policy,
  state: Complaint,
  change: typeof timers.paused,
  now: Instant,
): Timer[] =>
  state.timers.flatMap((timer) => {
    const spec = timerSpec(policy, state, timer.name)
    if (spec === undefined || !timers.isPausable(timer.name, spec)) return []
    const changed = change(timer, policy, spec, now)
    return changed === timer ? [] : [changed]
  })

function requireHandoff(state: Complaint, by: Actor): { toTeam: string } {
  if (state.handoff === undefined) {
    throw new Refusal(
      'forbidden-by-state',
      'There is no handoff to answer: nobody has asked, or it has been answered',
    )
  }
  const { toTeam } = state.handoff
  if (by.team !== undefined && by.team !== toTeam) {
    throw new Refusal('not-allowed', `The handoff asks ${toTeam}; somebody of ${toTeam} has to answer it`)
  }
  return { toTeam }
}

/** Who takes over a reopened complaint that its owner may not keep: the team's lead, or where that is them whoever is on call. */
function otherOwner(policy: Policy, { team: id, owner }: Complaint): string {
  const team = teamOf(policy, id)
  const other = [team?.lead, team?.onCall, policy.dutyManager].find((person) => person !== owner)
  if (other === undefined) throw new Error(`Policy ${policy.name} names nobody but ${owner} in ${id}`)
  return other
}

function wantDifferentOwner(policy: Policy, state: Complaint, owner: string, field?: string): void {
  if (owner !== barredOwner(policy, state)) return
  throw new Refusal(
    'not-allowed',
    `${owner} owned this complaint before it was reopened; the policy wants somebody else to look at it now`,
    field,
  )
}

/** The person who becomes owner through an actor: the actor, or for a tool that speaks for a team whoever is on duty. */
const personFor = (policy: Policy, team: string, by: Actor, now: Instant): string =>
  by.id.startsWith('token:') ? (onDuty(policy, team, now) ?? by.id) : by.id
