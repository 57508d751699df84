import {
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda'
import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { drive, type Workflow } from '../../functions/driver/drive.ts'
import { Executions } from '../../functions/driver/executions.ts'
import { Mailboxes } from '../../functions/driver/mailbox.ts'
import { Ledger } from '../../functions/ledger/ledger.ts'
import { clientConfig } from '../../infra/local/aws.ts'
import { clientOf } from './support/client.ts'
import { waitFor } from './support/stack.ts'

/*
 * The driver dies at its two hardest points. Its function is cut off from the stream meanwhile, so that the driver of
 * this test (the same code, against the same table and state machine) is the one that dies, and nobody else helps.
 */

const client = clientOf(inject('redress'))
const { run } = client
const lambda = new LambdaClient(clientConfig(run))
const sfn = new SFNClient(clientConfig(run))

const workflow: Workflow = {
  ledger: new Ledger(client.stage.db, run.tableName),
  mailboxes: new Mailboxes(client.stage.db, run.tableName),
  executions: new Executions(sfn, run.stateMachineArn),
  sfn,
}

/** Dies after `SendTaskSuccess` or `StartExecution`, before it can note so. */
const dyingAfterTheCall: Workflow = {
  ...workflow,
  mailboxes: new (class extends Mailboxes {
    override advance = () => Promise.reject(new Error('the driver died'))
  })(client.stage.db, run.tableName),
}

/** Dies with the stream record in its hands, before it has called anything. */
const dyingBeforeTheCall: Workflow = {
  ...workflow,
  executions: new (class extends Executions {
    override start = () => Promise.reject(new Error('the driver died'))
  })(sfn, run.stateMachineArn),
}

async function listen(Enabled: boolean): Promise<void> {
  const FunctionName = `${run.stackName}-driver`
  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }))
  for (const { UUID } of EventSourceMappings ?? []) {
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }))
    await waitFor(`the driver's stream to be ${Enabled ? 'on' : 'off'}`, async () => {
      const found = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }))
      return found.EventSourceMappings?.every(({ State }) => State === (Enabled ? 'Enabled' : 'Disabled'))
    })
  }
}

/** The states that an execution has entered, in order, without the Choice between them. */
async function visited(complaintId: string, generation: number): Promise<string[]> {
  const machine = run.stateMachineArn.replace(':stateMachine:', ':execution:')
  const { events } = await sfn.send(
    new GetExecutionHistoryCommand({
      executionArn: `${machine}:${complaintId}-${generation}`,
      maxResults: 1000,
    }),
  )
  return (events ?? []).flatMap(({ type, stateEnteredEventDetails }) =>
    type === 'TaskStateEntered' || type === 'SucceedStateEntered'
      ? (stateEnteredEventDetails?.name ?? '')
      : [],
  )
}

const opened = async (): Promise<string> =>
  (await client.signedWeb(client.webBody({ postedAt: await client.stage.now() }))).body.complaintId

const act = async (id: string, type: string, more: object = {}) =>
  expect((await client.ops(`/complaints/${id}/commands`, { type, ...more })).status).toBe(200)

const waiting = (id: string) =>
  waitFor(`the execution of ${id} to wait`, async () => (await client.standing(id)).settled)

describe('A driver that dies between telling the task and noting that it has', () => {
  it('wakes the execution once: the stream brings the record again, and there is nothing left to do', async () => {
    const id = await opened()
    await waiting(id)
    await listen(false)
    try {
      await act(id, 'acknowledge')
      await expect(drive(dyingAfterTheCall, id)).rejects.toThrow('the driver died')
      // At once, while the closed token may still lie there, and again when the next one does.
      expect(['between waits', 'up to date']).toContain(await drive(workflow, id))
      await waiting(id)
      expect(await drive(workflow, id)).toBe('up to date')
    } finally {
      await listen(true)
    }
    await act(id, 'resolve', { summary: 'Put right' })
    await client.atRest(id)
    expect(await visited(id, 1)).toEqual([
      'Await the acknowledgement',
      'Await the resolution',
      "Await the customer's word",
    ])
  })

  it('at the end of an execution does not keep a complaint from being reopened', async () => {
    const id = await opened()
    await act(id, 'acknowledge')
    await act(id, 'resolve', { summary: 'Put right' })
    await client.atRest(id)
    await listen(false)
    try {
      await act(id, 'close')
      await expect(drive(dyingAfterTheCall, id)).rejects.toThrow('the driver died')
      await waitFor('the execution to end', async () => (await client.executionStatus(id)) === 'SUCCEEDED')
      expect(await drive(workflow, id)).toBe('up to date')
      await act(id, 'reopen', { reason: 'It happened again' })
      await expect(drive(dyingAfterTheCall, id)).rejects.toThrow('the driver died')
      expect(['between waits', 'started', 'up to date']).toContain(await drive(workflow, id))
    } finally {
      await listen(true)
    }
    await client.atRest(id)
    expect(await visited(id, 2)).toEqual(['Await the acknowledgement'])
    expect(await workflow.executions.isRunning(id, 3)).toBe(false)
  })
})

describe('A driver that dies between the stream record and the call', () => {
  beforeEach(() => listen(false))
  afterEach(() => listen(true))

  it('loses nothing: the stream brings the record again, and one execution starts', async () => {
    const id = await opened()
    await expect(drive(dyingBeforeTheCall, id)).rejects.toThrow('the driver died')
    expect(await workflow.mailboxes.read(id)).toBeUndefined()
    await listen(true)
    await client.atRest(id)
    expect(await visited(id, 1)).toEqual(['Await the acknowledgement'])
    expect(await workflow.executions.isRunning(id, 2)).toBe(false)
  })

  it('closes nothing late: an execution that is told to close what is open again goes on with what is owed', async () => {
    const complaintId = await opened()
    const told = { complaintId, generation: 1, cursor: 0, next: 'closing' as const }
    expect(await workflow.executions.start(told)).toBe('started')
    await waiting(complaintId)
    expect(await visited(complaintId, 1)).toEqual([
      'Close after silence',
      "Await the customer's word",
      'Await the acknowledgement',
    ])
  })

  it('loses nothing even if the stream never does: the auditor finds what was not taken in', async () => {
    const unstarted = await opened()
    expect(await client.audit()).toMatchObject({ healed: { signal: expect.any(Number) } })
    await waiting(unstarted)

    await act(unstarted, 'acknowledge')
    await client.audit()
    await waiting(unstarted)
    expect(await visited(unstarted, 1)).toEqual(['Await the acknowledgement', 'Await the resolution'])

    await client.atRest(unstarted)
    expect(await client.audit()).toEqual({ healed: {} })
  })
})
