/** What somebody does on the desk page, made into what Slack or a platform would send. */
import * as z from 'zod'
import {
  type Chosen,
  chosenIn,
  closed,
  elementOf,
  press,
  pressInView,
  shortcut,
  slashCommand,
  stateOf,
  submit,
  tellEvent,
} from '../interactions.ts'
import type { NewView, Saying, SlackMessage } from '../slack.ts'
import { destination, travelTo } from '../time-travel.ts'
import { type Backstage, Refused } from './backstage.ts'
import { compose } from './compose.ts'

const user = z.string().max(40)
const inChannel = { user, channel: z.string().max(40) }
const chosen = z.object({ value: z.string().nullish(), values: z.array(z.string()).optional() })
const entered = z.record(z.string(), z.record(z.string(), chosen))
const element = { block: z.string(), action: z.string(), chosen: chosen.default({}) }

const Pressed = z.object({ ...inChannel, ts: z.string(), ...element })
const PressedInView = z.object({ user, view: z.string(), ...element, values: entered.default({}) })
const Submitted = z.object({ user, view: z.string(), values: entered })
const Closed = z.object({ user })
const Said = z.object({ ...inChannel, text: z.string().min(1).max(4000), thread: z.string().optional() })
const Shortcut = z.object({ ...inChannel, ts: z.string(), callback: z.string() })
const OnMessage = z.object({ user, ts: z.string() })
const Composed = z.object({
  source: z.string(),
  author: z.string().min(1).max(100),
  text: z.string().min(1).max(5000),
  public: z.boolean(),
})
const Travelled = z.object({ to: z.string().max(40) })

type Act = (backstage: Backstage, body: unknown) => Promise<object>

/** By the path that the page posts to. */
export const ACTS: Readonly<Record<string, Act>> = {
  '/api/press': async ({ run, slack }, body) => {
    const { user, channel, ts, action, block, chosen } = Pressed.parse(body)
    const message = messageOf(slack.messages(), channel, ts)
    const button = elementOf(message.blocks, action, block)
    if (button === undefined) throw new Refused(404, 'That button is gone')
    possible(() => chosenIn(button, chosen))
    const triggerId = await slack.trigger(user)
    await accepted(press(run, { user, channel, message, button, chosen, triggerId }))
    return {}
  },
  '/api/press-in-view': async ({ run, slack }, body) => {
    const { user, view: viewId, action, block, chosen, values } = PressedInView.parse(body)
    const view = [slack.openView(user), slack.homeView(user)].find((open) => open?.view_id === viewId)
    const button = elementOf(view?.blocks, action, block)
    if (view === undefined || button === undefined) throw new Refused(404, 'That button is gone')
    const state = possible(() =>
      stateOf(view.blocks, { ...values, ...chosenAs(values, block, action, chosen) }),
    )
    const triggerId = await slack.trigger(user, view.type === 'modal' ? viewId : undefined)
    await accepted(pressInView(run, { user, view, values: state, button, chosen, triggerId }))
    return {}
  },
  '/api/submit': async ({ run, slack }, body) => {
    const { user, view: viewId, values } = Submitted.parse(body)
    const view = slack.openView(user)
    if (view === undefined || view.view_id !== viewId) throw new Refused(404, 'That form is gone')
    const state = possible(() => stateOf(view.blocks, values))
    const answer = (await accepted(submit(run, user, view, state))) as {
      response_action?: string
      errors?: object
      view?: NewView
    }
    if (answer.response_action === 'errors') return { errors: answer.errors }
    if (answer.response_action === 'update' && answer.view !== undefined)
      slack.changeView(viewId, answer.view)
    else if (answer.response_action === 'push' && answer.view !== undefined)
      slack.pushView(viewId, answer.view)
    else if (answer.response_action === 'clear') slack.closeAllViews(user)
    else slack.closeView(viewId)
    return {}
  },
  '/api/close': async ({ run, slack }, body) => {
    const { user } = Closed.parse(body)
    const view = slack.openView(user)
    if (view === undefined) return {}
    slack.closeView(view.view_id)
    await closed(run, user, view)
    return {}
  },
  '/api/say': async ({ run, slack }, body) => {
    const { user, channel, text, thread } = Said.parse(body)
    if (!text.startsWith('/')) return { ts: await slack.say(user, channel, escaped(text), thread) }
    const [, command = '', rest = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? []
    const triggerId = await slack.trigger(user)
    const answer = await accepted(slashCommand(run, { user, channel, command, text: rest, triggerId }))
    const { response_type, text: said, blocks } = answer as Saying & { response_type?: string }
    if (said !== undefined || blocks !== undefined)
      await slack.answer({ user, channel }, { text: said, blocks }, response_type === 'in_channel')
    return {}
  },
  '/api/shortcut': async ({ run, slack }, body) => {
    const { user, channel, ts, callback } = Shortcut.parse(body)
    const message = messageOf(slack.messages(), channel, ts)
    const triggerId = await slack.trigger(user)
    await accepted(shortcut(run, { user, channel, message, triggerId }, callback))
    return {}
  },
  '/api/dismiss': async ({ slack }, body) => {
    const { user, ts } = OnMessage.parse(body)
    slack.dismiss(user, ts)
    return {}
  },
  '/api/home': async ({ run }, body) => {
    const { user } = Closed.parse(body)
    const event = { type: 'app_home_opened', user, tab: 'home', channel: `D${user.slice(1)}` }
    await accepted(tellEvent(run, event))
    return {}
  },
  '/api/complaints': async ({ run, stage }, body) => compose(run, Composed.parse(body), await stage.now()),
  '/api/travel': async (backstage, body) => {
    const { to } = Travelled.parse(body)
    if (backstage.travel?.done === false) throw new Refused(409, 'Time is passing already')
    const from = await backstage.stage.now()
    const target = possible(() => destination(to, from))
    const travel: NonNullable<Backstage['travel']> = { from, target, lines: [], done: false }
    backstage.travel = travel
    void travelTo(backstage.run, target, (line) => travel.lines.push(line))
      .catch((error: unknown) => {
        travel.error = error instanceof Error ? error.message : 'The travel failed'
      })
      .finally(() => {
        travel.done = true
      })
    return { target }
  },
}

function messageOf(messages: readonly SlackMessage[], channel: string, ts: string): SlackMessage {
  const message = messages.find((found) => found.channel_id === channel && found.ts === ts)
  if (message === undefined) throw new Refused(404, 'That message is gone')
  return message
}

const chosenAs = (
  values: Readonly<Record<string, Readonly<Record<string, Chosen>>>>,
  block: string,
  action: string,
  chosen: Chosen,
) => ({ [block]: { ...values[block], [action]: chosen } })

/** What people type means nothing but itself, save a link to a person: `@` is not offered here. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function possible<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new Refused(422, error instanceof Error ? error.message : 'That cannot be done')
  }
}

/** What the app answered. @throws Refused where it did not accept what it was sent. */
async function accepted(answer: Promise<Response>): Promise<object> {
  const response = await answer
  const text = await response.text()
  if (!response.ok) throw new Refused(502, `The app answered ${response.status}`)
  if (text === '') return {}
  try {
    return JSON.parse(text) as object
  } catch {
    return { text }
  }
}
