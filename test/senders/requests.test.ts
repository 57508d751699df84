import { Webhook } from 'standardwebhooks'
import twilioPackage from 'twilio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { platformFor } from '../../functions/senders/index.ts'
import type { Outgoing } from '../../functions/senders/sender.ts'
import { oauth } from '../../functions/senders/x.ts'
import { KEYS, MESSAGES, OURS, PAGE, PUBLIC_URL, replyTo, startWorld, type World } from './platforms.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

/** Sends a reply by whatever serves it; the stand-in has checked the request by then. */
async function send(outgoing: Outgoing) {
  const channels = world.channels()
  const platform = platformFor(outgoing, channels.available)
  const channel = platform === undefined ? undefined : channels.open(platform)
  if (channel === undefined) throw new Error('Nothing serves it')
  const outcome = await channel.send(outgoing)
  return { outcome, shown: world.platforms.shown().at(-1), request: world.requests.at(-1), channel }
}

const form = (body: string | undefined) => Object.fromEntries(new URLSearchParams(body))

describe('X', () => {
  it('signs as its own documentation does', () => {
    // docs.x.com, "Creating a signature": the example's parameters are in the query here, which is signed the same way.
    const url =
      'https://api.x.com/1.1/statuses/update.json?include_entities=true&status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21'
    const header = oauth(
      'POST',
      url,
      { ...KEYS.x, accessToken: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb' },
      { nowMs: 1_318_622_958_000, nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg' },
    )
    expect(header).toContain('oauth_signature="Ls93hJiZbQ3akF3HF3x1Bz8%2FzU4%3D"')
  })

  it('gets a post below the customer’s, and one of the other accounts’ never', async () => {
    const outgoing = replyTo(MESSAGES.post)
    const { outcome, shown, request } = await send(outgoing)
    expect(outcome).toEqual({ kind: 'sent', reference: `post:${shown?.reference}` })
    expect(shown).toMatchObject({ kind: 'post', to: '1200000000000000001', text: outgoing.text })
    expect(request).toMatchObject({
      method: 'POST',
      url: `${world.base}/x/2/tweets`,
      body: JSON.stringify({ text: outgoing.text, reply: { in_reply_to_tweet_id: '1200000000000000001' } }),
    })
  })

  it('gets a direct message in answer to one, and to a post where the answer is private', async () => {
    for (const message of [MESSAGES.dm, MESSAGES.post]) {
      const outgoing = replyTo(message, { public: false })
      const { outcome, shown, request } = await send(outgoing)
      expect(outcome).toEqual({ kind: 'sent', reference: `dm:${shown?.reference}` })
      expect(shown).toMatchObject({ kind: 'message', to: '4242', text: outgoing.text })
      expect(request?.url).toBe(`${world.base}/x/2/dm_conversations/with/4242/messages`)
    }
  })

  it('is sent nothing that has no place there', async () => {
    const before = world.requests.length
    expect((await send(replyTo(MESSAGES.dm, { public: true }))).outcome.kind).toBe('refused')
    const nobody = { ...MESSAGES.dm, author: { id: 'unknown' } }
    expect((await send(replyTo(nobody))).outcome.kind).toBe('refused')
    expect(world.requests.length).toBe(before)
  })
})

describe('Meta', () => {
  it.each([
    ['a comment', MESSAGES.comment, { to: '55_66', reference: 'comment' }, '55_66/comments'],
    [
      'a post on the Page',
      MESSAGES.pagePost,
      { to: `${PAGE}_77`, reference: 'comment' },
      `${PAGE}_77/comments`,
    ],
    [
      'a comment on Instagram',
      MESSAGES.igComment,
      { to: '17900000000000001', reference: 'ig-comment' },
      '17900000000000001/replies',
    ],
  ])('gets a comment below %s', async (_, message, { to, reference }, path) => {
    const outgoing = replyTo(message)
    const { outcome, shown, request } = await send(outgoing)
    expect(outcome).toEqual({ kind: 'sent', reference: `${reference}:${shown?.reference}` })
    expect(shown).toMatchObject({ kind: 'comment', to, text: outgoing.text })
    expect(request?.url).toBe(`${world.base}/meta/v26.0/${path}`)
    expect(form(request?.body)).toEqual({
      message: outgoing.text,
      access_token: KEYS.meta.pages[0]?.token,
      appsecret_proof: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it.each([
    ['a comment', MESSAGES.comment, { comment_id: '55_66' }],
    ['a post', MESSAGES.pagePost, { post_id: `${PAGE}_77` }],
    ['a comment on Instagram', MESSAGES.igComment, { comment_id: '17900000000000001' }],
    ['a message in Messenger', MESSAGES.messenger, { id: '5151' }],
    ['a message on Instagram', MESSAGES.igDirect, { id: '6161' }],
  ])('gets a message in private answer to %s', async (_, message, recipient) => {
    const outgoing = replyTo(message, { public: false })
    const { outcome, shown, request, channel } = await send(outgoing)
    expect(outcome).toEqual({
      kind: 'sent',
      reference: `message:${shown?.reference}`,
      conversation: message.conversation,
    })
    expect(request?.url).toBe(`${world.base}/meta/v26.0/${PAGE}/messages`)
    const { recipient: to, message: said, messaging_type: type } = form(request?.body)
    expect([JSON.parse(to ?? ''), JSON.parse(said ?? ''), type]).toEqual([
      recipient,
      { text: outgoing.text },
      'RESPONSE',
    ])
    expect(channel.reports(outgoing)).toBe(message.channel !== 'instagram')
  })

  it('reports nothing of comments', async () => {
    expect((await send(replyTo(MESSAGES.comment))).channel.reports(replyTo(MESSAGES.comment))).toBe(false)
  })

  it('is asked for as a person only where it has allowed that, and only after a day', async () => {
    const old = { ...MESSAGES.messenger, postedAt: '2026-01-01T10:00:00Z' }
    expect(form((await send(replyTo(old))).request?.body).messaging_type).toBe('RESPONSE')
    const { httpSenders } = await import('../../functions/senders/index.ts')
    const credentials = httpSenders.meta.credentials.parse({ ...KEYS.meta, humanAgent: true })
    const setting = { publicUrl: '', nowMs: Date.now(), nonce: 'n' }
    const asked = (message: typeof old) => {
      const request = httpSenders.meta.request(replyTo(message), credentials, setting)
      return 'kind' in request ? request : form(request.body)
    }
    expect(asked(old)).toMatchObject({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' })
    expect(asked(MESSAGES.messenger)).toMatchObject({ messaging_type: 'RESPONSE' })
  })

  it('is sent nothing that could be of another Page, or has no place there', async () => {
    const before = world.requests.length
    const others = [
      { ...MESSAGES.messenger, conversation: 'messages:999:5151' },
      { ...MESSAGES.igComment, author: { id: 'unknown:ig-comment:1' } },
      { ...MESSAGES.igComment, messageId: 'ig-media:17900000000000001' },
      { ...MESSAGES.comment, messageId: 'comment:../me' },
    ]
    for (const message of others) expect((await send(replyTo(message))).outcome.kind).toBe('refused')
    expect((await send(replyTo(MESSAGES.messenger, { public: true }))).outcome.kind).toBe('refused')
    expect(world.requests.length).toBe(before)
  })
})

describe('Twilio', () => {
  it.each([
    ['a text message', MESSAGES.sms, '+447700900123', OURS],
    ['a message in WhatsApp', MESSAGES.whatsapp, 'whatsapp:+447700900123', `whatsapp:${OURS}`],
  ])('gets %s in answer to one, from the number that the customer wrote to', async (_, message, To, From) => {
    const outgoing = replyTo(message)
    const { outcome, shown, request, channel } = await send(outgoing)
    expect(outcome).toEqual({ kind: 'sent', reference: shown?.reference })
    expect(form(request?.body)).toEqual({
      To,
      From,
      Body: outgoing.text,
      StatusCallback: `${PUBLIC_URL}/webhooks/twilio?reply=${outgoing.complaintId}_${outgoing.replyId}`,
    })
    expect(channel.reports(outgoing)).toBe(true)
  })

  it('gets one to the number that a customer gave elsewhere, from the number for that', async () => {
    const outgoing = replyTo(MESSAGES.post, { public: false, to: { phone: '+44 7700 900123' } })
    expect(form((await send(outgoing)).request?.body)).toMatchObject({ To: '+447700900123', From: OURS })
    expect((await send({ ...outgoing, to: { phone: '07700 900123' } })).outcome.kind).toBe('refused')
  })

  it('gets the very request that its own library makes', async () => {
    const outgoing = replyTo(MESSAGES.sms)
    const { request } = await send(outgoing)
    let theirs:
      | { uri: string; method: string; data: unknown; headers: Record<string, string>; params: unknown }
      | undefined
    const { accountSid, authToken } = KEYS.twilio
    const client = twilioPackage(accountSid, authToken, {
      httpClient: {
        request: async (options: typeof theirs) => {
          theirs = options
          return { statusCode: 201, body: { sid: 'SM1' } }
        },
      } as never,
    })
    const { To, From, Body, StatusCallback } = form(request?.body) as Record<string, string>
    await client.messages.create({
      to: To ?? '',
      from: From ?? '',
      body: Body ?? '',
      statusCallback: StatusCallback ?? '',
    })
    expect(request?.method).toBe(theirs?.method.toUpperCase())
    expect(request?.url.replace(`${world.base}/twilio`, 'https://api.twilio.com')).toBe(theirs?.uri)
    expect(form(request?.body)).toEqual(theirs?.data)
    expect(request?.headers['content-type']).toBe(theirs?.headers['Content-Type'])
    const sent = { ...(theirs as object) } as { username?: string; password?: string; authStrategy?: unknown }
    const pair = Buffer.from(request?.headers.authorization?.slice(6) ?? '', 'base64').toString()
    expect(pair).toBe(`${accountSid}:${authToken}`)
    if (sent.username !== undefined) expect(pair).toBe(`${sent.username}:${sent.password}`)
  })
})

describe('Zendesk', () => {
  it('gets a comment that the customer sees, on the ticket', async () => {
    const outgoing = replyTo(MESSAGES.ticket)
    const { outcome, shown, request } = await send(outgoing)
    expect(outcome).toEqual({ kind: 'sent', reference: `comment:${shown?.reference}` })
    expect(request).toMatchObject({
      method: 'PUT',
      url: `${world.base}/zendesk/api/v2/tickets/35.json`,
      body: JSON.stringify({ ticket: { comment: { body: outgoing.text, public: true } } }),
    })
    expect(Buffer.from(request?.headers.authorization?.slice(6) ?? '', 'base64').toString()).toBe(
      'care@example.org/token:an-api-token-of-a-test',
    )
  })

  it('is sent nothing without a ticket', async () => {
    expect((await send(replyTo({ ...MESSAGES.ticket, conversation: 'c/../1' }))).outcome.kind).toBe('refused')
  })
})

describe('The organisation’s endpoint', () => {
  it('gets whatever has no sender of its own, signed, once however often it comes', async () => {
    const outgoing = replyTo(MESSAGES.form)
    const { outcome, request } = await send(outgoing)
    const id = `${outgoing.complaintId}/${outgoing.replyId}`
    expect(outcome).toEqual({ kind: 'sent', reference: id })
    expect(new Webhook(KEYS.endpoint.secret).verify(request?.body ?? '', { ...request?.headers })).toEqual({
      type: 'reply.send',
      complaintId: outgoing.complaintId,
      replyId: outgoing.replyId,
      text: outgoing.text,
      public: false,
      channel: 'web',
      to: { id: 'customer-1', email: 'kim@example.net', phone: '+44 7700 900123' },
      inReplyTo: { source: 'web', messageId: 'form-1', permalink: 'https://forms.example.org/1' },
    })
    await send(outgoing)
    expect(world.platforms.shown().filter(({ reference }) => reference === id)).toHaveLength(1)
  })
})

it('No stand-in has had to refuse a request that was meant', () => {
  expect(world.platforms.refusals()).toEqual([])
})
