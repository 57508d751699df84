import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STAGE_REACTIONS } from '../../functions/slack/card.ts'
import { ACTS } from '../../infra/local/desk/acts.ts'
import { type Desk, startDesk } from '../../infra/local/desk/server.ts'
import { ROOT } from '../../infra/local/home.ts'
import { type Platforms, startPlatforms } from '../../infra/local/platforms/index.ts'
import { freePorts } from '../../infra/local/processes.ts'
import { localSecrets, platformKeys } from '../../infra/local/secrets.ts'

const PAGE = join(ROOT, 'infra/local/desk/page')
const home = mkdtempSync(join(tmpdir(), 'redress-desk-'))

let desk: Desk
let port: number
let platforms: Platforms

beforeAll(async () => {
  port = (await freePorts()).desk
  platforms = await startPlatforms(platformKeys(localSecrets(home)))
  desk = await startDesk({ home: '/nowhere', port, platforms })
})
afterAll(async () => {
  await desk.stop()
  await platforms.stop()
  rmSync(home, { recursive: true })
})

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
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'")
  })

  it('has the platforms below it, which know whom they are asked by', async () => {
    const ask = (path: string) => fetch(`${desk.url}/platforms/${path}`, { method: 'POST', body: '{}' })
    expect((await ask('x/2/tweets')).status).toBe(401)
    expect((await ask('zendesk/api/v2/tickets/1.json')).status).toBe(401)
    expect((await ask('endpoint/replies')).status).toBe(401)
    expect((await ask('fax/1')).status).toBe(404)
    expect(await (await fetch(`${desk.url}/platforms/_sent`)).json()).toEqual([])
  })

  it('says that the stack is starting, until it is there', async () => {
    expect((await fetch(`${desk.url}/api/screen`)).status).toBe(503)
  })

  it('refuses a name that somebody else pointed at this machine', async () => {
    expect(await ask('/api/screen', { host: 'evil.example' })).toBe(403)
  })

  it('refuses what another page in the same browser sends', async () => {
    const headers = { origin: 'http://evil.example', 'content-type': 'application/json' }
    expect(await ask('/api/press', { ...headers, host: `127.0.0.1:${port}` }, 'POST', '{}')).toBe(403)
  })

  it('refuses a form post, which a page may send anywhere without asking', async () => {
    const headers = { host: `127.0.0.1:${port}`, 'content-type': 'text/plain' }
    expect(await ask('/api/press', headers, 'POST', '{}')).toBe(405)
  })

  it('refuses what another site’s page asks for, even where a browser names no origin', async () => {
    const headers = { host: `127.0.0.1:${port}`, 'sec-fetch-site': 'cross-site' }
    expect(await ask('/api/screen', headers)).toBe(403)
    expect(await ask('/api/screen', { ...headers, 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await ask('/', headers), 'a link to the page').toBe(200)
  })

  it('refuses every act from elsewhere, before it looks at what is asked', async () => {
    for (const path of Object.keys(ACTS)) {
      const json = { 'content-type': 'application/json' }
      expect(await ask(path, { ...json, host: 'evil.example' }, 'POST', '{}')).toBe(403)
      const foreign = { ...json, host: `127.0.0.1:${port}`, origin: 'https://evil.example' }
      expect(await ask(path, foreign, 'POST', '{}')).toBe(403)
      expect(await ask(path, { host: `127.0.0.1:${port}` }, 'GET')).not.toBe(200)
    }
  })

  it('lets nothing in from elsewhere: no script, no style, no picture', async () => {
    const policy = (await fetch(`${desk.url}/`)).headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    for (const name of readdirSync(PAGE)) {
      const text = readFileSync(join(PAGE, name), 'utf8')
      expect(text, name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/)
    }
  })

  it('knows every emoji that the system writes', () => {
    const known = readFileSync(join(PAGE, 'emoji.js'), 'utf8')
    const folder = join(ROOT, 'functions/slack')
    const written = readdirSync(folder).flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/[`'" ]:([a-z][a-z0-9_]+):[`'" ]/g)].map(
        ([, emoji]) => emoji,
      ),
    )
    expect(written.length).toBeGreaterThan(10)
    const reactions = Object.values(STAGE_REACTIONS).filter((name) => name !== undefined)
    expect(
      [...written, ...reactions].filter((name) => !new RegExp(`^  '?${name}'?: `, 'm').test(known)),
    ).toEqual([])
  })

  it('gives out only its own files', async () => {
    expect(await ask('/server.ts', { host: `127.0.0.1:${port}` })).toBe(404)
    expect(await ask('/../../../package.json', { host: `127.0.0.1:${port}` })).toBe(404)
  })
})
