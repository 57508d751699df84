import type { Complaint, ReplyApprover, ReplyFinding, Timer } from './complaint.ts'
import { isOver, MOST_GIVEN, unansweredIssues } from './complaint.ts'
import { type Draft, type GuardContext, guard, verdict } from './guard.ts'
import type { GuardRule } from './guard-rules.ts'
import type { Instant } from './instant.ts'
import { type Policy, teamOf, timerSpec } from './policy.ts'
import { approverRole } from './redress.ts'
import { calendarOf, shutsAt } from './timers.ts'

/*
 * What we write to customers, on its way out: what the guard makes of it, and who has to agree. How it is sent is no
 * business of the core; that it was, and that it arrived, are facts. What carries a form or a question has `{link}` in its
 * text: whoever sends it puts the address there (functions/shared/links.ts), made of the complaint and of what the draft
 * is `about`. It never stands in the ledger.
 */

/** What a policy makes of a draft. */
export interface Judgement {
  readonly outcome: 'pass' | 'warn' | 'block'
  readonly findings: readonly ReplyFinding[]
}

/** Where a private answer goes: to the address that the customer gave and is known by, or back where they wrote. */
export const destinationOf = ({ message, contact }: Complaint, isPublic: boolean): 'contact' | undefined =>
  !isPublic && message.public && contact?.matched !== undefined ? 'contact' : undefined

/** The channel that a reply takes. */
export function channelOf(complaint: Complaint, to: 'contact' | undefined): string {
  if (to === undefined) return complaint.message.channel
  return complaint.contact?.email === undefined ? 'sms' : 'email'
}

/**
 * What has become of a form for an address: `replaced` by a newer one, `over` with the complaint, `used` by the
 * complainant, `expired`, or `full`, filled in as often as anybody may. A private one can be corrected while it is open.
 */
export type Form = 'open' | 'replaced' | 'over' | 'used' | 'expired' | 'full'

/** @param ask the asking that the form is of. */
export function formOf(complaint: Complaint, ask: string, now: Instant): Form {
  const { contact } = complaint
  if (contact === undefined || contact.ask !== ask) return 'replaced'
  if (isOver(complaint)) return 'over'
  if (contact.matched !== undefined && !contact.private) return 'used'
  if (now > contact.expiresAt) return 'expired'
  return contact.given.length < MOST_GIVEN ? 'open' : 'full'
}

/** When the channel takes no more answers; undefined where it always does, or nobody waits. */
export function replyWindowOf(complaint: Complaint, policy: Policy): Instant | undefined {
  const timer = complaint.timers.find(({ name }) => name === 'reply-window')
  const spec = timerSpec(policy, complaint, 'reply-window')
  return timer === undefined || spec === undefined || !isOfWindow(timer) ? undefined : shutsAt(spec, timer)
}

/** Met by an answer it still says until when the next may follow; cancelled it says nothing. */
const isOfWindow = ({ state }: Timer): boolean => state !== 'cancelled'

/**
 * What the guard finds in a draft about a complaint, and what the policy makes of that.
 *
 * @param recent what other customers were lately sent, newest first.
 */
export function judge(
  complaint: Complaint,
  policy: Policy,
  draft: Draft & { readonly to?: 'contact' | undefined },
  now: Instant,
  recent: readonly string[],
): Judgement {
  const setting = policy.guard
  if (setting === undefined) return { outcome: 'pass', findings: [] }
  const hours = teamOf(policy, complaint.team)?.hours
  const calendar = hours === undefined ? undefined : calendarOf(policy, { calendar: hours })
  const context: GuardContext = {
    now,
    timeZone: calendar?.timeZone,
    calendar,
    issues: unansweredIssues(complaint),
    promises: complaint.promises.filter(({ state }) => state === 'open'),
    recent,
    replyWindowClosesAt: draft.to === undefined ? replyWindowOf(complaint, policy) : undefined,
    own: policy.replies?.own,
  }
  return verdict(guard(draft, context), setting, draft.channel)
}

/** What a reply that was said elsewhere promises and nobody has recorded; `complaint` is as it was when it was said. */
export const promisesSaid = (
  complaint: Complaint,
  policy: Policy,
  text: string,
  at: Instant,
): readonly ReplyFinding[] => {
  const { public: open, channel } = complaint.message
  return judge(complaint, policy, { text, public: open, channel }, at, []).findings.filter(
    ({ rule }) => rule === 'promise-not-recorded',
  )
}

/** The rules whose findings depend on what was recorded since: whoever records the promise has done what was asked. */
const REJUDGED: ReadonlySet<GuardRule> = new Set([
  'promise-not-recorded',
  'unanswered-issue',
  'outside-reply-window',
])

/**
 * What still speaks against a draft that was held: promises that were recorded and issues that were answered meanwhile
 * do not, a reply window that has shut does.
 */
export function judgeAgain(
  complaint: Complaint,
  policy: Policy,
  reply: Complaint['replies'][number],
  now: Instant,
): readonly ReplyFinding[] {
  const { findings = [], text = '' } = reply
  const anew = judge(complaint, policy, { ...reply, text }, now, []).findings
  return [
    ...findings.filter(({ rule }) => !REJUDGED.has(rule)),
    ...anew.filter(({ rule }) => REJUDGED.has(rule)),
  ]
}

/** Who has to agree before a reply goes out; undefined where nobody has to. */
export function approverOf(
  policy: Policy,
  reply: { readonly public: boolean; readonly channel: string; readonly overridden: boolean },
): ReplyApprover | undefined {
  return (policy.replies?.approval ?? []).find(
    (rule) =>
      (rule.public === undefined || rule.public === reply.public) &&
      (rule.channel === undefined || rule.channel === reply.channel) &&
      (rule.overridden === undefined || reply.overridden),
  )?.by
}

/** Whether somebody's word is enough for a reply; whoever wrote it never may. */
export function mayAgree(policy: Policy, team: string, person: string, approver: ReplyApprover): boolean {
  const role = approverRole(policy, team, person)
  if (approver === 'colleague') return true
  return role === 'duty-manager' || role === approver
}

/** Whom to ask to agree to a reply that waits: the lead first, and never whoever wrote it. */
export const askToAgree = (
  policy: Policy,
  { team }: Pick<Complaint, 'team'>,
  { draftedBy, approver = 'colleague' }: Complaint['replies'][number],
): string | undefined =>
  [teamOf(policy, team)?.lead, policy.dutyManager].find(
    (person): person is string =>
      person !== undefined && person !== draftedBy && mayAgree(policy, team, person, approver),
  )
