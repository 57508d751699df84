import type { APIGatewayProxyEventV2 as HttpEvent } from 'aws-lambda'
import { logger } from './logger.ts'
import type { Problem, ProblemKind } from './problem.ts'

/**
 * Refusals that say something about who is calling, and what each is counted as. A metric filter counts the log lines
 * by `counted` (infra/constructs/edge.ts): one of two values, as each is a series to pay for. What anybody's scanner does
 * all day is logged and not counted.
 */
const SECURITY: Partial<Record<ProblemKind, 'signature' | 'token' | undefined>> = {
  unsigned: undefined,
  'wrong-signature': 'signature',
  'stale-signature': 'signature',
  unauthenticated: 'token',
  'not-allowed': 'token',
  'too-large': undefined,
}

/** Everything that is a matter of security and no refusal by its problem's kind. */
export type SecurityEvent =
  /** A signed request that brought nothing new: a platform's retry, or somebody else's replay. */
  | 'replayed'
  /** The address of a customer's page that we have not made: tried out, or with a part of it lost. */
  | 'wrong-link'
  /** A token asked for a complaint of another team, and was told that there is none. */
  | 'of-another-team'

/** What the log says of a refused request: never anything that was in it. */
export function refusal({ kind, status }: Problem, event: HttpEvent): Record<string, unknown> {
  const counted = SECURITY[kind]
  return {
    problem: kind,
    status,
    network: networkOf(event.requestContext?.http?.sourceIp),
    ...(kind in SECURITY ? { security: kind } : {}),
    ...(counted === undefined ? {} : { counted }),
  }
}

/** Says in every line of this request's log who is asking: the source by its name, or the token by its own. */
export const identify = (who: { readonly source: string } | { readonly token: string }): void =>
  logger.appendKeys(who)

/** Marks this request's lines, whatever becomes of it. */
export const mark = (security: SecurityEvent): void => logger.appendKeys({ security })

/**
 * The network that an address is in: its first three bytes, or the first three groups of an IPv6 one. An address is
 * personal data where it leads to a person, and nothing here needs one: the network is enough to tell one flood from
 * many senders, and to block it.
 */
export function networkOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined
  const v4 = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address)?.[1]
  if (v4 !== undefined) return `${v4}.0/24`
  if (!/^[0-9a-f:]{2,39}$/i.test(address) || !address.includes(':')) return undefined
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = head === '' ? [] : head.split(':')
  const zeros = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  const all = [...groups, ...Array<string>(Math.max(zeros, 0)).fill('0'), ...(tail ? tail.split(':') : [])]
  return `${all.slice(0, 3).join(':')}::/48`
}
