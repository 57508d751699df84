import type { Instant } from '../domain/instant.ts'
import { logger } from './logger.ts'
import { type IGNORED_FOR, measure } from './metrics.ts'

/**
 * Why something that came in opened no complaint, the causes that somebody should look at first, and what each is counted
 * as: a series for each would cost more than it tells.
 */
const COUNTED_AS = {
  /** Of a kind that its source does not know, so that nobody can say what is in it. */
  'unknown-kind': 'no-complaint',
  /** An edit or a deletion of a message that never came here. */
  'unknown-message': 'no-complaint',
  /** Written by somebody who is not staff, where the public cannot see it. */
  note: 'no-complaint',
  /** Neither words nor files. */
  empty: 'no-complaint',
  virus: 'virus',
  /** Machines sent it in circles. */
  loop: 'automatic',
  /** A machine wrote it. */
  automatic: 'automatic',
  /** A review of too many stars to complain. */
  praise: 'no-complaint',
  /** Passed on without a word of one's own. */
  'passed-on': 'no-complaint',
  /** STOP and the like, which the platform acts on itself. */
  'opt-out': 'no-complaint',
  /** A like, another reaction, a sticker. */
  reaction: 'no-complaint',
} as const satisfies Record<string, (typeof IGNORED_FOR)[number]>

export type Cause = keyof typeof COUNTED_AS
export const CAUSES = Object.keys(COUNTED_AS) as Cause[]

/**
 * What a source made of something that a customer sent and that is no message to us: why, and where somebody can look.
 * Ids and addresses alone: no words, and nobody's name.
 */
export interface Ignored {
  readonly ignored: Cause
  /** The platform's id of it, as a message's; absent where it has none. */
  readonly messageId?: string | undefined
  readonly permalink?: string | undefined
  readonly postedAt?: Instant | undefined
  readonly channel?: string | undefined
}

/**
 * Leaves a trace of what was ignored: a line in the log, and as many more in `Ignored`.
 *
 * @param more where to find it, as ids only.
 */
export function countIgnored(
  source: string,
  cause: Cause,
  count = 1,
  more: Readonly<Record<string, string>> = {},
): void {
  logger.info('Ignored', { source, cause, count, ...more })
  measure('Ignored', count, COUNTED_AS[cause])
}

/**
 * Leaves a trace of a delivery that held nothing that anybody sent us: receipts, who is typing, what we wrote ourselves.
 * Nothing is dropped without a word.
 */
export function countEmpty(source: string): void {
  logger.info('Nothing sent to us', { source })
  measure('Ignored', 1, 'no-complaint')
}
