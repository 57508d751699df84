import { parseArgs } from 'node:util'
import { historyOf } from '../ledger/history.ts'
import { NotFound } from '../ledger/ledger.ts'
import { actOf, recordAct } from '../shared/acts.ts'
import { policyOf } from '../shared/policies.ts'
import { openStage, runCommand, STAGE_USAGE } from '../shared/stage.ts'
import { listTokens } from '../shared/tokens.ts'
import { fileOf } from './file.ts'
import { fileHtml } from './html.ts'
import { short, verify } from './verify.ts'

const USAGE = `A complaint’s complete file: what happened, when, by whom and on whose authority, and every message as it was sent.

  npm run --silent file -- <complaint> > file.json
  npm run --silent file -- <complaint> --html > file.html      one page to read, print or save as PDF

It holds what the customer and colleagues wrote: hand it to nobody who may not have that. That it was made is recorded
(npm run acts). Exit code 1 where the complaint’s record is not as it was written; the file says what is wrong.

${STAGE_USAGE}`

const options = {
  html: { type: 'boolean', default: false },
  table: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [id, ...more] = positionals
  if (values.help || id === undefined || more.length > 0) throw new Error(USAGE)
  const { db, table, clock } = await openStage(values.table)
  const history = await historyOf(db, table, id)
  if (history.state === undefined && history.events.length === 0) throw new NotFound(id)
  const verification = verify(history)
  const act = actOf('file-made', `${id} at event ${history.events.length}, head ${short(verification.head)}`)
  const file = fileOf(history, {
    verification,
    policyOf,
    tokens: await listTokens(db, table),
    at: await clock.now(),
    by: act.by,
  })
  // Nobody gets it before that is recorded.
  await recordAct(db, table, act)
  process.stdout.write(values.html ? fileHtml(file) : `${JSON.stringify(file, null, 2)}\n`)
  for (const { what } of verification.problems) process.stderr.write(`${id}: ${what}\n`)
  if (verification.problems.length > 0) process.exitCode = 1
}

await runCommand(run)
