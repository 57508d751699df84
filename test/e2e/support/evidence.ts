/** What the runs of this project's stacks leave behind as evidence of what each role does. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { clientConfig } from '../../../infra/local/aws.ts'
import { readCalls } from '../../../infra/local/calls.ts'
import type { LocalRun } from '../../../infra/local/home.ts'
import { type Deployed, examine, merge, type Report, type Template } from '../../support/permissions.ts'

/** The folder that the global setup made for this run of the tests; worker processes inherit it. */
const FOLDER = 'REDRESS_EVIDENCE'
const folder = (): string | undefined => process.env[FOLDER]

export function startEvidence(directory: string): void {
  mkdirSync(join(directory, 'reports'), { recursive: true })
  mkdirSync(join(directory, 'files'), { recursive: true })
  process.env[FOLDER] = directory
}

/** Notes that a test file is being run. */
export function noteFile(path: string): void {
  const directory = folder()
  if (directory !== undefined) writeFileSync(join(directory, 'files', basename(path)), '')
}

/** Which of these test files have not been run. */
export function notRun(paths: readonly string[]): string[] {
  const directory = folder()
  const run = directory === undefined ? [] : readdirSync(join(directory, 'files'))
  return paths.map((path) => basename(path)).filter((name) => !run.includes(name))
}

async function deployedAs(run: LocalRun): Promise<Deployed> {
  const client = new CloudFormationClient(clientConfig(run))
  const ids: Record<string, string> = {}
  const streams: Record<string, string> = {}
  for await (const page of paginateListStackResources({ client }, { StackName: run.stackName }))
    for (const { LogicalResourceId, PhysicalResourceId, ResourceType } of page.StackResourceSummaries ?? []) {
      if (LogicalResourceId === undefined || PhysicalResourceId === undefined) continue
      ids[LogicalResourceId] = PhysicalResourceId
      if (ResourceType !== 'AWS::DynamoDB::Table') continue
      const command = new DescribeTableCommand({ TableName: PhysicalResourceId })
      const { Table } = await new DynamoDBClient(clientConfig(run)).send(command)
      streams[LogicalResourceId] = Table?.LatestStreamArn ?? ''
    }
  const account = /:(\d{12}):/.exec(run.stateMachineArn)?.[1] ?? ''
  return { region: run.region, account, ids, streams }
}

/** Holds everything that a running, recorded stack has done so far against its policies. */
export async function examineStack(home: string, run: LocalRun): Promise<Report> {
  const file = join(home, 'cdk.out', `${run.stackName}.template.json`)
  const template = JSON.parse(readFileSync(file, 'utf8')) as Template
  return examine(template, await deployedAs(run), readCalls(home).calls)
}

/** Adds a stack's report to those of this run of the tests. */
export function keep(report: Report): void {
  const directory = folder()
  if (directory !== undefined)
    writeFileSync(join(directory, 'reports', `${randomUUID()}.json`), JSON.stringify(report))
}

/** The reports of all stacks that have ended, as one. */
export function kept(): Report[] {
  const directory = join(folder() ?? '', 'reports')
  if (folder() === undefined || !existsSync(directory)) return []
  return readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')))
}

/** @throws Error with a line for each call that its role does not allow. */
export function refuseDenied(report: Report): void {
  const { denied } = merge([report])
  if (denied.length > 0)
    throw new Error(
      `On AWS these calls would have been denied:\n${denied.map((line) => `  - ${line}`).join('\n')}`,
    )
}
