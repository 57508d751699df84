import type { KnownBlock } from '@slack/types'
import type { Complaint } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import type { Policy } from '../domain/policy.ts'
import type { OpenComplaint } from '../ledger/open.ts'
import type { Content } from './card.ts'
import { promiseText } from './home.ts'
import { row, showButton } from './list.ts'
import { mrkdwn, nameOf, teamName } from './mrkdwn.ts'

/** How many complaints a digest shows; it counts all. */
export const SHOWN_IN_DIGEST = 10

const many = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`

export interface Morning {
  readonly team: string
  /** By id; named and not called: a digest is no alarm. */
  readonly onDuty: string | undefined
  readonly now: Instant
  /** The end of the team's day. */
  readonly tomorrow: Instant
  /** The most urgent first. */
  readonly open: readonly OpenComplaint[]
  /** The first of them. */
  readonly complaints: readonly Complaint[]
}

/** What a team's day begins with. */
export function morningDigest(
  { team, onDuty, now, tomorrow, open, complaints }: Morning,
  policy: Policy,
): Content {
  const unresolved = open.filter(({ stage }) => stage !== 'resolved')
  const overdue = unresolved.filter(({ deadlineAt }) => deadlineAt !== undefined && deadlineAt < now).length
  const today = unresolved.filter(
    ({ deadlineAt }) => deadlineAt !== undefined && deadlineAt >= now && deadlineAt < tomorrow,
  ).length
  const promises = open.filter(
    ({ promiseDueAt }) => promiseDueAt !== undefined && promiseDueAt < tomorrow,
  ).length
  const unseen = open.filter(({ stage }) => stage === 'received' || stage === 'reopened').length
  const facts = [
    many(unresolved.length, 'open complaint'),
    `${overdue} overdue`,
    `${today} due today`,
    `${unseen} not acknowledged`,
    `${many(promises, 'promise')} due today`,
  ].join(', ')
  const title = `:sunrise: *${teamName(policy, team)}, today:* ${facts}`
  const duty = onDuty === undefined ? [] : [context(`On duty: ${nameOf(policy, onDuty)}`)]
  return {
    text: title,
    blocks: [
      section(title),
      ...duty,
      ...complaints.slice(0, SHOWN_IN_DIGEST).map((one) => row(one, policy, now)),
    ],
  }
}

/** What the days of a week came to, Monday first. */
export interface Week {
  readonly team: string
  readonly received: readonly number[]
  readonly resolved: readonly number[]
  readonly missed: number
  readonly open: number
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** What a lead is told of the week that is over; a chart goes below it. */
export function weeklyDigest({ team, received, resolved, missed, open }: Week, policy: Policy): Content {
  const title = `:bar_chart: *${teamName(policy, team)}, last week:* ${many(sum(received), 'complaint')} received, ${sum(resolved)} resolved, ${many(missed, 'deadline')} missed; ${open} open now`
  return { text: title, blocks: [section(title)] }
}

/** What the chart of a week shows, for who cannot see it. */
export const chartText = ({ received, resolved }: Pick<Week, 'received' | 'resolved'>): string =>
  `Received (blue) and resolved (green), Monday to Sunday: ${received.map((count, day) => `${count}/${resolved[day] ?? 0}`).join(', ')}`

/** The promises that a team has to keep until the end of next week. */
export function promisesDigest(
  team: string,
  count: number,
  complaints: readonly Complaint[],
  to: Instant,
  policy: Policy,
): Content {
  const title = `:calendar: *${teamName(policy, team)}, until the end of next week:* ${many(count, 'complaint')} with a promise due`
  const rows = complaints.slice(0, SHOWN_IN_DIGEST).flatMap((complaint): KnownBlock[] =>
    complaint.promises
      .filter(({ state, dueAt }) => state === 'open' && dueAt < to)
      .slice(0, 3)
      .map((promise) => ({
        type: 'section',
        text: mrkdwn(promiseText(complaint, promise, policy)),
        accessory: showButton(complaint),
      })),
  )
  return { text: title, blocks: [section(title), ...rows] }
}

const section = (text: string): KnownBlock => ({ type: 'section', text: mrkdwn(text) })
const context = (text: string): KnownBlock => ({ type: 'context', elements: [mrkdwn(text)] })
