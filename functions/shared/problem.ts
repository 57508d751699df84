import type * as z from 'zod'

/**
 * Every kind of problem that a caller can meet, by the last part of its `type` (`/problems/<kind>`). docs/api.md says
 * of each what to do about it.
 */
export const PROBLEMS = {
  'malformed-body': { status: 400, title: 'The body cannot be read' },
  unsigned: { status: 401, title: 'The request is not signed' },
  'wrong-signature': { status: 401, title: 'The signature does not fit' },
  'stale-signature': { status: 401, title: 'The signature is too old, or from the future' },
  unauthenticated: { status: 401, title: 'A valid bearer token is needed' },
  'not-allowed': { status: 403, title: 'This is not yours to do' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'forbidden-by-state': { status: 409, title: 'The complaint does not allow this now' },
  stale: { status: 409, title: 'The complaint has moved on' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of a kind that nobody reads here' },
  invalid: { status: 422, title: 'Something in the request has to change' },
  internal: { status: 500, title: 'Something went wrong here' },
  busy: { status: 503, title: 'Try again in a moment' },
} as const

export type ProblemKind = keyof typeof PROBLEMS

/** A field of the request, as a path (`author.id`), and what to change about it. */
export interface FieldError {
  readonly field: string
  readonly detail: string
}

/**
 * An answer that is no success, in the words of RFC 9457. Its detail and errors go to the caller: they must never hold
 * a secret, nor repeat what the caller sent.
 */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly status: number
  readonly errors: readonly FieldError[]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    kind: ProblemKind,
    detail: string,
    more: {
      readonly errors?: readonly FieldError[]
      readonly headers?: Readonly<Record<string, string>>
    } = {},
  ) {
    super(detail)
    this.name = 'Problem'
    this.kind = kind
    this.status = PROBLEMS[kind].status
    this.errors = more.errors ?? []
    this.headers = more.headers ?? {}
  }

  /** The body of the answer, an `application/problem+json`. */
  toJSON(): Record<string, unknown> {
    return {
      type: `/problems/${this.kind}`,
      title: PROBLEMS[this.kind].title,
      status: this.status,
      detail: this.message,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
    }
  }
}

/** A problem of kind `invalid` about one field. */
export const invalid = (field: string, detail: string): Problem =>
  new Problem('invalid', `${field} ${detail}`, { errors: [{ field, detail }] })

/** More would help nobody: who gets this many wrong looks at the documentation. */
const MOST_ERRORS = 10

/**
 * What `value` is by `schema`.
 *
 * @param whole what to call the value itself, where no field of it is to blame.
 * @throws Problem `invalid`, naming every field that has to change.
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, whole = 'body'): T {
  const result = schema.safeParse(value, { error: explain })
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue, whole)).slice(0, MOST_ERRORS)
  throw new Problem('invalid', errors.map(({ field, detail }) => `${field} ${detail}`).join('; '), { errors })
}

function fieldErrors(issue: z.core.$ZodIssue, whole: string): FieldError[] {
  const path = issue.path.map(String)
  if (issue.code !== 'unrecognized_keys') return [{ field: path.join('.') || whole, detail: issue.message }]
  return issue.keys.map((key) => ({ field: [...path, shownKey(key)].join('.'), detail: issue.message }))
}

/** A field's name comes from the caller when we do not know it: only a plain one is repeated. */
const shownKey = (key: string): string => (/^[\w-]{1,40}$/.test(key) ? key : '(a field with an unusual name)')

/** Words for what a schema does not explain itself. Zod's own never contain the value. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys')
    return 'is not a field that is known here: remove it, or correct its name'
  if (issue.input === undefined) return 'is missing'
  if (issue.code === 'invalid_type') return `must be ${A[issue.expected] ?? `of type ${issue.expected}`}`
  if (issue.code === 'too_big' && issue.origin === 'string')
    return `must have at most ${issue.maximum} characters`
  if (issue.code === 'too_small' && issue.origin === 'string')
    return `must have at least ${issue.minimum} characters`
  return undefined
}

const A: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
}
