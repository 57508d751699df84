import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import { clock } from '#clock'
import { toInstant } from '../domain/instant.ts'
import { workflowFromEnv } from '../driver/workflow.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { measure } from '../shared/metrics.ts'
import { sendDue, sendToOutbox, sendToReplies } from '../shared/queues.ts'
import {
  type Auditing,
  auditChanges,
  auditExecutions,
  auditTimers,
  GRACE_SECONDS,
  type Healed,
} from './audit.ts'

const dueQueueUrl = env('DUE_QUEUE_URL')
const outboxQueueUrl = env('OUTBOX_QUEUE_URL')
const repliesQueueUrl = env('REPLIES_QUEUE_URL')
const table = env('TABLE_NAME')
const workflow = workflowFromEnv()

interface Round {
  /** Compare all open complaints with all running executions too: the one look whose cost grows with them. */
  readonly sweep?: boolean
  /** What counts as lost, in place of the usual grace; 0 to look at everything now, as after an outage. */
  readonly graceSeconds?: number
}

/**
 * Schedule → everything that should have happened and did not. Heals it, counts it, and says that it has looked.
 *
 * @returns how many things of each kind were healed, for whoever calls it by hand.
 */
export const handler = middy<Round>()
  .use(injectLambdaContext(logger))
  .handler(async ({ sweep = false, graceSeconds = GRACE_SECONDS }) => {
    const healed = new Map<Healed, number>()
    let failed = 0
    const auditing: Auditing = {
      db: dynamodb,
      table,
      workflow,
      graceSeconds,
      sendDue: (due, now) => sendDue(dueQueueUrl, due, now),
      sendToOutbox: (message) => sendToOutbox(outboxQueueUrl, message),
      sendToReplies: (message) => sendToReplies(repliesQueueUrl, message),
      onHealed: (kind, complaintId) => {
        healed.set(kind, (healed.get(kind) ?? 0) + 1)
        logger.warn('Healed', { kind, complaintId })
      },
      onFailed: (complaintId, error) => {
        failed++
        logger.error('Could not audit a complaint', { complaintId, error: error as Error })
      },
    }
    const realNow = toInstant(Math.floor(Date.now() / 1000))
    await auditTimers(auditing, await clock.now())
    await auditChanges(auditing, realNow)
    if (sweep) {
      const open = await auditExecutions(auditing, realNow)
      for (const [team, count] of open.byTeam) measure('Open', count, team)
      measure('Unanswered', open.unanswered)
    }
    for (const [kind, count] of healed) measure('HealedByAuditor', count, kind)
    measure('AuditorRan', 1)
    logger.info('Audited', { sweep, healed: Object.fromEntries(healed), failed })
    // Failing the round makes the errors alarm; what was healed stays healed, and the rest is tried next round.
    if (failed > 0) throw new Error(`${failed} complaints could not be audited`)
    return { healed: Object.fromEntries(healed) }
  })
