import { describe, expect, inject, it } from 'vitest'
import { nextOpening } from '../../functions/domain/calendar.ts'
import { addSeconds, epochSeconds, type Instant } from '../../functions/domain/instant.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { clientOf } from './support/client.ts'

const client = clientOf(inject('redress'))
const office = currentPolicy.calendars['uk-office']

/** A morning at opening time that the stage has not reached yet. */
async function nextMorning(): Promise<Instant> {
  if (office === undefined) throw new Error('The sample policy has lost its calendar')
  const now = await client.stage.now()
  const tomorrow = addSeconds(now, 86_400 - (epochSeconds(now) % 86_400))
  return nextOpening(office, tomorrow)
}

async function openAt(instant: Instant): Promise<string> {
  await client.travelTo(instant)
  const { body } = await client.signedWeb(client.webBody({ postedAt: instant }))
  await client.atRest(body.complaintId)
  return body.complaintId
}

const steps = async (complaintId: string) =>
  (await client.events(complaintId))
    .filter(({ type }) => /warned|breached|escalated/.test(type))
    .map((event) => {
      const { type, at, percent, level } = event as {
        type: string
        at: string
        percent?: number
        level?: number
      }
      return `${at.slice(11, 16)} ${type} ${percent ?? level ?? ''}`.trim()
    })

describe('A complaint that is ignored for a day', () => {
  it('warns, breaches and climbs to the top of its ladder by itself, each step once, in order', async () => {
    const morning = await nextMorning()
    const id = await openAt(morning)
    await client.travelTo(addSeconds(morning, 86_400 - 1))
    const { complaint } = await client.atRest(id)
    expect(await steps(id)).toEqual([
      '09:30 timer-warned 50',
      '09:45 timer-warned 75',
      '10:00 timer-breached',
      '10:00 escalated 1',
      '10:30 escalated 2',
      '11:00 escalated 3',
    ])
    expect(complaint).toMatchObject({ stage: 'received', level: 3 })

    const { card, replies } = await client.slackThread(id)
    expect(JSON.stringify(card.blocks)).toMatch(/level.{0,20}3/i)
    const told = replies.map(({ text }) => text)
    for (const person of ['U0SAM000000', 'U0PRIYA0000', 'U0MORGAN000']) {
      expect(told.filter((text) => text.includes(`<@${person}>`)).length).toBeGreaterThan(0)
    }
  })

  it('stops climbing once it is acknowledged', async () => {
    const morning = await nextMorning()
    const id = await openAt(morning)
    await client.travelTo(addSeconds(morning, 3_600))
    expect((await client.atRest(id)).complaint.level).toBe(1)
    expect((await client.pressButton(id, 'acknowledge', 'U0SAM000000')).status).toBe(200)
    await client.travelTo(addSeconds(morning, 86_400 - 1))
    expect((await steps(id)).slice(3)).toEqual(['10:00 escalated 1'])
    expect((await client.atRest(id)).complaint).toMatchObject({ stage: 'acknowledged', level: 1 })
  })
})

describe('A complaint that was resolved and nobody objected to', () => {
  it('is closed by the workflow when the follow-up time is over', async () => {
    const morning = await nextMorning()
    const id = await openAt(morning)
    expect((await client.ops(`/complaints/${id}/commands`, { type: 'acknowledge' })).status).toBe(200)
    const resolved = await client.ops(`/complaints/${id}/commands`, { type: 'resolve', summary: 'Put right' })
    expect(resolved.status).toBe(200)
    await client.travelTo(addSeconds(morning, 8 * 86_400))
    expect((await client.atRest(id)).complaint.stage).toBe('closed')
    expect((await client.events(id)).at(-1)).toMatchObject({ type: 'closed', actor: 'clock' })
    expect(await client.executionStatus(id)).toBe('SUCCEEDED')
  })
})
