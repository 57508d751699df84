import { beforeEach, describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  process.env.TABLE_NAME = 'table'
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
})

import { makeHandler } from '../../functions/desk/handler.ts'
import { Contention } from '../../functions/ledger/ledger.ts'
import { hashOf, type Token } from '../../functions/shared/tokens.ts'
import { ask, httpEvent, MemoryLedger } from '../intake/http.ts'
import { message } from '../support/complaints.ts'

const TOKENS: Record<string, Token> = {
  rdt_admin_aaaaaaaaaaaaaaaa: { name: 'ops', team: 'support', role: 'admin' },
  rdt_support_act_aaaaaaaaaa: { name: 'crm', team: 'support', role: 'act' },
  rdt_support_read_aaaaaaaaa: { name: 'wallboard', team: 'support', role: 'read' },
  rdt_billing_act_aaaaaaaaaa: { name: 'ledger-tool', team: 'billing', role: 'act' },
  rdt_social_act_aaaaaaaaaaa: { name: 'inbox', team: 'social', role: 'act' },
}
const [ADMIN, SUPPORT, READER, BILLING, SOCIAL] = Object.keys(TOKENS) as [
  string,
  string,
  string,
  string,
  string,
]

let ledger: MemoryLedger
let now: string
let id: string

const handler = () =>
  makeHandler({
    ledger,
    findToken: async (sha256) => Object.entries(TOKENS).find(([text]) => hashOf(text) === sha256)?.[1],
    clock: { now: async () => now },
  })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const get = (path: string, token: string, complaintId = id) =>
  ask(handler(), httpEvent(`GET ${path}`, { headers: bearer(token), path: { id: complaintId } }))
const list = (token: string, query = '') =>
  ask(handler(), httpEvent('GET /complaints', { headers: bearer(token), query }))
const send = (body: unknown, token = ADMIN, headers: Record<string, string> = {}, complaintId = id) =>
  ask(
    handler(),
    httpEvent('POST /complaints/{id}/commands', {
      headers: { ...bearer(token), 'content-type': 'application/json', ...headers },
      path: { id: complaintId },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  )
const lastEvent = () => ledger.events.get(id)?.at(-1)

beforeEach(async () => {
  ledger = new MemoryLedger()
  now = '2026-11-23T09:10:00Z'
  const opened = await ledger.receive(
    message({ author: { id: 'c', name: 'Jo' }, permalink: 'https://example.org/1' }),
    { id: 'source:web' },
    '2026-11-23T09:00:00Z',
  )
  id = opened.complaintId
})

describe('a complaint at the API', () => {
  it('shows where it stands, and not the books of its timers', async () => {
    const { status, body, headers } = await get('/complaints/{id}', READER)
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    expect(body).toEqual({
      id,
      stage: 'received',
      owner: 'sam',
      team: 'support',
      level: 0,
      version: 1,
      policy: { name: 'sample', version: 2 },
      source: 'web',
      channel: 'web',
      public: true,
      postedAt: '2026-11-23T09:00:00Z',
      receivedAt: '2026-11-23T09:00:00Z',
      author: { id: 'c', name: 'Jo' },
      text: 'My bill is wrong',
      permalink: 'https://example.org/1',
      timers: [
        { name: 'acknowledge', state: 'running', dueAt: '2026-11-23T10:00:00Z', warnedAt: [], level: 0 },
        { name: 'resolve', state: 'running', dueAt: '2026-11-25T17:30:00Z', warnedAt: [], level: 0 },
      ],
      nextDueAt: '2026-11-23T09:30:00Z',
      contacts: [],
      contactCount: 0,
      signals: [],
      issues: [],
      promises: [],
      redress: [],
      replies: [],
    })
  })

  it('shows the handoff that waits, the pause, and what it was resolved with', async () => {
    await send({ type: 'acknowledge' })
    await send({ type: 'hand-off', toTeam: 'billing', reason: 'the bill' })
    await send({ type: 'pause', reason: 'waits for the customer' })
    const { body } = await get('/complaints/{id}', ADMIN)
    expect(body.handoff).toEqual({
      fromTeam: 'support',
      toTeam: 'billing',
      reason: 'the bill',
      by: 'token:ops',
      at: now,
    })
    expect(body.paused).toEqual({ at: now, reason: 'waits for the customer' })
    const redress = { kind: 'refund', amount: 2000, currency: 'GBP' }
    const { body: resolved } = await send({ type: 'resolve', summary: 'returned the charges', redress })
    expect(resolved).toMatchObject({
      stage: 'resolved',
      resolution: { summary: 'returned the charges', redress },
    })
  })

  it('has a timeline of everything that happened, in order', async () => {
    now = '2026-11-23T09:40:00Z'
    await send({ type: 'acknowledge', as: 'sam' })
    const { body } = await get('/complaints/{id}/timeline', READER)
    expect(body.events).toMatchObject([
      { seq: 1, type: 'received', actor: 'source:web', at: '2026-11-23T09:00:00Z' },
      {
        seq: 2,
        type: 'timer-warned',
        timer: 'acknowledge',
        percent: 50,
        actor: 'clock',
        at: '2026-11-23T09:30:00Z',
      },
      { seq: 3, type: 'acknowledged', actor: 'sam', via: 'token:ops', at: now, recordedAt: now },
    ])
    expect(JSON.stringify(body)).not.toContain('"timers"')
  })

  it.each(['01JD7Z3K8M0000000000009999', 'nonsense', '', '../STATE', '01jd7z3k8m0000000000000001'])(
    'is not found by the id "%s"',
    async (unknown) => {
      expect(await get('/complaints/{id}', ADMIN, unknown)).toMatchObject({
        status: 404,
        body: { type: '/problems/not-found' },
      })
    },
  )
})

describe('a bearer token', () => {
  it.each([
    ['none', {}],
    ['another scheme', { authorization: 'Basic b3BzOm9wcw==' }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['no token of ours', { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9' }],
    ['an unknown one', { authorization: 'Bearer rdt_unknown_aaaaaaaaaaaaaa' }],
    ['two at once', { authorization: 'Bearer rdt_admin_aaaaaaaaaaaaaaaa,Bearer rdt_admin_aaaaaaaaaaaaaaaa' }],
  ])('is needed: %s gets 401 and a challenge', async (_, headers) => {
    for (const route of ['GET /complaints', 'GET /complaints/{id}', 'GET /complaints/{id}/timeline']) {
      const answer = await ask(
        handler(),
        httpEvent(route, { headers: headers as Record<string, string>, path: { id } }),
      )
      expect(answer).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } })
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="redress"/)
      expect(JSON.stringify(answer)).not.toContain('rdt_')
    }
    expect((await ask(handler(), httpEvent('POST /complaints/{id}/commands', { path: { id } }))).status).toBe(
      401,
    )
  })

  it('is known by its hash alone, whatever the case of the scheme', async () => {
    const event = httpEvent('GET /complaints/{id}', {
      headers: { authorization: `bearer ${READER}` },
      path: { id },
    })
    expect(await ask(handler(), event)).toMatchObject({ status: 200 })
  })

  it('of role read reads and does not act', async () => {
    expect(await send({ type: 'acknowledge' }, READER)).toMatchObject({
      status: 403,
      body: { type: '/problems/not-allowed' },
    })
    expect(ledger.writes).toBe(1)
  })

  it('of role act sees what its team owns or is asked to take, and there is nothing else', async () => {
    expect((await get('/complaints/{id}', BILLING)).status).toBe(404)
    expect((await get('/complaints/{id}/timeline', BILLING)).status).toBe(404)
    expect((await send({ type: 'acknowledge' }, BILLING)).status).toBe(404)
    await send({ type: 'acknowledge' }, SUPPORT)
    await send({ type: 'hand-off', toTeam: 'billing', reason: 'the bill' }, SUPPORT)
    expect((await get('/complaints/{id}', BILLING)).status).toBe(200)
    expect((await get('/complaints/{id}', SOCIAL)).status).toBe(404)
    expect((await get('/complaints/{id}', ADMIN)).status).toBe(200)
  })

  it('of role act speaks for its team alone', async () => {
    await send({ type: 'acknowledge' }, SUPPORT)
    await send({ type: 'hand-off', toTeam: 'billing', reason: 'the bill' }, SUPPORT)
    expect(await send({ type: 'accept-handoff' }, SUPPORT)).toMatchObject({ status: 403 })
    expect(await send({ type: 'accept-handoff', as: 'bea' }, SUPPORT)).toMatchObject({ status: 403 })
    expect(await send({ type: 'accept-handoff', as: 'sam' }, BILLING)).toMatchObject({ status: 403 })
    expect(await send({ type: 'accept-handoff', as: 'sam' }, ADMIN)).toMatchObject({ status: 403 })
    expect(await send({ type: 'accept-handoff', as: 'kofi' }, BILLING)).toMatchObject({
      status: 200,
      body: { stage: 'handed off', team: 'billing', owner: 'kofi' },
    })
    expect((await get('/complaints/{id}', SUPPORT)).status).toBe(404)
  })
})

describe('a list of complaints', () => {
  const open = async (count: number, team: string) => {
    for (let n = 0; n < count; n++) {
      await ledger.receive(message({ messageId: `${team}-${n}`, team }), { id: 'source:web' }, now)
    }
  }

  it('holds those of the token’s own team, newest first, in pages', async () => {
    await open(4, 'support')
    await open(2, 'billing')
    const first = await list(SUPPORT, 'limit=3')
    expect(first.status).toBe(200)
    expect(first.body.complaints).toHaveLength(3)
    const second = await list(SUPPORT, `limit=3&after=${first.body.next}`)
    expect(second.body.complaints).toHaveLength(2)
    expect(second.body).not.toHaveProperty('next')
    const ids = [...first.body.complaints, ...second.body.complaints].map(
      (complaint: { id: string }) => complaint.id,
    )
    expect(ids).toEqual([...ids].sort().reverse())
    expect(ids).toContain(id)
  })

  it('of another team is for admins', async () => {
    await open(2, 'billing')
    expect((await list(ADMIN, 'team=billing')).body.complaints).toHaveLength(2)
    expect((await list(BILLING)).body.complaints).toHaveLength(2)
    expect((await list(SUPPORT, 'team=billing')).status).toBe(403)
    expect((await list(SUPPORT, 'team=support')).status).toBe(200)
  })

  it('can be of one stage, and goes on where the page before ended', async () => {
    await open(5, 'support')
    await send({ type: 'acknowledge' })
    expect((await list(SUPPORT, 'stage=acknowledged&limit=2')).body).toMatchObject({ complaints: [{ id }] })
    const seen: string[] = []
    let after = ''
    do {
      const { body } = await list(SUPPORT, `stage=received&limit=2${after}`)
      seen.push(...body.complaints.map((complaint: { id: string }) => complaint.id))
      after = body.next === undefined ? '' : `&after=${body.next}`
    } while (after !== '')
    expect(seen).toHaveLength(5)
    expect(new Set(seen).size).toBe(5)
    expect((await list(SUPPORT, 'stage=handed+off')).body.complaints).toEqual([])
  })

  it('can be of those whose customers wait past a deadline, or of the others', async () => {
    await open(3, 'support')
    await ledger.execute(id, { type: 'fire' }, '2026-11-24T09:00:00Z')
    expect((await list(SUPPORT, 'unanswered=true')).body).toMatchObject({ complaints: [{ id }] })
    expect((await list(SUPPORT, 'unanswered=false')).body.complaints).toHaveLength(3)
    await send({ type: 'acknowledge' })
    expect((await list(SUPPORT, 'unanswered=true')).body.complaints).toEqual([])
  })

  it('reads no more than ten pages for one request, and says where to go on', async () => {
    await open(30, 'support')
    const { body } = await list(SUPPORT, 'stage=closed&limit=2')
    expect(body).toEqual({ complaints: [], next: expect.any(String) })
  })

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['limit', 'limit=ten'],
    ['stage', 'stage=open'],
    ['unanswered', 'unanswered=yes'],
    ['after', 'after=yesterday'],
    ['team', 'team=nobody'],
    ['page', 'page=2'],
  ])('is refused for its %s: %s', async (field, query) => {
    const answer = await list(ADMIN, query)
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } })
  })
})

describe('a command', () => {
  it('records a promise, which the complaint then shows, and which keeps it from being closed', async () => {
    const due = '2026-11-24T13:00:00+01:00'
    await send({ type: 'acknowledge' })
    const made = await send({ type: 'promise', text: 'a refund', due, as: 'sam' })
    expect(made.status).toBe(200)
    expect(made.body.promises).toEqual([
      expect.objectContaining({ id: 'p3', dueAt: '2026-11-24T12:00:00Z', state: 'open', madeBy: 'sam' }),
    ])
    await send({ type: 'resolve', summary: 'agreed' })
    expect(await send({ type: 'close' })).toMatchObject({ status: 409 })
    expect((await send({ type: 'keep-promise', evidence: 'ref 1' })).body.promises).toMatchObject([
      { state: 'kept', keptBy: 'token:ops', evidence: 'ref 1' },
    ])
    expect(await send({ type: 'close' })).toMatchObject({ status: 200 })
  })

  it('with a promise that is due in the past, or at no instant, is refused by its field', async () => {
    for (const due of ['2026-11-23T09:00:00Z', 'tomorrow']) {
      const { status, body } = await send({ type: 'promise', text: 'x', due })
      expect(status).toBe(422)
      expect(body.errors).toMatchObject([{ field: 'due' }])
    }
  })

  it('changes the complaint and gives it back', async () => {
    expect(await send({ type: 'acknowledge' })).toMatchObject({
      status: 200,
      body: { id, stage: 'acknowledged', version: 2 },
    })
  })

  it('carries its actor: the token, or the person for whom it speaks', async () => {
    await send({ type: 'acknowledge' }, SUPPORT)
    expect(lastEvent()).toMatchObject({ actor: 'token:crm' })
    expect(lastEvent()).not.toHaveProperty('via')
    await send({ type: 'note', text: 'called', as: 'priya' }, SUPPORT)
    expect(lastEvent()).toMatchObject({ actor: 'priya', via: 'token:crm' })
    expect(await send({ type: 'note', text: 'x', as: 'nobody' })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'as' }] },
    })
  })

  it('covers the whole life of a complaint', async () => {
    const life = [
      [{ type: 'acknowledge' }, 'acknowledged'],
      [{ type: 'assign', owner: 'priya' }, 'acknowledged'],
      [{ type: 'take', as: 'sam' }, 'acknowledged'],
      [{ type: 'hand-off', toTeam: 'billing', reason: 'r' }, 'acknowledged'],
      [{ type: 'decline-handoff', reason: 'not ours', as: 'bea' }, 'acknowledged'],
      [{ type: 'hand-off', toTeam: 'billing', reason: 'it is' }, 'acknowledged'],
      [{ type: 'accept-handoff', as: 'bea' }, 'handed off'],
      [{ type: 'pause', reason: 'r' }, 'handed off'],
      [{ type: 'resume' }, 'handed off'],
      [{ type: 'resolve', summary: 's' }, 'resolved'],
      [{ type: 'reopen', reason: 'it came back' }, 'reopened'],
      [{ type: 'resolve', summary: 's', redress: { kind: 'in-kind', description: 'flowers' } }, 'resolved'],
      [{ type: 'close' }, 'closed'],
      [{ type: 'note', text: 'n' }, 'closed'],
      [{ type: 'reopen', reason: 'r' }, 'reopened'],
      [{ type: 'withdraw', reason: 'r' }, 'withdrawn'],
    ] as const
    for (const [command, stage] of life) {
      expect(await send(command)).toMatchObject({ status: 200, body: { stage } })
    }
  })

  it('that the state forbids gets 409, says what is possible, and changes nothing', async () => {
    const answer = await send({ type: 'close' })
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/forbidden-by-state' } })
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.body.detail).toContain('acknowledge')
    expect(ledger.writes).toBe(1)
  })

  it('for an earlier version gets 409', async () => {
    expect(await send({ type: 'acknowledge', expectedVersion: 1 })).toMatchObject({ status: 200 })
    expect(await send({ type: 'note', text: 'late', expectedVersion: 1 })).toMatchObject({
      status: 409,
      body: { type: '/problems/stale' },
    })
    expect(ledger.writes).toBe(2)
  })

  it('is decided upon the state that it is written upon, though another came in between', async () => {
    const load = ledger.load.bind(ledger)
    vi.spyOn(ledger, 'load').mockImplementationOnce(async (which) => {
      const before = await load(which)
      await ledger.execute(which, { type: 'acknowledge', by: { id: 'sam' } }, now)
      return before
    })
    const answer = await send({ type: 'note', text: 'late', expectedVersion: 1 })
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/stale' } })
  })

  it('meets 503 when too many write at once', async () => {
    vi.spyOn(ledger, 'execute').mockRejectedValueOnce(new Contention(id))
    expect(await send({ type: 'acknowledge' })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
    })
  })

  it('of an unknown type is answered with those there are', async () => {
    for (const type of [
      'explode',
      'constructor',
      'fire',
      'receive',
      'escalate',
      'close-after-silence',
      7,
      undefined,
    ]) {
      const { status, body } = await send({ type })
      expect(status).toBe(422)
      expect(body.errors).toEqual([
        { field: 'type', detail: expect.stringContaining('acknowledge, take, assign') },
      ])
    }
  })

  it.each([
    ['owner', { type: 'assign' }],
    ['owner', { type: 'assign', owner: 'nobody' }],
    ['owner', { type: 'assign', owner: '<script>' }],
    ['toTeam', { type: 'hand-off', reason: 'r' }],
    ['toTeam', { type: 'hand-off', reason: 'r', toTeam: 'nobody' }],
    ['reason', { type: 'hand-off', toTeam: 'billing' }],
    ['reason', { type: 'pause', reason: ' ' }],
    ['reason', { type: 'pause', reason: 'x'.repeat(2001) }],
    ['text', { type: 'note', text: '\ud800' }],
    ['sumary', { type: 'resolve', summary: 's', sumary: 's' }],
    ['owner', { type: 'acknowledge', owner: 'sam' }],
    ['expectedVersion', { type: 'acknowledge', expectedVersion: '1' }],
    ['__proto__', '{"type":"acknowledge","__proto__":{"as":"sam"}}'],
    ['redress.amount', { type: 'resolve', summary: 's', redress: { kind: 'refund' } }],
    [
      'redress.amount',
      { type: 'resolve', summary: 's', redress: { kind: 'goodwill', amount: -1, currency: 'GBP' } },
    ],
    [
      'redress.amount',
      { type: 'resolve', summary: 's', redress: { kind: 'goodwill', amount: 1.5, currency: 'GBP' } },
    ],
    ['redress.currency', { type: 'resolve', summary: 's', redress: { kind: 'refund', amount: 1 } }],
    [
      'redress.currency',
      { type: 'resolve', summary: 's', redress: { kind: 'refund', amount: 1, currency: 'gbp' } },
    ],
    [
      'redress.currency',
      { type: 'resolve', summary: 's', redress: { kind: 'refund', amount: 1, currency: 'ABC' } },
    ],
    ['redress.description', { type: 'resolve', summary: 's', redress: { kind: 'in-kind' } }],
    ['redress.kind', { type: 'resolve', summary: 's', redress: { kind: 'apology' } }],
  ])('is refused for its %s, by name (%#)', async (field, command) => {
    await ledger.execute(id, { type: 'acknowledge', by: { id: 'sam' } }, now)
    const { status, body } = await send(command)
    expect(status).toBe(422)
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field])
    expect(JSON.stringify(body)).not.toContain('<script>')
    expect(ledger.writes).toBe(2)
  })

  it.each([
    ['{', 400, 'malformed-body'],
    ['[]', 422, 'invalid'],
    ['null', 422, 'invalid'],
    ['', 400, 'malformed-body'],
    [' '.repeat(300_000), 413, 'too-large'],
  ])('is a JSON object (%#)', async (body, status, kind) => {
    expect(await send(body)).toMatchObject({ status, body: { type: `/problems/${kind}` } })
  })

  it('is sent as JSON', async () => {
    expect(await send({ type: 'acknowledge' }, ADMIN, { 'content-type': 'text/plain' })).toMatchObject({
      status: 415,
    })
  })
})

describe('any other address', () => {
  it.each(['GET /', 'DELETE /complaints', 'GET constructor', '$default'])(
    'is not found: %s',
    async (route) => {
      expect(await ask(handler(), httpEvent(route, { headers: bearer(ADMIN) }))).toMatchObject({
        status: 404,
      })
    },
  )
})
