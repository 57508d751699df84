import { signX } from '../sign.ts'
import { digitsOf, idOf, type Sender } from './sender.ts'

/** X: a post that mentions us, or a direct message. */
export const x: Sender = {
  request(draft, key) {
    const { postedAt, text, author: name } = draft
    const messageId = digitsOf(draft.messageId, 19)
    const id = digitsOf(idOf(name), 16)
    const user = { id_str: id, name, screen_name: idOf(name).replaceAll('-', '_').slice(0, 15) }
    const events = draft.public
      ? { tweet_create_events: [{ id_str: messageId, created_at: postedAt, text, user }] }
      : {
          direct_message_events: [
            {
              type: 'message_create',
              id: messageId,
              created_timestamp: String(Date.parse(postedAt)),
              message_create: {
                target: { recipient_id: 'us' },
                sender_id: id,
                message_data: { text },
              },
            },
          ],
          users: { [id]: { id, ...user } },
        }
    const body = JSON.stringify({ for_user_id: 'us', ...events })
    return { headers: signX(body, key), body }
  },
}
