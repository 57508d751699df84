import type { KnownBlock, ModalView } from '@slack/types'
import type { Complaint, Redress } from '../domain/complaint.ts'
import { type ActionType, expectedSeq } from '../domain/decide.ts'
import type { Policy } from '../domain/policy.ts'
import { card } from './card.ts'
import { choice, line, lines, plain, type Submission, type ViewState, valueIn } from './fields.ts'
import { isCurrency, toMinorUnits } from './money.ts'
import { escaped, mrkdwn } from './mrkdwn.ts'

/** What a view carries through Slack and back; the same as a button does. */
export interface Origin {
  readonly complaintId: string
  readonly expects?: number | undefined
}

interface Modal {
  readonly title: string
  readonly submit: string
  readonly blocks: (complaint: Complaint, policy: Policy) => KnownBlock[]
  readonly parse: (field: (name: string) => string) => Submission
}

const KINDS: [Redress['kind'], string][] = [
  ['refund', 'Refund'],
  ['goodwill', 'Goodwill payment'],
  ['in-kind', 'Something in kind'],
]

/** A modal that asks for one thing, as its action does. */
const asking = (
  type: 'decline-handoff' | 'pause' | 'reopen',
  title: string,
  submit: string,
  label: string,
): Modal => ({
  title,
  submit,
  blocks: () => [lines('reason', label)],
  parse: (field) => {
    const reason = field('reason')
    return reason === '' ? { errors: { reason: 'Say why' } } : { action: { type, reason } }
  },
})

/** The actions that need more than a press. */
const MODALS: Partial<Record<ActionType, Modal>> = {
  'hand-off': {
    title: 'Hand off',
    submit: 'Ask them',
    blocks: (complaint, policy) => [
      choice(
        'toTeam',
        'To which team?',
        Object.entries(policy.teams)
          .filter(([id]) => id !== complaint.team)
          .map(([id, team]) => [id, team.name]),
      ),
      lines('reason', 'Why them, and what have you told the customer?', {
        hint: 'Until they accept, you still own it',
      }),
    ],
    parse: (field) => {
      const toTeam = field('toTeam')
      const reason = field('reason')
      return toTeam === '' || reason === ''
        ? {
            errors: {
              ...(toTeam === '' ? { toTeam: 'Choose a team' } : {}),
              ...(reason === '' ? { reason: 'Say why' } : {}),
            },
          }
        : { action: { type: 'hand-off', toTeam, reason } }
    },
  },
  'decline-handoff': asking('decline-handoff', 'Decline', 'Decline', 'Why not you?'),
  pause: asking('pause', 'Pause', 'Pause', 'What are we waiting for?'),
  reopen: asking('reopen', 'Reopen', 'Reopen', 'What is still wrong?'),
  resolve: {
    title: 'Resolve',
    submit: 'Resolve',
    blocks: () => [
      lines('summary', 'What was the answer?'),
      choice('kind', 'What did the customer get?', KINDS, { optional: true }),
      line('amount', 'Amount', '12.50'),
      line('currency', 'Currency', 'GBP'),
      line('description', 'What exactly?', 'A replacement, a voucher, …'),
    ],
    parse: (field) => {
      const summary = field('summary')
      const redress = redressOf(field)
      const errors = {
        ...(summary === '' ? { summary: 'Say what the answer was' } : {}),
        ...('errors' in redress ? redress.errors : {}),
      }
      if (Object.keys(errors).length > 0 || 'errors' in redress) return { errors }
      return {
        action: {
          type: 'resolve',
          summary,
          ...(redress.redress === undefined ? {} : { redress: redress.redress }),
        },
      }
    },
  },
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
  return spec?.parse((name) => valueIn(state, name))
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

/** A complaint's card as a view of its own, for who came to it by a list: with the same buttons. */
export const complaintView = (complaint: Complaint, policy: Policy): ModalView => ({
  type: 'modal',
  callback_id: SHOWN,
  private_metadata: JSON.stringify({ complaintId: complaint.id }),
  title: plain('Complaint'),
  close: plain('Close'),
  blocks: card(complaint, policy).blocks,
})
