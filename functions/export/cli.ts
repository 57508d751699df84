import { parseArgs } from 'node:util'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { addSeconds, parseInstant } from '../domain/instant.ts'
import { openStage, runCommand } from '../shared/stage.ts'
import type { Exported } from './handler.ts'

const USAGE = `Exports days for finance, one after the other, by the stage's own function.

  npm run export -- --from 2026-11-01 --to 2026-11-20 [--stage prod]

Both days are included; --to is --from where it is left out. Safe to repeat: what is published stays as it is, and what
is different now becomes a correction. Without --stage it is the local stage that runs on this machine; account and
region are those of the AWS CLI's environment. Exit code 1 where CloudWatch is not what the ledger says.
`

const options = {
  from: { type: 'string' },
  to: { type: 'string' },
  stage: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const out = (line: string): void => void process.stdout.write(`${line}\n`)

/** The UTC days from one to another, both included. Throws RangeError for what is no day, or none at all. */
function daysBetween(from: string, to: string): string[] {
  const last = parseInstant(`${to}T00:00:00Z`)
  const days: string[] = []
  for (let at = parseInstant(`${from}T00:00:00Z`); at <= last; at = addSeconds(at, 86_400))
    days.push(at.slice(0, 10))
  if (days.length === 0) throw new RangeError(`--to ${to} is before --from ${from}`)
  return days
}

async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options })
  const { from, to = from } = values
  if (values.help || from === undefined || to === undefined) throw new Error(USAGE)
  if (values.stage === undefined) await openStage() // says where the local stage is
  const lambda = new LambdaClient({ maxAttempts: 1 })
  for (const date of daysBetween(from, to)) {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({
        FunctionName: `redress-${values.stage ?? 'local'}-export`,
        Payload: JSON.stringify({ date }),
      }),
    )
    const answer = Buffer.from(Payload ?? []).toString()
    if (FunctionError !== undefined) throw new Error(`${date} could not be exported: ${answer}`)
    const { manifest, corrections, reconciliation } = JSON.parse(answer) as Exported
    const { compared, differences } = reconciliation
    out(`${date} ${manifest}, ${corrections} corrections, ${differences.length} of ${compared} series differ`)
    for (const { metric, dimensions, ledger, cloudwatch } of differences)
      out(`  ${metric} ${dimensions}: ledger ${ledger}, CloudWatch ${cloudwatch}`)
    if (differences.length > 0) process.exitCode = 1
  }
}

await runCommand(run)
