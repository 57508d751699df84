import { GetQueueAttributesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { redrive } from '../../functions/notifier/redrive-cli.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import { clientOf } from './support/client.ts'
import { waitFor } from './support/stack.ts'

const client = clientOf(inject('redress'))
const { outboxQueueUrl, outboxDeadLetterQueueUrl } = client.run
const sqs = new SQSClient(clientConfig(client.run))

const opened = async (): Promise<string> =>
  (await client.signedWeb(client.webBody({ postedAt: await client.stage.now() }))).body.complaintId

async function attribute(
  QueueUrl: string,
  name: 'ApproximateNumberOfMessages' | 'RedrivePolicy',
): Promise<string> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }))
  return Attributes?.[name] ?? ''
}

describe('When Slack asks to wait', () => {
  it('the message waits as long as asked, and then goes out once', async () => {
    await client.slackFails({ method: 'chat.postMessage', times: 1, status: 429, retryAfterSeconds: 1 })
    const id = await opened()
    await client.atRest(id)
    expect(await client.slackThreads(id)).toHaveLength(1)
  })
})

describe('When Slack refuses again and again', () => {
  let policy = ''
  const restore = () =>
    sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: outboxQueueUrl, Attributes: { RedrivePolicy: policy } }),
    )
  afterEach(restore)

  it('the message ends in the dead-letter queue, and the redrive command brings it back, once and in order', async () => {
    policy = await attribute(outboxQueueUrl, 'RedrivePolicy')
    // Twelve tries with growing pauses take hours: here the first is the last.
    const RedrivePolicy = JSON.stringify({ ...JSON.parse(policy), maxReceiveCount: 1 })
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: outboxQueueUrl, Attributes: { RedrivePolicy } }))

    await client.slackFails({ method: 'chat.postMessage', times: 1, status: 500, error: 'internal_error' })
    const id = await opened()
    await waitFor(
      'the message to be dead-lettered',
      async () => Number(await attribute(outboxDeadLetterQueueUrl, 'ApproximateNumberOfMessages')) === 1,
    )
    expect(await client.slackThreads(id)).toEqual([])
    await restore()

    expect(await redrive(sqs, outboxDeadLetterQueueUrl, outboxQueueUrl)).toBe(1)
    await client.atRest(id)
    expect(await client.slackThreads(id)).toHaveLength(1)
    expect(await redrive(sqs, outboxDeadLetterQueueUrl, outboxQueueUrl)).toBe(0)
  })
})
