/** Where a local run keeps what it knows, and the shape of what it tells others. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { SourceName } from '../sources.ts'

/** The project's root. */
export const ROOT = resolve(import.meta.dirname, '..', '..')
export const REGION = 'us-east-1'
export const STACK_NAME = 'redress-local'

/** The folder of a local run: `.redress`, or another (REDRESS_HOME) for a second run beside it. */
export const homeDirectory = (): string => resolve(process.env.REDRESS_HOME ?? join(ROOT, '.redress'))

/** What `.redress/local.json` says: everything somebody needs to use a running local stack. */
export interface LocalRun {
  /** The HTTP API, without a slash at the end. */
  readonly apiUrl: string
  /** The page that stands in for Slack's screen. */
  readonly deskUrl: string
  /** The Slack emulator; its Web API is below `/api/`. */
  readonly slackUrl: string
  /** The platforms that replies are sent by: each below it by its name; `/_sent` lists what they took. */
  readonly platformsUrl: string
  readonly awsEndpoint: string
  readonly region: string
  readonly stackName: string
  readonly tableName: string
  readonly stateMachineArn: string
  /** Bearer token for the ops API, role `admin`. */
  readonly opsToken: string
  readonly slackSigningSecret: string
  readonly slackBotToken: string
  /** By source, what its sender signs with: `web`: `whsec_…` (Standard Webhooks); `x`: the consumer secret; and so on. */
  readonly webhookSecrets: Readonly<Record<SourceName, string>>
  readonly outboxQueueUrl: string
  readonly outboxDeadLetterQueueUrl: string
  readonly dueQueueUrl: string
  readonly repliesQueueUrl: string
  readonly repliesDeadLetterQueueUrl: string
  readonly exportBucketName: string
  /** Where other systems hear of events. */
  readonly eventBusName: string
  readonly webhooksQueueUrl: string
  readonly webhooksDeadLetterQueueUrl: string
  /** The process that keeps the stack up. */
  readonly pid: number
}

export const readJson = <T>(file: string): T | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined

/** Writes a file as a whole, readable by this user only: most of what is kept here is secret. */
export function writeJson(file: string, value: unknown): void {
  mkdirSync(resolve(file, '..'), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}

const localFile = (home: string): string => join(home, 'local.json')
export const writeLocalRun = (home: string, run: LocalRun): void => writeJson(localFile(home), run)
export const removeLocalRun = (home: string): void => rmSync(localFile(home), { force: true })

/**
 * The local stack that is running.
 * @throws Error that says how to start one.
 */
export function readLocalRun(home = homeDirectory()): LocalRun {
  const run = readJson<LocalRun>(localFile(home))
  if (run === undefined) throw new Error('No local stack is running: start one with npm start')
  return run
}
