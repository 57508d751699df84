import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { breaks, type JsonSchema } from './breaking.ts'
import { EVENT_TYPES, EVENTS, VERSION } from './schema.ts'

/** Where the schemas are for those who read no TypeScript. */
export const SCHEMAS = join(import.meta.dirname, '../../docs/events')
const INDEX = 'index.json'

const text = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

/**
 * The files of `docs/events`, by their name: a JSON Schema (2020-12) for each type of event, and an index that is one of them
 * all. None of them forbids a field that it does not name, as later ones may have more.
 */
export function schemaFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const type of EVENT_TYPES) {
    const { $schema, title, description, ...rest } = z.toJSONSchema(EVENTS[type], {
      target: 'draft-2020-12',
      io: 'input', // what is read: further fields are no fault
    })
    const $id = `urn:redress:event:${type}:v${VERSION}`
    files.set(`${type}.v${VERSION}.json`, text({ $schema, $id, title, description, ...rest }))
  }
  const index = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Every event that Redress tells other systems of',
    description: 'Written by `npm run --silent schemas` from functions/events/schema.ts.',
    oneOf: [...files.keys()].map(($ref) => ({ $ref })),
  }
  return files.set(INDEX, text(index))
}

/**
 * What in the types as they are now would break those who read events by the files as they stand; a line each.
 *
 * @param folder of the files. Default: docs/events.
 */
export function breaksOfFiles(folder = SCHEMAS): string[] {
  const files = schemaFiles()
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== INDEX)
    .flatMap((name) => {
      const after = files.get(name)
      if (after === undefined) return [`${name}: there is no such event any more`]
      const before = JSON.parse(readFileSync(join(folder, name), 'utf8')) as JsonSchema
      return breaks(before, JSON.parse(after) as JsonSchema).map((line) => `${name}: ${line}`)
    })
}
