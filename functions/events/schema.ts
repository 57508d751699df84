import * as z from 'zod'
import { type EventType, OUTCOMES, REPLY_APPROVERS, SEVERITIES, type Stage } from '../domain/complaint.ts'

/*
 * What other systems are told of an event, version 1. It holds ids, times, names from the policy and amounts: nothing that a
 * customer is, and nothing that anybody wrote. Whoever wants the words has the complaint's id and asks the ops API.
 *
 * Within a version fields are only ever added (breaking.ts watches over that). `npm run --silent schemas` writes what is here
 * to docs/events, for those who read no TypeScript.
 */

export const VERSION = 1

const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  .meta({ format: 'date-time' })
const seq = z.int().min(1)
const level = z.int().min(0).meta({ description: 'A step of the ladder; 0 is before any' })
const timer = z.string().min(1).meta({
  description:
    'Which timer: `acknowledge`, `resolve`, …; of a promise `promise:<id>`, of an issue `accept-handoff:<id>`',
})
const issue = z.string().min(1).meta({ description: 'Id of an issue' })
const promise = z.string().min(1).meta({ description: 'Id of a promise' })
const reply = z.string().min(1).meta({ description: 'Id of something that we write to the customer' })
const guardRules = z
  .array(z.string())
  .meta({ description: 'The rules of the guard by which it found something' })
const asking = z.string().min(1).meta({ description: 'Id of the asking' })
const redressId = z.string().min(1).meta({ description: 'Id of a redress' })
const contact = z.string().min(1).meta({ description: 'Id of a message that joined the complaint' })
const complaint = (description: string) => z.string().min(1).meta({ description })
const team = (description: string) => z.string().min(1).meta({ description })
const source = z.string().min(1).meta({ description: 'Where the message came from: `web`, `x`, …' })
const isPublic = z.boolean().meta({ description: 'Whether others could read it where it was written' })
const rule = z.string().meta({ description: 'Name of the rule that it falls under' })
const severity = z.enum(SEVERITIES)
const signals = z
  .array(z.string())
  .meta({ description: 'The kinds of signs of severity that were found in the words; not the words' })

const money = z.object({
  amount: z.int().meta({ description: 'In minor units: pence, cents' }),
  currency: z.string().meta({ description: 'ISO 4217' }),
})
const redress = z.object({
  kind: z.enum(['refund', 'goodwill', 'in-kind']),
  amount: money.shape.amount.optional(),
  currency: money.shape.currency.optional(),
})
const policy = z.object({ name: z.string(), version: z.int() })

const STAGES = [
  'received',
  'acknowledged',
  'handed off',
  'resolved',
  'closed',
  'reopened',
  'withdrawn',
] as const satisfies readonly Stage[]

const changedTimer = z.object({
  name: timer,
  state: z.enum(['running', 'paused', 'met', 'breached', 'cancelled']),
  dueAt: instant.meta({ description: 'Its deadline; while it is paused, the one that stood then' }),
  breachedAt: instant
    .optional()
    .meta({ description: 'When it was missed; stays, whatever its state becomes' }),
})

/** What every event says. */
const COMMON = {
  complaintId: complaint('The complaint; a ULID'),
  seq: seq.meta({
    description:
      'The number of the event within its complaint, from 1 and without a hole: with `complaintId` it tells a repeat, and the order',
  }),
  at: instant.meta({ description: 'When it was true: a breach has its deadline' }),
  recordedAt: instant.meta({ description: 'When the ledger came to know of it' }),
  actor: z.string().min(1).meta({
    description:
      'Who did it: a person of the policy, `slack:<user>`, `token:<name>`, `source:<name>`, `sender:<platform>`, `customer:form`, `clock`',
  }),
  via: z.string().optional().meta({ description: 'What the actor acted through, where that is not plain' }),
  team: team('The team that owns the complaint, after all that was recorded together with this'),
  owner: z.string().min(1).meta({ description: 'The person who owns it, likewise' }),
  stage: z.enum(STAGES).meta({ description: 'Where the complaint stands, likewise' }),
  channel: z.string().meta({ description: 'Where the customer first complained' }),
  receivedAt: instant.meta({ description: 'When the complaint arrived' }),
  timers: z
    .array(changedTimer)
    .optional()
    .meta({ description: 'The timers that it started, changed or ended, as they stand after it' }),
}

function event<T extends EventType, F extends z.ZodRawShape>(type: T, description: string, facts: F) {
  return z
    .object({
      schema: z.literal(`redress.${type}.v1`),
      type: z.literal(type),
      ...COMMON,
      ...facts,
    })
    .meta({ title: `redress.${type}.v1`, description })
}

/** The schema of each type of event. A type that is missing here does not compile. */
export const EVENTS = {
  received: event('received', 'A complaint has arrived.', {
    source,
    public: isPublic,
    policy,
    rule,
    severity: severity.optional(),
    signals,
    issues: z.array(issue).meta({ description: 'Suggested by the words; nobody has confirmed them' }),
  }),
  linked: event('linked', 'A further message joined the complaint.', {
    contact,
    source,
    public: isPublic,
    rule: z.string().meta({ description: 'Name of the linking rule; `by hand` where a person did it' }),
    needsAnswer: z.boolean(),
    raises: z.boolean().meta({ description: 'Whether the customer had to come back about it' }),
    from: complaint('The complaint that had been opened for the message').optional(),
  }),
  unlinked: event('unlinked', 'A message that had joined did not belong here.', {
    contact,
    to: complaint('The complaint that it is in now'),
  }),
  merged: event('merged', 'The complaint was linked to another, which goes on for both.', {
    into: complaint('The other complaint'),
  }),
  grouped: event('grouped', 'The complaint was put under an incident.', {
    incident: z.string().min(1).meta({ description: 'Id of what it has in common with others' }),
  }),
  ungrouped: event('ungrouped', 'The complaint was taken out of its incident.', {}),
  'severity-changed': event('severity-changed', 'It is more, or less, bad than was thought.', {
    from: severity.optional(),
    to: severity,
    rule,
    signals,
  }),
  'message-amended': event('message-amended', 'The customer edited or deleted a message.', {
    source,
    change: z.enum(['edited', 'deleted']),
  }),
  'issue-added': event('issue-added', 'Somebody found a further issue in it.', { id: issue }),
  'issues-confirmed': event('issues-confirmed', 'Somebody confirmed the suggested issues.', {}),
  'issue-answered': event('issue-answered', 'An issue was answered.', { id: issue }),
  'issue-declined': event('issue-declined', 'An issue was declined.', { id: issue }),
  'issue-handoff-requested': event('issue-handoff-requested', 'Another team was asked about an issue.', {
    id: issue,
    toTeam: team('The team that is asked'),
  }),
  'issue-handoff-accepted': event('issue-handoff-accepted', 'The team that was asked took the issue on.', {
    id: issue,
    toTeam: team('The team that it is with'),
    person: z.string().min(1).meta({ description: 'Who of that team has it' }),
  }),
  'issue-returned': event('issue-returned', 'The issue is the owner’s again.', {
    id: issue,
    toTeam: team('The team that it was with, or asked of'),
  }),
  acknowledged: event('acknowledged', 'The customer was told that somebody is dealing with it.', {}),
  taken: event('taken', 'Somebody took the complaint; `owner` says who.', {}),
  assigned: event('assigned', 'Somebody gave the complaint to `owner`.', {}),
  'handoff-requested': event('handoff-requested', 'Another team was asked to take it over.', {
    toTeam: team('The team that is asked'),
  }),
  'handoff-accepted': event(
    'handoff-accepted',
    'The team that was asked took it over: it is `team` now.',
    {},
  ),
  'handoff-declined': event('handoff-declined', 'The team that was asked declined.', {
    toTeam: team('The team that had been asked'),
  }),
  paused: event('paused', 'Its pausable timers stand still.', {}),
  resumed: event('resumed', 'Its timers go on.', {}),
  'timer-warned': event('timer-warned', 'So much of a target has passed.', {
    timer,
    percent: z.number().meta({ description: 'Share of the target that has passed' }),
  }),
  'timer-breached': event('timer-breached', 'A deadline was missed.', { timer }),
  'escalation-due': event('escalation-due', 'The next step of a ladder is due.', { timer, level }),
  escalated: event('escalated', 'The next people were involved.', {
    timer,
    level,
    role: z.string().meta({ description: 'Whom the ladder names: `owner`, `team-lead`, …' }),
    people: z.array(z.string()).meta({ description: 'The people who are told, as the policy calls them' }),
  }),
  reminded: event('reminded', 'The people at the top of a ladder were told again.', {
    timer,
    times: z.int().min(1),
  }),
  'follow-up-due': event('follow-up-due', 'Nobody has objected to the resolution in time.', {}),
  resolved: event('resolved', 'The customer has an answer.', {
    outcome: z
      .enum(OUTCOMES)
      .optional()
      .meta({ description: 'Whether the organisation was at fault, as it told the customer' }),
    redress: redress.optional(),
    issues: z
      .array(z.object({ id: issue, state: z.enum(['answered', 'declined']) }))
      .meta({ description: 'How the issues ended that had not ended before' }),
  }),
  closed: event('closed', 'It is over.', {}),
  reopened: event('reopened', 'It goes on.', {}),
  withdrawn: event('withdrawn', 'The customer does not want it any more.', {}),
  noted: event('noted', 'Somebody left a note.', {}),
  'customer-replied': event('customer-replied', 'The customer wrote again.', {
    needsAnswer: z.boolean(),
    contact: contact.optional().meta({ description: 'Absent where a person recorded it' }),
    source: source.optional(),
    public: isPublic.optional(),
  }),
  replied: event('replied', 'The customer was answered.', {}),
  promised: event('promised', 'Somebody promised the customer something.', {
    id: promise,
    dueAt: instant,
    worth: money.optional(),
  }),
  'promise-kept': event('promise-kept', 'A promise was kept, perhaps late.', { id: promise }),
  'promise-broken': event('promise-broken', 'Somebody said that a promise will not be kept.', {
    id: promise,
  }),
  'reply-drafted': event('reply-drafted', 'Somebody wrote to the customer; it has not gone out.', {
    id: reply,
    public: z.boolean().meta({ description: 'Whether others will be able to read it' }),
    replyChannel: z.string().meta({ description: 'Where it is to go' }),
    to: z.enum(['contact']).optional().meta({ description: 'To the address that the customer gave' }),
    purpose: z
      .enum(['contact', 'survey', 'notice'])
      .optional()
      .meta({ description: 'Of what is written beside answering' }),
    outcome: z.enum(['pass', 'warn', 'block']).meta({ description: 'What the guard makes of it' }),
    rules: guardRules,
  }),
  'guard-overridden': event('guard-overridden', 'A reply goes on in spite of the guard.', {
    id: reply,
    rules: guardRules,
  }),
  'reply-approval-asked': event('reply-approval-asked', 'Somebody else has to agree to a reply.', {
    id: reply,
    approver: z.enum(REPLY_APPROVERS),
  }),
  'reply-approved': event('reply-approved', 'Somebody else agreed to a reply.', { id: reply }),
  'reply-refused': event('reply-refused', 'Somebody else did not agree to a reply.', { id: reply }),
  'reply-discarded': event('reply-discarded', 'A reply was thrown away.', { id: reply }),
  'reply-released': event('reply-released', 'A reply is going out.', { id: reply }),
  'reply-sent': event('reply-sent', 'A platform took a reply.', {
    id: reply,
    platform: z.string(),
    reports: z.boolean().meta({ description: 'Whether the platform will say that it arrived' }),
  }),
  'reply-delivered': event('reply-delivered', 'A reply arrived, as far as the platform can tell.', {
    id: reply,
  }),
  'reply-failed': event('reply-failed', 'A reply did not arrive.', { id: reply }),
  'contact-asked': event('contact-asked', 'The customer was asked where to write to in private.', {
    id: asking,
    private: z.boolean().meta({ description: 'Whether only the customer can have seen the form' }),
    expiresAt: instant,
  }),
  'contact-given': event('contact-given', 'Somebody filled in that form. What they gave is not told.', {
    id: asking,
  }),
  'identity-matched': event('identity-matched', 'What was given is known to be the customer’s own.', {
    id: asking,
    given: z.string().min(1).meta({ description: 'Id of what was given' }),
    by: z.enum(['code', 'person']),
  }),
  'survey-asked': event('survey-asked', 'The customer was asked how they found it.', { id: asking }),
  'survey-answered': event('survey-answered', 'The customer said how they found it.', {
    id: asking,
    score: z.int().min(1).max(5).meta({ description: 'From 1, not at all satisfied, to 5, entirely' }),
  }),
  'redress-proposed': event('redress-proposed', 'Redress waits for approval.', { id: redressId, redress }),
  'redress-approved': event('redress-approved', 'Redress is owed to the customer.', {
    id: redressId,
    redress,
    alone: z.boolean().meta({ description: 'Within the limit of who proposed it' }),
  }),
  'redress-refused': event('redress-refused', 'Redress was refused.', { id: redressId }),
  'redress-paid': event('redress-paid', 'Redress has reached the customer.', { id: redressId, redress }),
  repolicied: event('repolicied', 'It was moved to another version of the policy.', {
    from: policy,
    to: policy,
    rule,
  }),
  erased: event('erased', 'Nothing is kept of its customer any more: forget what you have asked for.', {
    reason: z.enum(['request', 'retention']),
  }),
} satisfies { [T in EventType]: z.ZodType<{ readonly type: T }> }

/** What other systems are told of an event of one type. */
export type PublicEventOf<T extends EventType> = z.infer<(typeof EVENTS)[T]>
export type PublicEvent = { [T in EventType]: PublicEventOf<T> }[EventType]

export const EVENT_TYPES = Object.keys(EVENTS) as EventType[]
