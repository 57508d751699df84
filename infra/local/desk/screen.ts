/** What the desk page shows. */
import { createHash } from 'node:crypto'
import {
  businessTimeBetween,
  type Calendar,
  isOpen as isCalendarOpen,
  nextOpening,
} from '../../../functions/domain/calendar.ts'
import { type Complaint, isOver, type Timer } from '../../../functions/domain/complaint.ts'
import { addSeconds, epochSeconds, type Instant } from '../../../functions/domain/instant.ts'
import { timerSpec } from '../../../functions/domain/policy.ts'
import { currentPolicy, policyOf } from '../../../functions/shared/policies.ts'
import { withBlockIds } from '../interactions.ts'
import type { Shown } from '../platforms/index.ts'
import { SENDERS } from '../senders/index.ts'
import type { SlackMessage, SlackView } from '../slack.ts'
import { type Backstage, Refused } from './backstage.ts'
import { EXAMPLES } from './compose.ts'
import { machineStates, wayThrough } from './machine.ts'
import { SHORTCUTS } from './shortcuts.ts'

/** What stays as it is while the stack runs. */
export function setting({ slack, run }: Backstage) {
  const people = new Map(
    Object.entries(currentPolicy.people).map(([id, person]) => [id, { ...person, id }] as const),
  )
  return {
    channels: slack.channels,
    users: slack.users.map(({ id, name, person }) => {
      const { team = '' } = people.get(person) ?? {}
      return { id, name, person, team, role: roleOf(person) }
    }),
    teams: Object.entries(currentPolicy.teams).map(([id, { name, slackChannel }]) => ({
      id,
      name,
      channel: slackChannel,
    })),
    machine: machineStates(),
    sources: SENDERS,
    examples: EXAMPLES,
    shortcuts: SHORTCUTS,
    apiUrl: run.apiUrl,
  }
}

function roleOf(person: string): string {
  const teams = Object.values(currentPolicy.teams)
  if (currentPolicy.dutyManager === person) return 'duty manager'
  if (teams.some(({ lead }) => lead === person)) return 'team lead'
  return teams.some(({ onCall }) => onCall === person) ? 'on call' : ''
}

/**
 * Everything that may change, for one person.
 *
 * @param seen the `mark` of what the page shows already: where it is the same still, only the time is told.
 */
export async function screen(backstage: Backstage, user: string, seen: string) {
  const { slack, platforms, stage, travel } = backstage
  const [now, complaints] = await Promise.all([stage.now(), stage.complaints()])
  const shown = {
    messages: slack
      .messages()
      .filter(({ target_user }) => target_user === undefined || target_user === user)
      .map(messageOf),
    modal: viewOf(slack.openView(user)),
    home: viewOf(slack.homeView(user)),
    complaints: complaints.map(complaintOf),
    sent: platforms.shown().slice(-MOST_SENT).reverse().map(sentOf),
    travel,
  }
  const mark = createHash('sha256').update(JSON.stringify(shown)).digest('base64url')
  const clock = clockAt(now)
  return mark === seen
    ? { clock, mark }
    : { clock, mark, destinations: destinations(complaints, now), ...shown }
}

/** How much of what was sent is shown: the last of it. */
const MOST_SENT = 20

const sentOf = ({ platform, kind, to, text, atMs }: Shown) => ({
  platform,
  kind,
  to,
  text: text.slice(0, 300),
  at: atMs,
})

const messageOf = ({ ts, channel_id, thread_ts, user, text, blocks, ...rest }: SlackMessage) => ({
  ts,
  channel: channel_id,
  thread: thread_ts === ts ? undefined : thread_ts,
  by: user,
  text,
  blocks: withBlockIds(blocks),
  ephemeral: rest.target_user !== undefined,
  reactions: (rest.reactions ?? []).map(({ name, users }) => ({ name, count: users.length })),
  files: (rest.files ?? []).map(({ id, name, title }) => ({ id, name: title ?? name ?? 'a file' })),
  complaint: rest.metadata?.event_payload?.complaintId,
})

const viewOf = (view: SlackView | undefined) =>
  view && {
    id: view.view_id,
    hash: view.hash,
    title: view.title,
    submit: view.submit,
    close: view.close,
    blocks: withBlockIds(view.blocks),
  }

/** As much of a complaint as a list shows. */
const complaintOf = (complaint: Complaint) => {
  const { id, version, stage, owner, team, level, receivedAt, timers, message, promises, handoff, paused } =
    complaint
  return {
    id,
    version,
    stage,
    owner,
    team,
    level,
    receivedAt,
    over: isOver(complaint),
    acknowledged: complaint.acknowledgedAt !== undefined,
    handoff: handoff?.toTeam,
    paused: paused !== undefined,
    source: message.source,
    author: message.author.name ?? message.author.id,
    excerpt: message.text.slice(0, 160),
    promises: promises.map(({ id: promise, state }) => ({ id: promise, state })),
    timers: timers.map((timer) => timerOf(complaint, timer)),
  }
}

/** A timer with all its marks, so that the page can draw it: warn points that were and those to come. */
const timerOf = (complaint: Complaint, timer: Timer) => {
  const { name, state, startedAt, dueAt, warnings, warnedAt, breachedAt, metAt, level, nextRungAt } = timer
  return {
    name,
    state,
    startedAt,
    dueAt,
    warnings,
    warnedAt,
    breachedAt,
    metAt,
    level,
    nextRungAt,
    spans: spansOf(complaint, timer),
  }
}

type Span = readonly [from: Instant, to: Instant]
const spans = new Map<string, readonly Span[]>()
/** A bar of more spans than this shows no hours. */
const MOST_SPANS = 60
const LONGEST_SPAN_SECONDS = 86_400

/**
 * The open hours that a timer counts, from its start to its deadline: its bar is drawn by them. Undefined for one that
 * counts all hours.
 */
function spansOf(complaint: Complaint, { name, startedAt, dueAt }: Timer): readonly Span[] | undefined {
  const policy = policyOf(complaint.policy)
  const spec = timerSpec(policy, complaint, name)
  const hours = spec?.targetMinutes === undefined ? undefined : policy.calendars?.[spec.calendar]
  if (spec === undefined || hours === undefined) return undefined
  const key = [policy.name, policy.version, spec.calendar, startedAt, dueAt].join()
  const known = spans.get(key)
  if (known !== undefined) return known
  const found: Span[] = []
  for (let at = nextOpening(hours, startedAt); at < dueAt && found.length < MOST_SPANS; ) {
    const to = closingAfter(hours, at, dueAt)
    found.push([at, to])
    at = to < dueAt ? nextOpening(hours, to) : to
  }
  spans.set(key, found)
  return found
}

/** Until when the desk stays open without a break, at most to an instant and for a day. */
function closingAfter(hours: Calendar, from: Instant, most: Instant): Instant {
  let [low, high] = [0, Math.min(LONGEST_SPAN_SECONDS, epochSeconds(most) - epochSeconds(from))]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (businessTimeBetween(hours, from, addSeconds(from, middle)) === middle) low = middle
    else high = middle - 1
  }
  return addSeconds(from, low)
}

/** The hours by which the page tells whether the desk is open: those of the first calendar. */
const calendar = (): Calendar | undefined => Object.values(currentPolicy.calendars ?? {})[0]

const clockAt = (now: Instant) => {
  const hours = calendar()
  return { now, open: hours === undefined || isCalendarOpen(hours, now) }
}

export interface Destination {
  readonly id: string
  readonly label: string
  readonly at: Instant
}

const STEP_SECONDS = 15 * 60
const LONGEST_STEPS = (48 * 3600) / STEP_SECONDS

/** Where the page offers to go, soonest first; the labels are the page's. */
function destinations(complaints: readonly Complaint[], now: Instant): Destination[] {
  const running = complaints.flatMap(({ timers }) => timers.filter(({ state }) => state === 'running'))
  const soonest = (instants: readonly Instant[]) => instants.filter((at) => at > now).sort()[0]
  const found: [string, string, Instant | undefined][] = [
    ['hour', 'One hour', addSeconds(now, 3600)],
    ['day', 'One day', addSeconds(now, 86_400)],
    ['opening', 'Next opening', followingOpening(now)],
    ['warning', 'Next warning', soonest(running.flatMap(({ warnings }) => warnings.map(({ at }) => at)))],
    ['deadline', 'Next deadline', soonest(running.map(({ dueAt }) => dueAt))],
  ]
  return found.flatMap(([id, label, at]) => (at === undefined ? [] : [{ id, label, at }]))
}

/** When the desk opens next: while it is open, the opening after this one. */
function followingOpening(now: Instant): Instant | undefined {
  const hours = calendar()
  if (hours === undefined) return undefined
  let at = now
  for (let steps = 0; isCalendarOpen(hours, at) && steps < LONGEST_STEPS; steps++)
    at = addSeconds(at, STEP_SECONDS)
  return isCalendarOpen(hours, at) ? undefined : nextOpening(hours, at)
}

/** A complaint as the deployed API shows it, its timeline, and its way through the state machine. */
export async function complaintDetail({ run, stage }: Backstage, id: string) {
  if (!/^[0-9A-Z]{26}$/.test(id)) throw new Refused(404, 'There is no such complaint')
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`${run.apiUrl}${path}`, {
      headers: { authorization: `Bearer ${run.opsToken}` },
    })
    if (!response.ok)
      throw new Refused(response.status === 404 ? 404 : 502, `The API answered ${response.status}`)
    return response.json()
  }
  const [complaint, timeline, generation] = await Promise.all([
    ask(`/complaints/${id}`),
    ask(`/complaints/${id}/timeline`),
    stage.generation(id),
  ])
  const way = await wayThrough(run, `${id}-${generation}`)
  return { complaint, events: (timeline as { events: unknown[] }).events, generation, way }
}
