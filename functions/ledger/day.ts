import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb'
import { complaintIdOf, INDEX, shardsOfDay } from './keys.ts'

/**
 * The ids of the complaints that were written to on a UTC day, in order. It reads an index entry for each commit of that
 * day: what it costs grows with what happened on the day, and not with the complaints that there are.
 *
 * @param day `YYYY-MM-DD`, by when the ledger recorded it.
 */
export async function changedOn(db: DynamoDBDocumentClient, table: string, day: string): Promise<string[]> {
  const changed = new Set<string>()
  for (const shard of shardsOfDay(day)) {
    const pages = paginateQuery(
      { client: db },
      {
        TableName: table,
        IndexName: INDEX.day,
        KeyConditionExpression: 'dayShard = :shard',
        ExpressionAttributeValues: { ':shard': shard },
      },
    )
    for await (const { Items } of pages)
      for (const { pk } of Items ?? []) changed.add(complaintIdOf(String(pk)))
  }
  return [...changed].sort()
}
