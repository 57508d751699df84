import type { HomeView, KnownBlock } from '@slack/types'
import { type Complaint, type Promised, type Stage, unkeptPromises } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import type { Policy } from '../domain/policy.ts'
import { row, showButton } from './list.ts'
import { date, mrkdwn, shown, teamName, uncalled } from './mrkdwn.ts'

/** Some of so many complaints, the most urgent first. */
interface Some {
  readonly count: number
  readonly complaints: readonly Complaint[]
}

export interface Home {
  readonly now: Instant
  /** The person's team; undefined for somebody whom the policy does not know. */
  readonly team?: string | undefined
  readonly mine: Some
  readonly board: readonly (Some & { readonly stage: Stage })[]
  readonly promises: Some
}

/** The order in which a complaint passes them. */
const STAGES: readonly Stage[] = ['reopened', 'received', 'acknowledged', 'handed off', 'resolved']

/** Somebody's App Home: their complaints by next deadline, their team's board, the promises that are due. */
export function homeView({ now, team, mine, board, promises }: Home, policy: Policy): HomeView {
  const heading = (text: string): KnownBlock => ({
    type: 'header',
    text: { type: 'plain_text', text, emoji: false },
  })
  const line = (text: string): KnownBlock => ({ type: 'context', elements: [mrkdwn(text)] })
  const rows = ({ count, complaints }: Some): KnownBlock[] => [
    ...complaints.map((complaint) => row(complaint, policy, now)),
    ...(count > complaints.length ? [line(`…and ${count - complaints.length} more`)] : []),
  ]
  const stages = STAGES.flatMap((stage) => board.find((column) => column.stage === stage) ?? [])
  return {
    type: 'home',
    blocks: [
      heading('Your complaints'),
      ...(mine.count === 0 ? [line('None is yours.')] : rows(mine)),
      { type: 'divider' },
      ...(team === undefined
        ? [
            line(
              'The policy does not know you: have your Slack member ID added to it, and your team’s board is here.',
            ),
          ]
        : [
            heading(boardTitle(policy, team)),
            ...(stages.length === 0 ? [line('Nothing is open.')] : []),
            ...stages.flatMap((column): KnownBlock[] => [
              { type: 'section', text: mrkdwn(`*${column.stage}* ${column.count}`) },
              ...rows(column),
            ]),
            { type: 'divider' },
          ]),
      heading('Promises due'),
      ...(promises.count === 0 ? [line('Nothing is promised.')] : []),
      ...promises.complaints.flatMap((complaint) => promiseRow(complaint, policy)),
      ...(promises.count > promises.complaints.length
        ? [line(`…and ${promises.count - promises.complaints.length} more`)]
        : []),
      line(`As of ${date(now)}; open this tab again for news. \`/complaint help\` says what else there is.`),
    ],
  }
}

const boardTitle = (policy: Policy, team: string): string =>
  `${(policy.teams[team]?.name ?? team).slice(0, 100)}: what is open`

/** A complaint's promise that is due first. */
export function promiseRow(complaint: Complaint, policy: Policy): KnownBlock[] {
  const [promise] = [...unkeptPromises(complaint)].sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
  if (promise === undefined) return []
  return [
    {
      type: 'section',
      text: mrkdwn(promiseText(complaint, promise, policy)),
      accessory: showButton(complaint),
    },
  ]
}

/** A promise in a line: by when, who answers for it, what was promised. */
export const promiseText = (complaint: Complaint, promise: Promised, policy: Policy): string =>
  `${promise.state === 'broken' ? ':red_circle: since' : 'by'} ${date(promise.dueAt)} · ${teamName(policy, complaint.team)} · ${uncalled(policy, complaint.owner)}\n${shown(promise.text.replace(/\s+/g, ' ').trim(), 200, '>')}`
