/** The desk page: shows what the server tells every other second, and sends back what somebody presses. */
import { content, el, text } from './render.js'

const EVERY_MS = 1500
const $ = (id) => document.getElementById(id)

let state
let channel = sessionStorage.getItem('channel')
let user = sessionStorage.getItem('user')
let skewMs = 0
let shownView
const drawn = new Map()

/** Draws only what has changed, so that a button keeps its focus and a half-written form its text. */
function draw(node, key, value, build) {
  const signature = JSON.stringify(value)
  if (drawn.get(key) === signature) return
  drawn.set(key, signature)
  node.replaceChildren(...build())
}

async function ask(path, body) {
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error ?? `Answered ${response.status}`)
  return answer
}

async function refresh() {
  try {
    state = await ask(`api/state?user=${encodeURIComponent(user ?? '')}`)
    skewMs = Date.parse(state.now) - Date.now()
    if (!state.users.some(({ id }) => id === user)) user = state.users[0]?.id
    if (!state.channels.some(({ id }) => id === channel)) channel = state.channels[0]?.id
    render()
  } catch (error) {
    $('clock').textContent = error.message.includes('fetch')
      ? 'The local stack is not running'
      : error.message
  }
}

async function loop() {
  await refresh()
  setTimeout(loop, document.hidden ? 10 * EVERY_MS : EVERY_MS)
}

function toast(message) {
  const node = $('toast')
  node.textContent = message
  node.hidden = false
  clearTimeout(toast.timer)
  toast.timer = setTimeout(() => {
    node.hidden = true
  }, 5000)
}

const names = {
  user: (id) => state.users.find((person) => person.id === id)?.name ?? 'Redress',
  channel: (id) => state.channels.find((found) => found.id === id)?.name ?? id,
}

function render() {
  draw($('user'), 'users', [state.users, user], () =>
    state.users.map(({ id, name }) => {
      const option = el('option', { value: id }, name)
      option.selected = id === user
      return option
    }),
  )
  const counts = state.channels.map(
    ({ id }) => state.messages.filter((message) => message.channel === id && !message.thread).length,
  )
  draw($('channels'), 'channels', [state.channels, counts, channel], () =>
    state.channels.map(({ id, name }, index) => {
      const button = el(
        'button',
        { 'aria-current': String(id === channel) },
        `# ${name}`,
        el('span', {}, counts[index] || ''),
      )
      button.onclick = () => show(id)
      return button
    }),
  )
  renderMessages()
  draw($('complaints'), 'complaints', state.complaints, () => state.complaints.map(complaintRow))
  $('count').textContent = state.complaints.length === 0 ? '' : `(${state.complaints.length})`
  renderView(state.view)
  tick()
}

function show(id) {
  channel = id
  sessionStorage.setItem('channel', id)
  render()
}

function renderMessages() {
  const here = state.messages.filter((message) => message.channel === channel)
  draw($('messages'), 'messages', [here, user], () => {
    if (here.length === 0)
      return [el('p', { class: 'empty' }, 'Nothing here yet. Send a complaint, on the right.')]
    const parents = here.filter((message) => !message.thread || message.thread === message.ts)
    return parents
      .map((parent) => {
        const replies = here.filter((message) => message.thread === parent.ts && message.ts !== parent.ts)
        return el(
          'article',
          { class: `message${parent.ephemeral ? ' ephemeral' : ''}` },
          ...messageParts(parent),
          ...replies.map((reply) =>
            el(
              'div',
              { class: `message reply${reply.ephemeral ? ' ephemeral' : ''}` },
              ...messageParts(reply),
            ),
          ),
        )
      })
      .reverse()
  })
}

function messageParts(message) {
  const at = new Date(Number(message.ts) * 1000).toLocaleTimeString()
  return [
    el(
      'p',
      { class: 'by', title: 'real time' },
      el('b', {}, names.user(message.by)),
      ` ${at}`,
      message.ephemeral ? ' · only you see this' : '',
    ),
    ...content(message, names, (action, button) => pressButton(message, action, button)),
  ]
}

async function pressButton(message, action, button) {
  button.disabled = true
  try {
    await ask('api/press', { user, channel: message.channel, ts: message.ts, action })
  } catch (error) {
    toast(error.message)
  }
  button.disabled = false
  await refresh()
}

function complaintRow({ id, stage, owner, team, level, excerpt, timers }) {
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'row' },
      el('span', { class: 'chip' }, stage),
      level > 0 ? el('span', { class: 'chip level' }, `level ${level}`) : '',
    ),
    el('p', {}, excerpt),
    el('p', { class: 'id' }, `${id} · ${team} · ${owner}`),
    el(
      'div',
      { class: 'timers' },
      ...timers.map((timer) =>
        el('div', { 'data-due': timer.dueAt, 'data-name': timer.name, 'data-state': timer.state }),
      ),
    ),
  )
}

/** Counts the timers by the stage's time, between two looks at the server. */
function tick() {
  if (state === undefined) return
  const now = Date.now() + skewMs
  $('clock').textContent = new Date(now).toUTCString().replace('GMT', 'UTC')
  for (const node of document.querySelectorAll('[data-due]')) {
    const { due, name, state: how } = node.dataset
    const seconds = Math.round((Date.parse(due) - now) / 1000)
    const label = name.replaceAll('-', ' ')
    node.className = how === 'breached' || seconds < 0 ? 'late' : seconds < 1800 ? 'soon' : ''
    node.textContent =
      how === 'paused'
        ? `${label}: paused`
        : how === 'breached'
          ? `${label}: breached ${span(-seconds)} ago`
          : seconds < 0
            ? `${label}: due ${span(-seconds)} ago`
            : `${label}: in ${span(seconds)}`
    node.title = due
  }
}

function span(seconds) {
  const days = Math.floor(seconds / 86400)
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ]
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`
}

function renderView(view) {
  const dialog = $('modal')
  if (view === undefined) {
    if (shownView !== undefined && shownView !== 'notice') dialog.close()
    return
  }
  if (shownView === view.id) return
  shownView = view.id
  const errors = el('p', { class: 'error', role: 'alert' })
  const form = el('form', {})
  form.append(
    el('h3', {}, text(view.title)),
    ...view.blocks.flatMap(inputOf),
    errors,
    el(
      'div',
      { class: 'row' },
      closer(view),
      view.submit ? el('button', { class: 'primary' }, text(view.submit)) : '',
    ),
  )
  form.onsubmit = async (event) => {
    event.preventDefault()
    try {
      const answer = await ask('api/submit', { user, values: valuesOf(form) })
      if (answer.errors) {
        errors.textContent = Object.entries(answer.errors)
          .map(([field, why]) => `${field}: ${why}`)
          .join(' · ')
        return
      }
      dialog.close()
      if (answer.view) notice(answer.view)
    } catch (error) {
      errors.textContent = error.message
    }
    await refresh()
  }
  dialog.replaceChildren(form)
  if (!dialog.open) dialog.showModal()
}

function closer(view) {
  const button = el('button', { type: 'button' }, text(view.close) || 'Cancel')
  button.onclick = () => $('modal').close()
  return button
}

/** A view that the app answers with, such as a refusal. */
function notice(view) {
  shownView = 'notice'
  const dialog = $('modal')
  dialog.replaceChildren(
    el('h3', {}, text(view.title)),
    ...content({ blocks: view.blocks, text: '' }, names, () => {}),
    el('div', { class: 'row' }, closer(view)),
  )
  dialog.showModal()
}

function inputOf(block) {
  if (block.type !== 'input') return content({ blocks: [block], text: '' }, names, () => {})
  const { element } = block
  const data = { name: block.block_id, 'data-element': element.action_id, 'data-kind': element.type }
  const required = block.optional ? {} : { required: '' }
  const field =
    element.type === 'static_select'
      ? el(
          'select',
          { ...data, ...required },
          el('option', { value: '' }, '…'),
          ...element.options.map((option) => el('option', { value: option.value }, text(option.text))),
        )
      : el(element.multiline ? 'textarea' : 'input', {
          ...data,
          ...required,
          placeholder: text(element.placeholder),
          maxlength: String(element.max_length ?? 3000),
        })
  if (element.initial_value) field.value = element.initial_value
  if (element.initial_option) field.value = element.initial_option.value
  return [
    el(
      'label',
      {},
      `${text(block.label)}${block.optional ? ' (optional)' : ''}`,
      field,
      block.hint ? el('small', {}, text(block.hint)) : '',
    ),
  ]
}

/** What was entered, by block and element, as Slack sends it. */
function valuesOf(form) {
  const values = {}
  for (const field of form.elements) {
    const { element, kind } = field.dataset
    if (!element) continue
    const entered = field.value === '' ? null : field.value
    values[field.name] = {
      [element]:
        kind === 'static_select'
          ? { type: kind, selected_option: entered && { value: entered } }
          : { type: kind, value: entered },
    }
  }
  return values
}

$('modal').addEventListener('close', async () => {
  const closed = shownView
  shownView = undefined
  if (closed !== undefined && closed !== 'notice') await ask('api/close', { user }).catch(() => {})
})

// A link to a message leads to its channel.
window.onhashchange = () => show(location.hash.slice(1))

$('user').onchange = (event) => {
  user = event.target.value
  sessionStorage.setItem('user', user)
  refresh()
}

$('composer').onsubmit = async (event) => {
  event.preventDefault()
  const form = event.target
  const note = form.querySelector('.note')
  const button = form.querySelector('button')
  button.disabled = true
  try {
    const { author, text: words, public: open } = form.elements
    const answer = await ask('api/complaints', {
      author: author.value,
      text: words.value,
      public: open.checked,
    })
    note.textContent = `${answer.outcome}: ${answer.complaintId}`
    words.value = ''
  } catch (error) {
    note.textContent = error.message
  }
  button.disabled = false
  await refresh()
}

setInterval(tick, 1000)
loop()
