import { describe, expect, it } from 'vitest'
import {
  assumed,
  gbSeconds,
  idleMonth,
  month,
  openDay,
  priced,
  pricesOf,
  REGIONS,
  sum,
  tracedShare,
  type Usage,
} from '../../infra/cost/price.ts'

const NOTHING: Usage = {
  transitions: 0,
  runs: {},
  readUnits: 0,
  writeUnits: 0,
  indexWriteUnits: 0,
  sqsRequests: 0,
  httpRequests: 0,
  logBytes: 0,
  secretCalls: 0,
}
const prices = pricesOf('us-east-1')
const only = (usage: Partial<Usage>) => sum(priced({ ...NOTHING, ...usage }, { driver: 256 }, prices))

describe('What a use costs', () => {
  it.each([
    ['a million transitions', { transitions: 1e6 }, 25],
    ['a million write units', { writeUnits: 1e6 }, 0.625],
    ['a million write units of indexes', { indexWriteUnits: 1e6 }, 0.625],
    ['a million read units', { readUnits: 1e6 }, 0.125],
    ['a million messages sent', { sqsRequests: 1e6 }, 0.4],
    ['a million HTTP requests', { httpRequests: 1e6 }, 1],
    ['a gigabyte of logs', { logBytes: 1e9 }, 0.5],
    ['ten thousand calls for secrets', { secretCalls: 1e4 }, 0.05],
  ])('%s: as the price page says', (_, usage, cost) => {
    expect(only(usage)).toBeCloseTo(cost, 10)
  })

  it('a million runs: requests, traces, and GB-seconds by each function’s own memory', () => {
    const seconds = assumed.billedMs.driver / 1000
    expect(gbSeconds({ driver: 1e6 }, { driver: 256 })).toBeCloseTo((1e6 * seconds) / 4, 6)
    expect(gbSeconds({ driver: 1e6 }, { driver: 512 })).toBeCloseTo((1e6 * seconds) / 2, 6)
    const duration = ((1e6 * seconds) / 4) * prices.lambdaGbSecond
    expect(only({ runs: { driver: 1e6 } })).toBeCloseTo(0.2 + 5 + duration, 6)
  })

  it('lists the dearest first, and nothing is nothing', () => {
    const [first] = priced({ ...NOTHING, transitions: 1, writeUnits: 1 }, {}, prices)
    expect(first?.what).toBe('Step Functions transitions')
    expect(only({})).toBe(0)
  })
})

describe('X-Ray', () => {
  it('records every run of a quiet month, and in a crowd little more than a twentieth', () => {
    expect(tracedShare(1_000, 1)).toBe(1)
    expect(tracedShare(1e10, 1)).toBeCloseTo(0.05, 3)
  })
})

describe('A month', () => {
  const standing = {
    queuesPolled: 2,
    secrets: 3,
    alarms: 10,
    dashboards: 2,
    series: 40,
    scheduledRuns: {},
    perRun: {},
  }

  it('without complaints costs what is there anyway; empty queues are polled all the same', () => {
    const idle = idleMonth(standing, {}, prices)
    const polls = idle.find(({ what }) => what.startsWith('SQS'))
    expect(polls?.amount).toBe(2 * 5 * 3 * 43_800)
    expect(month(0, NOTHING, idle, {}, prices)).toBe(sum(idle))
  })

  it('with complaints costs that many times one', () => {
    expect(month(1e6, { ...NOTHING, transitions: 4 }, [], {}, prices)).toBeCloseTo(100, 6)
  })
})

describe('The price table', () => {
  it.each(REGIONS)('has a source, a date and no price that is not one, for %s', (region) => {
    const { checked, verified, source, ...amounts } = pricesOf(region)
    expect(checked).toMatch(/^\d{4}-\d{2}/)
    expect(typeof verified).toBe('boolean')
    expect(source).not.toBe('')
    expect(Object.values(amounts).every((amount) => amount > 0)).toBe(true)
    expect(Object.keys(amounts)).toEqual(Object.keys(prices).filter((name) => name in amounts))
  })

  it('makes a complaint that merely stays open cost less than a tenth of a cent in a year', () => {
    expect(openDay(prices) * 365).toBeLessThan(0.001)
  })
})
