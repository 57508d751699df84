import { PNG } from 'pngjs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { barChart } from '../../functions/digest/chart.ts'
import { type Telling, tellDigests } from '../../functions/digest/digest.ts'
import type { Claim } from '../../functions/digest/posted.ts'
import { dueAt } from '../../functions/digest/when.ts'
import type { Calendar } from '../../functions/domain/calendar.ts'
import type { IgnoredWeek } from '../../functions/ledger/ignored.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import { slackClient } from '../../functions/slack/client.ts'
import { FakeSlack } from '../slack/fake-slack.ts'
import { given } from '../support/complaints.ts'

const office = currentPolicy.calendars['uk-office'] as Calendar
const digestsAt = (now: string) => dueAt(office, now)?.digests

describe('Digests are due', () => {
  it.each([
    ['when a team opens on a Monday: the week before, too', '2026-11-23T09:00:00Z', ['morning', 'weekly']],
    ['a quarter of an hour later, still', '2026-11-24T09:15:00Z', ['morning']],
    ['on a Friday: the promises, too', '2026-11-27T09:00:00Z', ['morning', 'promises']],
    [
      'on the Thursday before a Good Friday: it is the week’s last day',
      '2027-03-25T09:00:00Z',
      ['morning', 'promises'],
    ],
    ['on the Tuesday after Easter: it is the week’s first', '2027-03-30T08:00:00Z', ['morning', 'weekly']],
  ])('%s', (_, now, digests) => {
    expect(digestsAt(now)).toEqual(digests)
  })

  it.each([
    ['a minute before the opening', '2026-11-23T08:59:00Z'],
    ['two hours after it', '2026-11-23T11:00:00Z'],
    ['on a Sunday', '2026-11-22T09:00:00Z'],
    ['on a holiday', '2026-12-25T09:00:00Z'],
  ])('at no other time: %s', (_, now) => {
    expect(digestsAt(now)).toBeUndefined()
  })
})

let slack: FakeSlack
beforeAll(async () => {
  slack = await FakeSlack.start()
})
afterAll(() => slack.stop())
beforeEach(() => slack.reset())

/** The items that remember what was posted, with the rules that the table enforces. */
class FakeDigests {
  readonly items = new Map<
    string,
    { firstAt: number; busyUntil: number; ts?: string; channel?: string; done?: true }
  >()

  async claim(name: string, now: number): Promise<Claim | undefined> {
    const item = this.items.get(name)
    if (item?.done === true || (item?.busyUntil ?? 0) > now) return undefined
    const claimed = { ...item, firstAt: item?.firstAt ?? now, busyUntil: now + 300 }
    this.items.set(name, claimed)
    return claimed
  }
  async posted(name: string, channel: string, ts: string): Promise<void> {
    this.#set(name, { channel, ts })
  }
  async done(name: string): Promise<void> {
    this.#set(name, { done: true })
  }
  async release(name: string): Promise<void> {
    this.#set(name, { busyUntil: 0 })
  }
  #set(name: string, change: object): void {
    const item = this.items.get(name)
    if (item !== undefined) this.items.set(name, { ...item, ...change })
  }
}

const NOTHING: IgnoredWeek = { kept: [], counts: [] }

function telling(weeks: Readonly<Record<string, IgnoredWeek>> = {}): Telling & { digests: FakeDigests } {
  const story = given('2026-11-20T10:00:00Z')
  story.does('2026-11-20T10:05:00Z', { type: 'acknowledge' })
  story.does('2026-11-20T10:06:00Z', { type: 'promise', text: 'A refund', due: '2026-12-02T12:00:00Z' })
  const { id: complaintId, team, owner, stage } = story.state
  return {
    policy: currentPolicy,
    ledger: {
      loadMany: async (ids) => ids.map(() => story.state),
      ofTeam: async (its) => ({ complaints: its === team ? [story.state] : [] }),
    },
    open: async function* () {
      yield {
        complaintId,
        team,
        owner,
        stage,
        unanswered: false,
        deadlineAt: '2026-11-23T12:00:00Z',
        promiseDueAt: '2026-12-02T12:00:00Z',
      }
    },
    ignored: { ofWeek: async (week) => weeks[week] ?? NOTHING },
    digests: new FakeDigests(),
    slack: slackClient('xoxb-test', 2000, slack.apiUrl),
    realNow: () => Math.floor(slack.nowMs() / 1000),
  }
}

const posted = () => slack.messages.map(({ channel, metadata }) => [channel, metadata?.event_payload.digest])

describe('On a Monday morning', () => {
  const MONDAY = '2026-11-23T09:00:00Z'

  it('each team hears what its day holds, each lead what the week was, with a chart; a schedule that fires again posts nothing', async () => {
    const outside = telling()
    expect(await tellDigests(MONDAY, outside)).toHaveLength(7)
    expect(await tellDigests('2026-11-23T09:15:00Z', outside)).toEqual([])
    expect(posted().filter(([, digest]) => String(digest).includes('#support#'))).toEqual([
      ['C0SUPPORT00', 'morning#support#2026-11-23'],
      ['DU0PRIYA0000', 'weekly#support#2026-11-23'],
    ])
    const [morning, weekly] = slack.messages.map(({ text }) => text)
    expect(morning).toContain('1 open complaint, 0 overdue, 1 due today')
    expect(weekly).toContain('1 complaint received, 0 resolved')
    expect(slack.called('files.completeUploadExternal')[0]).toMatchObject({ channel_id: 'DU0PRIYA0000' })
    expect(JSON.stringify(slack.messages)).not.toContain('<@')
  })

  it('two runs at once post each once', async () => {
    const outside = telling()
    await Promise.all([tellDigests(MONDAY, outside), tellDigests(MONDAY, outside)])
    const names = posted().map(([, digest]) => digest)
    expect(names).toHaveLength(new Set(names).size)
    expect(names).toHaveLength(7)
  })

  it('one whose answer was lost is found, not posted again', async () => {
    const outside = telling()
    let lost = 0
    slack.faults = (method) =>
      method === 'chat.postMessage' && lost++ === 0 ? { kind: 'answer-lost' } : undefined
    await expect(tellDigests(MONDAY, outside)).rejects.toThrow()
    slack.passed += 400_000
    await tellDigests('2026-11-23T09:15:00Z', outside)
    const names = posted().map(([, digest]) => digest)
    expect(names).toHaveLength(7)
    expect(new Set(names).size).toBe(7)
  })
})

describe('The list of what was ignored', () => {
  const MONDAY = '2026-11-23T09:00:00Z'
  const LIKES: IgnoredWeek = {
    kept: [{ source: 'x', cause: 'reaction', at: '2026-11-20T10:00:00Z', messageId: 'like:1' }],
    counts: [{ source: 'x', cause: 'reaction', count: 1 }],
  }
  const lists = () =>
    slack.messages.filter(({ metadata }) => String(metadata?.event_payload.digest).startsWith('ignored#'))
  const listed = () =>
    lists().map(({ channel, metadata, text }) => [channel, metadata?.event_payload.digest, text])

  it('is told where the organisation’s figures are, also when there was nothing; once', async () => {
    const outside = telling()
    expect(await tellDigests(MONDAY, outside)).toContain('ignored#2026-W47')
    expect(listed()).toEqual([
      [
        'C0SUPPORT00',
        'ignored#2026-W47',
        ':mag: *2026-11-16 to 2026-11-22:* nothing that customers sent was ignored',
      ],
    ])
    expect(JSON.stringify(lists()[0]?.blocks)).toContain('Nobody waits for an answer')
    await tellDigests('2026-11-23T09:15:00Z', outside)
    await tellDigests('2026-11-24T09:00:00Z', outside)
    expect(lists()).toHaveLength(1)
  })

  it('goes to the default team where the policy says nowhere to report to', async () => {
    const { reports: _, ...policy } = currentPolicy
    const social = { ...policy, defaultTeam: 'social' }
    await tellDigests(MONDAY, { ...telling(), policy: social })
    expect(listed()[0]?.[0]).toBe('C0SOCIAL000')
  })

  it('comes on the next morning where nothing could be posted on the first', async () => {
    const outside = telling({ '2026-W47': LIKES })
    slack.faults = (method) => (method === 'chat.postMessage' ? { kind: 'error', code: 'fatal' } : undefined)
    await expect(tellDigests(MONDAY, outside)).rejects.toThrow()
    slack.faults = () => undefined
    slack.passed += 86_400_000
    expect(await tellDigests('2026-11-24T09:00:00Z', outside)).toContain('ignored#2026-W47')
    expect(listed()).toHaveLength(1)
  })

  it('of a week after which nobody came is told once somebody does, if there was anything; those whose customers wait are told of once', async () => {
    // Nobody works from Christmas to the fourth of January.
    const holidays = ['2026-12-28', '2026-12-29', '2026-12-30', '2026-12-31', '2027-01-01']
    const calendars = {
      ...currentPolicy.calendars,
      'uk-office': { ...office, holidays: [...(office.holidays ?? []), ...holidays] },
    }
    const outside = { ...telling({ '2026-W52': LIKES }), policy: { ...currentPolicy, calendars } }
    const told = await tellDigests('2027-01-04T09:00:00Z', outside)
    expect(told.filter((name) => name.startsWith('ignored'))).toEqual([
      'ignored#2026-W52',
      'ignored#2026-W53',
    ])
    const [old, last] = lists().map(({ blocks }) => JSON.stringify(blocks))
    expect(old).toContain('like:1')
    expect([old, last].map((blocks) => blocks?.includes('Nobody waits'))).toEqual([false, true])
  })

  it('names whose customers wait past a deadline, with their owners and for how long', async () => {
    const story = given('2026-11-20T10:00:00Z')
    story.passes('2026-11-20T11:00:00Z')
    const outside = telling()
    const { id: complaintId, team, owner, stage } = story.state
    const open = { complaintId, team, owner, stage, unanswered: true, deadlineAt: '2026-11-20T11:00:00Z' }
    await tellDigests(MONDAY, {
      ...outside,
      ledger: { ...outside.ledger, loadMany: async (ids) => ids.map(() => story.state) },
      open: async function* () {
        yield open
        yield { ...open, complaintId: 'another', unanswered: false }
      },
    })
    const blocks = JSON.stringify(lists()[0]?.blocks)
    expect(blocks).toContain('1 customer waits for an answer past its deadline')
    expect(blocks).toContain('*2 days* · received · Support · Sam')
    expect(blocks).not.toContain('My bill is wrong')
  })
})

describe('On a Friday morning', () => {
  it('a team hears which promises are due until the end of the next week', async () => {
    await tellDigests('2026-11-27T09:00:00Z', telling())
    const promises = slack.messages.find(
      ({ metadata }) => metadata?.event_payload.digest === 'promises#support#2026-11-27',
    )
    expect(promises?.text).toContain('1 complaint with a promise due')
    expect(JSON.stringify(promises?.blocks)).toContain('A refund')
  })
})

describe('The chart of a week', () => {
  it('is a small picture whose bars are as high as their numbers', () => {
    const png = PNG.sync.read(
      barChart([
        [0, 1, 2, 4, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
      ]),
    )
    expect([png.width, png.height]).toEqual([560, 200])
    const day = (560 - 32) / 7
    const heightAt = (index: number): number => {
      const x = Math.round(16 + index * day + day * 0.15 + 4)
      return Array.from({ length: png.height }, (_, y) => png.data[(y * png.width + x) * 4 + 2]).filter(
        (blue) => blue === 137,
      ).length
    }
    expect([1, 2, 3].map(heightAt)).toEqual([42, 84, 168])
    expect(heightAt(0)).toBe(0)
  })
})
