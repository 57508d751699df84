import type { Source } from './source.ts'
import { web } from './web.ts'
import { x } from './x.ts'

/** Every source there is, by its name: where a new one is added. */
export const sources: ReadonlyMap<string, Source> = new Map([web, x].map((source) => [source.name, source]))
