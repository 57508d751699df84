import type { Event } from '../domain/complaint.ts'
import { epochSeconds, type Instant } from '../domain/instant.ts'
import type { EventContext } from '../ledger/ledger.ts'
import { CHANNELS, measure } from '../shared/metrics.ts'

const seconds = (from: Instant, to: Instant): number => epochSeconds(to) - epochSeconds(from)

/** The metrics of one event. What has none says so by its name here, so that a new type is not forgotten. */
export function measureEvent(event: Event, { team, channel, receivedAt }: EventContext): void {
  switch (event.type) {
    case 'received':
      measure('Received', 1, CHANNELS.has(channel) ? channel : 'other')
      return
    case 'acknowledged':
      measure('Acknowledged', 1, team)
      measure('TimeToAcknowledge', seconds(receivedAt, event.at), team)
      return
    case 'handoff-accepted': {
      measure('HandedOff', 1, team)
      const timer = event.timers?.find(({ name }) => name === 'accept-handoff')
      if (timer !== undefined) measure('TimeToAcceptHandoff', seconds(timer.startedAt, event.at), team)
      return
    }
    case 'resolved':
      measure('Resolved', 1, team)
      measure('TimeToResolve', seconds(receivedAt, event.at), team)
      if (event.redress?.amount !== undefined)
        measure('RedressAmount', event.redress.amount, event.redress.currency)
      return
    case 'reopened':
      measure('Reopened', 1, team)
      return
    case 'timer-warned':
      measure('TimerWarned', 1, kind(event.timer))
      return
    case 'timer-breached':
      measure('TimerBreached', 1, kind(event.timer))
      return
    case 'escalated':
      measure('Escalated', 1, String(event.level))
      return
    case 'taken':
    case 'assigned':
    case 'handoff-requested':
    case 'handoff-declined':
    case 'paused':
    case 'resumed':
    case 'escalation-due':
    case 'reminded':
    case 'follow-up-due':
    case 'closed':
    case 'withdrawn':
    case 'noted':
    case 'customer-replied':
    case 'replied':
    case 'promised':
    case 'promise-kept':
    case 'repolicied':
    case 'erased':
    case 'linked':
    case 'unlinked':
    case 'merged':
    case 'grouped':
    case 'ungrouped':
    case 'severity-changed':
    case 'message-amended':
    case 'issue-added':
    case 'issues-confirmed':
    case 'issue-answered':
    case 'issue-declined':
      return
  }
}

/** Each promise has a timer of its own; as a dimension they are one. */
const kind = (timer: string): string => timer.replace(/:.*/, '')
