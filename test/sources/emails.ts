import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import type { Inbound } from '../../functions/shared/http.ts'
import { inbound } from './requests.ts'

/** When the mails of these tests were sent, and the signatures made; in milliseconds. */
export const SENT = Date.UTC(2026, 10, 21, 10, 5, 0)

const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
/** As SendGrid shows it. */
export const SENDGRID_KEY = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
export const MAILGUN_KEY = 'key-of-a-mailgun-test-1'
export const POSTMARK_PAIR = 'redress:a-password-of-a-test'

/** A secret that knows all three providers. */
export const EMAIL_SECRETS = {
  active: [],
  sendgrid: [SENDGRID_KEY],
  mailgun: [MAILGUN_KEY],
  postmark: [POSTMARK_PAIR],
}

export interface Sent {
  readonly headers?: Record<string, string>
  readonly text?: string
  readonly html?: string
  readonly files?: readonly { name: string; type: string; body: string }[]
}

const HEADERS = {
  Received: 'from mail.example.net by mx.example.org; Sat, 21 Nov 2026 10:04:58 +0000',
  From: 'Kim Example <Kim@Example.net>',
  To: 'complaints@example.org',
  Subject: 'My bill',
  Date: 'Sat, 21 Nov 2026 11:04:50 +0100',
  'Message-ID': '<CAF-1@mail.example.net>',
}
const TEXT = 'I cannot see my bill.\r\n'
const headersOf = ({ headers = {} }: Sent): [string, string][] => Object.entries({ ...HEADERS, ...headers })

/** SendGrid's boundary, which is shorter than readers of forms like. */
const BOUNDARY = 'xYzZY'

export const form = (
  fields: readonly (readonly [name: string, value: string | Buffer])[],
  files: Sent['files'] = [],
): Buffer =>
  Buffer.concat([
    ...fields.flatMap(([name, value]) => [
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ]),
    ...files.map(({ name, type, body }, index) =>
      Buffer.from(
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="attachment${index + 1}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`,
      ),
    ),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ])

export const MULTIPART = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }

/** What SendGrid sends of a form, signed. */
export function sendgridForm(body: Buffer, at = SENT): Inbound {
  const timestamp = String(Math.floor(at / 1000))
  const signature = sign('sha256', Buffer.concat([Buffer.from(timestamp), body]), pair.privateKey)
  return inbound(body, {
    ...MULTIPART,
    'x-twilio-email-event-webhook-signature': signature.toString('base64'),
    'x-twilio-email-event-webhook-timestamp': timestamp,
  })
}

export function sendgrid(sent: Sent = {}, at = SENT): Inbound {
  const fields: [string, string][] = [
    [
      'headers',
      headersOf(sent)
        .map(([name, value]) => `${name}: ${value}\n`)
        .join(''),
    ],
    ['dkim', '{@example.net : pass}'],
    ['SPF', 'pass'],
    ['envelope', JSON.stringify({ to: ['complaints@example.org'], from: 'kim@example.net' })],
    ['charsets', JSON.stringify({ to: 'UTF-8', subject: 'UTF-8', from: 'UTF-8', text: 'utf-8' })],
    ...(sent.html === undefined ? [] : [['html', sent.html] as [string, string]]),
    ...(sent.html !== undefined && sent.text === undefined
      ? []
      : [['text', sent.text ?? TEXT] as [string, string]]),
  ]
  return sendgridForm(form(fields, sent.files), at)
}

/** What SendGrid sends where "POST the raw, full MIME message" is ticked. */
export const sendgridRaw = (mime: string | Buffer, at = SENT): Inbound =>
  sendgridForm(
    form([
      ['email', mime],
      ['SPF', 'pass'],
      ['dkim', '{@example.net : pass}'],
    ]),
    at,
  )

export function postmark(
  sent: Sent = {},
  changes: Record<string, unknown> = {},
  credentials = POSTMARK_PAIR,
): Inbound {
  const headers = headersOf(sent)
  const value = (name: string) => headers.find(([key]) => key === name)?.[1] ?? ''
  const [, name = '', address = ''] = /^(.*?)\s*<(.*)>$/.exec(value('From')) ?? []
  const body = {
    FromName: name,
    From: address,
    FromFull: { Email: address, Name: name, MailboxHash: '' },
    Subject: value('Subject'),
    MessageID: '73e6d360-66eb-11e1-8e72-a8904824019b',
    Date: value('Date'),
    TextBody: sent.html !== undefined && sent.text === undefined ? '' : (sent.text ?? TEXT),
    HtmlBody: sent.html ?? '',
    StrippedTextReply: '',
    Headers: headers
      .filter(([key]) => !['From', 'To', 'Subject', 'Date'].includes(key))
      .map(([Name, Value]) => ({ Name, Value }))
      .concat([
        { Name: 'Received-SPF', Value: 'Pass (sender SPF authorized) identity=mailfrom' },
        { Name: 'X-Spam-Status', Value: 'No' },
      ]),
    Attachments: (sent.files ?? []).map(({ name: Name, type, body: content }) => ({
      Name,
      Content: Buffer.from(content).toString('base64'),
      ContentType: type,
      ContentLength: Buffer.byteLength(content),
    })),
    ...changes,
  }
  return inbound(JSON.stringify(body), {
    'content-type': 'application/json; charset=utf-8',
    authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
  })
}

export const mailgunSignature = (timestamp: string, token: string, key = MAILGUN_KEY): string =>
  createHmac('sha256', key)
    .update(timestamp + token)
    .digest('hex')

export function mailgun(sent: Sent = {}, at = SENT, token = 'b'.repeat(50)): Inbound {
  const timestamp = String(Math.floor(at / 1000))
  const fields: [string, string][] = [
    ['recipient', 'complaints@example.org'],
    ['sender', 'kim@example.net'],
    ['from', 'Kim Example <kim@example.net>'],
    [
      'message-headers',
      JSON.stringify([
        ['X-Mailgun-Incoming', 'Yes'],
        ['X-Mailgun-Spf', 'Pass'],
        ['X-Mailgun-Dkim-Check-Result', 'Pass'],
        ['X-Mailgun-Sflag', 'No'],
        ...headersOf(sent),
      ]),
    ],
    ['body-plain', sent.text ?? TEXT],
    ...(sent.html === undefined ? [] : [['body-html', sent.html] as [string, string]]),
    ['timestamp', timestamp],
    ['token', token],
    ['signature', mailgunSignature(timestamp, token)],
  ]
  if (sent.files !== undefined) return inbound(form(fields, sent.files), MULTIPART)
  const body = new URLSearchParams(fields).toString()
  return inbound(body, { 'content-type': 'application/x-www-form-urlencoded' })
}

/** A mail as it comes over the wire. */
export function mime(sent: Sent = {}, body = sent.text ?? TEXT): string {
  const headers = headersOf({
    ...sent,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', ...sent.headers },
  })
  return `${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}
