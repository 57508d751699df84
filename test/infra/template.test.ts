import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STAGES } from '../../infra/config.ts'
import { RULES } from './rules.ts'
import { synth, type Template } from './synth.ts'

describe('A stage that is traced', () => {
  it('traces every function and the state machine, and lets them write traces', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'redress-infra-'))
    try {
      const { Resources } = synth('dev', outdir, { postCliContext: { tracing: 'true' } })
      const of = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type)
      const functions = of('AWS::Lambda::Function').filter(
        ({ Properties: p }) => p.FunctionName !== undefined,
      )
      expect(functions.every(({ Properties: p }) => p.TracingConfig?.Mode === 'Active')).toBe(true)
      const [machine] = of('AWS::StepFunctions::StateMachine')
      expect(machine?.Properties.TracingConfiguration).toEqual({ Enabled: true })
      const writers = of('AWS::IAM::Policy').filter(({ Properties: p }) =>
        JSON.stringify(p.PolicyDocument).includes('xray:PutTraceSegments'),
      )
      expect(writers).toHaveLength(functions.length + 1)
    } finally {
      rmSync(outdir, { recursive: true })
    }
  }, 60_000)
})

describe.each(STAGES)('What is deployed as stage %s', (stage) => {
  let outdir: string
  let template: Template
  beforeAll(() => {
    outdir = mkdtempSync(join(tmpdir(), 'redress-infra-'))
    template = synth(stage, outdir)
  }, 60_000) // bundles all functions
  afterAll(() => rmSync(outdir, { recursive: true }))

  it.each(RULES)('holds that $holds', ({ check }) => {
    expect(check(template, stage)).toEqual([])
  })

  it.each(RULES)('would be caught breaking the rule that $holds', ({ check, breakIt }) => {
    const broken = structuredClone(template)
    breakIt(broken)
    expect(check(broken, stage)).not.toEqual([])
  })

  it(`${stage === 'local' ? 'can' : 'cannot'} travel in time`, () => {
    const functions = readdirSync(outdir).filter((name) => name.startsWith('asset.'))
    expect(functions.length).toBeGreaterThan(0)
    const travelling = functions.filter((name) =>
      readFileSync(join(outdir, name, 'index.mjs'), 'utf8').includes('offsetSeconds'),
    )
    expect(travelling.length > 0).toBe(stage === 'local')
  })
})
