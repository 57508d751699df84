import { CfnMetricStream } from 'aws-cdk-lib/aws-cloudwatch'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { StageConfig } from '../config.ts'
import { acknowledgeResource } from './acknowledge.ts'
import { allow } from './function.ts'

export interface MetricStreamProps {
  readonly config: StageConfig
  readonly bucket: Bucket
}

/**
 * Every update of the stage's metrics, within minutes, under `metric-stream/` of the export bucket: for whoever cannot
 * wait for the night. All stages of one account and region share the namespace, so it carries those of all.
 */
export class MetricStream extends Construct {
  constructor(scope: Construct, id: string, { config, bucket }: MetricStreamProps) {
    super(scope, id)
    const files = bucket.arnForObjects('metric-stream/*')
    const delivery = new Role(this, 'DeliveryRole', {
      assumedBy: new ServicePrincipal('firehose.amazonaws.com'),
    })
    delivery.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
        resources: [files],
      }),
    )
    delivery.addToPolicy(
      allow(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], [bucket.bucketArn]),
    )
    acknowledgeResource(delivery, files, 'Firehose names its objects by the time; under this prefix only.')

    const firehose = new CfnDeliveryStream(this, 'Delivery', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.bucketArn,
        roleArn: delivery.roleArn,
        prefix: 'metric-stream/date=!{timestamp:yyyy-MM-dd}/',
        errorOutputPrefix: 'metric-stream/failed/!{firehose:error-output-type}/',
        bufferingHints: { intervalInSeconds: 300, sizeInMBs: 64 },
        compressionFormat: 'GZIP',
      },
    })
    // A delivery stream checks its role when it is made: the role must be able to write by then.
    firehose.node.addDependency(delivery)

    const sender = new Role(this, 'StreamRole', {
      assumedBy: new ServicePrincipal('streams.metrics.cloudwatch.amazonaws.com'),
    })
    sender.addToPolicy(allow(['firehose:PutRecord', 'firehose:PutRecordBatch'], [firehose.attrArn]))
    const stream = new CfnMetricStream(this, 'Stream', {
      name: `redress-${config.stage}`,
      firehoseArn: firehose.attrArn,
      roleArn: sender.roleArn,
      outputFormat: 'json',
      includeFilters: [{ namespace: 'Redress' }],
    })
    stream.node.addDependency(sender)
  }
}
