import { describe, expect, it } from 'vitest'
import { ageBand, fcaReturn } from '../../functions/export/fca.ts'
import type { ComplaintRow, RedressRow } from '../../functions/export/rows.ts'
import {
  figuresBy,
  figuresOf,
  newest,
  outstandingOf,
  rootCausesByMoney,
} from '../../functions/export/summary.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'

const calendar = currentPolicy.calendars['uk-office']
if (calendar === undefined) throw new Error('the sample policy lost its calendar')

const row = (complaint: string, more: Partial<ComplaintRow> = {}): ComplaintRow => ({
  complaint,
  opened_at: '2026-11-23T09:00:00Z',
  team: 'support',
  product: 'current account',
  stage: 'resolved',
  contacts: 1,
  breaches: 0,
  reopened: 0,
  handling_seconds: 3600,
  handling_cost: 900,
  breach_cost: 0,
  cost_currency: 'GBP',
  redress: '',
  events: 3,
  ...more,
})

describe('The summary of complaints', () => {
  const rows = [
    row('a', { root_cause: 'billing', redress: 'refund:GBP:2000;goodwill:EUR:500;in-kind' }),
    row('b', { root_cause: 'delay', breaches: 2, breach_cost: 1000, contacts: 3, team: 'billing' }),
    row('c', { root_cause: 'billing', reopened: 1 }),
    row('d', { handling_cost: undefined, breach_cost: undefined, cost_currency: undefined }),
  ]

  it('adds up what a complaint costs, each currency by itself', () => {
    expect(figuresOf(rows)).toMatchObject({
      complaints: 4,
      handlingCost: { GBP: 2700 },
      breachCost: { GBP: 1000 },
      redress: { GBP: 2000, EUR: 500 },
      cost: { GBP: 5700, EUR: 500 },
      costPerComplaint: { GBP: 1425, EUR: 125 },
      breachedRate: 0.25,
      repeatContactRate: 0.25,
      reopenedRate: 0.25,
    })
  })

  it('loses nothing to its groups', () => {
    for (const grouping of ['team', 'product', 'root_cause', 'channel'] as const) {
      const groups = figuresBy(rows, grouping).map(([, figures]) => figures)
      const total = figuresOf(rows)
      expect(groups.reduce((sum, { complaints }) => sum + complaints, 0)).toBe(total.complaints)
      expect(groups.reduce((sum, { cost }) => sum + (cost.GBP ?? 0), 0)).toBe(total.cost.GBP)
    }
  })

  it('ranks root causes by their money, not by how often they are named', () => {
    expect(rootCausesByMoney(rows, 'GBP').map(([cause]) => cause)).toEqual(['billing', 'delay', '(none)'])
  })

  it('counts a complaint once, as its newest line has it', () => {
    expect(newest([row('a', { events: 5, stage: 'closed' }), row('a', { events: 3 })])).toMatchObject([
      { stage: 'closed' },
    ])
  })

  it('says nothing of rates where there is nothing', () => {
    expect(figuresOf([])).toMatchObject({ complaints: 0, breachedRate: undefined, costPerComplaint: {} })
  })

  it('lists what is promised and not paid, by how far each redress has come', () => {
    const money = (redress: string, state: string, more: Partial<RedressRow> = {}): RedressRow => ({
      complaint: 'a',
      redress,
      state,
      currency: 'GBP',
      amount: 1000,
      proposed_at: '2026-11-23T09:00:00Z',
      ...more,
    })
    const { unpaid, undecided, owed } = outstandingOf([
      money('r3', 'paid'),
      money('r3', 'approved'),
      money('r5', 'approved'),
      money('r7', 'proposed', { amount: 9000 }),
      money('r9', 'refused'),
    ])
    expect(unpaid.map(({ redress }) => redress)).toEqual(['r5'])
    expect(undecided.map(({ redress }) => redress)).toEqual(['r7'])
    expect(owed).toEqual({ GBP: 1000 })
  })
})

describe('The FCA’s complaints return', () => {
  it('puts a closed complaint in the band of its age, to the second', () => {
    // Received on a Monday: the third business day after it is Thursday, which ends at closing.
    const opened = '2026-11-23T10:00:00Z'
    expect(ageBand(calendar, opened, '2026-11-26T17:30:00Z')).toBe('within 3 business days')
    expect(ageBand(calendar, opened, '2026-11-26T17:30:01Z')).toBe('within 8 weeks')
    expect(ageBand(calendar, opened, '2027-01-18T10:00:00Z')).toBe('within 8 weeks')
    expect(ageBand(calendar, opened, '2027-01-18T10:00:01Z')).toBe('after 8 weeks')
  })

  const input = {
    from: '2026-07-01',
    to: '2026-12-31',
    calendar,
    complaints: [
      row('before, still open', { opened_at: '2026-06-01T09:00:00Z', stage: 'acknowledged' }),
      row('before, closed before', {
        opened_at: '2026-05-01T09:00:00Z',
        resolved_at: '2026-05-02T09:00:00Z',
      }),
      row('before, closed in it', {
        opened_at: '2026-06-01T09:00:00Z',
        resolved_at: '2026-11-02T09:00:00Z',
        outcome: 'rejected',
      }),
      row('quick', { resolved_at: '2026-11-24T09:00:00Z', outcome: 'upheld' }),
      row('slow', { resolved_at: '2026-12-10T09:00:00Z', outcome: 'partly-upheld', product: 'loan' }),
      row('unsaid', { resolved_at: '2026-12-10T09:00:00Z' }),
      row('withdrawn', { stage: 'withdrawn' }),
      row('after', { opened_at: '2027-01-01T00:00:00Z' }),
    ],
    redress: [
      { product: 'loan', paid_at: '2026-12-31T23:59:59Z', currency: 'GBP', amount: 2500 },
      { product: 'loan', paid_at: '2027-01-01T00:00:00Z', currency: 'GBP', amount: 1 },
      { product: 'loan', currency: 'GBP', amount: 9 },
    ],
  }

  it('counts what was open, came, was closed by age, was upheld and is left', () => {
    expect(fcaReturn(input).total).toEqual({
      category: 'total',
      outstandingBefore: 2,
      opened: 3,
      closedWithin3Days: 1,
      closedWithin8Weeks: 2,
      closedAfter8Weeks: 1,
      closed: 4,
      upheld: 2,
      rejected: 1,
      undecided: 1,
      outstandingAfter: 1,
      redressPaid: { GBP: 2500 },
    })
  })

  it('balances: what was there and what came is closed or left, in every category and in all', () => {
    const { lines, total } = fcaReturn(input)
    for (const line of [...lines, total]) {
      expect(line.outstandingBefore + line.opened).toBe(line.closed + line.outstandingAfter)
      expect(line.closedWithin3Days + line.closedWithin8Weeks + line.closedAfter8Weeks).toBe(line.closed)
    }
    expect(lines.map(({ category }) => category)).toEqual(['current account', 'loan'])
    expect(lines.reduce((sum, { closed }) => sum + closed, 0)).toBe(total.closed)
  })
})
