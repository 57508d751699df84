import { basicOf, isText, jsonWith, type StandIn, sameSecret } from './stand-in.ts'

export interface ZendeskKeys {
  readonly email: string
  readonly token: string
}

/** Zendesk Support: public comments on tickets. A ticket whose id begins with 9 is closed. */
export function standInForZendesk(keys: ZendeskKeys): StandIn {
  return (received, stage) => {
    const { method, path, query } = received
    if (!sameSecret(basicOf(received), `${keys.email}/token:${keys.token}`))
      return { status: 401, body: { error: 'Couldn’t authenticate you' } }
    const [, ticket, what] = /^\/api\/v2\/tickets\/(\d{1,20})(?:\/(comments))?\.json$/.exec(path) ?? []
    if (ticket === undefined)
      return { status: 404, body: { error: 'RecordNotFound', description: 'Not found' } }
    if (method === 'PUT' && what === undefined) {
      const { ticket: change } = (jsonWith(received, ['ticket']) ?? {}) as {
        ticket?: Record<string, unknown>
      }
      const comment = change?.comment as { body?: unknown; public?: unknown } | undefined
      if (
        change === undefined ||
        Object.keys(change).join() !== 'comment' ||
        Object.keys(comment ?? {})
          .sort()
          .join() !== 'body,public' ||
        !isText(comment?.body) ||
        comment?.public !== true
      )
        return {
          status: 400,
          body: { error: { title: 'Invalid attribute', message: 'Not what is sent here' } },
        }
      if (ticket.startsWith('9'))
        return {
          status: 422,
          body: {
            error: 'RecordInvalid',
            description: 'Record validation errors',
            details: { status: [{ description: 'Status: closed prevents ticket update' }] },
          },
        }
      const id = Number(stage.digits(12))
      stage.show({ kind: 'comment', to: ticket, text: comment.body, reference: String(id) })
      return {
        status: 200,
        body: {
          ticket: { id: Number(ticket), status: 'open' },
          audit: {
            id: id + 1,
            ticket_id: Number(ticket),
            events: [
              { id, type: 'Comment', body: comment.body, public: true, attachments: [] },
              { id: id + 2, type: 'Notification', subject: 'Re: your ticket' },
            ],
          },
        },
      }
    }
    if (method === 'GET' && what === 'comments') {
      const all = stage
        .shown()
        .filter(({ to }) => to === ticket)
        .map(({ reference, text, atMs }) => ({
          id: Number(reference),
          type: 'Comment',
          body: text,
          plain_body: text.replace(/\n+/g, '\n\n'),
          public: true,
          created_at: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
        }))
      const comments = query.get('sort') === '-created_at' ? all.reverse() : all
      return { status: 200, body: { comments, meta: { has_more: false } } }
    }
    return { status: 404, body: { error: 'InvalidEndpoint', description: 'Not found' } }
  }
}
