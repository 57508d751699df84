import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ALLOWED_IN } from '../../functions/domain/decide.ts'
import { PROBLEMS } from '../../functions/shared/problem.ts'
import { sources } from '../../functions/sources/index.ts'
import { webBody } from '../../functions/sources/web.ts'

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', name), 'utf8')

/** The cells of a section's table, row by row, without its head. */
const table = (page: string, heading: string): string[][] => {
  const section = page.slice(page.indexOf(heading))
  const rows = /(?:^\|.*\n)+/m.exec(section)?.[0].trimEnd().split('\n') ?? []
  return rows.slice(2).map((row) => row.split('|').map((cell) => cell.trim()))
}
const coded = (text = ''): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '')

describe('the manual of the API', () => {
  const page = read('api.md')

  it('lists every problem with its status, and no other', () => {
    const listed = table(page, '## Problems').flatMap(([, status, types]) =>
      coded(types).map((type) => [type, Number(status)]),
    )
    const known = Object.entries(PROBLEMS).map(([kind, { status }]) => [`/problems/${kind}`, status])
    expect(listed.sort()).toEqual(known.sort())
  })

  it('lists every command, and no other', () => {
    const listed = table(page, '## Act').flatMap(([, type]) => coded(type))
    expect(listed.sort()).toEqual(Object.keys(ALLOWED_IN).sort())
  })

  it('lists every field of a message, and no other', () => {
    const listed = table(page, '## Send').flatMap(([, field]) => coded(field))
    expect(listed.sort()).toEqual(Object.keys(webBody.shape).sort())
  })
})

describe('the manual of the sources', () => {
  it('lists every source, and no other', () => {
    const listed = table(read('sources.md'), '# Sources').flatMap(([, name]) => coded(name))
    expect(listed.sort()).toEqual([...sources.keys()].sort())
  })
})
