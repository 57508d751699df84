import { type Complaint, type Issue, issueTeams, unansweredIssues } from '../domain/complaint.ts'
import { type ActionType, allowedActions } from '../domain/decide.ts'
import type { Policy } from '../domain/policy.ts'

/** What a team has to do with a complaint: it, or an issue of it, or nothing any more. */
export type Part = 'complaint' | 'issue' | 'nothing'

/** @param team undefined for who may speak for any. */
export function partOf(complaint: Complaint, team: string | undefined): Part {
  if (team === undefined || team === complaint.team || team === complaint.handoff?.toTeam) return 'complaint'
  return issueTeams(complaint).includes(team) ? 'issue' : 'nothing'
}

/** The unanswered issues that somebody of a team may answer: all of them, or those that the team has. */
export const issuesFor = (complaint: Complaint, team: string | undefined): readonly Issue[] =>
  partOf(complaint, team) === 'complaint'
    ? unansweredIssues(complaint)
    : unansweredIssues(complaint).filter(({ handoff }) => handoff?.toTeam === team)

/** The issues that nobody has taken on yet and that somebody of a team could. */
export const askedOf = (complaint: Complaint, team: string | undefined): readonly Issue[] =>
  complaint.issues.filter(
    ({ handoff }) =>
      handoff !== undefined &&
      handoff.person === undefined &&
      (team === undefined || team === handoff.toTeam),
  )

const WITH_AN_ISSUE: ReadonlySet<ActionType> = new Set([
  'accept-issue',
  'answer-issue',
  'decline-issue',
  'return-issue',
  'note',
])

/**
 * What the state allows and the core would not refuse to somebody of a team: what its card offers. To a team that has
 * nothing to do with the complaint any more, nothing.
 */
export function offered(complaint: Complaint, policy: Policy, team?: string): ActionType[] {
  const part = partOf(complaint, team)
  if (part === 'nothing') return []
  return allowedActions(complaint).filter((action) => {
    if (part === 'issue' && !WITH_AN_ISSUE.has(action)) return false
    if (action === 'accept-issue') return askedOf(complaint, team).length > 0
    // Whoever wrote in private is answered there.
    if (action === 'ask-contact') return complaint.message.public && policy.replies?.contact !== undefined
    return true
  })
}
