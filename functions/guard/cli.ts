/**
 * Judges a reply before it is sent: `npm run --silent guard -- < draft.json`. See docs/replies.md. The exit code is 0
 * where it may go, 2 where the policy blocks it, and 1 where the input is wrong, which stderr then says.
 */

import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { guard, verdict } from '../domain/guard.ts'
import { toInstant } from '../domain/instant.ts'
import { Mistake, parsed, policyAt } from '../policy/given.ts'
import { foreignId, instant, name, words } from '../shared/fields.ts'
import { currentPolicy } from '../shared/policies.ts'
import { checked, Problem } from '../shared/problem.ts'

const USAGE = 'guard [--policy name@version | --policy file] < draft.json'

const draft = z.strictObject({
  text: words(20_000),
  public: z.boolean(),
  channel: name,
  now: instant.optional(),
  timeZone: z.string().max(60).refine(isZone, 'must be an IANA time zone, such as Europe/London').optional(),
  issues: z
    .array(z.strictObject({ id: foreignId, text: words(2_000) }))
    .max(100)
    .optional(),
  promises: z
    .array(z.strictObject({ text: words(2_000), dueAt: instant }))
    .max(100)
    .optional(),
  recent: z.array(words(20_000)).max(500).optional(),
  replyWindowClosesAt: instant.optional(),
  own: z.array(foreignId).max(100).optional(),
})

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

async function run(): Promise<string> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { policy: { type: 'string' } },
  })
  if (positionals.length > 0) throw new Mistake(USAGE)
  const policy = values.policy === undefined ? currentPolicy : policyAt(values.policy)
  if (process.stdin.isTTY) throw new Mistake(`Give the draft on standard input:\n${USAGE}`)
  const given = checked(draft, parsed(await text(process.stdin), 'draft'), 'draft')
  const { now = toInstant(new Date()), timeZone = 'Europe/London', ...rest } = given
  const findings = guard(given, { ...rest, now, timeZone })
  const judged = verdict(findings, policy.guard ?? {}, given.channel)
  if (judged.outcome === 'block') process.exitCode = 2
  return JSON.stringify(judged, null, 2)
}

try {
  process.stdout.write(`${await run()}\n`)
} catch (error) {
  const isMistake =
    error instanceof Mistake ||
    error instanceof Problem ||
    (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')
  if (!isMistake) throw error
  console.error((error as Error).message)
  process.exitCode = 1
}
