import type { WebClient } from '@slack/web-api'
import type { Content } from '../slack/card.ts'
import { ask, SlackFailure } from '../slack/client.ts'

/** What a post is marked with, so that it can be found again: ids only. */
export type Payload = Readonly<Record<string, string>>

/** Where a post goes. */
export interface Place {
  /** Slack's id of the channel, or its name. */
  readonly channel: string
  /** The message that it replies to, if it does. */
  readonly threadTs?: string | undefined
}

/** Where a post is. */
export interface Posted {
  readonly channel: string
  readonly ts: string
}

const EVENT_TYPE = 'redress_event'
/** Slack's clock and ours may differ by so much. */
const CLOCK_SKEW_SECONDS = 300
const PAGE = 200

/** @throws SlackFailure, which says whether it may be there all the same. */
export async function post(
  slack: WebClient,
  { channel, threadTs }: Place,
  { text, blocks }: Content,
  payload: Payload,
): Promise<Posted> {
  const posted = await ask(
    slack.chat.postMessage({
      channel,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      text,
      blocks,
      metadata: { event_type: EVENT_TYPE, event_payload: payload },
      // Links in what others wrote are nothing to open unasked, nor are bare names in it anybody to call.
      unfurl_links: false,
      unfurl_media: false,
      parse: 'none',
      link_names: false,
    }),
  )
  if (posted.channel === undefined || posted.ts === undefined) {
    throw new Error('Slack posted a message without saying where')
  }
  return { channel: posted.channel, ts: posted.ts }
}

/**
 * Whether the message is still there to be updated: people may delete messages.
 *
 * @throws SlackFailure.
 */
export async function update(
  slack: WebClient,
  { channel, ts }: Posted,
  { text, blocks }: Content,
  payload: Payload,
): Promise<boolean> {
  const metadata = { event_type: EVENT_TYPE, event_payload: payload }
  try {
    await ask(slack.chat.update({ channel, ts, text, blocks, metadata }))
    return true
  } catch (error) {
    if (isGone(error)) return false
    throw error
  }
}

/**
 * The post that was about to be sent at `at` (seconds since 1970), where Slack has it: by what it was marked with.
 *
 * @throws SlackFailure.
 */
export async function findPost(
  slack: WebClient,
  { channel, threadTs, at }: Place & { readonly at: number },
  payload: Payload,
): Promise<Posted | undefined> {
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
      if (metadata?.event_type !== EVENT_TYPE || ts === undefined) continue
      const found = (metadata.event_payload ?? {}) as Record<string, unknown>
      if (Object.entries(payload).every(([name, value]) => found[name] === value)) return { channel: id, ts }
    }
    cursor = page.response_metadata?.next_cursor
  } while (cursor)
  return undefined
}

/**
 * Our own messages below another: what they say, and what they are marked with.
 *
 * @throws SlackFailure.
 */
export async function* markedReplies(
  slack: WebClient,
  { channel, threadTs }: { readonly channel: string; readonly threadTs: string },
): AsyncGenerator<{ ts: string; text: string; payload: Payload }> {
  let cursor: string | undefined
  do {
    const page = await ask(
      slack.conversations.replies({
        channel,
        ts: threadTs,
        limit: PAGE,
        include_all_metadata: true,
        ...(cursor ? { cursor } : {}),
      }),
    ).catch((error: unknown) => {
      if (isGone(error)) return undefined
      throw error
    })
    for (const { ts, text = '', metadata } of page?.messages ?? []) {
      if (metadata?.event_type !== EVENT_TYPE || ts === undefined || ts === threadTs) continue
      yield { ts, text, payload: (metadata.event_payload ?? {}) as Payload }
    }
    cursor = page?.response_metadata?.next_cursor
  } while (cursor)
}

/** Slack's words for what needs doing no more. */
const DONE_BEFORE = { add: 'already_reacted', remove: 'no_reaction' } as const

/**
 * Puts an emoji below a message, or takes ours away again. Repeating it changes nothing.
 *
 * @throws SlackFailure.
 */
export async function react(
  slack: WebClient,
  change: keyof typeof DONE_BEFORE,
  { channel, ts }: Posted,
  name: string,
): Promise<void> {
  try {
    await ask(slack.reactions[change]({ channel, timestamp: ts, name }))
  } catch (error) {
    if (!(error instanceof SlackFailure && error.code === DONE_BEFORE[change])) throw error
  }
}

/** Whether the message that a call was about is not there any more. */
export const isGone = (error: unknown): error is SlackFailure =>
  error instanceof SlackFailure && (error.code === 'message_not_found' || error.code === 'thread_not_found')

/** The id of a channel that the policy may call by its name: Slack posts by name, but tells only by id. */
async function channelId(slack: WebClient, nameOrId: string): Promise<string> {
  if (/^[CDG][A-Z0-9]{8,}$/.test(nameOrId)) return nameOrId
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
