import { Duration, Stack } from 'aws-cdk-lib'
import { Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import { CfnConfigurationSet, CfnConfigurationSetEventDestination } from 'aws-cdk-lib/aws-ses'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import { secretFreshness } from './edge.ts'
import { allow, type FunctionSetup, RedressFunction } from './function.ts'
import { type Queues, SECURE, SENDER_TIMEOUT } from './queues.ts'
import type { Secrets } from './secrets.ts'

export interface SendingProps extends FunctionSetup {
  readonly queues: Queues
  readonly secrets: Secrets
  /** The stage's public address, without a path. */
  readonly url: string
}

/** What SES tells of each mail, by the names that its events have in a rule. */
const EVENTS = ['Email Delivered', 'Email Bounced', 'Email Complaint Received', 'Email Rejected']

/** Replies on their way to the platforms; and, where mail is among them, what SES says became of it. */
export class Sending extends Construct {
  readonly sender: RedressFunction
  readonly receipts: RedressFunction | undefined
  /** Of events of SES that could not be taken. */
  readonly deadLetter: Queue | undefined

  constructor(scope: Construct, id: string, props: SendingProps) {
    super(scope, id)
    const { config, ledger, queues, secrets, url } = props
    const { outgoingMail: mail, platformsUrl } = config
    const configurationSet = `redress-${config.stage}`
    const ses = (resource: string) => Stack.of(this).formatArn({ service: 'ses', resource })

    this.sender = new RedressFunction(this, 'Sender', {
      ...props,
      name: 'sender',
      description: 'Sends replies to customers, each once, by the platform that they wrote on',
      timeout: SENDER_TIMEOUT,
      environment: {
        REPLIES_QUEUE_URL: queues.replies.queueUrl,
        SENDERS_SECRET: secrets.senders.secretArn,
        LINKS_SECRET: secrets.links.secretArn,
        PUBLIC_URL: url,
        ...secretFreshness(config),
        ...(mail === undefined
          ? {}
          : {
              MAIL_FROM: mail.from,
              ...(mail.replyTo === undefined ? {} : { MAIL_REPLY_TO: mail.replyTo }),
              MAIL_CONFIGURATION_SET: configurationSet,
            }),
        ...(platformsUrl === undefined
          ? {}
          : { PLATFORMS_URL: platformsUrl, AWS_ENDPOINT_URL_SESV2: `${platformsUrl}/ses` }),
      },
      statements: [
        // It reads the complaint's history and its claim, and records what came of it.
        ledger.allow('GetItem', 'Query', 'PutItem'),
        allow(['secretsmanager:GetSecretValue'], [secrets.senders.secretArn, secrets.links.secretArn]),
        allow(
          [
            'sqs:ReceiveMessage',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
            'sqs:ChangeMessageVisibility',
          ],
          [queues.replies.queueArn],
        ),
        ...(mail === undefined
          ? []
          : [
              allow(
                ['ses:SendEmail'],
                [ses(`identity/${mail.domain}`), ses(`configuration-set/${configurationSet}`)],
              ),
            ]),
      ],
    })
    new EventSourceMapping(this.sender, 'Queue', {
      target: this.sender.function,
      eventSourceArn: queues.replies.queueArn,
      batchSize: 5, // one after the other, within the timeout
      maxConcurrency: 10,
      reportBatchItemFailures: true,
    })
    if (mail !== undefined) {
      this.deadLetter = new Queue(this, 'ReceiptsDeadLetter', SECURE)
      acknowledge(
        this.deadLetter,
        'AwsSolutions-SQS3',
        'It is a dead-letter queue itself: of a rule and of asynchronous invocations.',
      )
      this.receipts = this.receive(props, configurationSet, this.deadLetter)
    }
  }

  /** What SES says of the mails of a configuration set, and who records it. */
  private receive(props: SendingProps, name: string, failures: Queue): RedressFunction {
    const { ledger } = props
    const { account, partition, region } = Stack.of(this)
    const set = new CfnConfigurationSet(this, 'Mail', {
      name,
      sendingOptions: { sendingEnabled: true },
      deliveryOptions: { tlsPolicy: 'REQUIRE' },
      reputationOptions: { reputationMetricsEnabled: true },
      suppressionOptions: { suppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    })
    const destination = new CfnConfigurationSetEventDestination(this, 'MailEvents', {
      configurationSetName: name,
      eventDestination: {
        name: 'event-bus',
        enabled: true,
        matchingEventTypes: ['DELIVERY', 'BOUNCE', 'COMPLAINT', 'REJECT'],
        // SES knows no other bus than the account's own.
        eventBridgeDestination: {
          eventBusArn: `arn:${partition}:events:${region}:${account}:event-bus/default`,
        },
      },
    })
    destination.node.addDependency(set)
    const receipts = new RedressFunction(this, 'Receipts', {
      ...props,
      name: 'receipts',
      description: 'Records what Amazon SES says became of a reply by mail',
      timeout: Duration.seconds(30),
      statements: [ledger.allow('GetItem', 'PutItem'), allow(['sqs:SendMessage'], [failures.queueArn])],
    })
    new Rule(receipts, 'Events', {
      description: 'What became of replies by mail',
      eventPattern: {
        source: ['aws.ses'],
        detailType: EVENTS,
        // Others in the account may send by SES, too.
        detail: { mail: { tags: { 'ses:configuration-set': [name] } } },
      },
      targets: [
        new LambdaFunction(receipts.function, {
          deadLetterQueue: failures,
          retryAttempts: 10,
          maxEventAge: Duration.hours(6),
        }),
      ],
    })
    receipts.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: failures.queueArn }) },
    })
    return receipts
  }
}
