import { type Complaint, evolve } from '../domain/complaint.ts'
import { addSeconds, type Instant } from '../domain/instant.ts'
import type { EventRecord } from '../ledger/ledger.ts'
import { isPublic, publicEventOf } from './public-event.ts'
import type { PublicEvent } from './schema.ts'

/** The UTC days (`YYYY-MM-DD`) that a stretch of time touches, both ends included. */
export function daysOf(since: Instant, until: Instant): string[] {
  const days: string[] = []
  for (
    let day = since.slice(0, 10);
    day <= until.slice(0, 10);
    day = addSeconds(`${day}T00:00:00Z`, 86_400).slice(0, 10)
  )
    days.push(day)
  return days
}

/**
 * What other systems were told of a complaint's events, or would have been: those that were recorded from `since` on and not
 * after `until`. What an older version did not note beside an event is worked out from the events before it.
 *
 * @param records all of the complaint, oldest first.
 */
export function toldOf(
  complaintId: string,
  records: readonly EventRecord[],
  since: Instant,
  until: Instant,
): PublicEvent[] {
  const told: PublicEvent[] = []
  let state: Complaint | undefined
  for (const { event, context } of records) {
    state = evolve(state, event)
    if (event.recordedAt < since || event.recordedAt > until) continue
    const { owner, stage } = state
    told.push(publicEventOf(complaintId, event, isPublic(context) ? context : { ...context, owner, stage }))
  }
  return told
}
