import { createEmulator } from 'emulate'
import { basicOf, isText, type StandIn } from './stand-in.ts'

export interface TwilioKeys {
  readonly accountSid: string
  readonly authToken: string
  /** Every number that the account can send from, WhatsApp's with `whatsapp:` in front. */
  readonly numbers: readonly string[]
}

/** A stand-in that has to be started, and can say that something has happened to a message. */
export interface Twilio {
  readonly standIn: StandIn
  /** Has the status callback of a message called, as Twilio does, signed. */
  report(messageSid: string, status: 'sent' | 'delivered' | 'undelivered' | 'read'): Promise<void>
  stop(): Promise<void>
}

const refusal = (status: number, code: number, message: string) => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
})

/**
 * Twilio's messages, by Vercel's emulator: it keeps them and calls back. In front of it stands what it lets through and
 * Twilio does not: other fields, a wrong account, texts that are too long, numbers that are none. It takes addresses of
 * WhatsApp as they are.
 */
export async function startTwilio({ accountSid, authToken, numbers }: TwilioKeys): Promise<Twilio> {
  const emulator = await createEmulator({
    service: 'twilio',
    port: 0,
    hostname: '127.0.0.1',
    seed: {
      twilio: {
        account: { sid: accountSid, auth_token: authToken, friendly_name: 'Redress' },
        phone_numbers: numbers.map((phone_number) => ({ phone_number })),
      },
    },
  })
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  const messages = `/2010-04-01/Accounts/${accountSid}/Messages.json`
  return {
    async standIn(received, stage) {
      const { method, path, query, headers, body } = received
      if (basicOf(received) !== `${accountSid}:${authToken}`) return refusal(401, 20_003, 'Authenticate')
      if (path !== messages) return refusal(404, 20_404, 'The requested resource was not found')
      const form = new URLSearchParams(body)
      if (method === 'POST') {
        if (headers['content-type'] !== 'application/x-www-form-urlencoded')
          return refusal(415, 20_020, 'Unsupported media type')
        if ([...form.keys()].sort().join() !== 'Body,From,StatusCallback,To')
          return refusal(400, 20_001, 'Not what is sent here')
        const text = form.get('Body')
        if (!isText(text)) return refusal(400, 21_602, 'Message body is required.')
        if (text.length > 1600)
          return refusal(400, 21_617, 'The concatenated message body exceeds the 1600 character limit')
        if (!URL.canParse(form.get('StatusCallback') ?? ''))
          return refusal(400, 21_609, 'Invalid StatusCallback')
        const [to = '', from = ''] = [form.get('To') ?? '', form.get('From') ?? '']
        if (to.startsWith('whatsapp:') !== from.startsWith('whatsapp:'))
          return refusal(400, 21_910, 'Invalid From and To pair. From and To should be of the same channel')
        if (!/^(whatsapp:)?\+\d{7,15}$/.test(to))
          return refusal(400, 21_211, `The 'To' number ${to} is not a valid phone number.`)
      } else if (method !== 'GET') return refusal(405, 20_004, 'Method not allowed')
      const search = [...query].length === 0 ? '' : `?${query}`
      const response = await fetch(`${emulator.url}${path}${search}`, {
        method,
        headers: {
          authorization,
          ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        },
        ...(method === 'POST' ? { body } : {}),
      })
      const answer = (await response.json()) as { sid?: string }
      if (method === 'POST' && response.status === 201 && answer.sid !== undefined)
        stage.show({
          kind: form.get('To')?.startsWith('whatsapp:') ? 'whatsapp' : 'sms',
          to: form.get('To') ?? '',
          text: form.get('Body') ?? '',
          reference: answer.sid,
          more: Object.fromEntries(form),
        })
      return { status: response.status, body: answer }
    },
    async report(MessageSid, Status) {
      const response = await fetch(`${emulator.url}/_twilio/simulate/message-status`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ MessageSid, Status }),
      })
      if (!response.ok) throw new Error(`The Twilio emulator answered ${response.status}`)
    },
    stop: async () => {
      await emulator.close()
    },
  }
}
