import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { neutralise, toCsv } from '../../functions/export/csv.ts'

describe('The finance file as CSV', () => {
  it('comes back as it went in, whatever is in its cells', () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ' ', '=', '-', 'ü', '\0') }),
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 5 })
          .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }))),
        (rows) => {
          const written = rows.map((row) =>
            row.map((c) => (typeof c === 'number' ? String(c) : neutralise(c))),
          )
          expect(parse(toCsv(rows))).toEqual(written)
        },
      ),
    )
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1'])(
    'never lets %j begin a formula',
    (text) => {
      const [[cell = ''] = []] = parse(toCsv([[text]]))
      expect(cell).toBe(`'${text}`)
    },
  )

  it('keeps a negative number a number', () => {
    expect(toCsv([[-1.5]])).toBe('-1.5\r\n')
  })

  it('refuses a value that is not a number rather than leaving a gap', () => {
    expect(() => toCsv([[Number.NaN]])).toThrow(RangeError)
  })
})

/** The grammar of RFC 4180, read back independently of how it was written. */
function parse(csv: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < csv.length) {
    let cell = ''
    if (csv[at] === '"') {
      for (at++; !(csv[at] === '"' && csv[at + 1] !== '"'); at++) {
        if (csv[at] === '"') at++
        cell += csv[at]
      }
      at++
    } else {
      for (; csv[at] !== ',' && !csv.startsWith('\r\n', at); at++) cell += csv[at]
    }
    row.push(cell)
    if (csv[at] === ',') at++
    else if (csv.startsWith('\r\n', at)) {
      rows.push(row)
      row = []
      at += 2
    } else throw new Error(`neither a comma nor a line's end at ${at}`)
  }
  return rows
}
