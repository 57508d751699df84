/** `npm start`: the whole of Redress on this machine, until Ctrl-C. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseInstant } from '../../functions/domain/instant.ts'
import { LocalStage } from './aws.ts'
import { main } from './cli.ts'
import { sendComplaint } from './complaint.ts'
import { homeDirectory, type LocalRun, readLocalRun } from './home.ts'
import { forget, isRunning, startStack } from './stack.ts'
import { until } from './wait.ts'

const USAGE = `npm start -- [options]
  --seed none|sample   start empty, or with a sample complaint (default: sample, on the first start)
  --port N             use ports N, N+1 and N+2 (default: from 4566 on)
  --now <instant>      what time it shall be on the stage, such as 2026-11-21T10:00:00Z
  --fresh              forget what the last run held
  --detach             return when it is ready; npm stop ends it`

const SAMPLE =
  'Three times I was told somebody would call me about the double charge on my bill. Nobody did. Who is dealing with this?'

const say = (line: string): void => console.log(`· ${line}`)

await main(async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      port: { type: 'string' },
      now: { type: 'string' },
      fresh: { type: 'boolean' },
      detach: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  const { seed } = values
  const port = values.port === undefined ? undefined : Number(values.port)
  if (values.help || (seed !== undefined && seed !== 'none' && seed !== 'sample')) {
    console.log(USAGE)
    return
  }
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_533))
    throw new Error('--port takes the number of a port, up to 65532')
  const now = values.now === undefined ? undefined : parseInstant(values.now)
  const home = homeDirectory()
  if (values.detach) {
    await detach(home, args)
    return
  }

  const begun = Date.now()
  if (values.fresh && (await isRunning(home)) === undefined) forget(home)
  const stack = await startStack({ home, say, port, now })
  let ended = false
  const end = async (why: string) => {
    if (ended) return
    ended = true
    console.log(`\n${why} Stopping; what the stack holds is kept for the next start …`)
    await stack.stop()
    console.log('Stopped.')
    process.exit(process.exitCode ?? 0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void end('').catch(fail))
  void stack.broken.then((reason) => {
    process.exitCode = 1
    return end(reason).catch(fail)
  })

  const complaintId = seed === 'none' ? undefined : await sample(stack.run, seed === 'sample')
  say(`ready in ${((Date.now() - begun) / 1000).toFixed(1)} s`)
  console.log(screen(stack.run, complaintId))
})

function fail(error: unknown): void {
  console.error(error)
  process.exit(1)
}

/** Sends the sample complaint, unless there are complaints already, and follows it into Slack. */
async function sample(run: LocalRun, insist: boolean): Promise<string | undefined> {
  const stage = new LocalStage(run)
  const [latest] = await stage.complaints()
  if (!insist && latest !== undefined) return latest.id

  say('sending a sample complaint')
  const answer = await sendComplaint(run, { text: SAMPLE, postedAt: await stage.now() })
  if (answer.status !== 202)
    throw new Error(`The sample complaint was answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  const { complaintId } = answer.body as { complaintId: string }
  await until(
    'the sample complaint to be shown in Slack',
    async () => (await stage.standing(complaintId)).told,
    180,
  )
  return complaintId
}

function screen(run: LocalRun, complaintId: string | undefined): string {
  const id = complaintId ?? '<id>'
  const bearer = `-H 'authorization: Bearer ${run.opsToken}'`
  return `
Redress is running on this machine.

  Open   ${run.deskUrl}   the desk: Slack's channels with working buttons, the complaints, their timers
         ${run.slackUrl}   the Slack emulator's own view

  Try    send a complaint     npm run --silent send -- --text "My bill is wrong" --author "Kim Example"
         look at one          curl -s ${bearer} ${run.apiUrl}/complaints/${id}
         its timeline         curl -s ${bearer} ${run.apiUrl}/complaints/${id}/timeline
         acknowledge it       curl -s ${bearer} -H 'content-type: application/json' -d '{"type":"acknowledge"}' ${run.apiUrl}/complaints/${id}/commands
         let a day pass       npm run travel -- 1d
         hear of all of it    npm run --silent listen

  All addresses, tokens and secrets of this run: .redress/local.json. ${process.stdout.isTTY ? 'Ctrl-C' : 'npm stop'} stops it.
`
}

/** Starts the same in the background, and shows its progress until it is ready. */
async function detach(home: string, args: string[]): Promise<void> {
  const other = await isRunning(home)
  if (other !== undefined)
    throw new Error(`A local stack is running already (process ${other.pid}): npm stop ends it`)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const log = join(home, 'local.log')
  const output = openSync(log, 'w', 0o600)
  const child = spawn(process.execPath, [import.meta.filename, ...args.filter((arg) => arg !== '--detach')], {
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  let exit: number | undefined
  child.once('exit', (code) => {
    exit = code ?? 1
  })
  let shown = 0
  const show = () => {
    const text = readFileSync(log, 'utf8')
    process.stdout.write(text.slice(shown))
    shown = text.length
    return text
  }
  const outcome = await until(
    'the local stack to be ready',
    () => {
      const text = show()
      if (exit !== undefined) return 'ended'
      return (
        /^Redress is running/m.test(text) &&
        /\n$/.test(text) &&
        readLocalRun(home).pid === child.pid &&
        'ready'
      )
    },
    600,
  )
  child.unref()
  if (outcome === 'ended') {
    show()
    process.exitCode = 1
  }
}
