import {
  BEFORE_ADDRESS,
  BEFORE_NOW,
  BETWEEN,
  BOUNCES,
  BY,
  CUSTOMER,
  DISOWNED,
  EFFORTS,
  ENOUGH,
  IMPERSONAL,
  NEVER_BOUNCES,
  NO_PLACE_NEXT,
  NO_PLACES,
  OF_A_HANDLE,
  OTHERS,
  PLACES,
  PRIVATE,
  RANG,
  RECOMMENDED,
  RECOMMENDS,
  TOOLS,
  TOWARDS_A_HANDLE,
  USES_ADDRESS,
  WILLING,
} from './bounce-words.ts'
import type { Draft, Finding, GuardContext } from './guard.ts'
import type { Word } from './phrases.ts'
import { apart, backwards, bare, before, isNegated, phrases, quoted, type Span, spansOf } from './spans.ts'

const bouncesFor = phrases(BOUNCES)
const recommendedFor = phrases(RECOMMENDED)
const disownedFor = phrases(DISOWNED)
const DETERMINERS = new Set('a the your our my this that his her its their no any'.split(' '))
/** "Your call", "my first call": no verb. */
function isNoun(words: readonly Word[], at: number): boolean {
  const earlier = before(words, at)
  return (
    DETERMINERS.has(earlier) || (/^(?:first|last)$/.test(earlier) && DETERMINERS.has(before(words, at - 1)))
  )
}

/** The customer is sent elsewhere: told, or recommended, or left to see that it is somebody else's. */
export function bounces(
  { text, channel }: Draft,
  words: readonly Word[],
  { own = [] }: GuardContext,
): Finding[] {
  const told = [
    ...[...spansOf(bouncesFor, words)].filter(({ first }) => !isNoun(words, first) && isToldTo(words, first)),
    ...[...spansOf(recommendedFor, words)].filter(({ first }) => isRecommended(words, first)),
    ...[...spansOf(disownedFor, words)].filter(
      ({ first }) => !isNegated(words, first, 3) && !isPrivate(words, first),
    ),
    ...errands(words),
    ...handles(text, words, own),
    ...addresses(text, words, own),
  ]
  const spans = [
    ...told,
    ...numbers(text, words, own).filter(
      ({ first }) => !told.some((span) => isSameSentence(words, span, first)),
    ),
  ]
    .filter(
      ({ first, end }) =>
        words[first]?.quoted !== true &&
        // "Your new phone, Claudia".
        !(end - first === 2 && words[first + 1]?.after === 'clause') &&
        !NO_PLACES.has(words[end - 1]?.plain ?? '') &&
        !someoneToTurnTo(words, first, end) &&
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

/** "The driver can be reached at …". */
function isPrivate(words: readonly Word[], first: number): boolean {
  if (words[first + 1]?.plain !== 'be') return false
  for (const at of backwards(words, first, 8)) if (PRIVATE.has((words[at] as Word).plain)) return true
  return false
}

/** How many words of a name may follow: "the Parliamentary and Health Service Ombudsman". */
const MOST_OF_A_NAME = 6

function someoneToTurnTo(words: readonly Word[], first: number, end: number): boolean {
  // "Refer it to the ombudsman on 0800 …".
  for (const at of backwards(words, first, MOST_OF_A_NAME))
    if (/^(?:ombudsman|police|regulator|tribunal|adjudicator|samaritans)$/.test((words[at] as Word).plain))
      return true
  for (let at = first; at < Math.min(words.length, end + MOST_OF_A_NAME); at++) {
    if (at >= end && words[at]?.after === 'sentence') return false
    const { plain } = words[at] as Word
    // "0800 900 111" is no 111.
    const isPart = /^\d/.test(plain) && plain !== '999' && /^\d/.test(`${words[at - 1]?.plain}`)
    if (NEVER_BOUNCES.has(plain) && !isPart) return true
  }
  return false
}

/** How far a subject may be from its verb. */
const SUBJECT_REACH = 8

/** Whether it is the customer who is to do it: they are its subject, or it has none. */
export function isToldTo(words: readonly Word[], first: number): boolean {
  if (isNegated(words, first, 4)) return false
  // Said for itself: "we can't help here, try the desk downstairs".
  if (words[first]?.after === 'clause') return true
  let [linked, recommended, willing, finite] = [false, false, false, false]
  for (const at of backwards(words, first, SUBJECT_REACH)) {
    const { plain } = words[at] as Word
    const earlier = before(words, at)
    if (RECOMMENDS.has(plain) && !(plain === 'best' && /^(?:my|our)$/.test(earlier))) recommended = true
    if (WILLING.has(plain)) willing = true
    // "You are asked to", "members are reminded that": now, and not before.
    if (BEFORE_NOW.has(plain) && !recommended && !/^(?:are|is|be)$/.test(earlier)) return false
    if (CUSTOMER.has(plain))
      return (
        !BEFORE_NOW.has(earlier) &&
        !/^(?:do|did|when|whether|why|how)$/.test(earlier) &&
        !isNegated(words, at, 3)
      )
    if (OTHERS.has(plain)) return recommended
    if (IMPERSONAL.has(plain)) return recommended || !linked || RECOMMENDS.has(earlier) || earlier === 'only'
    if (BETWEEN.has(plain)) {
      linked = plain !== 'just' && plain !== 'also' && plain !== 'then'
      finite = FINITE.test(plain)
    } else if (
      linked &&
      finite &&
      !recommended &&
      !RECOMMENDS.has(plain) &&
      !WILLING.has(plain) &&
      !isTurn(plain)
    ) {
      // "The surveyor will need to visit": somebody else's doing, whoever it is.
      return false
    } else linked = false
    if (words[at]?.after === 'clause' && !linked) break
  }
  return !willing || recommended
}

const FINITE = /^(?:can|could|may|might|must|should|will|would|shall|needs?|has|have|wants?|is|are)$/
const isTurn = (plain: string): boolean =>
  /^(?:and|or|but|so|if|when|that|who|which|to|for|please|not)$/.test(plain)

function isRecommended(words: readonly Word[], first: number): boolean {
  if (isNegated(words, first, 4)) return false
  let by = ''
  for (const at of backwards(words, first, by === 'by' ? SUBJECT_REACH : 4)) {
    const { plain } = words[at] as Word
    if (RECOMMENDS.has(plain)) {
      by = plain
      break
    }
  }
  if (by !== 'by') return by !== ''
  // "We put it right by calling the bank": it is done.
  for (const at of backwards(words, first, 12))
    if (/^(?:we|i|i've|we've|they|he|she)$/.test((words[at] as Word).plain)) return false
  return true
}

/** How far the place may be from what is to be done there. */
const ERRAND_REACH = 12

/** Whatever the customer is to do, with a place in the same sentence: "obtain it from the practice". */
function* errands(words: readonly Word[]): Generator<Span> {
  for (const [first, { plain }] of words.entries()) {
    if (!EFFORTS.has(plain) || isNoun(words, first) || !isAddressed(words, first)) continue
    for (let at = first + 1; at < Math.min(words.length, first + ERRAND_REACH); at++) {
      const { plain: other, after } = words[at] as Word
      if (after === 'sentence' || ENOUGH.has(other)) break
      const isTool =
        TOOLS.has(other) && !words.slice(Math.max(first, at - 4), at).some((one) => BY.has(one.plain))
      if (
        PLACES.has(other) &&
        !isTool &&
        !(words[at + 1]?.after === 'word' && NO_PLACE_NEXT.has(words[at + 1]?.plain ?? ''))
      ) {
        yield { first, end: at + 1 }
        break
      }
    }
  }
}

/** Whether it says that the customer does it: "you could", "please", or, where a sentence begins with it, nothing. */
function isAddressed(words: readonly Word[], first: number): boolean {
  const word = before(words, first)
  if (word === '' || words[first]?.after === 'clause') return !isNegated(words, first, 4)
  if (!isToldTo(words, first)) return false
  for (const at of backwards(words, first, SUBJECT_REACH)) {
    const { plain } = words[at] as Word
    if (CUSTOMER.has(plain) || RECOMMENDS.has(plain)) return true
  }
  return false
}

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
    if (ours.has(bare(handle))) continue
    let end = at + 1
    while (end < words.length && (words[end]?.at ?? 0) < word.at + handle.length) end++
    const pointed = greeted && TOWARDS_A_HANDLE.has(before(words, at)) && isToldTo(words, at)
    if (pointed || (words[end]?.after === 'word' && OF_A_HANDLE.has(words[end]?.plain ?? '')))
      yield { first: at, end }
  }
}

const ADDRESS =
  /(?:https?:\/\/|www\.)[^\s<>]{1,200}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}|\b[a-z\d-]{2,40}(?:\.[a-z\d-]{2,40}){0,3}\.(?:[a-z\d-]{2,40}\/[\w/-]{1,80}|(?:com|org|net|uk|ie|eu|io|help|app|example)\b)/gi

/** Addresses that the customer is to use: "send it to claims@acme.example". */
function* addresses(text: string, words: readonly Word[], own: readonly string[]): Generator<Span> {
  const ours = new Set(own.map(bare))
  let after = 0
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    if (ours.has(bare(address))) continue
    while (after < words.length && (words[after]?.at ?? 0) < index) after++
    if (after === 0 || index - (words[after - 1]?.end ?? 0) > 3) continue
    const said = [
      words[after - 1] as Word,
      ...[...backwards(words, after - 1, 14)].map((one) => words[one] as Word),
    ]
    if (BEFORE_ADDRESS.has(words[after - 1]?.plain ?? '') && !said.some(({ plain }) => RANG.has(plain))) {
      yield { first: from(words, after - 1), end: after }
      continue
    }
    for (let at = after - 1; at >= 0 && after - at <= 6; at--) {
      const { plain, after: lies } = words[at] as Word
      if (USES_ADDRESS.has(plain) && !isNoun(words, at) && isToldTo(words, at)) {
        yield { first: at, end: after }
        break
      }
      if (lies === 'sentence') break
    }
  }
}

/** A number of an office: those that begin with 07 are somebody's own. */
const NUMBER = /(?<![\d£€$.,:/-])(?:\+44 ?(?:\(0\))? ?|0)[1-689][\d ]{7,12}\d(?![\d-])/g

/** Numbers that the customer is to ring, by whatever words: "Customer care: 0800 123 9911". */
function numbers(text: string, words: readonly Word[], own: readonly string[]): Span[] {
  const found: Span[] = []
  const ours = new Set(own.map(bare))
  let at = 0
  for (const { 0: number, index } of text.matchAll(NUMBER)) {
    if (ours.has(bare(number))) continue
    while (at < words.length && (words[at]?.at ?? 0) < index) at++
    let end = at
    while (end < words.length && (words[end]?.at ?? 0) < index + number.length) end++
    if (end === at || isAsked(text, index + number.length)) continue
    const said = [...backwards(words, at, 14)].map((one) => words[one] as Word)
    if (!said.some(({ plain }) => RANG.has(plain))) found.push({ first: at, end })
  }
  return found
}

/** A number that goes with what is told already says nothing new. */
function isSameSentence(words: readonly Word[], { first, end }: Span, number: number): boolean {
  if (number < first || number - end > 14) return false
  for (let at = first + 1; at <= number; at++) if (words[at]?.after === 'sentence') return false
  return true
}

/** A few words before, so that what is shown can be understood. */
function from(words: readonly Word[], at: number): number {
  let first = at
  for (const one of backwards(words, at, 4)) first = one
  return first
}

const isAsked = (text: string, from: number): boolean => /^[^.!?\n]{0,60}\?/.test(text.slice(from, from + 62))
