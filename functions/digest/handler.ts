import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import { clock } from '#clock'
import { actorOfSlackUser } from '../domain/policy.ts'
import { IgnoredList } from '../ledger/ignored.ts'
import { Ledger } from '../ledger/ledger.ts'
import { openComplaints } from '../ledger/open.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { currentPolicy } from '../shared/policies.ts'
import { readSecret } from '../shared/secrets.ts'
import { ask, SlackFailure, slackClient } from '../slack/client.ts'
import { SlackSecret } from '../slack/secret.ts'
import { Threads } from '../slack/thread.ts'
import type { Desk } from '../slack-desk/desk.ts'
import { moveOn } from '../slack-desk/perform.ts'
import { tellDigests } from './digest.ts'
import { Digests } from './posted.ts'

const table = env('TABLE_NAME')
const secretArn = env('SLACK_SECRET')
const ledger = new Ledger(dynamodb, table)
const CALL_TIMEOUT_MS = 10_000

/** `people`: whether somebody has left whom Slack has not told us of, too. */
interface Run {
  readonly people?: boolean
}

/** Posts what is due by schedule, and moves on the complaints of who has left. */
export const handler = middy<Run>()
  .use(injectLambdaContext(logger))
  .handler(async ({ people = false }) => {
    const { botToken } = await readSecret(secretArn, SlackSecret)
    const slack = slackClient(botToken, CALL_TIMEOUT_MS)
    const open = () => openComplaints(dynamodb, table)
    const now = await clock.now()
    if (people) {
      const desk = { ledger, open, threads: new Threads(dynamodb, table), slack, now: () => clock.now() }
      return { moved: await moveOnWhoLeft(desk) }
    }
    const told = await tellDigests(now, {
      policy: currentPolicy,
      ledger,
      open,
      ignored: new IgnoredList(dynamodb, table),
      digests: new Digests(dynamodb, table),
      slack,
      realNow: () => Math.floor(Date.now() / 1000),
    })
    return { told }
  })

/** Looks at everybody who owns something that is open. @returns how many of them have left */
async function moveOnWhoLeft(desk: Desk): Promise<number> {
  const owners = new Set<string>()
  for await (const { owner } of desk.open()) owners.add(owner)
  const users = [...owners].flatMap((owner) => {
    const user = currentPolicy.people[owner]?.slackUserId ?? /^slack:(\w+)$/.exec(owner)?.[1]
    return user === undefined ? [] : [user]
  })
  let left = 0
  for (const user of users) {
    try {
      const answer = await ask(desk.slack.users.info({ user }))
      if (answer.user?.deleted !== true) continue
      left++
      const day = (await desk.now()).slice(0, 10)
      await moveOn(
        { kind: 'left', asked: `left-${actorOfSlackUser(currentPolicy, user)}-${day}`, user },
        desk,
      )
    } catch (error) {
      // One whom Slack does not know is a mistake in the policy, and no reason to leave out the others.
      if (!(error instanceof SlackFailure) || error.kind !== 'permanent') throw error
      logger.warn('A Slack user could not be looked up', { code: error.code })
    }
  }
  return left
}
