import { describe, expect, it } from 'vitest'
import { intercom } from '../../functions/sources/intercom.ts'
import {
  asJson,
  fieldsOf,
  inbound,
  intercomHeaders,
  intercomReplied,
  intercomStarted,
  kindOf,
  messagesIn,
  NOW,
  SECRET,
} from './requests.ts'

const BODY = JSON.stringify(intercomStarted())

describe('the signature of source intercom', () => {
  const verify = (headers: Record<string, string>, active = [SECRET], body = BODY) =>
    kindOf(() => intercom.verify(inbound(body, headers), { active }, 0))

  it('is the HMAC-SHA1 of the body by any active client secret', () => {
    expect(verify(intercomHeaders(BODY))).toBe('accepted')
    expect(verify(intercomHeaders(BODY), ['another-client-secret', SECRET])).toBe('accepted')
    expect(verify(intercomHeaders(BODY), ['another-client-secret'])).toBe('wrong-signature')
    expect(verify(intercomHeaders(BODY), [SECRET], `${BODY}\n`)).toBe('wrong-signature')
  })

  it('is the one that openssl makes', () => {
    // printf '{"topic":"ping"}' | openssl dgst -sha1 -hmac a-secret-of-platforms
    const headers = { 'x-hub-signature': 'sha1=65fdf8ab866c89cd4969a5dc5665bf4b1a070d4e' }
    expect(verify(headers, [SECRET], '{"topic":"ping"}')).toBe('accepted')
  })

  it('must be there, and whole', () => {
    const good = intercomHeaders(BODY)['x-hub-signature']
    expect(verify({})).toBe('unsigned')
    for (const wrong of [good.slice(5), good.slice(0, -1), `${good}00`, good.replace('sha1', 'sha256')])
      expect(verify({ 'x-hub-signature': wrong })).toBe('wrong-signature')
  })
})

describe('a delivery of source intercom', () => {
  const parse = (body: unknown) => messagesIn(intercom, asJson(body))

  it('has a message for a conversation that a customer began, in plain words', () => {
    expect(parse(intercomStarted())).toEqual([
      {
        source: 'intercom',
        messageId: 'conversation:1234567890',
        postedAt: '2026-11-21T10:05:00Z',
        author: { id: '6762f0dd', name: 'Kim Example', email: 'kim@example.org' },
        text: 'Your app lost my order & my money.\n\nTwice!',
        public: false,
        channel: 'intercom',
        conversation: '1234567890',
        permalink: 'https://app.intercom.com/a/inbox/abc/inbox/conversation/1234567890',
      },
    ])
  })

  it('has one for each part that a customer wrote in reply', () => {
    const found = parse(
      intercomReplied(
        {},
        { id: '2', body: '<p>And <a href="https://example.org/x">this</a>?</p>' },
        { id: '3', author: { type: 'admin', id: '9', name: 'Sam', email: 's@example.org' } },
        { id: '4', author: { type: 'bot', id: '8', name: 'Fin', email: null } },
        { id: '6', author: { type: 'lead', id: '7', name: null, email: '' } },
      ),
    )
    expect(found.map(({ messageId, text, author: { id } }) => [messageId, text, id])).toEqual([
      ['part:269650473', 'Hello?', '6762f0dd'],
      ['part:2', 'And this [https://example.org/x]?', '6762f0dd'],
      ['part:6', 'Hello?', '7'],
    ])
    expect(new Set(found.map(({ conversation }) => conversation))).toEqual(new Set(['1234567890']))
    expect(found[0]?.postedAt).toBe('2026-11-21T10:06:40Z')
    expect(found[2]?.author).toEqual({ id: '7' })
  })

  it('keeps files by where they are, and a subject', () => {
    const attachments = [
      {
        type: 'upload',
        name: 'bill.pdf',
        url: 'https://x.intercomcdn.com/bill.pdf',
        content_type: 'application/pdf',
        filesize: 9,
      },
    ]
    expect(parse(intercomStarted({ attachments, body: '', subject: '<p>My bill</p>' }))).toMatchObject([
      {
        text: '',
        subject: 'My bill',
        attachments: [
          {
            reference: 'https://x.intercomcdn.com/bill.pdf',
            name: 'bill.pdf',
            contentType: 'application/pdf',
            bytes: 9,
          },
        ],
      },
    ])
  })

  it('runs nothing that is in a body, and shows no markup', () => {
    const body = '<script>alert(1)</script><style>p{}</style><img src="x" onerror="a()"><p>a &lt;b&gt; c</p>'
    expect(parse(intercomStarted({ body }))[0]?.text).toBe('a <b> c')
    // However deep it is nested.
    expect(parse(intercomStarted({ body: `deep${'<div>'.repeat(30_000)}` }))[0]?.text).toContain('deep')
  })

  it('has nothing for what we wrote, and for Intercom trying the address', () => {
    const ours = { author: { type: 'admin', id: '9', name: 'Sam', email: 's@example.org' } }
    const bodies = [
      intercomStarted(ours),
      intercomReplied(ours),
      { ...intercomStarted(), topic: 'conversation.admin.replied' },
      { type: 'notification_event', topic: 'ping', data: { item: { message: 'hello' } } },
    ]
    expect(bodies.flatMap((body) => intercom.parse(asJson(body), NOW))).toEqual([])
  })

  it('says where there is nothing in it, and what is of a kind that is not known', () => {
    const bodies = [
      intercomStarted({ body: '<p> </p>' }),
      intercomReplied(
        { body: null },
        { id: '2', author: { type: 'something', id: '1', name: null, email: '' } },
      ),
      { ...intercomStarted(), topic: 'conversation.rating.added' },
      { topic: 'contact.created', data: { item: { type: 'contact', id: '6762f0dd' } } },
      {},
    ]
    expect(bodies.flatMap((body) => intercom.parse(asJson(body), NOW))).toEqual([
      {
        ignored: 'empty',
        messageId: 'conversation:1234567890',
        permalink: 'https://app.intercom.com/a/inbox/abc/inbox/conversation/1234567890',
        postedAt: '2026-11-21T10:05:00Z',
        channel: 'intercom',
      },
      {
        ignored: 'empty',
        messageId: 'part:269650473',
        postedAt: '2026-11-21T10:06:40Z',
        channel: 'intercom',
      },
      { ignored: 'unknown-kind', messageId: 'part:2', postedAt: '2026-11-21T10:06:40Z', channel: 'intercom' },
      { ignored: 'unknown-kind', messageId: 'conversation:1234567890', channel: 'intercom' },
      { ignored: 'unknown-kind', channel: 'intercom' },
      { ignored: 'unknown-kind', channel: 'intercom' },
    ])
  })

  it('takes a message that is a picture and nothing else, as Intercom puts it into the body', () => {
    const body =
      '<div class="intercom-container"><img alt="" src="https://downloads.intercomcdn.com/1.png?a=1&amp;b=2"></div>'
    expect(parse(intercomReplied({ body }))).toMatchObject([
      { text: '', attachments: [{ reference: 'https://downloads.intercomcdn.com/1.png?a=1&b=2' }] },
    ])
    // However many there are, and however they are broken off.
    const many = `<img src="https://a.example/1.png">`.repeat(5000) + '<img '.repeat(30_000)
    expect(parse(intercomStarted({ body: many }))[0]?.attachments).toHaveLength(50)
  })

  it.each([
    ['data', { topic: 'conversation.user.created' }],
    ['data.item.source.author.id', intercomStarted({ author: { type: 'user' } })],
    [
      'data.item.conversation_parts.conversation_parts.1.created_at',
      intercomReplied({}, { created_at: 'now' }),
    ],
    ['topic', { topic: 7 }],
  ])('is refused where it has the wrong shape, by its %s', (field, body) => {
    expect(fieldsOf(() => intercom.parse(asJson(body), NOW))).toEqual([field])
  })
})
