import type { Button, KnownBlock } from '@slack/types'
import type { Complaint, Redress, Timer } from '../domain/complaint.ts'
import { type ActionType, allowedActions, expectedSeq } from '../domain/decide.ts'
import { findPersonalData } from '../domain/personal-data.ts'
import type { Policy } from '../domain/policy.ts'
import { deadlines } from '../domain/timers.ts'
import { formatMoney } from './money.ts'
import {
  date,
  dateInUtc,
  escaped,
  LIMITS,
  link,
  mrkdwn,
  nameOf,
  shown,
  teamName,
  uncalled,
} from './mrkdwn.ts'

/** A message's content: blocks to show, and plain text for notifications and for readers without blocks. */
export interface Content {
  readonly text: string
  readonly blocks: KnownBlock[]
}

/** Where the thread is, for a card that is not its parent. */
export interface Home {
  /** Slack's id of the channel. */
  readonly channel: string
  readonly permalink?: string | undefined
}

/** What a card offers as buttons, in this order; what else the state allows (assigning, a note, …) has no button. */
const BUTTONS: readonly (readonly [ActionType, string])[] = [
  ['accept-handoff', 'Accept'],
  ['decline-handoff', 'Decline'],
  ['acknowledge', 'Acknowledge'],
  ['take', 'Take'],
  ['hand-off', 'Hand off'],
  ['resolve', 'Resolve'],
  ['pause', 'Pause'],
  ['resume', 'Resume'],
  ['close', 'Close'],
  ['reopen', 'Reopen'],
]

/** What the state most wants done stands out. */
const PRIMARY: ReadonlySet<ActionType> = new Set(['acknowledge', 'accept-handoff'])

/** What a button carries: the complaint, and the fact it answers (see `expectedSeq`). */
export const buttonValue = (complaint: Complaint, action: ActionType): string =>
  JSON.stringify({ complaintId: complaint.id, expects: expectedSeq(complaint, action) })

/** A timer's name as people say it. */
export const timerName = (name: string): string => escaped(name.replaceAll('-', ' ').replace(':', ' '), 60)

/** What the customer was given, in a few words. */
export function redressText(redress: Redress): string {
  const { kind, amount, currency, description } = redress
  const money =
    amount === undefined || currency === undefined ? '' : ` ${escaped(formatMoney(amount, currency), 60)}`
  return `${kind}${money}${description === undefined ? '' : `: ${shown(description, 300)}`}`
}

/**
 * A complaint as it stands: stage, owner, team, level, deadlines, the customer's words, and a button for each thing
 * that can be done about it now. Within Slack's limits whatever the complaint holds.
 */
export function card(complaint: Complaint, policy: Policy, home?: Home): Content {
  const { message, stage, level, paused, handoff, resolution } = complaint
  const team = teamName(policy, complaint.team)
  const { next, overdue } = deadlines(complaint)
  const title = [
    stage.charAt(0).toUpperCase() + stage.slice(1),
    team,
    ...(level > 0 ? [`level ${level}`] : []),
    ...(paused === undefined ? [] : ['paused']),
    ...(overdue.length > 0 ? ['overdue'] : []),
  ].join(' · ')

  const deadline =
    next === undefined
      ? paused === undefined
        ? 'none'
        : 'paused'
      : `${timerName(next.name)} by ${date(next.dueAt)}`
  const fields: [string, string][] = [
    ['Stage', paused === undefined ? stage : `${stage}, paused`],
    // By name: a card that comes in at night, or with hundreds of others, must not call anybody.
    ['Owner', uncalled(policy, complaint.owner)],
    ['Team', team],
    ['Level', String(level)],
    ['Next deadline', deadline],
    ...overdue
      .slice(0, 3)
      .map((timer): [string, string] => ['Overdue', `${timerName(timer.name)} since ${date(timer.dueAt)}`]),
  ]

  const notes: string[] = []
  if (handoff !== undefined) {
    notes.push(
      `*${nameOf(policy, handoff.by)} asks ${teamName(policy, handoff.toTeam)} to take over* (${date(handoff.at)}): ${shown(handoff.reason, 500)}`,
    )
  }
  if (paused !== undefined) notes.push(`*Paused* since ${date(paused.at)}: ${shown(paused.reason, 500)}`)
  if (resolution !== undefined) {
    const { summary, redress } = resolution
    notes.push(
      `*Resolved:* ${shown(summary, 1000)}${redress === undefined ? '' : `\n*Redress:* ${redressText(redress)}`}`,
    )
  }

  const exposed = message.public ? [...new Set(findPersonalData(message.text).map(({ kind }) => kind))] : []
  if (exposed.length > 0) {
    notes.push(
      `:warning: *The public post holds personal data:* ${exposed.join(', ')}. Ask the customer, or the platform, to take it down`,
    )
  }

  const origin = [
    `From *${shown(message.author.name ?? message.author.id, 100)}* by ${escaped(message.channel, 60)}, ${date(message.postedAt)}`,
    link(message.permalink, 'open the post'),
    `\`${escaped(complaint.id, 40)}\``,
    home === undefined ? undefined : `thread in <#${home.channel}>`,
    link(home?.permalink, 'go to the thread'),
  ].filter((part) => part !== undefined)

  const buttons = buttonsOf(complaint)
  return {
    text: plainText(complaint, policy, title, next),
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: unescaped(title).slice(0, LIMITS.headerText), emoji: false },
      },
      { type: 'section', fields: fields.map(([name, value]) => mrkdwn(`*${name}*\n${value}`)) },
      ...notes.map((note): KnownBlock => ({ type: 'section', text: mrkdwn(note) })),
      { type: 'section', text: mrkdwn(shown(message.text, LIMITS.sectionText, '>')) },
      { type: 'context', elements: [mrkdwn(origin.join(' · '))] },
      ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons } satisfies KnownBlock]),
    ],
  }
}

function buttonsOf(complaint: Complaint): Button[] {
  const allowed = new Set(allowedActions(complaint))
  return BUTTONS.filter(([action]) => allowed.has(action)).map(([action, label]) => ({
    type: 'button',
    action_id: action,
    text: { type: 'plain_text', text: label },
    value: buttonValue(complaint, action),
    ...(PRIMARY.has(action) ? { style: 'primary' as const } : {}),
  }))
}

/** What a notification says: where things stand, and nothing of what the customer wrote, as it may light up anywhere. */
function plainText(complaint: Complaint, policy: Policy, title: string, next: Timer | undefined): string {
  const deadline = next === undefined ? '' : `, ${timerName(next.name)} by ${dateInUtc(next.dueAt)}`
  return `${title}: complaint ${escaped(complaint.id, 40)}, owner ${nameOf(policy, complaint.owner)}, level ${complaint.level}${deadline}`
}

/** A header is plain text, in which an escape would show as it is written. */
const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
