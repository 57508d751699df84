/** The keyboard: one key each, where nobody is typing. `?` lists them. */
import { openComposer } from './compose.js'
import { dialogHead } from './dialogs.js'
import { $, button, el } from './dom.js'
import { bringJourneyBack } from './journey.js'
import { closeThread } from './messages.js'
import { choose, chosen, setting } from './store.js'

const KEYS = [
  ['c', 'Write as a customer', () => openComposer()],
  ['t', 'Let time pass', () => openMenu('travel')],
  ['a', 'Act as somebody else', () => $('user').focus()],
  ['m', 'Write a message', () => $('say-text').focus()],
  ['/', 'Type a slash command', () => beginCommand()],
  ['j', 'The next message', () => step(1)],
  ['k', 'The message before', () => step(-1)],
  ['Enter', 'Open the thread of the message in focus', undefined],
  ['p', 'The list of complaints', () => toComplaints()],
  ['1–9', 'The first channel, the second, …', undefined],
  ['h', 'App Home', () => go('#home')],
  ['?', 'This list', () => openHelp()],
  ['Esc', 'Close what is open: a menu, a dialog, the thread', undefined],
]

const go = (hash) => {
  choose({ pane: 'channel' })
  location.hash = hash
}

function openMenu(id) {
  $(id).open = true
  $(id).querySelector('.menu-items button')?.focus()
}

function beginCommand() {
  const box = $('say-text')
  if ($('say').hidden) return
  if (box.value === '') box.value = '/complaint '
  box.focus()
}

function toComplaints() {
  choose({ complaint: undefined, pane: 'complaints' })
  document.querySelector('#complaints button')?.focus()
}

function step(by) {
  const all = [...document.querySelectorAll('#messages .message')]
  const at = all.indexOf(document.activeElement?.closest('.message'))
  const next = at < 0 ? all.at(-1) : all[Math.min(all.length - 1, Math.max(0, at + by))]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

const typing = (node) => node?.matches?.('input:not([type=checkbox], [type=radio]), textarea, select')

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  const open = document.querySelector('dialog[open]')
  if (event.key === 'Escape') {
    const menu = document.querySelector('details.menu[open]')
    if (menu) {
      menu.open = false
      menu.querySelector('summary').focus()
      event.preventDefault()
    } else if (!open && typing(document.activeElement)) document.activeElement.blur()
    else if (!open && chosen.thread) closeThread()
    return
  }
  if (open || typing(event.target)) return
  if (event.key === 'Enter' && event.target.matches?.('#messages .message')) {
    go(`#${chosen.channel}/${event.target.dataset.key}`)
    return
  }
  const channel = /^[1-9]$/.test(event.key) ? setting?.channels[Number(event.key) - 1] : undefined
  const [, , press] = KEYS.find(([key]) => key === event.key) ?? []
  if (press === undefined && channel === undefined) return
  event.preventDefault()
  if (channel) go(`#${channel.id}`)
  else press()
}

/** In a menu the arrows go from one item to the next. */
function onArrow(event) {
  const menu = event.target.closest?.('details.menu[open]')
  if (!menu || !['ArrowDown', 'ArrowUp'].includes(event.key)) return
  const items = [...menu.querySelectorAll('.menu-items button:not(:disabled)')]
  const at = items.indexOf(document.activeElement)
  items.at((at + (event.key === 'ArrowDown' ? 1 : at < 0 ? 0 : -1)) % items.length)?.focus()
  event.preventDefault()
}

export function openHelp() {
  const dialog = $('help')
  const close = () => dialog.close()
  dialog.replaceChildren(
    dialogHead('Keys', 'help-title', close),
    el(
      'div',
      { class: 'dialog-body' },
      el(
        'dl',
        { class: 'keys' },
        KEYS.map(([key, what]) => [el('dt', {}, el('kbd', {}, key)), el('dd', {}, what)]),
      ),
      el(
        'p',
        { class: 'lead' },
        'This page stands in for Slack on the local stage. What you press goes, signed, to the deployed functions.',
      ),
    ),
    el(
      'div',
      { class: 'dialog-foot' },
      button(
        'Show the “Try this” list',
        () => {
          bringJourneyBack()
          choose({ pane: 'complaints' })
          close()
        },
        { class: 'button' },
      ),
      button('Close', close, { class: 'button primary' }),
    ),
  )
  dialog.showModal()
}

export function startKeys() {
  document.addEventListener('keydown', onKey)
  document.addEventListener('keydown', onArrow)
  // A menu closes when somebody turns elsewhere.
  document.addEventListener('click', (event) => {
    for (const menu of document.querySelectorAll('details.menu[open]'))
      if (!menu.contains(event.target)) menu.open = false
  })
}
