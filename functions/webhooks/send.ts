import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { endpointUrl, guardedLookup } from './address.ts'

/** The specification recommends 15 to 30 seconds: long enough for a receiver that does its work before it answers. */
export const ANSWER_MS = 15_000

const MOST_ANSWER_BYTES = 16 * 1024
const LEAVE_MS = 1000

/** What an endpoint said, or why it said nothing. */
export type Answer =
  | { readonly kind: 'delivered' }
  /** 410: it does not want to be told any more. */
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'failed'
      /** A status, or the code of an error: nothing that the endpoint wrote. */
      readonly why: string
      /** It asked for so long a pause. */
      readonly askedMs?: number
    }

export interface Sending {
  /** True on a local stage: this machine may be called, without TLS. */
  readonly loopback: boolean
  readonly answerMs?: number
  readonly lookup?: LookupFunction
}

/**
 * Posts to an endpoint, once. It follows no redirect, reads nothing of what is answered but the status, and connects to no
 * address that is not public. Never throws: whatever goes wrong is a failed delivery.
 */
export async function post(
  text: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  { loopback, answerMs = ANSWER_MS, lookup = guardedLookup(loopback) }: Sending,
): Promise<Answer> {
  try {
    const url = endpointUrl(text, loopback)
    const { status, retryAfter } = await exchange(url, headers, body, lookup, answerMs)
    return answerOf(status, retryAfter, Date.now())
  } catch (error) {
    return { kind: 'failed', why: codeOf(error) }
  }
}

/** What a status means; see the specification's list. */
export function answerOf(status: number, retryAfter: string | undefined, nowMs: number): Answer {
  if (status >= 200 && status <= 299) return { kind: 'delivered' }
  if (status === 410) return { kind: 'gone' }
  const askedMs = status === 429 || status === 503 ? pauseOf(retryAfter, nowMs) : undefined
  return { kind: 'failed', why: String(status), ...(askedMs === undefined ? {} : { askedMs }) }
}

/** What `Retry-After` asks for, in milliseconds: it holds seconds, or a date. */
function pauseOf(retryAfter: string | undefined, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - nowMs
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

function exchange(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  lookup: LookupFunction,
  answerMs: number,
): Promise<{ status: number; retryAfter: string | undefined }> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest
    const sent = request(url, {
      method: 'POST',
      lookup,
      agent: false, // a connection of its own: a kept one may lead to where the name led an hour ago
      // For everything together, however slowly it comes: a receiver that sends a byte now and then is no faster for it.
      signal: AbortSignal.timeout(answerMs),
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Redress-Webhooks/1',
      },
    })
    sent.once('response', (response) => {
      const { statusCode: status = 0, headers } = response
      // What else it says is not for us, and might have no end: it may say a little, so that it is not cut off.
      let left = MOST_ANSWER_BYTES
      const patience = setTimeout(() => response.destroy(), LEAVE_MS)
      response.on('data', (chunk: Buffer) => {
        left -= chunk.length
        if (left < 0) response.destroy()
      })
      response.on('error', () => {})
      response.once('close', () => {
        clearTimeout(patience)
        resolve({ status, retryAfter: headers['retry-after'] })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Of an error a code is safe to log, a message is not: it names hosts and addresses. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code } = error as { code?: unknown }
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'timeout'
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : error.name
}
