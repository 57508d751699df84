import {
  type Complaint,
  type Event,
  type EventBody,
  evolve,
  isOpen,
  type Message,
  owesAcknowledgement,
  type Promised,
  type Redress,
  type Stage,
  type Timer,
  type TimerName,
  unkeptPromises,
  type Worth,
} from './complaint.ts'
import type { Instant } from './instant.ts'
import {
  barredOwner,
  type Governed,
  type Policy,
  peopleAt,
  personOf,
  ruleFor,
  ruleOf,
  teamOf,
  timerSpec,
} from './policy.ts'
import { movedTimers, statutoryAgain } from './repolicy.ts'
import { needsAnswer } from './thanks.ts'
import * as timers from './timers.ts'

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
  | { readonly type: 'resolve'; readonly summary: string; readonly redress?: Redress | undefined }
  | { readonly type: 'close' }
  | { readonly type: 'reopen'; readonly reason: string }
  | { readonly type: 'withdraw'; readonly reason: string }
  | { readonly type: 'note'; readonly text: string }
  /** The customer has written again. */
  | { readonly type: 'record-customer-reply'; readonly text: string }
  /** We have answered the customer. */
  | { readonly type: 'reply'; readonly text: string }
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

export type ActionType = Action['type']

export type Command =
  | { readonly type: 'receive'; readonly id: string; readonly message: Message; readonly by: Actor }
  /** The clock says that time has passed; which timers that concerns, the state says. */
  | { readonly type: 'fire' }
  /** The workflow involves the next person on a ladder. */
  | { readonly type: 'escalate' }
  /** The workflow closes what nobody objected to. */
  | { readonly type: 'close-after-silence' }
  /** The complaint comes under another policy, or another version of its own. */
  | { readonly type: 'repolicy'; readonly to: Policy; readonly by: Actor }
  | (Action & {
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
  note: ALL,
  'record-customer-reply': ALL,
  reply: [...OPEN, 'resolved'],
  promise: [...OPEN, 'resolved'],
  'keep-promise': ALL,
}

/**
 * The `seq` of the fact that an action answers: the handoff for accepting or declining it, the stage for all else. A
 * button carries it, so that one pressed late, on a card of an earlier state, cannot act on a later one.
 */
export const expectedSeq = (complaint: Complaint, action: ActionType): number | undefined =>
  action === 'accept-handoff' || action === 'decline-handoff' ? complaint.handoff?.seq : complaint.stageSeq

/** The actions that the state allows now: what a card offers as buttons. */
export function allowedActions(complaint: Complaint): ActionType[] {
  return (Object.keys(ALLOWED_IN) as ActionType[]).filter((action) => {
    if (!ALLOWED_IN[action].includes(complaint.stage)) return false
    if (action === 'accept-handoff' || action === 'decline-handoff') return complaint.handoff !== undefined
    if (action === 'hand-off') return complaint.handoff === undefined
    if (action === 'pause') return complaint.paused === undefined
    if (action === 'resume') return complaint.paused !== undefined
    if (action === 'close') return !hasOpenPromise(complaint)
    if (action === 'keep-promise') return unkeptPromises(complaint).length > 0
    return true
  })
}

const hasOpenPromise = (complaint: Complaint): boolean =>
  complaint.promises.some(({ state }) => state === 'open')

/** Silence closes what is resolved and owes nothing: over a broken promise only a person may close, and answers for it. */
const maySilenceClose = (complaint: Complaint): boolean =>
  complaint.followUpDue === true && unkeptPromises(complaint).length === 0

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
    case 'fire':
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
  }
  const { type, by, expects } = command
  if (!ALLOWED_IN[type].includes(present.stage)) throw forbidden(present, type)
  if (expects !== undefined && expects !== expectedSeq(present, type)) {
    throw new Refusal(
      'stale',
      `The complaint has moved on: it is ${describe(present)}. Look at it again before you act`,
    )
  }
  act(draft, present, command, by, context)
  return draft.events
}

const describe = (complaint: Complaint): string =>
  `${complaint.stage}, owned by ${complaint.owner} in ${complaint.team}${complaint.paused ? ', paused' : ''}`

const forbidden = (complaint: Complaint, type: ActionType): Refusal =>
  new Refusal(
    'forbidden-by-state',
    `"${type}" is not possible: the complaint is ${describe(complaint)}; possible now: ${allowedActions(complaint).join(', ')}`,
  )

function receive(draft: Draft, command: Command & { type: 'receive' }, { policy, now }: Context): void {
  const { id, message, by } = command
  if (message.team !== undefined && teamOf(policy, message.team) === undefined) {
    throw new Refusal(
      'invalid',
      `There is no team "${message.team}"; teams: ${Object.keys(policy.teams).join(', ')}`,
      'team',
    )
  }
  const rule = ruleFor(policy, message)
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
      owner: team.onCall,
      policy: { name: policy.name, version: policy.version },
      rule: rule.name,
    },
    by,
    started,
  )
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
function escalate(draft: Draft, state: Complaint, { policy }: Context): void {
  const owing = nextOwed(state)
  if (owing === undefined) return
  const { timer, rung } = owing
  const spec = timerSpec(policy, state, timer.name)
  const ladder = spec && timers.ladderOf(policy, spec)
  if (ladder === undefined) throw new Error(`Timer "${timer.name}" owes an escalation without a ladder`)
  const { role, people } = peopleAt(policy, state, timer, ladder, rung.level)
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

function act(draft: Draft, state: Complaint, action: Action, by: Actor, context: Context): void {
  const { now, policy } = context
  /** Somebody acts: ladders stand still, and the time in which nothing happens begins anew. */
  const progress = (changed: readonly Timer[] = [], stage: Stage = state.stage): Timer[] => {
    const pursued = stage === 'acknowledged' || stage === 'handed off'
    const idle = pursued ? startIfAny(policy, state, 'idle', draft.nextSeq, now) : []
    const done = new Set([...changed, ...idle].map((timer) => timer.name))
    const quiet = state.timers.filter(
      (timer) => STOPPED_BY_ACTION.has(timer.name) && isClimbing(timer) && !done.has(timer.name),
    )
    return [...changed, ...idle, ...quiet.map(timers.silenced)]
  }
  const end = (names: readonly TimerName[], how: (timer: Timer) => Timer): Timer[] =>
    state.timers.filter((timer) => names.includes(timer.name) && isUnmet(timer)).map(how)
  const meet = (...names: TimerName[]) => end(names, (timer) => timers.met(timer, now))
  const drop = (...names: TimerName[]) => end(names, timers.cancelled)

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
      const owner = personFor(policy, state.team, by)
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
      const owner = personFor(policy, toTeam, by)
      wantDifferentOwner(policy, state, owner)
      const body = { type: 'handoff-accepted', team: toTeam, owner } as const
      draft.add(body, by, progress(meet('accept-handoff'), 'handed off'))
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
    case 'resolve':
      draft.add({ type: 'resolved', summary: action.summary, redress: action.redress }, by, [
        ...meet('acknowledge', 'resolve', 'next-reply', 'statutory', 'reply-window'),
        ...drop('accept-handoff', 'idle'),
        // A pause ends with the answer.
        ...startIfAny(policy, governedOf(state), 'follow-up', draft.nextSeq, now),
      ])
      return
    case 'close':
      if (hasOpenPromise(state)) {
        throw new Refusal(
          'forbidden-by-state',
          'A promise to the customer is open: keep it first, as it keeps the complaint open',
        )
      }
      close(draft, state, by, context)
      return
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
        ...state.promises
          .filter(({ id, state: promised }) => promised === 'open' && !runs(state, `promise:${id}`))
          .flatMap(({ id, madeAt, dueAt }) =>
            startIfAny(policy, governed, `promise:${id}`, draft.nextSeq, madeAt, dueAt),
          ),
      ])
      return
    }
    case 'withdraw':
      draft.add({ type: 'withdrawn', reason: action.reason }, by, endAll(state))
      return
    case 'note':
      draft.add({ type: 'noted', text: action.text }, by, isOpen(state) ? progress() : [])
      return
    case 'record-customer-reply':
      recordCustomerReply(draft, state, action.text, by, context)
      return
    case 'reply':
      if (owesAcknowledgement(state)) {
        // Who answers has told the customer that the complaint has arrived.
        act(draft, state, { type: 'acknowledge' }, by, context)
        act(draft, draft.state as Complaint, action, by, context)
        return
      }
      draft.add({ type: 'replied', text: action.text }, by, progress(meet('next-reply', 'reply-window')))
      return
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
  }
}

const governedOf = ({ rule, reopened }: Complaint): Governed =>
  reopened === undefined ? { rule } : { rule, reopened }

const runs = (state: Complaint, name: TimerName): boolean =>
  state.timers.some((timer) => timer.name === name && isUnmet(timer))

/**
 * The customer writes again. A bare thanks changes no clock and no stage. Anything else wants an answer: it reopens what
 * was over or resolved, ends a pause whatever that waited for, renews the channel's reply window, and starts the clock
 * of the next reply, unless the customer waits already, for an answer or for the acknowledgement.
 */
function recordCustomerReply(
  draft: Draft,
  state: Complaint,
  text: string,
  by: Actor,
  context: Context,
): void {
  const { policy, now } = context
  if (!needsAnswer(text)) {
    draft.add({ type: 'customer-replied', text, needsAnswer: false }, by)
    return
  }
  const start = (name: TimerName) => startIfAny(policy, state, name, draft.nextSeq, now)
  const waits = isOpen(state) && !owesAcknowledgement(state) && !runs(state, 'next-reply')
  draft.add({ type: 'customer-replied', text, needsAnswer: true }, by, [
    ...start('reply-window'),
    ...(waits ? start('next-reply') : []),
  ])
  const after = draft.state as Complaint
  if (!isOpen(after)) act(draft, after, { type: 'reopen', reason: 'the customer wrote again' }, by, context)
  else if (after.paused !== undefined) act(draft, after, { type: 'resume' }, by, context)
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
  for (const team of [state.team, state.handoff?.toTeam]) {
    if (team !== undefined && teamOf(to, team) === undefined) {
      throw new Refusal(
        'invalid',
        `${to.name} v${to.version} has no team "${team}", which the complaint is with`,
        'to',
      )
    }
  }
  const ref = { name: to.name, version: to.version }
  const rule = ruleFor(to, state.message).name
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

/** The person who becomes owner through an actor: the actor, or for a tool that speaks for a team its on-call person. */
const personFor = (policy: Policy, team: string, by: Actor): string =>
  by.id.startsWith('token:') ? (teamOf(policy, team)?.onCall ?? by.id) : by.id
