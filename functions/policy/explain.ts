import type { Complaint, Event, Message, Severity, Timer, TimerName } from '../domain/complaint.ts'
import { evolve } from '../domain/complaint.ts'
import { decide, nextFor } from '../domain/decide.ts'
import type { Instant } from '../domain/instant.ts'
import { type Mismatch, mismatch, type Policy, ruleOf, type TimerSpec } from '../domain/policy.ts'
import { calendarOf, deadline, ladderOf, nextDueAt, rungsDue } from '../domain/timers.ts'
import { type Signal, triage } from '../domain/triage.ts'

/** What a policy makes of a message, if nobody does anything about it. */
export interface Explanation {
  readonly policy: { readonly name: string; readonly version: number }
  readonly receivedAt: Instant
  /** The rule that fits, and the conditions by which it does. */
  readonly rule: { readonly name: string; readonly match: object }
  /** The worse of what the message says and what its words say. */
  readonly severity?: Severity
  readonly signals: readonly Signal[]
  /** The rules above it, each with the first of its conditions that fails. */
  readonly passedOver: readonly ({ readonly rule: string } & Mismatch)[]
  readonly team: string
  readonly owner: string
  readonly timers: readonly ExplainedTimer[]
  /** The timers that start with something that has not happened yet. */
  readonly later: readonly LaterTimer[]
}

export interface ExplainedTimer {
  readonly name: TimerName
  readonly dueAt: Instant
  /** Such as `60 business minutes of uk-office`. */
  readonly target: string
  readonly basis?: string | undefined
  readonly pausable: boolean
  readonly warnings: readonly { readonly percent: number; readonly at: Instant }[]
  readonly rungs: readonly {
    readonly level: number
    readonly at: Instant
    readonly role: string
    readonly people: readonly string[]
  }[]
  /** Minutes between reminders after the last rung. */
  readonly remindedEveryMinutes?: number | undefined
}

export interface LaterTimer {
  readonly name: string
  /** `first` as the complaint is opened, `reopened` once it was reopened. */
  readonly stage: 'first' | 'reopened'
  readonly from: string
  readonly target: string
  readonly basis?: string | undefined
  /** Where it starts with the acknowledgement: its deadline if that comes at the last moment. */
  readonly dueAtLatest?: Instant | undefined
}

/**
 * Opens a complaint, lets time pass until every ladder is climbed, and says what came of it: by the very core that does
 * it in earnest, so that it cannot say anything else.
 *
 * @throws Refusal where the policy refuses the message (a team that is not there).
 */
export function explain(policy: Policy, message: Message, now: Instant): Explanation {
  const opened = decide(
    undefined,
    {
      type: 'receive',
      id: 'explained',
      message,
      triage: triage(message.text, message.subject),
      by: { id: `source:${message.source}` },
    },
    { now, policy },
  )
  const complaint = opened.reduce<Complaint | undefined>(evolve, undefined) as Complaint
  const rule = ruleOf(policy, complaint)
  const above = policy.rules.slice(0, policy.rules.indexOf(rule))
  const events = passing(policy, complaint)
  return {
    policy: complaint.policy,
    receivedAt: now,
    rule: { name: rule.name, match: rule.match },
    passedOver: above.map(({ name, match }) => ({
      rule: name,
      ...(mismatch(match, { ...message, severity: complaint.severity }) as Mismatch),
    })),
    ...(complaint.severity === undefined ? {} : { severity: complaint.severity }),
    signals: complaint.signals,
    team: complaint.team,
    owner: complaint.owner,
    timers: complaint.timers.map((timer) => {
      const spec = rule.timers[timer.name] as TimerSpec
      return {
        name: timer.name,
        dueAt: timer.dueAt,
        target: targetOf(spec),
        basis: spec.basis,
        pausable: spec.pausable,
        warnings: timer.warnings,
        rungs: events.flatMap((event) =>
          event.type === 'escalated' && event.timer === timer.name
            ? [{ level: event.level, at: event.at, role: event.role, people: event.people }]
            : [],
        ),
        remindedEveryMinutes: ladderOf(policy, spec)?.repeatMinutes,
      }
    }),
    later: [
      ...later(policy, complaint, 'first', rule.timers),
      ...later(policy, complaint, 'reopened', rule.reopened?.timers ?? {}),
    ],
  }
}

/** Everything that happens to a complaint that nobody touches, up to the top of every ladder. */
function passing(policy: Policy, complaint: Complaint): Event[] {
  const all: Event[] = []
  let state = complaint
  const send = (type: 'fire' | 'escalate', now: Instant): void => {
    const events = decide(state, { type }, { now, policy })
    all.push(...events)
    state = events.reduce<Complaint>(evolve, state)
  }
  for (;;) {
    const due = state.timers.flatMap((timer) =>
      isAtTop(policy, state, timer) ? [] : (nextDueAt(timer) ?? []),
    )
    const [at] = due.sort()
    if (at === undefined) return all
    send('fire', at)
    while (nextFor(state) === 'escalation') send('escalate', at)
  }
}

function isAtTop(policy: Policy, complaint: Complaint, timer: Timer): boolean {
  const spec = ruleOf(policy, complaint).timers[timer.name]
  const rungs = spec && ladderOf(policy, spec)?.rungs.length
  return timer.state === 'breached' && rungsDue(timer) >= (rungs ?? 0)
}

/** What starts the timers that do not start with the complaint. */
const STARTED_BY: Readonly<Record<string, string>> = {
  'accept-handoff': 'a handoff that is asked for, of the complaint or of an issue',
  'next-reply': 'a message of the customer',
  idle: 'the last thing that somebody did',
  'follow-up': 'the resolution',
  'approve-redress': 'redress that waits for approval',
  'approve-reply': 'a reply that waits for somebody to agree',
  promise: 'a promise, which says itself when it is due',
}

function later(
  policy: Policy,
  complaint: Complaint,
  stage: LaterTimer['stage'],
  specs: Readonly<Record<string, TimerSpec>>,
): LaterTimer[] {
  const running = new Set<string>(stage === 'first' ? complaint.timers.map(({ name }) => name) : [])
  const acknowledged = complaint.timers.find(({ name }) => name === 'acknowledge')?.dueAt
  return Object.entries(specs)
    .filter(([name]) => !running.has(name))
    .map(([name, spec]) => ({
      name,
      stage,
      from:
        spec.from === 'acknowledgement'
          ? 'the acknowledgement'
          : (STARTED_BY[name] ?? (stage === 'reopened' ? 'the reopening' : 'the receipt')),
      target: targetOf(spec),
      basis: spec.basis,
      dueAtLatest:
        stage === 'first' && spec.from === 'acknowledgement' && acknowledged !== undefined
          ? deadline(spec, calendarOf(policy, spec), acknowledged)
          : undefined,
    }))
}

function targetOf(spec: TimerSpec): string {
  if (spec.targetMinutes !== undefined) return `${spec.targetMinutes} business minutes of ${spec.calendar}`
  if (spec.targetDays !== undefined) return `${spec.targetDays} calendar days in the zone of ${spec.calendar}`
  if (spec.targetWorkingDays !== undefined) {
    return `close of working day ${spec.targetWorkingDays} of ${spec.calendar}`
  }
  return 'as promised'
}

/** The same as a text for people. */
export function asText(explanation: Explanation): string {
  const { policy, receivedAt, rule, passedOver, team, owner, timers, later: others } = explanation
  const { severity, signals } = explanation
  const lines = [
    `${policy.name} v${policy.version}, received ${receivedAt}`,
    ...signals.map(({ signal, words }) => `  severity ${severity}, ${signal}: ${JSON.stringify(words)}`),
    ...passedOver.map(
      ({ rule: name, condition, wanted, found }) =>
        `  not "${name}": wants ${condition} ${JSON.stringify(wanted)}, found ${JSON.stringify(found) ?? 'none'}`,
    ),
    `  rule "${rule.name}": ${JSON.stringify(rule.match)}`,
    `  owned by ${owner} in ${team}`,
  ]
  for (const timer of timers) {
    const notes = [timer.target, timer.pausable ? undefined : 'never paused', timer.basis].filter(Boolean)
    lines.push(`${timer.name}: due ${timer.dueAt} (${notes.join('; ')})`)
    for (const { percent, at } of timer.warnings) lines.push(`  ${at} ${percent}% have passed`)
    for (const { level, at, role, people } of timer.rungs) {
      lines.push(`  ${at} level ${level}: ${role.replaceAll('-', ' ')}, ${people.join(', ')}`)
    }
    if (timer.remindedEveryMinutes !== undefined) {
      lines.push(`  then again every ${timer.remindedEveryMinutes} minutes`)
    }
  }
  for (const { name, stage, from, target, dueAtLatest } of others) {
    const latest = dueAtLatest === undefined ? '' : `, due ${dueAtLatest} at the latest`
    lines.push(`${stage === 'reopened' ? 'reopened, ' : ''}${name}: ${target}, from ${from}${latest}`)
  }
  return lines.join('\n')
}
