import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import * as z from 'zod'

vi.hoisted(() => {
  process.env.AWS_REGION = 'eu-west-1'
})

import { readSecret, rereadSecret } from '../../functions/shared/secrets.ts'

/*
 * Through the very cache that the functions have: what docs/security.md says of how soon a key works, and how long a
 * retired one still does, is true or this fails.
 */

const shape = z.object({ active: z.array(z.string()) })
let stored: string[]
let calls: number

beforeEach(() => {
  calls = 0
  vi.useFakeTimers()
  vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation(async (command: unknown) => {
    expect(command).toBeInstanceOf(GetSecretValueCommand)
    calls++
    return { SecretString: JSON.stringify({ active: stored }) }
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('a retired key is accepted for a minute at most', async () => {
  stored = ['old']
  expect(await readSecret('arn:retired', shape)).toEqual({ active: ['old'] })
  stored = ['new']
  vi.advanceTimersByTime(59_000)
  expect(await readSecret('arn:retired', shape)).toEqual({ active: ['old'] })
  vi.advanceTimersByTime(1_001)
  expect(await readSecret('arn:retired', shape)).toEqual({ active: ['new'] })
})

it('an early look changes what later requests are checked by', async () => {
  stored = ['old']
  await readSecret('arn:early', shape)
  stored = ['new', 'old']
  expect(await rereadSecret('arn:early', shape)).toEqual({ active: ['new', 'old'] })
  expect(await readSecret('arn:early', shape)).toEqual({ active: ['new', 'old'] })
})

it('a flood of forged signatures costs one look in ten seconds, and holds up no other source', async () => {
  stored = ['key']
  await readSecret('arn:flooded', shape)
  await readSecret('arn:quiet', shape)
  calls = 0
  for (let forged = 0; forged < 1000; forged++) {
    await readSecret('arn:flooded', shape)
    await rereadSecret('arn:flooded', shape)
    vi.advanceTimersByTime(10)
  }
  expect(calls).toBe(1)
  stored = ['new', 'key']
  expect(await rereadSecret('arn:quiet', shape)).toEqual({ active: ['new', 'key'] })
})
