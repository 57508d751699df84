/** As much of JSON Schema as the schemas of events are made of. */
export interface JsonSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly enum?: readonly unknown[]
  readonly [keyword: string]: unknown
}

/** Words for people: whatever they say, nobody's program minds. */
const REMARKS = new Set(['title', 'description', '$schema', '$id', '$comment', 'examples'])
/** Looked at one by one. */
const PARTS = new Set(['properties', 'required', 'items', 'enum'])

/**
 * What in a schema's new text would break a program that reads events by its old one; a line each, and none where it only
 * adds. Those who read events skip fields that they do not know, so a new field breaks nobody. A value that is new to a list
 * of values does: whoever knows the old list has no branch for it.
 *
 * @param at where in the schema, for the lines.
 */
export function breaks(before: JsonSchema, after: JsonSchema, at = ''): string[] {
  const here = at === '' ? 'the event' : at
  const lines: string[] = []
  for (const [name, was] of Object.entries(before.properties ?? {})) {
    const path = at === '' ? name : `${at}.${name}`
    const is = after.properties?.[name]
    if (is === undefined) lines.push(`${path} is gone`)
    else lines.push(...breaks(was, is, path))
    if (before.required?.includes(name) && !after.required?.includes(name) && is !== undefined)
      lines.push(`${path} may be missing now`)
  }
  if (before.items !== undefined) {
    if (after.items === undefined) lines.push(`${here} says nothing about its items any more`)
    else lines.push(...breaks(before.items, after.items, `${at}[]`))
  }
  if (before.enum !== undefined) {
    const known = before.enum
    const added = after.enum?.filter((value) => !known.includes(value))
    if (added === undefined) lines.push(`${here} may be anything now`)
    else if (added.length > 0) lines.push(`${here} may be ${added.map(String).join(', ')} now`)
  }
  for (const keyword of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (REMARKS.has(keyword) || PARTS.has(keyword)) continue
    // What a value must be beyond what it had to be before narrows it: nobody minds.
    if (before[keyword] !== undefined && JSON.stringify(before[keyword]) !== JSON.stringify(after[keyword]))
      lines.push(
        `${here}: ${keyword} was ${JSON.stringify(before[keyword])} and is ${JSON.stringify(after[keyword]) ?? 'gone'}`,
      )
  }
  return lines
}
