/** The Slack of this machine: Vercel's emulator, with what Redress needs on top of it. */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { WebClient } from '@slack/web-api'
import { createEmulator } from 'emulate'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { ROOT, readJson, writeJson } from './home.ts'

/** A message as the emulator holds it; `ts` identifies it within its channel. */
export interface SlackMessage {
  readonly ts: string
  readonly channel_id: string
  readonly thread_ts?: string
  readonly user: string
  readonly text: string
  readonly blocks?: readonly unknown[]
  /** Of an ephemeral message: the only one who sees it. */
  readonly target_user?: string
  readonly reactions?: readonly { readonly name: string; readonly users: readonly string[] }[]
  readonly files?: readonly { readonly id?: string; readonly name?: string; readonly title?: string }[]
  readonly metadata?: { readonly event_payload?: { readonly complaintId?: string } }
}

export interface SlackView {
  readonly view_id: string
  readonly user_id: string
  readonly type: string
  readonly callback_id?: string
  readonly notify_on_close?: boolean
  readonly private_metadata?: string
  readonly hash?: string
  readonly title?: unknown
  readonly submit?: unknown
  readonly close?: unknown
  readonly blocks: readonly unknown[]
}

/** What an app answers a submitted modal with, as far as it is a view. */
export type NewView = Partial<Omit<SlackView, 'view_id' | 'user_id' | 'type'>>

export interface SlackUser {
  readonly id: string
  readonly name: string
}

/** What a slash command, or a post to a response_url, has to say. */
export interface Saying {
  readonly text?: string | undefined
  readonly blocks?: readonly unknown[] | undefined
}

export interface Slack {
  readonly url: string
  readonly channels: readonly SlackUser[]
  /** The people of the policy; `person` is their id in it. */
  readonly users: readonly (SlackUser & { readonly person: string })[]
  /** Every message, ephemeral ones included, oldest first. */
  messages(): SlackMessage[]
  /** The modal that a user has open, if any. */
  openView(user: string): SlackView | undefined
  /** The modal that lies below it, if any, is seen again. */
  closeView(viewId: string): void
  closeAllViews(user: string): void
  /** Shows something else in an open modal. */
  changeView(viewId: string, view: NewView): void
  /** Lays another modal upon an open one. */
  pushView(viewId: string, view: NewView): void
  /** What the app has published as somebody's App Home, if anything. */
  homeView(user: string): SlackView | undefined
  /** Posts a message in a person's name. @returns its `ts` */
  say(user: string, channel: string, text: string, thread?: string): Promise<string>
  /** Posts what the app answers, for one person or for all. */
  answer(
    to: { user: string; channel: string; thread?: string | undefined },
    saying: Saying,
    forAll: boolean,
  ): Promise<void>
  /** Takes away a message that only one person sees. */
  dismiss(user: string, ts: string): void
  /** A file that was uploaded. */
  file(id: string): { readonly mimetype: string; readonly content: Buffer } | undefined
  /** A trigger id, which opens one modal for this user within 3 s. @param view the modal that it is to lie upon */
  trigger(user: string, view?: string): Promise<string>
  /**
   * Keeps what there is: with the AWS emulator's state, as that is saved, for the two belong together; or as it is while
   * they run, for the case that only we are killed.
   */
  save(as: 'with-state' | 'live'): void
  stop(): Promise<void>
}

export interface SlackOptions {
  readonly home: string
  readonly port: number
  readonly botToken: string
}

// The emulator is a library for tests: its types end at starting and stopping it. This is as much of its inside as
// is needed to keep its state over a restart and to answer what it does not.
interface Collection<T> {
  all(): (T & { id: number })[]
  insert(value: T): unknown
  update(id: number, change: Partial<T>): unknown
  delete(id: number): boolean
}
interface Store {
  collection<T>(name: string): Collection<T>
  snapshot(): unknown
  restore(snapshot: unknown): void
}
/** What a view need not have: a new one in its place does not keep that of the old. */
const NO_VIEW = { callback_id: '', private_metadata: '', submit: undefined, close: undefined }

interface Request {
  readonly req: {
    readonly path: string
    param(name: string): string
    query(name: string): string | undefined
    header(name: string): string | undefined
    json(): Promise<unknown>
  }
}
interface App {
  use(
    path: string,
    handler: (context: Request, next: () => Promise<void>) => Promise<Response | undefined>,
  ): void
  get(path: string, handler: (context: Request) => Promise<Response>): void
  post(path: string, handler: (context: Request) => Promise<Response>): void
}
interface Plugin {
  register(app: App, store: Store, ...rest: unknown[]): void
}

/** Slack's ids are not ours to choose; here they are, so that a policy can name them and a restart keeps them. */
const slackId = (prefix: string, name: string): string =>
  (prefix + name.toUpperCase().replace(/[^A-Z0-9]/g, '')).padEnd(11, '0')

const CHANNELS = [
  ...new Set([...Object.values(currentPolicy.teams).map((team) => team.slackChannel), 'ops']),
].map((name) => ({ id: slackId('C0', name), name }))
const USERS = Object.entries(currentPolicy.people).map(([id, person]) => ({
  id: person.slackUserId ?? slackId('U0', id),
  name: id,
  realName: person.name,
}))
const BOT = { id: slackId('U0', 'redress'), name: 'redress', realName: 'Redress' }

/** What a test wants the next calls of a method to come to. */
interface Fault {
  /** Such as `chat.postMessage`. */
  readonly method: string
  times: number
  /** 429 with Retry-After, a server error, or Slack's own `{"ok": false, "error"}`. */
  readonly status?: number
  readonly retryAfterSeconds?: number
  readonly error?: string
}

/** What an app posts to a response_url. */
interface Respond extends Saying {
  readonly response_type?: string
  readonly replace_original?: boolean
  readonly delete_original?: boolean
}

/** @throws Error when the port is taken, or the emulator is another version than the one this was written for. */
export async function startSlack({ home, port, botToken }: SlackOptions): Promise<Slack> {
  const saved = join(home, 'state', 'slack.json')
  const url = `http://127.0.0.1:${port}`
  const allowedHosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  const faults: Fault[] = []

  const plugin = await slackPlugin()
  const register = plugin.register
  let store: Store | undefined
  plugin.register = (app, itsStore, ...rest) => {
    store = itsStore
    app.use('*', async ({ req }, next) => {
      // Pages of other sites in the same browser must not write here, nor read by a name that they point at us.
      const [host, origin] = [req.header('host'), req.header('origin')]
      if (!allowedHosts.has(host ?? '') || (origin !== undefined && origin !== `http://${host}`))
        return Response.json({ ok: false, error: 'foreign_origin' }, { status: 403 })
      const fault = faults.find(({ method, times }) => times > 0 && req.path === `/api/${method}`)
      if (fault === undefined) {
        await next()
        return undefined
      }
      fault.times--
      const headers =
        fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) }
      return Response.json(
        { ok: false, error: fault.error ?? 'ratelimited' },
        { status: fault.status ?? 200, headers },
      )
    })
    // What only one person sees, for the tests; Slack tells nobody but them.
    app.get('/_redress/users/:user', async ({ req }) => Response.json(seenBy(req.param('user'))))
    app.post('/_redress/faults', async ({ req }) => {
      faults.push((await req.json()) as Fault)
      return Response.json({ ok: true })
    })
    // Where an interaction's response_url leads; Slack serves these on another host.
    app.post('/_redress/respond/:channel/:user/:thread', async ({ req }) => {
      const { text, blocks, response_type, replace_original, delete_original } = (await req.json()) as Respond
      const [user, ts] = [req.param('user'), req.query('ts') ?? '']
      const thread = req.param('thread') === '-' ? undefined : req.param('thread')
      if (delete_original || replace_original) dismiss(user, ts)
      if (!delete_original)
        await answer(
          { user, channel: req.param('channel'), thread },
          { text, blocks },
          response_type === 'in_channel',
        )
      return Response.json({ ok: true })
    })
    register.call(plugin, app, itsStore, ...rest)
  }
  const emulator = await createEmulator({
    service: 'slack',
    port,
    hostname: '127.0.0.1',
    baseUrl: url,
    seed: {
      tokens: { [botToken]: { login: BOT.name } },
      slack: {
        team: { name: 'Redress', domain: 'redress' },
        users: [...[BOT, ...USERS].map(({ name, realName }) => ({ name, real_name: realName }))],
        channels: CHANNELS.map(({ name }) => ({ name })),
      },
    },
  })
  plugin.register = register
  if (store === undefined) throw new Error('The Slack emulator did not start as expected')
  const inside = store

  // Any token is good for reading; one of its own per purpose, as each is worth 5,000 requests an hour.
  const client = (purpose: string) =>
    new WebClient(`xoxb-${purpose}`, { slackApiUrl: `${url}/api/`, retryConfig: { retries: 0 } })

  const snapshot = readJson(saved)
  if (snapshot !== undefined) inside.restore(snapshot)
  else fixIds(inside)

  let lastSaved = ''
  const seenBy = (user: string) => ({
    view: openView(user),
    ephemeral: all<SlackMessage>('ephemeral_messages').filter(({ target_user }) => target_user === user),
  })
  const openViews = (user: string) =>
    all<SlackView>('views').filter((view) => view.type === 'modal' && view.user_id === user)
  const openView = (user: string) => openViews(user).at(-1)
  const views = () => inside.collection<SlackView>('slack.views')
  const closeView = (viewId: string) => {
    for (const view of views().all()) if (view.view_id === viewId) views().delete(view.id)
  }
  const dismiss = (user: string, ts: string) => {
    const messages = inside.collection<SlackMessage>('slack.ephemeral_messages')
    for (const message of messages.all())
      if (message.ts === ts && message.target_user === user) messages.delete(message.id)
  }
  const answer: Slack['answer'] = async ({ user, channel, thread }, { text, blocks }, forAll) => {
    const message = {
      channel,
      text: text ?? '',
      ...(blocks === undefined ? {} : { blocks: blocks as never[] }),
      ...(thread === undefined ? {} : { thread_ts: thread }),
    }
    const { chat } = client('response')
    await (forAll ? chat.postMessage(message) : chat.postEphemeral({ ...message, user }))
  }
  const all = <T>(name: string) => inside.collection<T>(`slack.${name}`).all()
  return {
    url,
    channels: CHANNELS,
    users: USERS.map(({ id, name, realName }) => ({ id, name: realName, person: name })),
    messages: () =>
      [...all<SlackMessage>('messages'), ...all<SlackMessage>('ephemeral_messages')].sort((a, b) =>
        a.ts < b.ts ? -1 : 1,
      ),
    openView,
    closeView,
    closeAllViews(user) {
      for (const { view_id } of openViews(user)) closeView(view_id)
    },
    changeView(viewId, view) {
      for (const old of views().all())
        if (old.view_id === viewId) views().update(old.id, { ...NO_VIEW, ...view, hash: randomUUID() })
    },
    pushView(viewId, view) {
      const parent = views()
        .all()
        .find(({ view_id }) => view_id === viewId)
      if (parent === undefined) return
      const { id: _, ...rest } = parent
      const view_id = `V${randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()}`
      views().insert({ ...rest, ...view, view_id, hash: randomUUID() })
    },
    homeView: (user) => all<SlackView>('views').find((view) => view.type === 'home' && view.user_id === user),
    async say(user, channel, text, thread) {
      const { ts = '' } = await client('people').chat.postMessage({
        channel,
        text,
        ...(thread === undefined ? {} : { thread_ts: thread }),
      })
      const messages = inside.collection<SlackMessage>('slack.messages')
      for (const message of messages.all())
        if (message.ts === ts && message.channel_id === channel) messages.update(message.id, { user })
      return ts
    },
    answer,
    dismiss,
    file(fileId) {
      type File = { file_id: string; deleted?: boolean; mimetype: string; content_base64?: string }
      const found = all<File>('files').find(({ file_id, deleted }) => file_id === fileId && !deleted)
      return found && { mimetype: found.mimetype, content: Buffer.from(found.content_base64 ?? '', 'base64') }
    },
    async trigger(user, view) {
      const answer = await client('trigger').apiCall('views.generateTriggerId', {
        user_id: user,
        ...(view === undefined ? {} : { view_id: view }),
      })
      return (answer as { trigger_id?: string }).trigger_id ?? ''
    },
    save(as) {
      const now = inside.snapshot()
      const text = JSON.stringify(now)
      if (as === 'live' && text === lastSaved) return
      lastSaved = text
      writeJson(as === 'live' ? join(home, 'slack-live.json') : saved, now)
    },
    stop: () => emulator.close(),
  }
}

function fixIds(store: Store): void {
  type User = { user_id: string; name: string }
  type Channel = { channel_id: string; name: string; members: string[]; creator: string }
  const users = store.collection<User>('slack.users')
  for (const user of users.all()) {
    const known = [BOT, ...USERS].find(({ name }) => name === user.name)
    if (known !== undefined) users.update(user.id, { user_id: known.id })
  }
  const members = users.all().map((user) => user.user_id)
  const channels = store.collection<Channel>('slack.channels')
  for (const channel of channels.all()) {
    const known = CHANNELS.find(({ name }) => name === channel.name)
    if (known !== undefined) channels.update(channel.id, { channel_id: known.id, members })
  }
}

/** The module of the emulator that is Slack; it has no name that lasts from one version to the next. */
async function slackPlugin(): Promise<Plugin> {
  const directory = join(ROOT, 'node_modules', 'emulate', 'dist')
  for (const file of readdirSync(directory)) {
    if (
      !/^dist-.*\.js$/.test(file) ||
      !readFileSync(join(directory, file), 'utf8').includes('var slackPlugin = ')
    )
      continue
    const module = (await import(pathToFileURL(join(directory, file)).href)) as { slackPlugin: Plugin }
    return module.slackPlugin
  }
  throw new Error('The Slack emulator is not the version that infra/local/slack.ts was written for')
}
