import { parseArgs } from 'node:util'
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Difference } from '../domain/replay.ts'
import { allComplaints } from '../ledger/all.ts'
import { complaintKey, STATE } from '../ledger/keys.ts'
import { Ledger, NotFound } from '../ledger/ledger.ts'
import { policyOf } from '../shared/policies.ts'
import { openStage, runCommand, STAGE_USAGE } from '../shared/stage.ts'
import { check } from './check.ts'

const USAGE = `Decides complaints anew from their events alone, and compares every deadline with what is stored.

  npm run --silent replay -- <complaint>…
  npm run --silent replay -- --all

It changes nothing. Exit code 1 where anything differs.

${STAGE_USAGE}`

const options = {
  all: { type: 'boolean', default: false },
  table: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const out = (line: string): void => void process.stdout.write(`${line}\n`)

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  if (values.help || values.all === positionals.length > 0) throw new Error(USAGE)
  const { db, table } = await openStage(values.table)
  const ledger = new Ledger(db, table)
  let looked = 0
  let different = 0
  for await (const id of values.all ? allComplaints(db, table, 'all') : positionals) {
    const { Item } = await db.send(
      new GetCommand({
        TableName: table,
        Key: { pk: complaintKey(id), sk: STATE },
        ConsistentRead: true,
      }),
    )
    if (Item === undefined) throw new NotFound(id)
    looked++
    const found = check(Item, await ledger.timeline(id), policyOf)
    if (found !== undefined) different++
    out(found === undefined ? `${id} ok` : `${id} ${described(found)}`)
  }
  if (values.all) out(`${looked} complaints, ${different} different`)
  if (different > 0) process.exitCode = 1
}

const described = ({ seq, field, stored, recomputed }: Difference): string =>
  `${seq === undefined ? 'state' : `event ${seq}`}, ${field}: stored ${stored}, recomputed ${recomputed}`

await runCommand(run)
