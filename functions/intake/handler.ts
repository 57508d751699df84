import { clock as stageClock } from '#clock'
import type { Instant } from '../domain/instant.ts'
import { Ledger, type Receipt } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import type { Clock } from '../shared/clock.ts'
import { env } from '../shared/env.ts'
import { type HttpEvent, type HttpResult, http, type Inbound, inboundOf, json } from '../shared/http.ts'
import { countIgnored } from '../shared/ignored.ts'
import { logger } from '../shared/logger.ts'
import { Problem, type ProblemKind } from '../shared/problem.ts'
import { readSecret, rereadSecret } from '../shared/secrets.ts'
import { identify, mark } from '../shared/security.ts'
import { sources } from '../sources/index.ts'
import {
  type Answer,
  type AnySource,
  type Content,
  type SourceSecrets,
  sourceSecrets,
  unset,
} from '../sources/source.ts'

export interface IntakeDependencies {
  readonly ledger: Pick<Ledger, 'receive' | 'amend' | 'claim'>
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
export function makeHandler({ ledger, secrets, clock, nowMs }: IntakeDependencies) {
  return http(async (event) => {
    const source = sourceOf(event)
    identify({ source: source.name })
    const request = inboundOf(event, source.maxBodyBytes)
    if (event.requestContext.http.method === 'GET') return handshake(source, request)
    await verify(source, request)
    const now = await clock.now()
    const found = await source.parse(request, now)
    await claim(source, request, found)
    const result = await receive(source.name, found, now)
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
    const messages = found.map((content) => ('ignored' in content ? '' : content.messageId)).join(' ')
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

  async function receive(source: string, contents: readonly Content[], now: Instant): Promise<HttpResult> {
    const by = { id: `source:${source}` }
    const receipts: (Receipt | { complaintId: string; outcome: 'amended' })[] = []
    // One after the other: where one fails, the platform sends all of them again, and those before it are duplicates.
    for (const found of contents) {
      if ('ignored' in found) countIgnored(source, found.ignored)
      else if (!('change' in found)) receipts.push(await ledger.receive(found, by, now))
      else {
        const complaintId = await ledger.amend(found, by, now)
        if (complaintId !== undefined) receipts.push({ complaintId, outcome: 'amended' })
      }
    }
    if (receipts.length > 0 && receipts.every(({ outcome }) => outcome === 'duplicate')) {
      mark('replayed')
      logger.info('Known already', { messages: receipts.length })
    }
    if (contents.length === 0) countIgnored(source, 'no-complaint')
    const [first] = receipts
    if (first === undefined) return json(202, { outcome: 'ignored' })
    return json(202, receipts.length === 1 ? first : { ...first, results: receipts })
  }
}

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

export const handler = makeHandler({
  ledger: new Ledger(dynamodb, env('TABLE_NAME')),
  secrets: {
    read: async (source) => readSecret(arnOf(source), sourceSecrets),
    reread: async (source) => rereadSecret(arnOf(source), sourceSecrets),
  },
  clock: stageClock,
  nowMs: Date.now,
})
