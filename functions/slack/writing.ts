import type { KnownBlock } from '@slack/types'
import type { Complaint, Reply, ReplyFinding } from '../domain/complaint.ts'
import type { ActionType } from '../domain/decide.ts'
import type { GuardRule } from '../domain/guard-rules.ts'
import type { Instant } from '../domain/instant.ts'
import { askToAgree, judgeAgain } from '../domain/outgoing.ts'
import { mask } from '../domain/personal-data.ts'
import type { Policy } from '../domain/policy.ts'
import { button, CHANGE } from './buttons.ts'
import { date, escaped, mrkdwn, nameOf, shown, uncalled } from './mrkdwn.ts'

/* What we write to customers, as staff read of it: where it goes, what the guard has found, where it stands. */

/** The channels as people say them, after "as an answer". */
const ON: Readonly<Record<string, string>> = {
  email: 'by email',
  facebook: 'on Facebook',
  instagram: 'on Instagram',
  messenger: 'on Messenger',
  phone: 'by phone',
  review: 'below the review',
  sms: 'by text message',
  whatsapp: 'on WhatsApp',
  x: 'on X',
  web: 'on the web site',
}

const on = (channel: string): string =>
  Object.hasOwn(ON, channel) ? String(ON[channel]) : `by ${escaped(channel, 40)}`

/** Where a reply goes, plainly. */
export function whereTo(
  { message, contact }: Complaint,
  { public: open, channel, to }: Pick<Reply, 'public' | 'channel' | 'to'>,
): string {
  if (open) return `in public, as an answer ${on(channel)}`
  if (to === 'contact') {
    return `in private, to the ${contact?.email === undefined ? 'number' : 'address'} that the customer gave`
  }
  return message.public
    ? `in private, as a message ${on(channel)}`
    : `in private, ${on(channel)}, where the customer wrote`
}

/** The customer's own address and number, masked; undefined where there is neither. */
export function contactText({
  email,
  phone,
}: Pick<NonNullable<Complaint['contact']>, 'email' | 'phone'>): string | undefined {
  const given = [
    ...(email === undefined ? [] : [mask('email address', email)]),
    ...(phone === undefined ? [] : [mask('phone number', phone)]),
  ]
  return given.length === 0 ? undefined : escaped(given.join(', '), 200)
}

/** The guard's rules as people say them. */
export const RULE_WORDS: Readonly<Record<GuardRule, string>> = {
  bounce: 'Sends the customer elsewhere',
  'stock-answer': 'Says what others were told',
  'unanswered-issue': 'Leaves an issue out',
  'personal-data': 'Personal data in public',
  abuse: 'Blames or belittles the customer',
  'promise-not-recorded': 'A promise that is not recorded',
  'outside-reply-window': 'The channel takes no more answers',
}

const EFFECTS: Readonly<Record<ReplyFinding['effect'], readonly [mark: string, words: string]>> = {
  block: [':no_entry:', 'blocked by the policy: it goes out only with a reason'],
  warn: [':warning:', 'a warning: you decide'],
}

const quote = (words: string): string =>
  words === '' ? '' : ` “${shown(words.replace(/\s+/g, ' ').trim(), 140)}”`

/** A finding in a line: what is wrong, and the words that say so. */
export const findingLine = ({ effect, rule, words }: ReplyFinding): string =>
  `${EFFECTS[effect][0]} *${RULE_WORDS[rule]}*${quote(words)}`

/** An instant in a sentence of ours, for each reader in their own time. */
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g

/** Everything about a finding: the rule, what the policy makes of it, the words, the reason. */
export function findingText(finding: ReplyFinding): string {
  const reason = shown(finding.reason, 500).replace(INSTANT, (at: Instant) => date(at))
  return `${findingLine(finding)}\n${reason}\n_${EFFECTS[finding.effect][1]}_`
}

/**
 * What still speaks against a reply, what blocks it first. Where nobody says what time it is, it is as if it had just been
 * written.
 */
export function findingsOf(
  complaint: Complaint,
  policy: Policy,
  reply: Reply,
  now = reply.draftedAt,
): readonly ReplyFinding[] {
  if (reply.text === undefined) return []
  const found = judgeAgain(complaint, policy, reply, now)
  return [
    ...found.filter(({ effect }) => effect === 'block'),
    ...found.filter(({ effect }) => effect === 'warn'),
  ]
}

/** What a reply is, by why it was written. */
export function replyName({ purpose }: Pick<Reply, 'purpose'>): string {
  switch (purpose) {
    case 'contact':
      return 'The question for an address'
    case 'survey':
      return 'The question how they found it'
    case 'notice':
      return 'The note in the public thread'
    case undefined:
      return 'The reply'
  }
}

/** The states in which a reply can be written anew. What was sent cannot. */
export const CHANGEABLE: readonly Reply['state'][] = ['held', 'waiting', 'failed', 'refused']

/** Replies about which somebody has something to decide, the oldest first; one that was refused until somebody writes again. */
export function pendingReplies({ replies }: Complaint): readonly Reply[] {
  const last = replies.findLast(({ purpose }) => purpose === undefined)
  return replies.filter(
    ({ state, id }) =>
      state === 'held' ||
      state === 'waiting' ||
      state === 'failed' ||
      (state === 'refused' && id === last?.id),
  )
}

/** How much there is room for on a card: of a text of some length, and of the things in a list. */
export interface Fit {
  (length: number): number
  items(count: number): number
}

/** How many of them a card shows with their buttons. The next come up as these are decided. */
export const PENDING_SHOWN = 3
/** How many findings a card names of each. */
const FINDINGS_SHOWN = 4
/** How many of the others a card names: the last ones. */
const DONE_SHOWN = 3

export const DISCARD = {
  title: 'Discard it?',
  text: 'Nothing of it goes out. What it says stays on record.',
  confirm: 'Discard it',
}
const ANSWER_FOR = {
  title: 'Leave it at that?',
  text: 'It did not arrive, and nothing more is done about it.',
  confirm: 'Leave it',
}

/**
 * What we write, as a card shows it: what waits for somebody, each with its buttons, then a line for each of the last
 * that are out.
 *
 * @param most how many characters to show of a text that may be so long.
 */
export function replyBlocks(
  complaint: Complaint,
  policy: Policy,
  allowed: ReadonlySet<ActionType>,
  most: Fit,
): KnownBlock[] {
  const pending = pendingReplies(complaint)
  const listed = pending.slice(0, most.items(PENDING_SHOWN))
  const more = pending.length - listed.length
  const done = complaint.replies
    .flatMap((reply) => doneLine(complaint, policy, reply) ?? [])
    .slice(-DONE_SHOWN)
  return [
    ...listed.flatMap((reply) => pendingBlocks(complaint, policy, reply, allowed, most)),
    ...(more > 0 ? [context(`…and ${more} more that wait, once these are decided`)] : []),
    ...(done.length === 0 ? [] : [context(done.join('\n'))]),
    ...(listed.length === 0 ? [] : [{ type: 'divider' } satisfies KnownBlock]),
  ]
}

const context = (text: string): KnownBlock => ({ type: 'context', elements: [mrkdwn(text)] })

/** A reply that waits for somebody: how it stands, what it says, what was found, and what can be done about it. */
export function pendingBlocks(
  complaint: Complaint,
  policy: Policy,
  reply: Reply,
  allowed: ReadonlySet<ActionType>,
  most: (length: number) => number = (length) => length,
): KnownBlock[] {
  const { id, text } = reply
  const findings = findingsOf(complaint, policy, reply)
  const further = findings.length - FINDINGS_SHOWN
  const found = [
    ...findings.slice(0, FINDINGS_SHOWN).map(findingLine),
    ...(further > 0 ? [`…and ${further} more`] : []),
  ]
  const lines = [
    headOf(complaint, policy, reply, most),
    ...(text === undefined ? [] : [shown(text, most(900), '>')]),
    ...found,
  ]
  const elements = buttonsOf(complaint, reply, allowed)
  return [
    { type: 'section', text: mrkdwn(lines.join('\n')) },
    ...(elements.length === 0
      ? []
      : [{ type: 'actions', block_id: `reply-${id}`, elements } satisfies KnownBlock]),
  ]
}

function headOf(
  complaint: Complaint,
  policy: Policy,
  reply: Reply,
  most: (length: number) => number,
): string {
  const { state, draftedBy, draftedAt, approver, overriddenBy, overrideReason, refusedBy, reason } = reply
  const by = uncalled(policy, draftedBy)
  const whose = reply.purpose === undefined ? `${by}’s reply` : replyName(reply)
  const facts = `${whose}, ${whereTo(complaint, reply)}, ${date(draftedAt)}`
  const why = (words: string | undefined) => (words === undefined ? '' : `: ${shown(words, most(300))}`)
  switch (state) {
    case 'waiting': {
      const asked = askToAgree(policy, complaint, reply)
      const whom = approver === undefined ? '' : ` of a ${approver.replaceAll('-', ' ')}`
      return [
        `:hourglass: *Waits for the agreement${whom}*${asked === undefined ? '' : ` (${uncalled(policy, asked)} is asked)`}: ${facts}`,
        ...(overriddenBy === undefined
          ? []
          : [`${uncalled(policy, overriddenBy)} sends it in spite of what was found${why(overrideReason)}`]),
      ].join('\n')
    }
    case 'failed':
      return `:red_circle: *Did not arrive*: ${facts}\nWhy${why(reason) || ': not known'}`
    case 'refused':
      return `:no_entry_sign: *Refused by ${refusedBy === undefined ? 'somebody' : uncalled(policy, refusedBy)}*: ${facts}\nWhy${why(reason)}`
    default:
      return `:raised_hand: *Held back, not sent*: ${facts}`
  }
}

function buttonsOf(complaint: Complaint, reply: Reply, allowed: ReadonlySet<ActionType>) {
  const { id, state, purpose } = reply
  const offers = (action: ActionType) => allowed.has(action)
  const change = (label: string) =>
    offers('draft-reply') && purpose === undefined ? [button(complaint, CHANGE, label, { id })] : []
  const discard = (label: string, confirm: typeof DISCARD) =>
    offers('discard-reply') ? [button(complaint, 'discard-reply', label, { id, confirm })] : []
  switch (state) {
    case 'held':
      return [
        ...(offers('send-reply') ? [button(complaint, 'send-reply', 'Send anyway', { id })] : []),
        ...change('Change'),
        ...discard('Discard', DISCARD),
      ]
    case 'waiting':
      return [
        ...(offers('approve-reply')
          ? [button(complaint, 'approve-reply', 'Approve', { id, style: 'primary' })]
          : []),
        ...(offers('refuse-reply') ? [button(complaint, 'refuse-reply', 'Refuse', { id })] : []),
        ...change('Change'),
        ...discard('Discard', DISCARD),
      ]
    case 'failed':
      return [
        ...change('Write again'),
        ...(purpose === 'contact' && offers('ask-contact')
          ? [button(complaint, 'ask-contact', 'Ask again')]
          : []),
        ...discard('Leave it at that', ANSWER_FOR),
      ]
    default:
      return change('Write again')
  }
}

/** A reply that is out, or on its way; undefined for one that is neither. */
function doneLine(complaint: Complaint, policy: Policy, reply: Reply): string | undefined {
  const { state, draftedBy, releasedAt, endedAt, reports, approvedBy } = reply
  const whose = reply.purpose === undefined ? `${nameless(policy, draftedBy)}’s reply` : replyName(reply)
  const what = `${whose}, ${whereTo(complaint, reply)}${approvedBy === undefined ? '' : `, ${nameless(policy, approvedBy)} agreed`}`
  const at = endedAt ?? releasedAt
  const when = at === undefined ? '' : ` ${date(at)}`
  switch (state) {
    case 'sending':
      return `:outgoing_envelope: On its way since${when}: ${what}`
    case 'sent':
      return reports === false
        ? `:white_check_mark: Sent${when}: ${what}`
        : `:outgoing_envelope: Sent${when}, not known to have arrived: ${what}`
    case 'delivered':
      return `:mailbox_with_mail: Arrived${when}: ${what}`
    default:
      return undefined
  }
}

const nameless = (policy: Policy, actor: string): string =>
  actor === 'clock' ? 'Redress' : uncalled(policy, actor)

/** What a reply has come to that was held back when somebody looked at it, in a sentence. */
export function comeTo(complaint: Complaint, policy: Policy, reply: Reply): string {
  switch (reply.state) {
    case 'waiting': {
      const asked = askToAgree(policy, complaint, reply)
      const whom = (reply.approver ?? 'colleague').replaceAll('-', ' ')
      return `:hourglass: It has not gone out yet: a ${whom} has to agree first${asked === undefined ? '' : `, and ${nameOf(policy, asked)} is asked`}.`
    }
    case 'discarded':
      return ':wastebasket: It is discarded: nothing of it goes out. What it said stays on record.'
    case 'refused':
      return ':no_entry_sign: It was refused. Its card says why.'
    case 'failed':
      return ':red_circle: It did not arrive. Its card says why.'
    case 'held':
      return ':raised_hand: It is held back, and its card has the buttons.'
    default:
      return ':outgoing_envelope: It is on its way, or out already.'
  }
}

/**
 * What has happened to the conversation since somebody began to write; undefined where nothing has.
 *
 * @param seen the complaint's version then.
 * @param replaces the reply that theirs is to take the place of.
 */
export function movedOn(
  complaint: Complaint,
  policy: Policy,
  seen: number,
  replaces: string | undefined,
): string | undefined {
  const since = (id: string): boolean => Number(id.slice(1)) > seen
  const old = complaint.replies.find(({ id }) => id === replaces)
  const others = complaint.replies.filter(
    ({ id, purpose, state }) =>
      since(id) && purpose === undefined && state !== 'discarded' && state !== 'refused',
  )
  const news = [
    ...(complaint.contacts.some(({ id }) => since(id)) ? ['the customer wrote again'] : []),
    ...others.map(({ draftedBy }) => `${uncalled(policy, draftedBy)} wrote a reply`),
    ...(old !== undefined && !CHANGEABLE.includes(old.state)
      ? [`the reply that this was to replace is ${old.state}`]
      : []),
  ]
  return news.length === 0 ? undefined : news.join(', and ')
}
