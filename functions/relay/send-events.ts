import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { isPublic, publicEventOf } from '../events/public-event.ts'
import type { PublicEvent } from '../events/schema.ts'
import { logger } from '../shared/logger.ts'
import type { StreamedEvent } from '../shared/stream.ts'

/**
 * Puts what other systems may know of events on its queue, ten in a call.
 *
 * @returns how many are there, from the first on. Later ones may be there too; they come again, and whoever reads events
 *   knows them by complaint and number.
 */
export async function sendEvents(
  sqs: Pick<SQSClient, 'send'>,
  queueUrl: string,
  streamed: readonly StreamedEvent[],
): Promise<number> {
  for (let start = 0; start < streamed.length; start += 10) {
    const some = streamed.slice(start, start + 10)
    const Entries = some.flatMap((one, index) => {
      const event = toldOf(one)
      return event === undefined ? [] : [{ Id: String(index), MessageBody: JSON.stringify(event) }]
    })
    if (Entries.length === 0) continue
    try {
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
      if (Failed.length === 0) continue
      logger.error('The queue refused events for other systems', { codes: Failed.map(({ Code }) => Code) })
      return start + Math.min(...Failed.map(({ Id }) => Number(Id)))
    } catch (error) {
      logger.error('Events for other systems could not be queued', { error: error as Error })
      return start
    }
  }
  return streamed.length
}

function toldOf({ complaintId, event, context }: StreamedEvent): PublicEvent | undefined {
  if (isPublic(context)) return publicEventOf(complaintId, event, context)
  // Written by a version that knew of no other systems, and read while this one is being deployed.
  logger.warn('An event cannot be told to other systems: replay it', { complaintId, seq: event.seq })
  return undefined
}
