import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as html from '../../functions/customer-page/html.ts'

const asker: html.Asker = {
  ...{ organisation: 'Example Energy', team: 'Support', privacy: 'https://example.org/privacy' },
}
const asking: html.ContactAsking = {
  ...asker,
  ...{ consentTo: 'You may write to me.', wording: 'w0rd', private: false },
  ...{ expiresAt: '2026-12-07T09:02:00Z', timeZone: 'Europe/London', country: 'GB' },
}
const NOTHING = html.NOTHING_ENTERED

/** Every page, with a text wherever one comes from outside. */
const pagesWith = (text: string): Record<string, string> => {
  const by: html.Asker = { organisation: text, team: text, privacy: `https://example.org/${text}` }
  const contact = { ...asking, ...by, consentTo: text, wording: text, erasedAfterDays: 30 }
  const wrong = { values: { email: text, phone: text }, errors: { email: text, phone: text, consent: text } }
  const unsaid = { values: { text, score: text }, errors: { score: text, text } }
  return {
    form: html.contactForm(contact),
    private: html.contactForm({ ...contact, private: true, country: undefined }),
    'form with errors': html.contactForm(contact, wrong),
    taken: html.contactTaken({ email: text, phone: text }, by),
    code: html.contactCode({ email: text }, text, by),
    notice: html.noticePage({ title: text, says: [text] }, by),
    question: html.surveyForm(text, false, by),
    'question of what is over': html.surveyForm(text, true, by),
    'question with errors': html.surveyForm(text, false, by, unsaid),
    thanks: html.surveyDone('thanks', by),
    closed: html.surveyDone('closed', by, { values: { text }, errors: { text } }),
    anew: html.surveyDone('asked-anew', by),
    open: html.openAgain(text, by),
  }
}
const PAGES = pagesWith('a text')

/** The markup of a page: its tags in order, with their attributes' names, without their values and what was chosen. */
const markup = (page: string): string[] =>
  [...page.replace(/(<style>).*(<\/style>)/s, '$1$2').matchAll(/<[^>]*>/g)].map(([tag]) =>
    tag.replace(/="[^"]*"/g, '').replace(' checked', ''),
  )

describe('A customer’s page', () => {
  it('has the same markup, whatever stands in it', () => {
    const hostile = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onfocus='alert(1)",
      '</textarea><script>',
      '</title></style><svg onload=alert(1)>',
      '&lt;b&gt;&amp;amp;',
      '{{7*7}}',
      '\u202Eevil\u0000',
    ]
    const text = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' }), fc.string())
    fc.assert(
      fc.property(text, (given) => {
        for (const [name, page] of Object.entries(pagesWith(given)))
          expect(markup(page), name).toEqual(markup(PAGES[name] ?? ''))
      }),
    )
  })

  it.each(Object.entries(PAGES))(
    '%s: has one heading, names each field once, and ties everything to where it belongs',
    (_, page) => {
      expect(page.match(/<h1>/g)).toHaveLength(1)
      const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
      expect(new Set(ids).size).toBe(ids.length)
      const pointers = [
        ...[...page.matchAll(/ for="([^"]+)"/g)].map(([, id]) => id),
        ...[...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id),
        ...[...page.matchAll(/ aria-describedby="([^"]+)"/g)].flatMap(([, some = '']) => some.split(' ')),
      ]
      for (const id of pointers) expect(ids).toContain(id)
      const labelled = [...page.matchAll(/ for="([^"]+)"/g)].map(([, id]) => id)
      for (const [, id] of page.matchAll(
        /<(?:input type="(?:email|tel|checkbox)"|textarea)[^>]* id="([^"]+)"/g,
      ))
        expect(labelled).toContain(id)
      expect((page.match(/ autofocus/g) ?? []).length).toBeLessThanOrEqual(1)
      expect(page).toMatch(/<title>[^<]+<\/title>/)
    },
  )

  it('is shown in the one style that its policy lets in', () => {
    for (const page of Object.values(PAGES)) {
      const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? ''
      const hash = createHash('sha256').update(style).digest('base64')
      expect(html.PAGE_POLICY).toContain(`style-src 'sha256-${hash}'`)
    }
  })

  it('names who asks where the policy does, and us where it does not', () => {
    expect(html.contactForm(asking)).toContain('<strong>Example Energy</strong> · Support')
    const nameless = { ...asking, organisation: undefined, team: undefined, privacy: undefined }
    const page = html.contactForm(nameless)
    expect(page).toContain('We would like to look into')
    expect(page).not.toMatch(/undefined|href/)
    expect(html.contactForm(asking)).toContain('href="https://example.org/privacy" rel="noreferrer"')
  })

  it.each([
    [undefined, 'until you ask for it to be erased'],
    [30, 'erased 30 days after'],
    [365, 'erased a year after'],
    [730, 'erased 2 years after'],
    [1, 'erased a day after'],
  ])('says how long an address is kept: %s days', (erasedAfterDays, says) => {
    expect(html.contactForm({ ...asking, erasedAfterDays })).toContain(says)
  })

  it('has times in the zone that it is told', () => {
    expect(html.moment('2026-07-01T16:30:00Z', 'Europe/London')).toMatch(
      /^Wednesday,? 1 July 2026 at 17:30 BST$/,
    )
    expect(
      html.contactForm({ ...asking, expiresAt: '2026-12-06T23:30:00Z', timeZone: 'Europe/Berlin' }, NOTHING),
    ).toContain('until 7 December 2026')
  })
})
