import { type Instant, toInstant } from '../domain/instant.ts'

/** Tells the time of the stage. Everything but the freshness of signatures goes by it. */
export interface Clock {
  now(): Promise<Instant>
}

/** The system's time. A stage on one machine swaps this module for one that can travel; a deployed one cannot. */
export const clock: Clock = {
  now: async () => toInstant(Math.floor(Date.now() / 1000)),
}
