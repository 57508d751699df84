/** Times as people read them, in the browser's own zone. */

const say = (options) => new Intl.DateTimeFormat('en-GB', options)
const TIME = say({ hour: '2-digit', minute: '2-digit' })
const SECONDS = say({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
const DAY = say({ weekday: 'short', day: 'numeric', month: 'short' })
const LONG = say({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const FULL = say({ day: 'numeric', month: 'short', year: 'numeric' })
const NUMBERS = say({ day: '2-digit', month: '2-digit', year: 'numeric' })

export const timeOf = (at) => TIME.format(new Date(at))
export const dayAndTime = (at) => `${DAY.format(new Date(at))}, ${timeOf(at)}`
export const clockFace = (at) => `${FULL.format(new Date(at))}, ${SECONDS.format(new Date(at))}`
export const dayOf = (at) => DAY.format(new Date(at))
export const weekday = (at) => say({ weekday: 'short' }).format(new Date(at))

/** Such as `2 d 3 h`, `14 min`, `9 s`. */
export function span(seconds) {
  const whole = Math.abs(Math.round(seconds))
  const days = Math.floor(whole / 86400)
  const hours = Math.floor(whole / 3600) % 24
  const minutes = Math.floor(whole / 60) % 60
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`
  if (minutes >= 10) return `${minutes} min`
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`
}

/** A date by Slack's tokens (https://docs.slack.dev/messaging/formatting-message-text#date-formatting). */
export function slackDate(format, at, now) {
  const date = new Date(at)
  const days = Math.round((startOfDay(date) - startOfDay(new Date(now))) / 86_400_000)
  const near = { '-1': 'Yesterday', 0: 'Today', 1: 'Tomorrow' }[days]
  const tokens = {
    date: () => LONG.format(date),
    date_num: () => NUMBERS.format(date),
    date_slash: () => NUMBERS.format(date),
    date_long: () => LONG.format(date),
    date_long_full: () => LONG.format(date),
    date_long_pretty: () => near ?? LONG.format(date),
    date_pretty: () => near ?? LONG.format(date),
    date_short: () => FULL.format(date),
    date_short_pretty: () => near ?? DAY.format(date),
    day_divider_pretty: () => near ?? DAY.format(date),
    time: () => TIME.format(date),
    time_secs: () => SECONDS.format(date),
    ago: () => (at <= now ? `${span((now - at) / 1000)} ago` : `in ${span((at - now) / 1000)}`),
  }
  return format.replace(/\{(\w+)\}/g, (whole, token) => tokens[token]?.() ?? whole)
}

const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
