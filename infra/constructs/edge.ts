import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { FilterPattern, type IFilterPattern, LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { METRICS, type MetricName } from '../../functions/shared/metrics.ts'
import { sources } from '../../functions/sources/index.ts'
import type { StageConfig, Throttle } from '../config.ts'
import type { SourceName } from '../sources.ts'
import { acknowledge, acknowledgeResource } from './acknowledge.ts'
import { Front } from './front.ts'
import { allow, type FunctionSetup, RedressFunction } from './function.ts'
import type { Queues } from './queues.ts'
import type { Secrets } from './secrets.ts'

export interface EdgeProps extends FunctionSetup {
  readonly queues: Queues
  readonly secrets: Secrets
  /** Where reports are. */
  readonly bucket: Bucket
  /** Of the firewall, where the stage has one. */
  readonly webAclArn?: string | undefined
}

/** Routes that one function answers. */
type Group = 'webhooks' | 'slack' | 'ops' | 'reports' | 'pages'

/**
 * What reaches Redress from outside, and which of the functions answers. A route has a limit of its own, and so
 * has each source that the stage has (see `webhooksOf`): those here are for what names no source, or asks for a
 * handshake where there is none.
 */
const ROUTES: Record<Group, readonly (readonly [HttpMethod, string])[]> = {
  webhooks: [
    [HttpMethod.GET, '/webhooks/{source}'],
    [HttpMethod.POST, '/webhooks/{source}'],
  ],
  slack: [
    [HttpMethod.POST, '/slack/interactions'],
    [HttpMethod.POST, '/slack/commands'],
    [HttpMethod.POST, '/slack/events'],
  ],
  ops: [
    [HttpMethod.GET, '/complaints'],
    [HttpMethod.GET, '/complaints/{id}'],
    [HttpMethod.GET, '/complaints/{id}/timeline'],
    [HttpMethod.POST, '/complaints/{id}/commands'],
    [HttpMethod.GET, '/openapi.json'],
  ],
  reports: [[HttpMethod.GET, '/reports/{month}']],
  pages: [
    [HttpMethod.GET, '/contact/{key}'],
    [HttpMethod.POST, '/contact/{key}'],
    [HttpMethod.GET, '/survey/{key}'],
    [HttpMethod.POST, '/survey/{key}'],
  ],
}

/** A source's own routes, so that whoever floods it shuts out no other. */
const webhooksOf = (source: SourceName): (readonly [HttpMethod, string])[] => [
  [HttpMethod.POST, `/webhooks/${source}`],
  ...(sources.get(source)?.handshake === undefined ? [] : [[HttpMethod.GET, `/webhooks/${source}`] as const]),
]

/** Of what names no source: a person with a typing error, or a scanner. */
const NO_SOURCE: Throttle = { rateLimit: 5, burstLimit: 10 }

export const secretFreshness = ({ secretCacheSeconds }: StageConfig): Record<string, string> =>
  secretCacheSeconds === undefined ? {} : { SECRET_CACHE_SECONDS: String(secretCacheSeconds) }

/** What the Slack client's functions need to find Slack: nothing but in the local stage. */
export const slackEnvironment = (config: StageConfig, secrets: Secrets): Record<string, string> => ({
  SLACK_SECRET: secrets.slack.secretArn,
  ...secretFreshness(config),
  ...(config.slackApiUrl === undefined ? {} : { SLACK_API_URL: config.slackApiUrl }),
})

/** The HTTP API and the functions behind it. No CORS: no script of any page calls any of this. */
export class Edge extends Construct {
  readonly api: HttpApi
  readonly front: Front | undefined
  readonly intake: RedressFunction
  readonly desk: RedressFunction
  readonly slackDesk: RedressFunction
  readonly reportPage: RedressFunction
  readonly customerPage: RedressFunction
  /** The stage's public address, without a path. */
  readonly url: string

  constructor(scope: Construct, id: string, props: EdgeProps) {
    super(scope, id)
    const { config, ledger, queues, secrets } = props
    const secretsOfSources = [...secrets.sources]
    this.api = new HttpApi(this, 'Api', { apiName: `redress-${config.stage}`, createDefaultStage: false })
    const { api } = this
    this.front =
      props.webAclArn === undefined
        ? undefined
        : new Front(this, 'Front', { config, api, webAclArn: props.webAclArn })
    const publicUrl = config.publicUrl?.replace('{apiId}', api.apiId) ?? this.front?.url
    this.url = publicUrl ?? api.apiEndpoint
    const front = this.front === undefined ? {} : { FRONT_SECRET: this.front.secret.secretArn }
    const frontStatements =
      this.front === undefined
        ? []
        : [allow(['secretsmanager:GetSecretValue'], [this.front.secret.secretArn])]

    this.intake = new RedressFunction(this, 'Intake', {
      ...props,
      name: 'intake',
      description: 'Turns a signed webhook into a complaint, or joins it to one',
      timeout: Duration.seconds(10),
      memorySize: 512, // X wants its handshake answered in 3 s, cold start included
      environment: {
        ...secretFreshness(config),
        SOURCE_SECRETS: Stack.of(this).toJsonString(
          Object.fromEntries(secretsOfSources.map(([source, secret]) => [source, secret.secretArn])),
        ),
        ...(publicUrl === undefined ? {} : { PUBLIC_URL: publicUrl }),
        ...front,
      },
      statements: [
        ...frontStatements,
        // It gets the complaint that a platform reports of, and counts what is ignored.
        ledger.allow('GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'),
        allow(
          ['secretsmanager:GetSecretValue'],
          secretsOfSources.map(([, secret]) => secret.secretArn),
        ),
      ],
    })
    this.desk = new RedressFunction(this, 'Desk', {
      ...props,
      name: 'desk',
      description: 'The ops API: complaints, their timelines and commands',
      timeout: Duration.seconds(10),
      memorySize: 512,
      environment: front,
      statements: [
        ...frontStatements,
        ledger.allow('GetItem', 'BatchGetItem', 'Query', 'PutItem'),
        ledger.allowQuery('team'),
      ],
    })
    this.slackDesk = new RedressFunction(this, 'SlackDesk', {
      ...props,
      name: 'slack-desk',
      description: 'Buttons, commands and events from Slack',
      timeout: Duration.seconds(10),
      memorySize: 512, // Slack gives up after 3 s, cold start included
      environment: {
        ...slackEnvironment(config, secrets),
        ...front,
        SLACK_TASKS_QUEUE_URL: queues.slackTasks.queueUrl,
      },
      statements: [
        ...frontStatements,
        // It queries what a team's customers were lately sent, which a reply is held against.
        ledger.allow('GetItem', 'BatchGetItem', 'PutItem', 'Query'),
        allow(['secretsmanager:GetSecretValue'], [secrets.slack.secretArn]),
        allow(['sqs:SendMessage'], [queues.slackTasks.queueArn]),
      ],
    })

    const reports = props.bucket.arnForObjects('reports/*')
    this.reportPage = new RedressFunction(this, 'ReportPage', {
      ...props,
      name: 'report-page',
      description: 'Shows a month’s report to whoever has the link to it',
      timeout: Duration.seconds(10),
      environment: { ...front, EXPORT_BUCKET: props.bucket.bucketName },
      statements: [...frontStatements, ledger.allow('GetItem'), allow(['s3:GetObject'], [reports])],
    })
    acknowledgeResource(this.reportPage.role, reports, 'Any month’s report, and nothing beside them.')

    this.customerPage = new RedressFunction(this, 'CustomerPage', {
      ...props,
      name: 'customer-page',
      description: 'The pages that a customer opens: where to write to, and how they found it',
      timeout: Duration.seconds(10),
      memorySize: 512, // somebody waits for it
      environment: { ...secretFreshness(config), ...front, LINKS_SECRET: secrets.links.secretArn },
      statements: [
        ...frontStatements,
        ledger.allow('GetItem', 'BatchGetItem', 'PutItem'),
        allow(['secretsmanager:GetSecretValue'], [secrets.links.secretArn]),
      ],
    })

    const behind = {
      webhooks: this.intake,
      slack: this.slackDesk,
      ops: this.desk,
      reports: this.reportPage,
      pages: this.customerPage,
    }
    const routes: HttpRoute[] = []
    const routeSettings: Record<string, object> = {}
    for (const group of ['webhooks', 'slack', 'ops', 'reports', 'pages'] as const) {
      const integration = new HttpLambdaIntegration(group, behind[group].function)
      const ofSources = group === 'webhooks' ? config.sources.flatMap(webhooksOf) : []
      for (const [method, path] of [...ofSources, ...ROUTES[group]]) {
        routes.push(...this.api.addRoutes({ path, methods: [method], integration }))
        const own = group === 'reports' ? config.throttle.ops : config.throttle[group]
        const { rateLimit, burstLimit } = path.includes('{source}') ? NO_SOURCE : own
        // CloudFormation passes this map on as it is, so its keys are spelt as in a template.
        routeSettings[`${method} ${path}`] = {
          ThrottlingRateLimit: rateLimit,
          ThrottlingBurstLimit: burstLimit,
        }
      }
    }
    for (const route of routes)
      acknowledge(
        route,
        'AwsSolutions-APIG4',
        'The function checks the caller itself: a signature over the raw body, a bearer token, or the key in a link; openapi.json is public.',
      )

    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: config.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const { intake, desk, slackDesk, reportPage, customerPage } = this
    for (const { logGroup, node } of [intake, desk, slackDesk, reportPage, customerPage])
      this.count('Refused', logGroup, FilterPattern.exists('$.counted'), `${node.id}Refused`)
    this.count('Throttled', accessLog, FilterPattern.stringValue('$.status', '=', '429'), 'Throttled')

    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: config.throttle.ops, // a route that nobody thought of
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        // No address, no agent, no path: none of what says who called.
        format: AccessLogFormat.custom(
          JSON.stringify({
            service: `redress-${config.stage}`,
            requestId: '$context.requestId',
            requestTime: '$context.requestTime',
            route: '$context.routeKey',
            status: '$context.status',
            responseLatency: '$context.responseLatency',
            integrationError: '$context.integrationErrorMessage',
          }),
        ),
      },
    })
    const cfnStage = stage.node.defaultChild as CfnStage
    cfnStage.routeSettings = routeSettings
    for (const route of routes) stage.node.addDependency(route) // settings of a route that is not there yet are refused
  }

  /**
   * Counts lines of a log. A metric filter costs nothing but its series, where a second line in the embedded format would
   * make a flood twice as dear.
   */
  private count(metricName: MetricName, logGroup: LogGroup, filterPattern: IFilterPattern, id: string): void {
    const { dimension } = METRICS[metricName]
    new MetricFilter(this, id, {
      logGroup,
      filterPattern,
      metricNamespace: 'Redress',
      metricName,
      metricValue: '1',
      dimensions: { service: '$.service', ...(dimension === undefined ? {} : { [dimension]: '$.counted' }) },
    })
  }
}
