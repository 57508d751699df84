import type { Money } from '../export/summary.ts'
import { escaped, PAGE_STYLE } from '../shared/page.ts'
import { formatMoney } from '../slack/money.ts'
import { type Chart, svgOf } from './charts.ts'
import { DIMENSIONS, type Group, type Summary } from './figures.ts'

const whole = new Intl.NumberFormat('en-GB')
const count = (value: number): string => whole.format(value)
const share = (part: number, of: number): string => (of === 0 ? '–' : `${((100 * part) / of).toFixed(1)} %`)
const money = (amounts: Money): string =>
  Object.entries(amounts)
    .map(([currency, amount]) => formatMoney(amount, currency))
    .join(' + ') || '–'
const each = (amounts: Money, of: number): string =>
  of === 0
    ? '–'
    : money(Object.fromEntries(Object.entries(amounts).map(([c, amount]) => [c, Math.round(amount / of)])))
const hours = (seconds: number): string => (seconds / 3600).toFixed(1)

/** A cell: text, and whether it is a figure. */
type Cell = string | { readonly figure: string; readonly value?: number }
const figure = (text: string, value?: number): Cell => ({
  figure: text,
  ...(value === undefined ? {} : { value }),
})

/** `value` is what the cell shows, as a plain number: for who reads the page by a program. */
const td = (cell: Cell): string =>
  typeof cell === 'string'
    ? `<td>${escaped(cell)}</td>`
    : `<td class="figure"${cell.value === undefined ? '' : ` data-value="${cell.value}"`}>${escaped(cell.figure)}</td>`

function table(caption: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return `<p class="nothing">${escaped(caption)}: nothing in this month.</p>`
  const body = rows.map(([first = '', ...rest]) => {
    const name = typeof first === 'string' ? first : first.figure
    return `<tr><th scope="row">${escaped(name)}</th>${rest.map(td).join('')}</tr>`
  })
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(caption)}"><table><caption>${escaped(caption)}</caption><thead><tr>${head
    .map((name, index) => {
      const isText = typeof rows[0]?.[index] === 'string'
      return `<th scope="col"${isText ? '' : ' class="figure"'}>${escaped(name)}</th>`
    })
    .join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

const chart = (label: string, drawn: Chart): string =>
  `<figure role="img" aria-label="${escaped(label)}">${svgOf(drawn)}<figcaption>${escaped(label)}</figcaption></figure>`

const GROUP_HEAD = [
  'opened',
  'came back',
  'missed a deadline',
  'resolved',
  'upheld',
  'hours',
  'handling',
  'breaches',
  'redress',
  'in all',
]

const groupCells = (group: Group): Cell[] => [
  figure(count(group.opened), group.opened),
  figure(`${count(group.repeated)} (${share(group.repeated, group.opened)})`, group.repeated),
  figure(`${count(group.breached)} (${share(group.breached, group.opened)})`, group.breached),
  figure(count(group.resolved), group.resolved),
  figure(count(group.upheld), group.upheld),
  figure(hours(group.handlingSeconds), group.handlingSeconds),
  figure(money(group.handlingCost)),
  figure(money(group.breachCost)),
  figure(money(group.redress)),
  figure(money(group.cost)),
]

const card = (name: string, value: string, note: string): string =>
  `<div class="card"><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd><p>${escaped(note)}</p></div>`

const longMonth = (month: string): string =>
  new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${month}-01T00:00:00Z`),
  )

/**
 * The month's report: one page that needs nothing else, to be read on a screen, aloud, or on paper. It holds no personal
 * data: ids of complaints, and of staff who approved money.
 *
 * @param before the month before, where there was one: what the month is compared with.
 */
export function reportHtml(summary: Summary, stage: string, before?: Summary): string {
  const { total, days, ages, attainment, by, rootCauses, redress, unpaid, promises } = summary
  const title = `Complaints in ${longMonth(summary.month)}`
  const than = (then: number | undefined): string =>
    then === undefined ? 'no month before to compare with' : `${count(then)} in the month before`
  const { cost } = total
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)} · Redress</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<p class="stage">Redress · ${escaped(stage)}</p>
<h1>${escaped(title)}</h1>
<p>1st to last day of the month, in UTC. Made of the lines of the nightly export; its CSV files give the same figures.</p>
</header>
<main>
<section aria-labelledby="glance">
<h2 id="glance">At a glance</h2>
<dl class="cards">
${card('Opened', count(summary.opened), than(before?.opened))}
${card('Resolved', count(summary.resolved), than(before?.resolved))}
${card('Open at the end', count(summary.openAfter), `${count(summary.openedBefore)} at the beginning`)}
${card('Came back about it', share(total.repeated, total.opened), `${count(total.repeated)} of ${count(total.opened)} opened`)}
${card('Missed a deadline', share(total.breached, total.opened), `${count(total.breached)} of ${count(total.opened)} opened`)}
${card('Cost of a complaint', each(cost, total.resolved), `${money(cost)} over ${count(total.resolved)} resolved`)}
${card('Cost of missed deadlines', money(total.breachCost), 'of the complaints that were resolved')}
${card('Redress approved', money(approvedIn(summary)), `${count(unpaid.length)} not paid yet`)}
</dl>
</section>
<section aria-labelledby="trend">
<h2 id="trend">Opened and resolved</h2>
${chart(`Opened ${summary.opened} and resolved ${summary.resolved}, by day`, {
  id: 'trend',
  kind: 'lines',
  labels: days.map(({ day }) => String(Number(day.slice(8)))),
  series: [
    { name: 'opened', values: days.map((day) => day.opened) },
    { name: 'resolved', values: days.map((day) => day.resolved) },
  ],
})}
${table(
  'Each day',
  ['day', 'opened', 'resolved'],
  days
    .filter((day) => day.opened + day.resolved > 0)
    .map((day) => [
      day.day,
      figure(count(day.opened), day.opened),
      figure(count(day.resolved), day.resolved),
    ]),
)}
</section>
<section aria-labelledby="ages">
<h2 id="ages">How long they have been open</h2>
${chart(`${summary.openAfter} open at the end of the month, by days since they were opened`, {
  id: 'ages',
  kind: 'bars',
  labels: ages.map(({ band }) => band),
  series: [{ name: 'complaints', values: ages.map(({ complaints }) => complaints) }],
})}
${table(
  'Open at the end of the month',
  ['open for', 'complaints'],
  ages.map(({ band, complaints }) => [band, figure(count(complaints), complaints)]),
)}
</section>
<section aria-labelledby="deadlines">
<h2 id="deadlines">Deadlines</h2>
<p>Of the complaints that were opened in the month: deadlines that were met in time, and missed. What was still running at its end is in neither.</p>
${
  attainment.length === 0
    ? ''
    : chart('Deadlines met and missed, by timer', {
        id: 'deadlines',
        kind: 'stack',
        sideways: true,
        labels: attainment.map(({ timer }) => timer),
        series: [
          { name: 'met', values: attainment.map(({ met }) => met) },
          { name: 'missed', values: attainment.map(({ missed }) => missed) },
        ],
      })
}
${table(
  'Attainment',
  ['timer', 'met', 'missed', 'met in time'],
  attainment.map(({ timer, met, missed }) => [
    timer,
    figure(count(met), met),
    figure(count(missed), missed),
    figure(share(met, met + missed)),
  ]),
)}
<p>Promises made: ${count(promises.made)}; kept: ${count(promises.kept)}; broken: ${count(promises.broken)} (a broken one may have been kept late).</p>
</section>
<section aria-labelledby="causes">
<h2 id="causes">Root causes</h2>
${rootCauseChart(rootCauses)}
${table(
  'By what they cost',
  ['root cause', ...GROUP_HEAD],
  rootCauses.map((group) => [group.name, ...groupCells(group)]),
)}
</section>
<section aria-labelledby="money">
<h2 id="money">Redress</h2>
${table(
  'Approved and paid in the month',
  ['kind', 'approved', 'amount', 'paid', 'amount'],
  redress.map(({ kind, currency, approved, amount, paid, paidAmount }) => [
    currency === '' ? kind : `${kind}, ${currency}`,
    figure(count(approved), approved),
    figure(currency === '' ? '–' : formatMoney(amount, currency), amount),
    figure(count(paid), paid),
    figure(currency === '' ? '–' : formatMoney(paidAmount, currency), paidAmount),
  ]),
)}
${table(
  'Promised and not paid at the end of the month',
  ['complaint', 'kind', 'amount', 'approved by', 'days'],
  unpaid.map(({ complaint, redress: id, kind, amount, currency, approvedBy = '', days: since }) => [
    `${complaint} ${id}`,
    kind,
    figure(amount === undefined || currency === undefined ? '–' : formatMoney(amount, currency), amount),
    approvedBy,
    figure(count(since), since),
  ]),
)}
</section>
${DIMENSIONS.map(
  (dimension) => `<section aria-labelledby="by-${dimension}">
<h2 id="by-${dimension}">By ${dimension}</h2>
${table(
  `By ${dimension}`,
  [dimension, ...GROUP_HEAD],
  [...by[dimension], total].map((group) => [group.name, ...groupCells(group)]),
)}
</section>`,
).join('\n')}
</main>
<footer><p>Cost is the time in each stage, in business hours, at the policy’s rates, with what it says a missed deadline costs, and the redress approved. A policy without rates has no cost of handling. Currencies are never added up.</p></footer>
</body>
</html>
`
}

const approvedIn = ({ redress }: Summary): Money => {
  const sums: Record<string, number> = {}
  for (const { currency, amount } of redress)
    if (currency !== '') sums[currency] = (sums[currency] ?? 0) + amount
  return sums
}

/** In the currency that the dearest is in; the table has them all. */
function rootCauseChart(rootCauses: readonly Group[]): string {
  const costs = rootCauses.map(({ cost }) => cost)
  const currency = Object.keys(costs[0] ?? {})[0]
  if (currency === undefined) return ''
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
  const major = 10 ** (digits.maximumFractionDigits ?? 0)
  const most = rootCauses.slice(0, 10)
  return chart(`What root causes cost, in ${currency}`, {
    id: 'causes',
    kind: 'stack',
    sideways: true,
    unit: currency,
    labels: most.map(({ name }) => name),
    series: [
      { name: 'redress', values: most.map(({ redress }) => (redress[currency] ?? 0) / major) },
      { name: 'handling', values: most.map(({ handlingCost }) => (handlingCost[currency] ?? 0) / major) },
      { name: 'breaches', values: most.map(({ breachCost }) => (breachCost[currency] ?? 0) / major) },
    ],
  })
}

const STYLE = `${PAGE_STYLE}
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .75rem; margin: 0 }
.card { background: var(--tint); border: 1px solid var(--rule); border-radius: .5rem; padding: .75rem 1rem }
.card dt { color: var(--soft) }
.card dd { margin: 0; font-size: 1.6rem; font-weight: 650; font-variant-numeric: tabular-nums }
.card p { margin: 0; color: var(--soft); font-size: .875rem }
figure { margin: 0 0 1rem; max-width: 54rem }
figure svg { width: 100%; height: auto; display: block }
figcaption { color: var(--soft); font-size: .875rem }
td.figure { white-space: nowrap }
.figure { text-align: right; font-variant-numeric: tabular-nums }
tbody th { font-weight: 400; max-width: 20rem; overflow-wrap: anywhere }
@media print {
  section, figure, .card, tr { break-inside: avoid }
  section:has(tbody tr:nth-child(20)) { break-inside: auto }
  td.figure { white-space: normal }
}
`
