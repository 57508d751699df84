/**
 * `npm run --silent cost`: lets complaints go their way on a local stack of its own, counts the AWS calls that they make,
 * and prices them. `--json` for programs, `--region` for another column of the price table, `--paths` for some of them,
 * `--calls` to see which function made which calls.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { App } from 'aws-cdk-lib'
import { ulid } from 'ulid'
import { addSeconds, type Instant } from '../../functions/domain/instant.ts'
import { statisticsOf } from '../../functions/export/series.ts'
import { stateItem } from '../../functions/ledger/ledger.ts'
import type { MetricName } from '../../functions/shared/metrics.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { ROOT } from '../../infra/constructs/bundle.ts'
import { seriesOf } from '../../infra/constructs/metrics.ts'
import {
  assumed,
  idleMonth,
  type Line,
  month,
  type OpenReads,
  openMonth,
  priced,
  pricesOf,
  REGIONS,
  type Region,
  type Round,
  type Standing,
  sourcesOf,
  sum,
  type Usage,
} from '../../infra/cost/price.ts'
import { countsOf, memoryOf, nameOf, type Resources, schedulesOf } from '../../infra/cost/standing.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import { type Calls, readCalls } from '../../infra/local/calls.ts'
import { main } from '../../infra/local/cli.ts'
import { freePorts } from '../../infra/local/processes.ts'
import { startStack } from '../../infra/local/stack.ts'
import { until } from '../../infra/local/wait.ts'
import { addRedress } from '../../infra/redress-stack.ts'
import { type Client, clientOf } from '../e2e/support/client.ts'
import { given } from '../support/complaints.ts'

const GOAL = 0.0005
const MONTHS = [1e3, 1e5, 1e7, 1e9]
/** They run by the clock, whether there are complaints or not; only what they do for a complaint counts as its use. */
const SCHEDULED = new Set(['clock', 'auditor', 'export', 'digest'])
const MORNING = '2026-11-23T09:00:00Z'

const say = (line: string): void => console.error(`  ${line}`)
/** How many complaints are open while the rounds are counted. */
const OPEN = [0, 50, 200, 1000]

/** What one complaint goes through, by the name of its path. */
const PATHS: Record<
  string,
  (
    client: Client,
    open: () => Promise<string>,
    from: Instant,
    write: (text: string) => ReturnType<Client['signedWeb']>,
  ) => Promise<void>
> = {
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
  /** Answered by a reply that goes out from here, to the organisation's endpoint; resolved, closed by silence. */
  async answered(client, open, from) {
    const id = await open()
    const act = actor(client, id)
    await act({
      type: 'draft-reply',
      text: 'The second charge was a mistake of ours, and it is back on your card.',
    })
    await until(`the reply of ${id} to be sent`, async () =>
      (await client.events(id)).some(({ type }) => type === 'reply-sent'),
    )
    await client.atRest(id)
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
  /** Three messages more, five notes, a pause, two promises kept late, resolved, reopened, resolved again, closed. */
  async long(client, open, from, write) {
    const id = await open()
    for (const text of ['Is anybody there?', 'It happened again today', 'I still have no answer']) {
      const { status, body } = await write(text)
      if (status !== 202 || body.outcome !== 'linked' || body.complaintId !== id)
        throw new Error(`What the customer wrote was answered ${status}: ${JSON.stringify(body)}`)
      await client.atRest(id)
    }
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

/** The functions of a stage that tells other systems of events: production does where it is asked to, the local stage always. */
const FOR_OTHERS = new Set(['events', 'webhooks'])
const EVENTS_QUEUE = /EventQueues/

/**
 * What was used for the complaints that went their way while this was recorded.
 *
 * @param events whether other systems are told of events; no endpoint is.
 */
export function usageOf(everything: Calls, logBytes: number, events: boolean): Usage {
  const recorded: Calls = events
    ? everything
    : {
        ...everything,
        runs: everything.runs.filter(({ run }) => !FOR_OTHERS.has(nameOf(run))),
        calls: everything.calls.filter(
          ({ by, QueueUrl = '' }) => !FOR_OTHERS.has(nameOf(by)) && !EVENTS_QUEUE.test(QueueUrl),
        ),
      }
  const own = recorded.runs.filter(({ run }) => !SCHEDULED.has(nameOf(run)))
  const runs: Record<string, number> = {}
  for (const { run } of own) runs[nameOf(run)] = (runs[nameOf(run)] ?? 0) + 1
  // Queries of indexes are the schedules' looking around; what they read and write of single items is for a complaint.
  const calls = recorded.calls.filter(
    ({ by, IndexName }) => !(SCHEDULED.has(nameOf(by)) && IndexName !== undefined),
  )
  const all = (of: 'read' | 'write' | 'indexWrite' | 'refusedWrite') =>
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
    refusedWriteUnits: all('refusedWrite'),
    // A batch is received and deleted, which the emulator does without a request. Where time travelled, nobody queued
    // the timer: on AWS the clock does.
    busEvents: calls.reduce((added, call) => added + (call.events ?? 0), 0),
    sqsRequests: requests('sqs:') + 2 * fromQueues + Math.max(0, (runs.fire ?? 0) - due),
    httpRequests: own.filter(({ source }) => source === 'http').length,
    logBytes,
    secretCalls: requests('secretsmanager:'),
  }
}

/** What functions logged since then, as CloudWatch counts it, by function. */
async function logBytes(
  resources: Resources,
  run: Client['run'],
  since: number,
  traced: boolean,
): Promise<Record<string, number>> {
  const client = new CloudWatchLogsClient(clientConfig(run))
  const { DescribeLogGroupsCommand } = await import('@aws-sdk/client-cloudwatch-logs')
  const groups = new Map(
    Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties: p }) => [String(p.LoggingConfig?.LogGroup?.Ref), nameOf(p.FunctionName ?? '')]),
  )
  const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({}))
  const bytes: Record<string, number> = {}
  for (const { logGroupName = '' } of logGroups) {
    const name = [...groups].find(([id]) => logGroupName.includes(id))?.[1]
    if (name === undefined) continue
    for await (const page of paginateFilterLogEvents({ client }, { logGroupName, startTime: since }))
      for (const { message = '' } of page.events ?? []) {
        const more = traced && message.startsWith('REPORT ') ? assumed.traceLineBytes : 0
        bytes[name] = (bytes[name] ?? 0) + Buffer.byteLength(message) + assumed.logEventOverheadBytes + more
      }
  }
  return bytes
}

/** The template of stage prod with one source, as it goes to AWS. */
function production(home: string): Resources {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'))
  const app = new App({
    outdir: join(home, 'prod.out'),
    builtinCloudFormationValidation: false,
    context: { ...context, stage: 'prod', sources: 'web', alarmEmail: 'nobody@example.com' },
  })
  addRedress(app, {}, {})
  app.synth()
  return JSON.parse(readFileSync(join(home, 'prod.out', 'redress-prod.template.json'), 'utf8')).Resources
}

/**
 * What the clock and the auditor read while so many complaints are open, none of them due or changed: as the recorder
 * counts one round of each.
 */
async function openReads(client: Client, home: string): Promise<OpenReads[]> {
  const lambda = new LambdaClient(clientConfig(client.run))
  const { state } = given(await client.stage.now())
  const found: OpenReads[] = []
  let there = 0
  for (const open of OPEN) {
    for (; there < open; there++) {
      const item = stateItem({ ...state, id: ulid() }, '2026-01-01T00:00:00Z')
      const { auditShard: _, auditAt: __, ...seen } = item
      await client.stage.db.send(new PutCommand({ TableName: client.run.tableName, Item: seen }))
    }
    for (const [name, sweep] of [
      ['clock', false],
      ['auditor', false],
      ['auditor', true],
    ] as const) {
      const FunctionName = `${client.run.stackName}-${name}`
      // The stage's own schedule goes on: what was counted while it ran is counted again.
      const readUnits = await until(`a round of ${name} that nothing else came into`, async () => {
        const since = Date.now()
        const Payload = JSON.stringify({ sweep })
        const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Payload }))
        if (FunctionError !== undefined) throw new Error(`${name} failed with ${open} complaints open`)
        const ended = Date.now()
        await new Promise((resolve) => setTimeout(resolve, 3000))
        const { calls, runs } = readCalls(home, since)
        if (runs.filter(({ run }) => run === FunctionName).length !== 1) return undefined
        return {
          units: calls
            .filter(({ by, at }) => by === FunctionName && at <= ended)
            .reduce((added, { read = 0 }) => added + read, 0),
        }
      })
      found.push({ name, sweep, open, readUnits: readUnits.units })
    }
  }
  return found
}

/** What there is and runs, complaints or none: by the template of production, a round's needs as measured here. */
function standingOf(
  resources: Resources,
  reads: readonly OpenReads[],
  logBytesOfRun: (name: string) => number,
): Standing {
  const series = seriesOf([currentPolicy])
  const rounds = schedulesOf(resources).map(
    ({ name, sweep, runsInMonth }): Round => ({
      name,
      sweep,
      runsInMonth,
      readUnits:
        reads.find((read) => read.name === name && read.sweep === sweep && read.open === 0)?.readUnits ?? 0,
      logBytes: logBytesOfRun(name),
    }),
  )
  const exports = rounds
    .filter(({ name }) => name === 'export')
    .reduce((all, { runsInMonth: n }) => all + n, 0)
  const asked = (Object.keys(series) as MetricName[]).reduce(
    (all, name) => all + series[name] * statisticsOf(name).length,
    0,
  )
  return {
    ...countsOf(resources),
    series: Object.values(series).reduce((all, one) => all + one, 0),
    rounds,
    metricQueries: exports * asked,
  }
}

/** Which function made which calls, and what DynamoDB charged for them. */
function callsBy({ calls }: Calls): string[] {
  const units = ['read', 'write', 'indexWrite', 'refusedWrite'] as const
  const sums = new Map<string, number[]>()
  for (const call of calls) {
    const queue = call.QueueUrl?.split('/')
      .at(-1)
      ?.replace(/^redress-local-?/, '')
    const items = call.parts?.map(([operation]) => operation).join('+')
    const key = [nameOf(call.by), call.call, call.IndexName ?? queue ?? items].filter(Boolean).join(' ')
    const [times = 0, ...before] = sums.get(key) ?? []
    sums.set(key, [times + 1, ...units.map((unit, index) => (before[index] ?? 0) + (call[unit] ?? 0))])
  }
  const line = (what: string, all: readonly unknown[]) =>
    what.padEnd(90) + all.map((one) => String(one || '').padStart(8)).join('')
  return [
    line('', ['calls', 'read', 'write', 'index', 'refused']),
    ...[...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, all]) => line(key, all)),
  ]
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
    options: {
      json: { type: 'boolean' },
      calls: { type: 'boolean' },
      region: { type: 'string' },
      paths: { type: 'string' },
    },
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
    const prod = production(home)
    const memory = memoryOf(prod)
    const { traced } = countsOf(prod)

    const usages: Record<string, Usage> = {}
    const withEvents: Record<string, Usage> = {}
    let from: Instant = MORNING
    for (const name of wanted) {
      say(`the ${name} path`)
      await client.stage.setNow(from)
      const since = Date.now()
      const here = from
      const ids: string[] = []
      const write = (text: string) =>
        client.signedWeb(client.webBody({ postedAt: here, author: { id: `cost-${name}` }, text }))
      const open = async () => {
        const { status, body } = await write(`I was charged twice for order ${name} and nobody answers`)
        if (status !== 202) throw new Error(`The complaint was answered ${status}: ${JSON.stringify(body)}`)
        await client.atRest(body.complaintId)
        ids.push(body.complaintId)
        return body.complaintId as string
      }
      await PATHS[name]?.(client, open, here, write)
      await until('every event to be on the bus', async () => {
        const events = await Promise.all(ids.map((id) => client.events(id)))
        const { calls } = readCalls(home, since)
        return calls.reduce((put, call) => put + (call.events ?? 0), 0) >= events.flat().length
      })
      const recorded = readCalls(home, since)
      if (values.calls) for (const line of callsBy(recorded)) say(line)
      const logged = await logBytes(Resources, stack.run, since, traced)
      for (const [into, events] of [
        [usages, false],
        [withEvents, true],
      ] as const) {
        const bytes = Object.entries(logged)
          .filter(([by]) => !SCHEDULED.has(by) && (events || !FOR_OTHERS.has(by)))
          .reduce((all, [, some]) => all + some, 0)
        const usage = usageOf(recorded, bytes, events)
        into[name] = { ...usage, logBytes: usage.logBytes + usage.httpRequests * assumed.accessLogBytes }
      }
      // A week later, where the last complaint has nothing left to happen.
      from = addSeconds(from, 28 * 86_400)
    }

    say(`rounds with ${OPEN.join(', ')} complaints open`)
    const opened = await openReads(client, home)
    const logged = await logBytes(Resources, stack.run, 0, traced)
    const { runs } = readCalls(home)
    const standing = standingOf(
      prod,
      opened,
      (name) => (logged[name] ?? 0) / Math.max(1, runs.filter(({ run }) => nameOf(run) === name).length),
    )

    const result = regions.map((region) => {
      const prices = pricesOf(region)
      const idle = idleMonth(standing, memory, prices)
      const paths = Object.fromEntries(
        Object.entries(usages).map(([name, usage]) => {
          const lines = priced(usage, memory, prices, traced ? 1 : 0)
          return [
            name,
            {
              usage,
              lines,
              total: sum(lines),
              withTraces: sum(priced(usage, memory, prices, 1)),
              withEvents: sum(priced(withEvents[name] ?? usage, memory, prices, traced ? 1 : 0)),
              months: MONTHS.map((many) => ({
                complaints: many,
                cost: month(many, usage, idle, memory, prices, traced),
              })),
            },
          ]
        }),
      )
      return {
        region,
        sources: sourcesOf(region),
        idle,
        idleMonth: sum(idle),
        openMonth: openMonth(opened, standing.rounds, prices),
        paths,
      }
    })
    const happy = result[0]?.paths.happy?.total
    const goal = happy === undefined ? undefined : { goal: GOAL, happy, met: happy <= GOAL }
    if (values.json) {
      console.log(
        JSON.stringify(
          { measuredAt: new Date().toISOString(), assumed, standing, open: opened, goal, regions: result },
          null,
          2,
        ),
      )
      return
    }
    for (const { region, sources, idle, openMonth: open, paths } of result) {
      const by = (verified: string) =>
        sources
          .filter((price) => price.verified === verified)
          .map(({ name }) => name)
          .join(', ') || 'none'
      console.log(`\n${region}, US$, list prices before tax, no free tier`)
      console.log(`  prices seen on a page of AWS: ${by('aws')}`)
      console.log(`  on a page of somebody else: ${by('third party')}`)
      console.log(`  not verified: ${by('nobody')}`)
      for (const [name, { lines, months, withTraces, withEvents, total }] of Object.entries(paths)) {
        console.log(`\nOne complaint, ${name} path`)
        for (const line of table(lines)) console.log(line)
        console.log(`  with -c events=true, and no endpoint: ${dollars(withEvents)}`)
        if (withTraces > total) console.log(`  with -c tracing=true, in quiet hours: ${dollars(withTraces)}`)
        console.log(
          '  a month of them, the stage included: ' +
            months
              .map(({ complaints, cost }) => `${complaints.toLocaleString('en')}: ${dollars(cost)}`)
              .join('   '),
        )
      }
      console.log('\nA month of a stage in which nothing happens')
      for (const line of table(idle)) console.log(line)
      console.log(`\nA complaint that merely stays open: ${dollars(open)} a month`)
    }
    console.log('\nRead units of one round, by open complaints')
    for (const { name, sweep } of opened.filter(({ open }) => open === 0))
      console.log(
        `  ${(sweep ? `${name}, sweeping` : name).padEnd(20)} ${opened
          .filter((read) => read.name === name && read.sweep === sweep)
          .map(({ open, readUnits }) => `${open} open: ${readUnits}`)
          .join('   ')}`,
      )
    console.log(`\nAssumed on ${assumed.assumedOn}, not measured (infra/cost/assumptions.json)`)
    const { why, assumedOn: _, billedMs, ...rest } = assumed
    console.log(`  billed milliseconds a run: ${JSON.stringify(billedMs)}`)
    console.log(`  ${JSON.stringify(rest)}`)
    for (const [what, because] of Object.entries(why)) console.log(`  ${what}: ${because}`)
    if (goal !== undefined)
      console.log(
        `\nGoal: a happy path of at most ${GOAL}. It is ${dollars(goal.happy)}: ${goal.met ? 'met' : 'NOT met'}.`,
      )
  } finally {
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
})
