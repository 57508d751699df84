import { SEVERITIES, type Severity } from './complaint.ts'
import { issuesIn } from './issues.ts'
import { IDIOMS, NEGATION_ENDS, NEGATORS, type SignalName, TRIAGE_RULES } from './triage-rules.ts'

/** What the words of a complaint say of how bad it is, and which words they were. */
export interface Signal {
  readonly signal: SignalName
  readonly severity: Severity
  /** The customer's own words that decided, at most 120 characters of them, exactly as they stand. */
  readonly words: string
  /** Where they begin, in UTF-16 code units. */
  readonly at: number
  /** They stand in the subject; otherwise in the text. */
  readonly in?: 'subject'
}

export interface Triage {
  /** The highest of the signals'; undefined where there is none. */
  readonly severity: Severity | undefined
  /** Each kind at most once, by what speaks for it most; in the order in which they are written. */
  readonly signals: readonly Signal[]
  /** The points of the complaint, in the customer's words; at most 10 of at most 200 characters. */
  readonly issues: readonly string[]
}

const MOST_WORDS = 120

/**
 * Reads how bad a complaint is from explicit words, and what its points are. It suggests; people decide. It looks at
 * nothing but what is written: not at who wrote it, and not at how many people follow them. Sarcasm is beyond it.
 */
export function triage(text: string, subject?: string): Triage {
  const found = [
    ...(subject === undefined
      ? []
      : signalsIn(subject).map((signal): Signal => ({ ...signal, in: 'subject' }))),
    ...signalsIn(text),
  ]
  const signals = found.filter(
    (signal) =>
      found
        .filter((other) => other.signal === signal.signal)
        .reduce((most, other) => (rank(other) > rank(most) ? other : most)) === signal,
  )
  const severity = signals.reduce<Severity | undefined>(
    (most, signal) =>
      most === undefined || rank(signal) > SEVERITIES.indexOf(most) ? signal.severity : most,
    undefined,
  )
  return { severity, signals, issues: issuesIn(text, subject) }
}

const rank = ({ severity }: { readonly severity: Severity }): number => SEVERITIES.indexOf(severity)

interface Word {
  /** Lower case, without accents. */
  readonly plain: string
  readonly exact: string
  readonly at: number
  readonly end: number
  /** What lies between it and the word before: nothing, the end of a clause, or of a sentence. */
  readonly after: 'word' | 'clause' | 'sentence'
  readonly quoted: boolean
}

const plainly = (word: string): string =>
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
function wordsIn(text: string): Word[] {
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
          after: /[.!?;:\n…。！？]/.test(between)
            ? 'sentence'
            : /[,()[\]–—]| -+ /.test(between)
              ? 'clause'
              : 'word',
          quoted: quotes(at),
        })
        last = at + piece.length
      }
    }
  }
  return words
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
type Step = 'gap' | { readonly fits: readonly ((word: Word) => boolean)[]; readonly optional: boolean }

interface Phrase {
  readonly steps: readonly Step[]
  readonly signal?: SignalName
  readonly severity?: Severity
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
  if (alternative.startsWith('=')) return ({ exact }) => exact === alternative.slice(1)
  const plain = plainly(alternative.replace('*', ''))
  return alternative.endsWith('*') ? (word) => word.plain.startsWith(plain) : (word) => word.plain === plain
}

function step(written: string): Step {
  if (written === '~') return 'gap'
  const optional = written.endsWith('?')
  return { optional, fits: (optional ? written.slice(0, -1) : written).split('|').map(fits) }
}

/** Where a phrase is looked for: below the beginning of what its first word may be, or anywhere. */
function index(
  phrases: readonly (readonly [string, Omit<Phrase, 'steps'>])[],
): (word: Word) => readonly Phrase[] {
  const byStart = new Map<string, Phrase[]>()
  for (const [written, what] of phrases) {
    const [first = '', ...rest] = written.split(/ +/)
    const steps = [first, ...rest].map(step)
    for (const alternative of first.split('|')) {
      const start = alternative.startsWith('#') ? '#' : plainly(alternative.replace(/[=*]/g, '')).slice(0, 3)
      byStart.set(start, [...(byStart.get(start) ?? []), { ...what, steps }])
    }
  }
  const numeric = byStart.get('#') ?? []
  return ({ plain }) => {
    // A word, or a beginning, of fewer than three letters is filed below what it has.
    const found = [1, 2, 3].flatMap((length) =>
      length <= plain.length ? (byStart.get(plain.slice(0, length)) ?? []) : [],
    )
    return numeric.length === 0 ? found : [...found, ...numeric]
  }
}

const rulesFor = index(
  TRIAGE_RULES.flatMap(({ signal, severity, phrases }) =>
    phrases.map((phrase) => [phrase, { signal, severity }] as const),
  ),
)
const idiomsFor = index(IDIOMS.map((phrase) => [phrase, {}] as const))

/** The index after the phrase's last word, where it begins at `from`; undefined where it does not. */
function endOf(steps: readonly Step[], words: readonly Word[], from: number, stepAt = 0): number | undefined {
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
  if (word !== undefined && goesOn(from) && next.fits.some((allows) => allows(word))) {
    const end = endOf(steps, words, from + 1, stepAt + 1)
    if (end !== undefined) return end
  }
  return next.optional ? endOf(steps, words, from, stepAt + 1) : undefined
}

/** How many words before a phrase a negation reaches. */
const REACH = 4

function isNegated(words: readonly Word[], first: number): boolean {
  for (let at = first; at > 0 && first - at < REACH; at--) {
    if (words[at]?.after !== 'word') return false
    const { plain } = words[at - 1] as Word
    // "not only", "can't believe", "no wonder": said for emphasis.
    if (NEGATION_ENDS.has(plain)) return false
    if (NEGATORS.has(plain)) return !isIrrealis(words, at)
  }
  return false
}

const isIrrealis = (words: readonly Word[], at: number): boolean => NEGATION_ENDS.has(words[at]?.plain ?? '')

/** Negations of these say as much as the words do: "nobody called", "still no reply". */
const NEGATABLE: ReadonlySet<SignalName> = new Set([
  'safety',
  'vulnerability',
  'discrimination',
  'legal-threat',
  'regulator',
])

function signalsIn(text: string): Signal[] {
  const words = wordsIn(text)
  const idiomatic = new Set<number>()
  for (const [at, word] of words.entries()) {
    for (const { steps } of idiomsFor(word)) {
      const end = endOf(steps, words, at)
      for (let inside = at; inside < (end ?? at); inside++) idiomatic.add(inside)
    }
  }
  const best = new Map<SignalName, Signal>()
  const note = (signal: Signal): void => {
    const known = best.get(signal.signal)
    if (known === undefined || rank(signal) > rank(known)) best.set(signal.signal, signal)
  }
  for (const [first, word] of words.entries()) {
    for (const { steps, signal, severity } of rulesFor(word)) {
      if (signal === undefined || severity === undefined) continue
      const end = endOf(steps, words, first)
      if (end === undefined || end === first) continue
      if (someBetween(first, end, (at) => idiomatic.has(at))) continue
      if (NEGATABLE.has(signal) && isNegated(words, first)) continue
      if (signal === 'legal-threat' && word.quoted) continue
      const to = Math.min((words[end - 1] as Word).end, word.at + MOST_WORDS)
      note({ signal, severity, words: text.slice(word.at, to), at: word.at })
    }
  }
  const money = moneyIn(text)
  if (money !== undefined) note(money)
  return [...best.values()].sort((a, b) => a.at - b.at)
}

function someBetween(from: number, to: number, holds: (at: number) => boolean): boolean {
  for (let at = from; at < to; at++) if (holds(at)) return true
  return false
}

/**
 * Roughly how many of each currency's units make one pound, euro or dollar: enough to tell a coffee from a rent. Each
 * with what people write for it.
 */
const CURRENCIES: readonly (readonly [unitsPerPound: number, written: string])[] = [
  [
    1,
    '£ € $ US$ GBP EUR USD CHF pound pounds quid euro euros dollar dollars Euro Euros Fr. Franken francs livres libras',
  ],
  [1.7, 'A$ AU$ C$ CA$ NZ$ S$ AUD CAD NZD SGD'],
  [4.5, 'zł PLN złotych R$ BRL reais lei RON ₪ ILS'],
  [12, 'kr kr. SEK NOK DKK HK$ HKD ZAR rand CNY RMB yuan'],
  [30, 'CZK Kč MXN THB ฿ ₺ TRY'],
  [100, '₹ Rs Rs. INR rupees ¥ JPY yen'],
  [450, 'Ft HUF'],
  [1500, '₩ KRW'],
]
const UNITS = new Map(
  CURRENCIES.flatMap(([units, written]) =>
    written.split(' ').map((name) => [name.toLowerCase(), units] as const),
  ),
)
const NAMES = [...UNITS.keys()]
  .sort((a, b) => b.length - a.length)
  .map((name) => name.replace(/[$.]/g, '\\$&'))
  .join('|')
const NUMBER = "\\d{1,9}(?:[.,’' \\u00a0\\u202f]\\d{3}){0,3}(?:[.,]\\d{1,2})?"
const AMOUNT = new RegExp(
  `(?<![\\p{L}\\p{N}.,])(?:(?<before>${NAMES})\\s?(?<first>${NUMBER})(?<thousands>k)?(?![\\p{L}\\p{N}])|(?<second>${NUMBER})(?<thousandsToo>k)?\\s?(?<after>${NAMES})(?![\\p{L}\\p{N}]))`,
  'giu',
)
/** What makes an amount somebody else's, or an offer. */
const NOT_AT_STAKE =
  /^\s?(?:m|bn|million|billion|mio|mrd|profits?|revenue|turnover|off|prize|cheaper|or more|gift)\b/i

const AT_STAKE = [
  { atLeast: 500, severity: 'high' },
  { atLeast: 50, severity: 'normal' },
] as const

/** The most money that is spoken of, where it is enough to matter. */
function moneyIn(text: string): Signal | undefined {
  let most: { readonly at: number; readonly words: string; readonly worth: number } | undefined
  for (const match of text.matchAll(AMOUNT)) {
    const { before, first, second, after, thousands, thousandsToo } = match.groups ?? {}
    const units = UNITS.get((before ?? after ?? '').toLowerCase()) ?? 1
    const end = match.index + match[0].length
    if (NOT_AT_STAKE.test(text.slice(end, end + 12))) continue
    const worth =
      (numberOf(first ?? second ?? '') * ((thousands ?? thousandsToo) === undefined ? 1 : 1000)) / units
    if (most === undefined || worth > most.worth) most = { at: match.index, words: match[0], worth }
  }
  const level = AT_STAKE.find(({ atLeast }) => most !== undefined && most.worth >= atLeast)
  if (most === undefined || level === undefined) return undefined
  return { signal: 'money', severity: level.severity, words: most.words.slice(0, MOST_WORDS), at: most.at }
}

/** "1,234.50", "1.234,50", "1 234": the last separator parts the decimals where one or two digits follow it. */
function numberOf(written: string): number {
  const decimals = /[.,](\d{1,2})$/.exec(written)
  const whole = (decimals === null ? written : written.slice(0, decimals.index)).replace(/\D/g, '')
  return Number(`${whole}.${decimals?.[1] ?? '0'}`)
}
