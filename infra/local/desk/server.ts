/**
 * The desk page: stands in for Slack's screen, which the Slack emulator does not have. It shows channels and threads,
 * and its buttons go, signed, to the deployed functions as Slack's would. The page itself never sees a secret.
 */
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import * as z from 'zod'
import { LocalStage } from '../aws.ts'
import type { LocalRun } from '../home.ts'
import type { Platforms } from '../platforms/index.ts'
import type { Slack } from '../slack.ts'
import { ACTS } from './acts.ts'
import { type Backstage, Refused } from './backstage.ts'
import { complaintDetail, screen, setting } from './screen.ts'

export interface Desk {
  readonly url: string
  /** From when on there is something to show. */
  open(run: LocalRun, slack: Slack): void
  stop(): Promise<void>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}
const FOLDER = join(import.meta.dirname, 'page')
/** The page's own files, by their path; nothing else is given out. */
const FILES: ReadonlyMap<string, string> = new Map(
  readdirSync(FOLDER)
    .filter((name) => extname(name) in TYPES)
    .map((name) => [name === 'index.html' ? '/' : `/${name}`, name]),
)
const BODY_LIMIT = 64 * 1024
/** Pictures that a browser shows without running anything that is in them. */
const IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/** Below it the platforms answer that replies are sent by: they need no port of their own. */
export const PLATFORMS_PATH = '/platforms'

/** Answers from the first moment on: /healthz tells who keeps this folder's stack up. */
export async function startDesk({
  home,
  port,
  platforms,
}: {
  home: string
  port: number
  platforms: Platforms
}): Promise<Desk> {
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
    const { host = '', origin, 'sec-fetch-site': site } = request.headers
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://desk')
    const foreign = origin !== undefined && origin !== `http://${host}`
    // A link from elsewhere may lead to the page, and to nothing else.
    const crossing = site !== undefined && site !== 'same-origin' && site !== 'none' && pathname !== '/'
    if (!allowedHosts.has(host) || foreign || crossing)
      throw new Refused(403, 'The desk answers its own page only')
    if (pathname.startsWith(`${PLATFORMS_PATH}/`)) return platforms.answer(request, response, PLATFORMS_PATH)
    if (pathname === '/healthz') return json(response, 200, { pid: process.pid, home })

    if (request.method === 'GET') {
      const page = FILES.get(pathname)
      if (page !== undefined) return file(response, page)
      if (pathname === '/api/setting') return json(response, 200, setting(ready()))
      if (pathname === '/api/screen') {
        const [user = '', seen = ''] = [searchParams.get('user') ?? '', searchParams.get('seen') ?? '']
        return json(response, 200, await screen(ready(), user, seen))
      }
      if (pathname === '/api/complaint')
        return json(response, 200, await complaintDetail(ready(), searchParams.get('id') ?? ''))
      if (pathname === '/api/file') return picture(response, ready(), searchParams.get('id') ?? '')
    }
    const act = Object.hasOwn(ACTS, pathname) ? ACTS[pathname] : undefined
    if (act === undefined) throw new Refused(404, 'There is no such page')
    if (request.method !== 'POST' || !request.headers['content-type']?.startsWith('application/json'))
      throw new Refused(405, 'POST JSON')
    return json(response, 200, await act(ready(), await bodyOf(request)))
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
      backstage = { run, slack, platforms, stage: new LocalStage(run) }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
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

const SAFE = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
}

async function file(response: ServerResponse, name: string): Promise<void> {
  const content = await readFile(join(FOLDER, name))
  response.writeHead(200, {
    ...SAFE,
    'content-type': TYPES[extname(name)],
    // What customers write is shown as text; should that ever fail, it still runs nothing and loads nothing.
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  })
  response.end(content)
}

function picture(response: ServerResponse, { slack }: Backstage, id: string): void {
  const found = slack.file(id)
  if (found === undefined || !IMAGES.has(found.mimetype)) throw new Refused(404, 'There is no such picture')
  response.writeHead(200, { ...SAFE, 'content-type': found.mimetype })
  response.end(found.content)
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { ...SAFE, 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
