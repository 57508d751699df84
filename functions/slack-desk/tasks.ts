import { createHash } from 'node:crypto'
import type { Action } from '../domain/decide.ts'

/** Who asked for something, and where to answer them alone. */
export interface Asker {
  /** Slack's id of the user. */
  readonly user: string
  /** Slack's id of the channel that they asked in, if they did in one. */
  readonly channel?: string | undefined
  /** Takes five answers in half an hour. */
  readonly responseUrl?: string | undefined
  /** The view that shows the complaint they acted on, or `reply` of it: it is to show what came of it. */
  readonly view?: string | undefined
  readonly reply?: string | undefined
}

/** What was entered to raise a complaint from a message in Slack. */
export interface Raising {
  /** Slack's ids of the channel and of the message in it. */
  readonly channel: string
  readonly ts: string
  readonly text: string
  readonly name?: string | undefined
  /** An address, a number or a handle. */
  readonly contact?: string | undefined
  /** Where the customer complained. */
  readonly origin: string
  readonly public: boolean
  readonly product?: string | undefined
}

/** What `/complaint` lists. */
export type Listing = 'mine' | 'open' | 'next' | { readonly find: string }

/**
 * Something that somebody asked for in Slack: plain data, as it may wait on a queue until it is done. Doing it twice
 * comes to the same as doing it once.
 */
export type Task =
  | {
      readonly kind: 'act'
      /** Slack's name of this one press or submission. */
      readonly asked?: string | undefined
      readonly by: Asker
      readonly complaintId: string
      readonly action: Action
      readonly expects?: number | undefined
      /** Of `draft-reply`: the reply whose place it takes, which is discarded once the new one is there. */
      readonly replaces?: string | undefined
    }
  | { readonly kind: 'raise'; readonly by: Asker; readonly raising: Raising }
  | {
      readonly kind: 'tell-raised'
      readonly by: Asker
      readonly complaintId: string
      readonly outcome: 'opened' | 'linked' | 'duplicate'
    }
  | { readonly kind: 'list'; readonly by: Asker; readonly listing: Listing }
  | { readonly kind: 'say'; readonly by: Asker; readonly text: string }
  /** `asked` is Slack's id of the event. */
  | { readonly kind: 'home'; readonly asked: string; readonly user: string }
  /** Their Slack user was deactivated. */
  | { readonly kind: 'left'; readonly asked: string; readonly user: string }

/** What must be done in order: a complaint's actions, and else what one person asked for. */
export const groupOf = (task: Task): string =>
  task.kind === 'act'
    ? task.complaintId
    : task.kind === 'home' || task.kind === 'left'
      ? task.user
      : task.by.user

/** The same for what Slack told us twice. */
export const idOf = (task: Task): string =>
  createHash('sha256').update(JSON.stringify(task)).digest('base64url')
