import { createHash } from 'node:crypto'
import type { WebClient } from '@slack/web-api'
import { type Complaint, type Event, evolve, issueTeams } from '../domain/complaint.ts'
import { erasedHistory } from '../domain/erasure.ts'
import { type Policy, personOf, teamOf } from '../domain/policy.ts'
import { callsKey } from '../ledger/keys.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { Later } from '../shared/later.ts'
import { logger } from '../shared/logger.ts'
import { policyOf } from '../shared/policies.ts'
import type { OutboxMessage } from '../shared/queues.ts'
import type { Calls } from '../slack/calls.ts'
import { type Content, card, type Home, STAGE_REACTIONS } from '../slack/card.ts'
import { ask, SlackFailure } from '../slack/client.ts'
import { stepOf, stretchOf } from '../slack/gathered.ts'
import { mention } from '../slack/mrkdwn.ts'
import { partOf } from '../slack/offers.ts'
import { replyTo } from '../slack/replies.ts'
import type { Card, Thread, Threads } from '../slack/thread.ts'
import { type Gathered, tellGathered } from './gathering.ts'
import { findPost, isGone, markedReplies, type Posted, post as postTo, react, update } from './posts.ts'

/** What a delivery needs from outside. */
export interface Outside {
  readonly ledger: Pick<Ledger, 'timeline'>
  readonly threads: Pick<Threads, 'load' | 'save'>
  readonly calls: Pick<Calls, 'isSingle' | 'gather' | 'gathered' | 'load' | 'save'>
  readonly slack: WebClient
  /** Real time, in milliseconds: it is compared with Slack's clock, not with the stage's. */
  readonly nowMs: () => number
  /**
   * How often a message that calls for many complaints changes at most, and how long its first call waits for others,
   * so that it names a number worth calling for. Slack allows about 50 updates a minute, most of which the cards need.
   */
  readonly gatherSeconds: number
}

/** The event of a message is not in the ledger yet. */
export class NotThereYet extends Error {
  constructor({ complaintId, seq }: OutboxMessage) {
    super(`Complaint ${complaintId} has no event ${seq} yet`)
    this.name = 'NotThereYet'
  }
}

/**
 * Tells Slack what a complaint has come to, up to the event of the message: the cards show the complaint as it stands,
 * and the thread gets a line for each event that deserves one, in order. Events before it that Slack has not been told
 * of (their message ended in the dead-letter queue) are caught up on, so a message that was late, or comes twice, finds
 * nothing left to do.
 *
 * The parent's emoji follows its stage, last, as it is the least: a failure there holds up nothing.
 *
 * Each post is marked before it is sent. One that was interrupted is looked for in Slack before it is sent again.
 *
 * Where a step calls people for many complaints at once, the lines name them, and one message in the channel calls them:
 * this delivery is done once that message tells of this complaint too.
 *
 * @throws SlackFailure, NotThereYet, Interference, NotFound, Later: nothing is lost, and the message is to be delivered again.
 */
export async function deliver(message: OutboxMessage, outside: Outside): Promise<void> {
  const telling = await begin(message, outside)
  if (telling === undefined) return
  await telling.recover()
  // People are called before anything else is asked of Slack, which may have had enough of us by then.
  await telling.gatherCalls()
  await telling.tellGathered().catch(unlessLater)
  await telling.showCards()
  telling.expectReaction()
  await telling.reply()
  await telling.tellGathered()
  await telling.showStage()
  await telling.forget()
  await telling.done()
}

/**
 * Does what can be done of a delivery while Slack takes nothing: the calls that are gathered with others are counted
 * among them from now on.
 *
 * @throws NotThereYet, NotFound.
 */
export async function prepare(message: OutboxMessage, outside: Outside): Promise<void> {
  await (await begin(message, outside))?.gatherCalls()
}

const unlessLater = (error: unknown): void => {
  if (!(error instanceof Later)) throw error
}

/** @returns undefined where there is nothing to tell. */
async function begin({ complaintId, seq }: OutboxMessage, outside: Outside): Promise<Telling | undefined> {
  const thread = await outside.threads.load(complaintId)
  if (seq <= thread.deliveredSeq) return undefined
  // What Slack is told from now on knows nothing of whom we were to forget, whether or not the ledger is rid of it yet.
  const history = statesOf(erasedHistory(await outside.ledger.timeline(complaintId)))
  if (history.length === 0 || (history.at(-1)?.after.version ?? 0) < seq)
    throw new NotThereYet({ complaintId, seq })
  return new Telling({ complaintId, seq }, thread, history, outside)
}

/** A place where an event is told, and whom it calls there. */
interface Told {
  readonly post: string
  readonly shown: Card
  readonly called: readonly string[]
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
  readonly #seq: number
  readonly #outside: Outside
  readonly #policy: Policy
  /** As it stands. */
  readonly #complaint: Complaint
  /** What Slack has not been told of, up to the event of the message. */
  readonly #untold: readonly Step[]
  readonly #history: readonly Step[]
  /** The team that the complaint came to: the thread is in its channel, also where Slack hears of it late. */
  readonly #home: string
  /** By post: what its calls are told together with; undefined where the post calls people itself. */
  readonly #decided = new Map<string, Gathered | undefined>()
  /** What has still to be told together with others, by key. */
  readonly #gathered = new Map<string, Gathered>()
  #thread: Thread

  /** @param history not empty. */
  constructor(
    { complaintId, seq }: OutboxMessage,
    thread: Thread,
    history: readonly Step[],
    outside: Outside,
  ) {
    const [first, latest] = [history[0] as Step, history.at(-1) as Step]
    this.#complaintId = complaintId
    this.#seq = seq
    this.#outside = outside
    this.#policy = policyOf(latest.after.policy)
    this.#complaint = latest.after
    this.#untold = history.filter(({ event }) => event.seq > thread.deliveredSeq && event.seq <= seq)
    this.#history = history
    this.#home = first.after.team
    this.#thread = thread
  }

  /** Finds out what became of the post that an earlier delivery was interrupted at, before anything else is posted. */
  async recover(): Promise<void> {
    const { sending, sent } = this.#thread
    if (sending === undefined) return
    const { post, team, threadTs } = sending
    const found = await findPost(this.#outside.slack, sending, this.#payload(post))
    this.#thread = { ...this.#thread, sending: undefined }
    if (found === undefined) return
    if (threadTs !== undefined) this.#thread = { ...this.#thread, sent: [...sent, post] }
    // What it shows is not known: no hash makes it be updated.
    else this.#put({ team, ...found, hash: '' })
  }

  /** The teams that have to see it. */
  #audience(): Set<string> {
    const { team, handoff } = this.#complaint
    const shown = this.#thread.cards.map((shown) => shown.team)
    const asked = handoff === undefined ? [] : [handoff.toTeam]
    return new Set([...shown, this.#home, team, ...asked, ...issueTeams(this.#complaint)])
  }

  /** Makes every card show the complaint as it is, and puts one wherever somebody has to see it. */
  async showCards(): Promise<void> {
    for (const team of this.#audience()) await this.#showCard(team)
  }

  async #showCard(team: string): Promise<void> {
    const policy = this.#policy
    // The thread stays where it began: its card goes on to show what the owner sees.
    const left = team === this.#home && partOf(this.#complaint, team) === 'nothing'
    const forTeam = left ? this.#complaint.team : team
    const content = card(this.#complaint, policy, { home: await this.#parentOf(team), team: forTeam })
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
  async #parentOf(team: string): Promise<Home | undefined> {
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

  /**
   * Notes the emoji that the parent is about to get. The lines save it with their marks, so one that was put there before
   * a crash is known, and goes when the stage does.
   */
  expectReaction(): void {
    const [parent] = this.#thread.cards
    const wanted = STAGE_REACTIONS[this.#complaint.stage]
    if (parent === undefined || wanted === undefined || parent.reaction?.shown === wanted) return
    const { stray = [], ...reaction } = parent.reaction ?? {}
    this.#put({ ...parent, reaction: { ...reaction, stray: [...new Set([...stray, wanted])] } })
  }

  /** Makes the parent carry the emoji of its stage and no other. What Slack does not take now is done at the next event. */
  async showStage(): Promise<void> {
    const [parent] = this.#thread.cards
    const wanted = STAGE_REACTIONS[this.#complaint.stage]
    if (parent === undefined) return
    const { shown, stray = [] } = parent.reaction ?? {}
    const { slack } = this.#outside
    try {
      if (wanted !== undefined && shown !== wanted) await react(slack, 'add', parent, wanted)
      const old = [...stray, ...(shown === undefined ? [] : [shown])]
      let left = [...new Set(old)].filter((name) => name !== wanted)
      if (shown === wanted && left.length === 0) return
      this.#put({ ...parent, reaction: { shown: wanted, stray: left } })
      for (const name of left) {
        await react(slack, 'remove', parent, name)
        left = left.filter((candidate) => candidate !== name)
        this.#put({ ...parent, reaction: { shown: wanted, stray: left } })
      }
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error
      const facts = { complaintId: this.#complaintId, code: error.code }
      logger.warn('Slack did not take the emoji of a stage', facts)
    }
  }

  /** Whether the card is still there to be updated: people may delete messages. */
  #update(shown: Card, content: Content): Promise<boolean> {
    return update(this.#outside.slack, shown, content, this.#payload(`card:${shown.team}`))
  }

  /**
   * Where an event is told: in the thread, and below the cards of the teams whose people it calls. Each of them is called
   * in one place: in their team's channel where it has a card, or else in the thread.
   */
  #placesOf({ event, after }: Step): Told[] {
    const people = replyTo(event, after, this.#policy)?.people
    if (people === undefined) return []
    const { cards } = this.#thread
    return cards.flatMap((shown, index) => {
      const called = people.filter((person) => {
        const own = cards.findIndex(({ team }) => team === personOf(this.#policy, person)?.team)
        return index === Math.max(0, own)
      })
      return index > 0 && called.length === 0
        ? []
        : [{ post: `event:${event.seq}:${shown.team}`, shown, called }]
    })
  }

  /** Decides which calls are gathered with those of other complaints, as soon as it is known where they are told. */
  async gatherCalls(): Promise<void> {
    if (this.#audience().size > this.#thread.cards.length) return
    for (const step of this.#untold) {
      for (const { post, shown, called } of this.#placesOf(step)) {
        if (this.#decided.has(post)) continue
        const gathered = await this.#gather(step.event, shown, called)
        this.#decided.set(post, gathered)
        if (gathered !== undefined) this.#gathered.set(gathered.key, gathered)
      }
    }
  }

  async #gather(
    event: Event,
    { channel, ts }: Card,
    people: readonly string[],
  ): Promise<Gathered | undefined> {
    const step = stepOf(event)
    if (step === undefined || people.length === 0) return undefined
    const { calls } = this.#outside
    const key = callsKey(channel, step.name, stretchOf(event.at))
    const call = { complaintId: this.#complaintId, seq: event.seq }
    if (await calls.isSingle(key, call)) return undefined
    await calls.gather(key, { ...call, ts, people: people.map((person) => mention(this.#policy, person)) })
    return { key, step, channel }
  }

  /**
   * Sees to it that the calls that were gathered are told.
   *
   * @throws Later when that takes another attempt.
   */
  async tellGathered(): Promise<void> {
    for (const gathered of this.#gathered.values()) {
      await tellGathered(gathered, this.#outside)
      this.#gathered.delete(gathered.key)
    }
  }

  /** Adds the lines of the events that were not told. */
  async reply(): Promise<void> {
    await this.gatherCalls()
    for (const step of this.#untold) {
      for (const place of this.#placesOf(step)) {
        if (!this.#thread.sent.includes(place.post)) await this.#reply(step, place)
      }
    }
    // Should it take another attempt, what has been posted by now need not be looked for.
    if (this.#gathered.size > 0) await this.#save({ sending: undefined })
  }

  async #reply({ event, after }: Step, place: Told): Promise<void> {
    const { post, shown, called } = place
    const single = this.#decided.get(post) === undefined
    const line = replyTo(event, after, this.#policy, (person) => single && called.includes(person))
    if (line === undefined) return
    const { text, blocks } = line
    const { team, channel, ts } = shown
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

  /**
   * Rewrites the thread's lines once the customer is to be forgotten. Doing it again changes nothing; what colleagues
   * wrote below the card themselves is theirs to delete.
   */
  async forget(): Promise<void> {
    const erased = this.#untold.findLast(({ event }) => event.type === 'erased')
    if (erased === undefined) return
    const { slack } = this.#outside
    const lines = new Map(
      this.#history
        .filter(({ event }) => event.seq < erased.event.seq)
        .map(({ event, after }) => [event.seq, replyTo(event, after, this.#policy, () => false)]),
    )
    for (const { channel, ts: threadTs } of this.#thread.cards) {
      for await (const { ts, text, payload } of markedReplies(slack, { channel, threadTs })) {
        const seq = Number(/^event:(\d+):/.exec(payload.post ?? '')?.[1])
        const line = payload.complaintId === this.#complaintId ? lines.get(seq) : undefined
        if (line === undefined || line.text === text) continue
        await update(slack, { channel, ts }, { text: line.text, blocks: line.blocks }, payload)
      }
    }
  }

  /** Everything up to the event of the message has been told. */
  async done(): Promise<void> {
    await this.#save({ deliveredSeq: this.#seq, sent: [], sending: undefined })
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
      return await postTo(slack, place, content, this.#payload(place.post))
    } catch (error) {
      if (error instanceof SlackFailure && !error.mayHaveHappened) await this.#save({ sending: undefined })
      throw error
    }
  }

  #payload(post: string) {
    return { complaintId: this.#complaintId, post }
  }
}

type Place = Omit<NonNullable<Thread['sending']>, 'at'>
