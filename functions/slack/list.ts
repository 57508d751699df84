import type { Button, KnownBlock, SectionBlock } from '@slack/types'
import type { Complaint } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import type { Policy } from '../domain/policy.ts'
import { deadlines } from '../domain/timers.ts'
import { type Content, SHOW, timerName } from './card.ts'
import { date, mrkdwn, shown, teamName, uncalled } from './mrkdwn.ts'

/** How much of what the customer wrote a row shows. */
const GLANCE = 120

/** A button that shows a complaint, with all that can be done about it. */
export const showButton = (complaint: Pick<Complaint, 'id'>): Button => ({
  type: 'button',
  action_id: SHOW,
  text: { type: 'plain_text', text: 'Show' },
  value: JSON.stringify({ complaintId: complaint.id }),
})

/** A complaint in a line or two: where it stands, what is due, how it begins. */
export function row(complaint: Complaint, policy: Policy, now: Instant): SectionBlock {
  const { stage, team, owner, paused, message } = complaint
  const { next, overdue } = deadlines(complaint)
  const [late] = overdue
  const due =
    late !== undefined
      ? `:red_circle: ${timerName(late.name)} since ${date(late.dueAt)}`
      : next === undefined
        ? paused === undefined
          ? undefined
          : 'paused'
        : `${next.dueAt <= now ? ':red_circle: ' : ''}${timerName(next.name)} by ${date(next.dueAt)}`
  const facts = [`*${stage}*`, teamName(policy, team), uncalled(policy, owner), due].filter(
    (fact) => fact !== undefined,
  )
  const glance = shown(message.text.replace(/\s+/g, ' ').trim(), GLANCE, '>')
  return {
    type: 'section',
    text: mrkdwn(`${facts.join(' · ')}\n${glance}`),
    accessory: showButton(complaint),
  }
}

/** Complaints below a title, which is markup of ours; at most as many as fit into a message: fifteen. */
export function listContent(
  title: string,
  complaints: readonly Complaint[],
  policy: Policy,
  now: Instant,
  note?: string,
): Content {
  const blocks: KnownBlock[] = [
    { type: 'section', text: mrkdwn(`*${title}*`) },
    ...complaints.map((complaint) => row(complaint, policy, now)),
    ...(note === undefined ? [] : [{ type: 'context', elements: [mrkdwn(note)] } satisfies KnownBlock]),
  ]
  return { text: title, blocks }
}
