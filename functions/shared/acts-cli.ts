import { parseArgs } from 'node:util'
import { parseInstant } from '../domain/instant.ts'
import { listActs } from './acts.ts'
import { openStage, runCommand, STAGE_USAGE } from './stage.ts'

const USAGE = `What was done to a stage by command: tokens, secrets, erasures, files that were made. A line each, oldest first.

  npm run --silent acts
  npm run --silent acts -- --since 2026-11-01T00:00:00Z

${STAGE_USAGE}`

await runCommand(async (args) => {
  const options = { since: { type: 'string' }, table: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  if (positionals.length > 0) throw new Error(USAGE)
  const since = parseInstant(values.since ?? '1970-01-01T00:00:00Z')
  const stage = await openStage(values.table)
  for (const { at, by, type, about } of await listActs(stage.db, stage.table, since))
    process.stdout.write(`${[at, by, type, about].join('\t')}\n`)
})
