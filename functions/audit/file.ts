import {
  type Author,
  type Complaint,
  type Event,
  evolve,
  type Message,
  type PolicyRef,
  type Timer,
} from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import { type Policy, type Source, timerSpec } from '../domain/policy.ts'
import { type Difference, stateDifference } from '../domain/replay.ts'
import { canonicalJson, type Link } from '../ledger/chain.ts'
import type { History } from '../ledger/history.ts'
import type { Token } from '../shared/tokens.ts'
import type { Verification } from './verify.ts'
import { authorityOf, type Names, personNamed, said, targetOf, teamNamed } from './words.ts'

/*
 * All that there is of one complaint, for whoever has to judge it later: an ombudsman, a court, an auditor, the customer.
 */

/** An event as it is kept, what it says in words, and who did it by what right. */
export interface FiledEvent {
  readonly place: number
  readonly event: Event
  readonly link?: Link | undefined
  readonly says: string
  /** The fields that the sentence does not tell. */
  readonly more: Readonly<Record<string, unknown>>
  readonly authority: string
}

/** A message of the customer's, or of ours to them, word for word. */
export interface FiledMessage {
  readonly seq: number
  /**
   * Of the customer's `received`, what they did to one afterwards (`edited`, `deleted`), or `survey` for what they said when
   * asked how they found it. Of ours how far it has come: `drafted`, `sent`, `delivered`, `failed`, …
   */
  readonly state: string
  readonly at: Instant
  readonly text: string
  /** Who wrote it, or wrote it down, by what right; absent where it came from the customer. */
  readonly authority?: string | undefined
  readonly steps?:
    | readonly {
        readonly seq: number
        readonly at: Instant
        readonly says: string
        readonly authority: string
      }[]
    | undefined
  /** Of one of the customer's: who they are. */
  readonly author?: Author | undefined
  /** All else that came with it; of one of ours where it went and what for. */
  readonly about?: Readonly<Record<string, unknown>> | undefined
}

/** A timer from its start to its end; one that was started anew is another one. */
export interface FiledTimer {
  readonly name: string
  /** The event that started it. */
  readonly startedBy: number
  readonly startedAt: Instant
  /** As the policy then had it; absent where a promise says itself when it is due. */
  readonly target?: string | undefined
  /** The rule of law or code that the target comes from. */
  readonly basis?: string | undefined
  readonly dueAt: Instant
  /** `started anew` where another one of the same name has taken its place before it ended. */
  readonly state: Timer['state'] | 'started anew'
  readonly warnedAt: readonly Instant[]
  readonly breachedAt?: Instant | undefined
  readonly metAt?: Instant | undefined
  /** How many levels of the ladder were called. */
  readonly level: number
}

/** A request to another team. */
export interface FiledHandoff {
  readonly seq: number
  /** `complaint`, or the id of the issue that was asked about. */
  readonly about: string
  readonly at: Instant
  readonly from: string
  readonly to: string
  readonly reason: string
  readonly askedBy: string
  readonly outcome: string
  /** Of an issue: since when it was with the team, while the complaint stayed where it was. */
  readonly takenAt?: Instant | undefined
  readonly takenBy?: string | undefined
  readonly endedAt?: Instant | undefined
  readonly endedBy?: string | undefined
}

export interface ComplaintFile {
  readonly made: { readonly at: Instant; readonly by: string }
  /** As its events amount to; as it is stored where they amount to nothing. */
  readonly complaint: Complaint
  /** Where what is stored is something else: the first difference. */
  readonly stored?: Difference | undefined
  readonly policy: PolicyRef & { readonly rule: string; readonly source?: readonly Source[] | undefined }
  /** The name of the team that owns it. */
  readonly team: string
  /** Who is who in the complaint, by id. */
  readonly people: Readonly<Record<string, string>>
  readonly messages: readonly FiledMessage[]
  readonly timers: readonly FiledTimer[]
  readonly handoffs: readonly FiledHandoff[]
  readonly events: readonly FiledEvent[]
  /** What the state knows of the chain: with `events`, all that it takes to verify it. */
  readonly state?: { readonly version: number; readonly head?: string | undefined } | undefined
  readonly verification: Verification
}

/** What else there has to be known to make a file. */
export interface Making {
  readonly verification: Verification
  readonly policyOf: (ref: PolicyRef) => Policy
  readonly tokens: readonly Token[]
  readonly at: Instant
  readonly by: string
}

/**
 * The complete file of a complaint.
 *
 * @throws Error where there are neither events nor a state.
 */
export function fileOf(history: History, { verification, policyOf, tokens, at, by }: Making): ComplaintFile {
  const folded = fold(history)
  const complaint = folded.at(-1)?.after ?? history.state?.complaint
  if (complaint === undefined) throw new Error(`There is nothing of complaint ${history.complaintId}`)
  const policyIfAny = (ref: PolicyRef): Policy | undefined => {
    try {
      return policyOf(ref)
    } catch {
      return undefined
    }
  }
  const policy = policyIfAny(complaint.policy)
  const names: Names = { policy, tokens: new Map(tokens.map((token) => [token.name, token])) }
  const events = history.events.map((kept): FiledEvent => {
    const { says, more } = said(kept.event, names)
    return { ...kept, says, more, authority: authorityOf(names, kept.event) }
  })
  const { state } = history
  return {
    made: { at, by },
    complaint,
    stored: state && folded.length > 0 ? stateDifference(state.complaint, complaint) : undefined,
    policy: { ...complaint.policy, rule: complaint.rule, source: policy?.source },
    team: teamNamed(names, complaint.team),
    people: peopleIn(history, complaint, names),
    messages: messagesIn(events),
    timers: timersIn(folded, policyIfAny),
    handoffs: handoffsIn(folded, names),
    events,
    state: state && { version: state.version, head: state.head },
    verification,
  }
}

/**
 * Which parts of a file that somebody was sent do not follow from its events, which are what is proved. What depends on
 * the policy and the program of the day (names, authority, sentences, targets) is left out: it is their reading of them.
 */
export function unfounded(file: ComplaintFile): string[] {
  const { events, complaint, state } = file
  const folded = fold({ events })
  const names: Names = { policy: undefined, tokens: new Map() }
  const own = folded.at(-1)?.after
  const parts: [part: string, inFile: unknown, follows: unknown][] = [
    ['the complaint as it stands', complaint, own],
    ['messages', file.messages.map(unread), messagesIn(events).map(unread)],
    ['timers', file.timers.map(unread), timersIn(folded, () => undefined).map(unread)],
    ['handoffs', file.handoffs.map(unread), handoffsIn(folded, names).map(unread)],
    ['what the state knows', state?.version, own?.version],
  ]
  return parts
    .filter(([, inFile, follows]) => canonicalJson(inFile) !== canonicalJson(follows))
    .map(([part]) => `${part}: not what follows from the events`)
}

/** Without what is a reading of the facts, and not one of them. */
function unread(part: object): object {
  const { authority, target, basis, from, to, askedBy, takenBy, endedBy, steps, ...facts } = part as Record<
    string,
    unknown
  >
  return { ...facts, ...(Array.isArray(steps) ? { steps: steps.map(({ seq, at }) => ({ seq, at })) } : {}) }
}

interface Step {
  readonly event: Event
  readonly before: Complaint | undefined
  readonly after: Complaint
}

/** What each event made of the complaint, up to the first that can be nothing of it: records may be damaged. */
function fold({ events }: Pick<History, 'events'>): Step[] {
  const steps: Step[] = []
  let before: Complaint | undefined
  for (const { event } of events) {
    try {
      const after = evolve(before, event)
      steps.push({ event, before, after })
      before = after
    } catch {
      return steps
    }
  }
  return steps
}

/** Everybody of ours whom an event or the state names, as far as the policy knows them. */
function peopleIn({ events }: History, complaint: Complaint, names: Names): Record<string, string> {
  const ids = new Set<string>([complaint.owner])
  for (const { event } of events) {
    ids.add(event.actor)
    if ('owner' in event && event.owner !== undefined) ids.add(event.owner)
    if ('person' in event) ids.add(event.person)
    if ('people' in event) for (const id of event.people) ids.add(id)
  }
  return Object.fromEntries(
    [...ids]
      .filter((id) => personNamed(names, id) !== id)
      .sort()
      .map((id) => [id, personNamed(names, id)]),
  )
}

/**
 * Every message, theirs and ours. What we write in steps (drafted, approved, sent, …) is one message: the event that
 * holds its text, and those after it that name it by its id, whatever they are called.
 */
function messagesIn(events: readonly FiledEvent[]): FiledMessage[] {
  const messages: FiledMessage[] = []
  /** Where each of ours is among them. */
  const ours = new Map<string, number>()
  for (const { event, authority, says } of events) {
    const { seq, at, type } = event
    if (type === 'received' || type === 'linked') messages.push(fromCustomer(event, event.message, authority))
    else if (type === 'customer-replied')
      messages.push(fromCustomer(event, { ...event.message, text: event.text }, authority))
    else if (type === 'message-amended') {
      const { source, messageId, change, text = '' } = event
      messages.push({ seq, state: change, at, text, about: { source, messageId } })
    } else if (type === 'survey-answered')
      messages.push({ seq, state: 'survey', at, text: event.text ?? '', about: { score: event.score } })
    else if (type === 'replied') messages.push({ seq, state: 'sent', at, text: event.text, authority })
    else if (type === 'reply-drafted') {
      const { id, text, public: open, channel, to, purpose } = event
      ours.set(id, messages.length)
      messages.push({
        seq,
        state: stepOf(type),
        at,
        text,
        authority,
        about: { public: open, channel, to, purpose },
      })
    } else if ('id' in event) {
      const index = ours.get(event.id)
      const message = index === undefined ? undefined : messages[index]
      if (index === undefined || message === undefined) continue
      const state = String(type).startsWith('reply-') ? stepOf(type) : message.state
      messages[index] = { ...message, state, steps: [...(message.steps ?? []), { seq, at, says, authority }] }
    }
  }
  return messages
}

/** How far a reply has come, by the event that says so: `reply-sent` is `sent`. */
const stepOf = (type: string): string => type.slice('reply-'.length).replaceAll('-', ' ')

function fromCustomer(
  { seq, at, actor }: Event,
  message: Partial<Message> & { readonly text: string },
  authority: string,
): FiledMessage {
  const { text, author, ...about } = message
  // What a person wrote down for the customer is told by that person.
  const told = actor.startsWith('source:') ? {} : { authority }
  return { seq, state: 'received', at, text, author, about, ...told }
}

const ENDED: ReadonlySet<FiledTimer['state']> = new Set(['met', 'breached', 'cancelled'])

/** Every timer that there was, as it stood last, in the order of their starts. */
function timersIn(steps: readonly Step[], policyOf: (ref: PolicyRef) => Policy | undefined): FiledTimer[] {
  const found = new Map<string, FiledTimer>()
  for (const { event, after } of steps) {
    for (const timer of event.timers ?? []) {
      const { name, generation, startedAt, dueAt, state, warnedAt, breachedAt, metAt, level } = timer
      const policy = policyOf(after.policy)
      const spec = policy && timerSpec(policy, after, name)
      for (const [key, former] of found)
        if (former.name === name && former.startedBy !== generation && !ENDED.has(former.state))
          found.set(key, { ...former, state: 'started anew' })
      found.set(`${name} ${generation}`, {
        name,
        startedBy: generation,
        startedAt,
        target: spec && targetOf(spec),
        basis: spec?.basis,
        dueAt,
        state,
        warnedAt,
        breachedAt,
        metAt,
        level,
      })
    }
  }
  return [...found.values()]
}

/** Every request to another team to take the complaint over, or an issue of it, and what became of it. */
function handoffsIn(steps: readonly Step[], names: Names): FiledHandoff[] {
  const handoffs: FiledHandoff[] = []
  for (const { event, before, after } of steps) {
    const { at } = event
    for (const [index, handoff] of handoffs.entries()) {
      if (handoff.endedAt !== undefined || isOpenIn(after, handoff)) continue
      handoffs[index] = {
        ...handoff,
        outcome: endOf(event, after),
        endedAt: at,
        endedBy: authorityOf(names, event),
      }
    }
    if (event.type === 'issue-handoff-accepted') {
      const index = handoffs.findLastIndex(({ about }) => about === event.id)
      const handoff = handoffs[index]
      if (handoff !== undefined && handoff.endedAt === undefined)
        handoffs[index] = { ...handoff, outcome: 'taken on', takenAt: at, takenBy: authorityOf(names, event) }
    }
    if (event.type === 'handoff-requested' || event.type === 'issue-handoff-requested')
      handoffs.push({
        seq: event.seq,
        about: event.type === 'handoff-requested' ? 'complaint' : event.id,
        at,
        from: teamNamed(names, before?.team ?? ''),
        to: teamNamed(names, event.toTeam),
        reason: event.reason,
        askedBy: authorityOf(names, event),
        outcome: 'open',
      })
  }
  return handoffs
}

const isOpenIn = ({ handoff, issues }: Complaint, { seq }: FiledHandoff): boolean =>
  handoff?.seq === seq || issues.some((issue) => issue.handoff?.seq === seq)

/** What ended a handoff, by the event that did. */
function endOf(event: Event, { stage }: Complaint): string {
  switch (event.type) {
    case 'handoff-accepted':
      return 'accepted'
    case 'handoff-declined':
      return `declined: ${event.reason}`
    case 'issue-returned':
      return `returned: ${event.reason}`
    case 'issue-answered':
      return 'answered'
    case 'issue-declined':
      return 'the issue was declined'
    default:
      return `ended, as the complaint was ${stage}`
  }
}
