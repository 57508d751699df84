import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const CLI = fileURLToPath(new URL('../../functions/deadline/cli.ts', import.meta.url))
const calendar = { timeZone: 'Europe/London', hours: { mon: [['09:00', '17:30']] } }
const start = '2026-11-21T10:05:00Z'

/** Runs the tool on the lines; a line that is not text is written as JSON. */
function run(...lines: unknown[]): { output: string[]; status: number | null; stderr: string } {
  const input = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  const { stdout, status, stderr } = spawnSync(process.execPath, [CLI], { input, encoding: 'utf8' })
  return { output: stdout.split('\n').slice(0, -1), status, stderr }
}

describe('the deadline tool', () => {
  it('answers every line, in order, with an instant or with seconds', () => {
    const { output, status, stderr } = run(
      { calendar, start, minutes: 60 },
      { calendar, from: start, to: '2026-11-23T10:00:00Z' },
      { calendar, start: '2026-11-23T17:00:00+00:00', minutes: 30 },
      { calendar, start, minutes: 0 },
      { calendar: 'uk-office', start, minutes: 60 },
      '',
    )
    expect(output).toEqual([
      '{"dueAt":"2026-11-23T10:00:00Z"}',
      '{"seconds":3600}',
      '{"dueAt":"2026-11-23T17:30:00Z"}',
      '{"dueAt":"2026-11-23T09:00:00Z"}',
      '{"dueAt":"2026-11-23T10:00:00Z"}',
    ])
    expect([status, stderr]).toEqual([0, ''])
  })

  it('needs no newline after the last line, and minds neither CRLF nor a byte order mark', () => {
    const line = JSON.stringify({ calendar, start, minutes: 60 })
    const { output, status } = run(`\uFEFF${line}\r`, line)
    expect(output).toEqual(Array(2).fill('{"dueAt":"2026-11-23T10:00:00Z"}'))
    expect(status).toBe(0)
  })

  it('cuts off fractions of a second, and takes minutes that come to whole seconds', () => {
    const { output } = run({ calendar, start: '2026-11-23T10:00:00.999Z', minutes: 0.5 })
    expect(output).toEqual(['{"dueAt":"2026-11-23T10:00:30Z"}'])
  })

  it('says on its own line what is wrong with one, answers the others, and fails', () => {
    const good = { calendar, start, minutes: 60 }
    const { output, status } = run(good, 'nonsense', good)
    expect(output).toHaveLength(3)
    expect(output[0]).toBe(output[2])
    expect(JSON.parse(output[1] ?? '')).toEqual({ error: expect.stringMatching(/^line 2: is not JSON/) })
    expect(status).toBe(1)
  })

  it.each<[string, unknown, string]>([
    ['an empty line', '\n', 'line 1: is not JSON'],
    ['a list', [], 'is not an object'],
    ['no calendar', { start, minutes: 1 }, 'calendar: is missing'],
    [
      'a calendar with a mistake',
      { calendar: { ...calendar, timeZone: 'Mars' }, start, minutes: 1 },
      'timeZone: "Mars"',
    ],
    [
      'a calendar that is not shipped',
      { calendar: 'mars-office', start, minutes: 1 },
      'use always, at-office',
    ],
    [
      'a path for a name',
      { calendar: '../policies/sample', start, minutes: 1 },
      'no ready calendar of that name',
    ],
    [
      'a start without an offset',
      { calendar, start: '2026-11-21T10:05:00', minutes: 1 },
      'start: "2026-11-21T10:05:00"',
    ],
    ['a start that is a number', { calendar, start: 5, minutes: 1 }, 'start: must be an instant'],
    ['no minutes', { calendar, start }, 'minutes: must be a number'],
    ['minutes as text', { calendar, start, minutes: '60' }, 'minutes: must be a number'],
    ['negative minutes', { calendar, start, minutes: -1 }, 'minutes: must be a number, 0 or more'],
    ['a part of a second', { calendar, start, minutes: 0.51 }, 'whole seconds'],
    ['more time than there is', { calendar, start, minutes: 1e12 }, 'is not open for'],
    ['half of each question', { calendar, start, to: start }, 'give either'],
    ['no question', { calendar }, 'give either'],
    ['no end', { calendar, from: start }, 'to: must be an instant'],
  ])('explains %s', (_, line, message) => {
    const { output, status } = run(line)
    expect(JSON.parse(output[0] ?? '').error).toContain(message)
    expect([output.length, status]).toEqual([1, 1])
  })

  it('answers the examples of its page as the page says', () => {
    const page = readFileSync(new URL('../../docs/calendars.md', import.meta.url), 'utf8')
    const lines = [...page.matchAll(/^```jsonl\n(.*?)^```/gms)].flatMap(([, block = '']) =>
      block.trim().split('\n'),
    )
    const { output } = run(...lines.filter((_, i) => i % 2 === 0))
    expect(output).toEqual(lines.filter((_, i) => i % 2 === 1))
    expect(output.length).toBeGreaterThan(9)
  })

  it('answers thousands of lines that each bring a calendar of their own', () => {
    const monday = Date.parse('2026-11-23T00:00:00Z')
    const lines = Array.from({ length: 5000 }, (_, i) => {
      const holiday = new Date(monday - (i % 1500) * 86_400_000).toISOString().slice(0, 10)
      return { calendar: { ...calendar, holidays: [holiday] }, start, minutes: 60 }
    })
    const { output, status } = run(...lines)
    const due = (i: number) => (i % 1500 === 0 ? '2026-11-30T10:00:00Z' : '2026-11-23T10:00:00Z')
    expect(output).toEqual(lines.map((_, i) => JSON.stringify({ dueAt: due(i) })))
    expect(status).toBe(0)
  })
})
