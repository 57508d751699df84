import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import { epochSeconds } from '../domain/instant.ts'
import { type Cell, toCsv } from './csv.ts'

/** What a column holds: `integer` is a whole number, `number` any; `instant` is ISO 8601 in UTC. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'instant'

/** A table of the export: its columns by name, in their order. The same in CSV, in Parquet and in Athena. */
export type Columns = Readonly<Record<string, ColumnType>>

/** One line of a table. A column that is left out is empty. */
export type Row<C extends Columns> = {
  readonly [K in keyof C]?:
    | (C[K] extends 'text' | 'instant' ? string : C[K] extends 'boolean' ? boolean : number)
    | undefined
}

/** By code unit: a sort by language would differ from machine to machine. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Text on one line, so that a line of the file is a line of the table. */
const oneLine = (value: Cell): Cell => (typeof value === 'string' ? value.replace(/[\r\n]+/g, ' ') : value)

const cellsOf = <C extends Columns>(columns: C, row: Row<C>): Cell[] =>
  Object.keys(columns).map((name) => oneLine(row[name]))

/** A row as a line of the CSV file. */
export const csvLine = <C extends Columns>(columns: C, row: Row<C>): string => toCsv([cellsOf(columns, row)])

/** The rows in an order that depends on nothing but them. */
export const sorted = <C extends Columns>(columns: C, rows: readonly Row<C>[]): Row<C>[] =>
  rows
    .map((row) => [cellsOf(columns, row).join('\0'), row] as const)
    .sort(([a], [b]) => compareText(a, b))
    .map(([, row]) => row)

/** The whole file as CSV, under its header. */
export const csvOf = <C extends Columns>(columns: C, rows: readonly Row<C>[]): string =>
  toCsv([Object.keys(columns), ...rows.map((row) => cellsOf(columns, row))])

const PARQUET = {
  text: 'STRING',
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  instant: 'TIMESTAMP',
} as const satisfies Record<ColumnType, string>

/** The same rows as Parquet: typed, compressed, and without the apostrophes that guard spreadsheets. */
export function parquetOf<C extends Columns>(columns: C, rows: readonly Row<C>[]): Uint8Array {
  const writer = new ByteWriter()
  parquetWrite({
    writer,
    createdBy: 'Redress',
    columnData: Object.entries(columns).map(([name, type]) => ({
      name,
      type: PARQUET[type],
      data: rows.map((row) => parquetValue(type, oneLine(row[name]))),
    })),
  })
  return writer.getBytes()
}

function parquetValue(type: ColumnType, value: Cell): unknown {
  if (value === undefined) return undefined
  if (type === 'integer') return BigInt(value)
  if (type === 'instant') return new Date(epochSeconds(String(value)) * 1000)
  return value
}
