import type { Complaint, Timer } from '../domain/complaint.ts'
import { escaped, PAGE_STYLE } from '../shared/page.ts'
import { formatMoney } from '../slack/money.ts'
import type { ComplaintFile, FiledEvent, FiledMessage, FiledTimer } from './file.ts'
import type { Verification } from './verify.ts'
import { redressNamed, timerNamed } from './words.ts'

/*
 * A complaint's file as a page. It needs nothing else, runs nothing, and shows whatever anybody wrote as text: strangers'
 * words are in it. Each is isolated, so that characters that turn the direction of writing turn their own words only.
 */

const isInstant = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)

/** Somebody's own words, with their lines. */
const words = (text: string): string =>
  `<span class="words" dir="auto">${escaped(text.toWellFormed())}</span>`

const moment = (at: string): string =>
  isInstant(at) ? `<time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 19)}</time>` : escaped(at)

const NOTHING = '<span class="nothing">–</span>'
const maybe = (at: string | undefined): string => (at === undefined ? NOTHING : moment(at))

/** `needsAnswer` as `needs answer`. */
const labelled = (key: string): string => key.replace(/([A-Z])/g, ' $1').toLowerCase()

/** Any value that an event can hold, so that no new kind of event has to be known here to be shown in full. */
function shown(value: unknown): string {
  if (typeof value === 'string') return isInstant(value) ? moment(value) : words(value)
  if (typeof value !== 'object' || value === null) return escaped(String(value))
  if (Array.isArray(value)) {
    if (value.length === 0) return NOTHING
    return `<ul>${value.map((one) => `<li>${shown(one)}</li>`).join('')}</ul>`
  }
  const { amount, currency, ...rest } = value as Record<string, unknown>
  const isMoney = typeof amount === 'number' && typeof currency === 'string'
  const money = isMoney ? `<p>${escaped(formatMoney(amount, currency))}</p>` : ''
  return `${money}${fields(isMoney ? rest : (value as Record<string, unknown>))}`
}

function fields(values: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  if (entries.length === 0) return ''
  return `<dl class="fields">${entries
    .map(([key, value]) => `<div><dt>${escaped(labelled(key))}</dt><dd>${shown(value)}</dd></div>`)
    .join('')}</dl>`
}

/** A table; `rows` are of HTML, the first cell of each is its name. */
function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return `<p class="nothing">None.</p>`
  const body = rows.map(
    ([first = '', ...rest]) =>
      `<tr><th scope="row">${first}</th>${rest.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  )
  const columns = head.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(caption)}"><table><caption>${escaped(caption)}</caption><thead><tr>${columns}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

const section = (id: string, title: string, body: string): string =>
  `<section aria-labelledby="${id}"><h2 id="${id}">${escaped(title)}</h2>\n${body}\n</section>`

/** A person by name, or whatever they are known by. */
const whoIn =
  ({ people }: ComplaintFile) =>
  (id: string | undefined): string =>
    id === undefined ? NOTHING : escaped(people[id] ?? id)

function glance(file: ComplaintFile): string {
  const { complaint, policy } = file
  const { message } = complaint
  const who = whoIn(file)
  const { name, email, phone, id } = message.author
  const customer = [...new Set([name, email, phone, id])].filter((one) => one !== undefined)
  const lines: [string, string][] = [
    ['Stage', `${escaped(complaint.stage)}${complaint.paused === undefined ? '' : ', the clocks stopped'}`],
    ['Customer', customer.map(words).join('<br>')],
    [
      'Came by',
      escaped(
        `source ${message.source}, channel ${message.channel}, ${message.public ? 'in public' : 'in private'}`,
      ),
    ],
    ['Team', escaped(file.team)],
    ['Owner', who(complaint.owner)],
    ['Written, received', `${moment(message.postedAt)}, ${moment(complaint.receivedAt)}`],
    ['Acknowledged', maybe(complaint.acknowledgedAt)],
    ['Resolved', maybe(complaint.resolvedAt)],
    ['Ended', maybe(complaint.overAt)],
    ['Rules', escaped(`policy ${policy.name} v${policy.version}, rule “${policy.rule}”`)],
  ]
  const { contact, survey } = complaint
  const more: [string, string | undefined][] = [
    ['Severity', complaint.severity],
    ['Product', message.product],
    ['Incident', complaint.incident],
    ['Linked to', complaint.mergedInto],
    ['Outcome', complaint.resolution?.outcome],
    ['Root cause', complaint.resolution?.rootCause],
    ['Resolution', complaint.resolution?.summary],
    ['To be written to at', [contact?.email, contact?.phone].filter(Boolean).join(', ') || undefined],
    ['Found it', survey?.score === undefined ? undefined : `${survey.score} of 5`],
  ]
  const sources = (policy.source ?? []).map(
    ({ regulation, section: part, url }) =>
      `<li>${escaped(`${regulation}, ${part}${url === undefined ? '' : ` (${url})`}`)}</li>`,
  )
  return `<dl class="glance">${[
    ...lines,
    ...more.flatMap(([label, text]): [string, string][] =>
      text === undefined ? [] : [[label, words(text)]],
    ),
    ...(sources.length === 0 ? [] : [['Which follow', `<ul>${sources.join('')}</ul>`] as const]),
  ]
    .map(([label, html]) => `<div><dt>${escaped(label)}</dt><dd>${html}</dd></div>`)
    .join('')}</dl>`
}

function proof(verification: Verification, { erased }: Complaint): string {
  const { events, head, problems, unchained, since, erased: unworded } = verification
  const title =
    problems.length > 0
      ? 'This record is not as it was written'
      : since === undefined
        ? 'Nothing is proved of this record: it is older than its chain'
        : unworded > 0
          ? 'Every fact is as it was written'
          : 'Every event is as it was written'
  const counted = [
    `${events} events`,
    ...(since !== undefined && unchained > 0
      ? [
          `chained since event ${since.seq}: nothing is proved of those before, which are older than the chain`,
        ]
      : []),
    ...(unworded === 0 ? [] : [`the words of ${unworded} erased`]),
  ]
  const notes = [
    erased === undefined
      ? ''
      : `<p>The customer was erased at ${moment(erased.at)}. What they and we wrote before is gone; what happened, when, by whom and for how much is proved as before.</p>`,
    problems.length === 0
      ? ''
      : `<ul>${problems.map(({ what }) => `<li>${escaped(what)}</li>`).join('')}</ul>`,
  ]
  return `<div class="proof ${problems.length > 0 ? 'broken' : since === undefined ? 'none' : 'whole'}">
<p><strong>${title}.</strong> ${escaped(counted.join('; '))}.</p>
${notes.join('')}<p class="hash">Head: ${head === undefined ? 'none' : head}</p>
</div>`
}

const MESSAGE_TITLES: Readonly<Record<string, string>> = {
  received: 'Received from the customer',
  edited: 'Edited by the customer',
  deleted: 'Deleted by the customer',
  survey: 'What the customer said when asked how they found it',
}

function message({ seq, state, at, text, authority, author, about = {}, steps = [] }: FiledMessage): string {
  const theirs = MESSAGE_TITLES[state]
  const { evidence, ...rest } = about
  return `<article class="message ${theirs === undefined ? 'ours' : 'theirs'}">
<h3>${escaped(theirs ?? `Ours: ${state}`)} <span class="at">${moment(at)}, event ${seq}</span></h3>
${authority === undefined ? '' : `<p class="by">${escaped(authority)}</p>`}
<blockquote dir="auto">${text === '' ? NOTHING : escaped(text.toWellFormed())}</blockquote>
${fields({ ...(author === undefined ? {} : { author }), ...rest })}
${evidence === undefined ? '' : `<p>As its platform showed it:</p><pre dir="auto">${escaped(String(evidence).toWellFormed())}</pre>`}
${
  steps.length === 0
    ? ''
    : `<ol class="steps">${steps
        .map(
          (step) =>
            `<li>${moment(step.at)} ${escaped(step.says)}, event ${step.seq}: ${escaped(step.authority)}</li>`,
        )
        .join('')}</ol>`
}
</article>`
}

/** Those that were started anew before anything came of them say nothing that the others do not. */
const isTelling = ({ state, warnedAt, breachedAt }: FiledTimer): boolean =>
  state !== 'started anew' || warnedAt.length > 0 || breachedAt !== undefined

function timerTable(timers: readonly FiledTimer[]): string {
  const telling = timers.filter(isTelling)
  const left = timers.length - telling.length
  return `${table(
    'Every timer, from its start to its end',
    ['timer', 'target', 'started', 'due', 'warned', 'met', 'missed', 'state'],
    telling.map(timerRow),
  )}${left === 0 ? '' : `<p class="soft">Left out: ${left} that ${left === 1 ? 'was' : 'were'} started anew before anything came of ${left === 1 ? 'it' : 'them'}.</p>`}`
}

const timerRow = (timer: FiledTimer): string[] => {
  const { name, startedBy, startedAt, target, basis, dueAt, state, warnedAt, breachedAt, metAt, level } =
    timer
  return [
    `${escaped(timerNamed(name))}<br><span class="soft">event ${startedBy}</span>`,
    `${escaped(target ?? '')}${basis === undefined ? '' : `<br><span class="soft">${escaped(basis)}</span>`}`,
    moment(startedAt),
    moment(dueAt),
    warnedAt.length === 0 ? NOTHING : warnedAt.map(moment).join('<br>'),
    maybe(metAt),
    breachedAt === undefined ? NOTHING : `<strong>${moment(breachedAt)}</strong>`,
    `${escaped(state === 'met' && breachedAt !== undefined ? 'met, late' : state)}${level === 0 ? '' : `<br>level ${level}`}`,
  ]
}

/** Of the timers that each event names, those that it started, stopped, moved or ended; the others are as they were. */
function movedTimers(events: readonly FiledEvent[]): (readonly Timer[])[] {
  const known = new Map<string, string>()
  return events.map(({ event: { timers = [] } }) =>
    timers.filter(({ name, generation, state, dueAt }) => {
      const now = `${generation} ${state} ${dueAt}`
      const moved = known.get(name) !== now
      known.set(name, now)
      return moved
    }),
  )
}

function eventRow(
  { place, event, link, says, more, authority }: FiledEvent,
  timers: readonly Timer[],
): string[] {
  const { at, recordedAt, type } = event
  const clocks = timers.map(
    ({ name, state, dueAt }) => `${escaped(`${timerNamed(name)} ${state}`)}, due ${moment(dueAt)}`,
  )
  return [
    String(place),
    `${moment(at)}${recordedAt === at ? '' : `<br><span class="soft">recorded ${moment(recordedAt)}</span>`}`,
    `<p>${escaped(says)} <code>${escaped(type)}</code></p>${fields(more)}${
      clocks.length === 0 ? '' : `<p class="soft">Timers: ${clocks.join('; ')}</p>`
    }`,
    `${escaped(authority)}<br><code>${escaped([event.actor, event.via].filter(Boolean).join(' via '))}</code>`,
    `<code>${escaped(link === undefined ? 'none' : link.hash.slice(0, 12))}</code>`,
  ]
}

/** The whole file as one page, for a screen, a screen reader, or paper. */
export function fileHtml(file: ComplaintFile): string {
  const { complaint, made, messages, timers, handoffs, events, verification, stored } = file
  const { id, promises, issues, redress } = complaint
  const who = whoIn(file)
  const moved = movedTimers(events)
  const title = `Complaint ${id}`
  // In a style sheet only what is an id of ours, and nothing that could end it.
  const running = /^[0-9A-Z]{26}$/.test(id) ? title : 'Complaint'
  const sections: [id: string, title: string, body: string][] = [
    [
      'messages',
      'Messages, word for word',
      messages.map(message).join('\n') || '<p class="nothing">None.</p>',
    ],
    ['deadlines', 'Deadlines', timerTable(timers)],
    [
      'promises',
      'Promises',
      table(
        'What the customer was promised',
        ['promise', 'what, to whom', 'made', 'due', 'kept', 'not kept', 'evidence'],
        promises.map((promise) => [
          escaped(promise.id),
          `${words(promise.text)}${promise.to === undefined ? '' : `<br>to ${words(promise.to)}`}${promise.worth === undefined ? '' : `<br>${escaped(formatMoney(promise.worth.amount, promise.worth.currency))}`}`,
          `${moment(promise.madeAt)}<br>${who(promise.madeBy)}`,
          moment(promise.dueAt),
          promise.keptAt === undefined ? NOTHING : `${moment(promise.keptAt)}<br>${who(promise.keptBy)}`,
          `${maybe(promise.brokenAt)}${promise.reason === undefined ? '' : `<br>${words(promise.reason)}`}`,
          promise.evidence === undefined ? NOTHING : words(promise.evidence),
        ]),
      ),
    ],
    [
      'issues',
      'Issues',
      table(
        'What the customer complains of, point by point',
        ['issue', 'what', 'state', 'answer, or why declined'],
        issues.map((issue) => [
          escaped(issue.id),
          words(issue.text),
          escaped(issue.state),
          words(issue.answer ?? issue.reason ?? '–'),
        ]),
      ),
    ],
    [
      'redress',
      'Redress',
      table(
        'What the customer was to be given',
        ['redress', 'what', 'state', 'proposed', 'approved or refused', 'paid'],
        redress.map((item) => [
          escaped(item.id),
          `${escaped(redressNamed(item))}${item.description === undefined ? '' : `<br>${words(item.description)}`}`,
          escaped(item.state),
          `${moment(item.proposedAt)}<br>${who(item.proposedBy)}`,
          item.decidedAt === undefined
            ? NOTHING
            : `${moment(item.decidedAt)}<br>${who(item.decidedBy)}${item.decidedBy === item.proposedBy ? ', within their own limit' : ''}${item.reason === undefined ? '' : `<br>${words(item.reason)}`}`,
          item.paidAt === undefined
            ? NOTHING
            : `${moment(item.paidAt)}<br>${who(item.paidBy)}${item.reference === undefined ? '' : `<br>${words(item.reference)}`}`,
        ]),
      ),
    ],
    [
      'handoffs',
      'Handoffs',
      table(
        'Who was asked to take it over',
        ['event', 'what', 'from, to', 'asked', 'why', 'what became of it'],
        handoffs.map((handoff) => [
          String(handoff.seq),
          escaped(handoff.about === 'complaint' ? 'the complaint' : `issue ${handoff.about}`),
          `${escaped(handoff.from)} → ${escaped(handoff.to)}`,
          `${moment(handoff.at)}<br>${escaped(handoff.askedBy)}`,
          words(handoff.reason),
          `${handoff.takenAt === undefined ? '' : `taken on ${moment(handoff.takenAt)}<br>${escaped(handoff.takenBy ?? '')}<br>`}${words(handoff.outcome)}${handoff.endedAt === undefined ? '' : `<br>${moment(handoff.endedAt)}<br>${escaped(handoff.endedBy ?? '')}`}`,
        ]),
      ),
    ],
    [
      'events',
      'Everything that happened',
      table(
        'Every event, in the order in which they were recorded',
        ['no.', 'when', 'what', 'who, on whose authority', 'hash'],
        events.map((event, index) => eventRow(event, moved[index] ?? [])),
      ),
    ],
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'">
<title>${escaped(title)} · Redress</title>
<style>${PAGE_STYLE}${STYLE}
@page { @bottom-left { content: "${running}"; ${MARGIN} } @bottom-right { content: counter(page) " of " counter(pages); ${MARGIN} } }
</style>
</head>
<body>
<header>
<p class="stage">Redress · complaint file</p>
<h1>${escaped(title)}</h1>
<p>Made at ${moment(made.at)} by ${escaped(made.by)}. All times are UTC. Names and teams are those of the policy on that day.</p>
</header>
<main>
${section(
  'glance',
  'At a glance',
  `${glance(file)}${
    stored === undefined
      ? ''
      : `<p class="proof broken"><strong>What is stored of it is not what its events amount to</strong>: it differs in “${escaped(stored.field)}”, if in no more. Shown is what the events amount to.</p>`
  }`,
)}
${section('proof', 'Whether the record is whole', proof(verification, complaint))}
<nav aria-label="Contents"><ul>${sections.map(([anchor, name]) => `<li><a href="#${anchor}">${escaped(name)}</a></li>`).join('')}</ul></nav>
${sections.map(([anchor, name, body]) => section(anchor, name, body)).join('\n')}
</main>
<footer><p>Each event’s hash is made of it and of the hash before, so none can be changed, left out, put in or moved unseen. <code>npm run verify</code> checks it against the ledger, and against the heads that were published every night; the file as JSON holds all that it takes to check it anywhere (docs/audit.md).</p></footer>
</body>
</html>
`
}

const MARGIN = 'font: 8pt system-ui, sans-serif; color: #52606d'

const STYLE = `
.glance, .fields { margin: 0 }
.glance div { display: grid; grid-template-columns: 11rem 1fr; gap: .25rem 1rem; padding: .25rem 0; border-bottom: 1px solid var(--rule) }
.glance dt, .fields dt, .soft, .at, .by, caption { color: var(--soft) }
.glance dd, .fields dd { margin: 0; min-width: 0 }
.fields div { display: grid; grid-template-columns: 8.5rem 1fr; gap: 0 .75rem }
.fields .fields div { grid-template-columns: 7rem 1fr }
.words, blockquote, pre { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate }
dd, td, th, li { overflow-wrap: break-word }
ul { margin: 0; padding-left: 1.1rem }
p { margin: .25rem 0 }
time { white-space: nowrap; font-variant-numeric: tabular-nums }
code, .hash { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; color: var(--soft) }
.proof { border: 1px solid; border-left-width: .5rem; border-radius: .25rem; padding: .5rem 1rem }
.proof.whole { border-color: #1d6b3a; background: #f0f8f2 }
.proof.broken { border-color: #a61b1b; background: #fdf2f2 }
.proof.none { border-color: #8a5a00; background: #fdf7ea }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: 1.5rem 0 0 }
a { color: var(--accent) }
.message { border: 1px solid var(--rule); border-radius: .5rem; padding: .75rem 1rem; margin: 0 0 1rem; max-width: 60rem }
.message.ours { border-left: .5rem solid var(--accent); margin-left: 2rem }
.message h3 { margin: 0; font-size: 1rem }
.at { font-weight: 400; margin-left: .5rem }
blockquote { margin: .5rem 0; padding: .5rem .75rem; background: var(--tint); border-radius: .25rem }
.message .fields, .steps { font-size: .875rem }
pre { font-size: .8rem; background: var(--tint); padding: .5rem; margin: .25rem 0 }
tbody th { font-weight: 600 }
tbody th .soft { font-weight: 400 }
section[aria-labelledby="deadlines"] time { white-space: normal }
td:last-child code { white-space: nowrap }
td p:first-child { margin-top: 0 }
@media print {
  nav { display: none }
  h1 { font-size: 1.5rem }
  .proof, tr, .glance div, blockquote { break-inside: avoid }
  .message h3, .message .by { break-after: avoid }
  .message { padding: 2mm 4mm; margin-bottom: 3mm }
  .message.ours { margin-left: 8mm }
  .message .fields, .steps { font-size: 8pt }
  .fields div { grid-template-columns: 5.5rem 1fr }
  .fields .fields div { grid-template-columns: 4.5rem 1fr }
  #events { break-before: page }
  tr:has(td .fields) { break-inside: auto }
  thead { display: table-header-group }
  td time { white-space: normal }
  .proof, blockquote, pre { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
`
