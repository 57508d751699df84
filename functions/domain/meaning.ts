import { EMPTY_WORDS, SYNONYMS } from './guard-rules.ts'
import type { Word } from './phrases.ts'

/** A word without its ending: "charged", "charges" and "charging" are one; so are words that begin alike. */
export function stem(word: string): string {
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

/** What a text speaks of, and, after `=`, the lines of synonyms that it is in. */
export function contentOf(words: readonly Word[]): Set<string> {
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
