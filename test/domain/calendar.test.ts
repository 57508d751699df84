import { describe, expect, it } from 'vitest'
import {
  addBusinessTime,
  businessTimeBetween,
  type Calendar,
  type Interval,
  isOpen,
  nextOpening,
  parseCalendar,
  validateCalendar,
} from '../../functions/domain/calendar.ts'

const HOUR = 3600
const OFFICE: Interval[] = [['09:00', '17:30']]
const office: Calendar = {
  timeZone: 'Europe/London',
  hours: { mon: OFFICE, tue: OFFICE, wed: OFFICE, thu: OFFICE, fri: OFFICE },
  holidays: ['2026-12-25', '2026-12-28'],
  exceptions: {
    '2026-11-28': [['10:00', '11:00']],
    '2026-12-24': [['09:00', '12:00']],
    '2026-12-25': [['09:00', '12:00']],
  },
}

/** Open on one local date only. */
function once(timeZone: string, date: string, ...open: Interval[]): Calendar {
  return { timeZone, hours: {}, exceptions: { [date]: open } }
}

/** When a calendar of one date opens, and for how many seconds. */
function opening(timeZone: string, date: string, ...open: Interval[]): [opens: string, seconds: number] {
  const calendar = once(timeZone, date, ...open)
  return [
    nextOpening(calendar, '1970-01-01T00:00:00Z'),
    businessTimeBetween(calendar, '1970-01-01T00:00:00Z', '2099-01-01T00:00:00Z'),
  ]
}

function daily(timeZone: string, ...open: Interval[]): Calendar {
  return { timeZone, hours: { mon: open, tue: open, wed: open, thu: open, fri: open, sat: open, sun: open } }
}

describe('a desk in office hours', () => {
  it('counts from the next opening when it is closed', () => {
    expect(addBusinessTime(office, '2026-11-21T10:05:00Z', HOUR)).toBe('2026-11-23T10:00:00Z')
  })

  it('carries what is left at closing to the next open day', () => {
    expect(addBusinessTime(office, '2026-11-20T17:00:00Z', HOUR)).toBe('2026-11-23T09:30:00Z')
  })

  it('ends at the closing instant when the time runs out exactly then', () => {
    expect(addBusinessTime(office, '2026-11-20T16:30:00Z', HOUR)).toBe('2026-11-20T17:30:00Z')
    expect(addBusinessTime(office, '2026-11-20T16:30:00Z', HOUR + 1)).toBe('2026-11-23T09:00:01Z')
  })

  it('answers zero seconds with the start itself in hours, and with the next opening outside them', () => {
    expect(addBusinessTime(office, '2026-11-20T12:00:00Z', 0)).toBe('2026-11-20T12:00:00Z')
    expect(addBusinessTime(office, '2026-11-20T17:30:00Z', 0)).toBe('2026-11-23T09:00:00Z')
    expect(nextOpening(office, '2026-11-21T10:05:00Z')).toBe('2026-11-23T09:00:00Z')
  })

  it('is open at its opening instant and closed at its closing instant', () => {
    const at = ['08:59:59', '09:00:00', '17:29:59', '17:30:00'].map((time) =>
      isOpen(office, `2026-11-20T${time}Z`),
    )
    expect(at).toEqual([false, true, true, false])
  })

  it('lets an exception replace the hours of its date, longer or shorter', () => {
    expect(businessTimeBetween(office, '2026-11-28T00:00:00Z', '2026-11-29T00:00:00Z')).toBe(HOUR)
    expect(addBusinessTime(office, '2026-12-24T11:00:00Z', HOUR)).toBe('2026-12-24T12:00:00Z')
  })

  it('closes a holiday all day, even where an exception would open it', () => {
    expect(nextOpening(office, '2026-12-24T12:00:00Z')).toBe('2026-12-29T09:00:00Z')
  })

  it('counts backwards as negative', () => {
    expect(businessTimeBetween(office, '2026-11-23T10:00:00Z', '2026-11-20T17:00:00Z')).toBe(-1.5 * HOUR)
    expect(businessTimeBetween(office, '2026-11-22T10:00:00Z', '2026-11-21T17:00:00Z')).toBe(0)
  })

  it('keeps to the local clock over a weekend that changes it', () => {
    expect(addBusinessTime(office, '2026-03-27T17:00:00Z', HOUR)).toBe('2026-03-30T08:30:00Z')
    expect(addBusinessTime(office, '2026-10-23T16:00:00Z', HOUR)).toBe('2026-10-26T09:30:00Z')
  })
})

describe('several intervals a day', () => {
  const lunch = daily('Europe/Madrid', ['16:00', '19:00'], ['09:00', '13:00'])

  it('skips what lies between them, in whatever order they are written', () => {
    expect(addBusinessTime(lunch, '2026-11-20T11:00:00Z', 2 * HOUR)).toBe('2026-11-20T16:00:00Z')
  })

  it('ends at a closing in the middle of the day', () => {
    expect(addBusinessTime(lunch, '2026-11-20T11:00:00Z', HOUR)).toBe('2026-11-20T12:00:00Z')
    expect(nextOpening(lunch, '2026-11-20T12:00:00Z')).toBe('2026-11-20T15:00:00Z')
  })

  it('stays open where one interval ends as the next begins', () => {
    const adjacent = daily('UTC', ['09:00', '12:00'], ['12:00', '15:00'])
    expect(isOpen(adjacent, '2026-11-20T12:00:00Z')).toBe(true)
    expect(nextOpening(adjacent, '2026-11-20T12:00:00Z')).toBe('2026-11-20T12:00:00Z')
    expect(addBusinessTime(adjacent, '2026-11-20T11:00:00Z', 2 * HOUR)).toBe('2026-11-20T13:00:00Z')
  })

  it('joins 24:00 to the 00:00 of the next day', () => {
    const night = daily('Asia/Tokyo', ['22:00', '24:00'], ['00:00', '06:00'])
    expect(isOpen(night, '2026-11-20T15:00:00Z')).toBe(true)
    expect(addBusinessTime(night, '2026-11-20T13:00:00Z', 8 * HOUR)).toBe('2026-11-20T21:00:00Z')
    expect(addBusinessTime(night, '2026-11-20T13:00:00Z', 8 * HOUR + 60)).toBe('2026-11-21T13:01:00Z')
  })
})

describe('a desk that never closes', () => {
  it('counts every second, over years and changes of the clock', () => {
    const always = daily('Europe/London', ['00:00', '24:00'])
    expect(addBusinessTime(always, '2026-01-01T00:00:00Z', 3653 * 24 * HOUR)).toBe('2036-01-02T00:00:00Z')
    expect(businessTimeBetween(always, '2026-01-01T00:00:00Z', '2036-01-02T00:00:00Z')).toBe(3653 * 24 * HOUR)
  })
})

describe('when the clocks go forward', () => {
  it('shortens an interval around the gap (London, 01:00 to 02:00)', () => {
    expect(opening('Europe/London', '2026-03-29', ['00:00', '09:00'])).toEqual([
      '2026-03-29T00:00:00Z',
      8 * HOUR,
    ])
  })

  it('opens at the change where the opening time is skipped', () => {
    expect(opening('Europe/London', '2026-03-29', ['01:30', '05:00'])).toEqual([
      '2026-03-29T01:00:00Z',
      3 * HOUR,
    ])
  })

  it('closes at the change where the closing time is skipped', () => {
    expect(opening('Europe/London', '2026-03-29', ['00:00', '01:30'])).toEqual(['2026-03-29T00:00:00Z', HOUR])
  })

  it('drops an interval that is skipped whole', () => {
    const calendar = daily('Europe/London', ['01:10', '01:50'])
    expect(nextOpening(calendar, '2026-03-28T02:00:00Z')).toBe('2026-03-30T00:10:00Z')
  })

  it('shortens by half an hour where the change is half an hour (Lord Howe, 02:00 to 02:30)', () => {
    expect(opening('Australia/Lord_Howe', '2026-10-04', ['01:00', '04:00'])).toEqual([
      '2026-10-03T14:30:00Z',
      2.5 * HOUR,
    ])
    expect(opening('Australia/Lord_Howe', '2026-10-04', ['02:15', '04:00'])).toEqual([
      '2026-10-03T15:30:00Z',
      1.5 * HOUR,
    ])
  })

  it('begins a day at the change where midnight itself is skipped (Santiago, Cairo)', () => {
    expect(opening('America/Santiago', '2026-09-06', ['00:00', '24:00'])).toEqual([
      '2026-09-06T04:00:00Z',
      23 * HOUR,
    ])
    expect(opening('Africa/Cairo', '2026-04-24', ['00:00', '24:00'])).toEqual([
      '2026-04-23T22:00:00Z',
      23 * HOUR,
    ])
  })

  it('gives no time to a date that a country skipped (Samoa, 30 December 2011)', () => {
    const everyDay = daily('Pacific/Apia', ['09:00', '17:00'])
    expect(businessTimeBetween(everyDay, '2011-12-29T19:00:00Z', '2011-12-31T03:00:00Z')).toBe(16 * HOUR)
    expect(addBusinessTime(everyDay, '2011-12-30T02:00:00Z', 2 * HOUR)).toBe('2011-12-30T20:00:00Z')
  })
})

describe('when the clocks go back', () => {
  it('lengthens an interval around the overlap (London, 02:00 to 01:00)', () => {
    expect(opening('Europe/London', '2026-10-25', ['00:00', '09:00'])).toEqual([
      '2026-10-24T23:00:00Z',
      10 * HOUR,
    ])
  })

  it('opens at the earlier of two equal opening times', () => {
    expect(opening('Europe/London', '2026-10-25', ['01:30', '03:00'])).toEqual([
      '2026-10-25T00:30:00Z',
      2.5 * HOUR,
    ])
  })

  it('closes at the earlier of two equal closing times, and does not open again', () => {
    expect(opening('Europe/London', '2026-10-25', ['00:00', '01:30'])).toEqual([
      '2026-10-24T23:00:00Z',
      1.5 * HOUR,
    ])
    expect(isOpen(daily('Europe/London', ['00:00', '01:30']), '2026-10-25T01:15:00Z')).toBe(false)
  })

  it('closes after both hours where the closing time is their end', () => {
    expect(opening('Europe/London', '2026-10-25', ['01:00', '02:00'])).toEqual([
      '2026-10-25T00:00:00Z',
      2 * HOUR,
    ])
  })

  it('lengthens by half an hour where the change is half an hour (Lord Howe, 02:00 to 01:30)', () => {
    expect(opening('Australia/Lord_Howe', '2026-04-05', ['01:00', '04:00'])).toEqual([
      '2026-04-04T14:00:00Z',
      3.5 * HOUR,
    ])
    expect(opening('Australia/Lord_Howe', '2026-04-05', ['01:45', '04:00'])).toEqual([
      '2026-04-04T14:45:00Z',
      2.75 * HOUR,
    ])
  })

  it('ends a day at the first midnight where midnight comes twice (Havana)', () => {
    expect(opening('America/Havana', '2026-10-31', ['22:00', '24:00'])).toEqual([
      '2026-11-01T02:00:00Z',
      2 * HOUR,
    ])
    expect(opening('America/Havana', '2026-11-01', ['00:00', '02:00'])).toEqual([
      '2026-11-01T04:00:00Z',
      3 * HOUR,
    ])
  })

  it('belongs to the new day once midnight was passed, even where the clock returns to the old one (St. John’s)', () => {
    expect(opening('America/St_Johns', '2006-10-28', ['23:00', '24:00'])).toEqual([
      '2006-10-29T01:30:00Z',
      HOUR,
    ])
    expect(opening('America/St_Johns', '2006-10-29', ['00:00', '01:00'])).toEqual([
      '2006-10-29T02:30:00Z',
      2 * HOUR,
    ])
  })
})

describe('zones with rules of their own', () => {
  it('follows a clock that goes back for Ramadan (Casablanca, 2025)', () => {
    const desk = daily('Africa/Casablanca', ['09:00', '17:00'])
    expect(nextOpening(desk, '2025-02-22T20:00:00Z')).toBe('2025-02-23T09:00:00Z')
    expect(nextOpening(desk, '2025-04-05T20:00:00Z')).toBe('2025-04-06T08:00:00Z')
    expect(opening('Africa/Casablanca', '2025-02-23', ['00:00', '24:00'])[1]).toBe(25 * HOUR)
  })

  it('knows offsets of quarters of an hour (Kathmandu)', () => {
    expect(nextOpening(daily('Asia/Kathmandu', ['09:00', '17:00']), '2026-11-20T00:00:00Z')).toBe(
      '2026-11-20T03:15:00Z',
    )
  })
})

describe('instants far from today', () => {
  it('keeps apart the two sides of a change, whichever was asked for first', () => {
    // The first search in this zone begins at the very second of its change: sixteen hours before the opening.
    expect(nextOpening(once('Europe/Jersey', '2026-10-25', ['17:00', '18:00']), '2026-10-01T00:00:00Z')).toBe(
      '2026-10-25T17:00:00Z',
    )
    expect(nextOpening(once('Europe/Jersey', '2026-07-06', ['17:00', '18:00']), '2026-07-01T00:00:00Z')).toBe(
      '2026-07-06T16:00:00Z',
    )
  })

  it('knows the weekdays and the clocks of dates before 1970', () => {
    // A Friday in Britain's war-time double summer.
    expect(addBusinessTime(office, '1944-06-02T15:00:00Z', 2 * HOUR)).toBe('1944-06-05T08:30:00Z')
  })
})

describe('a search that would not end', () => {
  it('is refused where a calendar of single dates has no open time left', () => {
    const fair = once('UTC', '2026-12-24', ['09:00', '12:00'])
    expect(addBusinessTime(fair, '2026-11-01T00:00:00Z', 3 * HOUR)).toBe('2026-12-24T12:00:00Z')
    expect(() => addBusinessTime(fair, '2026-11-01T00:00:00Z', 3 * HOUR + 1)).toThrow(RangeError)
    expect(() => nextOpening(fair, '2026-12-24T12:00:00Z')).toThrow('not open')
    expect(isOpen(fair, '2027-01-01T00:00:00Z')).toBe(false)
  })

  it('is refused where it would pass the year 9999', () => {
    expect(() => addBusinessTime(office, '2026-11-01T00:00:00Z', Number.MAX_SAFE_INTEGER)).toThrow(RangeError)
    expect(() =>
      addBusinessTime(daily('UTC', ['00:00', '00:01']), '9999-01-01T00:00:00Z', HOUR * 24),
    ).toThrow(RangeError)
  })

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('is refused for %s seconds', (seconds) => {
    expect(() => addBusinessTime(office, '2026-11-20T12:00:00Z', seconds)).toThrow(RangeError)
  })
})

describe('reading a calendar', () => {
  it('accepts the office of these tests', () => {
    expect(validateCalendar(office)).toEqual([])
    expect(parseCalendar(office)).toBe(office)
  })

  const mon = [['09:00', '17:30']]
  it.each<[string, unknown, string]>([
    ['no object', 'uk', 'calendar: must be an object'],
    ['an unknown zone', { timeZone: 'Europe/Lundon', hours: { mon } }, 'timeZone: "Europe/Lundon" is not'],
    ['a bare offset', { timeZone: '+01:00', hours: { mon } }, 'timeZone: "+01:00" is not'],
    ['a missing zone', { hours: { mon } }, 'timeZone: nothing is not'],
    ['missing hours', { timeZone: 'UTC' }, 'hours: must be an object'],
    ['an unknown day', { timeZone: 'UTC', hours: { mon, monday: mon } }, 'hours.monday: is not a day'],
    [
      'an interval outside a list',
      { timeZone: 'UTC', hours: { mon: ['09:00', '17:30'] } },
      'hours.mon[0]: "09:00"',
    ],
    [
      'a malformed time',
      { timeZone: 'UTC', hours: { mon: [['9:00', '17:30']] } },
      'hours.mon[0]: "9:00" is not a time',
    ],
    [
      'a time after 24:00',
      { timeZone: 'UTC', hours: { mon: [['09:00', '24:01']] } },
      'hours.mon[0]: "24:01"',
    ],
    [
      'an empty interval',
      { timeZone: 'UTC', hours: { mon: [['09:00', '09:00']] } },
      'must end after it starts',
    ],
    [
      'an overnight interval',
      { timeZone: 'UTC', hours: { mon: [['22:00', '06:00']] } },
      'split what runs overnight',
    ],
    ['three times', { timeZone: 'UTC', hours: { mon: [['09:00', '12:00', '13:00']] } }, 'hours.mon[0]'],
    [
      'intervals that overlap',
      {
        timeZone: 'UTC',
        hours: {
          mon: [
            ['12:00', '14:00'],
            ['09:00', '12:01'],
          ],
        },
      },
      'hours.mon: 09:00-12:01 and 12:00-14:00 overlap',
    ],
    [
      'a date that does not exist',
      { timeZone: 'UTC', hours: { mon }, holidays: ['2026-02-30'] },
      'holidays[0]: "2026-02-30"',
    ],
    [
      'holidays that are no list',
      { timeZone: 'UTC', hours: { mon }, holidays: '2026-12-25' },
      'holidays: must be',
    ],
    [
      'a bad exception date',
      { timeZone: 'UTC', hours: { mon }, exceptions: { '24/12': mon } },
      'exceptions: "24/12"',
    ],
    [
      'a bad exception',
      { timeZone: 'UTC', hours: { mon }, exceptions: { '2026-12-24': [['09:00', '9']] } },
      'exceptions.2026-12-24[0]: "9"',
    ],
    [
      'an unknown key',
      { timeZone: 'UTC', hours: { mon }, holiday: [] },
      'holiday: is not part of a calendar',
    ],
    ['a source that is no text', { timeZone: 'UTC', hours: { mon }, source: 1 }, 'source: must be text'],
    ['hours that never open', { timeZone: 'UTC', hours: { mon: [] } }, 'hours: never open'],
    [
      'an only exception on a holiday',
      { timeZone: 'UTC', hours: {}, holidays: ['2026-12-24'], exceptions: { '2026-12-24': mon } },
      'hours: never open',
    ],
  ])('names the field of %s', (_, value, problem) => {
    expect(validateCalendar(value)[0]).toContain(problem)
    expect(() => parseCalendar(value)).toThrow(problem)
  })

  it('is checked even where nobody parsed it', () => {
    expect(() => isOpen({ timeZone: 'Nowhere', hours: { mon: OFFICE } }, '2026-11-20T12:00:00Z')).toThrow(
      'timeZone',
    )
  })
})
