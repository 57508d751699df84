import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import middy from '@middy/core'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { clock } from '#clock'
import { IgnoredList } from '../ledger/ignored.ts'
import { Ledger } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { Problem } from '../shared/problem.ts'
import { takeMails } from './mailbox.ts'

const bucket = env('MAIL_BUCKET')
const ledger = new Ledger(dynamodb, env('TABLE_NAME'))
const ignored = new IgnoredList(dynamodb, env('TABLE_NAME'))
const s3 = new S3Client({})
const processor = new BatchProcessor(EventType.SQS)

async function read(key: string, most: number): Promise<Uint8Array> {
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=0-${most - 1}` }),
  )
  if (Body === undefined) throw new Error('S3 answered without the mail')
  return Body.transformToByteArray()
}

async function work(record: SQSRecord): Promise<void> {
  try {
    await takeMails(record, { ledger, ignored, mails: { bucket, read }, clock })
  } catch (error) {
    const attempts = Number(record.attributes.ApproximateReceiveCount)
    const problem = error instanceof Problem ? error.kind : undefined
    // Name and stack only: an SDK's error carries requests in further properties.
    const cause = error instanceof Error ? error.stack : typeof error
    logger.warn('A mail was not taken', { messageId: record.messageId, attempts, problem, cause })
    throw error
  }
}

/** Queue of the bucket's notifications → ledger. One after the other: a large mail takes most of the memory there is. */
export const handler = middy<SQSEvent>()
  .use(injectLambdaContext(logger))
  .handler((event, context) =>
    processPartialResponse(event, work, processor, {
      context,
      processInParallel: false,
      throwOnFullBatchFailure: false,
    }),
  )
