import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IgnoredItem, IgnoredWeek } from '../../functions/ledger/ignored.ts'
import { CAUSES, type Cause } from '../../functions/shared/ignored.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { ignoredContent, SHOWN_UNANSWERED } from '../../functions/slack/ignored.ts'
import { LIMITS } from '../../functions/slack/mrkdwn.ts'
import { SOURCE_NAMES } from '../../functions/sources/index.ts'
import { given } from '../support/complaints.ts'
import { hostile } from './complaints.ts'

const NOW = '2026-11-23T09:00:00Z'

const content = (found: Partial<IgnoredWeek>, unanswered = { count: 0, complaints: [] as never[] }) =>
  ignoredContent({ week: '2026-W47', now: NOW, kept: [], counts: [], ...found, unanswered }, currentPolicy)

const texts = (blocks: readonly object[]): string[] =>
  (blocks as { text?: { text: string }; elements?: { text: string }[] }[]).flatMap(({ text, elements }) => [
    ...(text === undefined ? [] : [text.text]),
    ...(elements ?? []).map((element) => element.text),
  ])

const item = (source: string, cause: Cause, more: Partial<IgnoredItem> = {}): IgnoredItem => ({
  source,
  cause,
  at: '2026-11-20T10:00:00Z',
  ...more,
})

describe('The list of what was ignored in a week', () => {
  it('says that there was nothing, and that nobody waits', () => {
    expect(texts(content({}).blocks)).toEqual([
      ':mag: *2026-11-16 to 2026-11-22:* nothing that customers sent was ignored',
      ':white_check_mark: *Nobody waits for an answer past its deadline*',
    ])
  })

  it('names each by cause and source, where it can be looked at, what somebody should look at first', () => {
    const permalink = 'https://x.com/i/status/1'
    const kept = [
      item('x', 'reaction', { channel: 'x', permalink }),
      item('x', 'reaction', { channel: 'x', permalink }),
      item('x', 'passed-on', { channel: 'x', permalink: 'https://x.com/i/status/2', messageId: 'post:2' }),
      item('email', 'virus', { channel: 'email', messageId: 'v@mail', permalink: 's3://mails/mails/abc' }),
      item('email', 'automatic', {
        messageId: '`bounce`@mail.example.net',
        postedAt: '2026-11-19T10:00:00Z',
      }),
      item('twilio', 'unknown-kind', {}),
    ]
    const counts = [
      { source: 'x', cause: 'reaction', count: 950 },
      { source: 'x', cause: 'passed-on', count: 1 },
      { source: 'email', cause: 'virus', count: 1 },
      { source: 'twilio', cause: 'unknown-kind', count: 1 },
    ] as const
    expect(texts(content({ kept, counts }).blocks).slice(0, -1)).toEqual([
      ':mag: *2026-11-16 to 2026-11-22:* 954 things that customers sent opened no complaint',
      '*twilio, of a kind that is not known here:* 1\n2026-11-20 (it has no id)',
      '*email, with a virus:* 1\n`s3://mails/mails/abc`',
      '*email, written by machines:* 1\n`’bounce’@mail.example.net`',
      '*x, passed on without a word:* 1\n<https://x.com/i/status/2|x 2026-11-20>',
      '*x, likes, reactions and stickers:* 950\n<https://x.com/i/status/1|x 2026-11-20> ×2 · …and 948 more',
      'Is one of them a complaint? Open it, write the customer’s words below this list, and choose *Raise a complaint* in the menu ⋮ of what you wrote.',
    ])
  })

  it('counts everybody who waits, and shows the first of them with a way to each', () => {
    const story = given('2026-11-20T10:00:00Z')
    story.passes('2026-11-20T11:00:00Z')
    const complaints = Array.from({ length: 20 }, () => story.state)
    const { blocks } = ignoredContent(
      { week: '2026-W47', now: NOW, kept: [], counts: [], unanswered: { count: 45, complaints } },
      currentPolicy,
    )
    const rows = (blocks as { accessory?: { action_id: string; value: string } }[]).filter(
      ({ accessory }) => accessory !== undefined,
    )
    expect(rows).toHaveLength(SHOWN_UNANSWERED)
    expect(JSON.parse(rows[0]?.accessory?.value ?? '')).toEqual({ complaintId: story.state.id })
    expect(texts(blocks).at(-1)).toBe('…and 35 more: `GET /complaints?unanswered=true`')
  })

  it('fits into a message, whatever there is and whoever wrote it, calls nobody, and accounts for each', () => {
    const found = fc.record({
      source: fc.oneof(fc.constantFrom(...SOURCE_NAMES), fc.constantFrom('a', 'b', 'c')),
      cause: fc.constantFrom(...CAUSES),
      at: fc.constant('2026-11-20T10:00:00Z'),
      messageId: fc.option(hostile, { nil: undefined }),
      permalink: fc.option(
        fc.oneof(
          fc.webUrl({ withQueryParameters: true }),
          hostile,
          fc.constant(`https://a.example/${'"&'.repeat(400)}`),
        ),
        { nil: undefined },
      ),
      channel: fc.option(hostile, { nil: undefined }),
    })
    const story = given('2026-11-20T10:00:00Z')
    fc.assert(
      fc.property(fc.array(found, { maxLength: 400 }), fc.nat(20), fc.nat(1000), (kept, waiting, more) => {
        const complaints = Array.from({ length: waiting }, () => story.state)
        const counts = kept.slice(0, 1).map(({ source, cause }) => ({
          source,
          cause,
          count: kept.filter((one) => one.source === source && one.cause === cause).length + more,
        }))
        const { text, blocks } = ignoredContent(
          { week: '2026-W47', now: NOW, kept, counts, unanswered: { count: waiting, complaints } },
          currentPolicy,
        )
        expect(blocks.length).toBeLessThanOrEqual(LIMITS.blocks)
        expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(LIMITS.messageJson)
        for (const one of texts(blocks)) {
          expect(one.length).toBeLessThanOrEqual(LIMITS.sectionText)
          expect(one).not.toMatch(/<[@#]|<!(?!date\^)/)
        }
        const total = kept.length + (counts.length === 0 ? 0 : more)
        if (total !== 1) expect(text).toContain(total === 0 ? 'nothing' : `${total} things`)
        // Every group is named with its number, or counted among the others.
        const named = texts(blocks).flatMap((one) => /^\*.*:\* (\d+)\n/.exec(one)?.[1] ?? [])
        const others = texts(blocks).flatMap((one) => /^…and (\d+) more, of/.exec(one)?.[1] ?? [])
        expect([...named, ...others].reduce((sum, count) => sum + Number(count), 0)).toBe(total)
      }),
      { numRuns: 200 },
    )
  })
})
