/** What the stand-ins of the platforms that we send to have in common. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** A request as it came in. */
export interface Received {
  readonly method: string
  /** As it was called, the part that names the stand-in included. */
  readonly url: string
  /** Below the stand-in: begins with a slash, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON; a string as it is; absent: no body. */
  readonly body?: unknown
}

/** Something that a customer got to see. */
export interface Shown {
  readonly platform: string
  /** `post`, `comment`, `message`, … */
  readonly kind: string
  /** Whom it went to, or what it stands below. */
  readonly to: string
  readonly text: string
  /** What the platform calls it. */
  readonly reference: string
  /** Real time, in milliseconds since 1970. */
  readonly atMs: number
  /** Whatever else of it a test may want to see. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** What a stand-in is given. */
export interface Stage {
  readonly nowMs: () => number
  /** Everything that this platform has taken so far, oldest first. */
  readonly shown: () => readonly Shown[]
  show(shown: Omit<Shown, 'platform' | 'atMs'>): void
  /** A new id of so many digits: never the same twice. */
  digits(length: number): string
}

export type StandIn = (received: Received, stage: Stage) => Answered | Promise<Answered>

/** JSON and nothing else, with these fields and no others; undefined where it is not. */
export function jsonWith(
  { headers, body }: Received,
  fields: readonly string[],
): Record<string, unknown> | undefined {
  if (!/^application\/json(;|$)/.test(headers['content-type'] ?? '')) return undefined
  try {
    const value = JSON.parse(body) as Record<string, unknown>
    return typeof value === 'object' &&
      value !== null &&
      Object.keys(value).every((key) => fields.includes(key))
      ? value
      : undefined
  } catch {
    return undefined
  }
}

export const isText = (value: unknown): value is string => typeof value === 'string' && /\S/.test(value)

export const sameSecret = (a: string, b: string): boolean => {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/** User and password of basic authentication. */
export const basicOf = ({ headers }: Received): string =>
  Buffer.from(/^Basic ([A-Za-z0-9+/=]+)$/.exec(headers.authorization ?? '')?.[1] ?? '', 'base64').toString()
