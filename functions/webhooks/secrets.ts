import * as z from 'zod'
import { keysOf, type StoredSecret } from '../shared/rotation.ts'
import { readSecret, rereadSecret } from '../shared/secrets.ts'
import type { Endpoint } from './endpoints.ts'

/** One secret for all endpoints: by the id of each the keys that are active, newest first. */
export const EndpointSecrets: z.ZodType<StoredSecret> = z.record(z.string(), z.unknown())

/**
 * Reads the active signing secrets of an endpoint, cached for a minute. One that was added a moment ago is looked up at once,
 * but not more often than every ten seconds: until then it has none.
 *
 * @throws as `readSecret`.
 */
export const secretsIn =
  (arn: string) =>
  async ({ id }: Pick<Endpoint, 'id'>): Promise<readonly string[]> => {
    const known = keysOf(await readSecret(arn, EndpointSecrets), id)
    if (known.length > 0) return known
    const newest = await rereadSecret(arn, EndpointSecrets)
    return newest === undefined ? [] : keysOf(newest, id)
  }
