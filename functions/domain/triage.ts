import { SEVERITIES, type Severity } from './complaint.ts'
import { issuesIn } from './issues.ts'
import { endOf, phraseIndex, type Word, wordsIn } from './phrases.ts'
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

const rulesFor = phraseIndex(
  TRIAGE_RULES.flatMap(({ signal, severity, phrases }) =>
    phrases.map((phrase) => [phrase, { signal, severity }] as const),
  ),
)
const idiomsFor = phraseIndex(IDIOMS.map((phrase) => [phrase, {}] as const))

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
