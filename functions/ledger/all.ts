import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { complaintIdOf, complaintKey, INDEX } from './keys.ts'

/**
 * The ids of all complaints, or of all that are still open, in no order. It reads a whole index (ids alone): for
 * command lines, never for functions.
 */
export async function* allComplaints(
  db: DynamoDBDocumentClient,
  table: string,
  which: 'all' | 'open',
): AsyncGenerator<string> {
  const pages = paginateScan(
    { client: db },
    { TableName: table, IndexName: which === 'open' ? INDEX.open : INDEX.team, ProjectionExpression: 'pk' },
  )
  for await (const { Items } of pages) {
    for (const { pk } of Items ?? []) {
      if (String(pk).startsWith(complaintKey(''))) yield complaintIdOf(String(pk))
    }
  }
}

/**
 * The ids of all complaints of which the table holds anything, in no order: also of one whose state is gone, which no
 * index knows. It reads the whole table: for command lines, never for functions.
 */
export async function* heldComplaints(db: DynamoDBDocumentClient, table: string): AsyncGenerator<string> {
  const seen = new Set<string>()
  const pages = paginateScan(
    { client: db },
    {
      TableName: table,
      FilterExpression: 'begins_with(pk, :complaints)',
      ExpressionAttributeValues: { ':complaints': complaintKey('') },
      ProjectionExpression: 'pk',
      ConsistentRead: true,
    },
  )
  for await (const { Items } of pages) {
    for (const { pk } of Items ?? []) {
      const id = complaintIdOf(String(pk))
      if (!seen.has(id)) yield id
      seen.add(id)
    }
  }
}
