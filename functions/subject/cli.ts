import { parseArgs } from 'node:util'
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { Refusal } from '../domain/decide.ts'
import { forget } from '../ledger/forget.ts'
import { complaintKey, SLACK } from '../ledger/keys.ts'
import { Ledger } from '../ledger/ledger.ts'
import { actOf, recordAct } from '../shared/acts.ts'
import { openStage, runCommand, STAGE_USAGE } from '../shared/stage.ts'
import { complaintsOf, type Subject } from './find.ts'

const USAGE = `What is held on a customer: to hand it over, or to erase it.

  npm run --silent subject -- export <who> > kept.json
  npm run subject -- erase <who> [--as <person>] [--apply]

<who> is one or more of  --source <source> --id <their id there>,  --email <address>,  --phone <number>,
--complaint <complaint>…; each finds them by itself.

export writes, as JSON, every complaint of theirs: as it stands, all of its events, and where Slack shows it. erase drops
the person and keeps the facts, of what is closed or withdrawn; without --apply it says which that would be. Safe to
repeat: what was interrupted is finished.

${STAGE_USAGE}`

const options = {
  source: { type: 'string' },
  id: { type: 'string' },
  email: { type: 'string' },
  phone: { type: 'string' },
  complaint: { type: 'string', multiple: true },
  as: { type: 'string', default: 'cli' },
  apply: { type: 'boolean', default: false },
  table: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const out = (line: string): void => void process.stdout.write(`${line}\n`)

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const { source, id, email, phone, complaint = [] } = values
  const [verb, ...more] = positionals
  const named = id !== undefined || email !== undefined || phone !== undefined
  if (
    values.help ||
    more.length > 0 ||
    (verb !== 'export' && verb !== 'erase') ||
    (!named && complaint.length === 0)
  ) {
    throw new Error(USAGE)
  }
  if ((source === undefined) !== (id === undefined)) {
    throw new Error('--source and --id belong together: an id is one source’s')
  }
  if (phone !== undefined && phone.replace(/\D/g, '').length < 6) {
    throw new Error('--phone must be a whole number, with its country code: +447700900123')
  }
  const { db, table, clock } = await openStage(values.table)
  const subject: Subject = { source, id, email, phone }
  const ids = [...new Set([...complaint, ...(named ? await complaintsOf(db, table, subject) : [])])]
  const ledger = new Ledger(db, table)
  if (verb === 'export') {
    const complaints = []
    for (const one of ids) complaints.push(await everythingOf(db, table, ledger, one))
    out(JSON.stringify({ exportedAt: await clock.now(), subject, complaints }, null, 2))
    return
  }
  const count = { erased: 0, refused: 0 }
  for (const one of ids) {
    const { stage, erased } = await ledger.load(one)
    try {
      if (values.apply) {
        const { events } = await ledger.execute(
          one,
          { type: 'erase', by: { id: values.as } },
          await clock.now(),
        )
        // Afterwards only what was erased before is finished: that was recorded then.
        if (events.length > 0) await recordAct(db, table, actOf('customer-erased', one))
        await forget(db, table, one)
      } else if (stage !== 'closed' && stage !== 'withdrawn') {
        throw new Refusal('forbidden-by-state', `it is ${stage}: close or withdraw it first`)
      }
      count.erased++
      out(`${one}  ${values.apply ? 'erased' : erased === undefined ? 'to erase' : 'erased before'}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      count.refused++
      process.exitCode = 1
      out(`${one}  refused: ${error.message}`)
    }
  }
  out(`${count.erased} ${values.apply ? 'erased' : 'to erase'}, ${count.refused} refused`)
  if (!values.apply && count.erased > 0) out('Nothing has been changed: add --apply to do it')
}

async function everythingOf(db: DynamoDBDocumentClient, table: string, ledger: Ledger, complaintId: string) {
  const { Item } = await db.send(
    new GetCommand({ TableName: table, Key: { pk: complaintKey(complaintId), sk: SLACK } }),
  )
  return {
    complaint: await ledger.load(complaintId),
    events: await ledger.timeline(complaintId),
    slack: ((Item?.cards ?? []) as { channel: string; ts: string }[]).map(({ channel, ts }) => ({
      channel,
      ts,
    })),
  }
}

await runCommand(run)
