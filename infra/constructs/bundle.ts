/** Turns functions/<name>/handler.ts into one deployable folder per function. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { buildSync } from 'esbuild'
import type { StageConfig } from '../config.ts'

/** The project's root: every path of the app is taken from here, never from where it was started. */
export const ROOT = join(import.meta.dirname, '..', '..')

/** Each has a folder in functions/ whose handler.ts exports `handler`. */
export const FUNCTION_NAMES = [
  'intake',
  'desk',
  'slack-desk',
  'slack-worker',
  'driver',
  'relay',
  'notifier',
  'sender',
  'digest',
  'clock',
  'fire',
  'auditor',
  'await',
  'escalate',
  'close',
  'export',
  'report',
  'report-page',
  'customer-page',
  'events', // this and the next of stages that tell other systems of events
  'webhooks',
  'mailbox', // of stages that Amazon SES brings mail to
  'receipts', // of stages that send mail by Amazon SES
] as const
export type FunctionName = (typeof FUNCTION_NAMES)[number]

export interface BundleProps {
  readonly config: StageConfig
  /** Where the functions' folders are. Default: functions/. */
  readonly functionsDirectory?: string
}

/** The folder of a function's bundle (index.mjs and its source map). */
export type Bundle = (name: FunctionName) => string

// One process may synthesise several times (the tests do): the handlers have not changed in between.
const done = new Map<string, Bundle>()

/**
 * Bundles all handlers in one go into `.build/<stage>/functions/<name>/index.mjs`.
 * The same sources give the same bytes, wherever the project lies, so an unchanged function is not deployed again.
 * @throws Error naming the handlers that are missing or export no `handler`; esbuild's error for code it cannot build.
 */
export function bundleFunctions(props: BundleProps): Bundle {
  const source = props.functionsDirectory ?? join(ROOT, 'functions')
  const key = JSON.stringify([source, props.config.stage])
  const cached = done.get(key)
  if (cached) return cached

  const handlers = FUNCTION_NAMES.map((name) => [name, join(source, name, 'handler.ts')] as const)
  const missing = handlers.filter(([, file]) => !existsSync(file)).map(([, file]) => relative(ROOT, file))
  if (missing.length > 0)
    throw new Error(`Every function needs a handler; there is no ${missing.join(', no ')}`)

  const output = join(ROOT, '.build', props.config.stage, 'functions')
  const result = buildSync({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(handlers.map(([name, file]) => [`${name}/index`, file])),
    outdir: output,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'], // the SDK's ESM builds shake; CDK's own default (main first) is half as big again
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false, // line numbers are enough in a stack trace, and the map stays small
    legalComments: 'none',
    logLevel: 'error',
    // A CommonJS dependency calls require('node:…'), which an ES module does not have.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    ...(props.config.clockModule === undefined
      ? {}
      : { alias: { '#clock': join(ROOT, props.config.clockModule) } }),
  })

  const outputs = Object.entries(result.metafile.outputs)
  const handlerless = outputs.filter(([file, o]) => file.endsWith('.mjs') && !o.exports.includes('handler'))
  if (handlerless.length > 0)
    throw new Error(`These export no \`handler\`: ${handlerless.map(([, o]) => o.entryPoint).join(', ')}`)

  for (const file of result.outputFiles) writeIfChanged(file.path, file.contents)
  const bundle: Bundle = (name) => join(output, name)
  done.set(key, bundle)
  return bundle
}

/** Two synths may run at once (the tests do): a reader finds a whole file, the old or the new one. */
function writeIfChanged(path: string, contents: Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(contents)) return
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${dirname(dirname(path))}/.${process.pid}.draft` // outside the function's folder, which is hashed
  writeFileSync(draft, contents)
  renameSync(draft, path)
}
