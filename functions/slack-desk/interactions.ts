import type { View } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import * as z from 'zod'
import type { Complaint } from '../domain/complaint.ts'
import {
  type Action,
  type ActionType,
  type Actor,
  allowedActions,
  expectedSeq,
  Refusal,
} from '../domain/decide.ts'
import type { Instant } from '../domain/instant.ts'
import { actorOfSlackUser, type Policy, personOf } from '../domain/policy.ts'
import { Contention, type Ledger, NotFound } from '../ledger/ledger.ts'
import { logger } from '../shared/logger.ts'
import { policyOf } from '../shared/policies.ts'
import { Problem } from '../shared/problem.ts'
import { ask, SlackFailure } from '../slack/client.ts'
import { modal, needsModal, refusalView, submissionOf } from '../slack/modals.ts'
import { escaped } from '../slack/mrkdwn.ts'

/** What the Slack desk needs from outside. */
export interface Desk {
  readonly ledger: Pick<Ledger, 'load' | 'execute'>
  readonly slack: WebClient
  /** The stage's time. */
  readonly now: () => Promise<Instant>
  /** What stands in for Slack's API, where something does. */
  readonly slackApiUrl?: string | undefined
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

const Press = z.object({
  type: z.literal('block_actions'),
  user: User,
  channel: z.object({ id: z.string() }).optional(),
  trigger_id: z.string().optional(),
  response_url: z.string().optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
})
type Press = z.infer<typeof Press>

const State = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      value: z.string().nullish(),
      selected_option: z.object({ value: z.string() }).nullish(),
    }),
  ),
)

const Submitted = z.object({
  type: z.literal('view_submission'),
  user: User,
  view: z.object({
    callback_id: z.string(),
    private_metadata: fromJson(Origin),
    state: z.object({ values: State }),
  }),
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
])
type AtOnce = Extract<Action, { type: 'acknowledge' | 'take' | 'accept-handoff' | 'resume' | 'close' }>

const isAtOnce = (type: string): type is AtOnce['type'] => AT_ONCE.has(type)

/**
 * Does what somebody asks by a button or a modal. What the complaint does not allow is said to them alone, and changes
 * nothing.
 *
 * @returns the body of the answer to Slack; undefined for an empty one.
 * @throws Problem `malformed-body` for what Slack would not send.
 */
export async function interaction(payload: unknown, desk: Desk): Promise<object | undefined> {
  const press = Press.safeParse(payload)
  if (press.success) return pressed(press.data, desk)
  const submitted = Submitted.safeParse(payload)
  if (submitted.success) return submittedView(submitted.data, desk)
  const known = ['block_actions', 'view_submission']
  const other = Other.safeParse(payload)
  if (!other.success || known.includes(other.data.type)) {
    throw new Problem('malformed-body', 'The payload is not one that Slack sends for our buttons and modals')
  }
  return undefined
}

async function pressed(press: Press, desk: Desk): Promise<undefined> {
  const { user, trigger_id } = press
  for (const { action_id, value } of press.actions) {
    // A link that looks like a button tells us of its press as well.
    if (!isAtOnce(action_id) && !needsModal(action_id)) continue
    const origin = fromJson(Origin).safeParse(value)
    if (!origin.success) throw new Problem('malformed-body', 'The button carries no complaint')
    const { complaintId, expects } = origin.data
    try {
      if (isAtOnce(action_id)) await act(desk, complaintId, { type: action_id }, user.id, expects)
      else await openModal(desk, complaintId, action_id, expects, trigger_id)
    } catch (error) {
      await tell(desk, press, explain(error))
    }
  }
  return undefined
}

async function submittedView(submitted: z.infer<typeof Submitted>, desk: Desk): Promise<object | undefined> {
  const { user, view } = submitted
  const submission = submissionOf(view.callback_id, view.state.values)
  if (submission === undefined) return undefined
  if ('errors' in submission) return { response_action: 'errors', errors: submission.errors }
  const { complaintId, expects } = view.private_metadata
  try {
    await act(desk, complaintId, submission.action, user.id, expects)
    return undefined
  } catch (error) {
    const message = explain(error)
    const field = error instanceof Refusal ? error.field : undefined
    return field !== undefined && view.state.values[field] !== undefined
      ? { response_action: 'errors', errors: { [field]: message } }
      : { response_action: 'update', view: refusalView(message) }
  }
}

async function act(
  desk: Desk,
  complaintId: string,
  action: Action,
  slackUser: string,
  expects?: number,
): Promise<void> {
  const { policy: ref } = await desk.ledger.load(complaintId)
  const by = actorOf(policyOf(ref), slackUser)
  await desk.ledger.execute(complaintId, { ...action, by, expects }, await desk.now())
}

/**
 * Who a Slack user is to the ledger, and for which team they may speak: their own; the duty manager, and who the policy
 * does not know (everybody in the workspace may help), for any.
 */
export function actorOf(policy: Policy, slackUser: string): Actor {
  const id = actorOfSlackUser(policy, slackUser)
  const team = id === policy.dutyManager ? undefined : personOf(policy, id)?.team
  return { id, via: 'slack', team }
}

async function openModal(
  desk: Desk,
  complaintId: string,
  type: ActionType,
  expects: number | undefined,
  triggerId: string | undefined,
): Promise<void> {
  const complaint = await desk.ledger.load(complaintId)
  requirePossible(complaint, type, expects)
  const view: View | undefined = modal(type, complaint, policyOf(complaint.policy))
  if (view === undefined || triggerId === undefined) return
  await ask(desk.slack.views.open({ trigger_id: triggerId, view }))
}

/** Nobody should fill in a modal that can only be refused. What `decide` says later counts all the same. */
function requirePossible(complaint: Complaint, type: ActionType, expects: number | undefined): void {
  const allowed = allowedActions(complaint)
  if (allowed.includes(type) && expects === expectedSeq(complaint, type)) return
  const why = allowed.includes(type)
    ? 'The complaint has moved on since'
    : `The complaint is ${complaint.stage} now`
  throw new Refusal('stale', `${why}: look at its card again. Possible now: ${allowed.join(', ')}`)
}

/** What to tell somebody whose action came to nothing. @throws what is nobody's fault but ours, as it is. */
function explain(error: unknown): string {
  if (error instanceof Refusal) return error.message
  if (error instanceof NotFound) return error.message
  if (error instanceof Contention) return 'Others were acting on it at the same time. Please try again'
  if (error instanceof SlackFailure) {
    logger.warn('Slack did not open a modal', { code: error.code, reason: error.message })
    return `The form did not open (${error.code}). Please press again`
  }
  throw error
}

/** Says something to the person who pressed, and to nobody else. Best effort: what it is about is decided. */
async function tell(desk: Desk, press: Press, message: string): Promise<void> {
  const text = `:warning: Nothing was changed. ${escaped(message, 1000)}`
  try {
    if (press.response_url !== undefined && isSlacks(press.response_url, desk.slackApiUrl)) {
      const response = await fetch(press.response_url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text }),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      })
      if (response.ok) return
    }
    if (press.channel === undefined) return
    await ask(desk.slack.chat.postEphemeral({ channel: press.channel.id, user: press.user.id, text }))
  } catch (error) {
    logger.warn('A refusal could not be told', {
      code: error instanceof SlackFailure ? error.code : 'no_answer',
    })
  }
}

const ANSWER_TIMEOUT_MS = 1000

/** Whether an address that a request brought is Slack's, so that nobody makes us call another. */
function isSlacks(url: string, slackApiUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  if (protocol === 'https:' && host === 'hooks.slack.com') return true
  return slackApiUrl !== undefined && URL.canParse(slackApiUrl) && host === new URL(slackApiUrl).host
}
