import type { Calendar } from './calendar.ts'
import type { Complaint, Message, Timer, TimerName } from './complaint.ts'

/** Whom a rung of a ladder involves; who that is today, the policy's teams say. */
export type Role = 'owner' | 'team-lead' | 'duty-manager'

export interface TimerSpec {
  /** Business minutes of `calendar`. */
  readonly targetMinutes: number
  readonly calendar: string
  /** Shares of the target, in per cent, at which to warn; ascending, below 100. */
  readonly warnPercent: readonly number[]
  /** Name of the ladder to climb after a breach; none for a timer whose end is no failure. */
  readonly ladder?: string | undefined
  /** Whether `pause` stops it. Statutory timers and reply windows go on whatever we agree among ourselves. */
  readonly pausable: boolean
}

export interface Ladder {
  /** Level 1 is the first rung, due at the breach itself; `afterMinutes` counts from the breach. */
  readonly rungs: readonly { readonly tell: Role; readonly afterMinutes: number }[]
  /** Business minutes between reminders at the top. */
  readonly repeatMinutes: number
}

export interface Rule {
  readonly name: string
  /** Every field given must be equal; an empty match fits every message. */
  readonly match: {
    readonly public?: boolean | undefined
    readonly channel?: string | undefined
    readonly product?: string | undefined
    readonly team?: string | undefined
  }
  /** The team that owns what this rule matches; otherwise the team that the message asks for, or the default. */
  readonly team?: string | undefined
  readonly timers: Readonly<Record<string, TimerSpec>>
}

export interface Team {
  readonly name: string
  /** Slack channel, by its name without `#` or by its id. */
  readonly slackChannel: string
  /** The person who owns what arrives for the team. */
  readonly onCall: string
  readonly lead: string
}

export interface Person {
  readonly name: string
  readonly team: string
  readonly slackUserId?: string | undefined
}

/** One version of the rules of an organisation, with the calendars that it names resolved. */
export interface Policy {
  readonly name: string
  readonly version: number
  readonly teams: Readonly<Record<string, Team>>
  readonly people: Readonly<Record<string, Person>>
  readonly dutyManager: string
  readonly defaultTeam: string
  readonly ladders: Readonly<Record<string, Ladder>>
  /** The first that matches wins. */
  readonly rules: readonly Rule[]
  readonly calendars: Readonly<Record<string, Calendar>>
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

/** A team by its id, or undefined. */
export const teamOf = (policy: Policy, id: string): Team | undefined => own(policy.teams, id)
/** A person by their id, or undefined. */
export const personOf = (policy: Policy, id: string): Person | undefined => own(policy.people, id)

/** The id of the person behind a Slack user; `slack:<user>` for one whom the policy does not know. */
export function actorOfSlackUser(policy: Policy, slackUserId: string): string {
  const known = Object.entries(policy.people).find(([, person]) => person.slackUserId === slackUserId)
  return known?.[0] ?? `slack:${slackUserId}`
}

/**
 * The rule that a message falls under: the first whose every condition holds.
 *
 * @throws Error when none does; policies are validated to end in a rule that matches everything.
 */
export function ruleFor(policy: Policy, message: Message): Rule {
  const rule = policy.rules.find(({ match }) =>
    (['public', 'channel', 'product', 'team'] as const).every(
      (field) => match[field] === undefined || match[field] === message[field],
    ),
  )
  if (rule === undefined) throw new Error(`Policy ${policy.name} has no rule for channel ${message.channel}`)
  return rule
}

/**
 * What the policy says of a timer of a complaint; undefined where its rule has no such timer.
 *
 * @throws Error when the complaint's rule is gone from its policy version: versions must never be edited.
 */
export function timerSpec(
  policy: Policy,
  complaint: Pick<Complaint, 'rule'>,
  name: TimerName,
): TimerSpec | undefined {
  const rule = policy.rules.find((candidate) => candidate.name === complaint.rule)
  if (rule === undefined)
    throw new Error(`Policy ${policy.name} v${policy.version} lost its rule "${complaint.rule}"`)
  return own(rule.timers, name.startsWith('promise:') ? 'promise' : name)
}

/**
 * Who is involved at a level of a timer's ladder. For a handoff it is the receiving team that has to move, so its
 * people are the ones called.
 *
 * @returns the role and the people's ids, each once.
 */
export function peopleAt(
  policy: Policy,
  complaint: Complaint,
  timer: Timer,
  ladder: Ladder,
  level: number,
): { role: Role; people: string[] } {
  const role = ladder.rungs[level - 1]?.tell ?? 'duty-manager'
  const receiving = timer.name === 'accept-handoff' ? complaint.handoff?.toTeam : undefined
  const team = teamOf(policy, receiving ?? complaint.team)
  if (role === 'duty-manager' || team === undefined) return { role, people: [policy.dutyManager] }
  if (role === 'team-lead') return { role, people: [team.lead] }
  return { role, people: [receiving === undefined ? complaint.owner : team.onCall] }
}
