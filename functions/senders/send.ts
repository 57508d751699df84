import { randomUUID } from 'node:crypto'
import { Later } from '../shared/later.ts'
import type { Claim, Claims, Settled } from './claim.ts'
import { platformFor } from './index.ts'
import type { Found, Outcome, Outgoing, Platform } from './sender.ts'

/** A platform that is ready to be sent by. */
export interface Channel {
  readonly platform: Platform
  /** Whether it says later what became of a reply. */
  reports(outgoing: Outgoing): boolean
  /** True: what is sent twice is there once. */
  readonly repeatable: boolean
  /** One try, and no more. */
  send(outgoing: Outgoing): Promise<Outcome>
  /** Absent: it cannot be asked. */
  find?(outgoing: Outgoing, sinceMs: number): Promise<Found>
}

/** The platforms of this stage. */
export interface Channels {
  readonly available: ReadonlySet<Platform>
  /** Undefined for one that is not available. @throws Error where its credentials have the wrong shape. */
  open(platform: Platform): Channel | undefined
}

/** Who is told what came of it. Being told the same again changes nothing. */
export interface ReplyLedger {
  sent(
    outgoing: Outgoing,
    platform: Platform,
    sent: Extract<Settled, { kind: 'sent' }>,
    /** `atMs`: when the request began that sent it, in milliseconds since 1970. */
    more: { readonly reports: boolean; readonly atMs: number },
  ): Promise<void>
  failed(outgoing: Outgoing, platform: Platform | undefined, reason: string): Promise<void>
}

export interface SendingDependencies {
  readonly claims: Claims
  readonly channels: Channels
  readonly ledger: ReplyLedger
  /** Real time, in milliseconds since 1970. */
  readonly nowMs: () => number
}

/**
 * How long a try without an outcome is left alone: whoever makes it may still be at work (a function has a minute), and
 * a platform needs its time until what it has taken can be found there.
 */
export const SETTLING_MS = 90_000
/** How long a platform is asked what became of a try, before a person has to look. */
const ASKING_MS = 3_600_000

const NOT_KNOWN = 'It is not known whether it went out: look on the platform before you send it again'

/**
 * Sends a reply, once, and tells the ledger what came of it. Who sends it is claimed before the first request and the
 * outcome is kept with the claim, so that it can be interrupted anywhere: whoever comes next finds a claim with an outcome
 * and only tells the ledger; or one without, and asks the platform whether the reply is there. Where that cannot be found
 * out a person is told to look: it is never sent twice unnoticed, and never lost unnoticed.
 *
 * @param last there will be no other try.
 * @throws Later; whatever the ports throw. Either way the same reply is to be brought again.
 */
export async function sendReply(
  outgoing: Outgoing,
  { claims, channels, ledger, nowMs }: SendingDependencies,
  last = false,
): Promise<void> {
  const known = await claims.load(outgoing)
  const platform = known?.platform ?? platformFor(outgoing, channels.available)
  if (known?.outcome !== undefined) return tell(known, known.outcome)
  const channel = platform === undefined ? undefined : channels.open(platform)
  if (platform === undefined || channel === undefined) {
    const missing = `This stage has nothing to send it by: ${platform ?? 'neither a sender for its source nor an endpoint'}`
    return ledger.failed(
      outgoing,
      platform,
      known === undefined || known.waiting === true ? missing : `${NOT_KNOWN} (${missing})`,
    )
  }
  if (known !== undefined && known.waiting !== true) {
    const left = known.atMs + SETTLING_MS - nowMs()
    if (left > 0) throw new Later(Math.ceil(left / 1000))
    const found = await whatBecameOf(known, channel)
    if (found !== undefined) return settle(known, found)
  }
  const now = nowMs()
  const sinceMs = known === undefined || known.waiting === true ? now : known.sinceMs
  const claim: Claim = { platform, sinceMs, atMs: now, attempt: randomUUID() }
  if (!(await claims.put(outgoing, claim, known))) throw new Later(SETTLING_MS / 1000)
  const outcome = await channel.send(outgoing)
  switch (outcome.kind) {
    case 'sent':
      return settle(claim, outcome)
    case 'refused':
      return settle(claim, { kind: 'failed', reason: outcome.reason })
    case 'later':
      if (last) return settle(claim, { kind: 'failed', reason: 'The platform has taken nothing for hours' })
      await claims.put(outgoing, { ...claim, waiting: true }, claim)
      throw new Later(outcome.afterSeconds)
    case 'unknown':
      if (!last && (channel.repeatable || channel.find !== undefined)) throw new Later(SETTLING_MS / 1000)
      return settle(claim, { kind: 'failed', reason: `${NOT_KNOWN} (${outcome.reason})` })
  }

  /** Undefined: it is not there, and may be sent. */
  async function whatBecameOf(claim: Claim, by: Channel): Promise<Settled | undefined> {
    if (by.repeatable) return undefined
    const unknown: Settled = { kind: 'failed', reason: NOT_KNOWN }
    if (by.find === undefined) return unknown
    const found = await by.find(outgoing, claim.sinceMs)
    if (found.kind === 'absent') return undefined
    if (found.kind === 'there') return found.sent
    if (last || nowMs() - claim.sinceMs > ASKING_MS) return unknown
    throw new Later(found.kind === 'later' ? found.afterSeconds : SETTLING_MS / 1000)
  }

  async function settle(claim: Claim, outcome: Settled): Promise<void> {
    if (await claims.put(outgoing, { ...claim, outcome: keptOf(outcome) }, claim)) return tell(claim, outcome)
    // Somebody else has settled it meanwhile: one of the two is what the ledger is told.
    const other = await claims.load(outgoing)
    if (other?.outcome === undefined) throw new Later(SETTLING_MS / 1000)
    return tell(other, other.outcome)
  }

  async function tell({ platform: by, atMs }: Claim, outcome: Settled): Promise<void> {
    if (outcome.kind === 'failed') return ledger.failed(outgoing, by, outcome.reason)
    return ledger.sent(outgoing, by, outcome, {
      reports: channels.open(by)?.reports(outgoing) ?? false,
      atMs,
    })
  }
}

const keptOf = (outcome: Settled): Settled =>
  outcome.kind === 'failed'
    ? outcome
    : {
        kind: 'sent',
        reference: outcome.reference,
        ...(outcome.conversation === undefined ? {} : { conversation: outcome.conversation }),
      }
