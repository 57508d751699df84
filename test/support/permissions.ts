/**
 * Whether each role may do what it does, and may do nothing else: the policies of a synthesised template, held against
 * the calls that a run of it made.
 */
import type { Call } from '../../infra/local/calls.ts'

/** A template as it comes out of the synthesis. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>
}
// biome-ignore lint/suspicious/noExplicitAny: a template is JSON of every shape
type Properties = any

/** What a deployed stack is made of. */
export interface Deployed {
  readonly region: string
  readonly account: string
  /** Physical ids by logical id. */
  readonly ids: Readonly<Record<string, string>>
  /** ARNs of tables' streams, by the table's logical id. */
  readonly streams: Readonly<Record<string, string>>
}

/** One action on one resource that a role's policy allows. */
export interface Grant {
  /** Who has the role: a function's folder, `workflow` for the state machine, else the role's logical id. */
  readonly role: string
  readonly action: string
  /** Its ARN, or a pattern. */
  readonly resource: string
  /** The same as it is written in the template: what stays the same from one deployment to the next. */
  readonly written: string
}

/** One action on one resource that a role needs. */
export interface Need {
  readonly role: string
  readonly action: string
  readonly resource: string
  /** What AWS does in the role's name is known from the template, and not recorded. */
  readonly by: 'the function' | 'AWS'
}

/** A grant and how often it was needed. */
export interface Row extends Grant {
  readonly times: number
  readonly by: 'the function' | 'AWS' | 'nobody'
}

/** A grant that no run needs, and why it is there all the same. */
export interface Exception {
  readonly role: string
  readonly action: string
  /** Part of the resource as written in the template, where the role has the action on several. */
  readonly on?: string
  /** Some runs use it, by a race that nobody can bring about: that it is used is no fault then. */
  readonly atTimes?: true
  readonly reason: string
}

export interface Report {
  readonly rows: readonly Row[]
  /** What was done and is not allowed, a line each. */
  readonly denied: readonly string[]
}

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T]

/** The logical id that a Ref or an Fn::GetAtt points at. */
const target = (reference: Properties): string => reference?.Ref ?? reference?.['Fn::GetAtt']?.[0] ?? ''

/** What a template's value is in a deployment. A reference that this does not know stays recognisable, and matches nothing. */
export function resolve(value: Properties, template: Template, deployed: Deployed): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { region, account, ids, streams } = deployed
  if (value['Fn::Join'] !== undefined) {
    const [separator, parts] = value['Fn::Join']
    return parts.map((part: Properties) => resolve(part, template, deployed)).join(separator)
  }
  const pseudo: Record<string, string> = {
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::URLSuffix': 'amazonaws.com',
  }
  if (value.Ref !== undefined) return pseudo[value.Ref] ?? ids[value.Ref] ?? `unknown:${value.Ref}`
  const [id, attribute] = value['Fn::GetAtt'] ?? []
  const physical = ids[id]
  if (attribute === 'StreamArn') return streams[id] ?? `unknown:${id}.StreamArn`
  if (attribute !== 'Arn' || physical === undefined) return `unknown:${JSON.stringify(value)}`
  if (physical.startsWith('arn:')) return physical
  const here = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`
  const arns: Record<string, () => string> = {
    'AWS::DynamoDB::Table': () => here('dynamodb', `table/${physical}`),
    'AWS::SQS::Queue': () => here('sqs', physical.split('/').at(-1) ?? ''),
    'AWS::S3::Bucket': () => `arn:aws:s3:::${physical}`,
    'AWS::Lambda::Function': () => here('lambda', `function:${physical}`),
    'AWS::Logs::LogGroup': () => here('logs', `log-group:${physical}:*`),
    'AWS::Events::EventBus': () => here('events', `event-bus/${physical}`),
    'AWS::KinesisFirehose::DeliveryStream': () => here('firehose', `deliverystream/${physical}`),
  }
  return arns[template.Resources[id]?.Type ?? '']?.() ?? `unknown:${JSON.stringify(value)}`
}

/** Who has each role, by the role's logical id. */
function holders(template: Template): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [id, { Type, Properties: p }] of Object.entries(template.Resources) as [string, Properties][]) {
    if (Type === 'AWS::IAM::Role' && !found.has(id)) found.set(id, id)
    if (Type === 'AWS::Lambda::Function')
      found.set(target(p.Role), String(p.FunctionName ?? id).replace(/^redress-[a-z]+-/, ''))
    if (Type === 'AWS::StepFunctions::StateMachine') found.set(target(p.RoleArn), 'workflow')
  }
  return found
}

/**
 * What the template's policies allow, a grant for each action and resource.
 * @throws Error for a statement that says more than which actions are allowed on which resources: this could not judge it.
 */
export function grantsOf(template: Template, deployed: Deployed): Grant[] {
  const held = holders(template)
  const documents: { role: string; document: Properties }[] = []
  for (const [id, { Type, Properties: p }] of Object.entries(template.Resources) as [string, Properties][]) {
    if (Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
      for (const role of list<Properties>(p.Roles))
        documents.push({ role: held.get(target(role)) ?? target(role), document: p.PolicyDocument })
    if (Type === 'AWS::IAM::Role') {
      if (list(p.ManagedPolicyArns).length > 0)
        throw new Error(`Role ${id} has a managed policy, which nobody proves: write its statements out`)
      for (const { PolicyDocument } of list<Properties>(p.Policies))
        documents.push({ role: held.get(id) ?? id, document: PolicyDocument })
    }
  }
  return documents.flatMap(({ role, document }) =>
    list<Properties>(document.Statement).flatMap((statement) => {
      const { Sid: _, Effect, Action, Resource, ...more } = statement
      if (
        Effect !== 'Allow' ||
        Action === undefined ||
        Resource === undefined ||
        Object.keys(more).length > 0
      )
        throw new Error(`The proof reads Allow, Action and Resource only, not: ${JSON.stringify(statement)}`)
      return list<string>(Action).flatMap((action) =>
        list<Properties>(Resource).map((resource) => ({
          role,
          action,
          resource: resolve(resource, template, deployed),
          written: short(resource),
        })),
      )
    }),
  )
}

/** A resource as the template has it, for people: references by their logical id, and no ARN's first half. */
const short = (resource: Properties): string => {
  if (typeof resource === 'string') return resource
  const parts: Properties[] = resource['Fn::Join']?.[1] ?? [resource]
  return parts
    .map((part) => {
      if (typeof part === 'string') return part
      const [id, attribute] = part['Fn::GetAtt'] ?? [part.Ref, 'Ref']
      return `${id}${attribute === 'Arn' || attribute === 'Ref' ? '' : `.${attribute}`}`
    })
    .join('')
    .replace(/^arn:.*?AWS::AccountId:/, '')
}

/**
 * What AWS itself does in a role's name, by what the template asks of it. Nobody can record these calls; the lists are
 * those of the Lambda and Step Functions developer guides (execution roles for event sources and destinations; logging;
 * tracing).
 */
export function needsOfAws(template: Template, deployed: Deployed): Need[] {
  const held = holders(template)
  const needs: Need[] = []
  const at = (value: Properties) => resolve(value, template, deployed)
  const need = (role: string, resource: string, ...actions: string[]) => {
    for (const action of actions) needs.push({ role, action, resource, by: 'AWS' })
  }
  const roleOf = (fn: Properties): string => {
    const properties = template.Resources[target(fn)]?.Properties as Properties
    return held.get(target(properties?.Role)) ?? ''
  }
  const traces = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']
  for (const { Type, Properties: p } of Object.values(template.Resources) as Properties[]) {
    if (Type === 'AWS::Lambda::Function') {
      const role = held.get(target(p.Role)) ?? ''
      const group = target(p.LoggingConfig?.LogGroup)
      need(role, at({ 'Fn::GetAtt': [group, 'Arn'] }), 'logs:CreateLogStream', 'logs:PutLogEvents')
      if (p.TracingConfig?.Mode === 'Active') need(role, '*', ...traces)
    }
    if (Type === 'AWS::Lambda::EventSourceMapping') {
      const role = roleOf(p.FunctionName)
      const source = at(p.EventSourceArn)
      if (p.StartingPosition === undefined)
        need(role, source, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes')
      else {
        need(role, source, 'dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator')
        need(role, '*', 'dynamodb:ListStreams')
      }
      const failures = p.DestinationConfig?.OnFailure?.Destination
      if (failures !== undefined) need(role, at(failures), 'sqs:SendMessage')
    }
    if (Type === 'AWS::Lambda::EventInvokeConfig') {
      for (const end of ['OnFailure', 'OnSuccess']) {
        const destination = p.DestinationConfig?.[end]?.Destination
        if (destination !== undefined) need(roleOf(p.FunctionName), at(destination), 'sqs:SendMessage')
      }
    }
    if (Type === 'AWS::StepFunctions::StateMachine') {
      const role = held.get(target(p.RoleArn)) ?? ''
      if (p.TracingConfiguration?.Enabled === true)
        need(role, '*', ...traces, 'xray:GetSamplingRules', 'xray:GetSamplingTargets')
      if ((p.LoggingConfiguration?.Level ?? 'OFF') !== 'OFF') {
        const delivery = ['Create', 'Get', 'Update', 'Delete'].map((verb) => `logs:${verb}LogDelivery`)
        need(role, '*', ...delivery, 'logs:ListLogDeliveries', 'logs:PutResourcePolicy')
        need(role, '*', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups')
      }
    }
  }
  return needs
}

const TRANSACTION: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
}
/** Services whose metrics, or the like, are no resources: IAM knows only `*`. */
const WITHOUT_RESOURCE = /^cloudwatch:(GetMetricData|ListMetrics|PutMetricData)$|^dynamodb:ListStreams$/

/**
 * What IAM asks for a call, as the Service Authorization Reference has it: a transaction needs the actions of its parts,
 * a batch of messages the action of one, an index its own ARN, a task token its state machine.
 * @returns undefined for a call that this does not know.
 */
export function needsOfCall(
  call: Call,
  deployed: Deployed,
  machineArn: string,
): { action: string; resource: string }[] | undefined {
  const [service, operation = ''] = call.call.split(':')
  const here = (of: string, resource: string) =>
    `arn:aws:${of}:${deployed.region}:${deployed.account}:${resource}`
  const one = (resource: string | undefined, action = call.call) =>
    resource === undefined ? undefined : [{ action, resource }]
  if (WITHOUT_RESOURCE.test(call.call)) return one('*')
  switch (service) {
    case 'dynamodb': {
      const table = (name: string) => here('dynamodb', `table/${name.replace(/^.*:table\//, '')}`)
      if (call.parts !== undefined)
        return call.parts.map(([part, name]) => ({
          action: `dynamodb:${TRANSACTION[part] ?? part}`,
          resource: table(name),
        }))
      if (call.TableName === undefined) return undefined
      return one(`${table(call.TableName)}${call.IndexName === undefined ? '' : `/index/${call.IndexName}`}`)
    }
    case 'sqs':
      if (call.QueueUrl === undefined) return undefined
      return one(here('sqs', call.QueueUrl.split('/').at(-1) ?? ''), call.call.replace(/Batch$/, ''))
    case 'secretsmanager':
      return one(call.SecretId)
    case 'states':
      if (operation.startsWith('SendTask')) return one(machineArn)
      return one(call.executionArn ?? call.stateMachineArn)
    case 'events':
      return one(
        call.EventBusName === undefined ? undefined : here('events', `event-bus/${call.EventBusName}`),
      )
    case 'lambda':
      return call.FunctionName === undefined
        ? undefined
        : one(here('lambda', `function:${call.FunctionName.replace(/^.*:function:/, '')}`))
    case 's3':
      if (call.bucket === undefined || call.bucket === '') return undefined
      if (operation === 'ListObjectsV2' || operation === 'ListObjects')
        return one(`arn:aws:s3:::${call.bucket}`, 's3:ListBucket')
      return one(`arn:aws:s3:::${call.bucket}${call.key ? `/${call.key}` : ''}`)
    default:
      return undefined
  }
}

/** Whether a pattern with `*` and `?` matches, as IAM does it: any characters, `:` and `/` included. */
export function matches(pattern: string, value: string, caseSensitive = true): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, caseSensitive ? 's' : 'si').test(value)
}

const covers = (grant: Grant, { role, action, resource }: Omit<Need, 'by'>): boolean =>
  grant.role === role && matches(grant.action, action, false) && matches(grant.resource, resource)

/**
 * Holds what was done against what is allowed.
 * @param calls of one deployment of this template
 */
export function examine(template: Template, deployed: Deployed, calls: readonly Call[]): Report {
  const grants = grantsOf(template, deployed)
  const machine = Object.entries(template.Resources).find(
    ([, { Type }]) => Type === 'AWS::StepFunctions::StateMachine',
  )
  const machineArn = deployed.ids[machine?.[0] ?? ''] ?? ''
  const denied = new Set<string>()

  const needs = new Map<string, { need: Need; times: number }>()
  const count = (need: Need) => {
    const key = JSON.stringify(need)
    const { times } = needs.get(key) ?? { times: 0 }
    needs.set(key, { need, times: times + 1 })
  }
  for (const need of needsOfAws(template, deployed)) count(need)
  for (const call of calls) {
    const role = call.by === 'states' ? 'workflow' : call.by.replace(/^redress-[a-z]+-/, '')
    const needed = needsOfCall(call, deployed, machineArn)
    if (needed === undefined)
      denied.add(`${role} made the call ${call.call}, and needsOfCall does not know what IAM asks for it`)
    for (const need of needed ?? []) count({ role, ...need, by: 'the function' })
  }

  const used = new Map<Grant, { times: number; by: Row['by'] }>()
  for (const { need, times } of needs.values()) {
    const covering = grants.filter((grant) => covers(grant, need))
    if (covering.length === 0) {
      const who = need.by === 'AWS' ? `AWS, for ${need.role},` : need.role
      denied.add(`${who} needs ${need.action} on ${need.resource}, which its role does not allow`)
    }
    for (const grant of covering) {
      const before = used.get(grant)
      const by = before?.by === 'the function' ? before.by : need.by
      used.set(grant, { times: (before?.times ?? 0) + (need.by === 'AWS' ? 0 : times), by })
    }
  }
  return {
    rows: grants.map((grant) => ({ ...grant, times: 0, by: 'nobody' as const, ...used.get(grant) })),
    denied: [...denied],
  }
}

/** The reports of several deployments of one template as one. */
export function merge(reports: readonly Report[]): Report {
  const rows = new Map<string, Row>()
  for (const row of reports.flatMap((report) => report.rows)) {
    const key = `${row.role} ${row.action} ${row.written}`
    const before = rows.get(key)
    const strongest = [before?.by, row.by].includes('the function')
      ? 'the function'
      : [before?.by, row.by].includes('AWS')
        ? 'AWS'
        : 'nobody'
    rows.set(key, { ...row, times: (before?.times ?? 0) + row.times, by: strongest })
  }
  return { rows: [...rows.values()], denied: [...new Set(reports.flatMap(({ denied }) => denied))] }
}

const excepts = ({ role, action, on }: Exception, row: Grant): boolean =>
  role === row.role && action === row.action && (on === undefined || row.written.includes(on))

/** What is wrong with a whole run's report, a line each: grants that nobody needs, and exceptions that are none. */
export function superfluous({ rows }: Report, exceptions: readonly Exception[]): string[] {
  const unused = rows.filter(({ by }) => by === 'nobody')
  return [
    ...unused
      .filter((row) => !exceptions.some((exception) => excepts(exception, row)))
      .map(({ role, action, written }) => `${role} may ${action} on ${written}, and never does`),
    ...exceptions
      .filter((exception) => {
        const among = exception.atTimes === true ? rows : unused
        return !among.some((row) => excepts(exception, row))
      })
      .map(({ role, action }) => `${role} needs no exception for ${action}: it is used, or not granted`),
  ]
}

/**
 * Grants whose resource is open-ended, and not because IAM or names made at run time leave no choice.
 * @param openEnded such resources, as patterns over how the template writes them
 */
export const tooWide = (grants: readonly Grant[], openEnded: readonly RegExp[]): string[] =>
  grants
    .filter(({ action, written }) => action.includes('*') || /[*?]/.test(written))
    .filter(({ action, written }) => !(written === '*' && needsEveryResource(action)))
    .filter(({ action, written }) => action.includes('*') || !openEnded.some((open) => open.test(written)))
    .map(({ role, action, written }) => `${role} may ${action} on ${written}, which is too much`)

const needsEveryResource = (action: string): boolean =>
  WITHOUT_RESOURCE.test(action) ||
  /^xray:(Put|GetSampling)|^logs:(\w+LogDelivery|ListLogDeliveries|PutResourcePolicy|Describe(ResourcePolicies|LogGroups))$/.test(
    action,
  )

/** The report as a table in Markdown, by role. */
export function table({ rows }: Report, exceptions: readonly Exception[] = []): string {
  const lines = [...rows]
    .sort((a, b) => (`${a.role} ${a.action} ${a.written}` < `${b.role} ${b.action} ${b.written}` ? -1 : 1))
    .map((row) => {
      const reason = exceptions.find((exception) => excepts(exception, row))?.reason
      const used =
        row.by === 'nobody' ? `no: ${reason ?? 'superfluous'}` : row.times > 0 ? row.times : 'by AWS'
      return `| ${row.role} | \`${row.action}\` | ${row.written} | ${used} |`
    })
  return ['| role | may | on | used |', '|---|---|---|---|', ...lines, ''].join('\n')
}
