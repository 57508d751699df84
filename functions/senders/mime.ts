/*
 * A mail as it goes over the wire (RFC 5322, 2045 to 2047): plain text in UTF-8. Whatever goes into a header loses its
 * control characters first, so that no words can become a header of their own.
 */

export interface MailToSend {
  readonly from: Mailbox
  readonly to: string
  readonly replyTo?: string | undefined
  readonly subject: string
  readonly text: string
  /** Without its brackets, as the ids below. */
  readonly messageId: string
  /** What it answers. */
  readonly inReplyTo?: string | undefined
  /** The thread that it is in, its first mail first. */
  readonly references: readonly string[]
  readonly date: Date
  /** Further headers; their values are plain ASCII. */
  readonly more?: Readonly<Record<string, string>>
}

export interface Mailbox {
  readonly address: string
  readonly name?: string | undefined
}

/** An address as it may stand in a header: RFC 5321 allows more, and nobody has it. */
export const isAddress = (text: string): boolean =>
  text.length <= 254 && /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(text)

/** `Name <address>`, or the address alone; undefined where it is neither. */
export function mailboxOf(text: string): Mailbox | undefined {
  const [, name = '', bracketed] = /^\s*"?([^"<>]*?)"?\s*<([^<>\s]+)>\s*$/.exec(text) ?? []
  const address = bracketed ?? text.trim()
  return isAddress(address) ? { address, ...(name === '' ? {} : { name }) } : undefined
}

/** An id as it may stand in a header; others' ids that could not are left out. */
const isId = (id: string): boolean => /^[\x21-\x3b\x3d\x3f-\x7e]{1,200}$/.test(id)

/** @throws Error for an address that is none. */
export function mime(mail: MailToSend): string {
  const { from, to, replyTo, subject, text, messageId, inReplyTo, references, date, more = {} } = mail
  for (const address of [from.address, to, ...(replyTo === undefined ? [] : [replyTo])])
    if (!isAddress(address)) throw new Error('This is no address that a mail can be sent to')
  const shownFrom =
    from.name === undefined ? from.address : `${encodedWords(from.name, true)} <${from.address}>`
  const thread = references.filter(isId)
  const headers: [string, string][] = [
    ['From', shownFrom],
    ['To', to],
    ...(replyTo === undefined ? [] : [['Reply-To', replyTo] as [string, string]]),
    ['Subject', encodedWords(subject, false)],
    ['Date', date.toUTCString().replace(/GMT$/, '+0000')],
    ['Message-ID', `<${messageId}>`],
    ...(inReplyTo === undefined || !isId(inReplyTo)
      ? []
      : [['In-Reply-To', `<${inReplyTo}>`] as [string, string]]),
    // Each on a line of its own: a line has 998 characters at most.
    ...(thread.length === 0
      ? []
      : [['References', thread.map((id) => `<${id}>`).join('\r\n ')] as [string, string]]),
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Transfer-Encoding', 'quoted-printable'],
    ...Object.entries(more),
  ]
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  return `${lines.join('\r\n')}\r\n\r\n${quotedPrintable(text)}\r\n`
}

const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()

/** RFC 2047: bytes of UTF-8, in words that are folded between them. */
function encodedWords(text: string, isPhrase: boolean): string {
  const plain = oneLine(text)
  // What a phrase may hold without quotes is less than what a subject may.
  if (/^[\x20-\x7e]*$/.test(plain) && !/=\?/.test(plain) && plain.length <= 200)
    return isPhrase ? `"${plain.replace(/["\\]/g, '\\$&')}"` : plain
  const words: string[] = []
  let word = ''
  for (const character of plain) {
    // 39 bytes are a word of 64 characters, and leave room for the header's name: no line has more than 76.
    if (Buffer.byteLength(word + character) > 39) {
      words.push(word)
      word = ''
    }
    word += character
  }
  if (word !== '') words.push(word)
  return words.map((part) => `=?utf-8?B?${Buffer.from(part).toString('base64')}?=`).join('\r\n ')
}

const MOST = 76

/** RFC 2045, 6.7. */
export function quotedPrintable(text: string): string {
  return text
    .toWellFormed()
    .split(/\r\n|\r|\n/)
    .map(quotedLine)
    .join('\r\n')
}

function quotedLine(line: string): string {
  const bytes = Buffer.from(line)
  const lines: string[] = []
  let current = ''
  bytes.forEach((byte, index) => {
    const isLast = index === bytes.length - 1
    const isPlain =
      (byte >= 0x21 && byte <= 0x7e && byte !== 0x3d) || ((byte === 0x20 || byte === 0x09) && !isLast)
    const next = isPlain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
    if (current.length + next.length > MOST - 1) {
      lines.push(`${current}=`)
      current = ''
    }
    current += next
  })
  return [...lines, current].join('\r\n')
}
