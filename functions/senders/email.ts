import { createHash } from 'node:crypto'
import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2'
import { REPLY_TAG, sesMessageId } from '../sources/email/receipt.ts'
import { tagOf } from '../sources/platform.ts'
import { isAddress, type Mailbox, mime } from './mime.ts'
import {
  idempotencyKey,
  later,
  type Outcome,
  type Outgoing,
  type Refused,
  refused,
  unknown,
} from './sender.ts'

/** What a stage that sends mail is told when it is deployed: no secret among it, as the function's role is the credential. */
export interface MailSetting {
  readonly from: Mailbox
  readonly replyTo?: string | undefined
  /** Of SES: reports what becomes of each mail. */
  readonly configurationSet: string
}

/**
 * The mail that a reply becomes: below the customer's, where that was a mail; else with a subject of its own.
 *
 * @param nowMs real time, in milliseconds since 1970.
 */
export function mailOf(
  outgoing: Outgoing,
  { from, replyTo, configurationSet }: MailSetting,
  nowMs: number,
): SendEmailCommandInput | Refused {
  const { complaintId, text, message, sentBefore, to, public: open } = outgoing
  if (open) return refused('A mail cannot be answered in public')
  const address = to?.email ?? message.author.email
  if (address === undefined || !isAddress(address))
    return refused('There is no address that the customer can be answered at, or nobody could verify it')
  const isMail = message.source === 'email'
  const answered = isMail ? message.messageId : sentBefore
  // The source names what it answers nearest first.
  const thread = isMail ? [...(message.inReplyTo ?? [])].reverse() : []
  const references = [
    ...new Set([
      ...thread,
      ...(sentBefore === undefined ? [] : [sentBefore]),
      ...(isMail ? [message.messageId] : []),
    ]),
  ]
  const subject = isMail ? message.subject : undefined
  const raw = mime({
    from,
    to: address,
    replyTo,
    subject: subject === undefined ? `Your complaint ${complaintId}` : answerTo(subject),
    text,
    messageId: messageIdOf(outgoing, from),
    inReplyTo: answered,
    references,
    date: new Date(nowMs),
  })
  return {
    FromEmailAddress: from.address,
    Destination: { ToAddresses: [address] },
    Content: { Raw: { Data: Buffer.from(raw) } },
    ConfigurationSetName: configurationSet,
    EmailTags: [{ Name: REPLY_TAG, Value: tagOf(outgoing) }],
  }
}

const answerTo = (subject: string): string => (/^\s*re\s?:/i.test(subject) ? subject : `Re: ${subject}`)

/** The same at every try. SES puts its own in its place, and says which; another carrier would leave it. */
const messageIdOf = (outgoing: Outgoing, { address }: Mailbox): string =>
  `${createHash('sha256').update(idempotencyKey(outgoing)).digest('hex').slice(0, 32)}@${address.split('@')[1]}`

/** What SES answers to a mail that it has taken. */
export function outcomeOfSes(messageId: string | undefined, region: string): Outcome {
  return messageId === undefined || !/^[\w.@-]{5,150}$/.test(messageId)
    ? unknown('SES took it, and its answer cannot be read')
    : { kind: 'sent', reference: sesMessageId(messageId, region) }
}

const WHY: ReadonlyMap<string, string> = new Map([
  ['AccountSuspendedException', 'the account may not send any more'],
  ['SendingPausedException', 'sending is paused for the account or the configuration set'],
  ['MailFromDomainNotVerifiedException', 'the domain that it is sent from is not verified'],
  [
    'MessageRejected',
    'the sender is not verified, or the account is in SES’s sandbox and the customer is not',
  ],
  ['NotFoundException', 'the configuration set is not there'],
])

/** Errors of a connection that never came about. */
const UNREACHED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/

/** What an error of SES's client amounts to. It must have tried once only. */
export function outcomeOfSesError(error: unknown): Outcome {
  const {
    name = '',
    code,
    $metadata,
    message = '',
  } = (error ?? {}) as {
    name?: string
    code?: unknown
    message?: string
    $metadata?: { httpStatusCode?: number }
  }
  const status = $metadata?.httpStatusCode
  if (status === 429 || /^(TooManyRequests|Throttling|LimitExceeded)/.test(name)) return later()
  if (status === undefined) {
    // The client's own words for a connection that it gave up on before anything was said.
    const isUnreached =
      UNREACHED.test(String(code)) ||
      /did not establish a connection/.test(message) ||
      name === 'CredentialsProviderError'
    return isUnreached ? later() : unknown('SES did not answer')
  }
  if (status >= 500) return unknown(`SES answered ${status}`)
  return refused(`SES refuses it: ${WHY.get(name) ?? (/^\w{1,60}$/.test(name) ? name : String(status))}`)
}
