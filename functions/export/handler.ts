import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { S3Client } from '@aws-sdk/client-s3'
import middy from '@middy/core'
import { clock } from '#clock'
import { Ledger } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { measure } from '../shared/metrics.ts'
import { policyOf } from '../shared/policies.ts'
import { exportDay, type Manifest } from './day.ts'
import { shelfIn } from './publish.ts'
import { dayBefore } from './series.ts'

const table = env('TABLE_NAME')
const exporting = {
  db: dynamodb,
  table,
  ledger: new Ledger(dynamodb, table),
  cloudwatch: new CloudWatchClient({}),
  service: env('POWERTOOLS_SERVICE_NAME'),
  shelf: shelfIn(new S3Client({}), env('EXPORT_BUCKET')),
  policyOf,
}

/** The UTC day to export, `YYYY-MM-DD`. Default: yesterday. */
interface Wanted {
  readonly date?: string
}

/** What whoever asked for a day is told. */
export interface Exported extends Pick<Manifest, 'date' | 'reconciliation'> {
  readonly manifest: string
  readonly corrections: number
}

/** Schedule → bucket: a day of metrics and complaints. Run again, it finds everything published, or adds corrections. */
export const handler = middy<Wanted>()
  .use(injectLambdaContext(logger))
  .handler(async ({ date }): Promise<Exported> => {
    const day = date ?? dayBefore(await clock.now())
    const { manifest, manifestKey } = await exportDay(exporting, day)
    const { reconciliation, files, late, madeFrom } = manifest
    const corrections = files.filter(({ correction }) => correction !== undefined).length + late.length
    for (const difference of reconciliation.differences)
      logger.warn('CloudWatch is not what the ledger says', { day, difference })
    logger.info('Exported', { day, manifestKey, complaints: madeFrom.complaints, corrections })
    measure('ReconciliationDifference', reconciliation.differences.length)
    measure('ExportRan', 1)
    return { date: day, manifest: manifestKey, corrections, reconciliation }
  })
