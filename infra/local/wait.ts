import { setTimeout as sleep } from 'node:timers/promises'

/** What a wait gives back: the probe's value, once it is neither undefined nor false. */
export type Probe<T> = () => Promise<T | undefined | false> | T | undefined | false

/**
 * Asks again and again until the probe gives something. An error of the probe counts as "not yet".
 * @param what is being waited for, as it should read after "Gave up waiting for"
 * @param limitSeconds generous: it is there to end a wait that is hopeless, not to measure anything
 * @throws Error naming `what` and the last problem, when the limit has passed.
 */
export async function until<T>(what: string, probe: Probe<T>, limitSeconds = 90): Promise<T> {
  const start = Date.now()
  let problem = ''
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 500)) {
    try {
      const found = await probe()
      if (found !== undefined && found !== false) return found
      problem = ''
    } catch (error) {
      problem = `: ${error instanceof Error ? error.message : String(error)}`
    }
    if (Date.now() - start > limitSeconds * 1000) {
      throw new Error(`Gave up waiting for ${what} after ${limitSeconds} s${problem}`)
    }
    await sleep(pauseMs)
  }
}
