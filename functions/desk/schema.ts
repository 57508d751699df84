import * as z from 'zod'
import type { Action, ActionType } from '../domain/decide.ts'
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

const command = <T extends ActionType, F extends z.ZodRawShape>(type: T, fields: F) =>
  z.strictObject({ type: z.literal(type), ...fields, ...common })

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
  resolve: command('resolve', { summary: words(5000), redress: redress.optional() }),
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
    id: name.optional().meta({ description: 'Which one; may be left out where only one can be meant' }),
    evidence: words(2000).optional().meta({ description: 'What shows it: a reference, a link' }),
  }),
} satisfies { [T in ActionType]: z.ZodType<Extract<Action, { type: T }>> }

export type ApiCommand = z.output<(typeof COMMANDS)[ActionType]>

/** The type alone, looked at first: an unknown one is answered with the list of those there are. */
export const commandType = z.object({
  type: z.enum(Object.keys(COMMANDS) as ActionType[], {
    error: () => `must be one of: ${Object.keys(COMMANDS).join(', ')}`,
  }),
})

export const complaintId = z
  .string()
  .regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'must be the id of a complaint, a ULID')

/** What `GET /complaints` may be asked. */
export const listQuery = z.strictObject({
  team: name.optional().meta({ description: "The owning team. Default: the token's" }),
  stage: z.enum(STAGES, { error: () => `must be one of: ${STAGES.join(', ')}` }).optional(),
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .default(50),
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
  issues: z.array(z.unknown()),
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
  resolution: z.object({ summary: z.string(), redress: redress.optional() }).optional(),
})

export const eventView = z.looseObject({
  seq: z.int().min(1),
  type: z.string().meta({ examples: ['received', 'acknowledged', 'timer-breached'] }),
  at: at.meta({ description: 'When it was true: a breach has its deadline' }),
  recordedAt: at.meta({ description: 'When the ledger came to know of it' }),
  actor: z.string().meta({
    description: 'A person, `token:<name>`, `slack:<user>`, `source:<name>` or `clock`',
  }),
  via: z.string().optional().meta({ description: 'What the actor acted through' }),
})
