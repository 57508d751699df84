/** Slack's blocks and its markup as elements. Everything that comes from outside becomes text, never markup. */

/** An element with attributes and children; strings become text. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value)
  node.append(...children)
  return node
}

/** The words of a text object (or nothing). */
export const text = (object) => object?.text ?? ''

/** A message's blocks, or its text where it has none. @param onPress gets the action and the button that was pressed */
export function content({ blocks, text: plain }, names, onPress) {
  if (!blocks?.length) return [el('div', { class: 'block-section' }, ...mrkdwn(plain, names))]
  return blocks.map((block) => blockOf(block, names, onPress))
}

function blockOf(block, names, onPress) {
  const object = (value) => (value.type === 'mrkdwn' ? mrkdwn(value.text, names) : [value.text ?? ''])
  switch (block.type) {
    case 'header':
      return el('div', { class: 'block-header' }, text(block.text))
    case 'section':
      return el(
        'div',
        { class: 'block-section' },
        ...(block.text ? object(block.text) : []),
        ...(block.fields
          ? [el('div', { class: 'fields' }, ...block.fields.map((field) => el('div', {}, ...object(field))))]
          : []),
      )
    case 'context':
      return el(
        'div',
        { class: 'block-context' },
        ...block.elements.flatMap((element) => [...object(element), ' ']),
      )
    case 'actions':
      return el(
        'div',
        { class: 'block-actions' },
        ...block.elements.map((element) => buttonOf(element, onPress)),
      )
    case 'divider':
      return el('hr')
    default:
      return el('p', { class: 'note' }, `(a block of type ${block.type})`)
  }
}

function buttonOf(element, onPress) {
  const button = el('button', element.style ? { class: element.style } : {}, text(element.text))
  button.onclick = () => onPress(element.action_id, button)
  return button
}

const unescaped = (words) => words.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
/** Those that Redress writes. */
const EMOJI = {
  arrow_forward: '▶️',
  arrow_right: '➡️',
  bust_in_silhouette: '👤',
  double_vertical_bar: '⏸️',
  eyes: '👀',
  handshake: '🤝',
  hourglass: '⌛',
  leftwards_arrow_with_hook: '↩️',
  lock: '🔒',
  memo: '📝',
  no_entry_sign: '🚫',
  raising_hand: '🙋',
  red_circle: '🔴',
  rotating_light: '🚨',
  unlock: '🔓',
  warning: '⚠️',
  white_check_mark: '✅',
}

/** Slack's own markup: mentions, links, dates, bold, italics, code and quotes. */
export function mrkdwn(source, names) {
  return source.split('\n').flatMap((line, index, lines) => {
    const quoted = /^(&gt;|>) ?/.exec(line)
    const parts = inline(quoted ? line.slice(quoted[0].length) : line, names)
    if (quoted) return [el('span', { class: 'quote' }, ...(parts.length ? parts : ['\u00a0']))]
    return index < lines.length - 1 ? [...parts, '\n'] : parts
  })
}

const TOKEN = /<([^<>]+)>|`([^`]+)`|\*(\S(?:[^*]*\S)?)\*|(?<!\w)_(\S(?:[^_]*\S)?)_(?!\w)|:([a-z0-9_+-]+):/g

function inline(source, names) {
  const parts = []
  let end = 0
  for (const match of source.matchAll(TOKEN)) {
    const [whole, special, code, bold, italic, emoji] = match
    if (emoji !== undefined && !EMOJI[emoji]) continue
    if (match.index > end) parts.push(unescaped(source.slice(end, match.index)))
    end = match.index + whole.length
    if (special !== undefined) parts.push(specialOf(special, names))
    else if (code !== undefined) parts.push(el('code', {}, unescaped(code)))
    else if (bold !== undefined) parts.push(el('b', {}, ...inline(bold, names)))
    else if (italic !== undefined) parts.push(el('i', {}, ...inline(italic, names)))
    else parts.push(EMOJI[emoji])
  }
  if (end < source.length) parts.push(unescaped(source.slice(end)))
  return parts
}

function specialOf(special, names) {
  const [target, label] = special.split('|')
  if (target.startsWith('@')) return el('span', { class: 'mention' }, `@${names.user(target.slice(1))}`)
  if (target.startsWith('#')) return el('span', { class: 'mention' }, `#${names.channel(target.slice(1))}`)
  if (target.startsWith('!date^')) return dateOf(target, label)
  if (target.startsWith('!')) return el('span', { class: 'mention' }, `@${target.slice(1)}`)
  const [, channel] = /\/archives\/([CG][A-Z0-9]+)\/p\d+$/.exec(target) ?? []
  if (channel !== undefined) return el('a', { href: `#${channel}` }, unescaped(label ?? target))
  if (/^https?:/.test(target)) {
    return el(
      'a',
      { href: unescaped(target), rel: 'noreferrer noopener', target: '_blank' },
      unescaped(label ?? target),
    )
  }
  return unescaped(label ?? target)
}

function dateOf(target, label) {
  const at = new Date(Number(target.split('^')[1]) * 1000)
  if (Number.isNaN(at.getTime())) return unescaped(label ?? target)
  return el(
    'time',
    { datetime: at.toISOString(), title: at.toISOString() },
    at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }),
  )
}
