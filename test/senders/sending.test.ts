import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Claim, Claims, Settled } from '../../functions/senders/claim.ts'
import { type ReplyLedger, SETTLING_MS, sendReply } from '../../functions/senders/send.ts'
import type { Outgoing, Platform } from '../../functions/senders/sender.ts'
import { Later } from '../../functions/shared/later.ts'
import type { StandInName } from '../../infra/local/platforms/index.ts'
import { another, MESSAGES, replyTo, startWorld, type World } from './platforms.ts'

/*
 * A reply is sent over real sockets to the platforms' stand-ins, and whoever sends it dies at every point there is. The
 * claims and the ledger are fakes at their ports, which keep the conditions that the table keeps.
 */

class Died extends Error {}

const POINTS = [
  'before the claim',
  'after the claim',
  'after the platform took it',
  'after storing',
  'after telling',
] as const
type Point = (typeof POINTS)[number]

let now: number
const world: World = await startWorld(() => now, 1000)
afterAll(() => world.stop())

/** Dies once, at one point. */
let dieAt: Point | undefined
function passing(point: Point): void {
  if (dieAt !== point) return
  dieAt = undefined
  throw new Died()
}

class MemoryClaims implements Claims {
  readonly kept = new Map<string, Claim>()

  async load({ complaintId, replyId }: Outgoing) {
    return this.kept.get(`${complaintId}/${replyId}`)
  }

  async put({ complaintId, replyId }: Outgoing, claim: Claim, before: Claim | undefined) {
    const key = `${complaintId}/${replyId}`
    const known = this.kept.get(key)
    if (known === undefined) passing('before the claim')
    const holds =
      before === undefined
        ? known === undefined
        : known !== undefined && known.attempt === before.attempt && known.outcome === undefined
    if (!holds) return false
    this.kept.set(key, claim)
    if (claim.waiting !== true) passing(claim.outcome === undefined ? 'after the claim' : 'after storing')
    return true
  }
}

/** What the ledger was told, in order; the core takes the first and ignores repeats. */
class MemoryLedger implements ReplyLedger {
  readonly told: (
    | readonly ['sent', Platform, string, boolean]
    | readonly ['failed', Platform | undefined, string]
  )[] = []

  async sent(
    _: Outgoing,
    platform: Platform,
    { reference }: Extract<Settled, { kind: 'sent' }>,
    { reports }: { readonly reports: boolean },
  ) {
    this.told.push(['sent', platform, reference, reports])
    passing('after telling')
  }

  async failed(_: Outgoing, platform: Platform | undefined, reason: string) {
    this.told.push(['failed', platform, reason])
    passing('after telling')
  }
}

let claims: MemoryClaims
let ledger: MemoryLedger
beforeEach(() => {
  now = Date.now()
  claims = new MemoryClaims()
  ledger = new MemoryLedger()
  dieAt = undefined
})

/** What one delivery of the queue's message comes to. */
async function deliver(
  outgoing: Outgoing,
  only?: readonly Platform[],
  last = false,
): Promise<'done' | 'died' | number> {
  const channels = world.channels(only)
  const open = (platform: Platform) => {
    const channel = channels.open(platform)
    if (channel === undefined) return undefined
    return {
      ...channel,
      async send(one: Outgoing) {
        const outcome = await channel.send(one)
        if (outcome.kind === 'sent') passing('after the platform took it')
        return outcome
      },
    }
  }
  try {
    await sendReply(outgoing, { claims, channels: { ...channels, open }, ledger, nowMs: () => now }, last)
    return 'done'
  } catch (error) {
    if (error instanceof Died) return 'died'
    if (error instanceof Later) return error.seconds
    throw error
  }
}

/** Delivers until it is done, as the queue does, time passing in between. */
async function drain(outgoing: Outgoing, only?: readonly Platform[], most = 60): Promise<void> {
  for (let receipt = 1; receipt <= most; receipt++) {
    const came = await deliver(outgoing, only)
    if (came === 'done') return
    now += came === 'died' ? 360_000 : came * 1000
  }
  throw new Error('It is never done')
}

const copies = (outgoing: Outgoing): number =>
  world.platforms.shown().filter(({ text }) => text === outgoing.text).length

const BY_PLATFORM = {
  x: MESSAGES.post,
  twilio: MESSAGES.sms,
  zendesk: MESSAGES.ticket,
  meta: MESSAGES.messenger,
  email: MESSAGES.mail,
  webhook: MESSAGES.form,
} as const
const ASKED = ['x', 'twilio', 'zendesk'] as const
const MUTE = ['meta', 'email'] as const
const standIn = (platform: Platform): StandInName =>
  platform === 'webhook' ? 'endpoint' : platform === 'email' ? 'ses' : platform

describe.each(Object.keys(BY_PLATFORM) as (keyof typeof BY_PLATFORM)[])('A reply by %s', (platform) => {
  const isMute = MUTE.some((one) => one === platform)

  it('is sent once, and the ledger told once', async () => {
    const outgoing = replyTo(another(BY_PLATFORM[platform]))
    expect(await deliver(outgoing)).toBe('done')
    expect(copies(outgoing)).toBe(1)
    expect(ledger.told).toEqual([
      ['sent', platform, expect.any(String), ['twilio', 'meta', 'email'].includes(platform)],
    ])
    // The same message of the queue again, at once and much later.
    expect(await deliver(outgoing)).toBe('done')
    now += 7 * 86_400_000
    expect(await deliver(outgoing)).toBe('done')
    expect(copies(outgoing)).toBe(1)
    expect(new Set(ledger.told.map((told) => JSON.stringify(told))).size).toBe(1)
  })

  it.each(POINTS)('is there once when its sender died %s, or a person is told to look', async (point) => {
    const outgoing = replyTo(another(BY_PLATFORM[platform]))
    dieAt = point
    expect(await deliver(outgoing)).toBe('died')
    now += 360_000
    await drain(outgoing)
    const isOpen = isMute && (point === 'after the claim' || point === 'after the platform took it')
    if (isOpen) {
      // It cannot be asked, and so nobody but a person can know: not sent again, and not forgotten.
      expect(copies(outgoing)).toBe(point === 'after the claim' ? 0 : 1)
      expect(ledger.told).toEqual([
        ['failed', platform, expect.stringMatching(/^It is not known whether it went out/)],
      ])
      return
    }
    expect(copies(outgoing)).toBe(1)
    const [told] = ledger.told
    expect(told?.[0]).toBe('sent')
    expect(new Set(ledger.told.map((one) => JSON.stringify(one))).size).toBe(1)
  })

  it.each(['lost', 'silence', 'cut'] as const)('whose answer is %s is not sent twice', async (kind) => {
    const outgoing = replyTo(another(BY_PLATFORM[platform]))
    world.platforms.fail({ platform: standIn(platform), times: 1, kind })
    await drain(outgoing)
    if (isMute) {
      expect(copies(outgoing)).toBe(kind === 'lost' ? 1 : 0)
      expect(ledger.told).toEqual([['failed', platform, expect.stringContaining('not known')]])
      return
    }
    expect(copies(outgoing)).toBe(1)
    expect(ledger.told).toEqual([['sent', platform, expect.any(String), platform === 'twilio']])
  })

  it('waits out what the platform asks to be waited for, without a claim that would be asked about', async () => {
    const outgoing = replyTo(another(BY_PLATFORM[platform]))
    const answer =
      platform === 'email'
        ? { status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' }, body: {} }
        : { status: 429, headers: { 'retry-after': '7' } }
    world.platforms.fail({ platform: standIn(platform), times: 1, kind: 'answer', answer })
    expect(await deliver(outgoing)).toBe(platform === 'email' ? 60 : 7)
    expect([...claims.kept.values()]).toMatchObject([{ platform, waiting: true }])
    expect(ledger.told).toEqual([])
    expect(await deliver(outgoing)).toBe('done')
    expect(copies(outgoing)).toBe(1)
  })

  it('that is refused is told of at once, with a reason, and not tried again', async () => {
    const outgoing = replyTo(another(BY_PLATFORM[platform]))
    const answer = { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' }, body: {} }
    world.platforms.fail({ platform: standIn(platform), times: 1, kind: 'answer', answer })
    expect(await deliver(outgoing)).toBe('done')
    expect(await deliver(outgoing)).toBe('done')
    expect(copies(outgoing)).toBe(0)
    expect(ledger.told[0]).toEqual(['failed', platform, expect.stringMatching(/refuses it/)])
    expect(ledger.told[1]).toEqual(ledger.told[0])
  })

  it('that two deliver at the same time is sent by one of them', async () => {
    const outgoing = replyTo(another(BY_PLATFORM[platform]))
    const came = await Promise.all([deliver(outgoing), deliver(outgoing), deliver(outgoing)])
    expect(came.filter((one) => one === 'done')).toHaveLength(1)
    for (const one of came) if (one !== 'done') expect(one).toBe(SETTLING_MS / 1000)
    await drain(outgoing)
    expect(copies(outgoing)).toBe(1)
  })

  it('that is at its last try ends with an answer for staff', async () => {
    const outgoing = replyTo(another(BY_PLATFORM[platform]))
    world.platforms.fail({
      platform: standIn(platform),
      times: 1,
      kind: 'answer',
      answer: { status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' }, body: {} },
    })
    expect(await deliver(outgoing, undefined, true)).toBe('done')
    expect(ledger.told).toEqual([['failed', platform, 'The platform has taken nothing for hours']])
  })
})

describe('A claim without an outcome', () => {
  it('is left alone while its maker may be at work', async () => {
    const outgoing = replyTo(another(MESSAGES.post))
    dieAt = 'after the claim'
    await deliver(outgoing)
    now += 10_000
    expect(await deliver(outgoing)).toBe(SETTLING_MS / 1000 - 10)
    expect(copies(outgoing)).toBe(0)
  })

  it.each(ASKED)('is asked about at %s for an hour, and then a person has to look', async (platform) => {
    const outgoing = replyTo(another(BY_PLATFORM[platform]))
    world.platforms.fail({ platform, times: 1, kind: 'lost' })
    world.platforms.fail({ platform, times: 1000, method: 'GET', kind: 'answer', answer: { status: 500 } })
    const began = now
    await drain(outgoing)
    expect(now - began).toBeGreaterThan(3_600_000)
    expect(now - began).toBeLessThan(4_000_000)
    expect(copies(outgoing)).toBe(1)
    expect(ledger.told).toEqual([['failed', platform, expect.stringContaining('not known')]])
    // The faults that are left are nobody else's.
    world.platforms.fail({ platform, times: 0, kind: 'cut' })
  })

  it('stays with the platform that it was begun by, whatever the stage can send by since', async () => {
    const outgoing = replyTo(another(MESSAGES.post))
    dieAt = 'after the platform took it'
    expect(await deliver(outgoing, ['x'])).toBe('died')
    now += 360_000
    expect(await deliver(outgoing, ['webhook'])).toBe('done')
    expect(copies(outgoing)).toBe(1)
    expect(ledger.told).toEqual([['failed', 'x', expect.stringContaining('not known')]])
  })
})

it('A reply that nothing serves is told of', async () => {
  const outgoing = replyTo(another(MESSAGES.post))
  expect(await deliver(outgoing, ['email'])).toBe('done')
  expect(ledger.told).toEqual([['failed', undefined, expect.stringContaining('nothing to send it by')]])
  expect(claims.kept.size).toBe(0)
})

it('Credentials of the wrong shape leave the reply where it is', async () => {
  const channels = world.channels()
  const outgoing = replyTo(another(MESSAGES.post))
  const open = () => {
    throw new Error('The secret of the senders has not the right shape: x.accessToken')
  }
  await expect(
    sendReply(outgoing, { claims, channels: { ...channels, open }, ledger, nowMs: () => now }),
  ).rejects.toThrow(/right shape/)
  expect(claims.kept.size).toBe(0)
  expect(ledger.told).toEqual([])
})
