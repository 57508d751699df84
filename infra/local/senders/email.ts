import { createHmac, randomBytes } from 'node:crypto'
import { idOf, type Sender } from './sender.ts'

/** A mail, as a route of Mailgun's forwards it. */
export const email: Sender = {
  secret: (key) => ({ active: [], mailgun: [key], postmark: [`redress:${key}`] }),
  request(draft, key) {
    const { messageId, postedAt, text, author: name, conversation } = draft
    const address = `${idOf(name)}@customers.example`
    const timestamp = String(Math.floor(Date.now() / 1000)) // signatures age in real time
    const token = randomBytes(25).toString('hex')
    const body = new URLSearchParams({
      sender: address,
      'message-headers': JSON.stringify([
        ['From', `${JSON.stringify(name)} <${address}>`],
        ['Date', new Date(postedAt).toUTCString()],
        ['Message-Id', `<${messageId}@customers.example>`],
        ...(conversation === undefined ? [] : [['References', `<${conversation}@customers.example>`]]),
      ]),
      'body-plain': text,
      timestamp,
      token,
      signature: createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex'),
    })
    return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: String(body) }
  },
}
