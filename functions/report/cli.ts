import { parseArgs } from 'node:util'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { openStage, runCommand } from '../shared/stage.ts'
import type { Reported } from './handler.ts'

const USAGE = `Makes a month's report, by the stage's own function, and prints a link that opens it.

  npm run --silent report -- [--month 2026-11] [--stage prod]

Without --month it is the one before this. Its days have to be exported (npm run export). Without --stage it is the local
stage that runs on this machine; account and region are those of the AWS CLI's environment.
`

const options = {
  month: { type: 'string' },
  stage: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options })
  const { month, stage, help } = values
  if (help || (month !== undefined && !/^\d{4}-\d\d$/.test(month))) throw new Error(USAGE)
  if (stage === undefined) await openStage() // says where the local stage is
  const { Payload, FunctionError } = await new LambdaClient({ maxAttempts: 1 }).send(
    new InvokeCommand({
      FunctionName: `redress-${stage ?? 'local'}-report`,
      Payload: JSON.stringify(month === undefined ? {} : { month }),
    }),
  )
  const answer = Buffer.from(Payload ?? []).toString()
  if (FunctionError !== undefined) throw new Error(`The report could not be made: ${answer}`)
  const { link } = JSON.parse(answer) as Reported
  process.stdout.write(`${link}\n`)
}

await runCommand(run)
