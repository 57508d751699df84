import { createHmac } from 'node:crypto'
import * as z from 'zod'
import { toInstant } from '../domain/instant.ts'
import {
  bodyBy,
  type Found,
  failureOf,
  type HttpAnswer,
  type HttpRequest,
  type HttpSender,
  jsonIn,
  later,
  type Outcome,
  type Outgoing,
  type Refused,
  refused,
  type Setting,
  sameText,
  unreadable,
} from './sender.ts'

const NAME = 'X'
const API = 'https://api.x.com'
/** X's clock and ours may differ by so much. */
const CLOCK_SKEW_MS = 60_000

/**
 * The keys of OAuth 1.0a, of the app and of the account that answers. They stay good until somebody takes them back. A
 * token of OAuth 2 is good for two hours, and its refreshing gives a new one to be refreshed with the next time: whoever
 * crashes in between has locked themselves out.
 */
const xCredentials = z.object({
  consumerKey: z.string().min(5),
  consumerSecret: z.string().min(16),
  /** Begins with the account's id. */
  accessToken: z.string().regex(/^\d{1,19}-.{10,}$/, 'must begin with the id of the account and "-"'),
  accessTokenSecret: z.string().min(16),
})
export type XCredentials = z.output<typeof xCredentials>

const accountIn = ({ accessToken }: XCredentials): string => accessToken.slice(0, accessToken.indexOf('-'))

const ID = /^\d{1,19}$/
const created = z.object({ data: z.object({ id: z.string().regex(ID) }) })
const messaged = z.object({ data: z.object({ dm_event_id: z.string().regex(ID) }) })
const posts = z.object({
  data: z
    .array(
      z.object({
        id: z.string(),
        text: z.string(),
        created_at: z.string().optional(),
        referenced_tweets: z.array(z.object({ type: z.string(), id: z.string() })).optional(),
      }),
    )
    .default([]),
})
const events = z.object({
  data: z
    .array(
      z.object({
        id: z.string(),
        text: z.string().optional(),
        sender_id: z.string().optional(),
        created_at: z.string().optional(),
      }),
    )
    .default([]),
})

/** Where a reply goes: below a post, or to somebody as a direct message. */
type Place = { readonly post: string } | { readonly person: string }

function placeOf({ public: open, message }: Outgoing): Place | undefined {
  const post = /^post:(\d{1,19})$/.exec(message.messageId)?.[1]
  if (open) return post === undefined ? undefined : { post }
  return ID.test(message.author.id) ? { person: message.author.id } : undefined
}

function request(outgoing: Outgoing, credentials: XCredentials, setting: Setting): HttpRequest | Refused {
  const { text } = outgoing
  const place = placeOf(outgoing)
  if (place === undefined)
    return refused(
      outgoing.public ? 'There is no post on X to answer in public' : 'X does not say who is to get it',
    )
  const [path, body] =
    'post' in place
      ? ['/2/tweets', { text, reply: { in_reply_to_tweet_id: place.post } }]
      : [`/2/dm_conversations/with/${place.person}/messages`, { text }]
  const url = `${setting.api ?? API}${path}`
  return {
    method: 'POST',
    url,
    headers: { authorization: oauth('POST', url, credentials, setting), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}

/**
 * The header of OAuth 1.0a (RFC 5849). A body of JSON is no part of what is signed; the query is.
 *
 * @param url with its query, if it has one.
 */
export function oauth(
  method: string,
  url: string,
  { consumerKey, consumerSecret, accessToken, accessTokenSecret }: XCredentials,
  { nowMs, nonce }: Pick<Setting, 'nowMs' | 'nonce'>,
): string {
  const parameters = {
    oauth_consumer_key: consumerKey,
    oauth_nonce: nonce,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(Math.floor(nowMs / 1000)),
    oauth_token: accessToken,
    oauth_version: '1.0',
  }
  const { origin, pathname, searchParams } = new URL(url)
  const signed = [...Object.entries(parameters), ...searchParams]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const base = [method, encoded(`${origin}${pathname}`), encoded(signed)].join('&')
  const key = `${encoded(consumerSecret)}&${encoded(accessTokenSecret)}`
  const signature = createHmac('sha1', key).update(base).digest('base64')
  const fields = Object.entries({ ...parameters, oauth_signature: signature })
    .map(([name, value]) => `${encoded(name)}="${encoded(value)}"`)
    .sort()
  return `OAuth ${fields.join(', ')}`
}

/** RFC 3986: what `encodeURIComponent` leaves alone beyond the unreserved characters is encoded, too. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

function outcome(answer: HttpAnswer, outgoing: Outgoing): Outcome {
  if (answer.status === 200 || answer.status === 201) {
    const post = bodyBy(created, answer)?.data.id
    if (post !== undefined) return { kind: 'sent', reference: `post:${post}` }
    const message = bodyBy(messaged, answer)?.data.dm_event_id
    return message === undefined ? unreadable(NAME) : { kind: 'sent', reference: `dm:${message}` }
  }
  if (answer.status === 429) return tooMany(answer)
  return failureOf(answer, NAME, reasonIn(answer, outgoing))
}

/** X says when its window is over, in seconds since 1970, beside its own time. */
function tooMany(answer: HttpAnswer): Outcome {
  const { 'x-rate-limit-reset': reset = '', date = '' } = answer.headers
  const seconds = Number(reset) - Date.parse(date) / 1000
  return /^\d{1,12}$/.test(reset) && seconds > 0 ? later(seconds) : failureOf(answer, NAME)
}

/** X's words may repeat what was sent, so they are recognised and never passed on. */
function reasonIn(answer: HttpAnswer, { public: open }: Outgoing): string | undefined {
  const { detail = '' } = z.object({ detail: z.string() }).partial().safeParse(jsonIn(answer)).data ?? {}
  if (answer.status !== 403 && answer.status !== 400) return undefined
  if (/duplicate content/i.test(detail)) return 'the account has posted the very same text before'
  if (/too long/i.test(detail)) return 'it is too long for a post'
  if (answer.status === 400) return undefined
  return open
    ? 'the post is gone, its author lets nobody answer, or X’s terms for this app allow answers only to those who mention the account (403)'
    : 'this person takes no direct messages from the account, or the app may not send any (403)'
}

/** X: a post below the customer's, or a direct message. */
export const x: HttpSender<XCredentials> = {
  platform: 'x',
  credentials: xCredentials,
  reports: () => false,
  request,
  outcome,
  find: {
    request(outgoing, credentials, setting, sinceMs) {
      const place = placeOf(outgoing)
      if (place === undefined) return undefined
      const api = setting.api ?? API
      const query =
        'post' in place
          ? {
              max_results: '100',
              start_time: toInstant(Math.floor((sinceMs - CLOCK_SKEW_MS) / 1000)),
              exclude: 'retweets',
              'tweet.fields': 'created_at,referenced_tweets',
            }
          : {
              max_results: '100',
              event_types: 'MessageCreate',
              'dm_event.fields': 'id,text,sender_id,created_at',
            }
      const path =
        'post' in place
          ? `/2/users/${accountIn(credentials)}/tweets`
          : `/2/dm_conversations/with/${place.person}/dm_events`
      const url = `${api}${path}?${new URLSearchParams(query)}`
      return {
        method: 'GET',
        url,
        headers: { authorization: oauth('GET', url, credentials, setting) },
      }
    },
    found(answer, outgoing, credentials, sinceMs): Found {
      const place = placeOf(outgoing)
      const isNew = (at: string | undefined): boolean =>
        at === undefined || !(Date.parse(at) < sinceMs - CLOCK_SKEW_MS)
      if (place !== undefined && 'post' in place) {
        const below = bodyBy(posts, answer)?.data.filter(
          ({ id, created_at, referenced_tweets = [] }) =>
            isNew(created_at) &&
            `post:${id}` !== outgoing.sentBefore &&
            referenced_tweets.some(({ type, id }) => type === 'replied_to' && id === place.post),
        )
        if (below === undefined) return { kind: 'unsure' }
        const same = below.find(({ text }) => sameText(asWritten(text), asWritten(outgoing.text)))
        if (same !== undefined) return { kind: 'there', sent: { kind: 'sent', reference: `post:${same.id}` } }
        // Somebody has answered this post from our account since: X may have changed the words more than we know.
        return { kind: below.length === 0 ? 'absent' : 'unsure' }
      }
      const account = accountIn(credentials)
      const ours = bodyBy(events, answer)?.data.filter(
        ({ created_at, sender_id }) => isNew(created_at) && sender_id === account,
      )
      if (ours === undefined) return { kind: 'unsure' }
      const same = ours.find(({ text }) => sameText(asWritten(text ?? ''), asWritten(outgoing.text)))
      return same === undefined
        ? { kind: 'absent' }
        : { kind: 'there', sent: { kind: 'sent', reference: `dm:${same.id}` } }
    },
  },
}

/** X puts the names of those who are answered in front, shortens addresses, and escapes three characters. */
const asWritten = (text: string): string =>
  text
    .replace(/^(\s*@\w{1,15})+/, '')
    .replace(/https?:\/\/\S+/gi, '')
    .replace(/&(amp|lt|gt);/g, (_, entity: 'amp' | 'lt' | 'gt') => ({ amp: '&', lt: '<', gt: '>' })[entity])
