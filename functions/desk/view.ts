import type * as z from 'zod'
import type { Complaint, ContactDetails, Event } from '../domain/complaint.ts'
import { earliestDueAt } from '../domain/timers.ts'
import type { complaintView } from './schema.ts'

/** A complaint as the API shows it: what people need to act, without the books that its timers keep. */
export function viewOf(complaint: Complaint): z.output<typeof complaintView> {
  const { message, handoff } = complaint
  return {
    id: complaint.id,
    stage: complaint.stage,
    owner: complaint.owner,
    team: complaint.team,
    level: complaint.level,
    version: complaint.version,
    policy: complaint.policy,
    source: message.source,
    channel: message.channel,
    public: message.public,
    postedAt: message.postedAt,
    receivedAt: complaint.receivedAt,
    author: message.author,
    text: message.text,
    permalink: message.permalink,
    timers: complaint.timers.map(({ name, state, dueAt, warnedAt, breachedAt, level }) => ({
      name,
      state,
      dueAt,
      warnedAt: [...warnedAt],
      breachedAt,
      level,
    })),
    nextDueAt: earliestDueAt(complaint.timers),
    severity: complaint.severity,
    signals: [...complaint.signals],
    issues: [...complaint.issues],
    contacts: [...complaint.contacts],
    contactCount: complaint.contactCount,
    incident: complaint.incident,
    mergedInto: complaint.mergedInto,
    subject: message.subject,
    language: message.language,
    product: message.product,
    attachments: message.attachments && [...message.attachments],
    promises: [...complaint.promises],
    handoff: handoff && {
      fromTeam: handoff.fromTeam,
      toTeam: handoff.toTeam,
      reason: handoff.reason,
      by: handoff.by,
      at: handoff.at,
    },
    paused: complaint.paused,
    redress: [...complaint.redress],
    replies: complaint.replies.map(({ findings, ...shown }) => ({
      ...shown,
      ...(findings === undefined ? {} : { findings: [...findings] }),
    })),
    contact: complaint.contact && withoutCodes(complaint.contact),
    survey: complaint.survey,
    resolution: complaint.resolution,
  }
}

/** A code is the customer's proof: nobody else needs to know it. */
const withoutCodes = (contact: ContactDetails) => ({
  ...contact,
  given: contact.given.map(({ code: _, ...shown }) => shown),
})

/** An event as the API shows it: without the snapshots of timers that let the state be rebuilt from it. */
export function eventViewOf(event: Event): Omit<Event, 'timers'> {
  const { timers: _, ...shown } = event
  if (shown.type !== 'contact-given') return shown
  const { code: __, ...known } = shown
  return known
}
