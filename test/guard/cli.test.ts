import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import sample from '../../workflows/policies/sample.v1.json' with { type: 'json' }

const CLI = fileURLToPath(new URL('../../functions/guard/cli.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'guard-'))
afterAll(() => rmSync(folder, { recursive: true }))

function run(args: string[], input: unknown) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, ...args], {
    input: typeof input === 'string' ? input : JSON.stringify(input),
    encoding: 'utf8',
  })
  return { stdout, stderr, status }
}

describe('npm run guard', () => {
  it('says what is wrong with the draft of the manual', () => {
    const page = readFileSync(new URL('../../docs/replies.md', import.meta.url), 'utf8')
    const { stdout, status } = run([], /```json draft\n([\s\S]*?)```/.exec(page)?.[1])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'warn',
      findings: [
        { rule: 'unanswered-issue', issue: 'i2', effect: 'warn' },
        { rule: 'bounce', words: 'ring our helpline', at: 15 },
        { rule: 'promise-not-recorded', promise: { dueAt: '2026-11-27T23:59:59Z' } },
      ],
    })
  })

  it('ends with 2 where the policy blocks, and 0 where it does not mind', () => {
    const path = join(folder, 'policy.json')
    writeFileSync(
      path,
      JSON.stringify({
        ...sample,
        guard: { rules: { bounce: 'block' }, channels: { x: { bounce: 'off' } } },
      }),
    )
    const draft = { text: 'Please ring our helpline.', public: false }
    expect(run(['--policy', path], { ...draft, channel: 'email' })).toMatchObject({ status: 2, stderr: '' })
    const { stdout, status } = run(['--policy', path], { ...draft, channel: 'x' })
    expect([JSON.parse(stdout), status]).toEqual([{ outcome: 'pass', findings: [] }, 0])
  })

  it.each<[string, string[], unknown, string]>([
    ['what is not JSON', [], 'nonsense', 'not JSON'],
    ['a draft without its words', [], { public: true, channel: 'x' }, 'text is missing'],
    [
      'a zone that is not there',
      [],
      { text: 'Hi', public: true, channel: 'x', timeZone: 'Mars' },
      'timeZone',
    ],
    ['a policy that is not there', ['--policy', 'sample@9'], {}, 'There is no policy sample@9'],
  ])('refuses %s, on stderr, without a stack', (_, args, input, message) => {
    const { stdout, stderr, status } = run(args, input)
    expect([stdout, status]).toEqual(['', 1])
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})
