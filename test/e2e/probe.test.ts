import { expect, inject, it } from 'vitest'
import { clientOf } from './support/client.ts'
const redress = clientOf(inject('redress'))
it('goes through', async () => {
  const t0 = Date.now(); const lap = (w: string) => console.log(w, Date.now() - t0)
  const { status, body } = await redress.signedWeb(redress.webBody())
  expect(status).toBe(202); lap('sent')
  const id = body.complaintId
  await redress.atRest(id); lap('at rest')
  expect((await redress.pressButton(id, 'acknowledge', 'U0SAM000000')).status).toBe(200); lap('pressed')
  await redress.atRest(id)
  await redress.pressButton(id, 'hand-off', 'U0SAM000000')
  expect((await redress.submitForm('U0SAM000000', { toTeam: { choose: 'billing' }, reason: 'theirs' })).body).toEqual('')
  await redress.atRest(id); lap('handed off')
  await redress.pressButton(id, 'accept-handoff', 'U0BEA000000'); await redress.atRest(id); lap('accepted')
  await redress.pressButton(id, 'acknowledge', 'U0BEA000000').catch((e) => console.log(String(e)))
  console.log(await redress.ops(`/complaints/${id}/commands`, { type: 'resolve', summary: 'done' }))
  await redress.atRest(id); lap('resolved')
  console.log(await redress.ops(`/complaints/${id}/commands`, { type: 'close' })); await redress.atRest(id); lap('closed')
  console.log((await redress.events(id)).map((e) => `${e.type} ${e.actor}`))
  for (const t of await redress.slackThreads(id)) console.log(t.channel, t.card.text, t.replies.map((r) => r.text))
  const many = await Promise.all(Array.from({ length: 100 }, (_, i) => redress.signedWeb({ ...redress.webBody(), messageId: 'same' })))
  console.log(many.reduce((n, { body, status }) => ({ ...n, [status + body.outcome]: (n[status + body.outcome] ?? 0) + 1 }), {} as Record<string, number>)); lap('100')
  const one = many[0]?.body.complaintId
  await redress.slackFails({ method: 'chat.update', times: 1, status: 429, retryAfterSeconds: 1 })
  console.log(await redress.travelTo('2026-11-23T11:00:00Z')); lap('travelled'); console.log((await redress.standing(one)).complaint.level)
})
