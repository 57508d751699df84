import type { Complaint, Event, PolicyRef } from '../domain/complaint.ts'
import type { Policy } from '../domain/policy.ts'
import { type Difference, redecide, stateDifference } from '../domain/replay.ts'
import { stateItem } from '../ledger/ledger.ts'

/** The state item's attributes that follow from the events: the others are the auditor's. */
const DECIDED = ['data', 'version', 'signalSeq', 'team', 'nextDueAt', 'dueShard', 'openShard'] as const

/**
 * Whether what is stored of a complaint is what its events amount to, decided anew: every event with its timers, then
 * the state and what the clock's index knows of it.
 *
 * @param item the stored state item.
 * @param events of the complaint, oldest first; those after the item's version are left out.
 * @returns the first difference, or undefined where there is none.
 */
export function check(
  item: Readonly<Record<string, unknown>>,
  events: readonly Event[],
  policyOf: (ref: PolicyRef) => Policy,
): Difference | undefined {
  const { state, difference } = redecide(
    events.filter(({ seq }) => seq <= Number(item.version)),
    policyOf,
  )
  if (difference !== undefined) return difference
  const recomputed = stateItem(state as Complaint, '', policyOf)
  const pick = (from: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(DECIDED.map((attribute) => [attribute, from[attribute]]))
  return stateDifference(pick(item), pick(recomputed))
}
