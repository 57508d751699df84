import { randomUUID } from 'node:crypto'
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb'
import { expect, inject, it } from 'vitest'
import { complaintKey, STATE } from '../../functions/ledger/keys.ts'
import { Ledger } from '../../functions/ledger/ledger.ts'
import { check } from '../../functions/replay/check.ts'
import { policyOf } from '../../functions/shared/policies.ts'
import { clientConfig, documentClient } from '../../infra/local/aws.ts'
import { clientOf } from './support/client.ts'
import { command } from './support/command.ts'

const run = inject('redress')
const client = clientOf(run)
const db = documentClient(run)
const lambda = new LambdaClient(clientConfig(run))
const logs = new CloudWatchLogsClient(clientConfig(run))

const MARK = `marker${randomUUID().replaceAll('-', '')}`
const EMAIL = `${MARK}@example.org`

async function table(): Promise<string> {
  const items: unknown[] = []
  for await (const { Items } of paginateScan({ client: db }, { TableName: run.tableName }))
    items.push(...(Items ?? []))
  return JSON.stringify(items)
}

async function logLines(): Promise<string> {
  const lines: string[] = []
  for await (const { logGroups } of paginateDescribeLogGroups({ client: logs }, {})) {
    for (const { logGroupName } of logGroups ?? []) {
      for await (const { events } of paginateFilterLogEvents({ client: logs }, { logGroupName })) {
        lines.push(...(events ?? []).map(({ message = '' }) => message))
      }
    }
  }
  return lines.join('\n')
}

/** What the command line makes of the person. */
const subject = (...args: string[]) => command(run, 'functions/subject/cli.ts', ...args, '--email', EMAIL)

it('Nothing is left of an erased customer in table, Slack and logs, and all the facts are', async () => {
  const { body } = await client.signedWeb(
    client.webBody({
      author: { id: MARK, name: MARK, email: EMAIL },
      text: `${MARK} was promised a call and nobody called`,
      permalink: `https://posts.example/${MARK}`,
    }),
  )
  const { complaintId } = body
  const does = async (command: object): Promise<void> => {
    const { status } = await client.ops(`/complaints/${complaintId}/commands`, { as: 'sam', ...command })
    expect(status).toBe(200)
  }
  await does({ type: 'acknowledge' })
  await does({ type: 'reply', text: `Dear ${MARK}` })
  await does({ type: 'note', text: `called ${MARK}` })
  expect(subject('erase', '--apply')).toMatchObject({ status: 1, stdout: expect.stringContaining('refused') })
  await does({ type: 'resolve', summary: `refunded ${MARK}` })
  await does({ type: 'close' })
  const before = await client.atRest(complaintId)
  expect(await table()).toContain(MARK)
  expect(JSON.stringify(await client.slackThreads(complaintId))).toContain(MARK)
  expect(JSON.parse(subject('export').stdout)).toMatchObject({
    complaints: [{ complaint: { id: complaintId, message: { author: { email: EMAIL } } } }],
  })

  // A wake-up that recorded the erasure and died; the queue delivers it again.
  const now = await client.stage.now()
  await new Ledger(db, run.tableName).execute(complaintId, { type: 'erase', by: { id: 'dana' } }, now)
  const record = { messageId: randomUUID(), body: JSON.stringify({ complaintId, dueAt: now }) }
  await lambda.send(
    new InvokeCommand({
      FunctionName: `${run.stackName}-fire`,
      Payload: JSON.stringify({ Records: [{ ...record, eventSource: 'aws:sqs' }] }),
    }),
  )
  const after = await client.atRest(complaintId)

  expect(await table()).not.toContain(MARK)
  expect(JSON.stringify(await client.slackThreads(complaintId))).not.toContain(MARK)
  expect(await logLines()).not.toContain(MARK)
  expect(after.complaint).toMatchObject({ stage: 'closed', timers: before.complaint.timers })
  const { Item } = await db.send(
    new GetCommand({ TableName: run.tableName, Key: { pk: complaintKey(complaintId), sk: STATE } }),
  )
  expect(check(Item ?? {}, await client.events(complaintId), policyOf)).toBeUndefined()
  expect(JSON.parse(subject('export').stdout)).toMatchObject({ complaints: [] })
  expect(subject('erase', '--apply', '--complaint', complaintId)).toMatchObject({ status: 0 })
})
