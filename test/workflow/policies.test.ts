import { describe, expect, it } from 'vitest'
import { checkPolicies, problemsOfPolicy } from '../../infra/policies.ts'
import sample from '../../workflows/policies/sample.v1.json' with { type: 'json' }

/** The sample policy with one thing changed. */
function changed(change: (policy: typeof sample) => void): unknown {
  const copy = structuredClone(sample)
  change(copy)
  return copy
}

describe('the policies in the repository', () => {
  it('can be deployed', () => {
    expect(() => checkPolicies()).not.toThrow()
    expect(problemsOfPolicy(sample)).toEqual([])
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
      'leaves some messages without a rule',
      (p) => Object.assign(p.rules.at(-1) ?? {}, { match: { public: false } }),
      'rules.1.match: the last rule must match everything: leave it empty',
    ],
    [
      'matches on reach',
      (p) => Object.assign(p.rules[0] ?? {}, { match: { followers: 10_000 } }),
      'rules.0.match: Unrecognized key: "followers"',
    ],
  ]
  it.each(cases)('%s', (_, change, problem) => {
    expect(problemsOfPolicy(changed((policy) => void change(policy)))).toContain(problem)
  })
})
