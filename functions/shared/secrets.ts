import { getSecret } from '@aws-lambda-powertools/parameters/secrets'
import type * as z from 'zod'

/**
 * How long a retired secret may go on being accepted, and how often each running copy of a function pays Secrets Manager
 * to be asked: a minute is $0.22 a month for one that never rests.
 */
const CACHE_SECONDS = Number(process.env.SECRET_CACHE_SECONDS ?? 60)
/** A forged signature must not become a call each: one early look per secret in this time finds a rotated one as well. */
const REFRESH_SECONDS = 10

const refreshedAt = new Map<string, number>()

/**
 * The content of a secret, cached for a minute.
 *
 * @param shape what the JSON must look like; what it does not mention is dropped.
 * @throws Error naming the secret (never its content) when it is no JSON of that shape; GetParameterError.
 */
export const readSecret = <T>(arn: string, shape: z.ZodType<T>): Promise<T> => read(arn, shape, false)

/**
 * The content of a secret as it is now, for when a signature did not fit: it may have been rotated since the last look.
 *
 * @returns undefined when the last early look was too recent for another.
 * @throws as `readSecret`.
 */
export async function rereadSecret<T>(
  arn: string,
  shape: z.ZodType<T>,
  nowMs = Date.now(),
): Promise<T | undefined> {
  if (nowMs - (refreshedAt.get(arn) ?? Number.NEGATIVE_INFINITY) < REFRESH_SECONDS * 1000) return undefined
  refreshedAt.set(arn, nowMs)
  return read(arn, shape, true)
}

async function read<T>(arn: string, shape: z.ZodType<T>, forceFetch: boolean): Promise<T> {
  const text = await getSecret(arn, { maxAge: CACHE_SECONDS, forceFetch })
  let value: unknown
  try {
    value = JSON.parse(String(text))
  } catch {
    // The parser's message quotes the text.
    throw new Error(`Secret ${arn} is not JSON`)
  }
  const result = shape.safeParse(value)
  if (result.success) return result.data
  const fields = result.error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ')
  throw new Error(`Secret ${arn} has not the right shape: ${fields}`)
}
