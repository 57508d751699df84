import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type Complaint, type Event, evolve } from '../../functions/domain/complaint.ts'
import { GUARD_RULES } from '../../functions/domain/guard-rules.ts'
import { breaks, type JsonSchema } from '../../functions/events/breaking.ts'
import { breaksOfFiles, SCHEMAS, schemaFiles } from '../../functions/events/json-schema.ts'
import { type PublicContext, publicEventOf } from '../../functions/events/public-event.ts'
import { EVENT_TYPES, EVENTS, type PublicEvent } from '../../functions/events/schema.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { COMPLAINT_ID } from '../support/complaints.ts'
import { history, play } from '../support/histories.ts'
import { TRIALS } from '../support/policies.ts'
import { CONTEXT, PRIVATE, SAMPLES } from './samples.ts'

const committed = (name: string): JsonSchema => JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8'))
const fileOf = (type: string): string => `${type}.v1.json`

/** Every event of a history, with the context that its stream record would carry. */
function recordsOf(events: readonly Event[]): { event: Event; context: PublicContext }[] {
  let state: Complaint | undefined
  return events.map((event) => {
    state = evolve(state, event)
    const { team, owner, stage, receivedAt, message } = state
    return { event, context: { team, owner, stage, receivedAt, channel: message.channel } }
  })
}

/** As it leaves: JSON. */
const sent = ({ event, context }: { event: Event; context: PublicContext }): PublicEvent =>
  JSON.parse(JSON.stringify(publicEventOf(COMPLAINT_ID, event, context)))

const property = (check: (records: ReturnType<typeof recordsOf>) => void) =>
  fc.assert(
    fc.property(history, (generated) => check(recordsOf(play(generated).story.events))),
    { numRuns: 300 },
  )

/** Every string that may leave: from the policies, from us, or an id; nothing else. */
const VOCABULARY = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  /^[0-9A-HJKMNP-TV-Z]{26}$/,
  /^[cgikoprs]\d+$/,
  /^(promise:p|accept-handoff:i)\d+$/,
  /^redress\.[a-z-]+\.v1$/,
  /^(slack:U1|token:ops|source:web|sender:x|customer:form|clock|workflow|ops)$/,
  /^(web|x|outage-7|reply|conversation|customer|by hand|safety|request|retention|GBP)$/,
]
const known = new Set<string>([
  ...EVENT_TYPES,
  ...GUARD_RULES,
  ...Object.values(EVENTS).flatMap((schema) => stringsIn(z.toJSONSchema(schema))),
  ...[currentPolicy, ...TRIALS].flatMap((policy) => [
    policy.name,
    ...Object.keys(policy.teams),
    ...Object.keys(policy.people),
    ...policy.rules.flatMap(({ name, timers }) => [name, ...Object.keys(timers)]),
    ...Object.values(policy.ladders).flatMap(({ rungs }) => rungs.map(({ tell }) => tell)),
  ]),
])
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(stringsIn)
}

describe('What other systems are told', () => {
  const inFiles = Object.fromEntries(
    EVENT_TYPES.map((type) => [type, z.fromJSONSchema(committed(fileOf(type)) as never)]),
  )
  /** The schema drops what it does not know, at any depth: so an event that stays what it was has nothing beside it. */
  const fits = (event: PublicEvent): void => {
    expect(EVENTS[event.type].parse(event)).toStrictEqual(event)
    expect(inFiles[event.type]?.safeParse(event).error?.issues ?? []).toEqual([])
  }

  it.each(SAMPLES)(
    'of $type is what its schema says, with every field that there is, and nothing beside it',
    (event) => {
      const told = sent({ event, context: CONTEXT })
      fits(told)
      const { properties = {} } = committed(fileOf(event.type))
      expect(Object.keys(told).sort()).toEqual(Object.keys(properties).sort())
      expect(JSON.stringify(told)).not.toContain(PRIVATE)
    },
  )

  it('of any event of any history is what its schema says, and nothing beside it', () => {
    property((records) => {
      for (const record of records) fits(sent(record))
    })
  })

  it('of any history is words of the policies and of ours, ids and instants: nothing that anybody wrote', () => {
    property((records) => {
      for (const record of records) {
        const strange = stringsIn(sent(record)).filter(
          (text) => !known.has(text) && !VOCABULARY.some((pattern) => pattern.test(text)),
        )
        expect(strange, record.event.type).toEqual([])
      }
    })
  })

  it('numbers the events of a complaint without a hole, so that whoever hears them can put them in order', () => {
    property((records) => {
      expect(records.map((record) => sent(record).seq)).toEqual(records.map((_, index) => index + 1))
    })
  })
})

describe('The files in docs/events', () => {
  const files = schemaFiles()

  it('are what the types generate: npm run --silent schemas', () => {
    expect(readdirSync(SCHEMAS).sort()).toEqual([...files.keys()].sort())
    for (const [name, text] of files) expect(readFileSync(join(SCHEMAS, name), 'utf8'), name).toBe(text)
  })

  it('are not changed in a way that breaks those who read events by them: add a version 2 instead', () => {
    expect(breaksOfFiles()).toEqual([])
  })

  it('allow fields that they do not name, as later ones may have more', () => {
    for (const type of EVENT_TYPES) expect(JSON.stringify(committed(fileOf(type)))).not.toMatch(/additional/)
  })

  it('are all in the index', () => {
    const { oneOf } = committed('index.json') as { oneOf?: { $ref: string }[] }
    expect(oneOf?.map(({ $ref }) => $ref).sort()).toEqual(EVENT_TYPES.map(fileOf).sort())
  })
})

describe('The manual', () => {
  it('lists every type of event, and no other', () => {
    const page = readFileSync(join(SCHEMAS, '..', 'events.md'), 'utf8')
    const table = page.slice(page.indexOf('| type | beside that |'), page.indexOf('`docs/events` has'))
    const listed = [...table.matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z-]+)`/g)].map(([, type]) => type),
    )
    expect(listed.sort()).toEqual([...EVENT_TYPES].sort())
  })
})

describe('A change of a schema', () => {
  const before = committed('promised.v1.json')
  const changed = (change: (schema: Record<string, never>) => void): string[] => {
    const after = structuredClone(before) as Record<string, never>
    change(after)
    return breaks(before, after as JsonSchema)
  }
  // biome-ignore lint/suspicious/noExplicitAny: schemas are taken apart here
  const properties = (schema: any) => schema.properties

  it.each<[string, (schema: never) => void, string]>([
    [
      'takes a field away',
      (schema) => {
        delete properties(schema).dueAt
      },
      'dueAt is gone',
    ],
    [
      'takes a field of a field away',
      (schema) => {
        delete properties(properties(schema).worth).currency
      },
      'worth.currency is gone',
    ],
    [
      'makes a field optional',
      (schema: { required: string[] }) => {
        schema.required = schema.required.filter((name) => name !== 'id')
      },
      'id may be missing now',
    ],
    [
      'gives a field another type',
      (schema) => {
        properties(schema).seq.type = 'string'
      },
      'seq: type was "integer" and is "string"',
    ],
    [
      'adds a value to a list of values',
      (schema) => {
        properties(schema).stage.enum.push('lost')
      },
      'stage may be lost now',
    ],
    [
      'opens a list of values',
      (schema) => {
        delete properties(schema).stage.enum
      },
      'stage may be anything now',
    ],
    [
      'changes what is in a list',
      (schema) => {
        delete properties(properties(schema).timers.items).dueAt
      },
      'timers[].dueAt is gone',
    ],
    [
      'names another schema',
      (schema) => {
        properties(schema).schema.const = 'redress.promised.v2'
      },
      'schema: const was "redress.promised.v1" and is "redress.promised.v2"',
    ],
  ])('that %s breaks', (_, change, line) => {
    expect(changed(change as never)).toContain(line)
  })

  it.each<[string, (schema: never) => void]>([
    [
      'adds a field',
      (schema) => {
        properties(schema).more = { type: 'string' }
      },
    ],
    [
      'makes a field certain',
      (schema: { required: string[] }) => {
        schema.required.push('worth')
      },
    ],
    [
      'takes a value out of a list of values',
      (schema) => {
        properties(schema).stage.enum.pop()
      },
    ],
    [
      'says something in other words',
      (schema: { description: string }) => {
        schema.description = 'In other words'
      },
    ],
  ])('that %s does not', (_, change) => {
    expect(changed(change as never)).toEqual([])
  })
})
