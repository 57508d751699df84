import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { addCalendarDays, type Calendar, closeOfWorkingDay } from '../../functions/domain/calendar.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import ukOffice from '../../workflows/calendars/uk-office.json' with { type: 'json' }

const office = ukOffice as unknown as Calendar
const always = (timeZone: string): Calendar => ({ timeZone, hours: { mon: [['00:00', '24:00']] } })
const RUNS = 2_000

describe('calendar days', () => {
  it.each([
    ['over the change to summer time', 'Europe/London', '2026-03-28T10:00:00Z', 1, '2026-03-29T09:00:00Z'],
    ['over the change to winter time', 'Europe/London', '2026-10-24T09:00:00Z', 1, '2026-10-25T10:00:00Z'],
    ['of half an hour too', 'Australia/Lord_Howe', '2026-10-02T13:30:00Z', 2, '2026-10-04T13:00:00Z'],
    ['with weeks as seven of them', 'Europe/London', '2026-03-28T10:00:00Z', 56, '2026-05-23T09:00:00Z'],
    [
      'at the change, where the clock skips the time',
      'Europe/London',
      '2026-03-28T01:30:00Z',
      1,
      '2026-03-29T01:00:00Z',
    ],
    ['at the earlier of two equal times', 'Europe/London', '2026-10-24T00:30:00Z', 1, '2026-10-25T00:30:00Z'],
    ['over a day that never was', 'Pacific/Apia', '2011-12-29T20:00:00Z', 1, '2011-12-30T10:00:00Z'],
    ['to the last of February', 'UTC', '2028-01-31T08:00:00Z', 29, '2028-02-29T08:00:00Z'],
  ])('keep the local time, %s', (_, zone, start, days, due) => {
    expect(addCalendarDays(always(zone), start, days)).toBe(due)
  })

  it('keep the local time wherever there is such a time that day', () => {
    const zones = [
      'Europe/London',
      'America/New_York',
      'Australia/Lord_Howe',
      'America/Santiago',
      'Africa/Cairo',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 4 * 365 * 86_400 }),
        fc.integer({ min: 1, max: 120 }),
        (zone, offset, days) => {
          const start = addSeconds('2024-01-01T00:00:00Z', offset)
          const local = (instant: string) => Temporal.Instant.from(instant).toZonedDateTimeISO(zone)
          const due = addCalendarDays(always(zone), start, days)
          const wanted = local(start).toPlainDateTime().add({ days })
          if (local(due).toPlainDateTime().equals(wanted)) {
            expect(due).toBe(
              wanted.toZonedDateTime(zone, { disambiguation: 'earlier' }).toInstant().toString(),
            )
          } else {
            // Skipped: due is the very moment of the skip.
            expect(local(due).offset).not.toBe(local(addSeconds(due, -1)).offset)
            expect(Temporal.PlainDateTime.compare(local(due).toPlainDateTime(), wanted)).toBe(1)
          }
        },
      ),
      { numRuns: RUNS },
    )
  })
})

describe('the close of a working day', () => {
  it.each([
    ['is the office’s closing', '2026-11-23T10:00:00Z', 1, '2026-11-24T17:30:00Z'],
    ['is in summer time when it is', '2026-03-27T10:00:00Z', 1, '2026-03-30T16:30:00Z'],
    ['does not count the weekend or Easter', '2026-04-02T09:00:00Z', 3, '2026-04-09T16:30:00Z'],
    [
      'does not count Christmas, nor the day in lieu of it',
      '2026-12-23T15:00:00Z',
      3,
      '2026-12-30T17:30:00Z',
    ],
    ['counts from the very day, after hours', '2026-11-23T23:30:00Z', 1, '2026-11-24T17:30:00Z'],
    ['counts from the very day, before hours', '2026-11-23T02:00:00Z', 1, '2026-11-24T17:30:00Z'],
    ['counts from the very day, on a Saturday', '2026-11-21T10:00:00Z', 1, '2026-11-23T17:30:00Z'],
    ['counts from the very day, on a holiday', '2026-12-25T10:00:00Z', 1, '2026-12-29T17:30:00Z'],
    ['goes by the local day, not by that of UTC', '2026-06-07T23:30:00Z', 1, '2026-06-09T16:30:00Z'],
  ])('%s', (_, start, days, due) => {
    expect(closeOfWorkingDay(office, start, days)).toBe(due)
  })

  it('is the last closing of a day with several, or with hours of its own', () => {
    const split: Calendar = {
      timeZone: 'UTC',
      hours: {
        mon: [
          ['13:00', '17:00'],
          ['09:00', '12:00'],
        ],
        tue: [['09:00', '12:00']],
      },
      exceptions: { '2026-11-29': [['09:00', '10:00']] },
    }
    const closings = [1, 2, 3, 4].map((n) => closeOfWorkingDay(split, '2026-11-22T10:00:00Z', n))
    expect(closings).toEqual([
      '2026-11-23T17:00:00Z',
      '2026-11-24T12:00:00Z',
      '2026-11-29T10:00:00Z',
      '2026-11-30T17:00:00Z',
    ])
  })

  it('agrees with counting the days one by one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4 * 365 * 86_400 }),
        fc.integer({ min: 1, max: 40 }),
        (offset, days) => {
          const start = addSeconds('2024-01-01T00:00:00Z', offset)
          let day = Temporal.Instant.from(start).toZonedDateTimeISO('Europe/London').toPlainDate()
          for (let left = days; left > 0; ) {
            day = day.add({ days: 1 })
            if (day.dayOfWeek <= 5 && !ukOffice.holidays.includes(day.toString())) left--
          }
          const close = day.toZonedDateTime({ timeZone: 'Europe/London', plainTime: '17:30' }).toInstant()
          expect(closeOfWorkingDay(office, start, days)).toBe(close.toString())
        },
      ),
      { numRuns: RUNS },
    )
  })

  it.each([0, -1, 1.5, Number.NaN])('is refused for %s days, as calendar days are', (days) => {
    expect(() => closeOfWorkingDay(office, '2026-11-23T10:00:00Z', days)).toThrow(RangeError)
    expect(() => addCalendarDays(office, '2026-11-23T10:00:00Z', days)).toThrow(RangeError)
  })

  it('is refused where there are no such days any more', () => {
    const fair: Calendar = { timeZone: 'UTC', hours: {}, exceptions: { '2026-11-29': [['09:00', '10:00']] } }
    expect(closeOfWorkingDay(fair, '2026-11-22T10:00:00Z', 1)).toBe('2026-11-29T10:00:00Z')
    expect(() => closeOfWorkingDay(fair, '2026-11-22T10:00:00Z', 2)).toThrow(RangeError)
    expect(() => addCalendarDays(fair, '9999-12-31T10:00:00Z', 1)).toThrow(RangeError)
  })
})
