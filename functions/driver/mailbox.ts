import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { complaintKey, STATE, WORKFLOW } from '../ledger/keys.ts'
import { isLostRace } from '../ledger/ledger.ts'
import type { Situation } from './situation.ts'

/** Where the workflow of a complaint stands: not a fact about the complaint, so kept apart from its events. */
export interface Mailbox {
  readonly generation: number
  /** `seq` of the last signal that an execution has taken in. */
  readonly cursor: number
  /** The task that waits for the next signal. Absent: the execution is between two waits, or has ended. */
  readonly token?: string
  /** The execution has been told that the complaint is over. */
  readonly ended?: boolean
}

/** The mailboxes, one item a complaint. */
export class Mailboxes {
  readonly #db: DynamoDBDocumentClient
  readonly #table: string

  constructor(db: DynamoDBDocumentClient, table: string) {
    this.#db = db
    this.#table = table
  }

  /** The mailbox of a complaint; undefined when no execution has been started for it. */
  async read(complaintId: string): Promise<Mailbox | undefined> {
    const { Item } = await this.#db.send(
      new GetCommand({
        TableName: this.#table,
        Key: { pk: complaintKey(complaintId), sk: WORKFLOW },
        ConsistentRead: true,
      }),
    )
    return Item as Mailbox | undefined
  }

  /**
   * Leaves a task token, on condition that no signal is newer than the execution's cursor and that no newer generation
   * has taken over. Returns whether it was left; if not, the caller has something to tell the task at once.
   */
  async register(situation: Situation, token: string): Promise<boolean> {
    const pk = complaintKey(situation.complaintId)
    try {
      await this.#db.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              ConditionCheck: {
                TableName: this.#table,
                Key: { pk, sk: STATE },
                ConditionExpression: 'signalSeq <= :cursor',
                ExpressionAttributeValues: { ':cursor': situation.cursor },
              },
            },
            {
              Update: {
                TableName: this.#table,
                Key: { pk, sk: WORKFLOW },
                UpdateExpression:
                  'SET generation = :generation, #cursor = :cursor, #token = :token REMOVE ended',
                ConditionExpression: 'attribute_not_exists(generation) OR generation <= :generation',
                ExpressionAttributeNames: { '#cursor': 'cursor', '#token': 'token' },
                ExpressionAttributeValues: {
                  ':generation': situation.generation,
                  ':cursor': situation.cursor,
                  ':token': token,
                },
              },
            },
          ],
        }),
      )
      return true
    } catch (error) {
      if (isLostRace(error)) return false
      throw error
    }
  }

  /** Records that an execution has taken in all signals up to its cursor; a newer generation's record stays. */
  async advance(situation: Situation): Promise<void> {
    await this.#update(situation.complaintId, {
      UpdateExpression: `SET generation = :generation, #cursor = :cursor${situation.next === 'done' ? ', ended = :true' : ''} REMOVE #token`,
      ConditionExpression:
        'attribute_not_exists(generation) OR generation < :generation OR (generation = :generation AND #cursor < :cursor)',
      ExpressionAttributeNames: { '#cursor': 'cursor', '#token': 'token' },
      ExpressionAttributeValues: {
        ':generation': situation.generation,
        ':cursor': situation.cursor,
        ...(situation.next === 'done' ? { ':true': true } : {}),
      },
    })
  }

  /** Takes a token out that its task does not wait for any more; a token left since then stays. */
  async discard(complaintId: string, token: string): Promise<void> {
    await this.#update(complaintId, {
      UpdateExpression: 'REMOVE #token',
      ConditionExpression: '#token = :token',
      ExpressionAttributeNames: { '#token': 'token' },
      ExpressionAttributeValues: { ':token': token },
    })
  }

  async #update(
    complaintId: string,
    update: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName' | 'Key'>,
  ): Promise<void> {
    try {
      await this.#db.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { pk: complaintKey(complaintId), sk: WORKFLOW },
          ...update,
        }),
      )
    } catch (error) {
      // Somebody further on has written: what we know is old news.
      if (!(error instanceof ConditionalCheckFailedException)) throw error
    }
  }
}
