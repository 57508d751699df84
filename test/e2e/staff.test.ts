import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { clientConfig } from '../../infra/local/aws.ts'
import { buttonOf, interact, slashCommand, tellEvent } from '../../infra/local/interactions.ts'
import { clientOf } from './support/client.ts'
import { waitFor } from './support/stack.ts'

/* What staff get without a press of a button: lists, digests, and the complaints of who has left. */

const client = clientOf(inject('redress'))
const { run } = client
const lambda = new LambdaClient(clientConfig(run))

async function digest(event: object): Promise<{ told?: string[]; moved?: number }> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: `${run.stackName}-digest`, Payload: JSON.stringify(event) }),
  )
  const answer = Buffer.from(Payload ?? []).toString()
  if (FunctionError !== undefined) throw new Error(`The digest failed: ${answer}`)
  return JSON.parse(answer)
}

const opened = async (more: object = {}): Promise<string> => {
  const { body } = await client.signedWeb(client.webBody({ postedAt: await client.stage.now(), ...more }))
  await client.atRest(body.complaintId)
  return body.complaintId
}

describe('A slash command', () => {
  it('lists who types it what is theirs, and finds words, for their eyes only', async () => {
    const user = 'U0LENA00000'
    const id = await opened({ team: 'social', text: 'My parcel went to Zanzibar' })
    const { channel } = await client.slackThread(id)
    for (const text of ['mine', 'find zanzibar']) {
      const { ephemeral } = await client.seenBy(user)
      const triggerId = await client.trigger(user)
      const answer = await slashCommand(run, { user, channel, command: '/complaint', text, triggerId })
      expect(answer.status).toBe(200)
      const listed = await waitFor('the list', async () =>
        (await client.seenBy(user)).ephemeral.at(ephemeral.length),
      )
      expect(JSON.stringify(listed.blocks)).toContain('Zanzibar')
    }
  })
})

describe('A colleague who has left', () => {
  it('leaves no complaint behind: each moves on to the lead of its team', async () => {
    const user = 'U0LEFT00000'
    const id = await opened()
    const { card } = await client.slackThread(id)
    const press = {
      type: 'block_actions',
      user: { id: user },
      channel: { id: card.channel },
      trigger_id: `left-${id}`,
      response_url: `${run.slackUrl}/_redress/respond/${card.channel}/${user}/-`,
      actions: [buttonOf(card.blocks, 'take')],
    }
    expect((await interact(run, press)).status).toBe(200)
    expect((await client.standing(id)).complaint.owner).toBe(`slack:${user}`)
    expect((await tellEvent(run, { type: 'user_change', user: { id: user, deleted: true } })).status).toBe(
      200,
    )
    await waitFor(
      'the complaint to move on',
      async () => (await client.standing(id)).complaint.owner === 'priya',
    )
    expect((await client.events(id)).map(({ type }) => type)).toEqual([
      'received',
      'taken',
      'noted',
      'assigned',
    ])
  })
})

describe('A team’s morning', () => {
  let before = ''
  beforeEach(async () => {
    before = await client.stage.now()
    // A Monday long before any deadline of the other tests, at five past the opening.
    await client.stage.setNow('2025-11-24T09:05:00Z', true)
  })
  afterEach(() => client.stage.setNow(before, true))

  it('is told once, and the lead’s week, however many look at the same time', async () => {
    const told = (await Promise.all([digest({}), digest({})])).flatMap((answer) => answer.told)
    expect(told.sort()).toEqual([
      'ignored#2025-W47',
      ...['morning', 'weekly'].flatMap((kind) =>
        ['billing', 'social', 'support'].map((team) => `${kind}#${team}#2025-11-24`),
      ),
    ])
    expect(await digest({})).toEqual({ told: [] })
  })
})
