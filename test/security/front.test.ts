import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const front = vi.hoisted(() => ({ value: 'v'.repeat(48), newest: undefined as string | undefined }))
vi.mock('../../functions/shared/secrets.ts', () => ({
  readSecret: async () => ({ value: front.value }),
  rereadSecret: async () => (front.newest === undefined ? undefined : { value: front.newest }),
}))

import { requireFront } from '../../functions/shared/front.ts'

const HEADER = 'x-redress-front'
beforeEach(() => {
  process.env.FRONT_SECRET = 'arn:front'
})
afterEach(() => {
  delete process.env.FRONT_SECRET
  front.newest = undefined
})

it('a request through the front door gets in', async () => {
  await expect(requireFront({ [HEADER]: front.value })).resolves.toBeUndefined()
})

it.each([{}, { [HEADER]: '' }, { [HEADER]: 'x' }, { [HEADER]: `${'v'.repeat(48)},x` }])(
  'one around it does not (%j)',
  async (headers) => {
    await expect(requireFront(headers)).rejects.toMatchObject({ status: 403, kind: 'not-allowed' })
  },
)

it('one with a secret that was only just replaced does', async () => {
  front.newest = 'n'.repeat(48)
  await expect(requireFront({ [HEADER]: front.newest })).resolves.toBeUndefined()
})

it('a stage without a firewall asks for nothing', async () => {
  delete process.env.FRONT_SECRET
  await expect(requireFront({})).resolves.toBeUndefined()
})
