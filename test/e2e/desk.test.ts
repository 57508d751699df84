import { describe, expect, inject, it } from 'vitest'
import { buttonOf, interact } from '../../infra/local/interactions.ts'
import { until } from '../../infra/local/wait.ts'
import { clientOf } from './support/client.ts'

const client = clientOf(inject('redress'))

async function opened(more: object = {}): Promise<string> {
  const { body } = await client.signedWeb(client.webBody({ postedAt: await client.stage.now(), ...more }))
  await client.atRest(body.complaintId)
  return body.complaintId
}

const command = (id: string, body: object) => client.ops(`/complaints/${id}/commands`, body)

describe('A complaint, from the webhook to its end', () => {
  it('is acknowledged in Slack, handed off, accepted and resolved by the ops API, and each shows in both', async () => {
    const id = await opened()
    expect(await client.pressButton(id, 'acknowledge', 'U0SAM000000')).toEqual({ status: 200, body: '' })
    for (const body of [
      { type: 'hand-off', toTeam: 'billing', reason: 'a double charge' },
      { type: 'accept-handoff', as: 'bea' },
      { type: 'resolve', summary: 'Refunded', redress: { kind: 'refund', amount: 2000, currency: 'GBP' } },
      { type: 'close' },
    ]) {
      expect(await command(id, body)).toMatchObject({ status: 200, body: { id } })
    }
    await client.atRest(id)

    const { body: complaint } = await client.ops(`/complaints/${id}`)
    expect(complaint).toMatchObject({
      stage: 'closed',
      owner: 'bea',
      team: 'billing',
      issues: [{ id: 'i1', state: 'answered', answer: 'Refunded' }],
      promises: [],
    })
    const { body: timeline } = await client.ops(`/complaints/${id}/timeline`)
    // The policy's question how they found it goes its own way.
    const acts = timeline.events
      .map(({ type, actor }: { type: string; actor: string }) => [type, actor])
      .filter(([type]: [string]) => !/^(survey|reply)-/.test(type))
    expect(acts).toEqual([
      ['received', 'source:web'],
      ['acknowledged', 'sam'],
      ['handoff-requested', 'token:local'],
      ['handoff-accepted', 'bea'],
      ['resolved', 'token:local'],
      ['redress-proposed', 'token:local'],
      ['redress-approved', 'token:local'],
      ['closed', 'token:local'],
    ])
    const { card, replies } = await client.slackThread(id)
    expect(JSON.stringify(card.blocks)).toMatch(/closed/i)
    expect(replies.length).toBeGreaterThanOrEqual(7)
    expect(await client.executionStatus(id)).toBe('SUCCEEDED')
  })
})

describe('An action that the state forbids', () => {
  it('is answered 409 by the ops API, and changes nothing', async () => {
    const id = await opened()
    const { version } = (await client.standing(id)).complaint
    for (const type of ['resolve', 'close', 'accept-handoff', 'resume']) {
      const answer = await command(id, { type, ...(type === 'resolve' ? { summary: 'x' } : {}) })
      expect(answer).toMatchObject({ status: 409, body: { status: 409, detail: expect.any(String) } })
    }
    expect((await client.standing(id)).complaint.version).toBe(version)
  })

  it('is told in Slack to the one who pressed, and changes nothing', async () => {
    const id = await opened()
    const { card } = await client.slackThread(id)
    expect((await client.pressButton(id, 'acknowledge', 'U0SAM000000')).status).toBe(200)
    await client.atRest(id)
    const { version } = (await client.standing(id)).complaint
    const late = await client.pressCard(card, 'acknowledge', 'U0PRIYA0000')
    expect(late.status).toBe(200)
    expect((await client.seenBy('U0PRIYA0000')).ephemeral.at(-1)?.text).toMatch(/acknowledge/)
    expect((await client.standing(id)).complaint.version).toBe(version)
  })
})

describe('What Slack tells us twice', () => {
  it('happens once, and nobody is told that it failed', async () => {
    const id = await opened()
    const { card } = await client.slackThread(id)
    const press = {
      type: 'block_actions',
      user: { id: 'U0PRIYA0000' },
      channel: { id: card.channel },
      trigger_id: `twice-${id}`,
      response_url: `${client.run.slackUrl}/_redress/respond/${card.channel}/U0PRIYA0000/-`,
      actions: [buttonOf(card.blocks, 'acknowledge')],
    }
    const told = (await client.seenBy('U0PRIYA0000')).ephemeral.length
    for (const _ of [1, 2]) expect((await interact(client.run, press)).status).toBe(200)
    await client.atRest(id)
    expect((await client.events(id)).map(({ type }) => type)).toEqual(['received', 'acknowledged'])
    expect((await client.seenBy('U0PRIYA0000')).ephemeral).toHaveLength(told)
  })
})

describe('A message in Slack', () => {
  it('becomes a complaint by its shortcut, with the way to its thread told by the worker; raised again it is known', async () => {
    const user = 'U0OMAR00000'
    const { card } = await client.slackThread(await opened())
    const { channel, ts } = card
    const respond = `${client.run.slackUrl}/_redress/respond/${channel}/${user}/-`
    const raise = async () => {
      await interact(client.run, {
        type: 'message_action',
        callback_id: 'raise',
        user: { id: user },
        channel: { id: channel },
        message: { ts, text: 'The customer in the shop was furious' },
        trigger_id: await client.trigger(user),
        response_url: respond,
      })
      return client.submitForm(user, {
        text: 'The kettle leaks, and nobody listens',
        contact: '@kettle',
        origin: { choose: 'shop' },
        public: { choose: 'no' },
      })
    }
    expect((await raise()).body).toMatchObject({ view: { title: { text: 'Raised' } } })
    const told = await until('the way to the thread', async () =>
      (await client.seenBy(user)).ephemeral.find(({ text }) => text.includes('is open')),
    )
    const id = /`(\w{26})`/.exec(told.text)?.[1] ?? ''
    expect((await client.standing(id)).complaint.message).toMatchObject({
      source: 'slack',
      author: { id: '@kettle' },
    })
    expect(JSON.stringify((await raise()).body)).toContain(`\`${id}\` has it already`)
  })
})

describe('What a customer writes', () => {
  it('pings nobody in Slack and marks nothing up', async () => {
    const id = await opened({
      text: '<!channel> <@U0MORGAN000> & <https://example.com|click>',
      author: { id: '<!here>' },
    })
    const { card } = await client.slackThread(id)
    const shown = JSON.stringify([card.text, card.blocks])
    expect(shown).toContain('&lt;!channel&gt; &lt;@U0MORGAN000&gt; &amp; &lt;https://example.com|click&gt;')
    expect(shown).not.toMatch(/<!channel>|<!here>|<@U0MORGAN000>/)
  })
})

describe('The ops API', () => {
  it('lets nobody in without a token, and describes itself to anybody', async () => {
    const response = await fetch(`${client.run.apiUrl}/complaints`)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Bearer/),
    ])
    const description = await fetch(`${client.run.apiUrl}/openapi.json`)
    expect(await description.json()).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) })
  })

  it('refuses a press that Slack did not sign', async () => {
    const answer = await client.post('/slack/interactions', 'payload=%7B%7D', {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)),
      'x-slack-signature': `v0=${'0'.repeat(64)}`,
    })
    expect(answer.status).toBe(401)
  })
})
