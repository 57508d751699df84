import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { METRICS } from '../../functions/shared/metrics.ts'
import { sources } from '../../functions/sources/index.ts'
import type { Stage } from '../../infra/config.ts'
import { ROOT } from '../../infra/constructs/bundle.ts'
import { SOURCE_NAMES, secretOutput } from '../../infra/sources.ts'
import type { Resource, Template } from './synth.ts'

/** A rule over a whole template. */
export interface Rule {
  /** What holds, as a sentence. */
  readonly holds: string
  /** What breaks it: nothing, or a line each. */
  readonly check: (template: Template, stage: Stage) => string[]
  /** A change that breaks it: it proves that the rule can fail. */
  readonly breakIt: (template: Template) => void
}

type Named = [id: string, resource: Resource]
const of = ({ Resources }: Template, type: string): Named[] =>
  Object.entries(Resources).filter(([, { Type }]) => Type === type)
const first = (template: Template, type: string): Resource['Properties'] => {
  const [found] = of(template, type)
  if (found === undefined) throw new Error(`there is no ${type}`)
  return found[1].Properties
}
/** The resource that a reference in a template points at. */
const target = (reference: unknown): string | undefined => {
  const { Ref, 'Fn::GetAtt': getAtt } = (reference ?? {}) as { Ref?: string; 'Fn::GetAtt'?: string[] }
  return Ref ?? getAtt?.[0]
}
const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value])
/** The ids of those that a test finds fault with. */
const where = (
  resources: Named[],
  isFaulty: (properties: Resource['Properties'], id: string) => boolean,
): string[] => resources.filter(([id, { Properties }]) => isFaulty(Properties, id)).map(([id]) => id)

const readers = (template: Template) =>
  of(template, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties)
const isStream = (mapping: Resource['Properties']) => mapping.StartingPosition !== undefined

function deadLetterQueues(template: Template): Set<string | undefined> {
  return new Set([
    ...of(template, 'AWS::SQS::Queue').map(([, q]) =>
      target(q.Properties.RedrivePolicy?.deadLetterTargetArn),
    ),
    ...readers(template).map((m) => target(m.DestinationConfig?.OnFailure?.Destination)),
    ...of(template, 'AWS::Lambda::EventInvokeConfig').map(([, c]) =>
      target(c.Properties.DestinationConfig?.OnFailure?.Destination),
    ),
    ...of(template, 'AWS::Events::Rule').flatMap(([, r]) =>
      r.Properties.Targets.map((t: Resource['Properties']) => target(t.DeadLetterConfig?.Arn)),
    ),
  ])
}

interface Statement {
  readonly Effect: string
  readonly Action: string | string[]
  readonly Resource: unknown
  readonly Condition?: unknown
}
const statements = (template: Template): { id: string; statement: Statement }[] =>
  Object.entries(template.Resources).flatMap(([id, { Properties }]) =>
    [
      Properties?.PolicyDocument,
      ...(Properties?.Policies ?? []).map((p: Resource['Properties']) => p.PolicyDocument),
    ]
      .filter((document) => document !== undefined)
      .flatMap((document) => document.Statement.map((statement: Statement) => ({ id, statement }))),
  )
const allowed = (template: Template) =>
  statements(template).filter(({ statement }) => statement.Effect === 'Allow')

/** AWS gives these no resource to be limited to (Service Authorization Reference). */
const WITHOUT_RESOURCE = new Map([
  ['xray:PutTraceSegments', 'a trace belongs to no resource'],
  ['xray:PutTelemetryRecords', 'a trace belongs to no resource'],
  ['xray:GetSamplingRules', 'sampling rules are the account’s'],
  ['xray:GetSamplingTargets', 'sampling rules are the account’s'],
  ['dynamodb:ListStreams', 'lists the account’s streams'],
  ['cloudwatch:GetMetricData', 'metrics are no resources'],
  ['cloudwatch:ListMetrics', 'metrics are no resources'],
  ...['Create', 'Get', 'Update', 'Delete'].map((verb): [string, string] => [
    `logs:${verb}LogDelivery`,
    'log deliveries are the account’s',
  ]),
  ['logs:ListLogDeliveries', 'log deliveries are the account’s'],
  ['logs:PutResourcePolicy', 'log resource policies are the account’s'],
  ['logs:DescribeResourcePolicies', 'log resource policies are the account’s'],
  ['logs:DescribeLogGroups', 'lists the account’s log groups'],
])

/** Part of an ARN may be open where names are made at run time. */
const OPEN_ENDED = new Map([
  [/:execution:redress-\w+-complaint:\*$/, ['states:DescribeExecution', 'states:StopExecution']],
  [
    /\/(metrics|complaints|redress|heads|parquet|corrections|manifests|reports)\/\*$/,
    ['s3:GetObject', 's3:PutObject'],
  ],
  [/\/metric-stream\/\*$/, ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject']],
  [/\/mails\/\*$/, ['s3:PutObject', 's3:GetObject']], // SES names each mail
])

/** An ARN with its references left out. */
const written = (arn: unknown): string =>
  typeof arn === 'string'
    ? arn
    : ((arn as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join']?.[1] ?? [])
        .filter((part) => typeof part === 'string')
        .join('')

const ROUTES = [
  'GET /webhooks/{source}',
  'POST /webhooks/{source}',
  'POST /slack/interactions',
  'POST /slack/commands',
  'POST /slack/events',
  'GET /complaints',
  'GET /complaints/{id}',
  'GET /complaints/{id}/timeline',
  'POST /complaints/{id}/commands',
  'GET /openapi.json',
  'GET /reports/{month}',
  'GET /contact/{key}',
  'POST /contact/{key}',
  'GET /survey/{key}',
  'POST /survey/{key}',
].sort()

/** Those that have a source's own limit. */
const sourceRoutes = (stage: Stage): string[] =>
  SOURCE_NAMES.filter((source) => SECRET_OUTPUTS[stage].includes(secretOutput(source))).flatMap((source) => [
    `POST /webhooks/${source}`,
    ...(sources.get(source)?.handshake === undefined ? [] : [`GET /webhooks/${source}`]),
  ])

const OUTPUTS = [
  'ApiUrl',
  'ApiId',
  'TableName',
  'StateMachineArn',
  'OutboxQueueUrl',
  'OutboxDeadLetterQueueUrl',
  'DueQueueUrl',
  'SlackTasksQueueUrl',
  'SlackTasksDeadLetterQueueUrl',
  'ExportBucketName',
  'RepliesQueueUrl',
  'RepliesDeadLetterQueueUrl',
  'SlackSecretArn',
  'SendersSecretArn',
].sort()

/** Of a stage with mail. */
const MAIL_OUTPUTS = ['MailBucketName', 'MailDeadLetterQueueUrl', 'MailDeadLetterQueueArn']

/** Of a stage that tells other systems of events. */
const EVENT_OUTPUTS = [
  'EventBusName',
  'EventBusArn',
  'EventsDeadLetterQueueArn',
  'WebhooksQueueUrl',
  'WebhooksDeadLetterQueueUrl',
]

/** What `SAID` makes of each stage. */
const SECRET_OUTPUTS: Record<Stage, readonly string[]> = {
  local: SOURCE_NAMES.map(secretOutput),
  dev: ['WebSecretArn'],
  prod: ['WebSecretArn', 'XSecretArn'],
}

const same = (found: string[], wanted: string[]): string[] => [
  ...found.filter((x) => !wanted.includes(x)).map((x) => `${x} should not be there`),
  ...wanted.filter((x) => !found.includes(x)).map((x) => `${x} is missing`),
]

const runbookAnchors = new Set(
  [...readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8').matchAll(/^#+ (.+)$/gm)].map(
    ([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
  ),
)

const enforcesTls = (template: Template, id: string) =>
  Object.values(template.Resources).some(
    ({ Properties: p }) =>
      [...list(p?.Queues ?? []), ...list(p?.Topics ?? []), p?.Bucket].some((x) => target(x) === id) &&
      (p.PolicyDocument?.Statement ?? []).some(
        (s: Resource['Properties']) =>
          s.Effect === 'Deny' && s.Condition?.Bool?.['aws:SecureTransport'] === 'false',
      ),
  )

export const RULES: Rule[] = [
  {
    holds: 'every queue that is not itself a dead-letter queue has one',
    check: (t) => {
      const dead = deadLetterQueues(t)
      return where(of(t, 'AWS::SQS::Queue'), (q, id) => q.RedrivePolicy === undefined && !dead.has(id))
    },
    breakIt: (t) => {
      t.Resources.Lonely = { Type: 'AWS::SQS::Queue', Properties: {} }
    },
  },
  {
    holds: 'every dead-letter queue has an alarm for the first message in it',
    check: (t) => {
      const watched = of(t, 'AWS::CloudWatch::Alarm')
        .map(([, a]) => a.Properties)
        .filter((a) => a.MetricName === 'ApproximateNumberOfMessagesVisible' && a.Threshold === 0)
        .flatMap((a) => a.Dimensions.map((d: Resource['Properties']) => target(d.Value)))
      return [...deadLetterQueues(t)].filter((id) => id !== undefined && !watched.includes(id)).map(String)
    },
    breakIt: (t) => {
      const alarms = of(t, 'AWS::CloudWatch::Alarm')
      const [alarm] = alarms.find(([, a]) => a.Properties.MetricName?.startsWith('ApproximateNumber')) ?? ['']
      delete t.Resources[alarm]
    },
  },
  {
    holds: 'a queue hides a message for at least six times as long as its function may take',
    check: (t) =>
      readers(t)
        .filter((m) => !isStream(m))
        .filter((m) => {
          const queue = t.Resources[target(m.EventSourceArn) ?? '']?.Properties
          const timeout = t.Resources[target(m.FunctionName) ?? '']?.Properties.Timeout
          return !(queue.VisibilityTimeout >= 6 * timeout)
        })
        .map((m) => JSON.stringify(m.EventSourceArn)),
    breakIt: (t) => {
      for (const [, q] of of(t, 'AWS::SQS::Queue')) q.Properties.VisibilityTimeout = 30
    },
  },
  {
    holds: 'every reader of a queue or stream reports the records that failed, not the whole batch',
    check: (t) =>
      readers(t)
        .filter((m) => !m.FunctionResponseTypes?.includes('ReportBatchItemFailures'))
        .map((m) => JSON.stringify(m.FunctionName)),
    breakIt: (t) => {
      delete first(t, 'AWS::Lambda::EventSourceMapping').FunctionResponseTypes
    },
  },
  {
    holds:
      'every stream reader gets new events only, from the oldest on, and gives up on a bad one to a queue',
    check: (t) =>
      readers(t)
        .filter(isStream)
        .filter(
          (m) =>
            m.FilterCriteria?.Filters?.[0]?.Pattern !==
              '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"sk":{"S":[{"prefix":"EVENT#"}]}}}}' ||
            m.StartingPosition !== 'TRIM_HORIZON' ||
            !m.BisectBatchOnFunctionError ||
            !(m.MaximumRetryAttempts >= 0) ||
            !(m.MaximumRecordAgeInSeconds > 0) ||
            m.DestinationConfig?.OnFailure === undefined,
        )
        .map((m) => JSON.stringify(m.FunctionName)),
    breakIt: (t) => {
      for (const m of readers(t)) delete m.MaximumRetryAttempts
    },
  },
  {
    holds:
      'every scheduled run that cannot be started ends on a dead-letter queue, after a bounded number of tries',
    check: (t) =>
      where(of(t, 'AWS::Events::Rule'), (rule) =>
        rule.Targets.some(
          (x: Resource['Properties']) =>
            x.DeadLetterConfig === undefined ||
            !(x.RetryPolicy?.MaximumRetryAttempts >= 0) ||
            !(x.RetryPolicy?.MaximumEventAgeInSeconds > 0),
        ),
      ),
    breakIt: (t) => {
      delete first(t, 'AWS::Events::Rule').Targets[0].RetryPolicy
    },
  },
  {
    holds: 'every scheduled run that fails ends on a dead-letter queue too',
    check: (t) => {
      const caught = of(t, 'AWS::Lambda::EventInvokeConfig')
        .filter(([, c]) => c.Properties.DestinationConfig?.OnFailure !== undefined)
        .map(([, c]) => target(c.Properties.FunctionName))
      return where(of(t, 'AWS::Events::Rule'), (rule) =>
        rule.Targets.some((x: Resource['Properties']) => !caught.includes(target(x.Arn))),
      )
    },
    breakIt: (t) => {
      delete first(t, 'AWS::Lambda::EventInvokeConfig').DestinationConfig
    },
  },
  {
    holds: 'no policy allows an action with a * in it',
    check: (t) =>
      allowed(t).flatMap(({ id, statement }) =>
        list(statement.Action)
          .filter((action) => action.includes('*'))
          .map((action) => `${id}: ${action}`),
      ),
    breakIt: (t) => {
      first(t, 'AWS::IAM::Policy').PolicyDocument.Statement[0].Action = 'logs:*'
    },
  },
  {
    holds: 'only actions that AWS cannot limit to a resource are allowed on all of them',
    check: (t) =>
      allowed(t)
        .filter(({ statement }) => list(statement.Resource).includes('*'))
        .flatMap(({ id, statement }) =>
          list(statement.Action)
            .filter((action) => !WITHOUT_RESOURCE.has(action))
            .map((action) => `${id}: ${action}`),
        ),
    breakIt: (t) => {
      first(t, 'AWS::IAM::Policy').PolicyDocument.Statement[0].Resource = '*'
    },
  },
  {
    holds: 'only ARNs whose names are made at run time are allowed with a * in them, for these actions',
    check: (t) =>
      allowed(t).flatMap(({ id, statement }) =>
        list(statement.Resource)
          .map(written)
          .filter((arn) => arn.includes('*') && arn !== '*')
          .filter((arn) => {
            const [, actions] = [...OPEN_ENDED].find(([pattern]) => pattern.test(arn)) ?? []
            return !list(statement.Action).every((action) => actions?.includes(action))
          })
          .map((arn) => `${id}: ${arn}`),
      ),
    breakIt: (t) => {
      first(t, 'AWS::IAM::Policy').PolicyDocument.Statement[0].Resource = 'arn:aws:logs:*:*:log-group:*'
    },
  },
  {
    holds: 'each function has a role of its own, with no managed policy',
    check: (t) => {
      const roles = of(t, 'AWS::Lambda::Function').map(([, f]) => target(f.Properties.Role))
      return [
        ...roles.filter((role, i) => roles.indexOf(role) !== i).map(String),
        ...where(of(t, 'AWS::IAM::Role'), (role) => (role.ManagedPolicyArns ?? []).length > 0),
        ...where(of(t, 'AWS::IAM::Policy'), (policy) => policy.Roles.length !== 1),
      ]
    },
    breakIt: (t) => {
      const [[, a], [, b]] = of(t, 'AWS::Lambda::Function') as [Named, Named]
      a.Properties.Role = b.Properties.Role
    },
  },
  {
    holds: 'every function keeps its log in a group of its own, and for a limited time',
    check: (t) => {
      const groups = of(t, 'AWS::Lambda::Function').map(([, f]) =>
        target(f.Properties.LoggingConfig?.LogGroup),
      )
      return [
        ...groups.filter((group, i) => group === undefined || groups.indexOf(group) !== i).map(String),
        ...where(of(t, 'AWS::Logs::LogGroup'), (group) => !(group.RetentionInDays > 0)),
      ]
    },
    breakIt: (t) => {
      delete first(t, 'AWS::Logs::LogGroup').RetentionInDays
    },
  },
  {
    holds: 'every function runs Node 24, and counts its metrics for its stage',
    check: (t, stage) =>
      where(
        of(t, 'AWS::Lambda::Function'),
        (f) =>
          f.Runtime !== 'nodejs24.x' ||
          f.Environment.Variables.POWERTOOLS_SERVICE_NAME !== `redress-${stage}`,
      ),
    breakIt: (t) => {
      first(t, 'AWS::Lambda::Function').Runtime = 'nodejs18.x'
    },
  },
  {
    holds: 'nothing is traced, nor may write traces, unless whoever deploys asked for it',
    check: (t) => [
      ...where(of(t, 'AWS::Lambda::Function'), (f) => f.TracingConfig?.Mode === 'Active'),
      ...where(of(t, 'AWS::StepFunctions::StateMachine'), (m) => m.TracingConfiguration?.Enabled === true),
      ...allowed(t)
        .filter(({ statement }) => [statement.Action].flat().some((action) => action.startsWith('xray:')))
        .map(({ id }) => id),
    ],
    breakIt: (t) => {
      first(t, 'AWS::Lambda::Function').TracingConfig = { Mode: 'Active' }
    },
  },
  {
    holds: 'the table has point-in-time recovery, encryption and a stream',
    check: (t, stage) =>
      of(t, 'AWS::DynamoDB::Table')
        .filter(
          ([, { Properties: p, DeletionPolicy }]) =>
            !p.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ||
            !p.SSESpecification?.SSEEnabled ||
            p.StreamSpecification?.StreamViewType !== 'NEW_IMAGE' ||
            (stage === 'prod' && !(p.DeletionProtectionEnabled && DeletionPolicy === 'Retain')),
        )
        .map(([id]) => id),
    breakIt: (t) => {
      delete first(t, 'AWS::DynamoDB::Table').PointInTimeRecoverySpecification
    },
  },
  {
    holds: 'buckets, queues and topics refuse whoever does not come by TLS',
    check: (t) =>
      ['AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::SNS::Topic'].flatMap((type) =>
        where(of(t, type), (_, id) => !enforcesTls(t, id)),
      ),
    breakIt: (t) => {
      first(t, 'AWS::SQS::QueuePolicy').PolicyDocument.Statement = []
    },
  },
  {
    holds: 'buckets and queues are encrypted, and buckets closed to the public',
    check: (t) => [
      ...where(of(t, 'AWS::SQS::Queue'), (q) => q.SqsManagedSseEnabled !== true),
      ...where(
        of(t, 'AWS::S3::Bucket'),
        (b) =>
          b.BucketEncryption === undefined ||
          b.VersioningConfiguration?.Status !== 'Enabled' ||
          !Object.values(b.PublicAccessBlockConfiguration ?? { none: false }).every(
            (blocked) => blocked === true,
          ),
      ),
    ],
    breakIt: (t) => {
      first(t, 'AWS::S3::Bucket').PublicAccessBlockConfiguration.BlockPublicAcls = false
    },
  },
  {
    holds: 'every alarm says how missing data counts and why, and leads to a section of the runbook',
    check: (t) =>
      where(of(t, 'AWS::CloudWatch::Alarm'), (alarm) => {
        const [, anchor = ''] =
          /Missing data: .+\. Runbook: docs\/runbook\.md#(\S+)$/.exec(alarm.AlarmDescription) ?? []
        return (
          alarm.TreatMissingData === undefined ||
          !runbookAnchors.has(anchor) ||
          alarm.AlarmActions.length === 0
        )
      }),
    breakIt: (t) => {
      first(t, 'AWS::CloudWatch::Alarm').AlarmDescription += '-gone'
    },
  },
  {
    holds: 'no alarm waits for a metric that nobody writes',
    check: (t, stage) =>
      where(of(t, 'AWS::CloudWatch::Alarm'), (alarm) => {
        if (alarm.Namespace !== 'Redress') return false
        const metric = METRICS[alarm.MetricName as keyof typeof METRICS]
        const dimensions = Object.fromEntries(
          alarm.Dimensions.map((d: Resource['Properties']) => [d.Name, d.Value]),
        )
        return (
          metric === undefined ||
          dimensions.service !== `redress-${stage}` ||
          same(Object.keys(dimensions), ['service', metric.dimension ?? []].flat()).length > 0
        )
      }),
    breakIt: (t) => {
      const alarms = of(t, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties)
      for (const alarm of alarms) if (alarm.Namespace === 'Redress') alarm.MetricName = 'Misspelt'
    },
  },
  {
    holds: 'the HTTP API has the routes of the design, each with a limit, and no CORS',
    check: (t, stage) => {
      const { RouteSettings } = first(t, 'AWS::ApiGatewayV2::Stage')
      const routes = [...ROUTES, ...sourceRoutes(stage)]
      return [
        ...same(
          of(t, 'AWS::ApiGatewayV2::Route').map(([, r]) => r.Properties.RouteKey),
          routes,
        ),
        ...same(Object.keys(RouteSettings), routes),
        ...where(of(t, 'AWS::ApiGatewayV2::Api'), (api) => api.CorsConfiguration !== undefined),
      ]
    },
    breakIt: (t) => {
      first(t, 'AWS::ApiGatewayV2::Route').RouteKey = 'DELETE /complaints/{id}'
    },
  },
  {
    holds:
      'each source has a limit of its own, and all limits together are below the account’s 10,000 a second',
    check: (t, stage) => {
      const { RouteSettings } = first(t, 'AWS::ApiGatewayV2::Stage')
      const limits = Object.values(RouteSettings as Record<string, { ThrottlingRateLimit?: number }>)
      const total = limits.reduce((sum, { ThrottlingRateLimit = 0 }) => sum + ThrottlingRateLimit, 0)
      return [
        ...sourceRoutes(stage).filter((route) => !(RouteSettings[route]?.ThrottlingBurstLimit > 0)),
        ...(stage !== 'local' && total > 10_000 ? [`${total} a second`] : []),
      ]
    },
    breakIt: (t) => {
      delete first(t, 'AWS::ApiGatewayV2::Stage').RouteSettings['POST /webhooks/web']
    },
  },
  {
    holds: 'refused and throttled requests are counted from the logs, in the series that the catalogue knows',
    check: (t) => {
      const filters = of(t, 'AWS::Logs::MetricFilter').flatMap(([, f]) => f.Properties.MetricTransformations)
      return same(
        filters.map(
          (f) => `${f.MetricName} ${f.Dimensions.map((d: Resource['Properties']) => d.Key).sort()}`,
        ),
        ['Refused', 'Refused', 'Refused', 'Throttled'].map((name) => {
          const { dimension } = METRICS[name as 'Refused' | 'Throttled']
          return `${name} ${[dimension ?? [], 'service'].flat().sort()}`
        }),
      )
    },
    breakIt: (t) => {
      first(t, 'AWS::Logs::MetricFilter').MetricTransformations[0].MetricName = 'Misspelt'
    },
  },
  {
    holds:
      'nothing that a customer wrote or is gets into a log: no execution data, no address, no agent, no path',
    check: (t) => [
      ...where(
        of(t, 'AWS::StepFunctions::StateMachine'),
        (machine) => machine.LoggingConfiguration?.IncludeExecutionData !== false,
      ),
      ...where(of(t, 'AWS::ApiGatewayV2::Stage'), (stage) =>
        /sourceIp|userAgent|identity|authorizer|context\.path|domain/.test(stage.AccessLogSettings.Format),
      ),
    ],
    breakIt: (t) => {
      first(t, 'AWS::StepFunctions::StateMachine').LoggingConfiguration.IncludeExecutionData = true
    },
  },
  {
    holds: 'the deployed state machine is the file as it stands, and all its functions are known',
    check: (t) => {
      const file = readFileSync(join(ROOT, 'workflows', 'complaint.asl.json'), 'utf8')
      return where(of(t, 'AWS::StepFunctions::StateMachine'), (machine) => {
        const named = [...file.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)
        const known = Object.entries(machine.DefinitionSubstitutions)
        return (
          machine.DefinitionString !== file ||
          named.some((name) => !(name in machine.DefinitionSubstitutions)) ||
          known.some(
            ([name, arn]) =>
              !named.includes(name) || t.Resources[target(arn) ?? '']?.Type !== 'AWS::Lambda::Function',
          )
        )
      })
    },
    breakIt: (t) => {
      first(t, 'AWS::StepFunctions::StateMachine').DefinitionString = '{}'
    },
  },
  {
    holds: 'only the local stage is told where Slack is',
    check: (t, stage) =>
      where(of(t, 'AWS::Lambda::Function'), ({ Environment: { Variables } }) => {
        const talksToSlack = Variables.SLACK_SECRET !== undefined
        return (Variables.SLACK_API_URL !== undefined) !== (talksToSlack && stage === 'local')
      }),
    breakIt: (t) => {
      for (const [, f] of of(t, 'AWS::Lambda::Function')) {
        const { Variables } = f.Properties.Environment
        if ('SLACK_API_URL' in Variables) delete Variables.SLACK_API_URL
        else Variables.SLACK_API_URL = 'http://127.0.0.1'
      }
    },
  },
  {
    holds: 'only the local stage is told where the platforms are that replies are sent by',
    check: (t, stage) =>
      where(of(t, 'AWS::Lambda::Function'), ({ Environment: { Variables } }) => {
        const isLocalSender = Variables.SENDERS_SECRET !== undefined && stage === 'local'
        return ['PLATFORMS_URL', 'AWS_ENDPOINT_URL_SESV2'].some(
          (name) => (Variables[name] !== undefined) !== isLocalSender,
        )
      }),
    breakIt: (t) => {
      for (const [, f] of of(t, 'AWS::Lambda::Function')) {
        const { Variables } = f.Properties.Environment
        if ('PLATFORMS_URL' in Variables) delete Variables.PLATFORMS_URL
        else Variables.PLATFORMS_URL = 'http://127.0.0.1'
      }
    },
  },
  {
    holds: 'only the local stage calls its own machine, and hurries: nobody else’s webhooks do',
    check: (t, stage) =>
      where(of(t, 'AWS::Lambda::Function'), ({ Environment: { Variables } }) => {
        const { WEBHOOK_LOOPBACK: loopback = 'false', WEBHOOK_PACE: pace = '1' } = Variables
        return stage !== 'local' && (loopback !== 'false' || pace !== '1')
      }).concat(
        stage === 'local' && !JSON.stringify(t).includes('"WEBHOOK_LOOPBACK":"true"')
          ? ['it does not call its own machine']
          : [],
      ),
    breakIt: (t) => {
      const { Variables } = first(t, 'AWS::Lambda::Function').Environment
      for (const [, f] of of(t, 'AWS::Lambda::Function'))
        delete f.Properties.Environment.Variables.WEBHOOK_LOOPBACK
      Variables.WEBHOOK_PACE = '0.5'
    },
  },
  {
    holds: 'no secret has a value that could verify anything',
    check: (t) =>
      where(
        of(t, 'AWS::SecretsManager::Secret'),
        (secret) =>
          secret.SecretString !== undefined ||
          !['{}', '{"active":[]}'].includes(secret.GenerateSecretString?.SecretStringTemplate) ||
          // A key of our own is made with the stage, and no shorter than what nobody guesses.
          (secret.GenerateSecretString?.GenerateStringKey !== 'unset' &&
            !(
              secret.GenerateSecretString?.GenerateStringKey === 'key' &&
              secret.GenerateSecretString.PasswordLength >= 43
            )),
      ),
    breakIt: (t) => {
      first(t, 'AWS::SecretsManager::Secret').GenerateSecretString.SecretStringTemplate =
        '{"active":["changeme"]}'
    },
  },
  {
    holds: 'the outputs are those that the local run and the ops tools read',
    check: (t, stage) =>
      same(Object.keys(t.Outputs), [
        ...OUTPUTS,
        ...SECRET_OUTPUTS[stage],
        ...(of(t, 'AWS::SES::ReceiptRule').length === 0 ? [] : MAIL_OUTPUTS),
        ...(of(t, 'AWS::Events::EventBus').length === 0 ? [] : EVENT_OUTPUTS),
      ]),
    breakIt: (t) => {
      delete t.Outputs.ApiUrl
    },
  },
]
