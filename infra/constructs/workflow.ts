import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { acknowledge, acknowledgeResource } from './acknowledge.ts'
import { ROOT } from './bundle.ts'
import { allow, type FunctionSetup, RedressFunction } from './function.ts'

export interface WorkflowProps extends FunctionSetup {
  /** The definition. Default: workflows/complaint.asl.json. */
  readonly definitionFile?: string
}

/** The state machine that knows what to wait for, and the three functions that it calls. */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine
  readonly await: RedressFunction
  readonly escalate: RedressFunction
  readonly close: RedressFunction
  /**
   * Known from the name alone. The machine depends on its functions, so what they and others may do to it must
   * not depend on the machine.
   */
  readonly arn: string
  private readonly executionArn: string

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id)
    const { config, ledger } = props
    const stack = Stack.of(this)
    const name = `redress-${config.stage}-complaint`
    this.arn = stack.formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    this.executionArn = stack.formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${name}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })

    this.await = new RedressFunction(this, 'Await', {
      ...props,
      name: 'await',
      description: 'Leaves the workflow’s task token with the complaint, unless there is news already',
      timeout: Duration.seconds(30),
      statements: [
        ledger.allow('GetItem', 'UpdateItem', 'ConditionCheckItem'),
        allow(['states:SendTaskSuccess'], [this.arn]),
      ],
    })
    this.escalate = new RedressFunction(this, 'Escalate', {
      ...props,
      name: 'escalate',
      description: 'Involves the next level of the ladder',
      timeout: Duration.seconds(30),
      statements: [ledger.allow('GetItem', 'PutItem', 'UpdateItem')],
    })
    this.close = new RedressFunction(this, 'Close', {
      ...props,
      name: 'close',
      description: 'Closes a resolved complaint that nobody reopened',
      timeout: Duration.seconds(30),
      statements: [ledger.allow('GetItem', 'PutItem', 'UpdateItem')],
    })
    const tasks = {
      AwaitFunctionArn: this.await.function.functionArn,
      EscalateFunctionArn: this.escalate.function.functionArn,
      CloseFunctionArn: this.close.function.functionArn,
    }

    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') })
    role.addToPolicy(allow(['lambda:InvokeFunction'], Object.values(tasks)))
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'The actions for log delivery (logs:…LogDelivery) and X-Ray cannot be limited to a resource.',
    )

    const file = props.definitionFile ?? join(ROOT, 'workflows', 'complaint.asl.json')
    if (!existsSync(file)) throw new Error(`there is no state machine definition at ${file}`)
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: name,
      definitionBody: DefinitionBody.fromString(readFileSync(file, 'utf8')), // as it stands, tests included
      definitionSubstitutions: tasks,
      role,
      tracingEnabled: config.tracing,
      logs: {
        destination: new LogGroup(this, 'Log', {
          // CloudWatch writes this prefix into its own policy, which would otherwise grow past its limit.
          logGroupName: `/aws/vendedlogs/states/${name}`,
          retention: config.logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ERROR,
        includeExecutionData: false,
      },
    })
    if (!config.tracing)
      acknowledge(
        this.stateMachine,
        'AwsSolutions-SF2',
        'Tracing is for whoever looks for something (-c tracing=true): the ledger and the history tell every step.',
      )
    acknowledge(
      this.stateMachine,
      'AwsSolutions-SF1',
      'The ledger records every step and Step Functions keeps the history: logging ALL would only repeat it.',
    )
  }
  /** Lets the function do this to executions of the machine: which ones only the ledger knows. */
  allowExecutions(target: RedressFunction, ...actions: ('DescribeExecution' | 'StopExecution')[]): void {
    target.role.addToPolicy(
      allow(
        actions.map((action) => `states:${action}`),
        [this.executionArn],
      ),
    )
    acknowledgeResource(
      target.role,
      this.executionArn,
      'Executions are named after complaints and generations: the name is not known beforehand, the machine is.',
    )
  }
}
