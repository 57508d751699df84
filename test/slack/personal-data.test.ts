import { describe, expect, it } from 'vitest'
import { evolve } from '../../functions/domain/complaint.ts'
import { card } from '../../functions/slack/card.ts'
import { replyTo } from '../../functions/slack/replies.ts'
import { given } from '../support/complaints.ts'
import { policy } from './complaints.ts'

const SECRETS = ['4111 1111 1111 1111', '07700 900123', 'kim.example@mail.example.org']
const said = `card ${SECRETS[0]}, ring ${SECRETS[1]} or write to ${SECRETS[2]}`

/** Everything that Slack is told of a complaint in which customer and staff write personal data wherever they can. */
function everythingTold(isPublic: boolean): string {
  const story = given('2026-11-23T09:00:00Z', {
    text: said,
    public: isPublic,
    author: { id: SECRETS[1] ?? '' },
  })
  const at = (minute: number): string => `2026-11-23T10:${String(minute).padStart(2, '0')}:00Z`
  const told = [card(story.state, policy)]
  const does = (...[minute, action]: [number, Parameters<typeof story.does>[1]]): void => {
    story.does(at(minute), action)
    told.push(card(story.state, policy))
  }
  does(0, { type: 'acknowledge' })
  does(1, { type: 'note', text: said })
  does(2, { type: 'record-customer-reply', text: said })
  does(3, { type: 'reply', text: said })
  does(4, { type: 'hand-off', toTeam: 'billing', reason: said })
  does(5, { type: 'pause', reason: said })
  does(6, { type: 'promise', text: said, due: '2026-11-30T09:00:00Z' })
  does(7, { type: 'keep-promise', evidence: said })
  does(8, { type: 'resolve', summary: said, redress: { kind: 'in-kind', description: said } })
  does(9, { type: 'reopen', reason: said })
  does(10, { type: 'withdraw', reason: said })
  let state = undefined as Parameters<typeof evolve>[0]
  for (const event of story.events) {
    state = evolve(state, event)
    const reply = replyTo(event, state, policy)
    if (reply !== undefined) told.push(reply)
  }
  return JSON.stringify(told)
}

describe('Slack', () => {
  it('is told no personal data that customers or colleagues wrote, and still which card it was', () => {
    const told = everythingTold(true)
    for (const secret of SECRETS) expect(told).not.toContain(secret)
    expect(told).toContain('••••1111')
  })

  it('says so where a public post holds some, so that somebody asks for it to be taken down', () => {
    expect(everythingTold(true)).toContain(
      'The public post holds personal data:* card number, phone number, email address',
    )
    expect(everythingTold(false)).not.toContain('The public post holds')
  })
})
