import { spawnSync } from 'node:child_process'
import type { LocalRun } from '../../../infra/local/home.ts'

/** What a command line of ours (`functions/…/cli.ts`) makes of a running stack. */
export function command(
  run: LocalRun,
  script: string,
  ...args: string[]
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env: {
      ...process.env,
      TABLE_NAME: run.tableName,
      AWS_ENDPOINT_URL: run.awsEndpoint,
      AWS_REGION: run.region,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  })
  return { status, stdout, stderr }
}
