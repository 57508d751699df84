import type { View } from '@slack/types'
import * as z from 'zod'
import type { Complaint } from '../domain/complaint.ts'
import { type Action, type ActionType, allowedActions, expectedSeq, Refusal } from '../domain/decide.ts'
import { logger } from '../shared/logger.ts'
import { currentPolicy, policyOf } from '../shared/policies.ts'
import { Problem } from '../shared/problem.ts'
import { SHOW } from '../slack/card.ts'
import { ask, SlackFailure } from '../slack/client.ts'
import { complaintView, modal, needsModal, refusalView, SHOWN, submissionOf } from '../slack/modals.ts'
import { escaped } from '../slack/mrkdwn.ts'
import { RAISE, raisedBy, raisedView, raiseModal } from '../slack/raise.ts'
import { actorOf, type Desk, maySee } from './desk.ts'
import { act, raise, reasonOf } from './perform.ts'
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

const Origin = z.object({ complaintId: z.string().min(1).max(100), expects: z.int().optional() })

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
  view: z.object({ id: z.string(), callback_id: z.string().optional() }).optional(),
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
])
type AtOnce = Extract<
  Action,
  { type: 'acknowledge' | 'take' | 'accept-handoff' | 'resume' | 'close' | 'confirm-issues' | 'ungroup' }
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
  const by: Asker = {
    user: press.user.id,
    channel: press.channel?.id,
    responseUrl: press.response_url,
    view: press.view?.callback_id === SHOWN ? press.view.id : undefined,
  }
  for (const { action_id, value, selected_option } of press.actions) {
    const [type, carried] = meant(action_id, value ?? selected_option?.value)
    // A link that looks like a button tells us of its press as well.
    if (!isAtOnce(type) && !needsModal(type) && type !== SHOW) continue
    const origin = fromJson(Origin).safeParse(carried)
    if (!origin.success) throw new Problem('malformed-body', 'The button carries no complaint')
    const { complaintId, expects } = origin.data
    if (isAtOnce(type)) {
      const asked = press.trigger_id === undefined ? undefined : `${type}-${press.trigger_id}`
      const task = { kind: 'act', asked, by, complaintId, action: { type }, expects } as const
      try {
        await soon.run(task, () => act(task, desk))
      } catch (error) {
        await refuse(error, by, soon)
      }
    } else {
      await openView(press, desk, soon, by, async () => {
        const complaint = await desk.ledger.load(complaintId)
        if (type === SHOW) {
          const seen = maySee(actorOf(currentPolicy, by.user), complaint)
          if (!seen) throw new Refusal('not-allowed', 'It is with another team by now')
          return complaintView(complaint, policyOf(complaint.policy))
        }
        requirePossible(complaint, type, expects)
        return modal(type, complaint, policyOf(complaint.policy))
      })
    }
  }
  return undefined
}

/** An overflow menu says what was chosen in its option's value: the action, and what a button of its own would carry. */
function meant(actionId: string, value: string | undefined): [type: string, carried: string | undefined] {
  const [, type, carried] = /^([a-z-]+) (\{.*\})$/s.exec(value ?? '') ?? []
  return type === undefined ? [actionId, value] : [type, carried]
}

async function submittedView({ user, view }: Submitted, desk: Desk, soon: Soon): Promise<object | undefined> {
  const state = view.state.values
  if (view.callback_id === RAISE) return submittedRaising(user.id, view, desk, soon)
  const submission = submissionOf(view.callback_id, state)
  if (submission === undefined) return undefined
  if ('errors' in submission) return { response_action: 'errors', errors: submission.errors }
  const origin = fromJson(Origin).safeParse(view.private_metadata)
  if (!origin.success) throw new Problem('malformed-body', 'The form carries no complaint')
  const { complaintId, expects } = origin.data
  const by = { user: user.id, view: view.previous_view_id ?? undefined }
  const { action } = submission
  const task = { kind: 'act', asked: view.id, by, complaintId, action, expects } as const
  try {
    await soon.run(task, () => act(task, desk))
    return undefined
  } catch (error) {
    const message = reasonOf(error)
    if (message === undefined) throw error
    const field = error instanceof Refusal ? error.field : undefined
    return field !== undefined && state[field] !== undefined
      ? { response_action: 'errors', errors: { [field]: message } }
      : { response_action: 'update', view: refusalView(message) }
  }
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
  await openView({ trigger_id }, desk, soon, by, async () => raiseModal(from, message.text))
}

/** Opens a view: upon the one that it was asked for in, where it was. Slack gives three seconds for that, so it cannot wait. */
async function openView(
  { trigger_id, view: below }: Pick<Press, 'trigger_id' | 'view'>,
  desk: Desk,
  soon: Soon,
  by: Asker,
  make: () => Promise<View | undefined>,
): Promise<void> {
  try {
    const view = await make()
    if (view === undefined || trigger_id === undefined) return
    // An App Home is no modal: nothing lies upon it.
    const { views } = desk.slack
    await ask(
      below?.callback_id === SHOWN ? views.push({ trigger_id, view }) : views.open({ trigger_id, view }),
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
  type: string,
  expects: number | undefined,
): asserts type is ActionType {
  const allowed = allowedActions(complaint)
  const action = allowed.find((candidate) => candidate === type)
  if (action !== undefined && expects === expectedSeq(complaint, action)) return
  const why =
    action === undefined ? `The complaint is ${complaint.stage} now` : 'The complaint has moved on since'
  throw new Refusal('stale', `${why}: look at its card again. Possible now: ${allowed.join(', ')}`)
}
