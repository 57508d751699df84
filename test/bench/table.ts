/** One thing measured. A number without its floor says more about the machine than about Redress. */
export interface Row {
  readonly what: string
  readonly value: string
  /** The least that it could be here: the same work with nothing of ours in it. */
  readonly floor?: string
  readonly ratio?: number
  readonly note?: string
}

/** Prints rows as a Markdown table, so that it can be pasted into docs/benchmarks.md as it is. */
export function print(title: string, rows: readonly Row[]): void {
  const cells = rows.map(({ what, value, floor, ratio, note }) => [
    what,
    value,
    floor ?? '',
    ratio === undefined ? '' : `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}×`,
    note ?? '',
  ])
  console.log(`\n${title}\n`)
  console.log('| what | measured | floor | ratio | |\n|---|---:|---:|---:|---|')
  for (const row of cells) console.log(`| ${row.join(' | ')} |`)
}

export const count = (value: number): string => Math.round(value).toLocaleString('en')

/** The value that a share of them do not exceed. @param share 0.5 for the median */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

/** Milliseconds that each of so many runs took, after one that does not count. */
export async function times(runs: number, work: () => unknown): Promise<number[]> {
  await work()
  const taken: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    await work()
    taken.push(performance.now() - start)
  }
  return taken
}
