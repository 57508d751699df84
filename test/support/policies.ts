import type { PolicyRef } from '../../functions/domain/complaint.ts'
import type { Policy, Rule, TimerSpec } from '../../functions/domain/policy.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'

/** The specs of every timer that there is, for tests that want all of them at work at once. */
const EVERY_TIMER: Readonly<Record<string, TimerSpec>> = {
  ...(currentPolicy.rules[0] as Rule).timers,
  'reply-window': { targetDays: 1, calendar: 'uk-office', warnPercent: [75], pausable: false },
  statutory: {
    targetDays: 56,
    calendar: 'uk-office',
    warnPercent: [50, 90],
    ladder: 'standard',
    pausable: false,
  },
}

/** A version of a policy `trial` with one rule; `change` says what becomes of each timer of `EVERY_TIMER`. */
export const trial = (
  version: number,
  change: (spec: TimerSpec, name: string) => TimerSpec | undefined = (spec) => spec,
): Policy => ({
  ...currentPolicy,
  name: 'trial',
  version,
  ladders: {
    ...currentPolicy.ladders,
    short: {
      rungs: [
        { tell: 'team-lead', afterMinutes: 0 },
        { tell: 'duty-manager', afterMinutes: 20 },
      ],
      repeatMinutes: 240,
    },
  },
  rules: [
    {
      name: `everything, v${version}`,
      match: {},
      timers: Object.fromEntries(
        Object.entries(EVERY_TIMER).flatMap(([name, spec]) => {
          const changed = change(spec, name)
          return changed === undefined ? [] : [[name, changed]]
        }),
      ),
    },
  ],
})

const times = (factor: number, { targetMinutes, targetDays, ...spec }: TimerSpec): TimerSpec => ({
  ...spec,
  ...(targetMinutes === undefined ? {} : { targetMinutes: Math.ceil(targetMinutes * factor) }),
  ...(targetDays === undefined ? {} : { targetDays: Math.ceil(targetDays * factor) }),
})

export const everything = trial(1)
/** Nothing but the version differs from `everything`. */
export const sameAgain = trial(2)
/** Half the time, other warnings, another ladder; the acknowledgement cannot be paused, and no law counts. */
export const stricter = trial(3, (spec, name) =>
  name === 'statutory' || name === 'next-reply'
    ? undefined
    : {
        ...times(0.5, spec),
        warnPercent: name === 'follow-up' ? [] : [25, 50, 90],
        pausable: spec.pausable && name !== 'acknowledge',
        ...(name === 'follow-up' ? {} : { ladder: 'short' }),
      },
)
/** Three times the time, one warning, no ladder for handoffs, no reply window. */
export const laxer = trial(4, (spec, name) => {
  if (name === 'reply-window') return undefined
  const { ladder, ...rest } = times(3, spec)
  return {
    ...rest,
    warnPercent: name === 'follow-up' ? [] : [80],
    ...(ladder === undefined || name === 'accept-handoff' ? {} : { ladder }),
  }
})

export const TRIALS = [everything, sameAgain, stricter, laxer] as const

export function trialOf({ name, version }: PolicyRef): Policy {
  const policy = [...TRIALS, currentPolicy].find((known) => known.name === name && known.version === version)
  if (policy === undefined) throw new Error(`No test has a policy ${name} v${version}`)
  return policy
}
