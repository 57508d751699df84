import { createHash, randomBytes } from 'node:crypto'
import type { Event } from '../domain/complaint.ts'
import { erasedEvent } from '../domain/erasure.ts'

/*
 * Every event is bound to all that came before it, so that none can be changed, dropped, put in or moved without the
 * hashes saying so. What an erasure leaves of an event (its facts) and what it takes (its words) are hashed apart: when
 * the words are gone the facts can still be proved.
 */

/** What binds an event to the one before it; every hash is SHA-256 in hex. */
export interface Link {
  /** Of what is left of the event once its customer is forgotten. */
  readonly facts: string
  /** Of the salt and the whole event. Once that is erased it proves nothing by itself, but the hash is made with it. */
  readonly words: string
  /** Random, 16 bytes in hex; gone with the words, as short words could be guessed by their hash. */
  readonly salt?: string | undefined
  /** Of the hash before, the event's `seq`, its facts and its words. */
  readonly hash: string
}

/** A link as the table has it: the same, in bytes, as every event pays for it. */
export type StoredLink = Readonly<Partial<Record<keyof Link, Uint8Array>>>

const SALT_BYTES = 16

/**
 * The same text for the same value, whatever became of it on its way through the table: keys in the order of their code
 * units, and what is `undefined` left out, as the table's client does. Half a character becomes a whole one there.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed())
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value))
    return `[${value
      .filter((one) => one !== undefined)
      .map(canonicalJson)
      .join(',')}]`
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([key, one]): [string, unknown] => [key.toWellFormed(), one])
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(',')}}`
}

const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** What stands before a complaint's first link. */
export const firstHash = (complaintId: string): string => sha256(`redress complaint ${complaintId}`)

export const factsOf = (event: Event): string => sha256(canonicalJson(erasedEvent(event)))

/** @param salt in hex */
export const wordsOf = (salt: string, event: Event): string =>
  sha256(Buffer.from(salt, 'hex'), canonicalJson(event))

export const hashOf = (previous: string, seq: number, facts: string, words: string): string =>
  sha256(`${previous}\n${seq}\n${facts}\n${words}`)

/**
 * The links of events that follow one another.
 *
 * @param previous the hash of the link before the first of them.
 */
export function linksOf(previous: string, events: readonly Event[]): Link[] {
  let before = previous
  return events.map((event) => {
    const salt = randomBytes(SALT_BYTES).toString('hex')
    const facts = factsOf(event)
    const words = wordsOf(salt, event)
    before = hashOf(before, event.seq, facts, words)
    return { facts, words, salt, hash: before }
  })
}

export const toStored = (link: Link): StoredLink =>
  Object.fromEntries(
    Object.entries(link).flatMap(([name, hex]) => (hex === undefined ? [] : [[name, bytesOf(hex)]])),
  )

/** The link as it is stored; what is no bytes there is empty here, which no hash is. Undefined where there is none. */
export function fromStored(stored: unknown): Link | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined
  const { facts, words, salt, hash } = stored as StoredLink
  return {
    facts: hexOf(facts),
    words: hexOf(words),
    hash: hexOf(hash),
    ...(salt === undefined ? {} : { salt: hexOf(salt) }),
  }
}

export const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
export const hexOf = (bytes: unknown): string =>
  bytes instanceof Uint8Array ? Buffer.from(bytes).toString('hex') : ''
