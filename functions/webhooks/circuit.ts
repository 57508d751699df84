/*
 * The circuit of an endpoint: whether it is worth trying to reach it. Pure: instants (milliseconds since 1970) and chance are
 * arguments. Several deliverers share one circuit, and each change of it is written on condition that nobody else has changed
 * it since (endpoints.ts).
 */

export interface Circuit {
  /** `closed` lets everything through, `open` nothing; `half-open` has let one through and waits for what comes of it. */
  readonly state: 'closed' | 'open' | 'half-open'
  /** Counts the changes of `state`: what was begun under another one says nothing about this one. */
  readonly generation: number
  /** Failures since the last success, while it is closed. */
  readonly failures: number
  /** How often it has opened since it was last closed: each time for longer. */
  readonly openings: number
  /** Of an open one: when to try again. */
  readonly retryAtMs?: number
  /** Of a half-open one: until when to wait for the one that was let through. Its deliverer may have died. */
  readonly probeUntilMs?: number
  /** Since when it has not been closed. */
  readonly brokenSinceMs?: number
}

export const CLOSED: Circuit = { state: 'closed', generation: 0, failures: 0, openings: 0 }

/** How patient a circuit is. */
export interface Patience {
  /** It opens with the so manieth failure on end. */
  readonly failures: number
  /** How long it stays open at first; twice as long each time after that. */
  readonly firstMs: number
  /** The longest. */
  readonly longestMs: number
  /** How long to wait for the one that was let through. */
  readonly probeMs: number
  /** The longest wait that an endpoint may ask for. */
  readonly mostAskedMs: number
  /** An endpoint that has not been reached for so long is given up. */
  readonly giveUpMs: number
}

/** What became of a delivery, as far as the circuit cares. */
export type Outcome =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure' }
  /** It asked to be left alone (429 or 503 with Retry-After). */
  | { readonly kind: 'asked'; readonly forMs: number }

export type Admission =
  | { readonly verdict: 'go'; readonly generation: number }
  /** Goes if `next` can be written: then it is the one that is let through. */
  | { readonly verdict: 'probe'; readonly next: Circuit }
  | { readonly verdict: 'wait'; readonly untilMs: number }

/** Whether a delivery may be tried now. */
export function admit(circuit: Circuit, nowMs: number, { probeMs }: Patience): Admission {
  const { state, generation, retryAtMs = 0, probeUntilMs = 0 } = circuit
  if (state === 'closed') return { verdict: 'go', generation }
  const untilMs = state === 'open' ? retryAtMs : probeUntilMs
  if (nowMs < untilMs) return { verdict: 'wait', untilMs }
  const { retryAtMs: _, ...rest } = circuit
  const next: Circuit = {
    ...rest,
    state: 'half-open',
    generation: generation + 1,
    probeUntilMs: nowMs + probeMs,
  }
  return { verdict: 'probe', next }
}

/**
 * The circuit after a delivery; the very same where nothing changes.
 *
 * @param generation of the circuit when the delivery was let through: what is known from before the circuit last changed
 *   does not count.
 * @param random from 0 up to 1: endpoints that broke together are not tried together.
 */
export function circuitAfter(
  circuit: Circuit,
  generation: number,
  outcome: Outcome,
  nowMs: number,
  patience: Patience,
  random = Math.random(),
): Circuit {
  if (generation !== circuit.generation) return circuit
  if (outcome.kind === 'success') {
    if (circuit.state === 'closed' && circuit.failures === 0) return circuit
    return circuit.state === 'closed'
      ? { ...circuit, failures: 0 }
      : { ...CLOSED, generation: generation + 1 }
  }
  const failures = circuit.failures + 1
  if (outcome.kind === 'failure' && circuit.state === 'closed' && failures < patience.failures)
    return { ...circuit, failures }
  const { firstMs, longestMs, mostAskedMs } = patience
  const openings = circuit.openings + 1
  const own = Math.min(longestMs, firstMs * 2 ** (openings - 1)) * (1 + random / 5)
  return {
    state: 'open',
    generation: generation + 1,
    failures: 0,
    openings,
    retryAtMs: Math.ceil(nowMs + (outcome.kind === 'asked' ? Math.min(outcome.forMs, mostAskedMs) : own)),
    brokenSinceMs: circuit.brokenSinceMs ?? nowMs,
  }
}

/** Whether an endpoint has been out of reach for so long that nobody should go on trying. */
export const isGivenUp = (
  { brokenSinceMs }: Circuit,
  nowMs: number,
  { giveUpMs }: Pick<Patience, 'giveUpMs'>,
): boolean => brokenSinceMs !== undefined && nowMs - brokenSinceMs >= giveUpMs
