/**
 * Tries a calendar: `npm run --silent deadline`, JSON lines in, one JSON line out for each, in order. See docs/calendars.md.
 *
 * A line that can't be answered gets `{"error": "line 3: …"}` and makes the tool exit 1 at the end of its input.
 * Fractions of a second in `start`, `from` and `to` are cut off, as everywhere else.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { addBusinessTime, businessTimeBetween, type Calendar, parseCalendar } from '../domain/calendar.ts'
import { parseInstant } from '../domain/instant.ts'

const READY = new URL('../../workflows/calendars/', import.meta.url)
const SHAPES = '{"calendar": …, "start": …, "minutes": …} or {"calendar": …, "from": …, "to": …}'
/** Calendars that were already read, by their JSON text: input often repeats one on every line. */
const calendars = new Map<string, Calendar>()
const MAX_CALENDARS = 1000

let failed = false

function answer(line: string, number: number): string {
  try {
    return JSON.stringify(deadline(line))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    failed = true
    return JSON.stringify({ error: `line ${number}: ${error.message}` })
  }
}

/** Throws RangeError, saying what to change, for a line that can't be answered. */
function deadline(line: string): { dueAt: string } | { seconds: number } {
  const { calendar, start, minutes, from, to } = fieldsOf(line)
  const forward = start !== undefined || minutes !== undefined
  if (forward === (from !== undefined || to !== undefined)) throw new RangeError(`give either ${SHAPES}`)
  if (!forward) {
    const ends = [instant('from', from), instant('to', to)] as const
    return { seconds: businessTimeBetween(calendarOf(calendar), ...ends) }
  }
  const at = instant('start', start)
  if (typeof minutes !== 'number' || minutes < 0) throw new RangeError('minutes: must be a number, 0 or more')
  const seconds = Math.round(minutes * 60)
  if (Math.abs(seconds - minutes * 60) > 1e-6) throw new RangeError('minutes: must come to whole seconds')
  return { dueAt: addBusinessTime(calendarOf(calendar), at, seconds) }
}

function fieldsOf(line: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(line.trim())
  } catch {
    throw new RangeError(`is not JSON: write ${SHAPES}, each on one line`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RangeError(`is not an object: write ${SHAPES}`)
  }
  return { ...value }
}

function instant(field: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new RangeError(`${field}: must be an instant such as "2026-11-23T10:00:00Z"`)
  return within(field, () => parseInstant(value))
}

/** A calendar as written on the line, or one of workflows/calendars by its name. */
function calendarOf(value: unknown): Calendar {
  const key = JSON.stringify(value) ?? ''
  let calendar = calendars.get(key)
  if (calendar === undefined) {
    if (value === undefined) throw new RangeError('calendar: is missing')
    calendar = within('calendar', () => parseCalendar(typeof value === 'string' ? ready(value) : value))
    if (calendars.size >= MAX_CALENDARS) calendars.clear()
    calendars.set(key, calendar)
  }
  return calendar
}

function ready(name: string): unknown {
  const names = readdirSync(READY).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? [])
  if (!names.includes(name))
    throw new RangeError(`there is no ready calendar of that name: use ${names.join(', ')}`)
  return JSON.parse(readFileSync(new URL(`${name}.json`, READY), 'utf8'))
}

function within<T>(field: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`${field}: ${error.message}`) : error
  }
}

// Answers are written as the input arrives, so that somebody at the other end of a pipe can talk with the tool.
if (process.stdin.isTTY) console.error(`One line each: ${SHAPES}. End with Ctrl-D.`)
// Whoever reads may stop early (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
let number = 0
let rest = ''
process.stdin.setEncoding('utf8')
for await (const chunk of process.stdin) {
  const lines = (rest + chunk).split('\n')
  rest = lines.pop() ?? ''
  if (lines.length === 0) continue
  const written = process.stdout.write(lines.map((line) => `${answer(line, ++number)}\n`).join(''))
  if (!written) await new Promise((resolve) => process.stdout.once('drain', resolve))
}
if (rest !== '') process.stdout.write(`${answer(rest, ++number)}\n`)
process.exitCode = failed ? 1 : 0
