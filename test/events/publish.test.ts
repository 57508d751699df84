import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge'
import type { SendMessageBatchCommandInput } from '@aws-sdk/client-sqs'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord, SQSEvent, SQSRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { addSeconds } from '../../functions/domain/instant.ts'
import { publicEventOf } from '../../functions/events/public-event.ts'
import { type Publishing, publishBatch } from '../../functions/events/publish.ts'
import { daysOf, toldOf } from '../../functions/events/replay.ts'
import type { PublicEvent } from '../../functions/events/schema.ts'
import { complaintIdOf } from '../../functions/ledger/keys.ts'
import type { EventRecord } from '../../functions/ledger/ledger.ts'
import { sendEvents } from '../../functions/relay/send-events.ts'
import { logger } from '../../functions/shared/logger.ts'
import { inStreamOrder, type StreamedEvent } from '../../functions/shared/stream.ts'
import { CLOSED } from '../../functions/webhooks/circuit.ts'
import type { Endpoint } from '../../functions/webhooks/endpoints.ts'
import { COMPLAINT_ID, given } from '../support/complaints.ts'
import { eventOf } from '../webhooks/world.ts'
import { CONTEXT, SAMPLES } from './samples.ts'

logger.setLogLevel('SILENT')

const endpoint = (name: string, more: Partial<Endpoint> = {}): Endpoint => ({
  ...{
    name,
    id: `${name}-1`,
    url: `https://${name}.example/`,
    types: 'all',
    createdAt: '2026-11-23T09:00:00Z',
  },
  ...{ circuit: CLOSED, revision: 0, ...more },
})

/** A bus and a queue that do as they are told. */
function outside(endpoints: readonly Endpoint[] = []) {
  const onBus: PutEventsCommandInput[] = []
  const inLanes: SendMessageBatchCommandInput[] = []
  const faults: { bus?: (index: number) => boolean; lanes?: (index: number) => boolean; list?: boolean } = {}
  const publishing: Publishing = {
    bus: {
      send: (async ({ input }: { input: PutEventsCommandInput }) => {
        if (faults.bus?.(-1)) throw new Error('the bus is away')
        onBus.push(input)
        return {
          Entries: input.Entries?.map((_, index) =>
            faults.bus?.(index) ? { ErrorCode: 'ThrottlingException' } : { EventId: `e${index}` },
          ),
        }
      }) as never,
    },
    ...{ busName: 'redress-test', source: 'redress.test', deliveriesUrl: 'deliveries' },
    endpoints: {
      list: async () => {
        if (faults.list) throw new Error('the table is away')
        return [...endpoints]
      },
    },
    sqs: {
      send: (async ({ input }: { input: SendMessageBatchCommandInput }) => {
        inLanes.push(input)
        return { Failed: input.Entries?.flatMap(({ Id }) => (faults.lanes?.(Number(Id)) ? [{ Id }] : [])) }
      }) as never,
    },
  }
  return { publishing, onBus, inLanes, faults }
}

const batch = (bodies: readonly string[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({ messageId: `m${index}`, body }) as SQSRecord),
})
const eventsOf = (...numbers: number[]): SQSEvent =>
  batch(numbers.map((number) => JSON.stringify(eventOf(number))))
const failedOf = async (publishing: Publishing, event: SQSEvent): Promise<string[]> =>
  (await publishBatch(event, publishing)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)

describe('Publishing', () => {
  it('puts a batch on the bus in one call: who, what, when, and the event itself', async () => {
    const { publishing, onBus } = outside()
    expect(await failedOf(publishing, eventsOf(1, 2, 3))).toEqual([])
    expect(onBus).toHaveLength(1)
    expect(onBus[0]?.Entries).toHaveLength(3)
    expect(onBus[0]?.Entries?.[0]).toEqual({
      EventBusName: 'redress-test',
      Source: 'redress.test',
      DetailType: 'complaint.closed',
      Detail: JSON.stringify(eventOf(1)),
      Time: new Date('2026-11-23T09:00:00Z'),
    })
  })

  it('puts each event into a lane of each endpoint that wants it, and of no other', async () => {
    const { publishing, inLanes } = outside([
      endpoint('all'),
      endpoint('closed', { types: ['closed', 'received'] }),
      endpoint('received', { types: ['received'] }),
      endpoint('off', { disabled: { at: '2026-11-23T09:00:00Z', why: 'command' } }),
    ])
    await publishBatch(eventsOf(1), publishing)
    const sent = inLanes.flatMap(({ Entries = [] }) => Entries)
    expect(sent.map(({ MessageBody = '' }) => JSON.parse(MessageBody).endpoint)).toEqual(['all', 'closed'])
    expect(sent.every(({ MessageGroupId = '' }) => /^(all|closed)-1\.[01]$/.test(MessageGroupId))).toBe(true)
    // What comes twice within five minutes is kept once.
    expect(sent.map(({ MessageDeduplicationId }) => MessageDeduplicationId)).toEqual([
      `evt_${eventOf(1).complaintId}_1_all-1`,
      `evt_${eventOf(1).complaintId}_1_closed-1`,
    ])
  })

  it('fails for the events alone that the bus refuses, and sends no webhook of them yet', async () => {
    const { publishing, inLanes, faults } = outside([endpoint('crm')])
    faults.bus = (index) => index === 1
    expect(await failedOf(publishing, eventsOf(1, 2, 3))).toEqual(['m1'])
    const sent = inLanes.flatMap(({ Entries = [] }) => Entries).map(({ MessageBody = '' }) => MessageBody)
    expect(sent.map((body) => JSON.parse(body).event.complaintId)).toEqual(
      [1, 3].map((number) => eventOf(number).complaintId),
    )
  })

  it('fails for all of them when the bus is away, or the table, and loses none', async () => {
    const { publishing, inLanes, faults } = outside([endpoint('crm')])
    faults.bus = () => true
    expect(await failedOf(publishing, eventsOf(1, 2))).toEqual(['m0', 'm1'])
    expect(inLanes).toEqual([])
    delete faults.bus
    faults.list = true
    expect(await failedOf(publishing, eventsOf(1, 2))).toEqual(['m0', 'm1'])
  })

  it('fails for an event of which the queue refuses a webhook', async () => {
    const { publishing, faults } = outside([endpoint('crm')])
    faults.lanes = (index) => index === 2
    expect(await failedOf(publishing, eventsOf(1, 2, 3))).toEqual(['m2'])
  })

  it('fails for what is no event, and for nothing beside it', async () => {
    const { publishing, onBus } = outside()
    const event = batch(['{"complaintId":7}', JSON.stringify(eventOf(1)), 'nonsense'])
    expect((await failedOf(publishing, event)).sort()).toEqual(['m0', 'm2'])
    expect(onBus[0]?.Entries).toHaveLength(1)
  })
})

describe('The relay', () => {
  const records = SAMPLES.slice(0, 25).map((event, index) => ({
    eventID: String(index),
    dynamodb: {
      SequenceNumber: String(index),
      NewImage: marshall(
        { pk: `COMPLAINT#${COMPLAINT_ID}`, sk: 'EVENT#1', event, context: CONTEXT },
        { removeUndefinedValues: true },
      ),
    },
  })) as unknown as DynamoDBRecord[]
  const streamed = SAMPLES.slice(0, 25).map(
    (event): StreamedEvent => ({ complaintId: COMPLAINT_ID, event, context: CONTEXT, signal: false }),
  )

  /** A queue; `fault` says of a call, by its number from 0 on, which entries it refuses, or that it fails. */
  function queue(fault: (call: number) => string[] | 'away' = () => []) {
    const sent: PublicEvent[] = []
    let calls = 0
    const send = async ({ input }: { input: SendMessageBatchCommandInput }) => {
      const refused = fault(calls++)
      if (refused === 'away') throw new Error('the queue is away')
      for (const { Id = '', MessageBody = '' } of input.Entries ?? [])
        if (!refused.includes(Id)) sent.push(JSON.parse(MessageBody))
      return { Failed: refused.map((Id) => ({ Id, Code: 'InternalError' })) }
    }
    return { sqs: { send: send as never }, sent, calls: () => calls }
  }

  it('queues what others may know, ten events in a call', async () => {
    const { sqs, sent, calls } = queue()
    expect(await sendEvents(sqs, 'events', streamed)).toBe(25)
    expect(calls()).toBe(3)
    expect(sent).toEqual(
      streamed.map(({ event }) => JSON.parse(JSON.stringify(publicEventOf(COMPLAINT_ID, event, CONTEXT)))),
    )
  })

  it('is done with the events up to the first that the queue refused, or that it was away for', async () => {
    expect(await sendEvents(queue((call) => (call === 1 ? ['7', '3'] : [])).sqs, 'events', streamed)).toBe(13)
    expect(await sendEvents(queue((call) => (call === 2 ? 'away' : [])).sqs, 'events', streamed)).toBe(20)
    expect(await sendEvents(queue(() => 'away').sqs, 'events', streamed)).toBe(0)
  })

  it('leaves out an event that was written before others could be told, and goes on', async () => {
    const { owner: _, stage: __, ...old } = CONTEXT
    const { sqs, sent } = queue()
    const [first, ...rest] = streamed
    if (first === undefined) throw new Error('there are no samples')
    expect(await sendEvents(sqs, 'events', [{ ...first, context: old }, ...rest])).toBe(25)
    expect(sent).toHaveLength(24)
  })

  const failing = (done: number) => ({ batchItemFailures: [{ itemIdentifier: String(done) }] })

  it('tells the stream where to go on, and sees to the rest after all were passed on', async () => {
    const passed: string[] = []
    const pass = async ({ event }: StreamedEvent) => void passed.push(event.type)
    const order: number[] = []
    const finish = async (handled: readonly StreamedEvent[]) => {
      order.push(passed.length, handled.length)
      return 13
    }
    expect(await inStreamOrder({ Records: records }, pass, finish)).toEqual(failing(13))
    expect(order).toEqual([25, 25])
    expect(await inStreamOrder({ Records: records }, pass)).toEqual({ batchItemFailures: [] })
  })

  it('says of each whether another of its complaint follows, so that Slack is told once of them', async () => {
    const others = records.slice(0, 3).map((record) => ({
      dynamodb: { ...record.dynamodb, NewImage: { ...record.dynamodb?.NewImage, pk: { S: 'C#another' } } },
    }))
    const lasts: string[] = []
    const pass = async ({ complaintId, event }: StreamedEvent, followed: boolean) => {
      if (!followed) lasts.push(`${complaintId} ${event.seq}`)
    }
    await inStreamOrder({ Records: [...others, ...records] }, pass)
    const [, , third] = streamed
    expect(lasts).toEqual([
      `${complaintIdOf('C#another')} ${third?.event.seq}`,
      `${streamed.at(-1)?.complaintId} ${streamed.at(-1)?.event.seq}`,
    ])
  })

  it('finishes what was passed on before one failed, and goes on from that one', async () => {
    const pass = async ({ event }: StreamedEvent) => {
      if (event.type === SAMPLES[4]?.type) throw new Error('the outbox is away')
    }
    const finished: number[] = []
    const finish = async ({ length }: readonly StreamedEvent[]) => {
      finished.push(length)
      return length
    }
    expect(await inStreamOrder({ Records: records }, pass, finish)).toEqual(failing(4))
    expect(finished).toEqual([4])
    expect(await inStreamOrder({ Records: records }, pass, async () => 2)).toEqual(failing(2))
  })

  it('has the stream bring everything again where it cannot finish at all', async () => {
    const finish = async () => {
      throw new Error('out of memory')
    }
    expect(await inStreamOrder({ Records: records }, async () => {}, finish)).toEqual(failing(0))
  })
})

describe('A replay', () => {
  const story = given('2026-11-23T09:00:00Z')
  story.does('2026-11-23T09:30:00Z', { type: 'acknowledge' })
  story.does('2026-11-23T10:00:00Z', { type: 'assign', owner: 'priya' })
  const contexts = ['received', 'acknowledged', 'acknowledged'] as const
  const records = story.events.map(
    (event, index): EventRecord => ({
      event,
      context: {
        ...{ team: 'support', channel: 'web', receivedAt: '2026-11-23T09:00:00Z' },
        ...{ owner: event.type === 'assigned' ? 'priya' : 'sam', stage: contexts[index] ?? 'received' },
      },
    }),
  )
  const all = { since: '2026-11-23T00:00:00Z', until: '2026-11-23T23:59:59Z' }

  it('tells exactly what was told at first', () => {
    expect(toldOf(COMPLAINT_ID, records, all.since, all.until)).toEqual(
      records.map(({ event, context }) => publicEventOf(COMPLAINT_ID, event, context as typeof CONTEXT)),
    )
  })

  it('works out what an older version had not noted', () => {
    const old = records.map(({ event, context: { owner: _, stage: __, ...context } }) => ({ event, context }))
    expect(toldOf(COMPLAINT_ID, old, all.since, all.until)).toEqual(
      toldOf(COMPLAINT_ID, records, all.since, all.until),
    )
  })

  it('is of what was recorded in the time asked for, its ends included', () => {
    const types = (since: string, until: string) =>
      toldOf(COMPLAINT_ID, records, since, until).map(({ type }) => type)
    expect(types('2026-11-23T09:30:00Z', '2026-11-23T09:59:59Z')).toEqual(['acknowledged'])
    expect(types('2026-11-23T09:30:00Z', '2026-11-23T10:00:00Z')).toEqual(['acknowledged', 'assigned'])
    expect(types('2026-11-23T10:00:01Z', all.until)).toEqual([])
  })

  it('looks at each day of it', () => {
    expect(daysOf('2026-11-29T23:59:59Z', '2026-12-01T00:00:00Z')).toEqual([
      '2026-11-29',
      '2026-11-30',
      '2026-12-01',
    ])
    expect(daysOf(all.since, addSeconds(all.since, 5))).toEqual(['2026-11-23'])
  })
})
