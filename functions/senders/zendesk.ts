import * as z from 'zod'
import {
  bodyBy,
  type Found,
  failureOf,
  type HttpAnswer,
  type HttpRequest,
  type HttpSender,
  type Outcome,
  type Outgoing,
  type Refused,
  refused,
  type Setting,
  sameText,
  unknown,
  unreadable,
} from './sender.ts'

const NAME = 'Zendesk'
/** Zendesk's clock and ours may differ by so much. */
const CLOCK_SKEW_MS = 60_000

const zendeskCredentials = z.object({
  subdomain: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i),
  /** The agent in whose name it is written. */
  email: z.string().regex(/^[^\s@:]+@[^\s@:]+$/),
  token: z.string().min(16),
})
export type ZendeskCredentials = z.output<typeof zendeskCredentials>

const ticketOf = ({ message }: Outgoing): string | undefined =>
  /^\d{1,20}$/.exec(message.conversation ?? '')?.[0]

/** @param path below the API, which begins with a slash */
const address = ({ subdomain }: ZendeskCredentials, { api }: Setting, path: string): string =>
  `${api ?? `https://${subdomain}.zendesk.com`}/api/v2${path}`

const authorization = ({ email, token }: ZendeskCredentials): string =>
  `Basic ${Buffer.from(`${email}/token:${token}`).toString('base64')}`

function request(
  outgoing: Outgoing,
  credentials: ZendeskCredentials,
  setting: Setting,
): HttpRequest | Refused {
  const ticket = ticketOf(outgoing)
  if (ticket === undefined) return refused('Zendesk does not say which ticket it is')
  return {
    method: 'PUT',
    url: address(credentials, setting, `/tickets/${ticket}.json`),
    headers: {
      authorization: authorization(credentials),
      'content-type': 'application/json',
      accept: 'application/json',
    },
    // What Zendesk calls public is what the customer sees; anything else is a note among colleagues.
    body: JSON.stringify({ ticket: { comment: { body: outgoing.text, public: true } } }),
  }
}

const number = z.union([z.number(), z.string().regex(/^\d{1,25}$/)]).transform(String)
const updated = z.object({
  audit: z.object({ events: z.array(z.object({ id: number, type: z.string() })) }),
})
const comments = z.object({
  comments: z.array(
    z.object({
      id: number,
      public: z.boolean(),
      body: z.string(),
      plain_body: z.string().optional(),
      created_at: z.string(),
    }),
  ),
})
const failure = z.object({ error: z.unknown(), details: z.unknown() })

function outcome(answer: HttpAnswer): Outcome {
  const { status } = answer
  if (status === 200) {
    const comment = bodyBy(updated, answer)?.audit.events.find(({ type }) => type === 'Comment')
    return comment === undefined ? unreadable(NAME) : { kind: 'sent', reference: `comment:${comment.id}` }
  }
  // Two updates at once; Zendesk has done one of them, and does not say that it was the other one.
  if (status === 409) return unknown(`${NAME} answered 409: the ticket was changed at the same time`)
  if (status === 422) {
    const { error, details } = bodyBy(failure, answer) ?? {}
    const isClosed = /closed/i.test(JSON.stringify([error, details]) ?? '')
    return refused(
      isClosed
        ? 'Zendesk refuses it: the ticket is closed, and takes no comment any more'
        : 'Zendesk refuses it (422): the ticket lacks a field that it wants, or takes no comments by its API',
    )
  }
  return failureOf(answer, NAME)
}

/** Zendesk: a public comment on the customer's ticket. Zendesk then tells the customer as it always does. */
export const zendesk: HttpSender<ZendeskCredentials> = {
  platform: 'zendesk',
  credentials: zendeskCredentials,
  reports: () => false,
  request,
  outcome,
  find: {
    request(outgoing, credentials, setting) {
      const ticket = ticketOf(outgoing)
      if (ticket === undefined) return undefined
      const query = new URLSearchParams({ sort: '-created_at', 'page[size]': '100' })
      return {
        method: 'GET',
        url: `${address(credentials, setting, `/tickets/${ticket}/comments.json`)}?${query}`,
        headers: { authorization: authorization(credentials), accept: 'application/json' },
      }
    },
    found(answer, outgoing, _credentials, sinceMs): Found {
      const all = bodyBy(comments, answer)?.comments
      if (all === undefined) return { kind: 'unsure' }
      const same = all.find(
        ({ public: open, body, plain_body, created_at }) =>
          open &&
          !(Date.parse(created_at) < sinceMs - CLOCK_SKEW_MS) &&
          [body, plain_body ?? body].some((text) => sameText(text, outgoing.text)),
      )
      return same === undefined
        ? { kind: 'absent' }
        : { kind: 'there', sent: { kind: 'sent', reference: `comment:${same.id}` } }
    },
  },
}
