import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import type { Event } from '../domain/complaint.ts'
import { complaintIdOf } from '../ledger/keys.ts'
import type { EventContext } from '../ledger/ledger.ts'
import { logger } from './logger.ts'

/** An event as the table's stream brings it. */
export interface StreamedEvent {
  readonly complaintId: string
  readonly event: Event
  readonly context: EventContext
  readonly signal: boolean
}

/**
 * Hands the events of a stream batch to `handle` one by one, in order, and stops at the first that fails: the stream
 * delivers again from there, so nothing overtakes and nothing that succeeded is done twice.
 */
export async function inStreamOrder(
  batch: DynamoDBStreamEvent,
  handle: (streamed: StreamedEvent) => Promise<void>,
): Promise<DynamoDBBatchResponse> {
  for (const { dynamodb, eventID } of batch.Records) {
    const sequenceNumber = dynamodb?.SequenceNumber ?? ''
    try {
      await handle(parse(dynamodb?.NewImage ?? {}))
    } catch (error) {
      logger.error('A stream record failed and will be delivered again', { eventID, error: error as Error })
      return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] }
    }
  }
  return { batchItemFailures: [] }
}

function parse(image: Record<string, AttributeValue>): StreamedEvent {
  const item = unmarshall(image as Parameters<typeof unmarshall>[0])
  return {
    complaintId: complaintIdOf(String(item.pk)),
    event: item.event as Event,
    context: item.context as EventContext,
    signal: item.signal === true,
  }
}
