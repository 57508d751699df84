import { randomUUID } from 'node:crypto'
import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { PublicEvent } from '../events/schema.ts'
import type { Endpoint } from './endpoints.ts'

/** An event on its way to an endpoint. */
export interface Delivery {
  /** The endpoint's name. */
  readonly endpoint: string
  /** Of the endpoint that had the name then. */
  readonly endpointId: string
  /** What the receiver tells a repeat by: the same for the same event and endpoint, however often it is sent. */
  readonly id: string
  readonly event: PublicEvent
  /** How often it has been tried in vain. */
  readonly failures: number
  /** It is not tried before: milliseconds since 1970. */
  readonly notBeforeMs?: number
}

/** Without a full stop, as the scheme wants it. */
export const deliveryOf = ({ name, id }: Pick<Endpoint, 'name' | 'id'>, event: PublicEvent): Delivery => ({
  endpoint: name,
  endpointId: id,
  id: `evt_${event.complaintId}_${event.seq}_${id}`,
  event,
  failures: 0,
})

/** The name of an event for other systems. */
export const eventName = ({ type }: Pick<PublicEvent, 'type'>): string => `complaint.${type}`

/** What is posted: the shape that the specification recommends. */
export const bodyOf = ({ event }: Delivery): string =>
  JSON.stringify({ type: eventName(event), timestamp: event.at, data: event })

/**
 * How many deliveries to one endpoint may be on the way at once. SQS sees to it: each lane is a message group, and hands over
 * one of its messages at a time. So an endpoint that takes fifteen seconds for each answer holds up no other one, and is
 * itself not run over; and events of one complaint arrive in order as long as none fails.
 */
export const LANES = 2

export function laneOf({ endpointId, event }: Delivery): string {
  let sum = 0
  // The last characters of a ULID are random.
  for (const character of event.complaintId.slice(-4)) sum += character.charCodeAt(0)
  return `${endpointId}.${sum % LANES}`
}

/** SQS holds a message back for 15 minutes at the most; what has to wait longer goes round. */
const LONGEST_DELAY_SECONDS = 900

/** The queues that deliveries are on. */
export interface DeliveryQueues {
  /** FIFO by lane: what is to be tried now. */
  readonly deliveriesUrl: string
  /** What has to wait, each for its own time. */
  readonly waitingUrl: string
  /** What nobody tries any more. */
  readonly deadLetterUrl: string
}

/**
 * Puts deliveries into their lanes.
 *
 * @param keyOf of what the queue keeps once when it is sent twice within five minutes. Default: the delivery's own id.
 * @returns the deliveries that the queue refused.
 */
export async function sendToLanes(
  sqs: Pick<SQSClient, 'send'>,
  deliveriesUrl: string,
  deliveries: readonly Delivery[],
  keyOf: (delivery: Delivery) => string = ({ id }) => id,
): Promise<Delivery[]> {
  const refused: Delivery[] = []
  for (let start = 0; start < deliveries.length; start += 10) {
    const some = deliveries.slice(start, start + 10)
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: deliveriesUrl,
        Entries: some.map((delivery, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(delivery),
          MessageGroupId: laneOf(delivery),
          MessageDeduplicationId: keyOf(delivery),
        })),
      }),
    )
    refused.push(...Failed.map(({ Id }) => some[Number(Id)] as Delivery))
  }
  return refused
}

/** The ways of a delivery from the function that delivers. */
export interface Ways {
  /** Holds it back until `notBeforeMs`. */
  wait(delivery: Delivery): Promise<void>
  /** Back into its lane. `key` names this return: the same twice is kept once. */
  release(delivery: Delivery, key: string): Promise<void>
  /** To where a person looks at it; put back from there it starts anew. */
  bury(delivery: Delivery): Promise<void>
}

export const waysOn = (
  sqs: Pick<SQSClient, 'send'>,
  { deliveriesUrl, waitingUrl, deadLetterUrl }: DeliveryQueues,
  nowMs: () => number,
): Ways => ({
  async wait(delivery) {
    const seconds = Math.ceil(((delivery.notBeforeMs ?? 0) - nowMs()) / 1000)
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: waitingUrl,
        MessageBody: JSON.stringify(delivery),
        DelaySeconds: Math.min(LONGEST_DELAY_SECONDS, Math.max(0, seconds)),
      }),
    )
  },
  async release({ notBeforeMs: _, ...delivery }, key) {
    const refused = await sendToLanes(sqs, deliveriesUrl, [delivery], () => key)
    if (refused.length > 0) throw new Error('The queue refused a delivery')
  },
  async bury({ notBeforeMs: _, ...delivery }) {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: deadLetterUrl,
        MessageBody: JSON.stringify({ ...delivery, failures: 0 }),
        MessageGroupId: laneOf(delivery),
        MessageDeduplicationId: randomUUID(),
      }),
    )
  },
})

/** @throws Error for what is no delivery: it ends in the dead-letter queue, where somebody can look at it. */
export function parseDelivery(body: string): Delivery {
  const delivery = JSON.parse(body) as Partial<Delivery>
  const { endpoint, endpointId, id, event, failures } = delivery
  if (
    typeof endpoint !== 'string' ||
    typeof endpointId !== 'string' ||
    typeof id !== 'string' ||
    typeof event?.complaintId !== 'string' ||
    typeof failures !== 'number'
  )
    throw new Error('This is no delivery')
  return delivery as Delivery
}
