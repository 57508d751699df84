/** A complaint's timers as bars, counted in the stage's time. */
import { el } from './dom.js'
import { stageNow } from './store.js'
import { dayAndTime, span } from './times.js'

export const timerName = (name) => name.replace(/^promise:.*/, 'promise').replaceAll('-', ' ')

const ORDER = { running: 0, breached: 1, paused: 2, met: 3, cancelled: 4 }
const inOrder = (timers) =>
  [...timers].sort((a, b) => ORDER[a.state] - ORDER[b.state] || (a.dueAt < b.dueAt ? -1 : 1))

/**
 * @param {any[]} timers as the screen tells them
 * @param {(to: string) => void} travel
 */
export function timerBars(timers, travel) {
  return el(
    'ul',
    { class: 'timers' },
    inOrder(timers).map((timer) => timerBar(timer, travel)),
  )
}

function timerBar(timer, travel) {
  const { name, state, startedAt, dueAt, warnings, warnedAt } = timer
  const start = Date.parse(startedAt)
  const share = shareOf(timer)
  const marks = [
    ...warnedAt.map((at) => [at, 'Warned']),
    ...warnings.map(({ at, percent }) => [at, `Warning at ${percent}%`]),
  ]
  const fill = el('span', { class: 'fill' })
  const bar = el(
    'div',
    { class: 'timer-bar', role: 'img' },
    fill,
    marks.map(([at, what]) => {
      const mark = el('span', { class: 'warn-mark', title: `${what}: ${dayAndTime(at)}` })
      mark.style.left = `${share(Date.parse(at))}%`
      return mark
    }),
  )
  const left = el('span', { class: 'timer-left' })
  const node = el(
    'li',
    { class: `timer ${state}`, 'data-timer': name },
    el('span', { class: 'timer-name' }, timerName(name)),
    left,
    bar,
    el(
      'span',
      { class: 'timer-due' },
      `due ${dayAndTime(dueAt)}`,
      timer.level > 0 && ` · level ${timer.level}`,
    ),
    state === 'running' &&
      travel &&
      el(
        'span',
        { class: 'timer-go' },
        warnings[0] && goButton('to the warning', timerName(name), warnings[0].at, travel),
        goButton('to the deadline', timerName(name), dueAt, travel),
      ),
  )
  ticking.add({ node, tick })
  function tick(now) {
    const { text, kind } = stateOf(timer, now)
    left.textContent = text
    node.dataset.kind = kind
    const until = state === 'met' ? Date.parse(timer.metAt ?? dueAt) : state === 'paused' ? start : now
    const passed = share(until)
    fill.style.width = `${state === 'breached' ? 100 : passed}%`
    bar.setAttribute('aria-label', `${timerName(name)}: ${text}, ${Math.round(passed)}% of the time passed`)
  }
  tick(stageNow())
  return node
}

/**
 * How much of a timer's time has passed at a moment, in per cent: of the open hours that it counts, or of all where it
 * counts all.
 */
export function shareOf({ startedAt, dueAt, spans }) {
  const counted = (spans?.length ? spans : [[startedAt, dueAt]]).map(([from, to]) => [
    Date.parse(from),
    Date.parse(to),
  ])
  const until = (at) => counted.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(at, to) - from), 0)
  const all = until(Number.POSITIVE_INFINITY)
  return (at) => (all > 0 ? (until(at) / all) * 100 : 100)
}

const goButton = (label, timer, at, travel) =>
  el(
    'button',
    { type: 'button', class: 'linklike', 'data-key': `go-${timer} ${label}`, onclick: () => travel(at) },
    `» ${label}`,
    el('span', { class: 'unseen' }, ` of ${timer}`),
  )

/** What to say of a timer now, and how alarming it is. */
export function stateOf({ state, dueAt, warnedAt, breachedAt }, now) {
  const seconds = (Date.parse(dueAt) - now) / 1000
  switch (state) {
    case 'paused':
      return { text: 'paused', kind: 'quiet' }
    case 'met':
      return { text: breachedAt ? 'met late' : 'met', kind: 'good' }
    case 'cancelled':
      return { text: 'not needed', kind: 'quiet' }
    case 'breached':
      return { text: `missed ${span(seconds)} ago`, kind: 'bad' }
    default:
      return seconds < 0
        ? { text: `due ${span(seconds)} ago`, kind: 'bad' }
        : { text: `${span(seconds)} left`, kind: warnedAt.length > 0 ? 'warn' : 'calm' }
  }
}

const ticking = new Set()

/** Counts on, between two looks at the server. */
export function tickTimers() {
  const now = stageNow()
  for (const entry of ticking) {
    if (entry.node.isConnected) entry.tick(now)
    else if (entry.was) ticking.delete(entry)
    entry.was = entry.node.isConnected || entry.was
  }
}
