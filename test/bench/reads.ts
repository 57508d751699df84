import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, DynamoDBDocumentClient, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb'
import { ulid } from 'ulid'
import { addSeconds } from '../../functions/domain/instant.ts'
import { earliestDueAt } from '../../functions/domain/timers.ts'
import { dueUntil } from '../../functions/ledger/due.ts'
import { INDEX } from '../../functions/ledger/keys.ts'
import { stateItem } from '../../functions/ledger/ledger.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import { startEmulator } from '../../infra/local/emulator.ts'
import { REGION } from '../../infra/local/home.ts'
import { freePorts } from '../../infra/local/processes.ts'
import { given } from '../support/complaints.ts'
import { count, type Row } from './table.ts'

const DUE = 20
const FEW = 100
const MANY = Number(process.env.BENCH_COMPLAINTS ?? 100_000)
const WRITERS = 8
/** Past this the emulator is too slow for this machine: what is there by then is compared. */
const SEEDING_LIMIT_MS = 180_000

/** A tick at this instant sees the complaints of `DUE_AT`, and not those that were opened an hour later. */
const NOW = '2026-11-23T09:29:30Z'
const OPENED = { due: '2026-11-23T09:00:00Z', later: '2026-11-23T10:00:00Z' }

interface Reads {
  queries: number
  found: number
  scanned: number
  /** As DynamoDB counts: half a unit for each 4 KB begun, per query, of what was read rather than returned. */
  units: number
  /** As the emulator says. */
  reported: number
}

/** The bytes that DynamoDB counts for an index entry of keys: names and values, all of them text. */
const bytesOf = (item: Record<string, unknown>): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(String(value)),
    0,
  )

/** The reads of one tick: the clock's own query, run by the clock's own code. */
async function tick(endpoint: string, table: string): Promise<Reads> {
  const reads: Reads = { queries: 0, found: 0, scanned: 0, units: 0, reported: 0 }
  const counting = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig(where(endpoint))))
  counting.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'INDEXES' } })
      const {
        Items = [],
        Count = 0,
        ScannedCount = 0,
        ConsumedCapacity,
      } = answer.output as QueryCommandOutput
      reads.queries++
      reads.found += Count
      reads.scanned += ScannedCount
      const bytes = Items.reduce((sum, item) => sum + bytesOf(item), 0)
      reads.units += Math.max(1, Math.ceil(bytes / 4096)) / 2
      reads.reported += ConsumedCapacity?.CapacityUnits ?? 0
      return answer
    },
    { step: 'initialize', priority: 'high' },
  )
  for await (const page of dueUntil(counting, table, addSeconds(NOW, 75))) void page
  return reads
}

const where = (awsEndpoint: string) => ({ awsEndpoint, region: REGION })

/** A table like the ledger's (infra/constructs/ledger.ts), without anything that its stream would set off. */
const tableLike = (TableName: string): CreateTableCommand => {
  const indexes = { due: 'nextDueAt', audit: 'auditAt', open: 'pk' } as const
  const names = [
    'pk',
    'sk',
    'team',
    ...Object.entries(indexes).flatMap(([index, sort]) => [`${index}Shard`, sort]),
  ]
  const key = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' as const },
    { AttributeName: sort, KeyType: 'RANGE' as const },
  ]
  const Projection = { ProjectionType: 'KEYS_ONLY' as const }
  return new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: key('pk', 'sk'),
    AttributeDefinitions: [...new Set(names)].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S' as const,
    })),
    GlobalSecondaryIndexes: [
      ...Object.entries(indexes).map(([index, sort]) => ({
        IndexName: index,
        KeySchema: key(`${index}Shard`, sort),
        Projection,
      })),
      { IndexName: INDEX.team, KeySchema: key('team', 'pk'), Projection },
    ],
  })
}

/** Puts so many more open complaints into the table; stops early at `deadline`. @returns how many it put */
async function seed(
  db: DynamoDBDocumentClient,
  table: string,
  kind: keyof typeof OPENED,
  wanted: number,
  deadline: number,
) {
  const { state } = given(OPENED[kind])
  let left = wanted
  const writer = async () => {
    while (left > 0 && performance.now() < deadline) {
      const some = Math.min(25, left)
      left -= some
      let requests = Array.from({ length: some }, () => ({
        PutRequest: { Item: stateItem({ ...state, id: ulid() }, NOW) },
      }))
      while (requests.length > 0) {
        const { UnprocessedItems } = await db.send(
          new BatchWriteCommand({ RequestItems: { [table]: requests } }),
        )
        requests = (UnprocessedItems?.[table] ?? []) as typeof requests
      }
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
  return wanted - left
}

/** Whether complaints that are merely open cost the clock anything. */
export async function benchReads(say: (line: string) => void): Promise<Row[]> {
  const dueAt = earliestDueAt(given(OPENED.due).state.timers)
  const laterAt = earliestDueAt(given(OPENED.later).state.timers)
  if (
    dueAt === undefined ||
    laterAt === undefined ||
    dueAt > addSeconds(NOW, 60) ||
    laterAt < addSeconds(NOW, 600)
  )
    throw new Error(`A tick at ${NOW} should see a timer due at ${dueAt}, and none due at ${laterAt}`)

  const home = mkdtempSync(join(tmpdir(), 'redress-bench-'))
  const emulator = await startEmulator({ home, port: (await freePorts()).aws, say })
  try {
    const client = new DynamoDBClient(clientConfig(where(emulator.endpoint)))
    const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
    const TableName = 'bench'
    await client.send(tableLike(TableName))
    await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName })

    const start = performance.now()
    const deadline = start + SEEDING_LIMIT_MS
    await seed(db, TableName, 'due', DUE, deadline)
    const few = DUE + (await seed(db, TableName, 'later', FEW - DUE, deadline))
    const before = await tick(emulator.endpoint, TableName)
    const many = few + (await seed(db, TableName, 'later', MANY - few, deadline))
    say(`${count(many)} complaints seeded in ${Math.round((performance.now() - start) / 1000)} s`)
    const after = await tick(emulator.endpoint, TableName)
    // Or the emulator would write all of it to disk when it ends.
    await client.send(new DeleteTableCommand({ TableName }))

    const said = ({ units, queries, found, scanned }: Reads) =>
      `${units} read units, ${queries} queries, ${scanned} entries read, ${found} due`
    return [
      {
        what: `a tick of the clock, ${count(many)} open complaints, ${DUE} due`,
        value: said(after),
        floor: said(before),
        ratio: after.units / before.units,
        note: `floor: ${count(few)} open, the same ${DUE} due; from the sizes of what was read (the emulator reports ${after.reported} and ${before.reported})`,
      },
    ]
  } finally {
    await emulator.stop()
    rmSync(home, { recursive: true, force: true })
  }
}
