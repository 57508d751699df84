import { basename } from 'node:path'
import { policyFiles, readPolicy } from '../../infra/policies.ts'
import type { Policy } from '../domain/policy.ts'

/** A mistake of whoever calls: told without a stack. */
export class Mistake extends Error {}

/**
 * A policy by `name@version`, deployed or preset, or by its file.
 *
 * @throws Mistake that says which there are, or what is wrong with the file.
 */
export function policyAt(wanted: string): Policy {
  const [, id, version] = /^([a-z0-9-]+)@(\d+)$/.exec(wanted) ?? []
  const known = policyFiles()
  const path = id === undefined ? wanted : known.find((one) => basename(one) === `${id}.v${version}.json`)
  if (path === undefined) {
    const names = known.map((one) => basename(one, '.json').replace(/\.v(\d+)$/, '@$1'))
    throw new Mistake(`There is no policy ${wanted}; there are ${names.join(', ')}`)
  }
  try {
    return readPolicy(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new Mistake(`There is no file ${wanted}; a policy's name is like sample@1`)
    throw new Mistake(
      message
        .split('\n')
        .map((line) => `${basename(path)}: ${line}`)
        .join('\n'),
    )
  }
}

/** @throws Mistake that the input, called `what`, is no JSON. */
export function parsed(input: string, what: string): unknown {
  try {
    return JSON.parse(input)
  } catch {
    throw new Mistake(`The ${what} on standard input is not JSON`)
  }
}
