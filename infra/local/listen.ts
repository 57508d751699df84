/**
 * `npm run --silent listen`: another system, to look over its shoulder. It adds an endpoint of its own to the running local
 * stage, verifies the webhooks that come, and prints an event a line until Ctrl-C; then it removes the endpoint.
 */
import { execFile } from 'node:child_process'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { problemOf } from '../../functions/shared/http.ts'
import { verifyStandard } from '../../functions/sources/standard-webhooks.ts'
import { main } from './cli.ts'
import { ROOT, readLocalRun } from './home.ts'

await main(async (args) => {
  if (args.length > 0) throw new Error('npm run --silent listen: it takes no options')
  readLocalRun()
  const name = `listen-${process.pid}`
  const secrets: string[] = []
  const seen = new Set<string>()

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      try {
        const headers = request.headers as Record<string, string>
        const inbound = { headers, query: new URLSearchParams(), body, url: request.url ?? '' }
        verifyStandard(inbound, { active: secrets }, Date.now())
        const id = headers['webhook-id'] ?? ''
        console.log(`${seen.has(id) ? 'again  ' : ''}${body}`)
        seen.add(id)
        response.writeHead(204).end()
      } catch (error) {
        const { status, message } = problemOf(error)
        console.log(`refused: ${message}`)
        response.writeHead(status).end()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  secrets.push(await endpoint('add', name, '--url', `http://127.0.0.1:${port}/`))
  console.error(`Listening as endpoint ${name}, to what happens from now on. Ctrl-C ends it.`)

  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await endpoint('remove', name)
  server.close()
  server.closeAllConnections()
})

/** Does what somebody would do by hand. Returns what it prints: of `add`, the secret. */
async function endpoint(...args: string[]): Promise<string> {
  const file = join(ROOT, 'functions', 'webhooks', 'endpoint-cli.ts')
  return (await promisify(execFile)(process.execPath, [file, ...args])).stdout.trim()
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
