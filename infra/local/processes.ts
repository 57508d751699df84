import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { until } from './wait.ts'

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Asks a process to end, and makes it after `graceSeconds`. */
export async function endProcess(pid: number, what: string, graceSeconds = 30): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(pid, name)
    } catch {
      // It is gone already, which is what was wanted.
    }
  }
  signal('SIGTERM')
  try {
    await until(`${what} to end`, () => !isAlive(pid), graceSeconds)
  } catch {
    signal('SIGKILL')
    await until(`${what} to end after SIGKILL`, () => !isAlive(pid), 10)
  }
}

/**
 * Runs a command to its end.
 * @param onLine gets every line of its output as it comes
 * @returns all of its output
 * @throws Error with the end of the output, when it fails or cannot be started.
 */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; onLine?: (line: string) => void } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    const lines: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        options.onLine?.(line)
      })
    }
    child.on('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)))
    child.on('close', (code) => {
      if (code === 0) resolve(lines.join('\n'))
      else reject(new Error(`${command} ended with ${code}:\n${lines.slice(-30).join('\n')}`))
    })
  })
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })

export interface Ports {
  readonly aws: number
  readonly slack: number
  readonly desk: number
}
const portsFrom = (base: number): Ports => ({ aws: base, slack: base + 1, desk: base + 2 })

/** The first of these ports that something else uses, or undefined. */
export async function portInUse(ports: Ports): Promise<number | undefined> {
  for (const port of Object.values(ports)) if (!(await isFree(port))) return port
  return undefined
}

/** @throws Error naming the port, when one of the three from `base` on is taken. */
export async function exactPorts(base: number): Promise<Ports> {
  const ports = portsFrom(base)
  const taken = await portInUse(ports)
  if (taken !== undefined)
    throw new Error(`Port ${taken} is in use by something else: choose others with --port N`)
  return ports
}

/** Three free ports in a row, from `base` on or, without one, anywhere. */
export async function freePorts(base?: number): Promise<Ports> {
  // Below the range from which the system hands out ports of its own, which may be gone the next moment.
  for (let tries = 0; tries < 200; tries++) {
    const ports = portsFrom(
      base === undefined ? 20_000 + 4 * Math.floor(Math.random() * 3_000) : base + 4 * tries,
    )
    if ((await portInUse(ports)) === undefined) return ports
  }
  throw new Error('Found no three free ports in a row')
}
