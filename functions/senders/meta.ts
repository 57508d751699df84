import { createHmac } from 'node:crypto'
import * as z from 'zod'
import {
  bodyBy,
  failureOf,
  type HttpAnswer,
  type HttpRequest,
  type HttpSender,
  later,
  type Outcome,
  type Outgoing,
  type Refused,
  refused,
  type Setting,
  unknown,
  unreadable,
} from './sender.ts'

const NAME = 'Meta'
const API = 'https://graph.facebook.com'
/** Each lives for two years at least. */
const VERSION = 'v26.0'

const id = z.string().regex(/^\d{1,30}$/)

const metaCredentials = z.object({
  /** Proves, beside a token, that it is the app that uses it. */
  appSecret: z.string().min(16),
  /** Tokens that do not expire: of a Page, got with a system user's or a long-lived user's token. */
  pages: z.array(z.object({ id, token: z.string().min(20), instagram: id.optional() })).min(1),
  /** Whether Meta has allowed the app to answer within seven days instead of one, as persons do. */
  humanAgent: z.boolean().default(false),
  version: z
    .string()
    .regex(/^v\d{2,3}\.\d$/)
    .default(VERSION),
})
export type MetaCredentials = z.output<typeof metaCredentials>
type Page = MetaCredentials['pages'][number]

/** How long after a customer's message Meta takes any answer. */
const WINDOW_MS = 86_400_000

const created = z.object({ id: z.string().min(1).max(150) })
const messaged = z.object({ message_id: z.string().min(1).max(190) })
const failure = z.object({
  error: z.object({
    code: z.number().optional(),
    error_subcode: z.number().optional(),
    is_transient: z.boolean().optional(),
  }),
})

/** What a message of the source is, by its id. */
type Target =
  | { readonly kind: 'post' | 'comment'; readonly id: string; readonly page: string | undefined }
  | { readonly kind: 'ig-comment'; readonly id: string }
  | { readonly kind: 'direct'; readonly account: string; readonly person: string }

function targetOf({ message }: Outgoing): Target | undefined {
  const { messageId, conversation = '', author } = message
  const [, kind, rest = ''] = /^(post|comment|ig-comment|message):(.{1,190})$/.exec(messageId) ?? []
  if (kind === 'post' || kind === 'comment') {
    if (!/^[\d_]{1,100}$/.test(rest)) return undefined
    // A post's id begins with that of the Page that it is on; a comment's with the post's part alone.
    const page = /^post:(\d{1,30})_\d/.exec(conversation)?.[1]
    return { kind, id: rest, page }
  }
  // Of a mention Instagram says no author, and takes no answer here.
  if (kind === 'ig-comment' && id.safeParse(rest).success && !author.id.startsWith('unknown:'))
    return { kind, id: rest }
  const [, account, person] = /^messages:(\d{1,30}):(\d{1,30})$/.exec(conversation) ?? []
  if (kind === 'message' && account !== undefined && person !== undefined)
    return { kind: 'direct', account, person }
  return undefined
}

function pageOf({ pages }: MetaCredentials, target: Target): Page | undefined {
  if (target.kind === 'direct')
    return pages.find((page) => page.id === target.account || page.instagram === target.account)
  if (target.kind === 'ig-comment') {
    // Instagram's comments do not say on whose account they are.
    const [only, ...more] = pages.filter(({ instagram }) => instagram !== undefined)
    return more.length === 0 ? only : undefined
  }
  const [only, ...more] = pages
  return pages.find((page) => page.id === target.page) ?? (more.length === 0 ? only : undefined)
}

function request(outgoing: Outgoing, credentials: MetaCredentials, setting: Setting): HttpRequest | Refused {
  const { text, public: open, message } = outgoing
  const target = targetOf(outgoing)
  if (target === undefined)
    return refused('Meta does not say what there is to answer: answer it in the app of Facebook or Instagram')
  if (open && target.kind === 'direct') return refused('A private message cannot be answered in public')
  const page = pageOf(credentials, target)
  if (page === undefined)
    return refused('The secret has no Page, or more than one, that this could be answered by')
  const call = (path: string, fields: Record<string, string>): HttpRequest => ({
    method: 'POST',
    url: `${setting.api ?? API}/${credentials.version}/${path}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    // Not in the address: those end up in logs.
    body: new URLSearchParams({
      ...fields,
      access_token: page.token,
      appsecret_proof: proofOf(page.token, credentials.appSecret),
    }).toString(),
  })
  const direct = (recipient: object, type: Record<string, string>) =>
    call(`${page.id}/messages`, {
      recipient: JSON.stringify(recipient),
      ...type,
      message: JSON.stringify({ text }),
    })
  const response = { messaging_type: 'RESPONSE' }
  if (target.kind === 'direct') {
    const isLate = setting.nowMs - Date.parse(message.postedAt) > WINDOW_MS
    const type =
      isLate && credentials.humanAgent ? { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' } : response
    return direct({ id: target.person }, type)
  }
  if (open)
    return call(`${target.id}/${target.kind === 'ig-comment' ? 'replies' : 'comments'}`, { message: text })
  return direct(target.kind === 'post' ? { post_id: target.id } : { comment_id: target.id }, response)
}

const proofOf = (token: string, appSecret: string): string =>
  createHmac('sha256', appSecret).update(token).digest('hex')

function outcome(answer: HttpAnswer, outgoing: Outgoing): Outcome {
  if (answer.status === 200) {
    const message = bodyBy(messaged, answer)?.message_id
    if (message !== undefined)
      return { kind: 'sent', reference: `message:${message}`, conversation: outgoing.message.conversation }
    const comment = bodyBy(created, answer)?.id
    if (comment === undefined) return unreadable(NAME)
    const isInstagram = outgoing.message.channel === 'instagram'
    return { kind: 'sent', reference: `${isInstagram ? 'ig-comment' : 'comment'}:${comment}` }
  }
  const { code = 0, error_subcode: sub, is_transient: passes } = bodyBy(failure, answer)?.error ?? {}
  if (RATE_LIMITS.has(code)) return later()
  if (answer.status >= 400 && answer.status < 500 && (passes === true || code === 1 || code === 2))
    return unknown(`${NAME} answered ${answer.status} with its error ${code}`)
  const why = WHY.get(`${code}/${sub}`) ?? WHY.get(String(code))
  return failureOf(
    answer,
    NAME,
    why === undefined ? undefined : `${why} (${code}${sub === undefined ? '' : `/${sub}`})`,
  )
}

/** Of the app, of the account, of a Page, of messages to one person; and those by product. */
const RATE_LIMITS: ReadonlySet<number> = new Set([4, 17, 32, 613, 80_001, 80_002, 80_006])

const WHY: ReadonlyMap<string, string> = new Map([
  ['10/2018278', 'the customer wrote more than 24 hours ago'],
  ['10/2534022', 'the customer wrote more than 24 hours ago'],
  ['10', 'the app has not the permission'],
  ['100/33', 'what it answers is gone, or the token’s Page may not see it'],
  ['100/2018001', 'the person cannot be found'],
  ['190', 'the Page’s token is not good any more'],
  ['200', 'the app has not the permission'],
  ['368', 'the Page is blocked for the time being'],
  ['506', 'the Page has posted the very same text before'],
  ['551', 'the person takes no messages from the Page'],
  ['10900', 'the comment has been answered privately before'],
  ['10903', 'the person cannot be answered privately'],
])

/**
 * Meta: a comment below the customer's, in Facebook or Instagram; a private reply to it; a message in Messenger or
 * Instagram.
 */
export const meta: HttpSender<MetaCredentials> = {
  platform: 'meta',
  credentials: metaCredentials,
  // Messenger does. Of comments nothing is reported, and Instagram says only when a message is looked at.
  reports: ({ public: open, message }) => !open && message.channel !== 'instagram',
  request,
  outcome,
}
