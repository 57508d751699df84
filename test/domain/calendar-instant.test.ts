import { describe, expect, it } from 'vitest'
import { addSeconds, epochSeconds, parseInstant, toInstant } from '../../functions/domain/instant.ts'

describe('an instant', () => {
  it.each([
    ['2026-11-23T10:00:00Z', '2026-11-23T10:00:00Z'],
    ['2026-11-23T10:00:00.999Z', '2026-11-23T10:00:00Z'],
    ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59Z'],
    ['2026-11-23t10:00z', '2026-11-23T10:00:00Z'],
    ['2026-11-23T10:00:00+05:30', '2026-11-23T04:30:00Z'],
    ['2026-11-23T10:00:00-0800', '2026-11-23T18:00:00Z'],
    ['2026-11-23T00:30:00+01', '2026-11-22T23:30:00Z'],
    ['0050-06-01T00:00:00Z', '0050-06-01T00:00:00Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59Z'],
  ])('%s reads as %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant)
  })

  it.each([
    '',
    'today',
    '2026-11-23',
    '2026-11-23T10:00:00',
    '2026-11-23 10:00:00Z',
    '2026-02-29T10:00:00Z',
    '2026-13-01T10:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T10:60:00Z',
    '2026-11-23T10:00:61Z',
    '2026-11-23T10:00:00+24:00',
    '2026-11-23T10:00:00+01:60',
    '0000-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
  ])('refuses %j', (text) => {
    expect(() => parseInstant(text)).toThrow(RangeError)
  })

  it('goes to seconds and back', () => {
    expect(epochSeconds('2026-11-23T10:00:00Z')).toBe(1_795_428_000)
    expect(toInstant(1_795_428_000)).toBe('2026-11-23T10:00:00Z')
    expect(toInstant(new Date(1_795_428_000_999))).toBe('2026-11-23T10:00:00Z')
    expect(addSeconds('2026-11-23T10:00:00Z', -1)).toBe('2026-11-23T09:59:59Z')
  })

  it('refuses a moment that twenty characters cannot say', () => {
    expect(() => toInstant(Number.NaN)).toThrow(RangeError)
    expect(() => addSeconds('9999-12-31T23:59:59Z', 1)).toThrow(RangeError)
  })
})
