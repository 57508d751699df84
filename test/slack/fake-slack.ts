import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A message as the fake keeps it. */
export interface FakeMessage {
  readonly channel: string
  readonly ts: string
  readonly threadTs?: string
  text: string
  blocks: unknown[]
  metadata?: { event_type: string; event_payload: Record<string, unknown> }
  edits: number
  /** The emoji below it, in the order in which they were put there. */
  reactions: string[]
}

/** What goes wrong with a call: before it is done, or after (it is done, and the answer is lost). */
export type Fault =
  | { readonly kind: 'rate-limited'; readonly retryAfter: number }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'down' }
  | { readonly kind: 'answer-lost' }
  /** Nothing is done, and nothing is answered. */
  | { readonly kind: 'silent' }

type Form = Record<string, string>

/**
 * A Slack of our own on a free port: what the notifier and the desk use of its Web API, with the limits and the faults
 * that emulators leave out. Metadata is told only to those who ask for it, channels are listed by id, as Slack does.
 */
export class FakeSlack {
  readonly channels = new Map([
    ['support', 'C0SUPPORT00'],
    ['billing', 'C0BILLING00'],
    ['social', 'C0SOCIAL000'],
  ])
  readonly messages: FakeMessage[] = []
  readonly calls: { readonly method: string; readonly form: Form }[] = []
  /** What was posted to a response_url. */
  readonly responses: unknown[] = []
  /** Asked before every call; returns what goes wrong with it, if anything does. */
  faults: (method: string, form: Form) => Fault | undefined | Promise<Fault | undefined> = () => undefined
  /** How far this Slack's clock is ahead of the real one, in milliseconds. */
  passed = 0
  #server: Server | undefined
  #next = 0

  static async start(): Promise<FakeSlack> {
    const slack = new FakeSlack()
    slack.#server = createServer((request, response) => void slack.#serve(request, response))
    await new Promise<void>((resolve) => slack.#server?.listen(0, '127.0.0.1', resolve))
    return slack
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }

  nowMs(): number {
    return Date.now() + this.passed
  }

  get origin(): string {
    const address = this.#server?.address() as AddressInfo
    return `http://127.0.0.1:${address.port}`
  }

  get apiUrl(): string {
    return `${this.origin}/api/`
  }

  reset(): void {
    this.messages.length = 0
    this.calls.length = 0
    this.responses.length = 0
    this.passed = 0
    this.faults = () => undefined
  }

  /** The messages of a channel that begin a thread, in order. */
  cards(channel: string): FakeMessage[] {
    const id = this.channels.get(channel)
    return this.messages.filter((message) => message.channel === id && message.threadTs === undefined)
  }

  /** The lines below the first card of a channel, in order. */
  thread(channel: string): FakeMessage[] {
    const [parent] = this.cards(channel)
    return this.messages.filter(({ threadTs }) => parent !== undefined && threadTs === parent.ts)
  }

  /** The messages of a channel that mention somebody, in order. */
  calling(channel: string): FakeMessage[] {
    const id = this.channels.get(channel)
    return this.messages.filter((message) => message.channel === id && /<@/.test(JSON.stringify(message)))
  }

  called(method: string): Form[] {
    return this.calls.filter((call) => call.method === method).map(({ form }) => form)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const answer = (json: unknown, status = 200, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json))
    if (request.url === '/response') {
      this.responses.push(JSON.parse(body))
      answer({ ok: true })
      return
    }
    if (request.url === '/upload') {
      response.writeHead(200).end('OK')
      return
    }
    const method = request.url?.replace('/api/', '') ?? ''
    const form = Object.fromEntries(new URLSearchParams(body))
    this.calls.push({ method, form })
    const fault = await this.faults(method, form)
    if (fault?.kind === 'rate-limited') {
      answer({ ok: false, error: 'ratelimited' }, 429, { 'retry-after': String(fault.retryAfter) })
    } else if (fault?.kind === 'error') answer({ ok: false, error: fault.code })
    else if (fault?.kind === 'down') answer({}, 503)
    else if (fault?.kind === 'silent') return
    else {
      const result = this.#do(method, form)
      if (fault?.kind === 'answer-lost') request.socket.destroy()
      else answer(result)
    }
  }

  #do(method: string, form: Form): Record<string, unknown> {
    const blocks = form.blocks === undefined ? [] : (JSON.parse(form.blocks) as unknown[])
    const metadata = form.metadata === undefined ? {} : { metadata: JSON.parse(form.metadata) }
    const channel = this.channels.get(form.channel ?? '') ?? form.channel ?? ''
    const known = [...this.channels.values()].includes(channel) || /^[DU]/.test(channel)
    switch (method) {
      case 'chat.postMessage': {
        if (!known) return { ok: false, error: 'channel_not_found' }
        if (form.thread_ts !== undefined && !this.messages.some(({ ts }) => ts === form.thread_ts)) {
          return { ok: false, error: 'thread_not_found' }
        }
        const ts = `${Math.floor(this.nowMs() / 1000)}.${String(++this.#next).padStart(6, '0')}`
        const threadTs = form.thread_ts === undefined ? {} : { threadTs: form.thread_ts }
        this.messages.push({
          channel,
          ts,
          text: form.text ?? '',
          blocks,
          edits: 0,
          reactions: [],
          ...threadTs,
          ...metadata,
        })
        return { ok: true, channel, ts }
      }
      case 'chat.update': {
        const message = this.#at(form.channel, form.ts)
        if (message === undefined) return { ok: false, error: 'message_not_found' }
        Object.assign(message, { text: form.text ?? '', blocks, edits: message.edits + 1, ...metadata })
        return { ok: true, channel, ts: message.ts }
      }
      case 'reactions.add':
      case 'reactions.remove': {
        const message = this.#at(form.channel, form.timestamp)
        const name = form.name ?? ''
        if (message === undefined) return { ok: false, error: 'message_not_found' }
        const adds = method === 'reactions.add'
        if (message.reactions.includes(name) === adds)
          return { ok: false, error: adds ? 'already_reacted' : 'no_reaction' }
        message.reactions = adds
          ? [...message.reactions, name]
          : message.reactions.filter((candidate) => candidate !== name)
        return { ok: true }
      }
      case 'chat.getPermalink':
        return {
          ok: true,
          channel,
          permalink: `https://example.slack.com/archives/${channel}/p${form.message_ts}`,
        }
      case 'conversations.list':
        return { ok: true, channels: [...this.channels].map(([name, id]) => ({ id, name })) }
      case 'conversations.history':
      case 'conversations.replies': {
        if (form.channel !== channel) return { ok: false, error: 'channel_not_found' }
        const wanted = this.messages.filter(
          (message) =>
            message.channel === channel &&
            Number(message.ts) > Number(form.oldest ?? 0) &&
            (method === 'conversations.history'
              ? message.threadTs === undefined
              : message.ts === form.ts || message.threadTs === form.ts),
        )
        return {
          ok: true,
          messages: wanted.map(({ ts, text, metadata }) =>
            form.include_all_metadata === 'true' ? { ts, text, metadata } : { ts, text },
          ),
        }
      }
      case 'conversations.open':
        return { ok: true, channel: { id: `D${form.users}` } }
      case 'files.getUploadURLExternal':
        return { ok: true, upload_url: `${this.origin}/upload`, file_id: 'F1' }
      case 'files.completeUploadExternal':
        return { ok: true, files: [{ id: 'F1' }] }
      case 'chat.postEphemeral':
      case 'views.open':
      case 'views.push':
      case 'views.update':
      case 'views.publish':
        return { ok: true }
      default:
        return { ok: false, error: 'unknown_method' }
    }
  }

  #at(channel: string | undefined, ts: string | undefined): FakeMessage | undefined {
    return this.messages.find((message) => message.channel === channel && message.ts === ts)
  }
}
