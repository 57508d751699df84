import { describe, expect, it } from 'vitest'
import {
  assumed,
  gbSeconds,
  idleMonth,
  month,
  openMonth,
  priced,
  pricesOf,
  REGIONS,
  type Standing,
  sourcesOf,
  sum,
  tracedShare,
  type Usage,
} from '../../infra/cost/price.ts'
import { countsOf, memoryOf, type Resources, runsInMonth, schedulesOf } from '../../infra/cost/standing.ts'

const NOTHING: Usage = {
  transitions: 0,
  runs: {},
  readUnits: 0,
  writeUnits: 0,
  indexWriteUnits: 0,
  refusedWriteUnits: 0,
  sqsRequests: 0,
  busEvents: 0,
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
    ['a million write units of writes that were refused', { refusedWriteUnits: 1e6 }, 0.625],
    ['a million read units', { readUnits: 1e6 }, 0.125],
    ['a million messages sent', { sqsRequests: 1e6 }, 0.4],
    ['a million events on the bus', { busEvents: 1e6 }, 1],
    ['a million HTTP requests', { httpRequests: 1e6 }, 1],
    ['a gigabyte of logs', { logBytes: 1e9 }, 0.5],
    ['ten thousand calls for secrets', { secretCalls: 1e4 }, 0.05],
  ])('%s: as the price page says', (_, usage, cost) => {
    expect(only(usage)).toBeCloseTo(cost, 10)
  })

  it('a million runs: requests, and GB-seconds by each function’s own memory', () => {
    const seconds = assumed.billedMs.driver / 1000
    expect(gbSeconds({ driver: 1e6 }, { driver: 256 })).toBeCloseTo((1e6 * seconds) / 4, 6)
    expect(gbSeconds({ driver: 1e6 }, { driver: 512 })).toBeCloseTo((1e6 * seconds) / 2, 6)
    const duration = ((1e6 * seconds) / 4) * prices.lambdaGbSecond
    expect(only({ runs: { driver: 1e6 } })).toBeCloseTo(0.2 + duration, 6)
  })

  it('lists the dearest first, and nothing is nothing', () => {
    const [first] = priced({ ...NOTHING, transitions: 1, writeUnits: 1 }, {}, prices)
    expect(first?.what).toBe('Step Functions transitions')
    expect(only({})).toBe(0)
  })
})

describe('X-Ray', () => {
  it('costs what it records, and nothing where nothing is traced', () => {
    const runs = { driver: 1e6 }
    const traces = (share?: number) =>
      priced({ ...NOTHING, runs }, {}, prices, share).find(({ what }) => what === 'X-Ray traces')?.cost
    expect(traces()).toBe(0)
    expect(traces(1)).toBeCloseTo(5, 10)
    expect(traces(0.05)).toBeCloseTo(0.25, 10)
    const idle = month(1e9, { ...NOTHING, runs: { driver: 30 } }, [], {}, prices)
    const traced = month(1e9, { ...NOTHING, runs: { driver: 30 } }, [], {}, prices, true)
    expect(traced - idle).toBeGreaterThan(30e9 * 0.05 * prices.trace)
  })

  it('records every run of a quiet month, and in a crowd little more than a twentieth', () => {
    expect(tracedShare(1_000, 1)).toBe(1)
    expect(tracedShare(1e10, 1)).toBeCloseTo(0.05, 3)
  })
})

describe('A month', () => {
  const standing: Standing = {
    queuesPolled: 2,
    secrets: 3,
    alarms: 10,
    dashboards: 2,
    series: 40,
    traced: false,
    rounds: [
      { name: 'clock', sweep: false, runsInMonth: 43_800, readUnits: 2, logBytes: 1000 },
      { name: 'auditor', sweep: false, runsInMonth: 8760, readUnits: 4, logBytes: 1000 },
      { name: 'auditor', sweep: true, runsInMonth: 730, readUnits: 6, logBytes: 1000 },
    ],
    metricQueries: 300,
  }

  it('without complaints costs what is there anyway; empty queues are polled all the same', () => {
    const idle = idleMonth(standing, {}, prices)
    const polls = idle.find(({ what }) => what.startsWith('SQS'))
    expect(polls?.amount).toBe(2 * 5 * 3 * 43_800)
    expect(month(0, NOTHING, idle, {}, prices)).toBe(sum(idle))
  })

  it('adds up what each schedule reads, logs and runs, and what the export asks for', () => {
    const amountOf = (of: Standing, start: string) =>
      idleMonth(of, {}, prices).find(({ what }) => what.startsWith(start))?.amount
    expect(amountOf(standing, 'DynamoDB reads')).toBe(43_800 * 2 + 8760 * 4 + 730 * 6)
    expect(amountOf(standing, 'Logs')).toBe((43_800 + 8760 + 730) * 1000)
    expect(amountOf(standing, 'Lambda requests')).toBe(43_800 + 8760 + 730)
    expect(amountOf(standing, 'Metrics that')).toBe(300)
    expect(amountOf(standing, 'X-Ray')).toBe(0)
    expect(amountOf({ ...standing, traced: true }, 'X-Ray')).toBe(43_800 + 8760 + 730)
  })

  it('costs for each complaint that stays open what the rounds read more for it, and no more', () => {
    const read = (name: string, sweep: boolean, open: number, readUnits: number) => ({
      name,
      sweep,
      open,
      readUnits,
    })
    const flat = [read('clock', false, 0, 2), read('clock', false, 200, 2)]
    expect(openMonth(flat, standing.rounds, prices)).toBe(0)
    const sweeps = [read('auditor', true, 200, 12), read('auditor', true, 0, 2), read('auditor', true, 50, 4)]
    expect(openMonth([...flat, ...sweeps], standing.rounds, prices)).toBeCloseTo(
      (10 / 200) * 730 * prices.readUnit,
      12,
    )
  })

  it('with complaints costs that many times one', () => {
    expect(month(1e6, { ...NOTHING, transitions: 4 }, [], {}, prices)).toBeCloseTo(100, 6)
  })
})

describe('What a stage does by itself', () => {
  it.each([
    ['rate(1 minute)', 43_800],
    ['rate(5 minutes)', 8760],
    ['rate(1 day)', 365 / 12],
    ['cron(0/5 * * * ? *)', 8760],
    ['cron(2 * * * ? *)', 730],
    ['cron(15 2 * * ? *)', 365 / 12],
    ['cron(0 6,18 * * ? *)', 730 / 12],
    ['cron(0 6 1 * ? *)', 1],
    ['cron(0 6 ? * MON *)', 365 / 84],
  ])('runs by %s so often a month', (expression, times) => {
    expect(runsInMonth(expression)).toBeCloseTo(times, 6)
  })

  it.each(['cron(0 6 ? * 2#1 *)', 'cron(0 6 1 JAN ? *)', 'at(2026-01-01T00:00:00)'])(
    'is not guessed for %s',
    (expression) => {
      expect(() => runsInMonth(expression)).toThrow('infra/cost/standing.ts')
    },
  )

  it('is read out of the template', () => {
    const rule = (ScheduleExpression: string, Input?: string) => ({
      Type: 'AWS::Events::Rule',
      Properties: { ScheduleExpression, Targets: [{ Arn: { 'Fn::GetAtt': ['Auditor', 'Arn'] }, Input }] },
    })
    const resources: Resources = {
      Auditor: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'redress-prod-auditor', MemorySize: 512 },
      },
      Round: rule('rate(5 minutes)'),
      Sweep: rule('cron(2 * * * ? *)', '{"sweep":true}'),
      Queue: { Type: 'AWS::Lambda::EventSourceMapping', Properties: {} },
      Stream: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { StartingPosition: 'TRIM_HORIZON' } },
    }
    expect(schedulesOf(resources)).toEqual([
      { name: 'auditor', sweep: false, runsInMonth: 8760 },
      { name: 'auditor', sweep: true, runsInMonth: 730 },
    ])
    expect(memoryOf(resources)).toEqual({ auditor: 512 })
    expect(countsOf(resources)).toEqual({
      queuesPolled: 1,
      secrets: 0,
      alarms: 0,
      dashboards: 0,
      traced: false,
    })
    const traced = { Properties: { TracingConfig: { Mode: 'Active' } }, Type: 'AWS::Lambda::Function' }
    expect(countsOf({ traced }).traced).toBe(true)
  })
})

describe('The price table', () => {
  it.each(REGIONS)('has a price that is one, a source and a date for everything, for %s', (region) => {
    expect(Object.values(pricesOf(region)).every((amount) => amount > 0)).toBe(true)
    expect(Object.keys(pricesOf(region))).toEqual(Object.keys(prices))
    for (const { what, looked, verified } of sourcesOf(region)) {
      expect(what).not.toBe('')
      expect(looked).toMatch(/^\d{4}-\d{2}/)
      expect(['aws', 'third party', 'nobody']).toContain(verified)
    }
  })
})
