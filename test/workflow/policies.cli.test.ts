import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { GUARD_RULES } from '../../functions/domain/guard-rules.ts'
import { POLICY_FIELDS, policyFiles, problemsOfPolicy } from '../../infra/policies.ts'
import sample from '../../workflows/policies/sample.v1.json' with { type: 'json' }

const CLI = fileURLToPath(new URL('../../functions/policy/cli.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'policy-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs the tool; input that is not text is written as JSON. */
function run(args: string[], input: unknown = '') {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, ...args], {
    input: text,
    encoding: 'utf8',
  })
  return { stdout, stderr, status }
}

const file = (content: unknown): string => {
  const path = join(folder, 'changed.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('policy explain', () => {
  it('says which rule fits, why those above do not, and every deadline and call', () => {
    const { stdout, stderr, status } = run(['explain', '--at', '2026-11-21T10:05:00Z'], {
      public: false,
      channel: 'shop',
      team: 'billing',
    })
    expect([stderr, status]).toEqual(['', 0])
    const explained = JSON.parse(stdout)
    expect(explained).toMatchObject({
      policy: { name: 'sample', version: 2 },
      receivedAt: '2026-11-21T10:05:00Z',
      rule: { name: 'everything else', match: {} },
      passedOver: [
        { rule: 'public posts', condition: 'public', wanted: true, found: false },
        { rule: 'private messages on Facebook and Instagram', condition: 'source', wanted: 'meta' },
        { rule: 'WhatsApp', condition: 'channel', wanted: 'whatsapp', found: 'shop' },
      ],
      team: 'billing',
      owner: 'bea',
    })
    expect(explained.timers[0]).toEqual({
      name: 'acknowledge',
      dueAt: '2026-11-23T13:00:00Z',
      target: '240 business minutes of uk-office',
      pausable: true,
      warnings: [
        { percent: 50, at: '2026-11-23T11:00:00Z' },
        { percent: 75, at: '2026-11-23T12:00:00Z' },
      ],
      rungs: [
        { level: 1, at: '2026-11-23T13:00:00Z', role: 'owner', people: ['bea'] },
        { level: 2, at: '2026-11-23T13:30:00Z', role: 'team-lead', people: ['kofi'] },
        { level: 3, at: '2026-11-23T14:00:00Z', role: 'duty-manager', people: ['morgan'] },
      ],
      remindedEveryMinutes: 510,
    })
    expect(explained.later.map(({ name }: { name: string }) => name)).toEqual([
      'accept-handoff',
      'next-reply',
      'idle',
      'approve-redress',
      'approve-reply',
      'promise',
      'follow-up',
    ])
  })

  it('names what is missing, the first condition that fails, and what waits for the acknowledgement', () => {
    const rules = [
      { ...sample.rules[0], name: 'bad', match: { channel: 'web', severity: 'critical', product: 'TV' } },
      ...sample.rules,
    ]
    const { stdout } = run(['explain', '--policy', file({ ...sample, rules })], { public: true })
    expect(JSON.parse(stdout).passedOver).toEqual([
      { rule: 'bad', condition: 'severity', wanted: 'critical' },
    ])
    const housing = ['explain', '--policy', 'uk-housing-ombudsman@1', '--at', '2026-03-31T16:00:00Z']
    expect(JSON.parse(run(housing, { public: false }).stdout).later[0]).toMatchObject({
      name: 'resolve',
      from: 'the acknowledgement',
      dueAtLatest: '2026-04-23T16:30:00Z',
    })
  })

  it.each<[string, string[], unknown, string]>([
    ['what is not JSON', [], 'nonsense', 'not JSON'],
    ['a list', [], [], 'complaint must be an object'],
    ['no field that rules need', [], {}, 'public is missing'],
    ['a field that it does not know', [], { public: true, followers: 5 }, 'followers is not a field'],
    ['a team that is not there', [], { public: true, team: 'sales' }, 'no team "sales"'],
    [
      'a policy that is not there',
      ['--policy', 'sample@9'],
      {},
      'There is no policy sample@9; there are sample@1',
    ],
    ['a file that is not there', ['--policy', 'nowhere.json'], {}, 'There is no file nowhere.json'],
    ['a time that is none', ['--at', 'noon'], { public: true }, '"noon" is not an instant'],
    ['an option that is not there', ['--when', 'now'], {}, '--when'],
  ])('refuses %s, on stderr, without a stack', (_, args, input, message) => {
    const { stdout, stderr, status } = run(['explain', ...args], input)
    expect([stdout, status]).toEqual(['', 1])
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

describe('policy check', () => {
  it('finds nothing wrong with the policies that are here', () => {
    const { stdout, status } = run(['check'])
    expect(status).toBe(0)
    expect(stdout.trim().split('\n')).toHaveLength(policyFiles().length)
  })

  it('names every field that has to change', () => {
    const { stderr, status } = run(['check', file({ ...sample, defaultTeam: 'sales', dutyManager: 'x' })])
    expect(status).toBe(1)
    expect(stderr).toContain('defaultTeam: there is no team "sales"')
    expect(stderr).toContain('dutyManager: there is no person "x"')
  })

  it('says that a file is no JSON, and that a command is none', () => {
    expect(run(['check', file('{')])).toMatchObject({ status: 1, stderr: expect.stringContaining('JSON') })
    expect(run(['chekc'])).toMatchObject({ status: 1, stderr: expect.stringContaining('policy explain') })
  })
})

describe('the manual of policies', () => {
  const page = readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8')
  const blocks = (kind: string): string[] =>
    [...page.matchAll(/^```(.+)\n([\s\S]*?)^```/gm)].flatMap(([, info, body = '']) =>
      info === kind ? [body] : [],
    )
  /** The names in code in the first column of the tables of a section, up to the next heading. */
  const fields = (heading: string, table = 0): string[] => {
    const section = page.split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? ''
    const rows = section.split(/\n\|---.*\n/)[table + 1]?.split('\n\n')[0] ?? ''
    return rows
      .split('\n')
      .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''))
  }

  it.each<[string, number, readonly string[]]>([
    ['## A policy', 0, POLICY_FIELDS.policy],
    ['## Rules', 0, POLICY_FIELDS.rule],
    ['### Conditions', 0, POLICY_FIELDS.match],
    ['## Timers', 0, POLICY_FIELDS.timerNames],
    ['## Timers', 1, POLICY_FIELDS.timer],
    ['## Ladders', 0, POLICY_FIELDS.ladder],
    ['## Repeat contact', 0, POLICY_FIELDS.linking],
    ['## Repeat contact', 1, POLICY_FIELDS.linkRule],
    ['## Replies', 0, POLICY_FIELDS.guard],
    ['## Replies', 1, GUARD_RULES],
    ['## What we write', 0, POLICY_FIELDS.replies],
    ['## Who we are', 0, POLICY_FIELDS.organisation],
    ['## After the resolution', 0, POLICY_FIELDS.survey],
  ])('lists in "%s" (%i) what there is, and nothing else', (heading, table, there) => {
    expect(fields(heading, table).sort()).toEqual([...there].sort())
  })

  it('lists every preset, and no other', () => {
    const presets = policyFiles().flatMap((path) => /presets\/(.+)\.v1\.json$/.exec(path)?.[1] ?? [])
    const listed = fields('## Presets')
    expect(listed.sort()).toEqual(presets.sort())
  })

  it('shows a rule that may be deployed', () => {
    const [rule = ''] = blocks('json rule')
    expect(problemsOfPolicy({ ...sample, rules: [JSON.parse(rule)] })).toEqual([])
  })

  it('shows settings of the guard that may be deployed', () => {
    const [guard = ''] = blocks('json guard')
    expect(problemsOfPolicy({ ...sample, guard: JSON.parse(guard) })).toEqual([])
    expect(problemsOfPolicy({ ...sample, guard: { rules: { bounces: 'warn' } } })).toHaveLength(1)
    expect(problemsOfPolicy({ ...sample, guard: { channels: { x: { abuse: 'stop' } } } })).toHaveLength(1)
  })

  it('shows what the tool says', () => {
    const [complaint = ''] = blocks('json complaint')
    const [shown = ''] = blocks('text')
    const { stdout } = run(['explain', '--policy', 'sample@1', '--text'], complaint)
    expect(stdout.startsWith(shown)).toBe(true)
  })
})
