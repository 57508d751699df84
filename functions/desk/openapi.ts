import * as z from 'zod'
import { CAUSES } from '../shared/ignored.ts'
import { PROBLEMS, type ProblemKind } from '../shared/problem.ts'
import { SOURCE_NAMES, sources } from '../sources/index.ts'
import { COMMANDS, complaintId, complaintView, eventView, listQuery } from './schema.ts'

let made: unknown

/** The OpenAPI 3.1 document of every route, made of the schemas that requests are checked by; made once, when first asked for. */
export function openApi(): unknown {
  made ??= document()
  return made
}

const jsonContent = (schema: unknown) => ({ content: { 'application/json': { schema } } })
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const answer = (description: string, schema: unknown) => ({ description, ...jsonContent(schema) })

/** Refusals by their status: those of one status share an entry, as OpenAPI wants. */
const problems = (...kinds: ProblemKind[]) =>
  Object.fromEntries(
    [...Map.groupBy([...kinds, 'internal', 'busy'] as const, (kind) => PROBLEMS[kind].status)].map(
      ([status, same]) => [
        status,
        {
          description: same.map((kind) => `${PROBLEMS[kind].title} (/problems/${kind})`).join('. '),
          content: { 'application/problem+json': { schema: ref('Problem') } },
        },
      ],
    ),
  )

const parameter = (where: 'path' | 'query' | 'header', name: string, schema: unknown, required = true) => ({
  in: where,
  name,
  required,
  schema,
})

const header = (name: string, required = true) => parameter('header', name, { type: 'string' }, required)

const text = { type: 'string' }
const outcome = { type: 'string', enum: ['opened', 'linked', 'duplicate', 'amended', 'ignored'] }
const cause = { type: 'string', enum: CAUSES, description: 'Why it was ignored' }

/** A schema as a part of this document, without what makes it a document of its own. */
const bare = ({ $schema: _, $id: __, ...rest }: Record<string, unknown>): Record<string, unknown> => rest

/** Requests are described as they are sent, before they are normalised. */
const schemaOf = (schema: z.ZodType) => bare(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))

/** What the document calls the body of a source. */
const bodyName = (source: string): string => `${source.slice(0, 1).toUpperCase()}${source.slice(1)}Body`

/** A page for whoever has the link to it; it answers people, and so in HTML, also where it refuses. */
const customerPage = (operationId: string, about: string, properties: Record<string, unknown>) => {
  const shown = (description: string) => ({ description, content: { 'text/html': { schema: text } } })
  const common = { tags: ['Customers'], security: [], parameters: [parameter('path', 'key', text)] }
  const refused = {
    404: shown('The link is none of ours'),
    409: shown('It has been answered otherwise meanwhile'),
    410: shown('The form is no longer in use'),
    500: shown('It is our fault'),
    503: shown('Try again in a moment'),
  }
  const schema = { type: 'object', properties }
  return {
    get: {
      ...common,
      operationId: `${operationId}Page`,
      summary: `The form: ${about}`,
      responses: { 200: shown('A page'), ...refused },
    },
    post: {
      ...common,
      operationId,
      summary: `Sends the form: ${about}`,
      requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema } } },
      responses: {
        200: shown('What became of it'),
        413: shown('Far more than the form takes'),
        415: shown('No form'),
        422: shown('The form, with what to change in it'),
        ...refused,
      },
    },
  }
}

/** A source's body may be of any kind: those of one media type share an entry. */
const webhookBodies = () =>
  Object.fromEntries(
    [...Map.groupBy(sources, ([, { accepts }]) => accepts.contentType ?? 'application/json')].map(
      ([contentType, some]) => [
        contentType,
        { schema: { anyOf: some.map(([name]) => ref(bodyName(name))) } },
      ],
    ),
  )

function document() {
  const { acknowledge, ...others } = COMMANDS
  const anyCommand = z.discriminatedUnion('type', [acknowledge, ...Object.values(others)])
  const registry = z.registry<{ id?: string | undefined }>()
  for (const [id, schema] of Object.entries({
    Complaint: complaintView,
    Event: eventView,
    ...Object.fromEntries([...sources].map(([name, { accepts }]) => [bodyName(name), accepts.body])),
    Command: anyCommand,
  })) {
    registry.add(schema, { id })
  }
  const { schemas } = z.toJSONSchema(registry, { io: 'input', unrepresentable: 'any' })
  const query = schemaOf(listQuery) as { properties: Record<string, unknown> }
  const id = parameter('path', 'id', schemaOf(complaintId))
  const shakers = [...sources].filter(([, { accepts }]) => accepts.handshake !== undefined)
  const ops = ['unauthenticated', 'not-allowed'] as const
  const slack = (operationId: string, summary: string, contentType: string) => ({
    post: {
      operationId,
      summary,
      tags: ['Slack'],
      security: [],
      parameters: [header('x-slack-request-timestamp'), header('x-slack-signature')],
      requestBody: { required: true, content: { [contentType]: { schema: { type: 'object' } } } },
      responses: {
        200: { description: 'What Slack shows to who pressed' },
        ...problems('unsigned', 'stale-signature'),
      },
    },
  })
  return {
    openapi: '3.1.0',
    info: {
      title: 'Redress',
      version: '0.1.0',
      description: 'Every complaint has one owner, and is escalated until the customer has an answer.',
    },
    security: [{ token: [] }],
    paths: {
      '/webhooks/{source}': {
        get: {
          operationId: 'handshake',
          summary: "A platform's handshake",
          tags: ['Webhooks'],
          security: [],
          parameters: [
            parameter('path', 'source', {
              type: 'string',
              enum: shakers.map(([name]) => name),
            }),
            ...shakers.flatMap(([, { accepts }]) =>
              (accepts.handshake ?? []).map((name) => parameter('query', name, text, false)),
            ),
          ],
          responses: {
            200: { description: 'What the platform wants to hear' },
            ...problems('not-found', 'invalid'),
          },
        },
        post: {
          operationId: 'receive',
          summary: 'A signed message becomes a complaint',
          description: [...sources]
            .map(
              ([name, { accepts }]) => `Source ${name}: ${accepts.scheme} (${accepts.headers.join(', ')}).`,
            )
            .join(' '),
          tags: ['Webhooks'],
          security: [],
          parameters: [
            parameter('path', 'source', { type: 'string', enum: SOURCE_NAMES }),
            ...[...new Set([...sources.values()].flatMap(({ accepts }) => accepts.headers))].map((name) =>
              header(name, false),
            ),
          ],
          requestBody: { required: true, content: webhookBodies() },
          responses: {
            202: answer('What became of it', ref('Receipt')),
            ...problems(
              'malformed-body',
              'unsigned',
              'wrong-signature',
              'stale-signature',
              'not-found',
              'too-large',
              'unsupported-media-type',
              'invalid',
            ),
          },
        },
      },
      '/complaints': {
        get: {
          operationId: 'listComplaints',
          summary: "A team's complaints, newest first",
          tags: ['Complaints'],
          parameters: Object.entries(query.properties).map(([name, schema]) =>
            parameter('query', name, schema, false),
          ),
          responses: {
            200: answer('A page; with a stage asked for it may be short of `limit` while there is a `next`', {
              type: 'object',
              properties: {
                complaints: { type: 'array', items: ref('Complaint') },
                next: { ...text, description: '`after` of the next page; absent on the last' },
              },
              required: ['complaints'],
            }),
            ...problems(...ops, 'invalid'),
          },
        },
      },
      '/complaints/{id}': {
        get: {
          operationId: 'getComplaint',
          summary: 'A complaint',
          tags: ['Complaints'],
          parameters: [id],
          responses: { 200: answer('As it is now', ref('Complaint')), ...problems(...ops, 'not-found') },
        },
      },
      '/complaints/{id}/timeline': {
        get: {
          operationId: 'getTimeline',
          summary: 'All that happened to a complaint, in order',
          tags: ['Complaints'],
          parameters: [id],
          responses: {
            200: answer('Its events', {
              type: 'object',
              properties: { events: { type: 'array', items: ref('Event') } },
              required: ['events'],
            }),
            ...problems(...ops, 'not-found'),
          },
        },
      },
      '/complaints/{id}/commands': {
        post: {
          operationId: 'command',
          summary: 'Acts on a complaint',
          tags: ['Complaints'],
          parameters: [id],
          requestBody: { required: true, ...jsonContent(ref('Command')) },
          responses: {
            200: answer('As it is after it', ref('Complaint')),
            ...problems(
              ...ops,
              'malformed-body',
              'not-found',
              'forbidden-by-state',
              'stale',
              'too-large',
              'unsupported-media-type',
              'invalid',
            ),
          },
        },
      },
      '/slack/interactions': slack(
        'slackInteraction',
        'Buttons and dialogs',
        'application/x-www-form-urlencoded',
      ),
      '/slack/commands': slack('slackCommand', 'Slash commands', 'application/x-www-form-urlencoded'),
      '/slack/events': slack('slackEvent', 'Events', 'application/json'),
      '/reports/{month}': {
        get: {
          operationId: 'report',
          summary: 'The report of a month, for whoever has the link to it',
          tags: ['Finance'],
          security: [],
          parameters: [
            parameter('path', 'month', { type: 'string', pattern: '^\\d{4}-\\d\\d$' }),
            parameter('query', 'key', text),
          ],
          responses: {
            200: { description: 'A page', content: { 'text/html': { schema: text } } },
            ...problems('not-found'),
          },
        },
      },
      '/contact/{key}': customerPage('contact', 'where a customer wants to be written to', {
        email: text,
        phone: text,
        consent: { const: 'yes' },
        wording: { ...text, description: 'Of the words that they agree to, as the form has it' },
      }),
      '/survey/{key}': customerPage('survey', 'how a customer found it', {
        score: { type: 'string', enum: ['1', '2', '3', '4', '5'] },
        text: { ...text, maxLength: 2000 },
      }),
      '/openapi.json': {
        get: {
          operationId: 'openapi',
          summary: 'This document',
          tags: ['About'],
          security: [],
          responses: { 200: answer('OpenAPI 3.1', { type: 'object' }) },
        },
      },
    },
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: "One team's token, with a role: read, act or admin",
        },
      },
      schemas: {
        ...Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema)])),
        Receipt: {
          type: 'object',
          properties: {
            complaintId: text,
            outcome,
            cause,
            results: {
              type: 'array',
              description:
                'What became of each, where a delivery held several things; the first that is not ignored is outside as well',
              items: {
                type: 'object',
                properties: {
                  complaintId: text,
                  outcome,
                  cause,
                },
                required: ['outcome'],
              },
            },
          },
          required: ['outcome'],
        },
        Problem: {
          type: 'object',
          description: 'RFC 9457',
          properties: {
            type: { ...text, format: 'uri-reference' },
            title: text,
            status: { type: 'integer' },
            detail: text,
            errors: {
              type: 'array',
              items: {
                type: 'object',
                properties: { field: text, detail: text },
                required: ['field', 'detail'],
              },
            },
          },
          required: ['type', 'title', 'status', 'detail'],
        },
      },
    },
  }
}
