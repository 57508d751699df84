import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../infra/constructs/bundle.ts'

/**
 * Comparisons of what may be a secret, by how it is called. A linter knows no taint, so this goes by names: whoever
 * compares a digest will call it one of these.
 */
const SECRETIVE =
  /(?:signature|digest|hmac|secret|password|credential|expected(?:Hash|Mac)|apiKey|sha256|verifyToken)\w*/i
const COMPARED = /([\w.[\]'"?!()]+)\s*[!=]==?\s*([\w.[\]'"?!()]+)/g
/** Comparing with these says whether there is something, and nothing about what it is. */
const HARMLESS = /^\(*(undefined|null|''|""|true|false|0|'[\w -]*'|typeof)[)\]]*$/
/** Names that end in these say something about a secret, and are none. */
const ABOUT =
  /(?:length|size|count|type|kind|name|arn|found|result|fits|algorithm|state|status)(?:[\])!?]*)$/i

const findings = (code: string): string[] =>
  [...code.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').matchAll(COMPARED)]
    .filter(
      ([, left = '', right = '']) =>
        [left, right].some((side) => SECRETIVE.test(side) && !ABOUT.test(side) && !/^['"]/.test(side)) &&
        ![left, right].some((side) => HARMLESS.test(side)),
    )
    .map(([all]) => all)

const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))

/** Where it is right, with the reason. */
const EXCEPTIONS = new Map([
  ['functions/shared/rotation.ts', 'fingerprints, in a command of somebody who may read the secret itself'],
])

describe('what may be a secret', () => {
  it('is compared in constant time everywhere in the functions', () => {
    const found = filesIn('functions')
      .filter((file) => !EXCEPTIONS.has(file))
      .flatMap((file) => findings(readFileSync(join(ROOT, file), 'utf8')).map((line) => `${file}: ${line}`))
    expect(found).toEqual([])
  })

  it('would be found where it is not', () => {
    expect(findings('if (given.signature === expected) return')).toHaveLength(1)
    expect(findings("const ok = digest.toString('hex') == header")).toHaveLength(1)
    expect(findings('return headers.authorization !== secrets.password')).toHaveLength(1)
    expect(findings('if (signature === undefined || digest.length !== other.length) return')).toEqual([])
  })

  it('is checked by timingSafeEqual in few places, each of which checks the length first', () => {
    const files = filesIn('functions').filter((file) =>
      readFileSync(join(ROOT, file), 'utf8').includes('timingSafeEqual('),
    )
    expect(files.length).toBeGreaterThan(0)
    for (const file of files)
      expect(readFileSync(join(ROOT, file), 'utf8'), file).toMatch(/length\s*[!=]==|sha256/)
  })
})
