import { type Complaint, type Event, evolve, type Timer } from '../domain/complaint.ts'
import { type Actor, decide } from '../domain/decide.ts'
import type { Instant } from '../domain/instant.ts'
import type { Policy } from '../domain/policy.ts'

/** What moving a complaint to another policy does to one of its timers. */
export interface Move {
  readonly timer: string
  /** `new` where it has none yet. */
  readonly before: Timer['state'] | 'new'
  readonly after: Timer['state']
  readonly dueBefore?: Instant
  readonly dueAfter: Instant
}

export interface Plan {
  readonly rule: string
  /** The timers that change; those that are met, or whose breach stands, do not. */
  readonly moves: readonly Move[]
  /** What happens as soon as it is moved, such as `timer-breached acknowledge`. */
  readonly atOnce: readonly string[]
}

/**
 * What a move would do, without doing it.
 *
 * @param from the policy that the complaint is under.
 * @throws Refusal where the move is not possible: it is under that policy already, or its team is not in it.
 */
export function plan(state: Complaint, from: Policy, to: Policy, by: Actor, now: Instant): Plan {
  const fold = (before: Complaint, events: readonly Event[]) =>
    events.reduce<Complaint>((so, event) => evolve(so, event), before)
  const events = decide(state, { type: 'repolicy', to, by }, { now, policy: from })
  const moved = events.at(-1)
  // What time had made true by now happens with the move or without it.
  const before = fold(state, events.slice(0, -1))
  const after = fold(before, events.slice(-1))
  const moves = (moved?.timers ?? []).map((timer): Move => {
    const former = before.timers.find(({ name }) => name === timer.name)
    return {
      timer: timer.name,
      before: former?.state ?? 'new',
      after: timer.state,
      ...(former === undefined ? {} : { dueBefore: former.dueAt }),
      dueAfter: timer.dueAt,
    }
  })
  const atOnce = decide(after, { type: 'fire' }, { now, policy: to }).map((event) =>
    'timer' in event ? `${event.type} ${event.timer}` : event.type,
  )
  return { rule: after.rule, moves, atOnce }
}
