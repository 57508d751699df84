/** The desk page: shows what the server tells every now and then, and sends back what somebody does. */
import { renderComplaints, tick } from './complaints.js'
import { composeButton } from './compose.js'
import { $, draw, el } from './dom.js'
import { renderJourney, startJourney } from './journey.js'
import { openHelp, startKeys } from './keys.js'
import { openHome, renderChannel, renderPlaces, renderThread, startMessages } from './messages.js'
import { renderModal, startModal } from './modal.js'
import { become, choose, chosen, refresh, screen, setting, whenChanged } from './store.js'
import { renderTravel, tickClock } from './travel.js'

/** The address says what is shown: `#C0SUPPORT00`, `#C0SUPPORT00/<ts of a thread>`, `#home`. */
function followAddress() {
  if (setting === undefined) return
  const [place, ts] = location.hash.slice(1).split('/')
  const known = place === 'home' || setting.channels.some(({ id }) => id === place)
  const channel = known ? place : setting.channels[0]?.id
  const message = screen.messages.find((candidate) => candidate.channel === channel && candidate.ts === ts)
  const thread = message?.thread ?? message?.ts
  const about = screen.messages.find((candidate) => candidate.ts === thread && candidate.channel === channel)
  const opened = thread !== undefined && thread !== chosen.thread
  Object.assign(chosen, {
    channel,
    thread,
    ...(opened && about?.complaint ? { complaint: about.complaint } : {}),
  })
}

function render() {
  followAddress()
  document.body.dataset.pane = chosen.pane ?? 'channel'
  for (const pane of ['channel', 'complaints'])
    $(`to-${pane}`).setAttribute('aria-pressed', String(document.body.dataset.pane === pane))
  draw($('user'), [setting.users, chosen.user], () =>
    setting.teams.map(({ id, name }) =>
      el(
        'optgroup',
        { label: name },
        setting.users
          .filter(({ team }) => team === id)
          .map((user) => {
            const option = el('option', { value: user.id }, user.name, user.role && `, ${user.role}`)
            option.selected = user.id === chosen.user
            return option
          }),
      ),
    ),
  )
  renderPlaces()
  renderChannel()
  renderThread()
  renderComplaints()
  renderJourney()
  renderTravel()
  renderModal()
  openHome()
}

const THEMES = ['', 'light', 'dark']
function setTheme(theme) {
  document.documentElement.dataset.theme = theme
  localStorage.setItem('redress-theme', theme)
  $('theme').title = `Colours: ${theme || 'as the system'}`
}

$('user').onchange = (event) => become(event.target.value)
$('to-channel').onclick = () => choose({ pane: 'channel' })
$('to-complaints').onclick = () => choose({ pane: 'complaints' })
$('help-button').onclick = openHelp
$('theme').onclick = () => setTheme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % 3])
// What scrolls can be scrolled by keys.
for (const id of ['messages', 'thread-messages', 'inspector']) $(id).tabIndex = 0
$('write').append(composeButton())
setTheme(localStorage.getItem('redress-theme') ?? '')
window.onhashchange = () => choose({ pane: 'channel' })
document.onvisibilitychange = () => document.hidden || refresh()

startMessages()
startModal()
startJourney()
startKeys()
whenChanged(render)
setInterval(() => {
  tickClock()
  tick()
}, 1000)
refresh()
