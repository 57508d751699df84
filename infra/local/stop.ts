/** `npm stop`: ends the local stack that runs in the background. */
import { main } from './cli.ts'
import { homeDirectory } from './home.ts'
import { isAlive } from './processes.ts'
import { isRunning } from './stack.ts'
import { until } from './wait.ts'

await main(async () => {
  const running = await isRunning(homeDirectory())
  if (running === undefined) {
    console.log('No local stack is running.')
    return
  }
  process.kill(running.pid, 'SIGTERM')
  await until('the local stack to stop', () => !isAlive(running.pid), 120)
  console.log('Stopped; the next npm start goes on from here.')
})
