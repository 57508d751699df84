import * as z from 'zod'
import { type Message, SEVERITIES } from '../domain/complaint.ts'
import { foreignId, instant, languageTag, link, name, words } from '../shared/fields.ts'
import { jsonOf } from '../shared/http.ts'
import { checked } from '../shared/problem.ts'
import type { Source } from './source.ts'
import { STANDARD, STANDARD_KEYS, verifyStandard } from './standard-webhooks.ts'

/**
 * What the organisation's own forms and tools send. A field that is not known is refused, not skipped: a misspelt
 * `team` would send a complaint to the wrong people, in silence.
 */
export const webBody = z.strictObject({
  messageId: foreignId.meta({ description: 'Yours, and the same at every try: it is what tells a repeat' }),
  postedAt: instant.meta({ description: 'When the customer wrote it' }),
  author: z.strictObject({
    id: foreignId.meta({ description: 'The same for the same customer' }),
    name: words(200).optional(),
    email: z
      .string()
      .max(254)
      .regex(/^[^\s@<>]+@[^\s@<>]+$/, 'must be an email address')
      .optional(),
    phone: z
      .string()
      .max(40)
      .regex(/^[+\d][\d\s()./-]*$/, 'must be a phone number')
      .optional(),
  }),
  text: words(20_000),
  public: z.boolean().meta({ description: 'Whether others can read it where it was written' }),
  channel: name.default('web').meta({ description: 'Where it was written; one of few, as it is counted by' }),
  permalink: link.optional(),
  product: words(100).optional(),
  team: name.optional().meta({ description: 'The team to own it, unless the policy says otherwise' }),
  language: languageTag.optional(),
  severity: z
    .enum(SEVERITIES)
    .optional()
    .meta({ description: 'How bad it is for the customer, if you know' }),
  customerTier: words(100).optional().meta({ description: 'What you call this kind of customer' }),
  subject: words(200).optional().meta({ description: 'What heads it; `text` does not repeat it' }),
  conversation: foreignId.optional().meta({ description: 'Yours, of the conversation that it is part of' }),
  inReplyTo: z
    .array(foreignId)
    .min(1)
    .max(20)
    .optional()
    .meta({ description: 'The `messageId`s of what it answers, nearest first' }),
  attachments: z
    .array(
      z.strictObject({
        reference: link.refine((text) => /^https:/i.test(text), 'must be an https address'),
        name: words(200).optional(),
        contentType: z
          .string()
          .regex(/^[\w.+-]{1,60}\/[\w.+-]{1,80}$/, 'must be a media type, like image/png')
          .optional(),
        bytes: z.int().min(0, 'must be 0 or more').optional(),
      }),
    )
    .min(1)
    .max(50)
    .optional()
    .meta({ description: 'Files that came with it, by where they are: nothing is fetched' }),
  reach: z
    .int()
    .min(0, 'must be 0 or more')
    .optional()
    .meta({ description: 'How many people follow the customer: kept as evidence, and changes nothing' }),
})

/** Source `web`: the organisation's own forms and tools. */
export const web: Source = {
  name: 'web',
  accepts: {
    body: webBody,
    scheme: STANDARD.scheme,
    headers: STANDARD.headers,
  },
  keys: STANDARD_KEYS,
  verify: verifyStandard,
  parse: (request): Message[] => [{ source: 'web', ...checked(webBody, jsonOf(request)) }],
}
