/** Time travel, and the stage's clock. */
import { toast } from './dialogs.js'
import { $, button, draw, el } from './dom.js'
import { ask, expectNews, refresh, screen, stageNow } from './store.js'
import { clockFace, dayAndTime, span, weekday } from './times.js'

let told

/** Lets time pass until an instant, and what becomes due on the way happen. */
export async function travelTo(to) {
  $('travel').open = false
  expectNews(600_000)
  try {
    await ask('api/travel', { to })
  } catch (error) {
    toast(error.message, 'bad')
  }
  await refresh()
}

export function tickClock() {
  if (screen.clock === undefined) return
  const now = stageNow()
  $('clock').textContent = `${weekday(now)} ${clockFace(now)}`
}

export function renderTravel() {
  const { clock, destinations, travel, trouble } = screen
  draw($('desk-hours'), [clock?.open], () => (clock?.open ? 'desk open' : 'desk closed'))
  $('desk-hours').className = clock?.open ? 'open' : 'closed'
  draw($('destinations'), [destinations, travel?.done], () => [
    el('p', { class: 'menu-note' }, 'What becomes due on the way happens, in its order.'),
    destinations.map(({ id, label, at }) =>
      button([label, el('small', {}, dayAndTime(at))], () => travelTo(at), {
        disabled: travel?.done === false,
        'data-key': `to-${id}`,
        'data-destination': id,
      }),
    ),
  ])
  tickClock()
  $('trouble').hidden = trouble === undefined
  $('trouble').textContent = trouble ?? ''
  renderProgress(travel)
}

/** What is happening on the way, and afterwards what did. */
function renderProgress(travel) {
  const bar = $('passing')
  bar.hidden = travel === undefined || (travel.done && told !== travel.target)
  if (travel === undefined) return
  if (!travel.done) {
    told = travel.target
    expectNews()
    draw(bar, ['going', travel.target, travel.lines.length], () => [
      el('span', { class: 'spinner', 'aria-hidden': 'true' }),
      ` Time passes, to ${dayAndTime(travel.target)} (${span((Date.parse(travel.target) - Date.parse(travel.from)) / 1000)}). ${happened(travel.lines.length)}`,
    ])
    return
  }
  if (told !== travel.target) return
  draw(bar, ['done', travel], () => [
    travel.error
      ? `It went no further: ${travel.error}`
      : `It is ${dayAndTime(travel.target)}. ${happened(travel.lines.length)}`,
    travel.lines.length > 0 &&
      el(
        'details',
        {},
        el('summary', { 'data-key': 'on-the-way' }, 'What happened'),
        el(
          'ol',
          {},
          travel.lines.map((line) => {
            const [at, id, ...what] = line.split(/\s+/)
            return el(
              'li',
              {},
              el('time', { datetime: at }, dayAndTime(at)),
              ` ${what.join(' ').replaceAll('-', ' ')} `,
              el('code', {}, `…${id.slice(-5)}`),
            )
          }),
        ),
      ),
    button(
      '✕',
      () => {
        told = undefined
        bar.hidden = true
      },
      { class: 'icon', 'aria-label': 'Dismiss', 'data-key': 'dismiss-travel' },
    ),
  ])
}

const happened = (count) =>
  count === 0
    ? 'Nothing became due on the way.'
    : count === 1
      ? 'One thing happened on the way.'
      : `${count} things happened on the way.`
