import * as z from 'zod'
import { type Message, SEVERITIES } from '../domain/complaint.ts'
import { e164 } from '../shared/e164.ts'
import { foreignId, instant, languageTag, link, name, words } from '../shared/fields.ts'
import { jsonOf } from '../shared/http.ts'
import { checked, invalid } from '../shared/problem.ts'
import type { LazySource } from './source.ts'
import { STANDARD, STANDARD_KEYS, verifyStandard } from './standard-webhooks.ts'

/**
 * What a contact centre sends when a call is over. As with a form of one's own, a field that is not known is refused: a
 * misspelt one would be lost in silence.
 */
export const phoneBody = z.strictObject({
  callId: foreignId.meta({ description: 'Yours, and the same at every try: it is what tells a repeat' }),
  startedAt: instant,
  endedAt: instant.optional(),
  number: z.string().max(40).optional().meta({
    description: 'The customer’s, +442079460000 or as dialled in `country`; absent where it was withheld',
  }),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a country’s two letters, like GB')
    .optional()
    .meta({ description: 'Where `number` is dialled, if it does not begin with +' }),
  customer: z
    .strictObject({ id: foreignId.optional(), name: words(200).optional() })
    .optional()
    .meta({ description: 'Who called, if you know more than the number' }),
  agent: z
    .strictObject({ id: foreignId, name: words(200).optional() })
    .meta({ description: 'Who took the call' }),
  summary: words(5000).meta({ description: 'What the customer complains of' }),
  transcript: words(14_000).optional(),
  recording: link.optional().meta({ description: 'Where the recording is; it is not fetched' }),
  language: languageTag.optional(),
  product: words(100).optional(),
  team: name.optional(),
  severity: z.enum(SEVERITIES).optional(),
})

type Call = z.output<typeof phoneBody>

async function messageOf(call: Call): Promise<Message> {
  const number = call.number === undefined ? undefined : await dialled(call.number, call.country)
  const { callId, agent, customer = {} } = call
  const minutes = call.endedAt === undefined ? undefined : minutesOf(call.startedAt, call.endedAt)
  const length = minutes === undefined ? '' : ` of ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
  return {
    source: 'phone',
    messageId: callId,
    postedAt: call.startedAt,
    author: {
      // A withheld number is nobody's in particular: two such calls must not become one customer.
      id: customer.id ?? number ?? `call:${callId}`.slice(0, 200),
      ...(customer.name === undefined ? {} : { name: customer.name }),
      ...(number === undefined ? {} : { phone: number }),
    },
    subject: `Call${length}, taken by ${agent.name ?? agent.id}`,
    text: call.transcript === undefined ? call.summary : `${call.summary}\n\n${call.transcript}`,
    public: false,
    channel: 'phone',
    conversation: callId,
    ...(call.recording === undefined
      ? {}
      : { attachments: [{ reference: call.recording, name: 'recording' }] }),
    ...(call.language === undefined ? {} : { language: call.language }),
    ...(call.product === undefined ? {} : { product: call.product }),
    ...(call.team === undefined ? {} : { team: call.team }),
    ...(call.severity === undefined ? {} : { severity: call.severity }),
  }
}

function minutesOf(startedAt: string, endedAt: string): number {
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000
  if (seconds < 0) throw invalid('endedAt', 'must not be before startedAt')
  return Math.max(1, Math.round(seconds / 60))
}

async function dialled(number: string, country: string | undefined): Promise<string> {
  const { isSupportedCountry } = await import('libphonenumber-js/min')
  if (country !== undefined && !isSupportedCountry(country)) {
    throw invalid('country', 'is no country with numbers of its own')
  }
  const found = await e164(number, country)
  if (found !== undefined) return found
  const how = country === undefined ? ', or come with its country' : ''
  throw invalid(
    'number',
    `must be a telephone number, like +442079460000${how}; leave it out where it was withheld`,
  )
}

/** Source `phone`: summaries of calls, by the contact centre. */
export const phone: LazySource = {
  name: 'phone',
  accepts: { body: phoneBody, ...STANDARD },
  keys: STANDARD_KEYS,
  verify: verifyStandard,
  parse: async (request) => [await messageOf(checked(phoneBody, jsonOf(request)))],
}
