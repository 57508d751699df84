/** A cell: text, or a number or a truth that is written as it is; undefined leaves it empty. */
export type Cell = string | number | boolean | undefined

/**
 * RFC 4180: CRLF after every row, a cell in quotes where it needs them. Text that a spreadsheet would run as a
 * formula gets an apostrophe in front, which makes it text there too.
 *
 * @throws RangeError for a number that is none (NaN, Infinity): finance must not find a gap.
 */
export const toCsv = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(writeCell).join(',')}\r\n`).join('')

/** Spreadsheets take these for the beginning of a formula; a tab or a line break can hide one. */
const FORMULA = /^[=+\-@\t\r\n]/

/** Text that no spreadsheet calculates. */
export const neutralise = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

function writeCell(cell: Cell): string {
  if (cell === undefined) return ''
  if (typeof cell === 'boolean') return String(cell)
  if (typeof cell === 'number') {
    if (!Number.isFinite(cell)) throw new RangeError(`${cell} is no value to export`)
    return String(cell)
  }
  const text = neutralise(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
