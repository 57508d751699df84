import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkSignature } from '../../functions/slack/signature.ts'

// As published by Slack, on its page about verifying requests.
const SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
const TIMESTAMP = '1531420618'
const BODY = Buffer.from(
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
)
const SIGNATURE = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'
const AT = Number(TIMESTAMP) * 1000

const check = (changes: { timestamp?: string; signature?: string; body?: Buffer; nowMs?: number } = {}) =>
  checkSignature(
    SECRET,
    changes.timestamp ?? TIMESTAMP,
    changes.signature ?? SIGNATURE,
    changes.body ?? BODY,
    changes.nowMs ?? AT,
  )

describe('A Slack signature', () => {
  it('is the one that Slack publishes', () => {
    expect(check()).toBe('valid')
  })

  it('holds for five minutes, into the past and into the future, and no second longer', () => {
    expect(check({ nowMs: AT + 300_000 })).toBe('valid')
    expect(check({ nowMs: AT - 300_000 })).toBe('valid')
    expect(check({ nowMs: AT + 301_000 })).toBe('stale')
    expect(check({ nowMs: AT - 301_000 })).toBe('stale')
  })

  it('is over the very bytes of the body', () => {
    expect(check({ body: Buffer.concat([BODY, Buffer.from('\n')]) })).toBe('wrong')
    const umlaut = Buffer.from('text=\xe4', 'latin1')
    const hmac = createHmac('sha256', SECRET).update(`v0:${TIMESTAMP}:`).update(umlaut).digest('hex')
    expect(check({ body: umlaut, signature: `v0=${hmac}` })).toBe('valid')
  })

  it.each([
    ['another time', { timestamp: '1531420619' }],
    ['a time that is no number', { timestamp: 'now' }],
    ['a time with a sign', { timestamp: '-1531420618' }],
    ['no version', { signature: SIGNATURE.slice(3) }],
    ['another version', { signature: SIGNATURE.replace('v0', 'v1') }],
    ['half a signature', { signature: SIGNATURE.slice(0, 40) }],
    ['nothing', { signature: '' }],
    ['another signature', { signature: SIGNATURE.replace('a2', 'a3') }],
  ])('does not hold with %s', (_, change) => {
    expect(check(change)).toBe('wrong')
  })
})
