import { createHash } from 'node:crypto'

/** A secret as it is stored: lists of keys by their use, newest first; and remarks, which stay as they are. */
export type StoredSecret = Readonly<Record<string, unknown>>

/** A key as it may be shown. */
export interface ListedKey {
  /** What it is for: `active`, and whatever else a source defines. */
  readonly use: string
  /** The first 12 digits of its SHA-256: tells keys apart, and leads nobody to them. */
  readonly fingerprint: string
}

export const fingerprintOf = (key: string): string =>
  createHash('sha256').update(key).digest('hex').slice(0, 12)

const isText = (value: unknown): value is string => typeof value === 'string'

/**
 * The keys of one use, newest first. Slack's signing secret was a single text before it was ever replaced: that is a list of
 * one.
 */
export function keysOf(secret: StoredSecret, use: string): readonly string[] {
  const value = Object.hasOwn(secret, use) ? secret[use] : []
  return [value].flat().filter(isText)
}

/** Every key in the lists named, newest first in each. */
export const listKeys = (secret: StoredSecret, uses: readonly string[]): ListedKey[] =>
  uses.flatMap((use) => keysOf(secret, use).map((key) => ({ use, fingerprint: fingerprintOf(key) })))

/**
 * The secret with a key more, in front of the others, which all stay active.
 *
 * @throws Error when the key is there already, or two are: a third is a rotation begun before the last one was ended.
 */
export function withKey(secret: StoredSecret, use: string, key: string): StoredSecret {
  const keys = keysOf(secret, use)
  if (keys.includes(key)) throw new Error('This key is active already: nothing was changed')
  if (keys.length > 1)
    throw new Error(
      `${keys.length} keys are active already (${keys.map(fingerprintOf).join(', ')}): retire one first`,
    )
  return { ...secret, [use]: [key, ...keys] }
}

/**
 * The secret without the key of a fingerprint.
 *
 * @throws Error when there is no such key, or it is the last: nothing could be verified without it.
 */
export function withoutKey(secret: StoredSecret, use: string, fingerprint: string): StoredSecret {
  const keys = keysOf(secret, use)
  const left = keys.filter((key) => fingerprintOf(key) !== fingerprint)
  if (left.length === keys.length)
    throw new Error(`No key has the fingerprint ${fingerprint}: see the list for those there are`)
  if (left.length === 0) throw new Error('This is the only key: add its successor first')
  return { ...secret, [use]: left }
}
