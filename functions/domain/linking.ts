import { type Complaint, isOpen, isOver, lastContactAt, type Message } from './complaint.ts'
import { addSeconds, type Instant } from './instant.ts'
import type { Linking, LinkRule, Policy } from './policy.ts'

/** How a message and a complaint may be known to belong together. */
export type Tie = LinkRule['by']

/** A complaint that a new message may belong to, and how that is known. */
export interface Candidate {
  readonly complaint: Complaint
  readonly ties: ReadonlySet<Tie>
}

/**
 * What holds where a policy says nothing. A customer who writes while a complaint of theirs is open most likely writes
 * about it, in whatever words and wherever: "trying you instead" shares none with the first message. What is not so
 * can be unlinked; a second complaint that nobody recognises as the same would be what they complain of.
 */
export const DEFAULT_LINKING: Linking = {
  rules: [
    { name: 'answers a message of it', by: 'reply' },
    { name: 'same private conversation', by: 'conversation', withinDays: 30 },
    { name: 'same customer, while it is open', by: 'customer', open: true, sameProduct: true },
  ],
  raiseAfterMinutes: 15,
  raiseUpTo: 'high',
}

/** How repeat contacts are recognised under a policy. */
export const linkingOf = (policy: Policy): Linking => policy.linking ?? DEFAULT_LINKING

/** A key under which the complaints that a message may belong to are found. */
export interface LinkKey {
  readonly tie: 'conversation' | 'customer'
  /** Personal data, or made of it: to be hashed before it is stored. */
  readonly key: string
}

/**
 * The keys of a message, each once: whoever wrote it, by the source's id, the address and the number, and the
 * conversation where nobody but them and us takes part in it. In public, many take part.
 */
export function linkKeys({ source, author, conversation, public: open }: Message): LinkKey[] {
  // A mail's author has the address as its id: one key, which no table would read or write twice at once.
  const customer = new Set([`${source}\0${author.id}`, ...addressKeys(author)])
  return [
    ...[...customer].map((key) => ({ tie: 'customer' as const, key })),
    ...(conversation === undefined || open
      ? []
      : [{ tie: 'conversation' as const, key: `${source}\0${conversation}` }]),
  ]
}

/** What a customer is found by wherever they write from. */
function addressKeys({ email, phone }: { email?: string | undefined; phone?: string | undefined }): string[] {
  const digits = phone?.replace(/\D/g, '') ?? ''
  return [
    ...(email === undefined ? [] : [`email\0${email.toLowerCase()}`]),
    // An extension or half a number would make strangers one customer.
    ...(digits.length < 8 ? [] : [`phone\0${digits}`]),
  ]
}

/** The keys of an address or a number that a customer gave by our form. */
export const contactKeys = (given: { email?: string | undefined; phone?: string | undefined }): LinkKey[] =>
  addressKeys(given).map((key) => ({ tie: 'customer', key }))

/**
 * The complaint that a message joins, and the rule that says so: the first rule that any candidate fits, and of its
 * candidates the one opened last. Undefined where it is a complaint of its own.
 */
export function linkFor(
  policy: Policy,
  message: Message,
  candidates: readonly Candidate[],
  now: Instant,
): { complaint: Complaint; rule: LinkRule } | undefined {
  const newestFirst = [...candidates].sort((a, b) => (a.complaint.id < b.complaint.id ? 1 : -1))
  for (const rule of linkingOf(policy).rules) {
    const found = newestFirst.find((candidate) => fits(rule, message, candidate, now))
    if (found !== undefined) return { complaint: found.complaint, rule }
  }
  return undefined
}

function fits(rule: LinkRule, message: Message, { complaint, ties }: Candidate, now: Instant): boolean {
  if (!ties.has(rule.by)) return false
  if (rule.open === true && isOver(complaint)) return false
  const product = complaint.message.product
  if (rule.sameProduct === true && message.product !== undefined && product !== undefined) {
    if (message.product !== product) return false
  }
  if (rule.withinDays === undefined || isOpen(complaint)) return true
  const last = [complaint.resolvedAt, lastContactAt(complaint)]
    .filter((at) => at !== undefined)
    .sort()
    .at(-1)
  return last === undefined || addSeconds(last, rule.withinDays * 86_400) >= now
}
