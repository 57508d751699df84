import { randomBytes } from 'node:crypto'
import { idOf, type Sender } from './sender.ts'

/** Trustpilot: a review of one star. */
export const reviews: Sender = {
  newKey: () => `whsec_${randomBytes(24).toString('base64')}`,
  secret: (key) => ({ active: [key], trustpilot: [`trustpilot:${key}`] }),
  request(draft, key) {
    const { messageId: id, postedAt: createdAt, text, author: name } = draft
    const eventData = { id, stars: 1, text, createdAt, consumer: { id: idOf(name), name } }
    const credentials = Buffer.from(`trustpilot:${key}`).toString('base64')
    return {
      headers: { 'content-type': 'application/json', authorization: `Basic ${credentials}` },
      body: JSON.stringify({ events: [{ eventName: 'service-review-created', version: '1', eventData }] }),
    }
  },
}
