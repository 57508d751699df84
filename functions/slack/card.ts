import type { Button, KnownBlock, Overflow, PlainTextOption } from '@slack/types'
import {
  type Complaint,
  type ContactDetails,
  type Issue,
  type Promised,
  type Redress,
  type RedressItem,
  type Stage,
  type Timer,
  unkeptPromises,
} from '../domain/complaint.ts'
import type { ActionType } from '../domain/decide.ts'
import { findPersonalData } from '../domain/personal-data.ts'
import type { Policy } from '../domain/policy.ts'
import { deadlines } from '../domain/timers.ts'
import { button, buttonValue, SHOW } from './buttons.ts'
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
import { askedOf, offered, type Part, partOf } from './offers.ts'
import { contactText, type Fit, replyBlocks } from './writing.ts'

export { SHOW } from './buttons.ts'

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

/** How a card is shown. */
export interface Showing {
  /** Where the thread is, for a card that is not its parent. */
  readonly home?: Home | undefined
  readonly offering?: 'usual' | 'everything'
  /**
   * For whose eyes it is: a team that has an issue only sees what it is about, and is offered nothing else. Undefined for
   * who may speak for any.
   */
  readonly team?: string | undefined
}

/** What a card offers as buttons, in this order. What is about one of several replies or issues stands beside that. */
const BUTTONS: readonly (readonly [ActionType, string])[] = [
  ['accept-handoff', 'Accept'],
  ['decline-handoff', 'Decline'],
  ['approve-redress', 'Approve redress'],
  ['refuse-redress', 'Refuse redress'],
  ['acknowledge', 'Acknowledge'],
  ['draft-reply', 'Reply'],
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
  ['confirm-identity', 'Confirm who gave the address'],
  ['keep-promise', 'Promise kept'],
  ['hand-off-issue', 'Ask a team about an issue'],
  ['promise', 'Promise something'],
  ['ask-contact', 'Ask where to write in private'],
  ['reply', 'Record our reply'],
  ['break-promise', 'Promise will not be kept'],
  ['confirm-issues', 'Confirm the issues'],
  ['answer-issue', 'Answer an issue'],
  ['return-issue', 'Take an issue back'],
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

/** What a team that has an issue only is offered beside what stands with the issue. */
const WITH_AN_ISSUE: readonly (readonly [ActionType, string])[] = [
  ['decline-issue', 'Decline an issue'],
  ['note', 'Add a note'],
]

/** Slack's limit of a menu. */
const MOST_IN_MENU = 5

/** What the state most wants done stands out. */
const PRIMARY: ReadonlySet<ActionType> = new Set(['acknowledge', 'accept-handoff'])

/** A timer's name as people say it. */
export const timerName = (name: string): string =>
  escaped(
    name
      .replace(/^accept-handoff:/, 'accept issue ')
      .replaceAll('-', ' ')
      .replace(':', ' '),
    60,
  )

/** What the customer is given, in a few words. @param most how many characters of its description to show */
export function redressText(redress: Redress, most = 300): string {
  const { kind, amount, currency, description } = redress
  const money =
    amount === undefined || currency === undefined ? '' : ` ${escaped(formatMoney(amount, currency), 60)}`
  return `${kind}${money}${description === undefined ? '' : `: ${shown(description, most)}`}`
}

/** How much there is room for: of the customer's words in characters, of all else what share of the usual. */
interface Room {
  readonly words: number
  readonly share: number
  /** Of the things that a list names. */
  readonly items: number
}

/** JSON escapes what people wrote, and can double it: then less of it has to do. */
const ROOMS: readonly Room[] = [
  { words: LIMITS.sectionText, share: 1, items: 1 },
  { words: 2000, share: 1, items: 1 },
  { words: 1000, share: 0.7, items: 1 },
  { words: 500, share: 0.4, items: 1 },
]
const LEAST: Room = { words: 200, share: 0.15, items: 0.4 }

/**
 * A complaint as it stands: stage, owner, team, level, deadlines, the customer's words, what we write to them, and a
 * button for each thing that can be done about it now. Within Slack's limits whatever the complaint holds.
 */
export function card(complaint: Complaint, policy: Policy, showing: Showing = {}): Content {
  for (const room of ROOMS) {
    const content = cardOf(complaint, policy, showing, room)
    if (JSON.stringify(content.blocks).length <= LIMITS.messageJson) return content
  }
  return cardOf(complaint, policy, showing, LEAST)
}

function cardOf(
  complaint: Complaint,
  policy: Policy,
  { home, offering = 'usual', team: forTeam }: Showing,
  room: Room,
): Content {
  const { message, stage, level, paused, handoff, resolution } = complaint
  const most: Fit = Object.assign((length: number) => Math.max(20, Math.floor(length * room.share)), {
    items: (count: number) => Math.max(1, Math.floor(count * room.items)),
  })
  const allowed = new Set(offered(complaint, policy, forTeam))
  const part = partOf(complaint, forTeam)
  const own = part === 'complaint'
  const team = teamName(policy, complaint.team)
  const { next, overdue } = deadlines(complaint)
  const title = [
    ...(part === 'issue' ? [`Issue for ${teamName(policy, forTeam ?? '')}`] : []),
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
    // Who has an issue only answers for that, and until when stands with it.
    ...(part === 'issue'
      ? []
      : ([
          ['Level', String(level)],
          ['Next deadline', deadline],
        ] satisfies [string, string][])),
    ...severityFields(complaint, most),
    ...(complaint.contactCount === 0
      ? []
      : [['Contacts', `${complaint.contactCount + 1}`] satisfies [string, string]]),
    ...(complaint.incident === undefined
      ? []
      : [['Incident', escaped(complaint.incident, 100)] satisfies [string, string]]),
    ...(part === 'issue' ? [] : overdue)
      .slice(0, 3)
      .map((timer): [string, string] => ['Overdue', `${timerName(timer.name)} since ${date(timer.dueAt)}`]),
  ]

  const notes: string[] = []
  if (handoff !== undefined) {
    notes.push(
      `*${nameOf(policy, handoff.by)} asks ${teamName(policy, handoff.toTeam)} to take over* (${date(handoff.at)}): ${shown(handoff.reason, most(500))}`,
    )
  }
  if (paused !== undefined) {
    notes.push(`*Paused* since ${date(paused.at)}: ${shown(paused.reason, most(500))}`)
  }
  if (resolution !== undefined) {
    const { summary, redress, rootCause } = resolution
    notes.push(
      [
        `*Resolved:* ${shown(summary, most(1000))}`,
        // What has a way to go, or has come to its end, is listed below with where it stands.
        ...(redress === undefined || complaint.redress.length > 0
          ? []
          : [`*Redress:* ${redressText(redress, most(300))}`]),
        ...(rootCause === undefined ? [] : [`*Cause:* ${shown(rootCause, most(100))}`]),
      ].join('\n'),
    )
  }
  if (own && complaint.redress.length > 0) notes.push(redressesText(complaint.redress, policy, most))
  if (complaint.mergedInto !== undefined) {
    notes.push(`:link: Linked to complaint \`${escaped(complaint.mergedInto, 40)}\`, which goes on for both`)
  }
  if (part === 'nothing')
    notes.push(`_It is with ${team}; nothing is asked of ${teamName(policy, forTeam ?? '')} any more._`)
  const others = complaint.issues.filter(({ handoff }) => part !== 'issue' || handoff?.toTeam !== forTeam)
  if (others.length > 0) {
    notes.push(issuesText(part === 'issue' ? 'Other issues' : 'Issues', others, complaint, policy, most))
  }
  const promises = unkeptPromises(complaint)
  if (own && promises.length > 0) notes.push(promisesText(promises, most))
  if (own && complaint.contact !== undefined) notes.push(givenText(complaint.contact))
  if (own && complaint.survey !== undefined) notes.push(surveyText(complaint.survey))

  const exposed = message.public ? [...new Set(findPersonalData(message.text).map(({ kind }) => kind))] : []
  if (exposed.length > 0) {
    notes.push(
      `:warning: *The public post holds personal data:* ${exposed.join(', ')}. Ask the customer, or the platform, to take it down`,
    )
  }

  const origin = [
    `From *${shown(message.author.name ?? message.author.id, 100)}* by ${escaped(message.channel, 60)}, ${date(message.postedAt)}`,
    // A long address is the first to go where there is little room.
    (message.permalink?.length ?? 0) > most(1000) ? undefined : link(message.permalink, 'open the post'),
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
      ...issueBlocks(complaint, policy, forTeam, allowed, most),
      ...notes.map((note): KnownBlock => ({ type: 'section', text: mrkdwn(note) })),
      { type: 'section', text: mrkdwn(shown(message.text, room.words, '>')) },
      { type: 'context', elements: [mrkdwn(origin.join(' · '))] },
      ...(own ? replyBlocks(complaint, policy, allowed, most) : []),
      ...actionsOf(complaint, part, allowed, offering),
    ],
  }
}

/** How bad it is, and the words that say so. */
function severityFields({ severity, signals }: Complaint, most: Fit): [string, string][] {
  if (severity === undefined) return []
  const words = signals
    .filter((signal) => signal.severity === severity)
    .slice(0, 2)
    .map((signal) => `“${shown(signal.words, most(120))}”`)
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

const oneLine = (text: string, limit: number): string => shown(text.replace(/\s+/g, ' ').trim(), limit)

function issuesText(
  title: string,
  issues: readonly Issue[],
  complaint: Complaint,
  policy: Policy,
  most: Fit,
): string {
  const listed = issues.slice(0, most.items(ISSUES_SHOWN)).map((issue) => {
    const words = [issue.answer ?? issue.reason].filter((text) => text !== undefined)
    const ended = words.map((text) => `: ${oneLine(text, most(80))}`).join('')
    return `${MARKS[issue.state]} ${oneLine(issue.text, most(160))}${ended}${whereIs(complaint, issue, policy)}`
  })
  const more = issues.length - listed.length
  return [`*${title}*`, ...listed, ...(more > 0 ? [`…and ${more} more`] : [])].join('\n')
}

/** With whom an issue is, or of whom it is asked and until when; nothing for what is with the owner. */
function whereIs(complaint: Complaint, { id, handoff }: Issue, policy: Policy): string {
  if (handoff === undefined) return ''
  const team = teamName(policy, handoff.toTeam)
  return handoff.person === undefined
    ? ` · ${team} is asked${until(complaint, id)}`
    : ` · with ${team}, ${uncalled(policy, handoff.person)} has it`
}

/** Until when a team has to say whether it takes an issue on. */
function until({ timers }: Complaint, issue: string): string {
  const timer = timers.find(({ name }) => name === `accept-handoff:${issue}`)
  if (timer?.state === 'running') return `, waiting until ${date(timer.dueAt)}`
  return timer?.state === 'breached' ? `, overdue since ${date(timer.dueAt)}` : ''
}

/** How many issues a card shows with their buttons; the next come up as these are answered. */
const ISSUES_WITH_BUTTONS = 3

/** The issues that a team has or is asked about, each with what the team can do about it. */
function issueBlocks(
  complaint: Complaint,
  policy: Policy,
  team: string | undefined,
  allowed: ReadonlySet<ActionType>,
  most: Fit,
): KnownBlock[] {
  const asked = askedOf(complaint, team)
  const theirs =
    partOf(complaint, team) === 'issue'
      ? complaint.issues.filter(({ handoff }) => handoff?.toTeam === team)
      : asked
  const more = theirs.length - most.items(ISSUES_WITH_BUTTONS)
  return [
    ...theirs.slice(0, most.items(ISSUES_WITH_BUTTONS)).flatMap((issue): KnownBlock[] => {
      const { id, text, handoff } = issue
      if (handoff === undefined) return []
      const elements = [
        ...(asked.includes(issue) && allowed.has('accept-issue')
          ? [button(complaint, 'accept-issue', 'Accept', { id, style: 'primary' })]
          : []),
        ...(allowed.has('answer-issue') ? [button(complaint, 'answer-issue', 'Answer', { id })] : []),
        ...(allowed.has('return-issue') ? [button(complaint, 'return-issue', 'Return', { id })] : []),
      ]
      return [
        {
          type: 'section',
          text: mrkdwn(
            [
              `*${handoff.person === undefined ? `${teamName(policy, handoff.toTeam)} is asked` : `With ${teamName(policy, handoff.toTeam)}`}:* ${shown(text, most(500))}`,
              `${uncalled(policy, handoff.by)} asks, ${date(handoff.at)}: ${shown(handoff.reason, most(500))}`,
              handoff.person === undefined
                ? `:hourglass: Nobody has taken it on${until(complaint, id)}`
                : `:handshake: ${uncalled(policy, handoff.person)} has it`,
            ].join('\n'),
          ),
        },
        ...(elements.length === 0
          ? []
          : [{ type: 'actions', block_id: `issue-${id}`, elements } satisfies KnownBlock]),
      ]
    }),
    ...(more > 0
      ? [
          {
            type: 'context',
            elements: [mrkdwn(`…and ${more} more issues, once these are answered`)],
          } satisfies KnownBlock,
        ]
      : []),
  ]
}

/** How many promises a card names. */
const PROMISES_SHOWN = 5

/** What was promised and is not kept: what is open first, by when it is due. */
function promisesText(promises: readonly Promised[], most: Fit): string {
  const order = ({ state, dueAt }: Promised) => `${state === 'open' ? 0 : 1} ${dueAt}`
  const listed = promises
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .slice(0, most.items(PROMISES_SHOWN))
    .map(({ state, text, dueAt, to, worth, reason }) => {
      const where =
        state === 'open'
          ? `:white_large_square: by ${date(dueAt)}`
          : reason === undefined
            ? `:red_circle: missed ${date(dueAt)}`
            : `:broken_heart: will not be kept (was due ${date(dueAt)})`
      const money = worth === undefined ? '' : `, ${escaped(formatMoney(worth.amount, worth.currency), 60)}`
      const whom = to === undefined ? '' : ` (to ${oneLine(to, most(60))})`
      const why = reason === undefined ? '' : `\nWhy: ${oneLine(reason, most(150))}`
      return `${where}${money}: ${oneLine(text, most(160))}${whom}${why}`
    })
  const more = promises.length - listed.length
  return ['*Promises*', ...listed, ...(more > 0 ? [`…and ${more} more`] : [])].join('\n')
}

/** How it is known that the customer gave an address. */
const MATCHED: Readonly<Record<NonNullable<ContactDetails['matched']>, string>> = {
  private: 'only they had the form',
  code: 'they wrote the code from their account',
  person: 'a colleague has made sure',
}

/** Where the customer wants to be written to in private, and how far that is known. */
function givenText(contact: ContactDetails): string {
  const { askedAt, expiresAt, givenAt, matched, told } = contact
  if (matched === undefined && contact.given.length > 0) {
    const each = contact.given.map((one) => `${contactText(one) ?? 'given'}, given ${date(one.at)}`)
    return `*Private address:* ${each.join('; ')}\n:warning: Not known yet to be the customer’s: nothing goes there until they write the code from their account, or you confirm who gave it`
  }
  if (matched === undefined || givenAt === undefined) {
    return `*Private address:* asked for ${date(askedAt)}; the form is good until ${date(expiresAt)}`
  }
  const given = contactText(contact) ?? 'given'
  return `*Private address:* ${given}, given ${date(givenAt)}\n:closed_lock_with_key: The customer’s: ${MATCHED[matched]}${told === true ? '. The public thread was told that we write there' : ''}`
}

const surveyText = ({ askedAt, score, answeredAt }: NonNullable<Complaint['survey']>): string =>
  score === undefined
    ? `*Survey:* asked how they found it ${date(askedAt)}; no answer yet`
    : `*Survey:* ${':star:'.repeat(score)} ${score} of 5${answeredAt === undefined ? '' : `, ${date(answeredAt)}`}`

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
function redressesText(redress: readonly RedressItem[], policy: Policy, most: Fit): string {
  const states = Object.keys(REDRESS)
  const listed = redress
    .toReversed()
    .sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state))
    .slice(0, most.items(REDRESSES_SHOWN))
    .map((item) => {
      const [words, who] = REDRESS[item.state]
      const by = who(item)
      return `${words}: ${redressText(item, most(100))}${by === undefined ? '' : `, by ${uncalled(policy, by)}`}`
    })
  const more = redress.length - listed.length
  return ['*Redress*', ...listed, ...(more > 0 ? [`…and ${more} more`] : [])].join('\n')
}

/** Slack's limit of a row. */
const MOST_IN_ROW = 25

const rowsOf = (buttons: readonly Button[]): KnownBlock[] =>
  buttons.length === 0
    ? []
    : [{ type: 'actions', elements: buttons.slice(0, MOST_IN_ROW) }, ...rowsOf(buttons.slice(MOST_IN_ROW))]

/** The most usual actions as buttons, the others in a menu; everything as buttons where there is room. */
function actionsOf(
  complaint: Complaint,
  part: Part,
  allowed: ReadonlySet<ActionType>,
  offering: 'usual' | 'everything',
): KnownBlock[] {
  const possible = (some: typeof BUTTONS) => some.filter(([action]) => allowed.has(action))
  const buttonsOf = (some: typeof BUTTONS) =>
    possible(some).map(
      ([action, label]): Button =>
        button(complaint, action, label, PRIMARY.has(action) ? { style: 'primary' } : {}),
    )
  if (part === 'issue') return rowsOf(buttonsOf(WITH_AN_ISSUE))
  if (offering === 'everything') return [...rowsOf(buttonsOf(BUTTONS)), ...rowsOf(buttonsOf(RARER))]
  const rarer = possible(RARER)
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
  const elements = [...buttonsOf(BUTTONS), ...menu]
  return elements.length === 0 ? [] : [{ type: 'actions', elements }]
}

/** What a notification says: where things stand, and nothing of what the customer wrote, as it may light up anywhere. */
function plainText(complaint: Complaint, policy: Policy, title: string, next: Timer | undefined): string {
  const deadline = next === undefined ? '' : `, ${timerName(next.name)} by ${dateInUtc(next.dueAt)}`
  return `${title}: complaint ${escaped(complaint.id, 40)}, owner ${nameOf(policy, complaint.owner)}, level ${complaint.level}${deadline}`
}

/** A header is plain text, in which an escape would show as it is written. */
const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
