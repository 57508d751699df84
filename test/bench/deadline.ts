import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { addSeconds } from '../../functions/domain/instant.ts'
import { count, median, type Row } from './table.ts'

const LINES = 100_000
const RUNS = 3
const ROOT = join(import.meta.dirname, '..', '..')

/** The floor: reads lines, parses each and writes it again, in a process of its own just as the tool. */
const FLOOR = `
let rest = ''
process.stdin.setEncoding('utf8')
for await (const chunk of process.stdin) {
  const lines = (rest + chunk).split('\\n')
  rest = lines.pop()
  process.stdout.write(lines.map((line) => JSON.stringify(JSON.parse(line)) + '\\n').join(''))
}`

const CALENDAR = {
  timeZone: 'Europe/London',
  hours: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [['09:00', '17:30']]])),
  holidays: ['2026-12-25', '2026-12-28', '2027-01-01'],
}

/** Lines as ops would send them: several calendars, both questions, starts over a year, targets up to a month. */
function input(): string {
  const calendars = [CALENDAR, { ...CALENDAR, timeZone: 'America/New_York' }, 'uk-office', 'de-office']
  const lines: string[] = []
  for (let i = 0; i < LINES; i++) {
    const calendar = calendars[i % calendars.length]
    const start = addSeconds('2026-01-01T00:00:00Z', (i * 7_919) % 31_536_000)
    const line =
      i % 3 === 0
        ? { calendar, from: start, to: addSeconds(start, (i * 104_729) % 2_592_000) }
        : { calendar, start, minutes: (i * 31) % 10_080 }
    lines.push(JSON.stringify(line))
  }
  return `${lines.join('\n')}\n`
}

/** Seconds from start to exit, Node's own start included. */
function seconds(args: readonly string[], text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] })
    let answers = 0
    child.stdout.on('data', (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 10) answers++
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code !== 0 || answers !== LINES)
        reject(new Error(`${args[0]} ended with ${code} after ${answers} answers`))
      else resolve((performance.now() - start) / 1000)
    })
    child.stdin.end(text)
  })
}

/** How many lines a minute the deadline tool answers. */
export async function benchDeadline(): Promise<Row[]> {
  const text = input()
  const tool: number[] = []
  const floor: number[] = []
  for (let run = 0; run < RUNS; run++) {
    tool.push(await seconds(['functions/deadline/cli.ts'], text))
    floor.push(await seconds(['--input-type=module', '--eval', FLOOR], text))
  }
  const perMinute = (took: readonly number[]) => `${count((LINES * 60) / median(took))} lines/min`
  return [
    {
      what: `deadline tool, ${count(LINES)} lines`,
      value: perMinute(tool),
      floor: perMinute(floor),
      ratio: median(tool) / median(floor),
      note: 'floor: parse and write the same lines; goal: 50,000 lines/min',
    },
  ]
}
