import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { type Message, SEVERITIES } from '../domain/complaint.ts'
import { foreignId, instant, languageTag, link, name, words } from '../shared/fields.ts'
import { type Inbound, jsonOf } from '../shared/http.ts'
import { checked, Problem } from '../shared/problem.ts'
import { hmacSha256, isDigest, type Source, type SourceSecrets } from './source.ts'

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

/** Real seconds that a signature is good for, before and after its timestamp: the scheme's own. */
const TOLERANCE_SECONDS = 300

/** The Standard Webhooks scheme: HMAC-SHA256 over `<id>.<timestamp>.<body>`, keyed by what follows `whsec_`. */
function verify(request: Inbound, secrets: SourceSecrets, nowMs: number): void {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers
  if (!id || !timestamp || !signature) {
    throw new Problem('unsigned', 'Send the headers webhook-id, webhook-timestamp and webhook-signature')
  }
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new Problem('unsigned', 'webhook-timestamp must be whole seconds since 1970')
  }
  const age = Math.floor(nowMs / 1000) - Number(timestamp)
  if (Math.abs(age) > TOLERANCE_SECONDS) {
    const off = `${Math.abs(age)} seconds ${age > 0 ? 'in the past' : 'in the future'}`
    throw new Problem(
      'stale-signature',
      `webhook-timestamp is ${off}; at most ${TOLERANCE_SECONDS} are accepted`,
    )
  }
  // A list, in which the sender signs with old and new secrets at once. Separated by spaces; by commas where the
  // header came twice.
  const given = [...signature.matchAll(/(?:^|[\s,])v1,([A-Za-z0-9+/]{43}=)(?=$|[\s,])/g)].map(
    ([, text]) => text ?? '',
  )
  const fits = secrets.active.some((secret) => {
    const digest = hmacSha256(keyOf(secret), `${id}.${timestamp}.`, request.body)
    return given.some((text) => isDigest(digest, text, 'base64'))
  })
  if (!fits)
    throw new Problem('wrong-signature', 'No v1 signature in webhook-signature fits any active secret')
}

const KEY = /^(?:whsec_)?([A-Za-z0-9+/]{22,}={0,2})$/

function keyOf(secret: string): Buffer {
  const key = Buffer.from(KEY.exec(secret)?.[1] ?? '', 'base64')
  // An HMAC without a key can be forged by anybody, so a secret that is not base64 must not quietly become one.
  if (key.length < 16) throw new Error(`A signing secret of source web ${WRONG_KEY}`)
  return key
}

const WRONG_KEY = 'must be "whsec_" and the base64 of 16 bytes or more'

/** Source `web`: the organisation's own forms and tools. */
export const web: Source = {
  name: 'web',
  accepts: {
    body: webBody,
    scheme: 'Standard Webhooks',
    headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  },
  keys: {
    make: () => `whsec_${randomBytes(32).toString('base64')}`,
    wrong: (key) => (KEY.test(key) ? undefined : `it ${WRONG_KEY}`),
  },
  verify,
  parse: (request): Message[] => [{ source: 'web', ...checked(webBody, jsonOf(request)) }],
}
