/** The platforms that send to a local stage: what stands in for them, by source. */
import { randomBytes } from 'node:crypto'
import type { SourceSecrets } from '../../../functions/sources/source.ts'
import type { SourceName } from '../../sources.ts'
import type { LocalRun } from '../home.ts'
import type { Headers } from '../sign.ts'
import { email } from './email.ts'
import { intercom } from './intercom.ts'
import { meta } from './meta.ts'
import { phone } from './phone.ts'
import { reviews } from './reviews.ts'
import type { Draft, Sender } from './sender.ts'
import { twilio } from './twilio.ts'
import { web } from './web.ts'
import { x } from './x.ts'
import { zendesk } from './zendesk.ts'

/** A source without a sender can be used from outside only; `send` says so. */
const senders: Partial<Record<SourceName, Sender>> = {
  web,
  x,
  meta,
  zendesk,
  intercom,
  twilio,
  email,
  reviews,
  phone,
}

/** The sources that something stands in for here: those that `signedRequest` takes. */
export const SENDERS = Object.keys(senders) as SourceName[]

export const newKey = (source: SourceName): string =>
  senders[source]?.newKey?.() ?? randomBytes(25).toString('base64url')

export const secretOf = (source: SourceName, key: string): SourceSecrets =>
  senders[source]?.secret?.(key) ?? { active: [key] }

export interface SignedRequest {
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

/**
 * The POST by which a platform would tell a running local stage of a message.
 *
 * @throws Error naming the sources that there is a sender for.
 */
export function signedRequest(
  run: Pick<LocalRun, 'apiUrl' | 'webhookSecrets'>,
  source: string,
  draft: Draft,
): SignedRequest {
  const known = SENDERS.find((name) => name === source)
  const sender = known === undefined ? undefined : senders[known]
  if (known === undefined || sender === undefined)
    throw new Error(`Nothing here sends as source ${source}; these can be sent as: ${SENDERS.join(', ')}`)
  const url = `${run.apiUrl}/webhooks/${source}`
  return { url, ...sender.request(draft, run.webhookSecrets[known], url) }
}
