import type { KnownBlock } from '@slack/types'
import { type Complaint, waitsSince } from '../domain/complaint.ts'
import { epochSeconds, type Instant } from '../domain/instant.ts'
import type { Policy } from '../domain/policy.ts'
import { daysOf } from '../domain/week.ts'
import type { IgnoredItem, IgnoredWeek } from '../ledger/ignored.ts'
import { CAUSES, type Cause } from '../shared/ignored.ts'
import type { Content } from './card.ts'
import { showButton } from './list.ts'
import { date, escaped, LIMITS, link, mrkdwn, teamName, uncalled } from './mrkdwn.ts'

/** What a week's list is made of. */
export interface WeekIgnored extends IgnoredWeek {
  /** `2026-W47`. */
  readonly week: string
  readonly now: Instant
  /** Whose customers wait past a deadline now; absent in the list of a week that is long over. */
  readonly unanswered?: Unanswered | undefined
}

export interface Unanswered {
  readonly count: number
  /** The first of them, the longest overdue first. */
  readonly complaints: readonly Complaint[]
}

/** How many complaints that nobody has answered a list names; it counts all. */
export const SHOWN_UNANSWERED = 10
/** How many of each source and cause it links to. */
const SHOWN_EACH = 8

/** What was ignored for one cause, in the plural. */
const WHAT: Readonly<Record<Cause, string>> = {
  'unknown-kind': 'of a kind that is not known here',
  'unknown-message': 'edits and deletions of what never came here',
  note: 'notes that the public cannot see',
  empty: 'with nothing in them',
  virus: 'with a virus',
  loop: 'sent in circles',
  automatic: 'written by machines',
  praise: 'reviews of many stars',
  'passed-on': 'passed on without a word',
  'opt-out': 'STOP and the like',
  reaction: 'likes, reactions and stickers',
}

const HOW =
  'Is one of them a complaint? Open it, write the customer’s words below this list, and choose *Raise a complaint* in the menu ⋮ of what you wrote.'

/**
 * What opened no complaint in a week, by cause and source, those first that somebody should look at; and whose customers
 * wait past a deadline. That there is nothing is said as well, so that silence never stands for it.
 */
export function ignoredContent(
  { week, now, kept, counts, unanswered }: WeekIgnored,
  policy: Policy,
): Content {
  const { monday, sunday } = daysOf(week)
  const groups = groupsOf(kept, counts)
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  const said =
    total === 0
      ? 'nothing that customers sent was ignored'
      : `${total} ${total === 1 ? 'thing' : 'things'} that customers sent opened no complaint`
  const title = `:mag: *${monday} to ${sunday}:* ${said}`
  const below = unanswered === undefined ? [] : unansweredBlocks(unanswered, policy, now)
  const blocks: KnownBlock[] = [section(title)]
  let left =
    LIMITS.messageJson - JSON.stringify([...blocks, context(HOW), context(more(0, 0)), ...below]).length
  const shown = groups.flatMap((group, index) => {
    const block = section(groupText(group))
    left -= JSON.stringify(block).length + 1
    return left < 0 || index >= MOST_GROUPS ? [] : [{ group, block }]
  })
  const rest = groups.slice(shown.length)
  const others = rest.reduce((sum, { count }) => sum + count, 0)
  return {
    text: title,
    blocks: [
      ...blocks,
      ...shown.map(({ block }) => block),
      ...(rest.length === 0 ? [] : [context(more(others, rest.length))]),
      ...(total === 0 ? [] : [context(HOW)]),
      ...below,
    ],
  }
}

/** With a title, what is said below, and the complaints, within the blocks that a message may have. */
const MOST_GROUPS = 30

const more = (count: number, groups: number): string =>
  `…and ${count} more, of ${groups} further sources and causes`

interface Group {
  readonly source: string
  readonly cause: Cause
  readonly count: number
  /** The newest first. */
  readonly kept: readonly IgnoredItem[]
}

function groupsOf(kept: readonly IgnoredItem[], counts: IgnoredWeek['counts']): Group[] {
  const known = Map.groupBy(kept, ({ source, cause }) => `${source} ${cause}`)
  const counted = new Map(counts.map(({ source, cause, count }) => [`${source} ${cause}`, count]))
  return [...new Set([...counted.keys(), ...known.keys()])]
    .map((key): Group => {
      const [source = '', cause = ''] = key.split(' ')
      const items = (known.get(key) ?? []).toSorted((a, b) => (a.at > b.at ? -1 : 1))
      return {
        source,
        cause: cause as Cause,
        count: Math.max(counted.get(key) ?? 0, items.length),
        kept: items,
      }
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => CAUSES.indexOf(a.cause) - CAUSES.indexOf(b.cause) || (a.source < b.source ? -1 : 1))
}

function groupText({ source, cause, count, kept }: Group): string {
  const head = `*${escaped(source, 50)}, ${WHAT[cause] ?? escaped(cause, 50)}:* ${count}`
  let room = LIMITS.sectionText - head.length - '\n · …and 1000000000 more'.length
  let named = 0
  const refs: string[] = []
  // Many may have been done to one post.
  for (const [place, { length }] of [...Map.groupBy(kept, placeOf)].slice(0, SHOWN_EACH)) {
    const ref = length === 1 ? place : `${place} ×${length}`
    room -= ref.length + ' · '.length
    if (room < 0) break
    refs.push(ref)
    named += length
  }
  const rest = count - named
  return [head, [...refs, ...(rest > 0 ? [`…and ${rest} more`] : [])].join(' · ')].join('\n')
}

/** Where one can look: its address, or the id by which its platform finds it. */
function placeOf({ permalink, messageId, channel, postedAt, at }: IgnoredItem): string {
  const day = (postedAt ?? at).slice(0, 10)
  const label = channel === undefined ? day : `${escaped(channel, 30)} ${day}`
  const id = permalink ?? messageId
  return link(permalink, label) ?? (id === undefined ? `${label} (it has no id)` : code(id))
}

const code = (id: string): string => `\`${escaped(id.replaceAll('`', '’').replace(/\s+/g, ' '), 120)}\``

function unansweredBlocks({ count, complaints }: Unanswered, policy: Policy, now: Instant): KnownBlock[] {
  const said =
    count === 0
      ? ':white_check_mark: *Nobody waits for an answer past its deadline*'
      : `:hourglass: *${count} ${count === 1 ? 'customer waits' : 'customers wait'} for an answer past its deadline*`
  const rows = complaints.slice(0, SHOWN_UNANSWERED).map((complaint): KnownBlock => {
    const since = waitsSince(complaint) ?? complaint.receivedAt
    const facts = [
      `*${ageOf(since, now)}*`,
      complaint.stage,
      teamName(policy, complaint.team),
      uncalled(policy, complaint.owner),
      `since ${date(since)}`,
    ]
    return { ...section(facts.join(' · ')), accessory: showButton(complaint) }
  })
  const rest = count - rows.length
  return [
    { type: 'divider' },
    section(said),
    ...rows,
    ...(rest > 0 ? [context(`…and ${rest} more: \`GET /complaints?unanswered=true\``)] : []),
  ]
}

/** How long somebody has waited, in the largest unit. */
function ageOf(since: Instant, now: Instant): string {
  const seconds = Math.max(0, epochSeconds(now) - epochSeconds(since))
  const [size, unit] = seconds >= 86_400 ? [86_400, 'day'] : seconds >= 3600 ? [3600, 'hour'] : [60, 'minute']
  const count = Math.floor(seconds / Number(size))
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

const section = (text: string) => ({ type: 'section', text: mrkdwn(text) }) satisfies KnownBlock
const context = (text: string) => ({ type: 'context', elements: [mrkdwn(text)] }) satisfies KnownBlock
