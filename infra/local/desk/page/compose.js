/** Writing as a customer: a complaint from any source, sent signed as that source would send it. */
import { dialogHead, toast } from './dialogs.js'
import { $, button, el } from './dom.js'
import { ask, choose, expectNews, refresh, setting } from './store.js'

/** How the sources are called. */
const SOURCES = {
  web: 'Web form',
  x: 'X',
  meta: 'Facebook & Instagram',
  twilio: 'Text message',
  zendesk: 'Zendesk',
  intercom: 'Intercom',
  email: 'Email',
  reviews: 'Review site',
  phone: 'Phone',
}
const nameOf = (source) => SOURCES[source] ?? source

export function openComposer(example) {
  const dialog = $('composer')
  if (!dialog.open) {
    dialog.replaceChildren(form())
    dialog.showModal()
  }
  if (example) fill(setting.examples.find(({ id }) => id === example))
  dialog.querySelector('textarea').focus()
}

function form() {
  const status = el('p', { role: 'status', class: 'compose-status' })
  const send = el('button', { class: 'button primary' }, 'Send it')
  const close = () => $('composer').close()
  const node = el(
    'form',
    {},
    dialogHead('Write as a customer', 'composer-title', close),
    el(
      'div',
      { class: 'dialog-body' },
      el('p', { class: 'lead' }, 'It goes to the deployed webhook, signed as its source would sign it.'),
      el(
        'div',
        { class: 'examples', role: 'group', 'aria-label': 'Ready examples' },
        setting.examples.map((example) =>
          el(
            'button',
            { type: 'button', class: 'example', 'data-example': example.id, onclick: () => fill(example) },
            el('strong', {}, example.title),
            el('small', {}, example.shows),
          ),
        ),
      ),
      el(
        'fieldset',
        { class: 'sources' },
        el('legend', {}, 'Where they write'),
        setting.sources.map((source, index) => {
          const box = el('input', { type: 'radio', name: 'source', value: source })
          box.checked = index === 0
          return el('label', {}, box, el('span', {}, nameOf(source)))
        }),
      ),
      el('label', { class: 'b-label', for: 'compose-author' }, 'Customer'),
      el('input', {
        id: 'compose-author',
        name: 'author',
        value: 'Kim Example',
        required: true,
        maxlength: 100,
        autocomplete: 'off',
      }),
      el('label', { class: 'b-label', for: 'compose-text' }, 'What they write'),
      el('textarea', { id: 'compose-text', name: 'text', rows: 5, required: true, maxlength: 5000 }),
      el(
        'label',
        { class: 'tick' },
        el('input', { type: 'checkbox', name: 'public', checked: true }),
        el('span', {}, 'for everybody to read', el('small', {}, 'A public post has shorter deadlines')),
      ),
      status,
    ),
    el(
      'div',
      { class: 'dialog-foot' },
      el('button', { type: 'button', class: 'button', onclick: close }, 'Close'),
      send,
    ),
  )
  node.onsubmit = async (event) => {
    event.preventDefault()
    send.disabled = true
    status.textContent = 'Sending…'
    const { source, author, text, public: open } = node.elements
    try {
      expectNews()
      const { answer, request } = await ask('api/complaints', {
        source: source.value,
        author: author.value,
        text: text.value,
        public: open.checked,
      })
      status.replaceChildren(outcomeOf(answer), request ? sent(request) : '')
      if (answer.complaintId) {
        choose({ complaint: answer.complaintId })
        document.dispatchEvent(new CustomEvent('composed', { detail: answer }))
      }
      $('composer').close()
      toast(outcomeOf(answer), 'good')
    } catch (error) {
      status.textContent = error.message
      status.classList.add('fault')
    }
    send.disabled = false
    await refresh()
  }
  return node
}

const OUTCOMES = {
  opened: 'A new complaint was opened',
  linked: 'It belongs to a complaint that is open',
  duplicate: 'It was there already',
  ignored: 'It is no complaint',
}
const outcomeOf = ({ outcome, complaintId }) =>
  `${OUTCOMES[outcome] ?? outcome}${complaintId ? `: …${complaintId.slice(-5)}` : ''}`

const sent = ({ path, headers, body }) =>
  el(
    'details',
    {},
    el('summary', {}, 'What was sent'),
    el(
      'pre',
      {},
      `POST ${path}\n${Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n')}\n\n${body}`,
    ),
  )

function fill(example) {
  const { elements } = $('composer').querySelector('form')
  const source = setting.sources.includes(example.source) ? example.source : setting.sources[0]
  elements.source.value = source
  elements.author.value = example.author
  elements.text.value = example.text
  elements.public.checked = example.public
}

/** The button that opens it. */
export const composeButton = () =>
  button('Write as a customer', () => openComposer(), { class: 'button compose', id: 'compose' })
