import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb'
import type { Instant } from '../domain/instant.ts'
import { complaintIdOf, INDEX, shardsOf } from './keys.ts'

/**
 * The complaints whose earliest timer is due at or before an instant, each shard's in order. It reads index entries
 * of those alone: a complaint that merely stays open costs nothing here.
 */
export async function* dueUntil(
  db: DynamoDBDocumentClient,
  table: string,
  until: Instant,
): AsyncGenerator<{ complaintId: string; dueAt: Instant }[]> {
  for (const shard of shardsOf('due')) {
    const pages = paginateQuery(
      { client: db },
      {
        TableName: table,
        IndexName: INDEX.due,
        KeyConditionExpression: 'dueShard = :shard AND nextDueAt <= :until',
        ExpressionAttributeValues: { ':shard': shard, ':until': until },
      },
    )
    for await (const { Items } of pages) {
      yield (Items ?? []).map((item) => ({
        complaintId: complaintIdOf(String(item.pk)),
        dueAt: String(item.nextDueAt),
      }))
    }
  }
}
