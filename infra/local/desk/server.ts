/**
 * The desk page: stands in for Slack's screen, which the Slack emulator does not have. It shows channels and threads,
 * and its buttons go, signed, to the deployed functions as Slack's would. The page itself never sees a secret.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import * as z from 'zod'
import { currentPolicy } from '../../../functions/shared/policies.ts'
import { LocalStage } from '../aws.ts'
import { sendComplaint } from '../complaint.ts'
import type { LocalRun } from '../home.ts'
import { buttonOf, press, submit } from '../interactions.ts'
import type { Slack } from '../slack.ts'

export interface Desk {
  readonly url: string
  /** From when on there is something to show. */
  open(run: LocalRun, slack: Slack): void
  stop(): Promise<void>
}

const PAGES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/desk.js': ['desk.js', 'text/javascript; charset=utf-8'],
  '/render.js': ['render.js', 'text/javascript; charset=utf-8'],
  '/desk.css': ['desk.css', 'text/css; charset=utf-8'],
}
const BODY_LIMIT = 64 * 1024

const Pressed = z.object({ user: z.string(), channel: z.string(), ts: z.string(), action: z.string() })
const Submitted = z.object({
  user: z.string(),
  values: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
})
const Closed = z.object({ user: z.string() })
const Composed = z.object({
  text: z.string(),
  author: z.string().optional(),
  team: z.string().optional(),
  public: z.boolean(),
})

interface Backstage {
  readonly run: LocalRun
  readonly slack: Slack
  readonly stage: LocalStage
}

/** What the page is to say went wrong. */
class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Answers from the first moment on: /healthz tells who keeps this folder's stack up. */
export async function startDesk({ home, port }: { home: string; port: number }): Promise<Desk> {
  let backstage: Backstage | undefined
  const allowedHosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const status = error instanceof Refused ? error.status : error instanceof z.ZodError ? 400 : 500
      if (status === 500) console.error('The desk page failed:', error)
      const message =
        error instanceof Refused
          ? error.message
          : status === 400
            ? 'Not a request of the page'
            : 'Something went wrong: see the log of the local stack'
      json(response, status, { error: message })
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Other pages in the same browser must neither read this one's data nor press its buttons.
    const { host = '', origin } = request.headers
    if (!allowedHosts.has(host) || (origin !== undefined && origin !== `http://${host}`))
      throw new Refused(403, 'The desk answers its own page only')
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${host}`)
    if (pathname === '/healthz') return json(response, 200, { pid: process.pid, home })

    if (request.method === 'GET') {
      const page = PAGES[pathname]
      if (page !== undefined) return file(response, ...page)
      if (pathname === '/api/state')
        return json(response, 200, await state(ready(), searchParams.get('user') ?? ''))
    }
    const action = ACTIONS[pathname]
    if (action === undefined) throw new Refused(404, 'There is no such page')
    if (request.method !== 'POST' || !request.headers['content-type']?.startsWith('application/json'))
      throw new Refused(405, 'POST JSON')
    return json(response, 200, await action(ready(), await bodyOf(request)))
  }

  const ready = (): Backstage => {
    if (backstage === undefined) throw new Refused(503, 'The local stack is starting')
    return backstage
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${port}`,
    open(run, slack) {
      backstage = { run, slack, stage: new LocalStage(run) }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Everything that the page shows. */
async function state({ slack, stage }: Backstage, user: string) {
  const [now, complaints] = await Promise.all([stage.now(), stage.complaints()])
  const view = slack.openView(user)
  return {
    now,
    channels: slack.channels,
    users: slack.users,
    teams: Object.entries(currentPolicy.teams).map(([id, { name }]) => ({ id, name })),
    messages: slack
      .messages()
      .filter(({ target_user }) => target_user === undefined || target_user === user)
      .map(({ ts, channel_id, thread_ts, user: by, text, blocks, target_user }) => ({
        ts,
        channel: channel_id,
        thread: thread_ts,
        by,
        text,
        blocks,
        ephemeral: target_user !== undefined,
      })),
    view: view && {
      title: view.title,
      submit: view.submit,
      close: view.close,
      blocks: view.blocks,
      id: view.view_id,
    },
    complaints: complaints.map(({ id, stage: where, owner, team, level, receivedAt, timers, message }) => ({
      id,
      stage: where,
      owner,
      team,
      level,
      receivedAt,
      excerpt: message.text.slice(0, 140),
      timers: timers
        .filter(
          (timer) => timer.state === 'running' || timer.state === 'breached' || timer.state === 'paused',
        )
        .map(({ name, state: how, dueAt }) => ({ name, state: how, dueAt })),
    })),
  }
}

const ACTIONS: Readonly<Record<string, (backstage: Backstage, body: unknown) => Promise<object>>> = {
  '/api/press': async ({ run, slack }, body) => {
    const { user, channel, ts, action } = Pressed.parse(body)
    const message = slack.messages().find((found) => found.channel_id === channel && found.ts === ts)
    const button = buttonOf(message?.blocks, action)
    if (message === undefined || button === undefined) throw new Refused(404, 'That button is gone')
    const triggerId = await slack.trigger(user)
    return outcome(await press(run, { user, channel, message, button, triggerId }))
  },
  '/api/submit': async ({ run, slack }, body) => {
    const { user, values } = Submitted.parse(body)
    const view = slack.openView(user)
    if (view === undefined) throw new Refused(404, 'That form is gone')
    const response = await submit(run, user, view, values)
    const text = await response.text()
    if (!response.ok) throw new Refused(502, `The app answered ${response.status}`)
    const answer = (text === '' ? {} : JSON.parse(text)) as {
      response_action?: string
      errors?: unknown
      view?: object
    }
    if (answer.response_action === 'errors') return { errors: answer.errors }
    slack.closeView(view.view_id)
    return answer.view === undefined ? {} : { view: answer.view }
  },
  '/api/close': async ({ slack }, body) => {
    const view = slack.openView(Closed.parse(body).user)
    if (view !== undefined) slack.closeView(view.view_id)
    return {}
  },
  '/api/complaints': async ({ run, stage }, body) => {
    const answer = await sendComplaint(run, { ...Composed.parse(body), postedAt: await stage.now() })
    if (answer.status !== 202) {
      const { detail, title } = (answer.body ?? {}) as { detail?: string; title?: string }
      throw new Refused(422, detail ?? title ?? `Answered ${answer.status}`)
    }
    return answer.body as object
  },
}

async function outcome(response: Response): Promise<object> {
  if (response.ok) return {}
  throw new Refused(502, `The app answered ${response.status}`)
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT) throw new Refused(413, 'That is too long')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new Refused(400, 'POST JSON')
  }
}

async function file(response: ServerResponse, name: string, type: string): Promise<void> {
  const content = await readFile(join(import.meta.dirname, name))
  response.writeHead(200, {
    'content-type': type,
    'cache-control': 'no-store',
    // What customers write is shown as text; should that ever fail, it still runs nothing.
    'content-security-policy':
      "default-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'x-content-type-options': 'nosniff',
  })
  response.end(content)
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}
