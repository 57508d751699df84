import { parseArgs } from 'node:util'
import type { Complaint, PolicyRef } from '../domain/complaint.ts'
import { type Actor, Refusal } from '../domain/decide.ts'
import type { Policy } from '../domain/policy.ts'
import { allComplaints } from '../ledger/all.ts'
import { Ledger } from '../ledger/ledger.ts'
import { carriedPolicies, policyOf } from '../shared/policies.ts'
import { openStage, runCommand, STAGE_USAGE } from '../shared/stage.ts'
import { type Move, type Plan, plan } from './plan.ts'

const USAGE = `Moves open complaints to another policy, or another version of theirs.

  npm run repolicy -- --to <policy>@<version> [--policy <policy>@<version>] [--team <team>] [--id <complaint>]… [--as <person>] [--apply]

Without --apply nothing is changed: it says what would be. --policy, --team and --id choose among the open complaints;
--as is who is named in the timeline. Safe to repeat: what has been moved is skipped.

${STAGE_USAGE}`

const options = {
  to: { type: 'string' },
  policy: { type: 'string' },
  team: { type: 'string' },
  id: { type: 'string', multiple: true },
  as: { type: 'string', default: 'cli' },
  apply: { type: 'boolean', default: false },
  table: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const out = (line: string): void => void process.stdout.write(`${line}\n`)
const nameOf = ({ name, version }: PolicyRef): string => `${name}@${version}`

async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options })
  if (values.help || values.to === undefined) throw new Error(USAGE)
  const to = policyCalled(values.to, '--to')
  const only = values.policy === undefined ? undefined : policyCalled(values.policy, '--policy')
  const by: Actor = { id: values.as }
  const { db, table, clock } = await openStage(values.table)
  const ledger = new Ledger(db, table)
  const isChosen = ({ team, policy }: Complaint): boolean =>
    (values.team === undefined || team === values.team) &&
    (only === undefined || nameOf(policy) === nameOf(only))

  const count = { moved: 0, already: 0, refused: 0, atOnce: 0 }
  for await (const id of values.id ?? allComplaints(db, table, 'open')) {
    const complaint = await ledger.load(id)
    if (!isChosen(complaint)) continue
    if (nameOf(complaint.policy) === nameOf(to)) {
      count.already++
      continue
    }
    try {
      const planned = plan(complaint, policyOf(complaint.policy), to, by, await clock.now())
      if (values.apply) await ledger.execute(id, { type: 'repolicy', to, by }, await clock.now())
      for (const line of described(complaint, to, planned)) out(line)
      count.moved++
      count.atOnce += planned.atOnce.length
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      count.refused++
      process.exitCode = 1
      out(`${id}  refused: ${error.message}`)
    }
  }
  const { moved, already, refused, atOnce } = count
  out(
    `${moved} ${values.apply ? 'moved' : 'to move'} to ${nameOf(to)}, ${already} under it already, ${refused} refused; ${atOnce} warnings, breaches or rungs at once`,
  )
  if (!values.apply && moved > 0) out('Nothing has been changed: add --apply to do it')
}

function* described({ id, team, policy }: Complaint, to: Policy, planned: Plan): Generator<string> {
  yield `${id}  ${team}  ${nameOf(policy)} → ${nameOf(to)}, rule "${planned.rule}"`
  for (const move of planned.moves) yield `  ${move.timer.padEnd(16)} ${changed(move)}`
  if (planned.atOnce.length > 0) yield `  at once: ${planned.atOnce.join(', ')}`
}

function changed({ before, after, dueBefore, dueAfter }: Move): string {
  if (after === 'cancelled') return `${before}, due ${dueBefore} → cancelled`
  if (dueBefore === undefined) return `new → ${after}, due ${dueAfter}`
  return `${before}, due ${dueBefore} → ${after}, due ${dueAfter}`
}

function policyCalled(text: string, option: string): Policy {
  const found = carriedPolicies.find((policy) => nameOf(policy) === text)
  if (found === undefined) {
    throw new Error(`${option} must be one of: ${carriedPolicies.map(nameOf).join(', ')}; "${text}" is not`)
  }
  return found
}

await runCommand(run)
