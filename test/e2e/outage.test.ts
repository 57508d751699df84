import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientConfig } from '../../infra/local/aws.ts'
import { type Client, clientOf } from './support/client.ts'
import { startTestStack, type TestStack, waitFor } from './support/stack.ts'

/*
 * The machine goes down with 50 complaints open and comes up again: tables are kept, executions are gone, and the
 * stream brings nothing. What a data centre's bad day looks like from inside, and all that is left is the auditor.
 */

const MORNING = '2026-11-23T09:00:00Z'
let stack: TestStack
let client: Client

beforeAll(async () => {
  stack = await startTestStack()
  client = clientOf(stack.run)
  await client.stage.setNow(MORNING, true)
})
afterAll(() => stack.stop())

const opened = async (): Promise<string> => {
  const { status, body } = await client.signedWeb(client.webBody({ postedAt: MORNING }))
  expect(status).toBe(202)
  return body.complaintId
}

async function running(): Promise<string[]> {
  const sfn = new SFNClient(clientConfig(stack.run))
  const { stateMachineArn } = stack.run
  const found = await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }))
  return (found.executions ?? []).map(({ name }) => name?.replace(/-\d+$/, '') ?? '').sort()
}

/** Everything that Slack shows of a complaint, each post by the name that it was posted under. */
async function posts(complaintId: string): Promise<string[]> {
  const threads = await client.slackThreads(complaintId)
  return threads
    .flatMap(({ card, replies }) => [card, ...replies])
    .map(({ metadata }) => metadata?.event_payload?.post ?? 'unnamed')
    .sort()
}

describe('After an outage with 50 complaints open', () => {
  let before: string[]
  let during: string[]
  const toldBefore = new Map<string, string[]>()

  it('executions are gone and the stream is dead', async () => {
    before = await Promise.all(Array.from({ length: 50 }, opened))
    const act = (id: string | undefined, body: object) => client.ops(`/complaints/${id}/commands`, body)
    for (const id of before.slice(0, 10)) await act(id, { type: 'acknowledge' })
    for (const id of before.slice(0, 5))
      await act(id, { type: 'hand-off', toTeam: 'billing', reason: 'theirs' })
    await act(before[0], { type: 'accept-handoff' })
    for (const id of before) await client.atRest(id)
    expect(await running()).toEqual([...before].sort())
    for (const id of before) toldBefore.set(id, await posts(id))

    await stack.restart({ rearmStreams: false })
    expect(await running()).toEqual([])

    during = await Promise.all(Array.from({ length: 5 }, opened))
    expect((await client.standing(during[0] ?? '')).complaint.stage).toBe('received')
  })

  it('the auditor brings every complaint back into a running execution, also those opened meanwhile', async () => {
    const { healed } = await client.audit()
    expect(healed.execution).toBeGreaterThanOrEqual(50)
    const all = [...before, ...during]
    for (const id of all) await client.atRest(id)
    expect(await running()).toEqual([...all].sort())
  })

  it('nobody is notified twice, and of what happened meanwhile everybody once', async () => {
    for (const id of before) expect(await posts(id)).toEqual(toldBefore.get(id))
    for (const id of during) expect(await posts(id)).toEqual(['card:support'])
  })

  it('no timer is missed: each still warns, breaches and escalates, once', async () => {
    // Until the emulator's stream has come back to life, everything rests on the auditor; here it looks often.
    let travelling = true
    const audits = (async () => {
      while (travelling) {
        await client.audit()
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
    })()
    // An hour in one leap: every step is recorded at its own time all the same.
    await client.stage.setNow('2026-11-23T10:00:30Z')
    await client.travelTo('2026-11-23T10:00:59Z')
    travelling = false
    await audits
    const steps = async (id: string) =>
      (await client.events(id)).filter(({ actor }) => actor === 'clock').map(({ type }) => type)
    for (const id of [...before.slice(10), ...during]) {
      expect(await steps(id)).toEqual(['timer-warned', 'timer-warned', 'timer-breached', 'escalated'])
    }
    await waitFor('Slack to be told', async () => (await client.standing(before[20] ?? '')).told)
    for (const id of [before[20] ?? '', during[0] ?? '']) {
      const told = await posts(id)
      expect(told).toHaveLength(new Set(told).size)
    }
  })
})
