import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../infra/config.ts'
import { bundleFunctions, FUNCTION_NAMES, ROOT } from '../../infra/constructs/bundle.ts'
import type { RedressStack } from '../../infra/redress-stack.ts'
import { SAID, synth, temporaryDirectory } from './synth.ts'

const assetsOf = (outdir: string) =>
  JSON.parse(readFileSync(join(outdir, 'redress-prod.assets.json'), 'utf8'))

describe('The app', () => {
  it('passes CloudFormation’s and cdk-nag’s checks without a finding that nobody acknowledged', () => {
    const outdir = temporaryDirectory()
    synth('prod', outdir, { builtinCloudFormationValidation: true })
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'))
    expect(pluginReports).toEqual([])
  })

  it('does not synthesise with a finding that nobody acknowledged', () => {
    const outdir = temporaryDirectory()
    const change = (stack: RedressStack): void => void new Queue(stack, 'Unsafe')
    expect(() => synth('prod', outdir, { change })).toThrow('AwsSolutions-SQS4')
  })

  it('gives the same template and the same assets each time, from wherever it is started', () => {
    const [here, elsewhere] = [temporaryDirectory(), temporaryDirectory()]
    const template = synth('prod', here)
    const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'))
    execFileSync(process.execPath, [join(ROOT, 'infra', 'app.ts')], {
      cwd: elsewhere,
      env: {
        ...process.env,
        CDK_OUTDIR: elsewhere,
        CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...SAID.prod.context }),
        CDK_VALIDATION: 'false',
      },
      stdio: 'pipe',
    })
    expect(Object.keys(assetsOf(elsewhere).files).sort()).toEqual(Object.keys(assetsOf(here).files).sort())
    const other = JSON.parse(readFileSync(join(elsewhere, 'redress-prod.template.json'), 'utf8'))
    expect(other.Outputs).toEqual(template.Outputs)
  })
})

describe('The bundle', () => {
  const config = readConfig({ context: (key) => SAID.dev.context[key], env: {} })

  it('names the handlers that are missing', () => {
    const functionsDirectory = temporaryDirectory()
    expect(() => bundleFunctions({ config, functionsDirectory })).toThrow(
      /no .*intake\/handler\.ts, no .*export/,
    )
  })

  it('names the file that exports no handler', () => {
    const functionsDirectory = temporaryDirectory()
    for (const name of FUNCTION_NAMES) {
      mkdirSync(join(functionsDirectory, name))
      const exported = name === 'fire' ? 'fire' : 'handler'
      writeFileSync(join(functionsDirectory, name, 'handler.ts'), `export const ${exported} = () => {}`)
    }
    expect(() => bundleFunctions({ config, functionsDirectory })).toThrow(
      /export no `handler`: .*fire\/handler\.ts$/,
    )
  })
})
