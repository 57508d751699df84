import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  process.env.TABLE_NAME = 'table'
  process.env.LINKS_SECRET = 'arn:links'
  process.env.POWERTOOLS_LOG_LEVEL = 'INFO'
  process.env.POWERTOOLS_DEV = 'true' // writes by the console, where it can be seen
})

import type { Context } from 'aws-lambda'
import { makeHandler, newCode, type PageDependencies } from '../../functions/customer-page/handler.ts'
import { PAGE_POLICY } from '../../functions/customer-page/html.ts'
import { type Complaint, MOST_GIVEN } from '../../functions/domain/complaint.ts'
import type { Action } from '../../functions/domain/decide.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import { Contention, NotFound } from '../../functions/ledger/ledger.ts'
import { type LinkSecret, linkSecret, linkTo } from '../../functions/shared/links.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { httpEvent, MemoryLedger } from '../intake/http.ts'
import { message } from '../support/complaints.ts'
import { hostileText, junk } from '../support/hostile.ts'

const START = '2026-11-23T09:00:00Z'
const EMAIL = 'kim@customer.example'
const CONSENT = currentPolicy.replies?.contact?.consent ?? ''
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** What stands for everything that is known of the complaint and its customer. */
const MARK = 'm4rk3r'
const MARKED = message({
  ...{ source: 'x', channel: 'x', text: `${MARK} is what I say`, subject: MARK },
  author: { id: `${MARK}-id`, name: MARK, email: `${MARK}@example.org`, phone: '+447700900999' },
  permalink: `https://x.example/${MARK}`,
})

let ledger: MemoryLedger
let secret: LinkSecret
let newest: LinkSecret | undefined
let now: string
let id: string
let codes: string[]
const lines: Record<string, unknown>[] = []

const dependencies = (over: Partial<PageDependencies> = {}): PageDependencies => ({
  ledger,
  secrets: { read: async () => secret, reread: async () => newest },
  clock: { now: async () => now },
  newCode: () => codes.shift() ?? newCode(),
  ...over,
})

interface Page {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly html: string
  readonly title: string
}

async function call(
  route: string,
  key: string,
  more: { body?: string; headers?: Record<string, string> } = {},
  over: Partial<PageDependencies> = {},
): Promise<Page> {
  const event = httpEvent(route, { path: { key }, ...more })
  const answer = await makeHandler(dependencies(over))(event, { awsRequestId: 'r' } as Context)
  const { statusCode = 0, headers = {}, body = '' } = answer
  return { status: statusCode, headers, html: body, title: /<h1>(.*?)<\/h1>/.exec(body)?.[1] ?? '' }
}

const keyOf = (about: string, of = secret): string =>
  linkTo('https://api.example', of, { complaintId: id, about }).split('/').at(-1) ?? ''
const get = (key: string, over?: Partial<PageDependencies>) =>
  call(`GET /${key.includes('.s') ? 'survey' : 'contact'}/{key}`, key, {}, over)
const post = (key: string, fields: Record<string, string>, over?: Partial<PageDependencies>) =>
  call(
    `POST /${key.includes('.s') ? 'survey' : 'contact'}/{key}`,
    key,
    { headers: FORM, body: new URLSearchParams(fields).toString() },
    over,
  )

const complaint = (): Promise<Complaint> => ledger.load(id)
const types = (): string[] => (ledger.events.get(id) ?? []).map(({ type }) => type)
const does = async (minute: number, action: Action): Promise<void> => {
  now = addSeconds(START, minute * 60)
  await ledger.execute(id, { ...action, by: { id: 'sam', team: 'support' } }, now)
}
/** Asks for an address; returns the key of the form. */
const asks = async (isPrivate = false): Promise<string> => {
  await does(2, { type: 'ask-contact', private: isPrivate })
  return keyOf((await complaint()).contact?.ask ?? '')
}
/** What a form sends that was filled in as it should be. */
const filled = async (key: string, more: Record<string, string> = {}): Promise<Record<string, string>> => {
  const wording = /name="wording" value="([^"]+)"/.exec((await get(key)).html)?.[1] ?? ''
  return { email: EMAIL, consent: 'yes', wording, ...more }
}
/** Resolves it; returns the key of the question. */
const resolves = async (minute = 10): Promise<string> => {
  await does(minute, { type: 'resolve', summary: `${MARK} was right` })
  return keyOf((await complaint()).survey?.id ?? '')
}

beforeEach(async () => {
  ledger = new MemoryLedger()
  secret = linkSecret.parse({ key: 'k'.repeat(64) })
  newest = undefined
  now = START
  codes = ['K7PQRT']
  lines.length = 0
  for (const method of ['info', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation((line) => void lines.push(JSON.parse(line)))
  id = (await ledger.receive(MARKED, { id: 'source:x' }, START)).complaintId
  await does(1, { type: 'acknowledge' })
})

describe('the form for an address', () => {
  it('says who asks, why, what is agreed to, and what becomes of it; looking at it changes nothing', async () => {
    const key = await asks()
    const before = types()
    const page = await get(key)
    expect(page).toMatchObject({ status: 200, title: 'How can we reach you?' })
    expect(page.html).toContain('Example Energy')
    expect(page.html).toContain('Example Energy would like to look into what you complained of in public')
    expect(page.html).toContain(CONSENT)
    expect(page.html).toContain('kept with your complaint until you ask for it to be erased')
    expect(page.html).toContain('until 7 December 2026')
    await get(key)
    expect(types()).toEqual(before)
  })

  it('gives a code for the account that complained, where anybody may have the link', async () => {
    const key = await asks()
    const page = await post(key, await filled(key, { phone: '07700 900123' }))
    expect(page).toMatchObject({ status: 200, title: 'One more step: show that it is you' })
    expect(page.html).toContain('<p class="code">K7PQRT</p>')
    expect(page.html).toContain('from the account that you complained with')
    expect(ledger.events.get(id)?.at(-1)).toMatchObject({
      ...{ type: 'contact-given', actor: 'customer:form', email: EMAIL, phone: '+447700900123' },
      ...{ consent: CONSENT, code: 'K7PQRT' },
    })
    expect((await complaint()).contact).not.toHaveProperty('email')
  })

  it('says thanks where only the complainant has it', async () => {
    const key = await asks(true)
    const page = await post(key, await filled(key))
    expect(page).toMatchObject({ status: 200, title: 'Thank you' })
    expect(page.html).not.toContain('K7PQRT')
    expect((await complaint()).contact).toMatchObject({ matched: 'private', email: EMAIL })
    const corrected = await post(key, await filled(key, { email: 'kim@elsewhere.example' }))
    expect(corrected.html).toContain('kim@elsewhere.example')
  })

  it('sent twice gives the same code and one fact', async () => {
    const key = await asks()
    const fields = await filled(key)
    codes = ['K7PQRT', 'C4DFHJ', 'M9NPRT']
    const pages = [await post(key, fields), await post(key, fields)]
    expect(pages.map(({ html }) => html.includes('K7PQRT'))).toEqual([true, true])
    expect(types().filter((type) => type === 'contact-given')).toHaveLength(1)
    expect((await post(key, { ...fields, email: 'other@customer.example' })).html).toContain('M9NPRT')
  })

  it.each<[string, Record<string, string>, string, string]>([
    ['nothing', { email: '' }, 'email', 'Give an email address or a phone number'],
    ['no address', { email: 'kim at example' }, 'email', 'Write the email address like'],
    ['two addresses', { email: 'a@b.example,c@d.example' }, 'email', 'Write the email address like'],
    ['a header', { email: 'a@b.example\r\nBcc: c@d.example' }, 'email', 'Write the email address like'],
    ['half a number', { phone: '12' }, 'phone', 'Write the phone number in full'],
    ['no number', { phone: '<script>' }, 'phone', 'Write the phone number in full'],
    ['a very long number', { phone: '0'.repeat(9000) }, 'phone', 'Write the phone number in full'],
    ['no consent', { consent: '' }, 'consent', 'Tick this if you agree'],
    ['consent to other words', { wording: 'of-yesterday' }, 'consent', 'worded anew'],
  ])('with %s says beside the field what to change, and keeps the rest', async (_, wrong, field, says) => {
    const key = await asks()
    const before = types()
    const page = await post(
      key,
      await filled(key, { phone: '+44 7700 900123', ...wrong, ...(wrong.email === '' ? { phone: '' } : {}) }),
    )
    expect(page.status).toBe(422)
    expect(page.html).toMatch(new RegExp(`id="${field}-error">[^<]*${says}`))
    expect(page.html).toContain(`href="#${field}"`)
    expect(page.html).toMatch(new RegExp(`id="${field}"[^>]* aria-invalid="true" autofocus`))
    expect(page.html.match(/autofocus/g)).toHaveLength(1)
    if (wrong.phone === undefined && wrong.email !== '')
      expect(page.html).toContain('value="+44 7700 900123"')
    if (wrong.email === undefined) expect(page.html).toContain(`value="${EMAIL}"`)
    expect(page.html.includes(' checked')).toBe(field !== 'consent')
    expect(types()).toEqual(before)
  })

  it('that has expired, was used, or is no longer the newest says what to do, and not how the complaint stands', async () => {
    const key = await asks()
    const fields = await filled(key)
    now = addSeconds(now, 15 * 86_400)
    for (const page of [await get(key), await post(key, fields)])
      expect(page).toMatchObject({ status: 410, title: 'This form has expired' })
    const anew = await asks()
    for (const page of [await get(key), await post(key, fields)])
      expect(page).toMatchObject({ status: 410, title: 'This form is no longer in use' })
    await post(anew, fields)
    const { contact } = await complaint()
    await does(5, { type: 'confirm-identity', reason: `${MARK} called`, id: contact?.given[0]?.id })
    for (const page of [await get(anew), await post(anew, { ...fields, email: 'b@b.example' })])
      expect(page).toMatchObject({ status: 409, title: 'This form has been used' })
    await does(6, { type: 'withdraw', reason: 'sent twice' })
    const over = await get(anew)
    expect(over).toMatchObject({ status: 410, title: 'This form is no longer in use' })
    expect(over.html).toBe((await get(key)).html)
  })

  it('filled in by somebody else first is open to the customer still; filled in too often, they are told what to do', async () => {
    const key = await asks()
    const fields = await filled(key)
    codes = []
    for (let n = 0; n < MOST_GIVEN; n++) {
      const page = await post(key, { ...fields, email: `${n}@attacker.example` })
      expect(page.status).toBe(200)
    }
    const page = await post(key, fields)
    expect(page).toMatchObject({ status: 409, title: 'This form has been filled in too often' })
    expect((await get(key)).title).toBe(page.title)
    expect((await post(key, { ...fields, email: '0@attacker.example' })).status).toBe(200)
    expect((await complaint()).contact?.given).toHaveLength(MOST_GIVEN)
  })
})

describe('the question', () => {
  it('is asked in the policy’s words, and looking at it changes nothing', async () => {
    const key = await resolves()
    const before = types()
    const page = await get(key)
    expect(page).toMatchObject({ status: 200, title: 'Is your complaint resolved?' })
    expect(page.html.match(/type="radio"/g)).toHaveLength(5)
    expect(page.html).not.toContain(' checked')
    expect(types()).toEqual(before)
  })

  it('answered happily closes the complaint, which can be opened again at any time', async () => {
    const key = await resolves()
    const page = await post(key, { score: '5', text: '' })
    expect(page.html).toContain('Your complaint is closed')
    expect((await complaint()).stage).toBe('closed')
    now = addSeconds(now, 3 * 365 * 86_400)
    const later = await get(key)
    expect(later.html).toContain('It is not solved after all')
    expect(later.html).toContain('name="score" value="1"')
    const again = await post(key, { score: '1', text: 'the same again' })
    expect(again.title).toBe('Your complaint is open again')
    expect(await complaint()).toMatchObject({ stage: 'reopened', owner: 'sam' })
    expect(types().slice(-2)).toEqual(['survey-answered', 'reopened'])
  })

  it('answered unhappily opens it again, and says when they hear from us, in the team’s time', async () => {
    const key = await resolves()
    const page = await post(key, { score: '2', text: 'not at all\r\nso' })
    expect(page.title).toBe('Your complaint is open again')
    expect(page.html).toMatch(/Monday,? 23 November 2026 at 10:10 GMT/) // ICU has changed its mind about the comma
    expect(ledger.events.get(id)?.findLast(({ type }) => type === 'survey-answered')).toMatchObject({
      ...{ score: 2, text: 'not at all\nso', actor: 'customer:form' },
    })
    // Sent twice, or opened later, it says how it stands.
    const count = types().length
    expect((await post(key, { score: '2', text: 'not at all\r\nso' })).title).toBe(page.title)
    expect((await post(key, {})).title).toBe(page.title)
    expect((await get(key)).title).toBe(page.title)
    expect(types()).toHaveLength(count)
  })

  it('promises no time that has passed, or that stands still', async () => {
    const key = await resolves()
    await post(key, { score: '1' })
    await does(12, { type: 'pause', reason: 'waits for a part' })
    expect((await get(key)).html).toContain('You hear from us.')
    await does(13, { type: 'resume' })
    now = '2027-01-01T00:00:00Z'
    expect((await get(key)).html).toContain('You hear from us.')
  })

  it('answered in between says thanks, once, and leaves everything open', async () => {
    const key = await resolves()
    const page = await post(key, { score: '3' })
    await post(key, { score: '3' })
    expect(page.title).toBe('Thank you for your answer')
    expect(page.html).toContain('It is not solved after all')
    expect((await complaint()).stage).toBe('resolved')
    expect(types().filter((type) => type === 'survey-answered')).toHaveLength(1)
    expect((await get(key)).title).toBe(page.title)
  })

  it('answered happily while something is owed does not say that it is closed', async () => {
    await does(3, { type: 'promise', text: MARK, due: addSeconds(START, 86_400) })
    const page = await post(await resolves(), { score: '5' })
    expect(page.title).toBe('Thank you for your answer')
    expect(page.html).not.toContain('closed')
  })

  it('that silence has closed can be answered, or opened again by a press', async () => {
    const key = await resolves()
    await does(20, { type: 'close' })
    const page = await get(key)
    expect(page.html.match(/type="radio"/g)).toHaveLength(5)
    expect(page.html).toContain('It is not solved after all')
    expect(page.html.match(/id="text"/g)).toHaveLength(1)
    expect((await post(key, { score: '1' })).title).toBe('Your complaint is open again')
  })

  it('of an earlier resolution takes that it is not solved, and nothing else', async () => {
    const first = await resolves()
    await post(first, { score: '1' })
    await does(20, { type: 'acknowledge' })
    const second = await resolves(30)
    expect(second).not.toBe(first)
    expect((await get(first)).title).toBe('We have asked you again since')
    expect(await post(first, { score: '5' })).toMatchObject({
      ...{ status: 409, title: 'We have asked you again since' },
    })
    expect((await complaint()).stage).toBe('resolved')
    expect((await post(first, { score: '1' })).title).toBe('Your complaint is open again')
    expect((await complaint()).stage).toBe('reopened')
  })

  it.each<[string, Record<string, string>, string]>([
    ['no choice', { text: 'so so' }, 'Choose one of the five'],
    ['another number', { score: '6', text: 'so so' }, 'Choose one of the five'],
    ['words for a number', { score: '1 ', text: 'so so' }, 'Choose one of the five'],
    [
      'too many words',
      { score: '3', text: 'x'.repeat(2001) },
      'Write at most 2000 characters: these are 2001',
    ],
  ])('with %s says what to change, and keeps what was written', async (_, fields, says) => {
    const key = await resolves()
    const before = types()
    const page = await post(key, fields)
    expect(page.status).toBe(422)
    expect(page.html).toContain(says)
    expect(page.html).toContain(`\n${fields.text}</textarea>`)
    expect(types()).toEqual(before)
  })
})

describe('a link', () => {
  const looks = ({ status, headers, html }: Page) => ({ status, headers, html })

  it('that is not ours shows one and the same page, whatever is wrong with it, and looks nothing up', async () => {
    const key = await asks()
    const survey = await resolves()
    let reads = 0
    const over = {
      ledger: {
        load: async (wanted: string) => {
          reads++
          return ledger.load(wanted)
        },
        execute: (...args: Parameters<MemoryLedger['execute']>) => ledger.execute(...args),
      },
    }
    const wrong = await get('nonsense', over)
    expect(wrong).toMatchObject({ status: 404, title: 'This link does not work' })
    const flipped = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A')
    const unknown = keyOf('k9', linkSecret.parse({ key: 'x'.repeat(64) }))
    for (const other of [
      flipped,
      unknown,
      key.slice(0, -1),
      `${key}A`,
      key.toLowerCase(),
      '',
      '../survey',
      '%00',
    ])
      expect(looks(await get(other, over)), other).toEqual(looks(wrong))
    expect(looks(await call('GET /contact/{key}', survey, {}, over))).toEqual(looks(wrong))
    expect(looks(await call('GET /survey/{key}', key, {}, over))).toEqual(looks(wrong))
    expect(looks(await post(flipped, await filled(key), over))).toEqual(looks(wrong))
    expect(reads).toBe(0)
    const gone = { ledger: { ...over.ledger, load: async () => Promise.reject(new NotFound(id)) } }
    expect(looks(await get(key, gone))).toEqual(looks(wrong))
  })

  it('is marked in the security log, and not counted: mail programs break links every day', async () => {
    await get('nonsense')
    expect(lines).toEqual([
      expect.objectContaining({
        ...{ message: 'Refused', security: 'wrong-link', problem: 'not-found', status: 404 },
        ...{ route: 'GET /contact/{key}', network: '127.0.0.0/24' },
      }),
    ])
    expect(lines[0]).not.toHaveProperty('counted')
  })

  it('signed by a key that is newer than our last look opens, and so does one of before', async () => {
    const old = await asks()
    const next = linkSecret.parse({ key: ['n'.repeat(64), secret.key] })
    const ask = (await complaint()).contact?.ask ?? ''
    newest = next
    expect((await get(keyOf(ask, next))).status).toBe(200)
    secret = next
    newest = undefined
    expect((await get(old)).status).toBe(200)
    secret = linkSecret.parse({ key: 'n'.repeat(64) })
    expect((await get(old)).status).toBe(404)
  })
})

describe('whatever is sent', () => {
  it('is answered with a page that runs nothing, is kept nowhere and found by nobody', async () => {
    const key = await asks()
    const pages = [await get(key), await post(key, await filled(key)), await get('nonsense')]
    for (const { headers, html } of pages) {
      expect(headers).toMatchObject({
        ...{ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
        ...{ 'content-security-policy': PAGE_POLICY, 'referrer-policy': 'no-referrer' },
        ...{ 'x-content-type-options': 'nosniff', 'x-robots-tag': 'noindex, nofollow' },
      })
      expect(html).toMatch(/^<!doctype html>\n<html lang="en">/)
      expect(html).not.toMatch(/<script|<link|<img|<iframe| style="| on\w+="|javascript:/i)
    }
    expect(PAGE_POLICY).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    )
  })

  it.each<[string, { body: string; headers: Record<string, string> }, number, string]>([
    ['too much', { body: `email=${'x'.repeat(30_000)}`, headers: FORM }, 413, 'That was too much'],
    ['JSON', { body: '{}', headers: { 'content-type': 'application/json' } }, 415, 'not sent by our form'],
    ['no kind at all', { body: 'email=a', headers: {} }, 415, 'not sent by our form'],
  ])('of %s is refused with a page', async (_, request, status, says) => {
    const key = await asks()
    const page = await call('POST /contact/{key}', key, request)
    expect(page.status).toBe(status)
    expect(page.html).toContain(says)
  })

  it('while others write, or something is broken, is answered with a page that says what to do', async () => {
    const key = await resolves()
    const failing = (error: Error) => ({
      ledger: { load: (wanted: string) => ledger.load(wanted), execute: async () => Promise.reject(error) },
    })
    const busy = await post(key, { score: '3' }, failing(new Contention('complaint')))
    expect(busy).toMatchObject({ status: 503, title: 'Please try again in a moment' })
    expect(busy.headers['retry-after']).toBe('2')
    const broken = await post(key, { score: '3' }, failing(new Error(`${MARK} broke it`)))
    expect(broken).toMatchObject({ status: 500, title: 'Something went wrong here' })
    expect(broken.html).not.toContain(MARK)
  })

  it('a full two thousand characters of any script arrive', async () => {
    const key = await resolves()
    const text = '語'.repeat(2000)
    expect((await post(key, { score: '3', text })).status).toBe(200)
    expect(ledger.events.get(id)?.at(-1)).toMatchObject({ type: 'survey-answered', text })
  })

  it('shows nothing of the complaint or its customer on any page, whatever anybody sends in whatever state', async () => {
    const actions = fc.constantFrom<Action | 'nothing'>(
      'nothing',
      { type: 'note', text: MARK },
      { type: 'pause', reason: MARK },
      { type: 'promise', text: MARK, due: '2027-01-01T00:00:00Z' },
      { type: 'add-issue', text: MARK },
      { type: 'ask-contact' },
      { type: 'ask-contact', private: true },
      { type: 'resolve', summary: MARK },
      { type: 'withdraw', reason: MARK },
      { type: 'reopen', reason: MARK },
    )
    const value = fc.oneof(
      fc.constantFrom(EMAIL, 'yes', '1', '3', '5', '+447700900123', ''),
      junk.map((value) => JSON.stringify(value) ?? ''),
      hostileText,
    )
    const request = fc.record({
      route: fc.constantFrom(
        'GET /contact/{key}',
        'POST /contact/{key}',
        'GET /survey/{key}',
        'POST /survey/{key}',
      ),
      fields: fc.dictionary(
        fc.constantFrom('email', 'phone', 'consent', 'wording', 'score', 'text', '__proto__'),
        value,
      ),
      raw: fc.option(fc.oneof(hostileText, fc.string({ unit: 'binary' })), { nil: undefined }),
      action: actions,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 8 }), async (requests) => {
        ledger = new MemoryLedger()
        now = START
        id = (await ledger.receive(MARKED, { id: 'source:x' }, START)).complaintId
        await does(1, { type: 'acknowledge' })
        let minute = 1
        for (const { route, fields, raw, action } of requests) {
          if (action !== 'nothing') await does(++minute, action).catch(() => {})
          const { contact, survey } = await complaint()
          const key = keyOf(route.includes('survey') ? (survey?.id ?? 's9') : (contact?.ask ?? 'k9'))
          const wording = /name="wording" value="([^"]+)"/.exec((await get(key)).html)?.[1] ?? ''
          const body = raw ?? new URLSearchParams({ wording, ...fields }).toString()
          const page = await call(route, key, { headers: FORM, body })
          expect(page.status).toBeLessThan(500)
          expect(page.html).not.toMatch(new RegExp(`${MARK}|900999|x\\.example|sam`, 'i'))
          expect(page.html.replace(/<style>.*<\/style>/s, '')).not.toMatch(
            /<(?!\/?(?:html|head|meta|title|body|div|header|main|h1|h2|p|form|input|fieldset|legend|label|span|strong|section|button|ul|li|a|textarea)\b|!doctype)/i,
          )
        }
      }),
      { numRuns: 150 },
    )
  })

  it('leaves no address, number, code or word in the log: the complaint is named by its id', async () => {
    const key = await asks()
    const fields = await filled(key, { phone: '07700 900123' })
    await post(key, fields)
    await post(key, { ...fields, email: 'kim at example' })
    await does(5, { type: 'confirm-identity', reason: MARK })
    await post(key, { ...fields, email: 'mallory@attacker.example' })
    const survey = await resolves()
    await post(survey, { score: '1', text: `${MARK} says no` })
    const broken = {
      ledger: {
        load: (wanted: string) => ledger.load(wanted),
        execute: async () => Promise.reject(new Error('x')),
      },
    }
    await does(20, { type: 'acknowledge' })
    await post(await resolves(30), { score: '1', text: `${MARK} says no` }, broken)
    const log = JSON.stringify(lines)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.at(-1)).toMatchObject({ message: 'Failed', complaintId: id })
    expect(log).not.toMatch(/kim|customer\.example|attacker|900123|K7PQRT|m4rk3r|says/)
    expect(log).not.toContain(key.split('.').at(-1))
  })
})

it('a code is six letters and digits that nobody takes for another, and no word', () => {
  const made = Array.from({ length: 500 }, newCode)
  for (const code of made) expect(code).toMatch(/^[CDFHJKMNPRTWXY3479]{6}$/)
  expect(new Set(made).size).toBeGreaterThan(495)
})
