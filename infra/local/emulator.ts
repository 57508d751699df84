/** The AWS of this machine: MiniStack, from a virtual environment of the project, a container, or one that runs already. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { callsFile } from './calls.ts'
import { ROOT, readJson, writeJson } from './home.ts'
import { endProcess, isAlive, run } from './processes.ts'
import { until } from './wait.ts'

export type Say = (line: string) => void

export interface Emulator {
  readonly endpoint: string
  /** Absent where it was running already, and is left running. */
  readonly pid?: number
  /** Resolves with a reason when it ends without having been told to. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

export interface EmulatorOptions {
  readonly home: string
  readonly port: number
  readonly say: Say
  /** False leaves the stream mappings deaf after a restart, as the emulator does by itself. Default: true. */
  readonly rearmStreams?: boolean
  /** True: every AWS call is written down in `calls.jsonl` of the folder (see calls.ts). Default: false. */
  readonly record?: boolean
}

const HERE = import.meta.dirname
const REQUIREMENTS = readFileSync(join(HERE, 'requirements.txt'), 'utf8')
const VERSION = /^ministack==(.+)$/m.exec(REQUIREMENTS)?.[1] ?? ''
const IMAGE = `ministackorg/ministack:${VERSION}`
const PYTHONS = ['python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3', 'python']

/** The same credentials that the functions get from the emulator; it accepts any. */
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' } as const

const answers = async (endpoint: string): Promise<boolean> => {
  const response = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2000) })
  return response.ok
}

/** The emulator that AWS_ENDPOINT_URL names, where one answers there. */
export async function runningEmulator(): Promise<string | undefined> {
  const endpoint = process.env.AWS_ENDPOINT_URL?.replace(/\/$/, '')
  if (endpoint === undefined || endpoint === '') return undefined
  if (await answers(endpoint).catch(() => false)) return endpoint
  throw new Error(
    `AWS_ENDPOINT_URL is ${endpoint}, but no MiniStack answers there: start it, or unset AWS_ENDPOINT_URL`,
  )
}

/**
 * Starts the emulator on loopback and waits until it answers. What it held at its last graceful stop is there again.
 * @throws Error naming what is missing on this machine, or with the end of the emulator's log.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { home, port, say } = options
  const endpoint = `http://127.0.0.1:${port}`
  const state = join(home, 'state')
  mkdirSync(state, { recursive: true, mode: 0o700 })
  if (options.rearmStreams ?? true) rearmStreams(state)

  const log = join(home, 'emulator.log')
  const output = openSync(log, 'w', 0o600)
  const [command, args, env] = await invocation(options, state)
  const child = spawn(command, args, {
    env,
    stdio: ['ignore', output, output],
    detached: true, // Ctrl-C is for us; we then end it, after the others
  })
  let stopping = false
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${command} could not be started: ${error.message}`))
    child.once('exit', (code, signal) => {
      if (!stopping)
        resolve(
          `The AWS emulator ended with ${code ?? signal}:\n${readFileSync(log, 'utf8').split('\n').slice(-15).join('\n')}`,
        )
    })
  })
  say(`AWS emulator (MiniStack ${VERSION}) starting`)
  const failure = await Promise.race([
    until(`the AWS emulator at ${endpoint}`, () => answers(endpoint)),
    ended,
  ])
  if (typeof failure === 'string') throw new Error(failure)
  const pid = child.pid as number
  return {
    endpoint,
    pid,
    ended,
    async stop() {
      stopping = true
      await endProcess(pid, 'the AWS emulator')
      rmSync(workDirectory(home), { recursive: true, force: true })
    },
  }
}

/** The command that runs the emulator here, and its whole environment. */
async function invocation(
  options: EmulatorOptions,
  state: string,
): Promise<[string, string[], NodeJS.ProcessEnv]> {
  const settings = {
    ...CREDENTIALS,
    GATEWAY_PORT: String(options.port),
    BIND_HOST: '127.0.0.1',
    // Part of every queue's URL, which is the queue's key in the saved state: it must never change.
    MINISTACK_HOST: '127.0.0.1',
    PERSIST_STATE: '1',
    S3_PERSIST: '1',
    SFTP_ENABLED: '0',
    IOT_MTLS_ENABLED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
    REDRESS_STOP_WITH_PARENT: '1',
    ...(options.record ? { REDRESS_CALLS: callsFile(options.home) } : {}),
  }
  const patches = 'emulator_patches.py'

  const python = await virtualEnvironment(options.say)
  if (python !== undefined) {
    const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env
    const env = {
      ...settings,
      HOME,
      LANG,
      // It runs functions by the `node` that it finds first: ours, of the version that they are deployed for.
      PATH: [join(ROOT, 'node_modules', '.bin'), PATH].join(delimiter),
      TMPDIR: emptyWorkDirectory(options.home),
      STATE_DIR: state,
      S3_DATA_DIR: join(state, 's3'),
    }
    return [python, [join(HERE, patches)], env]
  }

  const engine = await containerEngine()
  if (engine === undefined) {
    throw new Error(
      'The local AWS needs Python 3.10 or newer (with venv and pip), or docker or podman; neither was found. ' +
        `Install one, or start MiniStack ${VERSION} yourself and set AWS_ENDPOINT_URL to its address.`,
    )
  }
  options.say(`no usable Python: running ${IMAGE} in ${engine}`)
  const inside = { ...settings, STATE_DIR: '/state', S3_DATA_DIR: '/state/s3', REDRESS_STOP_WITH_PARENT: '0' }
  const args = [
    ...['run', '--rm', '--network', 'host', '--entrypoint', 'python'],
    ...['--volume', `${HERE}:/redress:ro`, '--volume', `${state}:/state`],
    ...Object.entries(inside).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...[IMAGE, `/redress/${patches}`],
  ]
  return [engine, args, process.env]
}

/**
 * Python with MiniStack, installed on first use into `.redress/venv` of the project, which all local runs share.
 * @returns its path, or undefined where this machine has no Python that will do.
 */
async function virtualEnvironment(say: Say): Promise<string | undefined> {
  const directory = join(ROOT, '.redress', 'venv')
  const python = join(directory, 'bin', 'python')
  const stamp = join(directory, 'redress.json')
  const wanted = createHash('sha256').update(REQUIREMENTS).digest('hex')
  const ready = () => readJson<{ requirements: string }>(stamp)?.requirements === wanted && existsSync(python)
  if (ready()) return python

  const base = await findPython()
  if (base === undefined) return undefined
  await alone(`${directory}.lock`, async () => {
    if (ready()) return
    say(`installing the AWS emulator (MiniStack ${VERSION}) into .redress/venv, once`)
    rmSync(directory, { recursive: true, force: true })
    await run(base, ['-m', 'venv', directory])
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input']
    await run(python, [...pip, '--requirement', join(HERE, 'requirements.txt')])
    writeJson(stamp, { requirements: wanted })
  })
  return python
}

async function findPython(): Promise<string | undefined> {
  const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'
  for (const name of PYTHONS) {
    const works = await run(name, ['-c', check]).then(
      () => true,
      () => false,
    )
    if (works) return name
  }
  return undefined
}

async function containerEngine(): Promise<string | undefined> {
  for (const name of ['docker', 'podman']) {
    const works = await run(name, ['info']).then(
      () => true,
      () => false,
    )
    if (works) return name
  }
  return undefined
}

/** Does something while no other process does it; the lock of a process that died is taken over. */
async function alone(lock: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(join(lock, '..'), { recursive: true })
  await until(
    `another start to finish installing (${lock})`,
    () => {
      try {
        writeFileSync(lock, String(process.pid), { flag: 'wx' })
        return true
      } catch {
        const holder = Number(readFileSync(lock, 'utf8'))
        if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true })
        return false
      }
    },
    600,
  )
  try {
    await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/**
 * Where the emulator unpacks functions. Outside the project on purpose: below it they would find its node_modules,
 * which the deployed ones do not have, and the emulator's CommonJS worker would be taken for an ES module.
 */
function workDirectory(home: string): string {
  const name = createHash('sha256').update(home).digest('hex').slice(0, 12)
  return join(tmpdir(), `redress-${name}`)
}

function emptyWorkDirectory(home: string): string {
  const directory = workDirectory(home)
  rmSync(directory, { recursive: true, force: true }) // what a killed run left
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  writeJson(join(directory, 'package.json'), { type: 'commonjs' })
  return directory
}

/**
 * The emulator saves how far each stream was read but not the stream, and so would skip as many new records as it
 * had ever delivered. Begin at the beginning of the new, empty stream instead.
 */
function rearmStreams(state: string): void {
  const file = join(state, 'lambda.json')
  type Saved = { payload?: { dynamodb_stream_positions?: { data?: Record<string, number> } } }
  const saved = readJson<Saved>(file)
  const positions = saved?.payload?.dynamodb_stream_positions?.data
  if (positions === undefined) return
  for (const mapping of Object.keys(positions)) positions[mapping] = 0
  writeJson(file, saved)
}
