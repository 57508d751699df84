/*
 * The stand-ins of the platforms behind real sockets, and what it takes to send by them: what tests of the senders have
 * in common.
 */
import { SESv2Client } from '@aws-sdk/client-sesv2'
import type { Message } from '../../functions/domain/complaint.ts'
import { channelsOf } from '../../functions/senders/channels.ts'
import { exchange } from '../../functions/senders/http.ts'
import type { Channels } from '../../functions/senders/send.ts'
import type { HttpRequest, Outgoing, Platform } from '../../functions/senders/sender.ts'
import {
  type PlatformKeys,
  type Platforms,
  servePlatforms,
  startPlatforms,
} from '../../infra/local/platforms/index.ts'

/** Nobody listens there, which whoever calls back finds out at once. */
export const PUBLIC_URL = 'http://127.0.0.1:1'
export const PAGE = '1000000000000001'
export const INSTAGRAM = '1780000000000001'
const ACCOUNT = '1000000000000009'
export const OURS = '+447700900999'

export const KEYS: PlatformKeys = {
  x: {
    consumerKey: 'xvz1evFS4wEEPTGEFPHBog',
    consumerSecret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
    accessToken: `${ACCOUNT}-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb`,
    accessTokenSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
  },
  meta: {
    appSecret: 'an-app-secret-of-a-test-1',
    pages: [{ id: PAGE, token: 'EAAB-a-page-token-of-a-test', instagram: INSTAGRAM }],
  },
  twilio: {
    accountSid: `AC${'0123456789abcdef'.repeat(2)}`,
    authToken: 'an-auth-token-of-a-test',
    numbers: [OURS, `whatsapp:${OURS}`],
  },
  zendesk: { email: 'care@example.org', token: 'an-api-token-of-a-test' },
  endpoint: { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  ses: { domain: 'care.example.org', configurationSet: 'redress-test', region: 'eu-west-2' },
}

export const secretFor = (base: string) => ({
  x: KEYS.x,
  meta: KEYS.meta,
  twilio: { accountSid: KEYS.twilio.accountSid, authToken: KEYS.twilio.authToken, from: OURS },
  zendesk: { subdomain: 'example', ...KEYS.zendesk },
  webhook: { url: `${base}/endpoint/replies`, secret: KEYS.endpoint.secret },
})

export interface World {
  readonly platforms: Platforms
  readonly base: string
  /** Every request that was made, in order. */
  readonly requests: HttpRequest[]
  channels(only?: readonly Platform[]): Channels
  stop(): Promise<void>
}

/** @param timeoutMs how long a platform may take. */
export async function startWorld(nowMs: () => number = Date.now, timeoutMs = 2000): Promise<World> {
  const platforms = await startPlatforms(KEYS, { nowMs })
  const { base, stop } = await servePlatforms(platforms)
  const client = new SESv2Client({
    region: KEYS.ses.region,
    endpoint: `${base}/ses`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  })
  const requests: HttpRequest[] = []
  return {
    platforms,
    base,
    requests,
    channels(only) {
      const secret = Object.entries(secretFor(base)).filter(
        ([platform]) => only === undefined || only.includes(platform as Platform),
      )
      const { configurationSet, region } = KEYS.ses
      const mail = {
        from: { address: 'complaints@care.example.org', name: 'Example Care' },
        replyTo: 'complaints@in.example.org',
        configurationSet,
        region,
        client,
      }
      return channelsOf(
        Object.fromEntries(secret),
        {
          publicUrl: PUBLIC_URL,
          apis: Object.fromEntries(
            ['x', 'meta', 'twilio', 'zendesk'].map((name) => [name, `${base}/${name}`]),
          ),
          ...(only === undefined || only.includes('email') ? { mail } : {}),
        },
        {
          nowMs,
          call: (request) => {
            requests.push(request)
            return exchange(request, { timeoutMs })
          },
        },
      )
    },
    async stop() {
      await platforms.stop()
      await stop()
      client.destroy()
    },
  }
}

/** Messages as their sources make them. */
export const MESSAGES = {
  post: message('x', {
    messageId: 'post:1200000000000000001',
    public: true,
    author: { id: '4242', name: 'Kim @kim' },
  }),
  dm: message('x', { messageId: 'dm:1200000000000000002', author: { id: '4242' }, conversation: 'dm:4242' }),
  comment: message('meta', {
    messageId: `comment:55_66`,
    public: true,
    channel: 'facebook',
    author: { id: '5151', name: 'Kim' },
    conversation: `post:${PAGE}_55`,
  }),
  pagePost: message('meta', {
    messageId: `post:${PAGE}_77`,
    public: true,
    channel: 'facebook',
    author: { id: '5151' },
    conversation: `post:${PAGE}_77`,
  }),
  igComment: message('meta', {
    messageId: 'ig-comment:17900000000000001',
    public: true,
    channel: 'instagram',
    author: { id: '6161', name: '@kim' },
    conversation: 'ig-media:1',
  }),
  messenger: message('meta', {
    messageId: 'message:m_1',
    channel: 'messenger',
    author: { id: '5151' },
    conversation: `messages:${PAGE}:5151`,
  }),
  igDirect: message('meta', {
    messageId: 'message:m_2',
    channel: 'instagram',
    author: { id: '6161' },
    conversation: `messages:${INSTAGRAM}:6161`,
  }),
  sms: message('twilio', {
    messageId: `SM${'0'.repeat(32)}`,
    channel: 'sms',
    author: { id: '+447700900123', phone: '+447700900123' },
    conversation: `+447700900123>${OURS}`,
  }),
  whatsapp: message('twilio', {
    messageId: `SM${'1'.repeat(32)}`,
    channel: 'whatsapp',
    author: { id: '+447700900123', phone: '+447700900123' },
    conversation: `whatsapp:+447700900123>whatsapp:${OURS}`,
  }),
  ticket: message('zendesk', {
    messageId: 'ticket:35',
    channel: 'zendesk',
    author: { id: '7' },
    conversation: '35',
  }),
  mail: message('email', {
    messageId: 'CAF-1@mail.example.net',
    channel: 'email',
    author: { id: 'kim@example.net', name: 'Kim', email: 'kim@example.net' },
    subject: 'My bill',
    inReplyTo: ['second@x.example', 'first@x.example'],
    conversation: 'first@x.example',
  }),
  form: message('web', {
    messageId: 'form-1',
    channel: 'web',
    author: { id: 'customer-1', email: 'kim@example.net', phone: '+44 7700 900123' },
    permalink: 'https://forms.example.org/1',
  }),
} as const

function message(source: string, more: Partial<Message>): Message {
  return {
    source,
    messageId: '',
    postedAt: new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z$/, 'Z'),
    author: { id: '' },
    text: 'I cannot see my bill',
    public: false,
    channel: source,
    ...more,
  }
}

let replies = 0

/** The same message, as if it had been another post. */
export const another = (message: Message): Message =>
  message.messageId.startsWith('post:1')
    ? { ...message, messageId: `post:13${String(++replies).padStart(17, '0')}` }
    : message

/** A reply to a message; each has words and a name of its own. */
export function replyTo(message: Message, more: Partial<Outgoing> = {}): Outgoing {
  const replyId = `o${++replies}`
  return {
    complaintId: '01JD7Z3K8M0000000000000001',
    replyId,
    text: `We have found your bill & sent it again: <${replyId}>`,
    public: message.public,
    message,
    channel: message.channel,
    ...more,
  }
}
