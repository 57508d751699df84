import type { Event, EventType } from '../domain/complaint.ts'
import { type Policy, personOf, type TimerSpec, teamOf } from '../domain/policy.ts'
import type { Token } from '../shared/tokens.ts'
import { formatMoney } from '../slack/money.ts'

/*
 * What a complaint's file says in words. Everything here is text: whoever shows it escapes it.
 */

/** Whom ids stand for. */
export interface Names {
  /** Of the complaint, with whom it has today; undefined where this deployment does not carry it any more. */
  readonly policy: Policy | undefined
  /** The tokens that there are, by name. */
  readonly tokens: ReadonlyMap<string, Token>
}

export const teamNamed = ({ policy }: Names, id: string): string => (policy && teamOf(policy, id)?.name) ?? id

/** Somebody by name and place: `Priya, lead of Support`. */
export function personNamed(names: Names, id: string): string {
  const { policy } = names
  const person = policy && personOf(policy, id)
  if (policy === undefined || person === undefined) return id
  const place =
    id === policy.dutyManager
      ? 'duty manager'
      : `${teamOf(policy, person.team)?.lead === id ? 'lead of ' : ''}${teamNamed(names, person.team)}`
  return `${person.name}, ${place}`
}

function toolNamed({ tokens }: Names, name: string): string {
  const token = tokens.get(name)
  const rights = token === undefined ? 'revoked since' : `role ${token.role}, team ${token.team}`
  return `the tool with the token “${name}” (${rights})`
}

/** Who did it, and what gave them the right to: a person by the policy, a tool by its token, time by the policy's rule. */
export function authorityOf(names: Names, { actor, via }: Pick<Event, 'actor' | 'via'>): string {
  const { policy } = names
  const [kind, name = ''] = [actor.split(':', 1)[0], actor.slice(actor.indexOf(':') + 1)]
  const through =
    via === undefined
      ? ''
      : via === 'slack'
        ? ', in Slack'
        : via.startsWith('token:')
          ? `, through ${toolNamed(names, via.slice('token:'.length))}`
          : `, through ${via}`
  if (actor === 'clock')
    return `the clock, by ${policy === undefined ? 'the policy' : `policy ${policy.name}`}${through}`
  if (!actor.includes(':')) {
    const known = policy !== undefined && personOf(policy, actor) !== undefined
    return `${personNamed(names, actor)}${known ? '' : ', whom the policy does not name'}${through}`
  }
  if (kind === 'source') return `the customer, by the source “${name}”${through}`
  if (kind === 'customer') return `the customer, by our ${name}`
  if (kind === 'sender') return `the platform “${name}”, as it told us`
  if (kind === 'token') return `${toolNamed(names, name)}, in its own name${through}`
  if (kind === 'slack') return `user ${name} of the Slack workspace, whom the policy does not name`
  return `${actor}${through}`
}

/** A timer's target as the policy has it; undefined for a promise, which says itself when it is due. */
export function targetOf(spec: TimerSpec): string | undefined {
  const { targetMinutes, targetDays, targetWorkingDays, calendar } = spec
  if (targetMinutes !== undefined) return `${targetMinutes} business minutes (${calendar})`
  if (targetDays !== undefined) return `${targetDays} calendar days`
  if (targetWorkingDays !== undefined) return `${targetWorkingDays} working days (${calendar})`
  return undefined
}

/** `promise:p3` as `promise p3`. */
export const timerNamed = (name: string): string => name.replaceAll('-', ' ').replace(':', ' ')

export function redressNamed(redress: {
  readonly kind?: string
  readonly amount?: number | undefined
  readonly currency?: string | undefined
}): string {
  const { kind = 'redress', amount, currency } = redress
  return amount === undefined || currency === undefined ? kind : `${kind} ${formatMoney(amount, currency)}`
}

type Of<T extends EventType> = Extract<Event, { type: T }>

/** What an event says in a sentence, and which of its fields that tells already. */
type Sentences = {
  readonly [T in EventType]?: readonly [says: (event: Of<T>, names: Names) => string, ...tells: string[]]
}

const SENTENCES: Sentences = {
  received: [
    ({ team, owner }, names) =>
      `The complaint was received; ${personNamed(names, owner)} owns it, for ${teamNamed(names, team)}`,
    'id',
    'message',
    'team',
    'owner',
  ],
  linked: [
    ({ raises }) => `A message of the customer joined it${raises ? ': they had to come back about it' : ''}`,
    'message',
    'raises',
  ],
  'customer-replied': [
    ({ needsAnswer }) => `The customer replied${needsAnswer ? '' : '; it needs no answer'}`,
    'text',
    'message',
    'needsAnswer',
  ],
  'message-amended': [({ change }) => `The customer ${change} a message`, 'change'],
  acknowledged: [() => 'It was acknowledged'],
  taken: [({ owner }, names) => `${personNamed(names, owner)} took it over`, 'owner'],
  assigned: [({ owner }, names) => `It was assigned to ${personNamed(names, owner)}`, 'owner'],
  'handoff-requested': [
    ({ toTeam }, names) => `${teamNamed(names, toTeam)} was asked to take it over`,
    'toTeam',
  ],
  'handoff-accepted': [
    ({ team, owner }, names) => `${teamNamed(names, team)} accepted it; ${personNamed(names, owner)} owns it`,
    'team',
    'owner',
  ],
  'handoff-declined': [({ team }, names) => `${teamNamed(names, team)} declined it`, 'team'],
  paused: [() => 'The clocks were stopped'],
  resumed: [() => 'The clocks went on'],
  'timer-warned': [
    ({ timer, percent }) => `${percent} % of the time for “${timerNamed(timer)}” had passed`,
    'timer',
    'percent',
  ],
  'timer-breached': [({ timer }) => `The deadline for “${timerNamed(timer)}” was missed`, 'timer'],
  'escalation-due': [
    ({ timer, level }) => `Level ${level} had to be called about “${timerNamed(timer)}”`,
    'timer',
    'level',
  ],
  escalated: [
    ({ timer, level, role, people }, names) =>
      `Level ${level} (${role.replaceAll('-', ' ')}) was called about “${timerNamed(timer)}”: ${people.map((id) => personNamed(names, id)).join('; ')}`,
    'timer',
    'level',
    'role',
    'people',
  ],
  reminded: [({ timer, times }) => `Reminder ${times} about “${timerNamed(timer)}”`, 'timer', 'times'],
  'follow-up-due': [() => 'The customer had not objected in time'],
  resolved: [() => 'It was resolved'],
  closed: [() => 'It was closed'],
  reopened: [
    ({ owner }, names) =>
      `It was reopened${owner === undefined ? '' : `; ${personNamed(names, owner)} owns it`}`,
    'owner',
  ],
  withdrawn: [() => 'It was withdrawn'],
  merged: [({ into }) => `It was linked to complaint ${into}, which goes on for both`, 'into'],
  unlinked: [({ to, contact }) => `Message ${contact} was taken out: it is complaint ${to}`, 'to', 'contact'],
  grouped: [({ incident }) => `It was put to the incident “${incident}”`, 'incident'],
  ungrouped: [() => 'It was taken out of its incident'],
  'severity-changed': [
    ({ from, to }) => `Its severity became ${to}${from === undefined ? '' : `; it was ${from}`}`,
    'from',
    'to',
  ],
  'issue-added': [({ id }) => `Issue ${id} was added`, 'id'],
  'issues-confirmed': [() => 'The issues that were suggested were confirmed'],
  'issue-answered': [({ id }) => `Issue ${id} was answered`, 'id'],
  'issue-declined': [({ id }) => `Issue ${id} was declined`, 'id'],
  'issue-handoff-requested': [
    ({ id, toTeam }, names) => `${teamNamed(names, toTeam)} was asked about issue ${id}`,
    'id',
    'toTeam',
  ],
  'issue-handoff-accepted': [
    ({ id, team, person }, names) =>
      `${teamNamed(names, team)} took issue ${id} on; ${personNamed(names, person)} has it`,
    'id',
    'team',
    'person',
  ],
  'issue-returned': [
    ({ id, team }, names) =>
      `Issue ${id}, which ${teamNamed(names, team)} was asked about, came back to the owner`,
    'id',
    'team',
  ],
  'reply-drafted': [
    ({ id, public: open, channel, purpose, outcome }) =>
      `${purpose === undefined ? 'A reply' : `A ${purpose === 'contact' ? 'question for an address' : purpose}`} was written (${id}), ${open ? 'in public' : 'in private'} by ${channel}${outcome === 'pass' ? '' : `; the guard says ${outcome}`}`,
    'id',
    'text',
    'public',
    'channel',
    'purpose',
    'outcome',
  ],
  'guard-overridden': [
    ({ id, rules }) =>
      `Reply ${id} went on in spite of what the guard found: ${rules.join(', ').replaceAll('-', ' ')}`,
    'id',
    'rules',
  ],
  'reply-approval-asked': [
    ({ id, approver }) => `Reply ${id} waited for a ${approver.replaceAll('-', ' ')} to agree`,
    'id',
    'approver',
  ],
  'reply-approved': [({ id }) => `Reply ${id} was agreed to`, 'id'],
  'reply-refused': [({ id }) => `Reply ${id} was refused`, 'id'],
  'reply-discarded': [({ id }) => `Reply ${id} was discarded`, 'id'],
  'reply-released': [({ id }) => `Reply ${id} was let go out`, 'id'],
  'reply-sent': [
    ({ id, platform, reports }) =>
      `Reply ${id} was sent by ${platform}${reports ? ', which says whether it arrives' : ''}`,
    'id',
    'platform',
    'reports',
  ],
  'reply-delivered': [({ id }) => `Reply ${id} arrived`, 'id'],
  'reply-failed': [({ id }) => `Reply ${id} did not go out, or did not arrive`, 'id'],
  'contact-asked': [
    ({ id, private: alone }) =>
      `The customer was asked where to write to in private (${id})${alone ? '' : ', by a form that anybody could open'}`,
    'id',
    'private',
  ],
  'contact-given': [({ id }) => `Form ${id} was filled in`, 'id'],
  'identity-matched': [
    ({ id, by }) =>
      `The address given in form ${id} is the complainant’s: ${by === 'code' ? 'they wrote the code from their account' : 'somebody made sure'}`,
    'id',
    'by',
  ],
  'survey-asked': [({ id }) => `The customer was asked how they found it (${id})`, 'id'],
  'survey-answered': [({ score }) => `The customer gave it ${score} of 5`, 'id', 'score'],
  'promise-broken': [({ id }) => `Promise ${id} would not be kept, as was said`, 'id'],
  noted: [() => 'A note was made'],
  replied: [() => 'The customer was answered', 'text'],
  promised: [({ id }) => `Promise ${id} was made`, 'id'],
  'promise-kept': [({ id }) => `Promise ${id} was kept`, 'id'],
  'redress-proposed': [({ id, redress }) => `Redress ${id} was proposed: ${redressNamed(redress)}`, 'id'],
  'redress-approved': [
    ({ id, redress, alone }) =>
      `Redress ${id} was approved: ${redressNamed(redress)}${alone === true ? ', within the proposer’s own limit' : ''}`,
    'id',
    'alone',
  ],
  'redress-refused': [({ id }) => `Redress ${id} was refused`, 'id'],
  'redress-paid': [({ id, redress }) => `Redress ${id} was paid: ${redressNamed(redress)}`, 'id'],
  repolicied: [
    ({ from, to, rule }) =>
      `It was moved from policy ${from.name} v${from.version} to ${to.name} v${to.version}, rule “${rule}”`,
    'from',
    'to',
    'rule',
  ],
  erased: [
    ({ reason }) =>
      `The customer was erased: ${reason === 'retention' ? 'the policy’s time was over' : 'it was asked for'}`,
    'reason',
  ],
}

/** What is in every event, and shown beside its sentence. */
const COMMON = ['seq', 'type', 'at', 'recordedAt', 'actor', 'via', 'timers']

/**
 * An event in a sentence; of a type that has none, its name.
 *
 * @returns also the fields that the sentence does not tell: all of them where there is no sentence.
 */
export function said(event: Event, names: Names): { says: string; more: Record<string, unknown> } {
  // Of a type that this program does not know there is nothing here.
  const [says, ...tells] = (SENTENCES[event.type] ?? []) as readonly [
    ((event: Event, names: Names) => string)?,
    ...string[],
  ]
  const left = Object.entries(event).filter(([key]) => !COMMON.includes(key) && !tells.includes(key))
  return { says: says?.(event, names) ?? titled(event.type), more: Object.fromEntries(left) }
}

const titled = (type: string): string => {
  const words = type.replaceAll('-', ' ')
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
}
