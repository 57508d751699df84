import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { accessibilityFaults, chromiumPath, NO_CHROMIUM, startBrowser } from './support/browser.ts'
import { clientOf } from './support/client.ts'

/*
 * Writing to a customer on the desk page, in a real browser: by the forms that Slack shows, upon and instead of each other.
 */

const executablePath = chromiumPath()
if (executablePath === undefined && process.env.CI) throw new Error(NO_CHROMIUM)

describe.skipIf(executablePath === undefined)('Writing to a customer, on the desk page', () => {
  const client = clientOf(inject('redress'))
  const author = `Writing ${Date.now()}`
  const trouble: string[] = []
  let browser: Browser
  let page: Page
  let card: Locator
  let modal: Locator
  let id = ''

  const types = async () => (await client.events(id)).map(({ type }) => type)

  beforeAll(async () => {
    await client.stage.setNow('2026-11-23T09:00:00Z', true)
    const { body } = await client.signedWeb(
      client.webBody({
        postedAt: await client.stage.now(),
        author: { id: author, name: author },
        text: 'Your engineer was rude, and my bill is wrong',
      }),
    )
    id = body.complaintId
    const act = (command: object) => client.ops(`/complaints/${id}/commands`, { as: 'sam', ...command })
    await act({ type: 'acknowledge' })
    await act({ type: 'add-issue', text: 'The engineer was rude' })
    await client.atRest(id)
    browser = await startBrowser(executablePath ?? '')
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
    page.setDefaultTimeout(20_000)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) trouble.push(message.text())
    })
    page.on('pageerror', (error) => trouble.push(error.message))
    await page.goto(client.run.deskUrl)
    await page.getByRole('link', { name: 'support' }).first().click()
    card = page.locator('#messages article').filter({ hasText: id })
    modal = page.locator('#modal')
  })
  afterAll(() => browser?.close())

  it('shows at once what was found, in place of the form', async () => {
    await card.getByRole('button', { name: 'Reply', exact: true }).click()
    await modal.getByText('Still to answer').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await modal
      .getByLabel('What do we write?')
      .fill('Please ring our helpline about the bill. The engineer was rude. We will refund you by Friday.')
    await modal.getByRole('button', { name: 'Send', exact: true }).click()
    await modal.getByText('The guard found 2 things in it').waitFor()
    await modal.getByText('Sends the customer elsewhere').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it('has a promise recorded upon it, prefilled, and shows that nothing is said of it any more', async () => {
    await modal.getByRole('button', { name: 'Record it as a promise' }).click()
    expect(await modal.getByLabel('What is promised?').inputValue()).toContain('refund you by Friday')
    expect(await modal.getByLabel('By when?').inputValue()).toMatch(/^2026-11-2[78]T/)
    await modal.getByRole('button', { name: 'Promise it' }).click()
    await modal.getByText('The guard found something in it').waitFor()
    expect(await types()).toContain('promised')
  })

  it('is changed with its text kept, and goes out', async () => {
    await modal.getByRole('button', { name: 'Change the text' }).click()
    const text = modal.getByLabel('What do we write?')
    await text.waitFor()
    expect(await text.inputValue()).toContain('Please ring our helpline')
    await text.fill(
      'We are sorry: the engineer was rude, and the bill is put right. We will refund you by Friday.',
    )
    await modal.getByRole('button', { name: 'Send', exact: true }).click()
    await modal.waitFor({ state: 'hidden' })
    await client.atRest(id)
    const { replies } = (await client.standing(id)).complaint
    expect(replies.map(({ state }) => state)).toEqual(['discarded', expect.stringMatching(/^se|^delivered/)])
    await card.getByText('Sam’s reply, in public').waitFor()
    expect(trouble).toEqual([])
  })
})
