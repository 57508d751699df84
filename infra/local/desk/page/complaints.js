/** The complaints: a list of all, and all that is known of one. */
import { toast } from './dialogs.js'
import { $, button, draw, drawList, el } from './dom.js'
import { pathOf } from './path.js'
import { ask, choose, chosen, names, screen, setting, stageNow } from './store.js'
import { stateOf, tickTimers, timerBars, timerName } from './timers.js'
import { dayAndTime, timeOf } from './times.js'
import { travelTo } from './travel.js'

const STEPS = ['received', 'acknowledged', 'handed off', 'resolved', 'closed']
/** The event that brings a complaint to a stage, where it is called something else. */
const REACHED_BY = { 'handed off': 'handoff-accepted' }

export function renderComplaints() {
  const open = screen.complaints.find(({ id }) => id === chosen.complaint)
  $('list').hidden = open !== undefined
  $('detail').hidden = open === undefined
  if (open === undefined) return renderList()
  renderDetail(open)
}

function renderList() {
  const { complaints } = screen
  renderSent()
  draw($('list-head'), ['head', complaints.length], () => [
    el('h2', {}, 'Complaints ', el('small', {}, complaints.length || '')),
  ])
  drawList(
    $('complaints'),
    complaints.length === 0 ? [undefined] : complaints,
    (complaint) => complaint?.id ?? 'none',
    (complaint) => complaint ?? 'none',
    (complaint) =>
      complaint === undefined
        ? el('li', { class: 'empty' }, 'None yet. Write as a customer (press c).')
        : el(
            'li',
            {},
            el(
              'button',
              {
                type: 'button',
                class: 'complaint-row',
                'data-key': `open-${complaint.id}`,
                onclick: () => choose({ complaint: complaint.id }),
              },
              el('span', { class: 'row-top' }, chips(complaint), nextDue(complaint)),
              el('span', { class: 'excerpt' }, complaint.excerpt),
              el(
                'span',
                { class: 'row-foot' },
                `${complaint.author} · ${names.team(complaint.team)} · ${names.person(complaint.owner)}`,
              ),
            ),
          ),
  )
}

/** What the platforms have taken, newest first: what customers got to see. */
function renderSent() {
  draw($('sent'), [screen.sent], () =>
    screen.sent.length === 0
      ? []
      : [
          el(
            'div',
            { class: 'pane-head' },
            el('h2', {}, 'Sent to customers ', el('small', {}, screen.sent.length)),
          ),
          el(
            'ul',
            {},
            screen.sent.map(({ platform, kind, to, text, at }) =>
              el(
                'li',
                { class: 'sent' },
                el(
                  'span',
                  { class: 'row-top' },
                  el('span', { class: 'chip' }, `${platform}, ${kind}`),
                  el('time', { datetime: new Date(at).toISOString(), title: 'real time' }, timeOf(at)),
                ),
                el('span', { class: 'excerpt' }, text),
                el('span', { class: 'row-foot' }, `to ${to}`),
              ),
            ),
          ),
        ],
  )
}

const chips = ({ stage, level, paused, handoff, severity }) => [
  el('span', { class: `chip stage-${stage.replace(' ', '-')}` }, stage),
  severity && severity !== 'normal' && el('span', { class: `chip severity-${severity}` }, severity),
  level > 0 && el('span', { class: 'chip level' }, `level ${level}`),
  paused && el('span', { class: 'chip' }, 'paused'),
  handoff && el('span', { class: 'chip' }, `→ ${names.team(handoff)}?`),
]

/** What is most pressing, counted on by `tick`. */
function nextDue({ timers }) {
  const running = timers
    .filter(({ state }) => state === 'running')
    .sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
  const [next] = running
  if (next === undefined) return undefined
  const node = el('span', { class: 'next-due' })
  counted.add({ node, timer: next })
  count(node, next)
  return node
}

const counted = new Set()
function count(node, timer) {
  const { text, kind } = stateOf(timer, stageNow())
  node.dataset.kind = kind
  node.textContent = `${timerName(timer.name)} ${text}`
}

/** Counts on, between two looks at the server. */
export function tick() {
  for (const entry of counted) {
    if (entry.node.isConnected) count(entry.node, entry.timer)
    else if (entry.was) counted.delete(entry)
    entry.was = entry.node.isConnected || entry.was
  }
  tickTimers()
}

/** What the API says of the complaint that is shown, by the version that it was asked for. */
let detail
let asking

function renderDetail(brief) {
  if (detail?.id !== brief.id || detail.version !== brief.version) read(brief)
  const known = detail?.id === brief.id ? detail : undefined
  draw($('detail-head'), [brief, known?.version], () => [
    button('‹ All complaints', () => choose({ complaint: undefined }), {
      class: 'linklike',
      'data-key': 'all',
    }),
    el('h2', { tabindex: '-1', id: 'detail-title' }, brief.author, el('small', {}, ` by ${brief.source}`)),
    el('p', { class: 'row-top' }, chips({ ...brief, severity: known?.complaint.severity })),
  ])
  draw($('detail-timers'), [brief.timers], () => [el('h3', {}, 'Timers'), timerBars(brief.timers, travelTo)])
  if (known === undefined) return
  const { complaint, events, way } = known
  draw($('detail-stages'), [brief.id, events, complaint.stage], () => stagesOf(complaint, events))
  draw($('detail-facts'), [complaint], () => factsOf(complaint))
  draw($('detail-path'), [brief.id, way], () =>
    section('path', 'Path through the state machine', pathOf(setting.machine, way)),
  )
  draw($('detail-events'), [brief.id, events], () =>
    section(
      'history',
      `History (${events.length})`,
      el('ol', { class: 'events', reversed: true }, [...events].reverse().map(eventLine)),
    ),
  )
}

async function read(brief) {
  const wanted = `${brief.id} ${brief.version}`
  if (asking === wanted) return
  asking = wanted
  try {
    const read = await ask(`api/complaint?id=${brief.id}`)
    if (asking === wanted) detail = { ...read, id: brief.id, version: brief.version }
    followUp(brief, read)
  } catch (error) {
    toast(error.message, 'bad')
  }
  if (asking === wanted) asking = undefined
  renderComplaints()
}

/** The workflow learns of an event after the table has it: its way is read once more when it has settled. */
function followUp({ id, version }, { way }) {
  setTimeout(async () => {
    if (detail?.id !== id || detail.version !== version) return
    const again = await ask(`api/complaint?id=${id}`).catch(() => undefined)
    if (again === undefined || detail?.id !== id || again.way.length === way.length) return
    detail = { ...detail, way: again.way }
    renderComplaints()
  }, 2500)
}

const openSections = { path: true, history: true }
function section(key, title, ...children) {
  const node = el(
    'details',
    { class: 'section', open: openSections[key] },
    el('summary', { 'data-key': `section-${key}` }, title),
    ...children,
  )
  node.ontoggle = () => {
    openSections[key] = node.open
  }
  return node
}

/** The stages as steps, those that were reached with their times. */
function stagesOf({ stage }, events) {
  const reached = (name) => events.findLast(({ type }) => type === (REACHED_BY[name] ?? name))
  const steps = STEPS.includes(stage)
    ? STEPS
    : [...STEPS.filter((step) => step !== 'closed' || reached(step)), stage]
  return el(
    'ol',
    { class: 'stages', 'aria-label': 'Stages' },
    steps.map((step) => {
      const event = reached(step)
      const current = step === stage
      return el(
        'li',
        {
          class: current ? 'current' : event ? 'reached' : '',
          'aria-current': current ? 'step' : undefined,
          title: event ? dayAndTime(event.at) : undefined,
        },
        step,
      )
    }),
  )
}

const wordsOf = (value) =>
  typeof value === 'string' ? value : (value?.text ?? value?.name ?? value?.reason ?? JSON.stringify(value))
const money = ({ amount, currency }) => {
  const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

/** What the API tells of it: whatever of these it has. */
function factsOf(complaint) {
  const {
    id,
    text,
    owner,
    team,
    promises = [],
    issues = [],
    contacts = [],
    handoff,
    paused,
    resolution,
  } = complaint
  const { signals = [], incident, permalink, policy, level } = complaint
  const fact = (name, ...value) => [el('dt', {}, name), el('dd', {}, ...value)]
  return [
    el('blockquote', { class: 'customer' }, text),
    el(
      'dl',
      { class: 'facts' },
      fact('Owner', `${names.person(owner)}, ${names.team(team)}`),
      level > 0 && fact('Level', String(level)),
      handoff &&
        fact('Handoff', `${names.person(handoff.by)} asks ${names.team(handoff.toTeam)}: ${handoff.reason}`),
      paused && fact('Paused', paused.reason),
      signals.length > 0 &&
        fact('Signals', signals.map(({ signal, words }) => `${signal} “${words}”`).join(', ')),
      incident && fact('Incident', wordsOf(incident)),
      resolution && fact('Answer', resolution.summary),
      resolution?.redress &&
        fact(
          'Redress',
          [
            resolution.redress.kind,
            resolution.redress.amount !== undefined && money(resolution.redress),
            resolution.redress.description,
          ]
            .filter(Boolean)
            .join(' · '),
        ),
      fact('Policy', `${policy.name} v${policy.version}`),
      fact('Id', el('code', {}, id), ' ', threadLink(id)),
      permalink &&
        /^https?:/.test(permalink) &&
        fact('Post', el('a', { href: permalink, rel: 'noreferrer noopener', target: '_blank' }, permalink)),
    ),
    listOf('Issues', issues, ({ state, answer, reason, text: words }) => [
      el('span', { class: `mark ${state}` }, { answered: '✓', declined: '–', suggested: '?' }[state] ?? '○'),
      el(
        'span',
        {},
        words,
        el('small', {}, ` ${state}`),
        (answer ?? reason) && el('small', { class: 'said' }, answer ?? reason),
      ),
    ]),
    listOf('Promises', promises, ({ state, dueAt, text: words, worth, evidence }) => [
      el('span', { class: `mark ${state}` }, { kept: '✓', broken: '✕' }[state] ?? '○'),
      el(
        'span',
        {},
        words,
        worth && ` (${money(worth)})`,
        el('small', {}, ` ${state}, by ${dayAndTime(dueAt)}`),
        evidence && el('small', { class: 'said' }, evidence),
      ),
    ]),
    listOf('Contacts', contacts, (contact) => [
      el('span', { class: 'mark' }, '↳'),
      el(
        'span',
        {},
        wordsOf(contact.message ?? contact),
        el(
          'small',
          {},
          ` ${[
            contact.message?.source ?? contact.source,
            contact.at ?? contact.postedAt ?? contact.message?.postedAt,
          ]
            .filter(Boolean)
            .map((part) => (/^\d{4}-/.test(part) ? dayAndTime(part) : part))
            .join(', ')}`,
        ),
      ),
    ]),
  ]
}

const listOf = (title, items, line) =>
  items.length > 0 && [
    el('h3', {}, `${title} (${items.length})`),
    el(
      'ul',
      { class: 'marked' },
      items.map((item) => el('li', {}, line(item))),
    ),
  ]

/** Where Slack tells of it. */
function threadLink(id) {
  const card = screen.messages.find(({ complaint, thread }) => complaint === id && thread === undefined)
  return card && el('a', { href: `#${card.channel}/${card.ts}` }, 'its thread')
}

/** What an event says beyond its type, whatever its type: these, in this order. */
const DETAILS = [
  'timer',
  'percent',
  'level',
  'role',
  'people',
  'owner',
  'toTeam',
  'team',
  'reason',
  'summary',
  'text',
  'answer',
  'evidence',
  'rule',
  'times',
  'severity',
  'incident',
  'contact',
  'into',
]
const SAID = {
  percent: (percent) => `${percent}%`,
  level: (level) => `level ${level}`,
  timer: (timer) => timerName(timer),
  people: (people) => people.map(names.person).join(', '),
  owner: (owner) => names.person(owner),
  toTeam: (team) => `to ${names.team(team)}`,
  team: (team) => names.team(team),
  times: (times) => `${times} times`,
}
const ALARMS = {
  'timer-warned': 'warn',
  'timer-breached': 'bad',
  escalated: 'bad',
  reminded: 'bad',
  resolved: 'good',
  closed: 'good',
  'promise-kept': 'good',
}

function eventLine(event) {
  const details =
    event.type === 'received'
      ? []
      : DETAILS.filter((name) => event[name] !== undefined && event[name] !== null)
  const said = details.map((name) => SAID[name]?.(event[name]) ?? wordsOf(event[name])).join(' · ')
  const actor = event.actor.replace(/^(token|source|slack):/, '')
  return el(
    'li',
    { 'data-kind': ALARMS[event.type] },
    el('time', { datetime: event.at, title: dayAndTime(event.at) }, timeOf(event.at)),
    el(
      'span',
      {},
      el('strong', {}, event.type.replaceAll('-', ' ')),
      said && ` ${said}`,
      el(
        'small',
        {},
        ` ${event.actor === 'clock' ? 'the clock' : names.person(actor)}${event.via ? `, via ${event.via.replace(/^token:/, '')}` : ''}, ${dayAndTime(event.at)}`,
      ),
    ),
  )
}
