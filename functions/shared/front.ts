import { createHash, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { Problem } from './problem.ts'
import { readSecret, rereadSecret } from './secrets.ts'

/** Where a stage has a firewall: what its front door says to prove that a request came through it. */
const FrontSecret = z.object({ value: z.string().min(32) })

/** Header that the front door adds, over whatever the caller sent by that name. */
export const FRONT_HEADER = 'x-redress-front'

/** Digests have one length, so the comparison takes the same time whatever was given. */
const isSame = (given: string, wanted: string): boolean =>
  timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(wanted).digest())

/**
 * Insists that a request came through the stage's firewall, where it has one: the API's own address stays reachable, as
 * an HTTP API has no firewall of its own.
 *
 * @throws Problem `not-allowed`.
 */
export async function requireFront(headers: Readonly<Record<string, string | undefined>>): Promise<void> {
  const arn = process.env.FRONT_SECRET
  if (arn === undefined) return
  const given = headers[FRONT_HEADER] ?? ''
  if (given !== '') {
    if (isSame(given, (await readSecret(arn, FrontSecret)).value)) return
    const newest = await rereadSecret(arn, FrontSecret)
    if (newest !== undefined && isSame(given, newest.value)) return
  }
  throw new Problem('not-allowed', 'Call the public address of this stage, not the one behind it')
}
