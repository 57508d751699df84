/** Dialogs that ask or tell one thing. */
import { $, button, el } from './dom.js'
import { plain, words } from './mrkdwn.js'

/**
 * Asks what an element wants confirmed, as Slack does (a confirmation dialog object).
 *
 * @returns {Promise<boolean>}
 */
export function confirmed({ title, text, confirm, deny, style }) {
  const dialog = $('confirm')
  const { promise, resolve } = Promise.withResolvers()
  const yes = el('button', { class: `button ${style ?? 'primary'}`, value: 'yes' }, plain(confirm) || 'Yes')
  const form = el(
    'form',
    { method: 'dialog' },
    el('h2', { id: 'confirm-title' }, plain(title)),
    el('p', {}, words(text)),
    el(
      'div',
      { class: 'dialog-foot' },
      el('button', { class: 'button', value: '' }, plain(deny) || 'No'),
      yes,
    ),
  )
  dialog.returnValue = ''
  dialog.replaceChildren(form)
  dialog.onclose = () => resolve(dialog.returnValue === 'yes')
  dialog.showModal()
  yes.focus()
  return promise
}

let toastTimer

/** Says something for a few seconds. */
export function toast(message, kind = '') {
  const node = $('toast')
  node.replaceChildren(message)
  node.className = kind
  node.hidden = false
  clearTimeout(toastTimer)
  toastTimer = setTimeout(() => {
    node.hidden = true
  }, 6000)
}

/** The head of a dialog, with its way out. */
export const dialogHead = (title, id, close) =>
  el(
    'div',
    { class: 'dialog-head' },
    el('h2', { id }, title),
    button('✕', close, { class: 'icon', 'aria-label': 'Close' }),
  )
