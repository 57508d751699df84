/** A whole local stack: AWS, Slack, the deployed app, the desk page. Used by `npm start` and by the end-to-end tests. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Instant } from '../../functions/domain/instant.ts'
import { LocalStage } from './aws.ts'
import { apiUrl, deploy } from './deploy.ts'
import { type Desk, PLATFORMS_PATH, startDesk } from './desk/server.ts'
import { type Emulator, runningEmulator, type Say, startEmulator } from './emulator.ts'
import {
  type LocalRun,
  REGION,
  readJson,
  removeLocalRun,
  STACK_NAME,
  writeJson,
  writeLocalRun,
} from './home.ts'
import { startMetricsBridge } from './metrics-bridge.ts'
import { type Platforms, startPlatforms } from './platforms/index.ts'
import { reporter } from './platforms/reports.ts'
import { endProcess, exactPorts, freePorts, isAlive, type Ports, portInUse } from './processes.ts'
import { localSecrets, placeSecrets, platformKeys } from './secrets.ts'
import { type Slack, startSlack } from './slack.ts'
import { until } from './wait.ts'

const DEFAULT_PORT = 4566

/** What a start leaves for the next one, in run.json. */
interface RunRecord {
  readonly pid: number
  readonly startedAt: string
  readonly ports: Ports
  readonly emulatorPid?: number | undefined
  /** When everything was last saved together; absent: never. */
  readonly savedAt?: string | undefined
  /** Whether it ended as it should. */
  readonly ended: boolean
}

export interface StackOptions {
  readonly home: string
  readonly say: Say
  /** The first of three ports. Default: those of the last run, or the first three free ones from 4566 on. */
  readonly port?: number | undefined
  /** What it shall be on the stage. Default: as before, or real time. */
  readonly now?: Instant | undefined
  /** See EmulatorOptions. */
  readonly rearmStreams?: boolean
  /** See EmulatorOptions. */
  readonly record?: boolean
}

export interface RunningStack {
  readonly run: LocalRun
  /** Resolves with a reason when the stack breaks by itself. */
  readonly broken: Promise<string>
  /** Ends everything and keeps what it holds for the next start. */
  stop(): Promise<void>
}

const recordFile = (home: string): string => join(home, 'run.json')
const lastRecord = (home: string): RunRecord | undefined => readJson<RunRecord>(recordFile(home))

/** Whether the process that keeps the stack of this folder up is there, and not another that got its number. */
export async function isRunning(home: string): Promise<RunRecord | undefined> {
  const record = lastRecord(home)
  if (record === undefined || record.ended || !isAlive(record.pid)) return undefined
  const asked = fetch(`http://127.0.0.1:${record.ports.desk}/healthz`, { signal: AbortSignal.timeout(3000) })
  const health = (await asked.then((response) => response.json()).catch(() => undefined)) as { pid?: number }
  return health?.pid === record.pid ? record : undefined
}

/**
 * Brings the stack up, as it was when it was last stopped.
 * @throws Error that says what stands in the way. Whatever had been started by then is ended again.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const { home, say } = options
  const other = await isRunning(home)
  if (other !== undefined) {
    throw new Error(
      `A local stack is running already (process ${other.pid}): http://127.0.0.1:${other.ports.desk}/ – npm stop ends it`,
    )
  }
  const startedAt = new Date().toISOString()
  const savedAt = await afterUnexpectedEnd(home, say)
  const ports = await choosePorts(options)
  const record: RunRecord = { pid: process.pid, startedAt, ports, savedAt, ended: false }
  writeJson(recordFile(home), record)
  const secrets = localSecrets(home)

  const started: (() => Promise<void>)[] = []
  const undo = async () => {
    for (const stop of started.splice(0).reverse()) await stop()
  }
  try {
    const platforms: Platforms = await startPlatforms(platformKeys(secrets))
    started.push(() => platforms.stop())
    const desk: Desk = await startDesk({ home, port: ports.desk, platforms })
    started.push(() => desk.stop())
    const platformsUrl = `${desk.url}${PLATFORMS_PATH}`
    const slack: Slack = await startSlack({ home, port: ports.slack, botToken: secrets.slackBotToken })
    started.push(() => slack.stop())

    const given = await runningEmulator()
    const emulator: Emulator =
      given === undefined
        ? await startEmulator({ ...options, port: ports.aws })
        : { endpoint: given, ended: new Promise(() => {}), stop: async () => {} }
    started.push(() => emulator.stop())
    writeJson(recordFile(home), { ...record, emulatorPid: emulator.pid })

    const outputs = await deploy({
      home,
      endpoint: emulator.endpoint,
      slackUrl: slack.url,
      platformsUrl,
      say,
    })
    const where = { awsEndpoint: emulator.endpoint, region: REGION }
    if (options.now !== undefined)
      await new LocalStage({ ...where, tableName: outputs.TableName }).setNow(options.now, true)
    const run: LocalRun = {
      apiUrl: apiUrl(emulator.endpoint, outputs.ApiId),
      deskUrl: desk.url,
      slackUrl: slack.url,
      platformsUrl,
      ...where,
      stackName: STACK_NAME,
      tableName: outputs.TableName,
      stateMachineArn: outputs.StateMachineArn,
      opsToken: await placeSecrets(home, secrets, where, outputs, platformsUrl),
      slackSigningSecret: secrets.slackSigningSecret,
      slackBotToken: secrets.slackBotToken,
      webhookSecrets: secrets.sources,
      outboxQueueUrl: outputs.OutboxQueueUrl,
      outboxDeadLetterQueueUrl: outputs.OutboxDeadLetterQueueUrl,
      dueQueueUrl: outputs.DueQueueUrl,
      repliesQueueUrl: outputs.RepliesQueueUrl,
      repliesDeadLetterQueueUrl: outputs.RepliesDeadLetterQueueUrl,
      exportBucketName: outputs.ExportBucketName,
      eventBusName: outputs.EventBusName,
      webhooksQueueUrl: outputs.WebhooksQueueUrl,
      webhooksDeadLetterQueueUrl: outputs.WebhooksDeadLetterQueueUrl,
      pid: process.pid,
    }
    const stopBridge = await startMetricsBridge(where)
    started.push(stopBridge)
    const autosave = setInterval(() => slack.save('live'), 2000)
    desk.open(run, slack)
    platforms.reportTo(reporter(run, platforms.twilio))
    writeLocalRun(home, run)

    let stopping: Promise<void> | undefined
    const stop = async () => {
      clearInterval(autosave)
      removeLocalRun(home)
      started.splice(started.indexOf(stopBridge), 1)
      await stopBridge()
      await emulator.stop() // first: its functions talk to Slack to the end
      slack.save('with-state')
      writeJson(recordFile(home), { ...record, savedAt: new Date().toISOString(), ended: true })
      await undo()
    }
    return {
      run,
      broken: emulator.ended,
      stop: () => {
        stopping ??= stop()
        return stopping
      },
    }
  } catch (error) {
    await undo()
    writeJson(recordFile(home), { ...record, ended: true })
    throw error
  }
}

/**
 * Clears up after a run that was killed.
 * @returns when what is there now was saved, if anything is.
 */
async function afterUnexpectedEnd(home: string, say: Say): Promise<string | undefined> {
  const record = lastRecord(home)
  if (record === undefined || record.ended) return record?.savedAt
  removeLocalRun(home)
  // The emulator ends with its parent, and saves its state; one that did not notice is told.
  if (record.emulatorPid !== undefined && isAlive(record.emulatorPid)) {
    const orphan = record.emulatorPid
    say(`ending the AWS emulator that the last run left behind (process ${orphan})`)
    await until('it to end by itself', () => !isAlive(orphan), 5).catch(() =>
      endProcess(orphan, 'the AWS emulator of the last run'),
    )
  }
  const tables = join(home, 'state', 'dynamodb.json')
  const saved = existsSync(tables) ? statSync(tables).mtime.toISOString() : undefined
  if (saved !== undefined && saved > record.startedAt) {
    const live = join(home, 'slack-live.json')
    if (existsSync(live)) renameSync(live, join(home, 'state', 'slack.json'))
    say('the last run was killed, but the AWS emulator saved what it held: running workflows start anew')
    return saved
  }
  const since = saved === undefined ? 'everything it held' : `what happened after ${record.savedAt ?? saved}`
  say(
    `the last run was killed, and with it ${since} is lost on this machine: complaints, Slack threads, running workflows`,
  )
  return record.savedAt
}

/** The emulator's port is part of the queues' URLs in its saved state, so it is kept, or changed there too. */
async function choosePorts({ home, port, say }: StackOptions): Promise<Ports> {
  const last = lastRecord(home)?.ports
  const state = join(home, 'state')
  const kept = existsSync(join(state, 'sqs.json')) ? last : undefined
  if (port === undefined && kept !== undefined && (await portInUse(kept)) === undefined) return kept
  const ports = port === undefined ? await freePorts(DEFAULT_PORT) : await exactPorts(port)
  if (kept !== undefined && kept.aws !== ports.aws) {
    say(`port ${kept.aws} becomes ${ports.aws}`)
    for (const name of readdirSync(state)) {
      if (!name.endsWith('.json')) continue
      const file = join(state, name)
      const text = readFileSync(file, 'utf8')
      writeFileSync(file, text.replaceAll(`127.0.0.1:${kept.aws}/`, `127.0.0.1:${ports.aws}/`))
    }
  }
  return ports
}

/** Forgets what earlier runs held; the secrets stay. */
export function forget(home: string): void {
  for (const name of ['state', 'cdk.out', 'run.json', 'slack-live.json'])
    rmSync(join(home, name), { recursive: true, force: true })
}
