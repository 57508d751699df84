import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Ledger } from '../../functions/ledger/ledger.ts'
import { type LinkSecret, linkSecret, linkTo } from '../../functions/shared/links.ts'
import { fingerprintOf } from '../../functions/shared/rotation.ts'
import { clientConfig, documentClient } from '../../infra/local/aws.ts'
import { accessibilityFaults, chromiumPath, NO_CHROMIUM, startBrowser } from './support/browser.ts'
import { clientOf } from './support/client.ts'
import { waitFor } from './support/stack.ts'

/*
 * What a customer does with the links that we send: as a browser shows the pages, and as the API tells of it afterwards.
 * Nothing sends here: the test does what a sender does, makes the links and records what went out.
 */

const run = inject('redress')
const client = clientOf(run)
const ledger = new Ledger(documentClient(run), run.tableName)
const sender = { id: 'sender:web' }
const executablePath = chromiumPath()
if (executablePath === undefined && process.env.CI) throw new Error(NO_CHROMIUM)

let secret: LinkSecret
/** The key of the links, as the sender reads it. */
async function readKey(): Promise<void> {
  const FunctionName = `${run.stackName}-customer-page`
  const told = await new LambdaClient(clientConfig(run)).send(
    new GetFunctionConfigurationCommand({ FunctionName }),
  )
  const { SecretString = '' } = await new SecretsManagerClient(clientConfig(run)).send(
    new GetSecretValueCommand({ SecretId: told.Environment?.Variables?.LINKS_SECRET }),
  )
  secret = linkSecret.parse(JSON.parse(SecretString))
}
beforeAll(readKey)

const complaintOf = async (id: string) => (await client.ops(`/complaints/${id}`)).body
const types = async (id: string) => (await client.events(id)).map(({ type }) => type)
const does = async (id: string, command: object) => {
  const { status, body } = await client.ops(`/complaints/${id}/commands`, { as: 'sam', ...command })
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

/** A complaint in public by somebody new, acknowledged. */
async function complains(more: object = {}) {
  const author = { id: `customer-${randomUUID()}` }
  const { body } = await client.signedWeb(client.webBody({ author, ...more }))
  const id: string = body.complaintId
  await does(id, { type: 'acknowledge' })
  return { id, author }
}

/** What the sender does with what may go out: it takes the newest, and says so. */
async function goesOut(id: string): Promise<string> {
  const reply = (await ledger.load(id)).replies.findLast(({ state }) => state === 'sending')
  const reference = `post:${randomUUID()}`
  const command = { id: reply?.id ?? '', platform: 'web', reference, reports: false, by: sender }
  await ledger.execute(id, { type: 'record-sent', ...command }, await client.stage.now())
  return reference
}

async function asks(id: string, isPrivate = false): Promise<{ link: string; reference: string }> {
  await does(id, { type: 'ask-contact', ...(isPrivate ? { private: true } : {}) })
  const about = (await complaintOf(id)).contact.ask
  return { link: linkTo(run.apiUrl, secret, { complaintId: id, about }), reference: await goesOut(id) }
}

async function resolves(id: string): Promise<string> {
  await does(id, { type: 'resolve', summary: 'It was put right' })
  return linkTo(run.apiUrl, secret, { complaintId: id, about: (await complaintOf(id)).survey.id })
}

async function sends(link: string, fields: Record<string, string>) {
  const page = await (await fetch(link)).text()
  const wording = /name="wording" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const body = new URLSearchParams({ wording, ...fields })
  const response = await fetch(link, { method: 'POST', body })
  const html = await response.text()
  return { status: response.status, html, title: /<h1>(.*?)<\/h1>/.exec(html)?.[1] }
}

describe('From public to private', () => {
  it('goes by a code that the complainant alone can write, and the thread is told', async () => {
    const { id, author } = await complains()
    const { link, reference } = await asks(id)
    const email = `${randomUUID()}@customer.example`
    const mallory = await sends(link, { email: 'mallory@attacker.example', consent: 'yes' })
    const { status, html } = await sends(link, { email, phone: '07700 900123', consent: 'yes' })
    expect(status).toBe(200)
    const [stolen = '', code = ''] = [mallory.html, html].map((page) => /class="code">(\w+)</.exec(page)?.[1])
    expect(new Set([stolen, code]).size).toBe(2)
    expect((await complaintOf(id)).contact).not.toHaveProperty('email')

    // Whoever else writes it, it proves nothing.
    await client.signedWeb(client.webBody({ text: code, inReplyTo: [reference] }))
    expect(await types(id)).not.toContain('identity-matched')
    const answer = client.webBody({ author, text: `Here: ${code.toLowerCase()}.`, inReplyTo: [reference] })
    expect((await client.signedWeb(answer)).body).toMatchObject({ complaintId: id, outcome: 'linked' })
    expect((await complaintOf(id)).contact).toMatchObject({
      ...{ matched: 'code', email, phone: '+447700900123', given: [] },
      consent: expect.stringContaining('You may use what I give here'),
    })

    await does(id, {
      type: 'draft-reply',
      text: 'Nobody called you as the call was booked for another number.',
      private: true,
    })
    await goesOut(id)
    const { replies } = await complaintOf(id)
    expect(replies.slice(-2)).toMatchObject([
      { public: false, to: 'contact', channel: 'email', state: 'sent' },
      { public: true, purpose: 'notice', state: 'sending' },
    ])

    // What they write from there belongs to it.
    const mail = client.webBody({
      author: { id: randomUUID(), email },
      public: false,
      text: 'And the refund?',
    })
    expect((await client.signedWeb(mail)).body).toEqual({ complaintId: id, outcome: 'linked' })
    const used = await sends(link, { email: 'mallory@attacker.example', consent: 'yes' })
    expect(used.title).toBe('This form has been used')
    const { replies: lines } = await client.atRest(id).then(() => client.slackThread(id))
    expect(lines.some(({ text }) => text.includes('they have written the code'))).toBe(true)
  })

  it('needs no code where the link went to the complainant alone; their next message from there joins', async () => {
    const { id } = await complains()
    const { link } = await asks(id, true)
    const email = `${randomUUID()}@customer.example`
    expect((await sends(link, { email, consent: 'yes' })).title).toBe('Thank you')
    expect((await complaintOf(id)).contact).toMatchObject({ matched: 'private', email })
    const mail = client.webBody({ author: { id: randomUUID(), email: email.toUpperCase() }, public: false })
    expect((await client.signedWeb(mail)).body).toEqual({ complaintId: id, outcome: 'linked' })
  })

  it('shows nothing to whoever has made up a link', async () => {
    const { id } = await complains({ text: 'Nobody is to read this' })
    const { link } = await asks(id)
    const wrong = await fetch(`${link.slice(0, -3)}abc`)
    expect(wrong.status).toBe(404)
    expect(await wrong.text()).toContain('This link does not work')
    const right = await fetch(link)
    expect(right.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(right.headers.get('referrer-policy')).toBe('no-referrer')
    expect(right.headers.get('cache-control')).toBe('no-store')
    expect(await right.text()).not.toMatch(/Nobody is to read|customer-/)
  })
})

describe('After the resolution', () => {
  it('a happy customer closes it, and it is open again whenever they say so, with the same owner', async () => {
    const { id } = await complains()
    const link = await resolves(id)
    expect((await sends(link, { score: '5' })).html).toContain('Your complaint is closed')
    expect(await complaintOf(id)).toMatchObject({ stage: 'closed', survey: { score: 5 } })
    await client.atRest(id)
    expect(await client.executionStatus(id)).toBe('SUCCEEDED')
    const again = await sends(link, { score: '1', text: 'The same bill came again' })
    expect(again.title).toBe('Your complaint is open again')
    expect(await complaintOf(id)).toMatchObject({ stage: 'reopened', owner: 'sam' })
    await client.atRest(id)
    expect(await client.executionStatus(id)).toBe('RUNNING')
  })

  it('an unhappy one has it open again; pressed twice at once, it is opened once', async () => {
    const { id } = await complains()
    const link = await resolves(id)
    const pages = await Promise.all(Array.from({ length: 5 }, () => sends(link, { score: '2', text: 'no' })))
    expect(new Set(pages.map(({ title }) => title))).toEqual(new Set(['Your complaint is open again']))
    expect(pages[0]?.html).toMatch(/You hear from us by <strong>\w+day,? \d+ \w+ \d{4}/)
    const happened = await types(id)
    expect(happened.filter((type) => type === 'reopened' || type === 'survey-answered')).toEqual([
      'survey-answered',
      'reopened',
    ])
    await does(id, { type: 'acknowledge' })
  })
})

it('The key of the links is replaced: both open pages, until the former one is retired', async () => {
  const { id } = await complains()
  const { link: old } = await asks(id)
  const env = { ...process.env, REDRESS_HOME: inject('home') }
  const command = async (...args: string[]) =>
    (await promisify(execFile)(process.execPath, ['functions/intake/secret-cli.ts', ...args], { env })).stdout
  const statusOf = async (link: string) => (await fetch(link)).status
  const former = secret.key
  await command('add', 'links', '--generate')
  await readKey()
  expect(secret.key).not.toBe(former)
  const link = linkTo(run.apiUrl, secret, { complaintId: id, about: (await complaintOf(id)).contact.ask })
  // Others may have had the early look at the secret only just now.
  await waitFor('a link with the new key to open', async () => (await statusOf(link)) === 200)
  expect(await statusOf(old)).toBe(200)
  await command('retire', 'links', fingerprintOf(former))
  await waitFor('a link with the former key to open nothing', async () => (await statusOf(old)) === 404)
  expect(await statusOf(link)).toBe(200)
  await readKey()
})

describe.skipIf(executablePath === undefined)('In a browser', () => {
  const trouble: string[] = []
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    browser = await startBrowser(executablePath ?? '')
    page = await browser.newPage({ viewport: { width: 320, height: 640 }, javaScriptEnabled: true })
    page.setDefaultTimeout(20_000)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) trouble.push(message.text())
    })
    page.on('pageerror', (error) => trouble.push(error.message))
  })
  afterAll(() => browser?.close())

  /** A page is fine when axe says so in the light and in the dark, and it fits a small telephone. */
  async function isFine(): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await accessibilityFaults(page)).toEqual([])
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  }

  it('the form is filled in, corrected and filled in again, by the keyboard alone', async () => {
    const { id } = await complains()
    await page.goto((await asks(id)).link)
    await isFine()
    await page.getByLabel('Email address').fill('kim at example')
    await page.keyboard.press('Enter')
    await page.getByText('Please look at this again').waitFor()
    await isFine()
    // The first that is wrong has the focus, and what was typed is there still.
    expect(await page.evaluate('document.activeElement.id')).toBe('email')
    await page.keyboard.press('Control+A')
    await page.keyboard.type(`${randomUUID()}@customer.example`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await page.getByText('from the account that you complained with').waitFor()
    await isFine()
    await page.getByRole('link', { name: 'Fill in the form again' }).click()
    await page.getByRole('button', { name: 'Send' }).waitFor()
    expect(await types(id)).toContain('contact-given')
  })

  it('the question is answered, and answered otherwise later', async () => {
    const { id } = await complains()
    const link = await resolves(id)
    await page.goto(link)
    await isFine()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Choose one of the five').first().waitFor()
    await isFine()
    await page.getByRole('radio', { name: '5, entirely' }).check()
    await page.getByLabel('Would you like to add anything?').fill('<b>Thanks</b>')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Your complaint is closed').waitFor()
    await isFine()
    expect(await complaintOf(id)).toMatchObject({
      stage: 'closed',
      survey: { score: 5, text: '<b>Thanks</b>' },
    })
    await page.goto(link)
    await page.getByRole('button', { name: 'It is not solved after all' }).click()
    await page.getByText('Your complaint is open again').first().waitFor()
    await isFine()
    expect(await complaintOf(id)).toMatchObject({ stage: 'reopened', owner: 'sam' })
    await does(id, { type: 'acknowledge' })
  })

  it('has nothing to complain of itself', () => {
    // A refused form is a 422, which the browser's console calls an error.
    expect(trouble.filter((line) => !line.includes('422'))).toEqual([])
  })
})
