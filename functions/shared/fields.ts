import * as z from 'zod'
import { parseInstant } from '../domain/instant.ts'

/*
 * Fields that come from outside, in one place: each is limited in length and in what it may be made of, so that what
 * lies behind (keys, log lines, metrics, Slack) need not fear them.
 */

const isWellFormed = (text: string): boolean => text.isWellFormed()

/** What people wrote: something in it, and no half of a surrogate pair, which no UTF-8 store can keep. */
export const words = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/\S/u, 'must not be empty')
    .refine(isWellFormed, 'holds half of a surrogate pair: send whole characters')

/** The id of a team, a person, a channel: safe to repeat in a message, a key, or a metric. */
export const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must be 1 to 64 letters, digits, ".", "_" or "-", and begin with one of the first two',
  )

/** An id that somebody else gave: any characters but control characters; short enough for a key. */
export const foreignId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must not hold control characters')
  .refine(isWellFormed, 'holds half of a surrogate pair: send whole characters')

/** Any ISO 8601 moment with an offset; becomes an `Instant`. */
export const instant = z
  .string()
  .max(40)
  .meta({ format: 'date-time' })
  .transform((text, context) => {
    try {
      return parseInstant(text)
    } catch {
      context.addIssue({
        code: 'custom',
        message: 'must be an instant: write it like 2026-11-23T10:00:00Z, or with an offset, +01:00',
      })
      return z.NEVER
    }
  })

/** A link that may be shown to people: http or https and nothing else. */
export const link = z
  .string()
  .max(2000)
  .refine((text) => /^https?:\/\/[^\s<>|"]+$/i.test(text) && URL.canParse(text), 'must be an http(s) address')

/** A language by its BCP 47 tag. */
export const languageTag = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be a language tag, like en or en-GB')
