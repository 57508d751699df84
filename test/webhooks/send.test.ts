import type { LookupAddress } from 'node:dns'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { endpointUrl, guardedLookup, isCallable } from '../../functions/webhooks/address.ts'
import { answerOf, post } from '../../functions/webhooks/send.ts'
import { newSecret, signedHeaders } from '../../functions/webhooks/sign.ts'
import { Receiver, verified } from './receiver.ts'

type Answering = (error: null, addresses: LookupAddress[]) => void

const BODY = '{"type":"complaint.closed"}'
const HERE = { loopback: true }

let receiver: Receiver
beforeEach(async () => {
  receiver = await Receiver.start()
})
afterEach(() => receiver.stop())

const headers = (secrets: readonly string[]) => signedHeaders('evt_1', BODY, secrets, Date.now())

describe('What is posted', () => {
  it('is verified by the official library, with either secret while there are two', async () => {
    const [old, next] = [newSecret(), newSecret()]
    expect(await post(receiver.url, headers([next, old]), BODY, HERE)).toEqual({ kind: 'delivered' })
    const [arrived] = receiver.arrived
    if (arrived === undefined) throw new Error('nothing arrived')
    expect(verified(old, arrived)).toEqual(JSON.parse(BODY))
    expect(verified(next, arrived)).toEqual(JSON.parse(BODY))
    expect(() => verified(newSecret(), arrived)).toThrow('No matching signature')
    expect(arrived.headers['content-type']).toBe('application/json')
    expect(arrived.path).toBe('/hook')
  })

  it('is what was signed: the vector of the specification', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const signed = signedHeaders(
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '{"test": 2432232314}',
      [secret],
      1614265330_000,
    )
    expect(signed['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
    expect(signed['webhook-timestamp']).toBe('1614265330')
  })
})

describe('What a receiver answers', () => {
  const asked = async (reply: Receiver['reply'], answerMs?: number) => {
    receiver.reply = reply
    return post(receiver.url, headers([newSecret()]), BODY, { ...HERE, ...(answerMs && { answerMs }) })
  }

  it.each([200, 202, 204, 299])('%d: it has the event', async (status) => {
    expect(await asked(() => status)).toEqual({ kind: 'delivered' })
  })

  it('410: it wants no more', async () => {
    expect(await asked(() => 410)).toEqual({ kind: 'gone' })
  })

  it.each([400, 401, 404, 500, 502, 503, 429])('%d: it has not', async (status) => {
    expect(await asked(() => status)).toEqual({ kind: 'failed', why: String(status) })
  })

  it.each([301, 302, 303, 307, 308])('%d: it has not, and nobody goes where it points', async (status) => {
    const other = await Receiver.start()
    try {
      expect(await asked(() => ({ status, headers: { location: other.url } }))).toEqual({
        kind: 'failed',
        why: String(status),
      })
      expect(other.arrived).toEqual([])
      expect(receiver.arrived).toHaveLength(1)
    } finally {
      await other.stop()
    }
  })

  it('nothing, for longer than it has: it may have the event, and is asked again', async () => {
    expect(await asked(() => 'nothing', 100)).toEqual({ kind: 'failed', why: 'timeout' })
    expect(receiver.arrived).toHaveLength(1)
  })

  it('bytes that are no HTTP, or drop by drop: it has no longer for that', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
      const drip = setInterval(() => socket.write('a'), 20)
      socket.on('close', () => clearInterval(drip))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    try {
      const answer = await post(`http://127.0.0.1:${port}/`, {}, BODY, { ...HERE, answerMs: 200 })
      expect(answer).toEqual({ kind: 'failed', why: 'timeout' })
    } finally {
      server.close()
    }
  })

  it('an answer without an end: its status is all that is waited for', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      const flood = setInterval(() => socket.write(`400\r\n${'x'.repeat(1024)}\r\n`), 1)
      socket.on('close', () => clearInterval(flood))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    try {
      expect(await post(`http://127.0.0.1:${port}/`, {}, BODY, HERE)).toEqual({ kind: 'delivered' })
    } finally {
      server.close()
    }
  })

  it('nobody there: a failure like any other', async () => {
    const { url } = receiver
    await receiver.stop()
    expect(await post(url, {}, BODY, HERE)).toEqual({ kind: 'failed', why: 'ECONNREFUSED' })
    receiver = await Receiver.start()
  })

  it.each([
    ['429 with seconds', 429, '120', 120_000],
    ['503 with seconds', 503, '7', 7000],
    ['503 with a date', 503, 'Mon, 23 Nov 2026 09:01:00 GMT', 60_000],
    ['429 with a date that is past', 429, 'Mon, 23 Nov 2026 08:00:00 GMT', 0],
    ['429 with nonsense', 429, 'later', undefined],
    ['500 with seconds', 500, '7', undefined],
  ])('%s asks for that pause', (_, status, retryAfter, askedMs) => {
    const answer = answerOf(status, retryAfter, Date.parse('2026-11-23T09:00:00Z'))
    expect(answer.kind === 'failed' ? answer.askedMs : 'no failure').toBe(askedMs)
  })
})

describe('An address', () => {
  it.each([
    '93.184.215.14',
    '8.8.8.8',
    '172.32.0.1',
    '100.63.255.255',
    '2606:2800:21f:cb07:6820:80da:af6b:8b2c',
  ])('of the public internet is called: %s', (address) => {
    expect(isCallable(address, false)).toBe(true)
  })

  const PRIVATE = [
    ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '169.254.170.2', '100.64.0.1', '198.18.0.1', '192.0.2.1', '224.0.0.1'],
    ...['255.255.255.255', '240.0.0.1'],
    ...['::1', '::', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8'],
    ...['64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::', '2001:db8::1', '::127.0.0.1'],
  ]
  it.each(PRIVATE)('that is not is not called: %s', (address) => {
    expect(isCallable(address, false)).toBe(false)
  })

  it.each(['localhost', '', '127.1', '0x7f000001'])('that is no address is not called: %j', (text) => {
    expect(isCallable(text, false)).toBe(false)
  })

  it('of this machine is called on a local stage, and no other private one', () => {
    expect(PRIVATE.filter((address) => isCallable(address, true))).toEqual([
      ...['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'],
    ])
  })
})

describe('The address of an endpoint', () => {
  it.each(['https://example.com/', 'https://example.com:8443/a?b=c', 'https://8.8.8.8/'])(
    'may be %s',
    (text) => {
      expect(endpointUrl(text, false).href).toBe(text)
    },
  )

  it.each([
    ['http://example.com/', 'by https'],
    ['ftp://example.com/', 'by https'],
    ['file:///etc/passwd', 'by https'],
    ['example.com', 'no address'],
    [`https://example.com/${'a'.repeat(2000)}`, 'no address'],
    ['https://user:password@example.com/', 'a user and a password'],
    ['https://example.com/#here', 'a #'],
    ['https://127.0.0.1/', 'public internet'],
    ['https://[::1]/', 'public internet'],
    ['https://169.254.169.254/latest/meta-data/', 'public internet'],
    // However it is written, it is the same address.
    ['https://2130706433/', 'public internet'],
    ['https://0x7f.1/', 'public internet'],
    ['https://0177.0.0.1/', 'public internet'],
    ['https://[::ffff:7f00:1]/', 'public internet'],
    ['http://127.0.0.1/', 'by https'],
    ['http://localhost/', 'by https'],
  ])('may not be %s', (text, because) => {
    expect(() => endpointUrl(text, false)).toThrow(because)
  })

  it('may be this machine, without TLS, on a local stage', () => {
    for (const text of ['http://127.0.0.1:8080/hook', 'http://localhost:8080/', 'http://[::1]:8080/'])
      expect(endpointUrl(text, true).href).toBe(text)
    expect(() => endpointUrl('http://10.0.0.1/', true)).toThrow('by https')
    expect(() => endpointUrl('https://10.0.0.1/', true)).toThrow('public internet')
    expect(() => endpointUrl('http://127.0.0.1.example.com/', true)).toThrow('by https')
  })
})

describe('A name that leads to this machine or a private network', () => {
  /** As a name server that somebody else runs would answer. */
  const leadingTo = (...addresses: string[]) =>
    guardedLookup(false, ((
      _name: string,
      _options: object,
      callback: (e: null, a: LookupAddress[]) => void,
    ) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )) as never)
  const called = (name: string, lookup?: ReturnType<typeof guardedLookup>) =>
    post(`https://${name}:${receiver.port}/hook`, {}, BODY, {
      loopback: false,
      ...(lookup === undefined ? {} : { lookup }),
    })

  it.each([
    ['this machine', ['127.0.0.1']],
    ['the metadata service', ['169.254.169.254']],
    ['a private network', ['10.1.2.3']],
    ['this machine, beside an address that may be called', ['8.8.8.8', '127.0.0.1']],
    ['this machine, in IPv6', ['::1']],
    ['nowhere', []],
  ])('is not called: %s', async (_, addresses) => {
    let connections = 0
    const server = createServer(() => connections++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const answer = await post(`https://rebound.example:${port}/`, {}, BODY, {
      loopback: false,
      lookup: leadingTo(...addresses),
    })
    expect(answer).toEqual({ kind: 'failed', why: 'NOT_CALLABLE' })
    expect(connections).toBe(0)
    server.close()
  })

  it('is not called by the system’s own resolver either', async () => {
    expect(await called('localhost')).toEqual({ kind: 'failed', why: 'NOT_CALLABLE' })
    expect(receiver.arrived).toEqual([])
  })

  it('is looked up once for each connection, which goes to the very address that was checked', async () => {
    let asked = 0
    // Asked again, it would lead elsewhere.
    const flipping = guardedLookup(true, ((_name: string, _options: object, callback: Answering) => {
      asked++
      callback(null, [{ address: asked === 1 ? '127.0.0.1' : '192.0.2.1', family: 4 }])
    }) as never)
    const url = `http://localhost:${receiver.port}/hook`
    expect(await post(url, {}, BODY, { loopback: true, lookup: flipping })).toEqual({ kind: 'delivered' })
    expect(asked).toBe(1)
    expect(await post(url, {}, BODY, { loopback: true, lookup: flipping })).toMatchObject({
      why: 'NOT_CALLABLE',
    })
  })

  it('is not called without TLS, whatever the stored address says', async () => {
    expect(await post(receiver.url, {}, BODY, { loopback: false })).toMatchObject({ kind: 'failed' })
    expect(receiver.arrived).toEqual([])
  })
})
