import { describe, expect, it } from 'vitest'
import {
  catchUp,
  type Heard,
  type LastSent,
  type ReportLedger,
  type ReportStore,
  takeReport,
} from '../../functions/ledger/reports.ts'
import { reportOf, sesEvent } from '../../functions/sources/email/receipt.ts'
import { meta } from '../../functions/sources/meta.ts'
import type { ReplyName } from '../../functions/sources/platform.ts'
import type { Report } from '../../functions/sources/source.ts'
import { twilio } from '../../functions/sources/twilio.ts'
import { asJson, inbound, metaMessage, metaMessages, NOW, PAGE_ID, twilioForm } from '../sources/requests.ts'

const REPLY: ReplyName = { complaintId: '01JD7Z3K8M0000000000000001', replyId: 'o7' }

class MemoryReports implements ReportStore, ReportLedger {
  readonly replies = new Map<string, ReplyName>()
  readonly last = new Map<string, LastSent>()
  readonly early = new Map<string, Heard>()
  readonly told: string[] = []
  /** Runs once, right after a report was kept. */
  meanwhile: (() => void) | undefined

  replyCalled = async (source: string, reference: string) => this.replies.get(`${source} ${reference}`)
  lastIn = async (source: string, conversation: string) => this.last.get(`${source} ${conversation}`)
  keepLast = async (source: string, conversation: string, last: LastSent) =>
    void this.last.set(`${source} ${conversation}`, last)
  heard = async (source: string, reference: string) => this.early.get(`${source} ${reference}`)
  async keepHeard(source: string, reference: string, heard: Heard) {
    this.early.set(`${source} ${reference}`, heard)
    this.meanwhile?.()
  }
  delivered = async (reply: ReplyName, source: string) =>
    void this.told.push(`delivered ${reply.complaintId} ${reply.replyId} by ${source}`)
  failed = async (reply: ReplyName, source: string, reason: string, cameBack?: boolean) =>
    void this.told.push(
      `${cameBack ? 'came back' : 'failed'} ${reply.complaintId} ${reply.replyId} by ${source}: ${reason}`,
    )
}

const report = (more: Partial<Report> = {}): Report => ({
  source: 'meta',
  reference: 'message:m_9',
  status: 'delivered',
  at: NOW,
  ...more,
})
const DELIVERED = `delivered ${REPLY.complaintId} o7 by meta`

describe('A report of a reply', () => {
  it('finds it by what the platform calls it', async () => {
    const store = new MemoryReports()
    store.replies.set('meta message:m_9', REPLY)
    expect(await takeReport(report(), { store, ledger: store })).toBe(REPLY.complaintId)
    expect(await takeReport(report({ status: 'read' }), { store, ledger: store })).toBe(REPLY.complaintId)
    await takeReport(report({ status: 'failed', detail: 'Twilio’s error 30006' }), { store, ledger: store })
    expect(store.told).toEqual([
      DELIVERED,
      DELIVERED,
      `failed ${REPLY.complaintId} o7 by meta: It was not delivered: Twilio’s error 30006`,
    ])
    expect(store.early.size).toBe(0)
  })

  it('that says itself which it is needs nothing else, so that even a lost answer is made up for', async () => {
    const store = new MemoryReports()
    const known = report({ source: 'twilio', reference: 'SM1', reply: REPLY })
    expect(await takeReport(known, { store, ledger: store })).toBe(REPLY.complaintId)
    expect(store.told).toEqual([`delivered ${REPLY.complaintId} o7 by twilio`])
  })

  it('that comes too early is told once the reply is recorded', async () => {
    const store = new MemoryReports()
    expect(await takeReport(report(), { store, ledger: store })).toBeUndefined()
    expect(store.told).toEqual([])
    store.replies.set('meta message:m_9', REPLY)
    await catchUp(
      { source: 'meta', reference: 'message:m_9' },
      { ...REPLY, sentMs: 0 },
      { store, ledger: store },
    )
    expect(store.told).toEqual([DELIVERED])
  })

  it('that it came back says so, too early or not', async () => {
    const store = new MemoryReports()
    const back = report({ status: 'failed', detail: 'gone', cameBack: true })
    await takeReport(back, { store, ledger: store })
    store.replies.set('meta message:m_9', REPLY)
    await catchUp(
      { source: 'meta', reference: 'message:m_9' },
      { ...REPLY, sentMs: 0 },
      { store, ledger: store },
    )
    await takeReport(back, { store, ledger: store })
    const told = `came back ${REPLY.complaintId} o7 by meta: It was not delivered: gone`
    expect(store.told).toEqual([told, told])
  })

  it('that comes just while the reply is recorded is told by one of the two', async () => {
    const store = new MemoryReports()
    store.meanwhile = () => store.replies.set('meta message:m_9', REPLY)
    expect(await takeReport(report(), { store, ledger: store })).toBe(REPLY.complaintId)
    expect(store.told).toEqual([DELIVERED])
  })

  it('of a conversation is about the last reply in it, where that was sent by then', async () => {
    const store = new MemoryReports()
    const conversation = 'messages:1:5151'
    const sentMs = Date.parse('2026-11-21T10:05:20.700Z')
    await catchUp(
      { source: 'meta', reference: 'message:m_9', conversation },
      { ...REPLY, sentMs },
      { store, ledger: store },
    )
    const until = (at: string) =>
      takeReport(report({ reference: conversation, at }), { store, ledger: store })
    expect(await until('2026-11-21T10:05:19Z')).toBeUndefined()
    expect(store.told).toEqual([])
    expect(await until('2026-11-21T10:05:20Z')).toBe(REPLY.complaintId)
    expect(
      await takeReport(report({ reference: 'messages:1:6161' }), { store, ledger: store }),
    ).toBeUndefined()
    expect(store.told).toEqual([DELIVERED])
    expect(store.early.size).toBe(0)
  })
})

describe('What source twilio makes of a status callback', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
  const parse = (changes: Record<string, string>, query = '') =>
    twilio.parse(inbound(new URLSearchParams(twilioForm(changes)).toString(), FORM, query), NOW)
  const of = (status: string, more: Record<string, string> = {}, query = '') =>
    parse({ MessageStatus: status, SmsStatus: status, MessageSid: 'SM9', ...more }, query)

  it.each([
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['undelivered', 'failed'],
    ['failed', 'failed'],
  ])('%s is a report: %s', (status, became) => {
    expect(of(status)).toMatchObject([{ source: 'twilio', reference: 'SM9', status: became, at: NOW }])
  })

  it('says why it failed by Twilio’s code alone, and which reply it is where it says so', () => {
    expect(
      of(
        'undelivered',
        { ErrorCode: '30006', ErrorMessage: 'Landline +447700900123' },
        'reply=01JD7Z3K8M0000000000000001_o7',
      ),
    ).toEqual([
      {
        source: 'twilio',
        reference: 'SM9',
        status: 'failed',
        at: NOW,
        detail: 'Twilio’s error 30006',
        reply: REPLY,
      },
    ])
    for (const query of [
      'reply=',
      'reply=abc',
      'reply=01JD7Z3K8M0000000000000001_i7',
      'reply=01JD7Z3K8M0000000000000001_o7x',
    ])
      expect(of('delivered', {}, query)[0]).not.toHaveProperty('reply')
  })

  it.each(['queued', 'accepted', 'scheduled', 'sending', 'sent', 'canceled'])(
    '%s says nothing yet',
    (status) => {
      expect(of(status)).toEqual([])
    },
  )
})

describe('What source meta makes of deliveries and reads', () => {
  const parse = (event: Record<string, unknown>, object?: string) =>
    meta.parse(asJson(metaMessages([{ ...metaMessage(), message: undefined, ...event }], object)), NOW)

  it('is a report of each message that it names', () => {
    expect(parse({ delivery: { mids: ['m_8', 'm_9'], watermark: 1_795_255_500_000 } })).toEqual([
      { source: 'meta', reference: 'message:m_8', status: 'delivered', at: '2026-11-21T10:05:00Z' },
      { source: 'meta', reference: 'message:m_9', status: 'delivered', at: '2026-11-21T10:05:00Z' },
    ])
    expect(parse({ read: { mid: 'm_9' } }, 'instagram')).toMatchObject([
      { reference: 'message:m_9', status: 'read' },
    ])
  })

  it('is one of the conversation where it names none', () => {
    const reference = `messages:${PAGE_ID}:5151`
    expect(parse({ delivery: { watermark: 1_795_255_500_000 } })).toEqual([
      { source: 'meta', reference, status: 'delivered', at: '2026-11-21T10:05:00Z' },
    ])
    expect(parse({ read: { watermark: 1_795_255_500_000 } })).toMatchObject([{ reference, status: 'read' }])
  })

  it('is nothing of what we have read ourselves', () => {
    expect(parse({ sender: { id: PAGE_ID }, read: { watermark: 1 } })).toEqual([])
  })
})

describe('What an event of Amazon SES says', () => {
  const event = (eventType: string, more: object = {}) =>
    reportOf(
      sesEvent.parse({
        version: '0',
        id: 'e-1',
        'detail-type': `Email ${eventType}`,
        source: 'aws.ses',
        account: '123456789012',
        time: '2026-11-21T10:05:00Z',
        region: 'eu-west-2',
        resources: [],
        detail: {
          eventType,
          mail: {
            timestamp: '2026-11-21T10:04:50.000Z',
            messageId: '0102018f-1-000000',
            destination: ['kim@example.net'],
            tags: {
              'ses:configuration-set': ['redress-prod'],
              'redress-reply': ['01JD7Z3K8M0000000000000001_o7'],
            },
          },
          ...more,
        },
      }),
    )
  const base = {
    source: 'email',
    reference: '0102018f-1-000000@eu-west-2.amazonses.com',
    at: '2026-11-21T10:05:00Z',
    reply: REPLY,
  }

  it('is a report of the reply that it is tagged with', () => {
    expect(event('Delivery', { delivery: { recipients: ['kim@example.net'] } })).toEqual({
      ...base,
      status: 'delivered',
    })
    expect(event('Complaint')).toEqual({ ...base, status: 'delivered' })
    const bounce = {
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: [{ emailAddress: 'kim@example.net', diagnosticCode: 'smtp; 550 5.1.1 kim unknown' }],
    }
    expect(event('Bounce', { bounce })).toEqual({
      ...base,
      status: 'failed',
      detail: 'the customer’s mail server does not take it (Permanent, General)',
      cameBack: true,
    })
    // An answer that somebody is away shows as one of these.
    const away = { bounceType: 'Transient', bounceSubType: 'General' }
    expect(event('Bounce', { bounce: away })).toEqual({
      ...base,
      status: 'failed',
      detail: 'the customer’s mail server does not take it (Transient, General)',
    })
    expect(event('Reject', { reject: { reason: 'Bad content' } })).toMatchObject({ status: 'failed' })
  })

  it.each(['Send', 'DeliveryDelay', 'Open', 'Click', 'constructor'])('is nothing for %s', (eventType) => {
    expect(event(eventType)).toBeUndefined()
  })

  it('is refused where it is none', () => {
    expect(sesEvent.safeParse({ source: 'aws.ec2', detail: {} }).success).toBe(false)
  })
})
