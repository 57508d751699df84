/** `npm run --silent send -- --text "…" [--source x]`: sends a signed complaint to the running local stack. */
import { parseArgs } from 'node:util'
import { LocalStage } from './aws.ts'
import { main } from './cli.ts'
import { sendComplaint } from './complaint.ts'
import { readLocalRun } from './home.ts'

await main(async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      text: { type: 'string' },
      source: { type: 'string' },
      conversation: { type: 'string' },
      author: { type: 'string' },
      team: { type: 'string' },
      public: { type: 'boolean' },
      private: { type: 'boolean' },
    },
  })
  if (values.text === undefined) throw new Error('Say what it is about: --text "My bill is wrong"')
  const run = readLocalRun()
  const answer = await sendComplaint(run, {
    text: values.text,
    source: values.source,
    conversation: values.conversation,
    author: values.author,
    team: values.team,
    public: values.private !== true,
    postedAt: await new LocalStage(run).now(),
  })
  console.log(JSON.stringify(answer.body, null, 2))
  // Some platforms want another yes than 202.
  if (answer.status >= 300) throw new Error(`The complaint was not taken: ${answer.status}`)
})
