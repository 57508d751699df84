import * as z from 'zod'
import { meta } from './meta.ts'
import type { HttpSender, Outgoing, Platform } from './sender.ts'
import { twilio } from './twilio.ts'
import { webhook } from './webhook.ts'
import { x } from './x.ts'
import { zendesk } from './zendesk.ts'

/** The platforms that are spoken to by HTTP: where a new one is added. Mail goes by Amazon SES (email.ts). */
const overHttp = { x, meta, twilio, zendesk, webhook } as const

export type HttpPlatform = keyof typeof overHttp
// biome-ignore lint/suspicious/noExplicitAny: each sender has its own kind of credentials, and gets no other (see `credentialsOf`)
export const httpSenders: Readonly<Record<HttpPlatform, HttpSender<any>>> = overHttp
export const HTTP_PLATFORMS = Object.keys(overHttp) as HttpPlatform[]

export const isHttpPlatform = (platform: Platform): platform is HttpPlatform => platform in overHttp

/**
 * What the secret of the senders holds: by platform, what `credentials` of its file says. A platform without an entry is
 * none that this stage can send by. What is no entry is skipped: whoever creates a secret leaves remarks in it.
 */
export const senderSecret = z.record(z.string(), z.unknown())
export type SenderSecret = z.output<typeof senderSecret>

/**
 * The platform's credentials; undefined where the secret has none.
 *
 * @throws Error naming the fields (never their content) that have the wrong shape.
 */
export function credentialsOf(platform: HttpPlatform, secret: SenderSecret): unknown {
  const entry = Object.hasOwn(secret, platform) ? secret[platform] : undefined
  if (entry === undefined || entry === null) return undefined
  const { data, error } = httpSenders[platform].credentials.safeParse(entry)
  if (error === undefined) return data
  const fields = error.issues.map(({ path, message }) => `${[platform, ...path].join('.')} ${message}`)
  throw new Error(`The secret of the senders has not the right shape: ${fields.join('; ')}`)
}

/** The platforms that this stage can send by. */
export const availableIn = (secret: SenderSecret, mail: boolean): ReadonlySet<Platform> =>
  new Set<Platform>([
    ...HTTP_PLATFORMS.filter((platform) => Object.hasOwn(secret, platform) && secret[platform] !== null),
    ...(mail ? (['email'] as const) : []),
  ])

/** Sources whose messages are answered on their own platform. */
const OWN: Readonly<Record<string, Platform>> = {
  x: 'x',
  meta: 'meta',
  twilio: 'twilio',
  zendesk: 'zendesk',
  email: 'email',
}

/**
 * Which platform a reply goes out by. A customer who asked to be answered at an address is answered there, unless the
 * reply is for everybody to read. What has no sender of its own, or none in this stage, goes to the organisation's endpoint.
 *
 * @returns undefined where this stage has nothing to send it by.
 */
export function platformFor(
  { public: open, message, to }: Pick<Outgoing, 'public' | 'message' | 'to'>,
  available: ReadonlySet<Platform>,
): Platform | undefined {
  const asked: Platform | undefined = open
    ? undefined
    : to?.email !== undefined
      ? 'email'
      : to?.phone !== undefined
        ? 'twilio'
        : undefined
  const own = asked ?? (Object.hasOwn(OWN, message.source) ? OWN[message.source] : undefined)
  if (own !== undefined && available.has(own)) return own
  return available.has('webhook') ? 'webhook' : undefined
}
