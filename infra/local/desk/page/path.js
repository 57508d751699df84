/** A complaint's way through the state machine, drawn from its definition. */
import { svg } from './dom.js'

const ROW = 44
const LEFT = 58
const WIDTH = 340

/**
 * The choice in the middle of everything as a rail, and every state that it leads to as a station on it.
 *
 * @param {any[]} states those of workflows/complaint.asl.json
 * @param {{name: string}[]} way the states entered, in order
 */
export function pathOf(states, way) {
  const visits = new Map()
  for (const { name } of way) visits.set(name, (visits.get(name) ?? 0) + 1)
  const current = way.at(-1)?.name
  const hub = states.find(({ kind }) => kind === 'choice')
  // The way out for what cannot be is shown only when it was taken.
  const shown = states.filter(
    ({ name, kind, when }) => kind !== 'choice' && (when !== undefined || visits.has(name)),
  )
  const height = 46 + shown.length * ROW
  const passed = shown.filter(({ name }) => visits.has(name)).map(({ name }) => name)
  return svg(
    'svg',
    {
      class: 'path',
      viewBox: `0 0 ${WIDTH} ${height}`,
      role: 'img',
      'aria-label': `State machine: now at “${current ?? 'nothing yet'}”, ${way.length} steps so far; visited ${passed.join(', ') || 'nothing'}`,
    },
    svg('path', { class: 'rail', d: `M 22 30 V ${46 + (shown.length - 1) * ROW - 6}` }),
    svg('rect', {
      class: `hub${current === hub?.name ? ' current' : ''}`,
      x: 6,
      y: 6,
      width: WIDTH - 12,
      height: 28,
      rx: 14,
    }),
    svg('text', { class: 'hub-name', x: 20, y: 25 }, hub?.name ?? ''),
    shown.map((state, index) =>
      station(state, 46 + index * ROW, visits.get(state.name) ?? 0, state.name === current),
    ),
  )
}

function station({ name, kind, when, comment }, y, visited, current) {
  const state = current ? 'current' : visited > 0 ? 'visited' : ''
  return svg(
    'g',
    { class: `station ${kind} ${state}` },
    svg(
      'title',
      {},
      [when && `When it needs: ${when}`, comment, `Entered ${visited} times`].filter(Boolean).join('\n'),
    ),
    svg('path', { class: 'branch', d: `M 22 ${y - 6} q 0 22 18 22 h ${LEFT - 40 - 8}` }),
    current && svg('circle', { class: 'halo', cx: LEFT, cy: y + 16, r: 11 }),
    kind === 'wait' || kind === 'step'
      ? svg('circle', { class: 'dot', cx: LEFT, cy: y + 16, r: kind === 'wait' ? 7 : 5 })
      : svg('rect', { class: 'dot', x: LEFT - 6, y: y + 10, width: 12, height: 12, rx: 3 }),
    svg('text', { class: 'station-name', x: LEFT + 18, y: y + 14 }, name),
    svg(
      'text',
      { class: 'station-note', x: LEFT + 18, y: y + 28 },
      [when, visited > 1 ? `${visited} times` : undefined, current ? 'now' : undefined]
        .filter(Boolean)
        .join(' · '),
    ),
  )
}
