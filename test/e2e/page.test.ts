import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { accessibilityFaults, chromiumPath, NO_CHROMIUM, startBrowser } from './support/browser.ts'
import { clientOf } from './support/client.ts'

/*
 * A newcomer's first journey on the desk page, in a real browser: what is seen on the page, and what the API says.
 */

const executablePath = chromiumPath()
if (executablePath === undefined) {
  if (process.env.CI) throw new Error(NO_CHROMIUM)
  console.warn(`${NO_CHROMIUM}. The tests of the desk page are skipped`)
}

/** What would do harm if any of it ever became markup. */
const HOSTILE =
  'I am locked out of my bill. <img src=x onerror="window.harmed = 1"><script>window.harmed = 2</script> </blockquote>"><svg/onload=window.harmed=3> <javascript:window.harmed=4|click me> <!channel> &lt;b&gt;'

describe.skipIf(executablePath === undefined)('The desk page, for a newcomer', () => {
  const client = clientOf(inject('redress'))
  const author = `Page ${Date.now()}`
  const trouble: string[] = []
  let browser: Browser
  let page: Page
  let complaintId = ''
  let card: Locator

  const complaint = async () => (await client.ops(`/complaints/${complaintId}`)).body
  const ticked = (step: string) => page.locator(`[data-step="${step}"].done`).waitFor()
  const fact = (text: string | RegExp) => page.locator('#detail').getByText(text).first().waitFor()
  const cardIn = async (channel: string) => {
    await page.getByRole('link', { name: channel }).first().click()
    return page.locator('#messages article').filter({ hasText: complaintId })
  }

  beforeAll(async () => {
    // A Monday morning: the warning is half an hour away.
    await client.stage.setNow('2026-11-23T09:00:00Z', true)
    browser = await startBrowser(executablePath ?? '')
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
    page.setDefaultTimeout(20_000)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) trouble.push(message.text())
    })
    page.on('pageerror', (error) => trouble.push(error.message))
  })
  afterAll(() => browser?.close())

  it('opens with a list of what to try', async () => {
    await page.goto(client.run.deskUrl)
    await page.getByRole('heading', { name: 'Try this' }).waitFor()
    await page.getByRole('heading', { name: '# support' }).waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it('sends what a customer writes, and shows the card with the words as they were written', async () => {
    await page.keyboard.press('c')
    const composer = page.locator('#composer')
    await composer.getByRole('button', { name: 'Locked out of the bill' }).click()
    await composer.getByText('Web form').click()
    await composer.getByLabel('Customer').fill(author)
    await composer.getByLabel('What they write').fill(HOSTILE)
    expect(await accessibilityFaults(page)).toEqual([])
    await composer.getByRole('button', { name: 'Send it' }).click()

    const shown = page.locator('#messages article').filter({ hasText: author })
    await shown.getByText(HOSTILE).waitFor()
    await page.locator('[data-timer="acknowledge"]').getByText('left').waitFor()
    complaintId = (await page.locator('#detail .facts code').textContent()) ?? ''
    card = page.locator('#messages article').filter({ hasText: complaintId })
    expect(await complaint()).toMatchObject({ stage: 'received', owner: 'sam', text: HOSTILE })
    expect(await page.evaluate('window.harmed')).toBeUndefined()
    await ticked('compose')
  })

  it('lets time pass until the warning, which the thread and the timer show', async () => {
    await page.getByRole('button', { name: 'to the warning of acknowledge' }).click()
    await ticked('warning')
    const [timer] = (await complaint()).timers
    expect(timer).toMatchObject({ name: 'acknowledge', state: 'running', warnedAt: [expect.any(String)] })
    await card.getByRole('link', { name: /repl/ }).click()
    await page.locator('#thread').getByText('50% of the time').waitFor()
  })

  it('acknowledges by the card’s button', async () => {
    await card.getByRole('button', { name: 'Acknowledge' }).click()
    await ticked('acknowledge')
    expect(await complaint()).toMatchObject({ stage: 'acknowledged' })
    await page.locator('#thread').getByText('Sam acknowledged it').waitFor()
    await page.locator('.station.current', { hasText: 'Await the resolution' }).waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it('hands off by a modal that says what is missing, and Esc closes the thread', async () => {
    await card.getByRole('button', { name: 'Hand off' }).click()
    const modal = page.locator('#modal')
    await modal.getByRole('button', { name: 'Ask them' }).click()
    await modal.getByText('Please complete this required field').first().waitFor()
    await modal.getByLabel('To which team?').selectOption('Billing')
    expect(await accessibilityFaults(page)).toEqual([])
    await modal.getByLabel('Why them?').fill('The bill is theirs')
    await modal.getByRole('button', { name: 'Ask them' }).click()
    await ticked('hand-off')
    expect(await complaint()).toMatchObject({ owner: 'sam', handoff: { toTeam: 'billing' } })
    await page.keyboard.press('Escape')
    await page.locator('#thread').waitFor({ state: 'hidden' })
  })

  it('accepts as somebody else', async () => {
    await page.getByLabel('Acting as').selectOption('U0BEA000000')
    const theirs = await cardIn('billing')
    await theirs.getByRole('button', { name: 'Accept' }).click()
    await ticked('accept')
    expect(await complaint()).toMatchObject({ stage: 'handed off', owner: 'bea', team: 'billing' })
    await page.locator('.stages .current', { hasText: 'handed off' }).waitFor()
  })

  it('shows a promise, and that it was kept', async () => {
    const promise = { type: 'promise', text: 'A call with a working password', due: '2026-11-24T12:00:00Z' }
    await client.ops(`/complaints/${complaintId}/commands`, { ...promise, as: 'bea' })
    await fact('A call with a working password')
    await page.locator('[data-timer^="promise:"]').getByText('left').waitFor()
    await client.ops(`/complaints/${complaintId}/commands`, { type: 'keep-promise', as: 'bea' })
    await page.locator('#detail .mark.kept').waitFor()
    expect((await complaint()).promises).toMatchObject([{ state: 'kept', keptBy: 'bea' }])
  })

  it('answers a slash command to who typed it alone', async () => {
    await page.locator('#say-text').fill(`/complaint ${complaintId}`)
    await page.keyboard.press('Enter')
    const answer = page.locator('.message.ephemeral')
    await answer.getByText('Only visible to you').waitFor()
    await answer.getByRole('button', { name: 'dismiss' }).click()
    await answer.waitFor({ state: 'detached' })
  })

  it('resolves by a modal, shows the fault that the app finds, and closes', async () => {
    const theirs = await cardIn('billing')
    await theirs.getByRole('button', { name: 'Resolve' }).click()
    const modal = page.locator('#modal')
    await modal.getByLabel('What was the answer?').fill('A code by text message sets the password')
    for (const issue of await modal.getByLabel('What became of it?').all())
      await issue.selectOption('answered')
    await modal.getByLabel('What does the customer get?').selectOption('Refund')
    await modal.getByRole('button', { name: 'Resolve' }).click()
    await modal.getByText('Say how much').waitFor()
    await modal.getByLabel('Amount').fill('20.00')
    await modal.getByLabel('Currency').fill('GBP')
    await modal.getByRole('button', { name: 'Resolve' }).click()
    await ticked('resolve')
    await fact(/refund · £20\.00/)
    expect(await complaint()).toMatchObject({
      stage: 'resolved',
      resolution: { redress: { kind: 'refund', amount: 2000, currency: 'GBP' } },
    })

    await theirs.getByRole('button', { name: 'Close' }).click()
    await ticked('close')
    await page.locator('.station.success.current').waitFor()
    expect(await complaint()).toMatchObject({ stage: 'closed' })
  })

  it('fits a narrow window, in the dark', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 800, height: 900 })
    await page.getByRole('button', { name: 'Complaints', exact: true }).click()
    await page.locator('#detail').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(800)
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it('has had nothing to complain of itself', () => {
    expect(trouble).toEqual([])
  })
})
