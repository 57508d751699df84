import ukOffice from '../../workflows/calendars/uk-office.json' with { type: 'json' }
import sampleV1 from '../../workflows/policies/sample.v1.json' with { type: 'json' }
import { type Calendar, parseCalendar } from '../domain/calendar.ts'
import type { PolicyRef } from '../domain/complaint.ts'
import type { Policy } from '../domain/policy.ts'

/** Every version that a complaint may be pinned to: a version is added here and never edited or taken out. */
const FILES = [sampleV1]
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
 * The policy version that a complaint is pinned to.
 *
 * @throws Error when this deployment does not carry it any more.
 */
export function policyOf(ref: PolicyRef): Policy {
  const policy = carriedPolicies.find(({ name, version }) => name === ref.name && version === ref.version)
  if (policy === undefined) throw new Error(`Policy ${ref.name} v${ref.version} is not deployed`)
  return policy
}
