import { Webhook } from 'standardwebhooks'
import { jsonWith, type StandIn } from './stand-in.ts'

export interface EndpointKeys {
  /** `whsec_…` */
  readonly secret: string
}

const TOLERANCE_MS = 300_000
const FIELDS = ['type', 'complaintId', 'replyId', 'text', 'public', 'channel', 'to', 'inReplyTo']

/** The organisation's own endpoint, which knows a reply again by its webhook-id. */
export function standInForEndpoint({ secret }: EndpointKeys): StandIn {
  const known = new Set<string>()
  return (received, stage) => {
    const { method, path, headers, body } = received
    if (method !== 'POST' || path !== '/replies') return { status: 404 }
    const id = headers['webhook-id'] ?? ''
    const at = Number(headers['webhook-timestamp']) * 1000
    // As the library's own `verify`, by this stand-in's clock.
    const signature = Number.isFinite(at) ? new Webhook(secret).sign(id, new Date(at), body) : ''
    if (headers['webhook-signature'] !== signature || !(Math.abs(at - stage.nowMs()) <= TOLERANCE_MS))
      return { status: 401 }
    const given = jsonWith(received, FIELDS)
    const to = given?.to as { id?: unknown; email?: unknown; phone?: unknown } | undefined
    if (
      given?.type !== 'reply.send' ||
      to?.id === undefined ||
      id !== `${given.complaintId}/${given.replyId}`
    )
      return { status: 400 }
    if (!known.has(id)) {
      known.add(id)
      const address = [to.email, to.phone, to.id].find((one) => typeof one === 'string') as string
      stage.show({ kind: 'reply', to: address, text: String(given.text), reference: id, more: given })
    }
    return { status: 202 }
  }
}
