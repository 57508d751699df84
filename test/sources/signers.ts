import type { SourceSecrets } from '../../functions/sources/source.ts'
import { EMAIL_SECRETS, form, sendgridForm } from './emails.ts'
import {
  basicHeaders,
  instagramComments,
  intercomHeaders,
  intercomReplied,
  intercomStarted,
  metaComment,
  metaHeaders,
  metaMessage,
  metaMessages,
  metaPage,
  phoneCall,
  relayedReview,
  SECRET,
  TRUSTPILOT_PAIR,
  trustpilotReview,
  twilioForm,
  twilioHeaders,
  WEB_SECRET,
  webHeaders,
  webMessage,
  X_SECRET,
  xActivity,
  xDirectMessage,
  xHeaders,
  xPost,
  zendeskChat,
  zendeskComment,
  zendeskHeaders,
  zendeskTicket,
  zendeskTrigger,
} from './requests.ts'

/** How tests speak for a platform, so that whatever they make up is signed well and reaches the parser. */
export interface Signer {
  readonly secrets: SourceSecrets
  /** The headers of a body, the signature among them. @param url the whole address, for those that sign it */
  headers(body: Uint8Array, url: string): Record<string, string>
  /** Good bodies, at least two that differ in what is optional. */
  readonly bodies: readonly unknown[]
  /** How a body is written. Default: as JSON. */
  readonly write?: (body: unknown) => string | Uint8Array
  /** Of the address, where the signature or the secret is in it. */
  readonly query?: string
}

/** A form, of whatever became of its fields. */
const asForm = (body: unknown): string =>
  typeof body === 'object' && body !== null
    ? new URLSearchParams(
        Object.entries(body).map(([name, value]): [string, string] => [
          name,
          typeof value === 'string' ? value : String(JSON.stringify(value)),
        ]),
      ).toString()
    : String(body)

/** A form with a boundary, as SendGrid sends it, of whatever became of its fields. */
const asParts = (body: unknown): Uint8Array =>
  form(
    Object.entries(body ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : String(JSON.stringify(value)),
    ]),
  )

const MAIL_HEADERS =
  'From: Kim Example <kim@example.net>\nTo: complaints@example.org\nSubject: My bill\n' +
  'Date: Sat, 21 Nov 2026 11:04:50 +0100\nMessage-ID: <CAF-1@mail.example.net>\n'

/** One for each registered source: test/intake/fuzz.test.ts fails for a source that has none. */
export const SIGNERS: Readonly<Record<string, Signer>> = {
  web: {
    secrets: { active: [WEB_SECRET] },
    headers: (body) => webHeaders(body),
    bodies: [webMessage(), webMessage({ permalink: 'https://example.org', team: 'billing', language: 'en' })],
  },
  x: {
    secrets: { active: [X_SECRET] },
    headers: (body) => xHeaders(body),
    bodies: [
      xActivity({
        tweet_create_events: [xPost(), xPost({ id_str: '2', extended_tweet: { full_text: 'all of it' } })],
      }),
      xActivity({
        direct_message_events: [xDirectMessage()],
        users: { 42: { name: 'Jo', screen_name: 'jo' } },
      }),
    ],
  },
  meta: {
    secrets: { active: [SECRET], verify: ['the-verify-token-of-a-test'] },
    headers: (body) => metaHeaders(body),
    bodies: [
      metaPage([
        metaComment(),
        metaComment({ verb: 'edited' }),
        metaComment({ item: 'photo', photos: ['https://a'] }),
      ]),
      metaPage([
        { field: 'mention', value: { ...metaComment().value, sender_id: '4242', sender_name: 'Kim' } },
      ]),
      metaMessages([
        metaMessage({ attachments: [{ type: 'image', payload: { url: 'https://example.org' } }] }),
      ]),
      instagramComments(),
      metaMessages([
        { ...metaMessage(), message: undefined, delivery: { mids: ['m_8'], watermark: 1_795_255_500_000 } },
        { ...metaMessage(), message: undefined, read: { watermark: 1_795_255_500_000 } },
      ]),
    ],
  },
  zendesk: {
    secrets: { active: [SECRET] },
    headers: (body) => zendeskHeaders(body),
    bodies: [zendeskTicket(), zendeskComment(), zendeskChat(), zendeskTrigger()],
  },
  intercom: {
    secrets: { active: [SECRET] },
    headers: (body) => intercomHeaders(body),
    bodies: [intercomStarted(), intercomReplied()],
  },
  twilio: {
    secrets: { active: [SECRET] },
    headers: (body, url) => twilioHeaders(body, url),
    bodies: [
      twilioForm(),
      twilioForm({
        From: 'whatsapp:+447700900123',
        ProfileName: 'Kim',
        NumMedia: '1',
        MediaUrl0: 'https://api.twilio.com/media/ME0',
        MediaContentType0: 'image/jpeg',
        OriginalRepliedMessageSid: 'SM0',
      }),
      twilioForm({ MessageStatus: 'undelivered', SmsStatus: 'undelivered', ErrorCode: '30006' }),
    ],
    write: asForm,
  },
  // By SendGrid, as its signature covers the whole body; the other providers are fuzzed in test/intake/email.test.ts.
  email: {
    secrets: EMAIL_SECRETS,
    headers: (body) => ({ ...sendgridForm(Buffer.from(body), Date.now()).headers }) as Record<string, string>,
    bodies: [
      {
        headers: MAIL_HEADERS,
        SPF: 'pass',
        dkim: '{@example.net : pass}',
        text: 'I cannot see my bill.\r\n',
      },
      { headers: `${MAIL_HEADERS}In-Reply-To: <CAF-0@example.org>\n`, html: '<p>Still <b>nothing</b></p>' },
      { email: `${MAIL_HEADERS.replaceAll('\n', '\r\n')}\r\nIt is in the whole mail\r\n`, SPF: 'softfail' },
    ],
    write: asParts,
  },
  reviews: {
    secrets: { active: [WEB_SECRET], trustpilot: [TRUSTPILOT_PAIR] },
    headers: (body) =>
      Buffer.from(body).includes('"events"') ? basicHeaders(TRUSTPILOT_PAIR) : webHeaders(body),
    bodies: [
      relayedReview(),
      relayedReview({ title: 'Never again', text: undefined, stars: 1, language: 'en' }, 'updated'),
      trustpilotReview(),
      trustpilotReview({ title: null, updatedAt: '2026-11-21T10:00:00Z' }, 'service-review-updated'),
    ],
  },
  phone: {
    secrets: { active: [WEB_SECRET] },
    headers: (body) => webHeaders(body),
    bodies: [
      phoneCall(),
      phoneCall({
        number: '020 7946 0000',
        country: 'GB',
        customer: { id: 'c-9', name: 'Kim' },
        recording: 'https://calls.example.org/1',
        transcript: 'Hello. I am calling about May.',
        team: 'billing',
        severity: 'high',
      }),
    ],
  },
}
