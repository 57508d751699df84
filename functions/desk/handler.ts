import type * as z from 'zod'
import { clock as stageClock } from '#clock'
import { type Complaint, concernsTeam, isUnanswered } from '../domain/complaint.ts'
import type { Actor, Command } from '../domain/decide.ts'
import type { Instant } from '../domain/instant.ts'
import { personOf, teamOf } from '../domain/policy.ts'
import { type Committed, Ledger, NotFound } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import type { Clock } from '../shared/clock.ts'
import { env } from '../shared/env.ts'
import { type HttpEvent, type HttpResult, http, inboundOf, json, jsonOf } from '../shared/http.ts'
import { currentPolicy, policyOf } from '../shared/policies.ts'
import { checked, invalid, Problem } from '../shared/problem.ts'
import { identify, mark } from '../shared/security.ts'
import { authenticate, type FindToken, requireRole, type Token, tokensIn } from '../shared/tokens.ts'
import { openApi } from './openapi.ts'
import { type ApiCommand, COMMANDS, commandType, complaintId, listQuery } from './schema.ts'
import { eventViewOf, viewOf } from './view.ts'

export interface DeskDependencies {
  readonly ledger: Pick<Ledger, 'load' | 'timeline' | 'ofTeam'> & {
    /** @param guard called upon each state that the command is decided upon; what it throws, stops it. */
    execute(
      complaintId: string,
      command: Command,
      now: Instant,
      guard?: (before: Complaint) => void,
    ): Promise<Committed>
  }
  readonly findToken: FindToken
  readonly clock: Clock
}

/** The ops API: complaints, their timelines, and commands. docs/api.md is its manual. */
export function makeHandler({ ledger, findToken, clock }: DeskDependencies) {
  const routes: Readonly<Record<string, (event: HttpEvent) => Promise<HttpResult>>> = {
    'GET /openapi.json': async () => json(200, openApi(), { 'cache-control': 'public, max-age=300' }),
    'GET /complaints': list,
    'GET /complaints/{id}': async (event) => json(200, viewOf(await find(event, await tokenOf(event)))),
    'GET /complaints/{id}/timeline': async (event) => {
      const { id } = await find(event, await tokenOf(event))
      return json(200, { events: (await ledger.timeline(id)).map(eventViewOf) })
    },
    'POST /complaints/{id}/commands': command,
  }
  return http(async (event) => {
    const route = Object.hasOwn(routes, event.routeKey) ? routes[event.routeKey] : undefined
    if (route === undefined)
      throw new Problem('not-found', 'There is nothing at this address; see /openapi.json')
    return route(event)
  })

  async function tokenOf(event: HttpEvent): Promise<Token> {
    const token = await authenticate(event.headers, findToken)
    identify({ token: token.name })
    return token
  }

  /** The complaint that the path names; for a token that may not see it, there is none. */
  async function find(event: HttpEvent, token: Token): Promise<Complaint> {
    const id = complaintId.safeParse(event.pathParameters?.id)
    if (!id.success) throw new NotFound('by that id')
    const complaint = await ledger.load(id.data)
    requireVisible(complaint, token)
    return complaint
  }

  async function list(event: HttpEvent): Promise<HttpResult> {
    const token = await tokenOf(event)
    const query = checked(listQuery, Object.fromEntries(inboundOf(event).query), 'query')
    const team = query.team ?? token.team
    if (team !== token.team && token.role !== 'admin') {
      throw new Problem('not-allowed', `This token sees the complaints of ${token.team} only`)
    }
    if (teamOf(currentPolicy, team) === undefined) {
      throw invalid('team', `must be one of: ${Object.keys(currentPolicy.teams).join(', ')}`)
    }
    const { complaints, next } = await page(team, query)
    return json(200, { complaints: complaints.map(viewOf), next })
  }

  /** Pages of the index until enough of the wanted stage are found, or enough has been read for one request. */
  async function page(team: string, query: ReturnType<typeof listQuery.parse>) {
    const { stage, incident, unanswered, limit, after } = query
    const all = stage === undefined && incident === undefined && unanswered === undefined
    const found: Complaint[] = []
    let next = after
    for (let read = 0; read < MOST_PAGES; read++) {
      const { complaints, next: following } = await ledger.ofTeam(team, limit, next)
      for (const complaint of complaints) {
        if (stage !== undefined && complaint.stage !== stage) continue
        if (incident !== undefined && complaint.incident !== incident) continue
        if (unanswered !== undefined && isUnanswered(complaint) !== unanswered) continue
        if (found.length === limit) return { complaints: found, next: found.at(-1)?.id }
        found.push(complaint)
      }
      next = following
      if (next === undefined || (found.length === limit && all)) break
    }
    return { complaints: found, next }
  }

  async function command(event: HttpEvent): Promise<HttpResult> {
    const token = await tokenOf(event)
    requireRole(token, 'act')
    const complaint = await find(event, token)
    const body = jsonOf(inboundOf(event))
    const { type } = checked(commandType, body)
    const schema: z.ZodType<ApiCommand> = COMMANDS[type]
    const { as, expectedVersion, ...action } = checked(schema, body)
    const guard = (before: Complaint) => {
      requireVisible(before, token)
      if (expectedVersion === undefined || expectedVersion === before.version) return
      throw new Problem(
        'stale',
        `The complaint has version ${before.version} now. Look at it again before you act`,
      )
    }
    guard(complaint)
    const by = as === undefined ? actorOf(token) : actorAs(as, complaint, token)
    const done = await ledger.execute(complaint.id, { ...action, by }, await clock.now(), guard)
    return json(200, viewOf(done.complaint))
  }
}

/** What one request may read of an index, so that a rare stage in a long list cannot keep it busy. */
const MOST_PAGES = 10

/** A team sees what it owns and what it is asked to take over, or to answer an issue of. Others do not even learn that there is a complaint. */
function requireVisible(complaint: Complaint, token: Token): void {
  if (token.role === 'admin' || concernsTeam(complaint, token.team)) return
  mark('of-another-team')
  throw new NotFound(complaint.id)
}

/** A tool that acts in its own name. */
const actorOf = ({ name, team, role }: Token): Actor => ({
  id: `token:${name}`,
  ...(role === 'admin' ? {} : { team }),
})

/**
 * A person, through a tool that speaks for them: of the tool's own team, unless it is an admin's.
 *
 * @throws Problem `invalid` for somebody whom the policy does not know; `not-allowed` for one of another team.
 */
function actorAs(id: string, complaint: Complaint, token: Token): Actor {
  const person = personOf(policyOf(complaint.policy), id)
  if (person === undefined) throw invalid('as', 'must be the id of a person in the policy')
  if (token.role !== 'admin' && person.team !== token.team) {
    throw new Problem('not-allowed', `This token speaks for people of ${token.team} only`)
  }
  return { id, via: `token:${token.name}`, team: person.team }
}

export const handler = makeHandler({
  ledger: new Ledger(dynamodb, env('TABLE_NAME')),
  findToken: tokensIn(dynamodb, env('TABLE_NAME')),
  clock: stageClock,
})
