/** Sends a complaint as a platform would. */
import { randomUUID } from 'node:crypto'
import type { LocalRun } from './home.ts'
import { signedRequest } from './senders/index.ts'
import type { Draft } from './senders/sender.ts'

/** What somebody composes; the rest is made up. */
export type Composed = Pick<Draft, 'text' | 'postedAt' | 'team' | 'conversation'> & {
  /** Default: web. */
  readonly source?: string | undefined
  readonly author?: string | undefined
  readonly public?: boolean | undefined
  readonly messageId?: string | undefined
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/**
 * The answer of `POST /webhooks/{source}`: 202 with `complaintId` and `outcome`, or a problem.
 *
 * @throws Error for a source that nothing stands in for here.
 */
export async function sendComplaint(
  run: Pick<LocalRun, 'apiUrl' | 'webhookSecrets'>,
  composed: Composed,
): Promise<Answer> {
  const { source = 'web', ...given } = composed
  const { url, headers, body } = signedRequest(run, source, {
    ...given,
    messageId: given.messageId ?? `local-${randomUUID()}`,
    author: given.author ?? 'Alex Example',
    public: given.public ?? true,
  })
  const response = await fetch(url, { method: 'POST', headers, body })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}
