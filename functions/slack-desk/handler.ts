import type * as z from 'zod'
import { clock } from '#clock'
import { Ledger } from '../ledger/ledger.ts'
import { openComplaints } from '../ledger/open.ts'
import { impatientDynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import {
  formFieldsOf,
  type HttpEvent,
  type HttpResult,
  http,
  type Inbound,
  inboundOf,
  json,
  jsonOf,
} from '../shared/http.ts'
import { logger } from '../shared/logger.ts'
import { Problem } from '../shared/problem.ts'
import { sendTask } from '../shared/queues.ts'
import { readSecret, rereadSecret } from '../shared/secrets.ts'
import { identify } from '../shared/security.ts'
import { slackClient } from '../slack/client.ts'
import { SlackSecret } from '../slack/secret.ts'
import { checkSignature } from '../slack/signature.ts'
import { Threads } from '../slack/thread.ts'
import { command } from './commands.ts'
import type { Desk } from './desk.ts'
import { received } from './events.ts'
import { interaction, type Soon } from './interactions.ts'
import { perform, reasonOf } from './perform.ts'
import { groupOf, idOf, type Task } from './tasks.ts'

const secretArn = env('SLACK_SECRET')
const table = env('TABLE_NAME')
const tasksQueueUrl = env('SLACK_TASKS_QUEUE_URL')

/** Slack wants an answer in 3 s, and each of these is only part of what happens before. */
const CALL_TIMEOUT_MS = 1200
const READ_TIMEOUT_MS = 500

const db = impatientDynamodb(READ_TIMEOUT_MS)
const ledger = new Ledger(db, table)
const threads = new Threads(db, table)

/**
 * From the arrival at the API on: a cold start counts. What is not done by then is the worker's, so that Slack has its
 * answer in time.
 */
const BUDGET_MS = 2000

/** Everything that Slack sends us: presses and forms, slash commands, events. All of it signed. */
export const handler = http(async (event: HttpEvent): Promise<HttpResult> => {
  identify({ source: 'slack' })
  const request = inboundOf(event)
  const { botToken } = await authenticate(request)
  const desk: Desk = {
    ledger,
    threads,
    open: () => openComplaints(db, table),
    slack: slackClient(botToken, CALL_TIMEOUT_MS),
    now: () => clock.now(),
    slackApiUrl: process.env.SLACK_API_URL,
  }
  const soon = soonBy((event.requestContext.timeEpoch ?? Date.now()) + BUDGET_MS, desk)
  switch (event.rawPath) {
    case '/slack/interactions':
      return answer(await interaction(payloadOf(formFieldsOf(request)), desk, soon))
    case '/slack/commands':
      return answer(await answerOrHandOver(await command(formFieldsOf(request), desk)))
    case '/slack/events':
      return answer(await answerOrHandOver(received(jsonOf(request))))
    default:
      throw new Problem('not-found', 'Slack has nothing to send here')
  }
})

const later = (task: Task): Promise<void> => sendTask(tasksQueueUrl, groupOf(task), idOf(task), task)

async function answerOrHandOver(
  outcome: { answer: object } | { task: Task } | undefined,
): Promise<object | undefined> {
  if (outcome === undefined) return undefined
  if ('answer' in outcome) return outcome.answer
  await later(outcome.task)
  return undefined
}

/**
 * What is begun in time and done in time is done here. Everything else goes to the worker, which does it over: a task
 * that was done after all, unknown to us, is not done twice. Should the worker's queue take nothing either, Slack gets an
 * error in place of its answer, and tells whoever pressed.
 */
function soonBy(deadlineMs: number, desk: Desk): Soon {
  const run: Soon['run'] = async (task, work) => {
    try {
      const left = deadlineMs - Date.now()
      if (left > 0) return await inTime(work(), left)
    } catch (error) {
      if (reasonOf(error) !== undefined) throw error
      logger.warn('A task is left to the worker', {
        task: task.kind,
        cause: error instanceof Error ? error.stack : typeof error,
      })
    }
    await later(task)
    return 'later'
  }
  return {
    run,
    later,
    async say(by, text) {
      const task = { kind: 'say', by, text } as const
      await run(task, () => perform(task, desk))
    },
  }
}

class TooSlow extends Error {}

/** @throws TooSlow when it takes longer than so many milliseconds; it may go on all the same. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow(`Not done after ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Makes sure that a request is Slack's.
 *
 * @throws Problem `unsigned`, `wrong-signature`, `stale-signature`.
 */
async function authenticate(request: Inbound): Promise<z.infer<typeof SlackSecret>> {
  const timestamp = request.headers['x-slack-request-timestamp']
  const signature = request.headers['x-slack-signature']
  if (timestamp === undefined || signature === undefined) {
    throw new Problem('unsigned', 'x-slack-signature and x-slack-request-timestamp are missing')
  }
  const check = (secret: z.infer<typeof SlackSecret>) => {
    const found = [secret.signingSecret]
      .flat()
      .map((key) => checkSignature(key, timestamp, signature, request.body, Date.now()))
    return found.find((result) => result !== 'wrong') ?? 'wrong'
  }
  let secret = await readSecret(secretArn, SlackSecret)
  let result = check(secret)
  if (result === 'wrong') {
    secret = (await rereadSecret(secretArn, SlackSecret)) ?? secret
    result = check(secret)
  }
  if (result === 'stale')
    throw new Problem('stale-signature', 'The request’s time is more than 5 minutes from ours')
  if (result === 'wrong') throw new Problem('wrong-signature', 'x-slack-signature does not fit the body')
  return secret
}

function payloadOf(form: URLSearchParams): unknown {
  try {
    return JSON.parse(form.get('payload') ?? '')
  } catch {
    throw new Problem('malformed-body', 'The form has no field "payload" with JSON in it')
  }
}

/** Slack wants a 200 in any case; what it shows is in the body, and an empty one means "done". */
const answer = (body: object | undefined): HttpResult =>
  body === undefined ? { statusCode: 200, body: '' } : json(200, body)
