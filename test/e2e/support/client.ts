/** What people, channels and ops teams do to a running stack, in the words of the tests. */
import { randomUUID } from 'node:crypto'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn'
import type { Event } from '../../../functions/domain/complaint.ts'
import type { Instant } from '../../../functions/domain/instant.ts'
import { clientConfig, LocalStage, type Standing } from '../../../infra/local/aws.ts'
import type { LocalRun } from '../../../infra/local/home.ts'
import { buttonOf, press, submit } from '../../../infra/local/interactions.ts'
import type { SignedRequest } from '../../../infra/local/senders/index.ts'
import { signWeb, signX } from '../../../infra/local/sign.ts'
import { travelTo } from '../../../infra/local/time-travel.ts'
import { until } from '../../../infra/local/wait.ts'

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

export interface SlackMessage {
  readonly channel: string
  readonly ts: string
  readonly thread_ts?: string
  readonly text: string
  readonly blocks?: readonly unknown[]
  readonly metadata?: { readonly event_payload?: { readonly complaintId?: string; readonly post?: string } }
}

/** A complaint's thread in the channel of one team. */
export interface SlackThread {
  readonly channel: string
  /** The parent, which shows the complaint as it stands. */
  readonly card: SlackMessage
  /** In the order in which they were posted. */
  readonly replies: readonly SlackMessage[]
}

export type Client = ReturnType<typeof clientOf>

/** @param run of `inject('redress')`, or of a stack of the test's own */
export function clientOf(run: LocalRun) {
  const stage = new LocalStage(run)
  const lambda = new LambdaClient(clientConfig(run))
  const sfn = new SFNClient(clientConfig(run))

  const answerOf = async (response: Response): Promise<Answer> => {
    const text = await response.text()
    const json = /json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, body: json && text !== '' ? JSON.parse(text) : text }
  }

  const post = async (
    path: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> => answerOf(await fetch(`${run.apiUrl}${path}`, { method: 'POST', headers, body }))

  const slack = async (method: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${run.slackUrl}/api/${method}`, {
      method: 'POST',
      headers: { authorization: 'Bearer xoxb-tests', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as Record<string, unknown>
    if (answer.ok !== true) throw new Error(`Slack's ${method}: ${String(answer.error)}`)
    return answer
  }

  /** The complaint's threads, by team channel, the owning team's first. */
  const slackThreads = async (complaintId: string): Promise<SlackThread[]> => {
    const { channels } = (await slack('conversations.list', {})) as { channels: { id: string }[] }
    const threads: SlackThread[] = []
    for (const { id } of channels) {
      const messages = await pages('conversations.history', { channel: id })
      const about = ({ metadata }: SlackMessage) =>
        metadata?.event_payload?.complaintId === complaintId &&
        metadata.event_payload.post?.startsWith('card:') === true
      for (const card of messages.filter(about).reverse()) {
        const thread = await pages('conversations.replies', { channel: id, ts: card.ts })
        threads.push({
          channel: id,
          card: { ...card, channel: id },
          replies: thread.filter(({ ts }) => ts !== card.ts),
        })
      }
    }
    return threads.sort((a, b) => (a.card.ts < b.card.ts ? -1 : 1))
  }

  const pages = async (method: string, body: object): Promise<SlackMessage[]> => {
    const found: SlackMessage[] = []
    let cursor = ''
    do {
      const page = (await slack(method, { ...body, limit: 200, include_all_metadata: true, cursor })) as {
        messages: SlackMessage[]
        response_metadata?: { next_cursor?: string }
      }
      found.push(...page.messages)
      cursor = page.response_metadata?.next_cursor ?? ''
    } while (cursor !== '')
    return found
  }

  const seenBy = async (user: string) =>
    (await (await fetch(`${run.slackUrl}/_redress/users/${user}`)).json()) as {
      view?: { view_id: string; blocks: unknown[]; title: { text: string } }
      ephemeral: SlackMessage[]
    }

  /** Presses a button of a card as it was seen, however old that card is by now. */
  const pressCard = async (card: SlackMessage | undefined, action: string, user: string): Promise<Answer> => {
    const button = buttonOf(card?.blocks, action)
    if (card === undefined || button === undefined) throw new Error(`The card has no button "${action}"`)
    const { trigger_id } = await slack('views.generateTriggerId', { user_id: user })
    const { channel } = card
    return answerOf(await press(run, { user, channel, message: card, button, triggerId: String(trigger_id) }))
  }

  return {
    run,
    stage,
    post,
    postTo: async ({ url, headers, body }: SignedRequest): Promise<Answer> =>
      answerOf(await fetch(url, { method: 'POST', headers, body })),
    pressCard,

    /** The status of a complaint's newest execution. */
    async executionStatus(complaintId: string): Promise<string | undefined> {
      const machine = run.stateMachineArn.replace(':stateMachine:', ':execution:')
      const executionArn = `${machine}:${complaintId}-${await stage.generation(complaintId)}`
      return (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status
    },

    /** Has the auditor look at everything now, without its usual grace. @returns what it healed, by kind */
    async audit(): Promise<{ healed: Readonly<Record<string, number>> }> {
      const { Payload, FunctionError } = await lambda.send(
        new InvokeCommand({
          FunctionName: `${run.stackName}-auditor`,
          Payload: JSON.stringify({ sweep: true, graceSeconds: 0 }),
        }),
      )
      const answer = Buffer.from(Payload ?? []).toString()
      if (FunctionError !== undefined) throw new Error(`The auditor failed: ${answer}`)
      return JSON.parse(answer)
    },

    /** A body of source `web`, with all that it needs; by a customer who has not written before. */
    webBody: (more: object = {}): Record<string, unknown> => ({
      messageId: randomUUID(),
      postedAt: '2026-11-21T10:00:00Z',
      author: { id: `customer-${randomUUID()}` },
      text: 'I was promised a call and nobody called',
      public: true,
      ...more,
    }),

    /** Posts to source `web`, signed now. */
    signedWeb(body: object, secret = run.webhookSecrets.web): Promise<Answer> {
      const text = JSON.stringify(body)
      return post('/webhooks/web', text, signWeb(text, secret, `msg_${randomUUID()}`))
    },

    /** Posts to source `x`, signed. */
    signedX(body: object, secret = run.webhookSecrets.x): Promise<Answer> {
      const text = JSON.stringify(body)
      return post('/webhooks/x', text, signX(text, secret))
    },

    /** Calls the ops API. @param path such as `/complaints/01…/commands`; with a body it is a POST */
    async ops(path: string, body?: object, token = run.opsToken): Promise<Answer> {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
      return answerOf(await fetch(`${run.apiUrl}${path}`, init))
    },

    events: (complaintId: string, afterSeq = 0): Promise<Event[]> => stage.events(complaintId, afterSeq),
    standing: (complaintId: string): Promise<Standing> => stage.standing(complaintId),

    /** Waits until the workflow knows everything about a complaint and waits for more, and Slack has been told. */
    atRest: (complaintId: string): Promise<Standing> =>
      until(
        `complaint ${complaintId} to be at rest: workflow waiting or ended, Slack told`,
        async () => {
          const standing = await stage.standing(complaintId)
          return standing.settled && standing.told && standing
        },
        240,
      ),

    /** Goes to an instant, with everything that becomes due on the way. @returns the lines of what happened */
    async travelTo(instant: Instant): Promise<string[]> {
      const lines: string[] = []
      await travelTo(run, instant, (line) => lines.push(line))
      return lines
    },

    slackThreads,
    seenBy,

    /** A trigger id, as Slack sends it with a shortcut. */
    trigger: async (user: string): Promise<string> =>
      String((await slack('views.generateTriggerId', { user_id: user })).trigger_id),

    /** The complaint's thread with its owning team. */
    async slackThread(complaintId: string): Promise<SlackThread> {
      const [thread] = await slackThreads(complaintId)
      if (thread === undefined) throw new Error(`Slack has no thread about complaint ${complaintId}`)
      return thread
    },

    /**
     * Presses a button of the complaint's card, in whichever channel has that button.
     * @param user Slack's id, such as U0SAM000000
     * @throws Error when no card has the button.
     */
    async pressButton(complaintId: string, action: string, user: string): Promise<Answer> {
      for (const { card } of await slackThreads(complaintId)) {
        if (buttonOf(card.blocks, action) !== undefined) return pressCard(card, action, user)
      }
      throw new Error(`No card of complaint ${complaintId} has a button "${action}"`)
    },

    /** Submits the form that a user has open. @param fields what to enter, by field; a choice as `{ choose: value }` */
    async submitForm(user: string, fields: Record<string, string | { choose: string }>): Promise<Answer> {
      const { view } = await seenBy(user)
      if (view === undefined) throw new Error(`${user} has no form open`)
      const values = Object.fromEntries(
        Object.entries(fields).map(([field, entered]) => [
          field,
          {
            [field]:
              typeof entered === 'string'
                ? { type: 'plain_text_input', value: entered }
                : { type: 'static_select', selected_option: { value: entered.choose } },
          },
        ]),
      )
      return answerOf(await submit(run, user, view, values))
    },

    /** Makes Slack's next calls of a method fail, such as `{ method: 'chat.postMessage', times: 1, status: 429, retryAfterSeconds: 1 }`. */
    async slackFails(fault: {
      method: string
      times: number
      status?: number
      retryAfterSeconds?: number
      error?: string
    }): Promise<void> {
      await fetch(`${run.slackUrl}/_redress/faults`, { method: 'POST', body: JSON.stringify(fault) })
    },
  }
}
