import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import middy from '@middy/core'
import { clock } from '#clock'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { toCsv } from './csv.ts'
import { dayBefore, readDay, toRows } from './series.ts'

const bucket = env('EXPORT_BUCKET')
const service = env('POWERTOOLS_SERVICE_NAME')
const cloudwatch = new CloudWatchClient({})
const s3 = new S3Client({})

/** The UTC day to export, `YYYY-MM-DD`. Default: yesterday. */
interface Wanted {
  readonly date?: string
}

/** Schedule → bucket: a day's metrics as one file. Run again, it writes the same bytes to the same place. */
export const handler = middy<Wanted>()
  .use(injectLambdaContext(logger))
  .handler(async ({ date }) => {
    const day = date ?? dayBefore(await clock.now())
    const points = await readDay(cloudwatch, service, day)
    const key = `metrics/date=${day}/metrics.csv`
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: toCsv(toRows(points)),
        ContentType: 'text/csv; charset=utf-8; header=present',
      }),
    )
    logger.info('Exported', { key, points: points.length })
    return { key, points: points.length }
  })
