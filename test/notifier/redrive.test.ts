import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import { redrive } from '../../functions/notifier/redrive-cli.ts'

/** Two FIFO queues, as far as a redrive can tell: messages hidden once received, and duplicates dropped. */
class Queues {
  readonly dead: Message[]
  readonly hidden = new Set<string>()
  readonly sent: { group: string; body: string; dedupe: string }[] = []
  failAt: string | undefined

  constructor(bodies: readonly (readonly [group: string, body: string])[]) {
    this.dead = bodies.map(([MessageGroupId, Body], index) => ({
      MessageId: `m${index}`,
      ReceiptHandle: `m${index}`,
      Body,
      Attributes: { MessageGroupId },
    }))
  }

  get client(): Pick<SQSClient, 'send'> {
    return { send: (async (command: unknown) => this.#do(command)) as SQSClient['send'] }
  }

  #do(command: unknown): object {
    if (command instanceof ReceiveMessageCommand) {
      const free = this.dead.filter(({ MessageId = '' }) => !this.hidden.has(MessageId)).slice(0, 10)
      for (const { MessageId = '' } of free) this.hidden.add(MessageId)
      return { Messages: free }
    }
    if (command instanceof SendMessageCommand) {
      const { MessageBody = '', MessageGroupId = '', MessageDeduplicationId = '' } = command.input
      if (!this.sent.some(({ dedupe }) => dedupe === MessageDeduplicationId)) {
        this.sent.push({ group: MessageGroupId, body: MessageBody, dedupe: MessageDeduplicationId })
      }
      return {}
    }
    if (command instanceof DeleteMessageCommand) {
      const { ReceiptHandle } = command.input
      if (ReceiptHandle === this.failAt) throw new Error('Broken off')
      this.dead.splice(
        this.dead.findIndex((message) => message.ReceiptHandle === ReceiptHandle),
        1,
      )
      return {}
    }
    throw new Error('Not expected')
  }
}

const backlog = Array.from({ length: 23 }, (_, n) => [`complaint-${n % 3}`, `body-${n}`] as const)

describe('A redrive', () => {
  it('puts every message back, in its group and in order, and says how many', async () => {
    const queues = new Queues(backlog)
    expect(await redrive(queues.client, 'dead', 'outbox')).toBe(23)
    expect(queues.sent.map(({ group, body }) => [group, body])).toEqual(backlog)
    expect(queues.dead).toEqual([])
    expect(await redrive(queues.client, 'dead', 'outbox')).toBe(0)
  })

  it('broken off and repeated, loses nothing and sends nothing twice', async () => {
    const queues = new Queues(backlog)
    queues.failAt = 'm4'
    await expect(redrive(queues.client, 'dead', 'outbox')).rejects.toThrow('Broken off')
    queues.failAt = undefined
    queues.hidden.clear()
    await redrive(queues.client, 'dead', 'outbox')
    expect(queues.sent.map(({ body }) => body)).toEqual(backlog.map(([, body]) => body))
    expect(queues.dead).toEqual([])
  })
})
