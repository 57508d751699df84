import { createHmac } from 'node:crypto'
import { type Answered, isText, jsonWith, type Received, type StandIn, sameSecret } from './stand-in.ts'

export interface XKeys {
  readonly consumerKey: string
  readonly consumerSecret: string
  readonly accessToken: string
  readonly accessTokenSecret: string
}

const problem = (status: number, title: string, detail: string, type = 'about:blank'): Answered => ({
  status,
  body: { title, detail, type, status },
})
const invalid = (detail: string) =>
  problem(400, 'Invalid Request', detail, 'https://api.x.com/2/problems/invalid-request')

const TOLERANCE_MS = 300_000
/** Of a post without premium; an address counts as 23, whatever its length. */
const MOST_CHARACTERS = 280

/** X: answers posts and sends direct messages for whoever signs by OAuth 1.0a. */
export function standInForX(keys: XKeys): StandIn {
  const nonces = new Set<string>()
  const account = keys.accessToken.split('-')[0] ?? ''

  /** RFC 5849, 3.4, from the fields of the header; none of ours is used for it. */
  function isSigned({ method, url, headers }: Received, nowMs: number): boolean {
    const fields = new Map(
      [...(headers.authorization ?? '').matchAll(/(?:^OAuth |, )(oauth_\w+)="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, decodeURIComponent(value)] as const,
      ),
    )
    const { origin, pathname, search } = new URL(url)
    const percent = (text: string) =>
      Buffer.from(text)
        .toString('latin1')
        .replace(
          /[^A-Za-z0-9\-._~]/g,
          (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
        )
    const query = search
      .slice(1)
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('=').map((part) => decodeURIComponent(part.replaceAll('+', ' '))))
    const pairs = [...query, ...[...fields].filter(([name]) => name !== 'oauth_signature')]
      .map(([name = '', value = '']) => `${percent(name)}=${percent(value)}`)
      .sort()
    const base = `${method}&${percent(origin + pathname)}&${percent(pairs.join('&'))}`
    const wanted = createHmac('sha1', `${percent(keys.consumerSecret)}&${percent(keys.accessTokenSecret)}`)
      .update(base)
      .digest('base64')
    const nonce = fields.get('oauth_nonce') ?? ''
    const isGood =
      fields.size === 7 &&
      fields.get('oauth_consumer_key') === keys.consumerKey &&
      fields.get('oauth_token') === keys.accessToken &&
      fields.get('oauth_signature_method') === 'HMAC-SHA1' &&
      fields.get('oauth_version') === '1.0' &&
      Math.abs(Number(fields.get('oauth_timestamp')) * 1000 - nowMs) < TOLERANCE_MS &&
      nonce !== '' &&
      !nonces.has(nonce) &&
      sameSecret(fields.get('oauth_signature') ?? '', wanted)
    if (isGood) nonces.add(nonce)
    return isGood
  }

  return (received, stage) => {
    const { method, path, query } = received
    if (!isSigned(received, stage.nowMs())) return problem(401, 'Unauthorized', 'Unauthorized')
    if (method === 'POST' && path === '/2/tweets') {
      const body = jsonWith(received, ['text', 'reply'])
      const { text, reply } = body ?? {}
      const target = (reply as { in_reply_to_tweet_id?: unknown } | undefined)?.in_reply_to_tweet_id
      if (!isText(text) || typeof target !== 'string' || !/^[0-9]{1,19}$/.test(target))
        return invalid('One or more parameters to your request was invalid.')
      if (Object.keys(reply as object).length !== 1) return invalid('$.reply: unexpected field')
      if ([...text.replace(/https?:\/\/\S+/g, '#'.repeat(23))].length > MOST_CHARACTERS)
        return problem(403, 'Forbidden', 'Your Tweet text is too long.')
      if (stage.shown().some(({ kind, more }) => kind === 'post' && more?.text === text))
        return problem(403, 'Forbidden', 'You are not allowed to create a Tweet with duplicate content.')
      const id = stage.digits(19)
      // As X keeps it: whom it answers in front, addresses shortened, three characters escaped.
      const kept = `@customer ${text}`
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;')
        .replace(/https?:\/\/\S+/g, 'https://t.co/abcdefghij')
      stage.show({ kind: 'post', to: target, text, reference: id, more: { text, kept } })
      return { status: 201, body: { data: { id, text: kept, edit_history_tweet_ids: [id] } } }
    }
    const person = /^\/2\/dm_conversations\/with\/([0-9]{1,19})\/(messages|dm_events)$/.exec(path)
    if (person !== null && method === 'POST' && person[2] === 'messages') {
      const { text } = jsonWith(received, ['text']) ?? {}
      if (!isText(text)) return invalid('$.text: is missing')
      const id = stage.digits(19)
      stage.show({ kind: 'message', to: person[1] ?? '', text, reference: id })
      return {
        status: 201,
        body: { data: { dm_conversation_id: `${account}-${person[1]}`, dm_event_id: id } },
      }
    }
    const at = (ms: number) => new Date(ms).toISOString()
    if (person !== null && method === 'GET' && person[2] === 'dm_events') {
      const data = stage
        .shown()
        .filter(({ kind, to }) => kind === 'message' && to === person[1])
        .map(({ reference, text, atMs }) => ({
          id: reference,
          event_type: 'MessageCreate',
          ...(query.get('dm_event.fields')?.includes('sender_id') ? { sender_id: account } : {}),
          ...(query.get('dm_event.fields')?.includes('created_at') ? { created_at: at(atMs) } : {}),
          text,
        }))
        .reverse()
      return {
        status: 200,
        body: { ...(data.length === 0 ? {} : { data }), meta: { result_count: data.length } },
      }
    }
    if (method === 'GET' && path === `/2/users/${account}/tweets`) {
      const since = Date.parse(query.get('start_time') ?? '1970-01-01T00:00:00Z')
      const fields = query.get('tweet.fields') ?? ''
      const data = stage
        .shown()
        .filter(({ kind, atMs }) => kind === 'post' && atMs >= since)
        .map(({ reference, to, atMs, more }) => ({
          id: reference,
          text: more?.kept,
          edit_history_tweet_ids: [reference],
          ...(fields.includes('created_at') ? { created_at: at(atMs) } : {}),
          ...(fields.includes('referenced_tweets')
            ? { referenced_tweets: [{ type: 'replied_to', id: to }] }
            : {}),
        }))
        .reverse()
      return {
        status: 200,
        body: { ...(data.length === 0 ? {} : { data }), meta: { result_count: data.length } },
      }
    }
    return problem(404, 'Not Found', 'Not Found')
  }
}
