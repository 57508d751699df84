/** The app's modals: opened by it, filled in here, submitted to it. */
import { content, enteredIn, localMinute } from './blocks.js'
import { dialogHead, toast } from './dialogs.js'
import { $, el } from './dom.js'
import { plain } from './mrkdwn.js'
import { act, screen } from './store.js'

let shown

/** Shows the modal that is open for the person whom the page acts as, if one is. */
export function renderModal() {
  const dialog = $('modal')
  const view = screen.modal
  if (view === undefined) {
    shown = undefined
    if (dialog.open) dialog.close()
    return
  }
  if (shown?.id === view.id && shown.hash === view.hash) return
  const kept = shown?.id === view.id ? enteredIn(dialog) : undefined
  const focused = kept && document.activeElement?.getAttribute('data-key')
  shown = view
  dialog.replaceChildren(formOf(view))
  if (kept !== undefined) enterAgain(dialog, kept)
  if (!dialog.open) dialog.showModal()
  const first = dialog.querySelector(
    '[autofocus], .dialog-body :is(input, select, textarea), .dialog-foot .primary',
  )
  const again = focused && dialog.querySelector(`[data-key="${CSS.escape(focused)}"]`)
  ;(again || first)?.focus()
}

function formOf(view) {
  const trouble = el('p', { class: 'fault', role: 'alert' })
  const submit = view.submit && el('button', { class: 'button primary' }, plain(view.submit))
  const body = el(
    'div',
    { class: 'dialog-body' },
    content(view, {
      key: `view-${view.id}`,
      act: (block, action, chosen) =>
        act('api/press-in-view', { view: view.id, block, action, chosen, values: enteredIn(form) }).catch(
          (error) => toast(error.message, 'bad'),
        ),
    }),
    trouble,
  )
  const form = el(
    'form',
    { 'aria-labelledby': 'modal-title', novalidate: true },
    dialogHead(plain(view.title), 'modal-title', dismiss),
    body,
    el(
      'div',
      { class: 'dialog-foot' },
      el('button', { type: 'button', class: 'button', onclick: dismiss }, plain(view.close) || 'Close'),
      submit,
    ),
  )
  form.onsubmit = async (event) => {
    event.preventDefault()
    if (!submit || submit.disabled) return
    showFaults(form, missing(form))
    if (form.querySelector('[aria-invalid]')) return
    submit.disabled = true
    trouble.textContent = ''
    try {
      const { errors } = await act('api/submit', { view: view.id, values: enteredIn(form) })
      if (errors) showFaults(form, errors)
    } catch (error) {
      trouble.textContent = error.message
    }
    submit.disabled = false
  }
  return form
}

/** What Slack itself asks for, before the app hears of anything. */
function missing(form) {
  const faults = {}
  for (const block of form.querySelectorAll('[data-input]')) {
    const invalid = block.querySelector(':invalid')
    if (!invalid) continue
    faults[block.dataset.input] = invalid.validity.valueMissing
      ? 'Please complete this required field'
      : invalid.validationMessage
  }
  return faults
}

/** @param {Record<string, string>} faults by block, as the app tells them */
function showFaults(form, faults) {
  let first
  for (const block of form.querySelectorAll('[data-input]')) {
    const fault = block.querySelector('.fault')
    const field = block.querySelector('[data-action]')
    const said = faults[block.dataset.input]
    fault.hidden = said === undefined
    fault.textContent = said ?? ''
    if (said === undefined) field.removeAttribute('aria-invalid')
    else {
      field.setAttribute('aria-invalid', 'true')
      first ??= field
    }
  }
  if (first === undefined) return
  const target = first.matches('input, select, textarea') ? first : first.querySelector('input')
  target?.focus()
}

/** What was entered before the app changed the view stays, in the fields that stay. */
function enterAgain(root, values) {
  for (const [block, elements] of Object.entries(values)) {
    for (const [action, { value, values: several }] of Object.entries(elements)) {
      const node = root.querySelector(
        `[data-block="${CSS.escape(block)}"][data-action="${CSS.escape(action)}"]`,
      )
      if (node === null) continue
      if (node.classList.contains('ticks')) {
        const on = several ?? [value]
        for (const box of node.querySelectorAll('input')) box.checked = on.includes(box.value)
      } else if (node.type === 'datetime-local') node.value = value ? localMinute(Number(value)) : ''
      else if (node.matches('input, select, textarea')) node.value = value ?? ''
    }
  }
}

function dismiss() {
  act('api/close', {}).catch((error) => toast(error.message, 'bad'))
}

/** Esc closes it as its button does. */
export function startModal() {
  $('modal').addEventListener('cancel', (event) => {
    event.preventDefault()
    dismiss()
  })
}
