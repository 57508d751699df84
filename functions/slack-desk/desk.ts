import type { WebClient } from '@slack/web-api'
import { type Complaint, concernsTeam } from '../domain/complaint.ts'
import type { Actor } from '../domain/decide.ts'
import type { Instant } from '../domain/instant.ts'
import { actorOfSlackUser, type Policy, personOf } from '../domain/policy.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { OpenComplaint } from '../ledger/open.ts'
import type { Threads } from '../slack/thread.ts'

/** What the Slack desk and its worker need from outside. */
export interface Desk {
  readonly ledger: Pick<Ledger, 'load' | 'execute' | 'receive' | 'ofTeam' | 'loadMany' | 'timeline'>
  /** Every complaint that is not over. */
  readonly open: () => AsyncIterable<OpenComplaint>
  readonly threads: Pick<Threads, 'load'>
  readonly slack: WebClient
  /** The stage's time. */
  readonly now: () => Promise<Instant>
  /** What stands in for Slack's API, where something does. */
  readonly slackApiUrl?: string | undefined
}

/**
 * Who a Slack user is to the ledger, and for which team they may speak: their own; the duty manager, and who the policy
 * does not know (everybody in the workspace may help), for any.
 */
export function actorOf(policy: Policy, slackUser: string): Actor {
  const id = actorOfSlackUser(policy, slackUser)
  const team = id === policy.dutyManager ? undefined : personOf(policy, id)?.team
  return { id, via: 'slack', team }
}

/** As in the API: a team sees what it owns and what it is asked for. Who may speak for any team sees all. */
export const maySee = ({ team }: Actor, complaint: Complaint): boolean =>
  team === undefined || concernsTeam(complaint, team)
