import type { Calendar } from './calendar.ts'
import { dueIn } from './due.ts'
import {
  ABUSES,
  ALL_ISSUES,
  BEFORE_NOW,
  BOUNCES,
  CONDITIONS,
  CUSTOMER,
  CUSTOMER_WILL,
  DATED_FUTURE,
  DISOWNED,
  EMPTY_WORDS,
  FUTURE,
  GUARD_RULES,
  type GuardRule,
  IN_HAND,
  KIND_WORDS,
  MOCKING,
  NEVER_BOUNCES,
  NO_ACTS,
  OTHERS,
  PUT_RIGHT,
  RECOMMENDED,
  RECOMMENDS,
  REQUESTS,
  SYNONYMS,
  UNDERTAKINGS,
} from './guard-rules.ts'
import type { Instant } from './instant.ts'
import { findPersonalData } from './personal-data.ts'
import { endOf, phraseIndex, type Word, wordsIn } from './phrases.ts'
import { NEGATION_ENDS, NEGATORS } from './triage-rules.ts'

/** A reply that nobody has sent yet. */
export interface Draft {
  readonly text: string
  /** Whoever comes by can read it. */
  readonly public: boolean
  /** Where it is to go: `email`, `x`, `whatsapp`, … */
  readonly channel: string
}

/** What the draft is judged by. All of it may be left out but the time. */
export interface GuardContext {
  readonly now: Instant
  /** The zone that "tomorrow" and "Monday" are in, an IANA name; UTC where it is not given, or there is none of it. */
  readonly timeZone?: string | undefined
  /** Whose working days count; without one, Monday to Friday. */
  readonly calendar?: Calendar | undefined
  /** The issues that nobody has answered or declined. */
  readonly issues?: readonly { readonly id: string; readonly text: string }[] | undefined
  /** The promises that are recorded and open. */
  readonly promises?: readonly { readonly text: string; readonly dueAt: Instant }[] | undefined
  /** What other customers were lately sent. */
  readonly recent?: readonly string[] | undefined
  /** When the channel takes no more replies. */
  readonly replyWindowClosesAt?: Instant | undefined
  /** Our own handles, addresses and numbers, which are no secret. */
  readonly own?: readonly string[] | undefined
}

/** What is wrong with a draft, and which words say so. */
export interface Finding {
  readonly rule: GuardRule
  /** At most 120 characters of them, exactly as they stand; none where no words are to blame. */
  readonly words: string
  /** Where they begin, in UTF-16 code units. */
  readonly at: number
  /** They stand in the issue, of which the draft has none; otherwise in the draft. */
  readonly in?: 'issue'
  /** One sentence for whoever wrote it. */
  readonly reason: string
  /** Of `unanswered-issue`: its id. */
  readonly issue?: string
  /** Of `stock-answer`: which of the recent replies it is like, and how much of it is in there, in per cent. */
  readonly like?: { readonly recent: number; readonly percent: number }
  /** Of `promise-not-recorded`: what could be recorded; `dueAt` where the words say when. */
  readonly promise?: { readonly text: string; readonly dueAt?: Instant }
}

const MOST_WORDS = 120

/**
 * Everything that is wrong with a reply before it is sent, in the order of its words. It reads English. It suggests; what
 * follows from it, `verdict` says. Never throws, and takes time in proportion to the length of what it is given.
 */
export function guard(draft: Draft, context: GuardContext): Finding[] {
  const words = wordsIn(draft.text)
  return [
    ...bounces(draft, words, context),
    ...stockAnswers(draft.text, context.recent ?? []),
    ...unansweredIssues(words, draft.text, context.issues ?? []),
    ...(draft.public ? personalData(draft.text, context.own ?? []) : []),
    ...abuses(draft.text, words),
    ...promisesNotRecorded(draft, words, context),
    ...outsideReplyWindow(context),
  ].sort(
    (a, b) =>
      a.at - b.at ||
      GUARD_RULES.indexOf(a.rule) - GUARD_RULES.indexOf(b.rule) ||
      (a.issue ?? '').localeCompare(b.issue ?? '', 'en') ||
      (a.words < b.words ? -1 : a.words > b.words ? 1 : 0),
  )
}

interface Span {
  readonly first: number
  /** After the last word. */
  readonly end: number
}

type Found = ReturnType<typeof phraseIndex<object>>
const phrases = (written: readonly string[]): Found => phraseIndex(written.map((phrase) => [phrase, {}]))

/** Where one of the phrases stands, each place once. */
function* spansOf(found: Found, words: readonly Word[]): Generator<Span> {
  for (const [first, word] of words.entries()) {
    let longest = first
    for (const { steps } of found(word)) longest = Math.max(longest, endOf(steps, words, first) ?? first)
    if (longest > first) yield { first, end: longest }
  }
}

const has = (found: Found, words: readonly Word[]): boolean => !spansOf(found, words).next().done

function quoted(text: string, words: readonly Word[], { first, end }: Span): { words: string; at: number } {
  const at = words[first]?.at ?? 0
  return { words: text.slice(at, Math.min(words[end - 1]?.end ?? at, at + MOST_WORDS)), at }
}

/** What is said over again within what was found already is one finding. */
function apart(spans: Iterable<Span>): Span[] {
  const kept: Span[] = []
  for (const span of spans) if (span.first >= (kept.at(-1)?.end ?? 0)) kept.push(span)
  return kept
}

function isNegated(words: readonly Word[], first: number, reach: number): boolean {
  for (let at = first; at > 0 && first - at < reach; at--) {
    if (words[at]?.after !== 'word') return false
    const { plain } = words[at - 1] as Word
    if (NEGATION_ENDS.has(plain)) return false
    if (NEGATORS.has(plain) || plain === "needn't" || plain === 'instead') return true
  }
  return false
}

// Sent elsewhere

const bouncesFor = phrases(BOUNCES)
const recommendedFor = phrases(RECOMMENDED)
const disownedFor = phrases(DISOWNED)
const AS_NOUN = new Set('a the your our my this that his her its their last first no any'.split(' '))

function bounces({ text, channel }: Draft, words: readonly Word[], { own = [] }: GuardContext): Finding[] {
  const spans = [
    ...[...spansOf(bouncesFor, words)].filter(
      ({ first }) => !AS_NOUN.has(before(words, first)) && isToldTo(words, first),
    ),
    ...[...spansOf(recommendedFor, words)].filter(({ first }) => isRecommended(words, first)),
    ...[...spansOf(disownedFor, words)].filter(({ first }) => !/^(?:we|i)$/.test(before(words, first))),
    ...handles(text, words, own),
    ...addresses(text, words, own),
  ]
    .filter(
      ({ first, end }) =>
        words[first]?.quoted !== true &&
        !words.slice(first, end + 3).some(({ plain }) => NEVER_BOUNCES.has(plain)) &&
        !(channel === 'email' && /^email us$/i.test(text.slice(words[first]?.at, words[first + 1]?.end))),
    )
    .sort((a, b) => a.first - b.first || b.end - a.end)
  return apart(spans).map((span) => ({
    rule: 'bounce',
    ...quoted(text, words, span),
    reason:
      'This sends the customer elsewhere: ask whoever it is yourself, or hand the complaint off, and answer here.',
  }))
}

const before = (words: readonly Word[], at: number): string =>
  words[at]?.after === 'sentence' ? '' : (words[at - 1]?.plain ?? '')

/** How far a subject may be from its verb. */
const SUBJECT_REACH = 7

/** Whether it is the customer who is to do it: they are its subject, or it has none. */
function isToldTo(words: readonly Word[], first: number): boolean {
  if (isNegated(words, first, 4)) return false
  // Said for itself: "we can't help here, try the desk downstairs".
  if (words[first]?.after === 'clause') return true
  let recommended = false
  for (let at = first; at > 0 && first - at < SUBJECT_REACH; at--) {
    if (words[at]?.after === 'sentence') return true
    const { plain } = words[at - 1] as Word
    if (RECOMMENDS.has(plain)) recommended = true
    if (BEFORE_NOW.has(plain) && !recommended) return false
    if (CUSTOMER.has(plain)) return !BEFORE_NOW.has(before(words, at - 1)) && !isNegated(words, at - 1, 3)
    if (OTHERS.has(plain)) return recommended
  }
  return true
}

function isRecommended(words: readonly Word[], first: number): boolean {
  if (isNegated(words, first, 4)) return false
  for (let at = first; at > 0 && first - at < 4; at--) {
    if (words[at]?.after === 'sentence') return false
    if (RECOMMENDS.has(words[at - 1]?.plain ?? '')) return true
  }
  return false
}

const TOWARDS = new Set('tweet dm message contact at to via ask try follow over with'.split(' '))
const CAN_HELP = new Set("can will should are is who they they'll they're could".split(' '))

/** Handles of others, which the customer is pointed to; not those that a reply begins with, which it is written to. */
function* handles(text: string, words: readonly Word[], own: readonly string[]): Generator<Span> {
  const ours = new Set(own.map(bare))
  let greeted = false
  for (const [at, word] of words.entries()) {
    if (text[word.at - 1] !== '@') {
      greeted ||= text[word.at - 1] !== '_'
      continue
    }
    const handle = /^[\w.]{1,50}/.exec(text.slice(word.at, word.at + 50))?.[0] ?? ''
    if (!greeted || ours.has(bare(handle))) continue
    let end = at + 1
    while (end < words.length && (words[end]?.at ?? 0) < word.at + handle.length) end++
    const pointed = TOWARDS.has(before(words, at)) && isToldTo(words, at)
    if (pointed || (words[end]?.after === 'word' && CAN_HELP.has(words[end]?.plain ?? '')))
      yield { first: at, end }
  }
}

const ADDRESS =
  /(?:https?:\/\/|www\.)[^\s<>]{1,200}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}|\b[a-z\d-]{2,40}(?:\.[a-z\d-]{2,40}){1,3}\/[\w/-]{1,80}/gi
const USES_ADDRESS = new Set(
  'send resend email write forward contact go visit apply claim complain register redirect log see use submit raise start complete form'.split(
    ' ',
  ),
)

/** Addresses that the customer is to use: "send it to claims@acme.example". */
function* addresses(text: string, words: readonly Word[], own: readonly string[]): Generator<Span> {
  const ours = new Set(own.map(bare))
  let after = 0
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    if (ours.has(bare(address))) continue
    while (after < words.length && (words[after]?.at ?? 0) < index) after++
    if (after === 0 || index - (words[after - 1]?.end ?? 0) > 3) continue
    for (let at = after - 1; at >= 0 && after - at <= 6; at--) {
      const { plain, after: lies } = words[at] as Word
      if (USES_ADDRESS.has(plain) && isToldTo(words, at)) {
        yield { first: at, end: after }
        break
      }
      if (lies === 'sentence') break
    }
  }
}

const bare = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

// Stock answers

/** How many words make a shingle, and how many shingles a reply must have to be told from others. */
const SHINGLE = 3
const FEWEST_SHINGLES = 5
const ALIKE = 0.6
const MOST_RECENT = 500

interface Shingled {
  readonly all: ReadonlySet<string>
  /** Each with where its words stand. */
  readonly placed: readonly { readonly shingle: string; readonly at: number; readonly end: number }[]
}

const GREETING = /^(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening))\b[^,!.\n]{0,40}[,!.\n]?/i

/** The runs of three words of a reply, without what differs from customer to customer: greeting, names, numbers. */
function shingled(text: string): Shingled {
  const from = (/^(?:@\w+\s+)+/.exec(text)?.[0] ?? '').length
  const start = from + (GREETING.exec(text.slice(from, from + 80))?.[0] ?? '').length
  const words = wordsIn(text).filter(({ at }) => at >= start)
  const plain = words.map(({ plain: word, exact, after }) =>
    /\d/.test(word)
      ? '#'
      : after === 'word' && /^\p{Lu}\p{Ll}/u.test(exact) && !EMPTY_WORDS.has(word)
        ? '@'
        : stem(word),
  )
  const placed = words.slice(SHINGLE - 1).map((last, at) => ({
    shingle: plain.slice(at, at + SHINGLE).join(' '),
    at: (words[at] as Word).at,
    end: last.end,
  }))
  return { all: new Set(placed.map(({ shingle }) => shingle)), placed }
}

function stockAnswers(text: string, recent: readonly string[]): Finding[] {
  const draft = shingled(text)
  if (draft.all.size < FEWEST_SHINGLES) return []
  let most: { readonly recent: number; readonly alike: number; readonly other: Shingled } | undefined
  for (const [at, other] of recent.slice(0, MOST_RECENT).entries()) {
    const there = shingled(other)
    const shared = [...draft.all].filter((shingle) => there.all.has(shingle)).length
    const contained = shared / draft.all.size
    // A short reply within a long one, or most of both.
    const alike = Math.max(contained, shared / Math.max(1, draft.all.size + there.all.size - shared))
    if (most === undefined || alike > most.alike) most = { recent: at, alike, other: there }
  }
  if (most === undefined || most.alike < ALIKE) return []
  const percent = Math.floor(most.alike * 100)
  return [
    {
      rule: 'stock-answer',
      ...longestRun(text, draft, most.other),
      reason: `${percent}% of this is in a reply that another customer got: say what was found out, and done, about this complaint.`,
      like: { recent: most.recent, percent },
    },
  ]
}

function longestRun(text: string, { placed }: Shingled, other: Shingled): { words: string; at: number } {
  let [at, end, from] = [0, 0, 0]
  for (const [index, { shingle, end: to }] of placed.entries()) {
    if (!other.all.has(shingle)) from = index + 1
    else if (to - (placed[from]?.at ?? 0) > end - at) [at, end] = [placed[from]?.at ?? 0, to]
  }
  return { words: text.slice(at, Math.min(end, at + MOST_WORDS)), at }
}

// Unanswered issues

/** A word without its ending: "charged", "charges" and "charging" are one; so are words that begin alike. */
function stem(word: string): string {
  const bareWord = word.replace(/'(?:s|re|ve|ll|d|t)?$/, '').replace(/([^s])s$/, '$1')
  const short = bareWord.replace(/(?:ing|ed|er|ly|ment|ation|e|y|i)$/, '')
  return (short.length < 3 ? bareWord : short.replace(/([^aeiou])\1$/, '$1')).slice(0, 6)
}

const emptyStems = new Set([...EMPTY_WORDS].filter((word) => word.length > 4).map(stem))
const synonyms = new Map<string, number[]>()
// A word may belong to several lines: a call is made, and is on hold.
for (const [line, group] of SYNONYMS.entries()) {
  for (const word of group.split(/[\s-]+/)) {
    const key = stem(word)
    synonyms.set(key, [...(synonyms.get(key) ?? []), line])
  }
}

function contentOf(words: readonly Word[]): Set<string> {
  return new Set(
    words
      .filter(
        ({ plain }) =>
          !EMPTY_WORDS.has(plain) && (/^\d{2,}$/.test(plain) || /^\p{L}[\p{L}'\d]{2,}$/u.test(plain)),
      )
      .map(({ plain }) => stem(plain))
      .filter((key) => !emptyStems.has(key))
      .flatMap((key) => [key, ...(synonyms.get(key) ?? []).map((line) => `=${line}`)]),
  )
}

const requestsFor = phrases(REQUESTS)
const inHandFor = phrases(IN_HAND)
const allIssuesFor = phrases(ALL_ISSUES)
const putRightFor = phrases(PUT_RIGHT)
const ANYTHING_ELSE = /(?:anything|something) else[^?]*\?/gi
/** A longer reply that also asks something is an answer. */
const FEWEST_WORDS_OF_AN_ANSWER = 40
const MOST_ISSUES = 100

function unansweredIssues(
  words: readonly Word[],
  text: string,
  issues: readonly { readonly id: string; readonly text: string }[],
): Finding[] {
  if (issues.length === 0 || has(allIssuesFor, words)) return []
  const asks = has(requestsFor, words) || text.replace(ANYTHING_ELSE, '').includes('?')
  if (asks && words.length < FEWEST_WORDS_OF_AN_ANSWER) return []
  const said = contentOf(words)
  const wanted = issues
    .slice(0, MOST_ISSUES)
    .map((issue) => ({ issue, about: contentOf(wordsIn(issue.text)) }))
  const unsaid = wanted.filter(({ about }) => about.size > 0 && ![...about].some((key) => said.has(key)))
  if (unsaid.length === wanted.length) {
    if (has(inHandFor, words)) return []
    if (issues.length === 1 && has(putRightFor, words)) return []
  }
  return unsaid.map(({ issue }) => ({
    rule: 'unanswered-issue',
    words: issue.text.slice(0, MOST_WORDS),
    at: 0,
    in: 'issue',
    reason: 'The reply says nothing of this issue: answer it, or say why you do not.',
    issue: issue.id,
  }))
}

// Personal data in public

/** Numbers that are nobody's own (Ofcom's 03 and 08 ranges), and addresses that are an office's. */
const OF_AN_OFFICE =
  /^(?:(?:\+?44|0)\s?\(?0?\)?[38]\d|(?:help|support|info|care|service|contact|complaints?|hello|feedback|customer[\w.-]*|enquir(?:y|ies)|trees|lettings)@)/i

function personalData(text: string, own: readonly string[]): Finding[] {
  const ours = new Set(own.map(bare))
  return findPersonalData(text).flatMap(({ kind, at, length }): Finding[] => {
    const words = text.slice(at, at + length)
    if (ours.has(bare(words))) return []
    if ((kind === 'phone number' || kind === 'email address') && OF_AN_OFFICE.test(words)) return []
    const article = /^[aeiou]/i.test(kind) ? 'An' : 'A'
    return [
      {
        rule: 'personal-data',
        words: words.slice(0, MOST_WORDS),
        at,
        reason: `${article} ${kind} would be public: take it out, or write in private.`,
      },
    ]
  })
}

// Abuse

const abusesFor = phrases(ABUSES)
const NEGATABLE = /\b(?:fault|stupid|idiot\w*|liars?|fool|ignorant|nonsense|on you)$/i

function abuses(text: string, words: readonly Word[]): Finding[] {
  const reason =
    'This blames, belittles or threatens whoever reads it: say what happened, and what you do about it.'
  const spans = [...spansOf(abusesFor, words)].filter((span) => {
    const { words: said } = quoted(text, words, span)
    if (words[span.first]?.quoted === true) return false
    if (NEGATABLE.test(said) && isNegated(words, span.first, 4)) return false
    return !KIND_WORDS.has(words[span.end]?.plain ?? '')
  })
  return [
    ...apart(spans).map((span): Finding => ({ rule: 'abuse', ...quoted(text, words, span), reason })),
    ...[...text.matchAll(MOCKING)].map(
      ({ 0: mark, index }): Finding => ({ rule: 'abuse', words: mark, at: index, reason }),
    ),
  ]
}

// Undertakings

const futureFor = phrases(FUTURE)
const datedFutureFor = phrases(DATED_FUTURE)
const customerWillFor = phrases(CUSTOMER_WILL)
const SENTENCE_ENDS = /[.!?…](?=\s|$)|[\n;]/g
/** "Refund within 5 working days": it undertakes without a verb. */
const VERBLESS =
  /\b(?:refund|call|call[- ]?back|visit|replacement|credit|reply|update|answer|delivery|payment|response) (?:is |are )?(?:due |expected |coming )?(?:to (?:you|follow) )?(?:within|by|in|on|before|tomorrow|today|next)\b/i

const kinds = new Map<string, Set<string>>()
for (const [kind, verbs] of Object.entries(UNDERTAKINGS)) {
  for (const verb of verbs) kinds.set(stem(verb), (kinds.get(stem(verb)) ?? new Set()).add(kind))
}
const kindsIn = (words: readonly Word[]): Set<string> =>
  new Set(words.flatMap(({ plain }) => [...(kinds.get(stem(plain)) ?? [])]))

/** How many words of a sentence on either side of an undertaking belong to it. */
const MOST_OF_A_SENTENCE = 40

function promisesNotRecorded(draft: Draft, words: readonly Word[], context: GuardContext): Finding[] {
  const { text } = draft
  const { now, timeZone = 'UTC', calendar, promises = [] } = context
  const recorded = promises.slice(0, 100).map(({ text: what, dueAt }) => {
    const its = wordsIn(what)
    return { dueAt, kinds: kindsIn(its), about: contentOf(its) }
  })
  const clock = { now, timeZone: isZone(timeZone) ? timeZone : 'UTC', calendar }
  const starts = new Map<number, Span>()
  for (const span of spansOf(futureFor, words)) {
    if (!/^you/.test(before(words, span.first)) && !isNegated(words, span.first, 1))
      starts.set(span.first, span)
  }
  for (const [first, { plain }] of words.entries()) {
    const ours =
      /^(?:i|we)'ll$/.test(plain) ||
      (/^(?:will|shall)$/.test(plain) && /^(?:i|we)$/.test(before(words, first)))
    const next = words[first + 1]
    if (ours && next?.after === 'word' && !NO_ACTS.has(next.plain) && !starts.has(first)) {
      starts.set(first, { first, end: first + 2 })
    }
  }
  for (const span of spansOf(customerWillFor, words)) {
    const { plain } = words[span.first] as Word
    if (/^you'/.test(plain) || before(words, span.first) === 'you') starts.set(span.first, span)
  }
  const dated = new Set<number>()
  for (const { first, end } of spansOf(datedFutureFor, words)) {
    if (starts.has(first)) continue
    starts.set(first, { first, end })
    dated.add(first)
  }
  const threats = abuses(text, words)
  const elsewhere = bounces(draft, words, context)
  const found: Finding[] = []
  let [next, from] = [0, 0]
  const firsts = [...starts.keys()].sort((a, b) => a - b)
  for (const [from_, to] of sentencesOf(text)) {
    while (next < words.length && (words[next]?.at ?? 0) < from_) next++
    const first = next
    while (next < words.length && (words[next]?.at ?? 0) < to) next++
    const mine: number[] = []
    while (from < firsts.length && (firsts[from] ?? 0) < next) mine.push(firsts[from++] as number)
    const inside = words.slice(first, next)
    if (text[to] === '?' || inside.length === 0) continue
    const opening = inside[0] as Word
    const verbless =
      mine.length === 0 ? VERBLESS.exec(text.slice(opening.at, Math.min(to, opening.at + 60))) : null
    if (verbless?.index === 0) mine.push(first)
    for (const [index, start] of mine.entries()) {
      const begin = subjectOf(words, start, first)
      const at = (words[begin] as Word).at
      const following = mine[index + 1]
      const end = following === undefined ? to : (words[subjectOf(words, following, start + 1)] as Word).at
      const told = text.slice(at, Math.min(end, at + 400)).trimEnd()
      const clause = index === 0 ? text.slice(Math.max(opening.at, at - 200), end) : told
      const dueAt = dueIn(clause, clock)
      if (dated.has(start) && dueAt === undefined) continue
      if (
        /^(?:they|he|she)'ll$/.test(words[start]?.plain ?? '') &&
        elsewhere.some((one) => one.at >= opening.at - 1 && one.at < at)
      )
        continue
      if (threats.some((threat) => threat.at >= at && threat.at < at + told.length)) continue
      const earlier = words.slice(Math.max(first, start - MOST_OF_A_SENTENCE), start)
      const later = words.slice(start, Math.min(next, start + MOST_OF_A_SENTENCE))
      if (
        dueAt === undefined &&
        (isConditional(earlier) || has(requestsFor, earlier) || isConditionalOnYou(later))
      )
        continue
      const said = later.filter((word) => word.at < end)
      if (said.some(({ quoted: isQuoted }) => isQuoted)) continue
      const [does, about] = [kindsIn(said), contentOf(said)]
      const like = recorded.filter(
        (one) =>
          [...one.kinds].some((kind) => does.has(kind)) || [...one.about].some((key) => about.has(key)),
      )
      if (like.some((one) => dueAt === undefined || one.dueAt <= dueAt || sameDay(one.dueAt, dueAt))) continue
      const what = told.replace(/[\s,;–-]+(?:and|but|so)?[\s,]*$/, '')
      found.push({
        rule: 'promise-not-recorded',
        words: what.slice(0, MOST_WORDS),
        at,
        reason:
          like.length > 0
            ? 'What is promised here is recorded for a later time than the reply says: say the same in both.'
            : 'This promises something that is not recorded: record it, so that it is kept.',
        promise: { text: what.slice(0, 200), ...(dueAt === undefined ? {} : { dueAt }) },
      })
    }
  }
  return found
}

/** Both are instants; a day is short enough to be one. */
const sameDay = (a: Instant, b: Instant): boolean => a.slice(0, 10) === b.slice(0, 10)

const isConditional = (words: readonly Word[]): boolean => words.some(({ plain }) => CONDITIONS.has(plain))
const isConditionalOnYou = (words: readonly Word[]): boolean =>
  words.some(({ plain }, at) => CONDITIONS.has(plain) && /^(?:you|we)/.test(words[at + 1]?.plain ?? ''))

/** Where the subject of a verb begins: "Our field team is going to". */
function subjectOf(words: readonly Word[], verb: number, from: number): number {
  if (/'/.test(words[verb]?.plain ?? '')) return verb
  let at = verb
  while (
    at > from &&
    verb - at < 5 &&
    words[at]?.after === 'word' &&
    !/^(?:and|but|so|that|then)$/.test(before(words, at))
  )
    at--
  return at
}

/** From where to where each sentence goes, without what ends it. */
function* sentencesOf(text: string): Generator<readonly [number, number]> {
  let from = 0
  for (const { index, 0: end } of text.matchAll(SENTENCE_ENDS)) {
    yield [from, index]
    from = index + end.length
  }
  yield [from, text.length]
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

// The reply window

function outsideReplyWindow({ now, replyWindowClosesAt }: GuardContext): Finding[] {
  if (replyWindowClosesAt === undefined || now < replyWindowClosesAt) return []
  return [
    {
      rule: 'outside-reply-window',
      words: '',
      at: 0,
      reason: `The channel took replies until ${replyWindowClosesAt}: write to the customer in another way that they have used.`,
    },
  ]
}

// What follows from it

export type GuardEffect = 'off' | 'warn' | 'block'

/** What a policy says of each rule; for some channels, something else. */
export interface GuardSetting {
  readonly rules?: { readonly [rule in GuardRule]?: GuardEffect | undefined } | undefined
  readonly channels?:
    | Readonly<Record<string, { readonly [rule in GuardRule]?: GuardEffect | undefined }>>
    | undefined
}

/** What holds where a policy says nothing of a rule: what can't be taken back is blocked. */
export const DEFAULT_EFFECTS: Readonly<Record<GuardRule, GuardEffect>> = {
  bounce: 'warn',
  'stock-answer': 'warn',
  'unanswered-issue': 'warn',
  'personal-data': 'block',
  abuse: 'warn',
  'promise-not-recorded': 'warn',
  'outside-reply-window': 'block',
}

export interface Verdict {
  /** The worst that any finding does. */
  readonly outcome: 'pass' | 'warn' | 'block'
  /** Those that do something, each with what. */
  readonly findings: readonly (Finding & { readonly effect: 'warn' | 'block' })[]
}

/** What becomes of a draft with these findings: the channel's setting first, then the policy's, then `DEFAULT_EFFECTS`. */
export function verdict(
  findings: readonly Finding[],
  { rules = {}, channels = {} }: GuardSetting,
  channel: string,
): Verdict {
  const here = Object.hasOwn(channels, channel) ? (channels[channel] ?? {}) : {}
  const judged = findings.flatMap((finding) => {
    const effect = here[finding.rule] ?? rules[finding.rule] ?? DEFAULT_EFFECTS[finding.rule]
    return effect === 'off' ? [] : [{ ...finding, effect }]
  })
  const outcome = judged.some(({ effect }) => effect === 'block')
    ? 'block'
    : judged.length > 0
      ? 'warn'
      : 'pass'
  return { outcome, findings: judged }
}
