import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { EVENTS, type PublicEvent } from '../../functions/events/schema.ts'
import { redrive } from '../../functions/notifier/redrive-cli.ts'
import { listActs } from '../../functions/shared/acts.ts'
import { fingerprintOf } from '../../functions/shared/rotation.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import { type Arrived, Receiver, verified } from '../webhooks/receiver.ts'
import { clientOf } from './support/client.ts'
import { waitFor } from './support/stack.ts'

const client = clientOf(inject('redress'))
const { run } = client
const sqs = new SQSClient(clientConfig(run))
const TEXT = 'I was promised a call by Jo Private and nobody called'

/** Runs a command line of this project on the shared stack. */
async function command(file: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, REDRESS_HOME: inject('home') }
  return (await promisify(execFile)(process.execPath, [file, ...args], { env })).stdout.trim()
}
const endpoint = (...args: string[]) => command('functions/webhooks/endpoint-cli.ts', ...args)
const replay = (...args: string[]) => command('functions/events/cli.ts', 'replay', ...args)

async function opened(): Promise<string> {
  const { body } = await client.signedWeb(client.webBody({ postedAt: await client.stage.now(), text: TEXT }))
  return body.complaintId
}
async function noted(id: string): Promise<void> {
  const { status } = await client.ops(`/complaints/${id}/commands`, {
    type: 'note',
    text: 'Jo Private called',
  })
  expect(status).toBe(200)
}
const seqsOf = async (id: string): Promise<number[]> => (await client.events(id)).map(({ seq }) => seq)

const data = ({ body }: Arrived): PublicEvent => JSON.parse(body).data
/** What arrived of these complaints, in its order. */
const about = (receiver: Receiver, ...ids: string[]): Arrived[] =>
  receiver.arrived.filter((one) => ids.includes(data(one).complaintId))
const seqs = (arrived: readonly Arrived[]): number[] => arrived.map((one) => data(one).seq)
/** Waits until an endpoint has every event of these complaints, at least once. */
const hasAll = (receiver: Receiver, ...ids: string[]) =>
  waitFor(
    `every event of ${ids.join(', ')} to arrive`,
    async () => {
      for (const id of ids) {
        const there = new Set(seqs(about(receiver, id)))
        if (!(await seqsOf(id)).every((seq) => there.has(seq))) return false
      }
      return true
    },
    240,
  )

let receiver: Receiver
let secret: string
/** The same for the endpoint of each test: what is signed with a former endpoint's secret fails. */
const name = 'e2e'
const names = new Set<string>()
async function add(name: string, url: string, ...more: string[]): Promise<string> {
  names.add(name)
  return endpoint('add', name, '--url', url, ...more)
}
beforeEach(async () => {
  receiver = await Receiver.start()
  secret = await add(name, receiver.url)
})
afterEach(async () => {
  for (const name of names) await endpoint('remove', name)
  names.clear()
  await receiver.stop()
})

describe('The bus', () => {
  const events = new EventBridgeClient(clientConfig(run))
  const EventBusName = run.eventBusName
  const Name = 'e2e-consumer'
  let QueueUrl = ''
  beforeEach(async () => {
    QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: Name }))).QueueUrl ?? ''
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    )
    const EventPattern = JSON.stringify({
      source: [run.stackName.replace('-', '.')],
      'detail-type': ['complaint.received', 'complaint.noted'],
    })
    await events.send(new PutRuleCommand({ Name, EventBusName, EventPattern }))
    const Targets = [{ Id: 'queue', Arn: Attributes?.QueueArn }]
    await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets }))
  })
  afterEach(async () => {
    await events.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids: ['queue'] }))
    await events.send(new DeleteRuleCommand({ Name, EventBusName }))
    await sqs.send(new DeleteQueueCommand({ QueueUrl }))
  })

  it('brings another system the events that it has a rule for, without a word of what anybody wrote; and again by replay', async () => {
    const since = await client.stage.now()
    const id = await opened()
    await noted(id)
    const heard: { source: string; 'detail-type': string; time: string; detail: PublicEvent }[] = []
    const listen = async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      )
      for (const { Body = '', ReceiptHandle } of Messages) {
        const event = JSON.parse(Body)
        if (event.detail.complaintId === id) heard.push(event)
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      }
    }
    const hears = (times: number) =>
      waitFor(`the other system to hear ${times} events`, async () => {
        await listen()
        return heard.length >= times
      })
    await hears(2)
    expect(heard.map((event) => event['detail-type']).sort()).toEqual([
      'complaint.noted',
      'complaint.received',
    ])
    for (const { source, detail } of heard) {
      expect(source).toBe('redress.local')
      expect(EVENTS[detail.type].parse(detail)).toEqual(detail)
    }
    expect(JSON.stringify(heard)).not.toContain('Private')

    await replay('--everywhere', '--since', since, '--complaint', id)
    await hears(4)
    expect(
      heard
        .slice(2)
        .map(({ detail }) => detail)
        .sort((a, b) => a.seq - b.seq),
    ).toEqual(
      heard
        .slice(0, 2)
        .map(({ detail }) => detail)
        .sort((a, b) => a.seq - b.seq),
    )
  })
})

describe('An endpoint', () => {
  it('gets each event of a complaint once, signed, and none of the words', async () => {
    const id = await opened()
    await client.atRest(id)
    await client.ops(`/complaints/${id}/commands`, { type: 'acknowledge', as: 'sam' })
    await noted(id)
    await hasAll(receiver, id)
    const arrived = about(receiver, id)
    expect(seqs(arrived)).toEqual(await seqsOf(id))
    for (const one of arrived) {
      const told = verified(secret, one) as { type: string; data: PublicEvent }
      expect(told.type).toBe(`complaint.${told.data.type}`)
      expect(EVENTS[told.data.type].parse(told.data)).toEqual(told.data)
    }
    expect(JSON.stringify(arrived)).not.toContain('Private')
    expect(await endpoint('list')).toContain(`${name}\tenabled\t`)
  })

  it('may want some types of events only', async () => {
    const some = await Receiver.start()
    try {
      await add('e2e-some', some.url, '--types', 'noted,closed')
      const id = await opened()
      await noted(id)
      await hasAll(receiver, id)
      await waitFor('the note', () => about(some, id).length > 0)
      expect(about(some, id).map((one) => data(one).type)).toEqual(['noted'])
    } finally {
      await some.stop()
    }
  })

  it('has its secret rotated without a webhook that it cannot verify', async () => {
    const verifiable = (secrets: readonly string[], one: Arrived): boolean[] =>
      secrets.map((each) => {
        try {
          return verified(each, one) !== undefined
        } catch {
          return false
        }
      })
    /** What the newest webhook is signed with. */
    const signers = async (secrets: readonly string[]) => {
      const id = await opened()
      await hasAll(receiver, id)
      const [one] = about(receiver, id)
      return one === undefined ? [] : verifiable(secrets, one)
    }
    const next = await endpoint('rotate', name)
    await waitFor('both to sign', async () => (await signers([secret, next])).every((fits) => fits))
    await endpoint('retire', name, fingerprintOf(secret))
    await waitFor('the old one to sign no more', async () => !(await signers([secret]))[0])
    expect(await signers([next])).toEqual([true])
    for (const one of receiver.arrived) expect(verifiable([secret, next], one)).toContain(true)
  })

  it('that is down has its circuit opened, and gets everything when it is up again', async () => {
    receiver.reply = () => 500
    const ids = [await opened(), await opened(), await opened()]
    for (const id of ids) for (let times = 0; times < 3; times++) await noted(id)
    await waitFor('the circuit to open', async () => (await endpoint('list')).includes(`${name}\tcircuit`))
    receiver.arrived.length = 0
    receiver.reply = () => 200
    await hasAll(receiver, ...ids)
    await waitFor('the circuit to be closed', async () =>
      (await endpoint('list')).includes(`${name}\tenabled`),
    )
  })

  it('that takes its time for each webhook slows no other one', async () => {
    const slow = await Receiver.start()
    slow.reply = () => new Promise((resolve) => setTimeout(() => resolve(200), 10_000))
    try {
      await add('e2e-slow', slow.url)
      const ids = [await opened(), await opened(), await opened()]
      for (let times = 0; times < 8; times++) for (const id of ids) await noted(id)
      await hasAll(receiver, ...ids)
      // One after the other they would be level.
      expect(about(slow, ...ids).length).toBeLessThan(about(receiver, ...ids).length / 2)
    } finally {
      await endpoint('disable', 'e2e-slow')
      await slow.stop()
    }
  })

  it('gets again, by the same ids, what is replayed', async () => {
    const since = await client.stage.now()
    const id = await opened()
    await noted(id)
    await hasAll(receiver, id)
    const first = about(receiver, id)
    receiver.arrived.length = 0
    expect(await replay('--endpoint', name, '--since', since)).toMatch(/^\d+ events sent again$/)
    await hasAll(receiver, id)
    const again = about(receiver, id)
    const idAndBody = ({ headers, body }: Arrived) => ({ id: headers['webhook-id'], body })
    expect(again.map(idAndBody)).toEqual(first.map(idAndBody))
    for (const one of again) verified(secret, one)
  })

  it('that says it is gone is disabled, and somebody hears of it; enabled and redriven, it gets what it missed', async () => {
    const since = await client.stage.now()
    receiver.reply = () => 410
    const id = await opened()
    await waitFor('the endpoint to be disabled', async () =>
      new RegExp(`^${name}\tdisabled\t.*gone at`, 'm').test(await endpoint('list')),
    )
    await waitFor('the event to wait for a person', async () => {
      const found = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: run.webhooksDeadLetterQueueUrl,
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      )
      return Number(found.Attributes?.ApproximateNumberOfMessages) > 0
    })
    const acts = await listActs(client.stage.db, run.tableName, since.slice(0, 10))
    expect(acts).toContainEqual(
      expect.objectContaining({
        type: 'endpoint-disabled',
        about: `${name} (gone)`,
        by: 'function webhooks',
      }),
    )

    receiver.arrived.length = 0
    receiver.reply = () => 200
    await endpoint('enable', name)
    // Two lanes may have had one each on its way when it said so.
    expect(await redrive(sqs, run.webhooksDeadLetterQueueUrl, run.webhooksQueueUrl)).toBeGreaterThan(0)
    await replay('--endpoint', name, '--since', since, '--complaint', id)
    await hasAll(receiver, id)
  })
})
