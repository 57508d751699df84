import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { addBusinessTime, type Calendar, parseCalendar } from '../../functions/domain/calendar.ts'
import { readyCalendars, render } from '../../infra/calendars/generate.ts'

const FOLDER = new URL('../../workflows/calendars/', import.meta.url)

const text = (name: string) => readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')
const ready = (name: string): Calendar => parseCalendar(JSON.parse(text(name)))
const holidays = (name: string, year: number) => {
  return ready(name).holidays?.flatMap((date) => (date.startsWith(`${year}-`) ? [date.slice(5)] : []))
}

describe('the ready calendars', () => {
  const generated = Object.entries(readyCalendars())

  it('are all generated, and nothing generated is missing', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(generated.map(([name]) => `${name}.json`).sort())
  })

  it.each(generated)('%s is what the generator writes today', (name, calendar) => {
    expect(text(name)).toBe(render(calendar))
  })

  it('say where their holidays come from and which years they cover', () => {
    for (const [name, { holidays, source, generatedFor }] of generated) {
      if (holidays)
        expect([name, source, generatedFor]).toEqual([
          name,
          expect.any(String),
          expect.stringMatching(/^\d{4}-/),
        ])
    }
  })

  it.each([
    [2024, ['01-01', '03-29', '04-01', '05-06', '05-27', '08-26', '12-25', '12-26']],
    [2025, ['01-01', '04-18', '04-21', '05-05', '05-26', '08-25', '12-25', '12-26']],
    [2026, ['01-01', '04-03', '04-06', '05-04', '05-25', '08-31', '12-25', '12-28']],
    [2027, ['01-01', '03-26', '03-29', '05-03', '05-31', '08-30', '12-27', '12-28']],
  ])('know the bank holidays of England and Wales in %i as gov.uk lists them', (year, dates) => {
    expect(holidays('uk-office', year)).toEqual(dates)
    expect(holidays('uk-business-days', year)).toEqual(dates)
  })

  it('know the federal holidays of the United States in 2026 as observed', () => {
    const dates = [
      '01-01',
      '01-19',
      '02-16',
      '05-25',
      '06-19',
      '07-03',
      '09-07',
      '10-12',
      '11-11',
      '11-26',
      '12-25',
    ]
    expect(holidays('us-office', 2026)).toEqual(dates)
    expect(holidays('us-office', 2027)).toContain('12-31')
  })

  it('move a weekend’s holidays to the next free weekdays where the law gives days in lieu', () => {
    expect(holidays('ca-on-office', 2027)?.slice(-2)).toEqual(['12-27', '12-28'])
    expect(holidays('jp-office', 2026)).toContain('05-06')
    expect(holidays('nz-office', 2028)?.slice(0, 2)).toEqual(['01-03', '01-04'])
  })

  it('give the sample office its hours: a post on Saturday is due an hour into Monday', () => {
    expect(addBusinessTime(ready('uk-office'), '2026-11-21T10:05:00Z', 3600)).toBe('2026-11-23T10:00:00Z')
  })

  it('count business days whole, over a bank holiday', () => {
    const threeDays = 3 * 86_400
    expect(addBusinessTime(ready('uk-business-days'), '2026-04-02T11:00:00Z', threeDays)).toBe(
      '2026-04-09T11:00:00Z',
    )
    expect(addBusinessTime(ready('always'), '2026-04-02T11:00:00Z', threeDays)).toBe('2026-04-05T11:00:00Z')
  })
})
