import type { Exception } from '../../support/permissions.ts'

/** What a role may do and no end-to-end test makes it do. Each is checked to be still granted, and still unused. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    role: 'auditor',
    action: 'states:StopExecution',
    reason: 'only for an execution that runs without waiting for anything that could wake it',
  },
  {
    role: 'driver',
    action: 'states:DescribeExecution',
    atTimes: true,
    reason: 'only where a task is closed already, or an execution of that name is there: after a crash',
  },
  {
    role: 'auditor',
    action: 'sqs:SendMessage',
    on: 'QueuesReplies',
    reason: 'only for a reply that the relay lost on its way to its queue',
  },
  {
    role: 'slack-worker',
    action: 'dynamodb:Query',
    atTimes: true,
    reason: 'only where a reply that is drafted in Slack takes longer than Slack waits',
  },
  {
    role: 'sender',
    action: 'ses:SendEmail',
    reason: 'the local stage’s mail goes to a stand-in, not to the emulator, which would lose its headers',
  },
  {
    role: 'digest',
    action: 'dynamodb:GetItem',
    reason: 'only where a colleague has left and Slack did not tell: nobody leaves the emulator',
  },
  {
    role: 'digest',
    action: 'dynamodb:PutItem',
    reason: 'as GetItem: the note and the new owner of what they leave behind',
  },
  {
    role: 'export',
    action: 's3:ListBucket',
    reason: 'asks nothing: with it S3 says "not found" of a missing file, and not "forbidden"',
  },
]

/** Resources of which part is open, as the template writes them: their names are made at run time. */
export const OPEN_ENDED: readonly RegExp[] = [
  /^execution:redress-\w+-complaint:\*$/,
  /^\w+\/(metrics|complaints|redress|heads|parquet|corrections|manifests|reports)\/\*$/,
]
