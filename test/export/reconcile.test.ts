import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectedOf, reconcile } from '../../functions/export/reconcile.ts'
import { dimensionsOf, type Point } from '../../functions/export/series.ts'
import type { EventRecord } from '../../functions/ledger/ledger.ts'
import type { Measurement, measurementsOf } from '../../functions/relay/measure-event.ts'
import { history, play } from '../support/histories.ts'

/** What CloudWatch answers when everything has arrived once: sums and counts by the hour. */
const counted = (measurements: readonly Measurement[]): Point[] =>
  measurements.flatMap((measurement): Point[] => {
    const at = {
      periodStart: '2026-11-20T09:00:00Z',
      metric: measurement.name,
      dimensions: dimensionsOf(measurement),
    }
    return [
      { ...at, statistic: 'Sum', value: measurement.value },
      { ...at, statistic: 'SampleCount', value: 1 },
    ]
  })

const recordsOf = (events: Parameters<typeof measurementsOf>[0][]): EventRecord[] =>
  events.map((event) => ({
    event,
    context: { team: 'support', channel: 'web', receivedAt: '2026-01-01T00:00:00Z' },
  }))

describe('The reconciliation', () => {
  it('finds nothing where everything was counted once', () => {
    fc.assert(
      fc.property(history, (generated) => {
        const expected = expectedOf(recordsOf(play(generated).story.events))
        expect(reconcile(expected, counted(expected)).differences).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('finds any one event that was counted twice, or not at all, and nothing else', () => {
    fc.assert(
      fc.property(history, fc.nat(), (generated, pick) => {
        const expected = expectedOf(recordsOf(play(generated).story.events))
        const chosen = expected[pick % expected.length] as Measurement
        if (chosen.value === 0) return
        const rest = expected.filter((one) => one !== chosen)
        for (const [seen, more] of [
          [[...expected, chosen], 1],
          [rest, -1],
        ] as const) {
          const { differences } = reconcile(expected, counted(seen))
          expect(differences).toMatchObject([{ metric: chosen.name, dimensions: dimensionsOf(chosen) }])
          expect(Math.sign((differences[0]?.cloudwatch ?? 0) - (differences[0]?.ledger ?? 0))).toBe(more)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('compares money by its sum, not by how often', () => {
    const paid = { name: 'RedressPaid', value: 2000, dimension: 'GBP' } as const
    const { differences } = reconcile([paid], counted([{ ...paid, value: 1999 }]))
    expect(differences).toMatchObject([{ dimensions: 'currency=GBP', ledger: 2000, cloudwatch: 1999 }])
  })

  it('leaves alone what no event counts for', () => {
    const open: Point = {
      periodStart: '2026-11-20T09:00:00Z',
      metric: 'Open',
      dimensions: 'team=support',
      statistic: 'Maximum',
      value: 4,
    }
    expect(reconcile([], [open])).toEqual({ compared: 0, differences: [] })
  })
})
