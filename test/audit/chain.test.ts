import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verify } from '../../functions/audit/verify.ts'
import type { Event } from '../../functions/domain/complaint.ts'
import { canonicalJson, factsOf, linksOf, wordsOf } from '../../functions/ledger/chain.ts'
import { forget } from '../../functions/ledger/forget.ts'
import { historyOf } from '../../functions/ledger/history.ts'
import { Ledger } from '../../functions/ledger/ledger.ts'
import { message, sam } from '../support/complaints.ts'
import { history, play } from '../support/histories.ts'
import { memoryTable } from '../support/table.ts'

/** What comes back from the table of a value that is sent there: through its client, and as UTF-8. */
function roundTrip(value: unknown): unknown {
  const sent = JSON.stringify(marshall({ value }, { removeUndefinedValues: true }))
  const { value: found } = unmarshall(JSON.parse(Buffer.from(sent, 'utf8').toString('utf8')))
  return found
}

/** Half a character, as a customer's JSON can hold it, arrives as a whole one, whatever the client escapes. */
const asUtf8 = (value: unknown): unknown =>
  typeof value === 'string'
    ? Buffer.from(value, 'utf8').toString('utf8')
    : Array.isArray(value)
      ? value.map(asUtf8)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asUtf8(one)]))
        : value

const anything: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.constantFrom<unknown>(undefined, null, true, false, -0, 0.1, 1e-7, 9_007_199_254_740_991),
    fc.constantFrom<unknown>('', '\ud800', 'a\udc00b', 'é', 'e\u0301', '"\\\u2028'),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value

describe('the text that is hashed', () => {
  it('is the same for what comes back from the table', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const text = canonicalJson({ value })
        expect(canonicalJson({ value: roundTrip(value) })).toBe(text)
        expect(canonicalJson({ value: asUtf8(value) })).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })

  it('is JSON, and another for another value', () => {
    expect(canonicalJson({ b: [1, undefined, 'x'], a: { d: undefined, c: null } })).toBe(
      '{"a":{"c":null},"b":[1,"x"]}',
    )
    for (const [one, other] of [
      [{ a: '1' }, { a: 1 }],
      [{ a: ['b', 'c'] }, { a: ['b,c'] }],
      [{ a: { b: 1 } }, { 'a.b': 1 }],
      [{ a: 'é' }, { a: 'e\u0301' }],
    ])
      expect(canonicalJson(one)).not.toBe(canonicalJson(other))
  })
})

describe('what the ledger commits', () => {
  const at = '2026-11-23T09:00:00Z'
  const verified = async (db: ReturnType<typeof memoryTable>['db'], id: string) =>
    verify(await historyOf(db, 'ledger', id))

  it('is chained from its first event on, however many a commit appends, and in one transaction', async () => {
    const { db } = memoryTable()
    const sent: string[] = []
    const send = db.send.bind(db)
    db.send = ((command: object) => {
      sent.push(command.constructor.name)
      return send(command as never)
    }) as typeof db.send
    const ledger = new Ledger(db, 'ledger')
    const { complaintId } = await ledger.receive(message(), { id: 'source:web' }, at)
    sent.length = 0
    await ledger.execute(complaintId, { type: 'acknowledge', by: sam }, '2026-11-23T12:00:00Z')
    expect(sent).toEqual(['GetCommand', 'TransactWriteCommand'])
    const { events, problems, unchained, head } = await verified(db, complaintId)
    expect(events).toBeGreaterThan(2)
    expect({ problems, unchained }).toEqual({ problems: [], unchained: 0 })
    expect(head).toBe((await ledger.records(complaintId)).at(-1)?.hash)
  })

  it('is chained on both sides of a link and of an unlink, and where a message joins or is amended', async () => {
    const { db } = memoryTable()
    const ledger = new Ledger(db, 'ledger')
    const by = { id: 'source:web' }
    const one = await ledger.receive(message({ conversation: 'a' }), by, at)
    const other = await ledger.receive(message({ messageId: 'm2', author: { id: 'c2' } }), by, at)
    const joined = await ledger.receive(message({ messageId: 'm3' }), by, '2026-11-23T09:30:00Z')
    expect(joined).toMatchObject({ complaintId: one.complaintId, outcome: 'linked' })
    const change = { source: 'web', messageId: 'm3', change: 'edited', at, text: 'x' } as const
    await ledger.amend(change, by, '2026-11-23T09:31:00Z')
    const link = { type: 'link', to: one.complaintId, by: { id: 'sam' } } as const
    await ledger.execute(other.complaintId, link, '2026-11-23T10:00:00Z')
    const { contacts } = await ledger.load(one.complaintId)
    for (const [contact, minute] of [
      [contacts[1], 1], // goes back to where it was
      [contacts[0], 2], // becomes a complaint of its own
    ] as const)
      await ledger.execute(
        one.complaintId,
        { type: 'unlink', contact: contact?.id ?? '', reason: 'another matter', by: { id: 'sam' } },
        `2026-11-23T10:0${minute}:00Z`,
      )
    const third = (await ledger.timeline(one.complaintId)).findLast(({ type }) => type === 'unlinked')
    const ids = [one.complaintId, other.complaintId, String((third as { to?: string }).to)]
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) {
      const { problems, events, unchained } = await verified(db, id)
      expect({ id, problems, unchained }).toEqual({ id, problems: [], unchained: 0 })
      expect(events).toBeGreaterThan(0)
    }
  })

  it('stands by itself after an erasure, done twice or cut off, and goes on after it', async () => {
    const { db, all } = memoryTable()
    const ledger = new Ledger(db, 'ledger')
    const { complaintId } = await ledger.receive(message({ text: 'MARKER' }), { id: 'source:web' }, at)
    const does = (minute: number, command: Parameters<Ledger['execute']>[1]) =>
      ledger.execute(complaintId, command, `2026-11-23T09:${minute}:00Z`)
    await does(10, { type: 'note', text: 'MARKER called', by: sam })
    await does(11, { type: 'withdraw', reason: 'MARKER', by: sam })
    await does(12, { type: 'erase', by: { id: 'dana' } })
    const send = db.send.bind(db)
    let writes = 0
    db.send = ((command: object) => {
      if (command.constructor.name === 'UpdateCommand' && ++writes === 2) throw new Error('cut off')
      return send(command as never)
    }) as typeof db.send
    await expect(forget(db, 'ledger', complaintId)).rejects.toThrow('cut off')
    expect((await verified(db, complaintId)).problems).toEqual([])
    expect(await forget(db, 'ledger', complaintId)).toBeGreaterThan(0)
    expect(await forget(db, 'ledger', complaintId)).toBe(0)
    expect(await verified(db, complaintId)).toMatchObject({ problems: [], erased: 3, unchained: 0 })
    await does(20, { type: 'note', text: 'written since', by: sam })
    expect(await verified(db, complaintId)).toMatchObject({ problems: [], erased: 3 })
    await does(21, { type: 'erase', by: { id: 'dana' } })
    await forget(db, 'ledger', complaintId)
    expect(await verified(db, complaintId)).toMatchObject({ problems: [], erased: 4 })
    expect(JSON.stringify(all())).not.toMatch(/MARKER|written since/)
  })

  it('refuses to go on from a state that it has not read itself', async () => {
    const { db } = memoryTable()
    const ledger = new Ledger(db, 'ledger')
    const { complaintId } = await ledger.receive(message(), { id: 'source:web' }, at)
    const load = ledger.load.bind(ledger)
    ledger.load = async (id) => structuredClone(await load(id))
    await expect(ledger.execute(complaintId, { type: 'acknowledge', by: sam }, at)).rejects.toThrow(
      'not as it was read',
    )
  })

  it('begins its chain with the next commit where there was none before', async () => {
    const { db, all, overwrite } = memoryTable()
    const ledger = new Ledger(db, 'ledger')
    const { complaintId } = await ledger.receive(message(), { id: 'source:web' }, at)
    for (const { chain: _, head: __, ...item } of all()) overwrite(item)
    expect(await verified(db, complaintId)).toMatchObject({ problems: [], unchained: 1, since: undefined })
    await ledger.execute(complaintId, { type: 'acknowledge', by: sam }, '2026-11-23T09:10:00Z')
    await ledger.execute(complaintId, { type: 'note', text: 'x', by: sam }, '2026-11-23T09:11:00Z')
    expect(await verified(db, complaintId)).toMatchObject({
      problems: [],
      unchained: 1,
      since: { seq: 2, recordedAt: '2026-11-23T09:10:00Z' },
    })
    const strict = verify(await historyOf(db, 'ledger', complaintId), {
      chainedSince: '2026-11-23T00:00:00Z',
    })
    expect(strict.problems).toMatchObject([{ kind: 'no chain', seq: 1 }])
  })
})

describe('the hashes of an event', () => {
  it('tell nobody the words, not even by trying them', () => {
    fc.assert(
      fc.property(history, (generated) => {
        const { events } = play(generated).story
        const one = linksOf('', events)
        const again = linksOf('', events)
        for (const [index, event] of events.entries()) {
          const [a, b] = [one[index], again[index]]
          expect(a?.facts).toBe(b?.facts)
          expect(a?.words).not.toBe(b?.words)
          expect(a?.salt).toMatch(/^[0-9a-f]{32}$/)
          expect(wordsOf(a?.salt ?? '', event)).toBe(a?.words)
        }
      }),
      { numRuns: 20 },
    )
    const said = (text: string): Event =>
      ({ seq: 1, at: '2026-11-23T09:00:00Z', type: 'noted', actor: 'sam', text }) as Event
    expect(factsOf(said('yes'))).toBe(factsOf(said('no')))
  })
})
