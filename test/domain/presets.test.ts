import { describe, expect, it } from 'vitest'
import type { Message } from '../../functions/domain/complaint.ts'
import { Refusal } from '../../functions/domain/decide.ts'
import type { Policy } from '../../functions/domain/policy.ts'
import { policyFiles, readPolicy } from '../../infra/policies.ts'
import { given, type Story } from '../support/complaints.ts'

const preset = (name: string): Policy =>
  readPolicy(policyFiles().find((path) => path.includes(`/presets/${name}.v`)) ?? name)

const deadlines = (story: Story) =>
  Object.fromEntries(
    story.state.timers.filter(({ state }) => state === 'running').map(({ name, dueAt }) => [name, dueAt]),
  )

type Example = [
  preset: string,
  what: string,
  start: string,
  message: Partial<Message>,
  due: Record<string, string>,
]

const EXAMPLES: Example[] = [
  [
    'uk-fca-disp',
    'over Christmas',
    '2026-12-23T15:00:00Z',
    {},
    {
      acknowledge: '2026-12-24T17:30:00Z',
      // 24, 29 and 30 December: the 25th and the 28th are holidays.
      resolve: '2026-12-30T17:30:00Z',
      statutory: '2027-02-17T15:00:00Z',
    },
  ],
  [
    'uk-fca-disp',
    'on the Saturday before summer time',
    '2026-03-28T10:00:00Z',
    {},
    {
      acknowledge: '2026-03-30T16:30:00Z',
      resolve: '2026-04-01T16:30:00Z',
      statutory: '2026-05-23T09:00:00Z',
    },
  ],
  [
    'uk-fca-disp',
    'about payments, before Easter and both bank holidays of May',
    '2026-04-02T09:00:00Z',
    { product: 'payments' },
    {
      acknowledge: '2026-04-07T16:30:00Z',
      resolve: '2026-04-27T16:30:00Z',
      statutory: '2026-05-27T16:30:00Z',
    },
  ],
  [
    'uk-ofcom',
    'in the last second of eight weeks',
    '2026-04-07T22:59:59Z',
    {},
    {
      acknowledge: '2026-04-08T16:30:00Z',
      resolve: '2026-04-21T16:30:00Z',
      statutory: '2026-06-02T22:59:59Z',
    },
  ],
  [
    'uk-ofcom',
    'in the first second of six weeks',
    '2026-04-07T23:00:00Z',
    {},
    {
      acknowledge: '2026-04-09T16:30:00Z',
      resolve: '2026-04-21T16:30:00Z',
      statutory: '2026-05-19T23:00:00Z',
    },
  ],
  [
    'uk-ofcom',
    'into winter time',
    '2026-10-01T09:00:00Z',
    {},
    {
      acknowledge: '2026-10-02T16:30:00Z',
      resolve: '2026-10-15T09:00:00Z',
      statutory: '2026-11-12T10:00:00Z',
    },
  ],
  [
    'uk-energy',
    'on the Thursday before Easter',
    '2026-04-02T15:00:00Z',
    {},
    {
      acknowledge: '2026-04-07T10:30:00Z',
      resolve: '2026-04-07T16:30:00Z',
      statutory: '2026-05-28T15:00:00Z',
    },
  ],
  [
    'uk-housing-ombudsman',
    'over Easter',
    '2026-03-31T16:00:00Z',
    {},
    { acknowledge: '2026-04-09T16:30:00Z', statutory: '2026-04-23T16:30:00Z' },
  ],
  [
    'asic-rg-271',
    'on a Friday before Labour Day and summer time',
    '2026-10-02T06:00:00Z',
    {},
    {
      acknowledge: '2026-10-06T05:00:00Z',
      resolve: '2026-10-19T05:00:00Z',
      statutory: '2026-11-01T05:00:00Z',
    },
  ],
  [
    'us-cfpb',
    'in the week before winter time',
    '2026-10-26T14:00:00Z',
    {},
    {
      acknowledge: '2026-10-27T21:30:00Z',
      resolve: '2026-11-10T15:00:00Z',
      statutory: '2026-12-25T15:00:00Z',
    },
  ],
  [
    'social',
    'on a Saturday',
    '2026-11-21T10:05:00Z',
    { public: true },
    { acknowledge: '2026-11-23T10:00:00Z', resolve: '2026-11-25T17:30:00Z' },
  ],
  [
    'social',
    'at ten to five on Christmas Eve',
    '2026-12-24T16:50:00Z',
    { public: true },
    { acknowledge: '2026-12-29T09:20:00Z', resolve: '2026-12-31T16:50:00Z' },
  ],
]

describe('a complaint under', () => {
  it.each(EXAMPLES)('%s that comes %s has its deadlines', (name, _, start, message, due) => {
    expect(deadlines(given(start, message, preset(name)))).toEqual(due)
  })

  it.each(EXAMPLES.map(([name, what, start, message]) => [name, what, start, message] as const))(
    '%s that comes %s calls people in office hours only',
    (name, _, start, message) => {
      const story = given(start, message, preset(name))
      const zone = story.policy.calendars[name === 'asic-rg-271' ? 'au-nsw-office' : 'uk-office']?.timeZone
      const timeZone = name === 'us-cfpb' ? 'America/New_York' : zone
      for (let i = 0; i < 40; i++) {
        const next = story.state.timers.flatMap(
          ({ state, warnings, dueAt, nextRungAt }) =>
            (state === 'running' ? (warnings[0]?.at ?? dueAt) : nextRungAt) ?? [],
        )
        story.passes(next.sort()[0] as string)
        for (let owed = true; owed; ) {
          const [event] = story.send(story.events.at(-1)?.recordedAt as string, { type: 'escalate' })
          owed = event !== undefined
          if (event === undefined) continue
          const time = new Date(event.at).toLocaleTimeString('en-GB', { timeZone })
          expect([event.at, time >= '09:00:00' && time <= '17:30:00']).toEqual([event.at, true])
        }
      }
      expect(story.types()).toContain('escalated')
    },
  )
})

describe('under the housing code', () => {
  const answered = () => {
    const story = given('2026-03-31T16:00:00Z', {}, preset('uk-housing-ombudsman'))
    story.does('2026-04-01T10:00:00Z', { type: 'acknowledge' }, { id: 'on-call' })
    return story
  }
  const reopened = () => {
    const story = answered()
    story.does('2026-04-02T10:00:00Z', { type: 'resolve', summary: 'repaired' }, { id: 'on-call' })
    story.does('2026-12-18T10:00:00Z', { type: 'reopen', reason: 'it leaks again' }, { id: 'lead' })
    return story
  }

  it('the answer of stage 1 counts from the acknowledgement', () => {
    expect(deadlines(answered())).toMatchObject({
      resolve: '2026-04-17T16:30:00Z',
      statutory: '2026-04-23T16:30:00Z',
    })
  })

  it('stage 2 has its own limits, the answer again counting from the acknowledgement', () => {
    const story = reopened()
    expect(deadlines(story)).toEqual({
      acknowledge: '2026-12-29T17:30:00Z',
      statutory: '2027-01-27T17:30:00Z',
    })
    story.does('2026-12-21T09:30:00Z', { type: 'acknowledge' }, { id: 'lead' })
    expect(deadlines(story)).toMatchObject({ resolve: '2027-01-21T17:30:00Z' })
  })

  it('stage 2 has another owner, and whoever had it in stage 1 can’t take it or be given it', () => {
    const story = reopened()
    expect(story.state.owner).toBe('lead')
    const at = '2026-12-18T11:00:00Z'
    expect(() => story.does(at, { type: 'take' }, { id: 'on-call' })).toThrow(/somebody else/)
    expect(() => story.does(at, { type: 'assign', owner: 'on-call' }, { id: 'lead' })).toThrow(Refusal)
    story.does(at, { type: 'assign', owner: 'duty-manager' }, { id: 'lead' })
    expect(story.state.owner).toBe('duty-manager')
  })

  it('the team’s lead gets stage 2 where a third person had stage 1', () => {
    const story = answered()
    story.does('2026-04-01T11:00:00Z', { type: 'assign', owner: 'duty-manager' }, { id: 'lead' })
    story.does('2026-04-02T09:00:00Z', { type: 'resolve', summary: 'repaired' })
    story.does('2026-04-02T10:00:00Z', { type: 'reopen', reason: 'it leaks again' })
    expect(story.state.owner).toBe('lead')
  })

  it('whoever is on call gets stage 2 where the team’s lead had stage 1, and a third time it goes back', () => {
    const story = answered()
    story.does('2026-04-01T11:00:00Z', { type: 'take' }, { id: 'lead' })
    for (const [day, owner] of [
      ['02', 'on-call'],
      ['07', 'lead'],
    ] as const) {
      if (story.state.stage === 'reopened') story.does(`2026-04-${day}T08:00:00Z`, { type: 'acknowledge' })
      story.does(`2026-04-${day}T09:00:00Z`, { type: 'resolve', summary: 'repaired' })
      story.does(`2026-04-${day}T10:00:00Z`, { type: 'reopen', reason: 'it leaks again' })
      expect(story.state.owner).toBe(owner)
    }
  })
})
