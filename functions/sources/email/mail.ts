import { createHash } from 'node:crypto'
import { convert } from 'html-to-text'
import { addressParser, decodeWords } from 'postal-mime'
import type { Author, Message } from '../../domain/complaint.ts'
import { type Instant, toInstant } from '../../domain/instant.ts'
import { languageTag } from '../../shared/fields.ts'
import type { Ignored } from '../../shared/ignored.ts'
import { invalid } from '../../shared/problem.ts'
import { isReply, splitReply } from './reply.ts'

/** An email, by whatever way it came. */
export interface Mail {
  /** Names in lower case, values unfolded, in the order of the mail. */
  readonly headers: readonly Header[]
  readonly text?: string | undefined
  readonly html?: string | undefined
  /** The envelope's sender, `''` of what nobody may answer (RFC 5321, 4.5.5); absent where it is not known. */
  readonly returnPath?: string | undefined
  readonly files: readonly MailFile[]
  /** What the receiving server found out, in lower case: `spf`, `dkim`, `dmarc`, `spam`, `virus`. */
  readonly checks: Readonly<Record<string, string>>
  /** When the receiving server had it. */
  readonly takenAt?: Instant | undefined
}

export type Header = readonly [name: string, value: string]

export interface MailFile {
  readonly name?: string | undefined
  readonly contentType?: string | undefined
  readonly bytes?: number | undefined
  /** Where it stays, if anywhere. */
  readonly reference?: string | undefined
}

const MOST_TEXT = 20_000
/** What of a mail is looked at for what is new in it: ten times as much as is kept. */
const MOST_READ = 200_000
/** Converting takes more than twice as long for twice as much, up to half a second for this. */
const MOST_HTML = 150_000
const MOST_FILES = 50
const MOST_REFERENCES = 20
/** RFC 5321, 6.3 wants servers to take a hundred for a loop at the latest; no mail to a desk goes through so many. */
const MOST_HOPS = 50

/**
 * The message that a mail is.
 *
 * @throws Problem `invalid` where nothing says when it was written.
 */
export function messageOf(mail: Mail): Message | Ignored {
  const why = whyIgnored(mail)
  if (why !== undefined) return ignoredMail(mail, why)
  const subject = clean(decodeWords(headerOf(mail, 'subject') ?? ''), 500)
  const answers = idsIn(headerOf(mail, 'in-reply-to'))
  // Root first, as each program adds the id of what it answers (RFC 5322, 3.6.4).
  const references = idsIn(headerOf(mail, 'references'))
  const inReplyTo = [...new Set([...answers, ...references.toReversed()])].slice(0, MOST_REFERENCES)
  const { text, quoted } = splitReply(
    bodyOf(mail).slice(0, MOST_READ),
    isReply(subject, inReplyTo.length > 0),
  )
  const postedAt = postedAtOf(mail)
  const from = senderOf(mail)
  const messageId = idsIn(headerOf(mail, 'message-id'))[0] ?? digestOf(from.address, postedAt, subject, text)
  const language = headerOf(mail, 'content-language')?.split(',')[0]?.trim()
  return {
    source: 'email',
    messageId,
    postedAt,
    author: authorOf(from, mail, messageId),
    text: cut(text),
    public: false,
    channel: 'email',
    ...(subject === '' ? {} : { subject }),
    ...(quoted === undefined ? {} : { quoted: cut(quoted) }),
    ...(languageTag.safeParse(language).success ? { language } : {}),
    conversation: references[0] ?? answers[0] ?? messageId,
    ...(inReplyTo.length === 0 ? {} : { inReplyTo }),
    ...(mail.files.length === 0 ? {} : { attachments: attachmentsOf(mail, messageId) }),
    ...(Object.keys(mail.checks).length === 0 ? {} : { checks: mail.checks }),
  }
}

/** A mail that opens nothing, by its Message-ID; of one without, whoever brought it has to say where it is. */
export function ignoredMail(mail: Mail, why: Ignored['ignored']): Ignored {
  const messageId = idsIn(headerOf(mail, 'message-id'))[0]
  const postedAt = instantIn(headerOf(mail, 'date')) ?? mail.takenAt
  return {
    ignored: why,
    ...(messageId === undefined ? {} : { messageId }),
    ...(postedAt === undefined ? {} : { postedAt }),
    channel: 'email',
  }
}

/** The first header of a name: servers put theirs on top, so the first is that of the one nearest to us. */
export const headerOf = (mail: Pick<Mail, 'headers'>, name: string): string | undefined =>
  mail.headers.find(([key]) => key === name)?.[1]

/**
 * Why a mail is no message, if it is none: its headers say so. Machines' mail must open no complaint: an answering machine would, by every acknowledgement that it answers, open one
 * more. `Precedence: list` is none of the marks: an organisation's own group address sets it on what customers write.
 */
export function whyIgnored(mail: Mail): Ignored['ignored'] | undefined {
  if (mail.checks.virus === 'fail') return 'virus'
  const header = (name: string) => headerOf(mail, name)?.trim().toLowerCase() ?? ''
  if (mail.headers.filter(([name]) => name === 'received').length > MOST_HOPS) return 'loop'
  const automatic =
    !/^(no\b|$)/.test(header('auto-submitted')) || // RFC 3834, 5
    /^(bulk|junk|auto_reply)\b/.test(header('precedence')) ||
    header('x-autoreply') !== '' ||
    header('x-autorespond') !== '' ||
    mail.returnPath === '' ||
    /^<\s*>/.test(header('return-path')) ||
    /^multipart\/report\b/.test(header('content-type')) || // RFC 6522: bounces, receipts, spam reports
    /^mailer-daemon@/.test(senderOf(mail).address ?? '')
  return automatic ? 'automatic' : undefined
}

interface Sender {
  readonly address?: string | undefined
  readonly name?: string | undefined
}

function senderOf(mail: Mail): Sender {
  const found =
    mailboxIn(headerOf(mail, 'from')) ?? mailboxIn(headerOf(mail, 'sender')) ?? mailboxIn(mail.returnPath)
  return found ?? {}
}

function mailboxIn(value: string | undefined): Sender | undefined {
  // An address list may be as long as its writer likes; its first address is near its beginning.
  const [first] = addressParser((value ?? '').slice(0, 2000), { flatten: true })
  const address = clean(first?.address ?? '', 254).toLowerCase()
  if (!/^[^\s@<>]+@[^\s@<>]+$/.test(address)) return undefined
  const name = clean(decodeWords(first?.name ?? ''), 200)
  return { address, ...(name === '' ? {} : { name }) }
}

/**
 * Whoever it says it is from, unless the receiving server found that to be untrue: then it must not join what the real
 * owner of the address complains of. It is heard all the same.
 */
function authorOf({ address, name }: Sender, mail: Mail, messageId: string): Author {
  if (address === undefined) return { id: `unknown:${messageId}`.slice(0, 200) }
  if (isForged(mail.checks)) {
    const shown = `${name === undefined ? address : `${name} <${address}>`} (not verified)`
    return { id: `unverified:${messageId}`.slice(0, 200), name: shown }
  }
  return { id: address.slice(0, 200), ...(name === undefined ? {} : { name }), email: address }
}

/** DMARC says it outright; without it, a failed SPF with no signature that fits says as much. */
const isForged = ({ dmarc, spf, dkim }: Mail['checks']): boolean =>
  dmarc === 'fail' ||
  (dmarc === undefined && /^(soft)?fail$/.test(spf ?? '') && dkim !== undefined && dkim !== 'pass')

function bodyOf(mail: Mail): string {
  const plain = mail.text?.toWellFormed() ?? ''
  return /\S/.test(plain) || mail.html === undefined ? plain : textOfHtml(mail.html)
}

/** Links stay readable, pictures go; quotes get the `>` of plain mail. Deeper than any writer nests, it is cut off. */
export const textOfHtml = (html: string): string =>
  convert(withoutStyles(html).slice(0, MOST_HTML).toWellFormed(), {
    wordwrap: false,
    limits: { maxDepth: 100, maxChildNodes: 5000, maxInputLength: MOST_HTML },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: true } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
        selector,
        options: { uppercase: false },
      })),
      { selector: 'table', format: 'block' },
    ],
  })

/** Outlook puts more styles above its words than any mail has words. */
function withoutStyles(html: string): string {
  const lower = html.toLowerCase()
  let rest = ''
  let from = 0
  for (let at = lower.indexOf('<style'); at >= 0; at = lower.indexOf('<style', from)) {
    const end = lower.indexOf('</style', at)
    if (end < 0) break
    rest += html.slice(from, at)
    from = end
  }
  return rest + html.slice(from)
}

/** When it was written; never after it was taken, whatever the sender's clock says. */
function postedAtOf(mail: Mail): Instant {
  const received = mail.takenAt ?? instantIn(headerOf(mail, 'received')?.split(';').at(-1))
  const written = instantIn(headerOf(mail, 'date'))
  if (written !== undefined && (received === undefined || written <= received)) return written
  if (received === undefined)
    throw invalid('Date', 'must say when the mail was written, like "Sat, 21 Nov 2026 10:05:00 +0000"')
  return received
}

/** The instant that a mail's date is; undefined where it is none, or none that a mail can have. */
export function instantIn(date: string | undefined): Instant | undefined {
  const seconds = Math.floor(Date.parse((date ?? '').trim().slice(0, 100)) / 1000)
  return seconds >= 0 && seconds < Date.UTC(2200, 0) / 1000 ? toInstant(seconds) : undefined
}

/** The ids in a header, without their brackets; those that are too long for a key are left out. */
const idsIn = (value: string | undefined): string[] =>
  [...(value ?? '').slice(0, 20_000).matchAll(/<([^<>\s]{1,200})>/g)].map(([, id = '']) => id.toWellFormed())

/** What tells a repeat where a mail has no id of its own. */
function digestOf(...parts: (string | undefined)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part ?? ''}\0`)
  return `sha256:${hash.digest('hex')}`
}

const attachmentsOf = (mail: Mail, messageId: string): NonNullable<Message['attachments']> =>
  mail.files.slice(0, MOST_FILES).map(({ name, contentType, bytes, reference }, index) => ({
    reference: reference ?? `${messageId}#${index + 1}`,
    ...(name === undefined || clean(name, 200) === '' ? {} : { name: clean(name, 200) }),
    ...(contentType === undefined ? {} : { contentType: clean(contentType, 100).toLowerCase() }),
    ...(bytes === undefined ? {} : { bytes }),
  }))

/** One line without control characters. */
const clean = (value: string, most: number): string =>
  value
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, most)
    .toWellFormed()

const cut = (text: string): string =>
  (text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT - 4)}\n[…]` : text).toWellFormed()
