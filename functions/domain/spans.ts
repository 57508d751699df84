import { endOf, phraseIndex, type Word } from './phrases.ts'
import { NEGATION_ENDS, NEGATORS } from './triage-rules.ts'

/** Words of a text, from `first` to before `end`. */
export interface Span {
  readonly first: number
  readonly end: number
}

export type Found = ReturnType<typeof phraseIndex<object>>
export const phrases = (written: readonly string[]): Found =>
  phraseIndex(written.map((phrase) => [phrase, {}]))

/** Where one of the phrases stands, each place once, as far as the longest of them goes. */
export function* spansOf(found: Found, words: readonly Word[]): Generator<Span> {
  for (const [first, word] of words.entries()) {
    let longest = first
    for (const { steps } of found(word, words[first + 1]))
      longest = Math.max(longest, endOf(steps, words, first) ?? first)
    if (longest > first) yield { first, end: longest }
  }
}

export const has = (found: Found, words: readonly Word[]): boolean => !spansOf(found, words).next().done

/** Of what is shown of a text. */
export const MOST_WORDS = 120

export function quoted(
  text: string,
  words: readonly Word[],
  { first, end }: Span,
): { words: string; at: number } {
  const at = words[first]?.at ?? 0
  return { words: text.slice(at, Math.min(words[end - 1]?.end ?? at, at + MOST_WORDS)), at }
}

/** What is said over again within what was found already is one finding. */
export function apart(spans: Iterable<Span>): Span[] {
  const kept: Span[] = []
  for (const span of spans) if (span.first >= (kept.at(-1)?.end ?? 0)) kept.push(span)
  return kept
}

/** The word before, in the same sentence; nothing where there is none. */
export const before = (words: readonly Word[], at: number): string =>
  words[at]?.after === 'sentence' ? '' : (words[at - 1]?.plain ?? '')

export function isNegated(words: readonly Word[], first: number, reach: number): boolean {
  for (let at = first; at > 0 && first - at < reach; at--) {
    if (words[at]?.after !== 'word') return false
    const { plain } = words[at - 1] as Word
    if (NEGATION_ENDS.has(plain)) return false
    if (NEGATORS.has(plain) || plain === "needn't" || plain === 'instead') return true
  }
  return false
}

/** The words of the same sentence before one, nearest first, at most so many. */
export function* backwards(words: readonly Word[], from: number, most: number): Generator<number> {
  for (let at = from; at > 0 && from - at < most && words[at]?.after !== 'sentence'; at--) yield at - 1
}

/** A name, an address or a number, however it is written. */
export const bare = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
