import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { logger } from '../shared/logger.ts'
import { inStreamOrder } from '../shared/stream.ts'
import { drive } from './drive.ts'
import { workflowFromEnv } from './workflow.ts'

const workflow = workflowFromEnv()

/** Table stream → Step Functions: starts or wakes the execution of each complaint that an event signals. */
export const handler = middy<DynamoDBStreamEvent>()
  .use(injectLambdaContext(logger))
  .handler((batch) =>
    inStreamOrder(batch, async ({ complaintId, event, signal }) => {
      if (!signal) return
      const driven = await drive(workflow, complaintId)
      logger.info('Drove a workflow', { complaintId, seq: event.seq, type: event.type, driven })
    }),
  )
