import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EventWebhook } from '@sendgrid/eventwebhook'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../functions/domain/complaint.ts'
import type { Inbound } from '../../functions/shared/http.ts'
import { Problem } from '../../functions/shared/problem.ts'
import { email } from '../../functions/sources/email/index.ts'
import { messageOf } from '../../functions/sources/email/mail.ts'
import { mailOf } from '../../functions/sources/email/mime.ts'
import {
  EMAIL_SECRETS,
  form,
  MAILGUN_KEY,
  MULTIPART,
  mailgun,
  mailgunSignature,
  mime,
  POSTMARK_PAIR,
  postmark,
  SENDGRID_KEY,
  SENT,
  type Sent,
  sendgrid,
  sendgridForm,
  sendgridRaw,
} from './emails.ts'
import { inbound } from './requests.ts'

const kindOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof Problem) return error.kind
    throw error
  }
  return 'accepted'
}
const verify = (request: Inbound, secrets: Partial<typeof EMAIL_SECRETS> = EMAIL_SECRETS, nowMs = SENT) =>
  kindOf(() => email.verify(request, { active: [], ...secrets }, nowMs))
const changed = (request: Inbound, more: Partial<Inbound>): Inbound => ({ ...request, ...more })

async function messageIn(request: Inbound): Promise<Message> {
  const [message, ...others] = await email.parse(request)
  if (message === undefined || !('author' in message) || others.length > 0) throw new Error('not one message')
  return message
}
const PROVIDERS = [
  ['SendGrid', sendgrid],
  ['Postmark', postmark],
  ['Mailgun', mailgun],
] as const

describe('What SendGrid signs', () => {
  // Published in the repository of SendGrid's own library, sendgrid/sendgrid-nodejs, as its test.
  const vector = {
    key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
    signature:
      'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
    timestamp: '1600112502',
    payload: `${JSON.stringify([
      {
        email: 'hello@world.com',
        event: 'dropped',
        reason: 'Bounced Address',
        sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
        sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
        'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
        timestamp: 1600112492,
      },
    ])}\r\n`,
  }
  const request = (payload: string) =>
    inbound(payload, {
      'x-twilio-email-event-webhook-signature': vector.signature,
      'x-twilio-email-event-webhook-timestamp': vector.timestamp,
    })
  const at = Number(vector.timestamp) * 1000

  it('fits the published vector, of which the last CRLF is a part', () => {
    expect(verify(request(vector.payload), { sendgrid: [vector.key] }, at)).toBe('accepted')
    expect(verify(request(vector.payload.trimEnd()), { sendgrid: [vector.key] }, at)).toBe('wrong-signature')
  })

  it('is judged as SendGrid’s own library judges it', () => {
    const library = new EventWebhook()
    for (const [body, secret] of [
      [vector.payload, vector.key],
      [vector.payload.replace('hello', 'hullo'), vector.key],
      [vector.payload, SENDGRID_KEY],
    ] as const) {
      const key = library.convertPublicKeyToECDSA(secret)
      const theirs = library.verifySignature(key, body, vector.signature, vector.timestamp)
      expect(verify(request(body), { sendgrid: [secret] }, at)).toBe(theirs ? 'accepted' : 'wrong-signature')
    }
  })

  it('may be of any known key; is over every byte, and the time', () => {
    const good = sendgrid()
    expect(verify(good)).toBe('accepted')
    expect(verify(good, { sendgrid: [vector.key, SENDGRID_KEY] })).toBe('accepted')
    expect(verify(good, { sendgrid: [vector.key] })).toBe('wrong-signature')
    expect(verify(good, { sendgrid: [] })).toBe('wrong-signature')
    expect(verify(changed(good, { body: good.body.subarray(0, -1) }))).toBe('wrong-signature')
    const later = { ...good.headers, 'x-twilio-email-event-webhook-timestamp': String(SENT / 1000 + 1) }
    expect(verify(changed(good, { headers: later }))).toBe('wrong-signature')
  })

  it('is good for as long as SendGrid goes on trying, and no longer', () => {
    expect(verify(sendgrid(), undefined, SENT + 4 * 86_400_000)).toBe('accepted')
    expect(verify(sendgrid(), undefined, SENT + 4 * 86_400_000 + 1000)).toBe('stale-signature')
    expect(verify(sendgrid(), undefined, SENT - 301_000)).toBe('stale-signature')
  })

  it.each(['', 'AAAA', '!!', 'MEUCIQ=='])('is none that cannot be read: "%s"', (signature) => {
    const headers = { ...sendgrid().headers, 'x-twilio-email-event-webhook-signature': signature }
    expect(verify(changed(sendgrid(), { headers }))).toBe('wrong-signature')
  })

  it('is missed where the parse setting has no security policy, and that is said', () => {
    const { headers, ...rest } = sendgrid()
    const unsigned = { ...rest, headers: { 'content-type': headers['content-type'] } }
    expect(verify(unsigned)).toBe('unsigned')
    expect(() => email.verify(unsigned, EMAIL_SECRETS, SENT)).toThrow(/security policy/)
  })

  it('fails loudly where the known key is none', () => {
    expect(() => verify(sendgrid(), { sendgrid: ['not a public key at all'] })).toThrow(/"sendgrid"/)
  })
})

describe('What Mailgun signs', () => {
  it('fits the published vector', () => {
    // documentation.mailgun.com, "Securing webhooks"
    const fields = {
      timestamp: '1539112500',
      token: '7VwW7k6Ak7zcTwoSoNm7aTtbk1g67MKAnsYLfUB7PdszbgR5Xi',
      signature: 'ef24c5225322217bb065b80bb54eb4f9206d764e3e16abab07f0a64d1cf477cc',
    }
    const request = inbound(new URLSearchParams(fields).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    })
    const secret = { mailgun: ['tbsy84uSV1Kt3ZJZELY2TmShPRs91E3yL4tzf96297vBCkDWgL'] }
    expect(verify(request, secret, 1_539_112_500_000)).toBe('accepted')
    expect(verify(request, { mailgun: ['another-signing-key'] }, 1_539_112_500_000)).toBe('wrong-signature')
  })

  it('is good for as long as Mailgun goes on trying, by any known key, in a form of either kind', () => {
    for (const request of [mailgun(), mailgun({ files: [{ name: 'a', type: 'text/plain', body: 'x' }] })]) {
      expect(verify(request)).toBe('accepted')
      expect(verify(request, { mailgun: ['an-older-signing-key', MAILGUN_KEY] })).toBe('accepted')
      expect(verify(request, { mailgun: [] })).toBe('wrong-signature')
      expect(verify(request, undefined, SENT + 9 * 3_600_000)).toBe('accepted')
      expect(verify(request, undefined, SENT + 9 * 3_600_000 + 1000)).toBe('stale-signature')
    }
  })

  it('is one token, which stands for one delivery', () => {
    expect(email.once?.(mailgun())).toBe('b'.repeat(50))
    expect(email.once?.(sendgrid())).toBeUndefined()
    expect(email.once?.(postmark())).toBeUndefined()
  })

  it('does not fit a form that has a signed field twice', () => {
    const timestamp = String(SENT / 1000)
    const twice: [string, string][] = [
      ['timestamp', timestamp],
      ['token', 'a'],
      ['token', 'b'],
      ['signature', mailgunSignature(timestamp, 'a')],
    ]
    expect(verify(inbound(form(twice), MULTIPART))).toBe('unsigned')
  })
})

describe('What Postmark sends', () => {
  it('is taken with any known user and password, and no other', () => {
    expect(verify(postmark())).toBe('accepted')
    expect(verify(postmark(), { postmark: ['redress:an-older-password', POSTMARK_PAIR] })).toBe('accepted')
    expect(verify(postmark(), { postmark: [] })).toBe('wrong-signature')
    for (const wrong of ['redress:', `${POSTMARK_PAIR} `, 'someone:a-password-of-a-test', ''])
      expect(verify(postmark({}, {}, wrong))).toMatch(/wrong-signature|unsigned/)
    for (const authorization of ['Bearer abcdefghijklmnop', 'Basic', 'Basic ???'])
      expect(verify(changed(postmark(), { headers: { authorization } }))).toBe('unsigned')
  })
})

it('A provider’s key verifies nothing of another provider’s, however it is sent', () => {
  const timestamp = String(SENT / 1000)
  const byPublicKey = inbound(
    new URLSearchParams({
      timestamp,
      token: 't',
      signature: mailgunSignature(timestamp, 't', SENDGRID_KEY),
    }).toString(),
    { 'content-type': 'application/x-www-form-urlencoded' },
  )
  expect(verify(byPublicKey)).toBe('wrong-signature')
  expect(verify(postmark({}, {}, SENDGRID_KEY))).toBe('wrong-signature')
})

describe.each(PROVIDERS)('A mail by way of %s', (_, send) => {
  const of = (sent: Sent) => messageIn(send(sent))

  it('becomes a private message with the mail’s own id', async () => {
    expect(await of({})).toMatchObject({
      source: 'email',
      messageId: 'CAF-1@mail.example.net',
      conversation: 'CAF-1@mail.example.net',
      postedAt: '2026-11-21T10:04:50Z',
      author: { id: 'kim@example.net', name: 'Kim Example', email: 'kim@example.net' },
      subject: 'My bill',
      text: 'I cannot see my bill.',
      public: false,
      channel: 'email',
      checks: { spf: 'pass' },
    })
  })

  it('belongs to its thread by References, nearest first', async () => {
    const message = await of({
      headers: {
        'In-Reply-To': '<ours-2@example.org>',
        References: '<CAF-0@mail.example.net>\r\n <ours-1@example.org> <ours-2@example.org>'.replace(
          '\r\n',
          '',
        ),
        Subject: 'Re: My bill',
      },
      text: 'Still not.\r\n\r\nOn Sat, 21 Nov 2026 at 10:00, Service <help@example.org> wrote:\r\n> Done.\r\n',
    })
    expect(message).toMatchObject({
      conversation: 'CAF-0@mail.example.net',
      inReplyTo: ['ours-2@example.org', 'ours-1@example.org', 'CAF-0@mail.example.net'],
      text: 'Still not.',
      subject: 'Re: My bill',
    })
    expect(message.quoted).toContain('> Done.')
  })

  it('has its files by reference', async () => {
    const files = [
      { name: 'bill.pdf', type: 'application/pdf', body: 'x'.repeat(1000) },
      { name: 'screen.png', type: 'image/png', body: 'y' },
    ]
    expect((await of({ files })).attachments).toEqual([
      {
        reference: 'CAF-1@mail.example.net#1',
        name: 'bill.pdf',
        contentType: 'application/pdf',
        bytes: 1000,
      },
      { reference: 'CAF-1@mail.example.net#2', name: 'screen.png', contentType: 'image/png', bytes: 1 },
    ])
  })

  it('in HTML alone becomes text', async () => {
    const html =
      '<html><head><style>p{}</style></head><body><p>I can&#39;t see<br>my <b>bill</b>.</p><ul><li>May</li></ul><img src="x"></body></html>'
    expect((await of({ html, text: ' \r\n' })).text).toBe("I can't see\nmy bill.\n\n * May")
  })

  it('has its words decoded', async () => {
    const headers = {
      Subject: '=?UTF-8?B?UmVjaG51bmcgZsO8ciBNw6RyeiDwn5mB?=',
      From: '=?iso-8859-1?Q?J=F6rg_M=FCller?= <joerg@example.de>',
      'Content-Language': 'de-DE, en',
    }
    expect(await of({ headers })).toMatchObject({
      subject: 'Rechnung für März 🙁',
      author: { name: 'Jörg Müller', email: 'joerg@example.de' },
      language: 'de-DE',
    })
  })

  it.each<[string, Record<string, string>]>([
    ['an out-of-office note', { 'Auto-Submitted': 'auto-replied' }],
    ['a system’s report', { 'Auto-Submitted': 'auto-generated; type=report' }],
    ['a newsletter', { Precedence: 'bulk' }],
    ['an old answering machine', { Precedence: 'auto_reply' }],
    ['a bounce', { 'Return-Path': '<>' }],
    ['a delivery report', { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=x' }],
    ['a mail server', { From: 'Mail Delivery <MAILER-DAEMON@mx.example.net>' }],
  ])('is no message where it is %s', async (_, headers) => {
    expect(await email.parse(send({ headers }))).toMatchObject([{ ignored: 'automatic', channel: 'email' }])
  })

  it.each<[string, Record<string, string>]>([
    ['said not to be automatic', { 'Auto-Submitted': 'no' }],
    ['through our own group address', { Precedence: 'list', 'List-ID': '<complaints.example.org>' }],
    ['asks machines not to answer', { 'X-Auto-Response-Suppress': 'All' }],
  ])('is a message where it is %s', async (_, headers) => {
    expect(await of({ headers })).toMatchObject({ text: 'I cannot see my bill.' })
  })

  it('is never later than its receipt, and needs no date of its own', async () => {
    expect((await of({ headers: { Date: 'Sat, 21 Nov 2099 10:00:00 +0000' } })).postedAt).toMatch(
      /^2026-11-21T10:0[45]/,
    )
    expect((await of({ headers: { Date: 'yesterday' } })).postedAt).toMatch(/^2026-11-21T10:0[45]/)
  })

  it('without an id is known again by what it says', async () => {
    const headers = { 'Message-ID': 'broken' }
    const first = await of({ headers })
    expect(first.messageId).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect((await of({ headers })).messageId).toBe(first.messageId)
    expect((await of({ headers, text: 'Something else' })).messageId).not.toBe(first.messageId)
  })

  it('without a sender is nobody’s in particular', async () => {
    const message = await of({ headers: { From: 'undisclosed' } })
    // SendGrid's and Mailgun's envelopes still know.
    expect(['kim@example.net', 'unknown:CAF-1@mail.example.net']).toContain(message.author.id)
  })
})

it('A mail has the same id by every provider, and by Amazon SES', async () => {
  const messages = await Promise.all(PROVIDERS.map(([, send]) => messageIn(send())))
  const ses = messageOf(await mailOf(Buffer.from(mime())))
  expect(
    new Set([...messages, ses as Message].map(({ source, messageId }) => `${source} ${messageId}`)).size,
  ).toBe(1)
})

describe('A form of SendGrid’s', () => {
  it('has fields in the charsets that the mail had', async () => {
    const request = sendgridForm(
      form([
        ['headers', 'From: a@example.de\nMessage-ID: <1@x>\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n'],
        ['charsets', JSON.stringify({ text: 'iso-8859-1' })],
        ['text', Buffer.from('Die Rechnung ist zu groß', 'latin1')],
      ]),
    )
    expect((await messageIn(request)).text).toBe('Die Rechnung ist zu groß')
  })

  it('may hold the raw mail', async () => {
    expect(await messageIn(sendgridRaw(mime()))).toMatchObject({
      messageId: 'CAF-1@mail.example.net',
      text: 'I cannot see my bill.',
      checks: { spf: 'pass', dkim: 'pass' },
    })
  })

  it('is automatic where its envelope has no sender', async () => {
    const request = sendgridForm(
      form([
        ['headers', 'From: a@example.de\nMessage-ID: <1@x>\n'],
        ['envelope', '{"from":""}'],
      ]),
    )
    expect(await email.parse(request)).toMatchObject([{ ignored: 'automatic' }])
  })

  it.each([
    ['no boundary', { 'content-type': 'multipart/form-data' }, form([])],
    ['no end', MULTIPART, form([['text', 'x']]).subarray(0, -10)],
    ['no form at all', MULTIPART, Buffer.from('hello')],
  ])('with %s is refused', async (_, headers, body) => {
    const request = changed(sendgridForm(Buffer.from(body)), {})
    await expect(
      email.parse({ ...request, headers: { ...request.headers, ...headers } }),
    ).rejects.toMatchObject({
      kind: 'malformed-body',
    })
  })
})

describe('A mail from Amazon SES', () => {
  const fixture = (name: string) => readFileSync(join(import.meta.dirname, '..', 'fixtures', 'email', name))
  const messageFrom = async (name: string) =>
    messageOf(await mailOf(fixture(name), { where: 's3://bucket/mail/1', takenAt: '2026-11-21T10:06:00Z' }))

  it('has SES’s verdicts, a nested forward, charsets and files', async () => {
    expect(await messageFrom('outlook-latin1.eml')).toMatchObject({
      messageId: 'AM9PR01MB1@AM9PR01MB1.eurprd01.prod.example.com',
      subject: 'AW: Ihre Rechnung für März',
      text: 'Die Rechnung ist immer noch falsch. Bitte rufen Sie mich zurück.\n\nViele Grüße\nJörg Müller',
      author: { id: 'joerg@example.de', name: 'Jörg Müller', email: 'joerg@example.de' },
      checks: { spam: 'pass', virus: 'pass', spf: 'pass', dkim: 'pass', dmarc: 'pass' },
      attachments: [
        {
          reference: 's3://bucket/mail/1#1',
          name: 'Rechnung März.pdf',
          contentType: 'application/pdf',
          bytes: 13,
        },
      ],
    })
  })

  it('is heard under no name where SES found its sender forged', async () => {
    const message = await messageFrom('forged.eml')
    expect(message).toMatchObject({
      author: {
        id: 'unverified:forged-1@mail.example.net',
        name: 'Kim Example <kim@example.net> (not verified)',
      },
      checks: { spf: 'fail', dkim: 'none', dmarc: 'fail', spam: 'pass' },
      text: 'Please send the refund to another account.',
    })
    expect((message as Message).author.email).toBeUndefined()
  })

  it('is not opened where SES found a virus in it', async () => {
    expect(await messageFrom('virus.eml')).toMatchObject({
      ignored: 'virus',
      messageId: 'virus-1@mail.example.net',
    })
  })

  it('that is a bounce is none', async () => {
    expect(await messageFrom('bounce.eml')).toMatchObject({
      ignored: 'automatic',
      messageId: 'bounce-1@mx.example.net',
    })
  })

  it('keeps a forwarded mail, which is what the customer wants read', async () => {
    expect(await messageFrom('forward.eml')).toMatchObject({
      subject: 'Fwd: Your bill',
      text: expect.stringContaining('You owe us 20 pounds'),
    })
  })
})
