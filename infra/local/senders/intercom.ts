import { createHmac } from 'node:crypto'
import { idOf, type Sender } from './sender.ts'

/** Headers of Intercom's notifications. */
export const signIntercom = (body: string, clientSecret: string) => ({
  'content-type': 'application/json',
  'x-hub-signature': `sha1=${createHmac('sha1', clientSecret).update(body).digest('hex')}`,
})

const html = (text: string): string =>
  `<p>${text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`).replaceAll('\n', '<br>')}</p>`

/** Intercom: a conversation that was begun, or a reply in one. */
export const intercom: Sender = {
  request({ messageId, postedAt, text, author: name, conversation }, key) {
    const created_at = Date.parse(postedAt) / 1000
    const said = { body: html(text), author: { type: 'user', id: idOf(name), name }, attachments: [] }
    const notification =
      conversation === undefined
        ? {
            topic: 'conversation.user.created',
            item: {
              type: 'conversation',
              id: messageId,
              created_at,
              source: { ...said, id: `s-${messageId}` },
            },
          }
        : {
            topic: 'conversation.user.replied',
            item: {
              type: 'conversation',
              id: conversation,
              conversation_parts: {
                conversation_parts: [{ ...said, id: messageId, part_type: 'comment', created_at }],
              },
            },
          }
    const { topic, item } = notification
    const body = JSON.stringify({ type: 'notification_event', topic, data: { item } })
    return { headers: signIntercom(body, key), body }
  },
}
