import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  process.env.TABLE_NAME = 'table'
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
})

import { makeHandler } from '../../functions/intake/handler.ts'
import {
  WEB_SECRET,
  webHeaders,
  webMessage,
  X_SECRET,
  xActivity,
  xDirectMessage,
  xHeaders,
  xPost,
} from '../sources/requests.ts'
import { ask, httpEvent, MemoryLedger } from './http.ts'

const SIGN = { web: webHeaders, x: xHeaders }
type SourceName = keyof typeof SIGN

/** Sends a body with good signatures, so that all of it reaches the parser, and says what came of it. */
async function send(source: SourceName, body: Uint8Array, change: Record<string, string> = {}) {
  const ledger = new MemoryLedger()
  const handler = makeHandler({
    ledger,
    secrets: {
      read: async () => ({ active: source === 'web' ? [WEB_SECRET] : [X_SECRET] }),
      reread: async () => undefined,
    },
    clock: { now: async () => '2026-11-23T10:00:00Z' },
    nowMs: Date.now,
  })
  const headers = { ...SIGN[source](body), ...change }
  const event = httpEvent('POST /webhooks/{source}', { path: { source }, headers, body })
  return { answer: await ask(handler, event), ledger }
}

async function holds(source: SourceName, body: Uint8Array, change?: Record<string, string>): Promise<void> {
  const { answer, ledger } = await send(source, body, change)
  expect([202, 400, 401, 413, 415, 422]).toContain(answer.status)
  if (answer.status >= 400) expect(ledger.writes).toBe(0)
  for (const event of [...ledger.events.values()].flat()) {
    if (event.type !== 'received') continue
    // What the table would refuse, and turn a 202 into a 5xx: half a character, and a key too long.
    expect(stringsIn(event).filter((text) => !text.isWellFormed())).toEqual([])
    expect(Buffer.byteLength(event.message.messageId)).toBeLessThan(1000)
    expect(event.message.postedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  }
}

const stringsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [key, ...stringsIn(inner)])
      : []

const hostile = fc.oneof(
  fc.json({ noUnicodeString: false, depthSize: 'large' }),
  fc.string({ unit: 'binary' }),
  fc.nat(3000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.nat(3000).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
)

/** Any value in a good body's place, at any depth: wrong types, prototype keys, halves of characters, huge text. */
const junk = fc.oneof(
  fc.constantFrom(
    '999999999999999',
    'Sat Nov 21 10:05:00 +9999 2026',
    '0000-01-01T00:00:00+23:59',
    '9999-12-31T23:59:59-01:00',
  ),
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1e308,
    '',
    ' ',
    '\ud800',
    '\u0000',
    '__proto__',
    'x'.repeat(30_000),
    [],
    {},
  ),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
  fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'toString', 'id', 'name', 'a'), fc.jsonValue()),
)

const EXAMPLES: Record<SourceName, unknown[]> = {
  web: [webMessage(), webMessage({ permalink: 'https://example.org', team: 'billing', language: 'en' })],
  x: [
    xActivity({
      tweet_create_events: [xPost(), xPost({ id_str: '2', extended_tweet: { full_text: 'all of it' } })],
    }),
    xActivity({
      direct_message_events: [xDirectMessage()],
      users: { 42: { name: 'Jo', screen_name: 'jo' } },
    }),
  ],
}

/** Every path to a value within a value. */
const pathsIn = (value: unknown): string[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [
        [key],
        ...pathsIn(inner).map((path) => [key, ...path]),
      ])
    : []

const replaced = (value: unknown, [key, ...rest]: string[], by: unknown): unknown => {
  if (key === undefined) return by
  const copy = structuredClone(value) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

const damaged = (source: SourceName) =>
  fc
    .constantFrom(
      ...EXAMPLES[source].flatMap((example) => pathsIn(example).map((path) => ({ example, path }))),
    )
    .chain(({ example, path }) => junk.map((by) => JSON.stringify(replaced(example, path, by))))

describe.each(['web', 'x'] as const)('whatever is sent to source %s, the answer is 2xx or 4xx', (source) => {
  it('for bodies of any kind', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, (body) => holds(source, Buffer.from(body))),
      { numRuns: 400 },
    )
  })

  it('for bodies of any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), (body) => holds(source, body)),
      { numRuns: 300 },
    )
  })

  it('for good bodies with one thing wrong', async () => {
    await fc.assert(
      fc.asyncProperty(damaged(source), (body) => holds(source, Buffer.from(body))),
      { numRuns: 800 },
    )
  })

  it('for good bodies cut short', async () => {
    const [example] = EXAMPLES[source]
    const whole = Buffer.from(JSON.stringify(example))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        const { answer, ledger } = await send(source, whole.subarray(0, length))
        expect(answer.status).toBe(400)
        expect(ledger.writes).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('for any headers', async () => {
    const body = Buffer.from(JSON.stringify(EXAMPLES[source][0]))
    const names = ['content-type', ...Object.keys(SIGN[source](body)), 'x-twitter-webhooks-signature-oauth2']
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom('', 'v1,', 'sha256=', ',,,', `v1,${'A'.repeat(43)}=`, 'v1,a v1,b', '9'.repeat(400)),
    )
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), values), (change) =>
        holds(source, body, change),
      ),
      { numRuns: 400 },
    )
  })
})
