import ukOffice from '../../workflows/calendars/uk-office.json' with { type: 'json' }
import sampleV1 from '../../workflows/policies/sample.v1.json' with { type: 'json' }
import sampleV2 from '../../workflows/policies/sample.v2.json' with { type: 'json' }
import { type Calendar, parseCalendar } from '../domain/calendar.ts'
import type { PolicyRef } from '../domain/complaint.ts'
import type { Policy, Team } from '../domain/policy.ts'

/** Every version that a complaint may be pinned to: a version is added here and never edited or taken out. */
const FILES = [sampleV1, sampleV2]
const CALENDARS: Readonly<Record<string, unknown>> = { 'uk-office': ukOffice }

const calendars: Readonly<Record<string, Calendar>> = Object.fromEntries(
  Object.entries(CALENDARS).map(([name, file]) => [name, parseCalendar(file)]),
)

// The files are checked against the schema when the stack is synthesised, so a function does not pay for it again.
/** The policy versions that this deployment knows. */
export const carriedPolicies: readonly Policy[] = FILES.map((file) => ({ ...file, calendars }) as Policy)

/** The policy that new complaints are opened under: the last one listed. */
export const currentPolicy = carriedPolicies.at(-1) as Policy

/**
 * The policy version that a complaint is pinned to. Who is on duty is no part of what was promised to a customer: that is
 * today's question, so it comes from the policy's newest version.
 *
 * @throws Error when this deployment does not carry it any more.
 */
export function policyOf(ref: PolicyRef): Policy {
  const policy = carried.get(`${ref.name} v${ref.version}`)
  if (policy === undefined) throw new Error(`Policy ${ref.name} v${ref.version} is not deployed`)
  return policy
}

/** The policy with whom `newest` has on duty, in the teams that both know. */
export function withDutyOf(policy: Policy, newest: Policy): Policy {
  if (policy === newest) return policy
  const teams = Object.entries(policy.teams).map(([id, team]): [string, Team] => {
    if (!Object.hasOwn(newest.teams, id)) return [id, team]
    const { onCall, lead, hours, rotation, cover, outOfHours } = newest.teams[id] as Team
    return [id, { ...team, onCall, lead, hours, rotation, cover, outOfHours }]
  })
  return {
    ...policy,
    teams: Object.fromEntries(teams),
    people: { ...policy.people, ...newest.people },
    dutyManager: newest.dutyManager,
  }
}

const carried: ReadonlyMap<string, Policy> = new Map(
  carriedPolicies.map((policy) => {
    const newest = carriedPolicies.findLast(({ name }) => name === policy.name) as Policy
    return [`${policy.name} v${policy.version}`, withDutyOf(policy, newest)]
  }),
)
