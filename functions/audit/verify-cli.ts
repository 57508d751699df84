import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { parseInstant } from '../domain/instant.ts'
import { heldComplaints } from '../ledger/all.ts'
import { historyOf } from '../ledger/history.ts'
import { NotFound } from '../ledger/ledger.ts'
import { openStage, runCommand, STAGE_USAGE } from '../shared/stage.ts'
import { type ComplaintFile, unfounded } from './file.ts'
import { headsInBucket, headsInFolder, headsOfFile, type Published } from './heads.ts'
import { described, type Verification, verify } from './verify.ts'

const USAGE = `Checks that no event of a complaint was changed, dropped, put in or moved since it was written.

  npm run verify -- <complaint>…
  npm run verify -- --all
  npm run verify -- --all --published [--stage prod]         and compares them with what the nightly export has published
  npm run verify -- --all --against <folder | s3://bucket>   the same, with a copy of it
  npm run verify -- --file <file.json>                       a complaint’s file (npm run file), by itself

With --chained-since <instant> every event recorded from then on must have a chain. It changes nothing. Exit code 1 where
anything is wrong.

${STAGE_USAGE}`

const options = {
  all: { type: 'boolean', default: false },
  published: { type: 'boolean', default: false },
  stage: { type: 'string' },
  against: { type: 'string' },
  file: { type: 'string' },
  'chained-since': { type: 'string' },
  table: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const out = (line: string): void => void process.stdout.write(`${line}\n`)

/** The export's bucket, from the function that writes it. */
async function exportBucket(stage: string): Promise<string> {
  const { Environment } = await new LambdaClient().send(
    new GetFunctionConfigurationCommand({ FunctionName: `redress-${stage}-export` }),
  )
  const bucket = Environment?.Variables?.EXPORT_BUCKET
  if (bucket === undefined) throw new Error(`Function redress-${stage}-export does not say where it writes`)
  return bucket
}

async function publishedIn(where: string): Promise<Published> {
  const bucket = /^s3:\/\/([^/]+)\/?$/.exec(where)?.[1]
  if (bucket === undefined) return headsInFolder(where)
  // An emulator has no names for its buckets.
  return headsInBucket(new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined }), bucket)
}

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const { all, published, stage = 'local', against, file } = values
  const ways = [all, positionals.length > 0, file !== undefined].filter(Boolean).length
  if (values.help || ways !== 1 || (published && against !== undefined)) throw new Error(USAGE)
  const since = values['chained-since']
  const chainedSince = since === undefined ? undefined : parseInstant(since)

  let looked = 0
  let wrong = 0
  const tell = (id: string, verification: Verification): void => {
    looked++
    if (verification.problems.length > 0) wrong++
    out(`${id} ${described(verification)}`)
    for (const { what } of verification.problems) out(`  ${what}`)
  }
  const opened = file === undefined || published ? await openStage(values.table) : undefined
  const where = published ? `s3://${await exportBucket(stage)}` : against
  const { heads, files, faults } =
    where === undefined ? { heads: new Map(), files: 0, faults: [] } : await publishedIn(where)
  for (const fault of faults) out(`published: ${fault}`)

  if (file !== undefined) {
    const sent = JSON.parse(readFileSync(file, 'utf8')) as ComplaintFile
    const { complaint, state, events, made } = sent
    const newest = events.at(-1)?.place ?? 0
    const own = headsOfFile(heads.get(complaint.id) ?? [], newest, made.at)
    const expectations = { chainedSince, heads: own }
    tell(complaint.id, verify({ complaintId: complaint.id, state, events }, expectations))
    for (const fault of unfounded(sent)) {
      out(`  ${fault}`)
      wrong++
    }
  } else if (opened !== undefined) {
    const { db, table } = opened
    const left = new Set(all ? heads.keys() : [])
    for await (const id of all ? heldComplaints(db, table) : positionals) {
      const history = await historyOf(db, table, id)
      const known = history.state !== undefined || history.events.length > 0 || heads.has(id)
      if (!known) throw new NotFound(id)
      tell(id, verify(history, { chainedSince, heads: heads.get(id) ?? [] }))
      left.delete(id)
    }
    for (const id of left) tell(id, verify({ complaintId: id, events: [] }, { heads: heads.get(id) ?? [] }))
  }
  if (all) out(`${looked} complaints, ${wrong} not as they were written`)
  if (where !== undefined)
    out(`compared with ${files} published files, ${faults.length} of them not as published`)
  if (wrong + faults.length > 0) process.exitCode = 1
}

await runCommand(run)
