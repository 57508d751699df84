import type { Complaint, Redress, RedressItem } from './complaint.ts'
import { type ApproverRole, type Policy, teamOf } from './policy.ts'

/** Whose word counts for how much: the duty manager's, that of the lead of the complaint's team, anybody else's. */
export function approverRole(policy: Policy, team: string, person: string): ApproverRole {
  if (person === policy.dutyManager) return 'duty-manager'
  return teamOf(policy, team)?.lead === person ? 'team-lead' : 'staff'
}

/** What a complaint's customer is given in a currency, in minor units: all that was not refused. */
export const givenIn = (complaint: Complaint, currency: string): number =>
  complaint.redress
    .filter((item) => item.state !== 'refused' && item.currency === currency)
    .reduce((sum, { amount = 0 }) => sum + amount, 0)

/**
 * What the policy lets each role approve for one complaint, in minor units of the redress's currency. Undefined where
 * nothing limits it: the policy has no limits, or the redress has no amount.
 *
 * @returns 'unknown' for a currency that the policy has no limits for.
 */
export function limitsFor(
  policy: Policy,
  { amount, currency }: Redress,
): Readonly<Record<ApproverRole, number>> | undefined | 'unknown' {
  if (policy.redress === undefined || amount === undefined || currency === undefined) return undefined
  return Object.hasOwn(policy.redress.limits, currency)
    ? (policy.redress.limits[currency] as Readonly<Record<ApproverRole, number>>)
    : 'unknown'
}

/**
 * Whether somebody may approve that the complaint's redress in a currency comes to `total`: a sum in parts is no
 * smaller than the sum.
 */
export function mayApprove(
  policy: Policy,
  team: string,
  person: string,
  redress: Redress,
  total: number,
): boolean {
  const limits = limitsFor(policy, redress)
  if (limits === 'unknown') return false
  return limits === undefined || total <= limits[approverRole(policy, team, person)]
}

/** Whom to ask for the approval of redress that waits: whoever may give it and did not propose it, the lead first. */
export function approverFor(policy: Policy, complaint: Complaint, item: RedressItem): string | undefined {
  const total = givenIn(complaint, item.currency ?? '')
  return [teamOf(policy, complaint.team)?.lead, policy.dutyManager].find(
    (person): person is string =>
      person !== undefined &&
      person !== item.proposedBy &&
      mayApprove(policy, complaint.team, person, item, total),
  )
}

/** What was given, without how far it has come. */
export const redressOf = ({ kind, amount, currency, description }: RedressItem): Redress => ({
  kind,
  ...(amount === undefined ? {} : { amount }),
  ...(currency === undefined ? {} : { currency }),
  ...(description === undefined ? {} : { description }),
})
