import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  admit,
  type Circuit,
  CLOSED,
  circuitAfter,
  isGivenUp,
  type Outcome,
} from '../../functions/webhooks/circuit.ts'
import { MOST_ATTEMPTS, patienceOf, retryAfterMs } from '../../functions/webhooks/retry.ts'

const patience = patienceOf(1)
const MINUTE = 60_000
const failure: Outcome = { kind: 'failure' }
const success: Outcome = { kind: 'success' }

/** The circuit after so many failures on end, all at one instant and with no chance in them. */
const failed = (times: number, from = CLOSED, nowMs = 0): Circuit =>
  Array.from({ length: times }).reduce<Circuit>(
    (circuit) => circuitAfter(circuit, circuit.generation, failure, nowMs, patience, 0),
    from,
  )

/** Whoever comes when the wait is over: it is let through, and what comes of it. */
function probed(circuit: Circuit, nowMs: number, outcome: Outcome): Circuit {
  const looked = admit(circuit, nowMs, patience)
  if (looked.verdict !== 'probe') throw new Error(`not let through: ${looked.verdict}`)
  return circuitAfter(looked.next, looked.next.generation, outcome, nowMs, patience, 0)
}

describe('A circuit', () => {
  it('stays closed below five failures on end, and a success starts the count anew', () => {
    const nearly = failed(4)
    expect(nearly).toMatchObject({ state: 'closed', failures: 4 })
    const well = circuitAfter(nearly, nearly.generation, success, 0, patience)
    expect(well).toMatchObject({ state: 'closed', failures: 0 })
    expect(failed(4, well).state).toBe('closed')
    expect(failed(5, well).state).toBe('open')
  })

  it('that is well is not written at a success', () => {
    expect(circuitAfter(CLOSED, 0, success, 0, patience)).toBe(CLOSED)
  })

  it('opens for half a minute, then for twice as long each time, and never for longer than a quarter of an hour', () => {
    let circuit = failed(5)
    const pauses: number[] = []
    let now = 0
    for (let time = 0; time < 8; time++) {
      pauses.push((circuit.retryAtMs ?? 0) - now)
      now = circuit.retryAtMs ?? 0
      circuit = probed(circuit, now, failure)
    }
    expect(pauses.map((ms) => ms / MINUTE)).toEqual([0.5, 1, 2, 4, 8, 15, 15, 15])
  })

  it('lets one through when its time is over, and nobody else while that is on its way', () => {
    const open = failed(5)
    const now = open.retryAtMs ?? 0
    expect(admit(open, now - 1, patience)).toEqual({ verdict: 'wait', untilMs: now })
    const looked = admit(open, now, patience)
    expect(looked.verdict).toBe('probe')
    const halfOpen = looked.verdict === 'probe' ? looked.next : open
    expect(admit(halfOpen, now, patience)).toEqual({ verdict: 'wait', untilMs: now + patience.probeMs })
  })

  it('lets another through where the first was never heard of again', () => {
    const open = failed(5)
    const now = open.retryAtMs ?? 0
    const first = admit(open, now, patience)
    if (first.verdict !== 'probe') throw new Error('not let through')
    const second = admit(first.next, now + patience.probeMs, patience)
    if (second.verdict !== 'probe') throw new Error('not let through')
    // What becomes of the first after all says nothing any more.
    const late = circuitAfter(second.next, first.next.generation, failure, now + patience.probeMs, patience)
    expect(late).toBe(second.next)
  })

  it('closes when the one that was let through arrives, and is as patient as at first', () => {
    const open = failed(5)
    const closed = probed(open, open.retryAtMs ?? 0, success)
    expect(closed).toMatchObject({ state: 'closed', failures: 0, openings: 0 })
    expect(closed.brokenSinceMs).toBeUndefined()
    expect(failed(4, closed).state).toBe('closed')
  })

  it('opens at once, and for as long as it is asked to, but no longer than a day', () => {
    const asked = (forMs: number) =>
      circuitAfter(CLOSED, 0, { kind: 'asked', forMs }, 1000, patience).retryAtMs
    expect(asked(7_000)).toBe(8_000)
    expect(asked(999 * 24 * 60 * MINUTE)).toBe(1000 + 24 * 60 * MINUTE)
    const open = failed(5)
    const again = probed(open, open.retryAtMs ?? 0, { kind: 'asked', forMs: 7_000 })
    expect(again.retryAtMs).toBe((open.retryAtMs ?? 0) + 7_000)
  })

  it('is given up when it has not been closed for three days', () => {
    const day = 24 * 60 * MINUTE
    let circuit = failed(5, CLOSED, 1000)
    while ((circuit.retryAtMs ?? 0) < 3 * day) circuit = probed(circuit, circuit.retryAtMs ?? 0, failure)
    expect(isGivenUp(circuit, 3 * day, patience)).toBe(false)
    expect(isGivenUp(circuit, 3 * day + 1000, patience)).toBe(true)
    expect(isGivenUp(CLOSED, 9 * day, patience)).toBe(false)
  })
})

/*
 * Several deliverers share a circuit: each begins a delivery when it is let through, and ends it at any later time, in any
 * order, or never. Every write is conditional, so here they are one after the other.
 */
const step = fc.record({
  afterMs: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 40_000 }),
    fc.integer({ min: 0, max: 40 * MINUTE }),
  ),
  act: fc.oneof(
    { arbitrary: fc.constant('begin' as const), weight: 3 },
    { arbitrary: fc.constant('end' as const), weight: 3 },
  ),
  which: fc.nat(),
  outcome: fc.oneof(
    { arbitrary: fc.constant<Outcome>(failure), weight: 6 },
    { arbitrary: fc.constant<Outcome>(success), weight: 2 },
    {
      arbitrary: fc.integer({ min: 0, max: 60 * MINUTE }).map((forMs): Outcome => ({ kind: 'asked', forMs })),
      weight: 1,
    },
  ),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
})

interface Seen {
  readonly nowMs: number
  readonly before: Circuit
  readonly circuit: Circuit
  /** Of a step that began a delivery. */
  readonly began: boolean
  /** Of a step that ended one: its generation, and how. */
  readonly ended?: { readonly generation: number; readonly outcome: Outcome }
}

function play(
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
  see: (seen: Seen) => void,
) {
  let circuit: Circuit = CLOSED
  let nowMs = 0
  const under: number[] = []
  for (const { afterMs, act, which, outcome, random } of steps) {
    nowMs += afterMs
    const before = circuit
    if (act === 'begin') {
      const looked = admit(circuit, nowMs, patience)
      if (looked.verdict === 'probe') circuit = looked.next
      if (looked.verdict !== 'wait') under.push(circuit.generation)
      see({ nowMs, before, circuit, began: looked.verdict !== 'wait' })
    } else if (under.length > 0) {
      const [generation = 0] = under.splice(which % under.length, 1)
      circuit = circuitAfter(circuit, generation, outcome, nowMs, patience, random)
      see({ nowMs, before, circuit, began: false, ended: { generation, outcome } })
    }
  }
  return { circuit, nowMs }
}

const property = (see: () => (seen: Seen) => void) =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => void play(steps, see())),
    { numRuns: 1000 },
  )

describe('Whatever its deliverers do, a circuit', () => {
  it('lets nothing through while it is open and its time has not come', () => {
    property(() => ({ began, before, nowMs }) => {
      if (began && before.state === 'open') expect(nowMs).toBeGreaterThanOrEqual(before.retryAtMs ?? 0)
    })
  })

  it('lets one through at a time, from when it has opened until it is closed', () => {
    property(() => {
      let last = Number.NEGATIVE_INFINITY
      return ({ began, before, nowMs, circuit }) => {
        if (began && before.state === 'half-open')
          expect(nowMs - last).toBeGreaterThanOrEqual(patience.probeMs)
        if (began && circuit.state === 'half-open') last = nowMs
      }
    })
  })

  it('opens only after five failures on end, or where it is asked to', () => {
    property(() => {
      let onEnd = 0
      return ({ before, circuit, ended }) => {
        if (ended !== undefined && ended.generation === before.generation && before.state === 'closed')
          onEnd = ended.outcome.kind === 'success' ? 0 : onEnd + 1
        if (before.state === 'closed' && circuit.state === 'open')
          expect(onEnd >= patience.failures || ended?.outcome.kind === 'asked').toBe(true)
        if (circuit.state !== 'closed') onEnd = 0
      }
    })
  })

  it('changes for nothing that began before it last changed', () => {
    property(() => ({ before, circuit, ended }) => {
      if (ended !== undefined && ended.generation !== before.generation) expect(circuit).toBe(before)
    })
  })

  it('closes again for an endpoint that is well, with the first that comes after its wait', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let { circuit, nowMs } = play(steps, () => {})
        if (circuit.state === 'closed') return
        const { retryAtMs, probeUntilMs } = circuit
        nowMs = Math.max(nowMs, (circuit.state === 'open' ? retryAtMs : probeUntilMs) ?? 0)
        circuit = probed(circuit, nowMs, success)
        expect(circuit).toMatchObject({ state: 'closed', failures: 0 })
      }),
      { numRuns: 1000 },
    )
  })
})

describe('The schedule of tries', () => {
  it('is that of the specification, as far as 31 hours', () => {
    const waits = Array.from({ length: MOST_ATTEMPTS }, (_, index) => retryAfterMs(index + 1, 1, 0))
    expect(waits.pop()).toBeUndefined()
    expect(waits.map((ms) => (ms ?? 0) / 1000)).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400])
  })

  it('has a fifth of chance in it, so that what failed together does not come back together', () => {
    expect(retryAfterMs(2, 1, 0.999)).toBeGreaterThan(355_000)
    expect(retryAfterMs(2, 1, 0.999)).toBeLessThanOrEqual(360_000)
  })
})
