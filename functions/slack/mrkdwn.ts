import { CUSTOMER } from '../domain/complaint.ts'
import { epochSeconds, type Instant } from '../domain/instant.ts'
import { masked } from '../domain/personal-data.ts'
import { type Policy, personOf, teamOf } from '../domain/policy.ts'

/** Slack's own limits, in characters. */
export const LIMITS = {
  sectionText: 3000,
  fieldText: 2000,
  headerText: 150,
  buttonText: 75,
  buttonValue: 2000,
  blocks: 50,
  /** Not documented: beyond about this much JSON Slack answers `msg_blocks_too_long`. */
  messageJson: 13_200,
} as const

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Control characters but tab and newline: invisible, and some of them make Slack refuse the message. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g

/**
 * Text that somebody else wrote, made safe for mrkdwn: the three characters that Slack gives a meaning are escaped, and
 * the result has at most `limit` characters, cut between characters and never within an escape. Show it in a text
 * object with `verbatim: true` (see `mrkdwn`), or Slack turns a bare `@channel` into a mention after all.
 *
 * @param linePrefix what every line begins with.
 */
export function escaped(text: string, limit: number, linePrefix = ''): string {
  let out = linePrefix
  // No character gets shorter, so what lies beyond the limit need not be looked at.
  const readable = text.slice(0, limit).toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROL, '')
  for (const character of readable) {
    const piece = character === '\n' ? `\n${linePrefix}` : (ENTITIES[character] ?? character)
    if (out.length + piece.length >= limit) return `${out}…`
    out += piece
  }
  return text.length > limit ? `${out.slice(0, limit - 1)}…` : out
}

/** What a customer or a colleague wrote, as Slack may have it: without personal data, and safe for mrkdwn as by `escaped`. */
export const shown = (text: string, limit: number, linePrefix = ''): string =>
  escaped(masked(text), limit, linePrefix)

/** A mrkdwn text object in which only our own markup means anything. */
export const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true }) as const

const plainDate = (at: Instant): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`

/** A moment, shown in each reader's own time zone and language. */
export const date = (at: Instant): string =>
  `<!date^${epochSeconds(at)}^{date_short_pretty} {time}|${plainDate(at)}>`

/** A moment where Slack's dates do not work: notifications, headers. */
export const dateInUtc = plainDate

const SLACK_USER = /^[UW][A-Z0-9]{1,20}$/

const slackUserOf = (policy: Policy, actor: string): string | undefined => {
  const id = personOf(policy, actor)?.slackUserId ?? (actor.startsWith('slack:') ? actor.slice(6) : undefined)
  return id !== undefined && SLACK_USER.test(id) ? id : undefined
}

/** Somebody by name, without calling them; a Slack user whom the policy does not know has no other name to go by. */
export function nameOf(policy: Policy, actor: string): string {
  const person = personOf(policy, actor)
  if (person !== undefined) return escaped(person.name, 100)
  const slackUser = slackUserOf(policy, actor)
  if (slackUser !== undefined) return `<@${slackUser}>`
  if (actor === CUSTOMER) return 'the customer'
  return escaped(actor.replace(/^(token|source):/, ''), 100)
}

/** Calls somebody: a mention where the policy knows their Slack user, otherwise their name. */
export function mention(policy: Policy, actor: string): string {
  const slackUser = slackUserOf(policy, actor)
  return slackUser === undefined ? nameOf(policy, actor) : `<@${slackUser}>`
}

/** Somebody by name, and called by it under no circumstances: a Slack user whom the policy does not know by their id. */
export const uncalled = (policy: Policy, actor: string): string =>
  nameOf(policy, actor).replace(/<@([A-Z0-9]+)>/, '`$1`')

/** A team by its name. */
export const teamName = (policy: Policy, team: string): string =>
  escaped(teamOf(policy, team)?.name ?? team, 100)

/** A web address as a link; undefined for what is not one, or too long to show. */
export function link(url: string | undefined, label: string): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  const { protocol, href } = new URL(url)
  if ((protocol !== 'https:' && protocol !== 'http:') || href.length > 1000) return undefined
  return `<${href.replace(/[<>|]/g, encodeURIComponent).replaceAll('&', '&amp;')}|${label}>`
}
