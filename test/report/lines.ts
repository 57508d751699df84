import type { ComplaintRow, RedressRow } from '../../functions/export/rows.ts'

let made = 0

/** A complaint's line, with what a test has to say about it. */
export const line = (more: Partial<ComplaintRow> = {}): ComplaintRow => ({
  complaint: `complaint-${++made}`,
  opened_at: '2026-11-10T09:00:00Z',
  channel: 'web',
  team: 'support',
  policy: 'sample',
  stage: 'received',
  contacts: 1,
  breaches: 0,
  timers_met: '',
  timers_breached: '',
  promises_made: 0,
  promises_kept: 0,
  promises_broken: 0,
  replies_sent: 0,
  replies_failed: 0,
  guard_overridden: 0,
  satisfaction: undefined,
  handling_seconds: 3600,
  recorded_at: '2026-11-10T09:00:00Z',
  ...more,
})

/** The line of one that was resolved, at the rates of a policy. */
export const resolvedLine = (more: Partial<ComplaintRow> = {}): ComplaintRow =>
  line({
    stage: 'closed',
    resolved_at: '2026-11-12T09:00:00Z',
    ended_at: '2026-11-13T09:00:00Z',
    root_cause: 'web password',
    outcome: 'upheld',
    timers_met: 'acknowledge;resolve',
    handling_cost: 3000,
    breach_cost: 0,
    cost_currency: 'GBP',
    ...more,
  })

export const item = (more: Partial<RedressRow> = {}): RedressRow => ({
  complaint: `complaint-${made}`,
  redress: 'r3',
  kind: 'refund',
  amount: 2000,
  currency: 'GBP',
  state: 'approved',
  channel: 'web',
  team: 'support',
  policy: 'sample',
  root_cause: 'web password',
  proposed_at: '2026-11-12T09:00:00Z',
  decided_by: 'priya',
  decided_at: '2026-11-12T09:00:00Z',
  ...more,
})
