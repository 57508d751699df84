import { epochSeconds, type Instant, toInstant } from '../../functions/domain/instant.ts'

/** Where the local stage keeps its clock. */
export const STAGE_CLOCK = { pk: 'STAGE', sk: 'CLOCK' } as const

/**
 * How long the clock stands still where it was set, in seconds of real time: so what is done there happens in the very
 * second that was asked for, and a course of events can be played again to the second. Then it runs on.
 */
const HOLD_SECONDS = 30

/** The item's attributes; a stage whose clock was never set has none, and real time. */
export interface ClockSetting {
  /** How far the clock is ahead of real time once it runs, in seconds. */
  readonly offsetSeconds?: number
  /** Where it stands until then: seconds since 1970. */
  readonly heldAtSeconds?: number
}

/** What time it is on the stage, in milliseconds since 1970. */
export const stageNowMs = ({ offsetSeconds = 0, heldAtSeconds = 0 }: ClockSetting): number =>
  Math.max(heldAtSeconds * 1000, Date.now() + offsetSeconds * 1000)

/** What time it is on the stage. */
export const stageNow = (setting: ClockSetting): Instant => toInstant(Math.floor(stageNowMs(setting) / 1000))

/** The setting that makes it this instant now. */
export function settingFor(instant: Instant): Required<ClockSetting> {
  const heldAtSeconds = epochSeconds(instant)
  return { heldAtSeconds, offsetSeconds: heldAtSeconds - HOLD_SECONDS - Math.floor(Date.now() / 1000) }
}
