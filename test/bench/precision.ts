import { setTimeout as sleep } from 'node:timers/promises'
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { addSeconds, type Instant } from '../../functions/domain/instant.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import type { LocalRun } from '../../infra/local/home.ts'
import { until } from '../../infra/local/wait.ts'
import { startTestStack } from '../e2e/support/stack.ts'
import { isEmpty, onlyTimersRun, openDue, runFrom, untilFired, warnings } from './minute.ts'
import { count, percentile, type Row } from './table.ts'
import { zip } from './zip.ts'

const TIMERS = Number(process.env.BENCH_TIMERS ?? 1_000)
/** What the clock looks ahead, and the emulator's schedule may be late by: one tick at least comes in time. */
const BEFORE_SECONDS = 75

const LOADS = [
  { what: 'spread over a minute', spreadSeconds: 60, firstDueAt: '2026-11-23T10:30:00Z' },
  { what: 'all in the same second', spreadSeconds: 0, firstDueAt: '2026-11-23T10:40:00Z' },
] as const

/** Numbers that a function logged since an instant of real time, under a name. */
async function logged(run: LocalRun, functionName: string, name: string, since: number): Promise<number[]> {
  const { LoggingConfig } = await new LambdaClient(clientConfig(run)).send(
    new GetFunctionConfigurationCommand({ FunctionName: functionName }),
  )
  const logGroupName = LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`
  const found: number[] = []
  const pages = paginateFilterLogEvents(
    { client: new CloudWatchLogsClient(clientConfig(run)) },
    { logGroupName, startTime: since },
  )
  for await (const { events = [] } of pages)
    for (const { message = '' } of events) {
      if (!message.includes(`"${name}":`)) continue
      const value: unknown = JSON.parse(message)[name]
      found.push(...[value].flat().map(Number))
    }
  return found
}

/** The least that the emulator needs: a message with the same delay, and a function that only waits for its second. */
const BARE = `exports.handler = async ({ Records }) => {
  await Promise.all(Records.map(async ({ body }) => {
    await new Promise((resolve) => setTimeout(resolve, Number(body) - Date.now()))
    console.log(JSON.stringify({ late: Date.now() - Number(body) }))
  }))
}`

class Bare {
  readonly #run: LocalRun
  #queueUrl = ''

  constructor(run: LocalRun) {
    this.#run = run
  }

  async create(): Promise<void> {
    const sqs = new SQSClient(clientConfig(this.#run))
    const lambda = new LambdaClient(clientConfig(this.#run))
    const created = await sqs.send(new CreateQueueCommand({ QueueName: 'bare' }))
    this.#queueUrl = created.QueueUrl ?? ''
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: this.#queueUrl, AttributeNames: ['QueueArn'] }),
    )
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'bare',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/bare',
        Code: { ZipFile: zip('index.js', BARE) },
        Timeout: 30,
      }),
    )
    // As the due queue's mapping.
    const mapping = { FunctionName: 'bare', EventSourceArn: Attributes?.QueueArn, BatchSize: 10 }
    await lambda.send(
      new CreateEventSourceMappingCommand({ ...mapping, ScalingConfig: { MaximumConcurrency: 20 } }),
    )
  }

  /** Milliseconds by which each of so many messages was late. */
  async lateness(spreadSeconds: number): Promise<number[]> {
    const sqs = new SQSClient(clientConfig(this.#run))
    const since = Date.now()
    const firstDue = Math.floor(since / 1000) + 20
    for (let start = 0; start < TIMERS; start += 10) {
      const Entries = Array.from({ length: Math.min(10, TIMERS - start) }, (_, index) => {
        const due = firstDue + Math.floor(((start + index) * spreadSeconds) / TIMERS)
        return {
          Id: String(index),
          MessageBody: String(due * 1000),
          DelaySeconds: Math.max(0, due - Math.ceil(Date.now() / 1000)), // as the clock counts
        }
      })
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries }))
    }
    await until('the bare messages to come', () => isEmpty(this.#run, this.#queueUrl), 300)
    return settled(() => logged(this.#run, 'bare', 'late', since))
  }
}

/** What a log shows once it shows nothing new. The emulator loses a line now and then, so none are counted on. */
async function settled(read: () => Promise<number[]>): Promise<number[]> {
  let before: number[] = []
  return until('the log to come to its end', async () => {
    await sleep(1_000)
    const now = await read()
    const same = now.length === before.length && now.length > 0
    before = now
    return same && now
  })
}

async function fired(run: LocalRun, firstDueAt: Instant, spreadSeconds: number) {
  const started = performance.now()
  const ids = await openDue(run, TIMERS, firstDueAt, spreadSeconds)
  const writesPerSecond = (TIMERS * 1000) / (performance.now() - started)
  const since = Date.now()
  await runFrom(run, addSeconds(firstDueAt, -BEFORE_SECONDS))
  await untilFired(run, addSeconds(firstDueAt, spreadSeconds))
  const once = (await warnings(run, ids)).filter((times) => times === 1).length
  const late = await settled(() => logged(run, `${run.stackName}-fire`, 'FireLateness', since))
  return { once, late, writesPerSecond }
}

/** How far from its time each of many timers fires, on a stack of its own. */
export async function benchPrecision(say: (line: string) => void): Promise<Row[]> {
  const stack = await startTestStack()
  try {
    await onlyTimersRun(stack.run)
    const bare = new Bare(stack.run)
    await bare.create()
    const rows: Row[] = []
    for (const { what, spreadSeconds, firstDueAt } of LOADS) {
      say(`${count(TIMERS)} timers, ${what}`)
      const floor = await bare.lateness(spreadSeconds)
      const { once, late, writesPerSecond } = await fired(stack.run, firstDueAt, spreadSeconds)
      const early = late.filter((ms) => ms < 0).length
      for (const [name, share] of [
        ['p50', 0.5],
        ['p99', 0.99],
        ['max', 1],
      ] as const) {
        const [ours, least] = [percentile(late, share), percentile(floor, share)]
        rows.push({
          what: `${count(TIMERS)} timers ${what}: fired − due, ${name}`,
          value: `${count(ours)} ms`,
          floor: `${count(least)} ms`,
          ratio: ours / least,
          note:
            name === 'p50'
              ? `${count(once)} of them exactly once, ${early} early (${count(late.length)} logged); floor: a bare message with the same delay (${count(floor.length)} logged)`
              : `${count(ours - least)} ms above the floor; the emulator wrote ${count(writesPerSecond)} ledger transactions a second`,
        })
      }
    }
    return rows
  } finally {
    await stack.stop()
  }
}
