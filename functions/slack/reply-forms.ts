import type { KnownBlock } from '@slack/types'
import type { Complaint, Reply } from '../domain/complaint.ts'
import type { ActionType } from '../domain/decide.ts'
import { approverOf, channelOf, destinationOf } from '../domain/outgoing.ts'
import type { Policy } from '../domain/policy.ts'
import { button, CHANGE, RECORD } from './buttons.ts'
import { lines, plain, radio } from './fields.ts'
import { form, type Making, type Modal, optional, SAY_WHY } from './forms.ts'
import { date, mrkdwn, shown, teamName, uncalled } from './mrkdwn.ts'
import { contactText, DISCARD, findingsOf, findingText, whereTo } from './writing.ts'

/** What Slack takes in a field. */
export const LONGEST_TEXT = 3000

const section = (text: string): KnownBlock => ({ type: 'section', text: mrkdwn(text) })
const context = (text: string): KnownBlock => ({ type: 'context', elements: [mrkdwn(text)] })

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Where an answer would go, were it for everybody to read or not. */
function destination(complaint: Complaint, open: boolean): string {
  const to = destinationOf(complaint, open)
  return capital(whereTo(complaint, { public: open, channel: channelOf(complaint, to), to }))
}

/** The choice where to write, of what was made in public; or else where it goes. */
export function whereBlocks(complaint: Complaint, open: boolean): KnownBlock[] {
  const { message, contact } = complaint
  if (!message.public) return [context(`It goes ${destination(complaint, false).toLowerCase()}.`)]
  const known = contact?.matched !== undefined
  const given = (contact?.given.length ?? 0) > 0 && !known
  return [
    radio(
      'where',
      'Where does it go?',
      [
        [
          'public',
          destination(complaint, true),
          'Whoever comes by can read it: nothing personal belongs there',
        ],
        [
          'private',
          destination(complaint, false),
          `${known ? `${contactText(contact) ?? ''}: n` : 'N'}obody but the customer reads it`,
        ],
      ],
      open ? 'public' : 'private',
    ),
    ...(given
      ? [
          context(
            `An address was given (${(contact?.given ?? []).map((one) => contactText(one) ?? '').join('; ')}), but it is not known yet to be the customer’s: nothing goes there.`,
          ),
        ]
      : []),
  ]
}

/** How many issues a form lists of each kind. */
const ISSUES_LISTED = 8

/** What the customer complains of, so that none is forgotten, and what has been found out. */
function issueBlocks({ issues }: Complaint, policy: Policy): KnownBlock[] {
  const one = (text: string) => shown(text.replace(/\s+/g, ' ').trim(), 160)
  const open = issues.filter(({ state }) => state === 'open' || state === 'suggested')
  const done = issues.filter(({ state }) => state === 'answered' || state === 'declined')
  const list = (title: string, all: readonly string[]): KnownBlock[] =>
    all.length === 0
      ? []
      : [
          section(
            [
              `*${title}*`,
              ...all.slice(0, ISSUES_LISTED),
              ...(all.length > ISSUES_LISTED ? [`…and ${all.length - ISSUES_LISTED} more`] : []),
            ].join('\n'),
          ),
        ]
  return [
    ...list(
      'Still to answer',
      open.map(({ state, text, handoff }) => {
        const where =
          handoff === undefined
            ? ''
            : `, ${handoff.person === undefined ? 'asked of' : 'with'} ${teamName(policy, handoff.toTeam)}`
        return `${state === 'suggested' ? ':grey_question: Perhaps: ' : ':white_large_square: '}${one(text)}${where}`
      }),
    ),
    ...list(
      'What was found out',
      done.map(({ state, text, answer, reason }) =>
        state === 'declined'
          ? `:no_entry_sign: ${one(text)}: no answer, ${one(reason ?? '')}`
          : `:white_check_mark: ${one(text)}: ${one(answer ?? '')}`,
      ),
    ),
  ]
}

function customerBlocks(complaint: Complaint, { lastly }: Making): KnownBlock[] {
  const { message, contactCount } = complaint
  const name = shown(message.author.name ?? message.author.id, 100)
  const { text, at } = lastly ?? { text: message.text, at: message.postedAt }
  const before =
    contactCount === 0 ? '' : lastly === undefined ? ', and again since: see the thread' : ', last'
  return [section(`*${name} wrote*, ${date(at)}${before}:\n${shown(text, 900, '>')}`)]
}

const draft: Modal = {
  title: 'Write to the customer',
  submit: 'Send',
  blocks: (complaint, policy, making) => [
    ...(making.notice === undefined ? [] : [section(making.notice)]),
    ...customerBlocks(complaint, making),
    ...issueBlocks(complaint, policy),
    ...whereBlocks(complaint, making.public ?? complaint.contact?.matched === undefined),
    lines('text', 'What do we write?', {
      initial: making.text,
      longest: LONGEST_TEXT,
      hint:
        policy.guard === undefined
          ? undefined
          : 'The guard reads it first, and holds back what it finds fault with',
    }),
  ],
  parse: (field) =>
    field('text') === ''
      ? { errors: { text: 'Write something' } }
      : {
          action: {
            type: 'draft-reply',
            text: field('text'),
            ...(field('where') === 'private' ? { private: true } : {}),
          },
        },
}

const nothing = 'It is not there any more: look at the card again.'

function withReply(
  complaint: Complaint,
  { id }: Making,
  blocks: (reply: Reply) => KnownBlock[],
): KnownBlock[] {
  const reply = complaint.replies.find((candidate) => candidate.id === id)
  return reply === undefined ? [section(nothing)] : blocks(reply)
}

const said = (complaint: Complaint, policy: Policy, reply: Reply): KnownBlock[] => [
  section(
    `*${uncalled(policy, reply.draftedBy)} wrote*, ${date(reply.draftedAt)}, ${whereTo(complaint, reply)}:`,
  ),
  ...(reply.text === undefined ? [] : [section(shown(reply.text, 2900, '>'))]),
]

/** What was found in a reply that is held back, and what can be done about it: what its writer sees at once. */
const send: Modal = {
  title: 'Held back: not sent',
  submit: (complaint, policy, { id, now }) => {
    const reply = complaint.replies.find((candidate) => candidate.id === id)
    return reply !== undefined && findingsOf(complaint, policy, reply, now).length === 0
      ? 'Send it'
      : 'Send it anyway'
  },
  close: 'Decide later',
  blocks: (complaint, policy, making) =>
    withReply(complaint, making, (reply) => {
      const findings = findingsOf(complaint, policy, reply, making.now)
      const blocked = findings.some(({ effect }) => effect === 'block')
      const approver = approverOf(policy, { ...reply, overridden: findings.length > 0 })
      const { id } = reply
      return [
        section(
          findings.length === 0
            ? ':white_check_mark: *Nothing speaks against it any more.* It has not gone out yet.'
            : `:raised_hand: *It has not gone out.* The guard found ${findings.length === 1 ? 'something' : `${findings.length} things`} in it:`,
        ),
        ...findings.slice(0, FINDINGS_IN_A_FORM).map(
          (finding, index): KnownBlock => ({
            type: 'section',
            block_id: `finding-${index}`,
            text: mrkdwn(findingText(finding)),
            ...(finding.promise === undefined
              ? {}
              : {
                  accessory: {
                    type: 'button',
                    action_id: RECORD,
                    text: plain('Record it as a promise'),
                    value: JSON.stringify({ complaintId: complaint.id, id, at: finding.at }),
                  },
                }),
          }),
        ),
        ...(findings.length > FINDINGS_IN_A_FORM
          ? [context(`…and ${findings.length - FINDINGS_IN_A_FORM} more`)]
          : []),
        { type: 'divider' },
        ...said(complaint, policy, reply),
        {
          type: 'actions',
          block_id: `held-${id}`,
          elements: [
            button(complaint, CHANGE, 'Change the text', { id, style: 'primary' }),
            button(complaint, 'discard-reply', 'Discard it', { id, confirm: DISCARD }),
          ],
        },
        ...(findings.length === 0
          ? []
          : [
              lines('reason', blocked ? 'Why does it go out all the same?' : 'Why as it is?', {
                optional: !blocked,
                hint: blocked ? 'The policy wants a reason; it stays on record' : undefined,
              }),
            ]),
        ...(approver === undefined
          ? []
          : [context(`Sent like this, it waits for the agreement of a ${approver.replaceAll('-', ' ')}.`)]),
      ]
    }),
  parse: (field, _, id) => ({
    action: { type: 'send-reply', id, reason: optional(field('reason')) },
  }),
}

/** Slack allows a hundred blocks; nobody reads as many. */
const FINDINGS_IN_A_FORM = 20

/** The forms about what we write. */
export const REPLY_MODALS: Partial<Record<ActionType, Modal>> = {
  'draft-reply': draft,
  'send-reply': send,
  'refuse-reply': form(
    'Refuse the reply',
    'Refuse it',
    (complaint, policy, making) => [
      ...withReply(complaint, making, (reply) => said(complaint, policy, reply)),
      lines('reason', 'Why does it not go out?', {
        hint: 'Whoever wrote it is called, and can write it again',
      }),
    ],
    SAY_WHY,
    (field) => ({ type: 'refuse-reply', id: optional(field('id')), reason: field('reason') }),
  ),
}
