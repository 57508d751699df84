import { createHmac } from 'node:crypto'
import { type Answered, isText, type Received, type StandIn, sameSecret } from './stand-in.ts'

export interface MetaKeys {
  readonly appSecret: string
  readonly pages: readonly { readonly id: string; readonly token: string; readonly instagram?: string }[]
}

const refusal = (status: number, code: number, message: string, subcode?: number): Answered => ({
  status,
  body: {
    error: {
      message,
      type: 'OAuthException',
      code,
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
      fbtrace_id: 'AbCdEfGhIjKlMnOpQrStUvW',
    },
  },
})

const json = (text: string | null): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(text ?? '') as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** The Graph API: comments below comments, private replies, messages. */
export function standInForMeta(keys: MetaKeys): StandIn {
  return (received: Received, stage) => {
    const [, object = '', edge = ''] = /^\/v\d{2,3}\.\d\/([\w.-]{1,100})\/(\w+)$/.exec(received.path) ?? []
    if (received.method !== 'POST' || object === '') return refusal(404, 2500, 'Unknown path components')
    if ([...received.query].length > 0) return refusal(400, 100, 'Put it into the body')
    if (received.headers['content-type'] !== 'application/x-www-form-urlencoded')
      return refusal(400, 100, 'Unsupported post request')
    const form = new URLSearchParams(received.body)
    const token = form.get('access_token') ?? ''
    const page = keys.pages.find((candidate) => sameSecret(candidate.token, token))
    if (page === undefined) return refusal(401, 190, 'Invalid OAuth access token - Cannot parse access token')
    const proof = createHmac('sha256', keys.appSecret).update(token).digest('hex')
    if (!sameSecret(form.get('appsecret_proof') ?? '', proof))
      return refusal(400, 100, 'Invalid appsecret_proof provided in the API argument')
    const fields = [...form.keys()].filter((name) => !['access_token', 'appsecret_proof'].includes(name))
    const isExactly = (...wanted: string[]) => [...fields].sort().join() === [...wanted].sort().join()

    if (edge === 'comments' || edge === 'replies') {
      const message = form.get('message')
      if (!isExactly('message') || !isText(message)) return refusal(400, 100, 'Param message is missing')
      if (!/^[\d_]+$/.test(object)) return refusal(400, 100, 'Object does not exist', 33)
      if (edge === 'replies' && page.instagram === undefined) return refusal(400, 10, 'No permission')
      if (stage.shown().some(({ to, text }) => to === object && text === message))
        return refusal(400, 506, 'Duplicate status message')
      const id = edge === 'replies' ? stage.digits(17) : `${object.split('_')[0]}_${stage.digits(15)}`
      stage.show({ kind: 'comment', to: object, text: message, reference: id })
      return { status: 200, body: { id } }
    }
    if (edge === 'messages') {
      if (object !== page.id) return refusal(400, 10, 'No permission')
      const [recipient, message] = [json(form.get('recipient')), json(form.get('message'))]
      const type = form.get('messaging_type')
      const isTagged = type === 'MESSAGE_TAG' && form.get('tag') === 'HUMAN_AGENT'
      if (!isExactly('recipient', 'message', 'messaging_type', ...(isTagged ? ['tag'] : [])))
        return refusal(400, 100, 'Invalid parameter')
      if (!isTagged && type !== 'RESPONSE') return refusal(400, 100, 'Invalid messaging_type')
      if (!isText(message?.text) || Object.keys(message ?? {}).length !== 1 || message.text.length > 2000)
        return refusal(400, 100, 'Invalid message')
      const [[name = '', id] = [], ...others] = Object.entries(recipient ?? {})
      if (others.length > 0 || !['id', 'comment_id', 'post_id'].includes(name) || typeof id !== 'string')
        return refusal(400, 100, 'Invalid recipient')
      if (name !== 'id' && stage.shown().some(({ to, more }) => to === id && more?.private === true))
        return refusal(400, 10_900, 'Activity already replied to')
      const mid = `m_${stage.digits(24)}`
      stage.show({
        kind: 'message',
        to: id,
        text: message.text,
        reference: mid,
        more: { page: page.id, person: name === 'id' ? id : stage.digits(16), private: name !== 'id', type },
      })
      return { status: 200, body: { ...(name === 'id' ? { recipient_id: id } : {}), message_id: mid } }
    }
    return refusal(400, 100, 'Unsupported post request')
  }
}
