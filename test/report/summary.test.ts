import { describe, expect, it } from 'vitest'
import { daysOf, monthBounds, summarise } from '../../functions/report/figures.ts'
import { item, line, resolvedLine } from './lines.ts'

const MONTH = '2026-11'
const summary = (
  ...[complaints, redress = []]: [Parameters<typeof summarise>[1], Parameters<typeof summarise>[2]?]
) => summarise(MONTH, complaints, redress)

describe('a month', () => {
  it('has its own first and last instant, and its days, in any month', () => {
    expect(monthBounds('2026-12')).toEqual({ start: '2026-12-01T00:00:00Z', end: '2027-01-01T00:00:00Z' })
    expect(daysOf('2028-02')).toHaveLength(29)
    expect(daysOf('2026-11').at(-1)).toBe('2026-11-30')
    for (const wrong of ['2026-13', '2026', '2026-1', 'now'])
      expect(() => monthBounds(wrong)).toThrow(RangeError)
  })

  it('begins with what was open, and ends with that, what came, and not what was resolved or withdrawn', () => {
    const found = summary([
      line({ opened_at: '2026-10-01T09:00:00Z' }),
      resolvedLine({ opened_at: '2026-10-31T23:59:59Z' }),
      // Over before the month: it is none of it.
      resolvedLine({ opened_at: '2026-10-01T09:00:00Z', resolved_at: '2026-10-31T23:59:59Z' }),
      line(),
      resolvedLine(),
      line({ stage: 'withdrawn', ended_at: '2026-11-20T09:00:00Z' }),
    ])
    expect(found).toMatchObject({ openedBefore: 2, opened: 3, resolved: 2, withdrawn: 1, openAfter: 2 })
    expect(found.openedBefore + found.opened - found.resolved - found.withdrawn).toBe(found.openAfter)
  })

  it('counts by the day, and takes its first and last second', () => {
    const found = summary([
      line({ opened_at: '2026-11-01T00:00:00Z' }),
      line({ opened_at: '2026-11-30T23:59:59Z' }),
      line({ opened_at: '2026-12-01T00:00:00Z' }),
    ])
    expect(found.days.filter(({ opened }) => opened > 0).map(({ day }) => day)).toEqual([
      '2026-11-01',
      '2026-11-30',
    ])
    expect(found.opened).toBe(2)
  })
})

describe('how long complaints have been open', () => {
  it('is told in bands whose limits belong to the lower one', () => {
    const open = (...at: string[]) => summary(at.map((opened_at) => line({ opened_at }))).ages
    expect(open('2026-11-27T00:00:01Z', '2026-11-29T00:00:00Z').map(({ complaints }) => complaints)).toEqual([
      2, 0, 0, 0, 0,
    ])
    expect(
      open(
        '2026-11-27T00:00:01Z',
        '2026-11-27T00:00:00Z',
        '2026-11-23T00:00:00Z',
        '2026-11-02T00:00:00Z',
        '2026-10-05T00:00:00Z',
      ).map(({ complaints }) => complaints),
    ).toEqual([1, 1, 1, 1, 1])
  })
})

describe('what it cost', () => {
  it('is handling, breaches and redress, each in its currency, and never added up across them', () => {
    const { total } = summary([
      resolvedLine({
        handling_cost: 1000,
        breach_cost: 500,
        breaches: 1,
        redress: 'refund:GBP:2000;in-kind',
      }),
      resolvedLine({
        handling_cost: 700,
        cost_currency: 'EUR',
        breach_cost: undefined,
        redress: 'goodwill:JPY:300',
      }),
      // Not resolved in the month: its cost belongs to the month in which it is.
      line({ handling_cost: 9999, cost_currency: 'GBP' }),
    ])
    expect(total.cost).toEqual({ EUR: 700, GBP: 3500, JPY: 300 })
  })

  it('ranks root causes by money, in the currency that most is in', () => {
    const { rootCauses } = summary([
      resolvedLine({ root_cause: 'many and cheap', handling_cost: 10 }),
      resolvedLine({ root_cause: 'many and cheap', handling_cost: 10 }),
      resolvedLine({ root_cause: 'dear', redress: 'refund:GBP:5000' }),
      resolvedLine({ root_cause: undefined, handling_cost: 5 }),
    ])
    expect(rootCauses.map(({ name }) => name)).toEqual(['dear', 'many and cheap', '(none)'])
  })

  it('adds up to the whole in every dimension', () => {
    const found = summary([
      line({ channel: 'x' }),
      resolvedLine({ product: 'broadband', redress: 'refund:GBP:700' }),
      resolvedLine({ team: 'billing', contacts: 3, redress: 'goodwill:GBP:50' }),
    ])
    for (const groups of [...Object.values(found.by), found.rootCauses]) {
      const sum = (of: (group: (typeof groups)[number]) => number) =>
        groups.reduce((all, one) => all + of(one), 0)
      expect(sum(({ resolved }) => resolved)).toBe(found.total.resolved)
      expect(sum(({ redress }) => redress.GBP ?? 0)).toBe(750)
    }
    expect(found.total).toMatchObject({ opened: 3, repeated: 1 })
  })
})

describe('redress', () => {
  it('is told by kind, as approved and as paid, each in the month in which it was', () => {
    const { redress } = summary(
      [],
      [
        item(),
        item({ state: 'paid', paid_at: '2026-11-20T09:00:00Z' }),
        item({ decided_at: '2026-10-20T09:00:00Z', state: 'paid', paid_at: '2026-11-02T09:00:00Z' }),
        item({ kind: 'in-kind', amount: undefined, currency: undefined }),
      ],
    )
    expect(redress).toEqual([
      { kind: 'in-kind', currency: '', approved: 1, amount: 0, paid: 0, paidAmount: 0 },
      { kind: 'refund', currency: 'GBP', approved: 2, amount: 4000, paid: 2, paidAmount: 4000 },
    ])
  })

  it('that was approved and not paid is listed, the longest wait first', () => {
    const { unpaid } = summary(
      [],
      [
        item({ complaint: 'b' }),
        item({ complaint: 'a', decided_at: '2026-10-01T09:00:00Z' }),
        item({ complaint: 'c', state: 'proposed' }),
      ],
    )
    expect(unpaid.map(({ complaint, days }) => [complaint, days])).toEqual([
      ['a', 60],
      ['b', 18],
    ])
  })
})

describe('deadlines', () => {
  it('are met or missed, by kind, of the complaints opened in the month', () => {
    const { attainment } = summary([
      resolvedLine({ timers_met: 'acknowledge;resolve' }),
      line({ timers_breached: 'acknowledge;acknowledge', breaches: 2 }),
      line({ opened_at: '2026-10-01T09:00:00Z', timers_breached: 'resolve' }),
    ])
    expect(attainment).toEqual([
      { timer: 'acknowledge', met: 1, missed: 2 },
      { timer: 'resolve', met: 1, missed: 0 },
    ])
  })
})
