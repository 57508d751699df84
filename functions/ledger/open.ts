import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb'
import type { Stage } from '../domain/complaint.ts'
import type { Instant } from '../domain/instant.ts'
import { complaintIdOf, INDEX, shardsOf } from './keys.ts'

/** What the index of open complaints says of one of them. */
export interface OpenComplaint {
  readonly complaintId: string
  readonly team: string
  readonly owner: string
  readonly stage: Stage
  /** Its customer waits for a word of ours past its deadline: see `isUnanswered`. */
  readonly unanswered: boolean
  /** The deadline that counts: one that was missed and is still owed, or else the next. */
  readonly deadlineAt?: Instant | undefined
  /** Of its open promises, the one that is due first. */
  readonly promiseDueAt?: Instant | undefined
}

/**
 * Every complaint that is not over, in no order; eventually consistent. It reads index entries and no complaint: what a
 * list needs to choose the few that it shows.
 */
export async function* openComplaints(
  db: DynamoDBDocumentClient,
  table: string,
): AsyncGenerator<OpenComplaint> {
  for (const shard of shardsOf('open')) {
    const pages = paginateQuery(
      { client: db },
      {
        TableName: table,
        IndexName: INDEX.open,
        KeyConditionExpression: 'openShard = :shard',
        ExpressionAttributeValues: { ':shard': shard },
      },
    )
    for await (const { Items } of pages) {
      for (const item of Items ?? []) {
        yield {
          complaintId: complaintIdOf(String(item.pk)),
          team: String(item.team),
          owner: String(item.owner),
          stage: item.stage as Stage,
          unanswered: item.unanswered === true,
          deadlineAt: item.deadlineAt as Instant | undefined,
          promiseDueAt: item.promiseDueAt as Instant | undefined,
        }
      }
    }
  }
}
