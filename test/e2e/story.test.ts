import { beforeAll, describe, expect, inject, it } from 'vitest'
import type { Complaint } from '../../functions/domain/complaint.ts'
import story from '../fixtures/story-locked-out.json' with { type: 'json' }
import { type Answer, clientOf } from './support/client.ts'

/*
 * A true course of events, as it should have gone, through the deployed webhooks, Slack and the ops API: every step
 * happens at its time and ends in what it names.
 */

type Step = (typeof story.steps)[number]

const SAM = 'U0SAM000000'

const client = clientOf(inject('redress'))
let complaintId = ''

/** When X says that something was posted: `Sat Nov 21 10:05:00 +0000 2026`. */
const xTime = (instant: string): string => {
  const [day, date, month, year, time] = new Date(instant).toUTCString().replace(',', '').split(' ')
  return `${day} ${month} ${date} ${time} +0000 ${year}`
}

const firstPost = story.steps.find(({ webhook }) => webhook !== undefined) as Step

/** A customer's post, as X tells of it: the same however often it is delivered. */
const post = (step: Step) => ({
  for_user_id: '900',
  tweet_create_events: [
    {
      id_str: String(1991870000000000001n + BigInt(story.steps.indexOf(step.redelivery ? firstPost : step))),
      created_at: xTime(step.redelivery ? firstPost.at : step.at),
      text: step.text ?? firstPost.text,
      user: { id_str: '100', name: 'A customer', screen_name: step.author ?? 'customer-1' },
    },
  ],
})

/** Does what a step says, as the one who does it would. */
async function perform(step: Step): Promise<Answer | undefined> {
  if (step.webhook === 'x') return client.signedX(post(step))
  if (step.command === undefined) return undefined
  if (step.by === 'owner, Slack button') return client.pressButton(complaintId, step.command, SAM)
  const { command: type, to: toTeam, reason, summary, redress, text, due } = step
  const as = step.by === 'someone in billing' ? 'bea' : undefined
  const fields = { type, toTeam, reason, summary, redress, text, due, as }
  return client.ops(`/complaints/${complaintId}/commands`, fields)
}

const timerOf = (complaint: Complaint, name: string) => complaint.timers.find((timer) => timer.name === name)

describe(`The story "${story.title}"`, () => {
  beforeAll(() => client.stage.setNow(story.steps[0]?.at ?? '', true))

  for (const step of story.steps) {
    const what =
      step.command ?? (step.webhook ? `a post${step.redelivery ? ', delivered again' : ''}` : 'time passes')
    it(`${step.at}: ${what} → ${JSON.stringify(step.expect ?? {})}`, async () => {
      // Time passes in whole seconds, so what the step does happens in the very second that the story names.
      await client.travelTo(step.at)
      const answer = await perform(step)
      if (answer !== undefined) expect([200, 202]).toContain(answer.status)
      if (answer?.body.complaintId !== undefined && complaintId === '') complaintId = answer.body.complaintId

      const expected: Record<string, unknown> = step.expect ?? {}
      const { complaint } = await client.atRest(complaintId)
      const events = await client.events(complaintId)
      if (expected.outcome !== undefined)
        expect(answer?.body).toEqual({ complaintId, outcome: expected.outcome })
      if (expected.stage !== undefined) expect(complaint.stage).toBe(expected.stage)
      if (expected.level !== undefined) expect(complaint.level).toBe(expected.level)
      if (expected.owner === 'someone in support')
        expect(complaint).toMatchObject({ team: 'support', owner: 'sam' })
      if (expected.owner === 'unchanged until accepted')
        expect(complaint).toMatchObject({ team: 'support', owner: 'sam' })
      if (expected.owner === 'who accepted')
        expect(complaint).toMatchObject({ team: 'billing', owner: 'bea' })
      if (expected.event === 'acknowledge timer warned at 50%') {
        expect(events.at(-1)).toMatchObject({
          type: 'timer-warned',
          timer: 'acknowledge',
          percent: 50,
          at: step.at,
        })
      }
      if (expected.event === 'accept-handoff breached') {
        const breach = events.find(({ type }) => type === 'timer-breached')
        expect(breach).toMatchObject({ timer: 'accept-handoff', at: step.at, actor: 'clock' })
      }
      if (expected.event === "promise breached, owner's lead told") {
        const [breach, escalated] = events.slice(-2)
        expect(breach).toMatchObject({
          type: 'timer-breached',
          timer: complaint.timers.at(-1)?.name,
          at: step.at,
        })
        expect(escalated).toMatchObject({ type: 'escalated', role: 'team-lead', people: ['kofi'] })
        expect(complaint.promises).toMatchObject([{ state: 'broken', brokenAt: step.at }])
      }
      for (const [name, wanted] of Object.entries(
        (expected.timers as Record<string, string> | undefined) ?? {},
      )) {
        const timer = timerOf(complaint, name)
        if (wanted === 'met') expect(timer).toMatchObject({ state: 'met' })
        else if (wanted === 'breached, then met') {
          expect(timer).toMatchObject({ state: 'met', breachedAt: '2026-11-23T12:00:00Z' })
        } else expect(timer).toMatchObject({ state: 'running', dueAt: wanted })
      }
      if (expected.execution !== undefined) {
        expect(await client.executionStatus(complaintId)).toBe(expected.execution)
      }
    })
  }

  it('says in the thread that the customer had to come back about it, and calls the owner', async () => {
    const [thread] = await client.slackThreads(complaintId)
    const line = thread?.replies.find(({ text }) => text.includes('your colleagues say this is not theirs'))
    expect(line?.text).toMatch(/Contacted again.*<@U0SAM000000>/s)
  })

  it('is told in one thread of the owning team’s channel, whose card shows how it ended', async () => {
    const [thread, ...others] = await client.slackThreads(complaintId)
    expect(JSON.stringify(thread?.card.blocks)).toMatch(/closed/i)
    expect(thread?.replies.length).toBeGreaterThan(5)
    // The team that was asked to take it over has a card of its own, which shows the same.
    expect(others).toHaveLength(1)
    expect(JSON.stringify(others[0]?.card.blocks)).toMatch(/closed/i)
  })

  it('has every act under the name of who did it', async () => {
    const acts = (await client.events(complaintId))
      // The policy's question how they found it goes its own way.
      .filter(({ type }) => !/^(survey|reply)-/.test(type))
      .map(({ type, actor, via }) => [type, actor, via])
    expect(acts).toEqual([
      ['received', 'source:x', undefined],
      ['timer-warned', 'clock', undefined],
      ['linked', 'source:x', undefined],
      ['severity-changed', 'source:x', undefined],
      ['timer-warned', 'clock', undefined],
      ['acknowledged', 'sam', 'slack'],
      ['handoff-requested', 'token:local', undefined],
      ['timer-warned', 'clock', undefined],
      ['timer-warned', 'clock', undefined],
      ['timer-breached', 'clock', undefined],
      ['escalated', 'clock', undefined],
      ['handoff-accepted', 'bea', 'token:local'],
      ['promised', 'token:local', undefined],
      ['timer-warned', 'clock', undefined],
      ['timer-breached', 'clock', undefined],
      ['escalated', 'clock', undefined],
      ['promise-kept', 'token:local', undefined],
      ['timer-warned', 'clock', undefined],
      ['resolved', 'token:local', undefined],
      ['redress-proposed', 'token:local', undefined],
      ['redress-approved', 'token:local', undefined],
      ['closed', 'token:local', undefined],
    ])
  })
})
