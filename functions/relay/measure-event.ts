import { type Event, kindOf, type Redress } from '../domain/complaint.ts'
import { epochSeconds, type Instant } from '../domain/instant.ts'
import type { EventContext } from '../ledger/ledger.ts'
import { CHANNELS, CURRENCIES, type MetricName, measure, timerDimension } from '../shared/metrics.ts'

/** One value of one series. */
export interface Measurement {
  readonly name: MetricName
  readonly value: number
  /** Of the metric's own dimension, where it has one. */
  readonly dimension?: string
}

/** Clocks of two machines differ: nothing arrived before it was sent. */
const seconds = (from: Instant, to: Instant): number => Math.max(0, epochSeconds(to) - epochSeconds(from))

const one = (name: MetricName, dimension?: string): Measurement => value(name, 1, dimension)
const value = (name: MetricName, amount: number, dimension?: string): Measurement => ({
  name,
  value: amount,
  ...(dimension === undefined ? {} : { dimension }),
})

const money = (name: MetricName, { amount, currency }: Redress): Measurement[] =>
  amount === undefined || currency === undefined || !CURRENCIES.has(currency)
    ? []
    : [value(name, amount, currency)]

/**
 * What one event counts for. The relay counts it when the stream brings it, and the nightly reconciliation counts it
 * again from the ledger. What has none says so by its name here, so that a new type is not forgotten.
 */
export function measurementsOf(event: Event, context: EventContext): Measurement[] {
  const { team, channel, receivedAt, handoffAt } = context
  switch (event.type) {
    case 'received':
      return [
        one('Received', CHANNELS.has(channel) ? channel : 'other'),
        value('IngestionLag', seconds(event.message.postedAt, event.at)),
      ]
    case 'acknowledged':
      return [value('TimeToAcknowledge', seconds(receivedAt, event.at), team)]
    case 'handoff-accepted':
      return [value('TimeToAcceptHandoff', seconds(handoffAt ?? event.at, event.at), team)]
    case 'resolved':
      return [value('TimeToResolve', seconds(receivedAt, event.at), team)]
    case 'redress-approved':
      return money('RedressApproved', event.redress)
    case 'redress-paid':
      return money('RedressPaid', event.redress)
    case 'reopened':
      return [one('Reopened', team)]
    case 'linked':
      return [one('Linked'), value('IngestionLag', seconds(event.message.postedAt, event.at))]
    case 'customer-replied':
      return [one('CustomerReplied')]
    case 'timer-warned':
      return [one('TimerWarned')]
    case 'timer-breached':
      return [one('TimerBreached', timerDimension(kindOf(event.timer)))]
    case 'escalated':
      return [one('Escalated', String(event.level))]
    case 'promised':
      return [one('Promised')]
    case 'promise-kept':
      return [one('PromiseKept')]
    case 'survey-answered':
    case 'promise-broken':
    case 'issue-handoff-requested':
    case 'issue-handoff-accepted':
    case 'issue-returned':
    case 'reply-drafted':
    case 'guard-overridden':
    case 'reply-approval-asked':
    case 'reply-approved':
    case 'reply-refused':
    case 'reply-discarded':
    case 'reply-released':
    case 'reply-sent':
    case 'reply-delivered':
    case 'reply-failed':
    case 'contact-asked':
    case 'contact-given':
    case 'identity-matched':
    case 'survey-asked':
    case 'redress-proposed':
    case 'redress-refused':
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
    case 'replied':
    case 'repolicied':
    case 'erased':
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
      return []
  }
}

/**
 * Counts one event, at the instant at which the ledger recorded it, so that CloudWatch's days are the ledger's however
 * late the stream is.
 */
export function measureEvent(event: Event, context: EventContext): void {
  for (const { name, value, dimension } of measurementsOf(event, context))
    measure(name, value, dimension, event.recordedAt)
}
