/** What emulator_recorder.py writes down of a recorded local run, read back. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A request to AWS. Names of operations and resources, counts and sizes; never content. */
export interface Call {
  readonly at: number
  /** The function that made it, by its name in the stage, or `states` for a state machine. */
  readonly by: string
  /** Service prefix and operation, as `dynamodb:TransactWriteItems`. */
  readonly call: string
  /** HTTP status of the answer. */
  readonly status: number
  /** Made by what only the local stage has: no evidence of anything, and no cost. */
  readonly local?: true
  readonly TableName?: string
  readonly IndexName?: string
  readonly QueueUrl?: string
  readonly SecretId?: string
  readonly stateMachineArn?: string
  readonly executionArn?: string
  readonly FunctionName?: string
  readonly EventBusName?: string
  readonly bucket?: string
  readonly key?: string
  /** The items of a batch or a transaction: what is done, and in which table. */
  readonly parts?: readonly (readonly [operation: string, table: string])[]
  /** DynamoDB's units: read; written to the table; written to its indexes. */
  readonly read?: number
  readonly write?: number
  readonly indexWrite?: number
  /** Units that a write was charged, at the least, though its condition refused it. */
  readonly refusedWrite?: number
  /** Put on a bus. */
  readonly events?: number
  /** Of an SQS message or an S3 object. */
  readonly bytes?: number
}

/** One run of a function. */
export interface Run {
  readonly at: number
  readonly run: string
  /** `http`, `direct`, or the event source as Lambda names it: `aws:sqs`, `aws:dynamodb`. */
  readonly source: string
  readonly records: number
  readonly failed: boolean
}

/** A step of a state machine's execution. */
export interface Transition {
  readonly at: number
  readonly transition: string
}

export interface Calls {
  readonly calls: readonly Call[]
  readonly runs: readonly Run[]
  readonly transitions: readonly Transition[]
}

export const callsFile = (home: string): string => join(home, 'calls.jsonl')

/**
 * Everything that has been recorded in this folder so far.
 * @param since leaves out what happened before; milliseconds since 1970
 */
export function readCalls(home: string, since = 0): Calls {
  const file = callsFile(home)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1) // the last line may be half written
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Call | Run | Transition)
    .filter(({ at }) => at >= since)
  return {
    calls: lines.filter((line): line is Call => 'call' in line && line.local !== true),
    runs: lines.filter((line): line is Run => 'run' in line),
    transitions: lines.filter((line): line is Transition => 'transition' in line),
  }
}
