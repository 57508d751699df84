import { intercom } from './intercom.ts'
import { meta } from './meta.ts'
import type { Source } from './source.ts'
import { twilio } from './twilio.ts'
import { web } from './web.ts'
import { x } from './x.ts'
import { zendesk } from './zendesk.ts'

/*
 * Every source there is: where a new one is added. Routes, secrets, permissions, outputs, the local stage and the API's
 * description all follow from this list.
 */
const listed = { web, x, meta, zendesk, intercom, twilio }

export type SourceName = keyof typeof listed

/** The sources by their names. */
export const sources: ReadonlyMap<string, Source> = new Map<string, Source>(Object.entries(listed))

export const SOURCE_NAMES = Object.keys(listed) as SourceName[]
