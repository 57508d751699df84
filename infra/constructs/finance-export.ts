import { Duration } from 'aws-cdk-lib'
import { Schedule } from 'aws-cdk-lib/aws-events'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { acknowledge, acknowledgeResource } from './acknowledge.ts'
import { allow, type FunctionSetup, RedressFunction } from './function.ts'
import type { Queues } from './queues.ts'
import { runBySchedule } from './schedules.ts'

export interface FinanceExportProps extends FunctionSetup {
  readonly queues: Queues
}

/** What the export writes; each folder is explained in docs/finance.md. */
const FOLDERS = ['metrics', 'complaints', 'redress', 'heads', 'parquet', 'corrections', 'manifests']

/** Where finance finds yesterday: <folder>/date=YYYY-MM-DD/, written every night. */
export class FinanceExport extends Construct {
  readonly bucket: Bucket
  readonly export: RedressFunction

  constructor(scope: Construct, id: string, props: FinanceExportProps) {
    super(scope, id)
    const { config, ledger, queues } = props
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      versioned: true, // a day that is exported again does not destroy what finance has already used
      lifecycleRules: [
        {
          noncurrentVersionExpiration: Duration.days(90),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: config.removalPolicy,
    })
    acknowledge(
      this.bucket,
      'AwsSolutions-S1',
      'No personal data of customers, ids of staff where they approved money, read by one team: an access log would be a second bucket to guard.',
    )

    const files = FOLDERS.map((folder) => this.bucket.arnForObjects(`${folder}/*`))
    this.export = new RedressFunction(this, 'Export', {
      ...props,
      name: 'export',
      description: 'Writes yesterday’s metrics and complaints for finance, and compares the two',
      timeout: Duration.minutes(15), // the longest there is: a day is exported whole or not at all
      memorySize: 1769, // a whole CPU: it folds every complaint of the day
      reservedConcurrency: 1,
      environment: { EXPORT_BUCKET: this.bucket.bucketName },
      statements: [
        allow(['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'], ['*']),
        ledger.allow('Query'),
        ledger.allowQuery('day'),
        allow(['s3:GetObject', 's3:PutObject'], files),
        // Without it S3 says "forbidden" of what is not there.
        allow(['s3:ListBucket'], [this.bucket.bucketArn]),
      ],
    })
    acknowledge(
      this.export.role,
      'AwsSolutions-IAM5[Resource::*]',
      'xray:Put…, where it is traced, and CloudWatch’s GetMetricData and ListMetrics cannot be limited to a resource.',
    )
    for (const folder of files)
      acknowledgeResource(
        this.export.role,
        folder,
        'Objects named after the day, and under this prefix only.',
      )

    // After midnight's last metrics have arrived (up to two hours late).
    runBySchedule(this.export, queues, { Schedule: { when: Schedule.cron({ minute: '15', hour: '2' }) } })
  }
}
