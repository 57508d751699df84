/**
 * A running stack for end-to-end tests: of its own, on free ports, in a folder that is gone afterwards. Made of the
 * same parts as `npm start`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { LocalRun } from '../../../infra/local/home.ts'
import { freePorts } from '../../../infra/local/processes.ts'
import { type RunningStack, startStack } from '../../../infra/local/stack.ts'
import { examineStack, keep, refuseDenied, startEvidence } from './evidence.ts'

export { until as waitFor } from '../../../infra/local/wait.ts'

export interface TestStack {
  readonly run: LocalRun
  /** Its folder. */
  readonly home: string
  /**
   * Stops everything as it should be stopped, and starts it again: tables kept, executions gone.
   * @param options `rearmStreams: false` leaves the stream's readers deaf, as the emulator does by itself
   */
  restart(options?: { rearmStreams?: boolean }): Promise<void>
  /**
   * Stops everything and leaves nothing behind but the evidence of what each role did.
   * @throws Error when a function made a call that its role does not allow on AWS; everything is stopped all the same.
   */
  stop(): Promise<void>
}

/** Starts a stack without a sample complaint. The same `run` stays good over restarts. */
export async function startTestStack(): Promise<TestStack> {
  const home = mkdtempSync(join(tmpdir(), 'redress-e2e-'))
  const log: string[] = []
  const say = (line: string) => void log.push(line)
  const start = (options: { rearmStreams?: boolean }, port: number) =>
    startStack({ home, say, port, record: true, ...options }).catch((error: unknown) => {
      rmSync(home, { recursive: true, force: true })
      throw new Error(`The stack for the tests did not start after: ${log.join('; ')}`, { cause: error })
    })

  const { aws: port } = await freePorts()
  let stack: RunningStack = await start({}, port)
  void stack.broken.then((reason) => console.error(reason))
  return {
    run: stack.run,
    home,
    async restart(options = {}) {
      await stack.stop()
      stack = await start(options, port)
    },
    async stop() {
      const report = await examineStack(home, stack.run).catch((error: unknown) => error as Error)
      await stack.stop()
      if (process.env.REDRESS_KEEP_LOG) console.log(readFileSync(join(home, 'emulator.log'), 'utf8'))
      rmSync(home, { recursive: true, force: true })
      if (report instanceof Error) throw report
      keep(report)
      refuseDenied(report)
    },
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    redress: LocalRun
    /** The folder of the shared stack. */
    home: string
  }
}

/** Vitest's global setup: brings up the one stack that the end-to-end tests share, and ends it after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const evidence = mkdtempSync(join(tmpdir(), 'redress-evidence-'))
  startEvidence(evidence)
  const stack = await startTestStack()
  project.provide('redress', stack.run)
  project.provide('home', stack.home)
  return async () => {
    await stack.stop().finally(() => rmSync(evidence, { recursive: true, force: true }))
  }
}
