import * as z from 'zod'
import type { Message } from '../../domain/complaint.ts'
import { toInstant } from '../../domain/instant.ts'
import { type Inbound, jsonOf } from '../../shared/http.ts'
import type { Ignored } from '../../shared/ignored.ts'
import { checked } from '../../shared/problem.ts'
import { type Part, partsOf, textOf } from './form.ts'
import { type Header, type Mail, type MailFile, messageOf } from './mail.ts'
import { mailOf } from './mime.ts'

export type Provider = 'sendgrid' | 'postmark' | 'mailgun'

/*
 * What each provider's inbound webhook makes of a mail. They drop what we refuse, so nothing is refused that a mail may
 * be: wrong fields are left out.
 */

/** What a form or a body held, as messages. */
export async function messagesOf(request: Inbound, provider: Provider): Promise<(Message | Ignored)[]> {
  return [messageOf(await READERS[provider](request))]
}

const READERS: Record<Provider, (request: Inbound) => Mail | Promise<Mail>> = {
  sendgrid,
  postmark,
  mailgun,
}

/** Twilio SendGrid's Inbound Parse, as it comes or as the raw mail ("POST the raw, full MIME message"). */
async function sendgrid(request: Inbound): Promise<Mail> {
  const parts = partsOf(request)
  const bytes = (name: string) => parts.find((part) => part.name === name)?.bytes
  const charsets = recordIn(bytes('charsets'))
  const field = (name: string): string | undefined => {
    const found = bytes(name)
    return found === undefined ? undefined : textOf(found, charsets[name] ?? 'utf-8')
  }
  const stamp = Number(request.headers['x-twilio-email-event-webhook-timestamp'])
  const takenAt = toInstant(stamp)
  const checks = {
    ...verdict('spf', field('SPF')),
    ...verdict('dkim', /:\s*([a-z]+)/i.exec(field('dkim') ?? '')?.[1]),
  }
  const raw = bytes('email')
  if (raw !== undefined) return mailOf(raw, { takenAt, checks })
  return {
    headers: headersIn(field('headers') ?? ''),
    text: field('text'),
    html: field('html'),
    returnPath: recordIn(bytes('envelope')).from,
    files: filesIn(parts),
    checks,
    takenAt,
  }
}

const postmarkBody = z.object({
  From: z.string().optional().catch(undefined),
  FromFull: z
    .object({ Email: z.string(), Name: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  Subject: z.string().optional().catch(undefined),
  Date: z.string().optional().catch(undefined),
  TextBody: z.string().optional().catch(undefined),
  HtmlBody: z.string().optional().catch(undefined),
  Headers: z
    .array(z.object({ Name: z.string(), Value: z.string() }))
    .max(1000)
    .default([]),
  Attachments: z
    .array(
      z.object({
        Name: z.string().optional().catch(undefined),
        ContentType: z.string().optional().catch(undefined),
        ContentLength: z.int().min(0).optional().catch(undefined),
      }),
    )
    .max(1000)
    .optional()
    .catch(undefined),
})

/** Postmark's inbound webhook. Its `MessageID` is its own; the mail's is among the headers. */
function postmark(request: Inbound): Mail {
  const body = checked(postmarkBody, jsonOf(request))
  const given = body.Headers.map(({ Name, Value }): Header => [Name.toLowerCase(), Value])
  const { FromFull: from } = body
  const also = (name: string, value: string | undefined): Header[] =>
    value === undefined || given.some(([key]) => key === name) ? [] : [[name, value]]
  const spf = given.find(([name]) => name === 'received-spf')?.[1]
  const spam = given.find(([name]) => name === 'x-spam-status')?.[1]
  return {
    headers: [
      ...given,
      ...also('from', from === undefined ? body.From : `${JSON.stringify(from.Name ?? '')} <${from.Email}>`),
      ...also('subject', body.Subject),
      ...also('date', body.Date),
    ],
    text: body.TextBody,
    html: body.HtmlBody,
    files: (body.Attachments ?? []).map(({ Name, ContentType, ContentLength }) => ({
      name: Name,
      contentType: ContentType,
      bytes: ContentLength,
    })),
    checks: { ...verdict('spf', spf), ...spamVerdict(spam) },
  }
}

/** A Mailgun route's `forward()`, parsed. */
function mailgun(request: Inbound): Mail {
  const parts = partsOf(request)
  const field = (name: string) => {
    const found = parts.find((part) => part.name.toLowerCase() === name)?.bytes
    return found === undefined ? undefined : textOf(found)
  }
  const headers = pairsIn(field('message-headers'))
  const header = (name: string) => headers.find(([key]) => key === name)?.[1]
  return {
    headers,
    text: field('body-plain'),
    html: field('body-html'),
    returnPath: field('sender'),
    files: filesIn(parts),
    checks: {
      ...verdict('spf', header('x-mailgun-spf')),
      ...verdict('dkim', header('x-mailgun-dkim-check-result')),
      ...spamVerdict(header('x-mailgun-sflag')),
    },
    takenAt: toInstant(Number(field('timestamp'))),
  }
}

/** `Pass (sender SPF authorized)` is `pass`. */
function verdict(kind: string, value: string | undefined): Record<string, string> {
  const word = /^\s*([a-z]{1,20})/i.exec(value ?? '')?.[1]?.toLowerCase()
  return word === undefined ? {} : { [kind]: word }
}

const spamVerdict = (value: string | undefined): Record<string, string> => {
  const word = /^\s*(yes|no)\b/i.exec(value ?? '')?.[1]?.toLowerCase()
  return word === undefined ? {} : { spam: word === 'yes' ? 'fail' : 'pass' }
}

const filesIn = (parts: readonly Part[]): MailFile[] =>
  parts
    .filter(({ filename }) => filename !== undefined)
    .map(({ filename, contentType, bytes }) => ({ name: filename, contentType, bytes: bytes.length }))

/** A JSON object's texts; nothing where it is none. */
function recordIn(bytes: Buffer | undefined): Record<string, string> {
  const found = z.record(z.string(), z.unknown()).safeParse(jsonIn(bytes?.toString('utf8')))
  if (!found.success) return {}
  return Object.fromEntries(
    Object.entries(found.data).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** A JSON list of name and value. */
function pairsIn(text: string | undefined): Header[] {
  const found = z.array(z.unknown()).safeParse(jsonIn(text))
  return (found.data ?? []).flatMap((pair): Header[] => {
    const { data } = z.tuple([z.string(), z.string()]).safeParse(pair)
    return data === undefined ? [] : [[data[0].toLowerCase(), data[1]]]
  })
}

function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}

/** A mail's own headers, unfolded (RFC 5322, 2.2.3). */
function headersIn(block: string): Header[] {
  return block
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .flatMap((line): Header[] => {
      const colon = line.indexOf(':')
      return colon < 1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]]
    })
}
