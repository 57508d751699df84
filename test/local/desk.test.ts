import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Desk, startDesk } from '../../infra/local/desk/server.ts'
import { freePorts } from '../../infra/local/processes.ts'

let desk: Desk
let port: number

beforeAll(async () => {
  port = (await freePorts()).desk
  desk = await startDesk({ home: '/nowhere', port })
})
afterAll(() => desk.stop())

/** Unlike fetch, sends whatever Host it is told to. */
const ask = (path: string, headers: Record<string, string>, method = 'GET', body = ''): Promise<number> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })

describe('The desk page', () => {
  it('answers its own page, with a policy that runs no other scripts', async () => {
    const response = await fetch(`${desk.url}/`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
  })

  it('says that the stack is starting, until it is there', async () => {
    expect((await fetch(`${desk.url}/api/state`)).status).toBe(503)
  })

  it('refuses a name that somebody else pointed at this machine', async () => {
    expect(await ask('/api/state', { host: 'evil.example' })).toBe(403)
  })

  it('refuses what another page in the same browser sends', async () => {
    const headers = { origin: 'http://evil.example', 'content-type': 'application/json' }
    expect(await ask('/api/press', { ...headers, host: `127.0.0.1:${port}` }, 'POST', '{}')).toBe(403)
  })

  it('refuses a form post, which a page may send anywhere without asking', async () => {
    const headers = { host: `127.0.0.1:${port}`, 'content-type': 'text/plain' }
    expect(await ask('/api/press', headers, 'POST', '{}')).toBe(405)
  })

  it('gives out only its own files', async () => {
    expect(await ask('/server.ts', { host: `127.0.0.1:${port}` })).toBe(404)
    expect(await ask('/../../../package.json', { host: `127.0.0.1:${port}` })).toBe(404)
  })
})
