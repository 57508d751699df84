/**
 * Measures, and says what it found: `npm run bench`, or `npm run bench -- core deadline` for some of it. It passes no
 * judgement and is no part of `npm test`. docs/benchmarks.md says how each is measured.
 */
import { cpus, totalmem } from 'node:os'
import { benchBundles } from './bundles.ts'
import { benchCore } from './core.ts'
import { benchDeadline } from './deadline.ts'
import { benchPrecision } from './precision.ts'
import { benchReads } from './reads.ts'
import { print, type Row } from './table.ts'

const say = (line: string): void => console.error(`  ${line}`)

const BENCHES: Record<string, { title: string; rows: () => Row[] | Promise<Row[]> }> = {
  deadline: { title: 'The deadline tool', rows: benchDeadline },
  core: { title: 'The core', rows: benchCore },
  bundles: { title: 'What a cold start imports', rows: benchBundles },
  precision: { title: 'Precision', rows: () => benchPrecision(say) },
  reads: { title: 'What the clock reads', rows: () => benchReads(say) },
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => BENCHES[name] === undefined)
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', no ')}: choose from ${Object.keys(BENCHES).join(', ')}`)
  process.exit(1)
}

const [cpu] = cpus()
console.log(
  `Node ${process.version}, ${cpus().length} cores (${cpu?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB`,
)
for (const [name, { title, rows }] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  say(title)
  print(title, await rows())
}
