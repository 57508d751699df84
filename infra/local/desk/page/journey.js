/** A newcomer's first journey: what to try, in an order in which it tells the story; a step ticks itself off. */

import { openComposer } from './compose.js'
import { $, button, draw, el } from './dom.js'
import { choose, screen, setting } from './store.js'

const KEY = 'redress-journey'
let kept = { done: [], dismissed: false }
try {
  kept = { ...kept, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') }
} catch {
  // Not what this page has written: the journey begins anew.
}
const keep = (change) => {
  kept = { ...kept, ...change }
  localStorage.setItem(KEY, JSON.stringify(kept))
}

const accepted = ({ stage, team }) => stage === 'handed off' || team !== setting.teams[0]?.id

/** `is` looks at the complaint of the journey, as the screen tells it. */
const STEPS = [
  {
    id: 'compose',
    title: 'Write as a customer',
    how: 'Send “Locked out of the bill”. Its card comes to #support, with an owner and two timers.',
    go: ['Open it', () => openComposer('locked-out')],
    is: () => true,
  },
  {
    id: 'warning',
    title: 'Let time pass, to the first warning',
    how: 'Half of the time to acknowledge goes by, and the owner hears of it in the thread.',
    go: ['Show me', () => show('travel')],
    is: ({ timers }) => timers.some(({ warnedAt }) => warnedAt.length > 0),
  },
  {
    id: 'acknowledge',
    title: 'Acknowledge it, as Sam',
    how: 'Press Acknowledge on the card. The timer is met, and the path moves on.',
    go: ['Show me', () => showCard()],
    is: ({ acknowledged }) => acknowledged,
  },
  {
    id: 'hand-off',
    title: 'Hand it off to Billing',
    how: 'Sam asks; until Billing accepts, it stays Sam’s. Billing’s own timer starts.',
    go: ['Show me', () => showCard()],
    is: (complaint) => complaint.handoff !== undefined || accepted(complaint),
  },
  {
    id: 'accept',
    title: 'Become Bea, and accept',
    how: 'Choose Bea under “Acting as”, open #billing, press Accept.',
    go: ['Show me', () => show('user')],
    is: accepted,
  },
  {
    id: 'resolve',
    title: 'Resolve it',
    how: 'With the answer, and what the customer got. Then watch it wait for the customer’s word.',
    go: ['Show me', () => showCard()],
    is: ({ stage }) => stage === 'resolved' || stage === 'closed',
  },
  {
    id: 'close',
    title: 'See it closed',
    how: 'Press Close, or let time pass: nobody objects, and it closes itself.',
    go: ['Show me', () => showCard()],
    is: ({ stage }) => stage === 'closed',
  },
]

function show(id) {
  const node = $(id)
  if (node instanceof HTMLDetailsElement) node.open = true
  const target = node.matches('details') ? node.querySelector('summary') : node
  target.scrollIntoView({ block: 'nearest' })
  target.focus()
  node.classList.add('look-here')
  setTimeout(() => node.classList.remove('look-here'), 2500)
}

/** The card of the journey's complaint in the channel of the team that has it now. */
function showCard() {
  const team = setting.teams.find(({ id }) => id === mine()?.team)
  const channel = setting.channels.find(({ name }) => name === team?.channel)
  const cards = screen.messages.filter(
    ({ complaint, thread }) => complaint === kept.complaint && thread === undefined,
  )
  const card = cards.find((candidate) => candidate.channel === channel?.id) ?? cards[0]
  if (card === undefined) return
  choose({ pane: 'channel' })
  location.hash = `#${card.channel}/${card.ts}`
}

const mine = () => screen.complaints.find(({ id }) => id === kept.complaint)

/** A complaint was composed: it is the one that the journey is about, until that is over. */
export function startJourney() {
  document.addEventListener('composed', ({ detail }) => {
    if (mine() === undefined || kept.done.includes('close')) keep({ complaint: detail.complaintId })
  })
}

export function renderJourney() {
  const complaint = mine()
  if (complaint !== undefined) {
    const done = STEPS.filter(({ id, is }) => kept.done.includes(id) || is(complaint)).map(({ id }) => id)
    if (done.length !== kept.done.length) keep({ done })
  }
  const node = $('journey')
  node.hidden = kept.dismissed
  if (kept.dismissed) return
  const next = STEPS.find(({ id }) => !kept.done.includes(id))
  draw(node, [kept.done, next?.id], () => [
    el(
      'div',
      { class: 'journey-head' },
      el('h2', {}, next ? 'Try this' : 'That was the whole journey'),
      el('span', { class: 'journey-count' }, `${kept.done.length} of ${STEPS.length}`),
      button('✕', dismissJourney, {
        class: 'icon',
        'aria-label': 'Dismiss the list',
        'data-key': 'dismiss-journey',
      }),
    ),
    el(
      'ol',
      {},
      STEPS.map((step) => stepOf(step, step === next)),
    ),
    !next &&
      button('Begin again', () => keepAndRender({ done: [], complaint: undefined }), { class: 'linklike' }),
  ])
}

const stepOf = ({ id, title, how, go: [label, press] }, current) => {
  const done = kept.done.includes(id)
  return el(
    'li',
    { class: done ? 'done' : current ? 'current' : '', 'data-step': id },
    el('span', { class: 'mark', 'aria-hidden': 'true' }, done ? '✓' : ''),
    el(
      'div',
      {},
      el('span', { class: 'step-title' }, title, done && el('span', { class: 'unseen' }, ' (done)')),
      current && el('p', {}, how, ' ', button(label, press, { class: 'linklike', 'data-key': `go-${id}` })),
    ),
  )
}

const keepAndRender = (change) => {
  keep(change)
  renderJourney()
}
export const dismissJourney = () => keepAndRender({ dismissed: true })
export const bringJourneyBack = () => keepAndRender({ dismissed: false })
