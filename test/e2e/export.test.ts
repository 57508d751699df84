import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { Event } from '../../functions/domain/complaint.ts'
import { parquetOf } from '../../functions/export/dataset.ts'
import type { Exported } from '../../functions/export/handler.ts'
import { expectedOf, type Reconciliation, reconcile } from '../../functions/export/reconcile.ts'
import { COMPLAINT_COLUMNS } from '../../functions/export/rows.ts'
import { readDay } from '../../functions/export/series.ts'
import { bytesOf, firstHash, type Link, linksOf, toStored } from '../../functions/ledger/chain.ts'
import { changedOn } from '../../functions/ledger/day.ts'
import { complaintKey, EVENT_PREFIX, STATE } from '../../functions/ledger/keys.ts'
import { Ledger } from '../../functions/ledger/ledger.ts'
import type { Reported } from '../../functions/report/handler.ts'
import { monthBefore } from '../../functions/report/month.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import { clientOf } from './support/client.ts'
import { command as commandLine } from './support/command.ts'
import { waitFor } from './support/stack.ts'

/*
 * One day of finance through the deployed functions: exported, exported again, and compared with CloudWatch before and
 * after something was counted twice and something not at all.
 */

const run = inject('redress')
const client = clientOf(run)
const { db } = client.stage
const lambda = new LambdaClient(clientConfig(run))
const s3 = new S3Client({ ...clientConfig(run), forcePathStyle: true })
const cloudwatch = new CloudWatchClient(clientConfig(run))
const ledger = new Ledger(db, run.tableName)
let day = ''
let before = ''

beforeAll(async () => {
  before = await client.stage.now()
  // A day of its own: CloudWatch keeps what is at most two weeks old, and other tests have days of theirs.
  for (let back = 2; day === '' && back < 13; back++) {
    const candidate = new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10)
    if ((await changedOn(db, run.tableName, candidate)).length === 0) day = candidate
  }
  await client.stage.setNow(`${day}T10:00:00Z`, true)
})
afterAll(() => client.stage.setNow(before, true))

async function invoke<T>(name: string, event: object): Promise<T> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: `${run.stackName}-${name}`, Payload: JSON.stringify(event) }),
  )
  const answer = Buffer.from(Payload ?? []).toString()
  if (FunctionError !== undefined) throw new Error(`${name} failed: ${answer}`)
  return JSON.parse(answer)
}

const read = async (key: string): Promise<Uint8Array> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: run.exportBucketName, Key: key }))
  return (await Body?.transformToByteArray()) ?? new Uint8Array()
}

/** Every version of every file of the day, with its content's hash. */
async function files(): Promise<string[]> {
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: run.exportBucketName }))
  return Versions.filter(({ Key = '' }) => Key.includes(`date=${day}`))
    .map(({ Key, ETag }) => `${Key} ${ETag}`)
    .sort()
}

/** What the export will find, once the metrics have arrived. */
async function compare(): Promise<Reconciliation> {
  const ids = await changedOn(db, run.tableName, day)
  const expected = expectedOf((await Promise.all(ids.map((id) => ledger.records(id)))).flat())
  return reconcile(expected, await readDay(cloudwatch, run.stackName, day, expected))
}

/** The complaint's state and events, as they are stored. */
async function itemsOf(complaintId: string): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName: run.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': complaintKey(complaintId) },
    }),
  )
  return Items.filter(({ sk }) => sk === STATE || String(sk).startsWith(EVENT_PREFIX))
}

/** Somebody with access to the table says that somebody else acknowledged it, and makes the whole chain anew. */
async function writeAnew(complaintId: string): Promise<void> {
  const items = await itemsOf(complaintId)
  const events = items.filter(({ sk }) => sk !== STATE)
  const forged = events.map(({ event }) => ({ ...(event as Event), actor: 'mallory' }))
  const links = linksOf(firstHash(complaintId), forged)
  const head = bytesOf(links.at(-1)?.hash ?? '')
  const state = items.find(({ sk }) => sk === STATE)
  for (const Item of [
    { ...state, head },
    ...events.map((item, index) => ({
      ...item,
      event: forged[index],
      chain: toStored(links[index] as Link),
    })),
  ])
    await db.send(new PutCommand({ TableName: run.tableName, Item }))
}

/** Hands an event to the relay once more, as the stream does when its reader has crashed. */
async function deliverAgain(complaintId: string, type: string): Promise<void> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName: run.tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :events)',
      ExpressionAttributeValues: { ':pk': complaintKey(complaintId), ':events': EVENT_PREFIX },
    }),
  )
  const item = Items.find(({ event }) => event.type === type)
  const NewImage = marshall(item, { removeUndefinedValues: true })
  await invoke('relay', { Records: [{ eventName: 'INSERT', dynamodb: { SequenceNumber: '1', NewImage } }] })
}

/** Does something while the relay counts nothing. */
async function uncounted(act: () => Promise<unknown>): Promise<void> {
  const FunctionName = `${run.stackName}-relay`
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
  const Variables = Environment?.Variables ?? {}
  const set = (more: Record<string, string>) =>
    lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName,
        Environment: { Variables: { ...Variables, ...more } },
      }),
    )
  await set({ POWERTOOLS_METRICS_DISABLED: 'true' })
  try {
    await act()
  } finally {
    await set({})
  }
}

it('exports a day, stays by it to the byte, and finds what was counted twice and what was lost', async () => {
  const opened = await client.signedWeb(
    client.webBody({ postedAt: `${day}T09:00:00Z`, product: '=broadband' }),
  )
  const { complaintId } = opened.body
  const command = (body: object) => client.ops(`/complaints/${complaintId}/commands`, body)
  expect((await command({ type: 'acknowledge' })).status).toBe(200)
  await client.atRest(complaintId)
  await waitFor('every metric to arrive', async () => {
    const { compared, differences } = await compare()
    return compared >= 3 && differences.length === 0
  })

  const first = await invoke<Exported>('export', { date: day })
  expect(first).toMatchObject({ date: day, corrections: 0, reconciliation: { differences: [] } })
  const published = await files()
  expect(await invoke<Exported>('export', { date: day })).toEqual(first)
  expect(await files()).toEqual(published)

  const manifest = JSON.parse(Buffer.from(await read(first.manifest)).toString())
  expect(manifest.madeFrom).toMatchObject({ complaints: 1, events: 2 })
  const csv = Buffer.from(await read(`complaints/date=${day}/complaints.csv`)).toString()
  expect(csv).toContain(`${complaintId},${day}T09:00:00Z`)
  expect(csv).toContain(`'=broadband`)
  const parquet = await read(`parquet/complaints/date=${day}/complaints.parquet`)
  const rows = await parquetReadObjects({ file: new Uint8Array(parquet).buffer })
  expect(rows).toMatchObject([{ complaint: complaintId, stage: 'acknowledged', product: '=broadband' }])

  const stage = run.stackName.replace('redress-', '')
  const verify = () =>
    commandLine(run, 'functions/audit/verify-cli.ts', complaintId, '--published', '--stage', stage)
  const { hash = '' } = (await ledger.records(complaintId)).at(-1) ?? {}
  expect(Buffer.from(await read(`heads/date=${day}/heads.csv`)).toString()).toBe(
    `complaint,seq,hash\r\n${complaintId},2,${hash}\r\n`,
  )
  expect(verify()).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(
      `^${complaintId} ok, 2 events, head ${hash.slice(0, 12)}, compared with 1 `,
    ),
  })
  const genuine = await itemsOf(complaintId)
  await writeAnew(complaintId)
  expect(commandLine(run, 'functions/audit/verify-cli.ts', complaintId).status).toBe(0)
  expect(verify()).toMatchObject({
    status: 1,
    stdout: expect.stringContaining(`not what was published in heads/date=${day}/heads.csv`),
  })
  for (const Item of genuine) await db.send(new PutCommand({ TableName: run.tableName, Item }))
  expect(verify().status).toBe(0)

  await deliverAgain(complaintId, 'acknowledged')
  await uncounted(async () => {
    await command({ type: 'record-customer-reply', text: 'And my bill?' })
    await client.atRest(complaintId)
  })
  await waitFor('the second count to arrive', async () => (await compare()).differences.length >= 2)

  const again = await invoke<Exported>('export', { date: day })
  expect(again.reconciliation.differences).toEqual([
    { metric: 'CustomerReplied', dimensions: '', statistic: 'Sum', ledger: 1, cloudwatch: 0 },
    {
      metric: 'TimeToAcknowledge',
      dimensions: 'team=support',
      statistic: 'SampleCount',
      ledger: 1,
      cloudwatch: 2,
    },
  ])
  // The complaint went on after it was published: what stands is kept, and the new line is beside it.
  expect(await files()).toEqual(expect.arrayContaining(published))
  expect(again.corrections).toBeGreaterThanOrEqual(1)
  expect(again.manifest).toMatch(`corrections/manifests/date=${day}/`)
})

it('makes a month’s report of what was exported, tells Slack, and shows it to who has the link and nobody else', async () => {
  const month = monthBefore(day.slice(0, 7))
  const on = (date: number) => `${month}-${String(date).padStart(2, '0')}T09:00:00Z`
  const closed = { stage: 'closed', opened_at: on(3), resolved_at: on(5), recorded_at: on(6), channel: 'x' }
  const lines = [
    { complaint: 'one', ...closed, handling_cost: 1250, cost_currency: 'GBP', root_cause: 'web password' },
    { complaint: 'two', stage: 'received', opened_at: on(4), recorded_at: on(4), channel: 'web' },
  ]
  for (const [Key, Body] of [
    [`complaints/date=${month}-06/complaints.csv`, ''],
    [`parquet/complaints/date=${month}-06/complaints.parquet`, parquetOf(COMPLAINT_COLUMNS, lines)],
  ] as const)
    await s3.send(new PutObjectCommand({ Bucket: run.exportBucketName, Key, Body }))

  const made = await invoke<Reported>('report', { month })
  expect(made).toMatchObject({ month, told: true })
  expect((await invoke<Reported>('report', { month })).told).toBe(false)
  const page = await fetch(made.link)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const html = await page.text()
  expect(html).toContain('<dt>Opened</dt><dd>2</dd>')
  expect(html).toContain('£12.50')
  const csv = Buffer.from(await read(`reports/month=${month}/complaints.csv`)).toString()
  expect(csv.trim().split('\r\n')).toHaveLength(3)
  for (const wrong of [made.link.replace(/key=./, 'key=_'), made.link.replace(month, '2020-01')])
    expect((await fetch(wrong)).status).toBe(404)
  await expect(invoke('report', { month: day.slice(0, 7) })).rejects.toThrow(/is not over/)
})
