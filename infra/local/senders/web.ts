import { randomBytes } from 'node:crypto'
import { signWeb } from '../sign.ts'
import { idOf, type Sender } from './sender.ts'

/** The organisation's own form. */
export const web: Sender = {
  newKey: () => `whsec_${randomBytes(24).toString('base64')}`,
  request(draft, key) {
    const { messageId, postedAt, text, author: name, team, conversation } = draft
    const body = JSON.stringify({
      messageId,
      postedAt,
      author: { id: idOf(name), name },
      text,
      public: draft.public,
      ...(team === undefined ? {} : { team }),
      ...(conversation === undefined ? {} : { conversation }),
    })
    return { headers: signWeb(body, key, messageId), body }
  },
}
