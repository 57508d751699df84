import { describe, expect, it } from 'vitest'
import type { Message } from '../../functions/domain/complaint.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import { taskOf } from '../../functions/senders/outgoing.ts'
import type { Outgoing } from '../../functions/senders/sender.ts'
import { given, message, type Story } from '../support/complaints.ts'

const at = (minute: number): string => addSeconds('2026-11-23T09:00:00Z', minute * 60)
const FINE = 'The meter had been read wrongly. Your bill is 12 pounds, and the rest is back in your bank.'
const KIM = { id: '4242', name: 'Kim' }
const POST: Partial<Message> = { source: 'x', channel: 'x', messageId: 'post:1', author: KIM, public: true }

const linkTo = (about: string) => `https://redress.example.org/contact/${about}`
const task = (story: Story, id = story.state.replies.at(-1)?.id ?? '') => taskOf(story.events, id, linkTo)
const outgoing = (story: Story, id?: string): Outgoing => {
  const found = task(story, id)
  if (found.kind !== 'send') throw new Error(`It is to be ${found.kind}`)
  return found.outgoing
}
const drafts = (story: Story, minute: number, more: { private?: boolean } = {}) =>
  story.does(at(minute), { type: 'draft-reply', text: FINE, ...more })
const sent = (story: Story, minute: number, reference: string, platform = 'x') =>
  story.send(at(minute), {
    type: 'record-sent',
    id: story.state.replies.at(-1)?.id ?? '',
    platform,
    reference,
    reports: false,
    by: { id: `sender:${platform}` },
  })
const joins = (story: Story, minute: number, more: Partial<Message>, rule = 'reply') =>
  story.send(at(minute), {
    type: 'join',
    message: message({ ...POST, postedAt: at(minute), text: 'And still nothing', ...more }),
    tie: 'reply',
    rule,
    triage: { signals: [], issues: [] } as never,
    by: { id: 'source:x' },
  })

describe('What is sent of a reply', () => {
  it('is its words, to where the complaint came from', () => {
    const story = given(at(0), POST)
    drafts(story, 1)
    expect(outgoing(story)).toMatchObject({
      complaintId: story.state.id,
      replyId: story.state.replies.at(-1)?.id,
      text: FINE,
      public: true,
      channel: 'x',
      message: { messageId: 'post:1' },
    })
    expect(outgoing(story)).not.toHaveProperty('to')
    expect(outgoing(story)).not.toHaveProperty('sentBefore')
  })

  it('answers the customer’s last message there, as public as itself', () => {
    const story = given(at(0), POST)
    joins(story, 1, { messageId: 'post:2' })
    joins(story, 2, { messageId: 'dm:3', public: false, conversation: 'dm:4242' })
    joins(story, 3, { messageId: 'post:4', author: { id: '9', name: 'Somebody else' } })
    joins(story, 4, { messageId: 'mail-5', source: 'email', channel: 'email', public: false })
    drafts(story, 5)
    expect(outgoing(story).message.messageId).toBe('post:2')
    sent(story, 6, 'post:77')
    drafts(story, 7, { private: true })
    expect(outgoing(story)).toMatchObject({
      public: false,
      message: { messageId: 'dm:3' },
      sentBefore: 'post:77',
    })
  })

  it('knows nothing of a message that did not belong here', () => {
    const story = given(at(0), POST)
    joins(story, 1, { messageId: 'post:2' })
    const contact = story.state.contacts.at(-1)?.id ?? ''
    story.does(at(2), {
      type: 'unlink',
      contact,
      reason: 'another matter',
      to: '01JD7Z3K8M0000000000000009',
    } as never)
    drafts(story, 3)
    expect(outgoing(story).message.messageId).toBe('post:1')
  })

  it('has the address of its page in place of the braces', () => {
    const story = given(at(0), POST)
    story.does(at(1), { type: 'ask-contact' })
    const { text } = outgoing(story)
    const asked = story.state.contact?.ask
    expect(text).toContain(`https://redress.example.org/contact/${asked}`)
    expect(text).not.toContain('{')
  })

  it('goes to the address that the customer gave, while that is known to be theirs', () => {
    const story = given(at(0), POST)
    story.does(at(1), { type: 'ask-contact', private: true })
    const asking = story.state.contact?.ask ?? ''
    story.send(at(2), {
      type: 'give-contact',
      id: asking,
      email: 'kim@example.net',
      consent: 'You may write to me.',
      by: { id: 'customer' },
    } as never)
    expect(story.state.contact?.matched).toBe('private')
    drafts(story, 3, { private: true })
    expect(outgoing(story)).toMatchObject({
      public: false,
      channel: 'email',
      to: { email: 'kim@example.net' },
    })
  })

  it('is nothing once it is sent, failed or thrown away; a sent one is told of again', () => {
    const story = given(at(0), POST)
    drafts(story, 1)
    const id = story.state.replies.at(-1)?.id ?? ''
    sent(story, 2, 'post:77')
    expect(task(story, id)).toMatchObject({ kind: 'tell', outgoing: { text: FINE } })
    drafts(story, 3)
    story.send(at(4), {
      type: 'record-failed',
      id: story.state.replies.at(-1)?.id ?? '',
      reason: 'gone',
      by: { id: 'sender:x' },
    })
    expect(task(story)).toEqual({ kind: 'over' })
  })

  it('is nothing once its customer is forgotten, and that is told', () => {
    const story = given(at(0), POST)
    drafts(story, 1)
    story.does(at(2), { type: 'withdraw', reason: 'the customer asked for it' })
    story.send(at(3), { type: 'erase', reason: 'request', by: { id: 'admin' } } as never)
    expect(task(story)).toEqual({ kind: 'fail', reason: expect.stringContaining('forgotten') })
  })

  it('is an error for a reply that there is not', () => {
    expect(() => task(given(at(0), POST), 'o99')).toThrow('has no draft of reply o99')
  })
})
