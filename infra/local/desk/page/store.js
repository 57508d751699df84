/** What the page knows, and how it asks the desk's server. */

const COLD_MS = 1500
/** After somebody has acted, what follows should be seen at once. */
const HOT_MS = 350
const HOT_FOR_MS = 8000

/** What never changes while the stack runs (`GET /api/setting`). */
export let setting
/** What may (`GET /api/screen`). */
export const screen = { messages: [], complaints: [], sent: [], destinations: [], clock: undefined }

const remembered = (key) => sessionStorage.getItem(key) ?? undefined
/** What this window shows. */
export const chosen = {
  user: remembered('user'),
  channel: undefined,
  thread: undefined,
  complaint: remembered('complaint'),
}

/** Makes this window show something else, also after it was loaded again. */
export function choose(change) {
  Object.assign(chosen, change)
  for (const key of ['user', 'complaint']) {
    if (chosen[key] === undefined) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, chosen[key])
  }
  changed()
}

let mark = ''
let skewMs = 0
let hotUntil = 0
let timer
let reading
const listeners = []

/** Calls back whenever something has changed. */
export const whenChanged = (listener) => listeners.push(listener)
export const changed = () => {
  if (setting !== undefined && screen.clock !== undefined) for (const listener of listeners) listener()
}

/** @throws Error with what the server says against it. */
export async function ask(path, body) {
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

/** Does something as the person whom this window acts as, and shows what comes of it. */
export async function act(path, body) {
  hotUntil = Date.now() + HOT_FOR_MS
  try {
    return await ask(path, { user: chosen.user, ...body })
  } finally {
    await refresh()
  }
}

/** What time it is on the stage, in milliseconds since 1970. */
export const stageNow = () => Date.now() + skewMs

export async function refresh() {
  clearTimeout(timer)
  reading ??= read().finally(() => {
    reading = undefined
  })
  await reading
  clearTimeout(timer)
  timer = setTimeout(refresh, document.hidden ? 10 * COLD_MS : Date.now() < hotUntil ? HOT_MS : COLD_MS)
}

async function read() {
  try {
    setting ??= await ask('api/setting')
    if (!setting.users.some(({ id }) => id === chosen.user)) chosen.user = setting.users[0]?.id
    const asked = chosen.user
    const query = new URLSearchParams({ user: asked, seen: mark })
    const { clock, mark: shown, ...rest } = await ask(`api/screen?${query}`)
    if (asked !== chosen.user) return
    skewMs = Date.parse(clock.now) - Date.now()
    Object.assign(screen, { clock, trouble: undefined })
    if (shown === mark) return
    mark = shown
    Object.assign(screen, { modal: undefined, home: undefined, travel: undefined }, rest)
  } catch (error) {
    screen.trouble =
      error instanceof TypeError ? 'The local stack is not running: npm start brings it up' : error.message
  } finally {
    changed()
  }
}

/** Another person sees other things. */
export function become(user) {
  mark = ''
  choose({ user })
  return refresh()
}

/** The page acts soon: look more often. */
export const expectNews = (forMs = HOT_FOR_MS) => {
  hotUntil = Math.max(hotUntil, Date.now() + forMs)
}

/** Names of what Slack knows by ids. */
export const names = {
  user: (id) => setting.users.find((user) => user.id === id)?.name ?? 'Redress',
  channel: (id) => setting.channels.find((channel) => channel.id === id)?.name ?? id,
  team: (id) => setting.teams.find((team) => team.id === id)?.name ?? id,
  person: (id) => setting.users.find((user) => user.person === id)?.name ?? id,
}
