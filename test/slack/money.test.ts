import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMoney, toMinorUnits } from '../../functions/slack/money.ts'

describe('An amount that somebody types', () => {
  it.each([
    ['12', 'GBP', 1200],
    ['12.5', 'GBP', 1250],
    ['12.50', 'EUR', 1250],
    [' 0.01 ', 'USD', 1],
    ['1,234.50', 'GBP', 123450],
    ['1,234', 'GBP', 123400],
    ['1200', 'JPY', 1200],
    ['1.234', 'KWD', 1234],
    ['999999999999.99', 'GBP', 99999999999999],
    ['4.35', 'GBP', 435], // 4.35 * 100 is 434.99999999999994
  ])('%s %s is %i minor units', (typed, currency, minor) => {
    expect(toMinorUnits(typed, currency)).toBe(minor)
  })

  it.each([
    ['12.505', 'GBP', 'more decimals than the currency has'],
    ['12.5', 'JPY', 'a currency without decimals'],
    ['12,50', 'GBP', 'a decimal comma'],
    ['1,23,456', 'GBP', 'commas in odd places'],
    ['-5', 'GBP', 'a sign'],
    ['0', 'GBP', 'zero'],
    ['0.00', 'GBP', 'zero'],
    ['£5', 'GBP', 'a symbol'],
    ['1e3', 'GBP', 'an exponent'],
    ['.5', 'GBP', 'no digit before the point'],
    ['5.', 'GBP', 'no digit after the point'],
    ['1234567890123', 'GBP', 'too many digits'],
    ['', 'GBP', 'nothing'],
    ['٣', 'GBP', 'digits of another script'],
  ])('%s %s is refused: %s', (typed, currency) => {
    expect(toMinorUnits(typed, currency)).toBeUndefined()
  })

  it('comes back as it was typed, to the last unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 ** 14 - 1 }),
        fc.constantFrom('GBP', 'JPY', 'KWD'),
        (minor, currency) => {
          fc.pre(currency !== 'JPY' || minor < 10 ** 12)
          const shown = formatMoney(minor, currency).replace(/[^\d.,]/g, '')
          expect(toMinorUnits(shown, currency)).toBe(minor)
        },
      ),
    )
  })

  it('is shown in words of its currency, and as stored in one that does not exist', () => {
    expect(formatMoney(1250, 'GBP')).toBe('£12.50')
    expect(formatMoney(5, 'GBP')).toBe('£0.05')
    expect(formatMoney(1200, 'JPY')).toBe('JP¥1,200')
    expect(formatMoney(1200, 'pounds')).toBe('1200 pounds')
  })
})
