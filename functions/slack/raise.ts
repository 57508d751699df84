import type { ModalView } from '@slack/types'
import type { Author } from '../domain/complaint.ts'
import { choice, line, lines, plain, type Submission, type ViewState, valueIn } from './fields.ts'
import { escaped, mrkdwn } from './mrkdwn.ts'

/** What the message shortcut, and the form that it opens, are called. */
export const RAISE = 'raise'

/** The message that a complaint is raised from, by Slack's ids; it goes through the form and back. */
export interface RaisedFrom {
  readonly channel: string
  readonly ts: string
  readonly responseUrl?: string | undefined
}

/** Where a customer may have complained, as metrics count it. */
const ORIGINS: [string, string][] = [
  ['phone', 'Phone'],
  ['email', 'Email'],
  ['chat', 'Chat'],
  ['sms', 'Text message'],
  ['x', 'X'],
  ['review', 'A review'],
  ['shop', 'In a shop'],
  ['web', 'The web site'],
]

/** Slack takes no more in a field. */
const LONGEST = 3000

/** The form that makes a complaint of a message: what the customer said, who they are, where they said it. */
export const raiseModal = (from: RaisedFrom, text: string): ModalView => ({
  type: 'modal',
  callback_id: RAISE,
  private_metadata: JSON.stringify(from),
  title: plain('Raise a complaint'),
  submit: plain('Raise it'),
  close: plain('Cancel'),
  blocks: [
    lines('text', 'What does the customer say?', {
      initial: text.trim().slice(0, LONGEST),
      longest: LONGEST,
    }),
    line('name', 'The customer’s name', 'Kim Example'),
    line('contact', 'How can we reach them?', 'An email address, a phone number, @handle'),
    choice('origin', 'Where did they complain?', ORIGINS),
    choice('public', 'Can others see it?', [
      ['no', 'No, it is between them and us'],
      ['yes', 'Yes, it is public'],
    ]),
    line('product', 'Which product is it about?', 'broadband'),
  ],
})

/** What was entered into the form. */
export interface Raised {
  readonly text: string
  readonly name?: string | undefined
  readonly contact?: string | undefined
  readonly origin: string
  readonly public: boolean
  readonly product?: string | undefined
}

/** What the form asks for, or which of its fields has to change. */
export function raisedBy(state: ViewState): { raised: Raised } | Extract<Submission, { errors: unknown }> {
  const field = (name: string) => valueIn(state, name)
  const optional = (name: string) => (field(name) === '' ? undefined : field(name))
  const [text, origin] = [field('text'), field('origin')]
  const errors = {
    ...(text === '' ? { text: 'Say what the customer says' } : {}),
    ...(ORIGINS.some(([value]) => value === origin) ? {} : { origin: 'Choose where they complained' }),
    ...(field('public') === ''
      ? { public: 'Say whether others can see it: the deadlines depend on it' }
      : {}),
  }
  if (Object.keys(errors).length > 0) return { errors }
  return {
    raised: {
      text,
      origin,
      public: field('public') === 'yes',
      name: optional('name'),
      contact: optional('contact'),
      product: optional('product'),
    },
  }
}

/**
 * The customer. A handle is an id; an address or a number is none, as others may share it, and without either nobody
 * can say that two messages are by the same person: the message's own id has to do.
 */
export function authorOf({
  channel,
  ts,
  name,
  contact,
}: Pick<Raised, 'name' | 'contact'> & RaisedFrom): Author {
  const named = name === undefined ? {} : { name }
  const unknown = `slack-${channel}-${ts}`
  if (contact === undefined) return { id: unknown, ...named }
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(contact)) return { id: unknown, ...named, email: contact }
  if (/^\+?[\d\s().-]{6,30}$/.test(contact)) return { id: unknown, ...named, phone: contact }
  return { id: contact.slice(0, 200), ...named }
}

const OUTCOMES = {
  opened: 'is open',
  linked: 'has it: the message was added to it',
  duplicate: 'has it already: this message was raised before',
} as const

/** What came of raising a message, as markup. */
export const outcomeText = (outcome: keyof typeof OUTCOMES, complaintId: string): string =>
  `Complaint \`${escaped(complaintId, 40)}\` ${OUTCOMES[outcome]}`

/** The view that says it. */
export const raisedView = (outcome: keyof typeof OUTCOMES, complaintId: string): ModalView => ({
  type: 'modal',
  title: plain(outcome === 'opened' ? 'Raised' : 'Known already'),
  close: plain('Close'),
  blocks: [
    {
      type: 'section',
      text: mrkdwn(
        `${outcomeText(outcome, complaintId)}. The way to its thread comes in a moment, to you alone.`,
      ),
    },
  ],
})
