import type { Event } from '../domain/complaint.ts'
import { erasedEvent } from '../domain/erasure.ts'
import type { Instant } from '../domain/instant.ts'
import { canonicalJson, factsOf, firstHash, hashOf, type Link, wordsOf } from '../ledger/chain.ts'
import type { KeptEvent, KeptState } from '../ledger/history.ts'

/** What can be wrong with a complaint's records. */
export type ProblemKind =
  | 'no state'
  | 'missing'
  | 'cut off'
  | 'inserted'
  | 'out of order'
  | Fault
  | 'link changed'
  | 'head changed'
  | 'no chain'
  | 'not as published'

export interface Problem {
  readonly kind: ProblemKind
  /** Of the event that it is about, where it is about one. */
  readonly seq?: number
  readonly what: string
}

/** What is looked at: a complaint's history, or what its file has of it. */
export interface Chained {
  readonly complaintId: string
  readonly state?: Pick<KeptState, 'version' | 'head'> | undefined
  readonly events: readonly KeptEvent[]
}

/** What a complaint's chain proves. */
export interface Verification {
  /** How many events there are. */
  readonly events: number
  /** How many of them are older than the chain: nothing is proved about these. */
  readonly unchained: number
  /** The first event of the chain; absent where there is none. */
  readonly since?: { readonly seq: number; readonly recordedAt: Instant } | undefined
  /** Of how many events the words are erased: of these the facts are proved. */
  readonly erased: number
  /** The hash that stands for all of it, as the newest event has it. */
  readonly head?: string | undefined
  /** With how many published heads it was compared. */
  readonly published: number
  /** None where all is well. */
  readonly problems: readonly Problem[]
}

/** A complaint's head as it was published on some day. */
export interface PublishedHead {
  readonly complaintId: string
  readonly seq: number
  readonly hash: string
  /** The file that says so. */
  readonly file: string
}

export interface Expectations {
  /** Since when every event must have a link: the instant at which the stage was deployed with the chain. */
  readonly chainedSince?: Instant | undefined
  readonly heads?: readonly PublishedHead[] | undefined
}

/**
 * Whether a complaint's events are those that were written, all of them, in their order, as far as its chain can tell;
 * and each thing that is wrong, by the event. Pure: it looks at nothing but what it is given.
 */
export function verify(history: Chained, { chainedSince, heads = [] }: Expectations = {}): Verification {
  const { complaintId, state, events } = history
  const problems: Problem[] = []
  const report = (kind: ProblemKind, seq: number | undefined, what: string): void =>
    void problems.push({ kind, ...(seq === undefined ? {} : { seq }), what })

  const ordered = inOrder(events, report)
  const seqs = new Set(ordered.map(({ seq }) => seq))
  const last = ordered.at(-1)
  for (const gap of gapsIn(seqs, last?.seq ?? 0)) report('missing', gap, `event ${gap} is missing`)

  const lastErasure = ordered.findLast(({ event }) => event?.type === 'erased')?.seq ?? 0
  let before: Followed | undefined
  let since: Verification['since']
  let unchained = 0
  let erased = 0
  for (const { seq, event, link } of ordered) {
    if (link === undefined) {
      const late = chainedSince !== undefined && !(event?.recordedAt < chainedSince)
      if (since !== undefined) report('no chain', seq, `event ${seq} has no chain, unlike those before it`)
      else if (late) report('no chain', seq, `event ${seq} has no chain, and should have one`)
      if (since === undefined) unchained++
      else before = undefined
      continue
    }
    // A chain that began late follows nothing but the complaint's own name.
    const follows: Followed | undefined =
      since === undefined ? { seq: seq - 1, hashes: [firstHash(complaintId)] } : before
    since ??= { seq, recordedAt: event?.recordedAt }
    if (link.salt === undefined) erased++
    const made: string[] =
      follows?.seq === seq - 1 ? follows.hashes.map((hash) => hashOf(hash, seq, link.facts, link.words)) : []
    const fits = made.length === 0 || made.includes(link.hash)
    const fault = faultIn(event, link, seq < lastErasure, fits)
    if (fault !== undefined) report(fault, seq, SAYS[fault](seq))
    if (!fits && fault !== 'renumbered')
      report('link changed', seq, `event ${seq} does not follow from what is before it, by its hash`)
    // Where a hash was changed, what follows it was made with the one that was there: one fault is told once.
    before = { seq, hashes: [...new Set([link.hash, ...made.slice(0, 1)])] }
  }

  const newest = last?.seq ?? 0
  if (state === undefined) report('no state', undefined, 'there is no state')
  else if (newest < state.version)
    report(
      'cut off',
      newest + 1,
      `events are cut off at the end: the state knows of ${state.version}, and ${newest} is the newest`,
    )
  else if (newest !== state.version)
    report('inserted', newest, `event ${newest} is newer than all that the state knows of (${state.version})`)
  else if (state.head !== last?.link?.hash)
    report(
      'head changed',
      undefined,
      `the newest event has the hash ${short(last?.link?.hash)}, the state knows it by ${short(state.head)}: cut off, replaced, or the state was changed`,
    )
  const own = heads.filter((head) => head.complaintId === complaintId)
  for (const { seq, hash, file } of own) {
    const found = ordered.find((one) => one.seq === seq)
    if (found === undefined)
      report('not as published', seq, `event ${seq} is gone, which was published in ${file}`)
    else if (found.link?.hash !== hash)
      report('not as published', seq, `event ${seq} or one before it is not what was published in ${file}`)
  }
  return {
    events: events.length,
    unchained,
    since,
    erased,
    head: last?.link?.hash,
    published: own.length,
    problems,
  }
}

/** The outcome in one line, without the problems themselves. */
export function described(verification: Verification): string {
  const { events, unchained, since, erased, head, published, problems } = verification
  const outcome =
    problems.length > 0
      ? `NOT as it was written: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}`
      : since === undefined
        ? 'has no chain yet'
        : 'ok'
  return [
    `${outcome}, ${events} events`,
    ...(head === undefined ? [] : [`head ${short(head)}`]),
    ...(since !== undefined && unchained > 0
      ? [
          `chained since event ${since.seq} (${since.recordedAt}), nothing is proved of the ${unchained} before`,
        ]
      : []),
    ...(erased === 0 ? [] : [`${erased} of them erased`]),
    ...(published === 0 ? [] : [`compared with ${published} published heads`]),
  ].join(', ')
}

/** As much of a hash as people compare. */
export const short = (hash: string | undefined): string => hash?.slice(0, 12) ?? 'none'

/** The link that the next one has to follow, by the hashes that it may have been made with. */
interface Followed {
  readonly seq: number
  readonly hashes: readonly string[]
}

/** An event by the `seq` that it says it has. */
interface Ordered {
  readonly seq: number
  readonly event: Event
  readonly link: Link | undefined
}

type Report = (kind: ProblemKind, seq: number | undefined, what: string) => void

/** The events in the order that they claim, each number once; what stands in another's place is reported. */
function inOrder(events: readonly KeptEvent[], report: Report): Ordered[] {
  const ordered = new Map<number, Ordered>()
  for (const { place, event, link } of events) {
    const claimed = event?.seq
    const seq = Number.isSafeInteger(claimed) && claimed > 0 ? claimed : place
    if (seq !== place) report('out of order', place, `event ${seq} stands in the place of event ${place}`)
    const rival = ordered.get(seq)
    // Of two that claim the same number, the one that stands in its place counts.
    if (rival !== undefined) report('inserted', seq, `there are two events ${seq}`)
    if (rival === undefined || seq === place) ordered.set(seq, { seq, event, link })
  }
  return [...ordered.values()].sort((a, b) => a.seq - b.seq)
}

/** The numbers from 1 on that nothing claims; no more than a few, as a made-up number can be huge. */
function gapsIn(seqs: ReadonlySet<number>, last: number): number[] {
  const gaps: number[] = []
  for (let seq = 1; seq <= last && gaps.length < 100; seq++) if (!seqs.has(seq)) gaps.push(seq)
  return gaps
}

/** What can be wrong with an event by its own link. */
type Fault = 'changed' | 'renumbered' | 'words changed' | 'words gone' | 'facts differ'

const SAYS: Readonly<Record<Fault, (seq: number) => string>> = {
  changed: (seq) => `event ${seq} was changed`,
  renumbered: (seq) => `event ${seq} had another number when it was written`,
  'words changed': (seq) => `the words of event ${seq} were changed, or what proves them`,
  'words gone': (seq) => `what proves the words of event ${seq} is gone, and nobody erased it`,
  'facts differ': (seq) =>
    `event ${seq} is whole, but an erasure would leave something else of it than when it was written`,
}

/**
 * @param canBeErased whether an erasure came after it.
 * @param fits whether its hash follows from its link and from what is before it, or nothing is known of that.
 */
function faultIn(event: Event, link: Link, canBeErased: boolean, fits: boolean): Fault | undefined {
  const { salt } = link
  const isWhole = salt !== undefined && hashed(() => wordsOf(salt, event)) === link.words
  if (hashed(() => factsOf(event)) !== link.facts) {
    // The hash of the whole vouches for the facts, too: then it is the link that was changed, or our rules were.
    if (isWhole) return fits ? 'facts differ' : undefined
    return wasRenumbered(event, link) ? 'renumbered' : 'changed'
  }
  if (salt !== undefined) return isWhole ? undefined : 'words changed'
  if (!canBeErased) return 'words gone'
  // Facts are hashed without the words, so words that somebody put in again do not show in them.
  return canonicalJson(erasedEvent(event)) === canonicalJson(event) ? undefined : 'words changed'
}

/** Whether it would be what it was, one place to the front or to the back: whoever puts an event in moves the others. */
const wasRenumbered = (event: Event, { facts }: Link): boolean =>
  [-1, 1].some((by) => hashed(() => factsOf({ ...event, seq: event.seq + by })) === facts)

/** What cannot even be read has no hash. */
function hashed(make: () => string): string | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
