import type { Context } from 'aws-lambda'
import type { Amendment, Complaint, Event, Message } from '../../functions/domain/complaint.ts'
import { evolve } from '../../functions/domain/complaint.ts'
import { type Actor, type Command, decide } from '../../functions/domain/decide.ts'
import type { Instant } from '../../functions/domain/instant.ts'
import type { IgnoredItem } from '../../functions/ledger/ignored.ts'
import { type Committed, NotFound, type Receipt } from '../../functions/ledger/ledger.ts'
import type { HttpEvent, HttpResult } from '../../functions/shared/http.ts'
import type { Ignored } from '../../functions/shared/ignored.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'

/** A request as the HTTP API hands it to a function (payload version 2). */
export function httpEvent(
  route: string,
  more: {
    path?: Record<string, string>
    headers?: Record<string, string>
    query?: string
    body?: string | Uint8Array
  } = {},
): HttpEvent {
  const [method = 'GET', path = '/'] = route.split(' ')
  const { body } = more
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    rawQueryString: more.query ?? '',
    headers: more.headers ?? {},
    ...(more.path === undefined ? {} : { pathParameters: more.path }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'localhost',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'request-1',
      routeKey: route,
      stage: '$default',
      time: '21/Nov/2026:10:00:00 +0000',
      timeEpoch: 0,
    },
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' ? body : Buffer.from(body).toString('base64') }),
    isBase64Encoded: body !== undefined && typeof body !== 'string',
  }
}

const CONTEXT = {
  functionName: 'redress-test',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-2:000000000000:function:redress-test',
  memoryLimitInMB: '512',
  awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => 10_000,
} as Context

export interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  // biome-ignore lint/suspicious/noExplicitAny: a test reads an answer as its reader would, by any field
  readonly body: any
}

type Handler = (event: HttpEvent, context: Context) => Promise<HttpResult>

/** What a handler answers, with the body parsed. */
export async function ask(handler: Handler, event: HttpEvent): Promise<Answer> {
  const { statusCode = 0, headers = {}, body } = await handler(event, CONTEXT)
  return { status: statusCode, headers, body: body === undefined ? undefined : JSON.parse(body) }
}

/** What was ignored, in memory: the same again is the same item. test/e2e/ignored.test.ts shows it of the table. */
export class MemoryIgnored {
  readonly items = new Map<string, IgnoredItem & { readonly week: string }>()

  async remember(
    source: string,
    ignored: readonly Ignored[],
    delivery: string,
    week: string,
    now: Instant,
  ): Promise<void> {
    for (const [index, { ignored: cause, ...where }] of ignored.entries()) {
      const key = `${week} ${source} ${cause} ${where.messageId ?? `${delivery}#${index}`}`
      if (!this.items.has(key)) this.items.set(key, { week, source, cause, at: now, ...where })
    }
  }

  get all(): (IgnoredItem & { readonly week: string })[] {
    return [...this.items.values()]
  }
}

/** The ledger's port upon the real core, in memory; counts what is written. */
export class MemoryLedger {
  readonly events = new Map<string, Event[]>()
  readonly #states = new Map<string, Complaint>()
  readonly #messages = new Map<string, string>()
  readonly #claims = new Map<string, string>()
  writes = 0

  async receive(message: Message, by: Actor, now: Instant): Promise<Receipt> {
    const key = `${message.source}#${message.messageId}`
    const known = this.#messages.get(key)
    if (known !== undefined) return { complaintId: known, outcome: 'duplicate' }
    const id = `01JD7Z3K8M${String(this.#messages.size + 1).padStart(16, '0')}`
    this.#append(
      id,
      undefined,
      decide(undefined, { type: 'receive', id, message, by }, { now, policy: currentPolicy }),
    )
    this.#messages.set(key, id)
    return { complaintId: id, outcome: 'opened' }
  }

  async amend(amendment: Amendment, by: Actor, now: Instant): Promise<string | undefined> {
    const id = this.#messages.get(`${amendment.source}#${amendment.messageId}`)
    if (id === undefined) return undefined
    const before = await this.load(id)
    this.#append(id, before, decide(before, { type: 'amend', amendment, by }, { now, policy: currentPolicy }))
    return id
  }

  async claim(source: string, token: string, messages: string): Promise<boolean> {
    const key = `${source}#${token}`
    const known = this.#claims.get(key)
    this.#claims.set(key, known ?? messages)
    return known === undefined || known === messages
  }

  async execute(
    id: string,
    command: Command,
    now: Instant,
    guard: (before: Complaint) => void = () => {},
  ): Promise<Committed> {
    const before = await this.load(id)
    guard(before)
    const events = decide(before, command, { now, policy: currentPolicy })
    return { complaint: this.#append(id, before, events), events }
  }

  async load(id: string): Promise<Complaint> {
    const state = this.#states.get(id)
    if (state === undefined) throw new NotFound(id)
    return state
  }

  async timeline(id: string): Promise<Event[]> {
    return this.events.get(id) ?? []
  }

  async ofTeam(team: string, limit: number, after?: string) {
    const all = [...this.#states.values()]
      .filter((complaint) => complaint.team === team && (after === undefined || complaint.id < after))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
    const complaints = all.slice(0, limit)
    return { complaints, next: all.length > limit ? complaints.at(-1)?.id : undefined }
  }

  #append(id: string, before: Complaint | undefined, events: Event[]): Complaint {
    const after = events.reduce<Complaint | undefined>(evolve, before) as Complaint
    this.#states.set(id, after)
    this.events.set(id, [...(this.events.get(id) ?? []), ...events])
    this.writes++
    return after
  }
}
