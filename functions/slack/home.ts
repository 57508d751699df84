import type { HomeView, KnownBlock, SectionBlock } from '@slack/types'
import { type Complaint, type Promised, type Reply, type Stage, unkeptPromises } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import { mayAgree } from '../domain/outgoing.ts'
import type { Policy } from '../domain/policy.ts'
import { row, showButton } from './list.ts'
import { date, mrkdwn, shown, teamName, uncalled } from './mrkdwn.ts'
import { pendingReplies } from './writing.ts'

/** Some of so many complaints, the most urgent first. */
interface Some {
  readonly count: number
  readonly complaints: readonly Complaint[]
}

export interface Home {
  readonly now: Instant
  /** The person's team; undefined for somebody whom the policy does not know. */
  readonly team?: string | undefined
  /** What waits for this very person, as `waitingFor` has it. */
  readonly waiting: readonly SectionBlock[]
  readonly mine: Some
  readonly board: readonly (Some & { readonly stage: Stage })[]
  readonly promises: Some
}

/** The order in which a complaint passes them. */
const STAGES: readonly Stage[] = ['reopened', 'received', 'acknowledged', 'handed off', 'resolved']

/** How many of the things that wait for somebody their App Home shows. */
const WAITING_SHOWN = 10

/** Somebody's App Home: what waits for them, their complaints by next deadline, their team's board, the promises that are due. */
export function homeView({ now, team, waiting, mine, board, promises }: Home, policy: Policy): HomeView {
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
      ...(waiting.length === 0
        ? []
        : [
            heading('Waiting for you'),
            ...waiting.slice(0, WAITING_SHOWN),
            ...(waiting.length > WAITING_SHOWN ? [line(`…and ${waiting.length - WAITING_SHOWN} more`)] : []),
            { type: 'divider' } satisfies KnownBlock,
          ]),
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

/**
 * What a complaint has that waits for somebody: a reply that they may agree to, one of theirs, or of a complaint of
 * theirs, that is held back or did not arrive, an issue that their team is asked about or that they have.
 */
export function waitingFor(
  complaint: Complaint,
  person: string,
  team: string | undefined,
  policy: Policy,
): SectionBlock[] {
  const concerns = ({ draftedBy }: Reply) => draftedBy === person || complaint.owner === person
  const replies = pendingReplies(complaint).flatMap((reply) => {
    const what = `${teamName(policy, complaint.team)} · ${uncalled(policy, reply.draftedBy)} wrote it, ${date(reply.draftedAt)}`
    const glance =
      reply.text === undefined ? '' : `\n${shown(reply.text.replace(/\s+/g, ' ').trim(), 120, '>')}`
    switch (reply.state) {
      case 'waiting':
        return mayBeAsked(complaint, reply, person, team, policy)
          ? [`:hourglass: *A reply waits for your agreement* · ${what}${glance}`]
          : []
      case 'failed':
        return concerns(reply) ? [`:red_circle: *A reply did not arrive* · ${what}`] : []
      case 'refused':
        return reply.draftedBy === person ? [`:no_entry_sign: *Your reply was refused* · ${what}`] : []
      default:
        return concerns(reply) ? [`:raised_hand: *A reply is held back* · ${what}${glance}`] : []
    }
  })
  const issues = complaint.issues.flatMap(({ text, handoff }) => {
    if (handoff === undefined || handoff.toTeam !== team) return []
    const { person: holder, by, at } = handoff
    if (holder !== undefined && holder !== person) return []
    const who = holder === undefined ? `${teamName(policy, handoff.toTeam)} is asked` : 'You have an issue'
    return [
      `:arrow_right: *${who}* · ${uncalled(policy, by)}, ${date(at)}\n${shown(text.replace(/\s+/g, ' ').trim(), 120, '>')}`,
    ]
  })
  return [...replies, ...issues].map((text) => ({
    type: 'section',
    text: mrkdwn(text),
    accessory: showButton(complaint),
  }))
}

/** A colleague's word is asked for in the team; the duty manager's everywhere, where nobody else's will do. */
function mayBeAsked(
  complaint: Complaint,
  { draftedBy, approver = 'colleague' }: Reply,
  person: string,
  team: string | undefined,
  policy: Policy,
): boolean {
  const near = complaint.team === team || (approver === 'duty-manager' && person === policy.dutyManager)
  return near && draftedBy !== person && mayAgree(policy, complaint.team, person, approver)
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
