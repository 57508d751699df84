import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { SourceSecrets } from '../../functions/sources/source.ts'
import { x } from '../../functions/sources/x.ts'
import {
  asJson,
  inbound,
  kindOf,
  messagesIn,
  NOW,
  X_SECRET,
  xActivity,
  xDirectMessage,
  xHeaders,
  xPost,
  xSignature,
} from './requests.ts'

const BODY = JSON.stringify(xActivity({ tweet_create_events: [xPost()] }))

describe('the signature of source x', () => {
  const verify = (
    headers: Record<string, string>,
    secrets: SourceSecrets = { active: [X_SECRET] },
    body = BODY,
  ) => kindOf(() => x.verify(inbound(body, headers), secrets, 0))

  it('is the HMAC of the body by any active consumer secret', () => {
    expect(verify(xHeaders(BODY))).toBe('accepted')
    expect(verify(xHeaders(BODY, 'another-consumer-secret'))).toBe('wrong-signature')
    expect(verify(xHeaders(BODY), { active: ['another-consumer-secret', X_SECRET] })).toBe('accepted')
    expect(verify(xHeaders(BODY), { active: [] })).toBe('wrong-signature')
    expect(verify(xHeaders(BODY), { active: [X_SECRET] }, BODY.replace('bill', 'bi1l'))).toBe(
      'wrong-signature',
    )
  })

  it('must be there, and whole', () => {
    expect(verify({})).toBe('unsigned')
    const good = xSignature(BODY)
    for (const signature of [
      good.slice(7),
      good.slice(0, -1),
      `${good}=`,
      `sha1=${good.slice(7)}`,
      `${good},${good}`,
    ]) {
      expect(verify({ 'x-twitter-webhooks-signature': signature })).toBe('wrong-signature')
    }
  })

  describe('by the OAuth 2 client secret', () => {
    const client = 'client-secret-of-a-test'
    const secrets = { active: [X_SECRET], oauth2: ['an-older-client-secret', client] }
    const both = (oauth2: string) => ({ ...xHeaders(BODY), 'x-twitter-webhooks-signature-oauth2': oauth2 })

    it('must be right wherever it is given: there is no falling back', () => {
      expect(verify(both(xSignature(BODY, client)), secrets)).toBe('accepted')
      expect(verify(both(xSignature(BODY, X_SECRET)), secrets)).toBe('wrong-signature')
      expect(verify(both(''), secrets)).toBe('wrong-signature')
      expect(verify(both(xSignature(BODY, client)), { active: [X_SECRET] })).toBe('wrong-signature')
    })

    it('does not replace the one by the consumer secret', () => {
      const only = { 'x-twitter-webhooks-signature-oauth2': xSignature(BODY, client) }
      expect(verify(only, secrets)).toBe('unsigned')
    })
  })
})

describe('the handshake of source x', () => {
  const shake = (query: string, active = [X_SECRET]) => x.handshake?.(inbound('', {}, query), { active })

  it('signs the challenge with the newest secret', () => {
    const token = 'NGMwNzk3OTktYTJkOC00YTFmLTg1ZTktYTFkNTk0NjVjYmVi'
    const digest = createHmac('sha256', X_SECRET).update(token).digest('base64')
    expect(shake(`crc_token=${token}&nonce=abc`, [X_SECRET, 'an-older-consumer-secret'])).toEqual({
      contentType: 'application/json',
      body: JSON.stringify({ response_token: `sha256=${digest}` }),
    })
  })

  it('signs nothing that could be the body of a delivery', () => {
    for (const token of [BODY, '{}', '[]', '"a"', ' ', '', 'x'.repeat(201)]) {
      expect(kindOf(() => shake(new URLSearchParams({ crc_token: token }).toString()))).toBe('invalid')
    }
    expect(kindOf(() => shake(''))).toBe('invalid')
  })

  it('waits until a secret is set', () => {
    expect(kindOf(() => shake('crc_token=abc', []))).toBe('busy')
  })
})

describe('a delivery of source x', () => {
  const parse = (body: unknown) =>
    messagesIn(x, inbound(JSON.stringify(body), { 'content-type': 'application/json' }))
  const parsePost = (changes: Record<string, unknown>) =>
    parse(xActivity({ tweet_create_events: [xPost(changes)] }))[0]

  it('has a message for a post', () => {
    expect(parse(xActivity({ tweet_create_events: [xPost()] }))).toEqual([
      {
        source: 'x',
        messageId: 'post:1990000000000000001',
        postedAt: '2026-11-21T10:05:00Z',
        author: { id: '42', name: 'Jo @jo_writes' },
        text: '@example I can only open my bill over 3G',
        public: true,
        channel: 'x',
        permalink: 'https://x.com/jo_writes/status/1990000000000000001',
        language: 'en',
        conversation: 'post:1990000000000000001',
        evidence: JSON.stringify({
          id_str: '1990000000000000001',
          created_at: 'Sat Nov 21 10:05:00 +0000 2026',
          user: { id_str: '42', name: 'Jo', screen_name: 'jo_writes' },
          text: '@example I can only open my bill over 3G',
          lang: 'en',
          media: [],
        }),
      },
    ])
  })

  it('says what a reply answers, and which conversation it is in where X says so', () => {
    const reply = { in_reply_to_status_id_str: '5' }
    expect(parsePost(reply)).toMatchObject({ inReplyTo: ['post:5'] })
    expect(parsePost(reply)?.conversation).toBeUndefined()
    expect(parsePost({ ...reply, conversation_id_str: '1' })?.conversation).toBe('post:1')
    expect(parsePost({ in_reply_to_status_id_str: null })?.inReplyTo).toBeUndefined()
  })

  it('takes a quoted post of ours, or of the customer, for what is answered; anybody’s as evidence', () => {
    const quoting = (id_str: string) =>
      parsePost({
        in_reply_to_status_id_str: '5',
        quoted_status: { id_str: '6', text: 'We are open', user: { id_str, name: 'Q', location: 'Leeds' } },
      })
    expect(quoting('7')?.inReplyTo).toEqual(['post:5', 'post:6'])
    expect(quoting('42')?.inReplyTo).toEqual(['post:5', 'post:6'])
    expect(quoting('99')?.inReplyTo).toEqual(['post:5'])
    expect(quoting('99')?.evidence).toContain('We are open')
    expect(quoting('99')?.evidence).not.toContain('Leeds')
  })

  it('lists pictures and the best version of a film by where they are, over https alone', () => {
    const media = [
      { media_url_https: 'https://pbs.twimg.com/media/a.jpg', type: 'photo' },
      { media_url_https: 'http://pbs.twimg.com/media/b.jpg', type: 'photo' },
      {
        media_url_https: 'https://pbs.twimg.com/thumb.jpg',
        type: 'video',
        video_info: {
          variants: [
            { content_type: 'application/x-mpegURL', url: 'https://video.twimg.com/a.m3u8' },
            { bitrate: 832_000, content_type: 'video/mp4', url: 'https://video.twimg.com/low.mp4' },
            { bitrate: 2_176_000, content_type: 'video/mp4', url: 'https://video.twimg.com/high.mp4' },
          ],
        },
      },
    ]
    const attachments = [
      { reference: 'https://pbs.twimg.com/media/a.jpg' },
      { reference: 'https://video.twimg.com/high.mp4', contentType: 'video/mp4' },
    ]
    expect(parsePost({ extended_entities: { media } })?.attachments).toEqual(attachments)
    const long = { extended_tweet: { full_text: 'all', extended_entities: { media } } }
    expect(parsePost(long)?.attachments).toEqual(attachments)
    expect(parsePost({ extended_entities: 'nonsense' })?.attachments).toBeUndefined()
  })

  it('keeps no more than 16 KiB as evidence, cut at a whole character', () => {
    const { evidence = '' } = parsePost({ text: '🙁'.repeat(9000) }) ?? {}
    expect(Buffer.byteLength(evidence)).toBeLessThanOrEqual(16 * 1024)
    expect(Buffer.byteLength(evidence)).toBeGreaterThan(16 * 1024 - 16)
    expect(evidence.isWellFormed() && !evidence.includes('\ufffd') && evidence.endsWith('…')).toBe(true)
  })

  it('says that a post is gone, or says something else now; ours are our business', () => {
    const gone = (user_id: string) => ({ status: { id: '5', user_id }, timestamp_ms: '1795255500000' })
    const events = xActivity({
      tweet_delete_events: [gone('42'), gone('7')],
      tweet_create_events: [
        xPost({
          id_str: '9',
          text: 'the new words',
          edit_history: { initial_tweet_id: '5', edit_tweet_ids: ['5', '9'] },
        }),
        xPost({ edit_history: { initial_tweet_id: '1990000000000000001' } }),
      ],
    })
    expect(x.parse(asJson(events), NOW)).toEqual([
      {
        source: 'x',
        messageId: 'post:5',
        change: 'edited',
        at: '2026-11-21T10:05:00Z',
        text: 'the new words',
        otherwise: expect.objectContaining({
          messageId: 'post:5',
          text: 'the new words',
          conversation: 'post:5',
          permalink: 'https://x.com/jo_writes/status/9',
        }),
      },
      expect.objectContaining({ messageId: 'post:1990000000000000001', postedAt: '2026-11-21T10:05:00Z' }),
      { source: 'x', messageId: 'post:5', change: 'deleted', at: '2026-11-21T10:05:00Z' },
    ])
  })

  it('records how many follow an author as it stands there, and takes a post whose count makes no sense', () => {
    const reachOf = (followers_count: unknown) =>
      parsePost({ user: { id_str: '42', followers_count } })?.reach
    expect([0, 12_000_000, -1, 'many', null].map(reachOf)).toEqual([
      0,
      12_000_000,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('has a message for a direct message, with the name from beside it', () => {
    const users = { 42: { id: '42', name: 'Jo', screen_name: 'jo_writes', followers_count: 3 } }
    const message = {
      source: 'x',
      messageId: 'dm:1990000000000000002',
      postedAt: '2026-11-21T10:05:00Z',
      author: { id: '42', name: 'Jo @jo_writes' },
      text: 'Nobody answers',
      public: false,
      channel: 'x',
      conversation: 'dm:42',
    }
    expect(parse(xActivity({ direct_message_events: [xDirectMessage()], users }))).toEqual([
      { ...message, reach: 3 },
    ])
    expect(parse(xActivity({ direct_message_events: [xDirectMessage()] }))).toEqual([
      { ...message, author: { id: '42' } },
    ])
  })

  it('takes the whole of a long post, and what the customer typed instead of its escapes', () => {
    const long = {
      truncated: true,
      text: 'short…',
      extended_tweet: { full_text: 'the whole &lt;of it&gt; &amp;amp;' },
    }
    expect(parsePost(long)?.text).toBe('the whole <of it> &amp;')
  })

  it('takes times in both of X’s forms', () => {
    expect(parsePost({ created_at: 'Wed Jul 01 00:30:00 +0100 2026' })?.postedAt).toBe('2026-06-30T23:30:00Z')
    expect(parsePost({ created_at: '2026-11-21T10:05:00.000Z' })?.postedAt).toBe('2026-11-21T10:05:00Z')
    for (const created_at of [
      'Sat Foo 21 10:05:00 +0000 2026',
      'Mon Feb 30 10:05:00 +0000 2026',
      'now',
      '',
    ]) {
      expect(kindOf(() => parsePost({ created_at }))).toBe('invalid')
    }
  })

  it('mends broken characters, which X would not send again', () => {
    expect(parsePost({ text: 'half \ud83d', user: { id_str: '42', screen_name: '\ud83d' } })).toMatchObject({
      text: 'half \ufffd',
      permalink: 'https://x.com/%EF%BF%BD/status/1990000000000000001',
    })
  })

  it('has nothing for what we wrote and did ourselves, and for what nobody says', () => {
    const own = { id_str: '7', name: 'Us', screen_name: 'example' }
    const ours = xDirectMessage({ message_create: { sender_id: '7', message_data: { text: 'Hello' } } })
    expect(
      x.parse(
        asJson(
          xActivity({
            tweet_create_events: [
              xPost({ user: own }),
              xPost({ user: own, retweeted_status: { id_str: '1' } }),
            ],
            direct_message_events: [ours],
            favorite_events: [{ id: '1', user: { id_str: '7' }, favorited_status: { id_str: '2' } }],
            follow_events: 'whatever',
            direct_message_indicate_typing_events: [{ sender_id: '42' }],
            direct_message_mark_read_events: [{ sender_id: '42' }],
            users: {},
          }),
        ),
        NOW,
      ),
    ).toEqual([])
  })

  it('says of what others did and did not say where it is, and not who they are', () => {
    expect(
      x.parse(
        asJson(
          xActivity({
            tweet_create_events: [
              xPost({ retweeted_status: { id_str: '1' } }),
              xPost({ id_str: '2', retweeted_status: { id_str: '1' }, created_at: 'some day' }),
            ],
            direct_message_events: [
              { type: 'participants_join', anything: 1 },
              { type: 'x', id: '8' },
            ],
            favorite_events: [{ id: '9', user: { id_str: '42' }, favorited_status: { id_str: '5' } }, 'like'],
            tweet_purge_events: [{ id_str: '6' }, null],
            something_new: 'whatever',
          }),
        ),
        NOW,
      ),
    ).toEqual([
      {
        ignored: 'passed-on',
        messageId: 'post:1990000000000000001',
        permalink: 'https://x.com/i/status/1990000000000000001',
        postedAt: '2026-11-21T10:05:00Z',
        channel: 'x',
      },
      { ignored: 'passed-on', messageId: 'post:2', permalink: 'https://x.com/i/status/2', channel: 'x' },
      { ignored: 'unknown-kind', channel: 'x' },
      { ignored: 'unknown-kind', messageId: 'dm:8', channel: 'x' },
      { ignored: 'reaction', messageId: 'like:9', permalink: 'https://x.com/i/status/5', channel: 'x' },
      { ignored: 'reaction', channel: 'x' },
      { ignored: 'unknown-kind', messageId: '6', channel: 'x' },
      { ignored: 'unknown-kind', channel: 'x' },
      { ignored: 'unknown-kind', channel: 'x' },
    ])
  })

  it('takes a direct message that is a picture and nothing else', () => {
    const attachment = { type: 'media', media: { media_url_https: 'https://ton.x.com/1.jpg' } }
    const event = xDirectMessage({ message_create: { sender_id: '42', message_data: { attachment } } })
    expect(parse(xActivity({ direct_message_events: [event] }))).toMatchObject([
      { text: '', attachments: [{ reference: 'https://ton.x.com/1.jpg' }] },
    ])
  })

  it('may hold many messages, in order', () => {
    const ids = ['1', '2', '3']
    const messages = parse(
      xActivity({
        tweet_create_events: ids.map((id_str) => xPost({ id_str })),
        direct_message_events: [xDirectMessage({ id: '1' })],
      }),
    )
    expect(messages.map(({ messageId }) => messageId)).toEqual(['post:1', 'post:2', 'post:3', 'dm:1'])
  })

  it.each([
    {},
    { for_user_id: 7 },
    [],
    xActivity({ tweet_create_events: {} }),
    xActivity({ tweet_create_events: [{}] }),
    xActivity({ tweet_create_events: [xPost(), xPost({ user: undefined })] }),
    xActivity({ tweet_create_events: Array.from({ length: 101 }, () => xPost()) }),
    xActivity({ direct_message_events: [xDirectMessage({ created_timestamp: 'soon' })] }),
    xActivity({ direct_message_events: [xDirectMessage({ created_timestamp: '999999999999999' })] }),
    xActivity({ direct_message_events: [{}] }),
    xActivity({ tweet_delete_events: [{}] }),
  ])('is refused whole where it has the wrong shape (%#)', (body) => {
    expect(kindOf(() => parse(body))).toBe('invalid')
  })

  it('cannot name a user that every object has', () => {
    for (const sender_id of ['__proto__', 'constructor', 'toString']) {
      const event = xDirectMessage({ message_create: { sender_id, message_data: { text: 'x' } } })
      const body = JSON.stringify(xActivity({ direct_message_events: [event], users: {} }))
      expect(messagesIn(x, inbound(body, { 'content-type': 'application/json' }))[0]?.author).toEqual({
        id: sender_id,
      })
    }
  })
})
