import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
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
 *
 * @param handle is told of each event whether a later one of its complaint follows in the batch.
 * @param finish is then given all that succeeded, at once, and says with how many of them it is done. Where those are not
 *   all, the stream delivers again from the first of the others, and `handle` sees that one twice.
 */
export async function inStreamOrder(
  { Records }: DynamoDBStreamEvent,
  handle: (streamed: StreamedEvent, followed: boolean) => Promise<void>,
  finish: (handled: readonly StreamedEvent[]) => Promise<number> = async ({ length }) => length,
): Promise<DynamoDBBatchResponse> {
  const handled: StreamedEvent[] = []
  let done = 0
  try {
    const last = new Map(Records.map(({ dynamodb }, index) => [dynamodb?.NewImage?.pk?.S, index]))
    for (const [index, { dynamodb }] of Records.entries()) {
      const streamed = parse(dynamodb?.NewImage ?? {})
      await handle(streamed, last.get(dynamodb?.NewImage?.pk?.S) !== index)
      handled.push(streamed)
    }
  } catch (error) {
    report(Records[handled.length], error)
  }
  try {
    done = await finish(handled)
  } catch (error) {
    report(Records[0], error)
  }
  const next = Records[done]
  return {
    batchItemFailures: next === undefined ? [] : [{ itemIdentifier: next.dynamodb?.SequenceNumber ?? '' }],
  }
}

const report = (record: DynamoDBRecord | undefined, error: unknown): void =>
  logger.error('A stream record failed and will be delivered again', {
    eventID: record?.eventID,
    error: error as Error,
  })

function parse(image: Record<string, AttributeValue>): StreamedEvent {
  const item = unmarshall(image as Parameters<typeof unmarshall>[0])
  return {
    complaintId: complaintIdOf(String(item.pk)),
    event: item.event as Event,
    context: item.context as EventContext,
    signal: item.signal === true,
  }
}
