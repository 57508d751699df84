import { beforeEach, describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  process.env.TABLE_NAME = 'table'
  process.env.POWERTOOLS_LOG_LEVEL = 'INFO'
  process.env.POWERTOOLS_DEV = 'true' // writes by the console, where it can be seen
})

import { makeHandler as makeDesk } from '../../functions/desk/handler.ts'
import { makeHandler } from '../../functions/intake/handler.ts'
import { MAX_BODY_BYTES } from '../../functions/shared/http.ts'
import { networkOf } from '../../functions/shared/security.ts'
import type { Token } from '../../functions/shared/tokens.ts'
import { ask, httpEvent, MemoryLedger } from '../intake/http.ts'
import { WEB_SECRET, webHeaders, webMessage } from '../sources/requests.ts'

const NOW = '2026-11-23T10:00:00Z'
const BODY = JSON.stringify(webMessage())
const OTHER = `whsec_${Buffer.alloc(24, 1).toString('base64')}`

const lines: Record<string, unknown>[] = []
beforeEach(() => {
  lines.length = 0
  vi.spyOn(console, 'info').mockImplementation((line) => void lines.push(JSON.parse(line)))
})

let ledger: MemoryLedger
let token: Token | undefined
beforeEach(() => {
  ledger = new MemoryLedger()
  token = undefined
})

const intake = makeHandler({
  ledger: {
    receive: (message, by, now) => ledger.receive(message, by, now),
    amend: async () => undefined,
    claim: (source, token, messages) => ledger.claim(source, token, messages),
  },
  ignored: { remember: async () => {} },
  report: async () => undefined,
  secrets: { read: async () => ({ active: [WEB_SECRET] }), reread: async () => undefined },
  clock: { now: async () => NOW },
  nowMs: Date.now,
})
const post = (body: string, headers: Record<string, string>) =>
  ask(intake, httpEvent('POST /webhooks/web', { path: { source: 'web' }, headers, body }))

const ops = async (route: string, id: string) => {
  const desk = makeDesk({ ledger, findToken: async () => token, clock: { now: async () => NOW } })
  const headers = { authorization: `Bearer rdt_${'a'.repeat(43)}`, 'content-type': 'application/json' }
  const body = '{"type":"acknowledge"}'
  await ask(desk, httpEvent(route, { path: { id }, headers, body }))
}

describe('the security log', () => {
  it.each<[string, () => Promise<unknown>, object]>([
    ['unsigned', () => post(BODY, {}), { security: 'unsigned', status: 401 }],
    [
      'wrongly signed',
      () => post(BODY, webHeaders(BODY, { secret: OTHER })),
      { security: 'wrong-signature', status: 401, counted: 'signature' },
    ],
    [
      'stale',
      () => post(BODY, webHeaders(BODY, { at: new Date(0) })),
      { security: 'stale-signature', status: 401, counted: 'signature' },
    ],
    [
      'too large',
      () => post('x'.repeat(MAX_BODY_BYTES + 1), webHeaders(BODY)),
      { security: 'too-large', status: 413 },
    ],
  ])('has one line about a request that is %s', async (_, send, line) => {
    await send()
    expect(lines).toEqual([
      expect.objectContaining({
        message: 'Refused',
        source: 'web',
        route: 'POST /webhooks/web',
        network: '127.0.0.0/24',
        ...line,
      }),
    ])
  })

  it('has one about a replay, which is taken all the same', async () => {
    await post(BODY, webHeaders(BODY))
    expect(lines).toEqual([])
    await post(BODY, webHeaders(BODY))
    expect(lines).toEqual([expect.objectContaining({ security: 'replayed', source: 'web', messages: 1 })])
  })

  it('calls a refused request that is nobody’s attack a refusal and no more', async () => {
    await post('{', webHeaders('{'))
    expect(lines).toEqual([expect.objectContaining({ message: 'Refused', problem: 'malformed-body' })])
    expect(lines[0]).not.toHaveProperty('security')
  })

  it('names the token that asked for too much, once it is known', async () => {
    const { complaintId } = await ledger.receive(
      { source: 'web', ...webMessage(), channel: 'web', author: { id: 'customer-1' } },
      { id: 'source:web' },
      NOW,
    )
    const command = 'POST /complaints/{id}/commands'
    await ops(command, complaintId)
    token = { name: 'reader', team: 'support', role: 'read' }
    await ops(command, complaintId)
    token = { name: 'curious', team: 'billing', role: 'act' }
    await ops('GET /complaints/{id}', complaintId)
    expect(lines.map(({ security, counted, status, token }) => [security, counted, status, token])).toEqual([
      ['unauthenticated', 'token', 401, undefined],
      ['not-allowed', 'token', 403, 'reader'],
      ['of-another-team', undefined, 404, 'curious'],
    ])
    expect(ledger.writes).toBe(1)
  })

  it('forgets who it was about before the next request', async () => {
    token = { name: 'reader', team: 'support', role: 'read' }
    await ops('GET /complaints/{id}', 'x')
    token = undefined
    await ops('GET /complaints/{id}', 'x')
    expect(lines.map((line) => line.token)).toEqual(['reader', undefined])
  })

  it('holds nothing that was in the request', async () => {
    await post(BODY, webHeaders(BODY, { secret: OTHER, id: 'msg_secret_id' }))
    await post('{"Kim Example"', webHeaders('{"Kim Example"'))
    await ops('GET /complaints/{id}', 'Kim Example')
    expect(JSON.stringify(lines)).not.toMatch(/bill|Jo"|customer-1|msg_secret|Kim|rdt_a|v1,/)
  })
})

describe('the network of an address', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:aa:bb:1:2:3:4', '2001:db8:aa::/48'],
    ['2001:DB8::1', '2001:db8:0::/48'],
    ['::1', '0:0:0::/48'],
    ['2001:db8:aa:bb::', '2001:db8:aa::/48'],
    ['no address', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of %s is %s: nobody’s own', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})
