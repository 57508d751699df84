/** Run before each end-to-end test file. */
import { beforeAll, expect, inject } from 'vitest'
import { noteFile } from './evidence.ts'

noteFile(expect.getState().testPath ?? '')

/** How many forms Slack lays on top of each other. */
const MOST_FORMS = 3

/** Whoever looks at the desk page would find the forms open that other files' tests have left, and nothing else to press. */
beforeAll(async () => {
  const { deskUrl } = inject('redress')
  const setting = (await (await fetch(`${deskUrl}/api/setting`)).json()) as { users: { id: string }[] }
  for (const { id: user } of setting.users)
    for (let form = 0; form < MOST_FORMS; form++) {
      const headers = { 'content-type': 'application/json' }
      const closed = await fetch(`${deskUrl}/api/close`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ user }),
      })
      if (!closed.ok) throw new Error(`A form that is open could not be closed: ${await closed.text()}`)
    }
})
