import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ProblemKind, verify } from '../../functions/audit/verify.ts'
import { type Event, isOver } from '../../functions/domain/complaint.ts'
import { addSeconds } from '../../functions/domain/instant.ts'
import { canonicalJson, factsOf, firstHash, linksOf, wordsOf } from '../../functions/ledger/chain.ts'
import { forget } from '../../functions/ledger/forget.ts'
import type { History, KeptEvent } from '../../functions/ledger/history.ts'
import { tableWith, withEvent } from '../support/chains.ts'
import { COMPLAINT_ID, given, sam } from '../support/complaints.ts'
import { type History as Generated, history, play } from '../support/histories.ts'
import { pathsIn } from '../support/hostile.ts'

const HASH = 'ab'.repeat(32)

/** What somebody with access to the table may do to a history of chained events, at a place chosen by `at`. */
interface Tampering {
  readonly how: keyof typeof TAMPERINGS
  readonly at: number
  readonly path: number
  readonly by: unknown
}

const tampering: fc.Arbitrary<Omit<Tampering, 'how'>> = fc.record({
  at: fc.nat(),
  path: fc.nat(),
  by: fc.oneof(fc.constantFrom<unknown>('', '[erased]', 'sam', 0, 1, null, true), fc.jsonValue()),
})

const replaced = (value: unknown, [key, ...rest]: string[], by: unknown): unknown => {
  if (key === undefined) return by
  const copy = structuredClone(value) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

const placed = (events: readonly KeptEvent[]): KeptEvent[] =>
  events.map((kept, index) => ({ ...kept, place: index + 1 }))

/** Each gives the history as it is then, and what has to be found where; undefined where it would change nothing. */
const TAMPERINGS = {
  'a field is changed': (kept, { at, path, by }) => {
    const one = pick(kept, at)
    const paths = pathsIn(one.event)
    const changed = replaced(one.event, paths[path % paths.length] ?? [], by) as Event
    if (canonicalJson(changed) === canonicalJson(one.event)) return undefined
    return [withEvent(kept, one.place, (event) => ({ ...event, event: changed }))]
  },
  'a field is taken away': (kept, { at, path }) => {
    const one = pick(kept, at)
    const paths = pathsIn(one.event)
    const changed = replaced(one.event, paths[path % paths.length] ?? [], undefined) as Event
    if (canonicalJson(changed) === canonicalJson(one.event)) return undefined
    return [withEvent(kept, one.place, (event) => ({ ...event, event: changed }))]
  },
  'an event is dropped': (kept, { at }) => {
    const { place } = pick(kept, at)
    const isLast = place === kept.events.length
    return [withEvent(kept, place, () => undefined), { [isLast ? 'cut off' : 'missing']: place }]
  },
  'an event is dropped, and those after it are numbered anew': (kept, { at }) => {
    const { place } = pick(kept, at)
    if (place === kept.events.length) return undefined
    const left = placed(withEvent(kept, place, () => undefined).events).map((one) => ({
      ...one,
      event: { ...one.event, seq: one.place },
    }))
    return [{ ...kept, events: left }, { renumbered: place }]
  },
  'the newest events are cut off, and the state is told so': (kept, { at }) => {
    const left = kept.events.slice(0, at % kept.events.length)
    if (left.length === 0) return undefined
    return [
      { ...kept, events: left, state: kept.state && { ...kept.state, version: left.length } },
      { 'head changed': undefined },
    ]
  },
  'two events change places': (kept, { at, path }) => {
    const [one, other] = [pick(kept, at), pick(kept, path)]
    if (one.place === other.place) return undefined
    const events = kept.events.map((event) =>
      event === one
        ? { ...other, place: one.place }
        : event === other
          ? { ...one, place: other.place }
          : event,
    )
    return [{ ...kept, events }, { 'out of order': one.place }]
  },
  'two events change places and numbers': (kept, { at, path }) => {
    const [one, other] = [pick(kept, at), pick(kept, path)]
    if (one.place === other.place) return undefined
    const as = (event: KeptEvent, { place }: KeptEvent): KeptEvent => ({
      ...event,
      place,
      event: { ...event.event, seq: place },
    })
    const events = kept.events.map((event) =>
      event === one ? as(other, one) : event === other ? as(one, other) : event,
    )
    return [{ ...kept, events }]
  },
  'an event is put in, and those after it are moved': (kept, { at, path }) => {
    const { place } = pick(kept, at)
    const events = placed([...kept.events.slice(0, place), pick(kept, path), ...kept.events.slice(place)])
    return [{ ...kept, events }, { 'out of order': undefined }]
  },
  'an event is put in, and those after it are numbered anew': (kept, { at, path }) => {
    const { place } = pick(kept, at)
    const events = placed([
      ...kept.events.slice(0, place),
      pick(kept, path),
      ...kept.events.slice(place),
    ]).map((one) => ({ ...one, event: { ...one.event, seq: one.place } }))
    const state = kept.state && { ...kept.state, version: events.length }
    return [{ ...kept, events, state }]
  },
  'an event is added by whoever can make links, and the state is not told': (kept) => {
    const last = pick(kept, kept.events.length - 1)
    const seq = last.place + 1
    const event = { ...last.event, seq } as Event
    const [link] = linksOf(last.link?.hash ?? '', [event])
    return [{ ...kept, events: [...kept.events, { place: seq, event, link }] }, { inserted: seq }]
  },
  'an event is written anew, with a link that fits those before it': (kept, { at }) => {
    const one = pick(kept, at)
    const event = { ...one.event, actor: 'mallory' }
    const before = kept.events[one.place - 2]?.link?.hash ?? firstHash(COMPLAINT_ID)
    const [link] = linksOf(before, [event])
    const isLast = one.place === kept.events.length
    return [
      withEvent(kept, one.place, () => ({ place: one.place, event, link })),
      isLast ? { 'head changed': undefined } : { 'link changed': one.place + 1 },
    ]
  },
  'the words are salted anew': (kept, { at }) => {
    const { place } = pick(kept, at)
    return [
      withEvent(kept, place, (one) => ({ ...one, link: one.link && { ...one.link, salt: '00'.repeat(16) } })),
      { 'words changed': place },
    ]
  },
  'the words are salted and hashed anew': (kept, { at }) => {
    const { place } = pick(kept, at)
    const salt = '00'.repeat(16)
    return [
      withEvent(kept, place, (one) => ({
        ...one,
        link: one.link && { ...one.link, salt, words: wordsOf(salt, one.event) },
      })),
      { 'link changed': place },
    ]
  },
  'what proves the words is taken away': (kept, { at }) => {
    const { place } = pick(kept, at)
    const unsalted = ({ link, ...one }: KeptEvent): KeptEvent =>
      link === undefined ? one : { ...one, link: { facts: link.facts, words: link.words, hash: link.hash } }
    return [withEvent(kept, place, unsalted), { 'words gone': place }]
  },
  'one of the hashes is changed': (kept, { at, path }) => {
    const { place } = pick(kept, at)
    const which = (['facts', 'words', 'hash'] as const)[path % 3] ?? 'hash'
    return [
      withEvent(kept, place, (one) => ({ ...one, link: one.link && { ...one.link, [which]: HASH } })),
      which === 'words' ? { 'words changed': place } : { 'link changed': place },
    ]
  },
  'a link is taken away': (kept, { at }) => {
    const { place } = pick(kept, at)
    if (kept.events.length === 1) return undefined
    const without = withEvent(kept, place, ({ place, event }) => ({ place, event }))
    if (place > 1) return [without, { 'no chain': place }]
    return [without, { 'link changed': 2 }]
  },
  'every link is taken away': (kept) => [
    { ...kept, events: kept.events.map(({ place, event }) => ({ place, event })) },
    { 'head changed': undefined },
  ],
  'the head is changed': (kept) => [
    { ...kept, state: kept.state && { ...kept.state, head: HASH } },
    { 'head changed': undefined },
  ],
  'the head is taken away': (kept) => [
    { ...kept, state: kept.state && { ...kept.state, head: undefined } },
    { 'head changed': undefined },
  ],
  'the state is taken away': (kept) => [{ ...kept, state: undefined }, { 'no state': undefined }],
  'it is said to be another complaint': (kept) => [
    { ...kept, complaintId: '01JD7Z3K8M0000000000000009' },
    { 'link changed': 1 },
  ],
} satisfies Record<
  string,
  (kept: History, how: Tampering) => [History, Partial<Record<ProblemKind, number | undefined>>?] | undefined
>

const pick = (kept: History, at: number): KeptEvent => kept.events[at % kept.events.length] as KeptEvent

/** A generated history, and what the table holds of it once it is closed and erased. */
async function erasedHistoryOf(generated: Generated) {
  const { story, now } = play(generated)
  const at = addSeconds(now, 1)
  // What runs out in this very second is not open any more.
  story.passes(at)
  for (const { id } of story.state.promises.filter(({ state }) => state === 'open'))
    story.does(at, { type: 'break-promise', id, reason: 'for the test' })
  if (!isOver(story.state)) story.does(at, { type: 'withdraw', reason: 'for the test' })
  story.send(at, { type: 'erase', by: { id: 'dana' } })
  story.does(addSeconds(at, 60), { type: 'note', text: 'written since' })
  const table = tableWith(story.events)
  await forget(table.db, 'ledger', COMPLAINT_ID)
  return { table, kept: await table.history(), story }
}

describe('a complaint’s chain', () => {
  it('holds for every history, and for each of its beginnings', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (generated) => {
        const { events } = play(generated).story
        const { problems, head } = verify(await tableWith(events).history())
        expect(problems).toEqual([])
        expect(head).toMatch(/^[0-9a-f]{64}$/)
      }),
    )
  })

  it('begins where it was begun, and says so of what is older', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (generated, older) => {
        const { events } = play(generated).story
        const unchained = older % (events.length + 1)
        const found = verify(await tableWith(events, unchained).history())
        expect(found).toMatchObject({ problems: [], unchained })
        expect(found.since?.seq).toBe(unchained < events.length ? unchained + 1 : undefined)
      }),
      { numRuns: 30 },
    )
  })

  for (const how of Object.keys(TAMPERINGS) as (keyof typeof TAMPERINGS)[])
    it(`shows it where ${how}`, async () => {
      let found = 0
      await fc.assert(
        fc.asyncProperty(history, tampering, async (generated, rest) => {
          const { events } = play(generated).story
          const kept = await tableWith(events).history()
          const [tampered, expected = {}] = TAMPERINGS[how](kept, { how, ...rest }) ?? []
          fc.pre(tampered !== undefined)
          const { problems } = verify(tampered as History)
          expect(problems).not.toEqual([])
          for (const [kind, seq] of Object.entries(expected))
            expect(problems).toContainEqual(
              expect.objectContaining(seq === undefined ? { kind } : { kind, seq }),
            )
          found++
        }),
        { numRuns: 40, maxSkipsPerRun: 1000 },
      )
      expect(found).toBeGreaterThanOrEqual(40)
    })

  it('says once what is wrong once', async () => {
    const story = given()
    story.does('2026-11-23T09:30:00Z', { type: 'acknowledge' }, sam)
    story.does('2026-11-23T09:31:00Z', { type: 'note', text: 'called' }, sam)
    story.does('2026-11-23T09:32:00Z', { type: 'note', text: 'called again' }, sam)
    const kept = await tableWith(story.events).history()
    const changed = (event: Event): Event => ({ ...event, text: 'never called' }) as Event
    const said = (history: History) => verify(history).problems.map(({ what }) => what)
    expect(said(withEvent(kept, 3, (one) => ({ ...one, event: changed(one.event) })))).toEqual([
      'the words of event 3 were changed, or what proves them',
    ])
    expect(
      said(withEvent(kept, 3, (one) => ({ ...one, event: { ...one.event, actor: 'priya' } as Event }))),
    ).toEqual(['event 3 was changed'])
    expect(said(withEvent(kept, 3, () => undefined))).toEqual(['event 3 is missing'])
    expect(said(withEvent(kept, 4, () => undefined))).toEqual([
      'events are cut off at the end: the state knows of 4, and 3 is the newest',
    ])
    for (const place of [1, 2, 3])
      expect(
        said(withEvent(kept, place, (one) => ({ ...one, link: one.link && { ...one.link, hash: HASH } }))),
      ).toEqual([`event ${place} does not follow from what is before it, by its hash`])
  })
})

describe('the chain of an erased complaint', () => {
  it('still proves every fact, whatever was erased', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (generated) => {
        const { kept } = await erasedHistoryOf(generated)
        const { problems, erased, unchained } = verify(kept)
        expect({ problems, unchained }).toEqual({ problems: [], unchained: 0 })
        expect(erased).toBeGreaterThan(0)
        for (const { event, link } of kept.events) if (link) expect(factsOf(event)).toBe(link.facts)
      }),
      { numRuns: 40 },
    )
  })

  for (const how of [
    'a field is changed',
    'a field is taken away',
    'an event is dropped',
    'an event is dropped, and those after it are numbered anew',
    'two events change places and numbers',
    'an event is written anew, with a link that fits those before it',
    'one of the hashes is changed',
    'the newest events are cut off, and the state is told so',
  ] as const)
    it(`still shows it where ${how}`, async () => {
      await fc.assert(
        fc.asyncProperty(history, tampering, async (generated, rest) => {
          const { kept } = await erasedHistoryOf(generated)
          const [tampered] = TAMPERINGS[how](kept, { how, ...rest }) ?? []
          fc.pre(tampered !== undefined)
          expect(verify(tampered as History).problems).not.toEqual([])
        }),
        { numRuns: 25, maxSkipsPerRun: 1000 },
      )
    })

  it('has no salt for what was erased, and lets no words be put back in, nor any be erased by hand', async () => {
    const { kept } = await erasedHistoryOf({
      openedAfter: 0,
      under: 'everything',
      judged: { severity: undefined, signals: [], issues: [] },
      steps: [],
    })
    const [first] = kept.events
    expect(first?.link?.salt).toBeUndefined()
    const forged = withEvent(kept, 1, (one) => ({
      ...one,
      event: {
        ...one.event,
        message: { ...(one.event as { message?: object }).message, text: 'I am fine' },
      } as Event,
    }))
    expect(verify(forged).problems).toMatchObject([{ kind: 'words changed', seq: 1 }])
    const last = kept.events.length
    const hidden = withEvent(kept, last, (one) => ({
      ...one,
      event: { ...one.event, text: '[erased]' } as Event,
      link: one.link && { ...one.link, salt: undefined },
    }))
    expect(verify(hidden).problems).toMatchObject([{ kind: 'words gone', seq: last }])
  })
})

describe('a published head', () => {
  it('shows a history that was written anew as a whole, which nothing else does', async () => {
    const story = given()
    story.does('2026-11-23T09:10:00Z', { type: 'note', text: 'called' }, sam)
    story.does('2026-11-23T09:20:00Z', { type: 'note', text: 'called again' }, sam)
    const kept = await tableWith(story.events).history()
    const heads = kept.events.map(({ place, link }) => ({
      complaintId: COMPLAINT_ID,
      seq: place,
      hash: link?.hash ?? '',
      file: `heads of ${place}`,
    }))
    expect(verify(kept, { heads })).toMatchObject({ problems: [], published: 3 })
    expect(verify(kept, { heads: heads.map((one) => ({ ...one, complaintId: 'another' })) }).published).toBe(
      0,
    )

    const events = story.events.map((event) => (event.seq === 2 ? { ...event, actor: 'mallory' } : event))
    const anew = await tableWith(events as Event[]).history()
    expect(verify(anew).problems).toEqual([])
    expect(verify(anew, { heads: heads.slice(1, 2) }).problems).toMatchObject([
      { kind: 'not as published', seq: 2, what: expect.stringContaining('heads of 2') },
    ])
    const shorter = await tableWith(story.events.slice(0, 2)).history()
    expect(verify(shorter, { heads: heads.slice(2) }).problems).toMatchObject([
      { kind: 'not as published', seq: 3, what: expect.stringContaining('gone') },
    ])
  })
})
