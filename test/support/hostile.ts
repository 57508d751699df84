import * as fc from 'fast-check'

/** Any value in a good one's place: wrong types, prototype keys, halves of characters, huge text and numbers, odd dates. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    '999999999999999',
    '9'.repeat(400),
    'Sat Nov 21 10:05:00 +9999 2026',
    '0000-01-01T00:00:00+23:59',
    '9999-12-31T23:59:59-01:00',
    '+275760-09-13T00:00:00Z',
    '2026-02-30T25:61:61Z',
    '-000001-01-01T00:00:00Z',
  ),
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1e308,
    -1e308,
    Number.POSITIVE_INFINITY, // null as JSON; as a form, Infinity
    8_640_000_000_000_001,
    Number.MAX_SAFE_INTEGER,
    -62_135_596_801,
    '',
    ' ',
    '\ud800',
    'a\udc00b',
    '\u0000',
    'a\u0000b',
    '\u202egnp.exe',
    '__proto__',
    'constructor',
    '<!channel> <https://a|b> &',
    '=1+1',
    "' OR 1=1 --",
    '../../../etc/passwd',
    '$' + '{jndi:ldap://x}',
    'x'.repeat(30_000),
    'e\u0301'.repeat(5_000),
    [],
    {},
    [[[[[[]]]]]],
  ),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'id', 'name', 'a'),
    fc.jsonValue(),
  ),
)

/** Whole bodies that nobody sends: any JSON, any text, nested far too deep. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.json({ noUnicodeString: false, depthSize: 'large' }),
  fc.string({ unit: 'binary' }),
  fc.integer({ min: 1, max: 10_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 1, max: 10_000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.constantFrom(
    '{"__proto__":{"team":"billing"}}',
    `[${'1,'.repeat(50_000)}1]`,
    '1e999999',
    '-0',
    '"\\ud800"',
  ),
)

/** Header values that break careless parsers: empty, far too long, doubled as the API joins them. */
export const hostileHeader: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '',
    ',',
    ', ,',
    'v1,',
    'v0=',
    'sha1=',
    'sha256=',
    ',,,',
    `v1,${'A'.repeat(43)}=`,
    `sha256=${'0'.repeat(64)}`,
    `sha256=${'A'.repeat(43)}=`,
    `sha1=${'0'.repeat(40)}`,
    'v1,a v1,b',
    'Basic Og==',
    'Basic ====',
    `Basic ${Buffer.from('a:b:c\u0000').toString('base64')}`,
    'Bearer ',
    '9'.repeat(400),
    '-1',
    '1e9',
    'NaN',
    '\u0000',
    'a'.repeat(8_000),
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary="${'-'.repeat(70)}"`,
    'application/json; charset=utf-16',
    'application/x-www-form-urlencoded',
    'text/plain',
  ),
)

/** Every path to a value within a value. */
export const pathsIn = (value: unknown): string[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [
        [key],
        ...pathsIn(inner).map((path) => [key, ...path]),
      ])
    : []

const replaced = (value: unknown, [key, ...rest]: string[], by: unknown): unknown => {
  if (key === undefined) return by
  const copy = structuredClone(value) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

const without = (value: unknown, [key, ...rest]: string[]): unknown => {
  const copy = structuredClone(value) as Record<string, unknown>
  if (key === undefined) return copy
  if (rest.length > 0) copy[key] = without(copy[key], rest)
  else if (Array.isArray(copy)) copy.splice(Number(key), 1)
  else delete copy[key]
  return copy
}

const with_ = (value: unknown, [key, ...rest]: string[], more: string, by: unknown): unknown => {
  const copy = structuredClone(value) as Record<string, unknown>
  if (Array.isArray(copy) && rest.length === 0) return [...copy, by]
  if (key === undefined || typeof copy[key] !== 'object' || copy[key] === null)
    return Object.defineProperty(copy, more, { value: by, enumerable: true, configurable: true })
  copy[key] = with_(copy[key], rest, more, by)
  return copy
}

/** One of the examples with one thing wrong in it: something else in a place, nothing there, or something more. */
export const damaged = (examples: readonly unknown[]): fc.Arbitrary<unknown> => {
  const places = examples.flatMap((example) => pathsIn(example).map((path) => ({ example, path })))
  return fc.constantFrom(...places).chain(({ example, path }) =>
    fc.oneof(
      { weight: 6, arbitrary: junk.map((by) => replaced(example, path, by)) },
      { weight: 1, arbitrary: fc.constant(without(example, path)) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom('__proto__', 'constructor', 'then', 'toJSON', 'x'), junk)
          .map(([more, by]) => with_(example, path, more, by)),
      },
    ),
  )
}

/** All texts within a value, its keys too. */
export const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)])
      : []

/**
 * Counts the cases of a test file and keeps the slowest. `FUZZ_SCALE=10` runs ten times as many; `FUZZ_REPORT=1` says
 * how many were run.
 */
export class Cases {
  static readonly scale = Number(process.env.FUZZ_SCALE ?? 1)
  readonly #counts = new Map<string, { runs: number; slowestMs: number }>()

  /** How often to run a property that is worth `runs`. */
  static runs(runs: number): { numRuns: number } {
    return { numRuns: Math.ceil(runs * Cases.scale) }
  }

  async run<T>(about: string, work: () => Promise<T>): Promise<T> {
    const count = this.#counts.get(about) ?? { runs: 0, slowestMs: 0 }
    this.#counts.set(about, count)
    const started = performance.now()
    try {
      return await work()
    } finally {
      count.runs++
      count.slowestMs = Math.max(count.slowestMs, performance.now() - started)
    }
  }

  slowestMs(): number {
    return Math.max(0, ...[...this.#counts.values()].map(({ slowestMs }) => slowestMs))
  }

  report(): void {
    if (process.env.FUZZ_REPORT === undefined) return
    for (const [about, { runs, slowestMs }] of this.#counts)
      console.log(`fuzz: ${about}: ${runs} cases, the slowest ${Math.round(slowestMs)} ms`)
  }
}
