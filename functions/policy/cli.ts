/**
 * Tries a policy: `npm run --silent policy -- explain < complaint.json` and `… policy -- check [file]`. See
 * docs/policies.md. What is wrong with the input goes to stderr, and the exit code is 1.
 */

import { basename } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { checkPolicies, policyFiles } from '../../infra/policies.ts'
import { Refusal } from '../domain/decide.ts'
import { parseInstant, toInstant } from '../domain/instant.ts'
import { name } from '../shared/fields.ts'
import { currentPolicy } from '../shared/policies.ts'
import { checked, Problem } from '../shared/problem.ts'
import { webBody } from '../sources/web.ts'
import { asText, explain } from './explain.ts'
import { Mistake, parsed, policyAt } from './given.ts'

const USAGE = `policy explain [--policy name@version | --policy file] [--at instant] [--text] < complaint.json
policy check [file]`

/** What source web sends; what no rule can ask for may be left out. */
const complaint = webBody
  .partial({ messageId: true, postedAt: true, author: true, text: true })
  .extend({ source: name.default('web') })

async function run(): Promise<string> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      policy: { type: 'string' },
      at: { type: 'string' },
      text: { type: 'boolean', default: false },
    },
  })
  const [command, file, ...more] = positionals
  if (command === 'check' && more.length === 0) return check(file)
  if (command !== 'explain' || file !== undefined) throw new Mistake(USAGE)
  const policy = values.policy === undefined ? currentPolicy : policyAt(values.policy)
  if (process.stdin.isTTY) throw new Mistake(`Give the complaint on standard input:\n${USAGE}`)
  const given = checked(complaint, parsed(await text(process.stdin), 'complaint'), 'complaint')
  const at = values.at === undefined ? (given.postedAt ?? toInstant(new Date())) : parseInstant(values.at)
  const { messageId = 'explained', postedAt = at, author = { id: 'customer' }, text: words = '' } = given
  const explanation = explain(policy, { ...given, messageId, postedAt, author, text: words }, at)
  return values.text ? asText(explanation) : JSON.stringify(explanation, null, 2)
}

function check(file: string | undefined): string {
  if (file === undefined) {
    checkPolicies()
    return policyFiles()
      .map((path) => `${basename(path)}: nothing wrong`)
      .join('\n')
  }
  policyAt(file)
  return `${basename(file)}: nothing wrong`
}

try {
  process.stdout.write(`${await run()}\n`)
} catch (error) {
  const isMistake =
    error instanceof Mistake ||
    error instanceof Problem ||
    error instanceof Refusal ||
    error instanceof RangeError ||
    (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') ||
    (error as Error).message.startsWith('Policies that')
  if (!isMistake) throw error
  console.error((error as Error).message)
  process.exitCode = 1
}
