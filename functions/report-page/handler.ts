import { S3Client } from '@aws-sdk/client-s3'
import { shelfIn } from '../export/publish.ts'
import { opens } from '../report/links.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { env } from '../shared/env.ts'
import { http } from '../shared/http.ts'
import { Problem } from '../shared/problem.ts'

const shelf = shelfIn(new S3Client({}), env('EXPORT_BUCKET'))

/** A page without scripts, that fetches nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

/** `GET /reports/{month}?key=…`: the month's report, for whoever has the link that Slack was told. */
export const handler = http(async (event) => {
  const month = event.pathParameters?.month ?? ''
  const key = new URLSearchParams(event.rawQueryString).get('key') ?? ''
  // Whether it is the month or the key that is wrong, or too old, is nobody's business.
  const wrong = new Problem('not-found', 'There is no such report, or the link to it has expired')
  if (!/^\d{4}-\d\d$/.test(month) || !/^[\w-]{32}$/.test(key)) throw wrong
  if (!(await opens(dynamodb, env('TABLE_NAME'), key, month, Math.floor(Date.now() / 1000)))) throw wrong
  const body = await shelf.read(`reports/month=${month}/report.html`)
  if (body === undefined) throw wrong
  return {
    statusCode: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
    body: Buffer.from(body).toString('utf8'),
  }
})
