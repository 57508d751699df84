import { replay } from '../../functions/domain/complaint.ts'
import type { Command } from '../../functions/domain/decide.ts'
import type { Instant } from '../../functions/domain/instant.ts'
import { given, type Story, sam } from '../support/complaints.ts'
import { count, median, type Row, times } from './table.ts'

const LIVES = 2_000
const RUNS = 5

/** What happens to an ordinary complaint, after it was opened: ignored for a while, then handled. */
const LIFE: readonly (readonly [Instant, Command])[] = [
  ['2026-11-23T09:30:00Z', { type: 'fire' }],
  ['2026-11-23T09:45:00Z', { type: 'fire' }],
  ['2026-11-23T10:00:00Z', { type: 'fire' }],
  ['2026-11-23T10:00:00Z', { type: 'escalate' }],
  ['2026-11-23T10:10:00Z', { type: 'acknowledge', by: sam }],
  ['2026-11-23T10:20:00Z', { type: 'pause', reason: 'the customer looks for the receipt', by: sam }],
  ['2026-11-24T09:20:00Z', { type: 'resume', by: sam }],
  ['2026-11-24T10:00:00Z', { type: 'resolve', summary: 'Refunded', by: sam }],
  ['2026-12-24T10:00:00Z', { type: 'fire' }],
  ['2026-12-24T10:00:00Z', { type: 'close-after-silence' }],
]

function live(): Story {
  const story = given()
  for (const [at, command] of LIFE) story.send(at, command)
  return story
}

/** The same calls, deciding nothing. */
function liveEmpty(): number {
  let seen = 0
  const send = (at: Instant, { type }: Command): void => {
    seen += at.length + type.length
  }
  for (const [at, command] of LIFE) send(at, command)
  return seen
}

/** What deciding and replaying costs: none of it waits for anything. */
export async function benchCore(): Promise<Row[]> {
  const { events, state } = live()
  if (state.stage !== 'closed') throw new Error(`The typical life ends ${state.stage}, not closed`)
  const repeat = (work: () => unknown) => () => {
    for (let i = 0; i < LIVES; i++) work()
  }
  const [life, empty, replayed, copied] = [
    median(await times(RUNS, repeat(live))),
    median(await times(RUNS, repeat(liveEmpty))),
    median(
      await times(
        RUNS,
        repeat(() => replay(events)),
      ),
    ),
    median(
      await times(
        RUNS,
        repeat(() => structuredClone(events)),
      ),
    ),
  ]
  const each = (ms: number, calls: number) => `${((ms * 1000) / LIVES / calls).toFixed(2)} µs`
  const commands = LIFE.length + 1
  return [
    {
      what: `a life of ${commands} commands and ${events.length} events: decide and evolve`,
      value: `${each(life, commands)} a command`,
      floor: each(empty, commands),
      ratio: life / empty,
      note: `${count((LIVES * 1000) / life)} lives a second; floor: the same loop, deciding nothing`,
    },
    {
      what: 'replaying it from its events',
      value: `${each(replayed, events.length)} an event`,
      floor: each(copied, events.length),
      ratio: replayed / copied,
      note: 'floor: structuredClone of the same events',
    },
  ]
}
