/** The state machine as the page draws it, and the way that a complaint has taken through it. */
import { GetExecutionHistoryCommand, type HistoryEvent, SFNClient } from '@aws-sdk/client-sfn'
import machine from '../../../workflows/complaint.asl.json' with { type: 'json' }
import { clientConfig } from '../aws.ts'
import type { LocalRun } from '../home.ts'

export interface MachineState {
  readonly name: string
  /** `choice` is where every way leads through; `wait` takes until something happens; `step` acts; the rest are ends. */
  readonly kind: 'choice' | 'wait' | 'step' | 'success' | 'failure'
  /** What the choice calls it: what the complaint needs for it to come here. */
  readonly when?: string | undefined
  readonly comment?: string | undefined
}

interface AslState {
  readonly Type: string
  readonly Comment?: string
  readonly Resource?: string
  readonly Choices?: readonly { readonly StringEquals: string; readonly Next: string }[]
}

/** The states of workflows/complaint.asl.json, as they stand there. */
export function machineStates(): MachineState[] {
  const states = Object.entries(machine.States as Record<string, AslState>)
  const choices = states.flatMap(([, { Choices }]) => Choices ?? [])
  return states.map(([name, { Type, Comment, Resource }]) => ({
    name,
    kind:
      Type === 'Choice'
        ? 'choice'
        : Type === 'Succeed'
          ? 'success'
          : Type === 'Fail'
            ? 'failure'
            : Resource?.endsWith('.waitForTaskToken')
              ? 'wait'
              : 'step',
    when: choices.find(({ Next }) => Next === name)?.StringEquals,
    comment: Comment,
  }))
}

/** The states that an execution has entered, in order, at real times; none where there is no such execution. */
export async function wayThrough(
  run: Pick<LocalRun, 'awsEndpoint' | 'region' | 'stateMachineArn'>,
  executionName: string,
): Promise<{ name: string; at: string }[]> {
  const sfn = new SFNClient(clientConfig(run))
  const executionArn = `${run.stateMachineArn.replace(':stateMachine:', ':execution:')}:${executionName}`
  const events: HistoryEvent[] = []
  let nextToken: string | undefined
  try {
    do {
      const page = await sfn.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, nextToken }),
      )
      events.push(...(page.events ?? []))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return []
    throw error
  } finally {
    sfn.destroy()
  }
  return events.flatMap(({ timestamp, stateEnteredEventDetails }) =>
    stateEnteredEventDetails?.name === undefined
      ? []
      : [{ name: stateEnteredEventDetails.name, at: timestamp?.toISOString() ?? '' }],
  )
}
