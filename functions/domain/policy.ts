import type { Calendar } from './calendar.ts'
import {
  type Complaint,
  kindOf,
  type Message,
  type OpenStage,
  type ReplyApprover,
  type Severity,
  type TimerName,
} from './complaint.ts'
import type { GuardSetting } from './guard.ts'
import type { Instant } from './instant.ts'

/** Whom a rung of a ladder involves; who that is today, the policy's teams say. */
export type Role = 'owner' | 'team-lead' | 'duty-manager'

/** What a timer measures; it has exactly one target. */
export interface TimerSpec {
  /** Business minutes of `calendar`. */
  readonly targetMinutes?: number | undefined
  /** Calendar days: the same local time that many days later, in the zone of `calendar`. */
  readonly targetDays?: number | undefined
  /** Working days of `calendar`: the close of the nth after the day on which the timer starts. */
  readonly targetWorkingDays?: number | undefined
  readonly calendar: string
  /** Starts with the acknowledgement, not with the receipt (or the reopening). */
  readonly from?: 'acknowledgement' | undefined
  /** Shares of the target, in per cent, at which to warn; ascending, below 100. */
  readonly warnPercent: readonly number[]
  /** Name of the ladder to climb after a breach; none for a timer whose end is no failure. */
  readonly ladder?: string | undefined
  /** Whether `pause` stops it. Statutory timers and reply windows go on whatever we agree among ourselves. */
  readonly pausable: boolean
  /**
   * Of a reply window: in how many minutes of real time, from the customer's message, the platform takes no more answers,
   * and how long before that people are called at the latest. Where that is out of hours, they are called before those
   * end, so that an answer is possible still.
   */
  readonly shuts?: { readonly afterMinutes: number; readonly marginMinutes: number } | undefined
  /** The rule of law or code that the target comes from; absent where it is the organisation's own choice. */
  readonly basis?: string | undefined
}

export interface Ladder {
  /**
   * Level 1 is the first rung, due at the breach itself, or when people may next be called; `afterMinutes` counts from
   * there, in the hours in which people may be called.
   */
  readonly rungs: readonly { readonly tell: Role; readonly afterMinutes: number }[]
  /** Minutes between reminders at the top, in the same hours. */
  readonly repeatMinutes: number
  /** The hours in which people may be called; those of the timer's calendar where the ladder has none. */
  readonly calendar?: string | undefined
  /** People are called whenever it is due, at night too. */
  readonly outOfHours?: boolean | undefined
}

/** What a rule may ask of a message. How many people follow a customer is not among it, and must never be. */
export interface Match {
  readonly source?: string | undefined
  readonly channel?: string | undefined
  readonly public?: boolean | undefined
  readonly product?: string | undefined
  readonly team?: string | undefined
  readonly severity?: Severity | undefined
  readonly customerTier?: string | undefined
  /** Written before this instant: for rules of law that change on a day. */
  readonly postedBefore?: Instant | undefined
}

export interface Rule {
  readonly name: string
  /** Every condition given must hold; an empty match fits every message. */
  readonly match: Match
  /** The team that owns what this rule matches; otherwise the team that the message asks for, or the default. */
  readonly team?: string | undefined
  readonly timers: Readonly<Record<string, TimerSpec>>
  /** What holds once a complaint was reopened. */
  readonly reopened?:
    | {
        /** Instead of those above of the same name. */
        readonly timers: Readonly<Record<string, TimerSpec>>
        /** Whoever owned it before may not own it now. */
        readonly differentOwner?: boolean | undefined
      }
    | undefined
}

export interface Team {
  readonly name: string
  /** Slack channel, by its name without `#` or by its id. */
  readonly slackChannel: string
  /** The person who owns what arrives for the team, where no rotation says otherwise. */
  readonly onCall: string
  readonly lead: string
  /** Name of the calendar of its working hours; in its zone are the dates below. */
  readonly hours?: string | undefined
  /** Whose turn it is to be on duty: each in order, from a local date on. */
  readonly rotation?: Rotation | undefined
  /** Who stands in for whom, on these local dates, the first and the last included. */
  readonly cover?: readonly Cover[] | undefined
  /** Who is on duty while the team is closed: they own what arrives then, and are called for it. */
  readonly outOfHours?: { readonly tell: string } | undefined
}

export interface Rotation {
  readonly people: readonly string[]
  readonly every: 'day' | 'week'
  readonly from: string
}

export interface Cover {
  readonly person: string
  readonly from: string
  readonly to: string
  readonly by: string
}

export interface Person {
  readonly name: string
  readonly team: string
  readonly slackUserId?: string | undefined
}

export interface Source {
  readonly regulation: string
  readonly section: string
  readonly url?: string | undefined
  readonly note?: string | undefined
}

/** When a message joins a complaint that there is. Every condition given must hold. */
export interface LinkRule {
  readonly name: string
  /**
   * What ties them: it answers a message of the complaint (`reply`), it is in the same private `conversation`, or it is
   * by the same `customer`: by the source's id, or by an address or number that both messages carry.
   */
  readonly by: 'reply' | 'conversation' | 'customer'
  /** The complaint is not over: not closed, not withdrawn. */
  readonly open?: boolean | undefined
  /** Where both name a product, it is the same. */
  readonly sameProduct?: boolean | undefined
  /** A complaint that is not open any more was resolved, or written to, at most so many days ago. */
  readonly withinDays?: number | undefined
}

/** How repeat contacts are recognised, and what they do. */
export interface Linking {
  /** The first that fits wins; with none, every message opens a complaint. */
  readonly rules: readonly LinkRule[]
  /** Minutes after which a further message is a repeat contact; sooner, it belongs to what was just written. */
  readonly raiseAfterMinutes: number
  /** A repeat contact raises the severity by one step, up to this one. */
  readonly raiseUpTo: Severity
}

/** Who approves money. A tool that acts in its own name is staff. */
export type ApproverRole = 'staff' | 'team-lead' | 'duty-manager'

/** What each role may approve by itself for one complaint, in minor units, by currency; no other currency may be given. */
export interface RedressRules {
  readonly limits: Readonly<Record<string, Readonly<Record<ApproverRole, number>>>>
}

/** What holds of what we write to customers. */
export interface ReplyRules {
  /** Who has to agree before a reply goes out: the first that fits, nobody where none does. */
  readonly approval?: readonly ApprovalRule[] | undefined
  /** Our own handles, addresses and numbers: naming them sends nobody elsewhere and gives nothing away. */
  readonly own?: readonly string[] | undefined
  /** How a customer who complained in public is asked where to write to in private; without it nobody can be asked. */
  readonly contact?: ContactRules | undefined
  /** What the public thread is told; nothing where it says nothing. */
  readonly notices?:
    | {
        /** Once we have written to the customer in private. */
        readonly inPrivate?: string | undefined
        /** Once it is resolved, where we wrote in private. */
        readonly resolved?: string | undefined
      }
    | undefined
}

/** Every condition given must hold. */
export interface ApprovalRule {
  readonly public?: boolean | undefined
  readonly channel?: string | undefined
  /** The guard's findings were overridden. */
  readonly overridden?: true | undefined
  readonly by: ReplyApprover
}

/** Who it is that customers complain to: the pages that they open say so. */
export interface Organisation {
  readonly name: string
  /** Where a telephone number without a country code is dialled: two letters, `GB`. */
  readonly country?: string | undefined
  /** The https address of what it tells people about their data. */
  readonly privacy?: string | undefined
}

export interface ContactRules {
  /** What the customer is sent; `{link}` becomes the address of the form. */
  readonly text: string
  /** What they agree to by giving an address. */
  readonly consent: string
  readonly expiresAfterDays: number
}

/** How customers are asked what they think of the resolution. */
export interface SurveyRules {
  /** What they are sent; `{link}` becomes the address of the question. */
  readonly text: string
  /** The one question, answered from 1 to 5. */
  readonly question: string
  /** An answer up to this reopens the complaint. */
  readonly unhappyUpTo: number
  /** An answer from this on closes it. */
  readonly happyFrom: number
}

/** What handling costs, in minor units of `currency`. */
export interface Rates {
  readonly currency: string
  /** For a business hour that a complaint is in an open stage and not paused; nothing for a stage that is left out. */
  readonly hourly: Partial<Readonly<Record<OpenStage, number>>>
  /** For each target that was missed: what the organisation reckons, or pays by law. */
  readonly breach?: number | undefined
}

/** One version of the rules of an organisation, with the calendars that it names resolved. */
export interface Policy {
  readonly name: string
  readonly version: number
  /** The law or code that it follows, for whoever checks it; `checkedAt` is the day on which somebody last did. */
  readonly source?: readonly Source[] | undefined
  readonly checkedAt?: string | undefined
  readonly teams: Readonly<Record<string, Team>>
  readonly people: Readonly<Record<string, Person>>
  readonly dutyManager: string
  readonly defaultTeam: string
  readonly ladders: Readonly<Record<string, Ladder>>
  readonly rates?: Rates | undefined
  /** Without it, whoever gives redress approves it. */
  readonly redress?: RedressRules | undefined
  /** The first that matches wins. */
  readonly rules: readonly Rule[]
  /** Where it says nothing, `DEFAULT_LINKING` holds. */
  readonly linking?: Linking | undefined
  /**
   * Which issues need an answer of their own before a complaint can be resolved: those that somebody has confirmed or
   * added (where it says nothing), or `all`, the suggested ones too.
   */
  readonly mustAnswer?: 'confirmed' | 'all' | undefined
  /** Calendar days after which nothing is kept of the customer of what is closed or withdrawn; for ever where it says nothing. */
  readonly retention?: { readonly afterClosedDays: number } | undefined
  /** What the guard's findings in a reply do; where it says nothing, replies are not judged. */
  readonly guard?: GuardSetting | undefined
  readonly replies?: ReplyRules | undefined
  /** Without it, customers' pages name the team alone. */
  readonly organisation?: Organisation | undefined
  /** Without it nobody is asked, and silence alone closes. */
  readonly survey?: SurveyRules | undefined
  /** Where the month's figures are told; nowhere unless it says. */
  readonly reports?: { readonly slackChannel: string } | undefined
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

/** Why a rule does not fit a message: the first condition that fails, what it asks for, and what the message has. */
export interface Mismatch {
  readonly condition: keyof Match
  readonly wanted: string | boolean
  readonly found: string | boolean | undefined
}

/** Undefined where every condition holds. A message without a field fits only rules that do not ask for it. */
export function mismatch(match: Match, message: Message): Mismatch | undefined {
  for (const condition of Object.keys(match) as (keyof Match)[]) {
    const wanted = match[condition]
    if (wanted === undefined) continue
    const found = condition === 'postedBefore' ? message.postedAt : message[condition]
    const holds = condition === 'postedBefore' ? message.postedAt < String(wanted) : found === wanted
    if (!holds) return { condition, wanted, found }
  }
  return undefined
}

/**
 * The rule that a message falls under: the first whose every condition holds.
 *
 * @throws Error when none does; policies are validated to end in a rule that matches everything.
 */
export function ruleFor(policy: Policy, message: Message): Rule {
  const rule = policy.rules.find(({ match }) => mismatch(match, message) === undefined)
  if (rule === undefined) throw new Error(`Policy ${policy.name} has no rule for channel ${message.channel}`)
  return rule
}

/** What decides which timers a complaint has. */
export type Governed = Pick<Complaint, 'rule' | 'reopened'>

/**
 * The rule that a complaint was opened under.
 *
 * @throws Error when it is gone from its policy version: versions must never be edited.
 */
export function ruleOf(policy: Policy, complaint: Governed): Rule {
  const rule = policy.rules.find((candidate) => candidate.name === complaint.rule)
  if (rule === undefined)
    throw new Error(`Policy ${policy.name} v${policy.version} lost its rule "${complaint.rule}"`)
  return rule
}

/**
 * What the policy says of a timer of a complaint, in the stage that it is in; undefined where there is no such timer.
 *
 * @throws Error when the complaint's rule is gone from its policy version: versions must never be edited.
 */
export function timerSpec(policy: Policy, complaint: Governed, name: TimerName): TimerSpec | undefined {
  const rule = ruleOf(policy, complaint)
  const kind = kindOf(name)
  const later = complaint.reopened === undefined ? undefined : rule.reopened?.timers
  const spec = (later && own(later, kind)) ?? own(rule.timers, kind)
  // A promise always has a timer: where the rule says nothing of promises, they climb the ladder of the resolution.
  return spec === undefined && kind === 'promise' ? own(rule.timers, 'resolve') : spec
}

/** The one person who may not own a complaint: where its rule wants another one than before it was reopened. */
export function barredOwner(policy: Policy, complaint: Governed): string | undefined {
  return ruleOf(policy, complaint).reopened?.differentOwner === true
    ? complaint.reopened?.formerOwner
    : undefined
}
