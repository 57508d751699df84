import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type {
  APIGatewayProxyEventV2 as HttpEvent,
  APIGatewayProxyStructuredResultV2 as HttpResult,
} from 'aws-lambda'
import { Refusal } from '../domain/decide.ts'
import { Contention, NotFound } from '../ledger/ledger.ts'
import { requireFront } from './front.ts'
import { logger } from './logger.ts'
import { Problem } from './problem.ts'
import { refusal } from './security.ts'

export type { HttpEvent, HttpResult }

/** What a caller sent, decoded once: the body as the very bytes that were signed. */
export interface Inbound {
  /** By lower-case name; a header sent twice comes joined by a comma. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  readonly body: Uint8Array
  /** The whole address that was called, as the caller wrote it: some platforms sign it. */
  readonly url: string
}

/** Far above any message that people write, far below what a function can take. */
export const MAX_BODY_BYTES = 256 * 1024

/** On every answer: it holds personal data, or is nobody's business to render. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
} as const

/** How long a caller should wait after a 503: a lost race or a throttled service is over by then. */
const RETRY_AFTER_SECONDS = '2'

/** A JSON answer. */
export const json = (
  statusCode: number,
  body: unknown,
  headers: Record<string, string> = {},
): HttpResult => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

/**
 * The one way to build a handler behind the HTTP API: puts the invocation's ids into the log (never the event: it is
 * full of personal data and secrets), turns whatever is thrown into a problem+json answer, and adds security headers.
 *
 * @param show how a problem is answered instead, where people read the answers.
 */
export const http = (
  handle: (event: HttpEvent) => Promise<HttpResult>,
  show: (problem: Problem) => HttpResult = asJson,
) =>
  middy<HttpEvent, HttpResult>()
    .use(injectLambdaContext(logger, { logEvent: false, resetKeys: true }))
    .use({
      before: ({ event }) => requireFront(event.headers),
      after: (request) => {
        request.response = guarded(request.response ?? { statusCode: 204 })
      },
      onError: (request) => {
        request.response = guarded(answerTo(request.error, request.event, show))
      },
    })
    .handler((event) => handle(event))

const guarded = (result: HttpResult): HttpResult => ({
  ...result,
  headers: { ...HEADERS, ...result.headers },
})

const asJson = (problem: Problem): HttpResult =>
  json(problem.status, problem, { 'content-type': 'application/problem+json' })

function answerTo(error: unknown, event: HttpEvent, show: (problem: Problem) => HttpResult): HttpResult {
  const problem = problemOf(error)
  const { kind, status } = problem
  const route = event.routeKey
  if (status < 500) logger.info('Refused', { route, ...refusal(problem, event) })
  // Name and stack only: an SDK's error carries requests and items in further properties.
  else
    logger.error('Failed', {
      problem: kind,
      route,
      cause: error instanceof Error ? error.stack : typeof error,
    })
  const answer = show(problem)
  return { ...answer, headers: { ...answer.headers, ...problem.headers } }
}

/** The problem that an error amounts to for a caller. What is not meant for callers becomes `internal`, or `busy`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof Refusal) {
    const errors = error.field === undefined ? [] : [{ field: error.field, detail: error.message }]
    return new Problem(error.code, error.message, { errors })
  }
  if (error instanceof NotFound) return new Problem('not-found', 'There is no such complaint')
  if (error instanceof Contention || isPassing(error)) {
    return new Problem(
      'busy',
      'Others were faster, or a service is slow to answer. The same request may be sent again',
      {
        headers: { 'retry-after': RETRY_AFTER_SECONDS },
      },
    )
  }
  return new Problem('internal', 'It is our fault, and in the log. The same request may be sent again later')
}

const PASSING =
  /Throttl|Timeout|TooManyRequests|LimitExceeded|ThroughputExceeded|Unavailable|InternalServer|^E[A-Z]+$/

/** Whether an error of the AWS SDK, or of the one it was wrapped in, is likely to be gone at the next try. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { $fault, code } = error as { $fault?: unknown; code?: unknown }
  return (
    $fault === 'server' || PASSING.test(error.name) || PASSING.test(String(code)) || isPassing(error.cause)
  )
}

/**
 * The request as a source or a router wants it.
 *
 * @param most the largest body that is read, in bytes.
 * @throws Problem `too-large`.
 */
export function inboundOf(event: HttpEvent, most = MAX_BODY_BYTES): Inbound {
  const { body: text = '', isBase64Encoded } = event
  // Base64 is four characters for three bytes, UTF-8 at least a byte a character: what is far too long is not decoded.
  const atLeast = isBase64Encoded ? Math.floor(text.length / 4) * 3 - 2 : text.length
  const body = Buffer.from(atLeast > most ? '' : text, isBase64Encoded ? 'base64' : 'utf8')
  if (Math.max(atLeast, body.length) > most) {
    throw new Problem('too-large', `The body is too large: at most ${most} bytes are read`)
  }
  const { headers, rawPath, rawQueryString } = event
  const { 'x-forwarded-proto': scheme = 'https', host = event.requestContext.domainName } = headers
  // Behind a custom domain or a CDN the address that the caller wrote is not the one that arrives here.
  const base = process.env.PUBLIC_URL || `${scheme}://${host}`
  const url = `${base}${rawPath}${rawQueryString === '' ? '' : `?${rawQueryString}`}`
  return { headers, query: new URLSearchParams(rawQueryString), body, url }
}

/**
 * Insists on a media type, whatever its parameters.
 *
 * @throws Problem `unsupported-media-type`.
 */
export function requireMediaType(request: Inbound, mediaType: string): void {
  const given = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (given !== mediaType)
    throw new Problem('unsupported-media-type', `Send it with content-type: ${mediaType}`)
}

// A byte order mark is skipped; a byte that is not UTF-8 throws.
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The body as a form's fields. What is no UTF-8 in it is shown as replaced.
 *
 * @throws Problem `unsupported-media-type`.
 */
export function formFieldsOf(request: Inbound): URLSearchParams {
  requireMediaType(request, 'application/x-www-form-urlencoded')
  return new URLSearchParams(Buffer.from(request.body).toString('utf8'))
}

/**
 * The body as JSON.
 *
 * @throws Problem `unsupported-media-type`, or `malformed-body` where it is no UTF-8 or no JSON.
 */
export function jsonOf(request: Inbound): unknown {
  requireMediaType(request, 'application/json')
  let text: string
  try {
    text = utf8.decode(request.body)
  } catch {
    throw new Problem('malformed-body', 'The body is not UTF-8 text')
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    // The parser quotes what it stumbled over; only the place is repeated.
    const place = /line \d+ column \d+/.exec(String(error))?.[0]
    throw new Problem('malformed-body', `The body is not JSON${place === undefined ? '' : `: see ${place}`}`)
  }
}
