import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../shared/stage.ts'
import { breaksOfFiles, SCHEMAS, schemaFiles } from './json-schema.ts'

const USAGE = `npm run --silent schemas

Writes docs/events from the types in functions/events/schema.ts. It refuses to change a version in a way that breaks who
reads it: that is a new version's business (docs/events.md).
`

await runCommand(async (args) => {
  if (args.length > 0) throw new Error(USAGE)
  const broken = breaksOfFiles()
  if (broken.length > 0)
    throw new Error(
      `Nothing is written, as this would break those who read these events:\n${broken.map((line) => `  ${line}\n`).join('')}Leave version 1 as it is, and add a version 2 beside it: docs/events.md says how.`,
    )
  mkdirSync(SCHEMAS, { recursive: true })
  for (const [name, text] of schemaFiles()) {
    const file = join(SCHEMAS, name)
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
    writeFileSync(file, text)
    process.stdout.write(`${name}\n`)
  }
})
