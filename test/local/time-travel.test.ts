import { describe, expect, it } from 'vitest'
import { destination } from '../../infra/local/time-travel.ts'

const now = '2026-11-21T10:00:00Z'

describe('Where a travel goes', () => {
  it.each([
    ['90m', '2026-11-21T11:30:00Z'],
    ['2h', '2026-11-21T12:00:00Z'],
    ['3d', '2026-11-24T10:00:00Z'],
    ['8w', '2027-01-16T10:00:00Z'],
    ['2026-11-23T10:00:00+01:00', '2026-11-23T09:00:00Z'],
    [now, now],
  ])('%s is %s', (to, instant) => {
    expect(destination(to, now)).toBe(instant)
  })

  it('is never the past', () => {
    expect(() => destination('2026-11-21T09:59:59Z', now)).toThrow(/only goes forward/)
  })

  it.each(['tomorrow', '3', '-3d', '3 d', '1.5h', ''])('is not known for "%s"', (to) => {
    expect(() => destination(to, now)).toThrow(RangeError)
  })
})
