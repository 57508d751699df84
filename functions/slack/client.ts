import {
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api'

/** A call to Slack that did not succeed. */
export class SlackFailure extends Error {
  /** Whether waiting helps: for so many seconds, for some time, or not until somebody changes something. */
  readonly kind: 'rate-limited' | 'retryable' | 'permanent'
  /** Slack's own name of the error (`channel_not_found`), or what became of the request. */
  readonly code: string
  readonly retryAfterSeconds: number | undefined
  /** Whether Slack may have done what was asked all the same: it did not say that it has not. */
  readonly mayHaveHappened: boolean

  constructor(
    kind: SlackFailure['kind'],
    code: string,
    more: {
      mayHaveHappened?: boolean
      retryAfterSeconds?: number
      hints?: readonly string[]
      cause?: unknown
    } = {},
  ) {
    const hints = more.hints === undefined || more.hints.length === 0 ? '' : ` (${more.hints.join('; ')})`
    super(`Slack: ${code}${hints}`, { cause: more.cause })
    this.name = 'SlackFailure'
    this.kind = kind
    this.code = code
    this.retryAfterSeconds = more.retryAfterSeconds
    this.mayHaveHappened = more.mayHaveHappened ?? false
  }
}

/** Slack's answers that say nothing about the request and everything about Slack's day. */
const PASSING = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
])

/** How long to wait where Slack says "too many" but not for how long. */
const DEFAULT_RETRY_AFTER_SECONDS = 30

/**
 * A client that asks once and tells: by default it would sleep through rate limits and retry for half an hour, which
 * a function pays for and a queue does better.
 *
 * @param timeoutMs how long one call may take.
 * @param apiUrl Slack's API, or what stands in for it, with its `/api/`; undefined for Slack itself.
 */
export const slackClient = (
  botToken: string,
  timeoutMs: number,
  apiUrl = process.env.SLACK_API_URL,
): WebClient =>
  new WebClient(botToken, {
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    logLevel: LogLevel.ERROR,
    ...(apiUrl === undefined || apiUrl === '' ? {} : { slackApiUrl: apiUrl }),
  })

/**
 * What a call to Slack gives.
 *
 * @throws SlackFailure in place of any error of the client.
 */
export async function ask<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw failureOf(error)
  }
}

function failureOf(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError) return rateLimited(error.retryAfter)
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error
    const metadata = error.data.response_metadata
    if (code === 'ratelimited' || code === 'rate_limited') return rateLimited(metadata?.retryAfter)
    return PASSING.has(code)
      ? new SlackFailure('retryable', code, { mayHaveHappened: true })
      : new SlackFailure('permanent', code, { hints: metadata?.messages ?? [] })
  }
  if (error instanceof WebAPIHTTPError) {
    const code = `http_${error.statusCode}`
    return new SlackFailure(error.statusCode >= 500 ? 'retryable' : 'permanent', code, {
      mayHaveHappened: true,
    })
  }
  if (error instanceof WebAPIRequestError) {
    return new SlackFailure('retryable', 'no_answer', { mayHaveHappened: true, cause: error.original })
  }
  // The client's own words for a 429 without a usable Retry-After.
  if (error instanceof Error && error.message.startsWith('Retry header')) return rateLimited(undefined)
  return new SlackFailure('retryable', 'no_answer', { mayHaveHappened: true, cause: error })
}

const rateLimited = (retryAfterSeconds = DEFAULT_RETRY_AFTER_SECONDS): SlackFailure =>
  new SlackFailure('rate-limited', 'ratelimited', { retryAfterSeconds })
