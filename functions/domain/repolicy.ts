import {
  askedIssues,
  type Complaint,
  isOpen,
  isOver,
  owesAcknowledgement,
  type Pause,
  repliesIn,
  TIMER_KINDS,
  type Timer,
  type TimerName,
  undecidedRedress,
  undelivered,
} from './complaint.ts'
import type { Instant } from './instant.ts'
import { type Policy, type TimerSpec, timerSpec } from './policy.ts'
import * as timers from './timers.ts'

/** Every timer that a policy may have, but promises', of which a complaint may have many. */
const KINDS = TIMER_KINDS.filter((kind) => kind !== 'promise')

/**
 * The timers that change when a complaint comes under other rules, as they stand after it. One that runs or is paused
 * becomes what those rules would have made of it from its own start, with the same pauses; what was met stays met and
 * what was breached stays breached; one that the rules do not have is cancelled; one that only they have starts when
 * what it waits for began.
 *
 * @param state the complaint, with its new policy and rule already in place.
 * @param generation `seq` of the event that moves it.
 */
export function movedTimers(state: Complaint, policy: Policy, generation: number, now: Instant): Timer[] {
  const names = new Set<TimerName>([
    ...KINDS,
    ...state.promises.map(({ id }): TimerName => `promise:${id}`),
    ...state.issues.map(({ id }): TimerName => `accept-handoff:${id}`),
    ...state.timers.map(({ name }) => name),
  ])
  return [...names].flatMap((name) => {
    const timer = state.timers.find((candidate) => candidate.name === name)
    const spec = timerSpec(policy, state, name)
    const after =
      timer !== undefined && isKept(timer, state, policy, spec, now)
        ? kept(timer, state, policy, spec, now)
        : begun(name, timer, state, policy, spec, generation, now)
    return after === undefined || after === timer ? [] : [after]
  })
}

/** Whether there is a timer for what is waited for now; one that was cancelled, or met before that began, is none. */
function isKept(
  timer: Timer,
  state: Complaint,
  policy: Policy,
  spec: TimerSpec | undefined,
  now: Instant,
): boolean {
  if (timer.state === 'cancelled') return false
  // Whatever we called an answer: open again, the complaint is before the law again.
  if (timer.name === 'statutory' && timer.state === 'met' && isOpen(state)) return false
  if (timer.state === 'running' || timer.state === 'paused' || timer.name === 'idle') return true
  const since = spec && begins(timer.name, state, policy, spec, now)
  return since === undefined || timer.startedAt >= since
}

function kept(
  timer: Timer,
  state: Complaint,
  policy: Policy,
  spec: TimerSpec | undefined,
  now: Instant,
): Timer {
  if (timer.state === 'met') return timer
  if (timer.state === 'breached') {
    const climbs = timer.nextRungAt !== undefined || timer.remainingSeconds !== undefined
    if (!climbs) return timer
    if (spec === undefined || timers.ladderOf(policy, spec) === undefined) return timers.cancelled(timer)
    // Its ladder goes on from where it stands, by the new rungs, and stands still while others do.
    return state.paused !== undefined && timers.isPausable(timer.name, spec)
      ? timers.paused(timer, policy, spec, now)
      : timers.resumed(timer, policy, spec, now)
  }
  return spec === undefined ? timers.cancelled(timer) : recounted(timer, state, policy, spec, now)
}

function begun(
  name: TimerName,
  former: Timer | undefined,
  state: Complaint,
  policy: Policy,
  spec: TimerSpec | undefined,
  generation: number,
  now: Instant,
): Timer | undefined {
  const since = spec && begins(name, state, policy, spec, now)
  if (spec === undefined || since === undefined) return undefined
  // One that other rules had cancelled goes on as the same: what it has warned of, it does not warn of again.
  if (former?.startedAt === since) return recounted(former, state, policy, spec, now)
  const fresh = timers.start(policy, spec, name, generation, since, promisedFor(name, state))
  return recounted(fresh, state, policy, spec, now)
}

/**
 * When what a timer waits for began; undefined where nothing is waited for. `idle` begins anew, as nobody wrote down
 * when somebody last did something.
 */
function begins(
  name: TimerName,
  state: Complaint,
  policy: Policy,
  spec: TimerSpec,
  now: Instant,
): Instant | undefined {
  const opened = state.reopenedAt ?? state.receivedAt
  const acknowledged = owesAcknowledgement(state)
    ? undefined
    : state.timers.find((timer) => timer.name === 'acknowledge')?.metAt
  const from = (instant: Instant) => (spec.from === 'acknowledgement' ? acknowledged : instant)
  if (name.startsWith('promise:')) {
    const promise = state.promises.find(({ id }) => name === `promise:${id}`)
    return promise?.state === 'open' && !isOver(state) ? promise.madeAt : undefined
  }
  if (name === 'follow-up') {
    const silent = state.followUpDue !== true && undelivered(state) === undefined
    return state.stage === 'resolved' && silent ? state.resolvedAt : undefined
  }
  if (name === 'approve-reply') return isOver(state) ? undefined : repliesIn(state, 'waiting')[0]?.draftedAt
  if (name === 'approve-redress') return isOver(state) ? undefined : undecidedRedress(state)[0]?.proposedAt
  if (!isOpen(state)) return undefined
  if (name.startsWith('accept-handoff:'))
    return askedIssues(state).find(({ id }) => name === `accept-handoff:${id}`)?.handoff?.at
  switch (name) {
    case 'acknowledge':
      return owesAcknowledgement(state) ? opened : undefined
    case 'resolve':
      return from(opened)
    case 'statutory':
      return from(statutorySince(state, policy, spec))
    case 'reply-window':
      return state.wroteAt && from(state.wroteAt)
    case 'next-reply':
      return state.waitingSince
    case 'accept-handoff':
      return state.handoff?.at
    case 'idle':
      return owesAcknowledgement(state) ? undefined : now
    default:
      return undefined
  }
}

/**
 * The law counts from the receipt, whatever we called an answer: within its time, the first statutory deadline stands
 * after a reopening. What is reopened after it counts as received anew.
 */
function statutorySince(state: Complaint, policy: Policy, spec: TimerSpec): Instant {
  const { receivedAt, reopenedAt } = state
  const first = state.timers.find(({ name }) => name === 'statutory')?.startedAt ?? receivedAt
  if (reopenedAt === undefined) return first
  return timers.deadline(spec, timers.calendarOf(policy, spec), first) < reopenedAt ? reopenedAt : first
}

/** The statutory timer of a complaint that is open again; `state` as it is then. */
export function statutoryAgain(
  state: Complaint,
  policy: Policy,
  generation: number,
  now: Instant,
): Timer | undefined {
  const former = state.timers.find(({ name }) => name === 'statutory')
  const spec = timerSpec(policy, state, 'statutory')
  if (spec?.from === 'acknowledgement') return undefined
  return begun('statutory', former, state, policy, spec, generation, now)
}

const promisedFor = (name: TimerName, state: Pick<Complaint, 'promises'>): Instant | undefined =>
  state.promises.find(({ id }) => name === `promise:${id}`)?.dueAt

/**
 * A timer as these rules would have made it from its own start, with the pauses of its complaint. Warnings that it has
 * given are not given again. Of those that come to lie in the past the last is given at once, or none where the
 * deadline itself has passed: that is then missed at its own instant, and its ladder is climbed from now.
 */
export function recounted(
  timer: Timer,
  state: Pick<Complaint, 'rule' | 'reopened' | 'pauses' | 'paused' | 'promises'>,
  policy: Policy,
  spec: TimerSpec,
  now: Instant,
): Timer {
  const { name, generation, startedAt, warnedAt, warnedPercent = 0 } = timer
  let counted = timers.start(policy, spec, name, generation, startedAt, promisedFor(name, state))
  let looked = now
  if (timers.isPausable(name, spec)) {
    for (const { from, until } of overlapping(state.pauses, startedAt)) {
      if (counted.dueAt < from) {
        // Overdue by these rules before it was paused: in a pause that lasts, it waits for the end to say so.
        if (state.paused !== undefined) counted = { ...counted, state: 'paused', remainingSeconds: 0 }
        break
      }
      counted = timers.paused(counted, policy, spec, from)
      if (until === undefined) looked = from
      else counted = timers.resumed(counted, policy, spec, until)
    }
  }
  const ahead = counted.warnings.filter(({ percent }) => percent > warnedPercent)
  const past = ahead.filter(({ at }) => at < looked)
  const overdue = counted.dueAt < looked
  const warnings = overdue ? [] : [...past.slice(-1), ...ahead.slice(past.length)]
  return {
    ...counted,
    warnings,
    warnedAt,
    ...(timer.warnedPercent === undefined ? {} : { warnedPercent }),
    ...(overdue && counted.state === 'running' ? { movedAt: now } : {}),
  }
}

/** The parts of pauses that lie after an instant. */
const overlapping = (pauses: readonly Pause[], start: Instant): Pause[] =>
  pauses
    .filter(({ until }) => until === undefined || until > start)
    .map((pause) => (pause.from < start ? { ...pause, from: start } : pause))
