import { type Inbound, requireMediaType } from '../../shared/http.ts'
import { Problem } from '../../shared/problem.ts'

/** A part of a form, as bytes: which characters they stand for is for the reader to know. */
export interface Part {
  readonly name: string
  readonly bytes: Buffer
  readonly filename?: string
  readonly contentType?: string
}

/** More parts than any email has files. */
const MOST_PARTS = 1000

/**
 * A form's fields and files. The platform's own reader (`Response.formData`) will not do: it wants boundaries of 27
 * characters or more, where SendGrid's has five, and takes every field for UTF-8, where SendGrid's keep their charsets.
 *
 * @throws Problem `unsupported-media-type`, `malformed-body`.
 */
export function partsOf(request: Inbound): Part[] {
  const contentType = request.headers['content-type'] ?? ''
  if (/^\s*application\/x-www-form-urlencoded\b/i.test(contentType)) {
    const fields = new URLSearchParams(Buffer.from(request.body).toString('utf8'))
    return [...fields].slice(0, MOST_PARTS).map(([name, value]) => ({ name, bytes: Buffer.from(value) }))
  }
  requireMediaType(request, 'multipart/form-data')
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined)
    throw new Problem('malformed-body', 'content-type: multipart/form-data must name its boundary')
  return multipart(Buffer.from(request.body), boundary)
}

function multipart(body: Buffer, boundary: string): Part[] {
  const delimiter = `\r\n--${boundary}`
  const parts: Part[] = []
  // The first delimiter may begin the body, without a line before it.
  let at = body.indexOf(delimiter.slice(2)) === 0 ? delimiter.length - 2 : endOf(body, delimiter, 0)
  while (at >= 0 && body.toString('latin1', at, at + 2) !== '--') {
    const head = body.indexOf('\r\n', at)
    const blank = body.indexOf('\r\n\r\n', head)
    const end = blank < 0 ? -1 : body.indexOf(delimiter, blank + 2)
    if (head < 0 || end < 0) at = -1
    else {
      const part = partFrom(
        body.toString('utf8', head + 2, blank),
        body.subarray(blank + 4, Math.max(end, blank + 4)),
      )
      if (part !== undefined) parts.push(part)
      if (parts.length > MOST_PARTS)
        throw new Problem('malformed-body', `The form has more than ${MOST_PARTS} parts`)
      at = end + delimiter.length
    }
  }
  if (at < 0) throw new Problem('malformed-body', 'The form ends before its last boundary')
  return parts
}

const endOf = (body: Buffer, delimiter: string, from: number): number => {
  const found = body.indexOf(delimiter, from)
  return found < 0 ? -1 : found + delimiter.length
}

function partFrom(head: string, bytes: Buffer): Part | undefined {
  const name = /^content-disposition:[^\r\n]{0,500}?;\s*name="([^"\r\n]{0,200})"/im.exec(head)?.[1]
  if (name === undefined) return undefined
  const filename = /^content-disposition:[^\r\n]{0,500}?;\s*filename="([^"\r\n]{0,500})"/im.exec(head)?.[1]
  const contentType = /^content-type:\s*([^\s;]{1,100})/im.exec(head)?.[1]
  return {
    name,
    bytes,
    ...(filename === undefined ? {} : { filename }),
    ...(contentType === undefined ? {} : { contentType: contentType.toLowerCase() }),
  }
}

/** The text that bytes stand for; in a charset that nobody knows, or nobody gave, as UTF-8. What is broken is mended. */
export function textOf(bytes: Uint8Array, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}
