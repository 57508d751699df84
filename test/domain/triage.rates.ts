import { triage } from '../../functions/domain/triage.ts'
import type { Labelled } from './triage.texts.ts'

export interface Rate {
  readonly signal: string
  /** Of those found, the share that is right; of those there are, the share that is found. */
  readonly precision: number
  readonly recall: number
  readonly texts: number
}

const SIGNALS = [
  'safety',
  'vulnerability',
  'discrimination',
  'legal-threat',
  'regulator',
  'repeated-failure',
  'money',
] as const

/** How often triage says of labelled texts what the label says, by signal and over all. */
export function ratesOf(texts: readonly Labelled[]): Rate[] {
  const results = texts.map(({ text, signals }) => ({
    wanted: new Set<string>(signals),
    found: new Set<string>(triage(text).signals.map(({ signal }) => signal)),
  }))
  const rate = (signal: string, names: readonly string[]): Rate => {
    const count = (holds: (wanted: boolean, found: boolean) => boolean): number =>
      results.reduce(
        (sum, { wanted, found }) =>
          sum + names.filter((name) => holds(wanted.has(name), found.has(name))).length,
        0,
      )
    const right = count((wanted, found) => wanted && found)
    return {
      signal,
      precision:
        right /
        Math.max(
          1,
          count((_, found) => found),
        ),
      recall:
        right /
        Math.max(
          1,
          count((wanted) => wanted),
        ),
      texts: count((wanted) => wanted),
    }
  }
  return [...SIGNALS.map((signal) => rate(signal, [signal])), rate('all', SIGNALS)]
}

/** The texts that triage reads otherwise than a person did. */
export const mistakesIn = (texts: readonly Labelled[]): string[] =>
  texts.flatMap(({ text, signals }) => {
    const found = triage(text).signals
    const missed = signals.filter((wanted) => !found.some(({ signal }) => signal === wanted))
    const wrong = found.filter(({ signal }) => !signals.includes(signal))
    return missed.length + wrong.length === 0
      ? []
      : [
          `${text}${missed.length > 0 ? ` | missed ${missed.join(', ')}` : ''}${wrong.length > 0 ? ` | wrong ${wrong.map(({ signal, words }) => `${signal} (${words})`).join(', ')}` : ''}`,
        ]
  })
