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

describe('A reply to the customer', () => {
  // What nobody closes stays open: not for Sam, as whom the desk page begins.
  const PRIYA = 'U0PRIYA0000'

  it('is written by a form, held back with what was found, and sent by the card once nothing speaks against it', async () => {
    const id = await opened({ text: 'My parcel was lost, and I want my money back' })
    const act = (command: object) => client.ops(`/complaints/${id}/commands`, { as: 'sam', ...command })
    await act({ type: 'acknowledge' })
    await client.atRest(id)
    expect(await client.pressButton(id, 'draft-reply', PRIYA)).toMatchObject({ status: 200 })
    const text = 'We are sorry that your parcel was lost. We will refund you by Friday.'
    const { body: held } = await client.submitForm(PRIYA, { text })
    expect(held).toMatchObject({ response_action: 'update', view: { callback_id: 'send-reply' } })
    expect(JSON.stringify(held.view.blocks)).toContain('A promise that is not recorded')

    const day = 86_400_000
    const due = new Date(Date.parse(await client.stage.now()) + day).toISOString()
    await act({ type: 'promise', text: 'We will refund you by Friday', due })
    await client.atRest(id)
    expect(await client.pressButton(id, 'send-reply', PRIYA)).toMatchObject({ status: 200 })
    const { view } = await client.seenBy(PRIYA)
    expect(JSON.stringify(view?.blocks)).toContain('Nothing speaks against it any more')
    expect(await client.submitForm(PRIYA, {})).toMatchObject({ status: 200, body: '' })
    const sent = async () => (await client.events(id)).map(({ type }) => type).includes('reply-sent')
    await waitFor('the reply to be sent', sent)
    await client.atRest(id)
    const { card } = await client.slackThread(id)
    expect(JSON.stringify(card.blocks)).toContain('Priya’s reply, in public')
  })
})

describe('An issue that another team is asked about', () => {
  it('is accepted and answered by its card in that team’s channel, and the owner is called', async () => {
    const id = await opened()
    const act = (command: object) => client.ops(`/complaints/${id}/commands`, { as: 'sam', ...command })
    await act({ type: 'acknowledge' })
    await act({ type: 'add-issue', text: 'The bill is too high' })
    const { body } = await client.ops(`/complaints/${id}`)
    const issue = body.issues.at(-1).id
    await act({ type: 'hand-off-issue', id: issue, toTeam: 'billing', reason: 'Was the meter read?' })
    await client.atRest(id)
    const KOFI = 'U0KOFI00000'
    expect(await client.pressButton(id, 'accept-issue', KOFI)).toMatchObject({ status: 200 })
    await client.atRest(id)
    expect(await client.pressButton(id, 'answer-issue', KOFI)).toMatchObject({ status: 200 })
    expect(await client.submitForm(KOFI, { answer: 'It was misread' })).toMatchObject({
      status: 200,
      body: '',
    })
    await client.atRest(id)
    const threads = await client.slackThreads(id)
    expect(threads).toHaveLength(2)
    expect(threads[0]?.replies.at(-1)?.text).toContain('<@U0SAM000000>, please go on from there')
    expect(JSON.stringify(threads[1]?.card.blocks)).toContain('nothing is asked of Billing any more')
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
