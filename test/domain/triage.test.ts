import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEVERITIES } from '../../functions/domain/complaint.ts'
import { triage } from '../../functions/domain/triage.ts'
import { IDIOMS, TRIAGE_RULES } from '../../functions/domain/triage-rules.ts'
import { mistakesIn, ratesOf } from './triage.rates.ts'
import { DEVELOPMENT, HELD_OUT } from './triage.texts.ts'

const pairs = (text: string) => triage(text).signals.map(({ signal, words }) => [signal, words])

describe('what makes a complaint worse', () => {
  it('is found in explicit words, and shown with them', () => {
    const text = "I'm disabled and there's a gas leak. That is the fifth time."
    expect(triage(text)).toMatchObject({
      severity: 'critical',
      signals: [
        { signal: 'vulnerability', severity: 'high', words: 'disabled', at: 4 },
        { signal: 'safety', severity: 'critical', words: 'gas leak', at: text.indexOf('gas leak') },
        { signal: 'repeated-failure', severity: 'high', words: 'fifth time' },
      ],
    })
  })

  it('is not found where there is nothing of it', () => {
    expect(triage('My bill is wrong')).toMatchObject({ severity: undefined, signals: [] })
  })

  it.each([
    'There was no injury, luckily',
    'Nobody was hurt',
    "I'm not going to sue anybody",
    'I have power of attorney for my uncle',
    'The voltage regulator that you sent is the wrong one',
    'I got a shock when I saw the menu',
  ])('is not what is denied, or means something else: %s', (text) => {
    expect(pairs(text)).toEqual([])
  })
})

describe('the points of a complaint', () => {
  it('are its sentences and what is joined by "also" or a comma and "and"', () => {
    const text =
      'Lost a customer today: I can only open my bill over 3G on the tablet, and setting a web password means driving to a shop. Also paid to sit on hold and got bad advice.'
    expect(triage(text).issues).toEqual([
      'I can only open my bill over 3G on the tablet',
      'setting a web password means driving to a shop',
      'paid to sit on hold and got bad advice',
    ])
  })

  it('are the items of its list, without greeting and name', () => {
    expect(
      triage('Hi there,\n\n1) my router is late 2) I was charged twice and 3) nobody called.\nThanks\nKim')
        .issues,
    ).toEqual(['my router is late', 'I was charged twice', 'nobody called'])
  })

  it('are one where it says one thing', () => {
    expect(triage('My bill is wrong.').issues).toEqual(['My bill is wrong'])
  })
})

describe('on texts that people have labelled', () => {
  it('finds what is there, and little else; on those that the rules were written with nothing is amiss', () => {
    expect(mistakesIn(DEVELOPMENT)).toEqual([])
    for (const { signal, precision, recall } of ratesOf(HELD_OUT)) {
      expect(precision, `precision of ${signal}`).toBeGreaterThanOrEqual(0.85)
      expect(recall, `recall of ${signal}`).toBeGreaterThanOrEqual(0.75)
    }
  })
})

const written = TRIAGE_RULES.flatMap(({ phrases }) => phrases)
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          ...written,
          ...IDIOMS,
          'not',
          'no',
          'I',
          'never',
          'and',
          'also',
          '"',
          ',',
          '. ',
          ';',
          '\n',
        ),
        fc.constantFrom(
          '1) ',
          '- ',
          '> ',
          'Hi Kim,',
          'Thanks',
          '£600',
          '1.234,50 €',
          '\ud800',
          "l'",
          'https://x.example/sue',
        ),
      ),
      { maxLength: 40 },
    )
    .map((words) => words.join(' ')),
)

describe('whatever is written', () => {
  it('is read without an error, and every signal shows words that stand where it says', () => {
    fc.assert(
      fc.property(anyText, fc.option(anyText, { nil: undefined }), (text, subject) => {
        const { signals, issues, severity } = triage(text, subject)
        for (const { words, at, in: where } of signals) {
          expect((where === 'subject' ? (subject ?? '') : text).slice(at, at + words.length)).toBe(words)
          expect(words.length).toBeGreaterThan(0)
          expect(words.length).toBeLessThanOrEqual(120)
        }
        expect(new Set(signals.map(({ signal }) => signal)).size).toBe(signals.length)
        const highest = Math.max(-1, ...signals.map((signal) => SEVERITIES.indexOf(signal.severity)))
        expect(severity).toBe(SEVERITIES[highest])
        expect(issues.length).toBeLessThanOrEqual(10)
        for (const issue of issues) expect(issue.length).toBeLessThanOrEqual(200)
        if (/[\p{L}\p{N}]/u.test(text)) expect(issues.length).toBeGreaterThan(0)
      }),
      { numRuns: 2000 },
    )
  })

  it('never gets less severe by more that is said', () => {
    const rank = (text: string): number => SEVERITIES.indexOf(triage(text).severity ?? 'low')
    fc.assert(
      fc.property(
        fc.constantFrom(...[...DEVELOPMENT, ...HELD_OUT].map(({ text }) => text)),
        fc.constantFrom(...[...DEVELOPMENT, ...HELD_OUT].map(({ text }) => text)),
        (one, other) => {
          expect(rank(`${one}.\n\n${other}.`)).toBeGreaterThanOrEqual(Math.max(rank(one), rank(other)))
        },
      ),
    )
  })

  const HOSTILE = [
    'a',
    'a ',
    ' ',
    '\n',
    '"',
    '1',
    '1 ',
    '1,',
    '£1',
    '£1 000 ',
    'call you ',
    'called the the the ',
    'not ',
    '# times ',
    'take it to ',
    "l'",
    '.',
    '. ',
    ', and ',
    'also ',
    '1) ',
    '- ',
    '@',
    'a@',
    ':',
    'a: ',
    '\u0301',
    '😀',
    'x.x ',
    'thanks ',
  ]
  it.each(HOSTILE)('takes time in proportion to its length: %j over and over', (piece) => {
    const timeFor = (length: number): number => {
      const text = piece.repeat(Math.ceil(length / piece.length))
      const from = performance.now()
      triage(text)
      return performance.now() - from
    }
    timeFor(2_000)
    // A second for what takes a few milliseconds: quadratic time over 20,000 characters is many of them.
    expect(Math.min(timeFor(20_000), timeFor(20_000))).toBeLessThan(1_000)
  })
})
