import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  paginateListExecutions,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import type { Situation } from './situation.ts'

/**
 * Tells a waiting task how its complaint stands. `closed`: the task waits no more, because it has been told already,
 * has timed out, or its execution is gone; which of these, only the ledger and the execution can say.
 */
export async function completeTask(
  sfn: SFNClient,
  token: string,
  situation: Situation,
): Promise<'told' | 'closed'> {
  try {
    await sfn.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(situation) }))
    return 'told'
  } catch (error) {
    if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken) {
      return 'closed'
    }
    throw error
  }
}

/** The executions of one state machine, named `<complaintId>-<generation>`. */
export class Executions {
  readonly #sfn: SFNClient
  readonly #stateMachineArn: string

  constructor(sfn: SFNClient, stateMachineArn: string) {
    this.#sfn = sfn
    this.#stateMachineArn = stateMachineArn
  }

  /** Starts an execution. `exists`: its name has been used, by one that still runs or by one that has ended. */
  async start(situation: Situation): Promise<'started' | 'exists'> {
    try {
      await this.#sfn.send(
        new StartExecutionCommand({
          stateMachineArn: this.#stateMachineArn,
          name: nameOf(situation.complaintId, situation.generation),
          input: JSON.stringify(situation),
        }),
      )
      return 'started'
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return 'exists'
      throw error
    }
  }

  async isRunning(complaintId: string, generation: number): Promise<boolean> {
    try {
      const { status } = await this.#sfn.send(
        new DescribeExecutionCommand({ executionArn: this.#arn(complaintId, generation) }),
      )
      return status === 'RUNNING'
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return false
      throw error
    }
  }

  /** Ends an execution that nobody can wake any more. One that has ended by itself is left alone. */
  async stop(complaintId: string, generation: number, cause: string): Promise<void> {
    if (!(await this.isRunning(complaintId, generation))) return
    await this.#sfn.send(
      new StopExecutionCommand({
        executionArn: this.#arn(complaintId, generation),
        error: 'Replaced',
        cause,
      }),
    )
  }

  /** The ids of all complaints that have a running execution. */
  async running(): Promise<Set<string>> {
    const ids = new Set<string>()
    const pages = paginateListExecutions(
      { client: this.#sfn, pageSize: 1000 },
      { stateMachineArn: this.#stateMachineArn, statusFilter: 'RUNNING' },
    )
    for await (const { executions } of pages) {
      for (const { name } of executions ?? [])
        if (name !== undefined) ids.add(name.slice(0, name.lastIndexOf('-')))
    }
    return ids
  }

  #arn(complaintId: string, generation: number): string {
    return `${this.#stateMachineArn.replace(':stateMachine:', ':execution:')}:${nameOf(complaintId, generation)}`
  }
}

const nameOf = (complaintId: string, generation: number): string => `${complaintId}-${generation}`
