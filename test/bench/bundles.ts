import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readConfig } from '../../infra/config.ts'
import { bundleFunctions, FUNCTION_NAMES } from '../../infra/constructs/bundle.ts'
import { CREDENTIALS } from '../../infra/local/emulator.ts'
import { median, type Row } from './table.ts'

const RUNS = 7

/** What a function may ask of its environment while it is imported. Nothing is called. */
const ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  AWS_REGION: 'us-east-1',
  ...CREDENTIALS,
  POWERTOOLS_SERVICE_NAME: 'redress-bench',
  POWERTOOLS_METRICS_NAMESPACE: 'Redress',
  STAGE: 'dev',
  TABLE_NAME: 'bench',
  SOURCE_SECRETS: '{"web":"arn"}',
  SLACK_SECRET: 'arn',
  STATE_MACHINE_ARN: 'arn',
  OUTBOX_QUEUE_URL: 'http://127.0.0.1/outbox',
  DUE_QUEUE_URL: 'http://127.0.0.1/due',
  EXPORT_BUCKET: 'bench',
  MAIL_BUCKET: 'bench',
}

/** Milliseconds from starting Node to its end, having run a line of code. */
function run(code: string): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    env: ENVIRONMENT,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`node ended with ${status}: ${stderr.slice(-500)}`)
  return performance.now() - start
}

/** How large each function's bundle is, and how long a cold start spends importing it. */
export function benchBundles(): Row[] {
  const config = readConfig({
    context: (key) => ({ stage: 'dev', alarmEmail: 'bench@example.com' })[key],
    env: {},
  })
  const folder = bundleFunctions({ config })
  const codes = FUNCTION_NAMES.map(
    (name) =>
      `await import(${JSON.stringify(pathToFileURL(join(folder(name), 'index.mjs')).href)}); process.exit()`,
  )
  // Round by round, so that a busy moment of the machine falls on all of them alike.
  const rounds = Array.from({ length: RUNS }, () => ({ bare: run('0'), imported: codes.map(run) }))
  const bare = median(rounds.map((round) => round.bare))
  return FUNCTION_NAMES.map((name, index) => {
    const took = median(rounds.map(({ imported }) => imported[index] ?? Number.NaN))
    const bytes = readdirSync(folder(name))
      .filter((file) => file.endsWith('.mjs'))
      .reduce((sum, file) => sum + statSync(join(folder(name), file)).size, 0)
    return {
      what: `import of ${name}`,
      value: `${Math.round(took)} ms`,
      floor: `${Math.round(bare)} ms`,
      ratio: took / bare,
      note: `${Math.round(bytes / 1024)} KB`,
    }
  })
}
