import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Clock } from './clock.ts'

/** The stage that a command line works on. */
export interface Stage {
  readonly table: string
  readonly db: DynamoDBDocumentClient
  /** The stage's own time: a local one may be ahead of the system's. */
  readonly clock: Clock
}

/** For the usage of every command that works on a stage. */
export const STAGE_USAGE = `The table is --table or TABLE_NAME; account and region are those of the AWS CLI's environment
(AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL). Without either it is that of the local stage, where one is running.
`

/**
 * Finds the stage: by `--table`, by TABLE_NAME, or the local one that runs, in that order.
 *
 * It sets the environment that AWS's clients read, so it has to be called before the first of them is made.
 *
 * @throws Error that says what to give.
 */
export async function openStage(table: string | undefined = process.env.TABLE_NAME): Promise<Stage> {
  const local = localRun()
  const name = table ?? local?.tableName
  if (!name) throw new Error('Which table? Give --table, set TABLE_NAME, or start a local stage: npm start')
  const isLocal = name === local?.tableName
  if (isLocal) {
    process.env.AWS_ENDPOINT_URL ??= local.awsEndpoint
    process.env.AWS_REGION ??= local.region
    process.env.AWS_ACCESS_KEY_ID ??= 'test'
    process.env.AWS_SECRET_ACCESS_KEY ??= 'test'
    process.env.TABLE_NAME = name
  }
  const db = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  })
  // No bundle holds this: only a command line on this machine gets here.
  const { clock } = await (isLocal ? import('../../infra/local/clock.ts') : import('./clock.ts'))
  return { table: name, db, clock }
}

interface LocalRun {
  readonly tableName: string
  readonly awsEndpoint: string
  readonly region: string
}

/** What `npm start` says of the stage that runs on this machine. */
function localRun(): LocalRun | undefined {
  const home = process.env.REDRESS_HOME ?? join(import.meta.dirname, '../../.redress')
  const file = resolve(home, 'local.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LocalRun) : undefined
}

/** Runs a command for the person at the keyboard: an error is a message on standard error and exit code 1, no stack. */
export async function runCommand(command: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await command(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
}
