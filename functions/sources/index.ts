import { email } from './email/index.ts'
import { intercom } from './intercom.ts'
import { meta } from './meta.ts'
import { phone } from './phone.ts'
import { reviews } from './reviews.ts'
import type { AnySource } from './source.ts'
import { twilio } from './twilio.ts'
import { web } from './web.ts'
import { x } from './x.ts'
import { zendesk } from './zendesk.ts'

/*
 * Every source there is: where a new one is added. Routes, secrets, permissions, outputs, the local stage and the API's
 * description all follow from this list.
 */
const listed = { web, x, meta, zendesk, intercom, twilio, email, reviews, phone }

export type SourceName = keyof typeof listed

/** The sources by their names. */
export const sources: ReadonlyMap<string, AnySource> = new Map<string, AnySource>(Object.entries(listed))

export const SOURCE_NAMES = Object.keys(listed) as SourceName[]
