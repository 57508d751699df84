import { businessTimeBetween } from '../domain/calendar.ts'
import {
  type Complaint,
  type Event,
  evolve,
  isOver,
  kindOf,
  OPEN_STAGES,
  type OpenStage,
  type PolicyRef,
} from '../domain/complaint.ts'
import { epochSeconds, type Instant } from '../domain/instant.ts'
import { type Policy, timerSpec } from '../domain/policy.ts'
import { calendarOf } from '../domain/timers.ts'
import type { Columns, Row } from './dataset.ts'

/** The metrics of a day, by the hour. */
export const METRIC_COLUMNS = {
  period_start: 'instant',
  metric: 'text',
  dimensions: 'text',
  statistic: 'text',
  unit: 'text',
  value: 'number',
} as const satisfies Columns

/** One line for each complaint that changed on a day, as it stood when the day was over. No personal data of customers. */
export const COMPLAINT_COLUMNS = {
  complaint: 'text',
  posted_at: 'instant',
  opened_at: 'instant',
  source: 'text',
  channel: 'text',
  public: 'boolean',
  team: 'text',
  product: 'text',
  policy: 'text',
  policy_version: 'integer',
  rule: 'text',
  severity: 'text',
  stage: 'text',
  acknowledged_at: 'instant',
  resolved_at: 'instant',
  /** When it was closed or withdrawn. */
  ended_at: 'instant',
  root_cause: 'text',
  outcome: 'text',
  /** Names of timers, one for each time, joined by `;`. */
  timers_met: 'text',
  timers_breached: 'text',
  breaches: 'integer',
  escalations: 'integer',
  handoffs: 'integer',
  reopened: 'integer',
  /** How often the customer had to bring it up: the first message, and each that joined it. */
  contacts: 'integer',
  customer_replies: 'integer',
  promises_made: 'integer',
  promises_kept: 'integer',
  promises_broken: 'integer',
  replies_sent: 'integer',
  replies_failed: 'integer',
  /** How often a reply went on in spite of what the guard had found. */
  guard_overridden: 'integer',
  /** 1 to 5, as the customer last answered; empty where they did not. */
  satisfaction: 'integer',
  /** Approved redress as `kind:currency:minor units`, in kind as `in-kind`, joined by `;`. */
  redress: 'text',
  /** Elapsed seconds from the receipt. */
  seconds_to_acknowledge: 'integer',
  seconds_to_resolve: 'integer',
  /** Business seconds in each open stage, pauses left out. */
  received_seconds: 'integer',
  acknowledged_seconds: 'integer',
  handed_off_seconds: 'integer',
  reopened_seconds: 'integer',
  handling_seconds: 'integer',
  /** Minor units of `cost_currency`; empty where the policy has no rates. */
  handling_cost: 'integer',
  breach_cost: 'integer',
  cost_currency: 'text',
  events: 'integer',
  recorded_at: 'instant',
} as const satisfies Columns

/** One line for each redress that was proposed, decided or paid on a day, as it stood when the day was over. */
export const REDRESS_COLUMNS = {
  complaint: 'text',
  redress: 'text',
  kind: 'text',
  /** Minor units of `currency`; empty in kind. */
  amount: 'integer',
  currency: 'text',
  state: 'text',
  channel: 'text',
  team: 'text',
  product: 'text',
  policy: 'text',
  root_cause: 'text',
  proposed_by: 'text',
  proposed_at: 'instant',
  decided_by: 'text',
  decided_at: 'instant',
  paid_by: 'text',
  paid_at: 'instant',
  reference: 'text',
} as const satisfies Columns

export type RedressRow = Row<typeof REDRESS_COLUMNS>

/**
 * One line for each complaint that changed on a day: the hash that stands for its events up to the day's last. Whoever
 * keeps the file can tell by it whether the ledger was written anew (docs/audit.md).
 */
export const HEAD_COLUMNS = {
  complaint: 'text',
  /** Number of the event that the hash is of. */
  seq: 'integer',
  /** SHA-256, in hex. */
  hash: 'text',
} as const satisfies Columns

export type HeadRow = Row<typeof HEAD_COLUMNS>

/**
 * A complaint's redress, a line each, as its state has it.
 *
 * @param of which of them; all where it is left out.
 */
export const redressRows = (state: Complaint, of: (id: string) => boolean = () => true): RedressRow[] =>
  state.redress
    .filter(({ id }) => of(id))
    .map((item) => ({
      complaint: state.id,
      redress: item.id,
      kind: item.kind,
      amount: item.amount,
      currency: item.currency,
      state: item.state,
      channel: state.message.channel,
      team: state.team,
      product: state.message.product,
      policy: state.policy.name,
      root_cause: state.resolution?.rootCause,
      proposed_by: item.proposedBy,
      proposed_at: item.proposedAt,
      decided_by: item.decidedBy,
      decided_at: item.decidedAt,
      paid_by: item.paidBy,
      paid_at: item.paidAt,
      reference: item.reference,
    }))

/** What the customer gets: `kind:currency:minor units`, or `in-kind`, in the order in which it was proposed. */
const redressText = (state: Complaint): string =>
  state.redress
    .filter((item) => item.state === 'approved' || item.state === 'paid')
    .map(({ kind, amount, currency }) => (amount === undefined ? kind : `${kind}:${currency}:${amount}`))
    .join(';')

export type ComplaintRow = Row<typeof COMPLAINT_COLUMNS>

/** A complaint's history folded, with what the state alone does not keep. */
interface Folded {
  readonly state: Complaint
  readonly seconds: Readonly<Record<OpenStage, number>>
}

/**
 * A complaint's line at an instant.
 *
 * @param events some of its events, oldest first, beginning with the first.
 * @param until the instant up to which a complaint that is still open counts its time.
 */
export function complaintRow(
  events: readonly Event[],
  until: Instant,
  policyOf: (ref: PolicyRef) => Policy,
): ComplaintRow {
  const { state, seconds } = fold(events, until, policyOf)
  const { message } = state
  const count = (type: string): number => events.filter((event) => event.type === type).length
  const breached = events.flatMap((event) => (event.type === 'timer-breached' ? [kindOf(event.timer)] : []))
  const rates = policyOf(state.policy).rates
  const handling = OPEN_STAGES.reduce((sum, stage) => sum + seconds[stage], 0)
  const cost =
    rates && OPEN_STAGES.reduce((sum, stage) => sum + (seconds[stage] * (rates.hourly[stage] ?? 0)) / 3600, 0)
  return {
    complaint: state.id,
    posted_at: message.postedAt,
    opened_at: state.receivedAt,
    source: message.source,
    channel: message.channel,
    public: message.public,
    team: state.team,
    product: message.product,
    policy: state.policy.name,
    policy_version: state.policy.version,
    rule: state.rule,
    severity: state.severity,
    stage: state.stage,
    acknowledged_at: state.acknowledgedAt,
    resolved_at: state.resolvedAt,
    ended_at: isOver(state) ? events.find(({ seq }) => seq === state.stageSeq)?.at : undefined,
    root_cause: state.resolution?.rootCause,
    timers_met: metInTime(events).join(';'),
    timers_breached: breached.join(';'),
    breaches: breached.length,
    escalations: count('escalated'),
    handoffs: count('handoff-accepted'),
    reopened: count('reopened'),
    contacts: 1 + state.contactCount,
    customer_replies: count('customer-replied'),
    promises_made: state.promises.length,
    promises_kept: state.promises.filter(({ keptAt }) => keptAt !== undefined).length,
    promises_broken: state.promises.filter(({ brokenAt }) => brokenAt !== undefined).length,
    replies_sent: count('reply-sent'),
    replies_failed: count('reply-failed'),
    guard_overridden: count('guard-overridden'),
    satisfaction: events.findLast((event) => event.type === 'survey-answered')?.score,
    outcome: state.resolution?.outcome,
    redress: redressText(state),
    seconds_to_acknowledge: between(state.receivedAt, state.acknowledgedAt),
    seconds_to_resolve: between(state.receivedAt, state.resolvedAt),
    received_seconds: seconds.received,
    acknowledged_seconds: seconds.acknowledged,
    handed_off_seconds: seconds['handed off'],
    reopened_seconds: seconds.reopened,
    handling_seconds: handling,
    handling_cost: cost === undefined ? undefined : Math.round(cost),
    breach_cost: rates && breached.length * (rates.breach ?? 0),
    cost_currency: rates?.currency,
    events: events.length,
    recorded_at: events.at(-1)?.recordedAt,
  }
}

const between = (from: Instant, to: Instant | undefined): number | undefined =>
  to === undefined ? undefined : epochSeconds(to) - epochSeconds(from)

/** The timers that were met before they were breached, once for each time. The end of a follow-up is no target. */
function metInTime(events: readonly Event[]): string[] {
  const met = new Map<string, string>()
  for (const { timers = [] } of events)
    for (const { name, generation, state, breachedAt } of timers)
      if (state === 'met' && breachedAt === undefined && name !== 'follow-up')
        met.set(`${name} ${generation}`, kindOf(name))
  return [...met.values()]
}

function fold(events: readonly Event[], until: Instant, policyOf: (ref: PolicyRef) => Policy): Folded {
  const spans: { stage: OpenStage; from: Instant; to: Instant }[] = []
  let state: Complaint | undefined
  let since: Instant | undefined
  const close = (at: Instant): void => {
    const stage = OPEN_STAGES.find((open) => open === state?.stage)
    if (stage !== undefined && state?.paused === undefined && since !== undefined && since < at)
      spans.push({ stage, from: since, to: at })
    since = at
  }
  for (const event of events) {
    const next = evolve(state, event)
    if (next.stage !== state?.stage || next.paused !== state.paused) close(event.at)
    state = next
  }
  if (state === undefined) throw new Error('A complaint has at least one event')
  close(until)
  const policy = policyOf(state.policy)
  const spec = timerSpec(policy, state, 'resolve')
  if (spec === undefined) throw new Error(`Rule "${state.rule}" has no timer "resolve"`)
  const calendar = calendarOf(policy, spec)
  const seconds = { received: 0, acknowledged: 0, 'handed off': 0, reopened: 0 }
  for (const { stage, from, to } of spans) seconds[stage] += businessTimeBetween(calendar, from, to)
  return { state, seconds }
}
