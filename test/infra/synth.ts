import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, type AppProps } from 'aws-cdk-lib'
import { onTestFinished } from 'vitest'
import type { Stage } from '../../infra/config.ts'
import { ROOT } from '../../infra/constructs/bundle.ts'
import { addRedress, type RedressStack } from '../../infra/redress-stack.ts'

export interface Resource {
  readonly Type: string
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON of every shape; the rules say what they expect of it.
  readonly Properties: any
  readonly DeletionPolicy?: string
}

export interface Template {
  readonly Resources: Record<string, Resource>
  readonly Outputs: Record<string, { Value: unknown }>
}

/** What a person deploying must say, for each stage. */
export const SAID: Record<Stage, { context: Record<string, string>; env: Record<string, string> }> = {
  local: {
    context: { stage: 'local', emailFrom: 'Example Care <care@redress.example>' },
    env: {
      REDRESS_SLACK_API_URL: 'http://127.0.0.1:4003/api/',
      REDRESS_PLATFORMS_URL: 'http://127.0.0.1:4004/platforms',
    },
  },
  dev: { context: { stage: 'dev' }, env: {} },
  prod: { context: { stage: 'prod', sources: 'web,x', alarmEmail: 'ops@example.com' }, env: {} },
}

/** A directory of this test's own, gone when it ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'redress-infra-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

/**
 * Synthesises a stage as infra/app.ts does, and returns its template.
 *
 * @param outdir where the assembly goes.
 * @param change what to do to the stack first.
 * @param said options of the stage, beside what must be said.
 * @throws Error when a check of the stack has a finding that is not acknowledged.
 */
export function synth(
  stage: Stage,
  outdir: string,
  {
    change,
    said = {},
    ...props
  }: AppProps & { change?: (stack: RedressStack) => void; said?: Record<string, string> } = {},
): Template {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'))
  const app = new App({
    outdir,
    // CloudFormation's own rules take three times as long as all the rest: one test turns them on.
    builtinCloudFormationValidation: false,
    context: { ...context, ...SAID[stage].context, ...said },
    ...props,
  })
  const stack = addRedress(app, {}, SAID[stage].env)
  change?.(stack)
  app.synth()
  return readTemplate(stage, outdir)
}

export const readTemplate = (stage: Stage, outdir: string): Template =>
  JSON.parse(readFileSync(join(outdir, `redress-${stage}.template.json`), 'utf8'))
