import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { HttpAnswer, HttpRequest } from './sender.ts'

/** What one request came to. */
export type Exchange =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  /** There was no connection: nothing of the request has left. */
  | { readonly kind: 'unreached' }
  /** It left, and no answer came, or not all of it. */
  | { readonly kind: 'unanswered' }

/** How long a platform may take for all of an answer, and how much of it is read: no answer to a reply is longer. */
export const TIMEOUT_MS = 15_000
export const MOST_BYTES = 256 * 1024

/**
 * Makes one request over a connection of its own. One that was kept open may be dead by the next time that a function
 * wakes, and then nobody could tell whether the request has got through. No redirect is followed: what is sent is meant
 * for the address that somebody has set.
 */
export function exchange(
  { method, url, headers, body }: HttpRequest,
  { timeoutMs = TIMEOUT_MS, mostBytes = MOST_BYTES }: { timeoutMs?: number; mostBytes?: number } = {},
): Promise<Exchange> {
  return new Promise((resolve) => {
    let connected = false
    const open = url.startsWith('https:') ? tlsRequest : plainRequest
    const bytes = body === undefined ? undefined : Buffer.from(body)
    const request = open(url, {
      method,
      agent: false,
      headers: {
        'user-agent': 'redress',
        ...headers,
        ...(bytes === undefined ? {} : { 'content-length': String(bytes.length) }),
      },
    })
    const end = (exchanged: Exchange) => {
      clearTimeout(timer)
      request.destroy()
      resolve(exchanged)
    }
    const failed = () => end({ kind: connected ? 'unanswered' : 'unreached' })
    const timer = setTimeout(failed, timeoutMs)
    request.once('socket', (socket) => {
      const isTls = 'encrypted' in (socket as TLSSocket)
      // Before that nothing of the request is written.
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        connected = true
      })
    })
    request.on('error', failed)
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        // What was cut is no JSON any more: a success of which nobody can tell what it is called.
        if (size > mostBytes) finish()
      })
      response.once('end', () => (response.complete ? finish() : failed()))
      response.once('error', failed)
      response.once('close', failed)
      const finish = () => {
        const text = Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8')
        const found = Object.entries(response.headers).map(
          ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value] as const,
        )
        end({
          kind: 'answered',
          answer: { status: response.statusCode ?? 0, headers: Object.fromEntries(found), body: text },
        })
      }
    })
    request.end(bytes)
  })
}
