import fc from 'fast-check'
import type { Complaint, Event } from '../../functions/domain/complaint.ts'
import {
  type Action,
  type ActionType,
  type Actor,
  allowedActions,
  Refusal,
} from '../../functions/domain/decide.ts'
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

/** What somebody does, with the same words wherever it takes some. */
function actionOf(type: ActionType, words: string, currency: string): Action {
  switch (type) {
    case 'assign':
      return { type, owner: 'priya' }
    case 'hand-off':
      return { type, toTeam: 'billing', reason: words }
    case 'decline-handoff':
    case 'pause':
    case 'reopen':
    case 'withdraw':
      return { type, reason: words }
    case 'note':
    case 'record-customer-reply':
    case 'reply':
      return { type, text: words }
    case 'promise':
      return { type, text: words, due: '2036-01-01T00:00:00Z', to: words }
    case 'keep-promise':
      return { type, evidence: words }
    case 'resolve':
      return {
        type,
        summary: words,
        rootCause: words,
        redress: { kind: 'refund', amount: 1250, currency, description: words },
      }
    case 'propose-redress':
      return { type, redress: { kind: 'goodwill', amount: 4000, currency: 'GBP', description: words } }
    case 'refuse-redress':
      return { type, reason: words }
    case 'pay-redress':
      return { type, reference: words }
    case 'link':
      return { type, to: '01JD7Z3K8M0000000000000009', reason: words }
    case 'unlink':
      return { type, contact: 'c2', to: '01JD7Z3K8M0000000000000009', reason: words }
    case 'group':
      return { type, incident: words }
    case 'change-severity':
      return { type, severity: 'critical', reason: words }
    case 'add-issue':
      return { type, text: words }
    case 'answer-issue':
      return { type, id: 'i1', answer: words }
    case 'decline-issue':
      return { type, id: 'i1', reason: words }
    case 'hand-off-issue':
      return { type, id: 'i1', toTeam: 'social', reason: words }
    case 'draft-reply':
      return { type, text: words }
    case 'return-issue':
    case 'send-reply':
    case 'refuse-reply':
    case 'discard-reply':
    case 'confirm-identity':
    case 'break-promise':
      return { type, reason: words }
    default:
      return { type }
  }
}

const actor: fc.Arbitrary<Actor> = fc.constantFrom<Actor>(
  { id: 'sam', team: 'support' },
  { id: 'bea', team: 'billing' },
  { id: 'slack:U0STRANGER' },
  { id: 'slack:<!here>' },
  { id: 'token:<!channel>' },
)

/** A step: somebody does one of the things that are possible, or so many hours pass. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      choice: fc.nat(),
      words: hostile,
      currency: fc.constantFrom('GBP', 'JPY', '<!here>'),
      by: actor,
    }),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 100 }) },
)

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
        else {
          // Withdrawing ends most stories before they begin.
          const possible = allowedActions(story.state).filter((type) => type !== 'withdraw')
          const type = possible[next.choice % possible.length] ?? 'withdraw'
          story.does(now, actionOf(type, next.words, next.currency), next.by)
        }
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
