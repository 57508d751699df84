/** Signs as the outside does. Whole requests, by source, are in senders/. */
import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

export type Headers = Readonly<Record<string, string>>

/** Headers of the Standard Webhooks scheme. @param at real time, whatever the stage's clock says */
export const signWeb = (body: string, secret: string, id: string, at = new Date()): Headers => ({
  'content-type': 'application/json',
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(secret).sign(id, at, body),
})

/** Headers of X's account activity webhooks. */
export const signX = (body: string, consumerSecret: string): Headers => ({
  'content-type': 'application/json',
  'x-twitter-webhooks-signature': `sha256=${createHmac('sha256', consumerSecret).update(body).digest('base64')}`,
})

/** Headers of what Slack sends for a press, a form or a slash command. @param at real time */
export function signSlack(body: string, signingSecret: string, at = new Date()): Headers {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${signature}`,
  }
}
