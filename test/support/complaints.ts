import type { Complaint, Event, Message, TimerName } from '../../functions/domain/complaint.ts'
import { evolve } from '../../functions/domain/complaint.ts'
import {
  type Action,
  type Actor,
  type Command,
  type Context,
  decide,
  Refusal,
} from '../../functions/domain/decide.ts'
import type { Instant } from '../../functions/domain/instant.ts'
import type { Policy } from '../../functions/domain/policy.ts'
import type { Triage } from '../../functions/domain/triage.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'

export const COMPLAINT_ID = '01JD7Z3K8M0000000000000001'

/** A message that says only what a test needs to say about it. */
export const message = (overrides: Partial<Message> = {}): Message => ({
  source: 'web',
  messageId: 'message-1',
  postedAt: '2026-11-23T09:00:00Z',
  author: { id: 'customer-1' },
  text: 'My bill is wrong',
  public: true,
  channel: 'web',
  ...overrides,
})

export const sam: Actor = { id: 'sam', team: 'support' }
export const bea: Actor = { id: 'bea', team: 'billing' }

/**
 * A complaint and its history, for tests that read as a story: `given(...)` opens it, `does` sends a command at an
 * instant, and every event lands in `events`.
 */
export class Story {
  readonly events: Event[] = []
  /** The policy that the complaint is under now. */
  policy: Policy
  #state: Complaint | undefined

  constructor(policy: Policy = currentPolicy) {
    this.policy = policy
  }

  get state(): Complaint {
    if (this.#state === undefined) throw new Error('This story has not begun')
    return this.#state
  }

  /** Sends any command; returns the events that came of it. A refusal is thrown, and changes nothing. */
  send(at: Instant, command: Command): Event[] {
    const context: Context = { now: at, policy: this.policy }
    const events = decide(this.#state, command, context)
    for (const event of events) this.#state = evolve(this.#state, event)
    this.events.push(...events)
    if (command.type === 'repolicy') this.policy = command.to
    return events
  }

  does(at: Instant, action: Action, by: Actor = sam): Event[] {
    return this.send(at, { ...action, by })
  }

  /** Lets the clock fire at an instant. */
  passes(at: Instant): Event[] {
    return this.send(at, { type: 'fire' })
  }

  timer(name: TimerName) {
    const timer = this.state.timers.find((candidate) => candidate.name === name)
    if (timer === undefined) throw new Error(`There is no timer ${name}`)
    return timer
  }

  types(): string[] {
    return this.events.map((event) => event.type)
  }
}

/** A complaint opened at an instant; Monday, 23 November 2026, at opening time unless said otherwise. */
export function given(
  at: Instant = '2026-11-23T09:00:00Z',
  overrides: Partial<Message> = {},
  policy?: Policy,
  triage?: Triage,
): Story {
  const story = new Story(policy)
  story.send(at, {
    type: 'receive',
    id: COMPLAINT_ID,
    message: message({ postedAt: at, ...overrides }),
    triage,
    by: { id: 'source:web' },
  })
  return story
}

/** What a refusal says, its code first; `allowed` where there is none. */
export const refusalOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof Refusal) return `${error.code}: ${error.message}`
    throw error
  }
  return 'allowed'
}
