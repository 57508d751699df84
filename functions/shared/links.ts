import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'

/*
 * The addresses of the pages that a customer opens: a form for where to write to, and the question how they found it. An
 * address opens one asking of one complaint and nothing else. Nothing of it is stored: whoever has the key can make it
 * again, so the ledger, which many may read, leads nobody to a customer's page.
 */

const LEAST_OF_A_KEY = 32
const key = z.string().min(LEAST_OF_A_KEY)

/** A key that nobody guesses. */
export const newLinkKey = (): string => randomBytes(48).toString('base64url')

/** What is wrong with a key that somebody gives; undefined where nothing is. */
export const wrongLinkKey = (text: string): string | undefined =>
  text.length < LEAST_OF_A_KEY ? `it has fewer than ${LEAST_OF_A_KEY} characters` : undefined

/**
 * The secret of a stage's links: one key, or several, newest first (`npm run secret`). The newest signs; `former` ones open
 * addresses that were sent before it was replaced.
 */
export const linkSecret = z
  .object({ key: z.union([key, z.tuple([key], key)]), former: z.array(key).default([]) })
  .transform(({ key, former }) => {
    const [newest, ...others] = [key].flat() as [string, ...string[]]
    return { key: newest, former: [...others, ...former] }
  })
export type LinkSecret = z.output<typeof linkSecret>

/** What a link is about: `about` is the id of an asking, `k…` of an address or `s…` of a survey. */
export interface Linked {
  readonly complaintId: string
  readonly about: string
}

const PAGES: Readonly<Record<string, string>> = { k: 'contact', s: 'survey' }

/** 160 bits, which nobody guesses, and short enough for a text message. */
const MAC_CHARACTERS = 27

const macOf = (key: string, { complaintId, about }: Linked): string =>
  createHmac('sha256', key).update(`${complaintId}\0${about}`).digest('base64url').slice(0, MAC_CHARACTERS)

/**
 * The address that stands where `{link}` does in what a customer is sent.
 *
 * @param url the stage's public address, without a path.
 * @throws Error for something that has no page.
 */
export function linkTo(url: string, secret: LinkSecret, linked: Linked): string {
  const page = PAGES[linked.about.charAt(0)]
  if (page === undefined) throw new Error(`There is no page about ${linked.about}`)
  return `${url.replace(/\/+$/, '')}/${page}/${linked.complaintId}.${linked.about}.${macOf(secret.key, linked)}`
}

/** In place of what is not even shaped like one of our addresses. */
const NONE = `${'0'.repeat(26)}.k0.${'-'.repeat(MAC_CHARACTERS)}`
const SHAPE = new RegExp(`^([0-9A-HJKMNP-TV-Z]{26})\\.([ks]\\d{1,9})\\.([\\w-]{${MAC_CHARACTERS}})$`)

/**
 * What the last part of such an address is about; undefined for one that we have not made, which takes as long to find out
 * whatever is wrong with it.
 */
export function readLink(text: string, { key, former }: LinkSecret): Linked | undefined {
  const shaped = SHAPE.exec(text)
  const [, complaintId = '', about = '', mac = ''] = shaped ?? SHAPE.exec(NONE) ?? []
  const linked = { complaintId, about }
  const given = Buffer.from(mac)
  const fits = [key, ...former].filter(
    (one) => given.length === MAC_CHARACTERS && timingSafeEqual(Buffer.from(macOf(one, linked)), given),
  )
  return shaped !== null && fits.length > 0 ? linked : undefined
}
