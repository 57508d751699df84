/*
 * Phrases in a small language of words, and where a text has them:
 *
 * - `word` is that word whatever its case; `=WORD` only in that case; `word*` begins with it; `a|b` is either
 * - `word?` may be missing; `~` is up to three words of the same sentence
 * - `#` is a count of two or more ("3", "five", "several"); `#th` its ordinal ("3rd", "fifth"); `#old` an age from 70;
 *   `#digits` at least three digits; `#name` begins with a capital
 *
 * Words are parted by anything but letters, digits and apostrophes, so `wi fi` is also "Wi-Fi".
 */

export interface Word {
  /** Lower case, without accents. */
  readonly plain: string
  readonly exact: string
  readonly at: number
  readonly end: number
  /** What lies between it and the word before: nothing, the end of a clause, or of a sentence. */
  readonly after: 'word' | 'clause' | 'sentence'
  readonly quoted: boolean
}

export const plainly = (word: string): string =>
  // Most words are plain ones, and what is done to the others takes most of the time.
  /^[\x20-\x7e]*$/.test(word) ? word.toLowerCase() : accentless(word)

const accentless = (word: string): string =>
  word
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[’‘ʼ]/g, "'")

/** French and Italian articles and pronouns that are written together with what follows. */
const ELISION = /^(?:[ldjnscmt]|qu)['’ʼ](?=\p{L}{2})/iu
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’‘ʼ][\p{L}\p{M}]+)*/gu
const ADDRESS = /:\/\/|^www\.|^[^@]+@[^@]+\.[^@]+$/i

/** The words of a text; none of web and email addresses, and none of what it quotes of earlier messages. */
export function wordsIn(text: string): Word[] {
  const words: Word[] = []
  const quotes = quotedIn(text)
  let last = 0
  let lineStart = true
  let skipping = false
  for (const { 0: chunk, index } of text.matchAll(/\n|[^\s]+/g)) {
    if (chunk === '\n') {
      lineStart = true
      skipping = false
      continue
    }
    if (lineStart) skipping = chunk.startsWith('>')
    lineStart = false
    if (skipping || ADDRESS.test(chunk.slice(0, 500))) continue
    for (const match of chunk.matchAll(WORD)) {
      for (const [piece, offset] of parts(match[0])) {
        const at = index + match.index + offset
        const exact = piece
        const between = text.slice(Math.max(last, at - 200), at)
        words.push({
          plain: plainly(piece),
          exact,
          at,
          end: at + piece.length,
          after: betweenWords(between),
          quoted: quotes(at),
        })
        last = at + piece.length
      }
    }
  }
  return words
}

function betweenWords(between: string): Word['after'] {
  if (between === ' ') return 'word'
  if (/[.!?;:\n…。！？]/.test(between)) return 'sentence'
  return /[,()[\]–—]| -+ /.test(between) ? 'clause' : 'word'
}

function parts(word: string): [string, number][] {
  const elision = ELISION.exec(word)
  if (elision === null) return [[word, 0]]
  const { length } = elision[0]
  return [
    [word.slice(0, length), 0],
    [word.slice(length), length],
  ]
}

/** Tells whether a position lies within double quotation marks: the words of somebody else. */
function quotedIn(text: string): (at: number) => boolean {
  const spans: [number, number][] = []
  let open: number | undefined
  for (const { 0: mark, index } of text.matchAll(/["“”„«»]|\n\n/g)) {
    if (mark === '\n\n') open = undefined
    else if (open === undefined) open = index
    else {
      spans.push([open, index])
      open = undefined
    }
  }
  let next = 0
  // Asked in the order of the text.
  return (at) => {
    while (next < spans.length && (spans[next]?.[1] ?? 0) < at) next++
    const span = spans[next]
    return span !== undefined && span[0] < at && at < span[1]
  }
}

/** One word of a phrase: what it may be, and whether it may be missing; or a gap of up to three words. */
type Step =
  | 'gap'
  | {
      readonly plain: ReadonlySet<string>
      readonly others: readonly ((word: Word) => boolean)[]
      readonly optional: boolean
    }

/** A phrase as it is read, with what it stands for. */
export type Phrase<What> = What & {
  readonly steps: readonly Step[]
  /** The words that its second may be; undefined where it may be others, or where there is none. */
  readonly second: ReadonlySet<string> | undefined
}

const NUMBERS =
  'two three four five six seven eight nine ten eleven twelve fifteen twenty thirty fifty hundred several multiple numerous countless dozens zwei drei vier fünf sechs sieben acht neun zehn deux trois quatre cinq six sept huit neuf dix dos tres cuatro cinco seis siete ocho nueve diez twee drie vier vijf zes zeven acht negen tien'
const ORDINALS =
  'third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth twentieth dritte dritten vierte vierten fünfte fünften sechste sechsten siebten zehnten troisième quatrième cinquième sixième dixième tercera cuarta quinta sexta séptima décima derde vierde vijfde zesde zevende tiende'
const numbers = new Set(NUMBERS.split(' ').map(plainly))
const ordinals = new Set(ORDINALS.split(' ').map(plainly))

const isCount = ({ plain }: Word): boolean =>
  numbers.has(plain) || (/^\d{1,3}x?$/.test(plain) && Number.parseInt(plain, 10) >= 2)
const isOrdinal = ({ plain }: Word): boolean =>
  ordinals.has(plain) ||
  (/^\d{1,3}(?:rd|th|st|nd|e|eme|ten|de|a)$/.test(plain) && Number.parseInt(plain, 10) >= 3)
const isOldAge = ({ plain }: Word): boolean =>
  /^\d{2,3}$/.test(plain) && Number(plain) >= 70 && Number(plain) <= 120

function fits(alternative: string): (word: Word) => boolean {
  if (alternative === '#') return isCount
  if (alternative === '#th') return isOrdinal
  if (alternative === '#old') return isOldAge
  if (alternative === '#name') return ({ exact }) => /^\p{Lu}[\p{L}\p{N}]/u.test(exact)
  if (alternative === '#digits') return ({ plain }) => /^\d{3,}$/.test(plain)
  if (alternative.startsWith('=')) return ({ exact }) => exact === alternative.slice(1)
  const beginning = plainly(alternative.replace('*', ''))
  return ({ plain }) => plain.startsWith(beginning)
}

const isPlain = (alternative: string): boolean => !/^[#=]|\*$/.test(alternative)

function step(written: string): Step {
  if (written === '~') return 'gap'
  const optional = written.endsWith('?')
  const alternatives = (optional ? written.slice(0, -1) : written).split('|')
  return {
    optional,
    plain: new Set(alternatives.filter(isPlain).map(plainly)),
    others: alternatives.filter((alternative) => !isPlain(alternative)).map(fits),
  }
}

/** What must follow the first word, as far as single words say it. */
function secondOf([first, ...rest]: readonly Step[]): ReadonlySet<string> | undefined {
  const second = new Set<string>()
  if (first === undefined || first === 'gap' || first.optional) return undefined
  for (const next of rest) {
    if (next === 'gap' || next.others.length > 0) return undefined
    for (const word of next.plain) second.add(word)
    if (!next.optional) return second
  }
  return undefined
}

interface Filed<What> {
  readonly order: number
  readonly phrase: Phrase<What>
}

/** The phrases that begin with a word, and what of them can go on with another. */
class Shelf<What> {
  /** In the order in which they were written. */
  readonly all: readonly Phrase<What>[]
  /** Those that may go on with anything. */
  readonly #open: readonly Phrase<What>[]
  readonly #seconds: ReadonlySet<string>
  // Filled as it is asked for, and no larger than what the phrases have.
  readonly #bySecond = new Map<string, readonly Phrase<What>[]>()

  constructor(filed: readonly Filed<What>[]) {
    this.all = [...new Set(filed)].sort((a, b) => a.order - b.order).map(({ phrase }) => phrase)
    this.#open = this.all.filter(({ second }) => second === undefined)
    this.#seconds = new Set(this.all.flatMap(({ second }) => [...(second ?? [])]))
  }

  before(second: string | undefined): readonly Phrase<What>[] {
    if (second === undefined || !this.#seconds.has(second)) return this.#open
    let found = this.#bySecond.get(second)
    if (found === undefined) {
      found = this.all.filter((phrase) => phrase.second?.has(second) ?? true)
      this.#bySecond.set(second, found)
    }
    return found
  }
}

/** Looks for phrases that begin with a word; where the next one is given, only for those that may go on with it. */
export interface PhraseIndex<What> {
  (word: Word): readonly Phrase<What>[]
  (word: Word, next: Word | undefined): readonly Phrase<What>[]
}

/** Where a phrase is looked for: below what its first word may be, or how that may begin, or anywhere. */
export function phraseIndex<What extends object>(
  phrases: readonly (readonly [string, What])[],
): PhraseIndex<What> {
  const byWord = new Map<string, Filed<What>[]>()
  const byBeginning = new Map<string, Filed<What>[]>()
  const anywhere: Filed<What>[] = []
  for (const [order, [written, what]] of phrases.entries()) {
    const steps = written.split(/ +/).map(step)
    const filed = { order, phrase: { ...what, steps, second: secondOf(steps) } }
    for (const alternative of (written.split(' ')[0] ?? '').split('|')) {
      const start = plainly(alternative.replace(/^=|\*$/g, ''))
      const under = alternative.endsWith('*') ? byBeginning : byWord
      const known = under.get(start)
      if (alternative.startsWith('#')) anywhere.push(filed)
      else if (known === undefined) under.set(start, [filed])
      else known.push(filed)
    }
  }
  const lengths = [...new Set([...byBeginning.keys()].map(({ length }) => length))]
  const begunBy = (plain: string): Filed<What>[] =>
    lengths.flatMap((length) =>
      length > plain.length ? [] : (byBeginning.get(plain.slice(0, length)) ?? []),
    )
  const shelves = new Map<string, Shelf<What>>()
  const others = new Shelf(anywhere)
  const shelfOf = (plain: string): Shelf<What> => {
    const known = shelves.get(plain)
    if (known !== undefined) return known
    const whole = byWord.get(plain)
    const begun = begunBy(plain)
    if (whole === undefined) return begun.length === 0 ? others : new Shelf([...begun, ...anywhere])
    const shelf = new Shelf([...whole, ...begun, ...anywhere])
    shelves.set(plain, shelf)
    return shelf
  }
  return (word: Word, ...next: [] | [Word | undefined]) => {
    const shelf = shelfOf(word.plain)
    return next.length === 0
      ? shelf.all
      : shelf.before(next[0]?.after === 'sentence' ? undefined : next[0]?.plain)
  }
}

/** The index after the phrase's last word, where it begins at `from`; undefined where it does not. */
export function endOf(
  steps: readonly Step[],
  words: readonly Word[],
  from: number,
  stepAt = 0,
): number | undefined {
  let at = from
  for (let step = stepAt; step < steps.length; step++) {
    const next = steps[step] as Step
    const word = words[at]
    // No phrase goes on in the next sentence.
    const goesOn = at === 0 || step === 0 || word?.after !== 'sentence'
    if (next === 'gap') {
      for (let skipped = 0; skipped <= 3; skipped++) {
        const end = endOf(steps, words, at + skipped, step + 1)
        if (end !== undefined) return end
        if (at + skipped > 0 && words[at + skipped]?.after === 'sentence') return undefined
      }
      return undefined
    }
    const fits =
      word !== undefined &&
      goesOn &&
      (next.plain.has(word.plain) || next.others.some((allows) => allows(word)))
    if (fits && next.optional) {
      const end = endOf(steps, words, at + 1, step + 1)
      if (end !== undefined) return end
    } else if (fits) at++
    else if (!next.optional) return undefined
  }
  return at
}
