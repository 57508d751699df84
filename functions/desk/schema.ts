import * as z from 'zod'
import { OUTCOMES, REPLY_APPROVERS, SEVERITIES } from '../domain/complaint.ts'
import type { Action, ActionType } from '../domain/decide.ts'
import { GUARD_RULES } from '../domain/guard-rules.ts'
import { instant, name, words } from '../shared/fields.ts'

/** Instants that we write ourselves. */
const at = z.string().meta({ format: 'date-time', examples: ['2026-11-23T10:00:00Z'] })

export const STAGES = [
  'received',
  'acknowledged',
  'handed off',
  'resolved',
  'closed',
  'reopened',
  'withdrawn',
] as const

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, { error: 'must be three capital letters, like GBP', abort: true })
  .refine((code) => currencies.has(code), 'is no currency of ISO 4217')

const minorUnits = z.int().min(0).meta({ description: 'In minor units: pence, cents' })

/** Money that a promise is about. */
const worth = z.strictObject({ amount: minorUnits, currency })

const redress = z
  .strictObject({
    kind: z.enum(['refund', 'goodwill', 'in-kind']),
    amount: minorUnits.optional(),
    currency: currency.optional(),
    description: words(2000).optional(),
  })
  .superRefine(({ kind, amount, currency, description }, context) => {
    const lacks = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message })
    if (kind !== 'in-kind' && amount === undefined) lacks('amount', `is missing: a ${kind} has an amount`)
    if (amount !== undefined && currency === undefined)
      lacks('currency', 'is missing: an amount has a currency')
    if (amount === undefined && currency !== undefined)
      lacks('amount', 'is missing: a currency needs an amount')
    if (kind === 'in-kind' && description === undefined)
      lacks('description', 'is missing: say what was given')
  })
  .meta({ description: 'A refund or goodwill has amount and currency; in-kind a description' })

/** With every command. */
const common = {
  as: name.optional().meta({ description: 'The id of the person whom the token speaks for' }),
  expectedVersion: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Refuse with 409 unless the complaint has this version still' }),
}
const reason = words(2000)

export const complaintId = z
  .string()
  .regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'must be the id of a complaint, a ULID')

const severity = z.enum(SEVERITIES, { error: () => `must be one of: ${SEVERITIES.join(', ')}` })

const issueOutcome = z
  .strictObject({
    id: name,
    answer: words(5000).optional(),
    declined: words(2000).optional().meta({ description: 'Why it gets no answer' }),
  })
  .superRefine(({ answer, declined }, context) => {
    if ((answer === undefined) === (declined === undefined)) {
      context.addIssue({ code: 'custom', message: 'needs either an answer or the reason why it is declined' })
    }
  })

const command = <T extends ActionType, F extends z.ZodRawShape>(type: T, fields: F) =>
  z.strictObject({ type: z.literal(type), ...fields, ...common })

const outcome = z.enum(OUTCOMES, { error: () => `must be one of: ${OUTCOMES.join(', ')}` })
const onlyOne = (what: string) =>
  name.optional().meta({ description: `Which ${what}; may be left out where only one can be meant` })
const issueId = onlyOne('issue')
const replyId = onlyOne('reply')
const promiseId = onlyOne('promise')
const redressId = name
  .optional()
  .meta({ description: 'Which redress; may be left out where only one can be meant' })

/** Every command of the API, by its type. */
export const COMMANDS = {
  acknowledge: command('acknowledge', {}),
  take: command('take', {}),
  assign: command('assign', { owner: name }),
  'hand-off': command('hand-off', { toTeam: name, reason }),
  'accept-handoff': command('accept-handoff', {}),
  'decline-handoff': command('decline-handoff', { reason }),
  pause: command('pause', { reason }),
  resume: command('resume', {}),
  resolve: command('resolve', {
    summary: words(5000),
    redress: redress.optional(),
    rootCause: words(100)
      .optional()
      .meta({ description: 'What went wrong, in one of few words: counted by' }),
    outcome: outcome
      .optional()
      .meta({ description: 'Whether we were at fault, as the customer was told: for statutory returns' }),
    issues: z
      .array(issueOutcome)
      .max(100)
      .optional()
      .meta({ description: 'An answer to each issue; the summary answers what was only suggested' }),
  }),
  'propose-redress': command('propose-redress', { redress }),
  'approve-redress': command('approve-redress', { id: redressId }),
  'refuse-redress': command('refuse-redress', { id: redressId, reason }),
  'pay-redress': command('pay-redress', {
    id: redressId,
    reference: words(200).meta({ description: 'Where finance finds the payment' }),
  }),
  close: command('close', {}),
  reopen: command('reopen', { reason }),
  withdraw: command('withdraw', { reason }),
  note: command('note', { text: words(10_000) }),
  'record-customer-reply': command('record-customer-reply', { text: words(20_000) }),
  reply: command('reply', { text: words(20_000) }),
  promise: command('promise', {
    text: words(2000),
    due: instant.meta({
      description: 'When it is to be kept: an ISO 8601 instant with an offset, after now',
    }),
    to: words(200).optional().meta({ description: 'Who is to get it, where that is not plain' }),
    worth: worth.optional(),
  }),
  'keep-promise': command('keep-promise', {
    id: promiseId,
    evidence: words(2000).optional().meta({ description: 'What shows it: a reference, a link' }),
  }),
  link: command('link', {
    to: complaintId.meta({ description: 'The complaint that goes on for both; this one ends' }),
    reason: reason.optional(),
  }),
  unlink: command('unlink', {
    contact: name.meta({ description: 'Which message does not belong here: the id in `contacts`' }),
    reason,
  }),
  group: command('group', { incident: name }),
  ungroup: command('ungroup', {}),
  'change-severity': command('change-severity', { severity, reason }),
  'add-issue': command('add-issue', { text: words(2000) }),
  'confirm-issues': command('confirm-issues', {}),
  'answer-issue': command('answer-issue', { id: name, answer: words(5000) }),
  'decline-issue': command('decline-issue', { id: name, reason }),
  'hand-off-issue': command('hand-off-issue', { id: name, toTeam: name, reason }),
  'accept-issue': command('accept-issue', { id: issueId }),
  'return-issue': command('return-issue', { id: issueId, reason }),
  'draft-reply': command('draft-reply', {
    text: words(20_000),
    private: z
      .boolean()
      .optional()
      .meta({ description: 'Not where everybody can read it, for a complaint that was made in public' }),
  }),
  'send-reply': command('send-reply', {
    id: replyId,
    reason: reason.optional().meta({ description: 'Must be given where the policy blocks what was found' }),
  }),
  'approve-reply': command('approve-reply', { id: replyId }),
  'refuse-reply': command('refuse-reply', { id: replyId, reason }),
  'discard-reply': command('discard-reply', { id: replyId, reason: reason.optional() }),
  'ask-contact': command('ask-contact', {
    private: z.boolean().optional().meta({
      description: 'Only the complainant gets the form; otherwise they show by a code who they are',
    }),
  }),
  'confirm-identity': command('confirm-identity', {
    id: onlyOne('of the addresses that were given'),
    reason: reason.meta({ description: 'How it is known that the address is the complainant’s' }),
  }),
  'break-promise': command('break-promise', { id: promiseId, reason }),
} satisfies { [T in ActionType]: z.ZodType<Extract<Action, { type: T }>> }

export type ApiCommand = z.output<(typeof COMMANDS)[ActionType]>

/** The type alone, looked at first: an unknown one is answered with the list of those there are. */
export const commandType = z.object({
  type: z.enum(Object.keys(COMMANDS) as ActionType[], {
    error: () => `must be one of: ${Object.keys(COMMANDS).join(', ')}`,
  }),
})

/** What `GET /complaints` may be asked. */
export const listQuery = z.strictObject({
  team: name.optional().meta({ description: "The owning team. Default: the token's" }),
  stage: z.enum(STAGES, { error: () => `must be one of: ${STAGES.join(', ')}` }).optional(),
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .default(50),
  incident: name.optional().meta({ description: 'Only those grouped under it' }),
  unanswered: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .transform((given) => given === 'true')
    .optional()
    .meta({
      description: 'Only those whose customer waits for a word of ours past its deadline, or the others',
    }),
  after: complaintId.optional().meta({ description: '`next` of the page before' }),
})

const timer = z.object({
  name: z.string(),
  state: z.enum(['running', 'paused', 'met', 'breached', 'cancelled']),
  dueAt: at,
  warnedAt: z.array(at),
  breachedAt: at.optional(),
  level: z
    .int()
    .min(0)
    .meta({ description: 'How far up its ladder people have been involved; 0 is nobody yet' }),
})

const promise = z.object({
  id: z.string(),
  text: z.string(),
  dueAt: at,
  to: z.string().optional(),
  worth: worth.optional(),
  state: z.enum(['open', 'kept', 'broken']).meta({ description: 'A broken one may still be kept, late' }),
  madeAt: at,
  madeBy: z.string(),
  brokenAt: at.optional().meta({ description: 'When it was missed; stays if it is kept late' }),
  keptAt: at.optional(),
  keptBy: z.string().optional(),
  evidence: z.string().optional(),
  reason: z.string().optional().meta({ description: 'Why somebody said that it would not be kept' }),
})

const signal = z.object({
  signal: z.string().meta({ examples: ['safety', 'legal-threat', 'repeated-failure'] }),
  severity,
  words: z.string().meta({ description: 'The words that decided' }),
  at: z.int().min(0).meta({ description: 'Where in the text they begin' }),
  in: z.literal('subject').optional().meta({ description: 'They stand in the subject' }),
})

const issue = z.object({
  id: z.string(),
  text: z.string(),
  state: z
    .enum(['suggested', 'open', 'answered', 'declined'])
    .meta({ description: '`suggested`: read out of the words, and not confirmed by anybody' }),
  answer: z.string().optional(),
  reason: z.string().optional().meta({ description: 'Why it is declined' }),
  handoff: z
    .object({
      seq: z.int().min(1),
      toTeam: z.string(),
      reason: z.string(),
      by: z.string(),
      at,
      person: z.string().optional().meta({ description: 'Who took it on; nobody has, while it is absent' }),
    })
    .optional()
    .meta({ description: 'The team that it is with, or asked of' }),
})

const finding = z.object({
  rule: z.enum(GUARD_RULES),
  effect: z.enum(['warn', 'block']),
  words: z.string().meta({ description: 'The words that are to blame' }),
  at: z.int().min(0),
  in: z.literal('issue').optional(),
  reason: z.string(),
  issue: z.string().optional(),
  like: z.object({ recent: z.int(), percent: z.number() }).optional(),
  promise: z
    .object({ text: z.string(), dueAt: at.optional() })
    .optional()
    .meta({ description: 'What could be recorded as a promise' }),
})

const reply = z.object({
  id: z.string(),
  state: z.enum(['held', 'waiting', 'sending', 'sent', 'delivered', 'failed', 'refused', 'discarded']).meta({
    description: '`held`: the guard found something; `waiting`: somebody else has to agree',
  }),
  text: z.string().optional().meta({ description: 'Until it is sent; then in the timeline' }),
  public: z.boolean(),
  channel: z.string(),
  to: z
    .literal('contact')
    .optional()
    .meta({ description: 'It goes to the address that the customer gave, not back where they complained' }),
  purpose: z.enum(['contact', 'survey', 'notice']).optional(),
  draftedBy: z.string(),
  draftedAt: at,
  findings: z.array(finding).optional(),
  overriddenBy: z.string().optional(),
  overrideReason: z.string().optional(),
  approver: z.enum(REPLY_APPROVERS).optional(),
  approvedBy: z.string().optional(),
  refusedBy: z.string().optional(),
  reason: z.string().optional(),
  releasedAt: at.optional(),
  platform: z.string().optional().meta({ description: 'Which took it' }),
  reference: z.string().optional().meta({ description: 'What it calls it' }),
  reports: z.boolean().optional().meta({ description: 'It will say whether it arrived' }),
  endedAt: at.optional(),
})

const contact = z.object({
  id: z.string(),
  source: z.string(),
  messageId: z.string(),
  channel: z.string(),
  at,
  rule: z.string().meta({ description: "The policy's linking rule that joined it, or `by hand`" }),
  raises: z.boolean().meta({ description: 'The customer had to come back about it' }),
  from: z.string().optional().meta({ description: 'The complaint that had been opened for it' }),
})

const attachment = z.object({
  reference: z.string(),
  name: z.string().optional(),
  contentType: z.string().optional(),
  bytes: z.int().min(0).optional(),
})

const redressItem = z.object({
  id: z.string(),
  kind: z.enum(['refund', 'goodwill', 'in-kind']),
  amount: minorUnits.optional(),
  currency: currency.optional(),
  description: z.string().optional(),
  state: z
    .enum(['proposed', 'approved', 'refused', 'paid'])
    .meta({ description: '`approved` is owed to the customer and not paid yet' }),
  proposedBy: z.string(),
  proposedAt: at,
  decidedBy: z.string().optional(),
  decidedAt: at.optional(),
  reason: z.string().optional().meta({ description: 'Why it was refused' }),
  paidBy: z.string().optional(),
  paidAt: at.optional(),
  reference: z.string().optional(),
})

/** A complaint as the API shows it. */
export const complaintView = z.object({
  id: z.string().meta({ description: 'A ULID' }),
  stage: z.enum(STAGES),
  owner: z.string(),
  team: z.string(),
  level: z.int().min(0),
  version: z.int().min(1).meta({ description: 'Number of its events; grows with each' }),
  policy: z.object({ name: z.string(), version: z.int().min(1) }),
  source: z.string(),
  channel: z.string(),
  public: z.boolean(),
  postedAt: at,
  receivedAt: at,
  author: z.object({
    id: z.string(),
    name: z.string().optional(),
    email: z.string().optional(),
    phone: z.string().optional(),
  }),
  text: z.string(),
  permalink: z.string().optional(),
  timers: z.array(timer),
  nextDueAt: at.optional(),
  severity: severity.optional().meta({ description: 'How bad it is for the customer, as far as known' }),
  signals: z.array(signal).meta({ description: "What in the customer's words speaks for that severity" }),
  issues: z.array(issue),
  contacts: z.array(contact).meta({ description: 'The last messages that joined it, oldest first' }),
  contactCount: z.int().min(0).meta({ description: 'How many have joined it' }),
  incident: z.string().optional(),
  mergedInto: z.string().optional().meta({ description: 'The complaint that goes on for this one' }),
  subject: z.string().optional(),
  language: z.string().optional(),
  product: z.string().optional(),
  attachments: z.array(attachment).optional(),
  promises: z.array(promise),
  handoff: z
    .object({
      fromTeam: z.string(),
      toTeam: z.string(),
      reason: z.string(),
      by: z.string(),
      at,
    })
    .optional()
    .meta({ description: 'The request that waits for an answer' }),
  paused: z.object({ at, reason: z.string() }).optional(),
  redress: z.array(redressItem),
  replies: z.array(reply).meta({ description: 'What was written, and is about to be; the last ones' }),
  contact: z
    .object({
      ask: z.string(),
      private: z.boolean(),
      askedAt: at,
      expiresAt: at,
      given: z
        .array(
          z.object({
            id: z.string(),
            email: z.string().optional(),
            phone: z.string().optional(),
            consent: z.string(),
            at,
          }),
        )
        .meta({ description: 'By whoever saw the public form: it is nobody’s until it is matched' }),
      matched: z.enum(['private', 'code', 'person']).optional(),
      email: z.string().optional(),
      phone: z.string().optional(),
      givenAt: at.optional(),
      consent: z.string().optional(),
      told: z.boolean().optional(),
    })
    .optional()
    .meta({ description: 'Where the customer wants to be written to in private; used once it is matched' }),
  survey: z
    .object({
      id: z.string(),
      askedAt: at,
      score: z.int().min(1).max(5).optional(),
      text: z.string().optional(),
      answeredAt: at.optional(),
    })
    .optional(),
  resolution: z
    .object({
      summary: z.string(),
      redress: redress.optional(),
      rootCause: z.string().optional(),
      outcome: outcome.optional(),
    })
    .optional(),
})

export const eventView = z.looseObject({
  seq: z.int().min(1),
  type: z.string().meta({ examples: ['received', 'acknowledged', 'timer-breached'] }),
  at: at.meta({ description: 'When it was true: a breach has its deadline' }),
  recordedAt: at.meta({ description: 'When the ledger came to know of it' }),
  actor: z.string().meta({
    description: 'A person, `token:<name>`, `slack:<user>`, `source:<name>`, `customer:form` or `clock`',
  }),
  via: z.string().optional().meta({ description: 'What the actor acted through' }),
})
