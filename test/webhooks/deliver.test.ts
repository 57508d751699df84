import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CLOSED } from '../../functions/webhooks/circuit.ts'
import { bodyOf, deliveryOf, laneOf } from '../../functions/webhooks/delivery.ts'
import { type Answer, post } from '../../functions/webhooks/send.ts'
import { Receiver, verified } from './receiver.ts'
import { eventOf, named, World } from './world.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Another system's server; its webhooks really go over a socket. */
async function receiving(): Promise<Receiver> {
  const receiver = await Receiver.start()
  onTestFinished(() => receiver.stop())
  return receiver
}
const overSockets = (nowMs?: number) =>
  new World((url, headers, body) => post(url, headers, body, { loopback: true, answerMs: 200 }), nowMs)

describe('An event', () => {
  it('arrives once, in the shape of the specification, signed', async () => {
    const receiver = await receiving()
    const world = overSockets(Date.now())
    world.add('crm', receiver.url)
    world.send('crm', eventOf(1, 3))
    await world.pass(0)
    const [arrived, ...more] = receiver.arrived
    if (arrived === undefined) throw new Error('nothing arrived')
    expect(more).toEqual([])
    expect(verified(world.secret, arrived)).toEqual({
      type: 'complaint.closed',
      timestamp: '2026-11-23T09:00:00Z',
      data: eventOf(1, 3),
    })
    expect(receiver.ids).toEqual(['evt_01JD7Z3K8M0000000000000001_3_crm-1'])
    expect(world.underWay).toBe(0)
  })

  it('has an id without a full stop, which separates what is signed; the same for each try, another for each endpoint', () => {
    const one = deliveryOf(named('crm'), eventOf(1))
    expect(one.id).not.toContain('.')
    expect(deliveryOf(named('crm'), eventOf(1)).id).toBe(one.id)
    expect(deliveryOf(named('bi'), eventOf(1)).id).not.toBe(one.id)
    expect(deliveryOf(named('crm'), eventOf(1, 2)).id).not.toBe(one.id)
    expect(bodyOf(one)).toBe(bodyOf(deliveryOf(named('bi'), eventOf(1))))
  })

  it('keeps to the lane of its complaint, so that the events of one arrive in order', async () => {
    const receiver = await receiving()
    const world = overSockets()
    world.add('crm', receiver.url)
    for (let seq = 1; seq <= 9; seq++)
      for (const complaint of [1, 2]) world.send('crm', eventOf(complaint, seq))
    await world.pass(0)
    for (const complaint of [1, 2]) {
      const id = eventOf(complaint).complaintId
      const seqs = receiver.ids.filter((one) => one.includes(id)).map((one) => Number(one.split('_')[2]))
      expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
      expect(
        new Set([1, 5, 9].map((seq) => laneOf(deliveryOf(named('crm'), eventOf(complaint, seq))))).size,
      ).toBe(1)
    }
  })

  it.each<[string, Receiver['reply']]>([
    ['500', () => 500],
    ['400', () => 400],
    ['a redirect', () => ({ status: 307, headers: { location: 'http://127.0.0.1:1/' } })],
    ['nothing in time', () => 'nothing'],
  ])('that meets %s comes again after five seconds, by the same id', async (_, reply) => {
    const receiver = await receiving()
    const world = overSockets()
    world.add('crm', receiver.url)
    receiver.reply = reply
    world.send('crm', eventOf(1))
    await world.pass(4 * SECOND)
    expect(receiver.arrived).toHaveLength(1)
    receiver.reply = () => 200
    await world.pass(4 * SECOND)
    expect(new Set(receiver.ids).size).toBe(1)
    expect(receiver.arrived).toHaveLength(2)
    expect(world.underWay).toBe(0)
  })

  it('is given up after eight tries in 31 hours, and waits for a person, as if it had never been tried', async () => {
    const triedAt: number[] = []
    const world = new World(async () => {
      triedAt.push(world.nowMs)
      return { kind: 'failed', why: '500' }
    })
    world.add('crm')
    const begun = world.nowMs
    world.send('crm', eventOf(1))
    await world.pass(48 * HOUR)
    expect(triedAt).toHaveLength(8)
    expect(((triedAt.at(-1) ?? 0) - begun) / HOUR).toBeGreaterThan(31)
    expect(((triedAt.at(-1) ?? 0) - begun) / HOUR).toBeLessThan(40)
    expect(world.dead).toEqual([deliveryOf(named('crm'), eventOf(1))])
    expect(world.underWay).toBe(0)
  })

  it('that an endpoint refuses for good keeps no other one from it', async () => {
    const arrived: string[] = []
    const world = new World(async (_, headers): Promise<Answer> => {
      const id = headers['webhook-id'] ?? ''
      if (id.includes('_13_crm')) return { kind: 'failed', why: '400' }
      arrived.push(id)
      return { kind: 'delivered' }
    })
    world.add('crm')
    for (let seq = 1; seq <= 40; seq++) world.send('crm', eventOf(1, seq))
    await world.pass(MINUTE)
    expect(arrived).toHaveLength(39)
    await world.pass(48 * HOUR)
    expect(world.dead.map(({ event }) => event.seq)).toEqual([13])
  })

  it('is sent again where its deliverer died before it could say so: at least once, known by its id', async () => {
    const receiver = await receiving()
    const world = overSockets()
    world.add('crm', receiver.url)
    let deaths = 1
    world.dies = () => deaths-- > 0
    world.send('crm', eventOf(1))
    await world.pass(0)
    expect(receiver.arrived).toHaveLength(2)
    expect(new Set(receiver.ids).size).toBe(1)
  })
})

describe('An endpoint', () => {
  it('that says it is gone is disabled: that is recorded, one event waits for a person, the others are dropped', async () => {
    const receiver = await receiving()
    receiver.reply = () => 410
    const world = overSockets()
    world.add('crm', receiver.url)
    for (let seq = 1; seq <= 5; seq++) world.send('crm', eventOf(1, seq))
    await world.pass(HOUR)
    expect(receiver.arrived).toHaveLength(1)
    expect(world.endpoint('crm').disabled).toEqual({ at: '2026-11-23T09:00:00Z', why: 'gone' })
    expect(world.acts).toMatchObject([
      { type: 'endpoint-disabled', about: 'crm (gone)', by: 'function webhooks' },
    ])
    expect(world.dead).toHaveLength(1)
    expect(world.underWay).toBe(0)
  })

  it('that asks for a pause gets it, for everything that goes there', async () => {
    const receiver = await receiving()
    receiver.reply = () => ({ status: 429, headers: { 'retry-after': '600' } })
    const world = overSockets()
    world.add('crm', receiver.url)
    for (let seq = 1; seq <= 20; seq++) world.send('crm', eventOf(1, seq))
    await world.pass(9 * MINUTE)
    expect(receiver.arrived).toHaveLength(1)
    receiver.reply = () => 200
    await world.pass(5 * MINUTE)
    expect(new Set(receiver.ids).size).toBe(20)
    expect(receiver.arrived).toHaveLength(21)
  })

  it('whose secret is not known yet is not called, and its events lose no try', async () => {
    const receiver = await receiving()
    const world = overSockets()
    world.add('crm', receiver.url)
    const known = world.outside.secretsOf
    Object.assign(world.outside, { secretsOf: async () => [] })
    world.send('crm', eventOf(1))
    await world.pass(HOUR)
    expect(receiver.arrived).toEqual([])
    Object.assign(world.outside, { secretsOf: known })
    await world.pass(MINUTE)
    expect(receiver.arrived).toHaveLength(1)
  })

  it('that has the name of one that was removed gets nothing that was meant for that one, and its own at once', async () => {
    const arrived: string[] = []
    const world = new World(async (url): Promise<Answer> => {
      if (url.includes('former')) return { kind: 'failed', why: '503' }
      arrived.push(url)
      return { kind: 'delivered' }
    })
    world.add('crm', 'https://former.example/')
    for (let n = 0; n < 10; n++) world.send('crm', eventOf(n))
    await world.pass(MINUTE)
    world.add('crm', 'https://new.example/')
    world.send('crm', eventOf(1))
    await world.pass(0)
    expect(arrived).toEqual(['https://new.example/'])
    await world.pass(24 * HOUR)
    expect(arrived).toHaveLength(1)
    expect(world.underWay).toBe(0)
    expect(world.dead).toEqual([])
    expect(world.endpoint('crm')).toMatchObject({ id: 'crm-2', circuit: CLOSED })
  })

  it('that nobody reaches for three days is disabled, and what waited for it is dropped', async () => {
    let calls = 0
    const world = new World(async () => {
      calls++
      return { kind: 'failed', why: 'ECONNREFUSED' }
    })
    world.add('crm')
    for (let hour = 0; hour < 80; hour++) {
      for (let seq = 1; seq <= 3; seq++) world.send('crm', eventOf(hour, seq))
      await world.pass(HOUR)
    }
    expect(world.endpoint('crm').disabled).toMatchObject({ why: 'unreachable' })
    expect(Date.parse(world.endpoint('crm').disabled?.at ?? '')).toBeGreaterThanOrEqual(
      Date.parse('2026-11-26T09:00:00Z'),
    )
    // What waits for its own next try is looked at then.
    await world.pass(24 * HOUR)
    expect(world.underWay).toBe(0)
    // Five to find out, and four an hour from then on.
    expect(calls).toBeLessThan(5 + 10 + 4 * 80)
  })
})

describe('The circuit of an endpoint that is down', () => {
  const EVENTS = 1200

  it('holds thousands of events for twelve hours, without a try lost, and lets all of them go when it is up again', async () => {
    let down = true
    const tried = new Map<string, number>()
    const arrived = new Set<string>()
    const world = new World(async (_, headers): Promise<Answer> => {
      const id = headers['webhook-id'] ?? ''
      tried.set(id, (tried.get(id) ?? 0) + 1)
      if (down) return { kind: 'failed', why: '503' }
      arrived.add(id)
      return { kind: 'delivered' }
    })
    world.add('crm')
    for (let hour = 0; hour < 12; hour++) {
      for (let n = 0; n < EVENTS / 12; n++) world.send('crm', eventOf(hour * 1000 + n))
      await world.pass(HOUR)
    }
    const calls = [...tried.values()].reduce((sum, times) => sum + times, 0)
    // Five to find out, and one each time that it is looked whether it is up again: every quarter of an hour.
    expect(calls).toBeLessThan(5 + 5 + 4 * 12)
    expect(Math.max(...tried.values())).toBeLessThan(8)
    expect(world.dead).toEqual([])
    expect(world.underWay).toBe(EVENTS)
    // Each is looked at as often as the circuit is, and a little more.
    expect(world.looks / EVENTS).toBeLessThan(12 * 4)

    down = false
    await world.pass(20 * MINUTE)
    // Those that were tried themselves have a schedule of their own.
    expect(arrived.size).toBeGreaterThan(EVENTS - calls)
    expect(world.endpoint('crm').circuit).toMatchObject({ state: 'closed', failures: 0 })
    await world.pass(24 * HOUR)
    expect(arrived.size).toBe(EVENTS)
    expect(world.underWay).toBe(0)
    expect(world.dead).toEqual([])
  })

  it('lets one through when others ask at the same time', async () => {
    const receiver = await receiving()
    receiver.reply = () => 500
    const world = overSockets()
    world.add('crm', receiver.url)
    for (let n = 0; n < 40; n++) world.send('crm', eventOf(n))
    await world.pass(10 * SECOND)
    const before = receiver.arrived.length
    // Two lanes: one was on its way when the fifth failed.
    expect(before).toBeGreaterThanOrEqual(5)
    expect(before).toBeLessThanOrEqual(6)
    await world.pass(60 * SECOND)
    expect(receiver.arrived.length - before).toBe(1)
  })

  it('is none of the business of another endpoint', async () => {
    const [broken, well] = [await receiving(), await receiving()]
    broken.reply = () => 500
    const world = overSockets()
    world.add('broken', broken.url)
    world.add('well', well.url)
    for (let n = 0; n < 60; n++) for (const name of ['broken', 'well']) world.send(name, eventOf(n))
    // No time passes: nothing waits for anything.
    await world.pass(0)
    expect(well.arrived).toHaveLength(60)
    expect(world.endpoint('well').circuit.state).toBe('closed')
    expect(world.endpoint('broken').circuit.state).toBe('open')
  })
})

/** When an endpoint takes events and when it does not, and what else goes wrong. */
const weather = fc.record({
  spells: fc.array(
    fc.record({
      minutes: fc.integer({ min: 1, max: 300 }),
      answer: fc.constantFrom<Answer>(
        { kind: 'delivered' },
        { kind: 'failed', why: '500' },
        { kind: 'failed', why: 'timeout' },
        { kind: 'failed', why: '429', askedMs: 90_000 },
      ),
      events: fc.integer({ min: 0, max: 12 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  deaths: fc.array(fc.nat({ max: 60 }), { maxLength: 5 }),
})

describe('Whatever the weather', () => {
  it('every event arrives, or waits for a person; none is lost, and none goes on for ever', async () => {
    await fc.assert(
      fc.asyncProperty(weather, async ({ spells, deaths }) => {
        let answer: Answer = { kind: 'delivered' }
        let ended = 0
        const arrived = new Set<string>()
        const world = new World(async (_, headers) => {
          if (answer.kind === 'delivered') arrived.add(headers['webhook-id'] ?? '')
          return answer
        })
        world.dies = () => deaths.includes(ended++)
        world.add('crm')
        let sent = 0
        for (const spell of spells) {
          answer = spell.answer
          for (let n = 0; n < spell.events; n++) world.send('crm', eventOf(sent++))
          await world.pass(spell.minutes * MINUTE)
        }
        answer = { kind: 'delivered' }
        await world.pass(48 * HOUR)
        expect(world.underWay).toBe(0)
        const buried = world.dead.map(({ id }) => id).filter((id) => !arrived.has(id))
        expect(arrived.size + new Set(buried).size).toBe(sent)
        expect(world.endpoint('crm').disabled).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })
})
