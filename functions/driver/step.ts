import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import { clock } from '#clock'
import { Ledger } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { Mailboxes } from './mailbox.ts'
import { type Situation, situationOf } from './situation.ts'

/** What `Close after silence` fails with where there is nothing to close any more; the state machine catches it by name. */
class StillOpen extends Error {
  // On the prototype, so that the stack's first line has it as well.
  override get name(): string {
    return 'StillOpen'
  }
}

/**
 * A step of the workflow that acts: sends one command to the ledger and returns how the complaint stands after it. The
 * core ignores the command where it is not owed any more, so a step may run twice, late, or in two executions.
 *
 * Closing is the last step of an execution, which saves the transitions to ask what comes next.
 * @throws StillOpen, from closing, where somebody came back in the last moment
 */
export function makeStep(type: 'escalate' | 'close-after-silence') {
  const table = env('TABLE_NAME')
  const ledger = new Ledger(dynamodb, table)
  const mailboxes = new Mailboxes(dynamodb, table)
  return middy<Situation>()
    .use(injectLambdaContext(logger))
    .handler(async ({ complaintId, generation }): Promise<Situation> => {
      const { complaint, events } = await ledger.execute(complaintId, { type }, await clock.now())
      const situation = situationOf(complaint, generation)
      await mailboxes.advance(situation)
      logger.info('Took a step', {
        complaintId,
        generation,
        step: type,
        events: events.map((event) => event.type),
      })
      if (type === 'close-after-silence' && situation.next !== 'done')
        throw new StillOpen(`Complaint ${complaintId} is not over: next is ${situation.next}`)
      return situation
    })
}
