import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { statisticsOf } from '../../functions/export/series.ts'
import { METRICS, type MetricName } from '../../functions/shared/metrics.ts'
import { ROOT } from '../../infra/constructs/bundle.ts'

describe('The catalogue of metrics', () => {
  it('lists every metric with its unit, its dimension and what is exported of it, and no other', () => {
    const rows = [
      ...readFileSync(join(ROOT, 'docs', 'metrics.md'), 'utf8').matchAll(/^\| `(\w+)` \|(.+)\|$/gm),
    ]
    const listed = rows.map(([, name, rest = '']) =>
      [name, ...rest.split('|').map((c) => c.trim())].slice(0, 4),
    )
    const catalogue = (Object.keys(METRICS) as MetricName[]).map((name) => [
      name,
      METRICS[name].unit,
      METRICS[name].dimension ?? '–',
      statisticsOf(name).join(', '),
    ])
    expect(listed.sort()).toEqual(catalogue.sort())
  })
})
