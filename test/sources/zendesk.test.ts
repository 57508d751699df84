import { describe, expect, it } from 'vitest'
import { zendesk } from '../../functions/sources/zendesk.ts'
import {
  asJson,
  fieldsOf,
  inbound,
  kindOf,
  messagesIn,
  NOW,
  SECRET,
  zendeskChat,
  zendeskComment,
  zendeskHeaders,
  zendeskTicket,
  zendeskTrigger,
} from './requests.ts'

const BODY = JSON.stringify(zendeskTicket())

describe('the signature of source zendesk', () => {
  const at = new Date('2026-11-21T10:00:00Z')
  const verify = (headers: Record<string, string>, active = [SECRET], body = BODY, nowMs = at.getTime()) =>
    kindOf(() => zendesk.verify(inbound(body, headers), { active }, nowMs))

  it('is the HMAC of timestamp and body by any active signing secret', () => {
    const headers = zendeskHeaders(BODY, { at })
    expect(verify(headers)).toBe('accepted')
    expect(verify(headers, ['another-signing-secret', SECRET])).toBe('accepted')
    expect(verify(headers, ['another-signing-secret'])).toBe('wrong-signature')
    expect(verify(headers, [SECRET], `${BODY} `)).toBe('wrong-signature')
  })

  it('has the timestamp first: an old page of Zendesk’s shows one the other way round', () => {
    const timestamp = '2021-07-25T10:00:00Z'
    const secret = 'HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA='
    const headers = (signature: string) => ({
      'x-zendesk-webhook-signature': signature,
      'x-zendesk-webhook-signature-timestamp': timestamp,
    })
    const body = '{"say": "hello"}'
    const then = Date.parse(timestamp)
    const shown = headers('tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw=')
    expect(verify(shown, [secret], body, then)).toBe('wrong-signature')
    // By openssl: printf '%s%s' "$timestamp" "$body" | openssl dgst -sha256 -hmac "$secret" -binary | base64
    expect(verify(headers('Rry/4TtIdFyawtXXp8QdI6tlAUUQ/5kL1OTp5qo/ZIk='), [secret], body, then)).toBe(
      'accepted',
    )
  })

  it('is good for five minutes to both sides, and its timestamp cannot be changed', () => {
    for (const seconds of [-300, 300])
      expect(verify(zendeskHeaders(BODY, { at }), [SECRET], BODY, at.getTime() + seconds * 1000)).toBe(
        'accepted',
      )
    for (const seconds of [-301, 301])
      expect(verify(zendeskHeaders(BODY, { at }), [SECRET], BODY, at.getTime() + seconds * 1000)).toBe(
        'stale-signature',
      )
    const later = {
      ...zendeskHeaders(BODY, { at }),
      'x-zendesk-webhook-signature-timestamp': '2026-11-21T10:01:00Z',
    }
    expect(verify(later)).toBe('wrong-signature')
  })

  it('must be there, with a timestamp', () => {
    const { 'x-zendesk-webhook-signature': signature, ...rest } = zendeskHeaders(BODY, { at })
    expect(verify(rest)).toBe('unsigned')
    expect(verify({ 'x-zendesk-webhook-signature': signature })).toBe('unsigned')
    for (const timestamp of ['yesterday', '1795255200', '2026-02-30T10:00:00Z'])
      expect(
        verify({
          'x-zendesk-webhook-signature': signature,
          'x-zendesk-webhook-signature-timestamp': timestamp,
        }),
      ).toBe('unsigned')
  })
})

describe('a delivery of source zendesk', () => {
  const parse = (body: unknown) => messagesIn(zendesk, asJson(body))

  it('has a message for a ticket, which is the conversation', () => {
    expect(parse(zendeskTicket())).toEqual([
      {
        source: 'zendesk',
        messageId: 'ticket:5158',
        postedAt: '2026-11-21T10:05:00Z',
        author: { id: '8447388090494' },
        text: 'I cannot log in',
        public: false,
        channel: 'zendesk',
        conversation: '5158',
        subject: 'Login',
        severity: 'high',
      },
    ])
  })

  it('has one for a customer’s comment, in the same conversation', () => {
    expect(parse(zendeskComment())).toMatchObject([
      {
        messageId: 'comment:9876543210',
        postedAt: '2026-11-21T12:05:00Z',
        author: { id: '8447388090494', name: 'Kim Example' },
        text: 'Still not',
        conversation: '5158',
      },
    ])
    expect(parse(zendeskChat())).toMatchObject([
      { messageId: 'message:67ab5f55155becd183e284cb', text: 'Hello?', conversation: '141' },
    ])
  })

  it('knows a ticket’s first comment by the ticket, whichever way it is told of it', () => {
    const first = { body: 'I cannot log in' }
    const time = '2026-11-21T10:05:02.5Z'
    const trigger = zendeskTrigger({
      comment: { text: 'I cannot log in', writtenAt: '2026-11-21T10:05:00Z' },
    })
    for (const body of [zendeskTicket(), zendeskComment(first, { time }), trigger])
      expect(parse(body).map(({ messageId }) => messageId)).toEqual(['ticket:5158'])
    // The same words an hour later are another comment.
    expect(parse(zendeskComment(first))[0]?.messageId).toBe('comment:9876543210')
  })

  it('gives a comment the same id at every invocation, and by every trigger', () => {
    const ids = [
      zendeskTrigger(),
      zendeskTrigger({ ticket: { ...zendeskTrigger().ticket, title: 'Renamed' } }),
    ]
      .flatMap(parse)
      .map(({ messageId }) => messageId)
    expect(ids).toEqual(['comment:5158:2026-11-21T12:05:00Z', 'comment:5158:2026-11-21T12:05:00Z'])
    const again = [zendeskComment(), zendeskComment({}, { id: 'another-event' })].flatMap(parse)
    expect(new Set(again.map(({ messageId }) => messageId)).size).toBe(1)
  })

  it('takes what a trigger sends, with who asked', () => {
    expect(parse(zendeskTrigger())).toMatchObject([
      {
        author: { id: '8447388090494', name: 'Kim Example', email: 'kim@example.org' },
        subject: 'Login',
        permalink: 'https://example.zendesk.com/agent/tickets/5158',
        language: 'en-GB',
        severity: 'critical',
        conversation: '5158',
      },
    ])
    expect(parse(zendeskTrigger())[0]?.author).not.toHaveProperty('phone')
  })

  it('has nothing for agents, bots and Zendesk itself', () => {
    const staff = { author: { id: '1', is_staff: true, name: 'Sam' } }
    const bodies = [
      zendeskComment(staff),
      zendeskComment({ ...staff, is_public: false }),
      zendeskChat({ type: 'agent' }),
      zendeskChat({ type: 'system' }),
    ]
    expect(bodies.flatMap((body) => zendesk.parse(asJson(body), NOW))).toEqual([])
  })

  it('says where notes of others are, and what is of a kind that is not known', () => {
    const bodies = [
      zendeskComment({ is_public: false }),
      zendeskChat({ type: 'something_new' }),
      zendeskTicket({ type: 'zen:event-type:ticket.status_changed' }),
      zendeskTicket({ type: 'zen:event-type:ticket.status_changed', detail: 'whatever' }),
      { type: 'zen:event-type:user.created', id: 7 },
      {},
    ]
    expect(bodies.flatMap((body) => zendesk.parse(asJson(body), NOW))).toEqual([
      {
        ignored: 'note',
        messageId: 'comment:9876543210',
        postedAt: '2026-11-21T12:05:00Z',
        channel: 'zendesk',
      },
      {
        ignored: 'unknown-kind',
        messageId: 'message:67ab5f55155becd183e284cb',
        postedAt: '2026-11-21T10:05:00Z',
        channel: 'zendesk',
      },
      { ignored: 'unknown-kind', messageId: 'ticket:5158', channel: 'zendesk' },
      { ignored: 'unknown-kind', messageId: 'd4f5c389-8f4a-4c2e-a1b9-8e4f39c71d52', channel: 'zendesk' },
      { ignored: 'unknown-kind', messageId: '7', channel: 'zendesk' },
      { ignored: 'unknown-kind', channel: 'zendesk' },
    ])
  })

  it.each([
    ['detail', zendeskTicket({ detail: undefined })],
    ['detail.created_at', zendeskTicket({ detail: { ...zendeskTicket().detail, created_at: 'today' } })],
    ['event.comment.id', zendeskComment({ id: '' })],
    ['ticket.id', zendeskTrigger({ ticket: { ...zendeskTrigger().ticket, id: undefined } })],
    ['coment', zendeskTrigger({ coment: 'misspelt' })],
    ['type', { type: 7 }],
    ['body', []],
  ])('is refused where it has the wrong shape, by its %s', (field, body) => {
    expect(fieldsOf(() => zendesk.parse(asJson(body), NOW))).toEqual([field])
  })
})
