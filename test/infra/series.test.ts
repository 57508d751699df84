import { describe, expect, it } from 'vitest'
import { METRICS } from '../../functions/shared/metrics.ts'
import { carriedPolicies, currentPolicy } from '../../functions/shared/policies.ts'
import { SERIES_BUDGET, seriesOf } from '../../infra/constructs/metrics.ts'

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

describe('The series that CloudWatch charges for', () => {
  it('stay within their budget, whatever happens to complaints', () => {
    const counts = seriesOf(carriedPolicies)
    expect(Object.keys(counts).sort()).toEqual(Object.keys(METRICS).sort())
    expect(sum(counts), JSON.stringify(counts, null, 2)).toBeLessThanOrEqual(SERIES_BUDGET)
  })

  it('grow with every team, so that the budget can be overrun', () => {
    const teams = Object.fromEntries(
      Array.from({ length: 10 }, (_, n) => [`team${n}`, currentPolicy.teams.support]),
    )
    const bigger = { ...currentPolicy, teams: { ...currentPolicy.teams, ...teams } } as typeof currentPolicy
    const byTeam = Object.values(METRICS).filter(({ dimension }) => dimension === 'team').length
    expect(sum(seriesOf([bigger]))).toBe(sum(seriesOf([currentPolicy])) + 10 * byTeam)
    expect(sum(seriesOf([bigger]))).toBeGreaterThan(SERIES_BUDGET)
  })
})
