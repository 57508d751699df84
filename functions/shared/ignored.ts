import { logger } from './logger.ts'
import { type IGNORED_FOR, measure } from './metrics.ts'

/** Why something opened no complaint. A loop is counted with what machines wrote: a series more would cost more than it tells. */
export type Cause = (typeof IGNORED_FOR)[number] | 'loop'

/** What a source made of something that is no message. */
export interface Ignored {
  readonly ignored: Cause
}

/**
 * Leaves a trace of what was ignored: a line in the log and one more in `Ignored`, so that nothing is dropped without a
 * word.
 *
 * @param more where to find it, as ids only.
 */
export function countIgnored(
  source: string,
  cause: Cause,
  more: Readonly<Record<string, string>> = {},
): void {
  logger.info('Ignored', { source, cause, ...more })
  measure('Ignored', 1, (cause === 'loop' ? 'automatic' : cause) satisfies (typeof IGNORED_FOR)[number])
}
