import { dueIn } from './due.ts'
import type { Draft, Finding, GuardContext } from './guard.ts'
import { REQUESTS } from './guard-rules.ts'
import type { Instant } from './instant.ts'
import { contentOf, stem } from './meaning.ts'
import { type Word, wordsIn } from './phrases.ts'
import { backwards, before, isNegated, MOST_WORDS, phrases, type Span, spansOf } from './spans.ts'
import {
  ASKED,
  ASKS,
  BARE_ACTS,
  BETWEEN_US,
  CONDITIONS,
  CONDITIONS_ON_YOU,
  CUSTOMER_WILL,
  DATED_FUTURE,
  FUTURE,
  HABITS,
  IDLE,
  NO_ACTS,
  NOBODY,
  NOT_COMING,
  NOT_DONE,
  PAST,
  QUESTIONS,
  SETTLED,
  STARTED,
  UNDERTAKINGS,
  WORLD_VERBS,
  WORLDLY,
  YOU,
} from './undertaking-words.ts'

const futureFor = phrases(FUTURE)
const startedFor = phrases(STARTED)
const datedFutureFor = phrases(DATED_FUTURE)
const customerWillFor = phrases(CUSTOMER_WILL)
const requestsFor = phrases(REQUESTS)
const SENTENCE_ENDS = /[.!?…](?=\s|$)|[\n;]/g
/** "Refund within 5 working days": it undertakes without a verb. */
const VERBLESS =
  /\b(?:full |written |final |new )?(?:refund|call|call[- ]?back|visit|replacement|credit|reply|update|answer|delivery|payment|response|fix|engineer|collection|decision|results?|news|more)(?: (?:is|are))?(?: (?:due|expected|coming|promised|guaranteed|scheduled|booked))?(?: to (?:you|follow))?(?::|(?: (?:within|by|in|on|before|for|at|tomorrow|today|tonight|next|monday|tuesday|wednesday|thursday|friday)\b))/i

const kinds = new Map<string, Set<string>>()
for (const [kind, verbs] of Object.entries(UNDERTAKINGS)) {
  for (const verb of verbs) kinds.set(stem(verb), (kinds.get(stem(verb)) ?? new Set()).add(kind))
}
const kindsIn = (words: readonly Word[]): Set<string> =>
  new Set(words.flatMap(({ plain }) => [...(kinds.get(stem(plain)) ?? [])]))

/** How many words of a sentence on either side of an undertaking belong to it. */
const MOST_OF_A_SENTENCE = 40
/** More than anybody undertakes in one. */
const MOST_IN_A_SENTENCE = 10
const none: ReadonlySet<string> = new Set()

/** What is undertaken and not recorded. `others` is what else was found: threats, and those whom the customer is sent to. */
export function promisesNotRecorded(
  { text }: Draft,
  words: readonly Word[],
  { now, timeZone = 'UTC', calendar, promises = [] }: GuardContext,
  others: readonly Finding[],
): Finding[] {
  const recorded = promises.slice(0, 100).map(({ text: what, dueAt }) => {
    const its = wordsIn(what)
    return { dueAt, kinds: kindsIn(its), about: contentOf(its) }
  })
  const clock = { now, timeZone: isZone(timeZone) ? timeZone : 'UTC', calendar }
  const { starts, dated } = startsIn(words)
  const threats = others.filter(({ rule }) => rule === 'abuse')
  const elsewhere = others.filter(({ rule }) => rule === 'bounce')
  const found: Finding[] = []
  let [next, from, sentence] = [0, 0, -1]
  let [lastBounce, askedBefore, request] = [-2, false, 0]
  const requests = [...spansOf(requestsFor, words)].map((span) => span.first)
  const firsts = [...starts].sort((a, b) => a - b)
  for (const [from_, to] of sentencesOf(text)) {
    sentence++
    while (next < words.length && (words[next]?.at ?? 0) < from_) next++
    const first = next
    while (next < words.length && (words[next]?.at ?? 0) < to) next++
    if (elsewhere.some(({ at }) => at >= from_ && at < to)) lastBounce = sentence
    const mine: number[] = []
    while (from < firsts.length && (firsts[from] ?? 0) < next) mine.push(firsts[from++] as number)
    const opening = words[first]
    if (opening === undefined || first === next) continue
    const follows = askedBefore
    while (request < requests.length && (requests[request] ?? 0) < first) request++
    askedBefore = (requests[request] ?? next) < next
    const until = text[to] === '?' ? taggedFrom(text, opening, to) : to
    const verbless =
      mine.length === 0 ? VERBLESS.exec(text.slice(opening.at, Math.min(to, opening.at + 80))) : null
    if (verbless?.index === 0) {
      mine.push(first)
      dated.add(first)
    }
    if (
      mine.length === 0 &&
      text[to] !== '?' &&
      !others.some(({ at }) => at >= from_ && at < to) &&
      isOfWhatComes(words.slice(first, next)) &&
      isSoon(dueIn(text.slice(opening.at, to), clock), now)
    )
      mine.push(first)
    for (const [index, start] of mine.slice(0, MOST_IN_A_SENTENCE).entries()) {
      if ((words[start] as Word).at >= until || isAskedOf(words, start, first)) continue
      const begin = subjectOf(words, start, first)
      const at = (words[begin] as Word).at
      const following = mine[index + 1]
      const end = following === undefined ? to : (words[subjectOf(words, following, start + 1)] as Word).at
      const told = text.slice(at, Math.min(end, at + 400)).trimEnd()
      const clause = index === 0 ? text.slice(Math.max(opening.at, at - 200), end) : told
      const dueAt = dueIn(clause, clock)
      if (dated.has(start) && dueAt === undefined) continue
      if (sentence - lastBounce <= 1 && isOfOthers(words, start, dueAt)) continue
      if (threats.some((threat) => threat.at >= at && threat.at < at + told.length)) continue
      const earlier = words.slice(Math.max(first, start - MOST_OF_A_SENTENCE), start)
      const later = words.slice(start, Math.min(next, start + MOST_OF_A_SENTENCE))
      if (
        dueAt === undefined &&
        (isConditional(earlier) || (requests[request] ?? start) < start || isConditionalOnYou(later))
      )
        continue
      // "Which train was it? We'll have a look": once they have answered.
      if (dueAt === undefined && follows && isALook(words, start)) continue
      const said = words
        .slice(begin, Math.min(next, start + MOST_OF_A_SENTENCE))
        .filter((word) => word.at < end)
      if (said.some(({ quoted: isQuoted }) => isQuoted)) continue
      const [does, about] = recorded.length === 0 ? [none, none] : [kindsIn(said), contentOf(said)]
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

/** Beyond this many days a date without a year is more likely one that is past: "on 3 November". */
const SOON = 100
const isSoon = (dueAt: Instant | undefined, now: Instant): boolean =>
  dueAt !== undefined && Date.parse(dueAt) - Date.parse(now) < SOON * 86_400_000

/** Whether a sentence that has a date speaks of what we do by then, in whatever words: "Tomorrow, 9am, at your door". */
function isOfWhatComes(words: readonly Word[]): boolean {
  let ours = false
  for (const [at, { plain, quoted }] of words.slice(0, MOST_OF_A_SENTENCE).entries()) {
    if (quoted || PAST.has(plain) || WORLDLY.has(plain) || ASKS.has(plain)) return false
    if (WORLD_VERBS.has(plain)) return false
    if (
      /..ed$/.test(plain) &&
      !SETTLED.has(plain) &&
      !/^(?:is|are|be|being|get|gets|it's)$/.test(words[at - 1]?.plain ?? '')
    )
      return false
    if (BETWEEN_US.has(plain.replace(/'s$/, ''))) ours = true
  }
  return ours
}

/** At which words something is undertaken; `dated` are those that do so only where they say when. */
function startsIn(words: readonly Word[]): { starts: Set<number>; dated: Set<number> } {
  const starts = new Set<number>()
  const dated = new Set<number>()
  const note = ({ first }: Span, isDated = false): void => {
    if (starts.has(first)) return
    // "I'll get | back to you": one undertaking, and its day is the other's.
    if (isDated) for (const at of backwards(words, first, 4)) if (starts.has(at)) return
    starts.add(first)
    if (isDated) dated.add(first)
  }
  for (const span of spansOf(futureFor, words)) {
    if (!/^you/.test(before(words, span.first)) && !isNegated(words, span.first, 2)) note(span)
  }
  for (const [first, { plain }] of words.entries()) {
    const ours =
      /^(?:i|we)'ll$/.test(plain) ||
      (/^(?:will|shall)$/.test(plain) &&
        (words[first]?.after === 'clause' || /^(?:i|we|)$/.test(before(words, first))))
    const next = words[first + 1]
    if (ours && next?.after === 'word' && !NO_ACTS.has(next.plain) && next.plain !== 'you')
      note({ first, end: first + 2 })
  }
  for (const span of spansOf(customerWillFor, words)) {
    const { plain } = words[span.first] as Word
    const comes =
      !NOT_COMING.has(words[span.end - 1]?.plain ?? '') && !NOT_COMING.has(words[span.end]?.plain ?? '')
    if (comes && (/^you'/.test(plain) || before(words, span.first) === 'you')) note(span)
  }
  for (const span of spansOf(startedFor, words)) note(span)
  for (const span of spansOf(datedFutureFor, words)) {
    if (isNegated(words, span.first, 2) || isWorldly(words, span.first)) continue
    const earlier = before(words, span.first)
    if (earlier === 'there' || (NOBODY.has(earlier) && words[span.first + 1]?.plain === 'to')) continue
    // "You asked us to ring after four".
    if (/^(?:asked|told|requested)$/.test(words[span.first]?.plain ?? '') && /^you/.test(earlier)) continue
    note(span, true)
  }
  for (const [first, { plain }] of words.entries()) {
    const doing = words[first + 1]
    // "We're pushing a fix in the next hour".
    if (
      /^(?:i'm|we're)$/.test(plain) &&
      doing?.after === 'word' &&
      /...ing$/.test(doing.plain) &&
      !IDLE.has(doing.plain)
    )
      note({ first, end: first + 2 }, true)
    const is = /^(?:is|are)$/.test(plain) && words[first + 1]?.plain === 'to' ? first + 1 : first
    const done = words[is + 2]
    if (is === first && !/^(?:will|shall|it'll|they'll)$/.test(plain)) continue
    if (words[is + 1]?.plain !== 'be' || done === undefined) continue
    if (!/..(?:ed|wn|pt|ken|ven)$/.test(done.plain) || NOT_DONE.has(done.plain)) continue
    if (before(words, first) !== 'you' && !isWorldly(words, first)) note({ first, end: first + 3 }, true)
  }
  for (const [first, { plain, after }] of words.entries()) {
    if (BARE_ACTS.has(plain) && (after === 'sentence' || first === 0)) note({ first, end: first + 1 }, true)
  }
  for (const first of starts)
    if (HABITS.has(before(words, first)) || HABITS.has(words[first + 1]?.plain ?? '')) starts.delete(first)
  return { starts, dated }
}

/** "Your table is booked for Friday": that is the customer's, or the world's. */
function isWorldly(words: readonly Word[], verb: number): boolean {
  for (let at = verb; at > 0 && verb - at < 5 && words[at]?.after !== 'sentence'; at--)
    if (WORLDLY.has(words[at - 1]?.plain ?? '')) return true
  return false
}

/** "Ask the clinic, and they will explain": whoever does it is not of ours. */
function isOfOthers(words: readonly Word[], start: number, dueAt: Instant | undefined): boolean {
  const { plain } = words[start] as Word
  const who = plain.endsWith("'ll") ? plain.slice(0, -3) : before(words, start)
  return /^(?:they|he|she|who)$/.test(who) || (dueAt === undefined && !/^(?:i|we)$/.test(who))
}

/** Where a question begins that is no more than a tag: "I'll refund it, happy now?"; otherwise with the sentence. */
function taggedFrom(text: string, opening: Word, to: number): number {
  const comma = text.lastIndexOf(',', to)
  return comma > opening.at && to - comma < 24 && !QUESTIONS.has(opening.plain) ? comma : opening.at
}

/** Whether what comes is only asked about: "when it will arrive". */
function isAskedOf(words: readonly Word[], start: number, from: number): boolean {
  for (let at = start; at > from && start - at < 3 && words[at]?.after === 'word'; at--)
    if (ASKED.has(words[at - 1]?.plain ?? '')) return true
  return false
}

const LOOKS = UNDERTAKINGS.look ?? []
const isALook = (words: readonly Word[], start: number): boolean =>
  words
    .slice(start + 1, start + 5)
    .some(({ plain }) => LOOKS.includes(plain) || /^(?:go|help|take|work)$/.test(plain))

/** Both are instants; a day is short enough to be one. */
const sameDay = (a: Instant, b: Instant): boolean => a.slice(0, 10) === b.slice(0, 10)

const isConditional = (words: readonly Word[]): boolean =>
  words.some(({ plain }, at) => CONDITIONS.has(plain) || isOnYou(plain, words[at + 1]))
const isOnYou = (condition: string, next: Word | undefined): boolean =>
  CONDITIONS_ON_YOU.has(condition) && YOU.has(next?.plain ?? '') && !/^it/.test(next?.plain ?? '')
const isConditionalOnYou = (words: readonly Word[]): boolean =>
  words.some(
    ({ plain }, at) =>
      (CONDITIONS.has(plain) || (CONDITIONS_ON_YOU.has(plain) && plain !== 'until')) &&
      /^(?:you|we)/.test(words[at + 1]?.plain ?? ''),
  )

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
