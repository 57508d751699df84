/**
 * `npm run --silent cost`: lets complaints go their way on a local stack of its own, counts the AWS calls that they make,
 * and prices them. `--json` for programs, `--region` for another column of the price table, `--paths` for some of them.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs'
import { addSeconds, type Instant } from '../../functions/domain/instant.ts'
import { METRICS } from '../../functions/shared/metrics.ts'
import {
  assumed,
  idleMonth,
  type Line,
  type Memory,
  month,
  openDay,
  priced,
  pricesOf,
  REGIONS,
  type Region,
  type Standing,
  sum,
  type Usage,
} from '../../infra/cost/price.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import { type Calls, readCalls } from '../../infra/local/calls.ts'
import { main } from '../../infra/local/cli.ts'
import { freePorts } from '../../infra/local/processes.ts'
import { startStack } from '../../infra/local/stack.ts'
import { until } from '../../infra/local/wait.ts'
import { type Client, clientOf } from '../e2e/support/client.ts'

const GOAL = 0.0005
const MONTHS = [1e3, 1e5, 1e7, 1e9]
/** They run by the clock, whether there are complaints or not; only what they do for a complaint counts as its use. */
const SCHEDULED = new Set(['clock', 'auditor', 'export'])
const MORNING = '2026-11-23T09:00:00Z'

// biome-ignore lint/suspicious/noExplicitAny: a template is JSON of every shape
type Properties = any
type Resources = Record<string, { Type: string; Properties: Properties }>

const say = (line: string): void => console.error(`  ${line}`)
const nameOf = (functionName: string): string => functionName.replace(/^redress-[a-z]+-/, '')

/** What one complaint goes through, by the name of its path. */
const PATHS: Record<string, (client: Client, open: () => Promise<string>, from: Instant) => Promise<void>> = {
  /** Received, acknowledged in Slack, handed off, accepted, resolved, closed by silence. */
  async happy(client, open, from) {
    const id = await open()
    const act = actor(client, id)
    await client.pressButton(id, 'acknowledge', 'U0SAM000000')
    // A worker does it where Slack would not have waited.
    await until(
      `${id} to be acknowledged`,
      async () => (await client.standing(id)).complaint.stage === 'acknowledged',
    )
    await client.atRest(id)
    await act({ type: 'hand-off', toTeam: 'billing', reason: 'It is about a bill' })
    await act({ type: 'accept-handoff', as: 'bea' })
    await act({ type: 'resolve', summary: 'The second charge is refunded' })
    await client.travelTo(addSeconds(from, 9 * 86_400))
    await client.atRest(id)
  },
  /** Nobody does anything for two days: every warning, every level of the ladder. */
  async ignored(client, open, from) {
    const id = await open()
    await client.travelTo(addSeconds(from, 2 * 86_400))
    await client.atRest(id)
  },
  /** Five notes, a pause, two promises kept late, resolved, reopened, resolved again, closed. */
  async long(client, open, from) {
    const id = await open()
    const act = actor(client, id)
    await act({ type: 'acknowledge' })
    for (let times = 0; times < 5; times++)
      await act({ type: 'note', text: `Called the warehouse again (${times})` })
    await act({ type: 'pause', reason: 'waiting for the customer' })
    await act({ type: 'resume' })
    for (const hours of [1, 2])
      await act({ type: 'promise', text: 'A call back', due: addSeconds(from, hours * 3600) })
    await client.travelTo(addSeconds(from, 3 * 3600))
    const { complaint } = await client.atRest(id)
    for (const promise of complaint.promises) await act({ type: 'keep-promise', id: promise.id })
    await act({ type: 'resolve', summary: 'Put right' })
    await act({ type: 'reopen', reason: 'It happened again' })
    await act({ type: 'acknowledge' })
    await act({ type: 'resolve', summary: 'Put right for good' })
    await act({ type: 'close' })
  },
}

const actor = (client: Client, id: string) => async (command: object) => {
  const { status, body } = await client.ops(`/complaints/${id}/commands`, command)
  if (status !== 200)
    throw new Error(`${JSON.stringify(command)} was answered ${status}: ${JSON.stringify(body)}`)
  await client.atRest(id)
}

/** What was used for the complaints that went their way while this was recorded. */
export function usageOf(recorded: Calls, logBytes: number): Usage {
  const own = recorded.runs.filter(({ run }) => !SCHEDULED.has(nameOf(run)))
  const runs: Record<string, number> = {}
  for (const { run } of own) runs[nameOf(run)] = (runs[nameOf(run)] ?? 0) + 1
  // Queries of indexes are the schedules' looking around; what they read and write of single items is for a complaint.
  const calls = recorded.calls.filter(
    ({ by, IndexName }) => !(SCHEDULED.has(nameOf(by)) && IndexName !== undefined),
  )
  const all = (of: 'read' | 'write' | 'indexWrite') =>
    calls.reduce((added, call) => added + (call[of] ?? 0), 0)
  const requests = (service: string) => calls.filter(({ call }) => call.startsWith(service)).length
  const fromQueues = own.filter(({ source }) => source === 'aws:sqs').length
  const due = calls.filter(
    ({ call, QueueUrl }) => call.startsWith('sqs:Send') && /Due/.test(QueueUrl ?? ''),
  ).length
  return {
    transitions: recorded.transitions.filter(({ transition }) => transition !== 'ExecutionStarted').length,
    runs,
    readUnits: all('read'),
    writeUnits: all('write'),
    indexWriteUnits: all('indexWrite'),
    // A batch is received and deleted, which the emulator does without a request. Where time travelled, nobody queued
    // the timer: on AWS the clock does.
    sqsRequests: requests('sqs:') + 2 * fromQueues + Math.max(0, (runs.fire ?? 0) - due),
    httpRequests: own.filter(({ source }) => source === 'http').length,
    logBytes,
    secretCalls: requests('secretsmanager:'),
  }
}

async function logBytes(
  resources: Resources,
  run: Client['run'],
  since: number,
  scheduled: boolean,
): Promise<number> {
  const client = new CloudWatchLogsClient(clientConfig(run))
  const { DescribeLogGroupsCommand } = await import('@aws-sdk/client-cloudwatch-logs')
  const groups = new Map(
    Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties: p }) => [String(p.LoggingConfig?.LogGroup?.Ref), nameOf(p.FunctionName)]),
  )
  const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({}))
  let bytes = 0
  for (const { logGroupName = '' } of logGroups) {
    const name = [...groups].find(([id]) => logGroupName.includes(id))?.[1]
    if (name === undefined || SCHEDULED.has(name) !== scheduled) continue
    for await (const page of paginateFilterLogEvents({ client }, { logGroupName, startTime: since }))
      for (const { message = '' } of page.events ?? []) {
        bytes += Buffer.byteLength(message) + assumed.logEventOverheadBytes
        if (message.startsWith('REPORT ')) bytes += assumed.traceLineBytes
      }
  }
  return bytes
}

/** What there is, complaints or none, by the template that goes to AWS; a scheduled run's needs as measured here. */
function standingOf(resources: Resources, perRun: Standing['perRun']): Standing {
  const of = (type: string) => Object.values(resources).filter(({ Type }) => Type === type)
  const polled = of('AWS::Lambda::EventSourceMapping').filter(
    ({ Properties: p }) => p.StartingPosition === undefined,
  )
  return {
    queuesPolled: polled.length,
    secrets: of('AWS::SecretsManager::Secret').length,
    alarms: of('AWS::CloudWatch::Alarm').length,
    dashboards: of('AWS::CloudWatch::Dashboard').length,
    series: Object.values(METRICS).reduce((all, { dimension }) => all + (dimension === undefined ? 1 : 4), 0),
    scheduledRuns: { clock: 43_800, auditor: 8_760 + 730, export: 30 },
    perRun,
  }
}

const dollars = (amount: number): string => (amount >= 1 ? amount.toFixed(2) : amount.toPrecision(3))
const table = (lines: readonly Line[]): string[] =>
  [
    ...lines.filter(({ cost }) => cost > 0),
    { what: 'total', amount: Number.NaN, unit: '', cost: sum(lines) },
  ].map(
    ({ what, amount, unit, cost }) =>
      `  ${what.padEnd(44)} ${(Number.isNaN(amount) ? '' : `${Math.round(amount * 100) / 100} ${unit}`).padStart(18)}  ${dollars(cost).padStart(10)}`,
  )

await main(async (args) => {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'boolean' }, region: { type: 'string' }, paths: { type: 'string' } },
  })
  const wanted = values.paths?.split(',') ?? Object.keys(PATHS)
  const unknown = wanted.filter((name) => PATHS[name] === undefined)
  if (unknown.length > 0)
    throw new Error(`There is no path ${unknown.join(', ')}: choose from ${Object.keys(PATHS)}`)
  const regions = values.region === undefined ? REGIONS : [values.region as Region]
  if (!regions.every((region) => REGIONS.includes(region)))
    throw new Error(
      `There are no prices of ${values.region}: choose from ${REGIONS.join(', ')}, or add them to infra/cost/prices.json`,
    )

  const home = mkdtempSync(join(tmpdir(), 'redress-cost-'))
  const { aws: port } = await freePorts()
  const stack = await startStack({ home, say, port, record: true, now: MORNING })
  try {
    const client = clientOf(stack.run)
    const { Resources } = JSON.parse(
      readFileSync(join(home, 'cdk.out', `${stack.run.stackName}.template.json`), 'utf8'),
    ) as { Resources: Resources }
    const memory: Memory = Object.fromEntries(
      Object.values(Resources)
        .filter(({ Type }) => Type === 'AWS::Lambda::Function')
        .map(({ Properties: p }) => [nameOf(p.FunctionName), p.MemorySize]),
    )

    const usages: Record<string, Usage> = {}
    let from: Instant = MORNING
    for (const name of wanted) {
      say(`the ${name} path`)
      await client.stage.setNow(from)
      const since = Date.now()
      const here = from
      const open = async () => {
        const { status, body } = await client.signedWeb(
          client.webBody({
            postedAt: here,
            author: { id: `cost-${name}` },
            text: `I was charged twice for order ${name} and nobody answers`,
          }),
        )
        if (status !== 202) throw new Error(`The complaint was answered ${status}: ${JSON.stringify(body)}`)
        await client.atRest(body.complaintId)
        return body.complaintId as string
      }
      await PATHS[name]?.(client, open, here)
      const recorded = readCalls(home, since)
      const usage = usageOf(recorded, await logBytes(Resources, stack.run, since, false))
      usages[name] = { ...usage, logBytes: usage.logBytes + usage.httpRequests * assumed.accessLogBytes }
      // A week later, where the last complaint has nothing left to happen.
      from = addSeconds(from, 28 * 86_400)
    }

    const all = readCalls(home)
    const scheduledBytes = await logBytes(Resources, stack.run, 0, true)
    const scheduledRuns = all.runs.filter(({ run }) => SCHEDULED.has(nameOf(run)))
    const perRun = Object.fromEntries(
      [...SCHEDULED].map((name) => {
        const runs = scheduledRuns.filter(({ run }) => nameOf(run) === name).length
        const reads = all.calls
          .filter(({ by, IndexName }) => nameOf(by) === name && IndexName !== undefined)
          .reduce((added, { read = 0 }) => added + read, 0)
        return [
          name,
          {
            readUnits: runs === 0 ? 0 : reads / runs,
            logBytes: scheduledBytes / Math.max(1, scheduledRuns.length),
          },
        ]
      }),
    )
    const standing = standingOf(Resources, perRun)

    const result = regions.map((region) => {
      const prices = pricesOf(region)
      const idle = idleMonth(standing, memory, prices)
      const paths = Object.fromEntries(
        Object.entries(usages).map(([name, usage]) => {
          const lines = priced(usage, memory, prices)
          return [
            name,
            {
              usage,
              lines,
              total: sum(lines),
              months: MONTHS.map((many) => ({
                complaints: many,
                cost: month(many, usage, idle, memory, prices),
              })),
            },
          ]
        }),
      )
      return {
        region,
        checked: prices.checked,
        verified: prices.verified,
        source: prices.source,
        idle,
        idleMonth: sum(idle),
        openDay: openDay(prices),
        paths,
      }
    })
    const happy = result[0]?.paths.happy?.total
    const goal = happy === undefined ? undefined : { goal: GOAL, happy, met: happy <= GOAL }
    if (values.json) {
      console.log(
        JSON.stringify(
          { measuredAt: new Date().toISOString(), assumed, standing, goal, regions: result },
          null,
          2,
        ),
      )
      return
    }
    for (const { region, checked, verified, source, idle, openDay: open, paths } of result) {
      console.log(`\n${region}, US$, prices of ${checked}${verified ? '' : ' (NOT VERIFIED)'}: ${source}`)
      for (const [name, { lines, months }] of Object.entries(paths)) {
        console.log(`\nOne complaint, ${name} path`)
        for (const line of table(lines)) console.log(line)
        console.log(
          '  a month of them, the stage included: ' +
            months
              .map(({ complaints, cost }) => `${complaints.toLocaleString('en')}: ${dollars(cost)}`)
              .join('   '),
        )
      }
      console.log('\nA month of a stage in which nothing happens')
      for (const line of table(idle)) console.log(line)
      console.log(
        `\nA complaint that merely stays open: ${dollars(open)} a day (its entry of an index, read each hour)`,
      )
    }
    if (goal !== undefined)
      console.log(
        `\nGoal: a happy path of at most ${GOAL}. It is ${dollars(goal.happy)}: ${goal.met ? 'met' : 'NOT met'}.`,
      )
  } finally {
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
})
