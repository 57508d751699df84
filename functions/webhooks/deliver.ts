import { toInstant } from '../domain/instant.ts'
import type { Act } from '../shared/acts.ts'
import { logger } from '../shared/logger.ts'
import { admit, circuitAfter, isGivenUp, type Outcome } from './circuit.ts'
import { bodyOf, type Delivery, type Ways } from './delivery.ts'
import type { Disabled, Endpoint, Endpoints } from './endpoints.ts'
import { MOST_ATTEMPTS, patienceOf, retryAfterMs, spreadMs } from './retry.ts'
import type { Answer } from './send.ts'
import { signedHeaders } from './sign.ts'

/** What a delivery needs from outside. */
export interface Outside {
  readonly endpoints: Pick<Endpoints, 'find' | 'saveCircuit' | 'disable'>
  /** The active signing secrets of an endpoint, newest first; none where they are not known yet. */
  readonly secretsOf: (endpoint: Endpoint) => Promise<readonly string[]>
  readonly post: (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>
  readonly ways: Ways
  /** Real time. */
  readonly nowMs: () => number
  /** Share of the usual waits; 1 but for the local stage, which hurries. */
  readonly pace: number
}

/** How often a circuit is looked at anew when others change it. */
const LOOKS = 10
/** A secret that was made a moment ago is known to every copy of the function after so long. */
const SECRET_MS = 10_000

/**
 * Tries to deliver an event, unless its endpoint's circuit says not to: then the event waits, and that counts as no try. What
 * fails waits for its next try; what has failed for a day and more goes to where a person looks at it.
 *
 * @throws Error of the table or a queue; nothing is lost by that, and the receiver may see the event twice.
 */
export async function deliver(delivery: Delivery, outside: Outside): Promise<void> {
  const { ways, nowMs, pace } = outside
  const admitted = await admission(delivery, outside)
  if (admitted === undefined) return
  const { endpoint, generation, secrets } = admitted
  const body = bodyOf(delivery)
  const answer = await outside.post(endpoint.url, signedHeaders(delivery.id, body, secrets, nowMs()), body)

  if (answer.kind === 'delivered') {
    await settle(endpoint, generation, { kind: 'success' }, outside)
    return
  }
  if (answer.kind === 'gone') {
    await disable(delivery, 'gone', outside)
    return
  }
  const { why, askedMs } = answer
  const failures = delivery.failures + 1
  logger.warn('A webhook failed', { ...about(delivery), failures, why })
  const outcome: Outcome = askedMs === undefined ? { kind: 'failure' } : { kind: 'asked', forMs: askedMs }
  const left = await settle(endpoint, generation, outcome, outside)
  if (left !== undefined && isGivenUp(left.circuit, nowMs(), patienceOf(pace))) {
    await disable(delivery, 'unreachable', outside)
    return
  }
  const wait = retryAfterMs(failures, pace)
  if (wait === undefined) {
    logger.error('A webhook is given up', { ...about(delivery), failures: MOST_ATTEMPTS })
    return ways.bury(delivery)
  }
  const { mostAskedMs } = patienceOf(pace)
  const pause = Math.max(wait, Math.min(askedMs ?? 0, mostAskedMs))
  return ways.wait({ ...delivery, failures, notBeforeMs: nowMs() + pause })
}

/**
 * Looks at a delivery whose wait may be over: back into its lane with it, or it waits on.
 *
 * @param key of this look: the queue keeps the same return once.
 * @throws as `deliver`.
 */
export async function release(delivery: Delivery, key: string, outside: Outside): Promise<void> {
  const { endpoints, ways, nowMs, pace } = outside
  const now = nowMs()
  if (now < (delivery.notBeforeMs ?? 0)) return ways.wait(delivery)
  const endpoint = await endpoints.find(delivery.endpoint)
  if (!isOpenTo(endpoint, delivery)) return
  const looked = admit(endpoint.circuit, now, patienceOf(pace))
  if (looked.verdict !== 'wait') return ways.release(delivery, key)
  return ways.wait({ ...delivery, notBeforeMs: looked.untilMs + spreadMs(pace) })
}

/** Whether anything may be tried now; where not, the delivery has been seen to. */
async function admission(
  delivery: Delivery,
  { endpoints, secretsOf, ways, nowMs, pace }: Outside,
): Promise<{ endpoint: Endpoint; generation: number; secrets: readonly string[] } | undefined> {
  for (let look = 0; look < LOOKS; look++) {
    const endpoint = await endpoints.find(delivery.endpoint)
    if (!isOpenTo(endpoint, delivery)) return undefined
    // Before the circuit is asked: what cannot be signed must not use up its one try.
    const secrets = await secretsOf(endpoint)
    if (secrets.length === 0) {
      logger.warn('An endpoint has no signing secret', about(delivery))
      await ways.wait({ ...delivery, notBeforeMs: nowMs() + SECRET_MS })
      return undefined
    }
    const looked = admit(endpoint.circuit, nowMs(), patienceOf(pace))
    switch (looked.verdict) {
      case 'go':
        return { endpoint, generation: looked.generation, secrets }
      case 'wait':
        await ways.wait({ ...delivery, notBeforeMs: looked.untilMs + spreadMs(pace) })
        return undefined
      case 'probe': {
        const { next: circuit } = looked
        if (await endpoints.saveCircuit(endpoint, circuit)) {
          const { revision } = endpoint
          return {
            endpoint: { ...endpoint, circuit, revision: revision + 1 },
            generation: circuit.generation,
            secrets,
          }
        }
      }
    }
  }
  await ways.wait({ ...delivery, notBeforeMs: nowMs() + spreadMs(pace) })
  return undefined
}

/** What goes to an endpoint that is gone or disabled is dropped: the ledger has it, and replay brings it back. */
function isOpenTo(endpoint: Endpoint | undefined, delivery: Delivery): endpoint is Endpoint {
  const is = endpoint?.id === delivery.endpointId
  if (is && endpoint.disabled === undefined) return true
  const why = is ? 'disabled' : 'removed'
  logger.info('A webhook is dropped', { ...about(delivery), why })
  return false
}

/**
 * Tells the circuit what became of a delivery.
 *
 * @returns the endpoint as it is then; undefined where it was removed meanwhile, or others changed it at every look.
 */
async function settle(
  { name, ...known }: Endpoint,
  generation: number,
  outcome: Outcome,
  { endpoints, nowMs, pace }: Outside,
): Promise<Endpoint | undefined> {
  let endpoint: Endpoint | undefined = { name, ...known }
  for (let look = 0; look < LOOKS && endpoint !== undefined; look++) {
    const { circuit: before, revision } = endpoint
    const circuit = circuitAfter(before, generation, outcome, nowMs(), patienceOf(pace))
    if (circuit === before) return endpoint
    if (await endpoints.saveCircuit(endpoint, circuit)) {
      if (circuit.state !== before.state)
        logger.warn('The circuit of an endpoint has changed', { endpoint: name, state: circuit.state })
      return { ...endpoint, circuit, revision: revision + 1 }
    }
    endpoint = await endpoints.find(name)
  }
  return undefined
}

/** Nothing more goes there. The event that showed it goes to the dead-letter queue, so that somebody hears of it. */
async function disable(
  delivery: Delivery,
  why: Exclude<Disabled['why'], 'command'>,
  { endpoints, ways, nowMs }: Outside,
): Promise<void> {
  const at = toInstant(Math.floor(nowMs() / 1000))
  const act: Act = {
    type: 'endpoint-disabled',
    about: `${delivery.endpoint} (${why})`,
    by: 'function webhooks',
    at,
  }
  if (!(await endpoints.disable({ name: delivery.endpoint, id: delivery.endpointId }, { at, why }, act)))
    return
  logger.error('An endpoint is disabled', { ...about(delivery), why })
  await ways.bury(delivery)
}

const about = ({ endpoint, id }: Delivery) => ({ endpoint, webhookId: id })
