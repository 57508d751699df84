import { createHmac } from 'node:crypto'
import { convert } from 'html-to-text'
import * as z from 'zod'
import { type Inbound, jsonOf } from '../shared/http.ts'
import type { Ignored } from '../shared/ignored.ts'
import { checked, Problem } from '../shared/problem.ts'
import {
  anyId,
  attachmentsOf,
  customersText,
  idText,
  isHttps,
  perhaps,
  present,
  unixTime,
} from './platform.ts'
import { type Content, isDigest, type Source, type SourceSecrets } from './source.ts'

const author = z.object({
  type: z.string(),
  id: idText,
  name: perhaps.nullable(),
  email: z
    .string()
    .max(254)
    .regex(/^[^\s@<>]+@[^\s@<>]+$/)
    .nullish()
    .catch(undefined),
})
const attachments = z
  .array(
    z.object({
      url: z.string(),
      name: perhaps,
      content_type: z.string().optional().catch(undefined),
      filesize: z.int().min(0).optional().catch(undefined),
    }),
  )
  .optional()
  .catch(undefined)
const html = z.string().nullish()
const conversation = z.object({
  id: idText,
  created_at: unixTime,
  links: z
    .object({ conversation_web: z.string().refine(isHttps) })
    .optional()
    .catch(undefined),
  source: z.object({ id: idText.optional(), subject: html, body: html, author, attachments }),
})
const reply = conversation.omit({ source: true, created_at: true }).extend({
  conversation_parts: z.object({
    conversation_parts: z
      .array(z.object({ id: idText, created_at: unixTime, body: html, author, attachments }))
      .max(500),
  }),
})

const started = z.object({
  topic: z.literal('conversation.user.created'),
  data: z.object({ item: conversation }),
})
const replied = z.object({ topic: z.literal('conversation.user.replied'), data: z.object({ item: reply }) })

/** Intercom's notifications of the two topics that customers write in. */
export const intercomBody = z.union([started, replied])

/** The author's types. */
const CUSTOMERS = new Set(['user', 'lead', 'contact', 'visitor'])
const OURS = new Set(['admin', 'bot', 'team', 'workflow', 'fin'])
/** Intercom trying the address, and what we do ourselves. */
const SILENT = /^(ping$|conversation\.admin\.)/

/** What is not known here, by which conversation it is about. */
const unknown = z
  .object({ data: z.object({ item: z.object({ type: z.string().optional().catch(undefined), id: anyId }) }) })
  .transform(({ data: { item } }) => (item.type === 'conversation' ? item.id : undefined))
  .catch(undefined)

/** Intercom signs the body alone, by SHA-1: old, but an HMAC of it has not been broken. */
function verify({ headers, body }: Inbound, secrets: SourceSecrets): void {
  const signature = headers['x-hub-signature']
  if (!signature) throw new Problem('unsigned', 'Send the header x-hub-signature')
  const given = /^sha1=([0-9a-f]{40})$/.exec(signature)?.[1]
  const fits = (key: string) => isDigest(createHmac('sha1', key).update(body).digest(), given ?? '', 'hex')
  if (given === undefined || !secrets.active.some(fits))
    throw new Problem('wrong-signature', 'x-hub-signature fits no active client secret')
}

function parse(request: Inbound): Content[] {
  const given = jsonOf(request)
  const { topic = '' } = checked(z.object({ topic: z.string().optional() }), given)
  if (topic === started.shape.topic.value) {
    const { item } = checked(started, given).data
    const { source, created_at, ...about } = item
    return said(about, { ...source, id: undefined, created_at })
  }
  if (topic === replied.shape.topic.value) {
    const { conversation_parts: parts, ...about } = checked(replied, given).data.item
    return parts.conversation_parts.flatMap((part) => said(about, part))
  }
  if (SILENT.test(topic)) return []
  const id = unknown.parse(given)
  return [ignored('unknown-kind', { messageId: id && `conversation:${id}` })]
}

const ignored = (why: Ignored['ignored'], more: Partial<Ignored>): Ignored =>
  present({ ignored: why, ...more, channel: 'intercom' })

interface Said {
  /** Of a reply; what began the conversation goes by the conversation's. */
  readonly id: string | undefined
  readonly created_at: string
  readonly subject?: string | null | undefined
  readonly body?: string | null | undefined
  readonly author: z.output<typeof author>
  readonly attachments?: z.output<typeof attachments>
}

/** What a customer wrote; nothing where it was one of us, or a bot. */
function said(about: Pick<z.output<typeof conversation>, 'id' | 'links'>, it: Said): Content[] {
  if (OURS.has(it.author.type)) return []
  const files = attachmentsOf([
    ...(it.attachments ?? []).map(({ url, name, content_type: contentType, filesize: bytes }) => ({
      reference: url,
      name,
      contentType,
      bytes,
    })),
    ...picturesIn(it.body),
  ])
  const text = textOf(it.body)
  const messageId = it.id === undefined ? `conversation:${about.id}` : `part:${it.id}`
  const permalink = about.links?.conversation_web
  const where = { messageId, permalink, postedAt: it.created_at }
  if (!CUSTOMERS.has(it.author.type)) return [ignored('unknown-kind', where)]
  const subject = textOf(it.subject).slice(0, 200)
  if (text === '' && subject === '' && files === undefined) return [ignored('empty', where)]
  const { id, name, email } = it.author
  return [
    {
      source: 'intercom',
      messageId,
      postedAt: it.created_at,
      author: present({ id, name: name ?? undefined, email: email ?? undefined }),
      text,
      public: false,
      channel: 'intercom',
      conversation: about.id,
      ...present({ subject: subject === '' ? undefined : subject, permalink, attachments: files }),
    },
  ]
}

/** Pictures stand in the body, not among the files: a message may be nothing else. */
const picturesIn = (body: string | null | undefined): { reference: string }[] =>
  [...(body ?? '').slice(0, MOST_HTML).matchAll(/<img\b[^<>]{0,1000}?\ssrc="([^"<>]{1,2000})"/gi)].map(
    ([, src = '']) => ({ reference: src.replaceAll('&amp;', '&') }),
  )

const MOST_HTML = 200_000

/** Intercom's bodies are HTML. Pictures in them have no words (`picturesIn`). */
const textOf = (body: string | null | undefined): string =>
  customersText
    .parse(
      convert(body ?? '', {
        wordwrap: false,
        limits: { maxInputLength: MOST_HTML, maxDepth: 100 },
        selectors: [
          { selector: 'img', format: 'skip' },
          { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
        ],
      }),
    )
    .trim()

/** Source `intercom`: what customers write in conversations. */
export const intercom: Source = {
  name: 'intercom',
  accepts: { body: intercomBody, scheme: 'Notifications of Intercom', headers: ['x-hub-signature'] },
  verify,
  parse,
}
