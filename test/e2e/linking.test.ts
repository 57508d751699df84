import { randomUUID } from 'node:crypto'
import { describe, expect, inject, it } from 'vitest'
import { clientOf } from './support/client.ts'

const client = clientOf(inject('redress'))

/** What a customer posts: everything that is not said is new. */
const posts = async (more: object) => {
  const { status, body } = await client.signedWeb(client.webBody(more))
  expect(status).toBe(202)
  return body as { complaintId: string; outcome: string }
}

const acts = async (complaintId: string, command: object) => {
  const { status, body } = await client.ops(`/complaints/${complaintId}/commands`, command)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

describe('A customer who writes again', () => {
  it('joins the open complaint, from wherever they are known by the same address', async () => {
    const email = `${randomUUID()}@example.org`
    const first = await posts({ author: { id: randomUUID(), email } })
    const second = await posts({ author: { id: randomUUID(), email: email.toUpperCase() } })
    expect(second).toEqual({ complaintId: first.complaintId, outcome: 'linked' })
    const stranger = await posts({ author: { id: randomUUID(), email: `${randomUUID()}@example.org` } })
    expect(stranger.outcome).toBe('opened')
  })

  it('twenty times at once has one complaint, and nothing that they wrote is lost', async () => {
    const author = { id: randomUUID() }
    const receipts = await Promise.all(
      Array.from({ length: 20 }, (_, n) => posts({ author, text: `Line ${n}` })),
    )
    expect(new Set(receipts.map(({ complaintId }) => complaintId)).size).toBe(1)
    expect(receipts.map(({ outcome }) => outcome).sort()).toEqual([...Array(19).fill('linked'), 'opened'])
    const id = receipts[0]?.complaintId ?? ''
    const { complaint } = await client.standing(id)
    const events = await client.events(id)
    expect(complaint).toMatchObject({ contactCount: 19, version: 20 })
    expect(events.map(({ type }) => type)).toEqual(['received', ...Array(19).fill('linked')])
  })

  it('about something else is unlinked: it has its own complaint, and what they write next joins that one', async () => {
    const author = { id: randomUUID() }
    const first = await posts({ author })
    const wrong = client.webBody({ author, text: 'Also the lift is broken' })
    expect((await client.signedWeb(wrong)).body.outcome).toBe('linked')
    const [contact] = (await client.ops(`/complaints/${first.complaintId}`)).body.contacts
    const after = await acts(first.complaintId, {
      type: 'unlink',
      contact: contact.id,
      reason: 'another matter',
      as: 'sam',
    })
    expect(after).toMatchObject({ contacts: [], contactCount: 0 })
    const unlinked = (await client.events(first.complaintId)).at(-1)
    const second = unlinked?.type === 'unlinked' ? unlinked.to : ''
    const { complaint } = await client.atRest(second)
    expect(complaint).toMatchObject({ stage: 'received', receivedAt: contact.at })
    expect(complaint.message.text).toBe('Also the lift is broken')
    // Delivered once more it is a duplicate of the complaint that it is in now.
    expect((await client.signedWeb(wrong)).body).toEqual({ complaintId: second, outcome: 'duplicate' })
    expect(await posts({ author, text: 'And the stairs' })).toEqual({
      complaintId: second,
      outcome: 'linked',
    })
  })
})

describe('Two complaints about the same', () => {
  it('are linked by hand, both or neither, and parted again', async () => {
    const one = await posts({ text: 'The meter is wrong. Nobody calls back.' })
    const other = await posts({})
    const wrong = await client.ops(`/complaints/${one.complaintId}/commands`, {
      type: 'link',
      to: '01JD7Z3K8M0000000000000009',
    })
    expect([wrong.status, wrong.body.errors]).toEqual([422, [expect.objectContaining({ field: 'to' })]])
    await acts(one.complaintId, { type: 'link', to: other.complaintId, reason: 'the same meter', as: 'sam' })
    const ended = await client.atRest(one.complaintId)
    expect(ended.complaint).toMatchObject({ stage: 'withdrawn', mergedInto: other.complaintId })
    expect(await client.executionStatus(one.complaintId)).toBe('SUCCEEDED')
    const { complaint } = await client.atRest(other.complaintId)
    expect(complaint.contacts).toMatchObject([{ from: one.complaintId, rule: 'by hand' }])
    const { replies } = await client.slackThread(other.complaintId)
    expect(replies.some(({ text }) => text.includes(one.complaintId))).toBe(true)
    const [contact] = complaint.contacts
    await acts(other.complaintId, { type: 'unlink', contact: contact?.id, reason: 'two meters', as: 'sam' })
    expect((await client.atRest(one.complaintId)).complaint).toMatchObject({
      stage: 'reopened',
      owner: 'sam',
    })
  })
})

describe('Complaints of many customers', () => {
  it('are listed under the incident that explains them', async () => {
    const incident = `outage-${randomUUID().slice(0, 8)}`
    const ids = [await posts({}), await posts({})].map(({ complaintId }) => complaintId)
    for (const id of ids) await acts(id, { type: 'group', incident })
    const { body } = await client.ops(`/complaints?team=support&incident=${incident}&limit=100`)
    expect(body.complaints.map(({ id }: { id: string }) => id).sort()).toEqual([...ids].sort())
  })
})
