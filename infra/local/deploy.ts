/** Deploys the same CDK app that goes to AWS, with the same CLI, to the local AWS. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join, relative } from 'node:path'
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { bySource, SOURCE_NAMES, type SourceName, secretOutput } from '../sources.ts'
import { clientConfig, documentClient } from './aws.ts'
import { CREDENTIALS, type Say } from './emulator.ts'
import { REGION, ROOT, STACK_NAME } from './home.ts'
import { run } from './processes.ts'
import { MAIL_FROM } from './secrets.ts'

const OUTPUTS = [
  'ApiId',
  'TableName',
  'StateMachineArn',
  'OutboxQueueUrl',
  'OutboxDeadLetterQueueUrl',
  'DueQueueUrl',
  'ExportBucketName',
  'RepliesQueueUrl',
  'RepliesDeadLetterQueueUrl',
  'EventBusName',
  'WebhooksQueueUrl',
  'WebhooksDeadLetterQueueUrl',
  'SlackSecretArn',
  'SendersSecretArn',
] as const
/** The stack's outputs that a local run needs, and by source the ARNs of their secrets. */
export type Outputs = Readonly<Record<(typeof OUTPUTS)[number], string>> & {
  readonly secretArns: Readonly<Record<SourceName, string>>
}

export interface DeployOptions {
  readonly home: string
  readonly endpoint: string
  readonly slackUrl: string
  readonly platformsUrl: string
  readonly say: Say
}

const ACCOUNT = '000000000000'
const CDK = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk')
/** Everything a deployment is made of. Of infra/local it is the clock alone. */
const SOURCES = ['infra', 'functions', 'workflows', 'cdk.json', 'package.json', 'package-lock.json']
const NOT_DEPLOYED = /^infra\/local\/(?!clock\.ts$|stage-clock\.ts$)/
/** Kept in the table itself, so that it can never speak of another deployment than the one there. */
const DEPLOYED = { pk: 'STAGE', sk: 'DEPLOYED' }

/**
 * Bootstraps and deploys what is not there yet; nothing at all where what is there was made of the same sources.
 * @throws Error with the end of the CDK's output.
 */
export async function deploy(options: DeployOptions): Promise<Outputs> {
  const { endpoint, slackUrl, platformsUrl, say } = options
  const where = { awsEndpoint: endpoint, region: REGION }
  const sources = sourcesHash(endpoint, slackUrl, platformsUrl)
  const db = documentClient(where)

  const before = await stack(endpoint, STACK_NAME)
  if (before !== undefined) {
    const outputs = outputsOf(before)
    const key = { TableName: outputs.TableName, Key: DEPLOYED }
    const deployed = await db.send(new GetCommand(key)).catch(() => undefined)
    if (deployed?.Item?.sources === sources) {
      say('the stack is as deployed before')
      return outputs
    }
  }

  const assembly = join(options.home, 'cdk.out') // of its own: another run may be deploying at the same time
  mkdirSync(assembly, { recursive: true })
  const env = environment(endpoint, slackUrl, platformsUrl)
  const cdk = (directory: string, args: string[], onLine: (line: string) => void = () => {}) =>
    run(process.execPath, [CDK, ...args, '--no-notices', '--no-color'], { cwd: directory, env, onLine })

  const toolkit = await stack(endpoint, 'CDKToolkit')
  say(toolkit === undefined ? 'cdk synth and cdk bootstrap' : 'cdk synth')
  await Promise.all([
    cdk(ROOT, ['synth', '--quiet', ...context(endpoint), '--output', assembly]),
    // Started elsewhere, or it would synthesise the app as well.
    toolkit === undefined ? cdk(assembly, ['bootstrap', `aws://${ACCOUNT}/${REGION}`]) : undefined,
  ])
  say('cdk deploy')
  await cdk(ROOT, ['deploy', '--all', '--app', assembly, '--require-approval', 'never', '--method', 'direct'])

  const after = await stack(endpoint, STACK_NAME)
  if (after === undefined) throw new Error(`cdk deploy ended well, but there is no stack ${STACK_NAME}`)
  const outputs = complete(outputsOf(after))
  await db.send(new PutCommand({ TableName: outputs.TableName, Item: { ...DEPLOYED, sources } }))
  return outputs
}

/** What whoever deploys has to say. Everything is said, so that a cdk.json with another stage's words in it does no harm. */
const context = (endpoint: string): string[] =>
  [
    'stage=local',
    'sources=all',
    `publicUrl=${apiUrl(endpoint, '{apiId}')}`,
    `emailFrom=${MAIL_FROM}`,
  ].flatMap((said) => ['--context', said])

/** Where an API of the emulator answers. */
export const apiUrl = (endpoint: string, apiId: string): string => `${endpoint}/_aws/execute-api/${apiId}`

async function stack(endpoint: string, name: string): Promise<Stack | undefined> {
  const cloudFormation = new CloudFormationClient(clientConfig({ awsEndpoint: endpoint, region: REGION }))
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }))
    return Stacks?.find(({ StackStatus }) => /^(CREATE|UPDATE)_COMPLETE$/.test(StackStatus ?? ''))
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError') return undefined // there is none by that name
    throw error
  }
}

function outputsOf(deployed: Stack): Outputs {
  const found = Object.fromEntries(
    (deployed.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
  )
  const secretArns = bySource((source) => found[secretOutput(source)] ?? '')
  return { ...found, secretArns } as Outputs
}

function complete(outputs: Outputs): Outputs {
  const missing = [
    ...OUTPUTS.filter((name) => !outputs[name]),
    ...SOURCE_NAMES.filter((source) => !outputs.secretArns[source]).map(secretOutput),
  ]
  if (missing.length > 0) throw new Error(`The stack ${STACK_NAME} has no output ${missing.join(', ')}`)
  return outputs
}

/** Nothing of a real AWS account gets in, whatever this shell is logged in to. */
function environment(endpoint: string, slackUrl: string, platformsUrl: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_/.test(name))
  return {
    ...Object.fromEntries(inherited),
    ...CREDENTIALS,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
    PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
    REDRESS_SLACK_API_URL: `${slackUrl}/api/`,
    REDRESS_PLATFORMS_URL: platformsUrl,
  }
}

function sourcesHash(...addresses: string[]): string {
  const hash = createHash('sha256').update(addresses.join('\0'))
  for (const source of SOURCES) {
    for (const file of filesIn(join(ROOT, source))) {
      const name = relative(ROOT, file)
      if (NOT_DEPLOYED.test(name)) continue
      hash.update(`\0${name}\0`).update(readFileSync(file))
    }
  }
  return hash.digest('hex')
}

function filesIn(path: string): string[] {
  const below = (() => {
    try {
      return readdirSync(path, { withFileTypes: true })
    } catch {
      return undefined // a file
    }
  })()
  if (below === undefined) return [path]
  return below.flatMap((entry) => filesIn(join(path, entry.name))).sort()
}
