import { createHmac } from 'node:crypto'
import { digitsOf, idOf, type Sender } from './sender.ts'

/** Headers of Zendesk's webhooks. @param at real time */
export const signZendesk = (body: string, secret: string, at = new Date()) => {
  const timestamp = `${at.toISOString().slice(0, 19)}Z`
  return {
    'content-type': 'application/json',
    'x-zendesk-webhook-signature-timestamp': timestamp,
    'x-zendesk-webhook-signature': createHmac('sha256', secret)
      .update(timestamp)
      .update(body)
      .digest('base64'),
  }
}

/** Zendesk: a ticket that was opened, or a comment on one. */
export const zendesk: Sender = {
  request({ messageId, postedAt, text, author: name, conversation }, key) {
    const requester_id = digitsOf(idOf(name), 12)
    const ticket = digitsOf(conversation ?? messageId, 8)
    const detail = { id: ticket, subject: '', requester_id, created_at: postedAt }
    const event =
      conversation === undefined
        ? { type: 'zen:event-type:ticket.created', detail: { ...detail, description: text } }
        : {
            type: 'zen:event-type:ticket.comment_added',
            detail,
            event: {
              comment: {
                id: digitsOf(messageId, 12),
                body: text,
                is_public: true,
                author: { id: requester_id, name, is_staff: false },
              },
            },
          }
    const body = JSON.stringify({ ...event, id: `event-${messageId}`, time: postedAt })
    return { headers: signZendesk(body, key), body }
  },
}
