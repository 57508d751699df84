import PostalMime from 'postal-mime'
import type { Instant } from '../../domain/instant.ts'
import { Problem } from '../../shared/problem.ts'
import type { Mail } from './mail.ts'

/** Far above what mail programs make, far below what costs a function its time. */
const LIMITS = { maxNestingDepth: 30, maxHeadersSize: 256 * 1024, maxRfc822NestingDepth: 3 }

/** The parser takes its time by the line. Files come in lines of 76 characters, and no text has so many short ones. */
const mostLines = (bytes: number): number => Math.max(50_000, bytes / 40)

function linesIn(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
  return lines
}

/** A mail's headers alone, as bytes that are a mail themselves. */
export function headOf(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LIMITS.maxHeadersSize))
  const ends = ['\r\n\r\n', '\n\n'].map((blank) => text.indexOf(blank)).filter((at) => at >= 0)
  return ends.length === 0 ? text : text.subarray(0, Math.min(...ends) + 2)
}

/**
 * A mail from the bytes that came over the wire. Mail that it carries inside, as what was forwarded is, becomes part of its
 * text.
 *
 * @param where what its files' references begin with, where the bytes stay somewhere.
 * @throws Problem `malformed-body` where no mail can be made of it.
 */
export async function mailOf(
  bytes: Uint8Array,
  more: {
    readonly takenAt?: Instant | undefined
    readonly where?: string
    readonly checks?: Mail['checks']
  } = {},
): Promise<Mail> {
  if (linesIn(bytes) > mostLines(bytes.length))
    throw new Problem('malformed-body', 'The mail has more lines than any mail program writes')
  const parsed = await PostalMime.parse(bytes, LIMITS).catch(() => {
    throw new Problem('malformed-body', 'The mail is nested too deeply, or its headers are too large')
  })
  const headers = parsed.headers.map(({ key, value }) => [key, value] as const)
  return {
    headers,
    text: parsed.text,
    html: parsed.html,
    files: parsed.attachments.map(({ filename, mimeType, content }, index) => ({
      name: filename ?? undefined,
      contentType: mimeType,
      bytes: typeof content === 'string' ? content.length : content.byteLength,
      reference: more.where === undefined ? undefined : `${more.where}#${index + 1}`,
    })),
    checks: more.checks ?? checksOfSes(headers),
    takenAt: more.takenAt,
  }
}

/**
 * What Amazon SES writes on top of what it puts into a bucket: its verdicts, and the authentication results under its own
 * name. A sender may have written the same below, so the first of each counts, and none where the first is not SES's.
 */
function checksOfSes(headers: Mail['headers']): Record<string, string> {
  const first = (name: string) => headers.find(([key]) => key === name)?.[1] ?? ''
  const checks: Record<string, string> = {}
  for (const kind of ['spam', 'virus']) {
    const verdict = /^\s*(PASS|FAIL|GRAY|PROCESSING_FAILED|DISABLED)\b/.exec(
      first(`x-ses-${kind}-verdict`),
    )?.[1]
    if (verdict !== undefined) checks[kind] = verdict.toLowerCase()
  }
  const results = first('authentication-results')
  if (/^\s*amazonses\.com\s*;/.test(results)) {
    for (const [, method = '', result = ''] of results
      .slice(0, 5000)
      .matchAll(/[;\s](spf|dkim|dmarc)=([a-z]{1,20})/g)) {
      // One signature that fits is enough, whatever others say.
      if (checks[method] !== 'pass') checks[method] = result
    }
  }
  return checks
}
