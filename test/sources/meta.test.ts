import { describe, expect, it } from 'vitest'
import { meta } from '../../functions/sources/meta.ts'
import {
  asJson,
  fieldsOf,
  inbound,
  instagramComments,
  kindOf,
  messagesIn,
  metaComment,
  metaHeaders,
  metaMessage,
  metaMessages,
  metaPage,
  NOW,
  PAGE_ID,
  SECRET,
} from './requests.ts'

const BODY = JSON.stringify(metaPage([metaComment()]))

describe('the signature of source meta', () => {
  const verify = (headers: Record<string, string>, active = [SECRET], body: string | Uint8Array = BODY) =>
    kindOf(() => meta.verify(inbound(body, headers), { active }, 0))

  it('is the HMAC of the body by any active app secret', () => {
    expect(verify(metaHeaders(BODY))).toBe('accepted')
    expect(verify(metaHeaders(BODY, 'another-app-secret'))).toBe('wrong-signature')
    expect(verify(metaHeaders(BODY), ['another-app-secret', SECRET])).toBe('accepted')
    expect(verify(metaHeaders(BODY), [SECRET], `${BODY} `)).toBe('wrong-signature')
  })

  it('is over the escapes of characters, as they are sent, and not over what they mean', () => {
    const escaped = String.raw`{"object":"page","entry":[],"text":"\u00e4\u00f6\u00e5 \ud83d\ude41 \/"}`
    // By openssl: printf '%s' '<escaped>' | openssl dgst -sha256 -hmac a-secret-of-platforms
    const digest = '722e7e9bc54d4ad06459b56effff4d4e3ba4fdb0bd3e89f957336e58d24b3c6e'
    const headers = { 'x-hub-signature-256': `sha256=${digest}` }
    expect(verify(headers, [SECRET], escaped)).toBe('accepted')
    expect(verify(headers, [SECRET], JSON.stringify(JSON.parse(escaped)))).toBe('wrong-signature')
  })

  it('must be there, whole, and by SHA-256', () => {
    const good = metaHeaders(BODY)['x-hub-signature-256']
    expect(verify({})).toBe('unsigned')
    expect(verify({ 'x-hub-signature': good.replace('256', '1') })).toBe('unsigned')
    for (const wrong of [good.slice(7), good.slice(0, -1), `${good}0`, good.toUpperCase(), `${good},${good}`])
      expect(verify({ 'x-hub-signature-256': wrong })).toBe('wrong-signature')
  })
})

describe('the handshake of source meta', () => {
  const shake = (changes: Record<string, string> = {}, verify = ['the-verify-token-of-a-test']) => {
    const query = {
      'hub.mode': 'subscribe',
      'hub.verify_token': 'the-verify-token-of-a-test',
      'hub.challenge': '1158201444',
      ...changes,
    }
    return meta.handshake?.(inbound('', {}, new URLSearchParams(query).toString()), {
      active: [SECRET],
      verify,
    })
  }

  it('gives the challenge back to who knows the verify token', () => {
    expect(shake()).toEqual({ contentType: 'text/plain', body: '1158201444' })
    expect(shake({}, ['a-newer-verify-token', 'the-verify-token-of-a-test'])?.body).toBe('1158201444')
  })

  it('refuses everybody else, and says nothing that it was told to say but plain letters', () => {
    expect(kindOf(() => shake({ 'hub.verify_token': 'another' }))).toBe('wrong-signature')
    expect(kindOf(() => shake({ 'hub.verify_token': '' }))).toBe('wrong-signature')
    expect(kindOf(() => shake({}, []))).toBe('busy')
    expect(fieldsOf(() => shake({ 'hub.mode': 'unsubscribe' }))).toEqual(['hub.mode'])
    for (const challenge of ['', '<script>', 'x'.repeat(201), 'a b'])
      expect(fieldsOf(() => shake({ 'hub.challenge': challenge }))).toEqual(['hub.challenge'])
  })
})

describe('a delivery of source meta', () => {
  const parse = (body: unknown) => meta.parse(asJson(body), NOW)
  const comment = (changes: Record<string, unknown>) => parse(metaPage([metaComment(changes)]))

  it('has a message for a comment on our post', () => {
    expect(messagesIn(meta, asJson(metaPage([metaComment()])))).toEqual([
      {
        source: 'meta',
        messageId: 'comment:1_77',
        postedAt: '2026-11-21T10:05:00Z',
        author: { id: '4242', name: 'Kim Example' },
        text: 'Nobody answers my mails',
        public: true,
        channel: 'facebook',
        permalink: 'https://www.facebook.com/900_1?comment_id=77',
        conversation: 'post:900_1',
        inReplyTo: ['post:900_1'],
        evidence: expect.stringContaining('Nobody answers my mails'),
      },
    ])
  })

  it('says which comment a comment answers', () => {
    expect(comment({ parent_id: '1_70' })).toMatchObject([{ inReplyTo: ['comment:1_70'] }])
  })

  it('has a message for a visitor’s post, with its pictures', () => {
    const found = comment({
      item: 'photo',
      comment_id: undefined,
      parent_id: undefined,
      post_id: '900_2',
      link: 'https://scontent.example/a.jpg',
      photos: ['https://scontent.example/b.jpg', 'javascript:alert(1)'],
    })
    expect(found).toMatchObject([
      {
        messageId: 'post:900_2',
        conversation: 'post:900_2',
        attachments: [
          { reference: 'https://scontent.example/b.jpg' },
          { reference: 'https://scontent.example/a.jpg' },
        ],
      },
    ])
    expect(found[0]).not.toHaveProperty('inReplyTo')
  })

  it('says that a comment was changed or taken back, when Meta said so', () => {
    const at = '2026-11-21T10:05:10Z'
    const messageId = 'comment:1_77'
    expect(comment({ verb: 'edited', message: 'Thank you!' })).toEqual([
      {
        source: 'meta',
        messageId,
        change: 'edited',
        at,
        text: 'Thank you!',
        otherwise: expect.objectContaining({ messageId, text: 'Thank you!', channel: 'facebook' }),
      },
    ])
    expect(comment({ verb: 'remove', message: undefined })).toEqual([
      {
        source: 'meta',
        messageId,
        change: 'deleted',
        at,
        otherwise: {
          ignored: 'unknown-message',
          messageId,
          permalink: 'https://www.facebook.com/900_1?comment_id=77',
          postedAt: '2026-11-21T10:05:00Z',
          channel: 'facebook',
        },
      },
    ])
  })

  it('has a message where Meta does not say who wrote it, under nobody’s name', () => {
    expect(comment({ from: undefined })).toMatchObject([
      { messageId: 'comment:1_77', text: 'Nobody answers my mails', author: { id: 'unknown:comment:1_77' } },
    ])
  })

  it('has one message for a mention, the same as for what it is in', () => {
    const value = {
      item: 'comment',
      verb: 'add',
      sender_id: '4242',
      sender_name: 'Kim Example',
      post_id: '55_1',
      comment_id: '1_78',
      created_time: 1_795_255_500,
      message: '@Example is no help',
    }
    expect(parse(metaPage([{ field: 'mention', value }]))).toMatchObject([
      { messageId: 'comment:1_78', text: '@Example is no help', author: { id: '4242', name: 'Kim Example' } },
    ])
    const post = { ...value, item: 'post', comment_id: undefined }
    expect(parse(metaPage([{ field: 'mention', value: post }]))).toMatchObject([{ messageId: 'post:55_1' }])
  })

  it('has a message for one in Messenger, which is nobody else’s to read', () => {
    const attachments = [
      { type: 'image', payload: { url: 'https://cdn.example/1.png' } },
      { type: 'location', payload: { coordinates: { lat: 1, long: 2 } } },
      { type: 'fallback', payload: null },
    ]
    const event = metaMessage({ attachments, reply_to: { mid: 'm_0' } })
    expect(parse(metaMessages([event]))).toEqual([
      {
        source: 'meta',
        messageId: 'message:m_1',
        postedAt: '2026-11-21T10:05:00Z',
        author: { id: '5151' },
        text: 'My refund never came',
        public: false,
        channel: 'messenger',
        conversation: 'messages:900:5151',
        inReplyTo: ['message:m_0'],
        attachments: [{ reference: 'https://cdn.example/1.png' }],
      },
    ])
    expect(parse(metaMessages([metaMessage()], 'instagram'))).toMatchObject([{ channel: 'instagram' }])
    expect(parse(metaMessages([metaMessage({ text: undefined })]))).toMatchObject([
      { text: expect.stringContaining('does not show') },
    ])
  })

  it('has it, too, where another app answers in the conversation', () => {
    const [entry] = metaMessages([metaMessage()]).entry
    const { messaging: standby, ...rest } = entry ?? { messaging: [] }
    expect(parse({ object: 'page', entry: [{ ...rest, standby }] })).toMatchObject([
      { messageId: 'message:m_1' },
    ])
  })

  it('says that a message was unsent or changed', () => {
    const at = '2026-11-21T10:05:00Z'
    const edit = { message: undefined, message_edit: { mid: 'm_1', text: 'It came', num_edit: 1 } }
    const events = [metaMessage({ is_deleted: true, text: undefined }), metaMessage({}, edit)]
    expect(parse(metaMessages(events, 'instagram'))).toEqual([
      {
        source: 'meta',
        messageId: 'message:m_1',
        change: 'deleted',
        at,
        otherwise: {
          ignored: 'unknown-message',
          messageId: 'message:m_1',
          postedAt: at,
          channel: 'instagram',
        },
      },
      {
        source: 'meta',
        messageId: 'message:m_1',
        change: 'edited',
        at,
        text: 'It came',
        otherwise: expect.objectContaining({
          messageId: 'message:m_1',
          text: 'It came',
          author: { id: '5151' },
        }),
      },
    ])
  })

  it('has a message for a comment on Instagram, posted when Meta told of it', () => {
    expect(parse(instagramComments({ parent_id: '1700' }))).toMatchObject([
      {
        messageId: 'ig-comment:1789',
        postedAt: '2026-11-21T10:05:10Z',
        author: { id: '6161', name: '@kim.example' },
        text: 'Three weeks and no parcel',
        public: true,
        channel: 'instagram',
        conversation: 'ig-media:333',
        inReplyTo: ['ig-comment:1700'],
      },
    ])
    const [entry] = instagramComments().entry
    const { changes, ...rest } = entry ?? { changes: [] }
    const direct = { object: 'instagram', entry: [{ ...rest, ...changes[0] }] }
    expect(parse(direct)).toEqual(parse(instagramComments()))
  })

  it('says that there is a mention on Instagram, of which Meta tells no more', () => {
    const mention = (value: object) =>
      parse({
        object: 'instagram',
        entry: [{ id: PAGE_ID, time: 1, changes: [{ field: 'mentions', value }] }],
      })
    expect(mention({ media_id: '5', comment_id: '6' })).toMatchObject([
      {
        messageId: 'ig-comment:6',
        text: expect.stringContaining('in a comment'),
        conversation: 'ig-media:5',
      },
    ])
    expect(mention({ media_id: '5' })).toMatchObject([
      { messageId: 'ig-media:5', text: expect.stringContaining('caption') },
    ])
  })

  it('has nothing for what we wrote and did ourselves, and for which app answers', () => {
    const ours = { from: { id: PAGE_ID, name: 'Example' } }
    const said = (what: object) => ({ ...metaMessage(), message: undefined, ...what })
    expect(
      [
        metaPage([
          metaComment(ours),
          metaComment({ ...ours, item: 'reaction', comment_id: undefined }),
          metaComment({ ...ours, item: 'album' }),
          metaComment({ verb: 'hide' }),
        ]),
        metaMessages([
          metaMessage({ is_echo: true }),
          metaMessage({}, { sender: { id: PAGE_ID } }),
          said({ pass_thread_control: {} }),
          said({ sender: { id: PAGE_ID }, reaction: { mid: 'm_1' } }),
        ]),
        instagramComments({ from: { id: PAGE_ID, username: 'us' } }),
      ].flatMap(parse),
    ).toEqual([])
  })

  it('says where likes, stickers and what is not known are, and not whose', () => {
    const said = (what: object) => ({ ...metaMessage(), message: undefined, ...what })
    const post = { permalink: 'https://www.facebook.com/900_1', channel: 'facebook' }
    const comment77 = { ...post, permalink: 'https://www.facebook.com/900_1?comment_id=77' }
    const postedAt = '2026-11-21T10:05:00Z'
    expect(
      [
        metaPage([
          metaComment({ item: 'reaction', reaction_type: 'angry', comment_id: undefined }),
          metaComment({ item: 'like' }),
          metaComment({ item: 'a-new-kind', post_id: undefined }),
          metaComment({ verb: 'a-new-verb' }),
          metaComment({ comment_id: undefined }),
          { field: 'ratings', value: { open_graph_story_id: '5', review_text: 'Never again' } },
          { field: 'ratings', value: 'whatever' },
        ]),
        metaMessages([
          metaMessage({ text: undefined, sticker_id: 369239263222822 }),
          said({ reaction: { reaction: 'angry', action: 'react', mid: 'm_1' } }),
          said({ postback: { mid: 'm_9', title: 'Complain', payload: 'COMPLAIN' } }),
          { recipient: { id: '1' }, something: 'else' },
        ]),
        {
          object: 'instagram',
          entry: [{ id: PAGE_ID, time: 1, changes: [{ field: 'story_insights', value: {} }] }],
        },
        {
          object: 'whatsapp_business_account',
          entry: [{ id: '1', time: 1, changes: [{ field: 'messages', value: {} }] }],
        },
      ].flatMap(parse),
    ).toEqual([
      { ignored: 'reaction', ...post, postedAt },
      { ignored: 'reaction', ...comment77, postedAt },
      { ignored: 'unknown-kind', messageId: 'comment:1_77', postedAt, channel: 'facebook' },
      { ignored: 'unknown-kind', messageId: 'comment:1_77', ...comment77, postedAt },
      { ignored: 'unknown-kind', ...post, postedAt },
      {
        ignored: 'unknown-kind',
        messageId: 'post:5',
        permalink: 'https://www.facebook.com/5',
        channel: 'facebook',
      },
      { ignored: 'unknown-kind', channel: 'facebook' },
      { ignored: 'reaction', messageId: 'message:m_1', postedAt, channel: 'messenger' },
      { ignored: 'reaction', channel: 'messenger' },
      { ignored: 'unknown-kind', messageId: 'message:m_9', channel: 'messenger' },
      { ignored: 'unknown-kind', channel: 'messenger' },
      { ignored: 'unknown-kind', channel: 'instagram' },
      { ignored: 'unknown-kind' },
    ])
  })

  it('may hold many, from several Pages, in order', () => {
    const changes = ['1_1', '1_2'].map((comment_id) => metaComment({ comment_id }))
    const body = {
      object: 'page',
      entry: [...metaPage(changes).entry, ...metaMessages([metaMessage()]).entry],
    }
    expect(parse(body).map((found) => 'messageId' in found && found.messageId)).toEqual([
      'comment:1_1',
      'comment:1_2',
      'message:m_1',
    ])
  })

  it.each([
    ['object', { entry: [] }],
    ['entry', { object: 'page' }],
    ['entry.0.id', { object: 'page', entry: [{ time: 1 }] }],
    ['entry.0.changes.0.value.post_id', metaPage([metaComment({ post_id: undefined })])],
    ['entry.0.changes.1.value.from.id', metaPage([metaComment(), metaComment({ from: {} })])],
    ['entry.0.changes.0.value.created_time', metaPage([metaComment({ created_time: -1 })])],
    ['entry.0.messaging.0.message.mid', metaMessages([metaMessage({ mid: undefined })])],
    ['entry.0.changes.0.value.from', instagramComments({ from: undefined })],
  ])('is refused whole where it has the wrong shape, by its %s', (field, body) => {
    expect(fieldsOf(() => parse(body))).toEqual([field])
  })
})
