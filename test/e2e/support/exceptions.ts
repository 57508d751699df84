import type { Exception } from '../../support/permissions.ts'

/** What a role may do and no end-to-end test makes it do. Each is checked to be still granted, and still unused. */
export const EXCEPTIONS: readonly Exception[] = []

/** Resources of which part is open, as the template writes them: their names are made at run time. */
export const OPEN_ENDED: readonly RegExp[] = [
  /^execution:redress-\w+-complaint:\*$/,
  /^\w+\/(metrics|complaints|redress|parquet|corrections|manifests|reports)\/\*$/,
]
