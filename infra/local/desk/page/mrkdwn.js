/** Slack's markup as elements (https://docs.slack.dev/messaging/formatting-message-text). */
import { el } from './dom.js'
import { EMOJI } from './emoji.js'
import { names, stageNow } from './store.js'
import { dayAndTime, slackDate } from './times.js'

export const unescaped = (words) =>
  words.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** The words of a text object, as elements and text; nothing for none. */
export function words(object) {
  if (!object) return []
  const { type, text = '', emoji = true } = typeof object === 'string' ? { text: object } : object
  if (type === 'mrkdwn') return mrkdwn(text)
  return [emoji === false ? text : withEmoji(text)]
}

/** Plain words of a text object. */
export const plain = (object) => withEmoji(typeof object === 'string' ? object : (object?.text ?? ''))

const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole)

/** Slack's own markup: mentions, links, dates, bold, italics, strike, code, quotes, emoji. */
export function mrkdwn(source) {
  // Between three backticks nothing else means anything.
  return source.split(/```\n?([\s\S]*?)\n?```/).flatMap((part, index) => {
    if (index % 2 === 1) return [el('pre', {}, unescaped(part))]
    return part === '' ? [] : lines(part)
  })
}

function lines(source) {
  const out = []
  let quote
  const all = source.split('\n')
  for (const [index, line] of all.entries()) {
    const quoted = /^(&gt;|>) ?/.exec(line)
    const parts = inline(quoted ? line.slice(quoted[0].length) : line)
    if (quoted) {
      if (quote === undefined) {
        quote = el('blockquote', {})
        out.push(quote)
      } else quote.append('\n')
      quote.append(...parts)
      continue
    }
    const afterQuote = quote !== undefined
    quote = undefined
    // A quote is a block of its own: the line's end before it shows already.
    const beforeQuote = /^(&gt;|>)/.test(all[index + 1] ?? '')
    out.push(...parts)
    if (index < all.length - 1 && !beforeQuote && !(afterQuote && line === '')) out.push('\n')
  }
  return out
}

const TOKEN =
  /<([^<>]+)>|`([^`\n]+)`|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)|(?<!\w)~(\S(?:[^~\n]*\S)?)~(?!\w)|:([a-z0-9_+-]+):/g

function inline(source) {
  const parts = []
  let end = 0
  for (const match of source.matchAll(TOKEN)) {
    const [whole, special, code, bold, italic, struck, emoji] = match
    if (emoji !== undefined && !Object.hasOwn(EMOJI, emoji)) continue
    if (match.index > end) parts.push(unescaped(source.slice(end, match.index)))
    end = match.index + whole.length
    if (special !== undefined) parts.push(specialOf(special))
    else if (code !== undefined) parts.push(el('code', {}, unescaped(code)))
    else if (bold !== undefined) parts.push(el('strong', {}, ...inline(bold)))
    else if (italic !== undefined) parts.push(el('em', {}, ...inline(italic)))
    else if (struck !== undefined) parts.push(el('s', {}, ...inline(struck)))
    else parts.push(EMOJI[emoji])
  }
  if (end < source.length) parts.push(unescaped(source.slice(end)))
  return parts
}

function specialOf(special) {
  const bar = special.indexOf('|')
  const target = bar < 0 ? special : special.slice(0, bar)
  const label = bar < 0 ? undefined : unescaped(special.slice(bar + 1))
  if (target.startsWith('@')) return el('span', { class: 'mention' }, `@${names.user(target.slice(1))}`)
  if (target.startsWith('#')) {
    const id = target.slice(1)
    return el('a', { class: 'mention', href: `#${id}` }, `#${names.channel(id)}`)
  }
  if (target.startsWith('!date^')) return dateOf(target, label)
  if (target.startsWith('!'))
    return el('span', { class: 'mention' }, label ?? `@${target.slice(1).split('^')[0]}`)
  return link(unescaped(target), label ?? unescaped(target))
}

/** A link to a message leads there within the page; to what is no web page, none leads. */
export function link(target, label) {
  const [, channel, seconds, micros] = /\/archives\/([CDG][A-Z0-9]+)\/p(\d{10})(\d{6})/.exec(target) ?? []
  if (channel !== undefined) {
    const thread = /[?&]thread_ts=([\d.]+)/.exec(target)?.[1]
    return el('a', { href: `#${channel}/${thread ?? `${seconds}.${micros}`}` }, label)
  }
  if (!/^(https?:\/\/|mailto:)/i.test(target)) return label
  return el('a', { href: target, rel: 'noreferrer noopener', target: '_blank' }, label)
}

function dateOf(target, label) {
  const [, seconds, format = '{date_short} {time}'] = target.split('^')
  const at = Number(seconds) * 1000
  if (seconds === '' || Number.isNaN(new Date(at).getTime())) return label ?? target
  const told = slackDate(unescaped(format), at, stageNow())
  return el('time', { datetime: new Date(at).toISOString(), title: dayAndTime(at) }, told)
}
