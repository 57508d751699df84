import type { Complaint, Event, TimerName } from '../domain/complaint.ts'
import { onDuty, peopleAt, receivingTeam, standIn } from '../domain/duty.ts'
import type { Instant } from '../domain/instant.ts'
import { askToAgree, promisesSaid } from '../domain/outgoing.ts'
import { type Policy, personOf, timerSpec } from '../domain/policy.ts'
import { approverFor, givenIn, mayApprove } from '../domain/redress.ts'
import { ladderOf, mayCall } from '../domain/timers.ts'
import { type Content, redressText, timerName } from './card.ts'
import { date, escaped, mention, mrkdwn, nameOf, shown, teamName, uncalled } from './mrkdwn.ts'
import { findingLine, replyName, whereTo } from './writing.ts'

/** A line in a complaint's thread. */
export interface Reply extends Content {
  /** Ids of the people whom it concerns; where they have a channel of their own, they are told there too. */
  readonly people: readonly string[]
}

/** How much of what somebody wrote a line shows. */
const QUOTED = 1000

/**
 * What the thread says of an event; undefined for one that deserves no line of its own.
 *
 * @param after the complaint as it stood right after the event, not as it stands now.
 * @param calls whether it mentions somebody whom it concerns, or only names them.
 */
export function replyTo(
  event: Event,
  after: Complaint,
  policy: Policy,
  calls: (person: string) => boolean = () => true,
): Reply | undefined {
  const line = lineFor(event, after, policy, (person) =>
    calls(person) ? mention(policy, person) : uncalled(policy, person),
  )
  if (line === undefined) return undefined
  const [text, people = []] = line
  return { text, blocks: [{ type: 'section', text: mrkdwn(text) }], people: [...new Set(people)] }
}

type Line = readonly [text: string, people?: readonly string[]] | undefined

function lineFor(event: Event, after: Complaint, policy: Policy, call: (person: string) => string): Line {
  const actor = nameOf(policy, event.actor)
  const calling = (people: readonly string[]): string => people.map(call).join(', ')
  /** Whom a timer concerns: called in the hours in which the policy allows it, and named outside of them. */
  const inHours = ({ at }: Event, timer: TimerName): [text: string, people: readonly string[]] => {
    const people = concerned(policy, after, timer, at)
    return mayCall(policy, after, timer, at)
      ? [calling(people), people]
      : [people.map((person) => uncalled(policy, person)).join(', '), []]
  }
  switch (event.type) {
    case 'received': // the parent message says it
    case 'escalation-due': // `escalated` follows and says whom it concerns
    case 'follow-up-due': // `closed` follows
      return undefined
    case 'acknowledged':
      return [`:eyes: ${actor} acknowledged it`]
    case 'taken':
      return [`:raising_hand: ${nameOf(policy, event.owner)} took it over`]
    case 'assigned':
      return [`:bust_in_silhouette: ${actor} assigned it to ${call(event.owner)}`, [event.owner]]
    case 'handoff-requested': {
      const people = answering(policy, event.toTeam, event.at)
      const asks = `:arrow_right: ${actor} asks *${teamName(policy, event.toTeam)}* to take over: ${shown(event.reason, QUOTED)}`
      return [people.length === 0 ? asks : `${asks}\n${calling(people)}, please accept or decline`, people]
    }
    case 'handoff-accepted':
      return [
        `:handshake: *${teamName(policy, event.team)}* accepted; ${nameOf(policy, event.owner)} owns it now`,
      ]
    case 'handoff-declined':
      return [
        `:leftwards_arrow_with_hook: ${actor} declined for *${teamName(policy, event.team)}*: ${shown(event.reason, QUOTED)}\nIt stays with ${call(after.owner)}`,
        [after.owner],
      ]
    case 'paused':
      return [`:double_vertical_bar: ${actor} paused it: ${shown(event.reason, QUOTED)}`]
    case 'resumed':
      return [`:arrow_forward: ${actor} resumed it`]
    case 'timer-warned': {
      const [whom, people] = inHours(event, event.timer)
      return [
        `:hourglass: ${event.percent}% of the time for *${timerName(event.timer)}* has passed${due(event, event.timer)}. ${whom}`,
        people,
      ]
    }
    case 'timer-breached': {
      const missed = `:red_circle: *${timerName(event.timer)}* was due ${date(event.at)} and was missed`
      // Where there is a ladder its first rung is due as soon as people may be called, and calls them: once is enough.
      if (timerSpec(policy, after, event.timer)?.ladder !== undefined) return [missed]
      const [whom, people] = inHours(event, event.timer)
      return [`${missed}. ${whom}`, people]
    }
    case 'escalated':
      return [
        `:rotating_light: Level ${event.level}, ${event.role.replaceAll('-', ' ')}: ${calling(event.people)}, *${timerName(event.timer)}* is overdue`,
        event.people,
      ]
    case 'reminded': {
      const people = atTheTop(policy, after, event.timer, event.at)
      return [
        `:rotating_light: Reminder ${event.times}: ${calling(people)}, *${timerName(event.timer)}* is still overdue`,
        people,
      ]
    }
    case 'resolved':
      return [
        `:white_check_mark: ${actor} resolved it: ${shown(event.summary, QUOTED)}${event.redress === undefined ? '' : `\nRedress: ${redressText(event.redress)}`}`,
      ]
    case 'redress-proposed': {
      const item = after.redress.find(({ id }) => id === event.id)
      const what = `:moneybag: ${actor} proposed redress: ${redressText(event.redress)}`
      const total = givenIn(after, event.redress.currency ?? '')
      if (item === undefined || mayApprove(policy, after.team, event.actor, event.redress, total))
        return [what]
      const approver = approverFor(policy, after, item)
      if (approver === undefined) return [`${what}\nIt waits for approval`]
      return [`${what}\n${call(approver)}, please approve or refuse`, [approver]]
    }
    case 'redress-approved':
      return [
        event.alone === true
          ? ':white_check_mark: That is within their own limit'
          : `:white_check_mark: ${actor} approved redress: ${redressText(event.redress)}`,
      ]
    case 'redress-refused': {
      const item = after.redress.find(({ id }) => id === event.id)
      const what = item === undefined ? '' : `: ${redressText(item)}`
      const refused = `:no_entry_sign: ${actor} refused the redress${what}\nWhy: ${shown(event.reason, QUOTED)}`
      // Whoever refuses what they proposed themselves knows it.
      return item === undefined || item.proposedBy === event.actor
        ? [refused]
        : [`${refused}\n${call(item.proposedBy)}, please look`, [item.proposedBy]]
    }
    case 'redress-paid':
      return [
        `:money_with_wings: ${actor} paid redress: ${redressText(event.redress)} (${shown(event.reference, 200)})`,
      ]
    case 'closed':
      return [
        event.actor === 'clock' ? ':lock: Closed: nobody objected in time' : `:lock: ${actor} closed it`,
      ]
    case 'reopened':
      return [
        `:unlock: ${actor} reopened it: ${shown(event.reason, QUOTED)}\n${call(after.owner)} owns it`,
        [after.owner],
      ]
    case 'withdrawn':
      return [`:no_entry_sign: ${actor} withdrew it: ${shown(event.reason, QUOTED)}`]
    case 'customer-replied': {
      const wrote = `:speech_balloon: The customer wrote: ${shown(event.text, QUOTED)}`
      return event.needsAnswer ? [`${wrote}\n${call(after.owner)}, please answer`, [after.owner]] : [wrote]
    }
    case 'linked': {
      const { text, author, channel } = event.message
      const who = `*${shown(author.name ?? author.id, 100)}* by ${escaped(channel, 60)}`
      const again =
        event.from === undefined
          ? `:link: Contacted again, ${who} (${escaped(event.rule, 100)}): ${shown(text, QUOTED)}`
          : `:link: ${actor} linked complaint \`${escaped(event.from, 40)}\`, ${who}: ${shown(text, QUOTED)}`
      const raised = event.raises ? ' The customer had to come back about it.' : ''
      return event.needsAnswer
        ? [`${again}\n${call(after.owner)}, please look.${raised}`, [after.owner]]
        : [again]
    }
    case 'unlinked':
      return [
        `:scissors: ${actor} unlinked a message, which is complaint \`${escaped(event.to, 40)}\` now: ${shown(event.reason, QUOTED)}`,
      ]
    case 'merged':
      return [
        `:link: ${actor} linked it to complaint \`${escaped(event.into, 40)}\`, which goes on for both${event.reason === undefined ? '' : `: ${shown(event.reason, QUOTED)}`}`,
      ]
    case 'grouped':
      return [`:busts_in_silhouette: ${actor} put it under incident *${escaped(event.incident, 64)}*`]
    case 'ungrouped':
      return [`:busts_in_silhouette: ${actor} took it out of its incident`]
    case 'severity-changed':
      return [
        `:small_red_triangle: Severity ${event.from ?? 'not known'} → *${event.to}*, ${actor}: ${shown(event.reason, QUOTED)}`,
      ]
    case 'message-amended':
      return event.change === 'deleted'
        ? [':wastebasket: The customer deleted the message; what it said stays on record']
        : [`:pencil2: The customer changed the message. It now says: ${shown(event.text ?? '', QUOTED)}`]
    case 'issue-added':
      return [`:heavy_plus_sign: ${actor} added issue ${escaped(event.id, 20)}: ${shown(event.text, QUOTED)}`]
    case 'issues-confirmed':
      return [`:ballot_box_with_check: ${actor} confirmed the issues`]
    case 'issue-answered': {
      const answered = `:speech_balloon: ${actor} answered ${issueText(after, event.id)}: ${shown(event.answer, QUOTED)}`
      return calledForIssue(answered, event.actor, after, policy, call)
    }
    case 'issue-declined': {
      const declined = `:no_entry_sign: ${actor} declined ${issueText(after, event.id)}: ${shown(event.reason, QUOTED)}`
      return calledForIssue(declined, event.actor, after, policy, call)
    }
    case 'issue-handoff-requested': {
      const people = answering(policy, event.toTeam, event.at)
      const asks = `:arrow_right: ${actor} asks *${teamName(policy, event.toTeam)}* about ${issueText(after, event.id)}: ${shown(event.reason, QUOTED)}`
      return [people.length === 0 ? asks : `${asks}\n${calling(people)}, please accept or return it`, people]
    }
    case 'issue-handoff-accepted':
      return [
        `:handshake: *${teamName(policy, event.team)}* takes ${issueText(after, event.id)} on; ${nameOf(policy, event.person)} has it now`,
      ]
    case 'issue-returned': {
      const returned = `:leftwards_arrow_with_hook: ${actor} returned ${issueText(after, event.id)}: ${shown(event.reason, QUOTED)}`
      // Who takes back what they had asked for knows it.
      return event.actor === after.owner
        ? [returned]
        : [`${returned}\nIt is ${call(after.owner)}’s again`, [after.owner]]
    }
    case 'promise-broken':
      return [
        `:broken_heart: ${actor} says that the promise${promiseText(after, event.id)} will not be kept: ${shown(event.reason, QUOTED)}`,
      ]
    case 'reply-drafted': {
      // What we ask or tell of our own accord is said by the line of its sending.
      if (event.purpose !== undefined) return undefined
      const wrote = `:pencil: ${actor} wrote, ${whereTo(after, event)}: ${shown(event.text, QUOTED)}`
      const found = event.findings.slice(0, FINDINGS_SHOWN).map(findingLine)
      return [
        found.length === 0
          ? wrote
          : [wrote, ...found, 'It is held back: send, change or discard it'].join('\n'),
      ]
    }
    case 'guard-overridden':
      return [
        `:warning: ${actor} sends it all the same${event.reason === undefined ? '' : `: ${shown(event.reason, QUOTED)}`}`,
      ]
    case 'reply-approval-asked': {
      const reply = after.replies.find(({ id }) => id === event.id)
      const person = reply === undefined ? undefined : askToAgree(policy, after, reply)
      const waits = `:hourglass: It waits for the agreement of a ${event.approver.replaceAll('-', ' ')}`
      return person === undefined
        ? [waits]
        : [`${waits}\n${call(person)}, please approve or refuse`, [person]]
    }
    case 'reply-approved':
      return [`:white_check_mark: ${actor} agreed to the reply`]
    case 'reply-refused': {
      const by = after.replies.find(({ id }) => id === event.id)?.draftedBy
      const refused = `:no_entry_sign: ${actor} refused the reply: ${shown(event.reason, QUOTED)}`
      return by === undefined || by === event.actor
        ? [refused]
        : [`${refused}\n${call(by)}, please look`, [by]]
    }
    case 'reply-discarded':
      return [
        `:wastebasket: ${actor} discarded the reply${event.reason === undefined ? '' : `: ${shown(event.reason, QUOTED)}`}`,
      ]
    case 'reply-released': // the line of its sending follows
      return undefined
    case 'reply-sent': {
      const what = replyText(after, event.id)
      return [
        `:outgoing_envelope: ${what} went out by ${escaped(event.platform, 40)}${event.reports ? '; whether it arrives, we will be told' : ''}`,
      ]
    }
    case 'reply-delivered':
      return [`:mailbox_with_mail: ${replyText(after, event.id)} has arrived`]
    case 'reply-failed':
      return [
        `:red_circle: ${replyText(after, event.id)} did not go out: ${shown(event.reason, QUOTED)}\n${call(after.owner)}, please look`,
        [after.owner],
      ]
    case 'contact-asked':
      return [`:key: ${actor} asks the customer where to write to in private`]
    case 'contact-given':
      return [
        after.contact?.matched === undefined
          ? `:key: Somebody has given an address, and agreed to its use. It is used once the customer has written the code from their account, or you have made sure\n${call(after.owner)}, please look`
          : `:key: The customer has given an address, and agreed to its use\n${call(after.owner)}, you can write to them in private now`,
        [after.owner],
      ]
    case 'identity-matched':
      return [
        event.by === 'code'
          ? `:closed_lock_with_key: The address is the customer’s: they have written the code. ${call(after.owner)}, you can write to them in private now`
          : `:closed_lock_with_key: ${actor} made sure that the address is the customer’s: ${shown(event.reason ?? '', QUOTED)}`,
        event.by === 'code' ? [after.owner] : [],
      ]
    case 'survey-asked': // the line of its sending follows
      return undefined
    case 'survey-answered':
      return [
        `:ballot_box_with_ballot: The customer gives it ${event.score} of 5${event.text === undefined ? '' : `: ${shown(event.text, QUOTED)}`}`,
      ]
    case 'replied':
      return [
        [
          `:outgoing_envelope: ${actor} answered: ${shown(event.text, QUOTED)}`,
          ...promisesSaid(after, policy, event.text, event.at).map(findingLine),
        ].join('\n'),
      ]
    case 'promised':
      return [`:calendar: ${actor} promised, by ${date(event.dueAt)}: ${shown(event.text, QUOTED)}`]
    case 'promise-kept':
      return [
        `:ballot_box_with_check: ${actor} kept the promise${event.evidence === undefined ? '' : `: ${shown(event.evidence, QUOTED)}`}`,
      ]
    case 'repolicied':
      return [
        `:scroll: ${actor} moved it from policy ${event.from.name} v${event.from.version} to ${event.to.name} v${event.to.version}`,
      ]
    case 'erased':
      return [
        event.reason === 'retention'
          ? ':wastebasket: What was kept of the customer has been erased, as the policy wants it'
          : `:wastebasket: ${actor} erased what was kept of the customer`,
      ]
    case 'noted':
      return [`:memo: ${actor}: ${shown(event.text, QUOTED)}`]
  }
}

/** How many of the guard's findings a line shows. */
const FINDINGS_SHOWN = 5

const issueText = ({ issues }: Complaint, id: string): string =>
  `issue ${escaped(id, 20)} (${shown(issues.find((issue) => issue.id === id)?.text ?? '', 120)})`

/** What went out, by why it was written. */
const replyText = ({ replies }: Complaint, id: string): string =>
  replyName(replies.find((reply) => reply.id === id) ?? {})

const promiseText = ({ promises }: Complaint, id: string): string => {
  const promise = promises.find((candidate) => candidate.id === id)
  return promise === undefined ? '' : ` (${shown(promise.text, 120)})`
}

/** The owner is called for what somebody of another team has to say about an issue: they write to the customer. */
function calledForIssue(
  said: string,
  actor: string,
  { owner, team }: Complaint,
  policy: Policy,
  call: (person: string) => string,
): Line {
  if (actor === owner || personOf(policy, actor)?.team === team) return [said]
  return [`${said}\n${call(owner)}, please go on from there`, [owner]]
}

/** Who has to answer a handoff to a team. */
const answering = (policy: Policy, team: string, at: Instant): string[] => {
  const person = onDuty(policy, team, at)
  return person === undefined ? [] : [person]
}

/** Who can still keep a deadline: for a handoff the team that was asked, for all else the owner, or who stands in. */
function concerned(policy: Policy, complaint: Complaint, timer: TimerName, at: Instant): string[] {
  const receiving = receivingTeam(complaint, timer)
  return receiving === undefined ? [standIn(policy, complaint.owner, at)] : answering(policy, receiving, at)
}

function atTheTop(policy: Policy, complaint: Complaint, name: TimerName, at: Instant): readonly string[] {
  const spec = timerSpec(policy, complaint, name)
  const ladder = spec && ladderOf(policy, spec)
  const timer = complaint.timers.find((candidate) => candidate.name === name)
  if (ladder === undefined || timer === undefined) return concerned(policy, complaint, name, at)
  return peopleAt(policy, complaint, timer, ladder, ladder.rungs.length, at).people
}

const due = (event: Event, name: TimerName): string => {
  const timer = event.timers?.find((candidate) => candidate.name === name)
  return timer === undefined ? '' : `; it is due ${date(timer.dueAt)}`
}
