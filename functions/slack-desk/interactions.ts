import type { View } from '@slack/types'
import * as z from 'zod'
import type { Complaint, Reply } from '../domain/complaint.ts'
import { type Action, type ActionType, allowedActions, expectedSeq, Refusal } from '../domain/decide.ts'
import type { Instant } from '../domain/instant.ts'
import type { Policy } from '../domain/policy.ts'
import { logger } from '../shared/logger.ts'
import { currentPolicy, policyOf } from '../shared/policies.ts'
import { Problem } from '../shared/problem.ts'
import { CHANGE, RECORD, SHOW } from '../slack/buttons.ts'
import { ask, SlackFailure } from '../slack/client.ts'
import type { Making } from '../slack/forms.ts'
import {
  complaintView,
  modal,
  needsModal,
  refusalView,
  replyView,
  SHOWN,
  submissionOf,
} from '../slack/modals.ts'
import { escaped } from '../slack/mrkdwn.ts'
import { offered, partOf } from '../slack/offers.ts'
import { RAISE, raisedBy, raisedView, raiseModal } from '../slack/raise.ts'
import { LONGEST_TEXT } from '../slack/reply-forms.ts'
import { CHANGEABLE, findingsOf, movedOn } from '../slack/writing.ts'
import { actorOf, type Desk, maySee } from './desk.ts'
import { type Acted, act, raise, reasonOf } from './perform.ts'
import type { Asker, Task } from './tasks.ts'

/** Work that may not be done before Slack wants its answer. */
export interface Soon {
  /**
   * Does a task now, where that takes no longer than Slack waits; hands it to the worker otherwise, and where it failed.
   *
   * @returns what `work` gave, or `later`.
   * @throws Refusal, NotFound of `work`; and where the worker's queue takes nothing: then nobody was told that all is well.
   */
  run<T>(task: Task, work: () => Promise<T>): Promise<T | 'later'>
  /** Hands a task to the worker. */
  later(task: Task): Promise<void>
  /** Says something to the person who asked, and to nobody else. */
  say(by: Asker, text: string): Promise<void>
}

/** Of a reply or an issue. */
const Id = z.string().regex(/^[a-z]\d{1,9}$/)

const Origin = z.object({
  complaintId: z.string().min(1).max(100),
  expects: z.int().optional(),
  id: Id.optional(),
  seen: z.int().optional(),
  reply: Id.optional(),
  /** Of a finding in a reply: where its words stand. */
  at: z.int().optional(),
})
type Origin = z.infer<typeof Origin>

const fromJson = <T>(schema: z.ZodType<T>) =>
  z
    .string()
    .max(3000)
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)

const User = z.object({ id: z.string().regex(/^[UW][A-Z0-9]{1,20}$/) })
const Channel = z.object({ id: z.string() })

const Press = z.object({
  type: z.literal('block_actions'),
  user: User,
  channel: Channel.optional(),
  /** Of a press in a view, not in a message. */
  view: z
    .object({
      id: z.string(),
      callback_id: z.string().optional(),
      /** The view that this one lies upon. */
      previous_view_id: z.string().nullish(),
    })
    .optional(),
  trigger_id: z.string().optional(),
  response_url: z.string().optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
})
type Press = z.infer<typeof Press>

const State = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      value: z.string().nullish(),
      selected_option: z.object({ value: z.string() }).nullish(),
      selected_options: z.array(z.object({ value: z.string() })).optional(),
      selected_date_time: z.number().nullish(),
    }),
  ),
)

const Submitted = z.object({
  type: z.literal('view_submission'),
  user: User,
  view: z.object({
    id: z.string().optional(),
    /** The view that this one lies upon. */
    previous_view_id: z.string().nullish(),
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({ values: State }),
  }),
})
type Submitted = z.infer<typeof Submitted>

/** The message shortcut. */
const Shortcut = z.object({
  type: z.literal('message_action'),
  callback_id: z.literal(RAISE),
  user: User,
  channel: Channel,
  message: z.object({ ts: z.string().regex(/^\d{1,12}\.\d{1,10}$/), text: z.string().default('') }),
  trigger_id: z.string(),
  response_url: z.string().optional(),
})

const RaisedFrom = z.object({
  channel: z.string(),
  ts: z.string(),
  responseUrl: z.string().optional(),
})

/** Other things that Slack tells, such as a closed view: nothing comes of them. */
const Other = z.object({ type: z.string() })

/** The actions that a press alone is enough for. */
const AT_ONCE: ReadonlySet<string> = new Set<ActionType>([
  'acknowledge',
  'take',
  'accept-handoff',
  'resume',
  'close',
  'confirm-issues',
  'ungroup',
  'accept-issue',
  'approve-reply',
  'discard-reply',
])
type AtOnce = Extract<
  Action,
  {
    type:
      | 'acknowledge'
      | 'take'
      | 'accept-handoff'
      | 'resume'
      | 'close'
      | 'confirm-issues'
      | 'ungroup'
      | 'accept-issue'
      | 'approve-reply'
      | 'discard-reply'
  }
>

const isAtOnce = (type: string): type is AtOnce['type'] => AT_ONCE.has(type)

/**
 * Does what somebody asks by a button, a form or a shortcut. What the complaint does not allow is said to them alone,
 * and changes nothing.
 *
 * @returns the body of the answer to Slack; undefined for an empty one.
 * @throws Problem `malformed-body` for what Slack would not send.
 */
export async function interaction(payload: unknown, desk: Desk, soon: Soon): Promise<object | undefined> {
  const press = Press.safeParse(payload)
  if (press.success) return pressed(press.data, desk, soon)
  const submitted = Submitted.safeParse(payload)
  if (submitted.success) return submittedView(submitted.data, desk, soon)
  const shortcut = Shortcut.safeParse(payload)
  if (shortcut.success) return openRaising(shortcut.data, desk, soon)
  const known = ['block_actions', 'view_submission', 'message_action']
  const other = Other.safeParse(payload)
  if (!other.success || known.includes(other.data.type)) {
    throw new Problem('malformed-body', 'The payload is not one that Slack sends for our buttons and forms')
  }
  return undefined
}

async function pressed(press: Press, desk: Desk, soon: Soon): Promise<undefined> {
  for (const { action_id, value, selected_option } of press.actions) {
    const [type, carried] = meant(action_id, value ?? selected_option?.value)
    // A link that looks like a button tells us of its press as well.
    if (!isAtOnce(type) && !needsModal(type) && !OPENING.has(type)) continue
    const origin = fromJson(Origin).safeParse(carried)
    if (!origin.success) throw new Problem('malformed-body', 'The button carries no complaint')
    const { complaintId, expects, id } = origin.data
    const by = askerOf(press, id)
    if (isAtOnce(type)) {
      const asked = press.trigger_id === undefined ? undefined : `${type}-${press.trigger_id}`
      const action = { type, ...(id === undefined ? {} : { id }) } as AtOnce
      const task = { kind: 'act', asked, by, complaintId, action, expects } as const
      try {
        await soon.run(task, () => act(task, desk))
      } catch (error) {
        await refuse(error, by, soon)
      }
    } else {
      await openView(press, desk, soon, by, type === CHANGE ? 'instead' : 'upon', () =>
        viewFor(type, origin.data, by, desk),
      )
    }
  }
  return undefined
}

/** What opens a view and is no action of the complaint itself. */
const OPENING: ReadonlySet<string> = new Set([SHOW, CHANGE, RECORD])

/** The view that shows a reply which is held back: it is the form to send it. */
const HELD: ActionType = 'send-reply'

/** Whoever pressed; and the view that is to show what came of it, where they pressed in one. */
function askerOf({ user, channel, response_url, view }: Press, reply: string | undefined): Asker {
  const by = { user: user.id, channel: channel?.id, responseUrl: response_url }
  if (view?.callback_id === SHOWN) return { ...by, view: view.id }
  return view?.callback_id === HELD ? { ...by, view: view.id, reply } : by
}

/** The view that a press asks for. @throws Refusal, NotFound: why there is none. */
async function viewFor(type: string, origin: Origin, by: Asker, desk: Desk): Promise<View | undefined> {
  const { complaintId, id } = origin
  const complaint = await desk.ledger.load(complaintId)
  const policy = policyOf(complaint.policy)
  const { team } = actorOf(policy, by.user)
  if (type === SHOW) {
    const seen = maySee(actorOf(currentPolicy, by.user), complaint)
    if (!seen) throw new Refusal('not-allowed', 'It is with another team by now')
    return complaintView(complaint, policy, team)
  }
  if (type === CHANGE) {
    requirePossible(complaint, policy, team, 'draft-reply', {})
    return changing(complaint, policy, id, desk)
  }
  if (type === RECORD) {
    requirePossible(complaint, policy, team, 'promise', {})
    return recording(complaint, policy, origin, await desk.now())
  }
  if (id !== undefined && REPLIES_IN[type] !== undefined) requireReply(complaint, id, REPLIES_IN[type])
  requirePossible(complaint, policy, team, type, origin)
  if (type === 'draft-reply') {
    return modal(type, complaint, policy, { lastly: await lastWords(complaint, desk) })
  }
  return modal(type, complaint, policy, { id, team, now: await desk.now() })
}

/** The states of the replies that a form is about. */
const REPLIES_IN: Readonly<Record<string, readonly Reply['state'][] | undefined>> = {
  'send-reply': ['held'],
  'refuse-reply': ['waiting'],
}

/** @throws Refusal where the reply has gone its way since. */
function requireReply({ replies }: Complaint, id: string, states: readonly Reply['state'][]): Reply {
  const reply = replies.find((candidate) => candidate.id === id)
  if (reply !== undefined && states.includes(reply.state)) return reply
  const state = reply === undefined ? 'done with' : reply.state
  throw new Refusal('stale', `That reply is ${state} by now: look at the card again`)
}

/** The form to write a reply anew, with what it said: nothing of it is lost before the new one is there. */
async function changing(
  complaint: Complaint,
  policy: Policy,
  id: string | undefined,
  desk: Desk,
): Promise<View | undefined> {
  if (id === undefined) throw new Refusal('invalid', 'The button names no reply')
  const reply = requireReply(complaint, id, CHANGEABLE)
  const text = reply.text ?? (await writtenIn(complaint, id, desk)) ?? ''
  if (text.length > LONGEST_TEXT) {
    throw new Refusal(
      'invalid',
      `It has ${text.length} characters, and a form in Slack takes ${LONGEST_TEXT}: write it anew, or change it by the API`,
    )
  }
  return modal('draft-reply', complaint, policy, {
    id,
    text,
    public: reply.public,
    lastly: await lastWords(complaint, desk),
    notice:
      reply.state === 'refused' || reply.state === 'failed'
        ? undefined
        : 'What you send from here takes the place of what is held back.',
  })
}

/** What a reply said that is not in the state any more. */
async function writtenIn(complaint: Complaint, id: string, desk: Desk): Promise<string | undefined> {
  const [event] = await desk.ledger.timeline(complaint.id, Number(id.slice(1)) - 1)
  return event?.type === 'reply-drafted' ? event.text : undefined
}

/** What the customer wrote last, where that is not what the complaint began with. Best effort: the form opens without. */
async function lastWords({ id, contacts }: Complaint, desk: Desk): Promise<Making['lastly']> {
  const last = contacts.at(-1)
  if (last === undefined) return undefined
  try {
    const [event] = await desk.ledger.timeline(id, Number(last.id.slice(1)) - 1)
    if (event?.type === 'customer-replied') return { text: event.text, at: event.at }
    return event?.type === 'linked' ? { text: event.message.text, at: event.at } : undefined
  } catch (error) {
    logger.info('The customer’s last words were not read', { cause: (error as Error).name })
    return undefined
  }
}

/** The form of a promise that a held reply makes, with what the guard read out of it. */
function recording(
  complaint: Complaint,
  policy: Policy,
  { id = '', at }: Origin,
  now: Instant,
): View | undefined {
  const reply = requireReply(complaint, id, ['held'])
  const found = findingsOf(complaint, policy, reply, now).find(
    (finding) => finding.promise !== undefined && finding.at === at,
  )
  if (found?.promise === undefined) throw new Refusal('stale', 'That promise is recorded by now')
  const { text, dueAt } = found.promise
  return modal('promise', complaint, policy, { text, due: dueAt, reply: id })
}

/** An overflow menu says what was chosen in its option's value: the action, and what a button of its own would carry. */
function meant(actionId: string, value: string | undefined): [type: string, carried: string | undefined] {
  const [, type, carried] = /^([a-z-]+) (\{.*\})$/s.exec(value ?? '') ?? []
  return type === undefined ? [actionId, value] : [type, carried]
}

async function submittedView({ user, view }: Submitted, desk: Desk, soon: Soon): Promise<object | undefined> {
  const state = view.state.values
  if (view.callback_id === RAISE) return submittedRaising(user.id, view, desk, soon)
  if (!needsModal(view.callback_id)) return undefined
  const origin = fromJson(Origin).safeParse(view.private_metadata)
  const submission = submissionOf(view.callback_id, state, origin.data?.id)
  if (submission === undefined) return undefined
  if ('errors' in submission) return { response_action: 'errors', errors: submission.errors }
  if (!origin.success) throw new Problem('malformed-body', 'The form carries no complaint')
  const { complaintId, expects, id, seen, reply } = origin.data
  const by = { user: user.id, view: view.previous_view_id ?? undefined, reply }
  const { action } = submission
  // A view can be submitted more than once, as what it shows changes: what it showed is part of the name.
  const asked = view.id === undefined ? undefined : [view.id, action.type, id, seen].join('-')
  const replaces = action.type === 'draft-reply' ? id : undefined
  const task = { kind: 'act', asked, by, complaintId, action, expects, replaces } as const
  const guard = seen === undefined ? undefined : unmoved(seen, replaces)
  try {
    const acted = await soon.run(task, () => act(task, desk, guard))
    return acted === 'later' ? undefined : await shownOf(action, id, acted, desk)
  } catch (error) {
    if (error instanceof MovedOn && action.type === 'draft-reply') return askAgain(action, id, error, desk)
    const message = reasonOf(error)
    if (message === undefined) throw error
    const field = error instanceof Refusal ? error.field : undefined
    return field !== undefined && state[field] !== undefined
      ? { response_action: 'errors', errors: { [field]: message } }
      : { response_action: 'update', view: refusalView(message) }
  }
}

/** What whoever wrote or sent a reply sees of what came of it: nothing where it is on its way. */
async function shownOf(
  action: Action,
  id: string | undefined,
  { complaint, draft }: Acted,
  desk: Desk,
): Promise<object | undefined> {
  const reply =
    draft ?? (action.type === 'send-reply' ? complaint.replies.find((one) => one.id === id) : undefined)
  if (reply?.state !== 'held' && reply?.state !== 'waiting') return undefined
  const view = replyView(complaint, policyOf(complaint.policy), reply.id, await desk.now())
  return { response_action: 'update', view }
}

/** The conversation has gone on while somebody wrote. */
class MovedOn extends Refusal {
  readonly complaint: Complaint

  constructor(complaint: Complaint, news: string) {
    super('stale', news)
    this.complaint = complaint
  }
}

const unmoved = (seen: number, replaces: string | undefined) => (before: Complaint) => {
  const news = movedOn(before, policyOf(before.policy), seen, replaces)
  if (news !== undefined) throw new MovedOn(before, news)
}

/** The form again, with all that was written, and with what has happened meanwhile: sent once more, it goes. */
async function askAgain(
  action: Action & { type: 'draft-reply' },
  replaces: string | undefined,
  { complaint, message }: MovedOn,
  desk: Desk,
): Promise<object> {
  const old = complaint.replies.find(({ id }) => id === replaces)
  const view = modal('draft-reply', complaint, policyOf(complaint.policy), {
    id: old !== undefined && CHANGEABLE.includes(old.state) ? replaces : undefined,
    text: action.text,
    public: complaint.message.public && action.private !== true,
    lastly: await lastWords(complaint, desk),
    notice: `:warning: *Nothing was sent yet.* While you wrote, ${message}. If what you wrote is still right, send it.`,
  })
  return { response_action: 'update', view }
}

async function submittedRaising(
  user: string,
  view: Submitted['view'],
  desk: Desk,
  soon: Soon,
): Promise<object | undefined> {
  const entered = raisedBy(view.state.values)
  if ('errors' in entered) return { response_action: 'errors', errors: entered.errors }
  const from = fromJson(RaisedFrom).safeParse(view.private_metadata)
  if (!from.success) throw new Problem('malformed-body', 'The form carries no message')
  const { channel, ts, responseUrl } = from.data
  const by = { user, channel, responseUrl }
  const task = { kind: 'raise', by, raising: { ...entered.raised, channel, ts } } as const
  try {
    const receipt = await soon.run(task, () => raise(task, desk))
    if (receipt === 'later') return undefined
    const { complaintId, outcome } = receipt
    await soon.later({ kind: 'tell-raised', by, complaintId, outcome })
    return { response_action: 'update', view: raisedView(outcome, complaintId) }
  } catch (error) {
    const message = reasonOf(error)
    if (message === undefined) throw error
    return { response_action: 'update', view: refusalView(message) }
  }
}

async function openRaising(
  { user, channel, message, trigger_id, response_url }: z.infer<typeof Shortcut>,
  desk: Desk,
  soon: Soon,
): Promise<undefined> {
  const by = { user: user.id, channel: channel.id, responseUrl: response_url }
  const from = { channel: channel.id, ts: message.ts, responseUrl: response_url }
  await openView({ trigger_id }, desk, soon, by, 'upon', async () => raiseModal(from, message.text))
}

/**
 * Opens a view: upon the one that it was asked for in, where it was, or a form instead of another form. Slack gives three
 * seconds for that, so it cannot wait.
 */
async function openView(
  { trigger_id, view: below }: Pick<Press, 'trigger_id' | 'view'>,
  desk: Desk,
  soon: Soon,
  by: Asker,
  where: 'upon' | 'instead',
  make: () => Promise<View | undefined>,
): Promise<void> {
  try {
    const view = await make()
    if (view === undefined || trigger_id === undefined) return
    // An App Home is no modal: nothing lies upon it.
    const { views } = desk.slack
    const inForm = below?.callback_id === HELD
    await ask(
      inForm && where === 'instead'
        ? views.update({ view_id: below.id, view })
        : inForm || below?.callback_id === SHOWN
          ? views.push({ trigger_id, view })
          : views.open({ trigger_id, view }),
    )
  } catch (error) {
    if (reasonOf(error) !== undefined) return refuse(error, by, soon)
    if (error instanceof Problem) throw error
    const code = error instanceof SlackFailure ? error.code : 'too slow'
    // Name and stack only: an SDK's error carries requests and items in further properties.
    logger.warn('A view did not open', { code, cause: error instanceof Error ? error.stack : typeof error })
    await soon.say(by, `:warning: Nothing was changed. The form did not open (${code}). Please press again`)
  }
}

/** @throws what is no reason to give to anybody, as it is. */
async function refuse(error: unknown, by: Asker, soon: Soon): Promise<void> {
  const reason = reasonOf(error)
  if (reason === undefined) throw error
  await soon.say(by, `:warning: Nothing was changed. ${escaped(reason, 1000)}`)
}

/** Nobody should fill in a form that can only be refused. What `decide` says later counts all the same. */
function requirePossible(
  complaint: Complaint,
  policy: Policy,
  team: string | undefined,
  type: string,
  { expects, id }: Pick<Origin, 'expects' | 'id'>,
): asserts type is ActionType {
  const part = partOf(complaint, team)
  // Whoever may see a card may act on it: only with an issue do the rights end there.
  const allowed = part === 'issue' ? offered(complaint, policy, team) : offered(complaint, policy)
  const action = allowed.find((candidate) => candidate === type)
  const expected = action === undefined ? undefined : expectedSeq(complaint, action, id)
  if (action !== undefined && (expects === undefined || expected === undefined || expects === expected))
    return
  if (part === 'issue' && action === undefined && allowedActions(complaint).some((one) => one === type)) {
    throw new Refusal(
      'not-allowed',
      `${team} has an issue of this complaint, not the complaint: answer or return the issue, or tell ${complaint.owner} in a note`,
    )
  }
  const why =
    action === undefined ? `The complaint is ${complaint.stage} now` : 'The complaint has moved on since'
  throw new Refusal('stale', `${why}: look at its card again. Possible now: ${allowed.join(', ')}`)
}
