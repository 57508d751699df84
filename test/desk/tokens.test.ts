import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  authenticate,
  createToken,
  hashOf,
  listTokens,
  requireRole,
  revokeToken,
  tokensIn,
} from '../../functions/shared/tokens.ts'

type Key = { pk: string; sk: string }
interface Input {
  Key: Key
  ExpressionAttributeValues: { ':pk': string }
  TransactItems: { Put?: { Item: Key; ConditionExpression: string }; Delete?: { Key: Key } }[]
}

/** As much of the table as tokens need. */
class Table {
  readonly items = new Map<string, Key>()
  readonly #id = ({ pk, sk }: Key): string => `${pk}|${sk}`

  async send(command: { input: Input }) {
    const { input } = command
    if (command instanceof GetCommand) return { Item: this.items.get(this.#id(input.Key)) }
    if (command instanceof QueryCommand) {
      return {
        Items: [...this.items.values()].filter(({ pk }) => pk === input.ExpressionAttributeValues[':pk']),
      }
    }
    if (input.TransactItems.some(({ Put }) => Put && this.items.has(this.#id(Put.Item)))) {
      throw Object.assign(new Error('cancelled'), { name: 'TransactionCanceledException' })
    }
    for (const { Put, Delete } of input.TransactItems) {
      if (Put) this.items.set(this.#id(Put.Item), Put.Item)
      if (Delete) this.items.delete(this.#id(Delete.Key))
    }
    return {}
  }
}

const entry = { name: 'crm', team: 'support', role: 'act', createdAt: '2026-11-21T10:00:00Z' } as const

let table: Table
let db: DynamoDBDocumentClient

beforeEach(() => {
  table = new Table()
  db = table as unknown as DynamoDBDocumentClient
})

describe('a token', () => {
  const use = (text: string) => authenticate({ authorization: `Bearer ${text}` }, tokensIn(db, 'table'))

  it('is accepted from the moment it is made until the moment it is revoked', async () => {
    const text = await createToken(db, 'table', entry)
    expect(await use(text)).toEqual({ name: 'crm', team: 'support', role: 'act' })
    expect(await revokeToken(db, 'table', 'crm')).toBe(true)
    await expect(use(text)).rejects.toMatchObject({ status: 401 })
    expect(await revokeToken(db, 'table', 'crm')).toBe(false)
    expect(table.items.size).toBe(0)
  })

  it('is stored by its hash alone', async () => {
    const text = await createToken(db, 'table', entry)
    expect(text).toMatch(/^rdt_[A-Za-z0-9_-]{43}$/)
    const stored = JSON.stringify([...table.items])
    expect(stored).toContain(hashOf(text))
    expect(stored).not.toContain(text.slice(4))
  })

  it('is in no index of complaints: it has none of their attributes', async () => {
    await createToken(db, 'table', entry)
    for (const item of table.items.values()) {
      const { pk: _, sk: __, token: ___, sha256: ____, ...rest } = item as unknown as Record<string, unknown>
      expect(rest).toEqual({})
    }
  })

  it('has a name that nobody else has, so that the ledger’s actors are who they seem', async () => {
    await createToken(db, 'table', entry)
    await expect(createToken(db, 'table', { ...entry, team: 'billing' })).rejects.toThrow()
    await revokeToken(db, 'table', 'crm')
    await expect(createToken(db, 'table', entry)).resolves.toBeTruthy()
  })

  it('is listed by its name, without its text or its hash', async () => {
    await createToken(db, 'table', entry)
    expect(await listTokens(db, 'table')).toEqual([entry])
  })

  it('costs no read unless it looks like one', async () => {
    const find = () => {
      throw new Error('read')
    }
    for (const header of [
      'Bearer x',
      'Bearer rdt_',
      `Bearer rdt_${'a'.repeat(101)}`,
      'rdt_aaaaaaaaaaaaaaaaaaaaaaaa',
    ]) {
      await expect(authenticate({ authorization: header }, find)).rejects.toMatchObject({ status: 401 })
    }
  })
})

describe('a role', () => {
  it('includes the ones below it', () => {
    const allows = (has: 'read' | 'act' | 'admin', needs: 'read' | 'act' | 'admin') => {
      try {
        requireRole({ name: 'n', team: 't', role: has }, needs)
        return true
      } catch {
        return false
      }
    }
    const roles = ['read', 'act', 'admin'] as const
    for (const [h, has] of roles.entries()) {
      for (const [n, needs] of roles.entries()) expect(allows(has, needs)).toBe(h >= n)
    }
    expect(allows('owner' as 'read', 'read')).toBe(false)
  })
})
