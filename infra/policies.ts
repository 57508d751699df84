import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSupportedCountry } from 'libphonenumber-js/min'
import * as z from 'zod'
import { type Calendar, parseCalendar } from '../functions/domain/calendar.ts'
import { OPEN_STAGES, REPLY_APPROVERS, SEVERITIES, TIMER_KINDS } from '../functions/domain/complaint.ts'
import { GUARD_RULES } from '../functions/domain/guard-rules.ts'
import type { Policy } from '../functions/domain/policy.ts'
import { carriedPolicies } from '../functions/shared/policies.ts'

const POLICIES = join(import.meta.dirname, '../workflows/policies')
/** Ready policies to start from: nobody's teams, and no function knows them until they are copied one folder up. */
const PRESETS = join(POLICIES, 'presets')
const CALENDARS = join(import.meta.dirname, '../workflows/calendars')

const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens')
const minutes = z.int().positive()
const days = z.int().min(1).max(3_660)
const text = z.string().regex(/\S/, 'must not be empty')
const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'must be an instant in UTC, such as 2026-04-07T23:00:00Z')
  .refine(
    (value) => isDate(value.slice(0, 10)) && !Number.isNaN(Date.parse(value)),
    'is no moment that there is',
  )
/** Whether the text is a day of the calendar: not 30 February. */
const isDate = (value: string): boolean =>
  new Date(`${value}T00:00:00Z`).getUTCDate() === Number(value.slice(8))
const date = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'must be a date, such as 2026-11-22')
  .refine(isDate, 'is no day that there is')

const withLink = text
  .max(2000)
  .refine(
    (value) => value.split('{link}').length === 2,
    'must hold {link} once, where the address of our page comes',
  )

const TARGETS = ['targetMinutes', 'targetDays', 'targetWorkingDays'] as const

const timer = z.strictObject({
  targetMinutes: minutes.optional(),
  targetDays: days.optional(),
  targetWorkingDays: days.optional(),
  calendar: name,
  from: z.literal('acknowledgement', 'must be "acknowledgement", or left out').optional(),
  warnPercent: z
    .array(z.int().min(1).max(99))
    .refine(
      (percents) => percents.every((percent, index) => index === 0 || percent > (percents[index - 1] ?? 0)),
      'must be in ascending order, each once',
    ),
  ladder: name.optional(),
  pausable: z.boolean(),
  shuts: z
    .strictObject({ afterMinutes: minutes, marginMinutes: minutes })
    .refine(({ afterMinutes, marginMinutes }) => marginMinutes < afterMinutes, {
      path: ['marginMinutes'],
      message: 'must be less than afterMinutes',
    })
    .optional(),
  basis: text.optional(),
})
type TimerFields = z.output<typeof timer>

/** Timers that our own agreements cannot stop: the law's, the platform's, and what the customer was promised. */
const NEVER_PAUSABLE = ['statutory', 'reply-window', 'promise'] as const
/** Those that start with the receipt, and may start with the acknowledgement instead. */
const MAY_WAIT = ['resolve', 'statutory', 'reply-window'] as const
const timers = z.partialRecord(z.enum(TIMER_KINDS), timer)

const ladder = z.strictObject({
  rungs: z
    .array(
      z.strictObject({ tell: z.enum(['owner', 'team-lead', 'duty-manager']), afterMinutes: z.int().min(0) }),
    )
    .min(1)
    .refine(
      (rungs) => rungs[0]?.afterMinutes === 0,
      'the first rung is due at the breach: afterMinutes must be 0',
    )
    .refine(
      (rungs) =>
        rungs.every(
          (rung, index) => index === 0 || rung.afterMinutes > (rungs[index - 1]?.afterMinutes ?? 0),
        ),
      'each rung must come later than the one before',
    ),
  repeatMinutes: minutes,
  calendar: name.optional(),
  outOfHours: z.boolean().optional(),
})

const match = z.strictObject({
  source: text.optional(),
  channel: text.optional(),
  public: z.boolean().optional(),
  product: text.optional(),
  team: name.optional(),
  severity: z.enum(SEVERITIES).optional(),
  customerTier: text.optional(),
  postedBefore: instant.optional(),
})

const linking = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        name: text,
        by: z.enum(['reply', 'conversation', 'customer']),
        open: z.literal(true, 'must be true, or left out').optional(),
        sameProduct: z.literal(true, 'must be true, or left out').optional(),
        withinDays: days.optional(),
      }),
    )
    .refine(
      (rules) => new Set(rules.map((rule) => rule.name)).size === rules.length,
      'two rules have the same name',
    ),
  raiseAfterMinutes: z.int().min(0),
  raiseUpTo: z.enum(SEVERITIES),
})

const replies = z.strictObject({
  approval: z
    .array(
      z.strictObject({
        public: z.boolean().optional(),
        channel: text.optional(),
        overridden: z.literal(true, 'must be true, or left out').optional(),
        by: z.enum(REPLY_APPROVERS),
      }),
    )
    .optional(),
  own: z.array(text).max(100).optional(),
  contact: z.strictObject({ text: withLink, consent: text, expiresAfterDays: days }).optional(),
  notices: z.strictObject({ inPrivate: text.optional(), resolved: text.optional() }).optional(),
})

const organisation = z.strictObject({
  name: text.max(100),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capital letters, like GB')
    .refine(isSupportedCountry, 'is no country with numbers of its own')
    .optional(),
  privacy: z.url({ protocol: /^https$/, error: 'must be an https address' }).optional(),
})

const survey = z
  .strictObject({
    text: withLink,
    question: text,
    unhappyUpTo: z.int().min(1).max(4),
    happyFrom: z.int().min(2).max(5),
  })
  .refine(({ unhappyUpTo, happyFrom }) => unhappyUpTo < happyFrom, {
    path: ['happyFrom'],
    message: 'must be more than unhappyUpTo',
  })

const effects = z.partialRecord(z.enum(GUARD_RULES), z.enum(['off', 'warn', 'block']))
const guard = z.strictObject({ rules: effects.optional(), channels: z.record(text, effects).optional() })

/** Who is on duty when. All of it is optional: without, the same person always is. */
const duty = {
  hours: name.optional(),
  rotation: z
    .strictObject({ people: z.array(name).min(1), every: z.enum(['day', 'week']), from: date })
    .optional(),
  cover: z.array(z.strictObject({ person: name, from: date, to: date, by: name })).optional(),
  outOfHours: z.strictObject({ tell: name }).optional(),
}

const minorUnits = z.int().min(0)
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters, like GBP')

const rates = z.strictObject({
  currency,
  hourly: z.partialRecord(z.enum(OPEN_STAGES), minorUnits),
  breach: minorUnits.optional(),
})

const limits = z
  .strictObject({ staff: minorUnits, 'team-lead': minorUnits, 'duty-manager': minorUnits })
  .refine(
    (limit) => limit.staff <= limit['team-lead'] && limit['team-lead'] <= limit['duty-manager'],
    'must grow from staff to team-lead to duty-manager',
  )

const redress = z.strictObject({ limits: z.record(currency, limits) })

const policy = z
  .strictObject({
    name,
    version: z.int().positive(),
    source: z
      .array(
        z.strictObject({
          regulation: text,
          section: text,
          url: z.url({ protocol: /^https$/, error: 'must be an https address' }).optional(),
          note: text.optional(),
        }),
      )
      .min(1)
      .optional(),
    checkedAt: date.optional(),
    defaultTeam: name,
    dutyManager: name,
    teams: z.record(
      name,
      z.strictObject({
        name: z.string().min(1),
        slackChannel: z.string().min(1),
        onCall: name,
        lead: name,
        ...duty,
      }),
    ),
    people: z.record(
      name,
      z.strictObject({
        name: z.string().min(1),
        team: name,
        slackUserId: z
          .string()
          .regex(/^[UW][A-Z0-9]+$/)
          .optional(),
      }),
    ),
    ladders: z.record(name, ladder),
    rates: rates.optional(),
    redress: redress.optional(),
    rules: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          match,
          team: name.optional(),
          timers,
          reopened: z.strictObject({ timers, differentOwner: z.literal(true).optional() }).optional(),
        }),
      )
      .min(1),
    linking: linking.optional(),
    retention: z.strictObject({ afterClosedDays: days }).optional(),
    mustAnswer: z.enum(['confirmed', 'all']).optional(),
    guard: guard.optional(),
    replies: replies.optional(),
    organisation: organisation.optional(),
    survey: survey.optional(),
    reports: z.strictObject({ slackChannel: z.string().min(1) }).optional(),
  })
  .superRefine((value, context) => {
    const problem = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    const wantTeam = (id: string, ...path: (string | number)[]) => {
      if (!Object.hasOwn(value.teams, id)) problem(path, `there is no team "${id}"`)
    }
    const wantPerson = (id: string, ...path: (string | number)[]) => {
      if (!Object.hasOwn(value.people, id)) problem(path, `there is no person "${id}"`)
    }
    wantTeam(value.defaultTeam, 'defaultTeam')
    wantPerson(value.dutyManager, 'dutyManager')
    for (const [id, team] of Object.entries(value.teams)) {
      wantPerson(team.onCall, 'teams', id, 'onCall')
      wantPerson(team.lead, 'teams', id, 'lead')
    }
    for (const [id, person] of Object.entries(value.people)) wantTeam(person.team, 'people', id, 'team')
    const calendars = readyCalendars()
    const wantCalendar = (id: string, ...path: (string | number)[]) => {
      if (!calendars.has(id)) problem(path, `there is no calendar "${id}"`)
    }
    for (const [id, { hours, rotation, cover = [], outOfHours }] of Object.entries(value.teams)) {
      const at = ['teams', id]
      if (hours !== undefined) wantCalendar(hours, ...at, 'hours')
      else if (rotation !== undefined || cover.length > 0 || outOfHours !== undefined) {
        problem(
          [...at, 'hours'],
          'is missing: rotation, cover and outOfHours need the calendar that the team works by',
        )
      }
      const wantMember = (person: string, ...path: (string | number)[]) => {
        wantPerson(person, ...path)
        const its = value.people[person]?.team
        if (its !== undefined && its !== id) problem(path, `${person} is in ${its}: name somebody of ${id}`)
      }
      for (const [index, person] of (rotation?.people ?? []).entries()) {
        wantMember(person, ...at, 'rotation', 'people', index)
      }
      for (const [index, { person, from, to, by }] of cover.entries()) {
        wantMember(person, ...at, 'cover', index, 'person')
        wantPerson(by, ...at, 'cover', index, 'by')
        if (from > to) problem([...at, 'cover', index, 'to'], `is before ${from}`)
        if (person === by) problem([...at, 'cover', index, 'by'], 'must be somebody else')
      }
      if (outOfHours !== undefined) wantPerson(outOfHours.tell, ...at, 'outOfHours', 'tell')
    }
    for (const [id, { calendar, outOfHours }] of Object.entries(value.ladders)) {
      if (calendar === undefined) continue
      wantCalendar(calendar, 'ladders', id, 'calendar')
      if (outOfHours === true) {
        problem(['ladders', id, 'calendar'], 'says nothing where outOfHours is true: take one of them out')
      }
    }
    const checkTimer = (timerName: string, spec: TimerFields, at: (string | number)[]) => {
      wantCalendar(spec.calendar, ...at, 'calendar')
      if (spec.ladder !== undefined && !Object.hasOwn(value.ladders, spec.ladder)) {
        problem([...at, 'ladder'], `there is no ladder "${spec.ladder}"`)
      }
      if (spec.pausable && (NEVER_PAUSABLE as readonly string[]).includes(timerName)) {
        problem([...at, 'pausable'], `a ${timerName} timer cannot be paused: set it to false`)
      }
      const targets = TARGETS.filter((target) => spec[target] !== undefined)
      if (timerName === 'promise') {
        if (targets.length > 0) problem(at, `a promise is due when it says: take out ${targets.join(', ')}`)
      } else if (targets.length !== 1) {
        problem(at, `needs one target: ${TARGETS.join(', or ')}`)
      } else if (spec.pausable && targets[0] !== 'targetMinutes') {
        problem([...at, 'pausable'], `${targets[0]} cannot be paused: set it to false, or use targetMinutes`)
      }
      if (spec.from !== undefined && !(MAY_WAIT as readonly string[]).includes(timerName)) {
        problem([...at, 'from'], `only ${MAY_WAIT.join(', ')} can wait for the acknowledgement`)
      }
      if (spec.shuts !== undefined && timerName !== 'reply-window') {
        problem([...at, 'shuts'], 'only a reply-window shuts: take it out')
      }
      // A follow-up calls nobody: it ends in the closing.
      const called = spec.ladder === undefined ? undefined : value.ladders[spec.ladder]
      const hours = calendars.get(called?.calendar ?? spec.calendar)
      if (timerName !== 'follow-up' && called?.outOfHours !== true && hours && isOpenAtNight(hours)) {
        problem(
          [...at, 'ladder'],
          'would call people at night: give it a ladder with a calendar of their hours, or with outOfHours true',
        )
      }
    }
    const names = new Set<string>()
    for (const [index, rule] of value.rules.entries()) {
      if (names.has(rule.name)) problem(['rules', index, 'name'], `"${rule.name}" is taken by a rule above`)
      names.add(rule.name)
      if (rule.team !== undefined) wantTeam(rule.team, 'rules', index, 'team')
      for (const required of ['acknowledge', 'resolve'] as const) {
        if (rule.timers[required] === undefined)
          problem(['rules', index, 'timers'], `"${required}" is missing`)
      }
      for (const [timerName, spec] of Object.entries(rule.timers)) {
        if (spec !== undefined) checkTimer(timerName, spec, ['rules', index, 'timers', timerName])
      }
      for (const [timerName, spec] of Object.entries(rule.reopened?.timers ?? {})) {
        if (spec !== undefined) checkTimer(timerName, spec, ['rules', index, 'reopened', 'timers', timerName])
      }
      if (rule.reopened?.differentOwner !== true) continue
      for (const [id, team] of Object.entries(value.teams)) {
        if (team.lead === team.onCall) {
          problem(['teams', id, 'lead'], `must be another person than onCall: rule "${rule.name}" wants two`)
        }
      }
    }
    const last = value.rules.at(-1)
    if (last !== undefined && Object.values(last.match).some((wanted) => wanted !== undefined)) {
      problem(
        ['rules', value.rules.length - 1, 'match'],
        'the last rule must match everything: leave it empty',
      )
    }
  })

/** The fields of each part of a policy, for the manual and its test. */
export const POLICY_FIELDS = {
  policy: Object.keys(policy.shape),
  rule: Object.keys(policy.shape.rules.element.shape),
  match: Object.keys(match.shape),
  timer: Object.keys(timer.shape),
  timerNames: [...TIMER_KINDS],
  ladder: Object.keys(ladder.shape),
  linking: Object.keys(linking.shape),
  guard: Object.keys(guard.shape),
  replies: Object.keys(replies.shape),
  organisation: Object.keys(organisation.shape),
  survey: Object.keys(survey.shape),
  linkRule: Object.keys(linking.shape.rules.element.shape),
} as const

const jsonFiles = (directory: string): string[] =>
  readdirSync(directory).filter((file) => file.endsWith('.json') && !file.startsWith('index.'))

const readyCalendars = (): Map<string, Calendar> =>
  new Map(
    jsonFiles(CALENDARS).map((file) => [
      file.replace(/\.json$/, ''),
      JSON.parse(readFileSync(join(CALENDARS, file), 'utf8')) as Calendar,
    ]),
  )

/** A day that is open from midnight to midnight: nobody works through it alone. */
const isOpenAtNight = ({ hours, exceptions }: Calendar): boolean =>
  [...Object.values(hours), ...Object.values(exceptions ?? {})].some((intervals) =>
    intervals.some(([from, to]) => from === '00:00' && to === '24:00'),
  )

/**
 * What is wrong with a policy, one line a problem, each beginning with the field; empty where nothing is.
 *
 * @param value the parsed JSON of a policy file.
 */
export function problemsOfPolicy(value: unknown): string[] {
  const { error } = policy.safeParse(value)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

/**
 * The policy that a file holds, with its calendars.
 *
 * @throws Error that names each field to change, or that the file can't be read.
 */
export function readPolicy(path: string): Policy {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const problems = problemsOfPolicy(value)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return { ...(value as Policy), calendars: Object.fromEntries(readyCalendars()) }
}

/** The files of all policies here: those that are deployed, and the presets. */
export const policyFiles = (): string[] =>
  [POLICIES, PRESETS].flatMap((directory) => jsonFiles(directory).map((file) => join(directory, file)))

/**
 * Checks every policy and calendar file, so that a stack with a broken one cannot be synthesised.
 *
 * @throws Error that names each file and field to change.
 */
export function checkPolicies(directory: string = POLICIES): void {
  const problems: string[] = []
  const check = (folder: string, file: string): void => {
    const value: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    problems.push(...problemsOfPolicy(value).map((problem) => `${file}: ${problem}`))
    const { name: policyName, version, source, checkedAt } = value as { [field in keyof Policy]?: unknown }
    if (file !== `${policyName}.v${version}.json`) {
      problems.push(
        `${file}: a policy's file is called <name>.v<version>.json, here ${policyName}.v${version}.json`,
      )
    }
    if (folder === PRESETS) {
      if (source === undefined || checkedAt === undefined) {
        problems.push(`${file}: a preset says where it comes from: give it source and checkedAt`)
      }
      return
    }
    const carried = carriedPolicies.find((one) => one.name === policyName && one.version === version)
    if (carried === undefined) {
      problems.push(`${file}: functions/shared/policies.ts does not list it, so no function would know it`)
    }
    for (const calendar of carried === undefined ? [] : calendarsIn(carried)) {
      if (!Object.hasOwn(carried?.calendars ?? {}, calendar)) {
        problems.push(`${file}: functions/shared/policies.ts does not list its calendar "${calendar}"`)
      }
    }
  }
  for (const file of jsonFiles(directory)) check(directory, file)
  if (directory === POLICIES) for (const file of jsonFiles(PRESETS)) check(PRESETS, file)
  for (const file of jsonFiles(CALENDARS)) {
    try {
      parseCalendar(JSON.parse(readFileSync(join(CALENDARS, file), 'utf8')))
    } catch (error) {
      problems.push(`${file}: ${(error as Error).message}`)
    }
  }
  if (problems.length > 0) throw new Error(`Policies that can't be deployed:\n  ${problems.join('\n  ')}`)
}

const calendarsIn = ({ ladders, rules, teams }: Policy): Set<string> =>
  new Set([
    ...Object.values(teams).flatMap(({ hours }) => (hours === undefined ? [] : [hours])),
    ...Object.values(ladders).flatMap(({ calendar }) => (calendar === undefined ? [] : [calendar])),
    ...rules
      .flatMap(({ timers: first, reopened }) => [first, reopened?.timers ?? {}])
      .flatMap((specs) => Object.values(specs).map(({ calendar }) => calendar)),
  ])
