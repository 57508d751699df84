import { createHash } from 'node:crypto'
import type { MessageMetadata } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import { type Complaint, type Event, evolve } from '../domain/complaint.ts'
import { type Policy, personOf, teamOf } from '../domain/policy.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { policyOf } from '../shared/policies.ts'
import type { OutboxMessage } from '../shared/queues.ts'
import { type Content, card, type Home } from '../slack/card.ts'
import { ask, SlackFailure } from '../slack/client.ts'
import { replyTo } from '../slack/replies.ts'
import type { Card, Thread, Threads } from '../slack/thread.ts'

/** What a delivery needs from outside. */
export interface Outside {
  readonly ledger: Pick<Ledger, 'timeline'>
  readonly threads: Pick<Threads, 'load' | 'save'>
  readonly slack: WebClient
  /** Real time, in milliseconds: it is compared with Slack's clock, not with the stage's. */
  readonly nowMs: () => number
}

/** The event of a message is not in the ledger yet. */
export class NotThereYet extends Error {
  constructor({ complaintId, seq }: OutboxMessage) {
    super(`Complaint ${complaintId} has no event ${seq} yet`)
    this.name = 'NotThereYet'
  }
}

const EVENT_TYPE = 'redress_event'
/** Slack's clock and ours may differ by so much. */
const CLOCK_SKEW_SECONDS = 300
const PAGE = 200

/**
 * Tells Slack what a complaint has come to, up to the event of the message: the cards show the complaint as it stands,
 * and the thread gets a line for each event that deserves one, in order. Events before it that Slack has not been told
 * of (their message ended in the dead-letter queue) are caught up on, so a message that was late, or comes twice, finds
 * nothing left to do.
 *
 * Each post is marked before it is sent. One that was interrupted is looked for in Slack before it is sent again.
 *
 * @throws SlackFailure, NotThereYet, Interference, NotFound: nothing is lost, and the message is to be delivered again.
 */
export async function deliver(message: OutboxMessage, outside: Outside): Promise<void> {
  const { complaintId, seq } = message
  const thread = await outside.threads.load(complaintId)
  if (seq <= thread.deliveredSeq) return
  const history = statesOf(await outside.ledger.timeline(complaintId))
  const [first] = history
  const latest = history.at(-1)
  if (first === undefined || latest === undefined || latest.after.version < seq)
    throw new NotThereYet(message)

  const policy = policyOf(latest.after.policy)
  const telling = new Telling(complaintId, thread, outside)
  await telling.recover()
  await telling.showCards(latest.after, first.after.team, policy)
  for (const { event, after } of history) {
    if (event.seq > thread.deliveredSeq && event.seq <= seq) await telling.reply(event, after, policy)
  }
  await telling.done(seq)
}

interface Step {
  readonly event: Event
  readonly after: Complaint
}

function statesOf(events: readonly Event[]): Step[] {
  let state: Complaint | undefined
  return events.map((event) => {
    state = evolve(state, event)
    return { event, after: state }
  })
}

/** One delivery, and the thread as it becomes. */
class Telling {
  readonly #complaintId: string
  readonly #outside: Outside
  #thread: Thread

  constructor(complaintId: string, thread: Thread, outside: Outside) {
    this.#complaintId = complaintId
    this.#outside = outside
    this.#thread = thread
  }

  /** Finds out what became of the post that an earlier delivery was interrupted at, before anything else is posted. */
  async recover(): Promise<void> {
    const { sending, sent } = this.#thread
    if (sending === undefined) return
    const { post, team, threadTs } = sending
    const found = await this.#find(sending)
    this.#thread = { ...this.#thread, sending: undefined }
    if (found === undefined) return
    if (threadTs !== undefined) this.#thread = { ...this.#thread, sent: [...sent, post] }
    // What it shows is not known: no hash makes it be updated.
    else this.#put({ team, ...found, hash: '' })
  }

  /**
   * Makes every card show the complaint as it is, and puts one wherever somebody has to see it.
   *
   * @param home the team that the complaint came to: the thread is in its channel, also where Slack hears of it late.
   */
  async showCards(complaint: Complaint, home: string, policy: Policy): Promise<void> {
    const shown = this.#thread.cards.map(({ team }) => team)
    const asked = complaint.handoff === undefined ? [] : [complaint.handoff.toTeam]
    for (const team of new Set([...shown, home, complaint.team, ...asked])) {
      await this.#showCard(team, complaint, policy)
    }
  }

  async #showCard(team: string, complaint: Complaint, policy: Policy): Promise<void> {
    const content = card(complaint, policy, await this.#home(team))
    const hash = createHash('sha256').update(JSON.stringify(content)).digest('base64url')
    const shown = this.#thread.cards.find((candidate) => candidate.team === team)
    if (shown?.hash === hash) return
    if (shown !== undefined && (await this.#update(shown, content))) {
      this.#put({ ...shown, hash })
      return
    }
    const channel = teamOf(policy, team)?.slackChannel
    if (channel === undefined) throw new Error(`Policy ${policy.name} has no channel for team "${team}"`)
    const posted = await this.#post({ post: `card:${team}`, team, channel }, content)
    this.#put({ team, ...posted, hash })
  }

  /** There is one card per team; the parent stays the first. */
  #put(shown: Card): void {
    const { cards } = this.#thread
    const index = cards.findIndex(({ team }) => team === shown.team)
    this.#thread = { ...this.#thread, cards: index < 0 ? [...cards, shown] : cards.with(index, shown) }
  }

  /** Where the thread is, for a card that is not its parent. */
  async #home(team: string): Promise<Home | undefined> {
    const [parent] = this.#thread.cards
    if (parent === undefined || parent.team === team) return undefined
    if (parent.permalink !== undefined) return parent
    const { channel, ts } = parent
    try {
      const { permalink } = await ask(this.#outside.slack.chat.getPermalink({ channel, message_ts: ts }))
      const known = { ...parent, permalink: permalink ?? '' }
      this.#put(known)
      return known
    } catch (error) {
      // Deleted: the channel alone has to do until something changes and there is a new one.
      if (isGone(error)) return { channel }
      throw error
    }
  }

  /** Whether the card is still there to be updated: people may delete messages. */
  async #update({ channel, ts, team }: Card, content: Content): Promise<boolean> {
    try {
      await ask(
        this.#outside.slack.chat.update({
          channel,
          ts,
          ...content,
          metadata: this.#metadata(`card:${team}`),
        }),
      )
      return true
    } catch (error) {
      if (isGone(error)) return false
      throw error
    }
  }

  /** Adds an event's line to the thread, and below the cards of the teams whose people it calls. */
  async reply(event: Event, after: Complaint, policy: Policy): Promise<void> {
    const reply = replyTo(event, after, policy)
    if (reply === undefined) return
    const called = new Set(reply.people.map((person) => personOf(policy, person)?.team))
    const { text, blocks } = reply
    for (const [index, shown] of this.#thread.cards.entries()) {
      const { team, channel, ts } = shown
      const post = `event:${event.seq}:${team}`
      if ((index > 0 && !called.has(team)) || this.#thread.sent.includes(post)) continue
      try {
        await this.#post({ post, team, channel, threadTs: ts }, { text, blocks })
      } catch (error) {
        if (!isGone(error)) throw error
        // Somebody deleted the card with its thread: the next attempt finds that out and puts up a new one.
        this.#put({ ...shown, hash: '' })
        await this.#save({})
        throw new SlackFailure('retryable', error.code)
      }
      this.#thread = { ...this.#thread, sent: [...this.#thread.sent, post] }
    }
  }

  /** Everything up to `seq` has been told. */
  async done(seq: number): Promise<void> {
    await this.#save({ deliveredSeq: seq, sent: [], sending: undefined })
  }

  async #save(change: Partial<Thread>): Promise<void> {
    this.#thread = await this.#outside.threads.save(this.#complaintId, { ...this.#thread, ...change })
  }

  /**
   * Posts. The mark is saved before, and taken back where Slack says that nothing happened. What has been posted is
   * saved with the next change: until then it can be found by its mark.
   */
  async #post(place: Place, content: Content): Promise<Posted> {
    const { slack, nowMs } = this.#outside
    await this.#save({ sending: { ...place, at: Math.floor(nowMs() / 1000) } })
    try {
      const { channel, ts } = await ask(
        slack.chat.postMessage({
          channel: place.channel,
          ...(place.threadTs === undefined ? {} : { thread_ts: place.threadTs }),
          text: content.text,
          blocks: content.blocks,
          metadata: this.#metadata(place.post),
          // Links in what others wrote are nothing to open unasked, nor are bare names in it anybody to call.
          unfurl_links: false,
          unfurl_media: false,
          parse: 'none',
          link_names: false,
        }),
      )
      if (channel === undefined || ts === undefined)
        throw new Error('Slack posted a message without saying where')
      return { channel, ts }
    } catch (error) {
      if (error instanceof SlackFailure && !error.mayHaveHappened) await this.#save({ sending: undefined })
      throw error
    }
  }

  #metadata(post: string): MessageMetadata {
    return { event_type: EVENT_TYPE, event_payload: { complaintId: this.#complaintId, post } }
  }

  /** The post, where Slack has it: by the metadata that it was sent with. */
  async #find({ post, channel, threadTs, at }: Place & { at: number }): Promise<Posted | undefined> {
    const { slack } = this.#outside
    const id = threadTs === undefined ? await channelId(slack, channel) : channel
    const oldest = String(at - CLOCK_SKEW_SECONDS)
    let cursor: string | undefined
    do {
      const range = {
        channel: id,
        oldest,
        limit: PAGE,
        include_all_metadata: true,
        ...(cursor ? { cursor } : {}),
      }
      const page =
        threadTs === undefined
          ? await ask(slack.conversations.history(range))
          : await ask(slack.conversations.replies({ ...range, ts: threadTs }))
      for (const { ts, metadata } of page.messages ?? []) {
        const payload = metadata?.event_payload as Record<string, unknown> | undefined
        if (metadata?.event_type !== EVENT_TYPE || ts === undefined) continue
        if (payload?.complaintId === this.#complaintId && payload?.post === post) return { channel: id, ts }
      }
      cursor = page.response_metadata?.next_cursor
    } while (cursor)
    return undefined
  }
}

/** Whether the message that a call was about is not there any more. */
const isGone = (error: unknown): error is SlackFailure =>
  error instanceof SlackFailure && (error.code === 'message_not_found' || error.code === 'thread_not_found')

type Place = Omit<NonNullable<Thread['sending']>, 'at'>

interface Posted {
  readonly channel: string
  readonly ts: string
}

/** The id of a channel that the policy may call by its name: Slack posts by name, but tells only by id. */
async function channelId(slack: WebClient, nameOrId: string): Promise<string> {
  if (/^[CG][A-Z0-9]{8,}$/.test(nameOrId)) return nameOrId
  let cursor: string | undefined
  do {
    const page = await ask(
      slack.conversations.list({
        types: 'public_channel,private_channel',
        exclude_archived: true,
        limit: PAGE,
        ...(cursor ? { cursor } : {}),
      }),
    )
    const found = page.channels?.find(({ name }) => name === nameOrId)
    if (found?.id !== undefined) return found.id
    cursor = page.response_metadata?.next_cursor
  } while (cursor)
  throw new SlackFailure('permanent', 'channel_not_found')
}
