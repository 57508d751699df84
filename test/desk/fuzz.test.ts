import * as fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  process.env.TABLE_NAME = 'table'
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
})

import { makeHandler } from '../../functions/desk/handler.ts'
import type { Role } from '../../functions/shared/tokens.ts'
import { ask, httpEvent, MemoryLedger } from '../intake/http.ts'
import { webMessage } from '../sources/requests.ts'
import { Cases, damaged, hostileHeader, hostileText, junk, textsIn } from '../support/hostile.ts'

const NOW = '2026-11-23T10:00:00Z'
const cases = new Cases()
const runs = Cases.runs
afterAll(() => cases.report())

/** Good commands, of every kind of field that there is; each is possible in some stage. */
const COMMANDS: readonly Record<string, unknown>[] = [
  { type: 'acknowledge' },
  { type: 'take', as: 'sam' },
  { type: 'assign', owner: 'sam' },
  { type: 'hand-off', toTeam: 'billing', reason: 'a double charge' },
  { type: 'decline-handoff', reason: 'not ours' },
  { type: 'pause', reason: 'waits for a form', expectedVersion: 1 },
  { type: 'reply', text: 'We are sorry' },
  { type: 'promise', what: 'a call', dueAt: '2026-12-01T10:00:00Z' },
  {
    type: 'resolve',
    summary: 'Refunded',
    redress: { kind: 'refund', amount: 2000, currency: 'GBP' },
    expectedVersion: 1,
  },
  { type: 'reopen', reason: 'it is back' },
  { type: 'note', text: 'called twice' },
]

/** A desk with one complaint, and a token of every role. */
async function desk() {
  const ledger = new MemoryLedger()
  const { complaintId } = await ledger.receive(
    { source: 'web', ...webMessage(), channel: 'web', author: { id: 'customer-1' } },
    { id: 'source:web' },
    NOW,
  )
  const token = (role: Role) => ({ name: role, team: role === 'admin' ? 'billing' : 'support', role })
  const handler = makeHandler({
    ledger,
    findToken: async () => token('act'),
    clock: { now: async () => NOW },
  })
  return { ledger, handler, id: complaintId }
}

interface Sent {
  readonly route: string
  readonly id?: string
  readonly query?: string
  readonly body?: string | Uint8Array
  readonly headers?: Record<string, string>
}

async function holds({ route, id, query, body, headers }: Sent): Promise<void> {
  const { ledger, handler, id: known } = await desk()
  const before = ledger.writes
  const event = httpEvent(route, {
    path: { id: id ?? known },
    headers: {
      authorization: `Bearer rdt_${'a'.repeat(43)}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
  })
  const answer = await cases.run(route, () => ask(handler, event))
  expect([200, 400, 401, 403, 404, 409, 413, 415, 422]).toContain(answer.status)
  if (answer.status >= 400) expect(ledger.writes).toBe(before)
  // Half a character would be refused by the table, or come back as another.
  expect(textsIn([...ledger.events.values()]).filter((text) => !text.isWellFormed())).toEqual([])
  // Nothing of a request comes back by way of its refusal.
  if (answer.status >= 400) expect(JSON.stringify(answer.body)).not.toContain('MARK-OF-THE-CALLER')
}

describe('whatever the ops API is asked, the answer is 2xx or 4xx', () => {
  const command = 'POST /complaints/{id}/commands'

  it('for commands with something wrong in them', async () => {
    await fc.assert(
      fc.asyncProperty(damaged(COMMANDS), (body) => holds({ route: command, body: JSON.stringify(body) })),
      runs(500),
    )
  })

  it('for bodies of any kind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(hostileText, fc.uint8Array({ maxLength: 300 })), (body) =>
        holds({ route: command, body }),
      ),
      runs(200),
    )
  })

  it('for any id', async () => {
    const id = fc.oneof(
      junk.map((value) => String(JSON.stringify(value))),
      fc.string(),
      fc.constantFrom('__proto__', '../..', '%00', '0'.repeat(26), 'TOKENS', 'STAGE'),
    )
    await fc.assert(
      fc.asyncProperty(
        id,
        fc.constantFrom('GET /complaints/{id}', 'GET /complaints/{id}/timeline', command),
        (given, route) =>
          holds({ route, id: given, ...(route === command ? { body: '{"type":"acknowledge"}' } : {}) }),
      ),
      runs(150),
    )
  })

  it('for any query', async () => {
    const names = fc.constantFrom('team', 'stage', 'limit', 'after', '__proto__', 'x')
    const query = fc.oneof(
      fc.string(),
      fc
        .dictionary(
          names,
          fc.oneof(fc.string(), fc.constantFrom('1', '-1', '1e9', 'NaN', 'support', 'open', '')),
        )
        .map((all) => new URLSearchParams(all).toString()),
    )
    await fc.assert(
      fc.asyncProperty(query, (text) => holds({ route: 'GET /complaints', query: text })),
      runs(200),
    )
  })

  it('for any headers', async () => {
    const names = fc.constantFrom('authorization', 'content-type', 'accept', 'host')
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, hostileHeader), (headers) =>
        holds({ route: command, body: '{"type":"acknowledge"}', headers }),
      ),
      runs(150),
    )
  })

  it('and repeats nothing of what it refuses', async () => {
    const mark = 'MARK-OF-THE-CALLER<script>'
    for (const good of COMMANDS) {
      for (const field of Object.keys(good))
        await holds({ route: command, body: JSON.stringify({ ...good, [field]: mark }) })
      await holds({ route: command, body: JSON.stringify({ ...good, [mark]: 1 }) })
    }
    await holds({ route: command, body: mark })
    await holds({ route: command, body: '{}', headers: { 'content-type': mark } })
    await holds({ route: command, body: '{}', headers: { authorization: mark } })
    await holds({ route: 'GET /complaints/{id}', id: mark })
    for (const name of ['team', 'stage', 'limit', 'after', mark])
      await holds({ route: 'GET /complaints', query: new URLSearchParams({ [name]: mark }).toString() })
    await holds({ route: `GET /${mark}` })
  })

  it('within two seconds each, whatever it is', () => {
    expect(cases.slowestMs()).toBeLessThan(2000)
  })
})
