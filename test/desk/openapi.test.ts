import { describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  process.env.TABLE_NAME = 'table'
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
})

import { handler } from '../../functions/desk/handler.ts'
import { ALLOWED_IN } from '../../functions/domain/decide.ts'
import { ask, httpEvent } from '../intake/http.ts'

const ROUTES = [
  'GET /webhooks/{source}',
  'POST /webhooks/{source}',
  'POST /slack/interactions',
  'POST /slack/commands',
  'POST /slack/events',
  'GET /complaints',
  'GET /complaints/{id}',
  'GET /complaints/{id}/timeline',
  'POST /complaints/{id}/commands',
  'GET /openapi.json',
  'GET /reports/{month}',
  'GET /contact/{key}',
  'POST /contact/{key}',
  'GET /survey/{key}',
  'POST /survey/{key}',
]

const { status, headers, body: document } = await ask(handler, httpEvent('GET /openapi.json'))

describe('the OpenAPI document', () => {
  it('is for everybody, and may be cached', () => {
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
    })
    expect(document.openapi).toBe('3.1.0')
  })

  it('describes every route, and none that does not exist', () => {
    const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(described.sort()).toEqual([...ROUTES].sort())
  })

  it('refers only to what it holds', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(
      ([, reference]) => reference,
    )
    expect(references.length).toBeGreaterThan(0)
    for (const reference of new Set(references)) {
      const [, , section, name] = reference?.split('/') ?? []
      expect(section).toBe('schemas')
      expect(document.components.schemas).toHaveProperty(name ?? '')
    }
  })

  it('lists every command', () => {
    const types = document.components.schemas.Command.oneOf.map(
      (option: { properties: { type: { const: string } } }) => option.properties.type.const,
    )
    expect(types.sort()).toEqual(Object.keys(ALLOWED_IN).sort())
  })

  it('names what a problem may be, wherever there can be one', () => {
    for (const methods of Object.values<Record<string, { responses: object }>>(document.paths)) {
      for (const [, { responses }] of Object.entries(methods)) {
        expect(Object.keys(responses).some((code) => code.startsWith('2'))).toBe(true)
      }
    }
    expect(document.components.schemas.Problem.required).toEqual(['type', 'title', 'status', 'detail'])
  })
})
