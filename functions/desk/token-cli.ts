import { parseArgs } from 'node:util'
import { toInstant } from '../domain/instant.ts'
import { teamOf } from '../domain/policy.ts'
import { actOf } from '../shared/acts.ts'
import { name as nameShape } from '../shared/fields.ts'
import { currentPolicy } from '../shared/policies.ts'
import { openStage, runCommand, STAGE_USAGE, type Stage } from '../shared/stage.ts'
import { createToken, listTokens, ROLES, revokeToken } from '../shared/tokens.ts'

const USAGE = `Tokens of the ops API.

  npm run token -- create --name <name> --team <team> --role ${ROLES.join('|')}
  npm run token -- revoke --name <name>
  npm run token -- list

${STAGE_USAGE}`

const out = (line: string): void => void process.stdout.write(`${line}\n`)

const options = {
  name: { type: 'string' },
  team: { type: 'string' },
  role: { type: 'string' },
  table: { type: 'string' },
} as const

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const stage = await openStage(values.table)
  switch (positionals.join(' ')) {
    case 'create': {
      const name = nameFrom(values.name)
      const team = values.team ?? ''
      if (teamOf(currentPolicy, team) === undefined) {
        throw new Error(`--team must be one of: ${Object.keys(currentPolicy.teams).join(', ')}`)
      }
      const role = ROLES.find((known) => known === values.role)
      if (role === undefined) throw new Error(`--role must be one of: ${ROLES.join(', ')}`)
      out(await create(stage, { name, team, role, createdAt: toInstant(new Date()) }))
      process.stderr.write('Keep it now: only its hash is stored, and it is not shown again.\n')
      return
    }
    case 'revoke': {
      const which = nameFrom(values.name)
      if (!(await revokeToken(stage.db, stage.table, which, actOf('token-revoked', which))))
        throw new Error(`There is no token called ${which}`)
      out(`${which} is revoked: the next request with it is refused.`)
      return
    }
    case 'list':
      for (const entry of await listTokens(stage.db, stage.table)) {
        out([entry.name, entry.team, entry.role, entry.createdAt].join('\t'))
      }
      return
    default:
      throw new Error(USAGE)
  }
}

async function create({ db, table }: Stage, entry: Parameters<typeof createToken>[2]): Promise<string> {
  try {
    const { name, role, team } = entry
    return await createToken(db, table, entry, actOf('token-created', `${name} (${role} for ${team})`))
  } catch (error) {
    if (!(error instanceof Error && error.name === 'TransactionCanceledException')) throw error
    throw new Error(`There is a token called ${entry.name} already; revoke it first, or choose another name`)
  }
}

function nameFrom(given: string | undefined): string {
  const result = nameShape.safeParse(given)
  if (!result.success) throw new Error(`--name ${result.error.issues[0]?.message}`)
  return result.data
}

await runCommand(run)
