import type { KnownBlock, ModalView } from '@slack/types'
import {
  type Complaint,
  type IssueOutcome,
  OUTCOMES,
  type Outcome,
  type Redress,
  type RedressItem,
  SEVERITIES,
  type Severity,
  unansweredIssues,
  undecidedRedress,
  unkeptPromises,
  unpaidRedress,
} from '../domain/complaint.ts'
import { type Action, type ActionType, expectedSeq } from '../domain/decide.ts'
import { toInstant } from '../domain/instant.ts'
import { masked } from '../domain/personal-data.ts'
import { type Policy, personOf } from '../domain/policy.ts'
import { card } from './card.ts'
import { choice, line, lines, moment, plain, type Submission, type ViewState, valueIn } from './fields.ts'
import { formatMoney, isCurrency, toMinorUnits } from './money.ts'
import { dateInUtc, escaped, mrkdwn, shown } from './mrkdwn.ts'

/** What a view carries through Slack and back; the same as a button does. */
export interface Origin {
  readonly complaintId: string
  readonly expects?: number | undefined
}

interface Modal {
  readonly title: string
  readonly submit: string
  readonly blocks: (complaint: Complaint, policy: Policy) => KnownBlock[]
  /** @param names of the fields that were there */
  readonly parse: (field: (name: string) => string, names: readonly string[]) => Submission
}

const KINDS: [Redress['kind'], string][] = [
  ['refund', 'Refund'],
  ['goodwill', 'Goodwill payment'],
  ['in-kind', 'Something in kind'],
]

type Field = (name: string) => string

/**
 * A form whose fields are all that its action takes.
 *
 * @param required what to say where a field was left empty
 */
const form = (
  title: string,
  submit: string,
  blocks: Modal['blocks'],
  required: Readonly<Record<string, string>>,
  action: (field: Field) => Action,
): Modal => ({
  title,
  submit,
  blocks,
  parse: (field) => {
    const errors = Object.fromEntries(Object.entries(required).filter(([name]) => field(name) === ''))
    return Object.keys(errors).length > 0 ? { errors } : { action: action(field) }
  },
})

const optional = (text: string): string | undefined => (text === '' ? undefined : text)

const SAY_WHY = { reason: 'Say why' }

/** An option's text: on one line, and without what Slack should not have. */
const glance = (text: string): string => masked(text).replace(/\s+/g, ' ').trim()

const issueChoice = (complaint: Complaint): KnownBlock =>
  choice(
    'id',
    'Which issue?',
    unansweredIssues(complaint).map(({ id, text }) => [id, glance(text)]),
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
    () => [
      lines('text', 'What is promised?', { placeholder: 'A refund, a call, a replacement …' }),
      moment('due', 'By when?'),
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
      choice(
        'id',
        'Which promise?',
        unkeptPromises(complaint).map(({ id, text }) => [id, glance(text)]),
      ),
      line('evidence', 'What shows it?', 'The number of the payment, say'),
    ],
    { id: 'Choose the promise' },
    (field) => ({ type: 'keep-promise', id: field('id'), evidence: optional(field('evidence')) }),
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
    (complaint) => [issueChoice(complaint), lines('answer', 'What is the answer?')],
    { id: 'Choose the issue', answer: 'Say what the answer is' },
    (field) => ({ type: 'answer-issue', id: field('id'), answer: field('answer') }),
  ),
  'decline-issue': form(
    'Decline an issue',
    'Decline it',
    (complaint) => [issueChoice(complaint), lines('reason', 'Why does it get no answer?')],
    { id: 'Choose the issue', ...SAY_WHY },
    (field) => ({ type: 'decline-issue', id: field('id'), reason: field('reason') }),
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
export function modal(type: ActionType, complaint: Complaint, policy: Policy): ModalView | undefined {
  const spec = modalFor(type)
  if (spec === undefined) return undefined
  const origin: Origin = { complaintId: complaint.id, expects: expectedSeq(complaint, type) }
  return {
    type: 'modal',
    callback_id: type,
    private_metadata: JSON.stringify(origin),
    title: plain(spec.title),
    submit: plain(spec.submit),
    close: plain('Cancel'),
    blocks: spec.blocks(complaint, policy),
  }
}

/** What a submitted view asks for; undefined for a view that is none of ours. */
export function submissionOf(callbackId: string, state: ViewState): Submission | undefined {
  const spec = modalFor(callbackId)
  return spec?.parse((name) => valueIn(state, name), Object.keys(state))
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
export const complaintView = (complaint: Complaint, policy: Policy): ModalView => ({
  type: 'modal',
  callback_id: SHOWN,
  private_metadata: JSON.stringify({ complaintId: complaint.id }),
  title: plain('Complaint'),
  close: plain('Close'),
  blocks: card(complaint, policy, undefined, 'everything').blocks,
})
