import * as z from 'zod'
import { clock } from '#clock'
import { Ledger } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import {
  type HttpEvent,
  type HttpResult,
  http,
  type Inbound,
  inboundOf,
  json,
  jsonOf,
  requireMediaType,
} from '../shared/http.ts'
import { Problem } from '../shared/problem.ts'
import { readSecret, rereadSecret } from '../shared/secrets.ts'
import { slackClient } from '../slack/client.ts'
import { SlackSecret } from '../slack/secret.ts'
import { checkSignature } from '../slack/signature.ts'
import { command } from './commands.ts'
import { type Desk, interaction } from './interactions.ts'

const secretArn = env('SLACK_SECRET')
const ledger = new Ledger(dynamodb, env('TABLE_NAME'))

/** Slack wants an answer in 3 s, and a call to it is only part of what happens before. */
const CALL_TIMEOUT_MS = 1500

/** Everything that Slack sends us: presses and modals, slash commands, events. All of it signed. */
export const handler = http(async (event: HttpEvent): Promise<HttpResult> => {
  const request = inboundOf(event)
  const { botToken } = await authenticate(request)
  const desk: Desk = {
    ledger,
    slack: slackClient(botToken, CALL_TIMEOUT_MS),
    now: () => clock.now(),
    slackApiUrl: process.env.SLACK_API_URL,
  }
  switch (event.rawPath) {
    case '/slack/interactions':
      return answer(await interaction(payloadOf(formOf(request)), desk))
    case '/slack/commands':
      return answer(await command(formOf(request), desk))
    case '/slack/events':
      return answer(received(jsonOf(request)))
    default:
      throw new Problem('not-found', 'Slack has nothing to send here')
  }
})

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
  const check = (secret: z.infer<typeof SlackSecret>) =>
    checkSignature(secret.signingSecret, timestamp, signature, request.body, Date.now())
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

function formOf(request: Inbound): URLSearchParams {
  requireMediaType(request, 'application/x-www-form-urlencoded')
  return new URLSearchParams(Buffer.from(request.body).toString('utf8'))
}

function payloadOf(form: URLSearchParams): unknown {
  try {
    return JSON.parse(form.get('payload') ?? '')
  } catch {
    throw new Problem('malformed-body', 'The form has no field "payload" with JSON in it')
  }
}

const Challenge = z.object({ type: z.literal('url_verification'), challenge: z.string().max(1000) })

/** Slack checks the address once, with a challenge to repeat; of its events none concerns us yet. */
function received(body: unknown): object | undefined {
  const challenge = Challenge.safeParse(body)
  return challenge.success ? { challenge: challenge.data.challenge } : undefined
}

/** Slack wants a 200 in any case; what it shows is in the body, and an empty one means "done". */
const answer = (body: object | undefined): HttpResult =>
  body === undefined ? { statusCode: 200, body: '' } : json(200, body)
