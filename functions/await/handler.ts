import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import { Mailboxes } from '../driver/mailbox.ts'
import { Ledger } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { sfn } from '../shared/aws/sfn.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { awaitSignal, type Waiting } from './await-signal.ts'

const table = env('TABLE_NAME')
const parts = { ledger: new Ledger(dynamodb, table), mailboxes: new Mailboxes(dynamodb, table), sfn }

/** Step Functions → mailbox: every wait of the workflow. The token itself is never logged: who has it can end the wait. */
export const handler = middy<Waiting>()
  .use(injectLambdaContext(logger))
  .handler(async (waiting) => {
    const { complaintId, generation, cursor, next } = waiting
    const outcome = await awaitSignal(parts, waiting)
    logger.info('Awaited', { complaintId, generation, cursor, next, outcome })
  })
