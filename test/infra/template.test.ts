import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STAGES } from '../../infra/config.ts'
import { RULES } from './rules.ts'
import { synth, type Template } from './synth.ts'

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
