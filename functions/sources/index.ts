import type { Source } from './source.ts'
import { web } from './web.ts'
import { x } from './x.ts'

/*
 * Every source there is: where a new one is added. Routes, secrets, permissions, outputs, the local stage and the API's
 * description all follow from this list.
 */
const listed = { web, x }

export type SourceName = keyof typeof listed

/** The sources by their names. */
export const sources: ReadonlyMap<string, Source> = new Map<string, Source>(Object.entries(listed))

export const SOURCE_NAMES = Object.keys(listed) as SourceName[]
