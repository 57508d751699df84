import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { ROOT } from '../../infra/local/home.ts'
import { merge, superfluous, table, tooWide } from '../support/permissions.ts'
import { examineStack, kept, notRun } from './support/evidence.ts'
import { EXCEPTIONS, OPEN_ENDED } from './support/exceptions.ts'

/*
 * Runs after all other files (vitest.config.ts), and judges what their stacks did: the stacks that have ended, and the
 * shared one. Each stack refuses calls that its roles do not allow by itself, when it ends.
 */

const others = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
const missing = notRun(others)

describe('The roles', async () => {
  const report = merge([...kept(), await examineStack(inject('home'), inject('redress'))])

  it('allow every call that their functions and the state machine made', () => {
    mkdirSync(join(ROOT, '.redress'), { recursive: true })
    writeFileSync(join(ROOT, '.redress', 'permissions.md'), table(report, EXCEPTIONS))
    expect(report.rows.filter(({ by }) => by === 'the function').length).toBeGreaterThan(0)
    expect(report.denied).toEqual([])
  })

  it('name their resources, unless IAM or names made at run time leave no choice', () => {
    expect(tooWide(report.rows, OPEN_ENDED)).toEqual([])
  })

  it.skipIf(missing.length > 0)(
    `allow nothing that was never needed${missing.length > 0 ? `: not judged, as these have not run: ${missing.join(', ')}` : ''}`,
    () => {
      expect(superfluous(report, EXCEPTIONS)).toEqual([])
    },
  )
})
