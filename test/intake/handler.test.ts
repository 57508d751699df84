import { beforeEach, describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  process.env.TABLE_NAME = 'table'
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
})

import { handler as deployed, makeHandler } from '../../functions/intake/handler.ts'
import { Contention } from '../../functions/ledger/ledger.ts'
import { inboundOf, MAX_BODY_BYTES } from '../../functions/shared/http.ts'
import type { Report, SourceSecrets } from '../../functions/sources/source.ts'
import {
  SECRET,
  twilioForm,
  twilioHeaders,
  WEB_SECRET,
  webHeaders,
  webMessage,
  X_SECRET,
  xActivity,
  xHeaders,
  xPost,
} from '../sources/requests.ts'
import { ask, httpEvent, MemoryIgnored, MemoryLedger } from './http.ts'

const NOW = '2026-11-23T10:00:00Z'
const BODY = JSON.stringify(webMessage())

let ledger: MemoryLedger
let ignored: MemoryIgnored
let known: Record<string, SourceSecrets>
let rotated: Record<string, SourceSecrets>
let reported: Report[]
/** Complaints by what the platform calls their replies. */
let replies: Map<string, string>

const handler = () =>
  makeHandler({
    ledger,
    ignored,
    report: async (report) => {
      reported.push(report)
      return replies.get(report.reference)
    },
    secrets: {
      read: async (source) => known[source] ?? { active: [] },
      reread: async (source) => rotated[source],
    },
    clock: { now: async () => NOW },
    nowMs: Date.now,
  })

const post = (source: string, body: string | Uint8Array, headers: Record<string, string>) =>
  ask(handler(), httpEvent('POST /webhooks/{source}', { path: { source }, headers, body }))
const get = (source: string, query: string) =>
  ask(handler(), httpEvent('GET /webhooks/{source}', { path: { source }, query }))

beforeEach(() => {
  ledger = new MemoryLedger()
  ignored = new MemoryIgnored()
  known = { web: { active: [WEB_SECRET] }, x: { active: [X_SECRET] } }
  rotated = {}
  reported = []
  replies = new Map()
})

describe('a signed webhook', () => {
  it('opens a complaint, received at the time of the stage', async () => {
    const answer = await post('web', BODY, webHeaders(BODY))
    expect(answer).toMatchObject({ status: 202, body: { outcome: 'opened' } })
    expect(await ledger.load(answer.body.complaintId)).toMatchObject({
      receivedAt: NOW,
      message: { source: 'web', messageId: 'form-1', postedAt: '2026-11-21T10:05:00Z' },
    })
    expect(ledger.events.get(answer.body.complaintId)?.[0]?.actor).toBe('source:web')
  })

  it('opens one complaint however often it is delivered, under whatever webhook-id', async () => {
    const first = await post('web', BODY, webHeaders(BODY))
    const again = await post('web', BODY, webHeaders(BODY, { id: 'msg_2' }))
    expect(again.body).toEqual({ complaintId: first.body.complaintId, outcome: 'duplicate' })
    expect(ledger.writes).toBe(1)
  })

  it('may come base64-encoded: what was signed are the bytes', async () => {
    const bytes = Buffer.from(JSON.stringify(webMessage({ text: 'Größe 🙁' })))
    expect(await post('web', bytes, webHeaders(bytes))).toMatchObject({ status: 202 })
  })

  it('tells of every message, where it holds several', async () => {
    const body = JSON.stringify(
      xActivity({ tweet_create_events: [xPost(), xPost({ id_str: '2' }), xPost()] }),
    )
    const { status, body: answer } = await post('x', body, xHeaders(body))
    expect(status).toBe(202)
    expect(answer.results.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'opened',
      'opened',
      'duplicate',
    ])
    expect(answer).toMatchObject(answer.results[0])
  })

  it('is taken and ignored where nobody complains in it, and it says why', async () => {
    const body = JSON.stringify(xActivity({ favorite_events: [{}] }))
    const { status, body: answer } = await post('x', body, xHeaders(body))
    expect([status, answer]).toEqual([202, { outcome: 'ignored', cause: 'reaction' }])
    expect(ledger.writes).toBe(0)
    expect(ignored.all).toMatchObject([{ week: '2026-W48', source: 'x', cause: 'reaction', at: NOW }])
    const ours = JSON.stringify(xActivity({ direct_message_mark_read_events: [{}] }))
    expect((await post('x', ours, xHeaders(ours))).body).toEqual({ outcome: 'ignored' })
    expect(ignored.all).toHaveLength(1)
  })

  it('tells of what was ignored beside the message that it holds', async () => {
    const passedOn = xPost({ id_str: '2', retweeted_status: {} })
    const body = JSON.stringify(xActivity({ tweet_create_events: [passedOn, xPost()] }))
    const { body: answer } = await post('x', body, xHeaders(body))
    const { complaintId } = answer
    const opened = { complaintId, outcome: 'opened' }
    expect(answer).toEqual({ ...opened, results: [{ outcome: 'ignored', cause: 'passed-on' }, opened] })
  })

  it('is to be sent again where what is ignored cannot be remembered; its messages are known by then', async () => {
    const passedOn = xPost({ id_str: '2', retweeted_status: {} })
    const body = JSON.stringify(xActivity({ tweet_create_events: [passedOn, xPost()] }))
    const slow = Object.assign(new Error('slow down'), { name: 'ThrottlingException', $fault: 'client' })
    vi.spyOn(ignored, 'remember').mockRejectedValueOnce(slow)
    expect(await post('x', body, xHeaders(body))).toMatchObject({ status: 503 })
    expect(await post('x', body, xHeaders(body))).toMatchObject({
      status: 202,
      body: { outcome: 'duplicate' },
    })
    expect([ledger.writes, ignored.all.length]).toEqual([1, 1])
  })

  it('is to be sent again when the ledger is busy or a service is down', async () => {
    for (const error of [
      new Contention('message of source web'),
      Object.assign(new Error('slow down'), { name: 'ThrottlingException', $fault: 'client' }),
      new Error('wrapped', { cause: Object.assign(new Error('no'), { $fault: 'server' }) }),
      Object.assign(new Error('socket'), { code: 'ECONNRESET' }),
    ]) {
      vi.spyOn(ledger, 'receive').mockRejectedValueOnce(error)
      const answer = await post('web', BODY, webHeaders(BODY))
      expect(answer).toMatchObject({
        status: 503,
        headers: { 'retry-after': '2' },
        body: { type: '/problems/busy' },
      })
    }
  })

  it('tells nothing of a fault of ours but that there is one', async () => {
    vi.spyOn(ledger, 'receive').mockRejectedValueOnce(new Error('secret internals of Jo'))
    const answer = await post('web', BODY, webHeaders(BODY))
    expect(answer).toMatchObject({ status: 500, body: { type: '/problems/internal' } })
    expect(JSON.stringify(answer)).not.toMatch(/internals|Jo|\.ts:/)
  })
})

describe('a secret just rotated in', () => {
  const next = `whsec_${Buffer.alloc(24, 9).toString('base64')}`

  it('works at once, by an early look', async () => {
    rotated = { web: { active: [next, WEB_SECRET] } }
    expect(await post('web', BODY, webHeaders(BODY, { secret: next }))).toMatchObject({ status: 202 })
  })

  it('is not looked for when the last look was only just, or for anything but a signature that does not fit', async () => {
    expect(await post('web', BODY, webHeaders(BODY, { secret: next }))).toMatchObject({ status: 401 })
    rotated = { web: { active: [next] } }
    const stale = webHeaders(BODY, { secret: next, at: new Date(Date.now() - 400_000) })
    expect((await post('web', BODY, stale)).body.type).toBe('/problems/stale-signature')
  })

  it('does not help a forger', async () => {
    rotated = { web: { active: [next] } }
    const forged = webHeaders(BODY, { secret: `whsec_${Buffer.alloc(24, 1).toString('base64')}` })
    expect((await post('web', BODY, forged)).body.type).toBe('/problems/wrong-signature')
    expect(ledger.writes).toBe(0)
  })
})

describe('a source that is not ready', () => {
  it('says that nobody has set its secret, and takes what is sent again once somebody has', async () => {
    known = {}
    const answer = await post('web', BODY, webHeaders(BODY))
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/busy' } })
    expect(answer.body.detail).toContain('no secret yet')
    expect(ledger.writes).toBe(0)
    rotated = { web: { active: [WEB_SECRET] } }
    expect(await post('web', BODY, webHeaders(BODY))).toMatchObject({ status: 202 })
  })

  it('is not there, in a stage that was deployed without it, whoever signed', async () => {
    process.env.SOURCE_SECRETS = '{"web":"arn:web"}'
    for (const method of ['POST', 'GET']) {
      const event = httpEvent(`${method} /webhooks/{source}`, { path: { source: 'x' }, query: 'crc_token=a' })
      const { status, body } = await ask(deployed, event)
      expect(status).toBe(404)
      expect(body.detail).toBe('This stage was deployed without source x; its sources: web')
    }
  })
})

describe('the address that was called', () => {
  const urlOf = (headers: Record<string, string>, query = '') =>
    inboundOf(httpEvent('POST /webhooks/web', { headers, query })).url

  it('is the one that arrived', () => {
    const headers = { host: 'api.example', 'x-forwarded-proto': 'https' }
    expect(urlOf(headers)).toBe('https://api.example/webhooks/web')
    expect(urlOf(headers, 'a=1&b=%20')).toBe('https://api.example/webhooks/web?a=1&b=%20')
  })

  it('is the one that platforms were told, where the stage has another', () => {
    vi.stubEnv('PUBLIC_URL', 'https://complaints.example.org/redress')
    expect(urlOf({ host: 'api.example' }, 'a=1')).toBe(
      'https://complaints.example.org/redress/webhooks/web?a=1',
    )
    vi.unstubAllEnvs()
  })
})

describe('what is refused', () => {
  const big = JSON.stringify(webMessage({ text: 'x'.repeat(MAX_BODY_BYTES) }))
  const unshaped = JSON.stringify(webMessage({ text: undefined }))
  const unknownTeam = JSON.stringify(webMessage({ team: 'nobody' }))
  const twoPosts = JSON.stringify(
    xActivity({ tweet_create_events: [xPost(), xPost({ created_at: 'never' })] }),
  )

  it.each<[string, string, string | Uint8Array, Record<string, string>, number, string]>([
    ['an unknown source', 'y', BODY, webHeaders(BODY), 404, 'not-found'],
    ['a source that every object has', 'constructor', BODY, webHeaders(BODY), 404, 'not-found'],
    ['a source in capitals', 'WEB', BODY, webHeaders(BODY), 404, 'not-found'],
    ['no signature', 'web', BODY, {}, 401, 'unsigned'],
    ['no signature and no JSON', 'web', '{', {}, 401, 'unsigned'],
    ['a signature of another source', 'x', BODY, webHeaders(BODY), 401, 'unsigned'],
    ['a wrong signature', 'web', `${BODY} `, webHeaders(BODY), 401, 'wrong-signature'],
    ['an old signature', 'web', BODY, webHeaders(BODY, { at: new Date(0) }), 401, 'stale-signature'],
    ['no JSON', 'web', 'text', webHeaders('text'), 400, 'malformed-body'],
    [
      'broken UTF-8',
      'web',
      Buffer.from([0x22, 0xff, 0x22]),
      webHeaders(Buffer.from([0x22, 0xff, 0x22])),
      400,
      'malformed-body',
    ],
    [
      'another media type',
      'web',
      BODY,
      { ...webHeaders(BODY), 'content-type': 'text/plain' },
      415,
      'unsupported-media-type',
    ],
    ['too much', 'web', big, webHeaders(big), 413, 'too-large'],
    ['too much in base64', 'web', Buffer.from(big), webHeaders(big), 413, 'too-large'],
    ['the wrong shape', 'web', unshaped, webHeaders(unshaped), 422, 'invalid'],
    ['a team that does not exist', 'web', unknownTeam, webHeaders(unknownTeam), 422, 'invalid'],
    ['a delivery with one wrong message of two', 'x', twoPosts, xHeaders(twoPosts), 422, 'invalid'],
  ])(
    '%s gets problem+json that says why, and writes nothing',
    async (_, source, body, headers, status, kind) => {
      const answer = await post(source, body, headers)
      expect(answer.status).toBe(status)
      expect(answer.body).toMatchObject({ type: `/problems/${kind}`, status })
      expect(answer.body.title).toBeTruthy()
      expect(answer.body.detail).toBeTruthy()
      expect(answer.headers).toMatchObject({
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      expect(ledger.writes).toBe(0)
    },
  )

  it('names the field of what the policy refuses', async () => {
    const { body } = await post('web', unknownTeam, webHeaders(unknownTeam))
    expect(body.errors[0].field).toBe('team')
  })
})

describe('what a platform says of a reply of ours', () => {
  const form = new URLSearchParams(
    twilioForm({ MessageStatus: 'delivered', SmsStatus: 'delivered' }),
  ).toString()
  const url = 'https://localhost/webhooks/{source}'
  const deliver = () => post('twilio', form, { host: 'localhost', ...twilioHeaders(form, url) })
  beforeEach(() => {
    known = { ...known, twilio: { active: [SECRET] } }
  })

  it('is told of to the reply’s complaint, and opens none', async () => {
    replies.set('SM0123456789abcdef0123456789abcdef', '01JD7Z3K8M0000000000000009')
    expect(await deliver()).toMatchObject({
      status: 202,
      body: { complaintId: '01JD7Z3K8M0000000000000009', outcome: 'reported' },
    })
    expect(reported).toMatchObject([{ source: 'twilio', status: 'delivered', at: NOW }])
    expect(ledger.writes).toBe(0)
  })

  it('is ignored where nobody knows the reply', async () => {
    expect(await deliver()).toMatchObject({ status: 202, body: { outcome: 'ignored' } })
    expect(reported).toHaveLength(1)
  })
})

describe('a handshake', () => {
  it('answers the challenge of X as JSON', async () => {
    const answer = await get('x', 'crc_token=abc')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.body.response_token).toMatch(/^sha256=[A-Za-z0-9+/]{43}=$/)
  })

  it('is refused without a challenge, and by a source that has none', async () => {
    expect(await get('x', '')).toMatchObject({ status: 422, body: { errors: [{ field: 'crc_token' }] } })
    expect(await get('web', 'crc_token=abc')).toMatchObject({ status: 404 })
    expect(await get('z', 'crc_token=abc')).toMatchObject({ status: 404 })
  })
})
