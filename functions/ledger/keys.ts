/** The one place that names keys and indexes of the table. */

export const INDEX = { due: 'due', audit: 'audit', open: 'open', team: 'team', day: 'day' } as const

/**
 * How many partitions the sparse indexes are spread over: each takes 1,000 writes a second, and a reader asks each of
 * them once a tick.
 */
export const SHARDS = 4

export const complaintKey = (complaintId: string): string => `COMPLAINT#${complaintId}`
export const complaintIdOf = (pk: string): string => pk.slice('COMPLAINT#'.length)

export const STATE = 'STATE'
export const WORKFLOW = 'WORKFLOW'
export const SLACK = 'SLACK'
export const EVENT_PREFIX = 'EVENT#'

/** Eight digits, so that text order is number order; a complaint with more events than that has other problems. */
export const eventKey = (seq: number): string => `${EVENT_PREFIX}${String(seq).padStart(8, '0')}`

/**
 * The calls that one step of the ladders makes in one channel within one stretch of time: an item about all of them, and
 * one for each that is gathered.
 */
export const callsKey = (channel: string, step: string, since: string): string =>
  `CALLS#${channel}#${step}#${since}`
export const CALLS = 'CALLS'
export const CALL_PREFIX = 'CALL#'
export const callKey = (complaintId: string, seq: number): string => `${CALL_PREFIX}${complaintId}#${seq}`

/**
 * What opened no complaint in a week (`2026-W47`): an item for each, by its source and cause; `id` is a digest of what
 * tells it from others. How many there are stands beside them.
 */
export const ignoredKey = (
  week: string,
  source: string,
  cause: string,
  id: string,
): { pk: string; sk: string } => ({
  pk: `IGNORED#${week}`,
  sk: `${source}#${cause}#${id}`,
})
export const IGNORED_COUNT = 'COUNT#'
export const ignoredCountKey = (week: string, source: string, cause: string): { pk: string; sk: string } => ({
  pk: `IGNORED#${week}`,
  sk: `${IGNORED_COUNT}${source}#${cause}`,
})

/** That a digest was posted: its kind, its team and the day. */
export const digestKey = (name: string): { pk: string; sk: string } => ({
  pk: `DIGEST#${name}`,
  sk: 'DIGEST',
})

/** What somebody asked for in Slack has been done; by what Slack calls the asking. */
export const onceKey = (asked: string): { pk: string; sk: string } => ({ pk: `ONCE#${asked}`, sk: 'ONCE' })

/** What opens a month's report, by the hash of the key in its link. */
export const reportKey = (sha256Hex: string): { pk: string; sk: string } => ({
  pk: `REPORT#${sha256Hex}`,
  sk: 'REPORT',
})

/** What a team's customers were lately sent, newest last; each by the event that released it. */
export const recentKey = (
  team: string,
  at: string,
  complaintId: string,
  seq: number,
): { pk: string; sk: string } => ({ pk: `RECENT#${team}`, sk: `${at}#${complaintId}#${seq}` })

export const messageKey = (source: string, messageId: string): { pk: string; sk: string } => ({
  pk: `MESSAGE#${source}#${messageId}`,
  sk: 'MESSAGE',
})

/** Where a message's edits and deletions are remembered, each once. */
export const amendmentKey = (
  source: string,
  messageId: string,
  change: string,
  at: string,
): { pk: string; sk: string } => ({ pk: messageKey(source, messageId).pk, sk: `AMENDED#${at}#${change}` })

/** Where the complaints of a customer or a conversation are found; `hash` is of what identifies either. */
export const tieKey = (tie: string, hash: string): { pk: string; sk: string } => ({
  pk: `TIE#${tie}#${hash}`,
  sk: 'TIE',
})

/** Who sends a reply of a complaint, and what came of it. */
export const claimKey = (complaintId: string, replyId: string): { pk: string; sk: string } => ({
  pk: complaintKey(complaintId),
  sk: `SENDING#${replyId}`,
})

/**
 * What a platform said of a message that nobody here knew yet; and which reply was the last in a conversation. `hash` is
 * of what identifies either.
 */
export const reportedKey = (source: string, hash: string): { pk: string; sk: string } => ({
  pk: `REPORTED#${source}#${hash}`,
  sk: 'REPORTED',
})

/** What a platform signed in place of a message, by its digest, and which message that was. */
export const deliveryKey = (source: string, sha256Hex: string): { pk: string; sk: string } => ({
  pk: `DELIVERY#${source}#${sha256Hex}`,
  sk: 'DELIVERY',
})

export const tokenKey = (sha256Hex: string): { pk: string; sk: string } => ({
  pk: `TOKEN#${sha256Hex}`,
  sk: 'TOKEN',
})

/** Where a token's name leads to its hash, so that tokens can be listed without a scan and no two share a name. */
export const tokenNameKey = (name: string): { pk: string; sk: string } => ({ pk: 'TOKENS', sk: name })

/** The addresses of other systems that are told of events, by their names. */
export const ENDPOINTS = 'ENDPOINTS'
export const endpointKey = (name: string): { pk: string; sk: string } => ({ pk: ENDPOINTS, sk: name })

/** What somebody did to the stage itself, such as revoking a token, in the order in which it was done. */
export const ACTS = 'ACTS'
export const actKey = (at: string, id: string): { pk: string; sk: string } => ({
  pk: ACTS,
  sk: `${at}#${id}`,
})

/** All shards of an index, by the value of its partition key. */
export const shardsOf = (index: 'due' | 'audit' | 'open'): string[] =>
  Array.from({ length: SHARDS }, (_, shard) => `${index}#${shard}`)

/** The shard of a complaint: the last characters of a ULID are random, so complaints spread evenly. */
export const shardOf = (index: 'due' | 'audit' | 'open', complaintId: string): string =>
  `${index}#${shardNumber(complaintId)}`

/** All shards of the index of a UTC day (`YYYY-MM-DD`), and the one that a complaint's changes on it are in. */
export const shardsOfDay = (day: string): string[] =>
  Array.from({ length: SHARDS }, (_, shard) => `day#${day}#${shard}`)
export const dayShardOf = (day: string, complaintId: string): string =>
  `day#${day}#${shardNumber(complaintId)}`

function shardNumber(complaintId: string): number {
  let sum = 0
  for (const character of complaintId.slice(-4)) sum += character.charCodeAt(0)
  return sum % SHARDS
}
