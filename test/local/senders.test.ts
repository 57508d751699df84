import { describe, expect, it } from 'vitest'
import { sources } from '../../functions/sources/index.ts'
import { sourceSecrets } from '../../functions/sources/source.ts'
import { newKey, SENDERS, secretOf, signedRequest } from '../../infra/local/senders/index.ts'
import type { Draft } from '../../infra/local/senders/sender.ts'
import { bySource, SOURCE_NAMES, secretOutput } from '../../infra/sources.ts'
import { inbound, onlyMessage } from '../sources/requests.ts'

const run = { apiUrl: 'http://127.0.0.1:4566/api', webhookSecrets: bySource(newKey) }
const draft = {
  messageId: 'local-1',
  text: 'My bill is wrong',
  author: 'Kim Example',
  public: true,
  postedAt: '2026-11-21T10:00:00Z',
}

describe.each(SENDERS)('what is sent as source %s', (name) => {
  const source = sources.get(name)
  if (source === undefined) throw new Error(`There is no source ${name}`)
  const secrets = sourceSecrets.parse(secretOf(name, run.webhookSecrets[name]))
  const arriving = (changes: Partial<Draft> = {}) => {
    const { url, headers, body } = signedRequest(run, name, { ...draft, ...changes })
    expect(url).toBe(`${run.apiUrl}/webhooks/${name}`)
    return inbound(body, headers, '', url)
  }

  it('is signed as the source wants it', () => {
    expect(() => source.verify(arriving(), secrets, Date.now())).not.toThrow()
    const others = sourceSecrets.parse(secretOf(name, newKey(name)))
    expect(() => source.verify(arriving(), others, Date.now())).toThrow()
  })

  const messagesOf = async (changes?: Partial<Draft>) =>
    (await source.parse(arriving(changes), draft.postedAt)).map(onlyMessage)

  it('is one message, which says what was written and by whom', async () => {
    const [message, ...more] = await messagesOf()
    expect(more).toEqual([])
    expect(message?.source).toBe(name)
    expect(message?.text).toContain(draft.text)
    const [reply] = await messagesOf({ messageId: 'local-3', conversation: 'c-1' })
    if (!['x', 'twilio', 'reviews', 'phone'].includes(name)) {
      const [same] = await messagesOf({ messageId: 'local-4', conversation: 'c-1' })
      expect(same?.conversation).toBe(reply?.conversation)
      const [another] = await messagesOf({ messageId: 'local-5', conversation: 'c-2', author: 'Jo Other' })
      expect(another?.conversation).not.toBe(reply?.conversation)
    }
    const [other] = await messagesOf({ author: 'Jo Other', messageId: 'local-2' })
    expect(other?.author.id).not.toBe(message?.author.id)
    expect(other?.messageId).not.toBe(message?.messageId)
  })
})

describe('a source', () => {
  it('is known by the name that it is listed under, which its secret has as well', () => {
    for (const [name, source] of sources) {
      expect(source.name).toBe(name)
      expect(name).toMatch(/^[a-z][a-z0-9]*$/)
    }
    expect(SOURCE_NAMES.map(secretOutput)).toEqual(expect.arrayContaining(['WebSecretArn', 'XSecretArn']))
    // That output is of the secret that Slack's own calls are signed with.
    expect(SOURCE_NAMES.map(String)).not.toContain('slack')
  })

  it('without a sender is said to have none', () => {
    expect(() => signedRequest(run, 'fax', draft)).toThrow(/Nothing here sends as source fax; .*: web, x/)
  })
})
