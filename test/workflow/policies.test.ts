import { describe, expect, it } from 'vitest'
import { checkPolicies, policyFiles, problemsOfPolicy, readPolicy } from '../../infra/policies.ts'
import sample from '../../workflows/policies/sample.v1.json' with { type: 'json' }

/** The sample policy with one thing changed. */
function changed(change: (policy: typeof sample) => void): unknown {
  const copy = structuredClone(sample)
  change(copy)
  return copy
}

/** Changes the first rule's acknowledgement timer. */
const change = (policy: typeof sample, changes: object): void => {
  Object.assign(policy.rules[0]?.timers.acknowledge ?? {}, changes)
}

describe('the policies in the repository', () => {
  it('can be deployed', () => {
    expect(() => checkPolicies()).not.toThrow()
    expect(problemsOfPolicy(sample)).toEqual([])
  })

  it('say of every preset which rule each target follows, when somebody checked it, and where', () => {
    const presets = policyFiles().filter((path) => path.includes('/presets/'))
    expect(presets).toHaveLength(7)
    for (const path of presets) {
      const { name, rules, source = [], checkedAt } = readPolicy(path)
      expect([name, checkedAt]).toEqual([name, expect.stringMatching(/^2026-/)])
      const specs = rules.flatMap(({ timers, reopened }) => [timers, reopened?.timers ?? {}])
      for (const { statutory } of specs) {
        if (statutory !== undefined) expect([name, statutory.basis]).toEqual([name, expect.any(String)])
      }
      if (name !== 'social') expect(source.map(({ url }) => url)).not.toContain(undefined)
    }
  })
})

describe('a policy that can be deployed', () => {
  it.each<[string, (policy: typeof sample) => void]>([
    [
      'may call people at night where it says so',
      (p) => {
        change(p, { calendar: 'always' })
        Object.assign(p.ladders.standard, { outOfHours: true })
      },
    ],
    [
      'may run at night and call people in their hours',
      (p) => {
        change(p, { calendar: 'always' })
        Object.assign(p.ladders.standard, { calendar: 'uk-office' })
      },
    ],
    [
      'may follow up at night: that calls nobody',
      (p) => {
        Object.assign(p.rules[0]?.timers['follow-up'] ?? {}, { calendar: 'always' })
      },
    ],
  ])('%s', (_, edit) => {
    expect(problemsOfPolicy(changed(edit))).toEqual([])
  })
})

describe('a policy that can’t be deployed', () => {
  const cases: [string, (policy: typeof sample) => void, string][] = [
    [
      'names a team that is not there',
      (p) => (p.defaultTeam = 'sales'),
      'defaultTeam: there is no team "sales"',
    ],
    [
      'has an on-call person whom it does not know',
      (p) => (p.teams.support.onCall = 'nobody'),
      'teams.support.onCall: there is no person "nobody"',
    ],
    [
      'rotates without saying when the team works',
      (p) =>
        Object.assign(p.teams.support, {
          hours: undefined,
          rotation: { people: ['sam'], every: 'week', from: '2026-11-23' },
        }),
      'teams.support.hours: is missing: rotation, cover and outOfHours need the calendar that the team works by',
    ],
    [
      'has somebody of another team take turns',
      (p) =>
        Object.assign(p.teams.support, {
          hours: 'uk-office',
          rotation: { people: ['sam', 'bea'], every: 'week', from: '2026-11-23' },
        }),
      'teams.support.rotation.people.1: bea is in billing: name somebody of support',
    ],
    [
      'has cover that ends before it begins',
      (p) =>
        Object.assign(p.teams.support, {
          hours: 'uk-office',
          cover: [{ person: 'sam', from: '2026-12-02', to: '2026-12-01', by: 'priya' }],
        }),
      'teams.support.cover.0.to: is before 2026-12-02',
    ],
    [
      'sends what comes at night to somebody whom it does not know',
      (p) => Object.assign(p.teams.support, { hours: 'uk-office', outOfHours: { tell: 'nobody' } }),
      'teams.support.outOfHours.tell: there is no person "nobody"',
    ],
    [
      'has a first rung that is not due at the breach',
      (p) => Object.assign(p.ladders.standard.rungs[0] ?? {}, { afterMinutes: 5 }),
      'ladders.standard.rungs: the first rung is due at the breach: afterMinutes must be 0',
    ],
    [
      'warns in the wrong order',
      (p) => Object.assign(p.rules[0]?.timers.acknowledge ?? {}, { warnPercent: [75, 50] }),
      'rules.0.timers.acknowledge.warnPercent: must be in ascending order, each once',
    ],
    [
      'has a calendar that is not there',
      (p) => Object.assign(p.rules[0]?.timers.acknowledge ?? {}, { calendar: 'mars' }),
      'rules.0.timers.acknowledge.calendar: there is no calendar "mars"',
    ],
    [
      'lets a statutory timer be paused',
      (p) => Object.assign(p.rules[0]?.timers ?? {}, { statutory: p.rules[0]?.timers.resolve }),
      'rules.0.timers.statutory.pausable: a statutory timer cannot be paused: set it to false',
    ],
    [
      'lets a promise be paused',
      (p) => Object.assign(p.rules[0]?.timers.promise ?? {}, { pausable: true }),
      'rules.0.timers.promise.pausable: a promise timer cannot be paused: set it to false',
    ],
    [
      'leaves some messages without a rule',
      (p) => Object.assign(p.rules.at(-1) ?? {}, { match: { public: false } }),
      'rules.1.match: the last rule must match everything: leave it empty',
    ],
    ...['reach', 'followers', 'influence'].map((field): (typeof cases)[number] => [
      `matches on ${field}`,
      (p) => Object.assign(p.rules[0] ?? {}, { match: { [field]: 10_000 } }),
      `rules.0.match: Unrecognized key: "${field}"`,
    ]),
    [
      'matches on a severity that there is not',
      (p) => Object.assign(p.rules[0] ?? {}, { match: { severity: 'urgent' } }),
      'rules.0.match.severity: Invalid option: expected one of "low"|"normal"|"high"|"critical"',
    ],
    [
      'matches on a time without a zone',
      (p) => Object.assign(p.rules[0] ?? {}, { match: { postedBefore: '2026-04-08' } }),
      'rules.0.match.postedBefore: must be an instant in UTC, such as 2026-04-07T23:00:00Z',
    ],
    [
      'has a timer without a target',
      (p) => change(p, { targetMinutes: undefined }),
      'rules.0.timers.acknowledge: needs one target: targetMinutes, or targetDays, or targetWorkingDays',
    ],
    [
      'has a timer with two targets',
      (p) => change(p, { targetDays: 2 }),
      'rules.0.timers.acknowledge: needs one target: targetMinutes, or targetDays, or targetWorkingDays',
    ],
    ...['targetDays', 'targetWorkingDays'].map((target): (typeof cases)[number] => [
      `lets ${target} be paused`,
      (p) => change(p, { targetMinutes: undefined, [target]: 2 }),
      `rules.0.timers.acknowledge.pausable: ${target} cannot be paused: set it to false, or use targetMinutes`,
    ]),
    [
      'gives a promise a target',
      (p) => Object.assign(p.rules[0]?.timers.promise ?? {}, { targetDays: 2 }),
      'rules.0.timers.promise: a promise is due when it says: take out targetDays',
    ],
    [
      'has an acknowledgement that waits for itself',
      (p) => change(p, { from: 'acknowledgement' }),
      'rules.0.timers.acknowledge.from: only resolve, statutory, reply-window can wait for the acknowledgement',
    ],
    [
      'would call people at night',
      (p) => change(p, { calendar: 'always' }),
      'rules.0.timers.acknowledge.ladder: would call people at night: give it a ladder with a calendar of their hours, or with outOfHours true',
    ],
    [
      'would call people at night without a ladder',
      (p) => change(p, { calendar: 'uk-business-days', ladder: undefined }),
      'rules.0.timers.acknowledge.ladder: would call people at night: give it a ladder with a calendar of their hours, or with outOfHours true',
    ],
    [
      'has a ladder with hours that are not there',
      (p) => Object.assign(p.ladders.standard, { calendar: 'mars' }),
      'ladders.standard.calendar: there is no calendar "mars"',
    ],
    [
      'has a ladder with hours and without',
      (p) => Object.assign(p.ladders.standard, { calendar: 'uk-office', outOfHours: true }),
      'ladders.standard.calendar: says nothing where outOfHours is true: take one of them out',
    ],
    [
      'lets a statutory timer of the second stage be paused',
      (p) =>
        Object.assign(p.rules[0] ?? {}, { reopened: { timers: { statutory: p.rules[0]?.timers.resolve } } }),
      'rules.0.reopened.timers.statutory.pausable: a statutory timer cannot be paused: set it to false',
    ],
    [
      'wants a different owner and has none',
      (p) => {
        Object.assign(p.rules[0] ?? {}, { reopened: { timers: {}, differentOwner: true } })
        p.teams.billing.lead = p.teams.billing.onCall
      },
      'teams.billing.lead: must be another person than onCall: rule "public posts" wants two',
    ],
    [
      'was checked on a day that there is not',
      (p) => Object.assign(p, { checkedAt: '2026-02-30' }),
      'checkedAt: is no day that there is',
    ],
    [
      'has a source that is no address',
      (p) => Object.assign(p, { source: [{ regulation: 'A law', section: '1', url: 'http://example.org' }] }),
      'source.0.url: must be an https address',
    ],
  ]
  it.each(cases)('%s', (_, change, problem) => {
    expect(problemsOfPolicy(changed((policy) => void change(policy)))).toContain(problem)
  })
})
