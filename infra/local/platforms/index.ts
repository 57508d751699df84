/**
 * The platforms that we send to, on this machine: strict as they are, with their own shapes of errors, and able to fail
 * when told to. What they have taken they keep. They answer below one address: `<base>/<platform>/…`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type EndpointKeys, standInForEndpoint } from './endpoint.ts'
import { type MetaKeys, standInForMeta } from './meta.ts'
import { type SesKeys, standInForSes } from './ses.ts'
import type { Answered, Received, Shown, StandIn } from './stand-in.ts'
import { startTwilio, type Twilio, type TwilioKeys } from './twilio.ts'
import { standInForX, type XKeys } from './x.ts'
import { standInForZendesk, type ZendeskKeys } from './zendesk.ts'

export type { Shown } from './stand-in.ts'

export interface PlatformKeys {
  readonly x: XKeys
  readonly meta: MetaKeys
  readonly twilio: TwilioKeys
  readonly zendesk: ZendeskKeys
  readonly endpoint: EndpointKeys
  readonly ses: SesKeys
}
export type StandInName = keyof PlatformKeys

/** What goes wrong, so many times. */
export interface Fault {
  readonly platform: StandInName
  readonly times: number
  /** Only of requests with this method. Default: whatever sends. */
  readonly method?: string
  /**
   * `answer`: this answer, and nothing is done. `silence`: no answer, and nothing is done. `lost`: it is done, and the
   * answer never comes. `cut`: nothing is done, and the connection breaks.
   */
  readonly kind: 'answer' | 'silence' | 'lost' | 'cut'
  readonly answer?: Answered
}

/** What becomes of what a platform took, as far as it reports at all. `silence`: it says nothing. */
export type Reported = 'delivered' | 'failed' | 'silence'
export type Reporter = (shown: Shown, status: Exclude<Reported, 'silence'>) => Promise<void>

/** A platform says so a moment later. */
const REPORT_AFTER_MS = 700

export interface Platforms {
  /**
   * Answers a request to `<base>/<platform>/…`; and, for tests, to `_sent`, `_refusals`, `_fail` (a fault) and `_report`
   * (`{status}` of all that is sent from now on, or with a `reference` of what was sent already, at once) in place of it.
   */
  answer(request: IncomingMessage, response: ServerResponse, base: string): Promise<void>
  /** Everything that was sent, oldest first. */
  shown(): readonly Shown[]
  fail(fault: Fault): void
  /** Who has a platform report of what it took; nobody until then. */
  reportTo(reporter: Reporter): void
  /** What the platforms report from now on. Default: `delivered`. */
  report(what: Reported): void
  /** What was refused so far, and why: a line each. */
  refusals(): readonly string[]
  /** Has Twilio report of a message. */
  readonly twilio: Pick<Twilio, 'report'>
  stop(): Promise<void>
}

const MOST_BYTES = 1024 * 1024

/** @param nowMs what time it is there. */
export async function startPlatforms(
  keys: PlatformKeys,
  { nowMs = Date.now }: { nowMs?: () => number } = {},
): Promise<Platforms> {
  const twilio = await startTwilio(keys.twilio)
  const standIns: Record<StandInName, StandIn> = {
    x: standInForX(keys.x),
    meta: standInForMeta(keys.meta),
    twilio: twilio.standIn,
    zendesk: standInForZendesk(keys.zendesk),
    endpoint: standInForEndpoint(keys.endpoint),
    ses: standInForSes(keys.ses),
  }
  const shown: Shown[] = []
  const faults: { fault: Fault; left: number }[] = []
  const refusals: string[] = []
  const silent = new Set<ServerResponse>()
  const timers = new Set<NodeJS.Timeout>()
  let reporter: Reporter | undefined
  let reported: Reported = 'delivered'
  let ids = 0

  function later(one: Shown): void {
    const status = reported
    if (reporter === undefined || status === 'silence') return
    const report = reporter
    const timer = setTimeout(() => {
      timers.delete(timer)
      report(one, status).catch((error: unknown) => console.error('A platform could not report:', error))
    }, REPORT_AFTER_MS)
    timers.add(timer)
  }

  function faultFor(platform: StandInName, method: string): Fault | undefined {
    const found = faults.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.platform === platform &&
        (fault.method === undefined ? method !== 'GET' : fault.method === method),
    )
    if (found === undefined) return undefined
    found.left--
    return found.fault
  }

  async function handle(platform: StandInName, received: Received): Promise<Answered> {
    const answered = await standIns[platform](received, {
      nowMs,
      shown: () => shown.filter((one) => one.platform === platform),
      show: (one) => {
        const whole: Shown = { ...one, platform, atMs: nowMs() }
        shown.push(whole)
        later(whole)
      },
      digits: (length) =>
        `${nowMs()}${String(++ids).padStart(6, '0')}`.padStart(length, '1').slice(-length).replace(/^0/, '1'),
    })
    if (answered.status >= 400)
      refusals.push(
        `${platform}: ${received.method} ${received.path}: ${answered.status} ${JSON.stringify(answered.body ?? '')}`,
      )
    return answered
  }

  return {
    async answer(request, response, base) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://platform')
      const below = pathname.slice(base.length + 1)
      const [, name = '', rest = ''] = /^([a-z]+)(\/.*)?$/.exec(below) ?? []
      if (below === '_sent') return write(response, { status: 200, body: shown })
      if (below === '_refusals') return write(response, { status: 200, body: refusals })
      if (below === '_fail' || below === '_report') {
        const asked = JSON.parse(await read(request))
        if (below === '_fail') faults.push({ fault: asked as Fault, left: asked.times })
        else if (asked.reference === undefined) reported = asked.status
        else {
          const known = shown.find(({ reference }) => reference === asked.reference)
          if (known === undefined) return write(response, { status: 404, body: 'Nothing is called so' })
          await reporter?.(known, asked.status)
        }
        return write(response, { status: 204 })
      }
      if (!Object.hasOwn(standIns, name)) return write(response, { status: 404, body: 'No such platform' })
      const platform = name as StandInName
      const method = request.method ?? 'GET'
      const body = await read(request)
      const received: Received = {
        method,
        url: `http://${request.headers.host}${request.url}`,
        path: rest,
        query: searchParams,
        headers: request.headers as Record<string, string | undefined>,
        body,
      }
      const fault = faultFor(platform, method)
      switch (fault?.kind) {
        case 'answer':
          return write(response, fault.answer ?? { status: 500 })
        case 'silence':
          silent.add(response)
          return
        case 'lost':
          await handle(platform, received)
          response.destroy()
          return
        case 'cut':
          response.destroy()
          return
        case undefined:
          return write(response, await handle(platform, received))
      }
    },
    shown: () => shown,
    fail: (fault) => void faults.push({ fault, left: fault.times }),
    refusals: () => refusals,
    reportTo: (given) => {
      reporter = given
    },
    report: (what) => {
      reported = what
    },
    twilio,
    async stop() {
      for (const timer of timers) clearTimeout(timer)
      for (const response of silent) response.destroy()
      await twilio.stop()
    },
  }
}

/** The same behind a server of its own. @returns their common address */
export async function servePlatforms(platforms: Platforms): Promise<{ base: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    platforms.answer(request, response, '').catch((error: unknown) => {
      console.error('A platform’s stand-in failed:', error)
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BYTES) throw new Error('The request is too large for a stand-in')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function write(response: ServerResponse, { status, headers = {}, body }: Answered): void {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(text)
}
