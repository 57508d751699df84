import type { WebClient } from '@slack/web-api'
import type { Complaint } from '../domain/complaint.ts'
import { onDuty } from '../domain/duty.ts'
import { addSeconds, epochSeconds, type Instant } from '../domain/instant.ts'
import { type Policy, personOf, type Team, teamOf } from '../domain/policy.ts'
import { houseHours } from '../domain/week.ts'
import type { IgnoredList } from '../ledger/ignored.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { OpenComplaint } from '../ledger/open.ts'
import { findPost, post } from '../notifier/posts.ts'
import { logger } from '../shared/logger.ts'
import type { Content } from '../slack/card.ts'
import { ask, SlackFailure } from '../slack/client.ts'
import {
  chartText,
  morningDigest,
  promisesDigest,
  SHOWN_IN_DIGEST,
  type Week,
  weeklyDigest,
} from '../slack/digests.ts'
import { ignoredContent, SHOWN_UNANSWERED } from '../slack/ignored.ts'
import { barChart } from './chart.ts'
import type { Digests } from './posted.ts'
import { type Digest, type Due, dueAt, type ListDue, listsDue } from './when.ts'

/** What digests need from outside. */
export interface Telling {
  readonly policy: Policy
  readonly ledger: Pick<Ledger, 'loadMany' | 'ofTeam'>
  readonly open: () => AsyncIterable<OpenComplaint>
  readonly ignored: Pick<IgnoredList, 'ofWeek'>
  readonly digests: Pick<Digests, 'claim' | 'posted' | 'done' | 'release'>
  readonly slack: WebClient
  /** Real time, in seconds: it is compared with Slack's clock. */
  readonly realNow: () => number
}

/** A message that is due, and how it comes about. */
interface Posting {
  /** Names it for ever: there is one of each. */
  readonly name: string
  channel(): Promise<string>
  /**
   * @param isFirst nobody has tried before.
   * @returns undefined where there is nothing to tell.
   */
  make(isFirst: boolean): Promise<Made | undefined>
}

interface Made {
  readonly content: Content
  /** A chart of it goes below. */
  readonly week?: Week
}

/**
 * Posts the digests that are due, each once: however often it is called, by how many at once.
 *
 * @param now the stage's time.
 * @returns the names of those that were posted.
 * @throws the first failure, once the others have had their turn: the next run tries again.
 */
export async function tellDigests(now: Instant, telling: Telling): Promise<string[]> {
  const { policy } = telling
  const due = Object.entries(policy.teams).flatMap(([id, team]) => {
    const hours = team.hours === undefined ? undefined : policy.calendars[team.hours]
    const found = hours && dueAt(hours, now)
    return found === undefined ? [] : [{ id, team, due: found }]
  })
  const lists = listsDue(houseHours(policy), now)
  if (due.length === 0 && lists.length === 0) return []
  const open: OpenComplaint[] = []
  for await (const one of telling.open()) open.push(one)
  const postings = due.flatMap(({ id, team, due: its }) => {
    const ofTeam = byDeadline(open.filter((one) => one.team === id))
    return its.digests.map(
      (digest): Posting => ({
        name: `${digest}#${id}#${its.date}`,
        channel: async () => (digest === 'weekly' ? leadOf(telling, team) : team.slackChannel),
        make: () => contentOf(digest, id, its, ofTeam, now, telling),
      }),
    )
  })
  const told: string[] = []
  const failures: unknown[] = []
  for (const posting of [...postings, ...lists.map((list) => listOf(list, byDeadline(open), now, telling))]) {
    const { name } = posting
    try {
      if (await tell(posting, telling)) told.push(name)
    } catch (error) {
      failures.push(error)
      const code = error instanceof SlackFailure ? error.code : undefined
      logger.error('A digest was not posted', { digest: name, code, cause: (error as Error).stack })
    }
  }
  if (failures.length > 0) throw failures[0]
  return told
}

const byDeadline = (open: readonly OpenComplaint[]): OpenComplaint[] => {
  const key = ({ deadlineAt, complaintId }: OpenComplaint) => `${deadlineAt ?? '~'} ${complaintId}`
  return open.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

/**
 * What was ignored in a week is no team's: it is told where the organisation's figures are, or else to the team that gets
 * what no rule gives to another.
 */
function listOf(
  { week, isLast }: ListDue,
  open: readonly OpenComplaint[],
  now: Instant,
  { policy, ledger, ignored }: Telling,
): Posting {
  const place = policy.reports?.slackChannel ?? teamOf(policy, policy.defaultTeam)?.slackChannel
  return {
    name: `ignored#${week}`,
    channel: async () => {
      if (place === undefined) throw new Error(`Policy ${policy.name} lacks its default team`)
      return place
    },
    make: async (isFirst) => {
      const found = await ignored.ofWeek(week)
      // Nobody missed this list: in a new stage, or after a week in which nobody was there.
      if (!isLast && isFirst && found.counts.length === 0 && found.kept.length === 0) return undefined
      const waiting = open.filter(({ unanswered }) => unanswered)
      const shown = waiting.slice(0, SHOWN_UNANSWERED).map(({ complaintId }) => complaintId)
      const unanswered = isLast
        ? { count: waiting.length, complaints: await ledger.loadMany(shown) }
        : undefined
      return { content: ignoredContent({ week, now, ...found, unanswered }, policy) }
    },
  }
}

/**
 * Marked before it is sent, and looked for by its metadata where somebody was interrupted.
 *
 * @returns whether it was posted now.
 */
async function tell({ name, ...posting }: Posting, telling: Telling): Promise<boolean> {
  const { slack, digests, realNow } = telling
  const claim = await digests.claim(name, realNow())
  if (claim === undefined) return false
  try {
    const isFirst = claim.firstAt >= realNow() - 1
    const made = await posting.make(isFirst)
    if (made !== undefined) {
      const channel = await posting.channel()
      const payload = { digest: name }
      const place =
        claim.ts !== undefined && claim.channel !== undefined
          ? { channel: claim.channel, ts: claim.ts }
          : ((isFirst ? undefined : await findPost(slack, { channel, at: claim.firstAt }, payload)) ??
            (await post(slack, { channel }, made.content, payload)))
      await digests.posted(name, place.channel, place.ts)
      if (made.week !== undefined) await addChart(slack, place, made.week)
    }
    await digests.done(name)
    return made !== undefined
  } catch (error) {
    if (error instanceof SlackFailure && !error.mayHaveHappened) await digests.release(name)
    throw error
  }
}

/** The lead's conversation with the app; the team's channel, where the policy does not know their Slack user. */
async function leadOf({ policy, slack }: Telling, { lead, slackChannel }: Team): Promise<string> {
  const user = personOf(policy, lead)?.slackUserId
  if (user === undefined) return slackChannel
  const { channel } = await ask(slack.conversations.open({ users: user }))
  if (channel?.id === undefined) throw new Error('Slack opened a conversation without saying which')
  return channel.id
}

/** Best effort: the numbers are in the message. */
async function addChart(
  slack: WebClient,
  { channel, ts }: { readonly channel: string; readonly ts: string },
  week: Week,
): Promise<void> {
  try {
    await ask(
      slack.filesUploadV2({
        channel_id: channel,
        thread_ts: ts,
        file: barChart([week.received, week.resolved]),
        filename: 'week.png',
        title: chartText(week),
        alt_text: chartText(week),
      }),
    )
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error
    logger.warn('A chart was not uploaded', { code: error.code })
  }
}

async function contentOf(
  digest: Digest,
  team: string,
  due: Due,
  open: readonly OpenComplaint[],
  now: Instant,
  telling: Telling,
): Promise<Made> {
  const { policy, ledger } = telling
  const load = (some: readonly OpenComplaint[]) =>
    ledger.loadMany(some.slice(0, SHOWN_IN_DIGEST).map(({ complaintId }) => complaintId))
  switch (digest) {
    case 'morning': {
      const complaints = await load(open.filter(({ stage }) => stage !== 'resolved'))
      const duty = onDuty(policy, team, now)
      return {
        content: morningDigest({ team, onDuty: duty, now, tomorrow: due.tomorrow, open, complaints }, policy),
      }
    }
    case 'promises': {
      const promised = open
        .filter(({ promiseDueAt }) => promiseDueAt !== undefined && promiseDueAt < due.mondayAfterNext)
        .toSorted((a, b) => (String(a.promiseDueAt) < String(b.promiseDueAt) ? -1 : 1))
      const to = due.mondayAfterNext
      return { content: promisesDigest(team, promised.length, await load(promised), to, policy) }
    }
    case 'weekly': {
      const week = await weekOf(team, due, open.length, ledger)
      return { content: weeklyDigest(week, policy), week }
    }
  }
}

/** How many of a team's newest complaints the summary of a week looks at. */
const LOOKED_AT = 1000
const DAY_SECONDS = 86_400

async function weekOf(
  team: string,
  { lastMonday, monday }: Due,
  open: number,
  ledger: Pick<Ledger, 'ofTeam'>,
): Promise<Week> {
  const received = Array.from({ length: 7 }, () => 0)
  const resolved = Array.from({ length: 7 }, () => 0)
  let missed = 0
  const count = (days: number[], at: Instant | undefined): void => {
    if (at === undefined || at < lastMonday || at >= monday) return
    const day = Math.min(6, Math.floor((epochSeconds(at) - epochSeconds(lastMonday)) / DAY_SECONDS))
    days[day] = (days[day] ?? 0) + 1
  }
  const look = (complaint: Complaint): void => {
    count(received, complaint.receivedAt)
    count(resolved, complaint.resolvedAt)
    missed += complaint.timers.filter(
      ({ breachedAt }) => breachedAt !== undefined && breachedAt >= lastMonday && breachedAt < monday,
    ).length
  }
  let next: string | undefined
  // What came in long before may have been resolved last week; beyond a quarter of a year it is not looked for.
  const oldest = addSeconds(lastMonday, -90 * DAY_SECONDS)
  for (let read = 0; read < LOOKED_AT; read += 100) {
    const page = await ledger.ofTeam(team, 100, next)
    for (const complaint of page.complaints) look(complaint)
    next = page.next
    if (next === undefined || (page.complaints.at(-1)?.receivedAt ?? '') < oldest) break
  }
  return { team, received, resolved, missed, open }
}
