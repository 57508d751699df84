/**
 * A moment: ISO 8601, UTC, whole seconds, always 20 characters (`2026-11-23T10:00:00Z`), so that text order is
 * time order. Years 0000 to 9999.
 */
export type Instant = string

const SHAPE = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?:([Zz])|([+-])(\d\d):?(\d\d)?)$/
/** 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the ends of what twenty characters can say. */
const EARLIEST = -62_167_219_200
const LATEST = 253_402_300_799

/** The instant at whole seconds since 1970 UTC, or of a `Date`; a fraction is cut off. Throws RangeError outside years 0000–9999. */
export function toInstant(value: number | Date): Instant {
  const seconds = Math.floor(typeof value === 'number' ? value : value.getTime() / 1000)
  if (!(seconds >= EARLIEST && seconds <= LATEST)) {
    throw new RangeError('This moment is outside the years 0000 to 9999')
  }
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}

/** Whole seconds since 1970 UTC. Takes whatever `parseInstant` takes, and throws as it does. */
export function epochSeconds(instant: string): number {
  const [, date, minutes, seconds, utc, sign, offsetHours, offsetMinutes = '0'] = SHAPE.exec(instant) ?? []
  if (date === undefined) throw unreadable(instant)
  // A leap second is the last second of its minute, as in Temporal: nothing here runs on leap seconds.
  const local = Date.parse(`${date}T${minutes}:${seconds === '60' ? '59' : (seconds ?? '00')}Z`) / 1000
  // Date.parse turns 30 February into 2 March: the day must still be the one that was written.
  if (Number.isNaN(local) || new Date(local * 1000).getUTCDate() !== Number(date.slice(8))) {
    throw unreadable(instant)
  }
  if (utc !== undefined) return local
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) throw unreadable(instant)
  const offset = Number(offsetHours) * 3600 + Number(offsetMinutes) * 60
  return sign === '-' ? local + offset : local - offset
}

/**
 * Any ISO 8601 moment with `Z` or an offset, as an `Instant`; fractions of a second are cut off.
 * Throws RangeError for anything else: a local time without an offset, 30 February, an hour 24, a bare date.
 */
export function parseInstant(text: string): Instant {
  return toInstant(epochSeconds(text))
}

/** The instant so many whole seconds later (earlier when negative). Throws RangeError outside years 0000–9999. */
export function addSeconds(instant: Instant, seconds: number): Instant {
  return toInstant(epochSeconds(instant) + seconds)
}

function unreadable(text: string): RangeError {
  // The text may come from outside: quote only a little of it.
  const shown = JSON.stringify(String(text).slice(0, 40))
  return new RangeError(
    `${shown} is not an instant: write it like 2026-11-23T10:00:00Z, or with an offset, +01:00`,
  )
}
