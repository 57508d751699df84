import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'

type Item = Record<string, unknown>
type Attributes = Record<string, AttributeValue>
interface Input {
  readonly Key: { readonly pk: string; readonly sk: string }
  readonly Item: Item
  readonly ConditionExpression?: string
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Item
  readonly KeyConditionExpression: string
  readonly UpdateExpression: string
}

/**
 * As much of a table as the ledger's own commands need, in memory: one item at a time by its key, transactions,
 * and queries by key. Items are kept as DynamoDB's client would send them. An expression that it does not know is an
 * error, so that nothing passes by not being looked at.
 */
export function memoryTable() {
  const items = new Map<string, Attributes>()
  const idOf = ({ pk, sk }: Item): string => `${pk}\0${sk}`
  const stored = (item: Item): Attributes => marshall(item, { removeUndefinedValues: true })
  const read = (id: string): Item | undefined => {
    const found = items.get(id)
    return found === undefined ? undefined : unmarshall(found)
  }

  const holds = (item: Item | undefined, { ConditionExpression: condition, ...input }: Input): boolean => {
    const values = input.ExpressionAttributeValues ?? {}
    switch (condition) {
      case undefined:
        return true
      case 'attribute_not_exists(pk)':
        return item === undefined
      case 'attribute_exists(pk)':
        return item !== undefined
      case 'version = :version':
        return item?.version === values[':version']
      case 'revision = :revision':
        return item?.revision === values[':revision']
      default:
        throw new Error(`No such condition here: ${condition}`)
    }
  }
  const put = (input: Input): void => void items.set(idOf(input.Item), stored(input.Item))

  function update(input: Input): void {
    const item: Item = { ...read(idOf(input.Key)), ...input.Key }
    const names = input.ExpressionAttributeNames ?? {}
    const [, set, , removed] = /^SET (#\w+ = :\w+)( REMOVE (#\w+\.#\w+))?$/.exec(input.UpdateExpression) ?? []
    if (set === undefined) throw new Error(`No such update here: ${input.UpdateExpression}`)
    const [name = '', value = ''] = set.split(' = ')
    item[names[name] ?? ''] = input.ExpressionAttributeValues?.[value]
    if (removed !== undefined) {
      const [outer = '', inner = ''] = removed.split('.').map((part) => names[part] ?? '')
      // DynamoDB refuses a path into what is not there.
      if (item[outer] === undefined) throw new Error(`There is no ${outer} to remove ${inner} of`)
      const { [inner]: _, ...left } = item[outer] as Item
      item[outer] = left
    }
    items.set(idOf(item), stored(item))
  }

  function query({
    KeyConditionExpression: condition,
    ExpressionAttributeValues: values = {},
  }: Input): Item[] {
    const of = [...items.values()]
      .map((item) => unmarshall(item) as { pk: string; sk: string })
      .filter(({ pk }) => pk === values[':pk'])
      .sort((a, b) => (a.sk < b.sk ? -1 : 1))
    if (condition === 'pk = :pk') return of
    if (condition === 'pk = :pk AND begins_with(sk, :events)')
      return of.filter(({ sk }) => sk.startsWith(String(values[':events'])))
    if (condition === 'pk = :pk AND sk BETWEEN :from AND :to')
      return of.filter(({ sk }) => sk >= String(values[':from']) && sk <= String(values[':to']))
    throw new Error(`No such query here: ${condition}`)
  }

  const db = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-west-2' }))
  db.send = (async (command: { input: unknown }) => {
    const input = command.input as Input
    if (command instanceof GetCommand) return { Item: read(idOf(input.Key)) }
    if (command instanceof QueryCommand) return { Items: query(input) }
    if (command instanceof BatchGetCommand) {
      const [[table, { Keys = [] }]] = Object.entries(command.input.RequestItems ?? {}) as [
        [string, { Keys?: Item[] }],
      ]
      return { Responses: { [table]: Keys.flatMap((key) => read(idOf(key)) ?? []) } }
    }
    const writes =
      command instanceof TransactWriteCommand
        ? (command.input.TransactItems ?? []).map((part) => {
            if (part.Put === undefined) throw new Error('Only puts in a transaction here')
            return part.Put as unknown as Input
          })
        : [input]
    if (writes.length > 100) throw new Error('A transaction has at most 100 items')
    if (writes.some((one) => !holds(read(idOf(one.Item ?? one.Key)), one))) {
      const about = { message: 'refused', $metadata: {} }
      throw command instanceof TransactWriteCommand
        ? new TransactionCanceledException({
            ...about,
            CancellationReasons: [{ Code: 'ConditionalCheckFailed' }],
          })
        : new ConditionalCheckFailedException(about)
    }
    if (command instanceof UpdateCommand) update(input)
    else if (command instanceof DeleteCommand) items.delete(idOf(input.Key))
    else if (command instanceof TransactWriteCommand || command instanceof PutCommand) writes.forEach(put)
    else throw new Error(`No such command here: ${command.constructor.name}`)
    return {}
  }) as typeof db.send

  return {
    db,
    /** Every item, as the client gives it. */
    all: (): Item[] => [...items.values()].map((item) => unmarshall(item)),
    /** Somebody with access to the table puts an item there, past the ledger. */
    overwrite: (item: Item): void => void items.set(idOf(item), stored(item)),
    remove: (pk: string, sk: string): void => void items.delete(idOf({ pk, sk })),
  }
}
