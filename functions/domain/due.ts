import { Temporal } from 'temporal-polyfill'
import { type Calendar, closeOfWorkingDay } from './calendar.ts'
import type { Instant } from './instant.ts'

/** From when, and where, words such as "tomorrow" count. */
export interface Clock {
  readonly now: Instant
  /** An IANA name, such as `Europe/London`. */
  readonly timeZone: string
  /** Whose working days count; without one, Monday to Friday. */
  readonly calendar?: Calendar | undefined
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const COUNTS = 'a an one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen'
const counts = new Map(COUNTS.split(' ').map((word, at) => [word, Math.max(1, at - 1)]))
const MONTHS_IN_FULL = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const COUNT = `(?:\\d{1,3}|${COUNTS.split(' ').join('|')})`
const MONTH = `(?:${MONTHS.join('|')})[a-z]{0,6}`

const WITHIN = new RegExp(
  `(?:\\b(?:within|in|inside|take|up to|next|after|at most)|:)(?: the)?(?: next| coming| following| about| around)? ?(?:${COUNT} ?(?:to|or|-|–) ?)?(${COUNT}|(?:a )?couple of|half an)? ?(minute|min|hour|hr|day|week|fortnight|month|working day|business day|week day|weekday)s?\\b(?! of (?:that|this|it|receipt|when|receiving))`,
)
/** "On the 3rd", "Monday 23rd": of this month or the next. */
const DAY_OF_MONTH = /\b(?:the|mon|tues|wednes|thurs|fri|satur|sun)(?:day)? (\d{1,2})(?:st|nd|rd|th)\b/
const AFTER_SOMETHING = / (?:days?|weeks?|hours?|months?) of (?:that|this|it|receipt|when|receiving)\b/
const ISO = /\b(20\d\d)-(\d\d)-(\d\d)\b/
const NUMERIC = /\b(\d{1,2})[/.](\d{1,2})(?:[/.](20\d\d|\d\d))?\b/
const DAY_MONTH = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${MONTH})\\b(?: (20\\d\\d))?`)
const MONTH_DAY = new RegExp(`\\b(${MONTH}) (\\d{1,2})(?:st|nd|rd|th)?\\b(?:,? (20\\d\\d))?`)
const WEEKDAY = new RegExp(`\\b(${WEEKDAYS.join('|')})\\b`)
/** "by 5pm", "at 17:30", "between 2 and 4": the later where there are two. */
const CLOCK_TIME =
  /\b(?:(?:by|at|before|until|to|and|-) ?)?(\d{1,2})(?:[:.](\d\d))? ?(am|pm|o'clock)\b|\b(\d{1,2}):(\d\d)\b|\b(noon|midday|midnight)\b/g
const BETWEEN =
  /\b(?:between|from) (\d{1,2})(?:[:.](\d\d))? ?(?:and|to|-) ?(\d{1,2})(?:[:.](\d\d))?\b(?! ?(?:am|pm|working|days?))/

const HOURS = 'one two three four five six seven eight nine ten eleven twelve'.split(' ')
/** "At 3", "before six": an hour of the day where nothing else follows that it could count. */
const BARE_TIME = new RegExp(
  `\\b(?:at|by|before|until|till|and|to) (?:half past (\\d{1,2}|${HOURS.join('|')})|(\\d{1,2}|${HOURS.join('|')}))(?:[.:](\\d\\d))?(?=$|[.,;!?)]| (?:on|today|tonight|tomorrow|sharp|this|in the|to [a-z]+|${WEEKDAYS.join('|')})\\b)`,
)
const EVENING = /\b(?:tonight|evening)\b/

/** Whatever names a moment has one of these: the others needn't be looked at any further. */
const SAYS_WHEN = new RegExp(
  `\\d|${MONTHS_IN_FULL.join('|')}|${HOURS.join('|')}|day|night|tomorrow|within the|week|month|hour|minute|noon|morning|evening|lunch|christmas|end of|close of|later on|eod|couple`,
)

/**
 * The latest instant that keeps what a sentence undertakes ("tomorrow", "by Friday 5pm", "within 3 to 5 working days");
 * undefined where it names none, or one that is past. A day without a time lasts until its last second, a weekday is the
 * next of its name after today, and numbers with strokes are day before month.
 */
export function dueIn(sentence: string, clock: Clock): Instant | undefined {
  const { now, calendar } = clock
  try {
    const text = sentence.slice(0, 400).toLowerCase().replaceAll('’', "'").replace(/\s+/g, ' ')
    if (!SAYS_WHEN.test(text) || AFTER_SOMETHING.test(text)) return undefined
    const here = hereOf(clock)
    const due = elapsed(text, here, calendar) ?? dated(text, here)
    if (due === undefined) return undefined
    const instant = typeof due === 'string' ? due : `${due.toInstant().toString({ smallestUnit: 'second' })}`
    return instant > now ? instant : undefined
  } catch {
    // 31 November, a zone that there is not, the year 10000: no moment that can be told.
    return undefined
  }
}

type Zoned = Temporal.ZonedDateTime

/** Of each clock, what it shows: many sentences are read by one. */
const shown = new WeakMap<Clock, Zoned>()
function hereOf(clock: Clock): Zoned {
  const known = shown.get(clock)
  if (known !== undefined) return known
  const here = Temporal.Instant.from(clock.now).toZonedDateTimeISO(clock.timeZone)
  shown.set(clock, here)
  return here
}

const endOf = (day: Zoned): Zoned => day.withPlainTime('23:59:59')

function elapsed(text: string, here: Zoned, calendar: Calendar | undefined): Zoned | Instant | undefined {
  const [
    ,
    written = /\b(?:within|in|inside) the next (?:hour|week|month|fortnight)\b|\bwithin the (?:hour|week|month|fortnight)\b/.test(
      text,
    )
      ? 'a'
      : '',
    unit = '',
  ] = WITHIN.exec(text) ?? []
  if (written === '') return undefined
  const count = /couple/.test(written) ? 2 : (counts.get(written) ?? Number(written))
  if (unit === 'hour' && written === 'half an') return here.add({ minutes: 30 })
  if (!(count >= 1)) return undefined
  switch (unit) {
    case 'min':
    case 'minute':
      return here.add({ minutes: count })
    case 'hr':
    case 'hour':
      return here.add({ hours: count })
    case 'day':
      return endOf(here.add({ days: count }))
    case 'fortnight':
      return endOf(here.add({ weeks: 2 * count }))
    case 'week':
      return endOf(here.add({ weeks: count }))
    case 'month':
      return endOf(here.add({ months: count }))
    default:
      return calendar === undefined
        ? endOf(afterWorkingDays(here, count))
        : closeOfWorkingDay(calendar, here.toInstant().toString({ smallestUnit: 'second' }), count)
  }
}

function afterWorkingDays(from: Zoned, count: number): Zoned {
  let day = from
  for (let left = count; left > 0; ) {
    day = day.add({ days: 1 })
    if (day.dayOfWeek < 6) left--
  }
  return day
}

function dated(text: string, here: Zoned): Zoned | undefined {
  const day = dayIn(text, here)
  const time = timeIn(text)
  if (day === undefined) {
    if (time === undefined) return undefined
    const today = here.withPlainTime(time)
    return Temporal.ZonedDateTime.compare(today, here) > 0 ? today : today.add({ days: 1 })
  }
  return time === undefined ? endOf(day) : day.withPlainTime(time)
}

function dayIn(text: string, here: Zoned): Zoned | undefined {
  const iso = ISO.exec(text)
  if (iso !== null) return on(here, Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const written = DAY_MONTH.exec(text)
  if (written !== null) return on(here, yearOf(written[3]), monthOf(written[2]), Number(written[1]))
  const american = MONTH_DAY.exec(text)
  if (american !== null) return on(here, yearOf(american[3]), monthOf(american[1]), Number(american[2]))
  const numeric = NUMERIC.exec(text)
  if (numeric !== null && Number(numeric[2]) <= 12 && Number(numeric[1]) <= 31) {
    return on(here, yearOf(numeric[3]), Number(numeric[2]), Number(numeric[1]))
  }
  const ordinal = DAY_OF_MONTH.exec(text)
  if (ordinal !== null) return onDay(here, Number(ordinal[1]))
  if (/\bchristmas eve\b/.test(text)) return on(here, undefined, 12, 24)
  if (/\b(?:by|before|until) christmas\b/.test(text)) return on(here, undefined, 12, 24)
  if (/\bday after tomorrow\b/.test(text)) return here.add({ days: 2 })
  if (/\btomorrow\b/.test(text)) return here.add({ days: 1 })
  if (/\b(?:today|tonight|this (?:morning|afternoon|evening))\b/.test(text)) return here
  const weekday = WEEKDAY.exec(text)
  if (weekday !== null) {
    const ahead = (WEEKDAYS.indexOf(weekday[1] ?? '') + 1 - here.dayOfWeek + 7) % 7
    const week = new RegExp(`\\b(?:${weekday[1]} week|week on ${weekday[1]})\\b`).test(text) ? 7 : 0
    return here.add({ days: (ahead === 0 ? 7 : ahead) + week })
  }
  if (/\b(?:end of (?:the |business |)(?:day|play)|close of (?:business|play)|later on|eod)\b/.test(text))
    return here
  const friday = here.add({ days: (5 - here.dayOfWeek + 7) % 7 })
  if (/\b(?:end of (?:the|this|the working) week|end of week|this week|by the weekend)\b/.test(text))
    return friday
  if (/\b(?:this|over the|at the) weekend\b/.test(text)) return here.add({ days: 7 - here.dayOfWeek })
  if (/\bnext week\b/.test(text)) return here.add({ days: 5 - here.dayOfWeek + 7 })
  if (/\b(?:end of (?:the|this) month|this month)\b/.test(text)) return here.with({ day: here.daysInMonth })
  const monthEnd = new RegExp(`\\b(?:in|by|end of|during|before) (${MONTHS_IN_FULL.join('|')})\\b`).exec(text)
  if (monthEnd !== null) {
    const first = on(here, undefined, monthOf(monthEnd[1]), 28)
    return first.with({ day: first.daysInMonth })
  }
  if (/\bnext month\b/.test(text)) {
    const next = here.add({ months: 1 })
    return next.with({ day: next.daysInMonth })
  }
  return undefined
}

const monthOf = (written = ''): number => MONTHS.indexOf(written.slice(0, 3)) + 1
const yearOf = (written: string | undefined): number | undefined =>
  written === undefined ? undefined : Number(written) + (written.length === 2 ? 2000 : 0)

/** A date without a year is the next of its kind. Throws RangeError for 30 February. */
function on(here: Zoned, year: number | undefined, month: number, day: number): Zoned {
  const plain = Temporal.PlainDate.from({ year: year ?? here.year, month, day }, { overflow: 'reject' })
  const later = year === undefined && Temporal.PlainDate.compare(plain, here.toPlainDate()) < 0
  return here
    .withPlainTime('00:00')
    .with({ day: 1 })
    .with({ year: later ? plain.year + 1 : plain.year, month })
    .with({ day })
}

/** The next of its kind: of this month, or of the next that has it. */
function onDay(here: Zoned, day: number): Zoned | undefined {
  if (day < 1 || day > 31) return undefined
  for (let ahead = day < here.day ? 1 : 0; ahead <= 2; ahead++) {
    const month = here.with({ day: 1 }).add({ months: ahead })
    if (day <= month.daysInMonth) return month.withPlainTime('00:00').with({ day })
  }
  return undefined
}

function timeIn(text: string): Temporal.PlainTime | undefined {
  const between = BETWEEN.exec(text)
  if (between !== null) {
    const [, from = '', , to = '', minutes = '0'] = between
    const afternoon = Number(to) <= 7 || (Number(to) < Number(from) && Number(to) < 12)
    return Temporal.PlainTime.from(
      { hour: Number(to) + (afternoon ? 12 : 0), minute: Number(minutes) },
      { overflow: 'reject' },
    )
  }
  let latest: Temporal.PlainTime | undefined
  for (const [, hours, minutes = '0', half, hours24, minutes24, named] of text.matchAll(CLOCK_TIME)) {
    const hour =
      named !== undefined
        ? named === 'midnight'
          ? 23
          : 12
        : hours24 !== undefined
          ? Number(hours24)
          : (Number(hours) % 12) + (half === 'pm' || (half === "o'clock" && Number(hours) < 8) ? 12 : 0)
    const minute = named === 'midnight' ? 59 : Number(minutes24 ?? minutes)
    const time = Temporal.PlainTime.from({ hour, minute }, { overflow: 'reject' })
    if (latest === undefined || Temporal.PlainTime.compare(time, latest) > 0) latest = time
  }
  if (latest !== undefined) return latest
  const [, half, hour = half, minutes = half === undefined ? '0' : '30'] = BARE_TIME.exec(text) ?? []
  const named = hour === undefined ? 0 : HOURS.includes(hour) ? HOURS.indexOf(hour) + 1 : Number(hour)
  if (named >= 1 && named <= 12) {
    const isLate = named < 7 || EVENING.test(text)
    return Temporal.PlainTime.from({
      hour: (named % 12) + (isLate || named === 12 ? 12 : 0),
      minute: Number(minutes),
    })
  }
  if (named > 12 && named < 24) return Temporal.PlainTime.from({ hour: named, minute: Number(minutes) })
  if (/\b(?:lunch ?time|lunch)\b/.test(text) && !/after lunch/.test(text))
    return Temporal.PlainTime.from('14:00')
  if (/\b(?:morning|first thing)\b/.test(text)) return Temporal.PlainTime.from('12:00')
  if (/\b(?:afternoon|after lunch)\b/.test(text)) return Temporal.PlainTime.from('18:00')
  return undefined
}
