import { Webhook } from 'standardwebhooks'
import { jsonWith, type StandIn } from './stand-in.ts'

export interface EndpointKeys {
  /** `whsec_…` */
  readonly secret: string
}

const FIELDS = ['type', 'complaintId', 'replyId', 'text', 'public', 'channel', 'to', 'inReplyTo']

/** The organisation's own endpoint, which knows a reply again by its webhook-id. */
export function standInForEndpoint({ secret }: EndpointKeys): StandIn {
  const known = new Set<string>()
  return (received, stage) => {
    const { method, path, headers, body } = received
    if (method !== 'POST' || path !== '/replies') return { status: 404 }
    try {
      new Webhook(secret).verify(body, headers as Record<string, string>)
    } catch {
      return { status: 401 }
    }
    const given = jsonWith(received, FIELDS)
    const to = given?.to as { id?: unknown; email?: unknown; phone?: unknown } | undefined
    const id = headers['webhook-id'] ?? ''
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
