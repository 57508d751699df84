import { createHash, timingSafeEqual } from 'node:crypto'
import type { Inbound } from '../shared/http.ts'
import { Problem } from '../shared/problem.ts'

/**
 * HTTP's basic authentication (RFC 7617), for platforms that sign nothing: who knows the password is believed. They take it
 * as part of the address that they are given, `https://user:password@…`.
 *
 * @param pairs `user:password` each; any of them will do.
 * @throws Problem `unsigned`, `wrong-signature`.
 */
export function requireBasic(request: Inbound, pairs: readonly string[]): void {
  const [, encoded] =
    /^basic\s+([A-Za-z0-9+/=_-]{1,2000})\s*$/i.exec(request.headers.authorization ?? '') ?? []
  if (encoded === undefined) {
    throw new Problem(
      'unsigned',
      'Put user and password into the address (https://user:password@…): basic authentication',
    )
  }
  // Of digests, so that not even the length of the right one can be measured.
  const given = digest(Buffer.from(encoded, 'base64'))
  if (!pairs.some((pair) => timingSafeEqual(digest(pair), given))) {
    throw new Problem('wrong-signature', 'User and password are none of those that are known')
  }
}

const digest = (of: string | Uint8Array): Buffer => createHash('sha256').update(of).digest()
