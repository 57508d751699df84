import { beforeEach, describe, expect, it, vi } from 'vitest'
import { readSecret, rereadSecret } from '../../functions/shared/secrets.ts'
import { sourceSecrets } from '../../functions/sources/source.ts'

const getSecret = vi.hoisted(() => vi.fn())
vi.mock('@aws-lambda-powertools/parameters/secrets', () => ({ getSecret }))

const KEY = 'a-secret-of-sixteen-or-more'
const holds = (value: unknown) =>
  getSecret.mockResolvedValue(typeof value === 'string' ? value : JSON.stringify(value))
const read = () => readSecret('arn:one', sourceSecrets)

beforeEach(() => getSecret.mockReset())

describe('the secret of a source', () => {
  it('is lists of keys by their use, cached for a minute', async () => {
    holds({ active: [KEY], oauth2: [KEY] })
    expect(await read()).toEqual({ active: [KEY], oauth2: [KEY] })
    expect(getSecret).toHaveBeenCalledWith('arn:one', { maxAge: 60, forceFetch: false })
  })

  it('accepts nothing before it is set: what CloudFormation generates is no key', async () => {
    holds({ active: [], unset: 'Xk3generatedByCloudFormation' })
    expect(await read()).toEqual({ active: [] })
    holds({ unset: 'Xk3generatedByCloudFormation' })
    expect(await read()).toEqual({ active: [] })
  })

  it.each([
    [`no JSON at all: ${KEY}`],
    [[KEY]],
    [{ active: ['short'] }],
    [{ active: [7] }],
    [{ active: [KEY], oauth2: [''] }],
  ])('fails loudly when mistyped, without showing it (%#)', async (value) => {
    holds(value)
    const error = await read().catch((thrown: Error) => thrown)
    expect(String(error)).toContain('Secret arn:one')
    expect(String(error)).not.toMatch(/sixteen|short/)
  })

  it('is looked at early at most once in ten seconds, each for itself', async () => {
    holds({ active: [KEY] })
    const at = (arn: string, nowMs: number) => rereadSecret(arn, sourceSecrets, nowMs)
    expect(await at('arn:a', 50_000)).toEqual({ active: [KEY] })
    expect(getSecret).toHaveBeenLastCalledWith('arn:a', { maxAge: 60, forceFetch: true })
    expect(await at('arn:a', 59_999)).toBeUndefined()
    expect(await at('arn:b', 59_999)).toEqual({ active: [KEY] })
    expect(await at('arn:a', 60_000)).toEqual({ active: [KEY] })
    expect(getSecret).toHaveBeenCalledTimes(3)
  })
})
