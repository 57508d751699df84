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

/** Where finance finds yesterday's metrics: metrics/date=YYYY-MM-DD/metrics.csv, written every night. */
export class FinanceExport extends Construct {
  readonly bucket: Bucket
  readonly export: RedressFunction

  constructor(scope: Construct, id: string, props: FinanceExportProps) {
    super(scope, id)
    const { config, queues } = props
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
      'Sums and averages only, no personal data, read by one team: an access log would be a second bucket to guard.',
    )

    const files = this.bucket.arnForObjects('metrics/*')
    this.export = new RedressFunction(this, 'Export', {
      ...props,
      name: 'export',
      description: 'Writes yesterday’s metrics for finance, as CSV',
      timeout: Duration.minutes(5),
      memorySize: 512,
      reservedConcurrency: 1,
      environment: { EXPORT_BUCKET: this.bucket.bucketName },
      statements: [
        allow(['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'], ['*']),
        allow(['s3:PutObject'], [files]),
      ],
    })
    acknowledge(
      this.export.role,
      'AwsSolutions-IAM5[Resource::*]',
      'xray:Put… and CloudWatch’s GetMetricData and ListMetrics cannot be limited to a resource.',
    )
    acknowledgeResource(
      this.export.role,
      files,
      'One object a day, named after the day, and under this prefix only.',
    )

    // After midnight's last metrics have arrived (up to two hours late).
    runBySchedule(this.export, queues, { Schedule: { when: Schedule.cron({ minute: '15', hour: '2' }) } })
  }
}
