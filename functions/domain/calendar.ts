/**
 * Business time: how long a desk was open, and when so much open time will have passed.
 *
 * One rule turns local times into instants: *a local time happens at the first instant when the wall clock reads it
 * or a later time.* So an ambiguous local time is the earlier one, and a local time that the clock skips happens at
 * the moment of the skip: a gap shortens an interval and can empty it, an overlap lengthens it, and the order of
 * local times is never upset. Intervals are half-open: at its closing instant a desk is closed.
 *
 * A calendar is data and must not be changed once it was used: what it resolves to is kept per object.
 */
import { Temporal } from 'temporal-polyfill'
import { epochSeconds, type Instant, toInstant } from './instant.ts'

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
/** Local `HH:MM`, from and to; `24:00` is the end of the day. */
export type Interval = readonly [from: string, to: string]

export interface Calendar {
  /** An IANA name, such as `Europe/London`. */
  readonly timeZone: string
  /** The open intervals of each weekday, in any order; a day that is not named is closed. */
  readonly hours: { readonly [day in Weekday]?: readonly Interval[] }
  /** Local dates (`2026-12-25`) that are closed all day, whatever else is said about them. */
  readonly holidays?: readonly string[]
  /** The open intervals of single dates, instead of their weekday's; `[]` is closed. */
  readonly exceptions?: Readonly<Record<string, readonly Interval[]>>
  /** Where the holidays come from, for whoever checks them. */
  readonly source?: string
  /** The dates that the holidays cover, `2024-01-01/2028-12-31`. */
  readonly generatedFor?: string
}

const DAY_SECONDS = 86_400
/** No zone has ever been this far from UTC. */
const MAX_OFFSET_SECONDS = 16 * 3600
/** 10000-01-01T00:00:00Z: the first moment that an instant can't say. */
const END_OF_TIME = 253_402_300_800
/** Weekdays by the day number's remainder; 1970-01-01 was a Thursday. */
const WEEKDAYS: readonly Weekday[] = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed']

/**
 * The instant at which `seconds` of open time have passed since `start`. Where they run out exactly at closing, that
 * closing instant; where `seconds` is 0 and the desk is closed at `start`, the next opening.
 *
 * Throws RangeError for a calendar that `validateCalendar` faults, for `seconds` that are negative or not whole, and
 * where the calendar has not enough open time before the year 10000 (or ever, if it is open on single dates only).
 */
export function addBusinessTime(calendar: Calendar, start: Instant, seconds: number): Instant {
  if (!Number.isSafeInteger(seconds) || seconds < 0) {
    throw new RangeError(`${seconds} is not a length of business time: give whole seconds, 0 or more`)
  }
  const schedule = scheduleOf(calendar)
  const from = epochSeconds(start)
  let left = seconds
  // Open time never passes faster than real time: what can't be is refused before any search.
  const last = from + seconds < END_OF_TIME ? schedule.lastBlock : -Infinity
  for (let index = blockAt(from - MAX_OFFSET_SECONDS); index <= last; index++) {
    const block = blockOf(schedule, index)
    if (left > block.seconds && from <= (block.opens[0] ?? from)) {
      left -= block.seconds
      continue
    }
    for (const [i, close] of block.closes.entries()) {
      if (close <= from) continue
      const open = Math.max(from, block.opens[i] ?? from)
      if (left <= close - open) return toInstant(open + left)
      left -= close - open
    }
  }
  throw new RangeError(`The calendar is not open for ${seconds} seconds after ${start}`)
}

/**
 * Seconds of open time from one instant to another; negative where `to` is before `from`, so that the times between
 * three instants always add up. Throws RangeError for a calendar that `validateCalendar` faults.
 */
export function businessTimeBetween(calendar: Calendar, from: Instant, to: Instant): number {
  const [start, end] = [epochSeconds(from), epochSeconds(to)]
  const schedule = scheduleOf(calendar)
  return start <= end ? openSeconds(schedule, start, end) : 0 - openSeconds(schedule, end, start)
}

/** Whether the desk is open at this instant: yes at an opening, no at a closing. */
export function isOpen(calendar: Calendar, instant: Instant): boolean {
  const at = epochSeconds(instant)
  return openSeconds(scheduleOf(calendar), at, at + 1) === 1
}

/** This instant if the desk is open, or else when it next opens. Throws RangeError where it never opens again. */
export function nextOpening(calendar: Calendar, instant: Instant): Instant {
  return addBusinessTime(calendar, instant, 0)
}

/** The calendar's local date at an instant, `2026-12-25`. Throws RangeError for a calendar that `validateCalendar` faults. */
export function localDate(calendar: Calendar, instant: Instant): string {
  const at = epochSeconds(instant)
  return toInstant(at + stretchAt(scheduleOf(calendar).zone, at).offset).slice(0, 10)
}

/**
 * When a local date (`2026-12-25`) begins in the calendar's zone. Throws RangeError for a calendar that
 * `validateCalendar` faults, and for what is no date.
 */
export function localMidnight(calendar: Calendar, date: string): Instant {
  return toInstant(firstInstant(scheduleOf(calendar).zone, epochSeconds(`${date}T00:00:00Z`)))
}

/**
 * The same local time, so many calendar days later in the calendar's zone: its hours and holidays count for nothing. A
 * local time that the clock skips that day is the moment of the skip, of two equal ones it is the earlier.
 *
 * Throws RangeError for a calendar that `validateCalendar` faults, for `days` that are not whole or below 1, and for a
 * moment after the year 9999.
 */
export function addCalendarDays(calendar: Calendar, start: Instant, days: number): Instant {
  wantDays(days)
  const { zone } = scheduleOf(calendar)
  const from = epochSeconds(start)
  if (from + days * DAY_SECONDS >= END_OF_TIME) throw new RangeError('This moment is after the year 9999')
  return toInstant(firstInstant(zone, from + stretchAt(zone, from).offset + days * DAY_SECONDS))
}

/**
 * The last closing of the nth working day after the local day of `start`, which itself never counts: what comes in on a
 * holiday or after hours came in that day. A working day is a local date with open time in it.
 *
 * Throws RangeError for a calendar that `validateCalendar` faults, for `days` that are not whole or below 1, and where
 * the calendar has not so many working days left before the year 10000.
 */
export function closeOfWorkingDay(calendar: Calendar, start: Instant, days: number): Instant {
  wantDays(days)
  const schedule = scheduleOf(calendar)
  const from = epochSeconds(start)
  const today = Math.floor((from + stretchAt(schedule.zone, from).offset) / DAY_SECONDS)
  const last = from + days * DAY_SECONDS < END_OF_TIME ? (schedule.lastBlock + 1) * BLOCK_DAYS : -Infinity
  let left = days
  for (let day = today + 1; day < last; day++) {
    const close = openingsOf(schedule, day).at(-1)?.[1]
    if (close !== undefined && --left === 0) return toInstant(close)
  }
  throw new RangeError(`The calendar has no ${days} working days after ${start}`)
}

function wantDays(days: number): void {
  if (!Number.isSafeInteger(days) || days < 1)
    throw new RangeError(`${days} is no number of days: give 1 or more`)
}

/** The value as a calendar; throws RangeError with everything that `validateCalendar` finds wrong. */
export function parseCalendar(value: unknown): Calendar {
  const problems = validateCalendar(value)
  if (problems.length === 0) return value as Calendar
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : ''
  throw new RangeError(problems.slice(0, 5).join('; ') + more)
}

/** What is wrong with a calendar, each line naming the field and what to write instead; empty if nothing is. */
export function validateCalendar(value: unknown): string[] {
  if (!isRecord(value)) return ['calendar: must be an object with timeZone and hours']
  const problems: string[] = []
  const { timeZone, hours, holidays = [], exceptions = {} } = value
  if (typeof timeZone !== 'string' || !isZone(timeZone)) {
    problems.push(`timeZone: ${quote(timeZone)} is not an IANA time zone: name one such as Europe/London`)
  }
  let open = false
  if (!isRecord(hours)) problems.push('hours: must be an object such as {"mon": [["09:00","17:30"]]}')
  else {
    for (const [day, intervals] of Object.entries(hours)) {
      if (!WEEKDAYS.includes(day as Weekday)) {
        problems.push(`hours.${day}: is not a day: use mon, tue, wed, thu, fri, sat, sun`)
      } else if (intervals !== undefined) {
        open = validateIntervals(`hours.${day}`, intervals, problems) || open
      }
    }
  }
  const closed = new Set<unknown>()
  if (!Array.isArray(holidays)) problems.push('holidays: must be a list of dates such as ["2026-12-25"]')
  else {
    for (const [i, date] of holidays.entries()) {
      if (!isDate(date))
        problems.push(`holidays[${i}]: ${quote(date)} is not a date: write it like 2026-12-25`)
      closed.add(date)
    }
  }
  if (!isRecord(exceptions)) {
    problems.push('exceptions: must be an object such as {"2026-12-24": [["09:00","12:00"]]}')
  } else {
    for (const [date, intervals] of Object.entries(exceptions)) {
      if (!isDate(date)) problems.push(`exceptions: ${quote(date)} is not a date: write it like 2026-12-24`)
      open = (validateIntervals(`exceptions.${date}`, intervals, problems) && !closed.has(date)) || open
    }
  }
  for (const key of Object.keys(value)) {
    if (!KEYS.has(key)) problems.push(`${key}: is not part of a calendar: use ${[...KEYS].join(', ')}`)
  }
  for (const key of ['source', 'generatedFor']) {
    if (value[key] !== undefined && typeof value[key] !== 'string') problems.push(`${key}: must be text`)
  }
  if (!open && problems.length === 0) problems.push('hours: never open: give at least one day an interval')
  return problems
}

const KEYS = new Set(['timeZone', 'hours', 'holidays', 'exceptions', 'source', 'generatedFor'])

/** Adds what is wrong with a day's intervals to `problems`; true if there is at least one interval. */
function validateIntervals(field: string, intervals: unknown, problems: string[]): boolean {
  if (!Array.isArray(intervals)) {
    problems.push(`${field}: must be a list of intervals such as [["09:00","17:30"]]`)
    return false
  }
  const good: [from: number, to: number, text: string][] = []
  for (const [i, interval] of intervals.entries()) {
    const where = `${field}[${i}]`
    if (!Array.isArray(interval) || interval.length !== 2) {
      problems.push(`${where}: ${quote(interval)} is not an interval: write it like ["09:00","17:30"]`)
      continue
    }
    const wrong = interval.find((time) => typeof time !== 'string' || !TIME.test(time))
    const [from, to] = interval
    if (wrong !== undefined || !from || !to) {
      problems.push(`${where}: ${quote(wrong)} is not a time: write it like 09:00, up to 24:00`)
    } else if (from >= to) {
      problems.push(
        `${where}: must end after it starts (${from} to ${to}): split what runs overnight at 24:00`,
      )
    } else good.push([localSeconds(from), localSeconds(to), `${from}-${to}`])
  }
  good.sort((a, b) => a[0] - b[0])
  for (const [i, [from, , text]] of good.entries()) {
    const before = good[i - 1]
    if (before && from < before[1]) problems.push(`${field}: ${before[2]} and ${text} overlap: join them`)
  }
  return intervals.length > 0
}

const TIME = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false
  const date = new Date(`${value}T00:00:00Z`)
  // Date turns 30 February into 2 March: the day must still be the one that was written.
  return date.getUTCDate() === Number(value.slice(8))
}

function isZone(name: string): boolean {
  if (zones.has(name)) return true
  // A bare offset (+01:00) has no daylight saving: nearly always a mistake, and Etc/GMT-1 says it when it is not.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function quote(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60)
}

/** Local seconds since midnight, of `HH:MM`. */
function localSeconds(time: string): number {
  return Number(time.slice(0, 2)) * 3600 + Number(time.slice(3)) * 60
}

// A calendar resolved to instants, in blocks of local dates: each is worked out once, and a long search steps over a
// whole block by its sum.

const BLOCK_DAYS = 32
const MAX_BLOCKS = 512

interface Block {
  readonly opens: number[]
  readonly closes: number[]
  seconds: number
}

interface Schedule {
  readonly zone: Zone
  /** Intervals in local seconds, by weekday and by day number, sorted. */
  readonly week: readonly LocalInterval[][]
  readonly dates: ReadonlyMap<number, readonly LocalInterval[]>
  /** The last block that can have an open interval. */
  readonly lastBlock: number
  readonly blocks: Map<number, Block>
}

type LocalInterval = readonly [from: number, to: number]

const schedules = new WeakMap<Calendar, Schedule>()

function scheduleOf(calendar: Calendar): Schedule {
  const known = schedules.get(calendar)
  if (known) return known
  const { timeZone, hours, holidays = [], exceptions = {} } = parseCalendar(calendar)
  const dates = new Map(Object.entries(exceptions).map(([date, open]) => [dayNumber(date), local(open)]))
  for (const date of holidays) dates.set(dayNumber(date), [])
  const week = WEEKDAYS.map((day) => local(hours[day] ?? []))
  const weekly = week.some((intervals) => intervals.length > 0)
  const lastBlock = weekly ? blockAt(END_OF_TIME) : Math.floor(Math.max(...dates.keys()) / BLOCK_DAYS)
  const schedule = { zone: zoneOf(timeZone), week, dates, lastBlock, blocks: new Map() }
  schedules.set(calendar, schedule)
  return schedule
}

function local(intervals: readonly Interval[]): LocalInterval[] {
  return intervals
    .map(([from, to]): LocalInterval => [localSeconds(from), localSeconds(to)])
    .sort((a, b) => a[0] - b[0])
}

/** Days since 1970-01-01. */
function dayNumber(date: string): number {
  return Date.parse(date) / (DAY_SECONDS * 1000)
}

/** The block of the local date at these local seconds since 1970. */
function blockAt(seconds: number): number {
  return Math.floor(seconds / (DAY_SECONDS * BLOCK_DAYS))
}

function blockOf(schedule: Schedule, index: number): Block {
  const known = schedule.blocks.get(index)
  if (known) return known
  const block: Block = { opens: [], closes: [], seconds: 0 }
  for (let day = index * BLOCK_DAYS; day < (index + 1) * BLOCK_DAYS; day++) {
    for (const [open, close] of openingsOf(schedule, day)) {
      block.opens.push(open)
      block.closes.push(close)
      block.seconds += close - open
    }
  }
  if (schedule.blocks.size >= MAX_BLOCKS) schedule.blocks.clear()
  schedule.blocks.set(index, block)
  return block
}

/** When a local date opens and closes, in order; without the intervals that the clock skips whole. */
function openingsOf(
  { zone, week, dates }: Schedule,
  day: number,
): (readonly [open: number, close: number])[] {
  const intervals = dates.get(day) ?? week[((day % 7) + 7) % 7] ?? []
  return intervals
    .map(([from, to]) => {
      const midnight = day * DAY_SECONDS
      return [firstInstant(zone, midnight + from), firstInstant(zone, midnight + to)] as const
    })
    .filter(([open, close]) => open < close)
}

function openSeconds(schedule: Schedule, start: number, end: number): number {
  const last = Math.min(blockAt(end + MAX_OFFSET_SECONDS), schedule.lastBlock)
  let sum = 0
  for (let index = blockAt(start - MAX_OFFSET_SECONDS); index <= last; index++) {
    const { opens, closes, seconds } = blockOf(schedule, index)
    if (start <= (opens[0] ?? start) && (closes.at(-1) ?? end) <= end) {
      sum += seconds
      continue
    }
    for (const [i, close] of closes.entries()) {
      sum += Math.max(0, Math.min(end, close) - Math.max(start, opens[i] ?? start))
    }
  }
  return sum
}

// A zone as stretches of one offset each, found when first needed.

interface Stretch {
  /** Seconds since 1970 UTC; `end` is the next transition. */
  readonly start: number
  readonly end: number
  readonly offset: number
}

interface Zone {
  readonly name: string
  /** Sorted, without overlaps. */
  readonly stretches: Stretch[]
}

const zones = new Map<string, Zone>()

function zoneOf(name: string): Zone {
  const zone = zones.get(name) ?? { name, stretches: [] }
  zones.set(name, zone)
  return zone
}

/** The first instant when the wall clock of the zone reads these local seconds or later. */
function firstInstant(zone: Zone, local: number): number {
  let from = local - MAX_OFFSET_SECONDS
  for (;;) {
    const { offset, end } = stretchAt(zone, from)
    const at = Math.max(from, local - offset)
    if (at < end) return at
    from = end
  }
}

function stretchAt({ name, stretches }: Zone, seconds: number): Stretch {
  let low = 0
  let high = stretches.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((stretches[middle]?.end ?? 0) <= seconds) low = middle + 1
    else high = middle
  }
  const known = stretches[low]
  if (known && known.start <= seconds) return known
  // "Previous" is strictly before, and a transition at this very second counts.
  const at = Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(name)
  const start = at.add({ seconds: 1 }).getTimeZoneTransition('previous')
  const end = at.getTimeZoneTransition('next')
  const stretch = {
    start: start ? start.epochMilliseconds / 1000 : -Infinity,
    end: end ? end.epochMilliseconds / 1000 : Infinity,
    offset: at.offsetNanoseconds / 1e9,
  }
  stretches.splice(low, 0, stretch)
  return stretch
}
