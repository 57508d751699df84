import fc from 'fast-check'
import type { Complaint, Event } from '../../functions/domain/complaint.ts'
import { type Action, type Actor, allowedActions, Refusal } from '../../functions/domain/decide.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import type { Policy } from '../../functions/domain/policy.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { given, type Story } from '../support/complaints.ts'

/** The sample policy with Slack users for some of its people. */
export const policy: Policy = {
  ...currentPolicy,
  people: {
    ...currentPolicy.people,
    sam: { name: 'Sam', team: 'support', slackUserId: 'U0SAM' },
    bea: { name: 'Bea', team: 'billing', slackUserId: 'U0BEA' },
    morgan: { name: 'Morgan', team: 'support', slackUserId: 'U0MORGAN' },
  },
}

/** What people write to do harm, by intent or by accident. */
export const hostile: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<!channel>',
        '<!here>',
        '@channel',
        '<@U0SAM>',
        '<#C0SUPPORT00>',
        '<https://evil.example|your bank>',
        '*bold*',
        '`',
        '```',
        '> quote',
        '&lt;',
        '&amp;',
        '\r\n',
        '\n\n\n',
        '\u0000',
        '\u202e',
        '\ud800',
        '👩‍👩‍👧‍👦',
        '"\\',
        ' ',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }),
    ),
    { minLength: 1, maxLength: 30 },
  )
  .chain((pieces) => fc.constantFrom(1, 1, 20, 500).map((times) => pieces.join('').repeat(times)))
  .map((text) => (/\S/.test(text) ? text : `x${text}`))

const pick = fc.constantFrom

const action: fc.Arbitrary<Action> = fc.oneof(
  pick<Action>(
    { type: 'acknowledge' },
    { type: 'take' },
    { type: 'accept-handoff' },
    { type: 'resume' },
    { type: 'close' },
    { type: 'assign', owner: 'priya' },
  ),
  fc
    .record({ type: pick('decline-handoff', 'pause', 'reopen', 'withdraw'), reason: hostile })
    .map((asked) => asked as Action),
  fc.record({ type: pick('hand-off'), toTeam: pick('billing', 'social', 'support'), reason: hostile }),
  fc.record({ type: pick('note'), text: hostile }),
  fc.record({
    type: pick('resolve'),
    summary: hostile,
    redress: fc.record({
      kind: pick('refund', 'in-kind'),
      amount: fc.integer({ min: 1 }),
      currency: pick('GBP', 'JPY', '<!here>'),
      description: hostile,
    }),
  }),
)

const actor: fc.Arbitrary<Actor> = fc.constantFrom<Actor>(
  { id: 'sam', team: 'support' },
  { id: 'bea', team: 'billing' },
  { id: 'slack:U0STRANGER' },
  { id: 'slack:<!here>' },
  { id: 'token:<!channel>' },
)

/** A step: somebody acts, or so many hours pass. */
const step = fc.oneof(fc.tuple(action, actor), fc.integer({ min: 1, max: 100 }))

/** Stories that wander through the whole of a complaint's life, with hostile words at every place that takes some. */
export const stories: fc.Arbitrary<Story> = fc
  .record({
    text: hostile,
    name: fc.option(hostile, { nil: undefined }),
    channel: hostile,
    permalink: fc.option(fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), hostile), {
      nil: undefined,
    }),
    steps: fc.array(step, { maxLength: 12 }),
  })
  .map(({ text, name, channel, permalink, steps }) => {
    let now = '2026-11-23T09:00:00Z'
    const story = given(now, { text, channel, permalink, author: { id: 'customer-1', name } }, policy)
    for (const next of steps) {
      now = addSeconds(now, typeof next === 'number' ? next * 3600 : 60)
      try {
        if (typeof next === 'number') story.passes(now)
        else story.does(now, ...next)
        story.send(now, { type: 'escalate' })
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
      }
    }
    return story
  })

/** A story's events, each with the complaint as it stood right after it. */
export function* stepsOf(story: Story, evolve: (state: Complaint | undefined, event: Event) => Complaint) {
  let after: Complaint | undefined
  for (const event of story.events) {
    after = evolve(after, event)
    yield { event, after }
  }
}

export const allowed = (story: Story): ReadonlySet<string> => new Set(allowedActions(story.state))
