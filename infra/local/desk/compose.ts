/** Complaints to send from the desk page, and ready examples of them. */
import { randomUUID } from 'node:crypto'
import type { Instant } from '../../../functions/domain/instant.ts'
import type { LocalRun } from '../home.ts'
import { SENDERS, signedRequest } from '../senders/index.ts'
import { Refused } from './backstage.ts'

export interface Example {
  readonly id: string
  readonly title: string
  /** What it is there to show. */
  readonly shows: string
  readonly source: string
  readonly author: string
  readonly text: string
  readonly public: boolean
}

const LOCKED_OUT =
  'Lost a customer today: I can only open my bill over 3G on the tablet, and setting a web password means driving to a shop. Also paid to sit on hold and got bad advice.'

/** Those whose source is not there yet are sent by the form. */
export const EXAMPLES: readonly Example[] = [
  {
    id: 'locked-out',
    title: 'Locked out of the bill',
    shows: 'Three problems in one public post: each wants its answer',
    source: 'x',
    author: 'Robin Example',
    text: LOCKED_OUT,
    public: true,
  },
  {
    id: 'repeat-contact',
    title: 'The same customer again',
    shows: 'Repeat contact belongs to the complaint that is open',
    source: 'x',
    author: 'Robin Example',
    text: 'Trying you instead: your colleagues say this is not theirs. Third time I ask about my bill.',
    public: true,
  },
  {
    id: 'dangerous',
    title: 'A dangerous product',
    shows: 'What can hurt somebody must not wait its turn',
    source: 'reviews',
    author: 'Jo Example',
    text: 'The charger you sent me got so hot that it burnt the sofa and my son’s hand. It smoked! Do not buy this.',
    public: true,
  },
  {
    id: 'double-charge',
    title: 'Charged twice',
    shows: 'In private, by email: other deadlines than in public',
    source: 'email',
    author: 'Kim Example',
    text: 'You have charged me twice for October, £42.50 each. I was promised a call last week and nobody called. Please refund one of them.',
    public: false,
  },
]

export interface Draft {
  readonly source: string
  readonly author: string
  readonly text: string
  readonly public: boolean
}

/**
 * Sends a complaint as its source would.
 *
 * @returns the app's answer, and what was sent.
 * @throws Refused with what the app had to say against it.
 */
export async function compose(run: LocalRun, draft: Draft, postedAt: Instant) {
  if (!SENDERS.some((source) => source === draft.source))
    throw new Refused(422, `Nothing here sends as ${draft.source}`)
  const messageId = `desk-${randomUUID()}`
  const { url, headers, body } = signedRequest(run, draft.source, { ...draft, messageId, postedAt })
  const response = await fetch(url, { method: 'POST', headers, body })
  const answer = (await response.json().catch(() => ({}))) as {
    complaintId?: string
    outcome?: string
    detail?: string
    title?: string
  }
  if (!response.ok) throw new Refused(422, answer.detail ?? answer.title ?? `Answered ${response.status}`)
  return {
    answer,
    request: { path: new URL(url).pathname.replace(/^.*(?=\/webhooks\/)/, ''), headers, body },
  }
}
