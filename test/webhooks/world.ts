import type { PublicEvent } from '../../functions/events/schema.ts'
import type { Act } from '../../functions/shared/acts.ts'
import { logger } from '../../functions/shared/logger.ts'
import { type Circuit, CLOSED } from '../../functions/webhooks/circuit.ts'
import { deliver, type Outside, release } from '../../functions/webhooks/deliver.ts'
import { type Delivery, deliveryOf, laneOf, waysOn } from '../../functions/webhooks/delivery.ts'
import type { Disabled, Endpoint } from '../../functions/webhooks/endpoints.ts'
import { newSecret } from '../../functions/webhooks/sign.ts'

// Failures are what these tests are made of; each would print its stack.
logger.setLogLevel('SILENT')

/** An endpoint that was the first to be added. */
export const named = (name: string) => ({ name, id: `${name}-1` })

/** Endpoints in memory, with the rules that the table enforces. */
class FakeEndpoints implements Pick<Outside, 'endpoints'> {
  readonly all = new Map<string, Endpoint>()
  readonly acts: Act[] = []
  readonly endpoints: Outside['endpoints'] = {
    find: async (name) => this.all.get(name),
    saveCircuit: async ({ name, id, revision }, circuit: Circuit) => {
      const there = this.all.get(name)
      if (there?.id !== id || there.revision !== revision) return false
      this.all.set(name, { ...there, circuit, revision: revision + 1 })
      return true
    },
    disable: async ({ name, id }, disabled: Disabled, act) => {
      const there = this.all.get(name)
      if (there?.id !== id || there.disabled !== undefined) return false
      this.all.set(name, { ...there, disabled })
      this.acts.push(act)
      return true
    },
  }
}

/** How many are handed over at once, as the queue's mapping has it. */
const AT_ONCE = 20

/**
 * The queues of webhooks and their readers, in a time of their own: nobody waits for it. Lanes hand over one message at a time;
 * what waits is held back for 15 minutes at the most, as SQS does.
 */
export class World {
  nowMs: number
  readonly secret = newSecret()
  readonly #endpoints = new FakeEndpoints()
  readonly #lanes = new Map<string, Delivery[]>()
  #waiting: { readonly at: number; readonly delivery: Delivery; readonly key: string }[] = []
  readonly dead: Delivery[] = []
  /** How often something that waited was looked at. */
  looks = 0
  #sent = 0
  /** Asked before each delivery ends: whether its deliverer dies now, so that the queue hands it over again. */
  dies: () => boolean = () => false
  readonly outside: Outside

  constructor(post: Outside['post'], nowMs = Date.parse('2026-11-23T09:00:00Z')) {
    this.nowMs = nowMs
    const send = async ({ input }: { input: Record<string, unknown> }) => this.#take(input)
    this.outside = {
      ...this.#endpoints,
      endpoints: this.#endpoints.endpoints,
      secretsOf: async () => [this.secret],
      post,
      ways: waysOn(
        { send: send as never },
        { deliveriesUrl: 'deliveries', waitingUrl: 'waiting', deadLetterUrl: 'dead' },
        () => this.nowMs,
      ),
      nowMs: () => this.nowMs,
      pace: 1,
    }
  }

  add(name: string, url = `https://${name}.example/`): void {
    const endpoint: Endpoint = {
      ...{
        name,
        id: `${name}-${this.#endpoints.all.has(name) ? 2 : 1}`,
        url,
        types: 'all',
        createdAt: '2026-11-23T09:00:00Z',
      },
      ...{ circuit: CLOSED, revision: 0 },
    }
    this.#endpoints.all.set(name, endpoint)
  }

  endpoint(name: string): Endpoint {
    const found = this.#endpoints.all.get(name)
    if (found === undefined) throw new Error(`there is no endpoint ${name}`)
    return found
  }

  get acts(): readonly Act[] {
    return this.#endpoints.acts
  }

  /** What is on its way, in lanes or waiting. */
  get underWay(): number {
    return this.#waiting.length + [...this.#lanes.values()].reduce((sum, { length }) => sum + length, 0)
  }

  send(name: string, event: PublicEvent): void {
    this.#put(deliveryOf(this.endpoint(name), event))
  }

  /** Lets time pass, and everything happen that happens meanwhile; less, where nothing is left to do. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms
    for (;;) {
      await this.#work()
      const next = Math.min(...this.#waiting.map(({ at }) => at))
      if (next > untilMs || this.underWay === 0) break
      this.nowMs = Math.max(this.nowMs, next)
    }
    this.nowMs = untilMs
  }

  /** Everything that can be done now. */
  async #work(): Promise<void> {
    for (;;) {
      const due = this.#waiting.filter(({ at }) => at <= this.nowMs)
      this.#waiting = this.#waiting.filter(({ at }) => at > this.nowMs)
      const heads = [...this.#lanes].filter(([, { length }]) => length > 0).slice(0, AT_ONCE)
      if (due.length === 0 && heads.length === 0) return
      await Promise.all([
        ...due.map(({ delivery, key }) => {
          this.looks++
          return release(delivery, key, this.outside)
        }),
        ...heads.map(async ([lane, queue]) => {
          const [head] = queue
          if (head === undefined) return
          await deliver(structuredClone(head), this.outside)
          if (!this.dies()) this.#lanes.set(lane, queue.slice(queue.indexOf(head) + 1))
        }),
      ])
    }
  }

  #put(delivery: Delivery): void {
    const lane = laneOf(delivery)
    const queue = this.#lanes.get(lane) ?? []
    queue.push(delivery)
    this.#lanes.set(lane, queue)
  }

  #take(input: Record<string, unknown>): object {
    const {
      QueueUrl,
      MessageBody,
      DelaySeconds = 0,
      Entries,
    } = input as {
      QueueUrl: string
      MessageBody?: string
      DelaySeconds?: number
      Entries?: { MessageBody: string }[]
    }
    for (const text of Entries?.map((entry) => entry.MessageBody) ?? [MessageBody ?? '']) {
      const delivery = JSON.parse(text) as Delivery
      if (QueueUrl === 'deliveries') this.#put(delivery)
      else if (QueueUrl === 'dead') this.dead.push(delivery)
      else {
        if (DelaySeconds > 900) throw new Error('SQS holds nothing back for so long')
        this.#waiting.push({ at: this.nowMs + DelaySeconds * 1000, delivery, key: `w${this.#sent++}` })
      }
    }
    return {}
  }
}

/** An event of one of many complaints. */
export const eventOf = (complaint: number, seq = 1): PublicEvent => ({
  schema: 'redress.closed.v1',
  type: 'closed',
  complaintId: `01JD7Z3K8M${String(complaint).padStart(16, '0')}`,
  seq,
  at: '2026-11-23T09:00:00Z',
  recordedAt: '2026-11-23T09:00:00Z',
  actor: 'sam',
  team: 'support',
  owner: 'sam',
  stage: 'closed',
  channel: 'web',
  receivedAt: '2026-11-23T08:00:00Z',
})
