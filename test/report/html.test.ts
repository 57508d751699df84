import { describe, expect, it } from 'vitest'
import { summarise } from '../../functions/report/figures.ts'
import { reportHtml } from '../../functions/report/html.ts'
import { linesCsv } from '../../functions/report/month.ts'
import { item, line, resolvedLine } from './lines.ts'

const COMPLAINTS = [
  ...Array.from({ length: 7 }, () => resolvedLine()),
  resolvedLine({ channel: 'x', contacts: 2, breaches: 1, timers_breached: 'resolve', breach_cost: 2500 }),
  line({ channel: 'x' }),
  line({ product: '<script>alert(1)</script>' }),
]
const REDRESS = [item(), item({ state: 'paid', paid_at: '2026-11-20T09:00:00Z' })]
const summary = summarise('2026-11', COMPLAINTS, REDRESS)
const html = reportHtml(summary, 'dev')

describe('the report', () => {
  it('shows the figures that its CSV comes to, counted by somebody else', () => {
    const [header = '', ...rows] = linesCsv({ complaints: COMPLAINTS, redress: [] }).trim().split('\r\n')
    const columns = header.split(',')
    const cells = rows.map((row) => row.split(','))
    const of = (name: string) => cells.map((row) => row[columns.indexOf(name)] ?? '')
    const byChannel = (channel: string) => of('channel').filter((value) => value === channel).length
    const section = html.slice(html.indexOf('By channel'), html.indexOf('By team'))
    for (const channel of ['web', 'x']) {
      const row = section.slice(section.indexOf(`<th scope="row">${channel}</th>`))
      expect(row).toMatch(
        new RegExp(`^<th scope="row">${channel}</th><td class="figure" data-value="${byChannel(channel)}">`),
      )
    }
    expect(html).toContain(`<dt>Opened</dt><dd>${rows.length}</dd>`)
    const resolved = of('resolved_at').filter((at) => at.startsWith('2026-11')).length
    expect(html).toContain(`<dt>Resolved</dt><dd>${resolved}</dd>`)
    const handling = of('handling_cost').reduce((sum, pence) => sum + Number(pence), 0)
    expect(html).toContain(`£${(handling / 100).toFixed(2)}`)
  })

  it('needs nothing else: no scripts, no addresses, no files', () => {
    expect(html).not.toMatch(/<script|<link|<img|@import|url\((?!#)|https?:\/\/(?!www\.w3\.org)/)
  })

  it('shows whatever a product is called as text', () => {
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  it('says in a table what every chart shows', () => {
    expect(html.match(/<svg /g)?.length).toBe(4)
    expect(html.match(/<figure role="img" aria-label="[^"]+">/g)?.length).toBe(4)
    expect(html.match(/<table>/g)?.length).toBeGreaterThanOrEqual(9)
  })

  it('is the same for the same figures, whatever was drawn before', () => {
    expect(reportHtml(summary, 'dev')).toBe(html)
  })

  it('has something to say of a month in which nothing happened', () => {
    const empty = reportHtml(summarise('2026-11', [], []), 'dev', summary)
    expect(empty).toContain('10 in the month before')
    expect(empty).toContain('nothing in this month')
    expect(empty).not.toMatch(/NaN|undefined|Infinity/)
  })
})
