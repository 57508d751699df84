import type { Event } from '../domain/complaint.ts'
import { epochSeconds, type Instant, toInstant } from '../domain/instant.ts'
import type { Content } from './card.ts'
import { LIMITS, link, mrkdwn } from './mrkdwn.ts'

/**
 * Calls of the same step whose times lie in the same stretch of so many seconds belong together. Long enough for what
 * came in within minutes, shorter than the time between two levels of a ladder, and short enough that a person who was
 * called for the first of them has not forgotten by the last.
 */
const STRETCH_SECONDS = 300

/** What the clock calls people for, where that can be many complaints at once. */
export interface Step {
  /** For keys: says nothing of complaint or people. */
  readonly name: string
  /** What has happened to one, and to several. */
  readonly one: string
  readonly many: string
}

/** The step that an event is; undefined for what people do themselves, one complaint at a time. */
export function stepOf(event: Event): Step | undefined {
  switch (event.type) {
    case 'escalated': {
      const reached = `reached level ${event.level} (${event.role.replaceAll('-', ' ')})`
      return { name: `level-${event.level}-${event.role}`, one: `has ${reached}`, many: `have ${reached}` }
    }
    case 'reminded':
      return { name: 'reminder', one: 'is still overdue', many: 'are still overdue' }
    case 'timer-warned':
      return { name: 'warning', one: 'is running out of time', many: 'are running out of time' }
    case 'timer-breached':
      return { name: 'breach', one: 'has missed a deadline', many: 'have missed a deadline' }
    default:
      return undefined
  }
}

/** The beginning of the stretch that an instant lies in. It is of the event, so it is the same however late it is told. */
export const stretchOf = (at: Instant): Instant => {
  const seconds = epochSeconds(at)
  return toInstant(seconds - (seconds % STRETCH_SECONDS))
}

const bell = ':rotating_light:'

/**
 * The one message for many calls: how many complaints, what has happened to them, whom it calls, and where to find as
 * many of them as anybody would open. They are more than those that had a line of their own.
 *
 * @param complaintIds each once.
 * @param mentioned whom this message calls, as mentions.
 * @param links to their cards, by complaint; one that has none is named by its id.
 */
export function gatheredContent(
  step: Step,
  complaintIds: readonly string[],
  mentioned: readonly string[],
  links: Readonly<Record<string, string>>,
): Content {
  const count = complaintIds.length
  const text = `${bell} ${count} more ${count === 1 ? `complaint ${step.one}` : `complaints ${step.many}`}${calling(mentioned)}`
  const listed: string[] = []
  let room = LIMITS.sectionText - '…and 1000000 more'.length
  for (const id of complaintIds.slice(0, LISTED)) {
    const where = link(links[id], id) ?? `\`${id}\``
    room -= where.length + 1
    if (room < 0) break
    listed.push(where)
  }
  const left = count - listed.length
  if (left > 0) listed.push(`…and ${left} more`)
  return {
    text,
    blocks: [
      { type: 'section', text: mrkdwn(text) },
      { type: 'section', text: mrkdwn(listed.join('\n')) },
    ],
  }
}

/** How many complaints the message links to. */
export const LISTED = 20

/** A line below it for those whom it does not mention: whoever is added to a message by editing may not be told. */
export function alsoCalling(people: readonly string[]): Content {
  const text = `${bell} Also for you${calling(people)}`
  return { text, blocks: [{ type: 'section', text: mrkdwn(text) }] }
}

/** A message has to fit whatever their names are; who is beyond that is called by the next line. */
export const MOST_MENTIONED = 20

const calling = (people: readonly string[]): string => (people.length === 0 ? '' : `: ${people.join(', ')}`)
