import { Later } from '../shared/later.ts'
import type { Gathering } from '../slack/calls.ts'
import type { Content } from '../slack/card.ts'
import { ask, SlackFailure } from '../slack/client.ts'
import { alsoCalling, gatheredContent, LISTED, MOST_MENTIONED, type Step } from '../slack/gathered.ts'
import type { Outside } from './deliver.ts'
import { findPost, isGone, post, update } from './posts.ts'

/** Calls that are told together. */
export interface Gathered {
  readonly key: string
  readonly step: Step
  /** Slack's id of the channel. */
  readonly channel: string
}

/** Longer than whoever works on the message can take: an invocation ends sooner. */
const BUSY_SECONDS = 60

/**
 * Sees to it that Slack shows every call gathered under a key: in one message, posted once, that counts them. Whoever
 * comes while it must not change yet, or while somebody else changes it, comes again: so no call is taken for told
 * before it is, and one change tells of all that came meanwhile.
 *
 * @throws Later, SlackFailure: call again.
 */
export async function tellGathered(gathered: Gathered, outside: Outside): Promise<void> {
  const { key } = gathered
  const { calls, gatherSeconds } = outside
  // In this order: calls only ever become more, so as many as had been shown before are those that had been shown.
  const loaded = await calls.load(key)
  const all = await calls.gathered(key)
  if (loaded.shown >= all.length) return

  const now = Math.floor(outside.nowMs() / 1000)
  const { busyUntil = 0, shownAt, sending } = loaded
  if (now < busyUntil) throw new Later(busyUntil - now)
  if (shownAt === undefined) {
    await calls.save(key, { ...loaded, shownAt: now })
    throw new Later(gatherSeconds)
  }
  if (sending === undefined && now < shownAt + gatherSeconds) throw new Later(shownAt + gatherSeconds - now)

  const claimed = await calls.save(key, { ...loaded, busyUntil: now + BUSY_SECONDS })
  if (claimed === undefined) throw new Later(1)
  const telling = new GatheredTelling(gathered, claimed, outside)
  try {
    await telling.recover()
    const people = [...new Set(all.flatMap((call) => call.people))]
    const complaints = new Map(all.map(({ complaintId, ts }) => [complaintId, ts]))
    const links = await telling.linksTo([...complaints].slice(0, LISTED))
    const content = (mentioned: readonly string[]) =>
      gatheredContent(gathered.step, [...complaints.keys()], mentioned, links)
    if (!(await telling.update(content))) await telling.begin(people, content)
    await telling.callOthers(people)
    await telling.save({ shown: all.length, shownAt: now, busyUntil: undefined })
  } catch (error) {
    // Where Slack did nothing, others need not wait. Where it may still do something, they do.
    if (error instanceof SlackFailure && !error.mayHaveHappened) await telling.save({ busyUntil: undefined })
    throw error
  }
}

type Sending = NonNullable<Gathering['sending']>

/** The name of the message among the posts of a key. */
const MESSAGE = 'message'

/** One change of the message, and what Slack shows as it becomes. */
class GatheredTelling {
  readonly #gathered: Gathered
  readonly #outside: Outside
  #gathering: Gathering

  constructor(gathered: Gathered, gathering: Gathering, outside: Outside) {
    this.#gathered = gathered
    this.#outside = outside
    this.#gathering = gathering
  }

  /** Finds out what became of the post that somebody was interrupted at. */
  async recover(): Promise<void> {
    const { sending } = this.#gathering
    if (sending === undefined) return
    const { channel } = this.#gathered
    let found: { ts: string } | undefined
    try {
      found = await findPost(this.#outside.slack, { channel, ...sending }, this.#payload(sending.post))
    } catch (error) {
      if (!isGone(error)) throw error // Gone with what it was below.
    }
    this.#settled(sending, found?.ts)
  }

  /** Where to find cards, each given by its complaint and `ts`. Slack's refusal delays no call: a link can do without. */
  async linksTo(cards: readonly (readonly [complaintId: string, ts: string])[]): Promise<Gathering['links']> {
    const { channel } = this.#gathered
    const known = this.#gathering.links
    const links: Record<string, string> = {}
    try {
      for (const [complaintId, message_ts] of cards) {
        links[complaintId] =
          known[complaintId] ??
          (await ask(this.#outside.slack.chat.getPermalink({ channel, message_ts }))).permalink ??
          ''
      }
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error
    }
    this.#gathering = { ...this.#gathering, links }
    return links
  }

  /** Whether the message is there, and now shows everything. */
  async update(content: (mentioned: readonly string[]) => Content): Promise<boolean> {
    const { ts, mentioned } = this.#gathering
    if (ts === undefined) return false
    const { channel } = this.#gathered
    return update(this.#outside.slack, { channel, ts }, content(mentioned), this.#payload(MESSAGE))
  }

  /** Posts the message; again, where somebody deleted it, but calls nobody twice. */
  async begin(people: readonly string[], content: (mentioned: readonly string[]) => Content): Promise<void> {
    const mentioned = this.#uncalled(people)
    await this.#post({ post: MESSAGE, people: mentioned }, content(mentioned))
  }

  /** Calls, below the message, those who were not among its people when it was posted. */
  async callOthers(all: readonly string[]): Promise<void> {
    for (let people = this.#uncalled(all); people.length > 0; people = this.#uncalled(all)) {
      const { ts, called } = this.#gathering
      await this.#post({ post: `also:${called.length}`, people, threadTs: ts }, alsoCalling(people))
    }
  }

  #uncalled(people: readonly string[]): string[] {
    return people.filter((person) => !this.#gathering.called.includes(person)).slice(0, MOST_MENTIONED)
  }

  /** Posts. Marked before, so that it is looked for where it was interrupted; unmarked where Slack refused it. */
  async #post(mark: Omit<Sending, 'at'>, content: Content): Promise<void> {
    const { slack, nowMs } = this.#outside
    await this.save({ sending: { ...mark, at: Math.floor(nowMs() / 1000) } })
    const place = { channel: this.#gathered.channel, threadTs: mark.threadTs }
    try {
      this.#settled(mark, (await post(slack, place, content, this.#payload(mark.post))).ts)
    } catch (error) {
      if (error instanceof SlackFailure && !error.mayHaveHappened) this.#settled(mark, undefined)
      throw error
    }
  }

  /** What became of a post: it is at `ts`, or nowhere. Known to others with the next change. */
  #settled({ post, people }: Omit<Sending, 'at'>, ts: string | undefined): void {
    const { called } = this.#gathering
    this.#gathering = {
      ...this.#gathering,
      sending: undefined,
      ...(ts === undefined ? {} : { called: [...called, ...people] }),
      ...(ts === undefined || post !== MESSAGE ? {} : { ts, mentioned: people }),
    }
  }

  async save(change: Partial<Gathering>): Promise<void> {
    const saved = await this.#outside.calls.save(this.#gathered.key, { ...this.#gathering, ...change })
    // Too slow: somebody else is at work on it by now.
    if (saved === undefined) throw new Later(1)
    this.#gathering = saved
  }

  #payload(post: string) {
    return { calls: this.#gathered.key, post }
  }
}
