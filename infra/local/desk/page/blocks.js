/**
 * Block Kit as elements, by type alone: whatever an app puts together of the known types is shown and works
 * (https://docs.slack.dev/reference/block-kit).
 */

import { confirmed } from './dialogs.js'
import { el } from './dom.js'
import { link, mrkdwn, plain, words } from './mrkdwn.js'
import { chosen, setting } from './store.js'

/**
 * @typedef {object} Surface where blocks are shown
 * @property {(block: string, action: string, chosen: object, node: HTMLElement) => void} act what a press or a choice leads to
 * @property {string} key begins the ids of its elements, unique on the page
 */

/**
 * A message's blocks, or its text where it has none.
 *
 * @param {{blocks?: any[], text?: string}} message
 * @param {Surface} surface
 */
export function content({ blocks, text = '' }, surface) {
  if (!blocks?.length) return [el('div', { class: 'b-section' }, mrkdwn(text))]
  return blocks.map((block) => blockOf(block, surface))
}

function blockOf(block, surface) {
  const make = Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type] : undefined
  return make?.(block, surface) ?? el('p', { class: 'b-unknown' }, `(a block of type ${block.type})`)
}

const BLOCKS = {
  header: ({ text }) => el('h3', { class: 'b-header' }, plain(text)),
  divider: () => el('hr', {}),
  section: (block, surface) =>
    el(
      'div',
      { class: 'b-section' },
      el(
        'div',
        { class: 'b-words' },
        block.text && el('div', {}, words(block.text)),
        block.fields &&
          el(
            'div',
            { class: 'b-fields' },
            block.fields.map((field) => el('div', {}, words(field))),
          ),
      ),
      block.accessory && el('div', { class: 'b-accessory' }, elementOf(block.accessory, block, surface)),
    ),
  context: (block) =>
    el(
      'div',
      { class: 'b-context' },
      block.elements.map((element) =>
        element.type === 'image' ? picture(element, 'small') : el('span', {}, words(element)),
      ),
    ),
  actions: (block, surface) =>
    el(
      'div',
      { class: 'b-actions' },
      block.elements.map((element) => elementOf(element, block, surface)),
    ),
  context_actions: (block, surface) => BLOCKS.actions(block, surface),
  image: (block) =>
    el(
      'figure',
      { class: 'b-image' },
      block.title && el('figcaption', {}, plain(block.title)),
      picture(block, 'large'),
    ),
  markdown: ({ text }) => el('div', { class: 'b-section' }, text),
  rich_text: ({ elements }) => el('div', { class: 'b-section' }, elements.map(richText)),
  input: inputOf,
}

/** Pictures of the emulator's own files are shown; others would be a request to somebody else. */
function picture({ image_url = '', slack_file, alt_text = 'a picture' }, size) {
  const id = slack_file?.id ?? /\/files-pri\/([A-Z0-9-]+)\//.exec(slack_file?.url ?? image_url)?.[1]
  const source = image_url.startsWith('data:image/')
    ? image_url
    : id && `api/file?id=${encodeURIComponent(id)}`
  return source
    ? el('img', { class: size, src: source, alt: alt_text })
    : el('span', { class: 'b-picture' }, link(image_url, alt_text))
}

export const pictureOfFile = ({ id, name }) => picture({ slack_file: { id }, alt_text: name }, 'large')

function richText(element) {
  const inside = () => (element.elements ?? []).map(richText)
  switch (element.type) {
    case 'rich_text_section':
      return el('div', {}, inside())
    case 'rich_text_list':
      return el(
        element.style === 'ordered' ? 'ol' : 'ul',
        {},
        (element.elements ?? []).map((item) => el('li', {}, richText(item))),
      )
    case 'rich_text_quote':
      return el('blockquote', {}, inside())
    case 'rich_text_preformatted':
      return el('pre', {}, inside())
    case 'link':
      return link(element.url ?? '', element.text ?? element.url ?? '')
    case 'user':
      return mrkdwn(`<@${element.user_id}>`)
    case 'channel':
      return mrkdwn(`<#${element.channel_id}>`)
    case 'emoji':
      return mrkdwn(`:${element.name}:`)
    case 'date':
      return mrkdwn(`<!date^${element.timestamp}^${element.format}|${element.fallback ?? ''}>`)
    default: {
      let node = element.text ?? ''
      const { bold, italic, strike, code } = element.style ?? {}
      for (const [on, tag] of [
        [code, 'code'],
        [bold, 'strong'],
        [italic, 'em'],
        [strike, 's'],
      ])
        if (on) node = el(tag, {}, node)
      return node
    }
  }
}

const readers = new WeakMap()

/** An interactive element; its value can be read by `enteredIn`, and a change of it acts at once. */
function elementOf(element, block, surface) {
  if (element.type === 'image') return picture(element, 'thumb')
  const make = Object.hasOwn(ELEMENTS, element.type) ? ELEMENTS[element.type] : undefined
  if (make === undefined) return el('span', { class: 'b-unknown' }, `(an element of type ${element.type})`)
  const id = `${surface.key}-${block.block_id}-${element.action_id}`
  const label = plain(block.label ?? element.placeholder ?? block.text ?? element.text)
  const { node, read } = make(element, {
    id,
    label,
    required: block.type === 'input' && !block.optional,
    act: async (chosenNow, from) => {
      if (block.type === 'input' && !block.dispatch_action) return
      if (element.confirm && !(await confirmed(element.confirm))) return
      surface.act(block.block_id, element.action_id, chosenNow, from)
    },
  })
  node.dataset.block = block.block_id
  node.dataset.action = element.action_id
  if (read !== undefined) readers.set(node, read)
  return node
}

const options = (element) => element.options ?? element.option_groups?.flatMap((group) => group.options) ?? []
const one = (value) => ({ value: value === '' ? null : value })

/** A menu of the browser's own. @param groups `[label, [value, text][]][]`, a label of '' for none */
function menu(element, { id, label, required, act }, groups, initial) {
  const node = el('select', {
    id,
    'aria-label': label,
    'data-key': id,
    required,
    onchange: () => act(one(node.value), node),
  })
  node.append(el('option', { value: '' }, plain(element.placeholder) || 'Choose…'))
  for (const [group, entries] of groups) {
    const made = entries.map(([value, text]) => el('option', { value }, text))
    if (group === '') node.append(...made)
    else node.append(el('optgroup', { label: group }, made))
  }
  node.value = initial ?? ''
  return { node, read: () => one(node.value) }
}

const optionEntries = (list) => list.map(({ value, text }) => [value, plain(text)])
const everybody = () =>
  setting.teams.map(({ id, name }) => [
    name,
    setting.users.filter(({ team }) => team === id).map((user) => [user.id, user.name]),
  ])
const everyChannel = () => [['', setting.channels.map(({ id, name }) => [id, `#${name}`])]]
const groupsOf = (element) =>
  element.option_groups
    ? element.option_groups.map((group) => [plain(group.label), optionEntries(group.options)])
    : [['', optionEntries(element.options ?? [])]]

/** Boxes or circles, one below another. */
function ticks(kind, { id, label, act, required }, entries, initial) {
  const boxes = entries.map(([value, text, description], index) => {
    const box = el('input', {
      type: kind,
      name: id,
      value,
      id: `${id}-${index}`,
      'data-key': `${id}-${index}`,
      required: required && kind === 'radio',
      onchange: () => act(read(), node),
    })
    box.checked = initial.includes(value)
    return [
      box,
      el('label', { class: 'tick' }, box, el('span', {}, text, description && el('small', {}, description))),
    ]
  })
  const node = el(
    'div',
    { class: 'ticks', id, role: kind === 'radio' ? 'radiogroup' : 'group', 'aria-label': label },
    boxes.map(([, line]) => line),
  )
  const read = () => {
    const values = boxes.filter(([box]) => box.checked).map(([box]) => box.value)
    return kind === 'radio' ? one(values[0] ?? '') : { values }
  }
  return { node, read }
}

const described = (list) =>
  list.map(({ value, text, description }) => [value, words(text), description && plain(description)])
const several = (context, entries, initial) => ticks('checkbox', context, entries, initial ?? [])

/** A field to type into. */
function field(element, { id, label, act, required }, type, more = {}) {
  const node = el(element.multiline ? 'textarea' : 'input', {
    id,
    'data-key': id,
    'aria-label': label,
    type: element.multiline ? undefined : type,
    rows: element.multiline ? 4 : undefined,
    required,
    placeholder: plain(element.placeholder) || undefined,
    minlength: element.min_length,
    maxlength: element.max_length,
    onchange: () => act(one(node.value), node),
    ...more,
  })
  node.value = element.initial_value ?? ''
  if (element.focus_on_load) node.autofocus = true
  return { node, read: () => one(node.value) }
}

const pad = (number) => String(number).padStart(2, '0')
/** Seconds since 1970 as a `datetime-local` field has them. */
export const localMinute = (seconds) => {
  const at = new Date(seconds * 1000)
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`
}

const ELEMENTS = {
  button(element, { id, act }) {
    const attributes = {
      id,
      class: `button ${element.style ?? ''}`,
      'data-key': id,
      'aria-label': element.accessibility_label,
    }
    const press = () => act({}, node)
    const node =
      element.url && /^https?:/.test(element.url)
        ? el(
            'a',
            {
              ...attributes,
              href: element.url,
              target: '_blank',
              rel: 'noreferrer noopener',
              onclick: press,
            },
            plain(element.text),
          )
        : el('button', { ...attributes, type: 'button', onclick: press }, plain(element.text))
    return { node }
  },
  overflow(element, { id, act }) {
    const node = el(
      'details',
      { class: 'menu', id },
      el('summary', { class: 'button', 'aria-label': 'More actions', 'data-key': id }, '⋯'),
      el(
        'div',
        { class: 'menu-items' },
        element.options.map(({ value, text, description }) =>
          el(
            'button',
            {
              type: 'button',
              onclick: () => {
                node.open = false
                act({ value }, node)
              },
            },
            plain(text),
            description && el('small', {}, plain(description)),
          ),
        ),
      ),
    )
    return { node }
  },
  static_select: (element, context) =>
    menu(element, context, groupsOf(element), element.initial_option?.value),
  users_select: (element, context) => menu(element, context, everybody(), element.initial_user),
  channels_select: (element, context) => menu(element, context, everyChannel(), element.initial_channel),
  conversations_select: (element, context) =>
    menu(
      element,
      context,
      everyChannel(),
      element.initial_conversation ?? (element.default_to_current_conversation ? chosen.channel : undefined),
    ),
  multi_static_select: (element, context) =>
    several(
      context,
      described(options(element)),
      element.initial_options?.map(({ value }) => value),
    ),
  multi_users_select: (element, context) =>
    several(
      context,
      everybody().flatMap(([, people]) => people),
      element.initial_users,
    ),
  multi_channels_select: (element, context) =>
    several(context, everyChannel()[0][1], element.initial_channels),
  multi_conversations_select: (element, context) =>
    several(context, everyChannel()[0][1], element.initial_conversations),
  checkboxes: (element, context) =>
    several(
      context,
      described(element.options),
      element.initial_options?.map(({ value }) => value),
    ),
  radio_buttons: (element, context) =>
    ticks('radio', context, described(element.options), [element.initial_option?.value]),
  plain_text_input: (element, context) => field(element, context, 'text'),
  email_text_input: (element, context) => field(element, context, 'email'),
  url_text_input: (element, context) => field(element, context, 'url'),
  number_input: (element, context) =>
    field(element, context, 'number', {
      min: element.min_value,
      max: element.max_value,
      step: element.is_decimal_allowed ? 'any' : '1',
    }),
  datepicker: (element, context) =>
    field({ ...element, initial_value: element.initial_date }, context, 'date'),
  timepicker: (element, context) =>
    field({ ...element, initial_value: element.initial_time }, context, 'time'),
  datetimepicker(element, context) {
    const initial = element.initial_date_time
    const made = field(
      { ...element, initial_value: initial === undefined ? '' : localMinute(initial) },
      { ...context, act: () => context.act(read(), made.node) },
      'datetime-local',
    )
    const read = () =>
      made.node.value === '' ? { value: null } : { value: String(Date.parse(made.node.value) / 1000) }
    return { node: made.node, read }
  },
}

/** A field of a modal, with its label, its hint and room for what is wrong with it. */
function inputOf(block, surface) {
  const node = elementOf(block.element, block, surface)
  const group = node.classList.contains('ticks')
  const hint = block.hint && el('small', { class: 'hint', id: `${node.id}-hint` }, plain(block.hint))
  const fault = el('p', { class: 'fault', id: `${node.id}-fault`, hidden: true })
  node.setAttribute('aria-describedby', [hint?.id, fault.id].filter(Boolean).join(' '))
  if (!group) node.removeAttribute('aria-label')
  return el(
    'div',
    { class: 'b-input', 'data-input': block.block_id },
    el(
      group ? 'p' : 'label',
      { class: 'b-label', for: group ? undefined : node.id },
      plain(block.label),
      block.optional && el('span', { class: 'optional' }, ' (optional)'),
    ),
    node,
    hint,
    fault,
  )
}

/** What is entered within a node, by block and action. */
export function enteredIn(root) {
  const values = {}
  for (const node of root.querySelectorAll('[data-action]')) {
    const read = readers.get(node)
    if (read === undefined) continue
    const { block, action } = node.dataset
    values[block] = { ...values[block], [action]: read() }
  }
  return values
}
