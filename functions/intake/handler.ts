import { createHash } from 'node:crypto'
import { clock as stageClock } from '#clock'
import type { Instant } from '../domain/instant.ts'
import { houseHours, weekOf } from '../domain/week.ts'
import { IgnoredList } from '../ledger/ignored.ts'
import { Ledger, type Receipt } from '../ledger/ledger.ts'
import { ReplyFacts } from '../ledger/replies.ts'
import { StoredReports, takeReport } from '../ledger/reports.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import type { Clock } from '../shared/clock.ts'
import { env } from '../shared/env.ts'
import { type HttpEvent, type HttpResult, http, type Inbound, inboundOf, json } from '../shared/http.ts'
import { type Cause, countEmpty, countIgnored, type Ignored } from '../shared/ignored.ts'
import { logger } from '../shared/logger.ts'
import { currentPolicy } from '../shared/policies.ts'
import { Problem, type ProblemKind } from '../shared/problem.ts'
import { readSecret, rereadSecret } from '../shared/secrets.ts'
import { identify, mark } from '../shared/security.ts'
import { sources } from '../sources/index.ts'
import {
  type Answer,
  type AnySource,
  type Change,
  type Content,
  type Report,
  type SourceSecrets,
  sourceSecrets,
  unset,
} from '../sources/source.ts'

export interface IntakeDependencies {
  readonly ledger: Pick<Ledger, 'receive' | 'amend' | 'claim'>
  readonly ignored: Pick<IgnoredList, 'remember'>
  /** Takes what a platform says of a reply of ours. Resolves with the complaint; undefined: nobody knows the reply. */
  readonly report: (report: Report) => Promise<string | undefined>
  readonly secrets: {
    /** The secrets of a source, perhaps some minutes old. */
    read(source: string): Promise<SourceSecrets>
    /** The secrets as they are now; undefined when they have been looked at only just now. */
    reread(source: string): Promise<SourceSecrets | undefined>
  }
  readonly clock: Clock
  /** Real time, in milliseconds since 1970. */
  readonly nowMs: () => number
}

/** What a source says of secrets that do not fit, or that nobody has set. */
const ANOTHER_MAY_FIT: ReadonlySet<ProblemKind> = new Set(['wrong-signature', 'busy'])

/** POST: signed messages become complaints. GET: the platform makes sure of who listens. */
export function makeHandler({ ledger, ignored, report, secrets, clock, nowMs }: IntakeDependencies) {
  return http(async (event) => {
    const source = sourceOf(event)
    identify({ source: source.name })
    const request = inboundOf(event, source.maxBodyBytes)
    if (event.requestContext.http.method === 'GET') return handshake(source, request)
    await verify(source, request)
    const now = await clock.now()
    const found = await source.parse(request, now)
    await claim(source, request, found)
    const result = await receive(source.name, request, found, now)
    const answer = source.answer?.(request)
    return answer === undefined ? result : as(answer)
  })

  async function verify(source: AnySource, request: Inbound): Promise<void> {
    await withSecrets(source, (known) => {
      if (isUnset(known)) throw unset()
      source.verify(request, known, nowMs())
    })
  }

  /** Sees to it that what is signed in place of a body is not used for another one. */
  async function claim(source: AnySource, request: Inbound, found: readonly Content[]): Promise<void> {
    const token = source.once?.(request)
    if (token === undefined) return
    const messages = found.map((one) => ('messageId' in one ? (one.messageId ?? '') : '')).join(' ')
    if (!(await ledger.claim(source.name, token, messages)))
      throw new Problem('stale-signature', 'This signature has been used before, for another message')
  }

  async function handshake(source: AnySource, request: Inbound): Promise<HttpResult> {
    const { handshake: shake } = source
    if (shake === undefined) throw new Problem('not-found', 'This source needs no handshake: POST to it')
    return as(await withSecrets(source, (known) => shake(request, known)))
  }

  /** Tries once more with the secrets as they are now, where others than those known might fit. */
  async function withSecrets<T>(source: AnySource, attempt: (known: SourceSecrets) => T): Promise<T> {
    try {
      return attempt(await secrets.read(source.name))
    } catch (error) {
      if (!(error instanceof Problem && ANOTHER_MAY_FIT.has(error.kind))) throw error
      const newest = await secrets.reread(source.name)
      if (newest === undefined) throw error
      return attempt(newest)
    }
  }

  async function receive(
    source: string,
    request: Inbound,
    contents: readonly Content[],
    now: Instant,
  ): Promise<HttpResult> {
    const outcomes: (Done | Ignored)[] = []
    // One after the other: where one fails, the platform sends all of them again, and those before it are duplicates.
    for (const found of contents) {
      const outcome = await takeIn(source, found, now)
      if (outcome !== undefined) outcomes.push(outcome)
    }
    await leaveOut(source, request, outcomes.filter(isIgnored), now)
    if (outcomes.length > 0 && outcomes.every((one) => !isIgnored(one) && one.outcome === 'duplicate')) {
      mark('replayed')
      logger.info('Known already', { messages: outcomes.length })
    }
    if (outcomes.length === 0) countEmpty(source)
    const results = outcomes.map((one): Result => {
      return isIgnored(one) ? { outcome: 'ignored', cause: one.ignored } : one
    })
    const first = results.find(({ outcome }) => outcome !== 'ignored') ?? results[0] ?? { outcome: 'ignored' }
    return json(202, results.length > 1 ? { ...first, results } : first)
  }

  /** What becomes of one thing that somebody sent, or of what a platform says of a reply of ours. */
  async function takeIn(source: string, found: Content, now: Instant): Promise<Done | Ignored | undefined> {
    if (isIgnored(found)) return found
    if ('reference' in found) {
      const complaintId = await report(found)
      return complaintId === undefined ? undefined : { complaintId, outcome: 'reported' }
    }
    const by = { id: `source:${source}` }
    if (!isChange(found)) return ledger.receive(found, by, now)
    const { otherwise, ...amendment } = found
    const receipt =
      otherwise === undefined || isIgnored(otherwise) ? undefined : await ledger.receive(otherwise, by, now)
    const complaintId = await ledger.amend(amendment, by, now)
    if (receipt !== undefined && receipt.outcome !== 'duplicate') return receipt
    if (complaintId !== undefined) return { complaintId, outcome: 'amended' }
    if (otherwise !== undefined && isIgnored(otherwise)) return otherwise
    return { ignored: 'unknown-message', messageId: found.messageId, postedAt: found.at }
  }

  /** Leaves a trace of what is ignored, and a place to look for it. */
  async function leaveOut(
    source: string,
    { body }: Inbound,
    found: readonly Ignored[],
    now: Instant,
  ): Promise<void> {
    if (found.length === 0) return
    const delivery = createHash('sha256').update(body).digest('hex')
    await ignored.remember(source, found, delivery, weekOf(houseHours(currentPolicy), now), now)
    for (const [cause, some] of Map.groupBy(found, ({ ignored: why }) => why))
      countIgnored(source, cause, some.length)
  }
}

/** What became of something that is, or is about, a message. */
type Done = Receipt | { readonly complaintId: string; readonly outcome: 'amended' | 'reported' }
type Result = Done | { readonly outcome: 'ignored'; readonly cause?: Cause }

const isIgnored = (of: Content | Done): of is Ignored => 'ignored' in of
const isChange = (of: Exclude<Content, Ignored | Report>): of is Change => 'change' in of

const isUnset = (known: SourceSecrets): boolean => Object.values(known).every((keys) => keys.length === 0)

const as = ({ contentType, body }: Answer): HttpResult => ({
  statusCode: 200,
  headers: { 'content-type': contentType },
  body,
})

function sourceOf(event: HttpEvent): AnySource {
  // Each source has a route of its own, whose path says it; what has none arrives with the name as a parameter.
  const routed = /\/webhooks\/([^/{}]+)$/.exec(event.routeKey)?.[1]
  const source = sources.get(routed ?? event.pathParameters?.source ?? '')
  if (source === undefined) {
    throw new Problem('not-found', `There is no such source; sources: ${[...sources.keys()].join(', ')}`)
  }
  return source
}

/**
 * The ARN of a source's secret. Each costs money, so a stage has those of the sources that it was deployed with.
 *
 * @throws Problem `not-found`.
 */
const arnOf = (source: string): string => {
  const arns = new Map<string, string>(Object.entries(JSON.parse(env('SOURCE_SECRETS'))))
  const arn = arns.get(source)
  if (arn === undefined) {
    const there = [...arns.keys()].join(', ')
    throw new Problem('not-found', `This stage was deployed without source ${source}; its sources: ${there}`)
  }
  return arn
}

const table = env('TABLE_NAME')
const ledger = new Ledger(dynamodb, table)
const store = new StoredReports(dynamodb, table)
const facts = new ReplyFacts(ledger, () => stageClock.now())

export const handler = makeHandler({
  ledger,
  ignored: new IgnoredList(dynamodb, table),
  report: (report) => takeReport(report, { store, ledger: facts }),
  secrets: {
    read: async (source) => readSecret(arnOf(source), sourceSecrets),
    reread: async (source) => rereadSecret(arnOf(source), sourceSecrets),
  },
  clock: stageClock,
  nowMs: Date.now,
})
