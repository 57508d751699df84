import * as fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import type { Calendar } from '../../functions/domain/calendar.ts'
import { toInstant } from '../../functions/domain/instant.ts'
import { daysOf, houseHours, weekBefore, weekOf } from '../../functions/domain/week.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'

const at = (timeZone: string): Calendar => ({ timeZone, hours: { mon: [['09:00', '17:00']] } })
const ZONES = ['UTC', 'Europe/London', 'Pacific/Auckland', 'America/Los_Angeles', 'Asia/Kathmandu']

/** ISO 8601 as the platform counts it. */
const asCounted = (date: Temporal.PlainDate): string =>
  `${date.yearOfWeek}-W${String(date.weekOfYear).padStart(2, '0')}`

describe('A week', () => {
  it('is counted as ISO 8601 does, and begins where its people are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000 }),
        fc.constantFrom(...ZONES),
        (seconds, timeZone) => {
          const instant = toInstant(seconds)
          const date = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDate()
          const week = weekOf(at(timeZone), instant)
          expect(week).toBe(asCounted(date))
          const monday = date.subtract({ days: date.dayOfWeek - 1 })
          expect(daysOf(week)).toEqual({
            monday: monday.toString(),
            sunday: monday.add({ days: 6 }).toString(),
          })
          for (const weeks of [1, 4, 53])
            expect(weekBefore(week, weeks)).toBe(asCounted(monday.subtract({ weeks })))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('in Auckland is over while it lasts in London', () => {
    const sundayEvening = '2026-11-22T20:00:00Z'
    expect(
      [at('Pacific/Auckland'), at('Europe/London')].map((hours) => weekOf(hours, sundayEvening)),
    ).toEqual(['2026-W48', '2026-W47'])
  })
})

describe('What is no team’s', () => {
  it('goes by the hours of the team that gets what no rule gives to another, or of the first that has any', () => {
    expect(houseHours(currentPolicy)).toBe(currentPolicy.calendars['uk-office'])
    const teams = Object.entries(currentPolicy.teams).map(([id, { hours: _, ...team }]) => [id, team])
    const none = { ...currentPolicy, teams: Object.fromEntries(teams) }
    expect(houseHours(none)).toMatchObject({ timeZone: 'UTC', hours: { mon: [['09:00', '17:00']] } })
    const { social } = currentPolicy.teams
    expect(houseHours({ ...none, teams: { ...none.teams, social } } as typeof none)).toBe(
      currentPolicy.calendars['uk-office'],
    )
  })
})
