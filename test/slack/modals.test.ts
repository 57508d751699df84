import { describe, expect, it } from 'vitest'
import type { Complaint } from '../../functions/domain/complaint.ts'
import type { ActionType, Actor } from '../../functions/domain/decide.ts'
import type { ViewState } from '../../functions/slack/fields.ts'
import { modal, submissionOf } from '../../functions/slack/modals.ts'
import { COMPLAINT_ID, given } from '../support/complaints.ts'
import { policy } from './complaints.ts'

const acknowledged = (): Complaint => {
  const story = given('2026-11-23T09:00:00Z', {}, policy)
  story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
  return story.state
}

/** What Slack sends for fields filled in; selects by a leading `=`. */
const filled = (fields: Record<string, string>): ViewState =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      { [name]: value.startsWith('=') ? { selected_option: { value: value.slice(1) } } : { value } },
    ]),
  )

describe('A modal', () => {
  it.each<[ActionType, string[]]>([
    ['hand-off', ['toTeam', 'reason', 'told']],
    ['decline-handoff', ['reason']],
    ['pause', ['reason']],
    ['reopen', ['reason']],
    ['resolve', ['summary', 'rootCause', 'outcome', 'kind', 'amount', 'currency', 'description']],
    ['propose-redress', ['kind', 'amount', 'currency', 'description']],
    ['approve-redress', ['id']],
    ['refuse-redress', ['id', 'reason']],
    ['pay-redress', ['id', 'reference']],
    ['hand-off-issue', ['id', 'toTeam', 'reason']],
    ['break-promise', ['id', 'reason']],
  ])('for %s asks for %j, and carries the complaint and what its button expected', (type, blocks) => {
    const view = modal(type, acknowledged(), policy)
    expect(view?.blocks.map(({ block_id }) => block_id)).toEqual(blocks)
    expect(JSON.parse(view?.private_metadata ?? '')).toEqual(
      // A handoff that nobody asked for has no seq to be expected.
      type === 'decline-handoff' ? { complaintId: COMPLAINT_ID } : { complaintId: COMPLAINT_ID, expects: 2 },
    )
    for (const title of [view?.title, view?.submit, view?.close])
      expect(title?.text.length).toBeLessThanOrEqual(24)
  })

  it('is not needed where a press is enough', () => {
    expect(modal('acknowledge', acknowledged(), policy)).toBeUndefined()
    expect(modal('take', acknowledged(), policy)).toBeUndefined()
  })

  it('for a handoff offers every team but the one that has the complaint', () => {
    const shown = JSON.stringify(modal('hand-off', acknowledged(), policy))
    expect(shown).toContain('"value":"billing"')
    expect(shown).toContain('"value":"social"')
    expect(shown).not.toContain('"value":"support"')
  })
})

describe('A submitted modal', () => {
  it('becomes the action it asks for', () => {
    expect(submissionOf('hand-off', filled({ toTeam: '=billing', reason: ' Theirs ' }))).toEqual({
      action: { type: 'hand-off', toTeam: 'billing', reason: 'Theirs' },
    })
    expect(submissionOf('pause', filled({ reason: 'Courier' }))).toEqual({
      action: { type: 'pause', reason: 'Courier' },
    })
    expect(
      submissionOf(
        'resolve',
        filled({ summary: 'Ours', kind: '=refund', amount: '12.50', currency: 'gbp', description: '' }),
      ),
    ).toEqual({
      action: {
        type: 'resolve',
        summary: 'Ours',
        redress: { kind: 'refund', amount: 1250, currency: 'GBP' },
      },
    })
    expect(submissionOf('resolve', filled({ summary: 'Explained' }))).toEqual({
      action: { type: 'resolve', summary: 'Explained' },
    })
    expect(submissionOf('resolve', filled({ summary: 'Explained', outcome: '=partly-upheld' }))).toEqual({
      action: { type: 'resolve', summary: 'Explained', outcome: 'partly-upheld' },
    })
    expect(
      submissionOf('resolve', filled({ summary: 'Sent', kind: '=in-kind', description: 'A replacement' })),
    ).toEqual({
      action: {
        type: 'resolve',
        summary: 'Sent',
        redress: { kind: 'in-kind', description: 'A replacement' },
      },
    })
  })

  it.each<[string, Record<string, string>, string[]]>([
    ['hand-off', { reason: '  ' }, ['toTeam', 'reason']],
    ['decline-handoff', {}, ['reason']],
    ['resolve', { summary: ' ' }, ['summary']],
    ['resolve', { summary: 'x', kind: '=refund' }, ['amount']],
    ['resolve', { summary: 'x', kind: '=refund', amount: '12' }, ['currency']],
    ['resolve', { summary: 'x', kind: '=refund', amount: '12', currency: 'XXL' }, ['currency']],
    ['resolve', { summary: 'x', kind: '=refund', amount: '12,50', currency: 'EUR' }, ['amount']],
    ['resolve', { summary: 'x', amount: '12', currency: 'EUR' }, ['kind']],
    ['resolve', { kind: '=refund', amount: 'much', currency: 'EUR' }, ['summary', 'amount']],
    ['propose-redress', {}, ['kind']],
    ['propose-redress', { kind: '=goodwill', currency: 'GBP' }, ['amount']],
    ['approve-redress', {}, ['id']],
    ['refuse-redress', { id: '=r3' }, ['reason']],
    ['pay-redress', { id: '=r3' }, ['reference']],
    ['draft-reply', { text: '  ', where: '=private' }, ['text']],
    ['refuse-reply', {}, ['reason']],
    ['hand-off-issue', { id: '=i1', reason: 'x' }, ['toTeam']],
    ['answer-issue', { answer: 'x' }, ['id']],
    ['return-issue', { id: '=i1' }, ['reason']],
    ['break-promise', {}, ['id', 'reason']],
    ['confirm-identity', { id: 'g3', reason: ' ' }, ['reason']],
  ])('%s of %j says what is wrong with %j', (type, fields, wrong) => {
    const submission = submissionOf(type, filled(fields))
    expect(submission).toHaveProperty('errors')
    expect(Object.keys((submission as { errors: object }).errors)).toEqual(wrong)
  })

  it('is about the reply or the issue that it was opened for, whatever else it holds', () => {
    expect(submissionOf('refuse-reply', filled({ reason: 'No' }), 'o5')).toEqual({
      action: { type: 'refuse-reply', id: 'o5', reason: 'No' },
    })
    expect(submissionOf('send-reply', filled({}), 'o5')).toEqual({
      action: { type: 'send-reply', id: 'o5', reason: undefined },
    })
    expect(submissionOf('answer-issue', filled({ id: '=i2', answer: 'Ours' }), 'i1')).toEqual({
      action: { type: 'answer-issue', id: 'i1', answer: 'Ours' },
    })
  })

  it('that is none of ours is left alone', () => {
    expect(submissionOf('other', {})).toBeUndefined()
    expect(submissionOf('constructor', {})).toBeUndefined()
  })
})

describe('The form of a resolution', () => {
  const withIssues = () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    story.does('2026-11-23T09:06:00Z', { type: 'add-issue', text: 'The bill is wrong' })
    story.does('2026-11-23T09:07:00Z', { type: 'add-issue', text: 'Nobody answered' })
    return story
  }
  const entered = (fields: Record<string, string>): ViewState =>
    Object.fromEntries(
      ['summary', 'rootCause', 'outcome-i1', 'words-i1', 'outcome-i2', 'words-i2'].map((name) => [
        name,
        {
          [name]: name.startsWith('outcome')
            ? { selected_option: fields[name] === undefined ? null : { value: fields[name] } }
            : { value: fields[name] ?? null },
        },
      ]),
    )

  it('has each issue ticked with its answer, or declined with a reason', () => {
    const story = withIssues()
    const blocks = JSON.stringify(modal('resolve', story.state, policy)?.blocks)
    expect(blocks).toContain('The bill is wrong')
    const submission = submissionOf(
      'resolve',
      entered({
        summary: 'Corrected',
        rootCause: 'meter',
        'outcome-i1': 'answered',
        'outcome-i2': 'declined',
        'words-i2': 'We did, twice',
      }),
    )
    expect(submission).toEqual({
      action: {
        type: 'resolve',
        summary: 'Corrected',
        rootCause: 'meter',
        issues: [
          { id: 'i1', answer: 'Corrected' },
          { id: 'i2', declined: 'We did, twice' },
        ],
      },
    })
    if (submission === undefined || 'errors' in submission) throw new Error('It was refused')
    story.does('2026-11-23T09:10:00Z', submission.action)
    expect(story.state.issues.map(({ state }) => state)).toEqual(['answered', 'declined'])
  })

  it('wants a reason for what is declined', () => {
    expect(submissionOf('resolve', entered({ summary: 'Corrected', 'outcome-i1': 'declined' }))).toEqual({
      errors: { 'words-i1': expect.any(String) },
    })
  })
})

describe('The forms of redress', () => {
  it('take it from the proposal to the payment, each with the only one that waits chosen already', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    const does = (minute: string, type: ActionType, fields: Record<string, string>, by?: Actor) => {
      const submission = submissionOf(type, filled(fields))
      if (submission === undefined || 'errors' in submission) throw new Error('It was refused')
      return story.does(`2026-11-23T09:${minute}:00Z`, submission.action, by)
    }
    const chosenIn = (type: ActionType) => {
      const [first] = modal(type, story.state, policy)?.blocks ?? []
      const { element } = first as { element: { initial_option?: { value: string; text: { text: string } } } }
      return [element.initial_option?.value, element.initial_option?.text.text]
    }
    does('10', 'propose-redress', { kind: '=refund', amount: '80', currency: 'gbp', description: 'The bill' })
    const [item] = story.state.redress
    const chosen = [item?.id, 'refund £80.00, by Sam: The bill']
    expect(chosenIn('approve-redress')).toEqual(chosen)
    expect(chosenIn('refuse-redress')).toEqual(chosen)
    // Who proposed it, and who may not approve as much, get the core's words: they name who may.
    expect(() => does('11', 'approve-redress', { id: `=${item?.id}` })).toThrow(
      'somebody else has to approve',
    )
    does('12', 'approve-redress', { id: `=${item?.id}` }, { id: 'priya', team: 'support' })
    expect(chosenIn('pay-redress')).toEqual(chosen)
    does('13', 'pay-redress', { id: `=${item?.id}`, reference: 'BACS 4711' })
    expect(story.state.redress).toMatchObject([{ state: 'paid', decidedBy: 'priya', reference: 'BACS 4711' }])
  })

  it('choose nothing by themselves where several wait', () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    for (const amount of [8000, 2000]) {
      const redress = { kind: 'goodwill', amount, currency: 'GBP' } as const
      story.does('2026-11-23T09:10:00Z', { type: 'propose-redress', redress })
    }
    const blocks = JSON.stringify(modal('approve-redress', story.state, policy)?.blocks)
    expect(blocks).toContain('goodwill £80.00, by Sam')
    expect(blocks).toContain('goodwill £20.00, by Sam')
    expect(blocks).not.toContain('initial_option')
  })
})

describe('The forms about issues', () => {
  const withIssues = () => {
    const story = given('2026-11-23T09:00:00Z', {}, policy)
    story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
    for (const text of ['The bill', 'The tone', 'The wait'])
      story.does('2026-11-23T09:06:00Z', { type: 'add-issue', text })
    const ask = { type: 'hand-off-issue', toTeam: 'billing', reason: 'Please' } as const
    story.does('2026-11-23T09:07:00Z', { ...ask, id: 'i1' })
    return story
  }
  const choices = (type: ActionType, team?: string) => {
    const { blocks = [] } = modal(type, withIssues().state, policy, { team }) ?? {}
    const { element } = blocks.find(({ block_id }) => block_id === 'id') as {
      element: { options: { value: string }[] }
    }
    return element.options.map(({ value }) => value)
  }

  it('offer each what can be meant: what is with nobody else, what is with others, and to a team its own', () => {
    expect(choices('hand-off-issue')).toEqual(['i2', 'i3'])
    expect(choices('return-issue', 'support')).toEqual(['i1'])
    expect(choices('answer-issue', 'support')).toEqual(['i1', 'i2', 'i3'])
    expect(choices('answer-issue', 'billing')).toEqual(['i1'])
    expect(choices('decline-issue', 'billing')).toEqual(['i1'])
  })
})

describe('The form of a promise', () => {
  it('takes the moment as Slack sends it', () => {
    const state = { text: { text: { value: 'A refund' } }, due: { due: { selected_date_time: 1795780800 } } }
    expect(submissionOf('promise', state)).toEqual({
      action: { type: 'promise', text: 'A refund', due: '2026-11-27T12:00:00Z', to: undefined },
    })
    expect(submissionOf('promise', { text: { text: { value: 'A refund' } } })).toEqual({
      errors: { due: 'Say by when' },
    })
  })
})
