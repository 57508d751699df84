/**
 * Writes the ready calendars of workflows/calendars: `node infra/calendars/generate.ts`. A build-time tool: what it
 * writes is committed, so that a library's new opinion about a holiday is a diff that somebody reads.
 *
 * A holiday is a day that the country's law makes a public holiday, or the day given in lieu of one. Days that the
 * desk's hours already close are left out (a Saturday's holiday, where the Monday is given instead). Countries whose
 * holidays follow the sighting of the moon or yearly decrees are left out: the library can only guess them.
 */
import { realpathSync, writeFileSync } from 'node:fs'
import Holidays from 'date-holidays'
import metadata from 'date-holidays/package.json' with { type: 'json' }
import { type Calendar, type Interval, parseCalendar, type Weekday } from '../../functions/domain/calendar.ts'

const YEARS = [2024, 2025, 2026, 2027, 2028] as const
const WORKING_DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri']
const DAY = 86_400_000
const ALL_DAYS: readonly Weekday[] = [...WORKING_DAYS, 'sat', 'sun']

interface Region {
  readonly timeZone: string
  /** ISO 3166-1 country, and the part of it whose holidays these are. */
  readonly country: string
  readonly part?: string
  readonly hours?: Interval
  /** Days in lieu: as the library lists them (unless said), the next free weekday, or none for the whole country. */
  readonly inLieu?: 'next-weekday' | 'none'
  /** Bank holidays of the library that are days off for everyone there. */
  readonly bankHolidays?: boolean
  /** Names in the library that are not public holidays there. */
  readonly without?: readonly string[]
  /** What a reader must know about these holidays. */
  readonly note?: string
}

const OFFICE: Interval = ['09:00', '17:30']
const NATIONWIDE = 'nationwide holidays only: add those of the region'

const REGIONS: Readonly<Record<string, Region>> = {
  'at-office': { timeZone: 'Europe/Vienna', country: 'AT' },
  'au-nsw-office': { timeZone: 'Australia/Sydney', country: 'AU', part: 'NSW' },
  'be-office': { timeZone: 'Europe/Brussels', country: 'BE' },
  'br-office': { timeZone: 'America/Sao_Paulo', country: 'BR', note: NATIONWIDE },
  'ca-on-office': {
    timeZone: 'America/Toronto',
    country: 'CA',
    part: 'ON',
    inLieu: 'next-weekday',
    without: ['Easter Monday'],
  },
  'cz-office': { timeZone: 'Europe/Prague', country: 'CZ' },
  'de-office': { timeZone: 'Europe/Berlin', country: 'DE', note: NATIONWIDE },
  'dk-office': { timeZone: 'Europe/Copenhagen', country: 'DK' },
  'es-office': { timeZone: 'Europe/Madrid', country: 'ES', inLieu: 'none', note: NATIONWIDE },
  'fr-office': { timeZone: 'Europe/Paris', country: 'FR' },
  'ie-office': { timeZone: 'Europe/Dublin', country: 'IE', inLieu: 'next-weekday' },
  'it-office': { timeZone: 'Europe/Rome', country: 'IT' },
  'jp-office': { timeZone: 'Asia/Tokyo', country: 'JP' },
  'mx-office': { timeZone: 'America/Mexico_City', country: 'MX' },
  'nl-office': { timeZone: 'Europe/Amsterdam', country: 'NL' },
  'no-office': { timeZone: 'Europe/Oslo', country: 'NO' },
  'nz-office': { timeZone: 'Pacific/Auckland', country: 'NZ', note: NATIONWIDE },
  'pl-office': { timeZone: 'Europe/Warsaw', country: 'PL' },
  'pt-office': { timeZone: 'Europe/Lisbon', country: 'PT' },
  'se-office': { timeZone: 'Europe/Stockholm', country: 'SE', bankHolidays: true },
  'uk-business-days': { timeZone: 'Europe/London', country: 'GB', part: 'ENG', hours: ['00:00', '24:00'] },
  'uk-office': { timeZone: 'Europe/London', country: 'GB', part: 'ENG' },
  'us-office': { timeZone: 'America/New_York', country: 'US', note: 'federal holidays' },
  'za-office': { timeZone: 'Africa/Johannesburg', country: 'ZA' },
}

/** Every ready calendar by its file's name, without `.json`. */
export function readyCalendars(): Record<string, Calendar> {
  const always = { timeZone: 'UTC', hours: week(ALL_DAYS, ['00:00', '24:00']) }
  const offices = Object.entries(REGIONS).map(([name, region]) => [name, calendarOf(region)] as const)
  return { always, ...Object.fromEntries(offices) }
}

/** The text of a calendar's file, as the formatter of this repository writes it. */
export function render(calendar: Calendar): string {
  return `${indent(parseCalendar(calendar), 0)}\n`
}

function calendarOf(region: Region): Calendar {
  const { timeZone, country, part, hours = OFFICE, note } = region
  const place = part ? `${country}-${part}` : country
  return {
    timeZone,
    hours: week(WORKING_DAYS, hours),
    holidays: holidaysOf(region),
    source: [`date-holidays ${metadata.version}, ${place}: public holidays`, ...(note ? [note] : [])].join(
      '; ',
    ),
    generatedFor: `${YEARS[0]}-01-01/${YEARS.at(-1)}-12-31`,
  }
}

function holidaysOf({ country, part, inLieu, bankHolidays, without = [] }: Region): string[] {
  const library = part ? new Holidays(country, part) : new Holidays(country)
  const dates = YEARS.flatMap((year) => library.getHolidays(year))
    .filter(({ type, name, substitute }) => {
      if (without.includes(name) || (inLieu && substitute)) return false
      return type === 'public' || substitute || (bankHolidays && type === 'bank')
    })
    .flatMap(({ date, start, end }) => {
      const days = Math.round((end.getTime() - start.getTime()) / DAY)
      return Array.from({ length: days }, (_, i) => Date.parse(`${date.slice(0, 10)}T00:00:00Z`) + i * DAY)
    })
  const isWeekend = (date: number) => new Date(date).getUTCDay() % 6 === 0
  const closed = new Set(dates.filter((date) => !isWeekend(date)))
  if (inLieu === 'next-weekday') {
    for (let date of dates.filter(isWeekend)) {
      while (isWeekend(date) || closed.has(date)) date += DAY
      closed.add(date)
    }
  }
  return [...closed].sort((a, b) => a - b).map((date) => new Date(date).toISOString().slice(0, 10))
}

function week(days: readonly Weekday[], hours: Interval): Calendar['hours'] {
  return Object.fromEntries(days.map((day) => [day, [hours]]))
}

function indent(value: unknown, depth: number): string {
  const flat = JSON.stringify(value)
  const isList = Array.isArray(value)
  if (typeof value !== 'object' || value === null || (isList && flat.length < 60))
    return flat.replaceAll('","', '", "')
  const lines = isList
    ? value.map((item) => indent(item, depth + 1))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${indent(item, depth + 1)}`)
  const [open, close] = isList ? '[]' : '{}'
  const pad = '  '.repeat(depth)
  return `${open}\n${lines.map((line) => `${pad}  ${line}`).join(',\n')}\n${pad}${close}`
}

if (realpathSync(process.argv[1] ?? '') === import.meta.filename) {
  for (const [name, calendar] of Object.entries(readyCalendars())) {
    writeFileSync(new URL(`../../workflows/calendars/${name}.json`, import.meta.url), render(calendar))
  }
}
