import { createHmac } from 'node:crypto'
import { idOf, type Sender } from './sender.ts'

/** Headers of Twilio's webhooks, for a form each of whose names comes once. @param url as it was told to Twilio */
export function signTwilio(url: string, form: Readonly<Record<string, string>>, authToken: string) {
  const signed = Object.keys(form)
    .sort()
    .map((name) => `${name}${form[name]}`)
    .join('')
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': createHmac('sha1', authToken).update(`${url}${signed}`).digest('base64'),
  }
}

/** A number of Ofcom's for drama, the same for the same name. */
const numberOf = (name: string): string =>
  `+447700900${String(createHmac('sha256', 'number').update(idOf(name)).digest().readUInt16BE() % 1000).padStart(3, '0')}`

/** The number of the local stage. */
export const OUR_NUMBER = '+447700900999'

/** Twilio: a message in WhatsApp, which says who writes. */
export const twilio: Sender = {
  request({ messageId, text, author: name }, key, url) {
    const number = numberOf(name)
    const form = {
      MessageSid: messageId,
      SmsStatus: 'received',
      From: `whatsapp:${number}`,
      To: `whatsapp:${OUR_NUMBER}`,
      WaId: number.slice(1),
      ProfileName: name,
      Body: text,
      NumMedia: '0',
    }
    return { headers: signTwilio(url, form, key), body: new URLSearchParams(form).toString() }
  },
}
