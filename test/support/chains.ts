import { type Event, replay } from '../../functions/domain/complaint.ts'
import { bytesOf, firstHash, type Link, linksOf, toStored } from '../../functions/ledger/chain.ts'
import { type History, historyOf, type KeptEvent } from '../../functions/ledger/history.ts'
import { complaintKey, eventKey, STATE } from '../../functions/ledger/keys.ts'
import { COMPLAINT_ID } from './complaints.ts'
import { memoryTable } from './table.ts'

/**
 * A table that holds a complaint of these events, chained as the ledger chains them.
 *
 * @param unchained how many of them are older than the chain.
 */
export function tableWith(events: readonly Event[], unchained = 0) {
  const table = memoryTable()
  const chained = linksOf(firstHash(COMPLAINT_ID), events.slice(unchained))
  const links: (Link | undefined)[] = [...Array(unchained).fill(undefined), ...chained]
  const pk = complaintKey(COMPLAINT_ID)
  for (const [index, event] of events.entries()) {
    const link = links[index]
    table.overwrite({
      pk,
      sk: eventKey(event.seq),
      event,
      context: { team: 'support', channel: 'web', receivedAt: event.at },
      ...(link === undefined ? {} : { chain: toStored(link) }),
    })
  }
  const head = links.at(-1)?.hash
  table.overwrite({
    pk,
    sk: STATE,
    version: events.length,
    data: replay(events),
    ...(head === undefined ? {} : { head: bytesOf(head) }),
  })
  return { ...table, history: () => historyOf(table.db, 'ledger', COMPLAINT_ID) }
}

/** A history in which one event is another one, or none. */
export const withEvent = (
  history: History,
  place: number,
  change: (kept: KeptEvent) => KeptEvent | undefined,
): History => ({
  ...history,
  events: history.events.flatMap((kept) => (kept.place === place ? (change(kept) ?? []) : kept)),
})
