import { describe, expect, it } from 'vitest'
import { fingerprintOf, listKeys, withKey, withoutKey } from '../../functions/shared/rotation.ts'
import { web } from '../../functions/sources/web.ts'

const OLD = 'the-old-key-of-a-source'
const NEW = 'the-new-key-of-a-source'

describe('rotating a secret', () => {
  it('has the new key in front of the old one, and then alone', () => {
    const both = withKey({ active: [OLD] }, 'active', NEW)
    expect(both).toEqual({ active: [NEW, OLD] })
    expect(withoutKey(both, 'active', fingerprintOf(OLD))).toEqual({ active: [NEW] })
  })

  it('leaves everything else in the secret as it is', () => {
    const before = { active: [OLD], oauth2: ['another-key-for-another-use'], remark: 'ask Kim', unset: 'x' }
    const after = withoutKey(withKey(before, 'active', NEW), 'active', fingerprintOf(OLD))
    expect(after).toEqual({ ...before, active: [NEW] })
  })

  it('begins with a secret that was never set, or with a single text', () => {
    expect(withKey({ active: [], unset: 'x' }, 'active', NEW)).toEqual({ active: [NEW], unset: 'x' })
    expect(withKey({}, 'oauth2', NEW)).toEqual({ oauth2: [NEW] })
    expect(withKey({ signingSecret: OLD, botToken: 'b' }, 'signingSecret', NEW)).toEqual({
      signingSecret: [NEW, OLD],
      botToken: 'b',
    })
  })

  it('is refused where it would lock everybody out, do nothing, or pile up', () => {
    expect(() => withKey({ active: [OLD] }, 'active', OLD)).toThrow('active already')
    expect(() => withKey({ active: [OLD, NEW] }, 'active', 'a-third-key')).toThrow('retire one first')
    expect(() => withoutKey({ active: [OLD] }, 'active', fingerprintOf(OLD))).toThrow('the only key')
    expect(() => withoutKey({ active: [OLD, NEW] }, 'active', 'abc')).toThrow('No key has the fingerprint')
  })

  it('shows fingerprints and nothing else', () => {
    const shown = listKeys({ active: [NEW, OLD], oauth2: [OLD], remark: 'x' }, ['active', 'oauth2'])
    expect(shown.map(({ use }) => use)).toEqual(['active', 'active', 'oauth2'])
    expect(JSON.stringify(shown)).not.toMatch(/the-|key-of/)
    expect(shown[1]?.fingerprint).toBe(shown[2]?.fingerprint)
    expect(shown[0]?.fingerprint).toMatch(/^[0-9a-f]{12}$/)
  })
})

describe('a key that is generated', () => {
  it('is one that its source accepts, and never the same', () => {
    const keys = Array.from({ length: 20 }, () => web.keys?.make?.() ?? '')
    expect(new Set(keys).size).toBe(20)
    for (const key of keys) expect(web.keys?.wrong?.(key)).toBeUndefined()
    expect(web.keys?.wrong?.('not-base64-at-all!!!')).toContain('whsec_')
  })
})
