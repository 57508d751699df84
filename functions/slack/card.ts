import type { Button, KnownBlock, Overflow, PlainTextOption } from '@slack/types'
import type { Complaint, Issue, Redress, RedressItem, Stage, Timer } from '../domain/complaint.ts'
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

/** What a card offers as buttons, in this order. */
const BUTTONS: readonly (readonly [ActionType, string])[] = [
  ['accept-handoff', 'Accept'],
  ['decline-handoff', 'Decline'],
  ['accept-issue', 'Accept the issue'],
  ['return-issue', 'Return the issue'],
  ['send-reply', 'Send anyway'],
  ['approve-reply', 'Approve the reply'],
  ['refuse-reply', 'Refuse the reply'],
  ['approve-redress', 'Approve redress'],
  ['refuse-redress', 'Refuse redress'],
  ['acknowledge', 'Acknowledge'],
  ['take', 'Take'],
  ['hand-off', 'Hand off'],
  ['resolve', 'Resolve'],
  ['pause', 'Pause'],
  ['resume', 'Resume'],
  ['close', 'Close'],
  ['reopen', 'Reopen'],
]

/**
 * The emoji that the parent message carries in each stage, by Slack's names: a channel's list of complaints can be read
 * at a glance. What nobody has looked at yet carries none, which costs no call when hundreds come in at once.
 */
export const STAGE_REACTIONS: Readonly<Record<Stage, string | undefined>> = {
  received: undefined,
  acknowledged: 'eyes',
  'handed off': 'handshake',
  resolved: 'white_check_mark',
  closed: 'lock',
  reopened: 'unlock',
  withdrawn: 'no_entry_sign',
}

/** What is done now and then, the likeliest first: it is in a card's menu, so that the card stays calm. */
const RARER: readonly (readonly [ActionType, string])[] = [
  ['pay-redress', 'Redress paid'],
  ['draft-reply', 'Write to the customer'],
  ['reply', 'Record our reply'],
  ['promise', 'Promise something'],
  ['keep-promise', 'Promise kept'],
  ['hand-off-issue', 'Ask a team about an issue'],
  ['discard-reply', 'Discard a reply'],
  ['ask-contact', 'Ask where to write in private'],
  ['confirm-identity', 'Confirm who gave the address'],
  ['break-promise', 'Promise will not be kept'],
  ['confirm-issues', 'Confirm the issues'],
  ['answer-issue', 'Answer an issue'],
  ['change-severity', 'Change the severity'],
  ['propose-redress', 'Propose redress'],
  ['note', 'Add a note'],
  ['assign', 'Assign'],
  ['add-issue', 'Add an issue'],
  ['decline-issue', 'Decline an issue'],
  ['record-customer-reply', 'The customer wrote'],
  ['link', 'Link to another complaint'],
  ['unlink', 'Unlink a message'],
  ['group', 'Put under an incident'],
  ['ungroup', 'Take out of its incident'],
  ['withdraw', 'Withdraw'],
]

/** Slack's limit of a menu. */
const MOST_IN_MENU = 5

/** What shows a complaint with a button for everything that can be done about it. */
export const SHOW = 'show'

/** What the state most wants done stands out. */
const PRIMARY: ReadonlySet<ActionType> = new Set(['acknowledge', 'accept-handoff'])

/** What a button carries: the complaint, and the fact it answers (see `expectedSeq`). */
export const buttonValue = (complaint: Complaint, action: ActionType): string =>
  JSON.stringify({ complaintId: complaint.id, expects: expectedSeq(complaint, action) })

/** A timer's name as people say it. */
export const timerName = (name: string): string => escaped(name.replaceAll('-', ' ').replace(':', ' '), 60)

/** What the customer is given, in a few words. @param most how many characters of its description to show */
export function redressText(redress: Redress, most = 300): string {
  const { kind, amount, currency, description } = redress
  const money =
    amount === undefined || currency === undefined ? '' : ` ${escaped(formatMoney(amount, currency), 60)}`
  return `${kind}${money}${description === undefined ? '' : `: ${shown(description, most)}`}`
}

/**
 * A complaint as it stands: stage, owner, team, level, deadlines, the customer's words, and a button for each thing
 * that can be done about it now. Within Slack's limits whatever the complaint holds.
 */
export function card(
  complaint: Complaint,
  policy: Policy,
  home?: Home,
  offering: 'usual' | 'everything' = 'usual',
): Content {
  // JSON escapes what people wrote, and can double it: then less of it has to do.
  for (const most of [LIMITS.sectionText, 2000, 1000]) {
    const content = cardOf(complaint, policy, home, offering, most)
    if (JSON.stringify(content.blocks).length <= LIMITS.messageJson) return content
  }
  return cardOf(complaint, policy, home, offering, 300)
}

/** @param most how many characters to show of what the customer wrote */
function cardOf(
  complaint: Complaint,
  policy: Policy,
  home: Home | undefined,
  offering: 'usual' | 'everything',
  most: number,
): Content {
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
    ...severityFields(complaint),
    ...(complaint.contactCount === 0
      ? []
      : [['Contacts', `${complaint.contactCount + 1}`] satisfies [string, string]]),
    ...(complaint.incident === undefined
      ? []
      : [['Incident', escaped(complaint.incident, 100)] satisfies [string, string]]),
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
    const { summary, redress, rootCause } = resolution
    notes.push(
      [
        `*Resolved:* ${shown(summary, 1000)}`,
        // What has a way to go, or has come to its end, is listed below with where it stands.
        ...(redress === undefined || complaint.redress.length > 0
          ? []
          : [`*Redress:* ${redressText(redress)}`]),
        ...(rootCause === undefined ? [] : [`*Cause:* ${shown(rootCause, 100)}`]),
      ].join('\n'),
    )
  }
  if (complaint.redress.length > 0) notes.push(redressesText(complaint.redress, policy))
  if (complaint.mergedInto !== undefined) {
    notes.push(`:link: Linked to complaint \`${escaped(complaint.mergedInto, 40)}\`, which goes on for both`)
  }
  if (complaint.issues.length > 0) notes.push(issuesText(complaint.issues))

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

  return {
    text: plainText(complaint, policy, title, next),
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: unescaped(title).slice(0, LIMITS.headerText), emoji: false },
      },
      { type: 'section', fields: fields.slice(0, 10).map(([name, value]) => mrkdwn(`*${name}*\n${value}`)) },
      ...notes.map((note): KnownBlock => ({ type: 'section', text: mrkdwn(note) })),
      { type: 'section', text: mrkdwn(shown(message.text, most, '>')) },
      { type: 'context', elements: [mrkdwn(origin.join(' · '))] },
      ...actionsOf(complaint, offering),
    ],
  }
}

/** How bad it is, and the words that say so. */
function severityFields({ severity, signals }: Complaint): [string, string][] {
  if (severity === undefined) return []
  const words = signals
    .filter((signal) => signal.severity === severity)
    .slice(0, 2)
    .map((signal) => `“${shown(signal.words, 120)}”`)
  return [['Severity', words.length === 0 ? severity : `${severity}: ${words.join(', ')}`]]
}

const MARKS: Readonly<Record<Issue['state'], string>> = {
  suggested: ':grey_question:',
  open: ':white_large_square:',
  answered: ':white_check_mark:',
  declined: ':no_entry_sign:',
}

/** How many issues a card names. */
const ISSUES_SHOWN = 10

function issuesText(issues: readonly Issue[]): string {
  const listed = issues
    .slice(0, ISSUES_SHOWN)
    .map(({ state, text }) => `${MARKS[state]} ${shown(text.replace(/\s+/g, ' ').trim(), 160)}`)
  const more = issues.length - listed.length
  return ['*Issues*', ...listed, ...(more > 0 ? [`…and ${more} more`] : [])].join('\n')
}

/** Where redress stands, in words, and who brought it there. */
const REDRESS: Readonly<
  Record<RedressItem['state'], readonly [string, (item: RedressItem) => string | undefined]>
> = {
  proposed: [':hourglass: Waits for approval', ({ proposedBy }) => proposedBy],
  approved: [':white_large_square: Approved, not paid', ({ decidedBy }) => decidedBy],
  paid: [':white_check_mark: Paid', ({ paidBy }) => paidBy],
  refused: [':no_entry_sign: Refused', ({ decidedBy }) => decidedBy],
}

/** How many redresses a card names. */
const REDRESSES_SHOWN = 5

/** What somebody has still to decide or to pay comes first, then the newest. */
function redressesText(redress: readonly RedressItem[], policy: Policy): string {
  const states = Object.keys(REDRESS)
  const listed = redress
    .toReversed()
    .sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state))
    .slice(0, REDRESSES_SHOWN)
    .map((item) => {
      const [words, who] = REDRESS[item.state]
      const by = who(item)
      return `${words}: ${redressText(item, 100)}${by === undefined ? '' : `, by ${uncalled(policy, by)}`}`
    })
  const more = redress.length - listed.length
  return ['*Redress*', ...listed, ...(more > 0 ? [`…and ${more} more`] : [])].join('\n')
}

/** The most usual actions as buttons, the others in a menu; everything as buttons where there is room. */
function actionsOf(complaint: Complaint, offering: 'usual' | 'everything'): KnownBlock[] {
  const allowed = new Set(allowedActions(complaint))
  const possible = (some: typeof BUTTONS) => some.filter(([action]) => allowed.has(action))
  const buttons = possible(BUTTONS).map(([action, label]): Button => buttonFor(complaint, action, label))
  const rarer = possible(RARER)
  if (offering === 'everything') {
    const others = rarer.map(([action, label]): Button => buttonFor(complaint, action, label))
    return [buttons, others]
      .filter((some) => some.length > 0)
      .map((elements) => ({ type: 'actions', elements }) satisfies KnownBlock)
  }
  const fits = rarer.length <= MOST_IN_MENU
  const options = [
    ...rarer
      .slice(0, fits ? MOST_IN_MENU : MOST_IN_MENU - 1)
      .map(([action, label]) => [label, `${action} ${buttonValue(complaint, action)}`] as const),
    ...(fits
      ? []
      : [['Everything else …', `${SHOW} ${JSON.stringify({ complaintId: complaint.id })}`] as const]),
  ].map(([text, value]): PlainTextOption => ({ text: { type: 'plain_text', text }, value }))
  const menu: Overflow[] = options.length === 0 ? [] : [{ type: 'overflow', action_id: 'more', options }]
  const elements = [...buttons, ...menu]
  return elements.length === 0 ? [] : [{ type: 'actions', elements }]
}

const buttonFor = (complaint: Complaint, action: ActionType, label: string): Button => ({
  type: 'button',
  action_id: action,
  text: { type: 'plain_text', text: label },
  value: buttonValue(complaint, action),
  ...(PRIMARY.has(action) ? { style: 'primary' as const } : {}),
})

/** What a notification says: where things stand, and nothing of what the customer wrote, as it may light up anywhere. */
function plainText(complaint: Complaint, policy: Policy, title: string, next: Timer | undefined): string {
  const deadline = next === undefined ? '' : `, ${timerName(next.name)} by ${dateInUtc(next.dueAt)}`
  return `${title}: complaint ${escaped(complaint.id, 40)}, owner ${nameOf(policy, complaint.owner)}, level ${complaint.level}${deadline}`
}

/** A header is plain text, in which an escape would show as it is written. */
const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
