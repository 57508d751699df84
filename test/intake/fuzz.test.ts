import * as fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  process.env.TABLE_NAME = 'table'
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
})
vi.mock('../../functions/shared/metrics.ts', () => ({ measure: () => {} }))

import { makeHandler } from '../../functions/intake/handler.ts'
import { MAX_BODY_BYTES } from '../../functions/shared/http.ts'
import { sources } from '../../functions/sources/index.ts'
import { SIGNERS, type Signer } from '../sources/signers.ts'
import { Cases, damaged, hostileHeader, hostileText, textsIn } from '../support/hostile.ts'
import { ask, httpEvent, MemoryIgnored, MemoryLedger } from './http.ts'

const cases = new Cases()
const runs = Cases.runs

/** As the HTTP API would: one address for a source. */
const HOST = 'api.example.org'

function signerOf(source: string): Signer {
  const signer = SIGNERS[source]
  if (signer === undefined) throw new Error(`Give source ${source} a signer in test/sources/signers.ts`)
  return signer
}

const bytesOf = ({ write = JSON.stringify }: Signer, body: unknown): Buffer => {
  const written = write(body)
  return typeof written === 'string' ? Buffer.from(written) : Buffer.from(written)
}

interface Sent {
  readonly body?: Uint8Array
  /** Over the good headers, after signing. */
  readonly change?: Record<string, string>
  readonly method?: 'GET' | 'POST'
  readonly query?: string
}

/** Sends a body with good signatures, so that all of it reaches the parser, and says what came of it. */
async function send(source: string, { body, change = {}, method = 'POST', query }: Sent) {
  const signer = signerOf(source)
  const ledger = new MemoryLedger()
  const ignored = new MemoryIgnored()
  const handler = makeHandler({
    ledger,
    ignored,
    report: async () => undefined,
    secrets: { read: async () => signer.secrets, reread: async () => undefined },
    clock: { now: async () => '2026-11-23T10:00:00Z' },
    nowMs: Date.now,
  })
  const search = query ?? signer.query ?? ''
  const path = `/webhooks/${source}`
  const url = `https://${HOST}${path}${search === '' ? '' : `?${search}`}`
  const headers = { host: HOST, ...(body === undefined ? {} : signer.headers(body, url)), ...change }
  const event = httpEvent(`${method} ${path}`, {
    path: { source },
    headers,
    query: search,
    ...(body === undefined ? {} : { body }),
  })
  return { answer: await cases.run(source, () => ask(handler, event)), ledger, ignored }
}

/** What must be true whatever is sent. */
async function holds(source: string, sent: Sent): Promise<number> {
  const { answer, ledger, ignored } = await send(source, sent)
  expect([200, 202, 204, 400, 401, 404, 413, 415, 422]).toContain(answer.status)
  if (answer.status >= 400) expect([ledger.writes, ignored.all]).toEqual([0, []])
  for (const item of ignored.all) {
    expect(textsIn(item).filter((text) => !text.isWellFormed())).toEqual([])
    // Hundreds are read at once.
    expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThan(5000)
  }
  for (const event of [...ledger.events.values()].flat()) {
    if (event.type !== 'received') continue
    // What the table would refuse, and turn a 202 into a 5xx: half a character, and a key too long.
    expect(textsIn(event).filter((text) => !text.isWellFormed())).toEqual([])
    expect(Buffer.byteLength(event.message.messageId)).toBeLessThan(1000)
    expect(event.message.postedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    // An item of the table has 400 KB, and the state holds the message beside the event.
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(100_000)
  }
  return answer.status
}

afterAll(() => {
  cases.report()
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('team') // nothing was polluted on the way
})

describe.each([...sources.keys()])('whatever is sent to source %s, the answer is 2xx or 4xx', (source) => {
  it('for good bodies, which are taken', async () => {
    const signer = signerOf(source)
    expect(signer.bodies.length).toBeGreaterThan(1)
    for (const body of signer.bodies) {
      const status = await holds(source, { body: bytesOf(signer, body) })
      expect(status).toBeLessThan(300)
    }
  })

  it('for bodies of any kind', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (body) => void (await holds(source, { body: Buffer.from(body) }))),
      runs(150),
    )
  })

  it('for bodies of any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (body) => {
        await holds(source, { body })
      }),
      runs(150),
    )
  })

  it('for good bodies with something wrong in them', async () => {
    const signer = signerOf(source)
    await fc.assert(
      fc.asyncProperty(damaged(signer.bodies), async (body) => {
        await holds(source, { body: bytesOf(signer, body) })
      }),
      runs(400),
    )
  })

  it('for good bodies with bytes changed, signed as they are then', async () => {
    const wholes = signerOf(source).bodies.map((body) => bytesOf(signerOf(source), body))
    const change = fc.tuple(fc.nat(), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...wholes),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (whole, changes) => {
          const body = Buffer.from(whole)
          for (const [at, byte] of changes) body[at % body.length] = byte
          await holds(source, { body })
        },
      ),
      runs(150),
    )
  })

  it('for good bodies cut short', async () => {
    const whole = bytesOf(signerOf(source), signerOf(source).bodies[0])
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        await holds(source, { body: whole.subarray(0, length) })
      }),
      runs(80),
    )
  })

  it('for bodies that are too large', async () => {
    const large = Buffer.alloc((sources.get(source)?.maxBodyBytes ?? MAX_BODY_BYTES) + 1, 'x')
    expect(await holds(source, { body: large })).toBe(413)
    expect(await holds(source, { body: Buffer.alloc(6_000_000, '[') })).toBe(413)
  })

  it('for any headers', async () => {
    const signer = signerOf(source)
    const body = bytesOf(signer, signer.bodies[0])
    const good = signer.headers(body, `https://${HOST}/webhooks/${source}`)
    const names = ['content-type', 'authorization', 'host', 'x-forwarded-proto', ...Object.keys(good)]
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), hostileHeader), async (change) => {
        await holds(source, { body, change })
      }),
      runs(150),
    )
  })

  it('for headers that came twice', async () => {
    const signer = signerOf(source)
    const body = bytesOf(signer, signer.bodies[0])
    const good = signer.headers(body, `https://${HOST}/webhooks/${source}`)
    for (const [name, value] of Object.entries(good))
      for (const other of [value, '', 'x', value.slice(1)])
        for (const doubled of [`${value},${other}`, `${other},${value}`])
          await holds(source, { body, change: { [name]: doubled } })
  })

  it('for unsigned ones of any kind, which are never taken', async () => {
    const signer = signerOf(source)
    const body = bytesOf(signer, signer.bodies[0])
    const good = Object.keys(signer.headers(body, `https://${HOST}/webhooks/${source}`))
    await fc.assert(
      fc.asyncProperty(fc.oneof(hostileHeader, fc.constant(undefined)), async (value) => {
        const change = Object.fromEntries(
          good
            .filter((name) => !/content-(type|length)|^host$/.test(name))
            .map((name) => [name, value ?? '']),
        )
        const status = await holds(source, { body, change, query: '' })
        expect([400, 401, 404, 413, 415]).toContain(status)
      }),
      runs(60),
    )
  })

  it('for any query, and any handshake', async () => {
    const body = bytesOf(signerOf(source), signerOf(source).bodies[0])
    const names = ['crc_token', 'hub.mode', 'hub.verify_token', 'hub.challenge', 'bodySHA256', 'key', 'token']
    const query = fc.oneof(
      fc.string(),
      fc.constantFrom('%', '%ff', '%00', '&&&===', 'a=1&a=2', '__proto__=1', '?'.repeat(2000)),
      fc
        .dictionary(fc.constantFrom(...names), fc.oneof(fc.string(), hostileHeader))
        .map((all) => new URLSearchParams(all).toString()),
    )
    await fc.assert(
      fc.asyncProperty(query, fc.boolean(), async (text, isGet) => {
        if (isGet) await holds(source, { method: 'GET', query: text })
        else await holds(source, { body, query: text })
      }),
      runs(150),
    )
  })

  it('within two seconds each, whatever it is', () => {
    expect(cases.slowestMs()).toBeLessThan(2000)
  })
})
