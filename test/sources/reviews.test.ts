import { describe, expect, it } from 'vitest'
import { reviews } from '../../functions/sources/reviews.ts'
import {
  basicHeaders,
  inbound,
  JSON_TYPE,
  kindOf,
  messagesIn,
  relayedReview as own,
  TRUSTPILOT_PAIR as PAIR,
  trustpilotReview as published,
  WEB_SECRET,
  webHeaders,
} from './requests.ts'

const basic = (pair = PAIR) => basicHeaders(pair)

const parsed = (request: ReturnType<typeof inbound>) => reviews.parse(request, '2026-11-23T10:00:00Z')
const trustpilot = (body: unknown, query = '') => inbound(JSON.stringify(body), basic(), query)
const relayed = (body: unknown) => inbound(JSON.stringify(body), webHeaders(JSON.stringify(body)))

describe('Who brings a review', () => {
  const secrets = { active: [WEB_SECRET], trustpilot: [PAIR] }
  const verify = (request: ReturnType<typeof inbound>, known = secrets) =>
    kindOf(() => reviews.verify(request, known, Date.now()))

  it('is Trustpilot, which signs nothing, by user and password', () => {
    expect(verify(trustpilot({}))).toBe('accepted')
    expect(verify(trustpilot({}), { ...secrets, trustpilot: ['trustpilot:another-password', PAIR] })).toBe(
      'accepted',
    )
    expect(verify(trustpilot({}), { ...secrets, trustpilot: [] })).toBe('wrong-signature')
    expect(verify(inbound('{}', basic('trustpilot:wrong-password')))).toBe('wrong-signature')
    expect(verify(inbound('{}', JSON_TYPE))).toBe('unsigned')
  })

  it('or a relay of one’s own, which signs', () => {
    expect(verify(relayed(own()))).toBe('accepted')
    const { headers } = relayed(own())
    expect(verify(inbound('{}', headers as Record<string, string>))).toBe('wrong-signature')
  })
})

describe('A review', () => {
  it('on Trustpilot becomes a public message with its stars, its address and a copy', () => {
    const [message] = messagesIn(reviews, trustpilot(published()))
    expect(message).toMatchObject({
      source: 'reviews',
      messageId: 'trustpilot:53bffd360000640002975387',
      postedAt: '2017-05-20T09:34:44Z',
      author: { id: 'trustpilot:53bffc3900006400017e5db8', name: 'Customer' },
      subject: '★☆☆☆☆ Great service',
      text: 'Nothing other than excellent customer service.',
      public: true,
      channel: 'review',
      language: 'en',
      permalink: 'https://www.trustpilot.com/reviews/53bffd360000640002975387',
    })
    expect(JSON.parse(message?.evidence ?? '')).toMatchObject({ stars: 1, title: 'Great service' })
  })

  it('on any other site comes by a relay', () => {
    expect(messagesIn(reviews, relayed(own()))).toMatchObject([
      {
        messageId: 'google:accounts/1/locations/2/reviews/3',
        channel: 'review',
        author: { id: 'google:r-1', name: 'Kim' },
        subject: '★★☆☆☆',
        permalink: 'https://maps.example.com/review/3',
      },
    ])
  })

  it.each<[number, string | undefined, string, boolean]>([
    [1, undefined, '', true],
    [3, undefined, '', true],
    [4, 'But nobody called back', '', true],
    [4, undefined, '', false],
    [5, 'Lovely', '', false],
    [5, 'Lovely', 'stars=5', true],
    [4, undefined, 'stars=4', true],
    [3, 'Meh', 'stars=2', false],
  ])('of %i stars saying %s, at ?%s, opens a complaint: %s', (stars, text, query, opens) => {
    const body = published({ stars, text, title: undefined })
    const [found, ...others] = parsed(trustpilot(body, query))
    expect(others).toEqual([])
    const messageId = 'trustpilot:53bffd360000640002975387'
    if (opens) expect(found).toMatchObject({ messageId, text: text ?? '' })
    else
      expect(found).toEqual({
        ignored: 'praise',
        messageId,
        permalink: 'https://www.trustpilot.com/reviews/53bffd360000640002975387',
        postedAt: '2017-05-20T09:34:44Z',
        channel: 'review',
      })
  })

  it('that was edited is told as what changed, and as what it is in case it is not known', () => {
    const messageId = 'trustpilot:53bffd360000640002975387'
    const edited = { stars: 1, text: 'Now worse', updatedAt: '2017-05-21T09:00:00Z' }
    expect(parsed(trustpilot(published(edited, 'service-review-updated')))).toMatchObject([
      {
        messageId,
        change: 'edited',
        at: '2017-05-21T09:00:00Z',
        text: 'Now worse',
        otherwise: { messageId, text: 'Now worse' },
      },
    ])
    expect(parsed(trustpilot(published({ stars: 5 }, 'service-review-updated')))).toMatchObject([
      { change: 'edited', otherwise: { ignored: 'praise', messageId } },
    ])
    expect(parsed(relayed(own({ text: undefined }, 'updated')))).toMatchObject([
      { change: 'edited', text: '', otherwise: { text: '' } },
    ])
  })

  it('that was deleted is told as that', () => {
    const body = {
      events: [
        { eventName: 'service-review-deleted', eventData: { id: 'r', createdAt: '2017-05-20T09:34:44Z' } },
      ],
    }
    const gone = (messageId: string, at: string) => ({
      source: 'reviews',
      messageId,
      change: 'deleted',
      at,
      otherwise: { ignored: 'unknown-message', messageId, postedAt: at, channel: 'review' },
    })
    expect(parsed(trustpilot(body))).toEqual([gone('trustpilot:r', '2026-11-23T10:00:00Z')])
    const relay = { site: 'google', event: 'deleted', at: '2026-11-21T11:00:00Z', review: { id: '3' } }
    expect(parsed(relayed(relay))).toEqual([gone('google:3', relay.at)])
  })

  it.each(['product-review-created', 'service-review-replied', 'constructor', ''])(
    'is none that is known in an event %s, which is told by its id',
    (eventName) => {
      const body = published({}, eventName)
      expect(parsed(trustpilot(body))).toEqual([
        { ignored: 'unknown-kind', messageId: 'trustpilot:53bffd360000640002975387', channel: 'review' },
      ])
    },
  )

  it.each([
    ['stars', published({ stars: 6 })],
    ['stars', published({ stars: '1' })],
    ['id', published({ id: undefined })],
    ['createdAt', published({ createdAt: 'today' })],
    ['consumer', published({ consumer: 'Kim' })],
    ['events', { events: 'none' }],
  ])('with a wrong %s is refused, by name', (field, body) => {
    expect(() => parsed(trustpilot(body))).toThrow(field)
  })

  it('of a relay is refused for a field that nobody knows, and the address for a line that is none', () => {
    expect(kindOf(() => parsed(relayed({ ...own(), rating: 1 })))).toBe('invalid')
    expect(kindOf(() => parsed(trustpilot(published(), 'stars=6')))).toBe('invalid')
  })

  it('keeps its words where they hold half a character', () => {
    const [message] = messagesIn(reviews, trustpilot(published({ text: 'half \ud83d' })))
    expect(message?.text.isWellFormed()).toBe(true)
  })
})
