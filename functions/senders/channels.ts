import { randomUUID } from 'node:crypto'
import type { SESv2Client } from '@aws-sdk/client-sesv2'
import { SendEmailCommand } from '@aws-sdk/client-sesv2'
import { type MailSetting, mailOf, outcomeOfSes, outcomeOfSesError } from './email.ts'
import { type Exchange, exchange } from './http.ts'
import {
  availableIn,
  credentialsOf,
  type HttpPlatform,
  httpSenders,
  isHttpPlatform,
  type SenderSecret,
} from './index.ts'
import type { Channel, Channels } from './send.ts'
import {
  failureOf,
  type HttpRequest,
  later,
  type Outcome,
  type Platform,
  type Setting,
  unknown,
} from './sender.ts'

export interface ChannelSetting {
  readonly publicUrl: string
  /** Local stage only: where the platforms are pretended to be. */
  readonly apis?: Partial<Readonly<Record<Platform, string>>>
  /** Of a stage that sends mail. */
  readonly mail?:
    | (MailSetting & { readonly region: string; readonly client: Pick<SESv2Client, 'send'> })
    | undefined
}

/** What a connection that never came about is tried again after. */
const UNREACHED_SECONDS = 30

/** The platforms that the secret has credentials of, and Amazon SES where the stage sends mail. */
export function channelsOf(
  secret: SenderSecret,
  { publicUrl, apis = {}, mail }: ChannelSetting,
  {
    nowMs = Date.now,
    nonce = randomUUID,
    call = exchange as (request: HttpRequest) => Promise<Exchange>,
  } = {},
): Channels {
  return {
    available: availableIn(secret, mail !== undefined),
    open(platform) {
      if (!isHttpPlatform(platform)) return mail === undefined ? undefined : bySes(mail, nowMs)
      const credentials = credentialsOf(platform, secret)
      return credentials === undefined ? undefined : byHttp(platform, credentials)
    },
  }

  function byHttp(platform: HttpPlatform, credentials: unknown): Channel {
    const { reports, repeatable, request, outcome, find } = httpSenders[platform]
    const setting = (): Setting => ({
      api: apis[platform],
      publicUrl,
      nowMs: nowMs(),
      nonce: nonce().replaceAll('-', ''),
    })
    return {
      platform,
      reports,
      repeatable: repeatable ?? false,
      async send(outgoing) {
        const asked = request(outgoing, credentials, setting())
        if ('kind' in asked) return asked
        const exchanged = await call(asked)
        if (exchanged.kind === 'answered') return outcome(exchanged.answer, outgoing)
        return exchanged.kind === 'unreached' ? later(UNREACHED_SECONDS) : unanswered(platform)
      },
      ...(find === undefined
        ? {}
        : {
            async find(outgoing, sinceMs) {
              const asked = find.request(outgoing, credentials, setting(), sinceMs)
              if (asked === undefined) return { kind: 'unsure' }
              const exchanged = await call(asked)
              if (exchanged.kind !== 'answered') return later(UNREACHED_SECONDS)
              const { answer } = exchanged
              if (answer.status === 200) return find.found(answer, outgoing, credentials, sinceMs)
              const failure = failureOf(answer, platform)
              return failure.kind === 'later' ? failure : { kind: 'unsure' }
            },
          }),
    }
  }
}

const unanswered = (platform: Platform): Outcome => unknown(`${platform} gave no answer in time`)

function bySes(
  { client, region, ...setting }: NonNullable<ChannelSetting['mail']>,
  nowMs: () => number,
): Channel {
  return {
    platform: 'email',
    reports: () => true,
    repeatable: false,
    async send(outgoing) {
      const mail = mailOf(outgoing, setting, nowMs())
      if ('kind' in mail) return mail
      try {
        const { MessageId } = await client.send(new SendEmailCommand(mail))
        return outcomeOfSes(MessageId, region)
      } catch (error) {
        return outcomeOfSesError(error)
      }
    },
  }
}
