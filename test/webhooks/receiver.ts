import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** A webhook as it arrived. */
export interface Arrived {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a receiver answers: a status and headers, or nothing, ever. */
export type Reply =
  | number
  | { readonly status: number; readonly headers?: Record<string, string> }
  | 'nothing'

/** Another system's server, on a socket of this machine. */
export class Receiver {
  readonly arrived: Arrived[] = []
  /** Asked for each webhook. */
  reply: (arrived: Arrived) => Reply | Promise<Reply> = () => 204
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver()
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`
  }

  /** The ids of the webhooks that arrived, in their order, each as often as it did. */
  get ids(): string[] {
    return this.arrived.map(({ headers }) => headers['webhook-id'] ?? '')
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const arrived: Arrived = {
      path: request.url ?? '',
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString(),
    }
    this.arrived.push(arrived)
    const reply = await this.reply(arrived)
    if (reply === 'nothing') return
    const { status, headers } = typeof reply === 'number' ? { status: reply, headers: {} } : reply
    response.writeHead(status, headers).end('whatever it says')
  }
}

/** What the official library makes of a webhook. Throws for one that is not signed with this secret, or long ago. */
export const verified = (secret: string, { body, headers }: Arrived): unknown =>
  new Webhook(secret).verify(body, { ...headers })
