import { parseArgs } from 'node:util'
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { sqs } from '../shared/aws/sqs.ts'

const USAGE = `npm run redrive -- outbox|slack-tasks|replies|webhooks [--from <dead-letter queue URL>] [--to <queue URL>]

Puts what could not be told to Slack (outbox), could not be done for somebody in Slack (slack-tasks), could not be
sent (replies), or was not taken by an endpoint (webhooks), back on its queue, once the reason is gone. Safe to repeat, and to break off: what was told or done
already is not told or done again; an endpoint may get a webhook twice, and knows it by its id.
The stack's outputs name the URLs. Those of the outbox default to OUTBOX_DEAD_LETTER_QUEUE_URL and OUTBOX_QUEUE_URL.
`

/** Long enough for ten sends; what was not moved in this time may be received again. */
const HIDDEN_SECONDS = 60

/**
 * Moves every message of a FIFO dead-letter queue back, each to its own group, in order. A message is deleted after it
 * was sent; broken off in between it is sent again, which SQS drops within five minutes and the notifier at any time.
 *
 * It does by hand what SQS's own StartMessageMoveTask does in the background, to be able to say when it is over.
 *
 * @returns how many messages were moved.
 */
export async function redrive(client: Pick<SQSClient, 'send'>, from: string, to: string): Promise<number> {
  let moved = 0
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HIDDEN_SECONDS,
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['MessageGroupId'],
      }),
    )
    if (Messages.length === 0) return moved
    for (const { MessageId, Body, ReceiptHandle, Attributes } of Messages) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: to,
          MessageBody: Body,
          MessageGroupId: Attributes?.MessageGroupId,
          // Not the one it had: the queue may still remember that one, and drop what we send.
          MessageDeduplicationId: `redrive-${MessageId}`,
        }),
      )
      await client.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }))
      moved++
    }
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { from: { type: 'string' }, to: { type: 'string' } },
  })
  const [queue] = positionals
  const isOutbox = queue === 'outbox'
  const from = values.from ?? (isOutbox ? process.env.OUTBOX_DEAD_LETTER_QUEUE_URL : undefined)
  const to = values.to ?? (isOutbox ? process.env.OUTBOX_QUEUE_URL : undefined)
  if (
    !(isOutbox || ['slack-tasks', 'replies', 'webhooks'].includes(queue ?? '')) ||
    from === undefined ||
    to === undefined
  ) {
    process.stderr.write(USAGE)
    process.exitCode = 2
    return
  }
  const moved = await redrive(sqs, from, to)
  process.stdout.write(`${moved} ${moved === 1 ? 'message' : 'messages'} put back on the queue\n`)
}

if (import.meta.main) await main()
