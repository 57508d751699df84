/** Sends a complaint as the organisation's own form would. */
import { randomUUID } from 'node:crypto'
import type { LocalRun } from './home.ts'
import { signWeb } from './sign.ts'

export interface Draft {
  readonly text: string
  readonly author?: string | undefined
  readonly public?: boolean | undefined
  readonly team?: string | undefined
  /** When the customer wrote it, in the stage's time. */
  readonly postedAt: string
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** The answer of `POST /webhooks/web`: 202 with `complaintId` and `outcome`, or a problem. */
export async function sendComplaint(
  run: Pick<LocalRun, 'apiUrl' | 'webhookSecrets'>,
  draft: Draft,
): Promise<Answer> {
  const messageId = `local-${randomUUID()}`
  const name = draft.author ?? 'Alex Example'
  const body = JSON.stringify({
    messageId,
    postedAt: draft.postedAt,
    author: { id: name.toLowerCase().replace(/[^a-z0-9]+/g, '-'), name },
    text: draft.text,
    public: draft.public ?? true,
    ...(draft.team === undefined ? {} : { team: draft.team }),
  })
  const response = await fetch(`${run.apiUrl}/webhooks/web`, {
    method: 'POST',
    headers: signWeb(body, run.webhookSecrets.web, messageId),
    body,
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}
