import { Duration, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3'
import { CfnReceiptRule, CfnReceiptRuleSet } from 'aws-cdk-lib/aws-ses'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { MailConfig } from '../config.ts'
import { acknowledge, acknowledgeResource } from './acknowledge.ts'
import { allow, type FunctionSetup, RedressFunction } from './function.ts'
import { hiddenFor, SECURE } from './queues.ts'

export interface MailboxProps extends FunctionSetup {
  readonly mail: MailConfig
}

/** Unpacking the largest mail that is read whole, the table's slowest minute included. */
const TIMEOUT = Duration.seconds(60)
const PREFIX = 'mails/'

/**
 * How long a mail as it came is kept. It holds everything that its sender wrote, so no longer than an attachment is
 * likely to be looked up, and than the month in which somebody's wish to be erased must be done.
 */
export const MAIL_DAYS = 30

/** Mail to a domain: Amazon SES puts it into a bucket, which tells a queue, which a function reads. */
export class Mailbox extends Construct {
  readonly bucket: Bucket
  readonly queue: Queue
  readonly deadLetter: Queue
  readonly mailbox: RedressFunction

  constructor(scope: Construct, id: string, props: MailboxProps) {
    super(scope, id)
    const { config, ledger, mail } = props
    const { account, region, partition, stackName } = Stack.of(this)

    this.deadLetter = new Queue(this, 'DeadLetter', SECURE)
    this.queue = new Queue(this, 'Queue', {
      ...SECURE,
      visibilityTimeout: hiddenFor(TIMEOUT),
      deadLetterQueue: { queue: this.deadLetter, maxReceiveCount: 5 },
    })
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          // The bucket needs this policy to be there first, so its own name cannot be in it yet: it begins like this.
          ArnLike: { 'aws:SourceArn': `arn:${partition}:s3:::${stackName}-mailbox*` },
        },
      }),
    )

    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      versioned: true, // what is overwritten or deleted by mistake can be had back for a day
      lifecycleRules: [
        {
          expiration: Duration.days(MAIL_DAYS),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: config.removalPolicy,
    })
    acknowledge(
      this.bucket,
      'AwsSolutions-S1',
      'SES writes and one function reads, and that has a log; an access log would keep keys for longer than the mails.',
    )
    // Not by the CDK's own helper: that needs a function with the right to change the notifications of any bucket.
    const cfnBucket = this.bucket.node.defaultChild as CfnBucket
    cfnBucket.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: this.queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: PREFIX }] } },
        },
      ],
    }
    const queuePolicy = this.queue.node.findChild('Policy')
    cfnBucket.node.addDependency(queuePolicy)

    const mails = this.bucket.arnForObjects(`${PREFIX}*`)
    const ruleSetName = mail.ruleSet ?? `redress-${config.stage}`
    const ruleName = `redress-${config.stage}`
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('ses.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [mails],
        conditions: {
          StringEquals: {
            'aws:SourceAccount': account,
            'aws:SourceArn': `arn:${partition}:ses:${region}:${account}:receipt-rule-set/${ruleSetName}:receipt-rule/${ruleName}`,
          },
        },
      }),
    )

    const rule = new CfnReceiptRule(this, 'Rule', {
      ruleSetName,
      rule: {
        name: ruleName,
        enabled: true,
        recipients: [mail.domain],
        tlsPolicy: 'Require',
        scanEnabled: true, // without it nobody has looked for viruses, and a sender's own verdict would stand first
        actions: [{ s3Action: { bucketName: this.bucket.bucketName, objectKeyPrefix: PREFIX } }],
      },
    })
    // SES tries to write when the rule is made.
    rule.node.addDependency(this.bucket.node.findChild('Policy'))
    if (mail.ruleSet === undefined)
      rule.node.addDependency(new CfnReceiptRuleSet(this, 'RuleSet', { ruleSetName }))

    this.mailbox = new RedressFunction(this, 'Mailbox', {
      ...props,
      name: 'mailbox',
      description: 'Turns a mail that SES has taken into a complaint, or joins it to one',
      timeout: TIMEOUT,
      memorySize: 1024, // 25 MB of mail, decoded and copied
      environment: { MAIL_BUCKET: this.bucket.bucketName },
      statements: [
        ledger.allow('GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'),
        allow(['s3:GetObject'], [mails]),
        allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [this.queue.queueArn]),
      ],
    })
    acknowledgeResource(
      this.mailbox.role,
      mails,
      'SES names each mail by an id of its own, under this prefix.',
    )
    new EventSourceMapping(this.mailbox, 'Queue', {
      target: this.mailbox.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: 5, // one after the other, within the timeout
      maxConcurrency: 10,
      reportBatchItemFailures: true,
    })
  }
}
