import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { logger } from '../shared/logger.ts'
import { type Delivery, deliveryOf, eventName, sendToLanes } from '../webhooks/delivery.ts'
import { type Endpoints, isWanted } from '../webhooks/endpoints.ts'
import type { PublicEvent } from './schema.ts'

/** What publishing needs from outside. */
export interface Publishing {
  readonly bus: Pick<EventBridgeClient, 'send'>
  readonly busName: string
  /** Who the events are from, for the rules of other systems. */
  readonly source: string
  readonly endpoints: Pick<Endpoints, 'list'>
  readonly sqs: Pick<SQSClient, 'send'>
  readonly deliveriesUrl: string
}

interface Received {
  readonly messageId: string
  readonly event: PublicEvent
}

/**
 * Publishes a batch of at most ten events: puts them on the bus in one call, and each that is there into the lanes of the
 * endpoints that want it. What fails comes again, alone; the bus comes first, so that its failure sends no webhook twice.
 */
export async function publishBatch({ Records }: SQSEvent, outside: Publishing): Promise<SQSBatchResponse> {
  const failed = new Set<string>()
  const fail = (messageIds: readonly string[], what: string, cause: unknown) => {
    for (const messageId of messageIds) failed.add(messageId)
    if (messageIds.length > 0) logger.error(what, { messageIds, cause })
  }

  const received: Received[] = []
  for (const { messageId, body } of Records) {
    try {
      received.push({ messageId, event: parse(body) })
    } catch (error) {
      fail([messageId], 'This is no event', causeOf(error))
    }
  }

  let published: readonly Received[] = []
  try {
    const refused = await putOnBus(received, outside)
    published = received.filter(({ messageId }) => !refused.has(messageId))
    fail([...refused.keys()], 'The bus refused events', [...new Set(refused.values())])
  } catch (error) {
    fail(idsOf(received), 'Events could not be put on the bus', causeOf(error))
  }

  try {
    const endpoints = published.length === 0 ? [] : await outside.endpoints.list()
    const deliveries = published.flatMap(({ event }) =>
      endpoints
        .filter((endpoint) => isWanted(endpoint, event.type))
        .map((endpoint) => deliveryOf(endpoint, event)),
    )
    const refused = await sendToLanes(outside.sqs, outside.deliveriesUrl, deliveries)
    fail(idsOf(published.filter(isAmong(refused))), 'The queue refused deliveries', undefined)
  } catch (error) {
    fail(idsOf(published), 'Events could not be put into the lanes', causeOf(error))
  }
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) }
}

/** @returns by message id why the bus refused it. */
async function putOnBus(
  received: readonly Received[],
  { bus, busName, source }: Publishing,
): Promise<Map<string, string>> {
  const refused = new Map<string, string>()
  if (received.length === 0) return refused
  const { Entries = [] } = await bus.send(
    new PutEventsCommand({
      Entries: received.map(({ event }) => ({
        EventBusName: busName,
        Source: source,
        DetailType: eventName(event),
        Detail: JSON.stringify(event),
        Time: new Date(event.recordedAt),
      })),
    }),
  )
  for (const [index, { messageId }] of received.entries()) {
    const { EventId, ErrorCode } = Entries[index] ?? {}
    if (EventId === undefined) refused.set(messageId, ErrorCode ?? 'no answer')
  }
  return refused
}

const idsOf = (received: readonly Received[]): string[] => received.map(({ messageId }) => messageId)

const isAmong =
  (deliveries: readonly Delivery[]) =>
  ({ event }: Received): boolean =>
    deliveries.some((delivery) => delivery.event === event)

function parse(body: string): PublicEvent {
  const event = JSON.parse(body) as Partial<PublicEvent>
  if (
    typeof event.complaintId !== 'string' ||
    typeof event.seq !== 'number' ||
    typeof event.type !== 'string'
  )
    throw new Error('It names no complaint and event')
  return event as PublicEvent
}

/** Name and stack only: an SDK's error carries requests in further properties. */
const causeOf = (error: unknown): string | undefined => (error instanceof Error ? error.stack : typeof error)
