import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { S3Client } from '@aws-sdk/client-s3'
import middy from '@middy/core'
import { clock } from '#clock'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { logger } from '../shared/logger.ts'
import { currentPolicy } from '../shared/policies.ts'
import { readSecret } from '../shared/secrets.ts'
import { ask, slackClient } from '../slack/client.ts'
import { SlackSecret } from '../slack/secret.ts'
import { announcement } from './announcement.ts'
import { monthBounds, type Summary, summarise } from './figures.ts'
import { filesIn } from './files.ts'
import { reportHtml } from './html.ts'
import { newKey } from './links.ts'
import { carry, linesCsv, linesOf, monthBefore } from './month.ts'

const files = filesIn(new S3Client({}), env('EXPORT_BUCKET'))
const table = env('TABLE_NAME')
const CALL_TIMEOUT_MS = 10_000

/** The UTC month to report on, `YYYY-MM`. Default: the one before this. */
interface Wanted {
  readonly month?: string
}

/** What whoever asked for a report is told. */
export interface Reported {
  readonly month: string
  readonly report: string
  /** Opens it for some weeks, to whoever has it. */
  readonly link: string
  /** Whether Slack was told: not again where the figures are what they were. */
  readonly told: boolean
}

/**
 * Schedule → bucket and Slack: a month's figures as a page, as JSON and as the lines that they were counted from. Made
 * again, after corrections, it takes the place of the one before, of which the bucket keeps the version.
 *
 * @throws RangeError for what is no month, or one that is not over.
 */
export const handler = middy<Wanted>()
  .use(injectLambdaContext(logger))
  .handler(async ({ month: wanted }): Promise<Reported> => {
    const now = await clock.now()
    const month = wanted ?? monthBefore(now.slice(0, 7))
    if (monthBounds(month).end > now) throw new RangeError(`${month} is not over: ask for an earlier month`)
    const lines = await linesOf(files, month)
    const summary = summarise(month, lines.complaints, lines.redress)
    const before = await summaryOf(monthBefore(month))
    const known = await summaryOf(month)
    const folder = `reports/month=${month}`
    await files.replace(
      `${folder}/report.html`,
      reportHtml(summary, env('STAGE'), before),
      'text/html; charset=utf-8',
    )
    await files.replace(
      `${folder}/complaints.csv`,
      linesCsv(lines),
      'text/csv; charset=utf-8; header=present',
    )
    await carry(files, month, lines)
    const key = await newKey(dynamodb, table, month, Math.floor(Date.now() / 1000))
    const link = `${env('REPORTS_URL')}/reports/${month}?key=${key}`
    const told = JSON.stringify(known) !== JSON.stringify(summary) && (await tell(summary, link))
    // Last: until Slack has been told, the next try is the first.
    await files.replace(`${folder}/summary.json`, `${JSON.stringify(summary, null, 2)}\n`, 'application/json')
    logger.info('Reported', { month, complaints: lines.complaints.length, told })
    return { month, report: `${folder}/report.html`, link, told }
  })

async function summaryOf(month: string): Promise<Summary | undefined> {
  const body = await files.read(`reports/month=${month}/summary.json`)
  return body === undefined ? undefined : (JSON.parse(Buffer.from(body).toString('utf8')) as Summary)
}

/** Tells the channel that the policy names for it, if it names one. */
async function tell(summary: Summary, link: string): Promise<boolean> {
  const channel = currentPolicy.reports?.slackChannel
  if (channel === undefined) return false
  const { botToken } = await readSecret(env('SLACK_SECRET'), SlackSecret)
  const slack = slackClient(botToken, CALL_TIMEOUT_MS)
  await ask(slack.chat.postMessage({ channel, ...announcement(summary, link), unfurl_links: false }))
  return true
}
