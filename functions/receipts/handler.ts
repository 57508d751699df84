import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import { clock } from '#clock'
import { Ledger } from '../ledger/ledger.ts'
import { ReplyFacts } from '../ledger/replies.ts'
import { StoredReports, takeReport } from '../ledger/reports.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { countEmpty } from '../shared/ignored.ts'
import { logger } from '../shared/logger.ts'
import { reportOf, sesEvent } from '../sources/email/receipt.ts'

const table = env('TABLE_NAME')
const store = new StoredReports(dynamodb, table)
const facts = new ReplyFacts(new Ledger(dynamodb, table), () => clock.now())

/** Event bus → what became of a reply that went out as a mail. */
export const handler = middy<unknown>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const report = reportOf(sesEvent.parse(event))
    if (report === undefined) return countEmpty('email')
    const complaintId = await takeReport(report, { store, ledger: facts })
    if (complaintId === undefined) return countEmpty('email')
    logger.info('Reported', { complaintId, status: report.status })
  })
