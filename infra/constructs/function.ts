import { type Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { StageConfig } from '../config.ts'
import { acknowledge } from './acknowledge.ts'
import type { Bundle, FunctionName } from './bundle.ts'
import type { Ledger } from './ledger.ts'

/** What every function of the stack has in common. */
export interface FunctionSetup {
  readonly config: StageConfig
  readonly bundle: Bundle
  readonly ledger: Ledger
}

export interface RedressFunctionProps extends FunctionSetup {
  /** The folder in functions/; the function is called `redress-<stage>-<name>`. */
  readonly name: FunctionName
  /** What it does, in a sentence, for the console. */
  readonly description: string
  readonly timeout: Duration
  /** Memory, and with it CPU, in MiB. Default: 256; whoever keeps a person or a webhook waiting wants 512. */
  readonly memorySize?: number
  /** On top of what every function is told. */
  readonly environment?: Record<string, string>
  /** Everything it may do, beyond writing its own log and trace: exact actions on exact resources. */
  readonly statements: PolicyStatement[]
  /** How many may run at once, where the stage reserves concurrency. Default: as many as the account allows. */
  readonly reservedConcurrency?: number
}

/** A statement that allows these actions on these ARNs. */
export const allow = (actions: string[], resources: string[]): PolicyStatement =>
  new PolicyStatement({ effect: Effect.ALLOW, actions, resources })

/** A Lambda function with the project's defaults: runtime, logs, tracing, environment, and a role of its own. */
export class RedressFunction extends Construct {
  readonly name: FunctionName
  readonly function: LambdaFunction
  readonly role: Role
  readonly logGroup: LogGroup

  constructor(scope: Construct, id: string, props: RedressFunctionProps) {
    super(scope, id)
    const { config, ledger, name } = props
    this.name = name

    this.logGroup = new LogGroup(this, 'Log', {
      retention: config.logRetention,
      removalPolicy: RemovalPolicy.DESTROY, // what must outlive the stack is in the ledger, not in a log
    })

    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.role.addToPolicy(allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]))
    for (const statement of props.statements) this.role.addToPolicy(statement)
    if (config.tracing)
      acknowledge(
        this.role,
        'AwsSolutions-IAM5[Resource::*]',
        'xray:PutTraceSegments and PutTelemetryRecords cannot be limited to a resource.',
      )

    this.function = new LambdaFunction(this, 'Function', {
      functionName: `redress-${config.stage}-${name}`, // the local run and the runbook call functions by name
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64, // a fifth cheaper than x86 for the same work
      handler: 'index.handler',
      code: Code.fromAsset(props.bundle(name)),
      role: this.role,
      logGroup: this.logGroup,
      tracing: config.tracing ? Tracing.ACTIVE : Tracing.DISABLED, // which also gives or withholds the permissions
      timeout: props.timeout,
      memorySize: props.memorySize ?? 256,
      ...(config.reserveConcurrency && props.reservedConcurrency !== undefined
        ? { reservedConcurrentExecutions: props.reservedConcurrency }
        : {}),
      environment: {
        STAGE: config.stage,
        TABLE_NAME: ledger.table.tableName,
        POWERTOOLS_SERVICE_NAME: `redress-${config.stage}`, // becomes the dimension `service` of every metric
        POWERTOOLS_METRICS_NAMESPACE: 'Redress',
        POWERTOOLS_LOG_LEVEL: config.logLevel,
        NODE_OPTIONS: '--enable-source-maps',
        ...props.environment,
      },
    })
  }
}
