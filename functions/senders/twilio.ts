import * as z from 'zod'
import { tagOf } from '../sources/platform.ts'
import {
  bodyBy,
  type Found,
  failureOf,
  type HttpAnswer,
  type HttpRequest,
  type HttpSender,
  later,
  type Outcome,
  type Outgoing,
  type Refused,
  refused,
  type Setting,
  sameText,
  unreadable,
} from './sender.ts'

const NAME = 'Twilio'
const API = 'https://api.twilio.com'
/** Twilio's clock and ours may differ by so much. */
const CLOCK_SKEW_MS = 60_000

const twilioCredentials = z
  .object({
    accountSid: z.string().regex(/^AC[0-9a-f]{32}$/i),
    authToken: z.string().min(16).optional(),
    /** In place of the auth token: it can be taken back alone. */
    apiKey: z.object({ sid: z.string().regex(/^SK[0-9a-f]{32}$/i), secret: z.string().min(16) }).optional(),
    /** Who writes to a customer who asked for a text message elsewhere: a number, or the SID of a messaging service. */
    from: z
      .string()
      .regex(/^(\+\d{5,15}|MG[0-9a-f]{32})$/i)
      .optional(),
  })
  .refine(({ authToken, apiKey }) => authToken !== undefined || apiKey !== undefined, {
    error: 'needs authToken or apiKey',
  })
export type TwilioCredentials = z.output<typeof twilioCredentials>

/** From whom to whom, as Twilio writes them: with `whatsapp:` in front where it is one. */
interface Addresses {
  readonly to: string
  readonly from: string
}

const ADDRESS = /^([a-z]{1,20}:)?[^\s>]{3,60}$/

function addressesOf(
  { message, to }: Outgoing,
  { from }: Pick<TwilioCredentials, 'from'>,
): Addresses | Refused {
  if (to?.phone !== undefined) {
    const number = to.phone.replace(/[\s()./-]/g, '')
    if (!/^\+\d{5,15}$/.test(number)) return refused('The customer’s number has no country code')
    return from === undefined
      ? refused('The secret has no number ("from") that text messages could be sent from')
      : { to: number, from }
  }
  // The customer's message came from theirs to ours.
  const [theirs = '', ours = '', ...more] = (message.conversation ?? '').split('>')
  return more.length === 0 && ADDRESS.test(theirs) && ADDRESS.test(ours)
    ? { to: theirs, from: ours }
    : refused('Twilio does not say between which numbers it is')
}

const authorization = ({ accountSid, authToken, apiKey }: TwilioCredentials): string => {
  const pair = apiKey === undefined ? `${accountSid}:${authToken}` : `${apiKey.sid}:${apiKey.secret}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

const messages = (credentials: TwilioCredentials, { api }: Setting): string =>
  `${api ?? API}/2010-04-01/Accounts/${credentials.accountSid}/Messages.json`

function request(
  outgoing: Outgoing,
  credentials: TwilioCredentials,
  setting: Setting,
): HttpRequest | Refused {
  if (outgoing.public) return refused('A text message cannot be answered in public')
  const addresses = addressesOf(outgoing, credentials)
  if ('kind' in addresses) return addresses
  const { to, from } = addresses
  return {
    method: 'POST',
    url: messages(credentials, setting),
    headers: {
      authorization: authorization(credentials),
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: new URLSearchParams({
      To: to,
      ...(from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from }),
      Body: outgoing.text,
      // The reply's name in it makes the report find it, even where no answer to this request ever comes.
      StatusCallback: `${setting.publicUrl}/webhooks/twilio?reply=${tagOf(outgoing)}`,
    }).toString(),
  }
}

const SID = z.string().regex(/^(SM|MM)[0-9a-f]{32}$/i)
const created = z.object({ sid: SID })
const failure = z.object({ code: z.number() })
const listed = z.object({
  messages: z.array(
    z.object({
      sid: SID,
      body: z.string().nullable(),
      direction: z.string(),
      date_created: z.string().nullable(),
    }),
  ),
})

function outcome(answer: HttpAnswer): Outcome {
  if (answer.status === 200 || answer.status === 201) {
    const sid = bodyBy(created, answer)?.sid
    return sid === undefined ? unreadable(NAME) : { kind: 'sent', reference: sid }
  }
  const code = bodyBy(failure, answer)?.code
  if (code === 20_429) return later()
  const why = code === undefined ? undefined : WHY.get(code)
  return failureOf(
    answer,
    NAME,
    why !== undefined ? `${why} (${code})` : code === undefined ? undefined : `its error ${code}`,
  )
}

/** https://www.twilio.com/docs/api/errors */
const WHY: ReadonlyMap<number, string> = new Map([
  [20_003, 'it does not take our credentials'],
  [21_211, 'the customer’s number is none'],
  [21_408, 'the account may not send to this country'],
  [21_606, 'our number is not the account’s, or cannot send'],
  [21_608, 'a trial account sends to verified numbers only'],
  [21_610, 'the customer has said STOP'],
  [21_612, 'there is no way from our number to the customer’s'],
  [21_614, 'the customer’s number takes no text messages'],
  [21_617, 'it is longer than 1,600 characters'],
  [21_703, 'the messaging service has no number'],
  [63_007, 'our number is no WhatsApp sender of the account'],
  [63_016, 'the customer wrote on WhatsApp more than 24 hours ago: only a template may be sent'],
])

/** Twilio: a text message, or one in WhatsApp. */
export const twilio: HttpSender<TwilioCredentials> = {
  platform: 'twilio',
  credentials: twilioCredentials,
  reports: () => true,
  request,
  outcome,
  find: {
    request(outgoing, credentials, setting) {
      const addresses = addressesOf(outgoing, credentials)
      if ('kind' in addresses) return undefined
      const { to, from } = addresses
      // Newest first. Not by `DateSent`: what still waits to be sent has none.
      const query = new URLSearchParams({
        To: to,
        ...(from.startsWith('MG') ? {} : { From: from }),
        PageSize: '100',
      })
      return {
        method: 'GET',
        url: `${messages(credentials, setting)}?${query}`,
        headers: { authorization: authorization(credentials), accept: 'application/json' },
      }
    },
    found(answer, outgoing, _credentials, sinceMs): Found {
      const all = bodyBy(listed, answer)?.messages
      if (all === undefined) return { kind: 'unsure' }
      const same = all.find(
        ({ body, direction, date_created }) =>
          direction.startsWith('outbound') &&
          sameText(body ?? '', outgoing.text) &&
          !(Date.parse(date_created ?? '') < sinceMs - CLOCK_SKEW_MS),
      )
      return same === undefined
        ? { kind: 'absent' }
        : { kind: 'there', sent: { kind: 'sent', reference: same.sid } }
    },
  },
}
