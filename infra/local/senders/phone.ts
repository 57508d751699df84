import { signWeb } from '../sign.ts'
import { idOf, type Sender } from './sender.ts'
import { web } from './web.ts'

/** The contact centre, when a call is over. */
export const phone: Sender = {
  ...(web.newKey === undefined ? {} : { newKey: web.newKey }),
  request(draft, key) {
    const { messageId: callId, postedAt: startedAt, text: summary, author: name } = draft
    const body = JSON.stringify({
      callId,
      startedAt,
      customer: { id: idOf(name), name },
      agent: { id: 'agent-1', name: 'Sam Example' },
      summary,
    })
    return { headers: signWeb(body, key, callId), body }
  },
}
