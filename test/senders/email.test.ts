import * as fc from 'fast-check'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outcomeOfSesError } from '../../functions/senders/email.ts'
import { isAddress, mailboxOf, mime, quotedPrintable } from '../../functions/senders/mime.ts'
import type { Outgoing } from '../../functions/senders/sender.ts'
import { hostileText } from '../support/hostile.ts'
import { MESSAGES, replyTo, startWorld, type World } from './platforms.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

async function send(outgoing: Outgoing) {
  const outcome = await world.channels().open('email')?.send(outgoing)
  const shown = world.platforms.shown().at(-1)
  return { outcome, shown, ...lastMail() }
}

const lastMail = () =>
  world.platforms.shown().at(-1)?.more as unknown as {
    headers: Record<string, string>
    subject: string
    tags: Record<string, string>
    raw: string
    messageId: string
  }

describe('A reply by mail', () => {
  it('is in the thread of the mail that it answers, and comes back to us', async () => {
    const outgoing = replyTo(MESSAGES.mail, { sentBefore: '0100-1@eu-west-2.amazonses.com' })
    const { outcome, shown, headers, subject, tags, messageId } = await send(outgoing)
    expect(outcome).toEqual({ kind: 'sent', reference: messageId })
    expect(shown).toMatchObject({ kind: 'mail', to: 'kim@example.net', text: outgoing.text })
    expect(subject).toBe('Re: My bill')
    expect(headers).toMatchObject({
      from: '"Example Care" <complaints@care.example.org>',
      to: 'kim@example.net',
      'reply-to': 'complaints@in.example.org',
      'in-reply-to': '<CAF-1@mail.example.net>',
      references:
        '<first@x.example> <second@x.example> <0100-1@eu-west-2.amazonses.com> <CAF-1@mail.example.net>',
    })
    expect(tags).toEqual({ 'redress-reply': `${outgoing.complaintId}_${outgoing.replyId}` })
  })

  it('has a Message-ID of ours that is the same at every try, and of no other reply', async () => {
    const outgoing = replyTo(MESSAGES.mail)
    const ids = []
    for (const one of [outgoing, outgoing, replyTo(MESSAGES.mail)])
      ids.push((await send(one)).headers['message-id'])
    expect(ids[0]).toMatch(/^<[0-9a-f]{32}@care\.example\.org>$/)
    expect(ids[0]).toBe(ids[1])
    expect(ids[0]).not.toBe(ids[2])
  })

  it('has a subject of its own where the customer wrote elsewhere and gave an address', async () => {
    const outgoing = replyTo(MESSAGES.post, { public: false, to: { email: 'kim@example.net' } })
    const { subject, headers } = await send(outgoing)
    expect(subject).toBe(`Your complaint ${outgoing.complaintId}`)
    expect(headers).not.toHaveProperty('in-reply-to')
    const again = await send({ ...outgoing, sentBefore: 'abc@eu-west-2.amazonses.com' })
    expect(again.headers).toMatchObject({
      'in-reply-to': '<abc@eu-west-2.amazonses.com>',
      references: '<abc@eu-west-2.amazonses.com>',
    })
  })

  it('goes to nobody whose address is not known, or no address', async () => {
    const before = world.platforms.shown().length
    const channel = world.channels().open('email')
    for (const email of [undefined, 'kim', 'kim@example', 'a@b.example\r\nBcc: c@d.example', 'a b@c.example'])
      expect(await channel?.send(replyTo({ ...MESSAGES.mail, author: { id: 'x', email } }))).toMatchObject({
        kind: 'refused',
      })
    expect((await channel?.send(replyTo(MESSAGES.mail, { public: true })))?.kind).toBe('refused')
    expect(world.platforms.shown().length).toBe(before)
  })

  it('carries whatever words there are, and none of them becomes a header', async () => {
    const channel = world.channels().open('email')
    await fc.assert(
      fc.asyncProperty(hostileText, hostileText, async (text, subject) => {
        const words = `Dear Kim\n${text}`
        const outgoing = replyTo({ ...MESSAGES.mail, subject }, { text: words })
        expect(await channel?.send(outgoing)).toMatchObject({ kind: 'sent' })
        const { raw } = lastMail()
        const [head = ''] = raw.split('\r\n\r\n', 1)
        expect(head).toMatch(/^[\x20-\x7e\r\n]*$/)
        const names = [...head.matchAll(/^([A-Za-z-]+):/gm)].map(([, name]) => name)
        expect(names).toEqual([
          'From',
          'To',
          'Reply-To',
          'Subject',
          'Date',
          'Message-ID',
          'In-Reply-To',
          'References',
          'MIME-Version',
          'Content-Type',
          'Content-Transfer-Encoding',
        ])
        const parsed = await PostalMime.parse(raw)
        const lines = (of: string) => of.toWellFormed().replace(/\r\n?/g, '\n').trimEnd()
        expect(lines(parsed.text ?? '')).toBe(lines(words))
      }),
      { numRuns: 300 },
    )
    expect(world.platforms.refusals()).toEqual([])
  })
})

describe('A mail over the wire', () => {
  it('says what is not ASCII in words of RFC 2047, cut between characters', async () => {
    const subject = `Ihre Beschwerde über die Rechnung, Straße und Öfen 🔥 `.repeat(4).trim()
    const raw = mime({
      from: { address: 'a@b.example', name: 'Müller "und" Söhne' },
      to: 'kim@example.net',
      subject,
      text: 'Grüße',
      messageId: '1@b.example',
      references: [],
      date: new Date('2026-11-21T10:00:00Z'),
    })
    const parsed = await PostalMime.parse(raw)
    expect(parsed.subject).toBe(subject)
    expect(parsed.from).toEqual({ address: 'a@b.example', name: 'Müller "und" Söhne' })
    expect(parsed.text?.trim()).toBe('Grüße')
    for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76)
    expect(raw).toContain('\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n')
  })

  it('has no line of more than 76 characters, and no space at the end of one', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const line of quotedPrintable(text).split('\r\n')) {
          expect(line.length).toBeLessThanOrEqual(76)
          expect(line).not.toMatch(/[ \t]$/)
        }
      }),
    )
  })

  it('leaves out ids of others that would break a header', () => {
    const raw = mime({
      from: { address: 'a@b.example' },
      to: 'kim@example.net',
      subject: 'x',
      text: 'x',
      messageId: '1@b.example',
      inReplyTo: 'evil>\r\nBcc: <x@y.example',
      references: ['good@x.example', 'bad id@x', 'a>b', 'c\r\nBcc: d'],
      date: new Date(0),
    })
    expect(raw).not.toMatch(/bcc/i)
    expect(raw).not.toMatch(/In-Reply-To/)
    expect(raw).toContain('References: <good@x.example>\r\n')
  })

  it('knows an address when it sees one', () => {
    for (const good of ['a@b.example', "o'hara+x@sub.b-c.example"]) expect(isAddress(good)).toBe(true)
    for (const bad of ['a', 'a@b', 'a@b@c.example', 'a b@c.example', '<a@b.example>', 'ü@b.example', ''])
      expect(isAddress(bad)).toBe(false)
    expect(mailboxOf('Example Care <a@b.example>')).toEqual({ address: 'a@b.example', name: 'Example Care' })
    expect(mailboxOf('"Care, Example" <a@b.example>')).toEqual({
      address: 'a@b.example',
      name: 'Care, Example',
    })
    expect(mailboxOf('a@b.example')).toEqual({ address: 'a@b.example' })
    expect(mailboxOf('Care a@b.example')).toBeUndefined()
  })
})

describe('What SES says', () => {
  const answering = (status: number, type: string) =>
    world.platforms.fail({
      platform: 'ses',
      times: 1,
      kind: 'answer',
      answer: { status, headers: { 'x-amzn-errortype': type }, body: { message: 'kim@example.net is …' } },
    })
  const outcome = async () => world.channels().open('email')?.send(replyTo(MESSAGES.mail))

  it.each([
    [429, 'TooManyRequestsException', 'later'],
    [400, 'ThrottlingException', 'later'],
    [400, 'MessageRejected', 'refused'],
    [400, 'AccountSuspendedException', 'refused'],
    [400, 'MailFromDomainNotVerifiedException', 'refused'],
    [403, 'AccessDeniedException', 'refused'],
    [404, 'NotFoundException', 'refused'],
    [500, 'InternalServiceErrorException', 'unknown'],
    [503, 'ServiceUnavailable', 'unknown'],
  ])('%i %s means %s', async (status, type, kind) => {
    answering(status, type)
    const became = await outcome()
    expect(became?.kind).toBe(kind)
    if (became !== undefined && 'reason' in became) expect(became.reason).not.toContain('kim')
  })

  it('nothing, or not all of it, leaves open whether the mail went out; without a connection it did not', async () => {
    for (const kind of ['silence', 'cut', 'lost'] as const) {
      world.platforms.fail({ platform: 'ses', times: 1, kind })
      expect((await outcome())?.kind).toBe('unknown')
    }
    expect(outcomeOfSesError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toMatchObject({
      kind: 'later',
    })
  })

  it('is asked once only', async () => {
    const before = world.platforms.shown().length
    world.platforms.fail({ platform: 'ses', times: 1, kind: 'lost' })
    await outcome()
    expect(world.platforms.shown().length).toBe(before + 1)
  })
})
