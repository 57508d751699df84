/** Presses Slack's buttons and submits its forms, as Slack would tell the app of it. */
import type { LocalRun } from './home.ts'
import { signSlack } from './sign.ts'

interface Button {
  readonly type: string
  readonly action_id?: string
  readonly value?: string
  readonly url?: string
}

/** The button of a message, or undefined where it has none by that action. */
export function buttonOf(
  blocks: readonly unknown[] | undefined,
  actionId: string,
): (Button & { block_id?: string }) | undefined {
  for (const block of (blocks ?? []) as { type?: string; block_id?: string; elements?: Button[] }[]) {
    const button =
      block.type === 'actions' ? block.elements?.find(({ action_id }) => action_id === actionId) : undefined
    if (button !== undefined)
      return { ...button, ...(block.block_id === undefined ? {} : { block_id: block.block_id }) }
  }
  return undefined
}

export interface Press {
  /** Slack's ids of the person and the channel. */
  readonly user: string
  readonly channel: string
  readonly message: { readonly ts: string; readonly thread_ts?: string | undefined; readonly text: string }
  readonly button: Button & { readonly block_id?: string }
  readonly triggerId: string
}

/** @returns the app's answer to the press. */
export function press(
  run: LocalRun,
  { user, channel, message, button, triggerId }: Press,
): Promise<Response> {
  const thread = message.thread_ts ?? '-'
  return interact(run, {
    type: 'block_actions',
    user: { id: user },
    team: { id: 'T000000001', domain: 'redress' },
    channel: { id: channel },
    message,
    container: { type: 'message', message_ts: message.ts, channel_id: channel },
    trigger_id: triggerId,
    response_url: `${run.slackUrl}/_redress/respond/${channel}/${user}/${thread}`,
    actions: [{ ...button, action_ts: message.ts }],
  })
}

/** Submits a modal. @param values what was entered, by block and element, as Slack sends it */
export const submit = (run: LocalRun, user: string, view: object, values: object): Promise<Response> =>
  interact(run, {
    type: 'view_submission',
    user: { id: user },
    team: { id: 'T000000001', domain: 'redress' },
    // Slack calls a view's id `id`; the emulator's own copy of it says `view_id`.
    view: { ...view, id: (view as { view_id?: string }).view_id, state: { values } },
  })

/** Sends an interaction, signed with real time. */
export function interact(
  run: Pick<LocalRun, 'apiUrl' | 'slackSigningSecret'>,
  payload: object,
): Promise<Response> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  return fetch(`${run.apiUrl}/slack/interactions`, {
    method: 'POST',
    headers: signSlack(body, run.slackSigningSecret),
    body,
  })
}
