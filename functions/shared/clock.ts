import { type Instant, toInstant } from '../domain/instant.ts'

/** Tells the time of the stage. Everything but the freshness of signatures goes by it. */
export interface Clock {
  now(): Promise<Instant>
}

export interface PreciseClock extends Clock {
  /** The same in milliseconds since 1970: for what is measured or waited for, never for what is decided. */
  nowMs(): Promise<number>
}

/** The system's time. A stage on one machine swaps this module for one that can travel; a deployed one cannot. */
export const clock: PreciseClock = {
  now: async () => toInstant(Math.floor(Date.now() / 1000)),
  nowMs: async () => Date.now(),
}
