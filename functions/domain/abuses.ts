import {
  ABUSES,
  CONTRITE,
  DENIES,
  FAIR,
  KIND_WORDS,
  MOCKING,
  NEGATABLE,
  OF_OURS,
  OWED,
  SANCTIONS,
  TELLS,
  TOLD,
  TRIGGERS,
  WISHES,
} from './abuse-words.ts'
import { isToldTo } from './bounces.ts'
import type { Finding } from './guard.ts'
import type { Word } from './phrases.ts'
import { apart, backwards, before, isNegated, phrases, quoted, type Span, spansOf } from './spans.ts'

const abusesFor = phrases(ABUSES)
const sanctionsFor = phrases(SANCTIONS)
const triggersFor = phrases(TRIGGERS)

/** What blames, belittles, mocks or threatens whoever reads it. */
export function abuses(text: string, words: readonly Word[]): Finding[] {
  const reason =
    'This blames, belittles or threatens whoever reads it: say what happened, and what you do about it.'
  const spans = [...spansOf(abusesFor, words)].filter((span) => {
    const { words: said } = quoted(text, words, span)
    if (words[span.first]?.quoted === true) return false
    if (NEGATABLE.test(said) && isNegated(words, span.first, 4)) return false
    if (isToldOfOthers(words, span.first)) return false
    if (TOLD.has(words[span.first]?.plain ?? '') && !isToldTo(words, span.first)) return false
    // "His words to you were insulting".
    if (/^you /.test(said) && /^(?:to|for|with|at|by|from)$/.test(before(words, span.first))) return false
    const next = words[span.end]?.plain ?? ''
    return !KIND_WORDS.has(next) && !(FAIR.has(next) && /ly(?: you)?$/i.test(said))
  })
  const all = [...spans, ...hindsight(words), ...threats(words)].sort(
    (a, b) => a.first - b.first || b.end - a.end,
  )
  return [
    ...apart(all).map((span): Finding => ({ rule: 'abuse', ...quoted(text, words, span), reason })),
    ...[...text.matchAll(MOCKING)].map(
      ({ 0: mark, index }): Finding => ({ rule: 'abuse', words: mark, at: index, reason }),
    ),
  ]
}

/** How far what is told may be from who tells it. */
const TELLING_REACH = 12

/** "My colleague told you to calm down", "I am sorry that we blamed you": somebody else did, or it is owned up to. */
function isToldOfOthers(words: readonly Word[], first: number): boolean {
  let ours = false
  for (const at of backwards(words, first, TELLING_REACH)) {
    const { plain } = words[at] as Word
    if (plain === 'but') return false
    if (TELLS.has(plain) && !/^(?:i|we|i've|we've|as|have|already|you|you've)$/.test(before(words, at)))
      return true
    if (DENIES.has(plain) && isNegated(words, at, 2)) return true
    if (OF_OURS.has(plain)) ours = true
    if (CONTRITE.has(plain) && ours) return true
  }
  return false
}

/** "You should have asked", "you shouldn't have parked there": easily said afterwards. */
function* hindsight(words: readonly Word[]): Generator<Span> {
  for (const [first, { plain, quoted: isQuoted }] of words.entries()) {
    if (plain !== 'you' || isQuoted) continue
    const after = words.slice(first + 1, first + 6)
    if (!/^(?:should|shouldn't|could|might|ought)$/.test(after[0]?.plain ?? '')) continue
    const have = after.findIndex(({ plain: word }) => word === 'have')
    const done = after[have + 1]
    // "You could not have known": nobody could.
    const isFree = /^(?:could|might)$/.test(after[0]?.plain ?? '') && after[1]?.plain === 'not'
    if (isFree || have < 1 || have > 2 || done === undefined || done.after !== 'word' || OWED.has(done.plain))
      continue
    if (!/(?:ed|en|t|d|wn|ne|ck|ot|id|ad|ought)$/.test(done.plain) || isToldOfOthers(words, first)) continue
    yield { first, end: first + have + 3 }
  }
}

/** What would be done to the customer, and on what condition, in one sentence. */
function* threats(words: readonly Word[]): Generator<Span> {
  const triggers = [...spansOf(triggersFor, words)].filter(
    ({ first, end }) =>
      words[first]?.plain !== 'if' || !words.slice(first, end + 2).some(({ plain }) => WISHES.has(plain)),
  )
  if (triggers.length === 0) return
  const sentences = sentencesIn(words)
  let next = 0
  for (const sanction of spansOf(sanctionsFor, words)) {
    const sentence = sentences[sanction.first]
    while (next < triggers.length && (sentences[triggers[next]?.first ?? 0] ?? 0) < (sentence ?? 0)) next++
    const trigger = triggers[next]
    if (trigger === undefined || sentences[trigger.first] !== sentence) continue
    if (words[sanction.first]?.quoted === true || isNegated(words, sanction.first, 4)) continue
    yield sanction
  }
}

/** Of each word, the number of its sentence. */
function sentencesIn(words: readonly Word[]): number[] {
  let sentence = 0
  return words.map(({ after }) => (after === 'sentence' ? ++sentence : sentence))
}
