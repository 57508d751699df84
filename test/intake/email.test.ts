import { beforeEach, describe, expect, it, vi } from 'vitest'

const measured = vi.hoisted(() => vi.fn<(name: string, value: number, dimension?: string) => void>())
vi.mock('../../functions/shared/metrics.ts', () => ({ measure: measured }))

vi.hoisted(() => {
  process.env.TABLE_NAME = 'table'
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
})

import * as fc from 'fast-check'
import { makeHandler } from '../../functions/intake/handler.ts'
import type { Inbound } from '../../functions/shared/http.ts'
import { Problem } from '../../functions/shared/problem.ts'
import { type Mail, messageOf } from '../../functions/sources/email/mail.ts'
import { mailOf } from '../../functions/sources/email/mime.ts'
import { signedRequest } from '../../infra/local/senders/index.ts'
import { bySource } from '../../infra/sources.ts'
import {
  EMAIL_SECRETS,
  form,
  mailgun,
  mime,
  POSTMARK_PAIR,
  postmark,
  SENT,
  sendgrid,
  sendgridForm,
  sendgridRaw,
} from '../sources/emails.ts'
import { inbound, WEB_SECRET, webHeaders } from '../sources/requests.ts'
import { ask, httpEvent, MemoryIgnored, MemoryLedger } from './http.ts'

const PAIR = 'trustpilot:a-password-of-a-test'
const BASIC = {
  'content-type': 'application/json',
  authorization: `Basic ${Buffer.from(PAIR).toString('base64')}`,
}

let ledger: MemoryLedger
let ignored: MemoryIgnored
beforeEach(() => {
  ledger = new MemoryLedger()
  ignored = new MemoryIgnored()
  measured.mockClear()
})

const post = (request: Inbound, source = 'email', into = ledger, nowMs = SENT) =>
  ask(
    makeHandler({
      ledger: into,
      ignored,
      report: async () => undefined,
      secrets: {
        read: async () => ({ ...EMAIL_SECRETS, active: [WEB_SECRET], trustpilot: [PAIR] }),
        reread: async () => undefined,
      },
      clock: { now: async () => '2026-11-21T10:06:00Z' },
      nowMs: () => nowMs,
    }),
    httpEvent('POST /webhooks/{source}', {
      path: { source },
      headers: request.headers as Record<string, string>,
      body: request.body,
    }),
  )

describe('A mail by webhook', () => {
  it('opens one complaint, whichever provider brings it, each answered as it wants', async () => {
    expect(await post(sendgrid())).toMatchObject({ status: 202, body: { outcome: 'opened' } })
    expect(await post(sendgrid())).toMatchObject({ status: 202, body: { outcome: 'duplicate' } })
    for (const request of [postmark(), mailgun()])
      expect(await post(request)).toMatchObject({ status: 200, body: { taken: true } })
    expect(ledger.events.size).toBe(1)
  })

  it('that a machine wrote is taken and ignored', async () => {
    const answer = await post(sendgrid({ headers: { 'Auto-Submitted': 'auto-replied' } }))
    expect(answer).toMatchObject({ status: 202, body: { outcome: 'ignored' } })
    expect(measured.mock.calls).toEqual([['Ignored', 1, 'automatic']])
    expect(ledger.writes).toBe(0)
    expect(ignored.all).toEqual([
      {
        week: '2026-W47',
        source: 'email',
        cause: 'automatic',
        at: '2026-11-21T10:06:00Z',
        messageId: 'CAF-1@mail.example.net',
        postedAt: '2026-11-21T10:04:50Z',
        channel: 'email',
      },
    ])
  })

  it('may be as large as a function can be handed; a form of one’s own stays small', async () => {
    const files = (bytes: number) => [{ name: 'a.png', type: 'image/png', body: 'x'.repeat(bytes) }]
    expect(await post(sendgrid({ files: files(3_500_000) }))).toMatchObject({ status: 202 })
    const answer = await post(sendgrid({ files: files(4_194_304) }))
    expect(answer).toMatchObject({ status: 413, body: { detail: expect.stringContaining('4194304') } })
    const small = JSON.stringify({ text: 'x'.repeat(262_144) })
    expect(await post(inbound(small, webHeaders(small)), 'web', ledger, Date.now())).toMatchObject({
      status: 413,
    })
  })
})

describe('A token of Mailgun’s', () => {
  it('may come again with its mail, and with no other', async () => {
    expect(await post(mailgun())).toMatchObject({ status: 200 })
    expect(await post(mailgun())).toMatchObject({ status: 200 })
    const forged = mailgun({ headers: { 'Message-ID': '<forged@example.net>' }, text: 'Pay me' })
    expect(await post(forged)).toMatchObject({ status: 401, body: { type: '/problems/stale-signature' } })
    expect(ledger.events.size).toBe(1)
    expect(
      await post(mailgun({ headers: { 'Message-ID': '<2@example.net>' } }, SENT, 'c'.repeat(50))),
    ).toMatchObject({
      status: 200,
    })
    expect(ledger.events.size).toBe(2)
  })
})

/** Whatever came, the answer is 2xx or 4xx, a 4xx has written nothing, and what was written can be stored. */
async function holds(request: Inbound, source = 'email'): Promise<void> {
  const own = new MemoryLedger()
  const { status } = await post(request, source, own)
  expect([200, 202, 400, 401, 413, 415, 422]).toContain(status)
  if (status >= 400) expect(own.writes).toBe(0)
  for (const event of [...own.events.values()].flat())
    if (event.type === 'received') isStorable(event.message)
}

function isStorable(message: object): void {
  const text = JSON.stringify(message)
  // Half a character is escaped by JSON; nothing else makes such an escape.
  expect(text).not.toMatch(/\\ud[89a-f]/)
  expect(Buffer.byteLength(text)).toBeLessThan(350_000) // an item of the table has 400 KB
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '',
    '\ud800',
    '__proto__',
    '<>',
    '<<<<@>>>>',
    '=?utf-8?B?////?=',
    '=?x?Q?=00=FF?=',
    'x'.repeat(70_000),
  ),
  fc.constantFrom(
    '@'.repeat(5000),
    '<a@b> '.repeat(2000),
    '"'.repeat(3000),
    '('.repeat(3000),
    ','.repeat(5000),
  ),
)
const NAMES = [
  ...[
    'From',
    'Sender',
    'Subject',
    'Date',
    'Message-ID',
    'In-Reply-To',
    'References',
    'Content-Language',
    'Received',
  ],
  ...[
    'Content-Type',
    'Auto-Submitted',
    'Return-Path',
    'Authentication-Results',
    'X-SES-Virus-Verdict',
    '__proto__',
  ],
]
const headers = fc.dictionary(fc.constantFrom(...NAMES), nasty, { maxKeys: 6 })

describe('Whatever a mail is made of', () => {
  it('holds by every provider, for any headers and bodies', async () => {
    const sent = fc.record({ headers, text: nasty, html: nasty }, { requiredKeys: [] })
    const send = fc.constantFrom(sendgrid, postmark, mailgun)
    await fc.assert(
      fc.asyncProperty(sent, send, (mail, by) => holds(by(mail))),
      { numRuns: 150 },
    )
  })

  it('holds for any form, cut anywhere, and any JSON', async () => {
    const field = fc.tuple(
      fc.constantFrom('headers', 'text', 'html', 'email', 'charsets', 'envelope', 'SPF', 'dkim', 'odd'),
      nasty,
    )
    await fc.assert(
      fc.asyncProperty(fc.array(field, { maxLength: 6 }), fc.nat(200), async (fields, cut) => {
        const whole = form(fields)
        await holds(sendgridForm(whole))
        await holds(sendgridForm(whole.subarray(0, Math.max(0, whole.length - cut))))
      }),
      { numRuns: 100 },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('Headers', 'From', 'FromFull', 'Date', 'Attachments'), fc.jsonValue()),
        (changes) => holds(postmark({}, changes)),
      ),
      { numRuns: 100 },
    )
  })

  it('holds for parts within parts, of any type and charset', async () => {
    const type = fc.constantFrom(
      'text/plain',
      'text/html',
      'message/rfc822',
      'application/pdf',
      'text/plain; charset=x-none',
      'text/html; charset=utf-16',
      'message/delivery-status',
      'multipart/mixed',
    )
    const coding = fc.constantFrom('7bit', 'base64', 'quoted-printable', 'x-odd')
    const leaf = fc
      .tuple(type, coding, nasty)
      .map(([of, by, body]) => `Content-Type: ${of}\r\nContent-Transfer-Encoding: ${by}\r\n\r\n${body}`)
    const part: fc.Arbitrary<string> = fc.letrec<{ part: string }>((tie) => ({
      part: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc
          .tuple(fc.nat(3), fc.array(tie('part'), { maxLength: 4 }), fc.boolean())
          .map(([boundary, parts, ended]) =>
            [
              `Content-Type: multipart/mixed; boundary="b${boundary}"\r\n`,
              ...parts.map((one) => `--b${boundary}\r\n${one}`),
              ended ? `--b${boundary}--` : '',
            ].join('\r\n'),
          ),
      ),
    })).part
    await fc.assert(
      fc.asyncProperty(part, headers, async (body, more) => {
        const { 'Content-Type': _, ...others } = more
        const raw = `${mime({ headers: others }, '').split('\r\nContent-Type')[0]}\r\n${body}`
        await holds(sendgridRaw(Buffer.from(raw)))
      }),
      { numRuns: 150 },
    )
  })

  it.each<[string, string]>([
    ['nested 5,000 deep', nest(5000)],
    [
      'of 20,000 parts',
      `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(20_000)}--b--`,
    ],
    ['with a header of 3 MB', `Subject: ${'x'.repeat(3_000_000)}\r\n\r\nHello`],
    ['with 100,000 headers', `${'X: y\r\n'.repeat(100_000)}\r\nHello`],
    ['with 2 MB of From', `From: ${'"a" <a@b>, '.repeat(180_000)}\r\n\r\nHello`],
    ['of 3 MB in one line', `Subject: a\r\n\r\n${'On 2026 '.repeat(400_000)}`],
    ['of a million lines', `Subject: Re: a\r\n\r\n${'> \n'.repeat(1_000_000)}`],
    ['of 45,000 lines', `Subject: Re: a\r\n\r\n${'> \nb\n'.repeat(22_500)}`],
    ['in HTML, nested 200,000 deep', `Content-Type: text/html\r\n\r\n${'<div>'.repeat(200_000)}Hello`],
    ['in HTML of 100,000 tables', `Content-Type: text/html\r\n\r\n${'<table><tr><td>x'.repeat(60_000)}`],
    ['in HTML that never ends a tag', `Content-Type: text/html\r\n\r\n${'<a href="'.repeat(100_000)}`],
    ['of mails within mails', 'Content-Type: message/rfc822\r\n\r\n'.repeat(5000)],
    ['in encoded words without end', `Subject: ${'=?utf-8?Q?a?= '.repeat(15_000)}\r\n\r\nHello`],
  ])('one %s is read, or refused, in bounded time', async (_, raw) => {
    const mail = `Date: Sat, 21 Nov 2026 10:00:00 +0000\r\nIn-Reply-To: <a@b>\r\n${raw}`
    const start = process.cpuUsage()
    const found = await mailOf(Buffer.from(mail)).then(
      (read: Mail) => messageOf(read),
      (error: unknown) => error,
    )
    if (found instanceof Error) expect(found).toBeInstanceOf(Problem)
    else isStorable(found as object)
    const { user, system } = process.cpuUsage(start)
    expect((user + system) / 1_000_000).toBeLessThan(5) // seconds: intake has ten
  })
})

function nest(depth: number): string {
  const opened = Array.from(
    { length: depth },
    (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}\r\n`,
  )
  return `${opened.join('')}\r\nHello`
}

describe.each(['reviews', 'phone', 'email'] as const)('Whatever is sent to source %s', (source) => {
  const draft = {
    messageId: 'm-1',
    text: 'My bill',
    author: 'Kim',
    public: true,
    postedAt: '2026-11-21T10:00:00Z',
  }
  const keys = bySource(() => WEB_SECRET)
  const signed = (body: Buffer): Inbound =>
    source === 'reviews'
      ? inbound(body, BASIC)
      : source === 'phone'
        ? inbound(body, webHeaders(body, { at: new Date(SENT) }))
        : inbound(body, {
            'content-type': 'application/json',
            authorization: `Basic ${Buffer.from(POSTMARK_PAIR).toString('base64')}`,
          })

  it('holds for bodies of any kind, and good ones cut or changed', async () => {
    const { body } = signedRequest({ apiUrl: 'http://x', webhookSecrets: keys }, source, draft)
    const good = source === 'email' ? Buffer.from(postmark().body) : Buffer.from(body)
    const any = fc.oneof(
      fc.json({ noUnicodeString: false }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.nat(good.length - 1).map((length) => good.subarray(0, length)),
      fc
        .tuple(fc.nat(good.length - 1), fc.constantFrom('"', '{', '0', 'null', '\u0000', '\\ud800'))
        .map(([at, by]) => Buffer.concat([good.subarray(0, at), Buffer.from(by), good.subarray(at + 1)])),
    )
    await holds(signed(good), source)
    await fc.assert(
      fc.asyncProperty(any, (bytes) => holds(signed(bytes), source)),
      { numRuns: 300 },
    )
  })
})
