import { Ledger } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { sfn } from '../shared/aws/sfn.ts'
import { env } from '../shared/env.ts'
import type { Workflow } from './drive.ts'
import { Executions } from './executions.ts'
import { Mailboxes } from './mailbox.ts'

/** The workflow's parts as this function's environment names them: TABLE_NAME, STATE_MACHINE_ARN. */
export function workflowFromEnv(): Workflow {
  const table = env('TABLE_NAME')
  return {
    ledger: new Ledger(dynamodb, table),
    mailboxes: new Mailboxes(dynamodb, table),
    executions: new Executions(sfn, env('STATE_MACHINE_ARN')),
    sfn,
  }
}
