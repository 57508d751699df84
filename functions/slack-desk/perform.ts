import type { KnownBlock } from '@slack/types'
import type { Complaint, Message, Reply } from '../domain/complaint.ts'
import { type Actor, Refusal } from '../domain/decide.ts'
import { type Instant, toInstant } from '../domain/instant.ts'
import { actorOfSlackUser, personOf, teamOf } from '../domain/policy.ts'
import { type Committed, NotFound, type Receipt } from '../ledger/ledger.ts'
import type { OpenComplaint } from '../ledger/open.ts'
import { logger } from '../shared/logger.ts'
import { currentPolicy, policyOf } from '../shared/policies.ts'
import { ask, SlackFailure } from '../slack/client.ts'
import { homeView, waitingFor } from '../slack/home.ts'
import { listContent } from '../slack/list.ts'
import { complaintView, replyView } from '../slack/modals.ts'
import { escaped, link, mrkdwn, shown } from '../slack/mrkdwn.ts'
import { offered } from '../slack/offers.ts'
import { authorOf, outcomeText } from '../slack/raise.ts'
import { CHANGEABLE, comeTo, pendingBlocks } from '../slack/writing.ts'
import { actorOf, type Desk, maySee } from './desk.ts'
import type { Asker, Listing, Task } from './tasks.ts'

/**
 * Does what somebody asked for. What cannot be done for a reason of theirs is told to them, and counts as done.
 *
 * @throws whatever is not theirs: try again.
 */
export async function perform(task: Task, desk: Desk): Promise<void> {
  switch (task.kind) {
    case 'act':
      try {
        await tellOfDraft(task, await act(task, desk), desk)
      } catch (error) {
        const reason = reasonOf(error)
        if (reason === undefined) throw error
        await tellRefused(task, `:warning: Nothing was changed. ${escaped(reason, 1000)}`, desk)
      }
      return
    case 'raise':
      try {
        await tellRaised(task.by, await raise(task, desk), desk)
      } catch (error) {
        const reason = reasonOf(error)
        if (reason === undefined) throw error
        await say(desk, task.by, `:warning: No complaint was raised. ${escaped(reason, 1000)}`)
      }
      return
    case 'tell-raised':
      await tellRaised(task.by, task, desk)
      return
    case 'list':
      await list(task.by, task.listing, desk)
      return
    case 'say':
      await say(desk, task.by, task.text)
      return
    case 'home':
      await publishHome(task.user, desk)
      return
    case 'left':
      await moveOn(task, desk)
      return
  }
}

/** What to tell somebody whose action came to nothing; undefined for what is nobody's fault but ours. */
export const reasonOf = (error: unknown): string | undefined =>
  error instanceof Refusal || error instanceof NotFound ? error.message : undefined

/** What came of an action. */
export interface Acted {
  readonly complaint: Complaint
  /** Of `draft-reply`: the draft. */
  readonly draft?: Reply | undefined
}

/**
 * Sends a command, once for each asking. A draft that takes the place of another is written before that one is thrown
 * away: interrupted between the two, both are there, and the next attempt goes on from there.
 *
 * @param guard see `Ledger.execute`.
 * @throws Refusal, NotFound: nothing was written. Contention, and what else may pass.
 */
export async function act(
  task: Task & { kind: 'act' },
  desk: Desk,
  guard: (before: Complaint) => void = () => {},
): Promise<Acted> {
  const { by, complaintId, action, expects, asked, replaces } = task
  const { policy: ref } = await desk.ledger.load(complaintId)
  const actor = actorOf(policyOf(ref), by.user)
  const now = await desk.now()
  const wanted = (before: Complaint) => {
    guard(before)
    if (replaces !== undefined) requireChangeable(before, replaces)
  }
  const done = await desk.ledger.execute(complaintId, { ...action, by: actor, expects }, now, wanted, asked)
  const draft = action.type === 'draft-reply' ? draftIn(done, action.text, actor) : undefined
  const complaint =
    replaces === undefined ? done.complaint : await discard(done.complaint, replaces, actor, now, desk)
  if (by.view !== undefined) await showAgain(by.view, by, complaint, now, desk)
  return { complaint, draft }
}

/** The draft that came of a command, or had come of it when it was asked for before. */
function draftIn({ complaint, events }: Committed, text: string, by: Actor): Reply | undefined {
  const drafted = events.find(({ type }) => type === 'reply-drafted')
  const id = drafted === undefined ? undefined : `o${drafted.seq}`
  return complaint.replies.findLast((reply) =>
    id === undefined ? reply.text === text && reply.draftedBy === by.id : reply.id === id,
  )
}

/** What has gone out cannot be written anew. */
function requireChangeable({ replies }: Complaint, id: string): void {
  const old = replies.find((reply) => reply.id === id)
  if (old !== undefined && CHANGEABLE.includes(old.state)) return
  const state = old === undefined ? 'done with' : old.state
  throw new Refusal('stale', `The reply that this was to replace is ${state} by now: look at the card again`)
}

/** Throws a reply away that another has taken the place of, unless somebody was faster. */
async function discard(
  complaint: Complaint,
  id: string,
  by: Actor,
  now: Instant,
  desk: Desk,
): Promise<Complaint> {
  const old = complaint.replies.find((reply) => reply.id === id)
  if (old === undefined || old.state === 'refused' || !CHANGEABLE.includes(old.state)) return complaint
  try {
    const reason = 'written anew'
    const command = { type: 'discard-reply', id, reason, by } as const
    return (await desk.ledger.execute(complaint.id, command, now)).complaint
  } catch (error) {
    if (error instanceof Refusal) return complaint
    throw error
  }
}

/** What somebody wrote does not get lost with a refusal that comes when its form is closed. */
async function tellRefused({ by, action }: Task & { kind: 'act' }, why: string, desk: Desk): Promise<void> {
  if (action.type !== 'draft-reply') return say(desk, by, why)
  const written = `You had written:\n${shown(action.text, 2500, '>')}`
  const blocks = [why, written].map((text): KnownBlock => ({ type: 'section', text: mrkdwn(text) }))
  await answer(desk, by, { text: why, blocks })
}

/** Whoever wrote a draft is told what became of it, where its form could not say so. */
async function tellOfDraft(
  { by }: Task & { kind: 'act' },
  { complaint, draft }: Acted,
  desk: Desk,
): Promise<void> {
  if (draft === undefined || (draft.state !== 'held' && draft.state !== 'waiting')) return
  const policy = policyOf(complaint.policy)
  const allowed = new Set(offered(complaint, policy, actorOf(policy, by.user).team))
  const text = comeTo(complaint, policy, draft)
  const blocks = draft.state === 'held' ? { blocks: pendingBlocks(complaint, policy, draft, allowed) } : {}
  await answer(desk, by, { text, ...blocks })
}

/** Best effort: whoever closed the view does not miss it. */
async function showAgain(
  view_id: string,
  { user, reply }: Asker,
  complaint: Complaint,
  now: Instant,
  desk: Desk,
): Promise<void> {
  const policy = policyOf(complaint.policy)
  const view =
    reply === undefined
      ? complaintView(complaint, policy, actorOf(policy, user).team)
      : replyView(complaint, policy, reply, now)
  try {
    await ask(desk.slack.views.update({ view_id, view }))
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error
    logger.info('A view was not brought up to date', { code: error.code })
  }
}

/**
 * Opens a complaint for a message in Slack, unless it has opened one before.
 *
 * @throws Refusal; Contention, and what else may pass.
 */
export async function raise({ by, raising }: Task & { kind: 'raise' }, desk: Desk): Promise<Receipt> {
  const now = await desk.now()
  const { channel, ts, text, origin, public: isPublic, product } = raising
  const sentAt = toInstant(Number(ts))
  const message: Message = {
    source: 'slack',
    messageId: `${channel}-${ts}`,
    // The stage's clock may be behind Slack's; nobody complains tomorrow.
    postedAt: [sentAt, now].sort()[0] ?? now,
    author: authorOf(raising),
    text,
    public: isPublic,
    channel: origin,
    permalink: await permalinkOf(desk, channel, ts),
    ...(product === undefined ? {} : { product }),
  }
  return desk.ledger.receive(message, actorOf(currentPolicy, by.user), now)
}

async function permalinkOf(desk: Desk, channel: string, ts: string): Promise<string | undefined> {
  try {
    return (await ask(desk.slack.chat.getPermalink({ channel, message_ts: ts }))).permalink
  } catch (error) {
    // The bot need not be in the channel that a message was raised from.
    if (error instanceof SlackFailure) return undefined
    throw error
  }
}

/** Times of a second to wait for the card of a complaint that has just been opened. */
const PATIENCE = 20

async function tellRaised(
  by: Asker,
  { complaintId, outcome }: Pick<Receipt, 'complaintId' | 'outcome'>,
  desk: Desk,
): Promise<void> {
  for (let attempt = 0; attempt < PATIENCE; attempt++) {
    const [card] = (await desk.threads.load(complaintId)).cards
    if (card !== undefined) {
      const url = await permalinkOf(desk, card.channel, card.ts)
      const where = link(url, 'go to its thread') ?? `its thread is in <#${card.channel}>`
      await say(desk, by, `${outcomeText(outcome, complaintId)}: ${where}`)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  throw new Error(`Complaint ${complaintId} has no card yet`)
}

/** How many complaints a list shows. */
const LISTED = 15
/** How many of a team's newest complaints are looked through for words. */
const SEARCHED = 300

async function list(by: Asker, listing: Listing, desk: Desk): Promise<void> {
  const policy = currentPolicy
  const actor = actorOf(policy, by.user)
  const now = await desk.now()
  if (typeof listing === 'object') {
    const found = await search(listing.find, by.user, desk)
    const title = found.length === 0 ? 'Nothing found' : `Found ${found.length}`
    const note = `Looked through the newest ${SEARCHED} complaints of ${actor.team === undefined ? 'each team' : 'your team'}`
    await answer(
      desk,
      by,
      listContent(`${title} for “${escaped(listing.find, 100)}”`, found.slice(0, LISTED), policy, now, note),
    )
    return
  }
  const team = actor.team ?? personOf(policy, actor.id)?.team
  const open = await openFor(
    desk,
    ({ owner, team: its }) => owner === actor.id || team === undefined || its === team,
  )
  const mine = open.filter(({ owner, stage }) => owner === actor.id && stage !== 'resolved')
  if (listing === 'next') {
    const waiting =
      mine.length > 0 ? mine : open.filter(({ stage }) => stage === 'received' || stage === 'reopened')
    const [next] = await desk.ledger.loadMany(waiting.slice(0, 1).map(({ complaintId }) => complaintId))
    if (next === undefined) await say(desk, by, 'Nothing is waiting for you, nor for your team.')
    else await answer(desk, by, complaintContent(next, actor.team))
    return
  }
  const entries = listing === 'mine' ? mine : open
  const shown = await desk.ledger.loadMany(entries.slice(0, LISTED).map(({ complaintId }) => complaintId))
  const title =
    listing === 'mine'
      ? 'Yours'
      : team === undefined
        ? 'Open'
        : `Open in ${teamOf(policy, team)?.name ?? team}`
  const more = entries.length - shown.length
  await answer(
    desk,
    by,
    listContent(
      `${escaped(title, 100)}: ${entries.length}`,
      shown,
      policy,
      now,
      more > 0 ? `…and ${more} more` : undefined,
    ),
  )
}

const complaintContent = (complaint: Complaint, team?: string): { text: string; blocks: KnownBlock[] } => {
  const { blocks } = complaintView(complaint, policyOf(complaint.policy), team)
  return { text: `Complaint ${complaint.id}`, blocks: blocks as KnownBlock[] }
}

/** Open complaints, the one with the most urgent deadline first. */
async function openFor(desk: Desk, wanted: (open: OpenComplaint) => boolean): Promise<OpenComplaint[]> {
  const found: OpenComplaint[] = []
  for await (const open of desk.open()) if (wanted(open)) found.push(open)
  const key = ({ deadlineAt, complaintId }: OpenComplaint) => `${deadlineAt ?? '~'} ${complaintId}`
  return found.sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** The newest complaints that somebody may see and that hold every word, in what was written or by whom. */
async function search(words: string, user: string, desk: Desk): Promise<Complaint[]> {
  const actor = actorOf(currentPolicy, user)
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const found: Complaint[] = []
  for (const team of actor.team === undefined ? Object.keys(currentPolicy.teams) : [actor.team]) {
    let next: string | undefined
    for (let read = 0; read < SEARCHED; read += 100) {
      const page = await desk.ledger.ofTeam(team, 100, next)
      found.push(
        ...page.complaints.filter((complaint) => maySee(actor, complaint) && holds(complaint, wanted)),
      )
      next = page.next
      if (next === undefined) break
    }
  }
  return found
}

function holds({ id, message, resolution }: Complaint, words: readonly string[]): boolean {
  const { author, text, permalink = '' } = message
  const written = [
    id,
    text,
    permalink,
    author.id,
    author.name,
    author.email,
    author.phone,
    resolution?.summary,
  ]
    .join('\n')
    .toLowerCase()
  return words.every((word) => written.includes(word))
}

/** How many complaints, and how many of each stage, an App Home shows. */
const AT_HOME = 10
const AT_EACH_STAGE = 4
/** How many complaints the ledger loads at once. */
const MOST_LOADED = 100

/** Among how many of the most urgent of their team, and of the others, it is looked for what waits for somebody. */
const LOOKED_THROUGH = 100

/** Shows somebody what waits for them, their own complaints, their team's board and the promises that are due. */
export async function publishHome(user: string, desk: Desk): Promise<void> {
  const policy = currentPolicy
  const id = actorOfSlackUser(policy, user)
  const team = personOf(policy, id)?.team
  const all = await openFor(desk, () => true)
  const open = all.filter((one) => one.owner === id || one.team === team)
  const others = all.filter((one) => !open.includes(one))
  const looked = [...open.slice(0, LOOKED_THROUGH), ...others.slice(0, LOOKED_THROUGH)]
  const mine = open.filter(({ owner, stage }) => owner === id && stage !== 'resolved')
  const stages = Map.groupBy(
    open.filter((one) => one.team === team),
    ({ stage }) => stage,
  )
  const promises = open
    .filter(({ promiseDueAt }) => promiseDueAt !== undefined)
    .sort((a, b) => (String(a.promiseDueAt) < String(b.promiseDueAt) ? -1 : 1))
  const shown = [
    ...mine.slice(0, AT_HOME),
    ...[...stages.values()].flatMap((ofStage) => ofStage.slice(0, AT_EACH_STAGE)),
    ...promises.slice(0, AT_HOME),
  ]
  const ids = [...new Set([...shown, ...looked].map(({ complaintId }) => complaintId))]
  const complaints = new Map<string, Complaint>()
  for (let from = 0; from < ids.length; from += MOST_LOADED)
    for (const complaint of await desk.ledger.loadMany(ids.slice(from, from + MOST_LOADED)))
      complaints.set(complaint.id, complaint)
  const load = (some: readonly OpenComplaint[], most: number) =>
    some.slice(0, most).flatMap(({ complaintId }) => complaints.get(complaintId) ?? [])
  const view = homeView(
    {
      now: await desk.now(),
      team,
      waiting: looked.flatMap(({ complaintId }) => {
        const complaint = complaints.get(complaintId)
        return complaint === undefined ? [] : waitingFor(complaint, id, team, policyOf(complaint.policy))
      }),
      mine: { count: mine.length, complaints: load(mine, AT_HOME) },
      board: [...stages].map(([stage, some]) => ({
        stage,
        count: some.length,
        complaints: load(some, AT_EACH_STAGE),
      })),
      promises: { count: promises.length, complaints: load(promises, AT_HOME) },
    },
    policy,
  )
  await ask(desk.slack.views.publish({ user_id: user, view }))
}

/**
 * Moves the open complaints of somebody who has left to their team's lead, each with a note. What has another owner by
 * now stays with them.
 */
export async function moveOn({ user, asked }: Task & { kind: 'left' }, desk: Desk): Promise<void> {
  const by = { id: 'source:slack' }
  const owner = actorOfSlackUser(currentPolicy, user)
  for (const { complaintId } of await openFor(desk, (open) => open.owner === owner)) {
    const { policy: ref, team } = await desk.ledger.load(complaintId)
    const policy = policyOf(ref)
    const { lead, onCall } = teamOf(policy, team) ?? { lead: policy.dutyManager, onCall: policy.dutyManager }
    const still = (before: Complaint) => {
      if (before.owner !== owner) throw new Refusal('stale', 'It has another owner by now')
    }
    const name = personOf(policy, owner)?.name ?? user
    const text = `${name}’s Slack user was deactivated, so the complaint moves on from them`
    for (const to of [lead, onCall].filter((person) => person !== owner)) {
      try {
        const now = await desk.now()
        await desk.ledger.execute(
          complaintId,
          { type: 'note', text, by },
          now,
          still,
          `${asked}-${complaintId}`,
        )
        await desk.ledger.execute(complaintId, { type: 'assign', owner: to, by }, now, still)
        break
      } catch (error) {
        if (reasonOf(error) === undefined) throw error
        logger.warn('A complaint did not move on', { complaintId, to, reason: reasonOf(error) })
      }
    }
  }
}

/** Says something to the person who asked, and to nobody else. */
const say = (desk: Desk, by: Asker, text: string): Promise<void> => answer(desk, by, { text })

const ANSWER_TIMEOUT_MS = 1000

/** Best effort: what it is about is decided. */
async function answer(
  desk: Desk,
  { user, channel, responseUrl }: Asker,
  content: { text: string; blocks?: KnownBlock[] },
): Promise<void> {
  try {
    if (responseUrl !== undefined && isSlacks(responseUrl, desk.slackApiUrl)) {
      const response = await fetch(responseUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...content }),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      })
      if (response.ok) return
    }
    // Without a channel it was a view that they asked in: a direct message reaches them wherever they are.
    if (channel === undefined) await ask(desk.slack.chat.postMessage({ channel: user, ...content }))
    else await ask(desk.slack.chat.postEphemeral({ channel, user, ...content }))
  } catch (error) {
    logger.warn('An answer could not be told', {
      code: error instanceof SlackFailure ? error.code : 'no_answer',
    })
  }
}

/** Whether an address that a request brought is Slack's, so that nobody makes us call another. */
function isSlacks(url: string, slackApiUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  if (protocol === 'https:' && host === 'hooks.slack.com') return true
  return slackApiUrl !== undefined && URL.canParse(slackApiUrl) && host === new URL(slackApiUrl).host
}
