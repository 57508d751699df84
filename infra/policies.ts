import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { parseCalendar } from '../functions/domain/calendar.ts'
import { carriedPolicies } from '../functions/shared/policies.ts'

const POLICIES = join(import.meta.dirname, '../workflows/policies')
const CALENDARS = join(import.meta.dirname, '../workflows/calendars')

const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens')
const minutes = z.int().positive()

const timer = z.strictObject({
  targetMinutes: minutes,
  calendar: name,
  warnPercent: z
    .array(z.int().min(1).max(99))
    .refine(
      (percents) => percents.every((percent, index) => index === 0 || percent > (percents[index - 1] ?? 0)),
      'must be in ascending order, each once',
    ),
  ladder: name.optional(),
  pausable: z.boolean(),
})

/** Timers that our own agreements cannot stop: the law's, and the platform's. */
const NEVER_PAUSABLE = ['statutory', 'reply-window'] as const
const TIMERS = [
  'acknowledge',
  'accept-handoff',
  'next-reply',
  'resolve',
  'idle',
  'follow-up',
  'reply-window',
  'statutory',
  'promise',
] as const

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
})

const policy = z
  .strictObject({
    name,
    version: z.int().positive(),
    defaultTeam: name,
    dutyManager: name,
    teams: z.record(
      name,
      z.strictObject({ name: z.string().min(1), slackChannel: z.string().min(1), onCall: name, lead: name }),
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
    rules: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          match: z.strictObject({
            public: z.boolean().optional(),
            channel: z.string().optional(),
            product: z.string().optional(),
            team: name.optional(),
          }),
          team: name.optional(),
          timers: z.partialRecord(z.enum(TIMERS), timer),
        }),
      )
      .min(1),
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
    const calendars = calendarNames()
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
        if (spec === undefined) continue
        const at = ['rules', index, 'timers', timerName]
        if (!calendars.includes(spec.calendar))
          problem([...at, 'calendar'], `there is no calendar "${spec.calendar}"`)
        if (spec.ladder !== undefined && !Object.hasOwn(value.ladders, spec.ladder)) {
          problem([...at, 'ladder'], `there is no ladder "${spec.ladder}"`)
        }
        if (spec.pausable && (NEVER_PAUSABLE as readonly string[]).includes(timerName)) {
          problem([...at, 'pausable'], `a ${timerName} timer cannot be paused: set it to false`)
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

const jsonFiles = (directory: string): string[] =>
  readdirSync(directory).filter((file) => file.endsWith('.json') && !file.startsWith('index.'))

const calendarNames = (): string[] => jsonFiles(CALENDARS).map((file) => file.replace(/\.json$/, ''))

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
 * Checks every policy and calendar file, so that a stack with a broken one cannot be synthesised.
 *
 * @throws Error that names each file and field to change.
 */
export function checkPolicies(directory: string = POLICIES): void {
  const problems: string[] = []
  for (const file of jsonFiles(directory)) {
    const value: unknown = JSON.parse(readFileSync(join(directory, file), 'utf8'))
    problems.push(...problemsOfPolicy(value).map((problem) => `${file}: ${problem}`))
    const { name: policyName, version } = value as { name?: unknown; version?: unknown }
    if (file !== `${policyName}.v${version}.json`) {
      problems.push(
        `${file}: a policy's file is called <name>.v<version>.json, here ${policyName}.v${version}.json`,
      )
    }
    if (!carriedPolicies.some((carried) => carried.name === policyName && carried.version === version)) {
      problems.push(`${file}: functions/shared/policies.ts does not list it, so no function would know it`)
    }
  }
  for (const file of jsonFiles(CALENDARS)) {
    try {
      parseCalendar(JSON.parse(readFileSync(join(CALENDARS, file), 'utf8')))
    } catch (error) {
      problems.push(`${file}: ${(error as Error).message}`)
    }
  }
  if (problems.length > 0) throw new Error(`Policies that can't be deployed:\n  ${problems.join('\n  ')}`)
}
