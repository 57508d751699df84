import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { CALL_PREFIX, CALLS, callKey } from '../ledger/keys.ts'

/**
 * How many calls of a step go out as they are before the rest is gathered. On an ordinary day a team has one or two
 * complaints at the same step within minutes, and a line of its own is the better call; nobody gains by a fourth.
 */
export const CALLED_SINGLY = 3

/** Longer than a message can wait on the outbox and then on its dead-letter queue: two weeks each. */
const KEPT_SECONDS = 30 * 86_400
const expiresAt = (): number => Math.floor(Date.now() / 1000) + KEPT_SECONDS

/** A call that is gathered with others: what a step of one complaint has to say in the channel. */
export interface Call {
  readonly complaintId: string
  readonly seq: number
  /** Whom it calls, as a message mentions them. */
  readonly people: readonly string[]
  /** The complaint's card in the channel. */
  readonly ts: string
}

/** What Slack shows of the calls gathered under a key. */
export interface Gathering {
  /** The message that tells of them. */
  readonly ts?: string | undefined
  /** Whom that message mentions. */
  readonly mentioned: readonly string[]
  /** Whom it or a line below it has called: each person once. */
  readonly called: readonly string[]
  /** Where to find the cards that it links to, by complaint. */
  readonly links: Readonly<Record<string, string>>
  /** How many calls it tells of. */
  readonly shown: number
  /** When it last changed; before there is one, when the first call was gathered. Seconds since 1970, real time. */
  readonly shownAt?: number | undefined
  /** Somebody is at work on the message and has it to themselves until then. */
  readonly busyUntil?: number | undefined
  /** The post that was about to be sent at `at`. Still here when `busyUntil` is over, it may be there or not. */
  readonly sending?:
    | {
        readonly post: string
        readonly people: readonly string[]
        /** The message, for a line below it. */
        readonly threadTs?: string | undefined
        readonly at: number
      }
    | undefined
  /** Counts the changes of all of the above. */
  readonly revision: number
}

const NONE: Gathering = { mentioned: [], called: [], links: {}, shown: 0, revision: 0 }
const CHANGING = ['ts', 'mentioned', 'called', 'links', 'shown', 'shownAt', 'busyUntil', 'sending'] as const

/**
 * Keeps which calls go out on their own and which are gathered. Both are decided once for each call: whoever asks again
 * after a crash gets the same answer.
 */
export class Calls {
  readonly #db: DynamoDBDocumentClient
  readonly #table: string

  constructor(db: DynamoDBDocumentClient, table: string) {
    this.#db = db
    this.#table = table
  }

  /** Whether a call goes out on its own: the first few of a key do. One write, of an item that stays small. */
  async isSingle(key: string, { complaintId, seq }: Pick<Call, 'complaintId' | 'seq'>): Promise<boolean> {
    const call = callKey(complaintId, seq)
    try {
      await this.#db.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { pk: key, sk: CALLS },
          UpdateExpression: 'SET expiresAt = :expiresAt ADD singles :calls',
          ConditionExpression:
            'attribute_not_exists(singles) OR size(singles) < :most OR contains(singles, :call)',
          ExpressionAttributeValues: {
            ':calls': new Set([call]),
            ':call': call,
            ':most': CALLED_SINGLY,
            ':expiresAt': expiresAt(),
          },
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  /** Gathers a call. Gathered again, it is the same call: there is one item for each complaint and event. */
  async gather(key: string, { complaintId, seq, people, ts }: Call): Promise<void> {
    await this.#db.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { pk: key, sk: callKey(complaintId, seq) },
        UpdateExpression:
          'SET complaintId = :id, seq = :seq, ts = :ts, expiresAt = :expiresAt ADD people :people',
        ExpressionAttributeValues: {
          ':id': complaintId,
          ':seq': seq,
          ':ts': ts,
          ':people': new Set(people),
          ':expiresAt': expiresAt(),
        },
      }),
    )
  }

  /** What Slack shows of a key's calls by now. */
  async load(key: string): Promise<Gathering> {
    const { Item } = await this.#db.send(
      new GetCommand({ TableName: this.#table, Key: { pk: key, sk: CALLS }, ConsistentRead: true }),
    )
    return { ...NONE, ...(Item as Partial<Gathering> | undefined) }
  }

  /** The calls that have been gathered, by complaint: all whose `gather` ended before this began. */
  async gathered(key: string): Promise<Call[]> {
    const calls: Call[] = []
    let start: Record<string, unknown> | undefined
    do {
      const page = await this.#db.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :calls)',
          ExpressionAttributeValues: { ':pk': key, ':calls': CALL_PREFIX },
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      )
      for (const { complaintId, seq, people, ts } of page.Items ?? []) {
        calls.push({ complaintId, seq, people: [...people], ts })
      }
      start = page.LastEvaluatedKey
    } while (start !== undefined)
    return calls
  }

  /**
   * Replaces what Slack shows, if it still is as it was loaded.
   *
   * @returns as it is stored now; undefined when somebody else was faster, and nothing has been changed.
   */
  async save(key: string, gathering: Gathering): Promise<Gathering | undefined> {
    const { revision } = gathering
    const set = CHANGING.filter((name) => gathering[name] !== undefined)
    const remove = CHANGING.filter((name) => gathering[name] === undefined)
    try {
      await this.#db.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { pk: key, sk: CALLS },
          UpdateExpression: `SET revision = :next, expiresAt = :expiresAt, ${set.map((name) => `#${name} = :${name}`).join(', ')}${
            remove.length === 0 ? '' : ` REMOVE ${remove.map((name) => `#${name}`).join(', ')}`
          }`,
          ConditionExpression:
            'revision = :revision OR (attribute_not_exists(revision) AND :revision = :none)',
          ExpressionAttributeNames: Object.fromEntries(CHANGING.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: {
            ':revision': revision,
            ':next': revision + 1,
            ':none': 0,
            ':expiresAt': expiresAt(),
            ...Object.fromEntries(set.map((name) => [`:${name}`, gathering[name]])),
          },
        }),
      )
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw error
    }
    return { ...gathering, revision: revision + 1 }
  }
}
