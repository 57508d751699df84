import { type App, CfnOutput, Stack, Tags, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { readConfig, type StageConfig } from './config.ts'
import { Alarms } from './constructs/alarms.ts'
import { Athena } from './constructs/athena.ts'
import { bundleFunctions } from './constructs/bundle.ts'
import { Dashboards } from './constructs/dashboards.ts'
import { Delivery } from './constructs/delivery.ts'
import { Edge } from './constructs/edge.ts'
import { EventQueues, Events } from './constructs/events.ts'
import { FinanceExport } from './constructs/finance-export.ts'
import { FinanceReport } from './constructs/finance-report.ts'
import { Ledger } from './constructs/ledger.ts'
import { Mailbox } from './constructs/mailbox.ts'
import { MetricStream } from './constructs/metric-stream.ts'
import { Queues } from './constructs/queues.ts'
import { Schedules } from './constructs/schedules.ts'
import { Secrets } from './constructs/secrets.ts'
import { Sending } from './constructs/sending.ts'
import { Streams } from './constructs/streams.ts'
import { Workflow } from './constructs/workflow.ts'
import { FirewallStack } from './firewall-stack.ts'
import { checkPolicies } from './policies.ts'
import { secretOutput } from './sources.ts'

export interface RedressStackProps {
  readonly config: StageConfig
  readonly webAclArn?: string
  /** Where the functions' folders are. Default: functions/. */
  readonly functionsDirectory?: string
  /** The state machine. Default: workflows/complaint.asl.json. */
  readonly definitionFile?: string
}

/** One stage of Redress: everything it needs in one account and region. */
export class RedressStack extends Stack {
  constructor(scope: App, id: string, props: RedressStackProps) {
    super(scope, id, {
      description: `Redress (${props.config.stage}): every complaint gets one owner and an answer`,
      ...(props.config.firewall === undefined
        ? {}
        : { env: props.config.firewall, crossRegionReferences: true }),
      terminationProtection: props.config.deletionProtection,
    })
    const { config } = props
    Tags.of(this).add('application', 'redress')
    Tags.of(this).add('stage', config.stage)

    const ledger = new Ledger(this, 'Ledger', { config })
    const setup = { config, ledger, bundle: bundleFunctions(props) }
    const queues = new Queues(this, 'Queues')
    const secrets = new Secrets(this, 'Secrets', { config })
    const workflow = new Workflow(this, 'Workflow', {
      ...setup,
      ...(props.definitionFile === undefined ? {} : { definitionFile: props.definitionFile }),
    })
    const finance = new FinanceExport(this, 'FinanceExport', { ...setup, queues })
    const { bucket } = finance
    const edge = new Edge(this, 'Edge', { ...setup, queues, secrets, bucket, webAclArn: props.webAclArn })
    const reports = new FinanceReport(this, 'FinanceReport', {
      ...setup,
      queues,
      secrets,
      bucket,
      url: edge.url,
    })
    const eventQueues = config.events ? new EventQueues(this, 'EventQueues') : undefined
    const streams = new Streams(this, 'Streams', { ...setup, queues, workflow, eventQueues })
    const events =
      eventQueues === undefined ? undefined : new Events(this, 'Events', { ...setup, eventQueues })
    const delivery = new Delivery(this, 'Delivery', { ...setup, queues, secrets })
    const sending = new Sending(this, 'Sending', { ...setup, queues, secrets, url: edge.url })
    const schedules = new Schedules(this, 'Schedules', { ...setup, queues, secrets, workflow })
    if (config.athena) new Athena(this, 'Athena', { config, bucket: finance.bucket })
    if (config.metricStream) new MetricStream(this, 'MetricStream', { config, bucket: finance.bucket })

    const { mail } = config
    const mailbox = mail === undefined ? undefined : new Mailbox(this, 'Mailbox', { ...setup, mail })

    const parts = {
      ...{ config, edge, streams, delivery, sending, schedules, finance, reports, queues, workflow },
      ...{ mailbox, events },
    }
    const alarms = new Alarms(this, 'Alarms', parts)
    new Dashboards(this, 'Dashboards', { ...parts, ledger, alarms })

    // For the local run, the ops CLI and the people who connect the outside. The ids are a contract.
    const outputs: Record<string, string> = {
      ApiUrl: edge.api.apiEndpoint,
      ApiId: edge.api.apiId,
      TableName: ledger.table.tableName,
      StateMachineArn: workflow.stateMachine.stateMachineArn,
      OutboxQueueUrl: queues.outbox.queueUrl,
      OutboxDeadLetterQueueUrl: queues.deadLetter.outbox.queueUrl,
      DueQueueUrl: queues.due.queueUrl,
      SlackTasksQueueUrl: queues.slackTasks.queueUrl,
      SlackTasksDeadLetterQueueUrl: queues.deadLetter.slackTasks.queueUrl,
      ExportBucketName: finance.bucket.bucketName,
      RepliesQueueUrl: queues.replies.queueUrl,
      RepliesDeadLetterQueueUrl: queues.deadLetter.replies.queueUrl,
      SlackSecretArn: secrets.slack.secretArn,
      SendersSecretArn: secrets.senders.secretArn,
      ...Object.fromEntries(
        [...secrets.sources].map(([source, { secretArn }]) => [secretOutput(source), secretArn]),
      ),
    }
    if (edge.front !== undefined) outputs.PublicUrl = edge.front.url
    if (events !== undefined) {
      outputs.EventBusName = events.bus.eventBusName
      outputs.EventBusArn = events.bus.eventBusArn
      outputs.EventsDeadLetterQueueArn = events.queues.deadLetter.events.queueArn
      outputs.WebhooksQueueUrl = events.queues.deliveries.queueUrl
      outputs.WebhooksDeadLetterQueueUrl = events.queues.deadLetter.webhooks.queueUrl
    }
    if (mailbox !== undefined) {
      outputs.MailBucketName = mailbox.bucket.bucketName
      outputs.MailDeadLetterQueueUrl = mailbox.deadLetter.queueUrl
      outputs.MailDeadLetterQueueArn = mailbox.deadLetter.queueArn
    }
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value })
  }
}

/**
 * Adds the stage that the app's context names, and the checks that every synth must pass.
 * @throws Error for a wrong policy, a misconfigured stage, a missing handler or definition.
 */
export function addRedress(
  app: App,
  overrides: Omit<RedressStackProps, 'config'> = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): RedressStack {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  checkPolicies() // a wrong policy would be found by its first complaint otherwise
  const config = readConfig({ context: (key) => app.node.tryGetContext(key), env })
  const { firewall } = config
  const webAclArn =
    firewall === undefined
      ? undefined
      : new FirewallStack(app, `redress-${config.stage}-firewall`, { config, account: firewall.account })
          .webAclArn
  return new RedressStack(app, `redress-${config.stage}`, {
    config,
    ...(webAclArn === undefined ? {} : { webAclArn }),
    ...overrides,
  })
}
