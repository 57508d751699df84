/** `npm run travel -- 3d`: moves the local stage's clock forward. */
import { LocalStage } from './aws.ts'
import { main } from './cli.ts'
import { readLocalRun } from './home.ts'
import { destination, travelTo } from './time-travel.ts'

await main(async ([to, ...rest]) => {
  if (to === undefined || rest.length > 0)
    throw new Error('Say how far: npm run travel -- 3d (or 90m, 8w, an ISO instant)')
  const run = readLocalRun()
  const stage = new LocalStage(run)
  const now = await stage.now()
  const target = destination(to, now)
  console.log(`It is ${now} on the local stage. Going to ${target}.`)
  let happened = 0
  await travelTo(run, target, (line) => {
    happened++
    console.log(line)
  })
  console.log(`It is ${await stage.now()}.${happened === 0 ? ' Nothing became due on the way.' : ''}`)
})
