import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  addBusinessTime,
  businessTimeBetween,
  type Calendar,
  type Interval,
  isOpen,
  nextOpening,
  validateCalendar,
  type Weekday,
} from '../../functions/domain/calendar.ts'
import { addSeconds, epochSeconds, type Instant, toInstant } from '../../functions/domain/instant.ts'

// Thousands of cases each; how long that takes is the machine's affair.
vi.setConfig({ testTimeout: 300_000 })

const DAY = 86_400
const DAYS: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Zones with the moments at which their clocks do something unusual. */
const TRICKY: readonly (readonly [zone: string, ...moments: Instant[]])[] = [
  ['Europe/London', '2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z'],
  // Back for Ramadan.
  ['Africa/Casablanca', '2025-02-23T02:00:00Z', '2025-04-06T02:00:00Z'],
  // Midnight is skipped, or comes twice.
  ['America/Santiago', '2026-09-06T04:00:00Z', '2026-04-05T03:00:00Z'],
  ['Africa/Cairo', '2026-04-23T22:00:00Z', '2026-10-29T21:00:00Z'],
  ['America/Havana', '2026-03-08T05:00:00Z', '2026-11-01T05:00:00Z'],
  // One minute past midnight, so that the old date comes back.
  ['America/St_Johns', '2006-04-02T03:31:00Z', '2006-10-29T02:31:00Z'],
  // Two hours; a whole day; half an hour for good; offsets of quarters of an hour.
  ['Antarctica/Troll', '2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z', '2020-09-26T14:00:00Z'],
  ['America/Caracas', '2007-12-09T07:00:00Z', '2016-05-01T07:00:00Z'],
  ['Asia/Pyongyang', '2015-08-14T15:00:00Z', '2018-05-04T15:00:00Z'],
  ['Asia/Kathmandu', '1985-12-31T18:30:00Z'],
  ['Pacific/Chatham', '2026-04-04T14:00:00Z', '2026-09-26T14:00:00Z'],
  ['UTC', '2024-02-29T00:00:00Z'],
]

interface Case {
  readonly calendar: Calendar
  /** A moment within a few days of what is special about the calendar. */
  readonly start: Instant
}

const time = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** Up to three intervals of a day, sometimes adjacent, sometimes from 00:00 or to 24:00. */
const openHours: fc.Arbitrary<Interval[]> = fc
  .uniqueArray(fc.oneof(fc.nat(1440), fc.nat(200), fc.constantFrom(0, 60, 120, 540, 1050, 1440)), {
    maxLength: 6,
  })
  .chain((edges) => fc.tuple(fc.constant(edges.sort((a, b) => a - b)), fc.boolean()))
  .map(([edges, adjacent]) =>
    edges.flatMap((from, i): Interval[] => {
      const to = edges[i + 1]
      return to === undefined || (!adjacent && i % 2 === 1) ? [] : [[time(from), time(to)]]
    }),
  )

const cases: fc.Arbitrary<Case> = fc
  .record({
    place: fc.oneof(
      {
        weight: 5,
        arbitrary: fc.constantFrom(...TRICKY.flatMap(([zone, ...at]) => at.map((a) => [zone, a] as const))),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(
          // Each zone costs a search for its changes: one in five is enough beside those above.
          fc.constantFrom(...Intl.supportedValuesOf('timeZone').filter((_, i) => i % 5 === 0)),
          fc
            .integer({ min: epochSeconds('1976-01-01T00:00:00Z'), max: epochSeconds('2037-01-01T00:00:00Z') })
            .map(toInstant),
        ),
      },
    ),
    minutesAway: fc.oneof(fc.integer({ min: -4320, max: 1440 }), fc.integer({ min: -180, max: 180 })),
    week: fc.tuple(openHours, openHours, openHours, openHours, openHours, openHours, openHours),
    holidays: fc.uniqueArray(fc.integer({ min: -3, max: 4 }), { maxLength: 2 }),
    exceptions: fc.dictionary(fc.integer({ min: -3, max: 4 }).map(String), openHours, { maxKeys: 3 }),
  })
  .map(({ place: [timeZone, moment], minutesAway, week, holidays, exceptions }) => {
    const date = (days: number | string) => addSeconds(moment, Number(days) * DAY).slice(0, 10)
    const calendar: Calendar = {
      timeZone,
      hours: Object.fromEntries(DAYS.map((day, i) => [day, week[i]])),
      holidays: holidays.map(date),
      exceptions: Object.fromEntries(Object.entries(exceptions).map(([days, open]) => [date(days), open])),
    }
    return { calendar, start: addSeconds(`${moment.slice(0, 17)}00Z`, minutesAway * 60) }
  })
  .filter(({ calendar }) => Object.values(calendar.hours).some((open) => open.length > 0))

const seconds = fc.oneof(fc.nat(DAY), fc.nat(20 * DAY), fc.nat(60))
const apart = fc.integer({ min: -10 * DAY, max: 10 * DAY })

function holds<T extends [unknown, ...unknown[]]>(
  runs: number,
  ...args: [...{ [K in keyof T]: fc.Arbitrary<T[K]> }, (...values: T) => void]
): void {
  fc.assert(fc.property(...(args as unknown as Parameters<typeof fc.property<T>>)), { numRuns: runs })
}

describe('business time over generated calendars, zones and instants', () => {
  it('generates calendars that are valid', () => {
    holds(2000, cases, ({ calendar }) => {
      expect(validateCalendar(calendar)).toEqual([])
    })
  })

  it('adds up: a and then b is a + b, for every b above zero', () => {
    holds(4000, cases, seconds, seconds, ({ calendar, start }, a, b) => {
      const then = addBusinessTime(calendar, addBusinessTime(calendar, start, a), b + 1)
      expect(then).toBe(addBusinessTime(calendar, start, a + b + 1))
    })
  })

  it('adds up for b = 0 but for this: zero seconds at a closing instant are the next opening', () => {
    holds(4000, cases, seconds, ({ calendar, start }, a) => {
      const end = addBusinessTime(calendar, start, a)
      const then = addBusinessTime(calendar, end, 0)
      if (isOpen(calendar, end)) expect(then).toBe(end)
      else expect(a > 0 && then > end && businessTimeBetween(calendar, end, then) === 0).toBe(true)
    })
  })

  it('never ends earlier for a later start or for more seconds', () => {
    holds(4000, cases, fc.nat(3 * DAY), seconds, seconds, ({ calendar, start }, later, a, b) => {
      const end = addBusinessTime(calendar, start, a)
      expect(addBusinessTime(calendar, addSeconds(start, later), a) >= end).toBe(true)
      expect(addBusinessTime(calendar, start, a + b) >= end).toBe(true)
    })
  })

  it('is undone by measuring: from the start to where n seconds end are n seconds', () => {
    holds(4000, cases, seconds, ({ calendar, start }, n) => {
      expect(businessTimeBetween(calendar, start, addBusinessTime(calendar, start, n))).toBe(n)
    })
  })

  it('ends at the first instant by which the time has passed, unless there is none to pass', () => {
    holds(4000, cases, seconds, ({ calendar, start }, n) => {
      const end = addBusinessTime(calendar, start, n + 1)
      expect(businessTimeBetween(calendar, start, addSeconds(end, -1))).toBe(n)
    })
  })

  it('measures pieces that add up, forwards and backwards', () => {
    holds(4000, cases, apart, apart, ({ calendar, start }, b, c) => {
      const [at, to] = [addSeconds(start, b), addSeconds(start, c)]
      const pieces = businessTimeBetween(calendar, start, at) + businessTimeBetween(calendar, at, to)
      expect(businessTimeBetween(calendar, start, to)).toBe(pieces)
      expect(businessTimeBetween(calendar, to, start) + pieces).toBe(0)
    })
  })

  it('is open exactly where the next opening is now', () => {
    holds(4000, cases, fc.nat(DAY), ({ calendar, start }, after) => {
      const now = addSeconds(start, after)
      expect(isOpen(calendar, now)).toBe(nextOpening(calendar, now) === now)
      expect(isOpen(calendar, nextOpening(calendar, now))).toBe(true)
    })
  })

  it('splits real time: a calendar and its opposite are never open together and never both closed', () => {
    holds(4000, cases, apart, ({ calendar, start }, b) => {
      const to = addSeconds(start, b)
      const sum =
        businessTimeBetween(calendar, start, to) + businessTimeBetween(opposite(calendar), start, to)
      expect(sum).toBe(b)
    })
  })

  it('agrees with a clock that is watched minute by minute', () => {
    holds(1500, cases, fc.integer({ min: 1, max: 1800 }), ({ calendar, start }, minutes) => {
      const open = watch(calendar, start, minutes)
      const at = (minute: number) => addSeconds(start, minute * 60)
      let passed = 0
      for (const [minute, isNowOpen] of open.entries()) {
        const edge = minute === 0 || open[minute - 1] !== isNowOpen
        if (edge || minute % 97 === 0) {
          expect([at(minute), isOpen(calendar, at(minute))]).toEqual([at(minute), isNowOpen])
          expect(businessTimeBetween(calendar, start, at(minute))).toBe(passed * 60)
        }
        if (isNowOpen) {
          if (edge) expect(addBusinessTime(calendar, start, passed * 60 + 1)).toBe(addSeconds(at(minute), 1))
          passed += 1
          if (edge || open[minute + 1] === false) {
            expect(addBusinessTime(calendar, start, passed * 60)).toBe(at(minute + 1))
          }
        }
      }
      const first = open.indexOf(true)
      if (first >= 0) expect(nextOpening(calendar, start)).toBe(at(first))
      expect(businessTimeBetween(calendar, start, at(minutes))).toBe(passed * 60)
    })
  })
})

/** Open when the calendar is closed: hours, holidays and exceptions turned round. */
function opposite({ timeZone, hours, holidays = [], exceptions = {} }: Calendar): Calendar {
  const turn = (open: readonly Interval[] = []): Interval[] => {
    const edges = ['00:00', ...open.flat(), '24:00']
    return edges.flatMap((from, i): Interval[] => {
      const to = edges[i + 1]
      return i % 2 === 0 && to !== undefined && from < to ? [[from, to]] : []
    })
  }
  return {
    timeZone,
    hours: Object.fromEntries(DAYS.map((day) => [day, turn(hours[day])])),
    exceptions: {
      // Far away and alone: keeps a calendar whose opposite never opens a calendar.
      '1900-01-01': [['00:00', '24:00']],
      ...Object.fromEntries(Object.entries(exceptions).map(([date, open]) => [date, turn(open)])),
      ...Object.fromEntries(holidays.map((date): [string, Interval[]] => [date, [['00:00', '24:00']]])),
    },
  }
}

/**
 * Whether the desk is open in each minute, by looking at a wall clock every minute and nothing else: what counts is
 * the latest local time that the clock has shown so far, so that an hour that comes twice is lived once.
 */
function watch(calendar: Calendar, start: Instant, minutes: number): boolean[] {
  const clock = wallClock(calendar.timeZone)
  const open: boolean[] = []
  let latest = ''
  // Long enough before the start to have seen whatever the clock may be repeating now.
  for (let minute = -240; minute < minutes; minute++) {
    const shown = clock(epochSeconds(start) + minute * 60)
    if (shown > latest) latest = shown
    if (minute < 0) continue
    const [date = '', time = ''] = latest.split(' ')
    const day = DAYS[new Date(`${date}T12:00:00Z`).getUTCDay()] ?? 'sun'
    const hours = calendar.exceptions?.[date] ?? calendar.hours[day] ?? []
    open.push(!calendar.holidays?.includes(date) && hours.some(([from, to]) => from <= time && time < to))
  }
  return open
}

const wallClocks = new Map<string, (seconds: number) => string>()

/** What a wall clock in the zone shows, as text that sorts: 2026-10-25 01:30 is how Sweden writes it. */
function wallClock(timeZone: string): (seconds: number) => string {
  const known = wallClocks.get(timeZone)
  if (known) return known
  const two = '2-digit'
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
  })
  const shown = new Map<number, string>()
  const clock = (seconds: number) => {
    const text = shown.get(seconds) ?? format.format(seconds * 1000)
    shown.set(seconds, text)
    return text
  }
  wallClocks.set(timeZone, clock)
  return clock
}
