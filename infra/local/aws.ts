/** What the local run's programs read and write in the local AWS, past the functions. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Complaint, Event } from '../../functions/domain/complaint.ts'
import type { Instant } from '../../functions/domain/instant.ts'
import {
  complaintIdOf,
  complaintKey,
  INDEX,
  SLACK,
  STATE,
  shardsOf,
  WORKFLOW,
} from '../../functions/ledger/keys.ts'
import { Ledger } from '../../functions/ledger/ledger.ts'
import { currentPolicy } from '../../functions/shared/policies.ts'
import type { LocalRun } from './home.ts'
import { type ClockSetting, STAGE_CLOCK, settingFor, stageNow } from './stage-clock.ts'

type Where = Pick<LocalRun, 'awsEndpoint' | 'region' | 'tableName'>

/** What every AWS client needs to find the local AWS instead of the real one. */
export const clientConfig = ({ awsEndpoint, region }: Pick<LocalRun, 'awsEndpoint' | 'region'>) => ({
  endpoint: awsEndpoint,
  region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 5,
})

export const documentClient = (where: Pick<LocalRun, 'awsEndpoint' | 'region'>): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig(where)), {
    marshallOptions: { removeUndefinedValues: true },
  })

/** How far everything that follows from a complaint's events has come. */
export interface Standing {
  readonly complaint: Complaint
  /** The workflow knows of every signal, and waits for the next one or has ended. */
  readonly settled: boolean
  /** Slack has been told everything. */
  readonly told: boolean
  readonly nextDueAt?: Instant | undefined
}

/** The local stage as its table shows it. */
export class LocalStage {
  readonly db: DynamoDBDocumentClient
  readonly #table: string
  readonly #ledger: Ledger

  constructor(where: Where) {
    this.db = documentClient(where)
    this.#table = where.tableName
    this.#ledger = new Ledger(this.db, where.tableName)
  }

  async now(): Promise<Instant> {
    return stageNow(((await this.#get(STAGE_CLOCK)) ?? {}) as ClockSetting)
  }

  /**
   * Makes it this instant on the stage; the clock stands there for a moment before it runs on (see stage-clock.ts).
   * Without `force` it goes forward only: a past instant changes nothing.
   */
  async setNow(instant: Instant, force = false): Promise<void> {
    if (!force && instant < (await this.now())) return
    await this.db.send(
      new PutCommand({ TableName: this.#table, Item: { ...STAGE_CLOCK, ...settingFor(instant) } }),
    )
  }

  /** Complaints with a timer to fire up to and including an instant, earliest first. */
  async dueUntil(instant: Instant): Promise<{ complaintId: string; nextDueAt: Instant }[]> {
    const due = []
    for (const shard of shardsOf('due')) {
      let start: Record<string, unknown> | undefined
      do {
        const page = await this.db.send(
          new QueryCommand({
            TableName: this.#table,
            IndexName: INDEX.due,
            KeyConditionExpression: 'dueShard = :shard AND nextDueAt <= :instant',
            ExpressionAttributeValues: { ':shard': shard, ':instant': instant },
            ExclusiveStartKey: start,
          }),
        )
        for (const item of page.Items ?? [])
          due.push({ complaintId: complaintIdOf(String(item.pk)), nextDueAt: String(item.nextDueAt) })
        start = page.LastEvaluatedKey
      } while (start !== undefined)
    }
    return due.sort((a, b) => (a.nextDueAt < b.nextDueAt ? -1 : 1))
  }

  async standing(complaintId: string): Promise<Standing> {
    const pk = complaintKey(complaintId)
    const [state, workflow, slack] = await Promise.all(
      [STATE, WORKFLOW, SLACK].map((sk) => this.#get({ pk, sk })),
    )
    if (state === undefined) throw new Error(`There is no complaint ${complaintId}`)
    const waits = workflow?.token !== undefined || workflow?.ended === true
    return {
      complaint: state.data as Complaint,
      settled: waits && Number(workflow?.cursor) >= Number(state.signalSeq),
      told: Number(slack?.deliveredSeq ?? 0) >= Number(state.version),
      nextDueAt: state.nextDueAt as Instant | undefined,
    }
  }

  /** Which of a complaint's executions counts. */
  async generation(complaintId: string): Promise<number> {
    return Number((await this.#get({ pk: complaintKey(complaintId), sk: WORKFLOW }))?.generation ?? 0)
  }

  events(complaintId: string, afterSeq = 0): Promise<Event[]> {
    return this.#ledger.timeline(complaintId, afterSeq)
  }

  /** The complaints of all teams, newest first, 100 a team. */
  async complaints(): Promise<Complaint[]> {
    const lists = await Promise.all(
      Object.keys(currentPolicy.teams).map((team) => this.#ledger.ofTeam(team, 100)),
    )
    return lists.flatMap(({ complaints }) => complaints).sort((a, b) => (a.id < b.id ? 1 : -1))
  }

  async #get(key: { pk: string; sk: string }): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.db.send(
      new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true }),
    )
    return Item
  }
}
