import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exchange } from '../../functions/senders/http.ts'
import {
  availableIn,
  credentialsOf,
  HTTP_PLATFORMS,
  httpSenders,
  platformFor,
} from '../../functions/senders/index.ts'
import { SETTLING_MS } from '../../functions/senders/send.ts'
import type { HttpAnswer, Outgoing, Platform } from '../../functions/senders/sender.ts'
import { MESSAGES, replyTo, secretFor, startWorld, type World } from './platforms.ts'

const BY: Record<(typeof HTTP_PLATFORMS)[number], Outgoing> = {
  x: replyTo(MESSAGES.post),
  meta: replyTo(MESSAGES.messenger),
  twilio: replyTo(MESSAGES.sms),
  zendesk: replyTo(MESSAGES.ticket),
  webhook: replyTo(MESSAGES.form),
}
const answer = (status: number, body: unknown = '', headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const became = (platform: keyof typeof BY, given: HttpAnswer, outgoing = BY[platform]) =>
  httpSenders[platform].outcome(given, outgoing)

describe.each(HTTP_PLATFORMS)('An answer of %s', (platform) => {
  const rest = platform === 'webhook' ? 'later' : 'unknown'

  it.each([
    [429, {}, 'later'],
    [429, { 'retry-after': '120' }, 'later'],
    [503, { 'retry-after': '5' }, 'later'],
    [503, {}, rest],
    [500, {}, rest],
    [502, {}, rest],
    [504, {}, rest],
    [408, {}, rest],
    [301, { location: 'https://elsewhere.example' }, 'refused'],
    [307, { location: 'https://elsewhere.example' }, 'refused'],
    [400, {}, 'refused'],
    [401, {}, 'refused'],
    [403, {}, 'refused'],
    [404, {}, 'refused'],
    [410, {}, 'refused'],
    [413, {}, 'refused'],
  ])('of %i %j means %s', (status, headers, kind) => {
    expect(became(platform, answer(status, '', headers as Record<string, string>)).kind).toBe(kind)
  })

  it('is waited for as long as it says, and never for days', () => {
    const toldTo = (seconds: string) => became(platform, answer(429, '', { 'retry-after': seconds }))
    expect(toldTo('120')).toEqual({ kind: 'later', afterSeconds: 120 })
    expect(toldTo('0')).toEqual({ kind: 'later', afterSeconds: 1 })
    expect(toldTo('86400')).toEqual({ kind: 'later', afterSeconds: 900 })
    expect(toldTo('Sat, 21 Nov 2026 10:00:00 GMT')).toEqual({ kind: 'later', afterSeconds: 60 })
  })

  it('without success repeats nothing that was sent', () => {
    const secretive = 'whsec_abc kim@example.net +447700900123 We have found your bill'
    for (const status of [400, 401, 403, 404, 409, 422, 500]) {
      const bodies = [
        secretive,
        { detail: secretive, title: secretive },
        { error: { message: secretive, code: 100, error_subcode: 1, error_user_msg: secretive } },
        { code: 21_211, message: secretive },
        { error: secretive, description: secretive, details: { base: [{ description: secretive }] } },
      ]
      for (const body of bodies) {
        const outcome = became(platform, answer(status, body))
        if ('reason' in outcome) expect(outcome.reason).not.toMatch(/kim@|whsec|bill|\+44/)
      }
    }
  })

  it('of success that cannot be read may have been a success', () => {
    if (platform === 'webhook') return
    const success = platform === 'x' || platform === 'twilio' ? 201 : 200
    for (const body of ['', '{', '{}', '[]', '<html>', '{"data":{}}', '{"id":""}', '{"audit":{"events":[]}}'])
      expect(became(platform, answer(success, body)).kind).toBe('unknown')
  })

  it('needs credentials of the right shape, which are named without their content', () => {
    const whole: Readonly<Record<string, object>> = secretFor('https://api.example.org')
    expect(credentialsOf(platform, whole)).toBeDefined()
    expect(credentialsOf(platform, {})).toBeUndefined()
    const fields = Object.keys(whole[platform] ?? {}).filter((name) => !['from', 'authToken'].includes(name))
    for (const field of fields) {
      const broken = { ...whole, [platform]: { ...whole[platform], [field]: 'o!' } }
      expect(() => credentialsOf(platform, broken)).toThrow(
        new RegExp(`right shape.* ${platform}\\.${field} `),
      )
      expect(() => credentialsOf(platform, broken)).not.toThrow(/o!/)
    }
    expect(() => credentialsOf(platform, { [platform]: 'text' })).toThrow(/right shape/)
  })
})

describe('What a platform says in words of its own', () => {
  it.each<[keyof typeof BY, number, unknown, string, RegExp | undefined]>([
    [
      'x',
      403,
      { detail: 'You are not allowed to create a Tweet with duplicate content.' },
      'refused',
      /the very same text/,
    ],
    ['x', 403, { detail: 'Your Tweet text is too long.' }, 'refused', /too long/],
    ['x', 403, { detail: 'You are not permitted to perform this action.' }, 'refused', /mention the account/],
    ['meta', 400, { error: { code: 4 } }, 'later', undefined],
    ['meta', 403, { error: { code: 32 } }, 'later', undefined],
    ['meta', 400, { error: { code: 613 } }, 'later', undefined],
    [
      'meta',
      400,
      { error: { code: 10, error_subcode: 2_018_278 } },
      'refused',
      /more than 24 hours ago \(10\/2018278\)/,
    ],
    ['meta', 400, { error: { code: 100, error_subcode: 33 } }, 'refused', /is gone/],
    ['meta', 401, { error: { code: 190, error_subcode: 463 } }, 'refused', /token is not good/],
    ['meta', 400, { error: { code: 2, is_transient: true } }, 'unknown', undefined],
    ['meta', 500, { error: { code: 1 } }, 'unknown', undefined],
    ['twilio', 400, { code: 21_610 }, 'refused', /has said STOP \(21610\)/],
    ['twilio', 400, { code: 63_016 }, 'refused', /more than 24 hours ago/],
    ['twilio', 400, { code: 12_345 }, 'refused', /its error 12345/],
    ['twilio', 429, { code: 20_429 }, 'later', undefined],
    [
      'zendesk',
      422,
      {
        error: 'RecordInvalid',
        details: { status: [{ description: 'Status: closed prevents ticket update' }] },
      },
      'refused',
      /ticket is closed/,
    ],
    ['zendesk', 422, { error: 'RecordInvalid' }, 'refused', /422/],
    ['zendesk', 409, { error: 'UpdateConflict' }, 'unknown', undefined],
  ])('%s %i %j means %s', (platform, status, body, kind, reason) => {
    const outcome = became(platform, answer(status, body))
    expect(outcome.kind).toBe(kind)
    if (reason !== undefined) expect('reason' in outcome && outcome.reason).toMatch(reason)
  })

  it('X says when its window is over by a time', () => {
    const headers = {
      date: 'Sat, 21 Nov 2026 10:00:00 GMT',
      'x-rate-limit-reset': String(Date.parse('2026-11-21T10:05:00Z') / 1000),
    }
    expect(became('x', answer(429, '', headers))).toEqual({ kind: 'later', afterSeconds: 300 })
    expect(became('x', answer(429, '', { ...headers, 'x-rate-limit-reset': '1' }))).toEqual({
      kind: 'later',
      afterSeconds: 60,
    })
  })
})

describe('Which platform a reply goes out by', () => {
  const all = availableIn(secretFor('https://x.example'), true)
  const by = (outgoing: Outgoing, available: Iterable<Platform> = all) =>
    platformFor(outgoing, new Set(available))

  it.each<[string, Outgoing, Platform]>([
    ['a post on X', replyTo(MESSAGES.post), 'x'],
    ['a direct message on X', replyTo(MESSAGES.dm), 'x'],
    ['a comment on Facebook', replyTo(MESSAGES.comment), 'meta'],
    ['a comment, in private', replyTo(MESSAGES.comment, { public: false }), 'meta'],
    ['a text message', replyTo(MESSAGES.sms), 'twilio'],
    ['a ticket', replyTo(MESSAGES.ticket), 'zendesk'],
    ['a mail', replyTo(MESSAGES.mail), 'email'],
    ['a form', replyTo(MESSAGES.form), 'webhook'],
    ['a review', replyTo({ ...MESSAGES.form, source: 'reviews' }), 'webhook'],
    ['a call', replyTo({ ...MESSAGES.form, source: 'phone' }), 'webhook'],
    ['a conversation in Intercom', replyTo({ ...MESSAGES.form, source: 'intercom' }), 'webhook'],
    ['whatever every object has', replyTo({ ...MESSAGES.form, source: 'constructor' }), 'webhook'],
    [
      'a post whose author gave an address',
      replyTo(MESSAGES.post, { public: false, to: { email: 'a@b.example' } }),
      'email',
    ],
    [
      'a post whose author gave a number',
      replyTo(MESSAGES.post, { public: false, to: { phone: '+441' } }),
      'twilio',
    ],
    [
      'the same post, for all to read',
      replyTo(MESSAGES.post, { public: true, to: { email: 'a@b.example' } }),
      'x',
    ],
  ])('%s', (_, outgoing, platform) => {
    expect(by(outgoing)).toBe(platform)
  })

  it('is the organisation’s endpoint where the stage lacks the sender, and none where it lacks that, too', () => {
    expect(by(replyTo(MESSAGES.post), ['webhook', 'email'])).toBe('webhook')
    expect(by(replyTo(MESSAGES.post), ['email'])).toBeUndefined()
    expect(by(replyTo(MESSAGES.mail), ['x'])).toBeUndefined()
    expect(availableIn({ x: null, unset: 'abc' }, false)).toEqual(new Set())
  })
})

describe('A request', () => {
  const servers: { close(): unknown }[] = []
  afterAll(() => {
    for (const server of servers) server.close()
  })
  const listening = async (server: ReturnType<typeof createTcpServer>) => {
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const post = (url: string, more: Parameters<typeof exchange>[1] = {}) =>
    exchange({ method: 'POST', url, headers: {}, body: 'words' }, { timeoutMs: 300, ...more })

  it('that finds nobody has not left', async () => {
    expect(await post('http://127.0.0.1:1/')).toEqual({ kind: 'unreached' })
    expect(await post('http://no-such-host.invalid/')).toEqual({ kind: 'unreached' })
    // Whoever speaks no TLS has seen none of it.
    const plain = await listening(createTcpServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')))
    expect(await post(plain.replace('http:', 'https:'))).toEqual({ kind: 'unreached' })
  })

  it('that is cut off, or gets no answer in time, may have got through', async () => {
    const cutting = await listening(createTcpServer((socket) => socket.once('data', () => socket.destroy())))
    expect(await post(cutting)).toEqual({ kind: 'unanswered' })
    const silent = await listening(createTcpServer(() => {}))
    expect(await post(silent)).toEqual({ kind: 'unanswered' })
    const half = await listening(
      createTcpServer((socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"id"')
          setTimeout(() => socket.destroy(), 20)
        }),
      ),
    )
    expect(await post(half)).toEqual({ kind: 'unanswered' })
  })

  it('follows no redirect, reads no endless answer, and brings its body whole', async () => {
    const seen: string[] = []
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      seen.push(
        `${request.method} ${request.url} ${body} ${request.headers['content-length']} ${request.headers.connection}`,
      )
      if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end('moved')
      else {
        response.writeHead(200)
        const more = () => response.write('x'.repeat(10_000), () => setImmediate(more))
        more()
      }
    })
    const url = await listening(server)
    expect(await post(`${url}/moved`)).toMatchObject({
      kind: 'answered',
      answer: { status: 302, body: 'moved' },
    })
    const endless = await post(`${url}/endless`, { mostBytes: 50_000 })
    expect(endless).toMatchObject({ kind: 'answered', answer: { status: 200 } })
    expect(endless.kind === 'answered' && endless.answer.body.length).toBe(50_000)
    expect(seen).toEqual(['POST /moved words 5 close', 'POST /endless words 5 close'])
    server.closeAllConnections()
  })
})

describe('Asking whether a reply is there', () => {
  let world: World
  let now = Date.now()
  beforeAll(async () => {
    world = await startWorld(() => now)
  })
  afterAll(() => world.stop())

  it.each([
    ['x', MESSAGES.post],
    ['x', MESSAGES.dm],
    ['twilio', MESSAGES.sms],
    ['twilio', MESSAGES.whatsapp],
    ['zendesk', MESSAGES.ticket],
  ] as const)('%s knows what it has, and what it has not', async (platform, message) => {
    now = Date.now()
    const channel = world.channels().open(platform)
    const outgoing = replyTo(message, {
      text: 'We are sorry, & have sent <it> again:\n\nhttps://example.org/bills/1  – soon',
      ...(platform === 'x'
        ? { text: `We are sorry, & have sent <it> again: https://example.org/${message.messageId}` }
        : {}),
    })
    const since = now
    expect(await channel?.find?.(outgoing, since)).toEqual({ kind: 'absent' })
    const sent = await channel?.send(outgoing)
    expect(sent?.kind).toBe('sent')
    expect(await channel?.find?.(outgoing, since)).toEqual({ kind: 'there', sent })
    // What was sent long before the try that is asked about was another reply.
    expect(await channel?.find?.(outgoing, since + 3_600_000)).not.toMatchObject({ kind: 'there' })
    // Another answer to the same post may be this one, in words that X has changed; unless it is the one before it.
    const other = { ...outgoing, text: 'Something else' }
    expect((await channel?.find?.(other, since))?.kind).toBe(message === MESSAGES.post ? 'unsure' : 'absent')
    const sentBefore = sent?.kind === 'sent' ? sent.reference : ''
    expect(await channel?.find?.({ ...other, sentBefore }, since)).toEqual({ kind: 'absent' })
  })

  it.each(['x', 'twilio', 'zendesk'] as const)('%s that does not answer is asked later', async (platform) => {
    const message = { x: MESSAGES.post, twilio: MESSAGES.sms, zendesk: MESSAGES.ticket }[platform]
    const find = () => world.channels().open(platform)?.find?.(replyTo(message), now)
    const fail = (kind: 'cut' | 'answer', status = 0, body: unknown = '') =>
      world.platforms.fail({ platform, times: 1, method: 'GET', kind, answer: { status, body } })
    fail('cut')
    expect((await find())?.kind).toBe('later')
    fail('answer', 429)
    expect((await find())?.kind).toBe('later')
    fail('answer', 500)
    expect((await find())?.kind).toBe('unsure')
    fail('answer', 200, 'no JSON')
    expect((await find())?.kind).toBe('unsure')
  })

  it('is done only once a try has had its time', () => {
    // A function that sends has a minute, and a queue's message is hidden for six of them.
    expect(SETTLING_MS).toBeGreaterThan(60_000)
  })
})
