import {
  type Complaint,
  type Contact,
  type Event,
  type Message,
  type Reply,
  replay,
} from '../domain/complaint.ts'
import type { Outgoing } from './sender.ts'

/** What becomes of a reply's message on the queue. */
export type Task =
  | { readonly kind: 'send'; readonly outgoing: Outgoing }
  /** It has been sent: whoever did may not have told everybody. */
  | { readonly kind: 'tell'; readonly outgoing: Outgoing }
  /** Nothing is to be done any more. */
  | { readonly kind: 'over' }
  /** It must not go out, and somebody has to be told. */
  | { readonly kind: 'fail'; readonly reason: string }

/** What stands in a text for the address of a page. */
const LINK = '{link}'

/**
 * What is to be sent of a reply, by the complaint's history.
 *
 * @param linkTo the address of the page about an asking.
 */
export function taskOf(events: readonly Event[], replyId: string, linkTo: (about: string) => string): Task {
  const complaint = replay(events)
  const reply = complaint.replies.find(({ id }) => id === replyId)
  const draft = events.find(
    (event): event is Event & { type: 'reply-drafted' } =>
      event.type === 'reply-drafted' && event.id === replyId,
  )
  if (draft === undefined) throw new Error(`Complaint ${complaint.id} has no draft of reply ${replyId}`)
  if (reply === undefined || (reply.state !== 'sending' && reply.state !== 'sent')) return { kind: 'over' }
  if (complaint.erased !== undefined && complaint.erased.seq > draft.seq) {
    return reply.state === 'sent'
      ? { kind: 'over' }
      : { kind: 'fail', reason: 'The customer has been forgotten before it was sent' }
  }
  const to = destinationOf(complaint, reply)
  if (reply.to === 'contact' && to === undefined)
    return { kind: 'fail', reason: 'The address that the customer gave is not known to be theirs any more' }
  if (draft.text.includes(LINK) && draft.about === undefined)
    return { kind: 'fail', reason: 'It has room for an address, and nobody knows of which page' }
  const text = draft.about === undefined ? draft.text : draft.text.replaceAll(LINK, linkTo(draft.about))
  const sentBefore = complaint.replies.findLast(
    ({ id, reference, platform }) => id !== replyId && reference !== undefined && platform !== 'webhook',
  )?.reference
  const outgoing: Outgoing = {
    complaintId: complaint.id,
    replyId,
    text,
    public: reply.public,
    message: messageAnswered(complaint, reply, events),
    channel: reply.channel,
    ...(to === undefined ? {} : { to }),
    ...(sentBefore === undefined ? {} : { sentBefore }),
  }
  return { kind: reply.state === 'sent' ? 'tell' : 'send', outgoing }
}

function destinationOf({ contact }: Complaint, { to }: Reply): Outgoing['to'] {
  if (to !== 'contact' || contact?.matched === undefined) return undefined
  if (contact.email !== undefined) return { email: contact.email }
  return contact.phone === undefined ? undefined : { phone: contact.phone }
}

/**
 * The customer's last message in the channel that the complaint came by, as public or private as the reply: what others
 * wrote, and elsewhere, is answered where the complaint was.
 */
function messageAnswered(complaint: Complaint, reply: Reply, events: readonly Event[]): Message {
  const { message: first, contacts } = complaint
  const theirs = contacts
    .map((contact) => messageOf(contact, events))
    .filter(
      (message): message is Message =>
        message !== undefined &&
        message.source === first.source &&
        message.author.id === first.author.id &&
        (message.channel === first.channel || message.public !== first.public),
    )
  const all = [first, ...theirs]
  return all.findLast((message) => message.public === reply.public) ?? first
}

function messageOf({ id }: Contact, events: readonly Event[]): Message | undefined {
  const event = events.find(({ seq }) => seq === Number(id.slice(1)))
  if (event?.type === 'linked') return event.message
  return event?.type === 'customer-replied' && event.message !== undefined
    ? { ...event.message, text: event.text }
    : undefined
}
