import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  process.env.TABLE_NAME = 'table'
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
})
const measured = vi.hoisted(() => vi.fn<(name: string, value: number, dimension?: string) => void>())
vi.mock('../../functions/shared/metrics.ts', () => ({ measure: measured }))

import { makeHandler } from '../../functions/intake/handler.ts'
import type { Cause } from '../../functions/shared/ignored.ts'
import { SOURCE_NAMES } from '../../functions/sources/index.ts'
import {
  instagramComments,
  intercomReplied,
  intercomStarted,
  metaComment,
  metaMessage,
  PAGE_ID,
  phoneCall,
  relayedReview,
  trustpilotReview,
  twilioForm,
  webMessage,
  xActivity,
  xDirectMessage,
  xPost,
  zendeskChat,
  zendeskComment,
  zendeskTicket,
  zendeskTrigger,
} from '../sources/requests.ts'
import { SIGNERS } from '../sources/signers.ts'
import { ask, httpEvent, MemoryIgnored, MemoryLedger } from './http.ts'

/*
 * Never selective: of whatever platforms send, each thing that somebody sent us ends in one outcome, which the answer
 * names. What a delivery is made of is generated from these tables.
 */

/** What becomes of a thing: nothing at all of what we did ourselves, and of what nobody says. */
type Becomes = 'opened' | 'amended' | Cause | 'nothing'

interface Thing {
  readonly name: string
  readonly becomes: Becomes
  /** As the platform tells of the nth of a delivery. */
  readonly tell: (n: number) => unknown
  /** What it is about, told of earlier. */
  readonly after?: (n: number) => unknown
}

/** Deliveries of one kind. */
interface Deliveries {
  readonly things: readonly Thing[]
  /** A body of such things. Default: of the only one that it can hold. */
  readonly of?: (told: readonly unknown[]) => unknown
}

const WORDS = 'Words of a customer'
const NAME = 'Kim Example'

const thing = (
  name: string,
  becomes: Becomes,
  tell: (n: number) => unknown,
  after?: (n: number) => unknown,
): Thing => ({ name, becomes, tell, ...(after === undefined ? {} : { after }) })

const user = { id_str: '42', name: NAME, screen_name: 'kim_writes' }
const us = { id_str: '7', name: 'Us', screen_name: 'example' }
const post = (n: number, more: object = {}) => ({
  tweet_create_events: [xPost({ id_str: `${n}`, text: WORDS, user, ...more })],
})
const dm = (n: number, data: object, sender_id = '42') => ({
  direct_message_events: [xDirectMessage({ id: `${n}`, message_create: { sender_id, message_data: data } })],
})
const edited = (n: number) =>
  post(n + 1000, { edit_history: { initial_tweet_id: `${n}`, edit_tweet_ids: [`${n}`, `${n + 1000}`] } })
const gone = (n: number, user_id = '42') => ({
  tweet_delete_events: [{ status: { id: `${n}`, user_id }, timestamp_ms: '1795255500000' }],
})

const x: Deliveries = {
  things: [
    thing('a post', 'opened', (n) => post(n)),
    thing('a post of a picture', 'opened', (n) => post(n, { text: '' })),
    thing('a direct message', 'opened', (n) => dm(n, { text: WORDS })),
    thing('a direct message of a picture', 'opened', (n) =>
      dm(n, { attachment: { media: { media_url_https: 'https://ton.x.com/1.jpg' } } }),
    ),
    thing('a post passed on', 'passed-on', (n) => post(n, { retweeted_status: { id_str: '1' } })),
    thing('an edit of what never came', 'opened', edited),
    thing('an edit', 'amended', edited, (n) => post(n)),
    thing(
      'a deletion',
      'amended',
      (n) => gone(n),
      (n) => post(n),
    ),
    thing('a deletion of what never came', 'unknown-message', (n) => gone(n)),
    thing('a like', 'reaction', (n) => ({
      favorite_events: [{ id: `like-${n}`, user, favorited_status: { id_str: '5' } }],
    })),
    thing('a like without an id', 'reaction', () => ({ favorite_events: [{}] })),
    thing('something in a conversation', 'unknown-kind', (n) => ({
      direct_message_events: [{ type: 'something_new', id: `${n}` }],
    })),
    thing('something new', 'unknown-kind', (n) => ({ something_new_events: [{ id: n }] })),
    thing('our post', 'nothing', (n) => post(n, { user: us })),
    thing('what we passed on', 'nothing', (n) => post(n, { user: us, retweeted_status: {} })),
    thing('our direct message', 'nothing', (n) => dm(n, { text: 'Hello' }, '7')),
    thing('what we deleted', 'nothing', (n) => gone(n, '7')),
    thing('what we like', 'nothing', (n) => ({ favorite_events: [{ id: `${n}`, user: us }] })),
    thing('somebody typing', 'nothing', () => ({ direct_message_indicate_typing_events: [{}] })),
    thing('somebody following', 'nothing', () => ({ follow_events: [{}] })),
  ],
  of: (told) => {
    const all: Record<string, unknown[]> = {}
    for (const one of told as Record<string, unknown[]>[])
      for (const [key, events] of Object.entries(one)) all[key] = [...(all[key] ?? []), ...events]
    return xActivity(all)
  },
}

/** What happens on a Page is a change; in its conversations, an event. */
const change = (n: number, more: object = {}, from: object | undefined = { id: '4242', name: NAME }) => ({
  changes: [metaComment({ comment_id: `1_${n}`, message: WORDS, from, ...more })],
})
const said = (n: number, message: object | undefined, event: object = {}) => ({
  messaging: [{ ...metaMessage(), message: message && { mid: `m_${n}`, ...message }, ...event }],
})
const ours = { id: PAGE_ID, name: 'Example' }

const page: Deliveries = {
  things: [
    thing('a comment', 'opened', (n) => change(n)),
    thing('a comment without words', 'opened', (n) => change(n, { message: undefined })),
    thing('a comment whose author Meta keeps back', 'opened', (n) => change(n, {}, undefined)),
    thing('a picture', 'opened', (n) =>
      change(n, {
        item: 'photo',
        comment_id: undefined,
        post_id: `900_${n}`,
        photos: ['https://a.example/1'],
      }),
    ),
    thing('a mention', 'opened', (n) => ({
      changes: [
        {
          field: 'mention',
          value: {
            item: 'comment',
            verb: 'add',
            sender_id: '4242',
            sender_name: NAME,
            post_id: '55_1',
            comment_id: `9_${n}`,
            message: WORDS,
          },
        },
      ],
    })),
    thing('an edit of what never came', 'opened', (n) => change(n, { verb: 'edited' })),
    thing(
      'an edit',
      'amended',
      (n) => change(n, { verb: 'edited' }),
      (n) => change(n),
    ),
    thing(
      'a deletion',
      'amended',
      (n) => change(n, { verb: 'remove' }),
      (n) => change(n),
    ),
    thing('a deletion of what never came', 'unknown-message', (n) => change(n, { verb: 'remove' })),
    thing('a like', 'reaction', (n) => change(n, { item: 'like', comment_id: undefined })),
    thing('a reaction', 'reaction', (n) => change(n, { item: 'reaction', reaction_type: 'angry' })),
    thing('an item of a new kind', 'unknown-kind', (n) => change(n, { item: 'something-new' })),
    thing('a verb of a new kind', 'unknown-kind', (n) => change(n, { verb: 'something-new' })),
    thing('a comment without an id', 'unknown-kind', (n) => change(n, { comment_id: undefined })),
    thing('a recommendation', 'unknown-kind', (n) => ({
      changes: [{ field: 'ratings', value: { open_graph_story_id: `${n}`, review_text: WORDS } }],
    })),
    thing('a message', 'opened', (n) => said(n, { text: WORDS })),
    thing('a message of a picture', 'opened', (n) =>
      said(n, { attachments: [{ type: 'image', payload: { url: 'https://cdn.example/1.png' } }] }),
    ),
    thing('a message that Meta does not show', 'opened', (n) => said(n, { is_unsupported: true })),
    thing('an edit of a message that never came', 'opened', (n) =>
      said(n, undefined, { message_edit: { mid: `m_${n}`, text: WORDS } }),
    ),
    thing('a sticker', 'reaction', (n) => said(n, { sticker_id: 369239263222822 })),
    thing('a reaction to a message', 'reaction', () =>
      said(0, undefined, { reaction: { mid: 'm_0', action: 'react' } }),
    ),
    thing('a press', 'unknown-kind', (n) =>
      said(n, undefined, { postback: { mid: `m_${n}`, title: WORDS } }),
    ),
    thing('something in a conversation', 'unknown-kind', () => said(0, undefined, { something: {} })),
    thing(
      'a message taken back',
      'amended',
      (n) => said(n, { is_deleted: true }),
      (n) => said(n, { text: WORDS }),
    ),
    thing('a message taken back that never came', 'unknown-message', (n) => said(n, { is_deleted: true })),
    thing('our comment', 'nothing', (n) => change(n, {}, ours)),
    thing('our reaction', 'nothing', (n) => change(n, { item: 'reaction' }, ours)),
    thing('our hiding a comment', 'nothing', (n) => change(n, { verb: 'hide' })),
    thing('our message', 'nothing', (n) => said(n, { text: 'Hello', is_echo: true })),
    thing('a receipt', 'nothing', () => said(0, undefined, { read: { watermark: 1 } })),
    thing('a delivery report', 'nothing', () => said(0, undefined, { delivery: { mids: [] } })),
  ],
  of: (told) => {
    const parts = told as { changes?: unknown[]; messaging?: unknown[] }[]
    const changes = parts.flatMap((part) => part.changes ?? [])
    const messaging = parts.flatMap((part) => part.messaging ?? [])
    return { object: 'page', entry: [{ id: PAGE_ID, time: 1_795_255_510, changes, messaging }] }
  },
}

const instagramChange = (field: string, value: object) => ({ field, value })
const comment = (n: number, id = '6161') => ({ id: `${n}`, from: { id, username: 'kim' }, text: WORDS })
const instagram: Deliveries = {
  things: [
    thing('a comment', 'opened', (n) => instagramChange('comments', comment(n))),
    thing('a comment on a live film', 'opened', (n) => instagramChange('live_comments', comment(n))),
    thing('a mention', 'opened', (n) => instagramChange('mentions', { media_id: `${n}` })),
    thing('something new', 'unknown-kind', (n) => instagramChange('something_new', { id: `${n}` })),
    thing('our comment', 'nothing', (n) => instagramChange('comments', comment(n, PAGE_ID))),
  ],
  of: (changes) => ({ ...instagramComments(), entry: [{ id: PAGE_ID, time: 1, changes }] }),
}
const whatsapp: Deliveries = {
  things: [thing('whatever it is', 'unknown-kind', (n) => ({ field: 'messages', value: { id: `${n}` } }))],
  of: (changes) => ({ object: 'whatsapp_business_account', entry: [{ id: '1', time: 1, changes }] }),
}

const end = { id: '1', name: NAME, is_staff: false }
const staff = { id: '2', name: 'Sam', is_staff: true }
const detail = (n: number) => ({ ...zendeskTicket().detail, id: `${n}`, description: WORDS })
const zendesk: Deliveries = {
  things: [
    thing('a ticket', 'opened', (n) => zendeskTicket({ detail: detail(n) })),
    thing('a comment', 'opened', (n) => zendeskComment({ id: `${n}`, body: 'More', author: end })),
    thing('a comment of a file', 'opened', (n) => zendeskComment({ id: `${n}`, body: '', author: end })),
    thing('a chat', 'opened', () => zendeskChat({ name: NAME })),
    thing('what a trigger sends', 'opened', () => zendeskTrigger()),
    thing('a note of somebody else', 'note', (n) =>
      zendeskComment({ id: `${n}`, body: WORDS, author: end, is_public: false }),
    ),
    thing('a chat of somebody new', 'unknown-kind', () => zendeskChat({ type: 'something_new' })),
    thing('an event of a new kind', 'unknown-kind', () => zendeskTicket({ type: 'something_new' })),
    thing('nothing that is known', 'unknown-kind', () => ({})),
    thing('our comment', 'nothing', (n) => zendeskComment({ id: `${n}`, author: staff })),
    thing('our note', 'nothing', (n) => zendeskComment({ id: `${n}`, author: staff, is_public: false })),
    thing('our chat', 'nothing', () => zendeskChat({ type: 'agent' })),
  ],
}

const kim = { type: 'user', id: '6762f0dd', name: NAME, email: 'kim@example.org' }
const part = (n: number, body: string | null, author: object = kim) => ({ id: `${n}`, body, author })
const replied: Deliveries = {
  things: [
    thing('a reply', 'opened', (n) => part(n, `<p>${WORDS}</p>`)),
    thing('a reply of a picture', 'opened', (n) => part(n, '<img src="https://a.example/1.png">')),
    thing('a reply of nothing', 'empty', (n) => part(n, '<p></p>')),
    thing('a reply of somebody new', 'unknown-kind', (n) => part(n, WORDS, { ...kim, type: 'something' })),
    thing('our reply', 'nothing', (n) => part(n, 'Hello', { ...kim, type: 'admin' })),
    thing('our bot’s reply', 'nothing', (n) => part(n, 'Hello', { ...kim, type: 'bot' })),
  ],
  of: (parts) => {
    const body = intercomReplied(...(parts as object[]))
    const item = body.data.item as { conversation_parts?: unknown }
    return parts.length > 0
      ? body
      : { ...body, data: { item: { ...item, conversation_parts: { conversation_parts: [] } } } }
  },
}
const intercom: Deliveries = {
  things: [
    thing('a conversation', 'opened', () => intercomStarted({ author: kim, body: WORDS })),
    thing('one of a subject alone', 'opened', () => intercomStarted({ body: null, subject: WORDS })),
    thing('one of nothing', 'empty', () => intercomStarted({ body: '' })),
    thing('a rating', 'unknown-kind', () => ({ ...intercomStarted(), topic: 'conversation.rating.added' })),
    thing('nothing that is known', 'unknown-kind', () => ({})),
    thing('our conversation', 'nothing', () => intercomStarted({ author: { ...kim, type: 'admin' } })),
    thing('what we do in one', 'nothing', () => ({
      ...intercomStarted(),
      topic: 'conversation.admin.closed',
    })),
    thing('a try of the address', 'nothing', () => ({ topic: 'ping' })),
  ],
}

const twilio: Deliveries = {
  things: [
    thing('a text', 'opened', () => twilioForm({ Body: WORDS })),
    thing('a picture', 'opened', () =>
      twilioForm({ Body: '', NumMedia: '1', MediaUrl0: 'https://api.twilio.com/1' }),
    ),
    thing('a text of nothing', 'opened', () => twilioForm({ Body: '' })),
    thing('STOP', 'opt-out', () => twilioForm({ Body: 'STOP', OptOutType: 'STOP' })),
    thing('a call', 'unknown-kind', () => ({ CallSid: 'CA1', From: '+447700900123' })),
    thing('a status of a new kind', 'unknown-kind', () => twilioForm({ SmsStatus: 'something-new' })),
    thing('a report', 'nothing', () => twilioForm({ MessageStatus: 'delivered', SmsStatus: 'delivered' })),
  ],
}

const HEADERS =
  `From: ${NAME} <kim@example.net>\nTo: complaints@example.org\nSubject: ${WORDS}\n` +
  'Date: Sat, 21 Nov 2026 11:04:50 +0100\nMessage-ID: <1@mail.example.net>\n'
const email: Deliveries = {
  things: [
    thing('a mail', 'opened', () => ({ headers: HEADERS, text: WORDS })),
    thing('a mail of nothing', 'opened', () => ({ headers: HEADERS, text: '' })),
    thing('a machine’s', 'automatic', () => ({
      headers: `${HEADERS}Auto-Submitted: auto-replied\n`,
      text: WORDS,
    })),
    thing('one that goes in circles', 'loop', () => ({
      headers: HEADERS + 'Received: by mx.example.net\n'.repeat(51),
      text: WORDS,
    })),
    thing('a machine’s without an id', 'automatic', () => ({
      headers: `${HEADERS.replace(/Message-ID.*\n/, '')}Precedence: bulk\n`,
    })),
  ],
}

const published = (n: number, more: object, name = 'created') =>
  trustpilotReview(
    { id: `r${n}`, text: WORDS, consumer: { id: 'c', name: NAME }, ...more },
    `service-review-${name}`,
  ).events[0]
const reviews: Deliveries = {
  things: [
    thing('one star', 'opened', (n) => published(n, { stars: 1 })),
    thing('one star without words', 'opened', (n) => published(n, { stars: 1, text: null, title: null })),
    thing('four stars with words', 'opened', (n) => published(n, { stars: 4 })),
    thing('four stars without', 'praise', (n) => published(n, { stars: 4, text: null, title: null })),
    thing('five stars', 'praise', (n) => published(n, { stars: 5 })),
    thing('an edit to one star', 'opened', (n) => published(n, { stars: 1 }, 'updated')),
    thing(
      'an edit from five stars to one',
      'opened',
      (n) => published(n, { stars: 1 }, 'updated'),
      (n) => published(n, { stars: 5 }),
    ),
    thing('an edit to five stars', 'praise', (n) => published(n, { stars: 5 }, 'updated')),
    thing(
      'an edit from one star to five',
      'amended',
      (n) => published(n, { stars: 5 }, 'updated'),
      (n) => published(n, { stars: 1 }),
    ),
    thing(
      'a deletion',
      'amended',
      (n) => published(n, {}, 'deleted'),
      (n) => published(n, { stars: 1 }),
    ),
    thing('a deletion of what never came', 'unknown-message', (n) => published(n, {}, 'deleted')),
    thing('a review of a product', 'unknown-kind', (n) => ({
      eventName: 'product-review-created',
      eventData: { id: `p${n}` },
    })),
    thing('something without an id', 'unknown-kind', () => ({ eventName: 'new', eventData: null })),
  ],
  of: (events) => ({ events }),
}
const relayed: Deliveries = {
  things: [
    thing('two stars', 'opened', () => relayedReview({ stars: 2, text: WORDS })),
    thing('five stars', 'praise', () => relayedReview({ stars: 5, text: WORDS })),
    thing('an edit to five stars', 'praise', () => relayedReview({ stars: 5 }, 'updated')),
    thing('a deletion of what never came', 'unknown-message', () => ({
      ...relayedReview({}, 'deleted'),
      review: { id: '1' },
    })),
  ],
}

const TABLE: readonly (readonly [kind: string, source: (typeof SOURCE_NAMES)[number], Deliveries])[] = [
  ['a form', 'web', { things: [thing('a message', 'opened', () => webMessage({ text: WORDS }))] }],
  ['X', 'x', x],
  ['a Page', 'meta', page],
  ['Instagram', 'meta', instagram],
  ['another object of Meta’s', 'meta', whatsapp],
  ['Zendesk', 'zendesk', zendesk],
  ['replies in Intercom', 'intercom', replied],
  ['Intercom', 'intercom', intercom],
  ['Twilio', 'twilio', twilio],
  ['mail', 'email', email],
  ['Trustpilot', 'reviews', reviews],
  ['a relay of reviews', 'reviews', relayed],
  ['a contact centre', 'phone', { things: [thing('a call', 'opened', () => phoneCall({ summary: WORDS }))] }],
]

/** A stage of its own, that deliveries come to. */
function stage(source: string) {
  const signer = SIGNERS[source]
  if (signer === undefined) throw new Error(`Source ${source} has no signer`)
  const ledger = new MemoryLedger()
  const ignored = new MemoryIgnored()
  const handler = makeHandler({
    ledger,
    ignored,
    report: async () => undefined,
    secrets: { read: async () => signer.secrets, reread: async () => undefined },
    clock: { now: async () => '2026-11-23T10:00:00Z' },
    nowMs: Date.now,
  })
  const path = `/webhooks/${source}`
  return {
    ledger,
    ignored,
    async deliver(body: unknown): Promise<string[]> {
      const written = (signer.write ?? JSON.stringify)(body)
      const bytes = typeof written === 'string' ? Buffer.from(written) : Buffer.from(written)
      const headers = { host: 'api.example', ...signer.headers(bytes, `https://api.example${path}`) }
      measured.mockClear()
      const answer = await ask(handler, httpEvent(`POST ${path}`, { path: { source }, headers, body: bytes }))
      expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 202 })
      const { results, ...first } = answer.body
      // A delivery of nothing is ignored for no cause.
      const all: { outcome: string; cause?: string }[] =
        results ?? (first.outcome === 'ignored' && first.cause === undefined ? [] : [first])
      return all.map(({ outcome, cause }) => cause ?? outcome).sort()
    },
  }
}

const asTold = ({ of = ([only]) => only }: Deliveries, told: readonly unknown[]): unknown => of(told)

describe.each(TABLE)('whatever %s tells of', (_, source, deliveries) => {
  const { things } = deliveries
  const chosen =
    deliveries.of === undefined
      ? fc.tuple(fc.nat(things.length - 1))
      : fc.array(fc.nat(things.length - 1), { maxLength: 12 })
  const check = async (indexes: readonly number[]): Promise<void> => {
    const made = indexes.map((index) => things[index] as Thing)
    const { deliver, ledger, ignored } = stage(source)
    for (const [n, { after }] of made.entries())
      if (after !== undefined) await deliver(asTold(deliveries, [after(n + 1)]))
    const before = ignored.all.length
    const body = asTold(
      deliveries,
      made.map(({ tell }, n) => tell(n + 1)),
    )
    const expected = made.map(({ becomes }) => becomes).filter((becomes) => becomes !== 'nothing')
    expect(await deliver(body)).toEqual(expected.sort())
    // What is counted, and what is remembered, is what was said.
    const causes = expected.filter((becomes) => becomes !== 'opened' && becomes !== 'amended')
    const counted = measured.mock.calls.reduce(
      (sum, [name, value]) => sum + (name === 'Ignored' ? value : 0),
      0,
    )
    expect(counted).toBe(expected.length === 0 ? 1 : causes.length)
    expect(ignored.all.length - before).toBe(causes.length)
    // The same again opens and remembers nothing more, and is answered for as well.
    const complaints = ledger.events.size
    const again = await deliver(body)
    expect(again).toHaveLength(expected.length)
    expect(again).not.toContain('opened')
    expect([ledger.events.size, ignored.all.length - before]).toEqual([complaints, causes.length])
    expect(JSON.stringify(ignored.all)).not.toMatch(/Words of|Kim|kim[_@]/)
  }

  it.each(things.map((one, index) => [one.name, one.becomes, index] as const))(
    '%s ends as: %s',
    (_, __, index) => check([index]),
  )

  it('has as many outcomes as there are things in it that somebody sent', async () => {
    await fc.assert(fc.asyncProperty(chosen, check), { numRuns: deliveries.of === undefined ? 20 : 150 })
  })
})

it('The table has every source', () => {
  expect(new Set(TABLE.map(([, source]) => source))).toEqual(new Set(SOURCE_NAMES))
})
