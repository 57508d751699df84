import { describe, expect, it } from 'vitest'
import { evolve } from '../../functions/domain/complaint.ts'
import { card } from '../../functions/slack/card.ts'
import { modal, replyView } from '../../functions/slack/modals.ts'
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
  const told: unknown[] = [card(story.state, policy)]
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
  does(7, { type: 'promise', text: said, due: '2026-11-30T09:00:00Z', to: said })
  does(7, { type: 'break-promise', reason: said })
  does(7, { type: 'add-issue', text: said })
  does(7, { type: 'hand-off-issue', id: 'i1', toTeam: 'social', reason: said })
  told.push(card(story.state, policy, { team: 'social' }))
  does(7, { type: 'return-issue', reason: said })
  does(7, { type: 'draft-reply', text: `${said}. Please ring our helpline.` })
  told.push(replyView(story.state, policy, story.state.replies.at(-1)?.id ?? ''))
  does(7, { type: 'send-reply', reason: said })
  does(7, { type: 'discard-reply', reason: said })
  does(7, { type: 'ask-contact' })
  const by = { id: 'source:form' }
  const ask = story.state.contact?.ask ?? ''
  const where = { email: SECRETS[2], phone: SECRETS[1] }
  story.send(at(7), { type: 'give-contact', id: ask, ...where, consent: 'yes', code: 'X', by })
  if (isPublic) does(7, { type: 'confirm-identity', reason: said })
  told.push(modal('draft-reply', story.state, policy))
  does(7, { type: 'answer-issue', id: 'i1', answer: said })
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

  it('has the text of a reply as it was written in one place: the form to change it, as masked it would be sent', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    const view = modal('draft-reply', story.state, policy, { text: said })
    expect(JSON.stringify(view)).toContain(`"initial_value":"${said}"`)
  })

  it('says so where a public post holds some, so that somebody asks for it to be taken down', () => {
    expect(everythingTold(true)).toContain(
      'The public post holds personal data:* card number, phone number, email address',
    )
    expect(everythingTold(false)).not.toContain('The public post holds')
  })
})
