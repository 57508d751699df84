/** Which of the sources a stage has, and what they are called there. */
import { SOURCE_NAMES, type SourceName } from '../functions/sources/index.ts'

export { SOURCE_NAMES, type SourceName }

/** The id of its secret in the stack. */
export const secretId = (source: SourceName): string =>
  `${source.slice(0, 1).toUpperCase()}${source.slice(1)}`

/** The stack's output that names the secret: a contract with the people who set it. */
export const secretOutput = (source: SourceName): string => `${secretId(source)}SecretArn`

/** Something for each of them. */
export const bySource = <T>(make: (source: SourceName) => T): Readonly<Record<SourceName, T>> =>
  Object.fromEntries(SOURCE_NAMES.map((source) => [source, make(source)])) as Record<SourceName, T>
