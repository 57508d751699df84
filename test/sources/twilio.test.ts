import { validateRequest, validateRequestWithBody } from 'twilio/lib/webhooks/webhooks.js'
import { describe, expect, it } from 'vitest'
import { twilio } from '../../functions/sources/twilio.ts'
import { signTwilio } from '../../infra/local/senders/twilio.ts'
import { fieldsOf, inbound, kindOf, NOW, SECRET, twilioForm, twilioHeaders } from './requests.ts'

const URL_TOLD = 'https://api.example/webhooks/twilio'
const FORM = 'application/x-www-form-urlencoded'

/** A request to an address, as it arrives. */
const arriving = (body: string, headers: Record<string, string>, url = URL_TOLD) =>
  inbound(body, headers, new URL(url).search, url)
const encoded = (form: Record<string, string>) => new URLSearchParams(form).toString()

describe('the signature of source twilio', () => {
  const verify = (body: string, headers: Record<string, string>, url?: string, active = [SECRET]) =>
    kindOf(() => twilio.verify(arriving(body, headers, url), { active }, 0))

  it('is that of Twilio’s published example', () => {
    const form = {
      Digits: '1234',
      To: '+18005551212',
      From: '+14158675309',
      Caller: '+14158675309',
      CallSid: 'CA1234567890ABCDE',
    }
    const headers = { 'content-type': FORM, 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' }
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2'
    expect(verify(encoded(form), headers, url, ['12345'])).toBe('accepted')
    expect(verify(encoded({ ...form, Digits: '1235' }), headers, url, ['12345'])).toBe('wrong-signature')
    expect(verify(encoded(form), headers, url.replace('1&', '2&'), ['12345'])).toBe('wrong-signature')
  })

  it('is what Twilio’s own library makes and takes, with any characters and a name that comes twice', () => {
    const body = `${encoded(twilioForm({ Body: 'Grüße & 100% + 🙁', ProfileName: '' }))}&a=2&a=1&a=2`
    const headers = twilioHeaders(body, URL_TOLD)
    expect(verify(body, headers)).toBe('accepted')
    expect(verify(body, headers, URL_TOLD, ['another-token', SECRET])).toBe('accepted')
    expect(verify(body, twilioHeaders(body, URL_TOLD, 'another-token'))).toBe('wrong-signature')
    const form = twilioForm({ Body: 'Grüße & 100% + 🙁' })
    const signature = signTwilio(URL_TOLD, form, SECRET)['x-twilio-signature']
    expect(validateRequest(SECRET, signature, URL_TOLD, form)).toBe(true)
  })

  it('may be made with the port in the address, or without it', () => {
    const body = encoded(twilioForm())
    const withPort = 'https://api.example:443/webhooks/twilio'
    expect(verify(body, twilioHeaders(body, withPort))).toBe('accepted')
    expect(verify(body, twilioHeaders(body, URL_TOLD), withPort)).toBe('accepted')
    const other = 'https://api.example:8443/webhooks/twilio'
    expect(verify(body, twilioHeaders(body, URL_TOLD), other)).toBe('accepted')
    expect(verify(body, twilioHeaders(body, 'https://evil.example/webhooks/twilio'))).toBe('wrong-signature')
  })

  it('of a body that is no form is over its digest in the address', () => {
    const body = '{"property": "value", "boolean": true}'
    const digest = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620'
    const url = `${URL_TOLD}?bodySHA256=${digest}`
    const headers = {
      'content-type': 'application/json',
      'x-twilio-signature': signTwilio(url, {}, SECRET)['x-twilio-signature'],
    }
    expect(validateRequestWithBody(SECRET, headers['x-twilio-signature'], url, body)).toBe(true)
    expect(verify(body, headers, url)).toBe('accepted')
    expect(verify(`${body} `, headers, url)).toBe('wrong-signature')
    // Whoever calls a form JSON has no signature of its fields to show.
    const form = encoded(twilioForm())
    expect(verify(form, headers, url)).toBe('wrong-signature')
    expect(verify(form, { ...headers, 'content-type': FORM }, url)).toBe('wrong-signature')
  })

  it('must be there', () => {
    expect(verify(encoded(twilioForm()), { 'content-type': FORM })).toBe('unsigned')
    for (const wrong of ['AAAA', ' ', 'x'.repeat(1000)])
      expect(verify(encoded(twilioForm()), { 'content-type': FORM, 'x-twilio-signature': wrong })).toBe(
        'wrong-signature',
      )
  })
})

describe('a delivery of source twilio', () => {
  const parse = (changes: Record<string, string> = {}) =>
    twilio.parse(arriving(encoded(twilioForm(changes)), { 'content-type': `${FORM}; charset=utf-8` }), NOW)

  it('has a message for a text, posted when it came', () => {
    expect(parse()).toEqual([
      {
        source: 'twilio',
        messageId: 'SM0123456789abcdef0123456789abcdef',
        postedAt: NOW,
        author: { id: '+447700900123', phone: '+447700900123' },
        text: 'My bill is wrong, again',
        public: false,
        channel: 'sms',
        conversation: '+447700900123>+447700900999',
      },
    ])
  })

  it('has one for WhatsApp, with the name that the customer goes by there, and what it answers', () => {
    const changes = {
      From: 'whatsapp:+447700900123',
      To: 'whatsapp:+447700900999',
      ProfileName: 'Kim',
      WaId: '447700900123',
      OriginalRepliedMessageSid: 'SM0',
    }
    expect(parse(changes)).toMatchObject([
      {
        channel: 'whatsapp',
        author: { id: '+447700900123', name: 'Kim', phone: '+447700900123' },
        inReplyTo: ['SM0'],
      },
    ])
  })

  it('lists pictures by where they are', () => {
    const changes = {
      Body: '',
      NumMedia: '2',
      MediaUrl0: 'https://api.twilio.com/media/ME0',
      MediaContentType0: 'image/jpeg',
      MediaUrl1: 'file:///etc/passwd',
      MediaContentType1: 'image/png',
    }
    expect(parse(changes)).toMatchObject([
      {
        text: '',
        attachments: [{ reference: 'https://api.twilio.com/media/ME0', contentType: 'image/jpeg' }],
      },
    ])
  })

  it('has nothing for a message of ours that is on its way', () => {
    for (const status of ['queued', 'sending', 'sent'])
      expect(parse({ MessageStatus: status, SmsStatus: status })).toEqual([])
  })

  it('says of STOP, of calls and of other products that they came, by their ids', () => {
    const where = { messageId: 'SM0123456789abcdef0123456789abcdef', postedAt: NOW }
    expect(parse({ OptOutType: 'STOP', Body: 'STOP' })).toEqual([
      { ignored: 'opt-out', ...where, channel: 'sms' },
    ])
    expect(parse({ SmsStatus: 'something-new' })).toEqual([{ ignored: 'unknown-kind', ...where }])
    expect(twilio.parse(arriving('CallSid=CA1&CallStatus=ringing', { 'content-type': FORM }), NOW)).toEqual([
      { ignored: 'unknown-kind', messageId: 'CA1', postedAt: NOW },
    ])
    expect(twilio.parse(arriving('[{}]', { 'content-type': 'application/json' }), NOW)).toEqual([
      { ignored: 'unknown-kind', postedAt: NOW },
    ])
  })

  it('is refused by the name of what is wrong', () => {
    expect(fieldsOf(() => parse({ NumMedia: 'many' }))).toEqual(['NumMedia'])
    expect(fieldsOf(() => parse({ From: '' }))).toEqual(['From'])
    expect(kindOf(() => twilio.parse(arriving('a=1', { 'content-type': 'text/plain' }), NOW))).toBe(
      'unsupported-media-type',
    )
  })
})

describe('the answer of source twilio', () => {
  const answer = (headers: Record<string, string>) => twilio.answer?.(arriving('', headers))

  it('is TwiML without a word for Twilio, which would text words to the customer', () => {
    for (const headers of [{ 'i-twilio-idempotency-token': 'abc' }, { 'user-agent': 'TwilioProxy/1.1' }])
      expect(answer(headers)).toEqual({
        contentType: 'text/xml',
        body: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
      })
  })

  it('is the usual one for everybody else', () => {
    expect(answer({ 'user-agent': 'curl/8' })).toBeUndefined()
  })
})
