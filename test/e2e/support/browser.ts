/** The browser that tests of the desk page use: Debian's Chromium, or the one that CHROMIUM names. */
import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** Where it is, or undefined where there is none. */
export const chromiumPath = (): string | undefined =>
  PLACES.find((place) => place !== undefined && place !== '' && existsSync(place))

export const NO_CHROMIUM =
  'There is no Chromium on this machine: install it (Debian: apt-get install chromium), or name one by CHROMIUM'

export const startBrowser = (executablePath: string): Promise<Browser> =>
  // A sandbox of its own needs rights that a container does not have; it shows this machine's own page only.
  chromium.launch({ executablePath, args: ['--no-sandbox'] })

/** What is wrong for people who see, hear or use a page in another way: axe-core's findings, in words. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Past the page's own policy, which lets no script in.
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] })",
  )) as axe.AxeResults
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  )
}
