import { describe, expect, it } from 'vitest'
import { Problem } from '../../functions/shared/problem.ts'
import { web } from '../../functions/sources/web.ts'
import { inbound, NOW as STAGE_NOW, WEB_SECRET, webHeaders, webMessage } from './requests.ts'

const problemOf = (act: () => unknown): Problem => {
  try {
    act()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('Nothing was refused')
}

const NOW = Date.UTC(2026, 10, 21, 10, 0, 0)
const OTHER_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
const BODY = JSON.stringify(webMessage())

describe('the signature of source web', () => {
  const verify = (
    headers: Record<string, string>,
    { body = BODY as string | Uint8Array, active = [WEB_SECRET], nowMs = NOW } = {},
  ) => web.verify(inbound(body, headers), { active }, nowMs)
  const signed = (more: Parameters<typeof webHeaders>[1] = {}, body: string | Uint8Array = BODY) =>
    webHeaders(body, { at: new Date(NOW), ...more })

  it('fits the published vector', () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }
    expect(() => verify(headers, { body: '{"test": 2432232314}', nowMs: 1_614_265_330_000 })).not.toThrow()
  })

  it('fits what the reference library signs', () => {
    expect(() => verify(signed())).not.toThrow()
  })

  it('is over the bytes, not over the text they decode to', () => {
    const broken = Buffer.from([0x7b, 0xff, 0x7d])
    expect(() => verify(signed({}, broken), { body: broken })).not.toThrow()
    const mended = Buffer.from(broken.toString('utf8'))
    expect(problemOf(() => verify(signed({}, broken), { body: mended })).kind).toBe('wrong-signature')
  })

  it.each([
    ['a byte more', `${BODY} `],
    ['a byte less', BODY.slice(0, -1)],
    ['another word', BODY.replace('cannot', 'can')],
    ['nothing', ''],
  ])('does not fit a body with %s', (_, body) => {
    expect(problemOf(() => verify(signed(), { body })).kind).toBe('wrong-signature')
  })

  it('does not fit another id or another second', () => {
    expect(problemOf(() => verify({ ...signed(), 'webhook-id': 'msg_2' })).kind).toBe('wrong-signature')
    const later = { ...signed(), 'webhook-timestamp': String(NOW / 1000 + 1) }
    expect(problemOf(() => verify(later)).kind).toBe('wrong-signature')
  })

  it('may be of any active secret, so that one can replace another', () => {
    const active = [WEB_SECRET, OTHER_SECRET]
    expect(() => verify(signed(), { active })).not.toThrow()
    expect(() => verify(signed({ secret: OTHER_SECRET }), { active })).not.toThrow()
    expect(problemOf(() => verify(signed({ secret: OTHER_SECRET }))).kind).toBe('wrong-signature')
  })

  it('fits nothing while no secret is set', () => {
    expect(problemOf(() => verify(signed(), { active: [] })).kind).toBe('wrong-signature')
  })

  it('may be any of a list, in one header or in a repeated one', () => {
    const good = signed()['webhook-signature']
    const bad = `v1,${Buffer.alloc(32).toString('base64')}`
    for (const list of [
      `${bad} ${good}`,
      `${good} ${bad}`,
      `v1a,xyz ${good}`,
      `${bad},${good}`,
      `${bad}, ${good}`,
    ]) {
      expect(() => verify({ ...signed(), 'webhook-signature': list })).not.toThrow()
    }
  })

  it.each(['v2', 'v1a', 'V1', ''])('is not taken from version "%s"', (version) => {
    const text = signed()['webhook-signature'].slice('v1,'.length)
    const headers = { ...signed(), 'webhook-signature': `${version},${text}` }
    expect(problemOf(() => verify(headers)).kind).toBe('wrong-signature')
  })

  it('is good for five minutes to both sides, to the second', () => {
    for (const seconds of [-300, 300]) {
      expect(() => verify(signed({ at: new Date(NOW + seconds * 1000) }))).not.toThrow()
    }
    const past = problemOf(() => verify(signed({ at: new Date(NOW - 301_000) })))
    expect(past).toMatchObject({ kind: 'stale-signature', status: 401 })
    expect(past.message).toContain('301 seconds in the past')
    const future = problemOf(() => verify(signed({ at: new Date(NOW + 301_000) })))
    expect(future.message).toContain('301 seconds in the future')
  })

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const)(
    'needs the header %s',
    (name) => {
      const { [name]: _, ...rest } = signed()
      expect(problemOf(() => verify(rest)).kind).toBe('unsigned')
    },
  )

  it.each(['1e9', '-1', ' 1', '0x10', 'NaN', '1614265330.5', '9'.repeat(13)])(
    'has a timestamp of whole seconds, not "%s"',
    (timestamp) => {
      expect(problemOf(() => verify({ ...signed(), 'webhook-timestamp': timestamp })).kind).toBe('unsigned')
    },
  )

  it('is never made with an empty key, however the secret is mistyped', () => {
    for (const secret of ['whsec_', 'whsec_!!!!!!!!!!!!!!!!', '']) {
      expect(() => verify(signed(), { active: [secret] })).toThrow(/secret/)
    }
  })
})

describe('a message of source web', () => {
  const parse = (body: unknown) =>
    web.parse(
      inbound(typeof body === 'string' ? body : JSON.stringify(body), { 'content-type': 'application/json' }),
      STAGE_NOW,
    )
  const refusal = (body: unknown) => problemOf(() => parse(body))

  it('is taken as it is, with its source, a channel, and its time in UTC', () => {
    expect(parse(webMessage({ postedAt: '2026-11-21T11:05:00.250+01:00' }))).toEqual([
      {
        source: 'web',
        messageId: 'form-1',
        postedAt: '2026-11-21T10:05:00Z',
        author: { id: 'customer-1', name: 'Jo' },
        text: 'I cannot see my bill',
        public: false,
        channel: 'web',
      },
    ])
  })

  it('keeps every optional field', () => {
    const all = {
      channel: 'shop',
      permalink: 'https://example.org/reviews/1?a=b#c',
      product: 'Broadband',
      team: 'billing',
      language: 'en-GB',
      severity: 'high' as const,
      customerTier: 'business',
      reach: 0,
      subject: 'My bill',
      conversation: 'chat-7',
      inReplyTo: ['form-0'],
      attachments: [
        { reference: 'https://example.org/a.png', name: 'a.png', contentType: 'image/png', bytes: 7 },
        { reference: 'https://example.org/b' },
      ],
      author: { id: 'c', name: 'Zoë', email: 'z@example.org', phone: '+44 20 7946 0000' },
    }
    expect(parse(webMessage(all))[0]).toMatchObject(all)
  })

  it.each([
    ['messageId', undefined],
    ['messageId', ''],
    ['messageId', 7],
    ['messageId', 'x'.repeat(201)],
    ['messageId', 'a\u0000b'],
    ['postedAt', undefined],
    ['postedAt', 'yesterday'],
    ['postedAt', '2026-02-30T10:00:00Z'],
    ['postedAt', '2026-11-21T10:00:00'],
    ['postedAt', 1_795_255_500],
    ['author', 'Jo'],
    ['author.id', { name: 'Jo' }],
    ['author.email', { id: 'c', email: 'nobody' }],
    ['author.nick', { id: 'c', nick: 'J' }],
    ['text', ' \n'],
    ['text', 'x'.repeat(20_001)],
    ['text', 'half \ud83d'],
    ['text', null],
    ['public', 'yes'],
    ['channel', 'a b'],
    ['permalink', 'javascript:alert(1)'],
    ['permalink', 'https://example.org/|<!channel>'],
    ['team', '../support'],
    ['language', 'english (UK)'],
    ['severity', 'urgent'],
    ['customerTier', ' '],
    ['reach', -1],
    ['subject', 'x'.repeat(201)],
    ['conversation', ''],
    ['inReplyTo', []],
    ['inReplyTo', 'form-0'],
    ['reach', '10k'],
    ['teem', 'billing'],
    ['constructor', {}],
    ['id', 'x'],
  ])('is refused for its %s, by name', (field, value) => {
    const [top = ''] = field.split('.')
    const problem = refusal(webMessage({ [top]: value }))
    expect(problem).toMatchObject({ kind: 'invalid', status: 422 })
    expect(problem.errors.map((error) => error.field)).toEqual([field])
    expect(problem.message).toContain(field)
  })

  it.each([
    ['attachments.0.reference', { reference: 'http://example.org/a.png' }],
    ['attachments.0.reference', { reference: 'https://example.org/a b|<!channel>' }],
    ['attachments.0.contentType', { reference: 'https://example.org/a', contentType: 'picture' }],
    ['attachments.0.bytes', { reference: 'https://example.org/a', bytes: -1 }],
    ['attachments.0.data', { reference: 'https://example.org/a', data: 'aGVsbG8=' }],
  ])('is refused for its %s', (field, attachment) => {
    const problem = refusal(webMessage({ attachments: [attachment] }))
    expect(problem.errors.map((error) => error.field)).toEqual([field])
  })

  it('is refused with every field that has to change at once', () => {
    expect(refusal({ text: 1 }).errors).toEqual([
      { field: 'messageId', detail: 'is missing' },
      { field: 'postedAt', detail: 'is missing' },
      { field: 'author', detail: 'is missing' },
      { field: 'text', detail: 'must be a string' },
      { field: 'public', detail: 'is missing' },
    ])
  })

  it('never hears its own words back', () => {
    const problem = refusal({
      ...webMessage({ team: '<!channel>', text: 7 }),
      '<script>alert(1)</script>': 1,
    })
    expect(JSON.stringify(problem)).not.toMatch(/script|!channel/)
  })

  it.each(['[]', 'null', '7', '"text"', 'true'])('is an object, not %s', (body) => {
    expect(refusal(body)).toMatchObject({
      status: 422,
      errors: [{ field: 'body', detail: 'must be an object' }],
    })
  })

  it('cannot smuggle a prototype in', () => {
    const body = JSON.stringify(webMessage()).replace('{', '{"__proto__":{"public":true,"isAdmin":true},')
    expect(refusal(body).errors.map((error) => error.field)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
  })

  it.each([
    ['no JSON', '{"messageId"', 'malformed-body'],
    ['nothing', '', 'malformed-body'],
    ['two documents', '{}{}', 'malformed-body'],
    ['a deep nest', '['.repeat(100_000), 'malformed-body'],
  ])('is refused as %s', (_, body, kind) => {
    expect(refusal(body).kind).toBe(kind)
  })

  it('is refused for a byte that is no UTF-8, and for another media type', () => {
    const bytes = Buffer.concat([Buffer.from(BODY.slice(0, -1)), Buffer.from([0xc3, 0x28]), Buffer.from('}')])
    const json = { 'content-type': 'application/json; charset=utf-8' }
    expect(problemOf(() => web.parse(inbound(bytes, json), STAGE_NOW)).kind).toBe('malformed-body')
    for (const headers of [{}, { 'content-type': 'text/plain' }, { 'content-type': 'application/jsonp' }]) {
      expect(
        problemOf(() => web.parse(inbound(BODY, headers as Record<string, string>), STAGE_NOW)).status,
      ).toBe(415)
    }
    expect(web.parse(inbound(`\ufeff${BODY}`, json), STAGE_NOW)).toHaveLength(1)
  })
})
