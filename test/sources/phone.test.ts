import { describe, expect, it } from 'vitest'
import type { Message } from '../../functions/domain/complaint.ts'
import { phone } from '../../functions/sources/phone.ts'
import { phoneCall as call, inbound, WEB_SECRET, webHeaders } from './requests.ts'

const parse = (body: unknown) =>
  phone.parse(inbound(JSON.stringify(body), { 'content-type': 'application/json' }))
const messageIn = async (changes: Record<string, unknown> = {}) => (await parse(call(changes)))[0] as Message

describe('A call', () => {
  it('is signed by the Standard Webhooks scheme', () => {
    const body = JSON.stringify(call())
    const headers = webHeaders(body)
    const secrets = { active: [WEB_SECRET] }
    expect(() => phone.verify(inbound(body, headers), secrets, Date.now())).not.toThrow()
    expect(() => phone.verify(inbound(`${body} `, headers), secrets, Date.now())).toThrow(/fits/)
    expect(() => phone.verify(inbound(body), secrets, Date.now())).toThrow(/webhook-id/)
  })

  it('becomes a private message of whoever called, posted when it began', async () => {
    expect(await parse(call())).toEqual([
      {
        source: 'phone',
        messageId: 'call-1',
        postedAt: '2026-11-21T10:00:00Z',
        author: { id: '+442079460000', phone: '+442079460000' },
        subject: 'Call of 12 minutes, taken by Sam Example',
        text: 'The refund of May has not come.',
        public: false,
        channel: 'phone',
        conversation: 'call-1',
      },
    ])
  })

  it('has its recording by reference, and its transcript below the summary', async () => {
    const recording = 'https://calls.example.org/1'
    expect(await messageIn({ recording, transcript: 'Hello. I am calling about May.' })).toMatchObject({
      attachments: [{ reference: recording, name: 'recording' }],
      text: 'The refund of May has not come.\n\nHello. I am calling about May.',
    })
  })

  it.each([
    ['020 7946 0000', 'GB', '+442079460000'],
    ['(030) 901820', 'DE', '+4930901820'],
    ['+1 415-555-2671', undefined, '+14155552671'],
    ['0044 20 7946 0000', 'DE', '+442079460000'],
  ])('from %s (%s) has the number %s', async (number, country, expected) => {
    expect((await messageIn({ number, country })).author).toEqual({ id: expected, phone: expected })
  })

  it('is its customer’s where the contact centre knows them, and nobody’s in particular where it knows nothing', async () => {
    expect((await messageIn({ customer: { id: 'c-9', name: 'Kim' } })).author).toEqual({
      id: 'c-9',
      name: 'Kim',
      phone: '+442079460000',
    })
    expect((await messageIn({ number: undefined })).author).toEqual({ id: 'call:call-1' })
  })

  it.each([
    ['number', '12'],
    ['number', '020 7946 0000'],
    ['number', 'withheld'],
    ['number', 7],
    ['country', 'England'],
    ['country', 'XX'],
    ['callId', ''],
    ['startedAt', 'yesterday'],
    ['endedAt', '2026-11-21T09:00:00Z'],
    ['agent', 'Sam'],
    ['summary', ' '],
    ['recording', 'file:///etc/passwd'],
    ['severity', 'urgent'],
    ['sumary', 'x'],
  ])('with a wrong %s is refused, by name', async (field, value) => {
    await expect(parse(call({ [field]: value }))).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ field: expect.stringMatching(new RegExp(`^${field}`)) }],
    })
  })
})
