import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Action, type Actor, allowedActions, nextFor } from '../../functions/domain/decide.ts'
import { givenIn } from '../../functions/domain/redress.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { given, type Story, sam } from '../support/complaints.ts'
import { history, play, work } from '../support/histories.ts'

const priya: Actor = { id: 'priya', team: 'support' }
const morgan: Actor = { id: 'morgan', team: 'support' }
const tool: Actor = { id: 'token:ops' }
const AT = '2026-11-23T10:00:00Z'

const acknowledged = (policy = currentPolicy): Story => {
  const story = given('2026-11-23T09:00:00Z', {}, policy)
  story.does('2026-11-23T09:10:00Z', { type: 'acknowledge' }, sam)
  return story
}
const refund = (amount: number, currency = 'GBP'): Action => ({
  type: 'propose-redress',
  redress: { kind: 'refund', amount, currency },
})
const resolve = (amount: number): Action => ({
  type: 'resolve',
  summary: 'answered',
  redress: { kind: 'refund', amount, currency: 'GBP' },
})
const states = (story: Story) => story.state.redress.map(({ state }) => state)

describe('Redress', () => {
  it('within what its proposer may give is approved at once, also by a tool', () => {
    const story = acknowledged()
    const events = story.does(AT, resolve(2000), tool)
    expect(events.map(({ type }) => type).slice(0, 3)).toEqual([
      'resolved',
      'redress-proposed',
      'redress-approved',
    ])
    expect(story.state.redress).toMatchObject([{ state: 'approved', decidedBy: 'token:ops', amount: 2000 }])
  })

  it('above that waits for somebody else who may', () => {
    const story = acknowledged()
    story.does(AT, resolve(5001), sam)
    expect(states(story)).toEqual(['proposed'])
    expect(story.timer('approve-redress').state).toBe('running')
    expect(() => story.does(AT, { type: 'approve-redress' }, sam)).toThrow('somebody else has to approve it')
    expect(() => story.does(AT, { type: 'approve-redress' }, tool)).toThrow('ask priya')
    story.does(AT, { type: 'approve-redress' }, priya)
    expect(story.state.redress).toMatchObject([{ state: 'approved', proposedBy: 'sam', decidedBy: 'priya' }])
    expect(story.timer('approve-redress').state).toBe('met')
  })

  it('above the lead’s limit is the duty manager’s, and above that nobody’s', () => {
    const story = acknowledged()
    story.does(AT, refund(25_001), sam)
    expect(() => story.does(AT, { type: 'approve-redress' }, priya)).toThrow('ask morgan')
    story.does(AT, { type: 'approve-redress' }, morgan)
    expect(states(story)).toEqual(['approved'])
    expect(() => story.does(AT, refund(175_000), sam)).toThrow('Nobody may approve more than 200000')
  })

  it('in parts is no smaller than in one', () => {
    const story = acknowledged()
    story.does(AT, refund(3000), sam)
    story.does(AT, refund(3000), sam)
    expect(states(story)).toEqual(['approved', 'proposed'])
  })

  it('that was refused counts no more', () => {
    const story = acknowledged()
    story.does(AT, refund(6000), sam)
    story.does(AT, { type: 'refuse-redress', reason: 'not ours' }, priya)
    story.does(AT, refund(5000), sam)
    expect(states(story)).toEqual(['refused', 'approved'])
    expect(givenIn(story.state, 'GBP')).toBe(5000)
  })

  it('in a currency without limits is refused where there are limits, and given at once where there are none', () => {
    expect(() => acknowledged().does(AT, refund(1, 'EUR'), sam)).toThrow('no limits for EUR; currencies: GBP')
    const { redress: _, ...unlimited } = currentPolicy
    const story = acknowledged(unlimited)
    story.does(AT, refund(1_000_000, 'EUR'), sam)
    expect(states(story)).toEqual(['approved'])
  })

  it('is paid once, after it was approved', () => {
    const story = acknowledged()
    const pay: Action = { type: 'pay-redress', reference: 'run 12' }
    expect(() => story.does(AT, pay, tool)).toThrow('No redress waits to be paid')
    story.does(AT, resolve(2000), sam)
    story.does(AT, pay, tool)
    expect(story.state.redress).toMatchObject([{ state: 'paid', paidBy: 'token:ops', reference: 'run 12' }])
    expect(() => story.does(AT, pay, tool)).toThrow('No redress waits to be paid')
  })

  it('that is undecided keeps a complaint open; one that is only unpaid does not', () => {
    const story = acknowledged()
    story.does(AT, resolve(6000), sam)
    expect(allowedActions(story.state)).not.toContain('close')
    expect(() => story.does(AT, { type: 'close' }, sam)).toThrow('A redress waits for approval')
    story.passes('2027-01-23T10:00:00Z')
    work(story, '2027-01-23T10:00:00Z')
    expect(nextFor(story.state)).toBe('confirmation')
    story.does('2027-01-23T10:00:00Z', { type: 'approve-redress' }, priya)
    work(story, '2027-01-23T10:00:00Z')
    expect(story.state.stage).toBe('closed')
    expect(states(story)).toEqual(['approved'])
  })

  it('that nobody decides calls the lead, and then the duty manager', () => {
    const story = acknowledged()
    story.does(AT, resolve(6000), sam)
    story.passes('2026-11-24T15:00:00Z')
    work(story, '2026-11-24T15:00:00Z')
    const called = story.events.flatMap((event) => (event.type === 'escalated' ? event.people : []))
    expect(called).toEqual(['priya', 'morgan'])
  })

  it('that waits when the complaint is reopened is asked about again', () => {
    const story = acknowledged()
    story.does(AT, refund(6000), sam)
    story.passes('2026-11-25T10:00:00Z')
    story.does('2026-11-25T10:01:00Z', { type: 'withdraw', reason: 'they said so' })
    story.does('2026-11-25T10:02:00Z', { type: 'reopen', reason: 'they did not' })
    expect(story.timer('approve-redress')).toMatchObject({
      state: 'running',
      startedAt: '2026-11-25T10:02:00Z',
    })
  })

  it('says which is meant where several wait', () => {
    const story = acknowledged()
    story.does(AT, refund(6000), sam)
    story.does(AT, refund(100), sam)
    expect(() => story.does(AT, { type: 'approve-redress' }, priya)).toThrow('Say which redress is meant')
    const [first] = story.state.redress
    story.does(AT, { type: 'approve-redress', id: first?.id }, priya)
    expect(states(story)).toEqual(['approved', 'proposed'])
  })

  it('is never approved by who proposed it above their limit, nor paid before, nor paid twice, in any history', () => {
    fc.assert(
      fc.property(history, (generated) => {
        const { story } = play(generated)
        const limits = currentPolicy.redress?.limits.GBP
        const paid = story.events.flatMap((event) => (event.type === 'redress-paid' ? [event.id] : []))
        expect(new Set(paid).size).toBe(paid.length)
        for (const item of story.state.redress) {
          if (item.state === 'paid') expect(item.decidedAt).toBeDefined()
          if (item.state !== 'approved' && item.state !== 'paid') continue
          const alone = item.decidedBy === item.proposedBy
          const staff = !['priya', 'morgan'].includes(item.decidedBy ?? '')
          if (staff && item.amount !== undefined) expect(item.amount).toBeLessThanOrEqual(limits?.staff ?? 0)
          if (alone && item.amount !== undefined)
            expect(item.amount).toBeLessThanOrEqual(limits?.['duty-manager'] ?? 0)
        }
        expect(givenIn(story.state, 'GBP')).toBeLessThanOrEqual(limits?.['duty-manager'] ?? 0)
        if (story.state.stage === 'closed') expect(states(story)).not.toContain('proposed')
      }),
    )
  })
})
