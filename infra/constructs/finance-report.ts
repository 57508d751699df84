import { Duration } from 'aws-cdk-lib'
import { Schedule } from 'aws-cdk-lib/aws-events'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { acknowledgeResource } from './acknowledge.ts'
import { slackEnvironment } from './edge.ts'
import { allow, type FunctionSetup, RedressFunction } from './function.ts'
import type { Queues } from './queues.ts'
import { runBySchedule } from './schedules.ts'
import type { Secrets } from './secrets.ts'

export interface FinanceReportProps extends FunctionSetup {
  readonly queues: Queues
  readonly secrets: Secrets
  /** The export's. */
  readonly bucket: Bucket
  /** The stage's public address, which links begin with. */
  readonly url: string
}

/** The month's report, made of the export's files on the first of the next. */
export class FinanceReport extends Construct {
  readonly report: RedressFunction

  constructor(scope: Construct, id: string, props: FinanceReportProps) {
    super(scope, id)
    const { config, ledger, queues, secrets, bucket, url } = props
    const reports = bucket.arnForObjects('reports/*')
    const tables = bucket.arnForObjects('parquet/*')
    this.report = new RedressFunction(this, 'Report', {
      ...props,
      name: 'report',
      description: 'Makes last month’s report of the export’s files, and tells Slack where it is',
      timeout: Duration.minutes(10),
      memorySize: 1769, // a whole CPU, and room for a month's lines
      reservedConcurrency: 1,
      environment: {
        ...slackEnvironment(config, secrets),
        EXPORT_BUCKET: bucket.bucketName,
        REPORTS_URL: url,
      },
      statements: [
        allow(['s3:GetObject'], [tables, reports]),
        allow(['s3:PutObject'], [reports]),
        allow(['s3:ListBucket'], [bucket.bucketArn]),
        ledger.allow('PutItem'), // the key to the report
        allow(['secretsmanager:GetSecretValue'], [secrets.slack.secretArn]),
      ],
    })
    for (const objects of [reports, tables])
      acknowledgeResource(
        this.report.role,
        objects,
        'Objects named after the day or month, under this prefix only.',
      )

    // After the export of the month's last day, at 02:15.
    runBySchedule(this.report, queues, {
      Schedule: { when: Schedule.cron({ minute: '0', hour: '5', day: '1' }) },
    })
  }
}
