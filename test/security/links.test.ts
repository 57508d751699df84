import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkSecret, linkTo, newLinkKey, readLink, wrongLinkKey } from '../../functions/shared/links.ts'
import { fingerprintOf, withKey, withoutKey } from '../../functions/shared/rotation.ts'
import { COMPLAINT_ID } from '../support/complaints.ts'

const secret = linkSecret.parse({ key: 'k'.repeat(40) })
const linked = { complaintId: COMPLAINT_ID, about: 'k7' }
const last = (url: string): string => url.split('/').at(-1) ?? ''

describe('The address of a customer’s page', () => {
  it('opens what it was made for, on the page for it', () => {
    const url = linkTo('https://api.example/', secret, linked)
    expect(url).toMatch(/^https:\/\/api\.example\/contact\/01/)
    expect(readLink(last(url), secret)).toEqual(linked)
    expect(linkTo('https://api.example', secret, { ...linked, about: 's9' })).toContain('/survey/')
    expect(() => linkTo('https://api.example', secret, { ...linked, about: 'o9' })).toThrow('no page')
  })

  it('opens nothing once any character of it is another', () => {
    const text = last(linkTo('https://api.example', secret, linked))
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.string({ minLength: 1, maxLength: 1 }),
        (at, character) => {
          fc.pre(text[at] !== character)
          expect(readLink(text.slice(0, at) + character + text.slice(at + 1), secret)).toBeUndefined()
        },
      ),
    )
    for (const wrong of ['', text.slice(0, -1), `${text}a`, text.toLowerCase()])
      expect(readLink(wrong, secret)).toBeUndefined()
  })

  it('that was sent before the key was replaced opens still, until the key is forgotten', () => {
    const text = last(linkTo('https://api.example', secret, linked))
    const next = linkSecret.parse({ key: 'n'.repeat(40), former: [secret.key] })
    expect(readLink(text, next)).toEqual(linked)
    expect(readLink(text, linkSecret.parse({ key: 'n'.repeat(40) }))).toBeUndefined()
  })

  it('is signed by the key that was added last, and opens until the other one is retired', () => {
    const next = newLinkKey()
    expect(wrongLinkKey(next)).toBeUndefined()
    expect(wrongLinkKey('too-short')).toContain('32 characters')
    const both = withKey({ key: secret.key, remark: 'x' }, 'key', next)
    const old = last(linkTo('https://api.example', secret, linked))
    const text = last(linkTo('https://api.example', linkSecret.parse(both), linked))
    for (const one of [old, text]) expect(readLink(one, linkSecret.parse(both))).toEqual(linked)
    const after = linkSecret.parse(withoutKey(both, 'key', fingerprintOf(secret.key)))
    expect([readLink(old, after), readLink(text, after)]).toEqual([undefined, linked])
  })
})
