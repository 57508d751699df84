import { parseArgs } from 'node:util'
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { ulid } from 'ulid'
import { type Instant, parseInstant } from '../domain/instant.ts'
import { changedOn } from '../ledger/day.ts'
import { Ledger } from '../ledger/ledger.ts'
import { actOf, recordAct } from '../shared/acts.ts'
import { toldToEvents } from '../shared/deployed.ts'
import { openStage, runCommand, STAGE_USAGE, type Stage } from '../shared/stage.ts'
import { deliveryOf, sendToLanes } from '../webhooks/delivery.ts'
import { Endpoints, isWanted } from '../webhooks/endpoints.ts'
import { daysOf, toldOf } from './replay.ts'
import type { PublicEvent } from './schema.ts'

const USAGE = `Tells other systems of events once more, from the ledger.

  npm run events -- replay --endpoint <name> --since <instant> [--until <instant>] [--complaint <id>]
  npm run events -- replay --everywhere      --since <instant> [--until <instant>] [--complaint <id>]

An instant is like 2026-11-23T10:00:00Z; --until is now unless given. They are compared with when the ledger recorded an
event. --endpoint sends the events that this endpoint wants to it alone; --everywhere puts them on the bus again, and sends
them to all endpoints. Safe to repeat: every event keeps its webhook-id, and its complaint and number, by which whoever
receives it knows it.

${STAGE_USAGE}`

const options = {
  endpoint: { type: 'string' },
  everywhere: { type: 'boolean', default: false },
  since: { type: 'string' },
  until: { type: 'string' },
  complaint: { type: 'string' },
  table: { type: 'string' },
} as const

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const { endpoint, everywhere } = values
  if (positionals.join(' ') !== 'replay' || values.since === undefined) throw new Error(USAGE)
  if ((endpoint === undefined) !== everywhere) throw new Error(USAGE)
  const stage = await openStage(values.table)
  const since = parseInstant(values.since)
  const until = values.until === undefined ? await stage.clock.now() : parseInstant(values.until)
  if (until < since) throw new Error(`--until ${until} is before --since ${since}`)
  const send = endpoint === undefined ? await toAll(stage) : await toOne(stage, endpoint)
  const complaints = values.complaint === undefined ? changed(stage, since, until) : [values.complaint]
  await recordAct(
    stage.db,
    stage.table,
    actOf('endpoint-replayed', `${endpoint ?? 'everywhere'} ${since} ${until}`),
  )

  const ledger = new Ledger(stage.db, stage.table)
  let sent = 0
  for await (const id of complaints) sent += await send(toldOf(id, await ledger.records(id), since, until))
  process.stdout.write(`${sent} ${sent === 1 ? 'event' : 'events'} sent again\n`)
}

/** Complaints that something was recorded of, each once. */
async function* changed({ db, table }: Stage, since: Instant, until: Instant): AsyncGenerator<string> {
  const seen = new Set<string>()
  for (const day of daysOf(since, until))
    for (const id of await changedOn(db, table, day)) {
      if (!seen.has(id)) yield id
      seen.add(id)
    }
}

/** Sends events, and says how many. */
type Send = (events: readonly PublicEvent[]) => Promise<number>

async function toOne(stage: Stage, name: string): Promise<Send> {
  const endpoint = await new Endpoints(stage.db, stage.table).find(name)
  if (endpoint === undefined) throw new Error(`There is no endpoint ${name}`)
  if (endpoint.disabled !== undefined)
    throw new Error(`${name} is disabled: npm run endpoint -- enable ${name}`)
  const queueUrl = await toldToEvents(stage)('webhooks', 'DELIVERIES_QUEUE_URL')
  const sqs = new SQSClient({})
  // The queue would drop what it has had in the last five minutes: this is meant to come again.
  const replay = ulid()
  return async (events) => {
    const deliveries = events
      .filter(({ type }) => isWanted(endpoint, type))
      .map((event) => deliveryOf(endpoint, event))
    const refused = await sendToLanes(
      sqs,
      queueUrl,
      deliveries,
      ({ event }) => `${replay}-${event.complaintId}-${event.seq}`,
    )
    if (refused.length > 0) throw new Error('The queue refused events: run the same again')
    return deliveries.length
  }
}

async function toAll(stage: Stage): Promise<Send> {
  const QueueUrl = await toldToEvents(stage)('relay', 'EVENTS_QUEUE_URL')
  const sqs = new SQSClient({})
  return async (events) => {
    for (let start = 0; start < events.length; start += 10) {
      const Entries = events
        .slice(start, start + 10)
        .map((event, index) => ({ Id: String(index), MessageBody: JSON.stringify(event) }))
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
      if (Failed.length > 0) throw new Error('The queue refused events: run the same again')
    }
    return events.length
  }
}

await runCommand(run)
