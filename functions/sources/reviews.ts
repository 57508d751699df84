import * as z from 'zod'
import type { Message } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import { foreignId, instant, languageTag, link, name, words } from '../shared/fields.ts'
import { type Inbound, jsonOf } from '../shared/http.ts'
import type { Ignored } from '../shared/ignored.ts'
import { checked, invalid } from '../shared/problem.ts'
import { requireBasic } from './basic.ts'
import { anyId, present } from './platform.ts'
import type { Change, Content, Source, SourceSecrets } from './source.ts'
import { STANDARD, STANDARD_KEYS, verifyStandard } from './standard-webhooks.ts'

/** Mended like X's: it is not ours to send back. */
const mended = (most: number) => z.string().transform((text) => text.slice(0, most).toWellFormed())
const stars = z.int().min(1).max(5)

const trustpilotReview = z.object({
  id: foreignId,
  stars,
  title: mended(500).nullish(),
  text: mended(20_000).nullish(),
  language: z.string().max(100).nullish(),
  createdAt: instant,
  updatedAt: instant.nullish().catch(undefined),
  consumer: z.object({ id: foreignId, name: mended(200).nullish() }),
})
/** Of a deletion Trustpilot publishes no example: its id must be there. */
const trustpilotDeletion = z.object({ id: foreignId, deletedAt: instant.nullish().catch(undefined) })

/** Trustpilot's webhook. It adds fields and events as it likes, so those that are not known are skipped. */
export const trustpilotBody = z.object({
  events: z.array(z.object({ eventName: z.string().max(100), eventData: z.unknown() })).max(100),
})

const review = z.strictObject({
  id: foreignId.meta({ description: 'The site’s, and the same for as long as the review exists' }),
  stars,
  title: words(500).optional(),
  text: words(20_000).optional(),
  createdAt: instant,
  language: languageTag.optional(),
  permalink: link.optional(),
  product: words(100).optional(),
  author: z.strictObject({ id: foreignId, name: words(200).optional() }),
})
const site = name.meta({ description: 'Where it was written, like google' })
const at = instant.meta({ description: 'When that happened' })

/** What an organisation's own relay sends of any other site: Google's notifications, for one, name a review and no more. */
export const reviewBody = z.discriminatedUnion('event', [
  z.strictObject({ event: z.enum(['created', 'updated']), site, at, review }),
  z.strictObject({ event: z.literal('deleted'), site, at, review: z.strictObject({ id: foreignId }) }),
])

export const reviewsBody = z.union([trustpilotBody, reviewBody])

/** A review and what happened to it, wherever it was written. */
type Happened = z.output<typeof reviewBody>
type Review = z.output<typeof review>

/** Sites that sign have our own scheme; Trustpilot signs nothing, and proves by a password that it is Trustpilot. */
const isOurs = ({ headers }: Inbound): boolean => headers['webhook-signature'] !== undefined

function verify(request: Inbound, secrets: SourceSecrets, nowMs: number): void {
  if (isOurs(request)) verifyStandard(request, secrets, nowMs)
  else requireBasic(request, secrets.trustpilot ?? [])
}

function parse(request: Inbound, now: Instant): Content[] {
  const body = jsonOf(request)
  const most = mostStars(request.query)
  const happened = isOurs(request) ? [checked(reviewBody, body)] : trustpilotEvents(body, now)
  return happened.map((one) => ('ignored' in one ? one : foundIn(one, most)))
}

/**
 * Which reviews complain. One to three stars do, whatever they say; four do where they say anything, as what is missing to
 * five is in the words. `?stars=` in the address moves the line: up to that many open a complaint, with words or without.
 */
function mostStars(query: URLSearchParams): number | undefined {
  const given = query.get('stars')
  if (given === null) return undefined
  if (!/^[1-5]$/.test(given))
    throw invalid('stars', 'must be 1 to 5: reviews of up to so many stars open a complaint')
  return Number(given)
}

const complains = ({ stars: given, text, title }: Review, most: number | undefined): boolean =>
  most === undefined ? given <= 3 || (given === 4 && /\S/.test(`${text ?? ''}${title ?? ''}`)) : given <= most

/** An edited review may complain only now, and then it is not known yet; one that is known gets what changed. */
function foundIn(one: Happened, most: number | undefined): Content {
  const key = { source: 'reviews', messageId: `${one.site}:${one.review.id}`.slice(0, 200) }
  const { messageId } = key
  if (one.event === 'deleted') {
    const otherwise: Ignored = { ignored: 'unknown-message', messageId, postedAt: one.at, channel: 'review' }
    return { ...key, change: 'deleted', at: one.at, otherwise } satisfies Change
  }
  const { review: found } = one
  const whole: Message | Ignored = complains(found, most)
    ? { ...key, ...messageOf(one.site, found) }
    : present({
        ignored: 'praise',
        messageId,
        permalink: found.permalink,
        postedAt: found.createdAt,
        channel: 'review',
      } as const)
  if (one.event === 'created') return whole
  return {
    ...key,
    change: 'edited',
    at: one.at,
    text: found.text ?? '',
    otherwise: whole,
  } satisfies Change
}

function messageOf(from: string, found: Review): Omit<Message, 'source' | 'messageId'> {
  const { author, title, text = '', language, permalink, product } = found
  const shown = '★'.repeat(found.stars) + '☆'.repeat(5 - found.stars)
  return {
    postedAt: found.createdAt,
    author: {
      id: `${from}:${author.id}`.slice(0, 200),
      ...(author.name === undefined ? {} : { name: author.name }),
    },
    subject: title === undefined ? shown : `${shown} ${title}`,
    text,
    public: true,
    channel: 'review',
    evidence: JSON.stringify({ site: from, ...found }),
    ...(language === undefined ? {} : { language }),
    ...(permalink === undefined ? {} : { permalink }),
    ...(product === undefined ? {} : { product }),
  }
}

const TRUSTPILOT_EVENTS: Readonly<Record<string, Happened['event']>> = {
  'service-review-created': 'created',
  'service-review-updated': 'updated',
  'service-review-deleted': 'deleted',
}

/** What is not known here, a review of a product among it. */
const unknown = z.object({ id: anyId }).catch({})

function trustpilotEvents(body: unknown, now: Instant): (Happened | Ignored)[] {
  const { events } = checked(trustpilotBody, body)
  return events.map(({ eventName, eventData }): Happened | Ignored => {
    const event = Object.hasOwn(TRUSTPILOT_EVENTS, eventName) ? TRUSTPILOT_EVENTS[eventName] : undefined
    if (event === undefined) {
      const { id } = unknown.parse(eventData)
      return present({
        ignored: 'unknown-kind',
        messageId: id && `trustpilot:${id}`,
        channel: 'review',
      } as const)
    }
    if (event === 'deleted') {
      const { id, deletedAt } = checked(trustpilotDeletion, eventData, 'eventData')
      return { site: 'trustpilot', event, at: deletedAt ?? now, review: { id } }
    }
    const data = checked(trustpilotReview, eventData, 'eventData')
    const { id, consumer } = data
    const found = {
      id,
      stars: data.stars,
      createdAt: data.createdAt,
      author: { id: consumer.id, ...(consumer.name ? { name: consumer.name } : {}) },
      permalink: `https://www.trustpilot.com/reviews/${encodeURIComponent(id)}`,
      ...(data.title ? { title: data.title } : {}),
      ...(data.text ? { text: data.text } : {}),
      ...(languageTag.safeParse(data.language).success ? { language: data.language ?? '' } : {}),
    }
    return { site: 'trustpilot', event, at: data.updatedAt ?? data.createdAt, review: found }
  })
}

/** Source `reviews`: of Trustpilot, and of any other site by a relay of one's own. */
export const reviews: Source = {
  name: 'reviews',
  accepts: {
    body: reviewsBody,
    scheme: 'Trustpilot: basic authentication; a relay: Standard Webhooks',
    headers: ['authorization', ...STANDARD.headers],
  },
  keys: { ...STANDARD_KEYS, others: ['trustpilot'] },
  verify,
  parse,
}
