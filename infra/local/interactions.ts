/** Presses Slack's buttons, submits its forms and types its commands, as Slack would tell the app of it. */
import type { LocalRun } from './home.ts'
import { signSlack } from './sign.ts'

type Endpoint = Pick<LocalRun, 'apiUrl' | 'slackSigningSecret'>

interface Option {
  readonly value?: string
  readonly text?: unknown
}

/** An interactive element of Block Kit, of any type, with the block that it is in. */
export interface Element {
  readonly type: string
  readonly action_id?: string
  readonly block_id?: string
  readonly value?: string
  readonly url?: string
  readonly options?: readonly Option[]
  readonly option_groups?: readonly { readonly options: readonly Option[] }[]
}

interface Block {
  readonly type?: string
  readonly block_id?: string
  readonly elements?: readonly Element[]
  readonly accessory?: Element
  readonly element?: Element
}

/** Blocks with an id each, as Slack gives one to those that have none. */
export const withBlockIds = (blocks: readonly unknown[] | undefined): readonly object[] =>
  ((blocks ?? []) as Block[]).map((block, index) => ({ block_id: `block-${index}`, ...block }))

/**
 * The interactive element of some blocks, or undefined where they have none by that action.
 *
 * @param blockId of its block, as `withBlockIds` tells it; for an action that several blocks have.
 */
export function elementOf(
  blocks: readonly unknown[] | undefined,
  actionId: string,
  blockId?: string,
): Element | undefined {
  for (const block of withBlockIds(blocks) as Block[]) {
    if (blockId !== undefined && block.block_id !== blockId) continue
    const within = [block.accessory, block.element, ...(block.elements ?? [])]
    const found = within.find((element) => element?.action_id === actionId)
    if (found !== undefined)
      return { ...found, ...(block.block_id === undefined ? {} : { block_id: block.block_id }) }
  }
  return undefined
}

/** The button of a message, or undefined where it has none by that action. */
export const buttonOf = (blocks: readonly unknown[] | undefined, actionId: string): Element | undefined =>
  elementOf(blocks, actionId)

/** What somebody chose or entered: one thing, or several where the element takes several. */
export interface Chosen {
  readonly value?: string | null | undefined
  readonly values?: readonly string[] | undefined
}

/**
 * What was chosen or entered in an element, in the words that Slack has for its type.
 *
 * @throws Error for an option that the element does not have.
 */
export function chosenIn(element: Element, { value = null, values = [] }: Chosen): object {
  const { type } = element
  const options = [
    ...(element.options ?? []),
    ...(element.option_groups ?? []).flatMap((group) => group.options),
  ]
  const option = (wanted: string): Option => {
    const found = options.find((candidate) => candidate.value === wanted)
    if (found === undefined) throw new Error('There is no such option any more')
    return found
  }
  switch (type) {
    case 'button':
      return { type }
    case 'overflow':
    case 'static_select':
    case 'radio_buttons':
      return { type, selected_option: value === null ? null : option(value) }
    case 'checkboxes':
    case 'multi_static_select':
      return { type, selected_options: values.map(option) }
    case 'users_select':
      return { type, selected_user: value }
    case 'channels_select':
      return { type, selected_channel: value }
    case 'conversations_select':
      return { type, selected_conversation: value }
    case 'multi_users_select':
      return { type, selected_users: values }
    case 'multi_channels_select':
      return { type, selected_channels: values }
    case 'multi_conversations_select':
      return { type, selected_conversations: values }
    case 'datepicker':
      return { type, selected_date: value }
    case 'timepicker':
      return { type, selected_time: value }
    case 'datetimepicker':
      return { type, selected_date_time: value === null ? null : Number(value) }
    default:
      return { type, value }
  }
}

/** What was entered in a view, by block and element. */
export type Entered = Readonly<Record<string, Readonly<Record<string, Chosen>>>>

/** The same, as Slack sends it. What is no element of the view is left out. */
export const stateOf = (blocks: readonly unknown[], entered: Entered): object =>
  Object.fromEntries(
    Object.entries(entered).map(([blockId, elements]) => [
      blockId,
      Object.fromEntries(
        Object.entries(elements).flatMap(([actionId, chosen]) => {
          const element = elementOf(blocks, actionId, blockId)
          return element === undefined ? [] : [[actionId, chosenIn(element, chosen)]]
        }),
      ),
    ]),
  )

const TEAM = { id: 'T000000001', domain: 'redress' }

interface PressedMessage {
  readonly ts: string
  readonly thread_ts?: string | undefined
  readonly text: string
  readonly target_user?: string | undefined
}

export interface Press {
  /** Slack's ids of the person and the channel. */
  readonly user: string
  readonly channel: string
  readonly message: PressedMessage
  /** What was pressed, or chosen from. */
  readonly button: Element
  readonly chosen?: Chosen | undefined
  readonly triggerId: string
}

/** Where the app may answer in its own time. */
const responseUrl = (
  run: Pick<LocalRun, 'slackUrl'>,
  user: string,
  channel: string,
  message?: Pick<PressedMessage, 'ts' | 'thread_ts'>,
): string =>
  `${run.slackUrl}/_redress/respond/${channel}/${user}/${message?.thread_ts ?? '-'}?ts=${message?.ts ?? ''}`

/** @returns the app's answer to the press of a message's button, or to a choice from one of its menus. */
export function press(
  run: LocalRun,
  { user, channel, message, button, chosen, triggerId }: Press,
): Promise<Response> {
  const is_ephemeral = message.target_user !== undefined
  return interact(run, {
    type: 'block_actions',
    user: { id: user },
    team: TEAM,
    channel: { id: channel },
    message,
    container: { type: 'message', message_ts: message.ts, channel_id: channel, is_ephemeral },
    trigger_id: triggerId,
    response_url: responseUrl(run, user, channel, message),
    actions: [{ ...button, ...chosenIn(button, chosen ?? {}), action_ts: message.ts }],
  })
}

export interface ViewPress {
  readonly user: string
  readonly view: { readonly view_id: string }
  /** What else is entered in it, as Slack sends it. */
  readonly values: object
  readonly button: Element
  readonly chosen?: Chosen | undefined
  readonly triggerId: string
}

/** @returns the app's answer to a press or a choice in a modal, or in the App Home. */
export const pressInView = (
  run: Endpoint,
  { user, view, values, button, chosen, triggerId }: ViewPress,
): Promise<Response> =>
  interact(run, {
    type: 'block_actions',
    user: { id: user },
    team: TEAM,
    container: { type: 'view', view_id: view.view_id },
    view: told(view, values),
    trigger_id: triggerId,
    actions: [{ ...button, ...chosenIn(button, chosen ?? {}), action_ts: String(Date.now() / 1000) }],
  })

/** Slack calls a view's id `id`; the emulator's own copy of it says `view_id`. */
const told = (view: object, values: object): object => ({
  ...view,
  id: (view as { view_id?: string }).view_id,
  state: { values },
})

/** Submits a modal. @param values what was entered, by block and element, as Slack sends it */
export const submit = (run: Endpoint, user: string, view: object, values: object): Promise<Response> =>
  interact(run, {
    type: 'view_submission',
    user: { id: user },
    team: TEAM,
    view: told(view, values),
  })

/** Tells the app that a modal was dismissed, if it wants to know. */
export const closed = (
  run: Endpoint,
  user: string,
  view: { readonly notify_on_close?: boolean },
): Promise<Response> | undefined =>
  view.notify_on_close
    ? interact(run, {
        type: 'view_closed',
        user: { id: user },
        team: TEAM,
        view: told(view, {}),
        is_cleared: false,
      })
    : undefined

/** Uses a shortcut on a message. */
export const shortcut = (
  run: LocalRun,
  { user, channel, message, triggerId }: Omit<Press, 'button'>,
  callbackId: string,
): Promise<Response> =>
  interact(run, {
    type: 'message_action',
    callback_id: callbackId,
    user: { id: user },
    team: TEAM,
    channel: { id: channel },
    message,
    message_ts: message.ts,
    trigger_id: triggerId,
    response_url: responseUrl(run, user, channel),
  })

/** Types a slash command into a channel's message box. @param command with its slash; @param text what follows it */
export function slashCommand(
  run: LocalRun,
  {
    user,
    channel,
    command,
    text,
    triggerId,
  }: { user: string; channel: string; command: string; text: string; triggerId: string },
): Promise<Response> {
  const body = new URLSearchParams({
    command,
    text,
    user_id: user,
    channel_id: channel,
    team_id: TEAM.id,
    trigger_id: triggerId,
    response_url: responseUrl(run, user, channel),
  }).toString()
  return post(run, '/slack/commands', body)
}

/** Tells the app of an event that it has subscribed to. @param event as Slack has it: `{ type, … }` */
export function tellEvent(run: Endpoint, event: object): Promise<Response> {
  const now = Date.now()
  const body = JSON.stringify({
    type: 'event_callback',
    team_id: TEAM.id,
    event_id: `Ev${now}`,
    event_time: Math.floor(now / 1000),
    event,
  })
  return post(run, '/slack/events', body, 'application/json')
}

/** Sends an interaction, signed with real time. */
export const interact = (run: Endpoint, payload: object): Promise<Response> =>
  post(run, '/slack/interactions', new URLSearchParams({ payload: JSON.stringify(payload) }).toString())

const post = (run: Endpoint, path: string, body: string, contentType?: string): Promise<Response> =>
  fetch(`${run.apiUrl}${path}`, {
    method: 'POST',
    headers: {
      ...signSlack(body, run.slackSigningSecret),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    },
    body,
  })
