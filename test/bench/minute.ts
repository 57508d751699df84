/** A minute in which many timers are due at once, on a local stack: the real clock, due queue, `fire` and ledger. */
import {
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { addSeconds, epochSeconds, type Instant } from '../../functions/domain/instant.ts'
import { earliestDueAt } from '../../functions/domain/timers.ts'
import { Ledger } from '../../functions/ledger/ledger.ts'
import { clientConfig, LocalStage } from '../../infra/local/aws.ts'
import type { LocalRun } from '../../infra/local/home.ts'
import { STAGE_CLOCK } from '../../infra/local/stage-clock.ts'
import { until } from '../../infra/local/wait.ts'
import { given, message } from '../support/complaints.ts'

const WRITERS = 8

/** Does something with each, so many at a time. */
export async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: WRITERS }, worker))
}

/**
 * Leaves the clock and `fire` alone on the machine. What follows from an event (workflow, queues, Slack) comes after
 * the firing and runs elsewhere in AWS; on one machine it would take the processor from what is looked at.
 */
export async function onlyTimersRun(run: LocalRun): Promise<void> {
  const lambda = new LambdaClient(clientConfig(run))
  for (const name of ['driver', 'relay', 'notifier']) {
    const FunctionName = `${run.stackName}-${name}`
    const { EventSourceMappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName }),
    )
    for (const { UUID } of EventSourceMappings)
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }))
  }
  // It would find all that is left undone, and do it.
  const auditor = { FunctionName: `${run.stackName}-auditor`, ReservedConcurrentExecutions: 0 }
  await lambda.send(new PutFunctionConcurrencyCommand(auditor))
}

/** Sets the stage's clock and lets it run on at once, so that the queue's delays and the stage's seconds agree. */
export async function runFrom(run: LocalRun, instant: Instant): Promise<void> {
  const offsetSeconds = epochSeconds(instant) - Math.floor(Date.now() / 1000)
  const Item = { ...STAGE_CLOCK, offsetSeconds }
  await new LocalStage(run).db.send(new PutCommand({ TableName: run.tableName, Item }))
}

/**
 * Opens complaints whose first timer is due from `firstDueAt` on, evenly spread over so many seconds (0: all in that
 * second). `firstDueAt` has to lie in office hours, an hour or more after opening time.
 */
export async function openDue(
  run: LocalRun,
  amount: number,
  firstDueAt: Instant,
  spreadSeconds: number,
): Promise<string[]> {
  const probe = given().state
  const leadSeconds =
    epochSeconds(earliestDueAt(probe.timers) ?? probe.receivedAt) - epochSeconds(probe.receivedAt)
  const ledger = new Ledger(new LocalStage(run).db, run.tableName)
  const ids: string[] = []
  await each([...Array(amount).keys()], async (number) => {
    const openedAt = addSeconds(firstDueAt, Math.floor((number * spreadSeconds) / amount) - leadSeconds)
    const key = `${firstDueAt}/${number}`
    // Each by another customer: of one, the second would join the first.
    const inbound = message({ messageId: key, author: { id: key }, postedAt: openedAt })
    ids.push((await ledger.receive(inbound, { id: 'source:web' }, openedAt)).complaintId)
  })
  return ids
}

/** Runs the function `clock` once, as its schedule does. */
export async function tick(run: LocalRun): Promise<void> {
  const { FunctionError } = await new LambdaClient(clientConfig(run)).send(
    new InvokeCommand({ FunctionName: `${run.stackName}-clock`, Payload: '{}' }),
  )
  if (FunctionError !== undefined) throw new Error(`The clock failed: ${FunctionError}`)
}

/** Waits until nothing is due any more up to an instant, and no wake-up is left that could fire anything. */
export async function untilFired(run: LocalRun, lastDueAt: Instant): Promise<void> {
  const stage = new LocalStage(run)
  await until(
    `all timers up to ${lastDueAt} to fire, and the due queue to be empty`,
    async () =>
      (await stage.now()) > lastDueAt &&
      (await stage.dueUntil(lastDueAt)).length === 0 &&
      (await isEmpty(run, run.dueQueueUrl)),
    300,
  )
}

const WAITING = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
] as const

/** Whether a queue holds nothing: to be delivered, delayed, or being worked on. */
export async function isEmpty(run: LocalRun, QueueUrl: string): Promise<boolean> {
  const { Attributes = {} } = await new SQSClient(clientConfig(run)).send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...WAITING] }),
  )
  return WAITING.every((name) => Attributes[name] === '0')
}

/** How many times each complaint's timers have warned, by the ledger. */
export async function warnings(run: LocalRun, complaintIds: readonly string[]): Promise<number[]> {
  const stage = new LocalStage(run)
  const counts: number[] = []
  await each(complaintIds, async (id) => {
    counts.push((await stage.events(id)).filter(({ type }) => type === 'timer-warned').length)
  })
  return counts
}
