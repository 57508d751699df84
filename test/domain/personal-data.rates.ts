import { findPersonalData } from '../../functions/domain/personal-data.ts'
import type { Marked } from './personal-data.texts.ts'

/** What is found and what was marked, each once: kind and words. */
const compare = ({ text, findings }: Marked) => {
  const found = findPersonalData(text).map(({ kind, at, length }) => ({
    kind,
    words: text.slice(at, at + length),
  }))
  const same = (a: { kind: string; words: string }, b: { kind: string; words: string }): boolean =>
    a.kind === b.kind && (a.words.includes(b.words) || b.words.includes(a.words))
  return {
    found,
    missed: findings.filter((wanted) => !found.some((one) => same(one, wanted))),
    wrong: found.filter((one) => !findings.some((wanted) => same(one, wanted))),
  }
}

export interface Rates {
  readonly precision: number
  readonly recall: number
  readonly marked: number
}

/** How much of what is found is personal data, and how much personal data is found. */
export function ratesOf(texts: readonly Marked[]): Rates {
  const results = texts.map(compare)
  const sum = (count: (result: (typeof results)[number]) => number): number =>
    results.reduce((total, result) => total + count(result), 0)
  const found = sum((result) => result.found.length)
  const marked = texts.reduce((total, { findings }) => total + findings.length, 0)
  return {
    precision: (found - sum((result) => result.wrong.length)) / found,
    recall: (marked - sum((result) => result.missed.length)) / marked,
    marked,
  }
}

/** The texts in which something else is found than was marked. */
export const mistakesIn = (texts: readonly Marked[]): string[] =>
  texts.flatMap((marked) => {
    const { missed, wrong } = compare(marked)
    if (missed.length + wrong.length === 0) return []
    const list = (findings: typeof missed): string =>
      findings.map(({ kind, words }) => `${kind} "${words}"`).join(', ')
    return [`${marked.text} | missed: ${list(missed)} | wrong: ${list(wrong)}`]
  })
