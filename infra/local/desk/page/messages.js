/** Channels, their messages, a thread beside them, and the boxes to write in. */
import { content, pictureOfFile } from './blocks.js'
import { toast } from './dialogs.js'
import { $, button, draw, drawList, el } from './dom.js'
import { EMOJI } from './emoji.js'
import { act, choose, chosen, names, screen, setting, stageNow } from './store.js'
import { dayAndTime, dayOf, timeOf } from './times.js'

const seen = JSON.parse(sessionStorage.getItem('seen') ?? '{}')

const here = (channel) => screen.messages.filter((message) => message.channel === channel)
const parents = (messages) => messages.filter(({ thread }) => thread === undefined)
const repliesTo = (messages, ts) => messages.filter(({ thread }) => thread === ts)

export function renderPlaces() {
  const counts = setting.channels.map(({ id }) => {
    const last = seen[id] ?? ''
    return id === chosen.channel ? 0 : here(id).filter(({ ts }) => ts > last).length
  })
  draw($('places'), [setting.channels, counts, chosen.channel], () => [
    el('h2', {}, 'Channels'),
    el(
      'ul',
      {},
      setting.channels.map(({ id, name }, index) =>
        placeOf(
          `#${id}`,
          id === chosen.channel,
          el('span', { class: 'hash', 'aria-hidden': 'true' }, '#'),
          name,
          counts[index] > 0 &&
            el('span', { class: 'badge' }, counts[index], el('span', { class: 'unseen' }, ' new')),
        ),
      ),
    ),
    el('h2', {}, 'App'),
    el(
      'ul',
      {},
      placeOf(
        '#home',
        chosen.channel === 'home',
        el('span', { class: 'hash', 'aria-hidden': 'true' }, '⌂'),
        'Home',
      ),
    ),
  ])
}

const placeOf = (href, current, ...children) =>
  el('li', {}, el('a', { href, 'data-key': href, 'aria-current': current ? 'page' : undefined }, ...children))

export function renderChannel() {
  const { channel } = chosen
  const atHome = channel === 'home'
  $('channel').classList.toggle('at-home', atHome)
  $('say').hidden = atHome
  if (atHome) return renderHome()
  const messages = here(channel)
  const last = messages.at(-1)?.ts
  if (last !== undefined && seen[channel] !== last && !document.hidden) {
    seen[channel] = last
    sessionStorage.setItem('seen', JSON.stringify(seen))
  }
  draw($('channel-head'), ['channel', channel], () => [
    el('h2', {}, `# ${names.channel(channel)}`),
    el('p', {}, topicOf(channel)),
  ])
  $('say-text').placeholder = `Message #${names.channel(channel)}, or /complaint`
  const list = $('messages')
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80
  const switched = list.dataset.channel !== channel
  list.dataset.channel = channel
  const shown = parents(messages)
  drawList(
    list,
    shown.length === 0 ? [undefined] : shown,
    (message) => message?.ts ?? 'none',
    (message) => message && [message, threadOf(messages, message), chosen.user, today()],
    (message) =>
      message === undefined
        ? el(
            'p',
            { class: 'empty' },
            'Nothing here yet. When a customer writes, the complaint’s card comes here.',
          )
        : messageNode(message, threadOf(messages, message)),
  )
  if (switched || atEnd) list.scrollTop = list.scrollHeight
}

/** Whose channel it is. */
function topicOf(channel) {
  const team = setting.teams.find((candidate) => candidate.channel === names.channel(channel))
  return team === undefined ? 'What the system itself has to say' : `Complaints of ${team.name}`
}

/** Dates that are told as today or tomorrow are told anew when the day is another. */
const today = () => dayOf(stageNow())

const threadOf = (messages, { ts }) => {
  const replies = repliesTo(messages, ts)
  return { count: replies.length, last: replies.at(-1)?.ts, open: chosen.thread === ts }
}

/** The App Home, as the app has published it for this person. */
function renderHome() {
  const { home } = screen
  draw($('channel-head'), ['home', chosen.user], () => [
    el('h2', {}, 'Redress'),
    el('p', {}, `App Home of ${names.user(chosen.user)}`),
  ])
  const list = $('messages')
  list.dataset.channel = 'home'
  drawList(
    list,
    [home],
    (view) => `home-${view?.id ?? 'none'}`,
    (view) => view ?? chosen.user,
    (view) =>
      view === undefined
        ? el('p', { class: 'empty' }, 'The app has published nothing here for this person.')
        : el(
            'div',
            { class: 'home' },
            content(view, {
              key: 'home',
              act: (block, action, value, node) =>
                busy(node, 'api/press-in-view', { view: view.id, block, action, chosen: value }),
            }),
          ),
  )
}

let told

/** Tells the app that somebody looks at its home, once for each look. */
export function openHome() {
  const key = chosen.channel === 'home' ? chosen.user : undefined
  if (key === told) return
  told = key
  if (key !== undefined) act('api/home', {}).catch((error) => toast(error.message, 'bad'))
}

export function renderThread() {
  const pane = $('thread')
  const messages = here(chosen.channel)
  const parent = messages.find(({ ts }) => ts === chosen.thread)
  pane.hidden = parent === undefined
  document.body.classList.toggle('with-thread', parent !== undefined)
  if (parent === undefined) return
  draw($('thread-head'), [parent.ts, chosen.channel], () => [
    el('h2', {}, 'Thread ', el('small', {}, `# ${names.channel(chosen.channel)}`)),
    button('✕', closeThread, { class: 'icon', 'aria-label': 'Close the thread', 'data-key': 'close-thread' }),
  ])
  const list = $('thread-messages')
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80
  const opened = list.dataset.thread !== parent.ts
  list.dataset.thread = parent.ts
  drawList(
    list,
    [parent, ...repliesTo(messages, parent.ts)],
    ({ ts }) => `t-${ts}`,
    (message) => [message, chosen.user, today()],
    (message) => messageNode(message, undefined),
  )
  if (opened || atEnd) list.scrollTop = opened ? 0 : list.scrollHeight
}

export function closeThread() {
  location.hash = `#${chosen.channel}`
  document.querySelector(`#messages [data-key="${CSS.escape(chosen.thread ?? '')}"]`)?.focus()
}

/** @param thread what is known of its thread; undefined where the message is shown within one */
function messageNode(message, thread) {
  const name = names.user(message.by)
  const app = !setting.users.some(({ id }) => id === message.by)
  const at = Number(message.ts) * 1000
  const surface = {
    key: `${thread === undefined ? 't' : 'm'}-${message.ts}`,
    act: (block, action, value, node) =>
      busy(node, 'api/press', { channel: message.channel, ts: message.ts, block, action, chosen: value }),
  }
  return el(
    'article',
    {
      class: `message${message.ephemeral ? ' ephemeral' : ''}${thread?.open ? ' open' : ''}`,
      tabindex: '-1',
      'aria-label': `${name}, ${timeOf(at)}`,
    },
    el(
      'span',
      { class: `avatar ${app ? 'app' : `hue-${hueOf(message.by)}`}`, 'aria-hidden': 'true' },
      app ? 'R' : name[0],
    ),
    el(
      'div',
      { class: 'message-body' },
      message.ephemeral &&
        el(
          'p',
          { class: 'only-you' },
          'Only visible to you · ',
          button('dismiss', () => dismiss(message), { class: 'linklike' }),
        ),
      el(
        'p',
        { class: 'by' },
        el('strong', {}, name),
        app && el('span', { class: 'app-tag' }, 'APP'),
        el(
          'time',
          { datetime: new Date(at).toISOString(), title: `${dayAndTime(at)}, real time` },
          timeOf(at),
        ),
      ),
      content(message, surface),
      message.files.map(pictureOfFile),
      message.reactions.length > 0 &&
        el(
          'ul',
          { class: 'reactions', 'aria-label': 'Reactions' },
          message.reactions.map(({ name: emoji, count }) =>
            el('li', { title: `:${emoji}:` }, EMOJI[emoji] ?? `:${emoji}:`, ' ', count),
          ),
        ),
      thread !== undefined &&
        thread.count > 0 &&
        el(
          'a',
          {
            class: 'replies',
            href: `#${message.channel}/${message.ts}`,
            'data-key': `replies-${message.ts}`,
          },
          `${thread.count} ${thread.count === 1 ? 'reply' : 'replies'}`,
          el('small', {}, ` last at ${timeOf(Number(thread.last) * 1000)}`),
        ),
    ),
    menuOf(message, thread),
  )
}

const busy = async (node, path, body) => {
  node.setAttribute('aria-busy', 'true')
  if ('disabled' in node) node.disabled = true
  try {
    await act(path, body)
  } catch (error) {
    toast(error.message, 'bad')
  }
  node.removeAttribute('aria-busy')
  if ('disabled' in node) node.disabled = false
}

/** What can be done with a message, whatever its blocks. */
function menuOf(message, thread) {
  if (message.ephemeral) return undefined
  const item = (label, press) =>
    button(
      label,
      () => {
        menu.open = false
        press()
      },
      {},
    )
  const menu = el(
    'details',
    { class: 'menu message-menu' },
    el(
      'summary',
      { 'aria-label': 'Message actions', title: 'Message actions', 'data-key': `menu-${message.ts}` },
      '⋮',
    ),
    el(
      'div',
      { class: 'menu-items' },
      thread !== undefined &&
        item('Reply in thread', () => {
          location.hash = `#${message.channel}/${message.ts}`
          setTimeout(() => $('reply-text').focus(), 50)
        }),
      message.complaint !== undefined &&
        item('Show the complaint', () => choose({ complaint: message.complaint, pane: 'complaints' })),
      setting.shortcuts.map(({ callback, name }) =>
        item(name, () =>
          act('api/shortcut', { channel: message.channel, ts: message.ts, callback }).catch((error) =>
            toast(error.message, 'bad'),
          ),
        ),
      ),
    ),
  )
  return menu
}

const dismiss = ({ ts }) => act('api/dismiss', { ts }).catch((error) => toast(error.message, 'bad'))

/** One of six colours, the same for the same person. */
export const hueOf = (id) => [...id].reduce((sum, character) => sum + character.charCodeAt(0), 0) % 6

/** The boxes send upon Enter; with Shift it is a new line. */
export function startMessages() {
  for (const [form, text, thread] of [
    [$('say'), $('say-text'), () => undefined],
    [$('reply'), $('reply-text'), () => chosen.thread],
  ]) {
    text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      form.requestSubmit()
    })
    form.onsubmit = async (event) => {
      event.preventDefault()
      const said = text.value.trim()
      if (said === '') return
      text.value = ''
      try {
        await act('api/say', { channel: chosen.channel, text: said, thread: thread() })
        $(thread() === undefined ? 'messages' : 'thread-messages').scrollTop = 1e9
      } catch (error) {
        text.value ||= said
        toast(error.message, 'bad')
      }
    }
  }
}
