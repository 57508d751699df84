import type { KnownBlock, ModalView } from '@slack/types'
import {
  type Complaint,
  type Issue,
  type IssueOutcome,
  OUTCOMES,
  type Outcome,
  type Promised,
  type Redress,
  type RedressItem,
  SEVERITIES,
  type Severity,
  unansweredIssues,
  undecidedRedress,
  unkeptPromises,
  unpaidRedress,
} from '../domain/complaint.ts'
import { type ActionType, expectedSeq } from '../domain/decide.ts'
import { type Instant, toInstant } from '../domain/instant.ts'
import { type Policy, personOf } from '../domain/policy.ts'
import { card } from './card.ts'
import { choice, line, lines, moment, plain, type Submission, type ViewState, valueIn } from './fields.ts'
import { type Field, form, glance, type Making, type Modal, type Origin, optional, SAY_WHY } from './forms.ts'
import { formatMoney, isCurrency, toMinorUnits } from './money.ts'
import { date, dateInUtc, escaped, mrkdwn, nameOf, shown, teamName } from './mrkdwn.ts'
import { issuesFor, partOf } from './offers.ts'
import { REPLY_MODALS, whereBlocks } from './reply-forms.ts'
import { comeTo, contactText } from './writing.ts'

const KINDS: [Redress['kind'], string][] = [
  ['refund', 'Refund'],
  ['goodwill', 'Goodwill payment'],
  ['in-kind', 'Something in kind'],
]

const section = (text: string): KnownBlock => ({ type: 'section', text: mrkdwn(text) })

/** Which of these issues; the one that was pressed, with what was asked about it. Where there is but one it is chosen already. */
function issueChoice(
  { issues }: Complaint,
  policy: Policy,
  { id }: Making,
  possible: readonly Issue[],
): KnownBlock[] {
  const pressed = id === undefined ? undefined : issues.find((issue) => issue.id === id)
  if (pressed !== undefined) {
    const { text, handoff } = pressed
    return [
      section(
        [
          `*Issue:* ${shown(text, 1000)}`,
          ...(handoff === undefined
            ? []
            : [`${nameOf(policy, handoff.by)} asks, ${date(handoff.at)}: ${shown(handoff.reason, 1000)}`]),
        ].join('\n'),
      ),
    ]
  }
  return [
    choice(
      'id',
      'Which issue?',
      possible.map(({ id: its, text, handoff }) => [
        its,
        glance(handoff === undefined ? text : `${teamName(policy, handoff.toTeam)}: ${text}`),
      ]),
      { initial: possible.length === 1 ? possible[0]?.id : undefined },
    ),
  ]
}

/** Which of these promises. Where there is but one it is chosen already. */
const promiseChoice = (promises: readonly Promised[]): KnownBlock =>
  choice(
    'id',
    'Which promise?',
    promises.map(({ id, text, dueAt }) => [id, `${dueAt.slice(0, 10)}: ${glance(text)}`]),
    { initial: promises.length === 1 ? promises[0]?.id : undefined },
  )

/** Slack allows a hundred blocks, each issue takes three of them. What is beyond is answered before, one by one. */
const ISSUES_IN_A_FORM = 25

/** How an issue ends with the resolution. */
const ISSUE_OUTCOMES: [string, string][] = [
  ['answered', 'Answered'],
  ['declined', 'Declined, for the reason below'],
]

const issueBlocks = (complaint: Complaint): KnownBlock[] =>
  unansweredIssues(complaint)
    .slice(0, ISSUES_IN_A_FORM)
    .flatMap(({ id, text, state }): KnownBlock[] => [
      {
        type: 'section',
        text: mrkdwn(`*${state === 'suggested' ? 'Perhaps' : 'Issue'}:* ${shown(text, 500)}`),
      },
      choice(`outcome-${id}`, 'What became of it?', ISSUE_OUTCOMES, { optional: state === 'suggested' }),
      lines(`words-${id}`, 'The answer to it, or why it gets none', {
        optional: true,
        hint: 'Left empty, the answer above answers it',
      }),
    ])

/** The outcomes that were ticked, of the issues that the form asked for. */
function outcomesIn(
  field: Field,
  names: readonly string[],
): { issues: IssueOutcome[] } | { errors: Record<string, string> } {
  const issues: IssueOutcome[] = []
  const errors: Record<string, string> = {}
  for (const name of names.filter((candidate) => candidate.startsWith('outcome-'))) {
    const id = name.slice('outcome-'.length)
    const words = field(`words-${id}`)
    const outcome = field(name)
    if (outcome === 'declined') {
      if (words === '') errors[`words-${id}`] = 'Say why it gets no answer'
      else issues.push({ id, declined: words })
    } else if (outcome === 'answered') issues.push({ id, answer: words === '' ? field('summary') : words })
    else if (words !== '') errors[name] = 'Say whether that answers it or declines it'
  }
  return Object.keys(errors).length > 0 ? { errors } : { issues }
}

/** The outcomes of a complaint, as people say them. */
const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  upheld: 'Upheld: we were at fault',
  'partly-upheld': 'Partly upheld',
  rejected: 'Rejected: we were not at fault',
}

/** What the customer is given. */
const givingBlocks = (label: string, optional: boolean): KnownBlock[] => [
  choice('kind', label, KINDS, { optional }),
  line('amount', 'Amount', '12.50'),
  line('currency', 'Currency', 'GBP'),
  line('description', 'What exactly?', 'A replacement, a voucher, …'),
]

/** Which of the redress that waits. Where there is but one it is chosen already. */
const redressChoice = (waiting: readonly RedressItem[], policy: Policy): KnownBlock =>
  choice(
    'id',
    'Which redress?',
    waiting.map((item): [string, string] => {
      const { id, kind, amount, currency, description, proposedBy } = item
      const money = amount === undefined || currency === undefined ? '' : ` ${formatMoney(amount, currency)}`
      const by = personOf(policy, proposedBy)?.name ?? proposedBy
      return [id, glance(`${kind}${money}, by ${by}${description === undefined ? '' : `: ${description}`}`)]
    }),
    { initial: waiting.length === 1 ? waiting[0]?.id : undefined },
  )

const WHICH_REDRESS = { id: 'Choose the redress' }

/** The actions that need more than a press. */
const MODALS: Partial<Record<ActionType, Modal>> = {
  ...REPLY_MODALS,
  'hand-off': form(
    'Hand off',
    'Ask them',
    (complaint, policy) => [
      choice(
        'toTeam',
        'To which team?',
        Object.entries(policy.teams)
          .filter(([id]) => id !== complaint.team)
          .map(([id, team]) => [id, team.name]),
      ),
      lines('reason', 'Why them?', { hint: 'Until they accept, you still own it' }),
      lines('told', 'What have you told the customer?', { optional: true }),
    ],
    { toTeam: 'Choose a team', ...SAY_WHY },
    (field) => ({
      type: 'hand-off',
      toTeam: field('toTeam'),
      reason:
        field('told') === ''
          ? field('reason')
          : `${field('reason')}\nThe customer has been told: ${field('told')}`,
    }),
  ),
  'decline-handoff': form(
    'Decline',
    'Decline',
    () => [lines('reason', 'Why not you?')],
    SAY_WHY,
    (field) => ({ type: 'decline-handoff', reason: field('reason') }),
  ),
  pause: form(
    'Pause',
    'Pause',
    () => [lines('reason', 'What are we waiting for?')],
    SAY_WHY,
    (field) => ({ type: 'pause', reason: field('reason') }),
  ),
  reopen: form(
    'Reopen',
    'Reopen',
    () => [lines('reason', 'What is still wrong?')],
    SAY_WHY,
    (field) => ({ type: 'reopen', reason: field('reason') }),
  ),
  withdraw: form(
    'Withdraw',
    'Withdraw',
    () => [lines('reason', 'Why is it no complaint?', { hint: 'It ends, and nobody owes an answer' })],
    SAY_WHY,
    (field) => ({ type: 'withdraw', reason: field('reason') }),
  ),
  resolve: {
    title: 'Resolve',
    submit: 'Resolve',
    blocks: (complaint) => [
      lines('summary', 'What was the answer?'),
      ...issueBlocks(complaint),
      line('rootCause', 'What was the cause?', 'In a word or two: it is counted by'),
      choice(
        'outcome',
        'What did we tell the customer?',
        OUTCOMES.map((outcome) => [outcome, OUTCOME_WORDS[outcome]]),
        { optional: true },
      ),
      ...givingBlocks('What does the customer get?', true),
    ],
    parse: (field, names) => {
      const summary = field('summary')
      const redress = redressOf(field)
      const outcomes = outcomesIn(field, names)
      const errors = {
        ...(summary === '' ? { summary: 'Say what the answer was' } : {}),
        ...('errors' in redress ? redress.errors : {}),
        ...('errors' in outcomes ? outcomes.errors : {}),
      }
      if (Object.keys(errors).length > 0 || 'errors' in redress || 'errors' in outcomes) return { errors }
      const { issues } = outcomes
      const outcome = OUTCOMES.find((candidate) => candidate === field('outcome'))
      return {
        action: {
          type: 'resolve',
          summary,
          ...(redress.redress === undefined ? {} : { redress: redress.redress }),
          ...(field('rootCause') === '' ? {} : { rootCause: field('rootCause') }),
          ...(outcome === undefined ? {} : { outcome }),
          ...(issues.length === 0 ? {} : { issues }),
        },
      }
    },
  },
  'propose-redress': {
    title: 'Propose redress',
    submit: 'Propose it',
    blocks: () => givingBlocks('What shall the customer get?', false),
    parse: (field) => {
      if (field('kind') === '') return { errors: { kind: 'Choose what the customer shall get' } }
      const proposed = redressOf(field)
      if ('errors' in proposed) return proposed
      return proposed.redress === undefined
        ? { errors: { kind: 'Choose what the customer shall get' } }
        : { action: { type: 'propose-redress', redress: proposed.redress } }
    },
  },
  'approve-redress': form(
    'Approve redress',
    'Approve it',
    (complaint, policy) => [redressChoice(undecidedRedress(complaint), policy)],
    WHICH_REDRESS,
    (field) => ({ type: 'approve-redress', id: field('id') }),
  ),
  'refuse-redress': form(
    'Refuse redress',
    'Refuse it',
    (complaint, policy) => [
      redressChoice(undecidedRedress(complaint), policy),
      lines('reason', 'Why does the customer not get it?'),
    ],
    { ...WHICH_REDRESS, ...SAY_WHY },
    (field) => ({ type: 'refuse-redress', id: field('id'), reason: field('reason') }),
  ),
  'pay-redress': form(
    'Redress paid',
    'It is paid',
    (complaint, policy) => [
      redressChoice(unpaidRedress(complaint), policy),
      line('reference', 'Where does finance find the payment?', 'The number of the payment, say'),
    ],
    { ...WHICH_REDRESS, reference: 'Say where finance finds the payment' },
    (field) => ({ type: 'pay-redress', id: field('id'), reference: field('reference') }),
  ),
  reply: form(
    'Reply',
    'Record it',
    () => [lines('text', 'What did we tell the customer?')],
    { text: 'Write down what the customer was told' },
    (field) => ({ type: 'reply', text: field('text') }),
  ),
  'record-customer-reply': form(
    'The customer wrote',
    'Record it',
    () => [lines('text', 'What did the customer say?', { hint: 'By phone, say, or in a shop' })],
    { text: 'Write down what the customer said' },
    (field) => ({ type: 'record-customer-reply', text: field('text') }),
  ),
  promise: form(
    'Promise',
    'Promise it',
    (_, __, { text, due }) => [
      lines('text', 'What is promised?', {
        initial: text,
        placeholder: 'A refund, a call, a replacement …',
      }),
      moment('due', 'By when?', due),
      line('to', 'Who is to get it?', 'Where that is not plain'),
    ],
    { text: 'Say what is promised', due: 'Say by when' },
    (field) => ({
      type: 'promise',
      text: field('text'),
      due: toInstant(Number(field('due'))),
      to: optional(field('to')),
    }),
  ),
  'keep-promise': form(
    'Promise kept',
    'It is kept',
    (complaint) => [
      promiseChoice(unkeptPromises(complaint)),
      line('evidence', 'What shows it?', 'The number of the payment, say'),
    ],
    { id: 'Choose the promise' },
    (field) => ({ type: 'keep-promise', id: field('id'), evidence: optional(field('evidence')) }),
  ),
  'break-promise': form(
    'Promise not kept',
    'It will not be kept',
    (complaint) => [
      promiseChoice(complaint.promises.filter(({ state }) => state === 'open')),
      lines('reason', 'Why not?', { hint: 'The customer is still to be told: write to them' }),
    ],
    { id: 'Choose the promise', ...SAY_WHY },
    (field) => ({ type: 'break-promise', id: field('id'), reason: field('reason') }),
  ),
  'change-severity': form(
    'Severity',
    'Change it',
    (complaint) => [
      choice(
        'severity',
        'How bad is it for the customer?',
        SEVERITIES.filter((severity) => severity !== complaint.severity).map((severity) => [
          severity,
          severity,
        ]),
      ),
      lines('reason', 'Why?'),
    ],
    { severity: 'Choose one', ...SAY_WHY },
    (field) => ({
      type: 'change-severity',
      severity: field('severity') as Severity,
      reason: field('reason'),
    }),
  ),
  'add-issue': form(
    'Add an issue',
    'Add it',
    () => [lines('text', 'What else is wrong?', { hint: 'It cannot be resolved without an answer to this' })],
    { text: 'Say what is wrong' },
    (field) => ({ type: 'add-issue', text: field('text') }),
  ),
  'answer-issue': form(
    'Answer an issue',
    'Answered',
    (complaint, policy, making) => [
      ...issueChoice(complaint, policy, making, issuesFor(complaint, making.team)),
      lines('answer', 'What is the answer?', { hint: 'The owner is told, and writes to the customer' }),
    ],
    { id: 'Choose the issue', answer: 'Say what the answer is' },
    (field) => ({ type: 'answer-issue', id: field('id'), answer: field('answer') }),
  ),
  'decline-issue': form(
    'Decline an issue',
    'Decline it',
    (complaint, policy, making) => [
      ...issueChoice(complaint, policy, making, issuesFor(complaint, making.team)),
      lines('reason', 'Why does it get no answer?'),
    ],
    { id: 'Choose the issue', ...SAY_WHY },
    (field) => ({ type: 'decline-issue', id: field('id'), reason: field('reason') }),
  ),
  'hand-off-issue': form(
    'Ask about an issue',
    'Ask them',
    (complaint, policy, making) => [
      ...issueChoice(
        complaint,
        policy,
        making,
        unansweredIssues(complaint).filter(({ handoff }) => handoff === undefined),
      ),
      choice(
        'toTeam',
        'Which team?',
        Object.entries(policy.teams)
          .filter(([id]) => id !== complaint.team)
          .map(([id, team]) => [id, team.name]),
      ),
      lines('reason', 'What do you want to know from them?', {
        hint: 'The complaint stays with its owner, who writes to the customer',
      }),
    ],
    { id: 'Choose the issue', toTeam: 'Choose a team', ...SAY_WHY },
    (field) => ({
      type: 'hand-off-issue',
      id: field('id'),
      toTeam: field('toTeam'),
      reason: field('reason'),
    }),
  ),
  'return-issue': form(
    'Return an issue',
    'Return it',
    (complaint, policy, making) => [
      ...issueChoice(
        complaint,
        policy,
        making,
        complaint.issues.filter(
          ({ handoff }) =>
            handoff !== undefined &&
            (partOf(complaint, making.team) === 'complaint' || handoff.toTeam === making.team),
        ),
      ),
      lines('reason', 'Why?', { hint: 'It is the owner’s again' }),
    ],
    { id: 'Choose the issue', ...SAY_WHY },
    (field) => ({ type: 'return-issue', id: field('id'), reason: field('reason') }),
  ),
  'ask-contact': {
    title: 'Ask for an address',
    submit: 'Ask the customer',
    blocks: (complaint, policy) => {
      const rules = policy.replies?.contact
      if (rules === undefined) return [section('The policy has no words to ask with.')]
      const text = rules.text.replaceAll('{link}', '[a link to our form]')
      return [
        ...(complaint.contact === undefined
          ? []
          : [
              section(
                `:warning: They were asked ${date(complaint.contact.askedAt)}. Asked again, only the new form is good.`,
              ),
            ]),
        section(`*The customer is sent:*\n${escaped(text, 1500, '>')}`),
        section(
          `*By giving an address they agree to:*\n${escaped(rules.consent, 1000, '>')}\nThe form is good for ${rules.expiresAfterDays} days.`,
        ),
        ...whereBlocks(complaint, true),
        ...(complaint.message.public
          ? [
              section(
                'Asked in public, anybody could fill it in: what is given is used once the customer has written a code from the account that complained, or you have made sure who it was.',
              ),
            ]
          : []),
      ]
    },
    parse: (field) => ({
      action: { type: 'ask-contact', ...(field('where') === 'private' ? { private: true } : {}) },
    }),
  },
  'confirm-identity': form(
    'Confirm the address',
    'It is the customer’s',
    ({ contact }) => [
      section(
        'Somebody gave an address by a form that anybody could open. Confirmed, what we write in private goes there.',
      ),
      choice(
        'id',
        'Which is the customer’s?',
        (contact?.given ?? []).map((one) => [
          one.id,
          `${contactText(one) ?? 'an address'}, ${one.at.slice(0, 16).replace('T', ' ')} UTC`,
        ]),
        { initial: contact?.given.length === 1 ? contact.given[0]?.id : undefined },
      ),
      lines('reason', 'How do you know that it is the customer?', {
        placeholder: 'They rang and named their order …',
      }),
    ],
    { id: 'Choose the address', reason: 'Say how you know' },
    (field) => ({ type: 'confirm-identity', id: field('id'), reason: field('reason') }),
  ),
  link: form(
    'Link',
    'Link it',
    () => [
      line('to', 'To which complaint?', 'Its id: that one goes on for both'),
      lines('reason', 'What makes them the same?', { optional: true }),
    ],
    { to: 'Give the other complaint’s id' },
    (field) => ({
      type: 'link',
      // Copied from a card, an id may come with its backticks.
      to: field('to').replaceAll('`', '').trim().toUpperCase(),
      reason: optional(field('reason')),
    }),
  ),
  unlink: form(
    'Unlink a message',
    'Unlink it',
    (complaint) => [
      choice(
        'contact',
        'Which message?',
        complaint.contacts.map(({ id, channel, at }) => [id, `${channel}, ${dateInUtc(at)}`]).slice(-100) as [
          string,
          string,
        ][],
      ),
      lines('reason', 'Why does it not belong here?'),
    ],
    { contact: 'Choose the message', ...SAY_WHY },
    (field) => ({ type: 'unlink', contact: field('contact'), reason: field('reason') }),
  ),
  group: form(
    'Incident',
    'Put it there',
    () => [line('incident', 'Which incident?', 'outage-2026-11-23')],
    { incident: 'Name the incident' },
    (field) => ({ type: 'group', incident: field('incident') }),
  ),
  assign: form(
    'Assign',
    'Assign it',
    (complaint, policy) => [
      choice(
        'owner',
        'To whom?',
        Object.entries(policy.people)
          .filter(([id, { team }]) => team === complaint.team && id !== complaint.owner)
          .map(([id, { name }]) => [id, name]),
      ),
    ],
    { owner: 'Choose somebody' },
    (field) => ({ type: 'assign', owner: field('owner') }),
  ),
  note: form(
    'Note',
    'Write it down',
    () => [lines('text', 'What should the others know?')],
    { text: 'Write something' },
    (field) => ({ type: 'note', text: field('text') }),
  ),
}

function redressOf(
  field: (name: string) => string,
): { redress?: Redress } | { errors: Record<string, string> } {
  const kind = KINDS.find(([value]) => value === field('kind'))?.[0]
  const amount = field('amount')
  const currency = field('currency').toUpperCase()
  const description = field('description')
  if (kind === undefined) {
    const filled = [amount, description].some((value) => value !== '')
    return filled ? { errors: { kind: 'Choose what the customer got, or clear the fields below' } } : {}
  }
  const told = description === '' ? {} : { description }
  if (amount === '') {
    return kind === 'in-kind'
      ? { redress: { kind, ...told } }
      : { errors: { amount: 'Say how much, like 12.50' } }
  }
  if (!isCurrency(currency))
    return { errors: { currency: 'Give the currency’s three letters, like GBP or EUR' } }
  const minor = toMinorUnits(amount, currency)
  if (minor === undefined) {
    return {
      errors: { amount: `Write an amount of ${currency} above 0 with a decimal point, like 12.50 or 1200` },
    }
  }
  return { redress: { kind, amount: minor, currency, ...told } }
}

const modalFor = (type: string): Modal | undefined =>
  Object.hasOwn(MODALS, type) ? MODALS[type as ActionType] : undefined

/** Whether an action asks for more than a press of its button. */
export const needsModal = (type: string): type is ActionType => modalFor(type) !== undefined

/** The view that asks for what an action needs; undefined for an action that needs nothing. */
export function modal(
  type: ActionType,
  complaint: Complaint,
  policy: Policy,
  making: Making = {},
): ModalView | undefined {
  const spec = modalFor(type)
  if (spec === undefined) return undefined
  const { id, reply } = making
  const origin: Origin = {
    complaintId: complaint.id,
    expects: expectedSeq(complaint, type, id),
    id,
    ...(type === 'draft-reply' ? { seen: complaint.version } : {}),
    reply,
  }
  return {
    type: 'modal',
    callback_id: type,
    private_metadata: JSON.stringify(origin),
    title: plain(spec.title),
    submit: plain(typeof spec.submit === 'string' ? spec.submit : spec.submit(complaint, policy, making)),
    close: plain(spec.close ?? 'Cancel'),
    blocks: spec.blocks(complaint, policy, making),
  }
}

/**
 * What a submitted view asks for; undefined for a view that is none of ours.
 *
 * @param id of the reply or the issue that it was opened for.
 */
export function submissionOf(callbackId: string, state: ViewState, id?: string): Submission | undefined {
  const spec = modalFor(callbackId)
  return spec?.parse((name) => valueIn(state, name), Object.keys(state), id)
}

/** What has become of a reply that somebody looked at: what was found in it, while it is held back. */
export function replyView(complaint: Complaint, policy: Policy, id: string, now?: Instant): ModalView {
  const reply = complaint.replies.find((candidate) => candidate.id === id)
  const held = reply?.state === 'held' ? modal('send-reply', complaint, policy, { id, now }) : undefined
  if (held !== undefined) return held
  return {
    type: 'modal',
    title: plain(reply?.state === 'waiting' ? 'It waits' : 'The reply'),
    close: plain('Close'),
    blocks: [section(reply === undefined ? 'It is done with.' : comeTo(complaint, policy, reply))],
  }
}

/** A view that says why nothing came of it. */
export const refusalView = (message: string): ModalView => ({
  type: 'modal',
  title: plain('Nothing was changed'),
  close: plain('Close'),
  blocks: [{ type: 'section', text: mrkdwn(escaped(message, 1000)) }],
})

/** The name of the view that shows a complaint. */
export const SHOWN = 'shown'

/**
 * A complaint's card as a view of its own, with a button for everything that can be done about it: for who came to it by
 * a list, and for what is too rare to be on every card.
 */
export const complaintView = (complaint: Complaint, policy: Policy, team?: string): ModalView => ({
  type: 'modal',
  callback_id: SHOWN,
  private_metadata: JSON.stringify({ complaintId: complaint.id }),
  title: plain('Complaint'),
  close: plain('Close'),
  blocks: card(complaint, policy, { offering: 'everything', team }).blocks,
})
