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
export type Phrase<What> = What & { readonly steps: readonly Step[] }

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

interface Filed<What> {
  readonly order: number
  readonly phrase: Phrase<What>
}

/** Phrases that begin alike: in the order in which they were written, and with it. */
interface Shelf<What> {
  readonly filed: Filed<What>[]
  readonly phrases: Phrase<What>[]
}

/** Where a phrase is looked for: below what its first word may be, or how that may begin, or anywhere. */
export function phraseIndex<What extends object>(
  phrases: readonly (readonly [string, What])[],
): (word: Word) => readonly Phrase<What>[] {
  const byWord = new Map<string, Shelf<What>>()
  const byBeginning = new Map<string, Shelf<What>>()
  const anywhere: Shelf<What> = { filed: [], phrases: [] }
  for (const [order, [written, what]] of phrases.entries()) {
    const phrase = { ...what, steps: written.split(/ +/).map(step) }
    for (const alternative of (written.split(' ')[0] ?? '').split('|')) {
      const start = plainly(alternative.replace(/^=|\*$/g, ''))
      const shelves = alternative.endsWith('*') ? byBeginning : byWord
      const shelf = alternative.startsWith('#')
        ? anywhere
        : (shelves.get(start) ?? { filed: [], phrases: [] })
      shelf.filed.push({ order, phrase })
      shelf.phrases.push(phrase)
      if (shelf !== anywhere) shelves.set(start, shelf)
    }
  }
  const lengths = [...new Set([...byBeginning.keys()].map(({ length }) => length))]
  return ({ plain }) => {
    const whole = byWord.get(plain)
    const begun = lengths.flatMap((length) =>
      length > plain.length ? [] : (byBeginning.get(plain.slice(0, length)) ?? []),
    )
    if (begun.length === 0 && anywhere.filed.length === 0) return whole?.phrases ?? []
    if (begun.length === 0 && whole === undefined) return anywhere.phrases
    // As they are written: who looks for the first that says the most minds the order.
    return [whole ?? anywhere, ...(whole === undefined ? [] : [anywhere]), ...begun]
      .flatMap(({ filed }) => filed)
      .sort((a, b) => a.order - b.order)
      .map(({ phrase }) => phrase)
  }
}

/** The index after the phrase's last word, where it begins at `from`; undefined where it does not. */
export function endOf(
  steps: readonly Step[],
  words: readonly Word[],
  from: number,
  stepAt = 0,
): number | undefined {
  const next = steps[stepAt]
  if (next === undefined) return from
  const goesOn = (to: number): boolean => to === 0 || stepAt === 0 || words[to]?.after !== 'sentence'
  if (next === 'gap') {
    for (let skipped = 0; skipped <= 3; skipped++) {
      const end = endOf(steps, words, from + skipped, stepAt + 1)
      if (end !== undefined) return end
      if (!goesOn(from + skipped)) return undefined
    }
    return undefined
  }
  const word = words[from]
  if (
    word !== undefined &&
    goesOn(from) &&
    (next.plain.has(word.plain) || next.others.some((allows) => allows(word)))
  ) {
    const end = endOf(steps, words, from + 1, stepAt + 1)
    if (end !== undefined) return end
  }
  return next.optional ? endOf(steps, words, from, stepAt + 1) : undefined
}
