import { createHmac } from 'node:crypto'
import { digitsOf, idOf, type Sender } from './sender.ts'

/** The Page of the local stage, and the Instagram account that belongs to it. */
export const PAGE = '1000000000000001'
export const INSTAGRAM = '1780000000000001'

/** Headers of Meta's webhooks. */
export const signMeta = (body: string, appSecret: string) => ({
  'content-type': 'application/json',
  'x-hub-signature-256': `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`,
})

/** Meta: a comment on a Page's post, or a message in Messenger. */
export const meta: Sender = {
  secret: (key) => ({ active: [key], verify: [`verify-${key}`] }),
  request({ messageId, postedAt, text, author: name, public: isPublic, conversation }, key) {
    const seconds = Date.parse(postedAt) / 1000
    const person = digitsOf(idOf(name), 16)
    const post = `${PAGE}_${conversation === undefined ? '1' : digitsOf(conversation, 15)}`
    const comment = {
      field: 'feed',
      value: {
        item: 'comment',
        verb: 'add',
        from: { id: person, name },
        post_id: post,
        comment_id: `${post.split('_')[1]}_${digitsOf(messageId, 15)}`,
        parent_id: post,
        created_time: seconds,
        message: text,
      },
    }
    const message = {
      sender: { id: person },
      recipient: { id: PAGE },
      timestamp: seconds * 1000,
      message: { mid: messageId, text },
    }
    const what = isPublic ? { changes: [comment] } : { messaging: [message] }
    const body = JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: seconds, ...what }] })
    return { headers: signMeta(body, key), body }
  },
}
