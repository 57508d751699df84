import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import type { EventType } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import { ENDPOINTS, endpointKey } from '../ledger/keys.ts'
import { type Act, actPut } from '../shared/acts.ts'
import { type Circuit, CLOSED } from './circuit.ts'

/** Where another system wants to be told of events. */
export interface Endpoint {
  readonly name: string
  /** The name and a random part, as a name may be given again: deliveries and signing secrets are of the one that had it then. */
  readonly id: string
  readonly url: string
  readonly types: 'all' | readonly EventType[]
  readonly createdAt: Instant
  /** Nothing is sent to it. */
  readonly disabled?: Disabled
  readonly circuit: Circuit
  /** Of the circuit, as it was read. */
  readonly revision: number
}

export interface Disabled {
  readonly at: Instant
  /** By a command; it answered 410 Gone; it could not be reached for days. */
  readonly why: 'command' | 'gone' | 'unreachable'
}

/** What whoever adds an endpoint says of it. */
export type NewEndpoint = Pick<Endpoint, 'name' | 'id' | 'url' | 'types' | 'createdAt'>

export const isWanted = ({ types, disabled }: Endpoint, type: EventType): boolean =>
  disabled === undefined && (types === 'all' || types.includes(type))

/*
 * An endpoint's item keeps what it is in one attribute, `endpoint`, so that no index takes it for a complaint.
 */

function endpointOf(item: Record<string, unknown>): Endpoint {
  const { endpoint, disabled, circuit = CLOSED, revision = 0 } = item
  return {
    ...(endpoint as NewEndpoint),
    ...(disabled === undefined ? {} : { disabled: disabled as Disabled }),
    circuit: circuit as Circuit,
    revision: revision as number,
  }
}

/** The endpoints of a stage, and the circuit of each. */
export class Endpoints {
  readonly #db: DynamoDBDocumentClient
  readonly #table: string

  constructor(db: DynamoDBDocumentClient, table: string) {
    this.#db = db
    this.#table = table
  }

  /** All of them, by name, as of the last change. */
  async list(): Promise<Endpoint[]> {
    const found: Endpoint[] = []
    const pages = paginateQuery(
      { client: this.#db },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': ENDPOINTS },
        ConsistentRead: true,
      },
    )
    for await (const { Items = [] } of pages) found.push(...Items.map(endpointOf))
    return found
  }

  async find(name: string): Promise<Endpoint | undefined> {
    const { Item } = await this.#db.send(
      new GetCommand({ TableName: this.#table, Key: endpointKey(name), ConsistentRead: true }),
    )
    return Item === undefined ? undefined : endpointOf(Item)
  }

  /**
   * Changes an endpoint's circuit, on condition that nobody else has since it was read.
   *
   * @returns whether that held.
   */
  async saveCircuit({ name, id, revision }: Endpoint, circuit: Circuit): Promise<boolean> {
    try {
      await this.#db.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: endpointKey(name),
          UpdateExpression: 'SET circuit = :circuit, revision = :next',
          ConditionExpression:
            revision === 0
              ? 'endpoint.id = :id AND attribute_not_exists(revision)'
              : 'endpoint.id = :id AND revision = :revision',
          ExpressionAttributeValues: {
            ':id': id,
            ':circuit': circuit,
            ':next': revision + 1,
            ...(revision === 0 ? {} : { ':revision': revision }),
          },
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  /** Adds an endpoint, and records the act with it. Returns false where there is one by that name. */
  add(endpoint: NewEndpoint, act: Act): Promise<boolean> {
    return this.#together(
      {
        Put: {
          TableName: this.#table,
          Item: { ...endpointKey(endpoint.name), endpoint },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      act,
    )
  }

  /** Returns false where there is none by that name. */
  remove(name: string, act: Act): Promise<boolean> {
    return this.#together(
      {
        Delete: {
          TableName: this.#table,
          Key: endpointKey(name),
          ConditionExpression: 'attribute_exists(pk)',
        },
      },
      act,
    )
  }

  /** Stops everything that goes to an endpoint. Returns false where it is removed or disabled already. */
  disable({ name, id }: Pick<Endpoint, 'name' | 'id'>, disabled: Disabled, act: Act): Promise<boolean> {
    return this.#together(
      {
        Update: {
          TableName: this.#table,
          Key: endpointKey(name),
          UpdateExpression: 'SET disabled = :disabled',
          ConditionExpression: 'endpoint.id = :id AND attribute_not_exists(disabled)',
          ExpressionAttributeValues: { ':id': id, ':disabled': disabled },
        },
      },
      act,
    )
  }

  /** Lets everything go to it again, with a circuit that is closed. Returns false where there is none by that name. */
  enable(name: string, act: Act): Promise<boolean> {
    return this.#together(
      {
        Update: {
          TableName: this.#table,
          Key: endpointKey(name),
          UpdateExpression: 'REMOVE disabled, circuit, revision',
          ConditionExpression: 'attribute_exists(pk)',
        },
      },
      act,
    )
  }

  async #together(
    change: NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']>[number],
    act: Act,
  ): Promise<boolean> {
    try {
      await this.#db.send(new TransactWriteCommand({ TransactItems: [change, actPut(this.#table, act)] }))
      return true
    } catch (error) {
      const reasons = error instanceof TransactionCanceledException ? error.CancellationReasons : undefined
      if (reasons?.[0]?.Code === 'ConditionalCheckFailed') return false
      throw error
    }
  }
}
