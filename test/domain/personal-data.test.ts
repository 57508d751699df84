import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findPersonalData, masked } from '../../functions/domain/personal-data.ts'
import { mistakesIn, ratesOf } from './personal-data.rates.ts'
import { DEVELOPMENT, HELD_OUT } from './personal-data.texts.ts'

describe('what is masked', () => {
  it.each([
    ['my card 4111 1111 1111 1111 was charged', 'my card ••••1111 was charged'],
    ['pay to GB82 WEST 1234 5698 7654 32', 'pay to ••••5432'],
    ['write to Kim@mail.example.org', 'write to K•••@mail.example.org'],
    ['ring me on 07700 900123', 'ring me on ••••123'],
    ['born on 3 March 1980', 'born on [date of birth]'],
    ['my password is hunter2!', 'my password is [password or code]!'],
    ['I live at 12 Acacia Avenue', 'I live at [postal address]'],
    ['account number is 31926819', 'account number is ••••819'],
  ])('leaves what tells one from another: %s', (text, without) => {
    expect(masked(text)).toBe(without)
  })

  it('is found in the digits of any script, and whatever spaces and dashes part them', () => {
    for (const text of [
      '４１１１１１１１１１１１１１１１',
      '٤١١١ ١١١١ ١١١١ ١١١١',
      '4111\u00a01111\u20111111\u20091111',
    ]) {
      expect(findPersonalData(text)).toEqual([{ kind: 'card number', at: 0, length: text.length }])
    }
  })

  it('must have the right checksum, where its kind has one', () => {
    expect(findPersonalData('4111 1111 1111 1112')).toEqual([])
    expect(findPersonalData('GB82 WEST 1234 5698 7654 33')).toEqual([])
    expect(findPersonalData('666-12-1234 and 123-00-1234')).toEqual([])
  })

  it('is not a number of our own, an amount, a date or a time', () => {
    const text =
      'Complaint 01JD7Z3K8M0000000000000001, order 4839201745: paid £1,234.56 on 2026-11-22 at 10:30, ref 20261122-0098'
    expect(masked(text)).toBe(text)
  })
})

describe('on texts that people have marked', () => {
  it('is found, and little else', () => {
    expect(mistakesIn(DEVELOPMENT)).toEqual([])
    const { precision, recall } = ratesOf(HELD_OUT)
    expect(precision).toBeGreaterThanOrEqual(0.95)
    expect(recall).toBeGreaterThanOrEqual(0.9)
  })
})

const texts = [...DEVELOPMENT, ...HELD_OUT].map(({ text }) => text)
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...texts),
        fc.string({ maxLength: 20 }),
        fc.stringMatching(/^[\d .+()-]{0,30}$/),
      ),
      { maxLength: 8 },
    )
    .map((pieces) => pieces.join(' ')),
)

describe('whatever is written', () => {
  it('is masked without an error, and what was masked stays so', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let end = 0
        for (const { at, length } of findPersonalData(text)) {
          expect(at).toBeGreaterThanOrEqual(end)
          expect(length).toBeGreaterThan(0)
          end = at + length
        }
        expect(end).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 2000 },
    )
  })

  it.each(texts)('shows nothing more once it is masked: %s', (text) => {
    expect(findPersonalData(masked(text))).toEqual([])
  })

  it.each([
    '1',
    '1 ',
    '4111 ',
    '0-',
    '+1 ',
    'a@',
    'a.',
    'a@b.',
    '@',
    'GB82',
    'GB8 ',
    '12 Aa ',
    'Aa ',
    'born ',
    'password',
    'pin 1',
    'account ',
    '(1',
    'A1 1AA ',
    '12 rue de ',
    'calle a ',
    '111111111111111 ',
    '"',
    '٤',
    '😀',
    'https://',
  ])('takes time in proportion to its length: %j over and over', (piece) => {
    const timeFor = (length: number): number => {
      const text = piece.repeat(Math.ceil(length / piece.length))
      const from = performance.now()
      masked(text)
      return performance.now() - from
    }
    timeFor(2_000)
    expect(Math.min(timeFor(20_000), timeFor(20_000))).toBeLessThan(1_000)
  })
})
